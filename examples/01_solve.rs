//! A model as a closure, its solution at chosen times, and a picture.
//!
//! `cargo run --release --example 01_solve`

use nalgebra::{Vector2, vector};
use rheos::{Dopri5, Ivp, Pid, Tsit5, ode, plot, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A pendulum of 1 m: [angle (rad), angular velocity (rad/s)].
    let pendulum = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[1], -9.81 * y[0].sin()]);
    let start = vector![1.0, 0.0];

    // The end of a solve, by a method of order 5 that keeps its error per step below 1e-8.
    let end = solve(&pendulum, start, 0.0..10.0, Dopri5, Pid::tolerance(1e-8))?;
    println!("after 10 s: {:.6} rad, {} evaluations", end.last()[0], end.stats.evaluations);

    // The states at given times.
    let times = [0.5, 1.0, 2.0];
    let solution = Ivp::new(&pendulum, start, 0.0..2.0).save_at(&times).solve(Tsit5, Pid::tolerance(1e-8))?;
    for (t, y) in times.iter().zip(&solution.y) {
        println!("at {t} s: {:.6} rad", y[0]);
    }

    // The whole solution as a function of time.
    let dense = Ivp::new(&pendulum, start, 0.0..10.0).dense().solve(Tsit5, Pid::tolerance(1e-6))?;
    println!("at 7.77 s: {:.6} rad", dense.y.at(7.77)?[0]);
    let file = std::env::temp_dir().join("01_solve.svg");
    plot::trajectories(&dense)?.names(["angle", "angular velocity"])?.axes("t (s)", "").save(&file)?;
    println!("picture: {}", file.display());
    Ok(())
}
