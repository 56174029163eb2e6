//! Multiple shooting against single solves, central differences and other units.

use nalgebra::{Vector2, Vector4, vector};

use super::{MultipleShooting, Segments};
use crate::adjoint::DiscreteAdjoint;
use crate::control::{Fixed, Pid};
use crate::dynamics::problems::LotkaVolterra;
use crate::dynamics::{Autodiff, Parametric};
use crate::error::{Error, Result};
use crate::solution::Ivp;
use crate::solver::explicit::{Dopri5, Rk4};
use crate::state::State;
use crate::train::{Adam, Huber, Lbfgs, MiniBatch, Objective, Trainer};

type Model = Autodiff<LotkaVolterra, 2, 4>;
type Shooting<'a> = MultipleShooting<'a, Vector2<f64>, Dopri5, Pid, DiscreteAdjoint>;

const CONTROL: Pid = Pid::tolerance(1e-9);

fn times(count: u32) -> Vec<f64> {
    (0..count).map(|i| 0.4 * f64::from(i)).collect()
}

/// The prey and predators of the model of `LotkaVolterra::problem`.
fn observed(times: &[f64]) -> Vec<Vector2<f64>> {
    let (truth, y0) = LotkaVolterra::problem();
    Ivp::new(&truth, y0, 0.0..times[times.len() - 1]).save_at(times).solve(Dopri5, CONTROL).unwrap().y
}

fn shooting<'a>(times: &'a [f64], targets: &'a [Vector2<f64>]) -> Shooting<'a> {
    MultipleShooting::new(times, targets, Dopri5, CONTROL, DiscreteAdjoint::new())
}

/// A model away from the truth, so that neither residuals nor defects vanish.
fn wrong() -> Model {
    let (mut model, _) = LotkaVolterra::problem();
    let params = model.params().component_mul(&Vector4::new(1.1, 0.9, 1.05, 0.8));
    model.set_params(&params);
    model
}

/// Central differences of the loss in every parameter.
fn differences(model: &Segments<Model>, loss: impl Fn(&Segments<Model>) -> Result<f64>) -> Vec<f64> {
    let params = model.params();
    let at = params.coordinates();
    let value = |i: usize, h: f64| {
        let (mut moved, mut params, mut x) = (model.clone(), params.clone(), at.clone());
        x[i] += h;
        params.read_coordinates(&x);
        moved.set_params(&params);
        loss(&moved).unwrap()
    };
    let h = 1e-4;
    let slope = |i, h: f64| (value(i, h) - value(i, -h)) / (2.0 * h);
    // Richardson's extrapolation.
    (0..at.len()).map(|i| (4.0 * slope(i, h / 2.0) - slope(i, h)) / 3.0).collect()
}

#[test]
fn the_gradient_agrees_with_central_differences() {
    let (times, mut targets) = (times(9), observed(&times(9)));
    targets[3][1] = f64::NAN;
    let mut weights = vec![vec![1.0, 2.0]; 9];
    weights[3] = vec![1.0, 0.0];
    weights[6] = vec![0.5];
    // Fixed steps: an adaptive controller would choose other steps for each difference.
    let all = MultipleShooting::new(&times, &targets, Rk4, Fixed::step(0.1), DiscreteAdjoint::new());
    let all = all.segments(3).penalty(2.5).weight_penalty(0.3).weights(&weights);
    for known in [false, true] {
        let model = all.start_from_solve(wrong(), vector![1.3, 0.9]).unwrap();
        let mut starts = model.starts().to_vec();
        starts[1] *= 1.2;
        starts[2] -= vector![0.3, 0.2];
        let model = all.start_from(wrong(), starts).unwrap();
        let model = if known { model.known_start() } else { model };
        let (_, gradient) = all.value_and_gradient(&model).unwrap();
        let expected = differences(&model, |model| Ok(all.value_and_gradient(model)?.0));
        let found = gradient.coordinates();
        assert_eq!(found.len(), if known { 8 } else { 10 });
        assert_eq!(found.len(), model.parameter_count());
        let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-8 * largest, "{found} {expected}");
        }
    }
}

