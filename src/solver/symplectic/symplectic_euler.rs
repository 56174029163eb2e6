//! The symplectic Euler method.
//!
//! R. de Vogelaere, *Methods of integration which preserve the contact transformation property of the Hamilton
//! equations*, report 4, University of Notre Dame (1956); Hairer, Lubich & Wanner, section I.1.2.

use super::{SplittingTable, Symplectic};

/// The splitting of [`SymplecticEuler`](type@SymplecticEuler).
#[derive(Debug, Clone, Copy)]
pub struct SymplecticEulerTable;

/// The symplectic Euler method: a kick, then a drift with the new momentum. Order 1, one force per step.
///
/// Also known as semi-implicit Euler, Euler–Cromer or Störmer's method of order 1. It has a phase error as large as
/// [`Euler`](type@crate::solver::explicit::Euler), but no energy drift.
pub type SymplecticEuler = Symplectic<SymplecticEulerTable, 1>;
/// The method [`SymplecticEuler`](type@SymplecticEuler) as a value.
pub const SymplecticEuler: SymplecticEuler = Symplectic::new();

impl SplittingTable<1> for SymplecticEulerTable {
    const NAME: &'static str = "Symplectic Euler";
    const ORDER: u32 = 1;
    const KICK: [f64; 1] = [1.0];
    const DRIFT: [f64; 1] = [1.0];
}
