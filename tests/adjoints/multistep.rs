//! The discrete adjoint of multistep methods: the derivative of their steps, on the grid and with the orders that were used.

use crate::common::frozen_grid::{Steps, check_steps, derivative_within};
use crate::common::gradient::{gradient, landing_on, over};
use crate::common::relative_error;
use crate::common::seasons::{Model, model, weights};
use nalgebra::{SVector, Vector2};
use rheos::adjoint::{Checkpoints, Gradient};
use rheos::control::StepTo;
use rheos::dynamics::Bars;
use rheos::dynamics::problems::VanDerPol;
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::Radau;
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, FixedBdf, Ndf};
use rheos::solver::{Dense, Embedded, Method, OutputCotangent, Past, StepCotangent, StepNote, StepStart, StepVjp};
use rheos::{
    Bdf, Controller, Differentiable, DiscreteAdjoint, Fixed, Ivp, Pid, RadauIIA5, Result, Solver, sensitivities,
};

type Found = Gradient<Vector2<f64>, SVector<f64, 6>>;

/// A method that takes the steps of a solve again, with their orders.
#[derive(Clone)]
struct Again<S> {
    solver: S,
    notes: Vec<StepNote>,
}

impl<S: Method> Method for Again<S> {
    const ORDER: u32 = S::ORDER;
    const NAME: &'static str = S::NAME;
}

impl<F: Differentiable, S: StepVjp<F>> Solver<F> for Again<S> {
    /// The workspace of the method, and the number of steps.
    type Workspace = (S::Workspace, usize);

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        (self.solver.workspace(f, y0), 0)
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        self.solver.reset(&mut ws.0);
        ws.1 = 0;
    }

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        self.solver.follow(&mut ws.0, self.notes[ws.1]);
        self.solver.step(f, &mut ws.0, StepStart { t, h, y0 }, y1)
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        self.solver.accept(&mut ws.0);
        ws.1 += 1;
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        self.solver.evaluations(&ws.0)
    }
}

impl<F: Differentiable, S: StepVjp<F>> Dense<F> for Again<S> {
    const DENSE_ORDER: u32 = S::DENSE_ORDER;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        self.solver.interpolate(f, &mut ws.0, step, theta, out);
    }
}

impl<F: Differentiable, S: StepVjp<F>> StepVjp<F> for Again<S> {
    type Tape = S::Tape;

    const LOOKS_BACK: usize = S::LOOKS_BACK;
    const TAKES_NOTES: bool = S::TAKES_NOTES;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        self.solver.tape(f, y0)
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        self.solver.step_vjp(f, tape, step, outputs, Bars { y: ybar, params: pbar })
    }

    fn step_vjp_after(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        past: Past<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        self.solver.step_vjp_after(f, tape, past, outputs, Bars { y: ybar, params: pbar })
    }

    fn note(&self, ws: &Self::Workspace) -> StepNote {
        self.solver.note(&ws.0)
    }

    fn recall(&self, f: &F, ws: &mut Self::Workspace, past: Past<'_, F::State>) {
        self.solver.recall(f, &mut ws.0, past);
        ws.1 = past.times.len() - 1;
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        self.solver.tape_evaluations(tape)
    }
}

/// Ends of 160 steps of different lengths.
fn grid() -> Vec<f64> {
    let place = |s: f64| 6.2 * s.powf(1.1) + 0.05 * (40.0 * s).sin() * s * (1.0 - s);
    (0..=160).map(|i| place(f64::from(i) / 160.0)).collect()
}

/// The start, outputs inside of steps of a grid, two of them in the same, and the end.
fn outputs(grid: &[f64]) -> [f64; 6] {
    let inside = |n: usize, theta: f64| grid[n] + theta * (grid[n + 1] - grid[n]);
    [grid[0], inside(2, 0.6), inside(77, 0.5), inside(120, 0.3), inside(120, 0.7), grid[grid.len() - 1]]
}