/// The loss of one segment is the loss of one solve in units of the scale, and a continuous trajectory has this loss in
/// any number of segments.
#[test]
fn a_continuous_trajectory_has_the_loss_of_one_solve() {
    let (times, targets) = (times(10), observed(&times(10)));
    let (scale, y0) = ([2.0, 0.5], vector![1.3, 0.9]);
    let solution = Ivp::new(&wrong(), y0, 0.0..times[9]).save_at(&times).solve(Dopri5, CONTROL).unwrap().y;
    let of = |loss: &dyn Fn(f64) -> f64| {
        let terms = solution.iter().zip(&targets).flat_map(|(y, z)| (0..2).map(move |i| (y[i] - z[i], i)));
        terms.map(|(r, i)| loss(r / scale[i])).sum::<f64>() / 20.0
    };
    let squared = of(&|r| r * r);
    let huber = of(&|r| if r.abs() < 0.3 { 0.5 * r * r } else { 0.3 * (r.abs() - 0.15) });
    for segments in [1, 2, 4, 9] {
        let shooting = shooting(&times, &targets).scale(&scale).segments(segments);
        let model = shooting.start_from_solve(wrong(), y0).unwrap();
        let (loss, _) = shooting.value_and_gradient(&model).unwrap();
        assert!((loss - squared).abs() < 1e-7 * squared, "{segments}: {loss} {squared}");
        let found = shooting.trajectory(&model).unwrap();
        assert_eq!((found.y.len(), found.defects.len()), (10, segments - 1));
        assert!((found.loss - squared).abs() < 1e-7 * squared && found.largest_defect < 1e-7);
        assert!(found.y.iter().zip(&solution).all(|(a, b)| (a - b).norm() < 1e-7));
        let (loss, _) = shooting.loss(Huber { delta: 0.3 }).value_and_gradient(&model).unwrap();
        assert!((loss - huber).abs() < 1e-7 * huber, "{segments}: {loss} {huber}");
    }
}

#[test]
fn defects_are_jumps_and_count_with_the_penalty() {
    let (times, targets) = (times(7), observed(&times(7)));
    let shooting = shooting(&times, &targets).scale(&[2.0, 0.5]).segments(2).penalty(3.0);
    let (truth, y0) = LotkaVolterra::problem();
    let mut starts = shooting.start_from_solve(truth, y0).unwrap().starts().to_vec();
    // The second segment starts above the end of the first one; its observations then have residuals.
    starts[1] += vector![0.2, 0.1];
    let model = shooting.start_from(truth, starts).unwrap();
    let found = shooting.trajectory(&model).unwrap();
    assert!((found.defects[0] + vector![0.2, 0.1]).norm() < 1e-7);
    assert!((found.largest_defect - 0.2).abs() < 1e-7);
    let (loss, _) = shooting.value_and_gradient(&model).unwrap();
    let penalty = 3.0 * (0.1_f64.powi(2) + 0.2_f64.powi(2)) / 2.0;
    assert!((loss - found.loss - penalty).abs() < 1e-8, "{loss} {}", found.loss);
}

