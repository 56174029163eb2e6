//! Every method shows the order it declares, on an autonomous and on a non-autonomous problem.

use rheos::dynamics::problems::{Forced, Orbit};
use rheos::solver::explicit::{
    Bosh3, CarpenterKennedy, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, Heun, HeunEuler, Midpoint, Ralston,
    Rk38, Ssp33, Vern6, Vern8, Vern9, Williamson3,
};
use rheos::solver::{Method, StepStart};
use rheos::verify::{dense_order, order, order_with};
use rheos::{Autodiff, Dopri5, Dynamics, Euler, Result, Rk4, Solver, Tsit5, Vern7, ode};

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            solution_order_tests!($method, 10.0);
            dense_order_tests!($method, 4.0);
        })*
    };
}

for_every_method! {
    euler: Euler,
    midpoint: Midpoint,
    heun: Heun,
    ralston: Ralston,
    heun_euler: HeunEuler,
    fehlberg21: Fehlberg21,
    ssp33: Ssp33,
    williamson3: Williamson3,
    bosh3: Bosh3,
    rk4: Rk4,
    rk38: Rk38,
    carpenter_kennedy: CarpenterKennedy,
    fehlberg45: Fehlberg45,
    cash_karp: CashKarp,
    dopri5: Dopri5,
    tsit5: Tsit5,
    vern6: Vern6,
    vern7: Vern7,
    dopri8: Dopri8,
    dop853: Dop853,
    vern8: Vern8,
    vern9: Vern9,
}

#[test]
fn the_solutions_of_the_order_problems_solve_them() {
    fn residual<M: rheos::GenericDynamics<2, 0>>(
        f: &Autodiff<M, 2, 0>,
        exact: fn(f64) -> nalgebra::Vector2<f64>,
        t: f64,
    ) -> f64 {
        let h = 1e-5;
        let mut slope = exact(t);
        f.eval(t, &exact(t), &mut slope);
        ((exact(t + h) - exact(t - h)) / (2.0 * h) - slope).amax()
    }
    for t in [0.0, 0.7, 1.9] {
        assert!(residual(&Orbit::problem().0, Orbit::exact, t) < 1e-9);
        assert!(residual(&Forced::problem().0, Forced::exact, t) < 1e-9);
    }
}

#[test]
fn a_model_without_a_known_solution_is_measured_against_a_tight_reference() {
    let model = ode(|t, y: &f64, dy: &mut f64| *dy = (t - y).sin());
    let report = order(&model, &0.5, 0.0..2.0, &Rk4).unwrap();
    assert!(report.passed(), "{report}");
}

/// Dormand & Prince's method of order 5 under a false flag; a table that claims too much would not compile.
#[derive(Clone)]
struct Boast;

impl Method for Boast {
    const ORDER: u32 = 6;
    const NAME: &'static str = "boast";
}

impl<F: Dynamics> Solver<F> for Boast {
    type Workspace = <Dopri5 as Solver<F>>::Workspace;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        Dopri5.workspace(f, y0)
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        Solver::<F>::reset(&Dopri5, ws);
    }

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        Dopri5.step(f, ws, StepStart { t, h, y0 }, y1)
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        Solver::<F>::accept(&Dopri5, ws);
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        Solver::<F>::evaluations(&Dopri5, ws)
    }
}

#[test]
fn a_method_that_claims_too_high_an_order_is_found_out() {
    let (f, y0) = Forced::problem();
    let report = order_with(&f, &y0, 0.0..10.0, &Boast, Forced::exact).unwrap();
    assert!(!report.passed(), "{report}");
    assert!(report.to_string().contains("declared order 6"));
}
