//! A closure alone has no derivative.

use rheos::{DiscreteAdjoint, Fixed, Ivp, Rk4, ode};

fn main() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    let _ = Ivp::new(&decay, 1.0, 0.0..1.0).forward(Rk4, Fixed::steps(10), DiscreteAdjoint::new());
}
