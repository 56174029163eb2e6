//! The implicit midpoint rule.

use super::{Dirk, DirkTableau};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`ImplicitMidpoint`](type@ImplicitMidpoint).
#[derive(Debug, Clone, Copy)]
pub struct ImplicitMidpointTable;

/// The implicit midpoint rule: `y₁ = y₀ + h f(t + h/2, (y₀ + y₁)/2)`, order 2, 1 stage.
///
/// A-stable, but not L-stable; symplectic and symmetric, so it preserves quadratic invariants. It is the Gauss method
/// of one stage. The output is its collocation polynomial, a straight line of order 1.
pub type ImplicitMidpoint = Dirk<ImplicitMidpointTable, 1>;
/// The method [`ImplicitMidpoint`](type@ImplicitMidpoint) as a value.
pub const ImplicitMidpoint: ImplicitMidpoint = Dirk::new();

impl Tableau<1> for ImplicitMidpointTable {
    const NAME: &'static str = "implicit midpoint";
    const ORDER: u32 = 2;
    const C: [f64; 1] = [0.5];
    const A: [[f64; 1]; 1] = [[0.5]];
    const B: [f64; 1] = [1.0];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<1> = Interpolant::linear(Self::B);
}

impl DirkTableau<1> for ImplicitMidpointTable {}
