//! Gradients of symplectic and reversible solves.

use nalgebra::{SVector, Vector2, vector};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::dynamics::separable;
use rheos::solution::Outputs;
use rheos::solver::StepVjp;
use rheos::solver::explicit::Bosh3;
use rheos::solver::reversible::{Alf, Coupled, DampedAlf, ReverseStep, ReversibleHeun};
use rheos::solver::symplectic::{BlanesMoan4, Leapfrog, PositionVerlet, Ruth3, SymplecticEuler, Yoshida4, Yoshida6};
use rheos::{
    Autodiff, DiscreteAdjoint, Dopri5, Fixed, GenericDynamics, Pid, ReversibleAdjoint, Rk4, Scalar, State, verify,
};

use super::problems::Pendulums;
use crate::common::gradient::{gradient, landing_on, over};

/// Outputs inside steps, in forward and in backward time.
const TIMES: [f64; 5] = [0.25, 0.61, 1.17, 1.23, 1.75];

/// Steps that divide the interval, and steps that do not.
const GRIDS: [Fixed; 2] = [Fixed::steps(15), Fixed::step(0.11)];

#[test]
fn the_pullback_of_a_separable_field_agrees_with_differences() {
    let (mut f, y0) = Pendulums::problem();
    let report = verify::vjp(&mut f, 0.3, &y0);
    assert!(report.passed(), "{report}");
}

#[test]
fn both_adjoints_of_a_symplectic_solve_are_the_derivative_of_what_was_computed() {
    fn check<S: StepVjp<Pendulums> + ReverseStep<Pendulums> + Copy>(solver: S) {
        let (mut f, y0) = Pendulums::problem();
        let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
        for times in [&TIMES[..], &backwards] {
            for control in GRIDS {
                let check = |report: rheos::Result<verify::GradientReport>| {
                    let report = report.unwrap();
                    assert!(report.error() < 1e-8, "{} {report}", std::any::type_name::<S>());
                };
                check(verify::gradient(&mut f, &solver, &control, &DiscreteAdjoint::new(), times, &y0));
                check(verify::gradient(
                    &mut f,
                    &solver,
                    &control,
                    &DiscreteAdjoint::new(),
                    Outputs::LandingOn(times),
                    &y0,
                ));
                check(verify::gradient(&mut f, &solver, &control, &ReversibleAdjoint::new(), times, &y0));
                check(verify::gradient(
                    &mut f,
                    &solver,
                    &control,
                    &ReversibleAdjoint::new(),
                    Outputs::LandingOn(times),
                    &y0,
                ));
            }
        }
    }
    check(SymplecticEuler);
    check(Leapfrog);
    check(PositionVerlet);
    check(Ruth3);
    check(Yoshida4);
    check(BlanesMoan4);
    check(Yoshida6);
}

/// A forced oscillator with parameters: every kind of derivative is different from zero.
struct Forced;

impl GenericDynamics<2, 3> for Forced {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        SVector::from([y[1], (t * p[2]).sin() - p[0] * y[0] - p[1] * y[1] * y[1] * y[1]])
    }
}

type Model = Autodiff<Forced, 2, 3>;

fn forced() -> (Model, Vector2<f64>) {
    (Autodiff::new(Forced, vector![2.0, 0.3, 1.5]), vector![1.0, -0.4])
}

#[test]
fn the_adjoint_of_a_reversible_solve_is_the_derivative_of_what_was_computed() {
    fn check<S: ReverseStep<Model> + Copy>(solver: S) {
        let (mut f, y0) = forced();
        let backwards: Vec<f64> = TIMES.iter().rev().copied().collect();
        for times in [&TIMES[..], &backwards] {
            for control in GRIDS {
                let adjoint = ReversibleAdjoint::new();
                for times in [Outputs::At(times), Outputs::LandingOn(times)] {
                    let report = verify::gradient(&mut f, &solver, &control, &adjoint, times, &y0).unwrap();
                    assert!(report.error() < 1e-8, "{} {report}", std::any::type_name::<S>());
                }
            }
        }
    }
    check(ReversibleHeun);
    check(Alf);
    check(DampedAlf::new(0.8).unwrap());
    check(Coupled::new(Rk4));
    check(Coupled::new(Bosh3).coupling(0.7).unwrap());
    check(Coupled::new(Dopri5).coupling(1.0).unwrap());
}

