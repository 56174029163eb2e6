//! Stiff problems: a small one by several methods, a large one with the structure of its Jacobian, and one with an
//! algebraic equation.
//!
//! `cargo run --release --example 03_stiff_and_sparse -- radau_iia5`

use nalgebra::{DVector, Vector3, vector};
use rheos::dynamics::{MassMatrix, Neighbourhood, WithMass, probe_pattern};
use rheos::solver::AnySolver;
use rheos::solver::implicit::{Banded, Radau, Sparse};
use rheos::state::Tolerance;
use rheos::{Bdf, Pid, Rodas5P, ode, solve, solve_ivp};

/// H. H. Robertson's reaction (1966): rates from 0.04 to 3e7.
fn rates(y: &Vector3<f64>) -> [f64; 2] {
    [0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]]
}

fn main() -> rheos::Result<()> {
    let reaction = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
        let [slow, fast] = rates(y);
        *dy = vector![-slow, slow - fast, fast];
    });
    let (start, control) = (vector![1.0, 0.0, 0.0], Pid::tolerance(1e-7).atol(1e-11));

    // A stiff method, the method that switches by itself, and one by a name given at run time.
    let stiff = solve(&reaction, start, 0.0..40.0, Rodas5P, control)?;
    let automatic = solve_ivp(&reaction, start, 0.0..40.0, Tolerance { rtol: 1e-7, atol: 1e-11 })?;
    let method: AnySolver = std::env::args().nth(1).unwrap_or_else(|| "bdf".into()).parse()?;
    let named = solve(&reaction, start, 0.0..40.0, method, control)?;

    // The conservation of mass as an algebraic equation: M y' = f with M = diag(1, 1, 0).
    let balance = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
        let [slow, fast] = rates(y);
        *dy = vector![-slow, slow - fast, y.sum() - 1.0];
    });
    let system = WithMass::new(balance, MassMatrix::diagonal(&[1.0, 1.0, 0.0])?);
    let algebraic = solve(&system, start, 0.0..40.0, Radau, control)?;

    for (name, solution) in
        [("Rodas5P", stiff), ("automatic", automatic), (method.name(), named), ("Radau, with M", algebraic)]
    {
        println!("{name:14} {:4} steps, {:3} Jacobians", solution.stats.accepted, solution.stats.jacobians);
        // The reference value is from the literature: 0.7158270688.
        assert!((solution.last()[0] - 0.715_827_068_8).abs() < 1e-5);
    }

    // Diffusion of heat along a rod of 2000 cells: the Jacobian is a band, or any sparse matrix.
    let n = 2000;
    let heat = ode(|_t, u: &DVector<f64>, du: &mut DVector<f64>| {
        for i in 0..n {
            let (left, right) = (if i > 0 { u[i - 1] } else { 0.0 }, if i + 1 < n { u[i + 1] } else { 0.0 });
            du[i] = (n as f64 + 1.0).powi(2) * (left - 2.0 * u[i] + right);
        }
    });
    let wave = DVector::from_fn(n, |i, _| (std::f64::consts::PI * (i as f64 + 1.0) / (n as f64 + 1.0)).sin());
    let control = Pid::tolerance(1e-6);
    let banded = solve(&heat, wave.clone(), 0.0..0.1, Bdf.with(Banded::new(1, 1)), control)?;
    // The places of the entries are found by evaluations of the field.
    let pattern = probe_pattern(&heat, 0.0, &wave, Neighbourhood::of_step(1e-6));
    let sparse = solve(&heat, wave.clone(), 0.0..0.1, Bdf.with(Sparse::new(pattern)), control)?;
    let exact = wave * (-0.1 * std::f64::consts::PI.powi(2)).exp();
    for (name, solution) in [("Bdf, banded", banded), ("Bdf, sparse", sparse)] {
        println!("{name:14} {:4} steps, {:3} Jacobians", solution.stats.accepted, solution.stats.jacobians);
        assert!((solution.last() - &exact).amax() < 1e-5);
    }
    Ok(())
}
