//! The hot loops one at a time, for a counter of instructions; `benches/instructions/run` drives it.
//!
//! The arguments are the name of a case and the number of steps, or of evaluations for a network.

use std::hint::black_box;

use nalgebra::{DVector, SMatrix, Vector3};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::formula::Static;
use rheos::nn::{LayerField, Mlp, Net};
use rheos::solver::Embedded;
use rheos::solver::explicit::Vern8;
use rheos::{Differentiable, Dopri5, Dynamics, Fixed, Parametric, Pid, Rk4, State, ode, solve};

type Network = LayerField<Net<Mlp<f64, 4, 32, 4>, Static<64>>>;
type Batch = SMatrix<f64, 4, 64>;

struct Lorenz;

impl Dynamics for Lorenz {
    type State = Vector3<f64>;
    #[inline]
    fn eval(&self, _t: f64, y: &Vector3<f64>, dy: &mut Vector3<f64>) {
        dy[0] = 10.0 * (y[1] - y[0]);
        dy[1] = y[0] * (28.0 - y[2]) - y[1];
        dy[2] = y[0] * y[1] - 8.0 / 3.0 * y[2];
    }
}

/// Steps the tolerance would let be longer, so that their number is known.
fn adaptive<F, S>(f: &F, y0: F::State, solver: S, steps: usize)
where
    F: Dynamics,
    S: Embedded<F>,
{
    const H: f64 = 1e-3;
    let control = Pid::tolerance(1e-4).max_step(H).max_steps(u64::MAX);
    let _ = black_box(solve(f, black_box(y0), 0.0..H * steps as f64, solver, control));
}

/// Heat conduction in a rod of 100 points: a field that costs no more than the method around it.
fn rod(steps: usize) {
    let f = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        let (y, dy) = (y.as_slice(), dy.as_mut_slice());
        dy[0] = 0.0;
        dy[99] = 0.0;
        for (dy, y) in dy[1..99].iter_mut().zip(y.windows(3)) {
            *dy = y[0] - 2.0 * y[1] + y[2];
        }
    });
    let y0 = DVector::from_fn(100, |i, _| (i as f64).sin());
    let _ = black_box(solve(&f, y0, 0.0..0.1 * steps as f64, Rk4, Fixed::steps(steps)));
}

fn network() -> (Network, Batch) {
    let mut rng = StdRng::seed_from_u64(1);
    let mut uniform = || rng.random::<f64>();
    (Net::new(Mlp::uniform(&mut uniform)).field(), Batch::from_fn(|_, _| uniform()))
}

fn forward(times: usize) {
    let (f, y) = network();
    let mut dy = y.zeros_like();
    for _ in 0..times {
        f.eval(0.0, black_box(&y), &mut dy);
    }
    black_box(dy);
}

fn pullback(times: usize) {
    let (f, y) = network();
    let (mut dy, mut ybar, mut pbar) = (y.zeros_like(), y.zeros_like(), f.params().zeros_like());
    let mut trace = Default::default();
    for _ in 0..times {
        f.eval_traced(0.0, black_box(&y), &mut dy, &mut trace);
        f.vjp_traced(&mut trace, 0.0, &y, black_box(&y), &mut ybar, &mut pbar);
    }
    black_box((ybar, pbar));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let y0 = Vector3::new(1.0, 1.0, 1.0);
    let [case, times] = &arguments[..] else {
        return println!("instructions are counted by benches/instructions/run");
    };
    let Ok(n) = times.parse::<usize>() else { panic!("not a number of steps: {times}") };
    match case.as_str() {
        "lorenz-rk4" => {
            let _ = black_box(solve(&Lorenz, black_box(y0), 0.0..1e-3 * n as f64, Rk4, Fixed::steps(n)));
        }
        "lorenz-dopri5-adaptive" => adaptive(&Lorenz, y0, Dopri5, n),
        "lorenz-vern8-adaptive" => adaptive(&Lorenz, y0, Vern8, n),
        "rod-100-rk4" => rod(n),
        "mlp-4-32-4x64-forward" => forward(n),
        "mlp-4-32-4x64-pullback" => pullback(n),
        _ => panic!("no case is called {case}"),
    }
}