#[test]
fn undoing_the_steps_loses_nothing_against_keeping_them() {
    let (f, y0) = Pendulums::problem();
    let loss = |y: &[(Vector2<f64>, Vector2<f64>)]| y.to_vec();
    let times = [0.0, 3.3, 10.0];
    let kept = gradient(over(&f, &y0, &times), Yoshida4, Fixed::steps(1000), DiscreteAdjoint::new(), loss).unwrap();
    let undone = gradient(over(&f, &y0, &times), Yoshida4, Fixed::steps(1000), ReversibleAdjoint::new(), loss).unwrap();
    let relative = |a: &[f64], b: &[f64]| {
        let scale = a.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / scale
    };
    assert!(relative(&kept.y0.coordinates(), &undone.y0.coordinates()) < 1e-11);
    assert!(relative(kept.params.as_slice(), undone.params.as_slice()) < 1e-11);
    assert!(relative(&kept.times, &undone.times) < 1e-11);
}

#[test]
fn adaptive_reversible_gradients_approach_the_exact_one() {
    let (f, y0) = LotkaVolterra::problem();
    let loss = |y: &[Vector2<f64>]| y.to_vec();
    let times = [0.0, 0.7, 2.0];
    let tight = Pid::tolerance(1e-11);
    let exact = gradient(over(&f, &y0, &times), Dopri5, tight, DiscreteAdjoint::new(), loss).unwrap();
    type Found = rheos::adjoint::Gradient<Vector2<f64>, SVector<f64, 4>>;
    fn check(found: rheos::Result<Found>, exact: &Found) {
        let found = found.unwrap();
        let errors = [
            (found.y0 - exact.y0).norm() / exact.y0.norm(),
            (found.params - exact.params).norm() / exact.params.norm(),
            (found.times[2] - exact.times[2]).abs() / exact.times[2].abs(),
        ];
        assert!(errors.iter().all(|error| *error < 1e-4), "{errors:?}");
    }
    let (adjoint, problem) = (ReversibleAdjoint::new(), || over(&f, &y0, &times));
    check(gradient(problem(), ReversibleHeun, Pid::tolerance(1e-8), adjoint, loss), &exact);
    check(gradient(problem(), Alf, Pid::tolerance(1e-8), adjoint, loss), &exact);
    check(gradient(problem(), Coupled::new(Dopri5), Pid::tolerance(1e-9), adjoint, loss), &exact);
    let landing = landing_on(&f, &y0, &times);
    check(gradient(landing, Coupled::new(Dopri5), Pid::tolerance(1e-9), adjoint, loss), &exact);
}

#[test]
fn closed_forms() {
    // A harmonic oscillator: q(t) = q0 cos t + p0 sin t, so that L = q(2) has the gradient (cos 2, sin 2) and
    // dL/dt1 = p(2).
    let oscillator = separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q).with_vjp(
        |_t, _p, w, pbar| {
            *pbar += w;
            0.0
        },
        |_t, _q, w, qbar| {
            *qbar -= w;
            0.0
        },
    );
    let loss = |_: &[(f64, f64)]| vec![(0.0, 0.0), (1.0, 0.0)];
    let (y0, times) = ((0.6, -0.3), [0.0, 2.0]);
    let found =
        gradient(over(&oscillator, &y0, &times), Yoshida6, Fixed::steps(100), ReversibleAdjoint::new(), loss).unwrap();
    let (sin, cos) = 2.0_f64.sin_cos();
    let velocity = -y0.0 * sin + y0.1 * cos;
    assert!((found.y0.0 - cos).abs() < 1e-10 && (found.y0.1 - sin).abs() < 1e-10, "{:?}", found.y0);
    assert!((found.times[1] - velocity).abs() < 1e-10 && (found.times[0] + velocity).abs() < 1e-10);
}

#[test]
fn a_solve_over_no_time_passes_cotangents_through() {
    let (f, y0) = forced();
    let w = vector![2.0, -1.0];
    let control = Pid::tolerance(1e-6);
    let found = gradient(over(&f, &y0, &[0.5, 0.5]), ReversibleHeun, control, ReversibleAdjoint::new(), |_| vec![w, w]);
    let found = found.unwrap();
    assert_eq!(found.y0, w * 2.0);
    assert_eq!(found.params, SVector::<f64, 3>::zeros());
}
