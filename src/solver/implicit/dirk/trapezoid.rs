//! The trapezoidal rule.

use super::{Dirk, DirkTableau};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`Trapezoid`](type@Trapezoid).
#[derive(Debug, Clone, Copy)]
pub struct TrapezoidTable;

/// The trapezoidal rule: `y₁ = y₀ + h/2 (f(t, y₀) + f(t + h, y₁))`, order 2, 2 stages.
///
/// The first stage is known from the previous step.
///
/// A-stable, but not L-stable: a component that decays infinitely fast changes its sign in every step. The output is
/// the cubic Hermite polynomial, of order 2 like the end of the step. It is also known as the Crank–Nicolson method if
/// the field comes from a partial differential equation. Its explicit counterpart is Heun's method.
pub type Trapezoid = Dirk<TrapezoidTable, 2>;
/// The method [`Trapezoid`](type@Trapezoid) as a value.
pub const Trapezoid: Trapezoid = Dirk::new();

impl Tableau<2> for TrapezoidTable {
    const NAME: &'static str = "trapezoidal rule";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [0.0, 1.0];
    const A: [[f64; 2]; 2] = [[0.0, 0.0], [0.5, 0.5]];
    const B: [f64; 2] = [0.5, 0.5];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<2> = Interpolant::hermite(Self::B, [0.0; 2]);
}

impl DirkTableau<2> for TrapezoidTable {}
