//! Fields with parameters that vary with time, and the jumps that a field declares itself.

use nalgebra::vector;
use rheos::analysis::{Lyapunov, System, TimeMap, Variational};
use rheos::dynamics::{
    Counted, GenericSplit, Jacobian, Jvp, Memoized, Neighbourhood, PiecewiseConstant, PiecewiseLinear, Separable,
    running_cost, separable,
};
use rheos::nn::{BatchMatrix, Mlp, Net};
use rheos::solution::Ensemble;
use rheos::solver::Dense;
use rheos::solver::explicit::{Bosh3, Dop853, Williamson3};
use rheos::solver::implicit::{Esdirk547, GaussLegendre4, KenCarp4, TrBdf2};
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, FixedBdf};
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::rosenbrock::{Rodas4P, Ros3P};
use rheos::solver::symplectic::{Ruth3, Yoshida4};
use rheos::state::MatrixOf;
use rheos::train::uniform;
use rheos::{
    Autodiff, Bdf, Dopri5, Dynamics, Error, Euler, Fixed, Ivp, Parametric, Pid, RadauIIA5, Rk4, Rodas5P, Solver, State,
    Tsit5, ode, sensitivities, solve,
};

use crate::common::piecewise::{Clock, Decay, KNOTS, Law, START, Turned, Y, constant, exact, linear};

mod bad_input;
mod orders;

/// The same field: without a value at its jumps, or without declaring them.
struct Wrapped<F> {
    field: F,
    declared: bool,
}

fn guarded<F>(field: F) -> Wrapped<F> {
    Wrapped { field, declared: true }
}

fn undeclared<F>(field: F) -> Wrapped<F> {
    Wrapped { field, declared: false }
}

impl<F: Dynamics> Dynamics for Wrapped<F> {
    type State = F::State;
    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        self.field.eval(t, y, dy);
        if self.jumps().contains(&t) {
            dy.scale_by(f64::NAN);
        }
    }
    fn jumps(&self) -> &[f64] {
        if self.declared { self.field.jumps() } else { &[] }
    }
}

impl<F: Jacobian> Jacobian for Wrapped<F> {
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        self.field.jacobian(t, y, near)
    }
    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        self.field.time_derivative(t, y, near, out);
    }
}

const NEVER: f64 = f64::INFINITY;

/// The error relative to the solution, which grows backwards in time.
fn distance(y: &Y, law: Law, span: (f64, f64), doubled: f64) -> f64 {
    let expected = exact(law, span, doubled);
    (y - expected).norm() / expected.norm()
}

/// Beyond the knots on both sides, and backwards.
const SPANS: [(f64, f64); 3] = [(0.0, 1.0), (-0.4, 1.3), (1.2, -0.2)];

/// The closed form at any units and any origin of time, within a factor of the tolerance.
#[test]
fn adaptive_methods_meet_their_tolerance_in_every_clock() {
    fn check<F: Dynamics<State = Y>, S: Solver<F> + Copy>(f: &F, solver: S, clock: Clock, law: Law, limit: f64)
    where
        Pid: rheos::Controller<F, S>,
    {
        for (s0, s1) in SPANS {
            let span = (clock.time(s0), clock.time(s1));
            let solution = solve(f, vector![START], span, solver, Pid::tolerance(1e-9)).unwrap();
            let error = distance(solution.last(), law, (s0, s1), NEVER);
            assert!(error < limit, "{clock:?} {law:?} {span:?}: {error:e}");
        }
    }
    // A shifted clock knows its times to 1e6 ε: that is 2e-10, below the tolerance.
    for clock in [
        Clock::PLAIN,
        Clock { start: -3.0, unit: 1e-9 },
        Clock { start: 1e6, unit: 1.0 },
        Clock { start: 7.0, unit: 1e5 },
    ] {
        if clock.unit < 1e-6 {
            // The resolution of times near the start is too coarse for this unit; without a shift it is not.
            let clock = Clock { start: 0.0, ..clock };
            check(&guarded(constant(clock, NEVER)), Dopri5, clock, Law::Constant, 3e-8);
            continue;
        }
        // The sum over a hundred steps of errors of 1e-9 each.
        let (f, g) = (guarded(constant(clock, NEVER)), guarded(linear(clock, NEVER)));
        check(&f, Dopri5, clock, Law::Constant, 3e-8);
        check(&g, Dopri5, clock, Law::Linear, 3e-8);
        check(&f, Esdirk547, clock, Law::Constant, 3e-8);
        check(&g, Rodas5P, clock, Law::Linear, 3e-8);
        check(&f, Adams, clock, Law::Constant, 3e-7);
        check(&g, Bdf, clock, Law::Linear, 3e-7);
    }
}

