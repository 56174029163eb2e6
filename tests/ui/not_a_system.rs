//! A field is a map or a flow: the analysis must know which.

use nalgebra::{Vector2, vector};
use rheos::analysis::{Search, fixed_points};
use rheos::ode;

fn main() {
    let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = -y);
    let _ = fixed_points(&field, &[vector![1.0, 0.0]], &Search::default());
}
