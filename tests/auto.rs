//! The automatic choice of a method: where it switches, that it does not where it should not, and what it costs.

use nalgebra::{SVector, Vector2, Vector3, vector};
use rheos::integrate::{Integration, Observer, Step};
use rheos::problems::{Brusselator, Driven, Lorenz, LotkaVolterra, Orbit, VanDerPol};
use rheos::verify::{dense_order, order_with};
use rheos::{
    Auto, AutoWorkspace, Autodiff, DefaultSolver, Dopri5, Dynamics, Embedded, Field, Ivp, Jacobian, Pid, Result,
    Rodas4, Rodas5P, Scalar, Solution, Solver, Span, Stats, Tsit5, Vern7, Vern9, ode, solve, solve_ivp,
};

/// For every accepted step, where it starts and whether it is one of the stiff method.
#[derive(Default)]
struct Phases(Vec<(f64, bool)>);

impl<F: Dynamics, E: Solver<F>, I: Solver<F>> Observer<F, Auto<E, I>> for Phases {
    fn observe(&mut self, step: Step<'_, F, Auto<E, I>>) -> Result<()> {
        let ws: &AutoWorkspace<_, _> = step.workspace;
        self.0.push((step.t0, ws.is_stiff()));
        Ok(())
    }
}

impl Phases {
    fn stiff_steps(&self) -> usize {
        self.0.iter().filter(|(_, stiff)| *stiff).count()
    }

    /// The times of change.
    fn changes(&self) -> Vec<f64> {
        self.0.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1].0).collect()
    }
}

fn observed<F: Jacobian>(f: &F, y0: F::State, span: impl Into<Span>, pid: Pid) -> (F::State, Stats, Phases) {
    let solver = DefaultSolver::default();
    let mut phases = Phases::default();
    let integration = Integration { field: f, solver: &solver, control: &pid, span: span.into(), stops: &[] };
    let workspace = solver.workspace(f, &y0);
    let reached = integration.run(y0, workspace, &mut phases);
    assert_eq!(reached.workspace.switches(), phases.changes().len() as u64);
    (reached.y, reached.outcome.unwrap(), phases)
}

/// The three-body orbit of Arenstorf: HNW I, section II.0.
struct Arenstorf;

impl Arenstorf {
    const PERIOD: f64 = 17.065_216_560_157_962;

    fn problem() -> (Autodiff<Self, 4, 0>, SVector<f64, 4>) {
        (Autodiff::new(Self, SVector::zeros()), vector![0.994, 0.0, 0.0, -2.001_585_106_379_082_5])
    }
}

impl Field<4, 0> for Arenstorf {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 4>, _: &SVector<T, 0>) -> SVector<T, 4> {
        let (mu, rest) = (T::from(0.012277471), T::from(1.0 - 0.012277471));
        let d1 = ((y[0] + mu).powi(2) + y[1] * y[1]).sqrt().powi(3);
        let d2 = ((y[0] - rest).powi(2) + y[1] * y[1]).sqrt().powi(3);
        let two = T::from(2.0);
        vector![
            y[2],
            y[3],
            y[0] + two * y[3] - rest * (y[0] + mu) / d1 - mu * (y[0] - rest) / d2,
            y[1] - two * y[2] - rest * y[1] / d1 - mu * y[1] / d2,
        ]
    }
}

/// The same steps, evaluations and digits as the explicit method alone, and no Jacobian.
fn never_switches<F, E>(f: &F, y0: &F::State, end: f64, explicit: E)
where
    F: Jacobian,
    E: Embedded<F> + Copy,
    F::State: PartialEq + std::fmt::Debug,
{
    for tol in [1e-3, 1e-6, 1e-9] {
        let alone = solve(f, y0.clone(), 0.0..end, explicit, Pid::new(tol, tol)).unwrap();
        let auto = solve(f, y0.clone(), 0.0..end, Auto::new(explicit, Rodas5P), Pid::new(tol, tol)).unwrap();
        assert_eq!(auto.stats, alone.stats, "{} at {tol:e}", E::NAME);
        assert_eq!(auto.last(), alone.last());
    }
}

macro_rules! never_switches {
    ($($name:ident: $problem:expr, $end:expr;)*) => {
        $(#[test]
        fn $name() {
            let (f, y0) = $problem;
            never_switches(&f, &y0, $end, Tsit5);
            never_switches(&f, &y0, $end, Dopri5);
            never_switches(&f, &y0, $end, Vern7);
            never_switches(&f, &y0, $end, Vern9);
        })*
    };
}

never_switches! {
    lorenz_is_not_stiff: Lorenz::problem(), 20.0;
    orbit_is_not_stiff: Orbit::problem(), 50.0;
    driven_is_not_stiff: Driven::problem(), 50.0;
    arenstorf_is_not_stiff: Arenstorf::problem(), Arenstorf::PERIOD;
    lotka_volterra_is_not_stiff: LotkaVolterra::problem(), 50.0;
    brusselator_is_not_stiff: Brusselator::problem(), 20.0;
    mild_van_der_pol_is_not_stiff: VanDerPol::problem(1.0), 50.0;
}

fn total(stats: Stats) -> f64 {
    (stats.accepted + stats.rejected) as f64
}

#[test]
fn van_der_pol_takes_about_as_many_steps_as_with_the_stiff_method() {
    let (f, y0) = VanDerPol::problem(1000.0);
    for tol in [1e-4, 1e-6, 1e-8] {
        let stiff = solve(&f, y0, 0.0..2000.0, Rodas5P, Pid::new(tol, tol)).unwrap();
        let (y, stats, phases) = observed(&f, y0, 0.0..2000.0, Pid::new(tol, tol));
        println!("{tol:e} auto {stats:?} stiff {:?}", stiff.stats);
        println!("{} stiff, {:?}", phases.stiff_steps(), phases.changes());
        println!("{y} {}", stiff.last());
        assert!(total(stats) < 1.5 * total(stiff.stats));
    }
}

/// `y' = −λ(t) (y − sin t) + cos t`, with the solution `sin t`; `λ` is 1 but for a time around 5, where it is 10⁵.
struct StiffInTheMiddle;

impl Field<1, 0> for StiffInTheMiddle {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
        let lambda = T::from(1e5) * (-((t - T::from(5.0)) * T::from(0.5)).powi(8)).exp() + T::one();
        vector![-lambda * (y[0] - t.sin()) + t.cos()]
    }
}

#[test]
fn a_problem_that_is_stiff_in_the_middle_switches_there_and_back() {
    let f = Autodiff::new(StiffInTheMiddle, SVector::zeros());
    for tol in [1e-4, 1e-6, 1e-8] {
        let (y, stats, phases) = observed(&f, vector![0.0], 0.0..20.0, Pid::new(tol, tol));
        println!("{stats:?} {:?}", phases.changes());
        assert!((y[0] - 20.0_f64.sin()).abs() < 10.0 * tol);
        let [there, back] = phases.changes()[..] else { panic!("{:?}", phases.changes()) };
        assert!(2.0 < there && there < 5.0 && 6.0 < back && back < 10.0, "{there} {back}");
        let (_, reversed, _) = observed(&f, vector![20.0_f64.sin()], 20.0..0.0, Pid::new(tol, tol).max_steps(1));
        let _ = reversed;
    }
}
