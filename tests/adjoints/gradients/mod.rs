//! Gradients against step-by-step and exact reference values, central differences and closed forms.

mod jumps;
mod lengths;
mod not_finite;
mod quadrature;
mod run;

use crate::common::gradient::{gradient, landing_on, over};
use crate::common::{golden, numbers, relative_error};
use nalgebra::{SMatrix, SVector};
use rheos::adjoint::{Gradient, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::dynamics::problems::{Forced, LotkaVolterra, Spiral};
use rheos::formula::{Bias, Static, Weight};
use rheos::nn::{LayerField, Linear, Mlp, Net};
use rheos::solution::{Outputs, keep};
use rheos::solver::explicit::{Bosh3, Heun, Midpoint, Ralston, Rk38};
use rheos::solver::implicit::{Esdirk547, ImplicitEuler, ImplicitMidpoint, Sdirk4, TrBdf2, Trapezoid};
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Controller, DiscreteAdjoint, Dopri5, Dynamics, Error, Euler, Fixed,
    GenericDynamics, Ivp, Pid, Rk4, Scalar, Solver, State, Tsit5, verify,
};

type Batch = SMatrix<f64, 2, 3>;
type Network = LayerField<Net<Mlp<f64, 2, 16, 2>, Static<3>>>;

const BLOCK: [&str; 2] = ["neural_ode_gradients", "neural_ode_autonomous_2_16_2"];

fn reference(path: &[&str]) -> Vec<f64> {
    numbers(&golden(&[&BLOCK, path].concat()))
}

fn linear<const I: usize, const O: usize>(weight: &str, bias: &str) -> Linear<f64, I, O> {
    let weights = |name: &str| reference(&["weights", name]);
    Linear {
        weight: Weight(SMatrix::from_row_slice(&weights(weight))),
        bias: Bias(SVector::from_column_slice(&weights(bias))),
    }
}

fn network() -> Network {
    Net::new(Mlp { first: linear("W1", "b1"), second: linear("W2", "b2") }).field()
}

/// The batch is in rows there and in columns here, so that both have the same order in memory.
fn y0() -> Batch {
    SMatrix::from_column_slice(&reference(&["y0"]))
}

/// The outputs and their gradient.
type Found = (Vec<Batch>, Gradient<Batch, <Network as rheos::Parametric>::Params>);

fn sum_of_squares<S, C, A>(solver: S, control: C, adjoint: A) -> Found
where
    S: Solver<Network>,
    C: Controller<Network, S>,
    A: Adjoint<Network, S, C>,
{
    let times = reference(&["t"]);
    squares(over(&network(), &y0(), &times), solver, control, adjoint)
}

fn squares<'a, K, S, C, A>(problem: Ivp<'a, Network, K>, solver: S, control: C, adjoint: A) -> Found
where
    K: keep::States<'a>,
    S: Solver<Network>,
    C: Controller<Network, S>,
    A: Adjoint<Network, S, C>,
{
    let run = problem.forward(solver, control, adjoint).unwrap();
    let (_, found) = run.gradient_of(|y| Ok::<_, Error>(((), y.iter().map(|y| y * 2.0).collect()))).unwrap();
    (run.y, found)
}

/// The largest relative error of each kind of gradient, named.
fn errors((y, found): &Found, block: &[&str]) -> Vec<(&'static str, f64)> {
    let expected = |name: &str| reference(&[block, &["grads", name]].concat());
    let Mlp { first, second } = &found.params;
    let solution: Vec<f64> = y.iter().flat_map(State::coordinates).collect();
    vec![
        ("solution", relative_error(&solution, &reference(&[block, &["solution"]].concat()))),
        ("y0", relative_error(found.y0.as_slice(), &expected("y0"))),
        ("W1", relative_error(first.weight.transpose().as_slice(), &expected("W1"))),
        ("b1", relative_error(first.bias.as_slice(), &expected("b1"))),
        ("W2", relative_error(second.weight.transpose().as_slice(), &expected("W2"))),
        ("b2", relative_error(second.bias.as_slice(), &expected("b2"))),
    ]
}

