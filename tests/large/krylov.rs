//! Newton–Krylov on a system of hundreds of equations.

use crate::common::heat::assert_solved_as_by_lu;

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_heat_equation_is_solved_as_by_lu() {
    assert_solved_as_by_lu(400, 1e-5);
}
