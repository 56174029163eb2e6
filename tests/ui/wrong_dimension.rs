//! The initial value has three components, the model two.

use nalgebra::{Vector2, Vector3};
use rheos::{Fixed, Rk4, ode, solve};

fn main() {
    let oscillator = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = Vector2::new(y[1], -y[0]));
    let _ = solve(&oscillator, Vector3::new(1.0, 0.0, 0.0), 0.0..1.0, Rk4, Fixed::steps(10));
}
