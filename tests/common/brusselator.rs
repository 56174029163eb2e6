//! The Brusselator with diffusion in one dimension: Hairer & Wanner II, section IV.1.

use std::f64::consts::PI;

use nalgebra::DVector;
use rheos::dynamics::{Jacobian, Neighbourhood};
use rheos::solver::implicit::{LinearFailure, Preconditioner};
use rheos::{Dynamics, Result};

/// `u' = 1 + u² v − 4 u + u_xx / 50` and `v' = 3 u − u² v + v_xx / 50` on (0, 1), with `u = 1` and `v = 3` at both ends,
/// as `u₁, v₁, u₂, v₂, …` at `n` points inside.
pub struct Brusselator {
    n: usize,
    /// The coefficient of the second differences.
    c: f64,
}

impl Brusselator {
    pub fn new(n: usize) -> Self {
        Self { n, c: (n as f64 + 1.0).powi(2) / 50.0 }
    }

    /// `u = 1 + sin 2πx` and `v = 3`.
    pub fn start(n: usize) -> DVector<f64> {
        let u = |i: usize| 1.0 + (2.0 * PI * (i as f64 + 1.0) / (n as f64 + 1.0)).sin();
        DVector::from_fn(2 * n, |i, _| if i % 2 == 0 { u(i / 2) } else { 3.0 })
    }
}

impl Dynamics for Brusselator {
    type State = DVector<f64>;

    fn eval(&self, _: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        let last = 2 * self.n;
        for i in (0..last).step_by(2) {
            let at = |j: usize, end: f64| if j < last { y[j] } else { end };
            let (u, v) = (y[i], y[i + 1]);
            let diffusion = |j: usize, end: f64| self.c * (at(j.wrapping_sub(2), end) - 2.0 * y[j] + at(j + 2, end));
            dy[i] = 1.0 + u * u * v - 4.0 * u + diffusion(i, 1.0);
            dy[i + 1] = 3.0 * u - u * u * v + diffusion(i + 1, 3.0);
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}

impl Jacobian for Brusselator {}

/// The diffusion alone as a preconditioner, tridiagonal for `u` and for `v`.
#[derive(Debug, Clone, Copy)]
pub struct Diffusion;

/// Its elimination without pivoting.
pub struct Eliminated {
    beside: f64,
    pivots: Vec<f64>,
}

impl<F: Dynamics<State = DVector<f64>>> Preconditioner<F> for Diffusion {
    type Workspace = usize;
    type Factors = Eliminated;

    fn workspace(&self, _: &F, y0: &DVector<f64>) -> usize {
        y0.len() / 2
    }

    fn linearise(
        &self,
        _: &mut usize,
        _: &F,
        _: f64,
        _: &DVector<f64>,
        _: Neighbourhood<'_, DVector<f64>>,
    ) -> Result<u64> {
        Ok(0)
    }

    fn factor(&self, &n: &usize, a: f64) -> std::result::Result<Eliminated, LinearFailure> {
        let beside = -a * Brusselator::new(n).c;
        let mut pivots = vec![1.0 - 2.0 * beside];
        for i in 1..n {
            pivots.push(1.0 - 2.0 * beside - beside * beside / pivots[i - 1]);
        }
        Ok(Eliminated { beside, pivots })
    }

    fn apply(&self, Eliminated { beside, pivots }: &Eliminated, x: &mut DVector<f64>) {
        let last = x.len();
        for i in 2..last {
            x[i] -= beside / pivots[i / 2 - 1] * x[i - 2];
        }
        for i in (0..last).rev() {
            let next = if i + 2 < last { x[i + 2] } else { 0.0 };
            x[i] = (x[i] - beside * next) / pivots[i / 2];
        }
    }
}
