//! Ensembles whose samples share their steps.

use nalgebra::{SVector, Vector1, Vector2, vector};
use rheos::control::MinStep;
use rheos::dynamics::problems::Lorenz;
use rheos::solution::LaneEnsemble;
use rheos::state::Tolerances;
use rheos::{Autodiff, Dopri5, Error, Fixed, GenericDynamics, Ivp, Pid, Rk4, Scalar, Tsit5, Vern7, solve};

/// `(x, v)' = (v, −ω² x)`: from `(1, 0)` the solution is `(cos ωt, −ω sin ωt)`.
#[derive(Debug)]
struct Oscillator;

impl GenericDynamics<2, 1> for Oscillator {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 1>) -> SVector<T, 2> {
        SVector::from([y[1], -p[0] * p[0] * y[0]])
    }
}

fn exact(omega: f64, t: f64) -> Vector2<f64> {
    vector![(omega * t).cos(), -omega * (omega * t).sin()]
}

fn oscillators(n: usize) -> (Vec<Vector2<f64>>, Vec<Vector1<f64>>) {
    let frequencies = (0..n).map(|i| vector![0.5 + 0.01 * i as f64]).collect();
    (vec![vector![1.0, 0.0]; n], frequencies)
}

#[test]
fn every_sample_has_its_exact_solution_at_every_output() {
    let model = Autodiff::new(Oscillator, vector![1.0]);
    let times = [0.0, 0.3, 2.5, 5.0];
    // Whole and incomplete blocks and groups.
    for n in [1, 7, 8, 9, 128, 300] {
        let (y0, params) = oscillators(n);
        let ensemble = LaneEnsemble::new(&model, &y0, 0.0..5.0).with_params(&params).unwrap().save_at(&times);
        let outcomes = ensemble.solve(Vern7, Pid::tolerance(1e-10));
        assert_eq!(outcomes.len(), n);
        for (outcome, params) in outcomes.iter().zip(&params) {
            let solution = outcome.as_ref().unwrap();
            assert_eq!(solution.t, times);
            for (&t, y) in times.iter().zip(&solution.y) {
                assert!((y - exact(params[0], t)).amax() < 3e-9, "{n} samples, ω = {}, t = {t}", params[0]);
            }
            assert_eq!(solution.last(), &solution.y[3]);
        }
    }
}

#[test]
fn the_shared_parameters_are_those_of_the_model() {
    let model = Autodiff::new(Oscillator, vector![3.0]);
    let outcomes = LaneEnsemble::new(&model, &[vector![1.0, 0.0]; 3], 1.0..2.0).solve(Vern7, Pid::tolerance(1e-10));
    assert!(outcomes.iter().all(|one| (one.as_ref().unwrap().last() - exact(3.0, 1.0)).amax() < 1e-8));
}

#[test]
fn the_fastest_of_many_samples_decides_about_the_steps() {
    let model = Autodiff::new(Oscillator, vector![0.0]);
    let (y0, mut params) = oscillators(64);
    params.iter_mut().for_each(|omega| omega[0] *= 0.01);
    params[40] = vector![50.0];
    // At a tolerance for the mean, the error of one in 64 might be eight times larger. Both are within the same bound here.
    let control = Pid::tolerance(1e-6);
    let alone = solve(&Autodiff::new(Oscillator, params[40]), y0[40], 0.0..3.0, Tsit5, control).unwrap();
    let outcomes = LaneEnsemble::new(&model, &y0, 0.0..3.0).with_params(&params).unwrap().solve(Tsit5, control);
    let together = outcomes[40].as_ref().unwrap();
    assert_eq!(together.stats.accepted, alone.stats.accepted);
    let error = |y: &Vector2<f64>| (y - exact(50.0, 3.0)).amax();
    assert!(error(together.last()) < 1.01 * error(alone.last()), "{} {}", error(together.last()), error(alone.last()));
}