/// Batches of segments: the weighted mean of their losses and gradients is the whole.
#[test]
fn batches_sum_up_to_the_whole() {
    let (times, targets) = (times(12), observed(&times(12)));
    let weights: Vec<Vec<f64>> = (0..12).map(|i| vec![f64::from(i % 3), 1.0]).collect();
    let shooting = shooting(&times, &targets).segments(5).weights(&weights);
    let model = shooting.start_from_data(wrong()).unwrap();
    let (loss, gradient) = shooting.value_and_gradient(&model).unwrap();
    let (mut sum, mut total) = (0.0, gradient.zeros_like());
    for samples in [&[3, 0][..], &[4, 1], &[2]] {
        let batch = MiniBatch { samples, seed: 0 };
        let (loss, gradient) = shooting.gradient(&model, batch).unwrap();
        let share = samples.len() as f64 / 5.0;
        sum += share * loss;
        total.add_scaled(share, &gradient);
    }
    assert!((sum - loss).abs() < 1e-12 * loss, "{sum} {loss}");
    total.add_scaled(-1.0, &gradient);
    assert!(total.inner(&total).sqrt() < 1e-10 * gradient.inner(&gradient).sqrt());
}

/// Prey in thousands, predators in dozens, time in days: the loss and the gradient are the same numbers.
#[test]
fn units_do_not_matter() {
    let (short, targets) = (times(9), observed(&times(9)));
    let (prey, predators, time) = (1e3, 1.0 / 12.0, 365.0);
    let units = Vector2::new(prey, predators);
    let long: Vec<f64> = short.iter().map(|t| 100.0 + time * t).collect();
    let other: Vec<_> = targets.iter().map(|y| y.component_mul(&units)).collect();
    let step = |h| (Rk4, Fixed::step(h));
    let ((solver, fine), (_, coarse)) = (step(0.1), step(0.1 * time));
    let first = MultipleShooting::new(&short, &targets, solver, fine, DiscreteAdjoint::new()).segments(4);
    let second = MultipleShooting::new(&long, &other, solver, coarse, DiscreteAdjoint::new()).segments(4);
    // x' = a x − b x y, y' = c x y − d y, in the order of `params_order`.
    let mut rescaled = wrong();
    let p = rescaled.params();
    let factors = [1.0, 1.0 / predators, 1.0 / prey, 1.0];
    let order = params_order();
    rescaled.set_params(&Vector4::from_fn(|i, _| p[i] * factors[order[i]] / time));
    let one = first.start_from_data(wrong()).unwrap();
    let two = second.start_from_data(rescaled).unwrap();
    let ((a, ga), (b, gb)) = (first.value_and_gradient(&one).unwrap(), second.value_and_gradient(&two).unwrap());
    assert!((a - b).abs() < 1e-11 * a, "{a} {b}");
    for (a, b) in ga.1.iter().zip(&gb.1) {
        assert!((a - b).norm() < 1e-10 * a.norm(), "{a} {b}");
    }
    for (a, b) in one.params().1.iter().zip(&two.params().1) {
        assert!((a - b).norm() < 1e-12 * a.norm(), "{a} {b}");
    }
}

/// For each parameter of `LotkaVolterra`: 0 growth of the prey, 1 its loss to predators, 2 growth of the predators by
/// prey, 3 their death.
fn params_order() -> [usize; 4] {
    use crate::dynamics::Dynamics;
    let (mut model, _) = LotkaVolterra::problem();
    std::array::from_fn(|i| {
        let mut dy = Vector2::zeros();
        let mut params = Vector4::zeros();
        params[i] = 1.0;
        model.set_params(&params);
        model.eval(0.0, &vector![2.0, 3.0], &mut dy);
        [[2.0, 0.0], [-6.0, 0.0], [0.0, 6.0], [0.0, -3.0]].iter().position(|rates| dy == Vector2::from(*rates)).unwrap()
    })
}

