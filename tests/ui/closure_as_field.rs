//! A closure needs `ode` around it.

use rheos::Dynamics;

fn integrate(_: &impl Dynamics) {}

fn main() {
    integrate(&|_t: f64, y: &f64, dy: &mut f64| *dy = -y);
}