fn times() -> [f64; 6] {
    outputs(&grid())
}

/// So short that no output moves to another step.
const DIFFERENCES: (f64, i32) = (0.01, 3);

fn derivative(g: impl Fn(f64) -> f64) -> f64 {
    derivative_within(DIFFERENCES.0, DIFFERENCES.1, g)
}

/// The gradient beside extrapolated differences of the same steps, in everything that it is a gradient with respect to.
fn check<S, C>(solver: S, control: C, times: [f64; 6])
where
    S: StepVjp<Model> + Clone,
    C: Controller<Model, S> + Clone,
{
    let (f, y0) = model();
    let steps = Steps { control, times: &times, moving: &|_| true, differences: DIFFERENCES };
    check_steps(&f, &y0, steps, &solver, &DiscreteAdjoint::new(), 1e-11);
}

fn check_on_grid<S: StepVjp<Model> + Clone>(solver: S) {
    check(solver, StepTo::new(grid()), times());
}

#[test]
fn gradients_at_fixed_order_are_the_derivatives_of_the_steps() {
    check_on_grid(AdamsBashforth::<1>);
    check_on_grid(AdamsBashforth::<2>);
    check_on_grid(AdamsBashforth::<4>);
    check_on_grid(AdamsBashforth::<6>);
    check_on_grid(AdamsMoulton::<1>);
    check_on_grid(AdamsMoulton::<3>);
    check_on_grid(AdamsMoulton::<6>);
    check_on_grid(FixedBdf::<1>::new());
    check_on_grid(FixedBdf::<2>::new());
    check_on_grid(FixedBdf::<4>::new());
    check_on_grid(FixedBdf::<6>::new());
}

/// Steps of the orders 1 to `highest` up and down, with a state before the start that a shorter step has put there.
fn up_and_down(highest: usize) -> Vec<StepNote> {
    let order = |n: usize| highest.min(12 - (n / 2 % 22).abs_diff(11));
    (0..170).map(|n| StepNote { formula: order(n), lead: 0.03 }).collect()
}

#[test]
fn gradients_at_variable_order_are_the_derivatives_of_the_steps() {
    check_on_grid(Again { solver: Adams, notes: up_and_down(12) });
    check_on_grid(Again { solver: Bdf, notes: up_and_down(5) });
    check_on_grid(Again { solver: Ndf, notes: up_and_down(5) });
}

/// Steps so long that the orders 5, 9 and 13 differ by more than the differences.
#[test]
fn gradients_of_radau_at_variable_order_are_the_derivatives_of_the_steps() {
    let stages = [3, 3, 5, 7, 7, 5, 3, 5, 5, 7, 5, 3, 5, 7, 7, 7, 5, 5, 3, 5];
    let notes = stages.map(|formula| StepNote { formula, lead: 0.0 }).to_vec();
    let grid: Vec<f64> = (0..=20).map(|i| 6.2 * (f64::from(i) / 20.0).powf(1.1)).collect();
    let inside = |n: usize, theta: f64| grid[n] + theta * (grid[n + 1] - grid[n]);
    let times = [grid[0], inside(1, 0.6), inside(3, 0.5), inside(5, 0.3), inside(5, 0.7), grid[20]];
    let ((f, y0), solver) = (model(), Again { solver: Radau, notes });
    let steps = Steps { control: StepTo::new(grid), times: &times, moving: &|_| true, differences: DIFFERENCES };
    // A step of order 13 rounds to 10⁻¹³, which the differences divide by 10⁻².
    check_steps(&f, &y0, steps, &solver, &DiscreteAdjoint::new(), 1e-10);
}

