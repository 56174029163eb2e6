//! Williamson's low-storage method of order 3.
//!
//! J. H. Williamson, *Low-storage Runge–Kutta schemes*, J. Comput. Phys. 35 (1980), doi:10.1016/0021-9991(80)90033-9.

use super::{LowStorage, LowStorageTableau};

/// The coefficients of [`Williamson3`](type@Williamson3).
#[derive(Debug, Clone, Copy)]
pub struct Williamson3Table;

/// Williamson's low-storage method: order 3, 3 stages, two registers.
///
/// Also known as the RK3 of the low-storage literature.
pub type Williamson3 = LowStorage<Williamson3Table, 3>;
/// The method [`Williamson3`](type@Williamson3) as a value.
pub const Williamson3: Williamson3 = LowStorage::new();

impl LowStorageTableau<3> for Williamson3Table {
    const NAME: &'static str = "Williamson RK3(2N)";
    const ORDER: u32 = 3;
    const ALPHA: [f64; 3] = [0.0, -5.0 / 9.0, -153.0 / 128.0];
    const BETA: [f64; 3] = [1.0 / 3.0, 15.0 / 16.0, 8.0 / 15.0];
}
