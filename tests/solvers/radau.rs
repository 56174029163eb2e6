//! Radau's method of variable order: its changes of order, and their cost and accuracy.

use crate::common::any_size::AnySize;
use crate::common::gradient::{gradient, over};
use crate::common::stiff::{Problem, problems};
use nalgebra::{SVector, vector};
use rheos::adjoint::Checkpoints;
use rheos::dynamics::problems::stiff::Heat;
use rheos::dynamics::problems::{Forced, VanDerPol};
use rheos::dynamics::{Counted, Jacobian, Neighbourhood};
use rheos::integrate::{Integration, Observer, Step, StepAction};
use rheos::solver::Embedded;
use rheos::solver::implicit::{ComplexSolver, Radau, RadauIIA9, RadauIIA13};
use rheos::state::Span;
use rheos::{DiscreteAdjoint, Dynamics, Fixed, Ivp, Pid, RadauIIA5, Result, Solver, Stats, ode, sensitivities, solve};

/// The number of stages of every accepted step.
#[derive(Default)]
struct Stages(Vec<usize>);

impl<F: Dynamics, L: ComplexSolver<F>> Observer<F, Radau<L>> for Stages {
    fn observe(&mut self, step: Step<'_, F, Radau<L>>) -> Result<StepAction<F::State>> {
        self.0.push(step.workspace.stages());
        Ok(StepAction::On)
    }
}

fn observed<F: Jacobian>(f: &F, y0: F::State, span: impl Into<Span>, pid: Pid) -> (F::State, Stats, Vec<usize>) {
    let mut stages = Stages::default();
    let integration =
        Integration { field: f, solver: &Radau, control: &pid, span: span.into(), stops: &[], jumps: &[] };
    let reached = integration.run(y0.clone(), Radau.workspace(f, &y0), &mut stages);
    (reached.y, reached.outcome.unwrap(), stages.0)
}

/// The error at the end, and the counts.
type Outcome = (f64, Stats);

fn outcome<S: Embedded<AnySize>>(problem: &Problem, solver: S, rtol: f64) -> Outcome {
    problem.outcome(solver, rtol, 100_000).unwrap()
}

fn evaluations((_, stats): Outcome) -> f64 {
    stats.evaluations as f64
}

#[test]
fn it_reaches_the_published_ends_at_any_tolerance() {
    for problem in problems() {
        for rtol in [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12] {
            let (error, _) = outcome(&problem, Radau, rtol);
            assert!(error < 30.0 * rtol, "{}: {error:e} at {rtol:e}", problem.name);
        }
    }
}

#[test]
fn at_strict_tolerances_it_costs_what_the_best_order_costs() {
    for problem in problems() {
        for rtol in [1e-8, 1e-10] {
            let variable = outcome(&problem, Radau, rtol);
            let (nine, thirteen) = (outcome(&problem, RadauIIA9, rtol), outcome(&problem, RadauIIA13, rtol));
            let cost = evaluations(variable) / evaluations(nine).min(evaluations(thirteen));
            assert!(cost < 1.15, "{} at {rtol:e}: {cost}", problem.name);
        }
        let (variable, five) = (outcome(&problem, Radau, 1e-8), outcome(&problem, RadauIIA5, 1e-8));
        assert!(3 * variable.1.accepted < five.1.accepted, "{}: {variable:?} {five:?}", problem.name);
        assert!(evaluations(variable) < evaluations(five), "{}", problem.name);
    }
}

/// Where order 5 is as good, the trials of higher orders cost something.
#[test]
fn at_loose_tolerances_it_costs_little_more_than_order_5() {
    for problem in problems() {
        let (variable, five) = (outcome(&problem, Radau, 1e-4), outcome(&problem, RadauIIA5, 1e-4));
        assert!(variable.1.accepted < five.1.accepted, "{}", problem.name);
        let cost = evaluations(variable) / evaluations(five);
        assert!(cost < 2.5, "{}: {cost}", problem.name);
    }
}

#[test]
fn the_order_rises_where_newton_is_fast_and_falls_where_it_is_slow() {
    let (f, y0) = VanDerPol::problem(1000.0);
    let (_, _, stages) = observed(&f, y0, 0.0..2000.0, Pid::tolerance(1e-8).atol(1e-11));
    assert_eq!(stages[0], 3);
    for order in [3, 5, 7] {
        assert!(stages.contains(&order), "{order}");
    }
    let changes: Vec<[usize; 2]> = stages.windows(2).map(|pair| [pair[0], pair[1]]).filter(|[a, b]| a != b).collect();
    assert!(changes.contains(&[7, 5]) && changes.contains(&[3, 5]) && changes.contains(&[5, 7]), "{changes:?}");
    // After a decrease the order does not rise in the next steps.
    for (n, pair) in stages.windows(2).enumerate().filter(|(_, pair)| pair[1] < pair[0]) {
        assert!(stages[n + 1..].iter().take(10).all(|later| *later <= pair[1]), "after step {n}: {:?}", &stages[n..]);
    }
}

/// A field whose Jacobian is exact up to `t = 1`, and has the wrong sign after that.
struct Misled;

impl Dynamics for Misled {
    type State = f64;
    fn eval(&self, t: f64, y: &f64, dy: &mut f64) {
        *dy = -20.0 * (y - t.cos()) - t.sin();
    }
}

