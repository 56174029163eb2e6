//! Automatic switching: its switches, its false alarms, and its cost.

use crate::common::gradient::{gradient, over};
use nalgebra::{SVector, vector};
use rheos::adjoint::Checkpoints;
use rheos::dynamics::problems::{Brusselator, Forced, Lorenz, LotkaVolterra, Orbit, VanDerPol};
use rheos::dynamics::{Counted, Jacobian};
use rheos::integrate::{Integration, Observer, Step, StepAction};
use rheos::solver::explicit::{Dop853, Vern9};
use rheos::solver::rosenbrock::Rodas4;
use rheos::solver::{Auto, AutoWorkspace, DefaultSolver, Dense, Embedded, Method};
use rheos::state::{Span, Tolerance};
use rheos::verify::{dense_order, order_with};
use rheos::{
    Autodiff, DiscreteAdjoint, Dopri5, Dynamics, GenericDynamics, Ivp, Pid, Result, Rodas5P, Scalar, Solver, Stats,
    Tsit5, Vern7, ode, sensitivities, solve, solve_ivp,
};

/// For every accepted step, where it starts and whether it is one of the stiff method.
#[derive(Default)]
struct Phases(Vec<(f64, bool)>);

impl<F: Dynamics, E: Solver<F>, I: Solver<F>> Observer<F, Auto<E, I>> for Phases {
    fn observe(&mut self, step: Step<'_, F, Auto<E, I>>) -> Result<StepAction<F::State>> {
        let ws: &AutoWorkspace<_, _, _> = step.workspace;
        self.0.push((step.t0, ws.is_stiff()));
        Ok(StepAction::On)
    }
}

impl Phases {
    /// Whether all steps that start between these times are of the stiff method.
    fn are_stiff(&self, from: f64, to: f64) -> bool {
        self.0.iter().filter(|(t, _)| from < *t && *t < to).all(|(_, is_stiff)| *is_stiff)
    }

    /// The times of change.
    fn changes(&self) -> Vec<f64> {
        self.0.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1].0).collect()
    }
}

fn observed<F: Jacobian>(f: &F, y0: F::State, span: impl Into<Span>, pid: Pid) -> (F::State, Stats, Phases) {
    let solver = DefaultSolver::default();
    let mut phases = Phases::default();
    let integration =
        Integration { field: f, solver: &solver, control: &pid, span: span.into(), stops: &[], jumps: &[] };
    let workspace = solver.workspace(f, &y0);
    let reached = integration.run(y0, workspace, &mut phases);
    assert_eq!(reached.workspace.switches(), phases.changes().len() as u64);
    (reached.y, reached.outcome.unwrap(), phases)
}

/// The three-body orbit of Arenstorf: HNW I, section II.0.
struct Arenstorf;

impl Arenstorf {
    const PERIOD: f64 = 17.065_216_560_157_96;

    fn problem() -> (Autodiff<Self, 4, 0>, SVector<f64, 4>) {
        (Autodiff::new(Self, SVector::zeros()), vector![0.994, 0.0, 0.0, -2.001_585_106_379_082_5])
    }
}

impl GenericDynamics<4, 0> for Arenstorf {
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

/// The same steps and digits as the explicit method alone, no Jacobian, and a few evaluations to look at the field.
fn never_switches<F, E>(f: &F, y0: &F::State, end: f64, explicit: E)
where
    F: Jacobian,
    E: Embedded<F> + Copy,
    F::State: PartialEq + std::fmt::Debug,
{
    for tol in [1e-3, 1e-6, 1e-9] {
        let alone = solve(f, y0.clone(), 0.0..end, explicit, Pid::tolerance(tol)).unwrap();
        let auto = solve(f, y0.clone(), 0.0..end, Auto::new(explicit, Rodas5P), Pid::tolerance(tol)).unwrap();
        let looks = auto.stats.evaluations - alone.stats.evaluations;
        assert_eq!(Stats { evaluations: alone.stats.evaluations, ..auto.stats }, alone.stats, "{} at {tol:e}", E::NAME);
        assert!(looks <= 3 * (1 + alone.stats.accepted / 8), "{} at {tol:e}: {looks} of {:?}", E::NAME, alone.stats);
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
            never_switches(&f, &y0, $end, Dop853);
        })*
    };
}

never_switches! {
    lorenz_is_not_stiff: Lorenz::problem(), 20.0;
    orbit_is_not_stiff: Orbit::problem(), 50.0;
    driven_is_not_stiff: Forced::problem(), 50.0;
    arenstorf_is_not_stiff: Arenstorf::problem(), Arenstorf::PERIOD;
    lotka_volterra_is_not_stiff: LotkaVolterra::problem(), 50.0;
    brusselator_is_not_stiff: Brusselator::problem(), 20.0;
    mild_van_der_pol_is_not_stiff: VanDerPol::problem(1.0), 50.0;
}

