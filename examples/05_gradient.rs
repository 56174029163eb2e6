//! The gradient of a solve, and the fit of two parameters with it.
//!
//! `cargo run --release --example 05_gradient`

use nalgebra::{SVector, vector};
use rheos::train::{Adam, Optimiser, mean_squared_error};
use rheos::{Autodiff, DiscreteAdjoint, Dopri5, GenericDynamics, Ivp, Parametric, Pid, Scalar};

/// `y' = r y (1 − y / k)` with the parameters `[r, k]`, over a generic scalar: Jacobian and pullback follow.
struct Logistic;

impl GenericDynamics<1, 2> for Logistic {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, p: &SVector<T, 2>) -> SVector<T, 1> {
        SVector::from([p[0] * y[0] * (-y[0] / p[1] + 1.0)])
    }
}

fn main() -> rheos::Result<()> {
    let (start, span, control) = (vector![0.1], 0.0..8.0, Pid::tolerance(1e-8));
    let times: Vec<f64> = (1..=16).map(|i| 0.5 * f64::from(i)).collect();

    // Observations of the closed solution with r = 1.2 and k = 2.
    let (r, k): (f64, f64) = (1.2, 2.0);
    let observed: Vec<_> = times.iter().map(|t| vector![k / (1.0 + (k / 0.1 - 1.0) * (-r * t).exp())]).collect();

    let mut model = Autodiff::new(Logistic, vector![0.7, 1.0]);
    let mut adam = Adam::new(0.05);
    for step in 0..=300 {
        let run =
            Ivp::new(&model, start, span.clone()).save_at(&times).forward(Dopri5, control, DiscreteAdjoint::new())?;
        let (loss, gradient) = run.gradient_of(|y| mean_squared_error(y, &observed))?;
        drop(run);
        let p = model.params();
        if step % 100 == 0 {
            println!("step {step}: loss {loss:.1e}, r = {:.4}, k = {:.4}", p[0], p[1]);
        }
        adam.step(&mut model, &gradient.params)?;
    }
    let p = model.params();
    assert!((p[0] - r).abs() < 0.01 && (p[1] - k).abs() < 0.01);
    Ok(())
}
