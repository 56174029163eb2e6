//! Gradients of fields with parameters that vary with time, against closed forms and an unrolled residual network.

use nalgebra::vector;
use rheos::adjoint::{Checkpoints, InterpolatingAdjoint, QuadratureAdjoint, hessian_vector};
use rheos::dynamics::{Counted, Jacobian, Memoized, Neighbourhood, PiecewiseConstant, PiecewiseLinear};
use rheos::nn::{BatchMatrix, Block, Gap, LayerField, Mlp, Net, OdeBlock};
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::Esdirk547;
use rheos::solver::multistep::Adams;
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::train::uniform;
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Controller, Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Euler, Fixed,
    Ivp, Parametric, Pid, RadauIIA5, ReversibleAdjoint, Rk4, Rodas5P, Solver, State, Tsit5, verify,
};

use crate::common::piecewise::{Clock, Decay, Law, START, Turned, Y, constant, linear};
use crate::common::relative_error;

const NEVER: f64 = f64::INFINITY;
/// A jump that the field does not declare itself, between two knots.
const DOUBLED: f64 = 0.6;

/// Outputs in a piece, at a knot, behind the jump, and at the end; the solve lands on them, so no interpolant has a part in the
/// errors.
fn outputs(span: (f64, f64)) -> [f64; 4] {
    if span.0 < span.1 { [0.1, 0.45, 0.9, span.1] } else { [0.9, 0.45, 0.1, span.1] }
}
const WEIGHTS: [f64; 4] = [0.3, -1.1, 0.7, 0.9];

/// The derivatives of `Σ w y(tᵢ)` with respect to `y0`, the start, the jump, the times and the rates, in units of the clock.
fn expected(law: Law, span: (f64, f64)) -> Vec<f64> {
    let forwards = span.0 < span.1;
    let c = |s: f64| if s < DOUBLED { 1.0 } else { 2.0 };
    // On the side that the solve comes from.
    let speed = |s: f64| {
        let s = if forwards { s.next_down() } else { s.next_up() };
        c(s) * law.rate(s).powi(2) * (1.0 + s)
    };
    let mut all = vec![0.0; 7 + law.count()];
    for (i, (s, w)) in outputs(span).into_iter().zip(WEIGHTS).enumerate() {
        let (integral, slopes) = law.integral((span.0, s), DOUBLED);
        let y = START * (-integral).exp();
        all[0] += w * y / START;
        // The start is left on the other side.
        all[1] += w * y * c(span.0) * law.rate(span.0).powi(2) * (1.0 + span.0);
        let passed = if forwards { s > DOUBLED } else { s < DOUBLED };
        let sign = if forwards { 1.0 } else { -1.0 };
        all[2] += if passed { sign * w * y * law.rate(DOUBLED).powi(2) * (1.0 + DOUBLED) } else { 0.0 };
        all[3 + i] = -w * y * speed(s);
        all[7..].iter_mut().zip(slopes).for_each(|(sum, slope)| *sum -= w * y * slope);
    }
    all
}

/// Forwards and backwards, beyond the knots on both sides, at several units and origins of time.
fn check<F, S, C, A>(
    name: &str,
    field: impl Fn(Clock) -> F,
    law: Law,
    method: impl Fn(Clock) -> (S, C, A),
    tolerance: f64,
) where
    F: Differentiable<State = Y, Params = Vec<f64>>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    for clock in [Clock::PLAIN, Clock { start: -2e3, unit: 40.0 }] {
        let f = field(clock);
        for span in [(-0.2, 1.2), (1.2, -0.2)] {
            let times = clock.times(outputs(span));
            let jumps = [clock.time(DOUBLED)];
            let (t0, t1) = (clock.time(span.0), clock.time(span.1));
            let problem = Ivp::new(&f, vector![START], (t0, t1)).land_on(&times).jumps_at(&jumps);
            let (solver, control, adjoint) = method(clock);
            let run = problem.forward(solver, control, adjoint).unwrap();
            let found = run.backward(&WEIGHTS.map(|w| vector![w])).unwrap();
            // The knots are no declared jumps.
            assert_eq!((found.jumps.len(), found.params.len()), (1, law.count()), "{name}");
            assert_eq!(found.t1, found.times[3]);
            let in_time: Vec<f64> =
                [found.t0, found.jumps[0]].iter().chain(&found.times).map(|bar| bar * clock.unit).collect();
            let all = [&[found.y0[0]], &in_time[..], &found.params].concat();
            let expected = expected(law, span);
            let error = relative_error(&all, &expected);
            assert!(error < tolerance, "{name}, {law:?}, {clock:?}, {span:?}: {error:e}\n{all:?}\n{expected:?}");
        }
    }
}