#[test]
fn tolerances_hold_for_each_component() {
    let model = Autodiff::new(Oscillator, vector![0.0]);
    let (y0, params) = oscillators(9);
    let tight = Pid::tolerances(Tolerances { rtol: vector![1e-10, 1e-3], atol: vector![1e-10, 1e-3] });
    let outcomes = LaneEnsemble::new(&model, &y0, 0.0..5.0).with_params(&params).unwrap().solve(Dopri5, tight);
    let loose = Pid::tolerance(1e-3);
    let rough = LaneEnsemble::new(&model, &y0, 0.0..5.0).with_params(&params).unwrap().solve(Dopri5, loose);
    for ((fine, rough), params) in outcomes.iter().zip(&rough).zip(&params) {
        assert!((fine.as_ref().unwrap().last()[0] - exact(params[0], 5.0)[0]).abs() < 1e-8);
        assert!(fine.as_ref().unwrap().stats.accepted > 5 * rough.as_ref().unwrap().stats.accepted);
    }
}

#[test]
fn the_order_of_samples_and_the_number_of_threads_change_no_bit() {
    let (model, _) = Lorenz::problem();
    let y0: Vec<_> = (0..500).map(|i| vector![1.0 + 1e-3 * f64::from(i), 0.5, 20.0]).collect();
    let control = Pid::tolerance(1e-7);
    let one = LaneEnsemble::new(&model, &y0, 0.0..1.0).solve(Dopri5, control);
    assert_eq!(one, LaneEnsemble::new(&model, &y0, 0.0..1.0).solve_on(3, Dopri5, control));
    // Within a block.
    let backwards: Vec<_> = y0[..50].iter().rev().copied().collect();
    let mut turned = LaneEnsemble::new(&model, &backwards, 0.0..1.0).solve(Dopri5, control);
    turned.reverse();
    assert_eq!(turned, LaneEnsemble::new(&model, &y0[..50], 0.0..1.0).solve(Dopri5, control));
}

#[test]
fn fixed_steps_are_those_of_single_solves() {
    let (model, _) = Lorenz::problem();
    let y0: Vec<_> = (0..20).map(|i| vector![1.0 + 0.1 * f64::from(i), 0.5, 20.0]).collect();
    let outcomes = LaneEnsemble::new(&model, &y0, 0.0..1.0).solve(Rk4, Fixed::steps(50));
    for (outcome, y0) in outcomes.iter().zip(&y0) {
        let alone = solve(&model, *y0, 0.0..1.0, Rk4, Fixed::steps(50)).unwrap();
        // Fused multiply–add rounds otherwise.
        assert!((outcome.as_ref().unwrap().last() - alone.last()).amax() < 1e-10);
    }
}

/// A thermostat: it heats below 20 degrees. Time is in the decision too.
struct Thermostat;

impl GenericDynamics<1, 0> for Thermostat {
    #[inline(always)]
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
        let heat = if y[0] < T::from(20.0) && t > T::from(0.1) { T::from(15.0) } else { T::from(0.0) };
        SVector::from([heat - y[0] * 0.5])
    }
}

#[test]
fn samples_that_branch_differently_are_solved_one_by_one() {
    let model = Autodiff::new(Thermostat, vector![]);
    let y0: Vec<_> = (0..20).map(|i| vector![10.0 + f64::from(i)]).collect();
    let control = Pid::tolerance(1e-4);
    let outcomes = LaneEnsemble::new(&model, &y0, 0.0..2.0).solve(Dopri5, control);
    for (outcome, y0) in outcomes.iter().zip(&y0) {
        assert_eq!(outcome.as_ref().unwrap(), &solve(&model, *y0, 0.0..2.0, Dopri5, control).unwrap());
    }
}

/// `y' = ±1`, by the sign bit of the parameter.
struct SignBit;

impl GenericDynamics<1, 1> for SignBit {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, _: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        SVector::from([T::from(1.0_f64.copysign(p[0].re()))])
    }
}

#[test]
fn zeros_of_different_signs_are_different_decisions() {
    let model = Autodiff::new(SignBit, vector![0.0]);
    let params: Vec<_> = (0..10).map(|i| vector![if i % 2 == 0 { 0.0 } else { -0.0 }]).collect();
    let y0 = [vector![0.0]; 10];
    let ensemble = LaneEnsemble::new(&model, &y0, 0.0..1.0).with_params(&params).unwrap();
    for (i, outcome) in ensemble.solve(Dopri5, Pid::tolerance(1e-6)).iter().enumerate() {
        let expected = if i % 2 == 0 { 1.0 } else { -1.0 };
        assert!((outcome.as_ref().unwrap().last()[0] - expected).abs() < 1e-12, "sample {i}");
    }
}