impl Jacobian for Misled {
    fn jacobian(&self, t: f64, _: &f64, _: Neighbourhood<f64>) -> f64 {
        if t < 1.0 { -20.0 } else { 20.0 }
    }
}

#[test]
fn a_failed_iteration_lowers_the_order_and_is_not_accepted() {
    // A kept Jacobian stays right, so every step takes a new one after a short step alone.
    let control = Pid::tolerance(1e-9).max_step(0.2);
    let (before, _, stages) = observed(&Misled, 1.0, 0.0..0.9, control);
    assert_eq!(stages.last(), Some(&7));
    assert!((before - 0.9_f64.cos()).abs() < 1e-8);
    let (after, stats, stages) = observed(&Misled, 1.2_f64.cos() + 0.5, 1.2..6.0, control);
    assert!(stats.rejected > 0 && stages.contains(&3), "{stats:?} {stages:?}");
    assert!((after - 6.0_f64.cos()).abs() < 1e-7, "{:e}", after - 6.0_f64.cos());
}

#[test]
fn a_change_of_order_takes_no_jacobian_and_the_counts_are_those_of_the_field() {
    let (f, y0) = VanDerPol::problem(1000.0);
    let f = Counted::new(f);
    let stats = solve(&f, y0, 0.0..2000.0, Radau, Pid::tolerance(1e-6)).unwrap().stats;
    assert_eq!((stats.evaluations, stats.jacobians), (f.evaluations(), f.jacobians()));

    // A linear field keeps its first Jacobian at every order.
    let linear = ode(|_, y: &f64, dy: &mut f64| *dy = -50.0 * y);
    let (end, stats, stages) = observed(&linear, 1.0, 0.0..1.0, Pid::tolerance(1e-6).atol(1e-30));
    assert_eq!((stats.jacobians, stages.last()), (1, Some(&7)), "{stages:?}");
    assert!((end / (-50.0_f64).exp() - 1.0).abs() < 1e-4, "{end}");
}

/// The workspaces of three methods fit on the stack of a thread, even with matrices of static size.
#[test]
fn a_state_of_static_size() {
    let (f, y0) = Heat::problem::<60>();
    let solution = solve(&f, y0, 0.0..0.1, Radau, Pid::tolerance(1e-8)).unwrap();
    assert!((solution.last() - Heat::exact::<60>(0.1)).amax() < 1e-10);
}

#[test]
fn fixed_steps_have_order_5() {
    let (f, y0) = Forced::problem();
    let of = |n| {
        let five = solve(&f, y0, 0.0..10.0, RadauIIA5, Fixed::steps(n)).unwrap();
        let variable = solve(&f, y0, 0.0..10.0, Radau, Fixed::steps(n)).unwrap();
        assert_eq!((variable.last(), variable.stats), (five.last(), five.stats));
    };
    of(20);
    of(200);
}

#[test]
fn output_inside_steps_has_the_accuracy_of_the_steps() {
    let (f, y0) = Forced::problem();
    let times: Vec<f64> = (0..=400).map(|i| 0.025 * f64::from(i)).collect();
    for tol in [1e-4, 1e-7, 1e-10] {
        let solution = Ivp::new(&f, y0, 0.0..10.0).save_at(&times).solve(Radau, Pid::tolerance(tol)).unwrap();
        let worst = solution.t.iter().zip(&solution.y).map(|(t, y)| (y - Forced::exact(*t)).norm()).fold(0.0, f64::max);
        assert!(worst < 30.0 * tol, "{worst:e} at {tol:e}");
        let back = solve(&f, Forced::exact(10.0), 10.0..0.0, Radau, Pid::tolerance(tol)).unwrap();
        assert!((back.last() - y0).norm() < 1e3 * tol, "{:e} at {tol:e}", (back.last() - y0).norm());
    }
}

/// Backwards over changes of order, beside dual numbers that go forwards over the same steps.
#[test]
fn the_gradient_goes_back_over_changes_of_order() {
    let (f, y0) = VanDerPol::problem(100.0);
    let (control, times) = (Pid::tolerance(1e-8), [0.0, 60.0, 95.0, 170.0]);
    let w = [vector![0.0, 0.0], vector![1.0, -0.3], vector![0.4, 20.0], vector![-0.5, 3.0]];
    let (_, _, stages) = observed(&f, y0, 0.0..170.0, control);
    assert!([3, 5, 7].iter().all(|order| stages.contains(order)), "{stages:?}");

    let exact = sensitivities(&f, RadauIIA13, Pid::tolerance(1e-13), &times, &y0).unwrap();
    let y0_bar: SVector<f64, 2> = exact.y0.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
    let params_bar: SVector<f64, 1> = exact.params.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
    for rule in [Checkpoints::All, Checkpoints::Every(30), Checkpoints::Slots(12)] {
        let adjoint = DiscreteAdjoint::new().checkpoints(rule);
        let backward = gradient(over(&f, &y0, &times), Radau, control, &adjoint, |_| w.to_vec()).unwrap();
        let (y0_error, error) =
            ((backward.y0 - y0_bar).amax() / y0_bar.amax(), backward.params[0] / params_bar[0] - 1.0);
        assert!(y0_error < 1e-5 && error.abs() < 1e-5, "{rule:?}: {y0_error:e} {error:e}");
    }
}