/// Where every point follows both ends, the derivatives with respect to all of them count.
#[test]
fn a_uniform_grid_moves_with_its_ends() {
    fn check_uniform<S: StepVjp<Model> + Clone>(solver: S) {
        let grid: Vec<f64> = (0..=155).map(|i| 0.04 * f64::from(i)).collect();
        check(solver, Fixed::steps(155), outputs(&grid));
    }
    check_uniform(AdamsBashforth::<3>);
    check_uniform(AdamsMoulton::<4>);
    check_uniform(FixedBdf::<3>::new());
    check_uniform(Again { solver: Adams, notes: up_and_down(12) });
    check_uniform(Again { solver: Bdf, notes: up_and_down(5) });
    check_uniform(Again { solver: Ndf, notes: up_and_down(5) });
}

/// A grid that gives way to the outputs.
#[test]
fn outputs_that_are_landed_on_move_the_grid() {
    fn check<S: StepVjp<Model> + Clone>(solver: S) {
        let ((f, y0), times, w) = (model(), times(), weights(6));
        let control = StepTo::new(grid());
        let found =
            gradient(landing_on(&f, &y0, &times), solver.clone(), control, DiscreteAdjoint::new(), |_| w.clone())
                .unwrap();
        let loss = |moved: &[f64]| -> f64 {
            let inner = grid().into_iter().filter(|t| *t > 0.0 && *t < 6.2);
            let mut grid: Vec<f64> = inner.chain(moved.iter().copied()).collect();
            grid.sort_by(f64::total_cmp);
            let ends = (moved[0], moved[5]);
            let solution = Ivp::new(&f, y0, ends).save_at(moved).solve(solver.clone(), StepTo::new(grid)).unwrap();
            solution.y.iter().zip(&w).map(|(y, w)| y.dot(w)).sum()
        };
        for i in 0..6 {
            let moved = |h| std::array::from_fn::<f64, 6, _>(|j| times[j] + if i == j { h } else { 0.0 });
            let expected = derivative(|h| loss(&moved(h)));
            let error = (found.times[i] - expected).abs() / (1.0 + expected.abs());
            assert!(error < 1e-10, "{}, {i}: {} {expected} {error:e}", S::NAME, found.times[i]);
        }
    }
    check(AdamsBashforth::<3>);
    check(AdamsMoulton::<4>);
    check(FixedBdf::<3>::new());
}

fn assert_alike(name: &str, found: &Found, expected: &Found, tolerance: f64) {
    for (kind, a, b) in [
        ("y0", found.y0.as_slice(), expected.y0.as_slice()),
        ("params", found.params.as_slice(), expected.params.as_slice()),
        ("times", &found.times[..], &expected.times[..]),
    ] {
        let error = relative_error(a, b);
        assert!(error < tolerance, "{name}, {kind}: {error:e}\n{a:?}\n{b:?}");
    }
}

fn found<S: StepVjp<Model>, C: Controller<Model, S>>(solver: S, control: C, adjoint: DiscreteAdjoint) -> Found {
    let (f, y0) = model();
    gradient(over(&f, &y0, &times()), solver, control, adjoint, |y| weights(y.len())).unwrap()
}

/// The same with steps that end at the output times.
fn landed<S: StepVjp<Model>, C: Controller<Model, S>>(solver: S, control: C, adjoint: DiscreteAdjoint) -> Found {
    let (f, y0) = model();
    gradient(landing_on(&f, &y0, &times()), solver, control, adjoint, |y| weights(y.len())).unwrap()
}

/// The steps that an error estimate has chosen, taken again on their grid and with their orders.
#[test]
fn grid_and_notes_are_what_an_adaptive_solve_did() {
    fn check<S>(solver: S, tolerance: f64)
    where
        S: StepVjp<Model> + Embedded<Model> + Clone,
    {
        let ((f, y0), control) = (model(), Pid::tolerance(tolerance));
        let times = times();
        let run = over(&f, &y0, &times).forward(solver.clone(), control, DiscreteAdjoint::new()).unwrap();
        let notes = run.record().notes().collect::<Vec<_>>().concat();
        assert!(notes.iter().any(|note| note.formula > 3), "{notes:?}");
        let grid = run.record().grids().collect::<Vec<_>>().concat();
        let again = found(Again { solver: solver.clone(), notes }, StepTo::new(grid), DiscreteAdjoint::new());
        // The equations of an implicit method are solved to a part of the tolerance, and to rounding where there is none.
        let alike = if S::NAME == "BDF" { tolerance } else { 1e-11 };
        assert_alike(S::NAME, &found(solver, control, DiscreteAdjoint::new()), &again, alike);
    }
    check(Adams, 1e-8);
    check(Bdf, 1e-7);
    check(Ndf, 1e-7);
}

