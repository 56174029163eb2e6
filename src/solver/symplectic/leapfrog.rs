//! The method of Störmer and Verlet, kick–drift–kick.
//!
//! L. Verlet, *Computer "experiments" on classical fluids. I. Thermodynamical properties of Lennard-Jones molecules*, Phys.
//! Rev. 159 (1967), doi:10.1103/PhysRev.159.98; Hairer, Lubich & Wanner, section I.1.4.

use super::{SplittingTable, Symplectic};

/// The splitting of [`Leapfrog`](type@Leapfrog).
#[derive(Debug, Clone, Copy)]
pub struct LeapfrogTable;

/// Leapfrog: half a kick, a drift, half a kick. Order 2, one force per step, symmetric in time.
///
/// Also known as velocity Verlet and as the Störmer–Verlet method; the standard method of molecular dynamics and
/// Hamiltonian Monte Carlo.
pub type Leapfrog = Symplectic<LeapfrogTable, 2>;
/// The method [`Leapfrog`](type@Leapfrog) as a value.
pub const Leapfrog: Leapfrog = Symplectic::new();

impl SplittingTable<2> for LeapfrogTable {
    const NAME: &'static str = "Leapfrog";
    const ORDER: u32 = 2;
    const KICK: [f64; 2] = [0.5, 0.5];
    const DRIFT: [f64; 2] = [1.0, 0.0];
}
