//! Euler's method cannot choose its own steps.

use rheos::{Euler, Pid, ode, solve};

fn main() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    let _ = solve(&decay, 1.0, 0.0..1.0, Euler, Pid::tolerance(1e-6));
}
