//! Multistep methods that choose their own order and steps.

use crate::common::{golden, numbers, relative_error};
use nalgebra::{DVector, Matrix3, SVector, Vector2, Vector3, vector};
use rheos::dynamics::problems::{Forced, Lorenz, Orbit, VanDerPol};
use rheos::dynamics::{Jacobian, Neighbourhood};
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::Krylov;
use rheos::solver::multistep::{Adams, Ndf};
use rheos::solver::{Dense, Embedded, StepStart};
use rheos::verify::order_with;
use rheos::{Bdf, Controller, Dynamics, Error, Ivp, Pid, RadauIIA5, Solver, Vern7, ode, solve};

/// Runs a test body for each of the methods.
macro_rules! for_each {
    ([$($method:expr),* $(,)?], |$m:ident| $body:expr) => {
        $({ let $m = $method; $body })*
    };
}

#[test]
fn errors_follow_the_tolerance() {
    for_each!([Adams, Bdf, Ndf], |method| {
        for tol in [1e-4, 1e-6, 1e-8, 1e-10] {
            let (f, y0) = Forced::problem();
            let solution = solve(&f, y0, 0.0..10.0, method, Pid::tolerance(tol)).unwrap();
            let error = (solution.last() - Forced::exact(10.0)).amax();
            // As many errors of the size of the tolerance as there are steps, and u' = u cos t amplifies them by up to e².
            assert!(error < 7.4 * tol * solution.stats.accepted as f64, "{method:?} at {tol:e}: {error:e}");
            // Backwards, v' = 0.3 v (cos t − v) − sin t amplifies them by more.
            let solution = solve(&f, Forced::exact(3.0), 3.0..0.0, method, Pid::tolerance(tol)).unwrap();
            let error = (solution.last() - Forced::exact(0.0)).amax();
            assert!(error < 10.0 * tol * solution.stats.accepted as f64, "{method:?} at {tol:e}, backwards: {error:e}");
        }
    });
}

#[test]
fn phase_errors_follow_the_tolerance() {
    for_each!([Adams, Bdf], |method| {
        for tol in [1e-4, 1e-6, 1e-8, 1e-10] {
            let (f, y0) = Orbit::problem();
            let solution = solve(&f, y0, 0.0..20.0, method, Pid::tolerance(tol)).unwrap();
            let error = (solution.last() - Orbit::exact(20.0)).amax();
            // The speed depends on the radius: an error of it grows to 2 t times its size.
            assert!(error < 40.0 * tol * solution.stats.accepted as f64, "{method:?} at {tol:e}: {error:e}");
        }
    });
}

/// The largest error of each component over all times, relative to the component's largest value.
fn golden_error<F, S, const N: usize>(
    name: &str,
    (f, y0): (F, SVector<f64, N>),
    solver: S,
    control: Pid,
    landing: bool,
) -> f64
where
    F: Dynamics<State = SVector<f64, N>>,
    S: Dense<F> + Embedded<F>,
    Pid: Controller<F, S>,
{
    let times = numbers(&golden(&["ode_problems", name, "t"]));
    let expected = numbers(&golden(&["ode_problems", name, "y"]));
    let problem = Ivp::new(&f, y0, (times[0], times[times.len() - 1]));
    let solution = if landing {
        problem.land_on(&times).solve(solver, control)
    } else {
        problem.save_at(&times).solve(solver, control)
    };
    let component = |values: &[f64], i: usize| values.iter().skip(i).step_by(N).copied().collect::<Vec<f64>>();
    let found: Vec<f64> = solution.unwrap().y.iter().flat_map(|y| y.iter().copied()).collect();
    (0..N).map(|i| relative_error(&component(&found, i), &component(&expected, i))).fold(0.0, f64::max)
}

#[test]
fn lorenz_as_in_40_digit_arithmetic() {
    for landing in [false, true] {
        let error = golden_error("lorenz", Lorenz::problem(), Adams, Pid::tolerance(1e-11), landing);
        assert!(error < 1e-8, "Adams {error:e}, landing {landing}");
        let error = golden_error("lorenz", Lorenz::problem(), Bdf, Pid::tolerance(1e-10), landing);
        assert!(error < 2e-6, "BDF {error:e}, landing {landing}");
    }
}

/// Two bodies and a third without mass: Arenstorf's orbit, Hairer, Nørsett & Wanner I, section II.0. It closes.
#[test]
fn arenstorf_orbit_closes() {
    let mu = 0.012277471;
    let f = ode(|_t, y: &SVector<f64, 4>, dy: &mut SVector<f64, 4>| {
        let (left, right) = (y[0] + mu, y[0] - (1.0 - mu));
        let d1 = (left * left + y[1] * y[1]).powf(1.5);
        let d2 = (right * right + y[1] * y[1]).powf(1.5);
        dy[0] = y[2];
        dy[1] = y[3];
        dy[2] = y[0] + 2.0 * y[3] - (1.0 - mu) * left / d1 - mu * right / d2;
        dy[3] = y[1] - 2.0 * y[2] - (1.0 - mu) * y[1] / d1 - mu * y[1] / d2;
    });
    let start = vector![0.994, 0.0, 0.0, -2.001_585_106_379_082_4];
    let period = 17.065_216_560_157_964;
    let solution = solve(&f, start, 0.0..period, Adams, Pid::tolerance(1e-13)).unwrap();
    let error = (solution.last() - start).fixed_rows::<2>(0).amax();
    assert!(error < 1e-8, "{error:e}");
}