#[test]
fn a_rising_penalty_closes_the_defects() {
    let (times, mut targets) = (times(13), observed(&times(13)));
    // Alternating errors of 10 %, which no trajectory can follow.
    targets.iter_mut().enumerate().for_each(|(i, y)| *y *= if i % 2 == 0 { 1.1 } else { 0.9 });
    // Fixed steps, with which the loss is smooth up to rounding.
    let all = MultipleShooting::new(&times, &targets, Rk4, Fixed::step(0.1), DiscreteAdjoint::new());
    let mut all = all.segments(4);
    let mut model = all.start_from_data(wrong()).unwrap();
    let mut defects = Vec::new();
    for penalty in [1.0, 10.0, 100.0, 1000.0] {
        all = all.penalty(penalty);
        let found = Lbfgs::new().minimise(&mut model, |model| all.value_and_gradient(model)).unwrap();
        assert!(found.converged(), "{found:?}");
        defects.push(all.trajectory(&model).unwrap().largest_defect);
    }
    // At a minimum the defects are inversely proportional to the penalty.
    assert!(defects[0] > 1e-3, "{defects:?}");
    assert!((defects[3] / defects[2] - 0.1).abs() < 0.02, "{defects:?}");

    let single = all.segments(1);
    let mut whole = single.start_from_segments(model.clone()).unwrap();
    assert_eq!(whole.starts(), &model.starts()[..1]);
    let found = Lbfgs::new().minimise(&mut whole, |whole| single.value_and_gradient(whole)).unwrap();
    // The same minimum.
    let (a, b) = (found.loss, all.trajectory(&model).unwrap().loss);
    assert!((a - b).abs() < 1e-3 * a, "{a} {b}");
    assert_eq!(single.trajectory(&whole).unwrap().largest_defect, 0.0);
}

#[test]
fn a_trainer_trains_it_and_a_known_start_stays() {
    let (times, targets) = (times(13), observed(&times(13)));
    let shooting = shooting(&times, &targets).segments(4);
    let mut model = shooting.start_from_data(wrong()).unwrap().known_start();
    let report = Trainer::new(&mut model, &shooting, Adam::new(0.01)).epochs(60).fit().unwrap();
    assert!(report.epochs[59].loss < 0.1 * report.epochs[0].loss);
    assert_eq!(model.starts()[0], targets[0]);
    assert_ne!(model.starts()[1], targets[4]);
    // It is known in other segments as well.
    let one = shooting.segments(1).start_from_segments(model).unwrap();
    assert_eq!(one.params().1.len(), 0);
}