/// Every adjoint, for one field.
macro_rules! every_adjoint {
    ($field:expr, $law:expr) => {{
        let (pid, steps) = (Pid::tolerance(1e-11), Fixed::steps(100));
        let discrete = DiscreteAdjoint::new();
        let field = |clock| $field(clock, DOUBLED);
        macro_rules! case {
            ($name:literal, $method:expr, $tolerance:expr) => {
                check($name, field, $law, |_| $method, $tolerance)
            };
        }
        // A hundred steps for each piece are steps of up to 1/200 at rates up to 10.
        case!("Dopri5", (Dopri5, pid, discrete), 1e-8);
        case!("Rk4", (Rk4, steps, discrete), 1e-6);
        case!("slots", (Tsit5, pid, discrete.checkpoints(Checkpoints::Slots(3))), 1e-8);
        case!("every fifth", (Tsit5, steps, discrete.checkpoints(Checkpoints::Every(5))), 1e-8);
        case!("Esdirk547", (Esdirk547, pid, discrete), 1e-8);
        case!("Radau", (RadauIIA5, steps, discrete), 1e-8);
        case!("Rodas5P", (Rodas5P, pid, discrete), 1e-7);
        case!("Adams", (Adams, pid, discrete), 1e-7);
        let undo = ReversibleAdjoint::new();
        case!("coupled", (Coupled::new(Dopri5), pid, undo), 1e-8);
        // Of second order.
        case!("Reversible Heun", (ReversibleHeun, Fixed::steps(1500), undo), 1e-5);
        case!("Alf", (Alf, Fixed::steps(1500), undo), 1e-5);
        // Backwards in time the decay grows, and its reconstruction is stable; forwards it is the other way round.
        case!("Backsolve", (Dop853, pid, BacksolveAdjoint::new(Dop853, pid)), 1e-7);
        case!("Interpolating", (Dop853, pid, InterpolatingAdjoint::new(Dop853, pid)), 1e-7);
        case!("Gauss", (Dop853, pid, QuadratureAdjoint::gauss(Dop853, pid)), 1e-7);
        case!("Kronrod", (Dopri5, steps, QuadratureAdjoint::kronrod(Dopri5, steps, 1e-9)), 1e-7);
    }};
}

#[test]
fn every_adjoint_of_piecewise_constant_rates() {
    every_adjoint!(constant, Law::Constant);
}

#[test]
fn every_adjoint_of_interpolated_rates() {
    every_adjoint!(linear, Law::Linear);
}

/// With steps that are wrong in the third digit, the gradient is the derivative of the computed solve.
#[test]
fn the_discrete_gradient_is_the_derivative_of_the_computed_steps() {
    fn check<F: Differentiable<State = Y, Params = Vec<f64>>, S: Solver<F> + Copy>(mut f: F, solver: S)
    where
        DiscreteAdjoint: Adjoint<F, S, Fixed>,
    {
        let params = f.params();
        let control = Fixed::steps(1);
        let value = |f: &F| Ivp::new(f, vector![START], -0.2..1.2).solve(solver, control).unwrap().last()[0];
        let problem = Ivp::new(&f, vector![START], -0.2..1.2);
        let found = problem.forward(solver, control, DiscreteAdjoint::new()).unwrap().backward(&[vector![1.0]]);
        let found = found.unwrap().params;
        for k in 0..params.len() {
            let h = 1e-5;
            let ends = [h, -h].map(|h| {
                let mut moved = params.clone();
                moved[k] += h;
                f.set_params(&moved);
                value(&f)
            });
            // The truncation of the difference is h², its rounding ε/h.
            let difference = (ends[0] - ends[1]) / (2.0 * h);
            assert!((found[k] - difference).abs() < 1e-9, "{k}: {} {difference}", found[k]);
        }
    }
    check(constant(Clock::PLAIN, NEVER), Rk4);
    check(linear(Clock::PLAIN, NEVER), Rk4);
    check(linear(Clock::PLAIN, NEVER), Rodas5P);
    check(constant(Clock::PLAIN, NEVER), RadauIIA5);
}

type Perceptron = Net<Mlp<f64, 3, 4, 3>>;

