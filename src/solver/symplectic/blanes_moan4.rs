//! Blanes & Moan's method of order 4.
//!
//! S. Blanes, P. C. Moan, *Practical symplectic partitioned Runge–Kutta and Runge–Kutta–Nyström methods*, J. Comput. Appl.
//! Math. 142 (2002), doi:10.1016/S0377-0427(01)00492-7, the method with six stages.

use super::{SplittingTable, Symplectic};

/// The splitting of [`BlanesMoan4`](type@BlanesMoan4).
#[derive(Debug, Clone, Copy)]
pub struct BlanesMoan4Table;

/// Blanes & Moan's S₆: order 4, six forces per step, symmetric in time, with coefficients that make the error small.
pub type BlanesMoan4 = Symplectic<BlanesMoan4Table, 7>;
/// The method [`BlanesMoan4`](type@BlanesMoan4) as a value.
pub const BlanesMoan4: BlanesMoan4 = Symplectic::new();

const A1: f64 = 0.079_203_696_431_195_7;
const A2: f64 = 0.353_172_906_049_774;
const A3: f64 = -0.042_065_080_357_719_5;
const A4: f64 = 1.0 - 2.0 * (A1 + A2 + A3);
const B1: f64 = 0.209_515_106_613_362;
const B2: f64 = -0.143_851_773_179_818;
const B3: f64 = 0.5 - (B1 + B2);

impl SplittingTable<7> for BlanesMoan4Table {
    const NAME: &'static str = "Blanes–Moan 4";
    const ORDER: u32 = 4;
    const KICK: [f64; 7] = [A1, A2, A3, A4, A3, A2, A1];
    const DRIFT: [f64; 7] = [B1, B2, B3, B3, B2, B1, 0.0];
}
