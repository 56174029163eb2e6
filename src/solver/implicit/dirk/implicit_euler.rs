//! Euler's implicit method.

use super::{Dirk, DirkTableau};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`ImplicitEuler`](type@ImplicitEuler).
#[derive(Debug, Clone, Copy)]
pub struct ImplicitEulerTable;

/// Euler's implicit method: `y₁ = y₀ + h f(t + h, y₁)`, order 1, L-stable, linear output.
///
/// Also known as backward Euler, and as the BDF method of order 1.
pub type ImplicitEuler = Dirk<ImplicitEulerTable, 1>;
/// The method [`ImplicitEuler`](type@ImplicitEuler) as a value.
pub const ImplicitEuler: ImplicitEuler = Dirk::new();

impl Tableau<1> for ImplicitEulerTable {
    const NAME: &'static str = "implicit Euler";
    const ORDER: u32 = 1;
    const C: [f64; 1] = [1.0];
    const A: [[f64; 1]; 1] = [[1.0]];
    const B: [f64; 1] = [1.0];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<1> = Interpolant::linear(Self::B);
}

impl DirkTableau<1> for ImplicitEulerTable {}