fn assert_within(errors: &[(&'static str, f64)], tolerance: f64) {
    for (name, error) in errors {
        assert!(*error <= tolerance, "{name}: {error:e} > {tolerance:e}");
    }
}

#[test]
fn discrete_adjoint_equals_step_by_step_differentiation() {
    fn check<S: rheos::solver::StepVjp<Network>>(name: &str, solver: S) {
        let found = sum_of_squares(solver, Fixed::step(1.0 / 16.0), DiscreteAdjoint::new());
        assert_within(&errors(&found, &["fixed_step_h_1_16_discretise_then_differentiate", name]), 1e-12);
    }
    check("euler", Euler);
    check("midpoint", Midpoint);
    check("heun2", Heun);
    check("rk4_classical", Rk4);
    check("rk4_38", Rk38);
}

#[test]
fn adjoints_at_tight_tolerance_agree_with_the_exact_gradient() {
    let tight = Pid::tolerance(1e-10);
    let check = |found: Found| {
        assert_within(&errors(&found, &["exact"]), 1e-7);
        let times = relative_error(&found.1.times, &reference(&["exact", "grads", "t"]));
        assert!(times < 1e-7, "times: {times:e}");
    };
    let (network, times) = (network(), reference(&["t"]));
    let landing = || landing_on(&network, &y0(), &times);
    check(sum_of_squares(Dopri5, tight, DiscreteAdjoint::new()));
    check(squares(landing(), Dopri5, tight, DiscreteAdjoint::new()));
    check(sum_of_squares(Tsit5, tight, DiscreteAdjoint::new()));
    check(sum_of_squares(Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight)));
    check(squares(landing(), Dopri5, tight, BacksolveAdjoint::new(Tsit5, tight)));
    check(sum_of_squares(Tsit5, tight, BacksolveAdjoint::new(Dopri5, tight)));
    check(squares(landing(), Dopri5, tight, InterpolatingAdjoint::new(Dopri5, tight)));
    check(squares(landing(), Tsit5, tight, QuadratureAdjoint::gauss(Dopri5, tight)));
    check(squares(landing(), Tsit5, tight, QuadratureAdjoint::kronrod(Dopri5, tight, 1e-9)));
}

#[test]
fn pullbacks_of_the_library_agree_with_differences() {
    let (mut f, y) = LotkaVolterra::problem();
    let report = verify::vjp(&mut f, 0.3, &(y * 1.7));
    assert!(report.passed(), "{report}");
    let (mut f, y) = Spiral::problem();
    let report = verify::vjp(&mut f, 0.3, &y);
    assert!(report.passed(), "{report}");
    let (mut f, _) = Forced::problem();
    let report = verify::vjp(&mut f, 0.3, &Forced::exact(0.3));
    assert!(report.passed(), "{report}");
    let report = verify::vjp(&mut network(), 0.0, &y0());
    assert!(report.passed(), "{report}");
}

/// A forced oscillator with parameters: every kind of derivative is different from zero.
struct Oscillator;

impl GenericDynamics<2, 3> for Oscillator {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        SVector::from([y[1], (t * p[2]).sin() - p[0] * y[0] - p[1] * y[1] * y[1] * y[1]])
    }
}

fn forced() -> (Autodiff<Oscillator, 2, 3>, SVector<f64, 2>) {
    (Autodiff::new(Oscillator, SVector::from([2.0, 0.3, 1.5])), SVector::from([1.0, -0.4]))
}

/// Times with outputs at both ends, on a grid point (1.0), between grid points, and twice at once.
const TIMES: [f64; 7] = [0.25, 0.25, 0.61, 1.0, 1.17, 1.17, 1.75];

#[test]
fn discrete_adjoint_is_the_derivative_of_what_was_computed() {
    fn check<S: rheos::solver::StepVjp<Autodiff<Oscillator, 2, 3>> + Copy>(solver: S, times: &[f64]) {
        let (mut f, y0) = forced();
        // 15 equal steps, and steps that do not divide the interval.
        for control in [Fixed::steps(15), Fixed::step(0.11)] {
            let report = verify::gradient(&mut f, &solver, &control, &DiscreteAdjoint::new(), times, &y0).unwrap();
            assert!(report.error() < 1e-8, "{} {report}", std::any::type_name::<S>());
            let report =
                verify::gradient(&mut f, &solver, &control, &DiscreteAdjoint::new(), Outputs::LandingOn(times), &y0)
                    .unwrap();
            assert!(report.error() < 1e-8, "landing, {} {report}", std::any::type_name::<S>());
        }
    }
    // Without equal times, which differences would put out of order, and without the grid point, where the interpolant
    // of most methods has a kink.
    let times = vec![0.25, 0.61, 1.17, 1.23, 1.75];
    check(Euler, &times);
    check(Midpoint, &times);
    check(Heun, &times);
    check(Ralston, &times);
    check(Bosh3, &times);
    check(Rk4, &times);
    check(Rk38, &times);
    check(Dopri5, &times);
    check(Tsit5, &times);
    check(ImplicitEuler, &times);
    check(ImplicitMidpoint, &times);
    check(Trapezoid, &times);
    check(TrBdf2, &times);
    check(Sdirk4, &times);
    check(Esdirk547, &times);
    let backwards: Vec<f64> = times.iter().rev().copied().collect();
    check(Rk4, &backwards);
    check(Dopri5, &backwards);
}

