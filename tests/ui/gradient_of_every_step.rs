//! The times at the ends of steps are not known in advance, so their outputs have no derivatives.

use rheos::{DiscreteAdjoint, Fixed, Ivp, Rk4, ode};

fn main() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let problem = Ivp::new(&decay, 1.0, 0.0..1.0).save_every(2);
    let _ = problem.forward(Rk4, Fixed::steps(10), DiscreteAdjoint::new());
}