fn tried(stats: Stats) -> u64 {
    stats.accepted + stats.rejected
}

/// The slow parts are stiff, the two jumps between them are not.
#[test]
fn van_der_pol_changes_the_method_at_every_jump_and_costs_no_more_than_the_stiff_one() {
    let (f, y0) = VanDerPol::problem(1000.0);
    // By Radau IIA of order 5 at rtol = 1e-12, in SciPy 1.17.1.
    let reference = vector![1.706_167_732_171, -8.928_097_010_24e-4];
    for tol in [1e-4, 1e-6, 1e-8] {
        let pid = Pid::tolerance(tol);
        let stiff = solve(&f, y0, 0.0..2000.0, Rodas5P, pid).unwrap();
        let (y, stats, phases) = observed(&f, y0, 0.0..2000.0, pid);
        assert!(phases.are_stiff(2.0, 806.0) && phases.are_stiff(809.0, 1612.0) && phases.are_stiff(1616.0, 2000.0));
        assert!(!phases.are_stiff(806.0, 809.0) && !phases.are_stiff(1612.0, 1616.0));
        // Trials that fail are among the changes.
        let changes = phases.changes();
        assert!(changes.len() <= 13 && changes.len() % 2 == 1, "{changes:?}");
        assert!(tried(stats) < tried(stiff.stats) * 5 / 4);
        assert!(stats.jacobians < stiff.stats.jacobians);
        assert!((y - reference).component_div(&reference).amax() < 10.0 * tol);
    }
}

/// `y' = −λ(t) (y − sin t) + cos t`, with the solution `sin t`; `λ` is 1 but for a time around 5, where it is 10⁵.
struct StiffInTheMiddle;

impl GenericDynamics<1, 0> for StiffInTheMiddle {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
        let lambda = T::from(1e5) * (-((t - T::from(5.0)) * T::from(0.5)).powi(8)).exp() + T::one();
        vector![-lambda * (y[0] - t.sin()) + t.cos()]
    }
}

/// `λ` is above 1000 from 2.6 to 7.4; what steps are held back by depends on the tolerance, and some steps later it is
/// known to be over.
#[test]
fn a_problem_that_is_stiff_in_the_middle_changes_the_method_there_and_back() {
    let f = Autodiff::new(StiffInTheMiddle, SVector::zeros());
    for tol in [1e-4, 1e-6, 1e-8] {
        let (y, _, phases) = observed(&f, vector![0.0], 0.0..20.0, Pid::tolerance(tol));
        assert!((y[0] - 20.0_f64.sin()).abs() < 10.0 * tol);
        let changes = phases.changes();
        let (there, back) = (changes[0], changes[changes.len() - 1]);
        assert!(2.0 < there && there < 3.0 && 7.0 < back && back < 13.0, "{changes:?}");
        assert!(changes.len() <= 6 && phases.are_stiff(3.0, 7.0), "{changes:?}");
    }
}

#[test]
fn output_between_steps_of_both_methods() {
    let f = Autodiff::new(StiffInTheMiddle, SVector::zeros());
    let times: Vec<f64> = (0..=2000).map(|i| 0.01 * f64::from(i)).collect();
    let solution = Ivp::new(&f, vector![0.0], 0.0..20.0)
        .save_at(&times)
        .solve(DefaultSolver::default(), Pid::tolerance(1e-7).max_step(0.05))
        .unwrap();
    assert!(solution.stats.jacobians > 0 && solution.stats.jacobians < solution.stats.accepted);
    let worst = times.iter().zip(&solution.y).map(|(t, y)| (y[0] - t.sin()).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-6, "{worst:e}");
}

/// `y' = λ (y − cos t) − sin t` is stiff in this direction.
#[test]
fn backwards_in_time() {
    let f = ode(|t: f64, y: &f64, dy: &mut f64| *dy = 1e5 * (y - t.cos()) - t.sin());
    let solution = solve(&f, 1.0, 0.0..-10.0, DefaultSolver::default(), Pid::tolerance(1e-6)).unwrap();
    assert!((solution.last() - 10.0_f64.cos()).abs() < 1e-5);
    assert!(solution.stats.jacobians > 0 && tried(solution.stats) < 500, "{:?}", solution.stats);
}

