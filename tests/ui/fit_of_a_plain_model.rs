//! A fit differentiates a model over a generic scalar, in `Autodiff`.

use nalgebra::{SVector, vector};
use rheos::fit::Fit;
use rheos::{Dopri5, GenericDynamics, Pid, Scalar};

struct Decay;

impl GenericDynamics<1, 1> for Decay {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
        vector![-k[0] * y[0]]
    }
}

fn main() {
    let _ = Fit::new(Decay, Dopri5, Pid::tolerance(1e-8));
}
