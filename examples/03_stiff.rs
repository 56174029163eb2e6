//! A stiff problem: by the automatic method, by a method of your choice, and by a name given at run time.
//!
//! `cargo run --release --example 03_stiff -- radau_iia5`

use nalgebra::{Vector3, vector};
use rheos::solver::AnySolver;
use rheos::state::Tolerance;
use rheos::{Pid, Rodas5P, Tsit5, ode, solve, solve_ivp};

fn main() -> rheos::Result<()> {
    // H. H. Robertson's reaction (1966): rates from 0.04 to 3e7.
    let reaction = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
        let (slow, fast) = (0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]);
        *dy = vector![-slow, slow - fast, fast];
    });
    let (start, span, control) = (vector![1.0, 0.0, 0.0], 0.0..40.0, Pid::tolerance(1e-7).atol(1e-11));

    // An explicit method takes many steps, and says why.
    let explicit = solve(&reaction, start, span.clone(), Tsit5, control)?;
    println!("Tsit5: {} steps; stiff: {:?}", explicit.stats.accepted, explicit.stiffness.is_some());

    let stiff = solve(&reaction, start, span.clone(), Rodas5P, control)?;
    println!("Rodas5P: {} steps, {} Jacobians", stiff.stats.accepted, stiff.stats.jacobians);

    // The method that switches between the two by itself.
    let automatic = solve_ivp(&reaction, start, span.clone(), Tolerance { rtol: 1e-7, atol: 1e-11 })?;
    println!("automatic: {} steps", automatic.stats.accepted);

    // The method by name.
    let name = std::env::args().nth(1).unwrap_or_else(|| "bdf".into());
    let method: AnySolver = name.parse()?;
    let named = solve(&reaction, start, span, method, control)?;
    println!("{}: {} steps", method.name(), named.stats.accepted);

    // The reference value is from the literature: 0.7158270688.
    for solution in [&explicit, &stiff, &automatic, &named] {
        assert!((solution.last()[0] - 0.715_827_068_8).abs() < 1e-5);
    }
    Ok(())
}
