//! Euler's explicit and implicit methods for the two parts of a field.

use crate::solver::implicit::{DirkTableau, Imex, ImexTableau};
use crate::solver::tableau::lower_triangle;
use crate::solver::{Interpolant, Tableau};

/// The two tableaus of [`ImexEuler`](type@ImexEuler).
#[derive(Debug, Clone, Copy)]
pub struct ImexEulerTable;

/// The explicit tableau of [`ImexEuler`](type@ImexEuler).
#[derive(Debug, Clone, Copy)]
pub struct ImexEulerExplicitTable;

/// The implicit tableau of [`ImexEuler`](type@ImexEuler).
#[derive(Debug, Clone, Copy)]
pub struct ImexEulerImplicitTable;

/// Euler's explicit and implicit methods together: `y₁ = y₀ + h f_E(t, y₀) + h f_I(t + h, y₁)`, order 1, linear output.
///
/// Also known as forward–backward Euler and as the method (1,1,1) of Ascher, Ruuth and Spiteri. The field must be
/// [`Split`](crate::dynamics::Split). There is no error estimate.
pub type ImexEuler = Imex<ImexEulerTable, 2>;
/// The method [`ImexEuler`](type@ImexEuler) as a value.
pub const ImexEuler: ImexEuler = Imex::new();

impl ImexTableau<2> for ImexEulerTable {
    const NAME: &'static str = "IMEX Euler";
    type Explicit = ImexEulerExplicitTable;
    type Implicit = ImexEulerImplicitTable;
}

const C: [f64; 2] = [0.0, 1.0];

#[rustfmt::skip]
impl Tableau<2> for ImexEulerExplicitTable {
    const NAME: &'static str = "IMEX Euler, explicit part";
    const ORDER: u32 = 1;
    const C: [f64; 2] = C;
    const A: [[f64; 2]; 2] = lower_triangle([
        &[],
        &[1.0],
    ]);
    const B: [f64; 2] = [1.0, 0.0];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<2> = Interpolant::linear(Self::B);
}

#[rustfmt::skip]
impl Tableau<2> for ImexEulerImplicitTable {
    const NAME: &'static str = "IMEX Euler, implicit part";
    const ORDER: u32 = 1;
    const C: [f64; 2] = C;
    const A: [[f64; 2]; 2] = lower_triangle([
        &[],
        &[0.0, 1.0],
    ]);
    const B: [f64; 2] = [0.0, 1.0];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<2> = Interpolant::linear(Self::B);
}

impl DirkTableau<2> for ImexEulerImplicitTable {}
