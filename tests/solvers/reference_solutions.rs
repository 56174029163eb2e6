//! Solutions at tight tolerance against values from 40-digit arithmetic.

use crate::common::{golden, numbers, relative_error};
use nalgebra::SVector;
use rheos::dynamics::problems::{Brusselator, Lorenz, LotkaVolterra, VanDerPol};
use rheos::solver::{Dense, Embedded};
use rheos::{Controller, Dopri5, Dynamics, Ivp, Pid, Tsit5};

/// The largest error of each component over all times, relative to the component's largest value.
fn error<F, S, const N: usize>(name: &str, (f, y0): (F, SVector<f64, N>), solver: S, landing: bool) -> f64
where
    F: Dynamics<State = SVector<f64, N>>,
    S: Dense<F> + Embedded<F>,
    Pid: Controller<F, S>,
{
    let times = numbers(&golden(&["ode_problems", name, "t"]));
    let expected = numbers(&golden(&["ode_problems", name, "y"]));
    let span = (times[0], times[times.len() - 1]);
    let control = Pid::tolerance(1e-10);
    let problem = Ivp::new(&f, y0, span);
    let solution = if landing {
        problem.land_on(&times).solve(solver, control)
    } else {
        problem.save_at(&times).solve(solver, control)
    };
    let solution = solution.unwrap();
    assert_eq!(solution.t, times);
    let component = |values: &[f64], i: usize| values.iter().skip(i).step_by(N).copied().collect::<Vec<f64>>();
    let found: Vec<f64> = solution.y.iter().flat_map(|y| y.iter().copied()).collect();
    (0..N).map(|i| relative_error(&component(&found, i), &component(&expected, i))).fold(0.0, f64::max)
}

macro_rules! check {
    ($($test:ident: $name:literal, $problem:expr);* $(;)?) => {
        $(#[test]
        fn $test() {
            for landing in [false, true] {
                let dopri5 = error($name, $problem, Dopri5, landing);
                assert!(dopri5 < 1e-7, "Dopri5 {dopri5:e}, landing {landing}");
                let tsit5 = error($name, $problem, Tsit5, landing);
                assert!(tsit5 < 1e-7, "Tsit5 {tsit5:e}, landing {landing}");
            }
        })*
    };
}

check! {
    lorenz: "lorenz", Lorenz::problem();
    lotka_volterra: "lotka_volterra", LotkaVolterra::problem();
    van_der_pol: "van_der_pol_mu1", VanDerPol::problem(1.0);
    brusselator: "brusselator", Brusselator::problem();
}