#[test]
fn history_saves_evaluations_where_tolerances_are_tight() {
    let (f, y0) = Lorenz::problem();
    let control = Pid::tolerance(1e-10);
    let evaluations = solve(&f, y0, 0.0..5.0, Adams, control).unwrap().stats.evaluations;
    assert!(2 * evaluations < solve(&f, y0, 0.0..5.0, Vern7, control).unwrap().stats.evaluations);
    assert!(evaluations < solve(&f, y0, 0.0..5.0, Dop853, control).unwrap().stats.evaluations);
}

#[test]
fn output_between_the_steps_is_as_good_as_the_steps() {
    let times: Vec<f64> = (1..500).map(|i| 0.02 * f64::from(i)).collect();
    let (f, y0) = Forced::problem();
    for_each!([Adams, Bdf, Ndf], |method| {
        for tol in [1e-5, 1e-8] {
            let solution = Ivp::new(&f, y0, 0.0..10.0).save_at(&times).solve(method, Pid::tolerance(tol)).unwrap();
            let errors = times.iter().zip(&solution.y).map(|(&t, y)| (y - Forced::exact(t)).amax());
            let error = errors.fold(0.0, f64::max);
            assert!(error < 7.4 * tol * solution.stats.accepted as f64, "{method:?} at {tol:e}: {error:e}");
        }
    });
}

/// The entries at `t = 2000` come from the Test Set for IVP Solvers (Mazzia & Magherini), section VDPOL.
#[test]
fn van_der_pol_at_mu_1000() {
    for_each!([Bdf, Ndf], |method| {
        let (f, y0) = VanDerPol::problem(1000.0);
        let solution = solve(&f, y0, 0.0..2000.0, method, Pid::tolerance(1e-10)).unwrap();
        let error = (solution.last() - vector![1.706167732170483, -0.8928097010247975e-3]).amax();
        assert!(error < 1e-6, "{error:e}");
    });
}

/// A Jacobian that is kept too long looks like convergence, and the solution misses the jumps to come.
#[test]
fn loose_tolerances_keep_the_jumps_of_van_der_pol() {
    for_each!([Bdf, Ndf], |method| {
        for tol in [2e-3, 1e-3, 5e-4, 2e-4, 1e-4] {
            let (f, y0) = VanDerPol::problem(1000.0);
            let solution = Ivp::new(&f, y0, 0.0..3000.0).save_every(1).solve(method, Pid::tolerance(tol)).unwrap();
            let jumps: Vec<f64> = solution
                .t
                .iter()
                .zip(solution.y.windows(2))
                .filter(|(_, y)| y[0][0] * y[1][0] < 0.0)
                .map(|(&t, _)| t)
                .collect();
            // From Radau's method at a tolerance of 1e-6.
            let expected = [807.1, 1614.3, 2421.5];
            let close = jumps.iter().zip(expected).all(|(t, expected)| (t / expected - 1.0).abs() < 0.05);
            assert!(jumps.len() == 3 && close, "{tol:e}: {jumps:?}");
        }
    });
}

/// H. H. Robertson's reaction of three substances.
struct Robertson;

impl Dynamics for Robertson {
    type State = Vector3<f64>;
    fn eval(&self, _: f64, y: &Vector3<f64>, dy: &mut Vector3<f64>) {
        let (slow, fast, catalysed) = (0.04 * y[0], 3e7 * y[1] * y[1], 1e4 * y[1] * y[2]);
        *dy = vector![catalysed - slow, slow - catalysed - fast, fast];
    }
}

impl Jacobian for Robertson {
    fn jacobian(&self, _: f64, y: &Vector3<f64>, _: Neighbourhood<Vector3<f64>>) -> Matrix3<f64> {
        let (b, c) = (1e4 * y[2], 1e4 * y[1]);
        let fast = 6e7 * y[1];
        Matrix3::new(-0.04, b, c, 0.04, -b - fast, -c, 0.0, fast, 0.0)
    }
}

#[test]
fn robertson_as_in_40_digit_arithmetic() {
    for_each!([Bdf, Ndf], |method| {
        for landing in [false, true] {
            let problem = (Robertson, vector![1.0, 0.0, 0.0]);
            let error = golden_error("robertson", problem, method, Pid::tolerance(1e-8).atol(1e-14), landing);
            assert!(error < 2e-5, "{error:e}, landing {landing}");
        }
    });
}

