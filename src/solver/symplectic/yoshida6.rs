//! Yoshida's method of order 6.
//!
//! H. Yoshida, *Construction of higher order symplectic integrators*, Phys. Lett. A 150 (1990),
//! doi:10.1016/0375-9601(90)90092-3, table 1, solution A; with more digits in Hairer, Lubich & Wanner, section V.3.2.

use super::leapfrogs::{drifts, kicks};
use super::{SplittingTable, Symplectic};

/// The splitting of [`Yoshida6`](type@Yoshida6).
#[derive(Debug, Clone, Copy)]
pub struct Yoshida6Table;

/// Yoshida's solution A, seven leapfrogs of which two have a negative step: order 6, seven forces per step, symmetric
/// in time.
pub type Yoshida6 = Symplectic<Yoshida6Table, 8>;
/// The method [`Yoshida6`](type@Yoshida6) as a value.
pub const Yoshida6: Yoshida6 = Symplectic::new();

const W1: f64 = -1.177_679_984_178_871;
const W2: f64 = 0.235_573_213_359_358_13;
const W3: f64 = 0.784_513_610_477_557_3;
const W0: f64 = 1.0 - 2.0 * (W1 + W2 + W3);

impl SplittingTable<8> for Yoshida6Table {
    const NAME: &'static str = "Yoshida 6";
    const ORDER: u32 = 6;
    const KICK: [f64; 8] = kicks([W3, W2, W1, W0, W1, W2, W3]);
    const DRIFT: [f64; 8] = drifts([W3, W2, W1, W0, W1, W2, W3]);
}
