//! Penetration of antibodies into a tissue.

use nalgebra::{DMatrix, DVector};

use crate::dynamics::{Dynamics, Jacobian, Neighbourhood};
use crate::state::SparseMatrix;

/// The rate of the reaction.
const K: f64 = 100.0;
/// The stretching `c` of the half-line: `x = c ζ / (1 − ζ)`.
const STRETCH: f64 = 4.0;

/// R. van der Hout's model of antibodies that enter a tissue with a tumour (Akzo Nobel Central Research, 1994), problem
/// MEDAKZO.
///
/// `uₜ = uₓₓ − k u v` and `vₜ = −k u v` on `x > 0`, with `u = φ(t)` at `x = 0`. The coordinate `ζ = x / (x + c)` maps
/// the half-line to `[0, 1]`; central differences on `N` nodes `ζⱼ = j/N` give a system of `2 N` equations. The state
/// is `(u₁, v₁, …, u_N, v_N)`, from `u = 0`, `v = 1`.
///
/// The field jumps at [`JUMP`](Self::JUMP), where `φ` falls from 2 to 0, and [declares](Dynamics::jumps) it.
///
/// ```
/// use rheos::dynamics::problems::stiff::MedicalAkzoNobel;
/// use rheos::{Bdf, Pid, solve};
///
/// let (field, y0) = MedicalAkzoNobel::problem(10);
/// let control = Pid::tolerance(1e-6).atol(1e-9);
/// let solution = solve(&field, y0, 0.0..MedicalAkzoNobel::END, Bdf, control)?;
/// // The substrate next to the boundary is used up.
/// assert!(solution.last()[1].abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MedicalAkzoNobel;

impl MedicalAkzoNobel {
    /// The end of the interval of integration.
    pub const END: f64 = 20.0;
    /// The time at which the field jumps.
    pub const JUMP: f64 = 5.0;

    /// The problem with `nodes` nodes, usually 200, and twice as many unknowns.
    #[must_use]
    pub fn problem(nodes: usize) -> (Self, DVector<f64>) {
        (Self, DVector::from_fn(2 * nodes, |i, _| (i % 2) as f64))
    }

    /// The concentration of the antibodies at the boundary.
    fn boundary(t: f64) -> f64 {
        if t <= Self::JUMP { 2.0 } else { 0.0 }
    }
}

/// `uₓₓ` at a node is `before uⱼ₋₁ + here uⱼ + behind uⱼ₊₁`.
struct Stencil {
    before: f64,
    here: f64,
    behind: f64,
}

impl Stencil {
    /// The stencil of node `j`, from 0, of `nodes`.
    ///
    /// `uₓₓ = β u_ζζ + α u_ζ` with `α = 2 (ζ − 1)³ / c²`, `β = (ζ − 1)⁴ / c²`. At the last node both vanish.
    fn at(j: usize, nodes: usize) -> Self {
        let n = nodes as f64;
        let x = (j + 1) as f64 / n - 1.0;
        let (alpha, beta) = (2.0 * x.powi(3) / STRETCH.powi(2), x.powi(4) / STRETCH.powi(2));
        let (drift, diffusion) = (alpha * n / 2.0, beta * n * n);
        Self { before: diffusion - drift, here: -2.0 * diffusion, behind: diffusion + drift }
    }
}

impl Dynamics for MedicalAkzoNobel {
    fn jumps(&self) -> &[f64] {
        &[Self::JUMP]
    }

    type State = DVector<f64>;

    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        let nodes = y.len() / 2;
        let u = |j: usize| y[2 * j];
        for j in 0..nodes {
            let Stencil { before, here, behind } = Stencil::at(j, nodes);
            let left = if j == 0 { Self::boundary(t) } else { u(j - 1) };
            let right = u((j + 1).min(nodes - 1));
            let reaction = K * u(j) * y[2 * j + 1];
            dy[2 * j] = before * left + here * u(j) + behind * right - reaction;
            dy[2 * j + 1] = -reaction;
        }
    }
}

impl MedicalAkzoNobel {
    /// Calls `visit(i, j, x)` for every entry of the Jacobian that is not zero everywhere.
    fn entries(y: &DVector<f64>, mut visit: impl FnMut(usize, usize, f64)) {
        let nodes = y.len() / 2;
        for j in 0..nodes {
            let Stencil { before, mut here, behind } = Stencil::at(j, nodes);
            let (u, v) = (2 * j, 2 * j + 1);
            if j > 0 {
                visit(u, u - 2, before);
            }
            if j + 1 < nodes {
                visit(u, u + 2, behind);
            } else {
                here += behind;
            }
            visit(u, u, here - K * y[v]);
            visit(u, v, -K * y[u]);
            visit(v, u, -K * y[v]);
            visit(v, v, -K * y[u]);
        }
    }
}

/// A band of two diagonals on either side.
impl Jacobian for MedicalAkzoNobel {
    fn jacobian(&self, _: f64, y: &DVector<f64>, _: Neighbourhood<DVector<f64>>) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(y.len(), y.len());
        Self::entries(y, |i, j, x| matrix[(i, j)] = x);
        matrix
    }

    fn sparse_jacobian(&self, _: f64, y: &DVector<f64>, _: Neighbourhood<DVector<f64>>, out: &mut SparseMatrix) {
        Self::entries(y, |i, j, x| out.set(i, j, x));
    }

    /// Zero, away from the jump.
    fn time_derivative(&self, _: f64, _: &DVector<f64>, _: Neighbourhood<DVector<f64>>, out: &mut DVector<f64>) {
        out.fill(0.0);
    }
}
