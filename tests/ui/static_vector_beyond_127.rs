//! A static vector of more than 127 entries has no matrices.

use nalgebra::SVector;
use rheos::{Autodiff, GenericDynamics, Pid, Rodas5P, Scalar, solve};

struct Decay;

impl GenericDynamics<200, 0> for Decay {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 200>, _p: &SVector<T, 0>) -> SVector<T, 200> {
        y.map(|y| -y)
    }
}

fn main() {
    let decay = Autodiff::new(Decay, SVector::zeros());
    let _ = solve(&decay, SVector::repeat(1.0), 0.0..1.0, Rodas5P, Pid::tolerance(1e-6));
}
