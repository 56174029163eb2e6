//! The pullback of a closure is not known.

use rheos::{DiscreteAdjoint, Fixed, Ivp, Rk4, ode};

fn main() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let problem = Ivp::new(&decay, 1.0, 0.0..1.0).save_map(&[0.5], |_t, y| y * y);
    let _ = problem.forward(Rk4, Fixed::steps(10), DiscreteAdjoint::new());
}