#[test]
fn tight_gradients_are_those_of_the_equation() {
    let tight = Pid::tolerance(1e-12);
    let reference = landed(Dop853, tight, DiscreteAdjoint::new());
    assert_alike("Adams", &landed(Adams, tight, DiscreteAdjoint::new()), &reference, 1e-8);
    assert_alike("Adams, interpolated", &found(Adams, tight, DiscreteAdjoint::new()), &reference, 1e-8);
    for solver in [Bdf, Ndf] {
        let mut found = landed(solver, Pid::tolerance(1e-12), DiscreteAdjoint::new());
        // The first step has a length of 1e-6, by which what its equation was solved to, a part of the tolerance, is divided.
        assert!((found.times[0] - reference.times[0]).abs() < 1e-6);
        found.times[0] = reference.times[0];
        assert_alike("BDF", &found, &reference, 1e-8);
    }
    let steps = Fixed::steps(6000);
    assert_alike("Adams–Bashforth", &found(AdamsBashforth::<5>, steps, DiscreteAdjoint::new()), &reference, 1e-8);
    assert_alike("Adams–Moulton", &found(AdamsMoulton::<5>, steps, DiscreteAdjoint::new()), &reference, 1e-8);
    assert_alike("FixedBdf", &found(FixedBdf::<6>::new(), steps, DiscreteAdjoint::new()), &reference, 1e-8);

    // Forwards in time.
    let (f, y0) = model();
    let forward = sensitivities(&f, Dop853, tight, &times(), &y0).unwrap();
    let y0_bar: Vector2<f64> = forward.y0.iter().zip(weights(6)).map(|(d, w)| d.tr_mul(&w)).sum();
    assert!(relative_error(found(Adams, tight, DiscreteAdjoint::new()).y0.as_slice(), y0_bar.as_slice()) < 1e-8);
}

#[test]
fn the_gradient_does_not_depend_on_what_is_kept() {
    fn check<S, C>(solver: S, control: C, tolerance: f64)
    where
        S: StepVjp<Model> + Clone,
        C: Controller<Model, S> + Clone,
    {
        let adjoint = DiscreteAdjoint::new();
        for found in [found, landed] {
            let all = found(solver.clone(), control.clone(), adjoint);
            assert_eq!(all.stats.recomputed, 0);
            for rule in [
                Checkpoints::Every(1),
                Checkpoints::Every(7),
                Checkpoints::Every(40),
                Checkpoints::Every(1000),
                Checkpoints::Slots(1),
                Checkpoints::Slots(2),
                Checkpoints::Slots(5),
                Checkpoints::Slots(1000),
            ] {
                let some = found(solver.clone(), control.clone(), adjoint.checkpoints(rule));
                assert_alike(&format!("{}, {rule:?}", S::NAME), &some, &all, tolerance);
            }
        }
    }
    check(AdamsBashforth::<1>, Fixed::steps(150), 1e-12);
    check(AdamsBashforth::<4>, Fixed::step(0.04), 1e-11);
    check(AdamsMoulton::<5>, StepTo::new(grid()), 1e-11);
    check(FixedBdf::<1>::new(), Fixed::steps(150), 1e-12);
    check(FixedBdf::<4>::new(), StepTo::new(grid()), 1e-11);
    check(Adams, Pid::tolerance(1e-7), 1e-9);
    check(Again { solver: Ndf, notes: up_and_down(5) }, StepTo::new(grid()), 1e-11);
}