/// Not one more rejected step than solves that end and begin at the knots.
#[test]
fn a_declared_knot_costs_no_rejected_step() {
    fn check<F: Dynamics<State = Y>>(f: &F, span: (f64, f64)) -> u64 {
        let control = Pid::tolerance(1e-8);
        let mut ends: Vec<f64> = f.jumps().iter().copied().chain([span.0, span.1]).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        ends.retain(|t| (span.0.min(span.1)..=span.0.max(span.1)).contains(t));
        if span.1 < span.0 {
            ends.reverse();
        }
        let (mut y, mut rejected) = (vector![START], 0);
        for pair in ends.windows(2) {
            let solution = Ivp::new(f, y, (pair[0], pair[1])).solve(Dopri5, control).unwrap();
            y = *solution.last();
            rejected += solution.stats.rejected;
        }
        let whole = solve(f, vector![START], span, Dopri5, control).unwrap().stats;
        assert_eq!(whole.rejected, rejected, "{span:?}");
        let hidden = undeclared(f);
        let hidden = solve(&hidden, vector![START], span, Dopri5, control).unwrap().stats;
        assert!(hidden.rejected > rejected, "{span:?}: {hidden:?}");
        hidden.rejected - rejected
    }
    for span in SPANS {
        let at_jumps = check(&constant(Clock::PLAIN, NEVER), span);
        check(&linear(Clock::PLAIN, NEVER), span);
        // Three jumps, at each of which the step shrinks several times.
        assert!(at_jumps > 5, "{span:?}: {at_jumps}");
    }
}

/// Bit for bit as with `jumps_at`, and both together.
#[test]
fn own_jumps_are_declared_ones() {
    for (s0, s1) in SPANS {
        let doubled = 0.6;
        let f = constant(Clock::PLAIN, doubled);
        // Hundreds of steps, each wrong by this much at most.
        let control = Pid::tolerance(1e-11);
        let ivp = || Ivp::new(&f, vector![START], (s0, s1)).jumps_at(&[0.6]);
        let own = ivp().save_every(1).solve(Dopri5, control).unwrap();
        let hidden = undeclared(f.clone());
        let declared = Ivp::new(&hidden, vector![START], (s0, s1)).jumps_at(&[0.3, 0.6, 0.8, 0.45]).save_every(1);
        assert_eq!(own, declared.solve(Dopri5, control).unwrap());
        // Declared twice.
        let twice = Ivp::new(&f, vector![START], (s0, s1)).jumps_at(&[0.3, 0.6]).save_every(1);
        assert_eq!(own, twice.solve(Dopri5, control).unwrap());
        let error = distance(own.last(), Law::Constant, (s0, s1), doubled);
        assert!(error < 1e-8, "{error:e}");
        let rescued = ivp().save_every(1).solve_or((Dopri5, control.max_steps(7)), (Dopri5, control)).unwrap();
        assert_eq!(rescued.halt.map(|halt| halt.stats.accepted), Some(7));
        // The fallback starts with a first step of its own.
        assert!((rescued.solution.last() - own.last()).norm() < 1e-8 * own.last().norm());
    }
}

