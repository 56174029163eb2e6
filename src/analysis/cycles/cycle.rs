//! Cycles of maps.

use nalgebra::{Complex, DMatrix};

use crate::analysis::{Eigen, Kind, PointKind, Stability};

/// A cycle of a map: points `x₀, …, xₖ₋₁` with `F(xⱼ) = xⱼ₊₁` and `F(xₖ₋₁) = x₀`.
#[derive(Debug, Clone)]
pub struct Cycle<Y> {
    /// The points, in the order of the map. The first one has the smallest first coordinate; of those that agree in it,
    /// the smallest second, and so on.
    pub points: Vec<Y>,
    /// The claim about the cycle: isolated or degenerate.
    pub kind: PointKind,
    /// The residual of the whole orbit: the Euclidean norm of all `F(xⱼ) − xⱼ₊₁`, in the units of the state.
    pub residual: f64,
    /// The error of the whole orbit, as of a [fixed point](crate::analysis::FixedPoint::error): the Euclidean norm over
    /// all points, in the units of the state.
    pub error: f64,
    /// The Jacobian of the `k`-th iterate at the first point: the product of the Jacobians along the cycle.
    pub jacobian: DMatrix<f64>,
    /// The eigenvalues of this product, which are the multipliers of the cycle, and its eigenvectors at the first
    /// point. The conditions belong to coordinates in units of the
    /// [size of the starts](fn@crate::analysis::fixed_points#size-of-the-starts).
    pub eigen: Eigen,
    /// The largest error of each multiplier, from the rounding of the product, from its change over the error of the
    /// cycle and, for a Jacobian by differences, from its change with the increments.
    pub uncertainties: Vec<f64>,
    /// The condition number of the equations of the whole orbit, with the coordinates in units of the size of the
    /// starts. Infinite if they are singular to the precision of the state.
    pub condition: f64,
    /// The number of searches that lead to the cycle.
    pub searches: usize,
}

impl<Y> Cycle<Y> {
    /// The minimal period `k`: the number of points.
    #[must_use]
    pub const fn period(&self) -> usize {
        self.points.len()
    }

    /// The multipliers: the factors of perturbations over one turn.
    #[must_use]
    pub fn multipliers(&self) -> &[Complex<f64>] {
        &self.eigen.values
    }

    /// Whether a multiplier decays, grows, or is too near the unit circle to tell; one for each of
    /// [`multipliers`](Self::multipliers).
    #[must_use]
    pub fn directions(&self) -> Vec<Stability> {
        Stability::of_each(&self.eigen, &self.uncertainties, Kind::Map)
    }

    /// Stable if every multiplier is inside the unit circle, unstable if one is outside, and undecided otherwise.
    #[must_use]
    pub fn stability(&self) -> Stability {
        Stability::of_all(&self.directions())
    }

    /// [`stability`](Self::stability) as an answer: `None` if it is undecided.
    #[must_use]
    pub fn is_stable(&self) -> Option<bool> {
        self.stability().is_stable()
    }

    /// The number of unstable directions: of multipliers outside the unit circle. Undecided ones do not count.
    #[must_use]
    pub fn unstable_directions(&self) -> usize {
        self.directions().iter().filter(|direction| **direction == Stability::Unstable).count()
    }
}