/// `y' = y²`, which ends at `t = 1 / y0`.
struct BlowUp;

impl GenericDynamics<1, 0> for BlowUp {
    #[inline(always)]
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
        SVector::from([y[0] * y[0]])
    }
}

#[test]
fn a_sample_that_fails_leaves_the_others_alone() {
    let model = Autodiff::new(BlowUp, vector![]);
    let mut y0 = vec![vector![0.2]; 30];
    y0[4] = vector![2.0];
    y0[17] = vector![f64::NAN];
    let control = Pid::tolerance(1e-8);
    let outcomes = LaneEnsemble::new(&model, &y0, 0.0..2.0).solve_on(2, Dopri5, control);
    for (i, outcome) in outcomes.iter().enumerate() {
        match i {
            4 => {
                let alone = Ivp::new(&model, y0[4], 0.0..2.0).solve(Dopri5, control).unwrap_err();
                assert_eq!(outcome.as_ref().unwrap_err(), &alone);
                assert!((alone.partial.last_time() - 0.5).abs() < 1e-6);
            }
            17 => assert!(matches!(outcome.as_ref().unwrap_err().error, Error::NonFiniteInitialState)),
            _ => assert!((outcome.as_ref().unwrap().last()[0] - 1.0 / 3.0).abs() < 1e-6),
        }
    }
}

/// `y' = −½ |t|^(−½) sign t`, whose slope is infinite at 0.
struct Cusp;

impl GenericDynamics<1, 1> for Cusp {
    #[inline(always)]
    fn eval<T: Scalar>(&self, t: T, _: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        SVector::from([p[0] / (t * t + 1e-24).sqrt().sqrt()])
    }
}

#[test]
fn steps_that_one_sample_forces_are_not_forced_upon_the_others() {
    let model = Autodiff::new(Cusp, vector![0.0]);
    let params: Vec<_> = (0..16).map(|i| vector![if i == 3 { 1.0 } else { 0.0 }]).collect();
    let y0 = [vector![1.0]; 16];
    let control = Pid::tolerance(1e-9).min_step(1e-5).at_min_step(MinStep::Accept);
    let outcomes = LaneEnsemble::new(&model, &y0, -1.0..1.0).with_params(&params).unwrap().solve(Dopri5, control);
    for (i, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.as_ref().unwrap().stats.forced > 0, i == 3, "sample {i}");
    }
}

#[test]
fn bad_arguments_are_refused() {
    let model = Autodiff::new(Oscillator, vector![1.0]);
    let (y0, params) = oscillators(3);
    let error = LaneEnsemble::new(&model, &y0, 0.0..1.0).with_params(&params[..2]).unwrap_err();
    assert_eq!(error, Error::LengthMismatch { name: "params", found: 2, expected: 3 });
    assert!(LaneEnsemble::new(&model, &[], 0.0..1.0).solve(Tsit5, Pid::tolerance(1e-6)).is_empty());
    let outcomes = LaneEnsemble::new(&model, &y0, 0.0..1.0).save_at(&[2.0]).solve(Tsit5, Pid::tolerance(1e-6));
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome.as_ref().unwrap_err().error, Error::TimeOutsideSpan { .. }))
    );
    // One tolerance for all components must be positive, as for a single solve.
    for control in [Pid::tolerance(-1.0), Pid::tolerance(1e-6).atol(0.0), Pid::tolerance(0.0).atol(1e-6)] {
        let outcomes = LaneEnsemble::new(&model, &y0, 0.0..1.0).solve(Tsit5, control);
        let alone = solve(&model, y0[0], 0.0..1.0, Tsit5, control).unwrap_err().error;
        assert!(matches!(alone, Error::InvalidArgument { .. }));
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().error == alone));
    }
}