fn blocks(count: usize) -> Vec<LayerField<Perceptron>> {
    let mut draw = uniform(7);
    (0..count).map(|_| Net::dynamic(Mlp::uniform(&mut draw)).field()).collect()
}

fn batch() -> BatchMatrix<f64, 3> {
    BatchMatrix::from_fn(2, |i, j| (1.0 + i as f64 - 0.7 * j as f64).sin())
}

#[test]
fn pullbacks_agree_with_central_differences() {
    for t in [-1.0, 0.1, 0.3, 0.5, 0.99, 4.0] {
        // At a knot and outside of them a difference in time would be on both sides.
        let report = verify::vjp(&mut constant(Clock::PLAIN, NEVER), t + 1e-3, &vector![0.7]);
        assert!(report.passed(), "{report}");
        let report = verify::vjp(&mut linear(Clock::PLAIN, NEVER), t + 1e-3, &vector![0.7]);
        assert!(report.passed(), "{report}");
        let mut network = PiecewiseConstant::new(blocks(3), 0.0..1.0).unwrap();
        let report = verify::vjp(&mut network, t + 1e-3, &batch());
        assert!(report.passed(), "{report}");
        let mut network = PiecewiseLinear::new(blocks(3), 0.0..1.0).unwrap();
        let report = verify::vjp(&mut network, t + 1e-3, &batch());
        assert!(report.passed(), "{report}");
    }
}

/// The derivative in time includes the motion of the parameters.
#[test]
fn time_derivatives_agree_with_differences() {
    let (f, y, near) = (linear(Clock::PLAIN, NEVER), vector![0.7], Neighbourhood::of_step(0.1));
    for t in [-0.5, 0.1, 0.4, 0.79, 1.5] {
        let (mut found, mut ends) = (vector![0.0], [vector![0.0]; 2]);
        f.time_derivative(t, &y, near, &mut found);
        let h = 1e-5;
        f.eval(t - h, &y, &mut ends[0]);
        f.eval(t + h, &y, &mut ends[1]);
        // The field is cubic in time here, with coefficients of about 30: the difference is wrong by 30 h².
        assert!((found - (ends[1] - ends[0]) / (2.0 * h)).norm() < 1e-8, "{t}");
    }
}

/// One trace serves evaluations at any times, one after the other.
#[test]
fn a_trace_is_reused() {
    fn check<F: Differentiable<State = BatchMatrix<f64, 3>>>(f: &F) {
        let (y, mut trace) = (batch(), F::Trace::default());
        let w = y.map(f64::cos);
        for t in [0.1, 0.9, 0.4, 0.5, -3.0, 7.0] {
            let (mut slope, mut traced) = (y.zeros_like(), y.zeros_like());
            f.eval(t, &y, &mut slope);
            f.eval_traced(t, &y, &mut traced, &mut trace);
            assert_eq!(slope, traced);
            let bars = || (y.zeros_like(), f.params().zeros_like());
            let (mut plain, mut reused) = (bars(), bars());
            let time = f.vjp(t, &y, &w, &mut plain.0, &mut plain.1);
            assert_eq!(f.vjp_traced(&mut trace, t, &y, &w, &mut reused.0, &mut reused.1), time);
            assert_eq!((plain.0, plain.1.coordinates()), (reused.0, reused.1.coordinates()));
        }
    }
    check(&PiecewiseConstant::new(blocks(3), 0.0..1.0).unwrap());
    check(&PiecewiseLinear::new(blocks(3), 0.0..1.0).unwrap());
}

/// Pieces that differ in more than their parameters: here in their clocks. A trace from another piece does not matter.
#[test]
fn a_trace_of_another_piece_is_reused() {
    let decay = |rate, unit| Decay { rate, clock: Clock { start: 0.0, unit }, doubled: NEVER };
    let piece =
        |unit, from| PiecewiseLinear::new(vec![decay(0.5, unit), decay(0.7, unit)], (from, from + 0.5)).unwrap();
    let f = PiecewiseConstant::new(vec![piece(1.0, 0.0), piece(3.0, 0.5)], 0.0..1.0).unwrap();
    let (y, mut trace) = (vector![2.0], Default::default());
    for (t, unit) in [(0.25, 1.0), (0.75, 3.0), (0.25, 1.0)] {
        let mut slope = vector![0.0];
        f.eval_traced(t, &y, &mut slope, &mut trace);
        // In the middle of each piece, the rate is 0.6.
        let growth = -0.36 * (1.0 + t / unit) / unit;
        assert!((slope[0] - growth * y[0]).abs() < 1e-15, "{t}: {slope}");
        let (mut ybar, mut pbar) = (vector![0.0], f.params().zeros_like());
        f.vjp_traced(&mut trace, t, &y, &vector![1.0], &mut ybar, &mut pbar);
        assert!((ybar[0] - growth).abs() < 1e-15, "{t}: {ybar}");
    }
}