/// Segments of other numbers start on the old trajectory; time may run backwards.
#[test]
fn segments_are_cut_anew_on_the_old_trajectory() {
    let forwards = times(9);
    let (ascending, mut descending) = (observed(&forwards), observed(&forwards));
    descending.reverse();
    let backwards: Vec<f64> = forwards.iter().rev().copied().collect();
    for (times, targets) in [(&forwards, &ascending), (&backwards, &descending)] {
        let (truth, _) = LotkaVolterra::problem();
        let four = shooting(times, targets).segments(4);
        let model = four.start_from_data(truth).unwrap();
        assert!(four.trajectory(&model).unwrap().largest_defect < 1e-6);
        let eight = four.segments(8).start_from_segments(model).unwrap();
        assert_eq!(eight.times(), &times[..8]);
        let pairs = eight.starts().iter().zip(targets);
        assert!(pairs.clone().all(|(start, y)| (start - y).norm() < 1e-6), "{:?}", pairs.collect::<Vec<_>>());
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let (times, targets) = (times(5), observed(&times(5)));
    let good = shooting(&times, &targets);
    let refused = |shooting: Shooting<'_>| {
        let error = shooting.start_from_data(wrong()).unwrap_err();
        let model = good.segments(1).start_from_data(wrong()).unwrap();
        // As text, since NaN is not equal to itself.
        assert_eq!(shooting.value_and_gradient(&model).unwrap_err().to_string(), error.to_string());
        error
    };
    for segments in [0, 5] {
        let found = refused(good.segments(segments));
        assert!(matches!(found, Error::InvalidArgument { name: "segments", .. }), "{found}");
    }
    for penalty in [-1.0, f64::NAN, f64::INFINITY] {
        let found = refused(good.penalty(penalty));
        assert!(matches!(found, Error::InvalidArgument { name: "penalty", .. }), "{found}");
        let found = refused(good.weight_penalty(penalty));
        assert!(matches!(found, Error::InvalidArgument { name: "weight_penalty", .. }), "{found}");
    }
    for scale in [&[1.0, 0.0], &[1.0, -1.0], &[1.0, f64::NAN]] {
        let found = refused(good.scale(scale));
        assert!(matches!(found, Error::InvalidEntry { name: "scale", index: 1, .. }), "{found}");
    }
    assert_eq!(refused(good.scale(&[1.0])), Error::LengthMismatch { name: "scale", found: 1, expected: 2 });
    let found = refused(shooting(&times, &targets[1..]));
    assert_eq!(found, Error::LengthMismatch { name: "targets", found: 4, expected: 5 });
    assert_eq!(refused(good.weights(&[])), Error::LengthMismatch { name: "weights", found: 0, expected: 5 });
    let repeated = [0.0, 0.4, 0.4, 0.8, 1.2];
    let found = refused(shooting(&repeated, &targets));
    assert_eq!(found, Error::UnsortedTimes { index: 2, time: 0.4, previous: 0.4 });
    assert!(matches!(refused(shooting(&[], &[])), Error::LengthMismatch { name: "times", .. }));
    let constant = [vector![1.0, 2.0]; 5];
    let found = refused(shooting(&times, &constant));
    assert!(matches!(found, Error::InvalidEntry { name: "scale", index: 0, value: 0.0, .. }), "{found}");

    let found = good.segments(2).start_from(wrong(), vec![vector![1.0, 1.0]]).unwrap_err();
    assert_eq!(found, Error::LengthMismatch { name: "starts", found: 1, expected: 2 });
    let mut masked = targets.clone();
    masked[2][1] = f64::NAN;
    let mut weights = vec![vec![1.0]; 5];
    weights[2] = vec![1.0, 0.0];
    let found = shooting(&times, &masked).weights(&weights).segments(2).start_from_data(wrong()).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "starts", index: 1, .. }), "{found}");
    // Without the mask the data are not finite.
    let found = shooting(&times, &masked).start_from_data(wrong()).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "scale", index: 1, .. }), "{found}");
    let model = good.segments(2).start_from_data(wrong()).unwrap();
    let found = good.segments(3).value_and_gradient(&model).unwrap_err();
    assert_eq!(found, Error::LengthMismatch { name: "starts", found: 2, expected: 3 });
    // As many segments, which start at other times.
    let shifted: Vec<f64> = times.iter().map(|t| t + 0.5).collect();
    let found = shooting(&shifted, &targets).segments(2).value_and_gradient(&model).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "segments.times", index: 0, .. }), "{found}");
    let found = good.gradient(&model, MiniBatch { samples: &[1], seed: 0 }).unwrap_err();
    assert!(matches!(found, Error::LengthMismatch { name: "starts", .. }), "{found}");
    let found = good.segments(2).gradient(&model, MiniBatch { samples: &[2], seed: 0 }).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "samples", index: 0, .. }), "{found}");
}

/// A solve that fails is an error, and for L-BFGS a rejected step.
#[test]
fn a_failed_solve_is_an_error() {
    let (times, targets) = (times(5), observed(&times(5)));
    let shooting = shooting(&times, &targets).segments(2);
    let mut model = shooting.start_from_data(wrong()).unwrap();
    model.field.set_params(&vector![1e300, 1.0, 1.0, 1.0]);
    assert!(shooting.value_and_gradient(&model).is_err());
    assert!(shooting.trajectory(&model).is_err());
    // A loss without a weighted target has no mean.
    let weights = vec![vec![0.0]; 5];
    let unweighted = shooting.weights(&weights).scale(&[1.0, 1.0]);
    let found = unweighted.value_and_gradient(&unweighted.start_from_data(wrong()).unwrap()).unwrap_err();
    assert!(matches!(found, Error::InvalidArgument { name: "weights", .. }), "{found}");
}
