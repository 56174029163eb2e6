//! The Brusselator with diffusion on a square.

use nalgebra::{DVector, dvector};

use crate::dynamics::{GenericField, Scalar, SparseAutodiff};
use crate::state::Pattern;

/// The Brusselator with diffusion on the unit square with periodic boundaries, problem BRUSS-2D of Hairer & Wanner, section
/// IV.10.
///
/// `uₜ = 1 + u² v − 4.4 u + α Δu + f(x, y, t)` and `vₜ = 3.4 u − u² v + α Δv` with `α = 0.1`. The source `f` is 5 in the
/// disc of radius 0.1 around `(0.3, 0.6)` from [`JUMP`](Self::JUMP) on, and 0 else. Central differences on `N × N` nodes
/// `(i/N, j/N)` give a system of `2 N²` equations. The state has `u` and `v` of every node, with the first coordinate of
/// the nodes running first; `α` is the parameter.
///
/// The field jumps at [`JUMP`](Self::JUMP), and [declares](crate::Dynamics::jumps) it.
///
/// ```
/// use rheos::dynamics::problems::stiff::Brusselator2d;
/// use rheos::dynamics::detect_pattern;
/// use rheos::Parametric;
///
/// let (field, y0) = Brusselator2d::problem(8);
/// assert_eq!(y0.len(), 128);
/// // Four neighbours and both components of the node.
/// assert_eq!(field.pattern().column(50).len(), 6);
/// assert_eq!(&detect_pattern(&Brusselator2d, 0.0, &y0, &field.params()), field.pattern());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brusselator2d;

impl Brusselator2d {
    /// The end of the interval of integration.
    pub const END: f64 = 11.5;
    /// The time at which the field jumps.
    pub const JUMP: f64 = 1.1;

    /// The problem with `side × side` nodes, usually 128 × 128, from `u = 22 y (1 − y)^{3/2}`, `v = 27 x (1 − x)^{3/2}`.
    #[must_use]
    pub fn problem(side: usize) -> (SparseAutodiff<Self>, DVector<f64>) {
        let n = 2 * side * side;
        let column = |k: usize| {
            let near = neighbours(k / 2, side).map(|node| 2 * node + k % 2);
            [k, k ^ 1].into_iter().chain(near).collect()
        };
        let pattern = Pattern::of_columns((0..n).map(column).collect());
        let hill = |position: usize| {
            let x = position as f64 / side as f64;
            x * (1.0 - x).powf(1.5)
        };
        let y0 = DVector::from_fn(n, |k, _| {
            let (i, j) = (k / 2 % side, k / 2 / side);
            if k % 2 == 0 { 22.0 * hill(j) } else { 27.0 * hill(i) }
        });
        (SparseAutodiff::with_pattern(Self, dvector![0.1], pattern), y0)
    }
}

/// The nodes on the left, on the right, below and above.
fn neighbours(node: usize, side: usize) -> [usize; 4] {
    let (i, j) = (node % side, node / side);
    let (left, right) = (if i == 0 { side - 1 } else { i - 1 }, if i + 1 == side { 0 } else { i + 1 });
    let (below, above) = (if j == 0 { side - 1 } else { j - 1 }, if j + 1 == side { 0 } else { j + 1 });
    [j * side + left, j * side + right, below * side + i, above * side + i]
}

/// Whether a node is in the disc, without rounding: `(10 i − 3 N)² + (10 j − 6 N)² ≤ N²`.
fn is_in_disc(node: usize, side: usize) -> bool {
    let (i, j) = (node % side, node / side);
    (10 * i).abs_diff(3 * side).pow(2) + (10 * j).abs_diff(6 * side).pow(2) <= side.pow(2)
}

impl GenericField for Brusselator2d {
    fn eval<T: Scalar>(&self, t: T, y: &[T], p: &[T], dy: &mut [T]) {
        let nodes = y.len() / 2;
        let side = nodes.isqrt();
        let diffusion = p[0] * nodes as f64;
        let is_on = t.re() >= Self::JUMP;
        for node in 0..nodes {
            let (u, v) = (y[2 * node], y[2 * node + 1]);
            let near = neighbours(node, side);
            let spread = |k: usize, here: T| {
                let [left, right, below, above] = near.map(|node| y[2 * node + k]);
                diffusion * (left + right + below + above - here * 4.0)
            };
            let source = if is_on && is_in_disc(node, side) { 6.0 } else { 1.0 };
            let reaction = u * u * v;
            dy[2 * node] = reaction - u * 4.4 + spread(0, u) + source;
            dy[2 * node + 1] = u * 3.4 - reaction + spread(1, v);
        }
    }

    fn jumps(&self) -> &[f64] {
        &[Self::JUMP]
    }
}
