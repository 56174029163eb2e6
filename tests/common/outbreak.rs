//! An outbreak (SIR), whose start depends on a parameter.

use nalgebra::{SVector, vector};
use rheos::fit::{Experiment, Fit, Forward, Parameter, Series};
use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};

/// Fractions of susceptible and infected: `S' = −β S I`, `I' = β S I − γ I`.
#[derive(Clone)]
pub struct Sir;

impl GenericDynamics<2, 2> for Sir {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let infections = p[0] * y[0] * y[1];
        vector![-infections, infections - p[1] * y[1]]
    }
}

pub type Outbreak = Fit<'static, Forward<Autodiff<Sir, 2, 2>, Dopri5, Pid>>;

/// The fit to measured fractions of infected with this standard deviation.
pub fn outbreak(times: &[f64], infected: &[f64], sigma: f64) -> Outbreak {
    let start = Experiment::from_parameters(0.0, |p| vec![-p[2] + 1.0, p[2]]);
    let parameters = [("β", 0.4), ("γ", 0.15), ("I(0)", 2e-3)];
    Fit::new(Autodiff::new(Sir, vector![0.4, 0.15]), Dopri5, Pid::tolerance(1e-9))
        .parameters(parameters.map(|(name, value)| Parameter::new(name, value).positive()))
        .experiment(start.measured(Series::component(1, times, infected).sigma(sigma)))
}
