//! The method of Störmer and Verlet, drift–kick–drift.
//!
//! M. Tuckerman, B. J. Berne, G. J. Martyna, *Reversible multiple time scale molecular dynamics*, J. Chem. Phys. 97 (1992),
//! doi:10.1063/1.463137.

use super::{SplittingTable, Symplectic};

/// The splitting of [`PositionVerlet`](type@PositionVerlet).
#[derive(Debug, Clone, Copy)]
pub struct PositionVerletTable;

/// Position Verlet: half a drift, a kick, half a drift. Order 2, one force per step, symmetric in time.
///
/// [`Leapfrog`](type@super::Leapfrog) with kicks and drifts exchanged, also called drift–kick–drift. It stores no
/// force, so a solve that is interrupted after every step costs no more.
pub type PositionVerlet = Symplectic<PositionVerletTable, 2>;
/// The method [`PositionVerlet`](type@PositionVerlet) as a value.
pub const PositionVerlet: PositionVerlet = Symplectic::new();

impl SplittingTable<2> for PositionVerletTable {
    const NAME: &'static str = "Position Verlet";
    const ORDER: u32 = 2;
    const KICK: [f64; 2] = [0.0, 1.0];
    const DRIFT: [f64; 2] = [0.5, 0.5];
}
