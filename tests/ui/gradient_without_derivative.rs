//! A closure alone has no derivative.

use rheos::{Discrete, Fixed, Rk4, gradient, ode};

fn main() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    let _ = gradient(&decay, Rk4, Fixed::steps(10), &Discrete::new(), &[0.0, 1.0], &1.0, |y| y.to_vec());
}
