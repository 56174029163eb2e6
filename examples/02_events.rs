//! Events: a ball that bounces, and ends the solve after its fifth bounce.
//!
//! `cargo run --release --example 02_events`

use nalgebra::{Vector2, vector};
use rheos::solution::Ending;
use rheos::{Dopri5, Event, Ivp, Pid, ode, plot};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // [height (m), velocity (m/s)]
    let ball = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[1], -9.81]);

    // Where the height falls to zero, the ball turns round and keeps 0.8 of its speed.
    let bounce = Event::falling(|_t, y: &Vector2<f64>| y[0]).reset(|_t, y| *y = vector![0.0, -0.8 * y[1]]).stop_at(5);

    let solution =
        Ivp::new(&ball, vector![1.0, 0.0], 0.0..10.0).event(bounce).dense().solve(Dopri5, Pid::tolerance(1e-9))?;
    for hit in &solution.hits {
        println!("{:.6} s: lands at {:.4} m/s", hit.t, hit.before[1]);
    }
    assert_eq!(solution.ending, Ending::Event(0));
    // The first landing has a closed form.
    assert!((solution.hits[0].t - (2.0_f64 / 9.81).sqrt()).abs() < 1e-9);

    let file = std::env::temp_dir().join("02_events.svg");
    plot::trajectories(&solution)?.components(&[0])?.names(["height"])?.axes("t (s)", "m").save(&file)?;
    println!("picture: {}", file.display());
    Ok(())
}