/// Where states are kept every few steps, most of the points that a step looks back on are at hand already.
#[test]
fn steps_are_computed_again_once() {
    let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Every(20));
    for recomputed in [
        found(AdamsBashforth::<4>, Fixed::steps(200), adjoint).stats.recomputed,
        found(FixedBdf::<3>::new(), Fixed::steps(200), adjoint).stats.recomputed,
    ] {
        assert!(recomputed < 200, "{recomputed}");
    }
}

/// Evaluations, each with its pullback: one a step where the method predicts, two where it corrects as well.
#[test]
fn a_step_costs_one_evaluation_or_two() {
    let evaluations = |found: Found| found.stats.evaluations;
    // One step to start with, whose solution reads 9 stages.
    assert_eq!(evaluations(found(AdamsBashforth::<2>, Fixed::steps(200), DiscreteAdjoint::new())), 200 + 9);
    let adams = found(Adams, Pid::tolerance(1e-8), DiscreteAdjoint::new());
    assert_eq!(adams.stats.evaluations, 2 * adams.stats.accepted);
}

/// A relaxation oscillation, over one of its jumps. The gradient belongs to the computed solution, and converges with
/// it.
#[test]
fn stiff_gradients_converge_to_that_of_radau() {
    let (f, y0) = VanDerPol::problem(100.0);
    let times = [0.0, 40.0, 120.0];
    let loss = |y: &[Vector2<f64>]| vec![Vector2::new(1.0, 0.5); y.len()];
    let reference =
        gradient(landing_on(&f, &y0, &times), RadauIIA5, Pid::tolerance(1e-10), DiscreteAdjoint::new(), loss).unwrap();
    for (solver, tolerance, expected) in [(Bdf, 1e-9, 1e-3), (Bdf, 1e-11, 3e-5), (Ndf, 1e-9, 1e-3), (Ndf, 1e-11, 3e-5)]
    {
        let control = Pid::tolerance(tolerance);
        let found = gradient(landing_on(&f, &y0, &times), solver, control, DiscreteAdjoint::new(), loss).unwrap();
        let y0 = relative_error(found.y0.as_slice(), reference.y0.as_slice());
        let params = relative_error(found.params.as_slice(), reference.params.as_slice());
        assert!(y0 < expected && params < expected, "{tolerance:e}: {y0:e} {params:e}");
    }
}

/// At a coarse tolerance, before the jump: the derivative of the steps, and not of the solution.
#[test]
fn stiff_gradients_are_the_derivatives_of_the_steps() {
    let (f, y0) = VanDerPol::problem(100.0);
    let (times, exact) = ([0.0, 31.0, 60.0], DiscreteAdjoint::new());
    let w = [Vector2::new(0.0, 0.0), Vector2::new(1.0, 0.5), Vector2::new(-0.3, 2.0)];
    for solver in [Bdf, Ndf] {
        let run = over(&f, &y0, &times).forward(solver, Pid::tolerance(1e-3), exact).unwrap();
        let again = Again { solver, notes: run.record().notes().collect::<Vec<_>>().concat() };
        let control = StepTo::new(run.record().grids().collect::<Vec<_>>().concat());
        let found = gradient(over(&f, &y0, &times), again.clone(), control.clone(), &exact, |_| w.to_vec()).unwrap();
        let loss = |mu: f64| -> f64 {
            let (f, _) = VanDerPol::problem(mu);
            let solution = Ivp::new(&f, y0, 0.0..60.0).save_at(&times).solve(again.clone(), control.clone()).unwrap();
            solution.y.iter().zip(&w).map(|(y, w)| y.dot(w)).sum()
        };
        let expected = derivative(|h| loss(100.0 + 100.0 * h)) / 100.0;
        let error = (found.params[0] / expected - 1.0).abs();
        assert!(error < 1e-10, "{} {expected} {error:e}", found.params[0]);
    }
}