#[test]
fn outputs_steppers_pauses_and_ensembles_know_the_knots() {
    let f = guarded(linear(Clock::PLAIN, NEVER));
    let control = Pid::tolerance(1e-9);
    for span in [(-0.2, 1.2), (1.2, -0.2)] {
        let mut times = vec![-0.2, 0.1, 0.3, 0.45, 0.451, 0.8, 1.0, 1.2];
        if span.0 > span.1 {
            times.reverse();
        }
        let problem = || Ivp::new(&f, vector![START], span).save_at(&times);
        let whole = problem().solve(Tsit5, control).unwrap();
        for (t, y) in times.iter().zip(&whole.y) {
            // The interpolant has order 4, so its error is as large as a step of order 5 makes.
            assert!(distance(y, Law::Linear, (span.0, *t), NEVER) < 1e-7, "{t}");
        }
        // Paused after each step, and resumed.
        let mut stepper = problem().start(Tsit5, control).unwrap();
        while stepper.step().unwrap() {
            let paused = stepper.pause();
            stepper = problem().resume(Tsit5, control, paused).unwrap();
        }
        assert_eq!(stepper.finish().unwrap(), whole);
        // Every sample of an ensemble.
        let starts = [vector![START], vector![2.0 * START]];
        let outcomes = Ensemble::new(&f, &starts, span).save_at(&times).solve_on(2, Tsit5, control);
        assert_eq!(outcomes[0].as_ref().unwrap(), &whole);
    }
}

/// A residual network: one Euler step for each piece.
#[test]
fn euler_steps_over_the_pieces_are_residual_blocks() {
    let mut draw = uniform(3);
    let blocks: Vec<_> = (0..6).map(|_| Net::dynamic(Mlp::<f64, 4, 7, 4>::uniform(&mut draw)).field()).collect();
    let knots = [0.0, 0.1, 0.3, 0.35, 0.6, 0.9, 1.1];
    let network = PiecewiseConstant::with_knots(blocks, knots.to_vec()).unwrap();
    let start = BatchMatrix::<f64, 4>::from_fn(5, |i, j| (i as f64 - 0.3 * j as f64).sin());
    let (mut z, mut slope) = (start.clone(), start.clone());
    for (block, pair) in network.pieces().iter().zip(knots.windows(2)) {
        block.eval(0.0, &z, &mut slope);
        z += (pair[1] - pair[0]) * &slope;
    }
    let end = solve(&network, start.clone(), 0.0..1.1, Euler, Fixed::steps(1)).unwrap();
    assert_eq!(end.stats.accepted, 6);
    // A step is shorter than its piece by three units of rounding.
    assert!((end.last() - &z).norm() < 1e-14 * z.norm(), "{:e}", (end.last() - &z).norm());

    // With any method, the solve is the chain of the solves over the pieces.
    let mut z = start.clone();
    for (block, pair) in network.pieces().iter().zip(knots.windows(2)) {
        z = solve(block, z, pair[0]..pair[1], Rk4, Fixed::steps(3)).unwrap().last().clone();
    }
    let end = solve(&network, start, 0.0..1.1, Rk4, Fixed::steps(3)).unwrap();
    assert!((end.last() - &z).norm() < 1e-14 * z.norm(), "{:e}", (end.last() - &z).norm());
}

#[test]
fn interpolated_weights_are_those_of_the_nodes_at_the_knots_and_their_means_between() {
    let mut draw = uniform(5);
    let nodes: Vec<_> = (0..3).map(|_| Net::dynamic(Mlp::<f64, 2, 3, 2>::uniform(&mut draw)).field()).collect();
    let f = PiecewiseLinear::new(nodes.clone(), 0.0..2.0).unwrap();
    for (t, weights) in [
        (-1.0, [1.0, 0.0, 0.0]),
        (0.5, [0.5, 0.5, 0.0]),
        (1.0, [0.0, 1.0, 0.0]),
        (1.75, [0.0, 0.25, 0.75]),
        (9.0, [0.0, 0.0, 1.0]),
    ] {
        let mut expected = nodes[0].params();
        expected.set_zeros();
        nodes.iter().zip(weights).for_each(|(node, weight)| expected.add_scaled(weight, &node.params()));
        let mut difference = f.at(t).params();
        difference.add_scaled(-1.0, &expected);
        assert!(difference.inner(&difference).sqrt() < 1e-15, "{t}");
    }
}

