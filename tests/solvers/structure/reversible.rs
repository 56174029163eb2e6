//! Steps undone: `n` steps forwards and `n` back.

use rheos::dynamics::problems::{LotkaVolterra, Orbit};
use rheos::solver::StepStart;
use rheos::solver::explicit::Heun;
use rheos::solver::reversible::{Alf, Coupled, DampedAlf, Reversible, ReversibleHeun, StepEnd};
use rheos::solver::symplectic::{BlanesMoan4, Leapfrog, Ruth3, SymplecticEuler, Yoshida6};
use rheos::{Dopri5, Dynamics, Error, Fixed, Pid, Rk4, State, ode, solve};

use super::problems::{Pendulums, Shaken};

/// The largest error in a coordinate of the initial state after `n` steps over `h` and back, and how far the solution
/// had gone.
fn there_and_back<F: Dynamics, S: Reversible<F>>(f: &F, y0: &F::State, solver: &S, n: usize, h: f64) -> (f64, f64) {
    let mut ws = solver.workspace(f, y0);
    let mut y = y0.clone();
    let mut other = y0.clone();
    for i in 0..n {
        solver.step(f, &mut ws, StepStart { t: i as f64 * h, h, y0: &y }, &mut other).unwrap();
        solver.accept(&mut ws);
        y.assign(&other);
    }
    let gone = largest_difference(&y, y0);
    for i in (0..n).rev() {
        solver.step_back(f, &mut ws, StepEnd { t: i as f64 * h, h, y1: &y }, &mut other).unwrap();
        y.assign(&other);
    }
    (largest_difference(&y, y0), gone)
}

fn largest_difference<Y: State>(x: &Y, y: &Y) -> f64 {
    x.coordinates().iter().zip(y.coordinates()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// Every step back repeats the evaluations of the step forwards at arguments that differ by rounding, and adds a few
/// roundings of states of the size of 1: `n` of them on a path along which errors grow at most linearly in `n`, which
/// makes `n²/2` of them in the worst case. Observed are a few times `n`; 100 steps may have `1000 ε`.
const FEW: usize = 100;
const BOUND: f64 = 1000.0 * f64::EPSILON;

#[test]
fn steps_are_undone_to_rounding() {
    macro_rules! check {
        ($f:expr, $y0:expr, $($method:expr),*) => {
            $(let (error, gone) = there_and_back(&$f, &$y0, &$method, FEW, 0.03);
            assert!(gone > 0.1);
            assert!(error < BOUND, "{:?}: {error:e}", $method);)*
        };
    }
    let (orbit, y0) = Orbit::problem();
    let (coupled, tightly) = (Coupled::new(Rk4), Coupled::new(Dopri5).coupling(1.0).unwrap());
    check!(orbit, y0, ReversibleHeun, Alf, coupled, tightly, Coupled::new(Heun));
    check!(Shaken, Shaken::exact(0.0), ReversibleHeun, Alf, Leapfrog, SymplecticEuler, Ruth3, BlanesMoan4, Yoshida6);
    let (pendulums, y0) = Pendulums::problem();
    check!(pendulums, y0, Leapfrog, Yoshida6, Coupled::new(Rk4));
}

#[test]
fn damping_costs_digits_on_the_way_back() {
    // (2 η − 1)^(−n) times what rounding makes of the velocity.
    let (orbit, y0) = Orbit::problem();
    let eta = 0.9_f64;
    let (error, _) = there_and_back(&orbit, &y0, &DampedAlf::new(eta).unwrap(), FEW, 0.03);
    let growth = (2.0 * eta - 1.0).powi(-(FEW as i32));
    assert!(error < BOUND * growth, "{error:e}");
    assert!(error > BOUND, "{error:e}");
}

#[test]
fn adaptive_steps_keep_to_the_tolerance() {
    let (f, y0) = LotkaVolterra::problem();
    let truth = solve(&f, y0, 0.0..5.0, Dopri5, Pid::tolerance(1e-12)).unwrap();
    let error = |found: &nalgebra::Vector2<f64>| (found - truth.last()).norm();
    let pid = Pid::tolerance(1e-6);
    let heun = solve(&f, y0, 0.0..5.0, ReversibleHeun, pid).unwrap();
    let alf = solve(&f, y0, 0.0..5.0, Alf, pid).unwrap();
    let coupled = solve(&f, y0, 0.0..5.0, Coupled::new(Dopri5).coupling(0.8).unwrap(), pid).unwrap();
    for found in [heun.last(), alf.last(), coupled.last()] {
        assert!(error(found) < 1e-4, "{:e}", error(found));
    }
}

#[test]
fn only_what_forgets_can_follow_what_decays() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    macro_rules! error {
        ($method:expr) => {
            (solve(&decay, 1.0, 0.0..10.0, $method, Fixed::steps(50)).unwrap().last() - (-10.0_f64).exp()).abs()
        };
    }
    // A step contracts by exp(−0.2) = 0.82.
    let coupled = |lambda| Coupled::new(Rk4).coupling(lambda).unwrap();
    assert!(error!(ReversibleHeun) > 1.0);
    assert!(error!(Alf) > 1.0);
    assert!(error!(coupled(1.0)) > 1e-2);
    assert!(error!(coupled(0.8)) < 1e-6);
    assert!(error!(DampedAlf::new(0.8).unwrap()) < 1e-4);
}

#[test]
fn arguments_outside_their_domain_are_named() {
    for eta in [0.5, 1.0, -1.0, f64::NAN] {
        let Err(Error::InvalidArgument { name: "eta", value, .. }) = DampedAlf::new(eta) else { panic!("{eta}") };
        assert!(value == eta || value.is_nan() && eta.is_nan());
    }
    for lambda in [0.0, 1.01, f64::NAN] {
        let Err(Error::InvalidArgument { name: "lambda", .. }) = Coupled::new(Rk4).coupling(lambda) else {
            panic!("{lambda}")
        };
    }
}
