//! Ruth's method of order 3.
//!
//! R. D. Ruth, *A canonical integration technique*, IEEE Trans. Nucl. Sci. 30 (1983), doi:10.1109/TNS.1983.4332919.

use super::{SplittingTable, Symplectic};

/// The splitting of [`Ruth3`](type@Ruth3).
#[derive(Debug, Clone, Copy)]
pub struct Ruth3Table;

/// Ruth's method: order 3, three forces per step. Not symmetric in time.
pub type Ruth3 = Symplectic<Ruth3Table, 3>;
/// The method [`Ruth3`](type@Ruth3) as a value.
pub const Ruth3: Ruth3 = Symplectic::new();

impl SplittingTable<3> for Ruth3Table {
    const NAME: &'static str = "Ruth 3";
    const ORDER: u32 = 3;
    const KICK: [f64; 3] = [7.0 / 24.0, 0.75, -1.0 / 24.0];
    const DRIFT: [f64; 3] = [2.0 / 3.0, -2.0 / 3.0, 1.0];
}
