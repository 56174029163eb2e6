//! Carpenter & Kennedy's low-storage method of order 4.
//!
//! M. H. Carpenter, C. A. Kennedy, *Fourth-order 2N-storage Runge–Kutta schemes*, NASA Technical Memorandum 109112 (1994),
//! solution 3.

use super::{LowStorage, LowStorageTableau};

/// The coefficients of [`CarpenterKennedy`](type@CarpenterKennedy).
#[derive(Debug, Clone, Copy)]
pub struct CarpenterKennedyTable;

/// Carpenter & Kennedy's low-storage method: order 4, 5 stages, two registers.
///
/// Also known as LSRK(5,4) or `RK4(3)5[2N]`.
pub type CarpenterKennedy = LowStorage<CarpenterKennedyTable, 5>;
/// The method [`CarpenterKennedy`](type@CarpenterKennedy) as a value.
pub const CarpenterKennedy: CarpenterKennedy = LowStorage::new();

#[rustfmt::skip]
impl LowStorageTableau<5> for CarpenterKennedyTable {
    const NAME: &'static str = "Carpenter–Kennedy 4(2N)";
    const ORDER: u32 = 4;
    const ALPHA: [f64; 5] = [
        0.0, -567301805773.0 / 1357537059087.0, -2404267990393.0 / 2016746695238.0,
        -3550918686646.0 / 2091501179385.0, -1275806237668.0 / 842570457699.0,
    ];
    const BETA: [f64; 5] = [
        1432997174477.0 / 9575080441755.0, 5161836677717.0 / 13612068292357.0, 1720146321549.0 / 2090206949498.0,
        3134564353537.0 / 4481467310338.0, 2277821191437.0 / 14882151754819.0,
    ];
}
