//! The Brusselator with diffusion on a line.

use std::f64::consts::PI;

use nalgebra::{DVector, dvector};

use crate::dynamics::{GenericField, Scalar, SparseAutodiff};
use crate::state::Pattern;

/// The Brusselator with diffusion on `[0, 1]`, problem BRUSS of Hairer & Wanner, section IV.10.
///
/// `uₜ = A + u² v − (B + 1) u + α uₓₓ` and `vₜ = B u − u² v + α vₓₓ` with `u = 1`, `v = 3` at both ends, by central
/// differences on `N` inner nodes `xᵢ = i / (N + 1)`. The state is `(u₁, v₁, …, u_N, v_N)`, so the Jacobian is a band of
/// two diagonals on either side; the parameters are `(A, B, α)`.
///
/// ```
/// use rheos::dynamics::problems::stiff::Brusselator1d;
/// use rheos::solver::implicit::Banded;
/// use rheos::{Bdf, Pid, solve};
///
/// let (field, y0) = Brusselator1d::problem(40);
/// let control = Pid::tolerance(1e-6);
/// let solution = solve(&field, y0, 0.0..Brusselator1d::END, Bdf.with(Banded::new(2, 2)), control)?;
/// // The end of u₁ by SciPy.
/// assert!((solution.last()[0] - 0.936_913_341_7).abs() < 1e-4);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brusselator1d;

impl Brusselator1d {
    /// The end of the interval of integration.
    pub const END: f64 = 10.0;

    /// The problem with `nodes` nodes, usually 500, and `A = 1`, `B = 3`, `α = 1/50`, from `u = 1 + sin 2πx`, `v = 3`.
    #[must_use]
    pub fn problem(nodes: usize) -> (SparseAutodiff<Self>, DVector<f64>) {
        let n = 2 * nodes;
        // The other component of the node, and the same one of its neighbours.
        let row = |i: usize| [i, i ^ 1, i.wrapping_sub(2), i + 2].into_iter().filter(move |&j| j < n);
        let pattern = Pattern::of_columns((0..n).map(|i| row(i).collect()).collect());
        let x = |node: usize| (node + 1) as f64 / (nodes + 1) as f64;
        let y0 = DVector::from_fn(n, |i, _| if i % 2 == 0 { 1.0 + (2.0 * PI * x(i / 2)).sin() } else { 3.0 });
        (SparseAutodiff::with_pattern(Self, dvector![1.0, 3.0, 0.02], pattern), y0)
    }
}

impl GenericField for Brusselator1d {
    fn eval<T: Scalar>(&self, _: T, y: &[T], p: &[T], dy: &mut [T]) {
        let n = y.len();
        let diffusion = p[2] * ((n / 2 + 1) as f64).powi(2);
        let ends = [T::one(), T::from(3.0)];
        let at = |i: usize| if i < n { y[i] } else { ends[i % 2] };
        for i in (0..n).step_by(2) {
            let (u, v) = (y[i], y[i + 1]);
            let spread = |i: usize, y: T| diffusion * (at(i.wrapping_sub(2)) - y * 2.0 + at(i + 2));
            let reaction = u * u * v;
            dy[i] = p[0] + reaction - (p[1] + 1.0) * u + spread(i, u);
            dy[i + 1] = p[1] * u - reaction + spread(i + 1, v);
        }
    }
}