#[test]
fn orders_are_those_of_the_methods() {
    let (f, y0) = Forced::problem();
    let solver = DefaultSolver::default();
    let report = order_with(&f, &y0, 0.0..10.0, &solver, Forced::exact).unwrap();
    assert!(report.passed(), "{report}");
    let report = dense_order(&f, 0.0..4.0, &solver, Forced::exact).unwrap();
    assert!(report.passed(), "{report}");
    assert_eq!(<Auto<Vern7, Rodas4> as Method>::ORDER, 4);
    assert_eq!(<Auto<Vern7, Rodas4> as Dense<Autodiff<Forced, 2, 0>>>::DENSE_ORDER, 3);
}

/// H. H. Robertson's reaction, with derivatives by dual numbers: differences are too coarse for concentrations of 10⁻¹⁴.
struct Robertson;

impl GenericDynamics<3, 0> for Robertson {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, _: &SVector<T, 0>) -> SVector<T, 3> {
        let (slow, fast) = (y[0] * 0.04 - y[1] * y[2] * 1e4, y[1] * y[1] * 3e7);
        vector![-slow, slow - fast, fast]
    }
}

/// The Oregonator: Hairer & Wanner II, section IV.10.
struct Oregonator;

impl GenericDynamics<3, 0> for Oregonator {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, _: &SVector<T, 0>) -> SVector<T, 3> {
        vector![
            (y[1] + y[0] * (T::one() - y[0] * 8.375e-6 - y[1])) * 77.27,
            (y[2] - (y[0] + 1.0) * y[1]) / 77.27,
            (y[0] - y[2]) * 0.161,
        ]
    }
}

/// References: Test Set for IVP Solvers, release 2.4.
#[test]
fn stiff_problems_without_a_choice_of_method() {
    let robertson = Autodiff::new(Robertson, SVector::zeros());
    let oregonator = Autodiff::new(Oregonator, SVector::zeros());
    for tol in [1e-4, 1e-6, 1e-8] {
        let found = solve_ivp(&robertson, vector![1.0, 0.0, 0.0], 0.0..1e11, Tolerance { rtol: tol, atol: 1e-6 * tol })
            .unwrap();
        let reference = vector![0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505];
        assert!((found.last() - reference).component_div(&reference).amax() < 10.0 * tol, "{found:?}");

        let found =
            solve_ivp(&oregonator, vector![1.0, 2.0, 3.0], 0.0..360.0, Tolerance { rtol: tol, atol: tol }).unwrap();
        let reference = vector![1.000814870318523, 1228.178521549917, 132.0554942846706];
        assert!((found.last() - reference).component_div(&reference).amax() < 10.0 * tol, "{found:?}");
    }
}

#[test]
fn evaluations_are_counted_in_both_phases() {
    let (f, y0) = VanDerPol::problem(1000.0);
    let f = Counted::new(f);
    let stats = solve(&f, y0, 0.0..2000.0, DefaultSolver::default(), Pid::tolerance(1e-6)).unwrap().stats;
    assert_eq!((stats.evaluations, stats.jacobians), (f.evaluations(), f.jacobians()));
}

/// Backwards over both phases and the changes between them, beside dual numbers that go forwards over the same steps.
#[test]
fn the_gradient_goes_back_over_changes_of_method() {
    let (f, y0) = VanDerPol::problem(100.0);
    let (solver, control, times) = (DefaultSolver::default(), Pid::tolerance(1e-8), [0.0, 60.0, 95.0, 170.0]);
    let w = [vector![0.0, 0.0], vector![1.0, -0.3], vector![0.4, 20.0], vector![-0.5, 3.0]];

    let (_, _, phases) = observed(&f, y0, 0.0..170.0, control);
    assert!(phases.changes().len() >= 3, "{:?}", phases.changes());
    let forward = sensitivities(&f, solver, control, &times, &y0).unwrap();
    let y0_bar: SVector<f64, 2> = forward.y0.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
    let params_bar: SVector<f64, 1> = forward.params.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();

    for rule in [Checkpoints::All, Checkpoints::Every(30), Checkpoints::Slots(12)] {
        let adjoint = DiscreteAdjoint::new().checkpoints(rule);
        let backward = gradient(over(&f, &y0, &times), solver, control, &adjoint, |_| w.to_vec()).unwrap();
        for (a, b) in [(backward.y0.as_slice(), y0_bar.as_slice()), (backward.params.as_slice(), params_bar.as_slice())]
        {
            for (a, b) in a.iter().zip(b) {
                assert!((a - b).abs() < 1e-9 * b.abs(), "{rule:?}: {a} {b} {:e}", (a / b - 1.0).abs());
            }
        }
    }
}
