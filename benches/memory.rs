//! The peak memory of a gradient, forward and backward pass together: a table of bytes against steps.
//!
//! A counting allocator is exact, so the load of the machine does not matter. It counts the heap only.

use allocation_counter::measure;
use nalgebra::{DVector, SMatrix};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::formula::Static;
use rheos::nn::{Mlp, Net};
use rheos::{Adjoint, BacksolveAdjoint, Differentiable, DiscreteAdjoint, Fixed, Ivp, Rk4, State, ode};

/// Powers of two less one, so that the states of a record, the first included, fill a vector that grows by doubling.
const STEPS: [usize; 4] = [15, 127, 1023, 8191];
const SIZE: usize = 1000;

/// The most bytes held at one time by a solve of `steps` steps of RK4 and its pullback.
fn peak<F, A>(f: &F, y0: &F::State, adjoint: &A, steps: usize) -> u64
where
    F: Differentiable,
    A: Adjoint<F, Rk4, Fixed>,
{
    let info = measure(|| {
        let run = Ivp::new(f, y0.clone(), 0.0..1.0).forward(Rk4, Fixed::steps(steps), adjoint);
        assert!(run.is_ok_and(|run| run.backward(&run.y).is_ok()), "the solve failed");
    });
    info.bytes_max
}

fn table<F: Differentiable>(name: &str, f: &F, y0: &F::State)
where
    BacksolveAdjoint<Rk4, Fixed>: Adjoint<F, Rk4, Fixed>,
    DiscreteAdjoint: Adjoint<F, Rk4, Fixed>,
{
    println!("{name}: peak bytes of a gradient, RK4");
    println!("{:>7} {:>14} {:>12} {:>8} {:>12}", "steps", "steps x state", "Discrete", "ratio", "Backsolve");
    for steps in STEPS {
        let states = steps * y0.count() * size_of::<f64>();
        let discrete = peak(f, y0, &DiscreteAdjoint::new(), steps);
        let backsolve = peak(f, y0, &BacksolveAdjoint::new(Rk4, Fixed::steps(steps)), steps);
        println!("{steps:>7} {states:>14} {discrete:>12} {:>8.3} {backsolve:>12}", discrete as f64 / states as f64);
    }
    println!();
}

fn main() {
    let decay = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy.copy_from(y);
        dy.neg_mut();
    })
    .with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    table("1000 numbers on the heap", &decay, &DVector::from_element(SIZE, 1.0));

    let mut rng = StdRng::seed_from_u64(1);
    let mut uniform = || rng.random::<f64>();
    let net: Net<_, Static<64>> = Net::new(Mlp::<f64, 4, 32, 4>::uniform(&mut uniform));
    table("static network 4-32-4, 64 samples", &net.field(), &SMatrix::from_fn(|_, _| uniform()));
}
