//! Integers are no state space.

use rheos::ode;

fn main() {
    let _ = ode(|_t, y: &i32, dy: &mut i32| *dy = -y);
}