/// A field in two halves that jumps at 0.5.
struct Halves;

impl Separable for Halves {
    type Position = f64;
    type Momentum = f64;
    fn velocity(&self, _t: f64, p: &f64, dq: &mut f64) {
        *dq = *p;
    }
    fn force(&self, t: f64, q: &f64, dp: &mut f64) {
        *dp = if t < 0.5 { -q } else { -4.0 * q };
    }
}

impl Dynamics for Halves {
    type State = (f64, f64);
    fn eval(&self, t: f64, y: &(f64, f64), dy: &mut (f64, f64)) {
        self.eval_halves(t, y, dy);
    }
    fn jumps(&self) -> &[f64] {
        &[0.5]
    }
}

#[test]
fn a_method_that_looks_beyond_its_steps_is_refused() {
    let refused = solve(&Halves, (1.0, 0.0), 0.0..1.0, Ruth3, Fixed::steps(10)).unwrap_err().error;
    assert!(matches!(refused, Error::InvalidEntry { name: "field.jumps", index: 0, value: 0.5, .. }), "{refused}");
    // Before the jump it is not.
    solve(&Halves, (1.0, 0.0), 0.0..0.4, Ruth3, Fixed::steps(10)).unwrap();
    // At the start of the span it is, and within a step of either end, in both directions.
    for span in [(0.5, 1.0), (0.5, 0.0), (0.51, 1.0), (0.0, 0.49), (0.49, 0.0), (1.0, 0.51)] {
        for name in ["field.jumps", "jumps_at"] {
            let refused = if name == "jumps_at" {
                let smooth = separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q);
                let ivp = Ivp::new(&smooth, (1.0, 0.0), span).jumps_at(&[0.5]);
                ivp.solve(Yoshida4, Fixed::steps(10)).unwrap_err().error
            } else {
                solve(&Halves, (1.0, 0.0), span, Yoshida4, Fixed::steps(10)).unwrap_err().error
            };
            let named = matches!(refused, Error::InvalidEntry { name: found, value: 0.5, .. } if found == name);
            assert!(named, "{span:?} {name}: {refused}");
        }
    }
    // Further away it is not: the field is `q' = p, p' = −4 q`. The method has an error of h⁴ = 4e-15 or so, and 2000 roundings.
    let end = *solve(&Halves, (1.0, 0.0), 0.51..1.0, Yoshida4, Fixed::steps(2000)).unwrap().last();
    assert!((end.0 - 0.98_f64.cos()).abs() < 1e-12, "{end:?}");
    let smooth = separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q);
    solve(&smooth, (1.0, 0.0), 0.0..1.0, Ruth3, Fixed::steps(10)).unwrap();
}

#[test]
fn sensitivities_know_the_jumps_of_a_generic_field() {
    let p: f64 = 1.3;
    let model = Autodiff::new(Turned, vector![p]);
    let found = sensitivities(&model, Rk4, Fixed::steps(100), &[0.0, 1.0], &vector![2.0]).unwrap();
    let growth = (0.5 * (p * p - p)).exp();
    // Rk4 with steps of 1/200 has errors of 1e-10 at these rates; across the jump they would be of 1e-2.
    assert!((found.y[1][0] - 2.0 * growth).abs() < 1e-9);
    assert!((found.y0[1][0] - growth).abs() < 1e-9);
    assert!((found.params[1][0] - 2.0 * growth * 0.5 * (2.0 * p - 1.0)).abs() < 1e-9, "{}", found.params[1][0]);
}

