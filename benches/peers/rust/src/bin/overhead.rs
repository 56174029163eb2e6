//! The cost of the solver loop: rheos beside loops written by hand for the Lorenz system, in turns.

use std::hint::black_box;
use std::time::Instant;

use nalgebra::{SVector, Vector3};
use rheos::{Dopri5, Fixed, Pid, Rk4, ode, solve};
use rheos_peers::by_hand::{dopri5_adaptive, dopri5_fixed, rk4_fixed};
use rheos_peers::clock::Library;
use rheos_peers::problems::{Lorenz, Problem, Visit, each};
use serde_json::json;

const RHEOS: Library = Library { name: "rheos", version: "0.1.0" };
const STEPS: usize = 10_000;
const TURNS: usize = 40;
const TOL: f64 = 1e-9;

/// Seconds of one call.
fn time<T>(mut run: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}

/// Runs both in turns, so that whatever disturbs the one disturbs the other.
fn turns<A, B>(mut ours: impl FnMut() -> A, mut theirs: impl FnMut() -> B) -> (Vec<f64>, Vec<f64>) {
    (0..TURNS).map(|_| (time(&mut ours), time(&mut theirs))).unzip()
}

fn print(what: &str, (ours, theirs): (Vec<f64>, Vec<f64>), evaluations: [u64; 2]) {
    let result = json!({ "ours": ours, "theirs": theirs, "evaluations": evaluations });
    RHEOS.line(json!({ "suite": "overhead", "what": what }), result);
}

#[inline(always)]
fn lorenz(y: &Vector3<f64>) -> Vector3<f64> {
    let mut dy = Vector3::zeros();
    Lorenz::rhs(&y.data.0[0], &mut dy.data.0[0]);
    dy
}

/// The loop against loops written by hand.
fn loops() {
    let field = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| Lorenz::rhs(&y.data.0[0], &mut dy.data.0[0]));
    let (y0, end) = (Vector3::from(Lorenz::start()), Lorenz::END);
    let steps = Fixed::steps(STEPS);
    let rk4 =
        turns(|| solve(&field, black_box(y0), 0.0..end, Rk4, steps), || rk4_fixed(lorenz, black_box(y0), end, STEPS));
    print("RK4, fixed steps", rk4, [4 * STEPS as u64; 2]);
    let dopri5 = turns(
        || solve(&field, black_box(y0), 0.0..end, Dopri5, steps),
        || dopri5_fixed(lorenz, black_box(y0), end, STEPS),
    );
    print("Dormand–Prince 5, fixed steps", dopri5, [6 * STEPS as u64 + 1; 2]);
    let pid = Pid::tolerance(TOL);
    let ours = solve(&field, y0, 0.0..end, Dopri5, pid).map_or(0, |solution| solution.stats.evaluations);
    let by_hand = |y0| dopri5_adaptive(lorenz, y0, end, TOL, f64::INFINITY);
    let (_, theirs) = by_hand(y0);
    let adaptive = turns(|| solve(&field, black_box(y0), 0.0..end, Dopri5, pid), || by_hand(black_box(y0)));
    print("Dormand–Prince 5(4), adaptive, PI controller", adaptive, [ours, theirs]);
}

/// A solve against its evaluations alone.
struct Evaluations;

impl Visit for Evaluations {
    fn visit<P: Problem<N>, const N: usize>(&mut self) {
        let field = ode(|_t, y: &SVector<f64, N>, dy: &mut SVector<f64, N>| P::rhs(&y.data.0[0], &mut dy.data.0[0]));
        let run = || solve(&field, black_box(P::start().into()), 0.0..P::END, Dopri5, Pid::tolerance(TOL));
        let evaluations = run().map_or(0, |solution| solution.stats.evaluations);
        let alone = || {
            let (y, mut dy) = (P::start(), [0.0; N]);
            for _ in 0..evaluations {
                P::rhs(black_box(&y), black_box(&mut dy));
            }
        };
        print(&format!("{}: solve / its evaluations", P::NAME), turns(run, alone), [evaluations; 2]);
    }
}

fn main() {
    loops();
    each(&mut Evaluations);
}
