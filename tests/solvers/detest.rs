//! Every adaptive method of order 5 and more on the 25 non-stiff problems DETEST, against values from 50-digit arithmetic.
//!
//! Errors are measured at the end, `t = 20`, as the largest `|error| / (1 + |y|)` of a component, and may be 100 times
//! the tolerance. The orbits of class D amplify what happens on the way: a speed that is wrong by one tolerance is a
//! place that is wrong by 60 to 130 of them in the mean (the `condition` of the references, computed from the linearised
//! problem). There, ten amplified tolerances are allowed.

use nalgebra::SVector;
use rheos::dynamics::problems::detest::*;
use rheos::solver::Embedded;
use rheos::solver::explicit::{CashKarp, Dop853, Dopri8, Vern6, Vern8, Vern9};
use rheos::{Autodiff, Dopri5, Dynamics, GenericDynamics, Pid, Tsit5, Vern7, solve};
use serde_json::Value;

type RightHandSide = dyn Fn(f64, &[f64], &mut [f64]);

/// Any problem, as one type: then a method is compiled once and not 25 times.
struct Problem {
    name: &'static str,
    y0: Vec<f64>,
    expected: Vec<f64>,
    /// The largest error allowed, in tolerances.
    allowed: f64,
    field: Box<RightHandSide>,
}

impl Dynamics for Problem {
    type State = Vec<f64>;
    fn eval(&self, t: f64, y: &Vec<f64>, dy: &mut Vec<f64>) {
        (self.field)(t, y, dy);
    }
}

impl Problem {
    fn new<M, const N: usize>(name: &'static str, (model, y0): (Autodiff<M, N, 0>, SVector<f64, N>)) -> Self
    where
        M: GenericDynamics<N, 0> + 'static,
    {
        let field = move |t: f64, y: &[f64], dy: &mut [f64]| {
            let mut slope = SVector::zeros();
            model.eval(t, &SVector::from_row_slice(y), &mut slope);
            dy.copy_from_slice(slope.as_slice());
        };
        let y0 = y0.as_slice().to_vec();
        let allowed = reference(name)["condition"].as_f64().map_or(100.0, |condition| 10.0 * condition);
        Self { name, y0, expected: solution(name), allowed, field: Box::new(field) }
    }

    /// The error at the end, in units of the tolerance.
    fn error<S: Embedded<Self>>(&self, solver: S, tolerance: f64) -> f64 {
        let solved = solve(self, self.y0.clone(), 0.0..END, solver, Pid::tolerance(tolerance));
        let Ok(solution) = solved else { return f64::INFINITY };
        let errors = solution.last().iter().zip(&self.expected).map(|(y, e)| (y - e).abs() / (1.0 + e.abs()));
        errors.fold(0.0, f64::max) / tolerance
    }
}

fn reference(name: &str) -> Value {
    let root: Value = serde_json::from_str(include_str!("../reference/detest.json")).unwrap();
    root["problems"][name].clone()
}

/// The solution at the end.
fn solution(name: &str) -> Vec<f64> {
    let reference = reference(name);
    let y = reference["y"].as_array().unwrap();
    y.iter().map(|y| y.as_str().unwrap().parse().unwrap()).collect()
}

fn problems() -> Vec<Problem> {
    macro_rules! list {
        ($($name:ident)*) => { vec![$(Problem::new(stringify!($name), $name::problem())),*] };
    }
    list!(A1 A2 A3 A4 A5 B1 B2 B3 B4 B5 C1 C2 C3 C4 C5 D1 D2 D3 D4 D5 E1 E2 E3 E4 E5)
}

/// The solves whose error exceeds the allowed error.
fn failures<S: Embedded<Problem>>(solver: impl Fn() -> S) -> Vec<String> {
    let mut failures = Vec::new();
    for problem in problems() {
        for tolerance in [1e-6, 1e-9] {
            let error = problem.error(solver(), tolerance);
            if error > problem.allowed {
                let Problem { name, allowed, .. } = problem;
                failures.push(format!("{name} at {tolerance:e}: {error:.0} tolerances, not {allowed:.0}"));
            }
        }
    }
    failures
}

macro_rules! methods {
    ($($test:ident: $solver:expr;)*) => {
        $(#[test]
        fn $test() {
            assert_eq!(failures(|| $solver), [""; 0]);
        })*
    };
}

methods! {
    cash_karp: CashKarp;
    dopri5: Dopri5;
    tsit5: Tsit5;
    vern6: Vern6;
    vern7: Vern7;
    vern8: Vern8;
    vern9: Vern9;
    dop853: Dop853;
    dopri8: Dopri8;
}

/// The references themselves, where a solution is known in closed form.
#[test]
fn references_are_the_closed_solutions() {
    let bessel = |x: f64| (2.0 / (std::f64::consts::PI * x)).sqrt() * x.sin();
    let closed = [
        ("A1", (-END).exp()),
        ("A2", (1.0 + END).powf(-0.5)),
        ("A3", END.sin().exp()),
        ("A4", 20.0 / (1.0 + 19.0 * (-END / 4.0).exp())),
        ("B2", 1.0 + 0.5 * (-END).exp()),
        ("E1", bessel(1.0 + END)),
        ("E4", 30.0 + ((0.4 * 0.08_f64.sqrt() * END).cosh()).ln() / 0.4),
    ];
    for (name, y) in closed {
        let error = (solution(name)[0] - y).abs() / y.abs().max(1e-6);
        assert!(error < 1e-14, "{name}: {error:e}");
    }
}