#[test]
fn other_linear_solvers_give_the_same_solution() {
    let (f, y0) = VanDerPol::problem(50.0);
    let control = Pid::tolerance(1e-8);
    let dense = solve(&f, y0, 0.0..60.0, Bdf, control).unwrap();
    let krylov = solve(&f, y0, 0.0..60.0, Bdf.with(Krylov::new()), control).unwrap();
    let reference = solve(&f, y0, 0.0..60.0, RadauIIA5, Pid::tolerance(1e-11)).unwrap();
    assert!((dense.last() - reference.last()).amax() < 1e-5, "{} {}", dense.last(), reference.last());
    assert!((krylov.last() - reference.last()).amax() < 1e-5, "{} {}", krylov.last(), reference.last());
    assert_eq!(krylov.stats.factorisations, 0);
}

#[test]
fn without_an_error_estimate_the_order_stays_what_it_is_at_first() {
    for_each!([Adams, Bdf, Ndf], |method| {
        let (f, y0) = Forced::problem();
        let report = order_with(&f, &y0, 0.0..10.0, &method, Forced::exact).unwrap();
        assert!(report.passed(), "{report}");
    });
}

#[test]
fn every_kind_of_state_has_the_same_history() {
    let control = Pid::tolerance(1e-9);
    let fixed = ode(|t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[1] * t, y[0]]);
    let dynamic = ode(|t: f64, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy[0] = -y[1] * t;
        dy[1] = y[0];
    });
    for_each!([Adams, Bdf], |method| {
        let one = solve(&fixed, vector![1.0, 0.0], 0.0..3.0, method, control).unwrap();
        let other = solve(&dynamic, DVector::from_vec(vec![1.0, 0.0]), 0.0..3.0, method, control).unwrap();
        assert!((one.last() - other.last()).amax() < 1e-12);
    });
    let single = ode(|_t, y: &f32, dy: &mut f32| *dy = -y);
    let solution = solve(&single, 1.0, 0.0..2.0, Adams, Pid::tolerance(1e-5)).unwrap();
    assert!((f64::from(*solution.last()) - (-2.0_f64).exp()).abs() < 1e-4);
}

/// An undeclared jump of the slope, before which the history is useless.
#[test]
fn a_jump_of_the_slope_is_survived() {
    let f = ode(|t: f64, y: &f64, dy: &mut f64| *dy = if t < 1.0 { -y } else { 5.0 - y });
    let exact = 5.0 + ((-1.0_f64).exp() - 5.0) * (-2.0_f64).exp();
    for_each!([Adams, Bdf, Ndf], |method| {
        let solution = solve(&f, 1.0, 0.0..3.0, method, Pid::tolerance(1e-8)).unwrap();
        let error = (solution.last() - exact).abs();
        assert!(error < 1e-6, "{error:e}");
        assert!(solution.stats.rejected > 3);
    });
}

#[test]
fn failures_are_typed_and_keep_what_was_computed() {
    let cliff = ode(|t: f64, y: &f64, dy: &mut f64| *dy = if t < 1.0 { -y } else { f64::NAN });
    for_each!([Adams, Bdf], |method| {
        let failure = solve(&cliff, 1.0, 0.0..2.0, method, Pid::tolerance(1e-6)).unwrap_err();
        assert!(matches!(failure.error, Error::NonFinite { .. } | Error::NewtonDiverged { .. }), "{failure}");
        let (t, y) = (failure.partial.last_time(), *failure.partial.last());
        assert!(t > 0.99 && t <= 1.0 && (y - (-t).exp()).abs() < 1e-5, "{t} {y}");
    });
    let escape = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
    for_each!([Adams, Bdf], |method| {
        let failure = solve(&escape, 1.0, 0.0..2.0, method, Pid::tolerance(1e-6)).unwrap_err();
        assert!((failure.partial.last_time() - 1.0).abs() < 1e-3, "{failure}");
    });
}

/// `y' = −y³` with a derivative of the wrong sign and size.
struct Misled;

impl Dynamics for Misled {
    type State = f64;
    fn eval(&self, _: f64, y: &f64, dy: &mut f64) {
        *dy = -y.powi(3);
    }
}

impl Jacobian for Misled {
    fn jacobian(&self, _: f64, y: &f64, _: Neighbourhood<f64>) -> f64 {
        30.0 * y * y
    }
}

#[test]
fn a_step_whose_equation_is_not_solved_is_tried_again_shorter() {
    let mut ws = Bdf.workspace(&Misled, &1.0);
    let mut y1 = 0.0;
    assert_eq!(
        Bdf.step(&Misled, &mut ws, StepStart { t: 0.0, h: 0.5, y0: &1.0 }, &mut y1),
        Err(Error::NewtonDiverged { t: 0.0, h: 0.5 })
    );
    // Shorter steps get by, since the wrong term loses its weight.
    let solution = solve(&Misled, 1.0, 0.0..10.0, Bdf, Pid::tolerance(1e-8).first_step(1.0)).unwrap();
    assert!((solution.last() - 1.0 / 21.0_f64.sqrt()).abs() < 1e-6, "{}", solution.last());
    assert!(solution.stats.rejected > 0);
}