#[test]
fn the_analysis_of_a_flow_knows_the_knots() {
    let f = constant(Clock::PLAIN, NEVER);
    let map = TimeMap::new(&f, 0.0..1.0, Rk4, Fixed::steps(20));
    let (mut next, mut slopes) = (vector![0.0], nalgebra::DMatrix::zeros(1, 1));
    map.eval(&vector![START], &mut next).unwrap();
    map.jacobian(&vector![START], &next, &mut slopes).unwrap();
    let expected = exact(Law::Constant, (0.0, 1.0), NEVER);
    // Steps of 1/40 at rates up to 4.
    assert!((next - expected).norm() < 1e-7, "{}", (next - expected).norm());
    assert!((slopes[(0, 0)] - expected[0] / START).abs() < 1e-7);
    // The mean rate of growth over the knots.
    let lyapunov = Lyapunov::over(1.0).renormalise_every(0.125).tolerance(f64::MAX);
    let found = lyapunov.spectrum_of_flow(&f, &vector![START], 1, Rk4, Fixed::step(0.02)).unwrap().exponents;
    let rate = -Law::Constant.integral((0.0, 1.0), NEVER).0;
    assert!((found[0] - rate).abs() < 1e-6, "{found:?} {rate}");
}

#[test]
fn every_wrapper_passes_the_jumps_on() {
    let f = || constant(Clock::PLAIN, NEVER);
    let knots = [0.3, 0.45, 0.8];
    assert_eq!(f().jumps(), knots);
    assert_eq!(linear(Clock::PLAIN, NEVER).jumps(), KNOTS);
    assert_eq!(<&PiecewiseConstant<Decay> as Dynamics>::jumps(&&f()), knots);
    assert_eq!(Counted::new(f()).jumps(), knots);
    assert_eq!(Memoized::new(f()).jumps(), knots);
    assert_eq!(Variational::new(f()).jumps(), knots);
    assert_eq!(running_cost(f(), |_, _t, y: &Y| y[0]).jumps(), knots);
    assert_eq!(Autodiff::new(Turned, vector![1.0]).jumps(), [0.5]);
    let smooth = || ode(|_t, _y: &Y, dy: &mut Y| dy[0] = 1.0);
    assert_eq!(GenericSplit::new(f(), smooth()).jumps(), knots);
    assert_eq!(GenericSplit::new(smooth(), f()).jumps(), knots);
    assert_eq!(GenericSplit::new(linear(Clock::PLAIN, NEVER), f()).jumps(), KNOTS);
    assert_eq!(GenericSplit::new(f(), linear(Clock::PLAIN, NEVER)).jumps(), KNOTS);
    // A list for both would be a third one.
    let moved = Clock { start: 0.1, unit: 1.0 };
    let both = GenericSplit::new(f(), constant(moved, NEVER));
    let refused = solve(&both, vector![1.0], 0.0..1.0, KenCarp4, Pid::tolerance(1e-6)).unwrap_err().error;
    assert!(matches!(refused, Error::InvalidEntry { name: "field.jumps", index: 0, .. }), "{refused}");
    // The pieces of pieces: jumps inside the time of their piece, not outside.
    let nested = PiecewiseConstant::with_knots(vec![f(), constant(moved, NEVER)], vec![-1.0, 0.5, 2.0]).unwrap();
    assert_eq!(nested.jumps(), [0.5, 0.3, 0.45, 0.55, 0.9]);
}

#[test]
fn a_split_field_jumps_with_its_parts() {
    let parts = GenericSplit::new(constant(Clock::PLAIN, NEVER), linear(Clock::PLAIN, NEVER));
    let found = solve(&parts, vector![START], 0.0..1.0, KenCarp4, Pid::tolerance(1e-9)).unwrap();
    let integral = [Law::Constant, Law::Linear].map(|law| law.integral((0.0, 1.0), NEVER).0);
    let expected = START * (-integral[0] - integral[1]).exp();
    assert!((found.last()[0] - expected).abs() < 1e-8);
}
