//! A method of one's own without a transpose has no discrete adjoint.

use rheos::solver::{StepStart, Dense, Method};
use rheos::{DiscreteAdjoint, Dynamics, Fixed, Ivp, Result, Solver, ode};

struct Mine;

impl Method for Mine {
    const ORDER: u32 = 1;
    const NAME: &'static str = "mine";
}

impl<F: Dynamics> Solver<F> for Mine {
    type Workspace = ();
    fn workspace(&self, _: &F, _: &F::State) {}
    fn reset(&self, _: &mut ()) {}
    fn step(&self, _: &F, _: &mut (), _: StepStart<'_, F::State>, _: &mut F::State) -> Result<()> {
        Ok(())
    }
    fn accept(&self, _: &mut ()) {}
    fn evaluations(&self, _: &()) -> u64 {
        0
    }
}

impl<F: Dynamics> Dense<F> for Mine {
    const DENSE_ORDER: u32 = 1;
    fn interpolate(&self, _: &F, _: &mut (), _: StepStart<'_, F::State>, _: f64, _: &mut F::State) {}
}

fn main() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let _ = Ivp::new(&decay, 1.0, 0.0..1.0).forward(Mine, Fixed::steps(10), DiscreteAdjoint::new());
}
