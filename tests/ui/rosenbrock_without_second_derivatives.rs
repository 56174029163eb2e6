//! The transpose of a Rosenbrock step takes second derivatives of the field.

use rheos::{Differentiable, DiscreteAdjoint, Dynamics, Fixed, Ivp, Parametric};
use rheos::dynamics::Jacobian;
use rheos::solver::rosenbrock::Rodas4;

struct Decay;

impl Dynamics for Decay {
    type State = f64;
    fn eval(&self, _t: f64, y: &f64, dy: &mut f64) {
        *dy = -y;
    }
}

impl Jacobian for Decay {}

impl Parametric for Decay {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl Differentiable for Decay {
    type Trace = ();
    fn vjp(&self, _t: f64, _y: &f64, w: &f64, ybar: &mut f64, (): &mut ()) -> f64 {
        *ybar -= w;
        0.0
    }
}

fn main() {
    let _ = Ivp::new(&Decay, 1.0, 0.0..1.0).forward(Rodas4, Fixed::steps(10), DiscreteAdjoint::new());
}
