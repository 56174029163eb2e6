//! The method of order 4 of Forest, Ruth and Yoshida.
//!
//! E. Forest, R. D. Ruth, *Fourth-order symplectic integration*, Physica D 43 (1990), doi:10.1016/0167-2789(90)90019-L;
//! H. Yoshida, *Construction of higher order symplectic integrators*, Phys. Lett. A 150 (1990),
//! doi:10.1016/0375-9601(90)90092-3.

use super::leapfrogs::{drifts, kicks};
use super::{SplittingTable, Symplectic};

/// The splitting of [`Yoshida4`](type@Yoshida4).
#[derive(Debug, Clone, Copy)]
pub struct Yoshida4Table;

/// Yoshida's triple jump, three leapfrogs of which the middle one has a negative step: order 4, three forces per step,
/// symmetric in time.
///
/// Also known as Forest–Ruth. [`BlanesMoan4`](type@super::BlanesMoan4) takes twice as many forces and has a much
/// smaller error.
pub type Yoshida4 = Symplectic<Yoshida4Table, 4>;
/// The method [`Yoshida4`](type@Yoshida4) as a value.
pub const Yoshida4: Yoshida4 = Symplectic::new();

/// `2^(1/3)`.
const CUBE_ROOT: f64 = 1.259_921_049_894_873_2;
const OUTER: f64 = 1.0 / (2.0 - CUBE_ROOT);
const LEAPS: [f64; 3] = [OUTER, -CUBE_ROOT * OUTER, OUTER];

impl SplittingTable<4> for Yoshida4Table {
    const NAME: &'static str = "Yoshida 4";
    const ORDER: u32 = 4;
    const KICK: [f64; 4] = kicks(LEAPS);
    const DRIFT: [f64; 4] = drifts(LEAPS);
}