#[test]
fn every_adjoint_agrees_with_every_other() {
    let (f, y0) = forced();
    let tight = Pid::tolerance(1e-12);
    let loss = |y: &[SVector<f64, 2>]| y.iter().enumerate().map(|(i, y)| y * (1.0 + i as f64)).collect::<Vec<_>>();
    let all = |times: &[f64]| {
        [
            gradient(over(&f, &y0, times), Dopri5, tight, DiscreteAdjoint::new(), loss).unwrap(),
            gradient(landing_on(&f, &y0, times), Tsit5, tight, DiscreteAdjoint::new(), loss).unwrap(),
            gradient(over(&f, &y0, times), Rk4, Fixed::steps(4000), DiscreteAdjoint::new(), loss).unwrap(),
            gradient(landing_on(&f, &y0, times), Esdirk547, tight, DiscreteAdjoint::new(), loss).unwrap(),
            gradient(over(&f, &y0, times), Tsit5, tight, BacksolveAdjoint::new(Dopri5, tight), loss).unwrap(),
            gradient(over(&f, &y0, times), Dopri5, tight, BacksolveAdjoint::new(Rk4, Fixed::steps(500)), loss).unwrap(),
        ]
    };
    let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
    for times in [&TIMES[..], &backwards] {
        let [first, rest @ ..] = all(times);
        for other in rest {
            for (name, a, b) in [
                ("y0", first.y0.as_slice(), other.y0.as_slice()),
                ("params", first.params.as_slice(), other.params.as_slice()),
                ("times", &first.times[..], &other.times[..]),
            ] {
                let error = relative_error(b, a);
                assert!(error < 1e-8, "{name}: {error:e}\n{a:?}\n{b:?}");
            }
        }
    }
}

#[test]
fn a_solve_over_no_time_passes_cotangents_through() {
    let (f, y0) = forced();
    let w = SVector::from([2.0, -1.0]);
    let pid = Pid::tolerance(1e-6);
    let mut slope = y0;
    f.eval(0.5, &y0, &mut slope);
    let over_no_time = || over(&f, &y0, &[0.5, 0.5]);
    let run = over_no_time().forward(Dopri5, pid, DiscreteAdjoint::new()).unwrap();
    assert_eq!(run.y, [y0, y0]);
    let continuous = gradient(over_no_time(), Dopri5, pid, BacksolveAdjoint::new(Dopri5, pid), |_| vec![w, w]).unwrap();
    for found in [run.backward(&[w, w]).unwrap(), continuous] {
        assert_eq!(found.y0, w * 2.0);
        assert_eq!(found.params, SVector::<f64, 3>::zeros());
        // The outputs move with the end, which leaves the start with the slope there.
        let rate = 2.0 * w.dot(&slope);
        for bar in [found.t1, -found.t0, found.times[0], found.times[1]] {
            assert!((bar - rate).abs() < 1e-15);
        }
    }
}

#[test]
fn a_wrong_pullback_is_found_out() {
    let mut wrong = rheos::ode(|t, y: &f64, dy: &mut f64| *dy = t * y * y).with_vjp(|t, y, w, ybar| {
        *ybar += w * t * y;
        w * y * y
    });
    let report = verify::vjp(&mut wrong, 0.7, &2.0);
    assert!(!report.passed());
    assert!(report.to_string().contains("y[0]"));
    let adjoint = DiscreteAdjoint::new();
    let report = verify::gradient(&mut wrong, &Rk4, &Fixed::steps(10), &adjoint, &[0.0, 0.3], &1.0).unwrap();
    assert!(!report.passed());
}