/// Stored evaluations near a knot belong to their side of it.
#[test]
fn memoized_fields_are_not_evaluated_again() {
    fn check<F: Differentiable<State = Y, Params = Vec<f64>> + Clone>(f: F) {
        let plain =
            Ivp::new(&f, vector![START], 0.0..1.0).forward(Rk4, Fixed::steps(3), DiscreteAdjoint::new()).unwrap();
        let plain = plain.backward(&[vector![1.0]]).unwrap();
        let field = Memoized::new(Counted::new(f.clone()));
        let run =
            Ivp::new(&field, vector![START], 0.0..1.0).forward(Rk4, Fixed::steps(3), DiscreteAdjoint::new()).unwrap();
        let found = run.backward(&[vector![1.0]]).unwrap();
        assert_eq!(field.inner().evaluations(), run.stats.evaluations);
        assert!(relative_error(&found.params, &plain.params) < 1e-14);
    }
    check(constant(Clock::PLAIN, NEVER));
    check(linear(Clock::PLAIN, NEVER));
}

/// An `OdeBlock` with one Euler step for each piece has the gradient of the residual network, unrolled by hand.
#[test]
fn a_residual_network_is_an_ode_block() {
    let blocks = blocks(4);
    let (start, h) = (batch(), 0.25);
    let field = PiecewiseConstant::new(blocks.clone(), 0.0..1.0).unwrap();
    let network = OdeBlock::new(field, Euler, Fixed::steps(1), DiscreteAdjoint::new());
    let (end, record) = network.forward(&(), &start, Gap::Same(1.0)).unwrap();
    let w = start.map(f64::cos);
    let mut found = network.params().zeros_like();
    let (_, start_bar) = network.backward(record, w.clone(), &mut found).unwrap();

    let mut states = vec![start];
    for block in &blocks {
        let mut slope = states[0].zeros_like();
        let z = &states[states.len() - 1];
        block.eval(0.0, z, &mut slope);
        states.push(z + h * slope);
    }
    // Steps are shorter than their pieces by rounding, which the nonlinearity passes on.
    assert!((&end - &states[4]).norm() < 1e-13);
    let mut zbar = w;
    for (k, block) in blocks.iter().enumerate().rev() {
        let (mut ybar, mut pbar) = (zbar.zeros_like(), block.params().zeros_like());
        block.vjp(0.0, &states[k], &zbar, &mut ybar, &mut pbar);
        pbar.scale_by(h);
        assert!(relative_error(&found[k].coordinates(), &pbar.coordinates()) < 1e-13, "{k}");
        zbar += h * ybar;
    }
    assert!((start_bar - zbar).norm() < 1e-13);
}

#[test]
fn hessian_vector_products_know_the_jumps_of_a_generic_field() {
    let (p, y0): (f64, f64) = (1.3, 2.0);
    let model = Autodiff::new(Turned, vector![p]);
    let direction = (vector![0.0], vector![1.0]);
    let found = hessian_vector(
        &model,
        Rk4,
        Fixed::steps(100),
        &DiscreteAdjoint::new(),
        &[0.0, 1.0],
        (&vector![y0], &direction),
        |y| {
            // L = y(1).
            let mut cotangents = y.to_vec();
            cotangents[0] = y[0].map(|x| x * 0.0);
            cotangents[1] = y[1].map(|x| x * 0.0 + 1.0);
            cotangents
        },
    )
    .unwrap();
    let (growth, slope) = ((0.5 * (p * p - p)).exp(), p - 0.5);
    // Steps of 1/200 at rates below 2: errors of 1e-10, and of some 1e-9 in second derivatives.
    assert!((found.gradient_params[0] - y0 * growth * slope).abs() < 1e-8);
    assert!((found.params[0] - y0 * growth * (slope * slope + 1.0)).abs() < 1e-8, "{}", found.params[0]);
    assert!((found.y0[0] - growth * slope).abs() < 1e-8);
}
