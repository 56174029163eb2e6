//! A closure must name the types of its arguments.

use rheos::{Dopri5, Pid, ode, solve};

fn main() {
    let decay = ode(|_t, y, dy| *dy = -y);
    let _ = solve(&decay, 1.0, 0.0..1.0, Dopri5, Pid::tolerance(1e-6));
}
