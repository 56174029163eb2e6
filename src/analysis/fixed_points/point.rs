//! Fixed points and slow points.

use nalgebra::DMatrix;

use super::{Mode, Stability, modes};
use crate::analysis::{Eigen, Kind};

/// The claim about a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointKind {
    /// A fixed point with a regular Jacobian of the residual: `F(x) = x` or `f(x) = 0` has one solution within
    /// [`error`](FixedPoint::error) of it.
    Isolated,
    /// The residual is at the rounding level, but the Jacobian is singular there, or as good as: one of a line of fixed
    /// points, a multiple root, a fixed point on a kink of the system, or a near miss.
    Degenerate,
    /// Not a fixed point, but a local minimum of `q`: the system lingers there.
    Slow,
}

/// A fixed point or a slow point of a system, and the linear system around it.
///
/// The linear system is `δ₁ = J δ₀` for a map and `dδ/dt = J δ` for a flow.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::analysis::{Flow, Search, fixed_points};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
///
/// /// A pendulum with friction: at rest below, in a spiral, and above, at a saddle.
/// struct Pendulum;
/// impl GenericDynamics<2, 0> for Pendulum {
///     fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
///         vector![y[1], -y[0].sin() - y[1] * 0.2]
///     }
/// }
///
/// let flow = Flow::new(Autodiff::new(Pendulum, SVector::zeros()));
/// let found = fixed_points(&flow, &[vector![0.5, 0.1], vector![3.0, 0.0]], &Search::default())?;
/// let [below, above] = &found.points[..] else { panic!("two points") };
/// assert_eq!((below.is_stable(), below.unstable_directions()), (Some(true), 0));
/// assert_eq!((above.is_stable(), above.unstable_directions()), (Some(false), 1));
/// // λ = −0.1 ± i √0.99: the oscillation decays by a factor of e in 10 units of time.
/// let [mode] = &below.modes()[..] else { panic!("one mode, of a pair") };
/// assert!((mode.time_constant - 10.0).abs() < 1e-12);
/// assert!((mode.frequency * std::f64::consts::TAU - 0.99_f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FixedPoint<Y> {
    /// The point.
    pub xstar: Y,
    /// The claim about it.
    pub kind: PointKind,
    /// `½|F(x) − x|²` of a map or `½|f(x)|²` of a flow, in the units of the state.
    pub q: f64,
    /// The residual `|F(x) − x|` or `|f(x)|`, the Euclidean norm in the units of the state: the distance that the
    /// system moves in a step or in a unit of time.
    pub residual: f64,
    /// The error of the point, the Euclidean norm in the units of the state: of `|R⁻¹| (|r| + δ)` with the Jacobian `R`
    /// of the residual `r`, `J − I` for a map and `J` for a flow, and its rounding errors `δ`; at least the length of a
    /// step of Newton's method. Infinite if `R` is singular. For a slow point it is the length of the last step of the
    /// minimisation.
    pub error: f64,
    /// The Jacobian `J` of the system, `∂F/∂x` or `∂f/∂x`.
    pub jacobian: DMatrix<f64>,
    /// The eigenvalues and eigenvectors of `J`. [`Eigen::is_defective`] tells whether the eigenvectors say little. The
    /// conditions belong to `J` with its coordinates in units of the
    /// [size of the starts](super::fixed_points#size-of-the-starts).
    pub eigen: Eigen,
    /// The largest error of each eigenvalue, from the rounding of `J`, from its change over the error of the point and,
    /// for a Jacobian by differences, from its change with the increments.
    pub uncertainties: Vec<f64>,
    /// The condition number of `R` in the Euclidean norm, with the coordinates in units of the
    /// [size of the starts](super::fixed_points#size-of-the-starts). Infinite if `R` is singular to the precision of
    /// the state.
    pub condition: f64,
    /// The number of starts that lead to the point.
    pub starts: usize,
    /// Map or flow.
    pub system: Kind,
}

impl<Y> FixedPoint<Y> {
    /// Whether an eigenvalue decays, grows, or is too near the border to tell; one for each of [`eigen`](Self::eigen).
    #[must_use]
    pub fn directions(&self) -> Vec<Stability> {
        Stability::of_each(&self.eigen, &self.uncertainties, self.system)
    }

    /// Stable if every eigenvalue decays, unstable if one grows, and undecided otherwise.
    #[must_use]
    pub fn stability(&self) -> Stability {
        Stability::of_all(&self.directions())
    }

    /// [`stability`](Self::stability) as an answer: `None` if it is undecided.
    #[must_use]
    pub fn is_stable(&self) -> Option<bool> {
        self.stability().is_stable()
    }

    /// The number of unstable directions: of eigenvalues that grow. Undecided ones do not count.
    #[must_use]
    pub fn unstable_directions(&self) -> usize {
        self.directions().iter().filter(|direction| **direction == Stability::Unstable).count()
    }

    /// The index: the sign of `det(I − J)` for a map, and of `det(−J)` for a flow. `None` if the point is not isolated, or if an
    /// eigenvalue is too near 1, for a flow 0, to tell. A pair on the border of stability elsewhere, as at a centre, has an index.
    ///
    /// It is a check whether points are missing: the indices of all fixed points of a continuous map from a ball to itself add to 1
    /// (Lefschetz), as for a flow that enters a ball everywhere on its surface (Poincaré–Hopf). The hidden states of a
    /// `tanh` net or of a gated cell stay in a box, which counts as a ball.
    ///
    /// ```
    /// use rheos::analysis::{Map, Search, fixed_points};
    /// use rheos::ode;
    ///
    /// // x₁ = tanh(2 x₀): a repelling point between two attracting ones.
    /// let map = Map::new(ode(|_t, x: &f64, next: &mut f64| *next = (2.0 * x).tanh()));
    /// let found = fixed_points(&map, &[-1.0, 0.1, 1.0], &Search::default())?;
    /// assert_eq!(found.points.iter().filter_map(|point| point.index()).sum::<i32>(), 1 - 1 + 1);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    #[must_use]
    pub fn index(&self) -> Option<i32> {
        if self.kind != PointKind::Isolated {
            return None;
        }
        let critical = if self.system == Kind::Map { 1.0 } else { 0.0 };
        let mut sign = 1;
        for (value, uncertainty) in self.eigen.values.iter().zip(&self.uncertainties) {
            // Written so that NaN counts.
            let told = (value - critical).norm() > *uncertainty;
            if !told {
                return None;
            }
            // Pairs contribute a positive factor.
            if value.im == 0.0 && value.re > critical {
                sign = -sign;
            }
        }
        Some(sign)
    }

    /// The modes of the linear system, one for each real eigenvalue and for each complex pair, in the order of
    /// [`eigen`](Self::eigen).
    #[must_use]
    pub fn modes(&self) -> Vec<Mode> {
        modes(&self.eigen, self.system)
    }

    /// The speed at the point, `|F(x) − x|` in a step or `|f(x)|` in a unit of time: the
    /// [`residual`](Self::residual).
    #[must_use]
    pub const fn speed(&self) -> f64 {
        self.residual
    }
}
