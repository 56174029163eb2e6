//! Checkpointing: the same gradient from fewer states, at the price that theory gives.

use nalgebra::{SVector, Vector2};
use rheos::adjoint::{Checkpoints, Gradient};
use rheos::control::StepTo;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::dynamics::{Counted, Memoized};
use rheos::solver::StepVjp;
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::Esdirk547;
use rheos::{
    Controller, Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Error, Fixed, Ivp, Parametric, Pid, Rk4, verify,
};

use crate::common::gradient::{gradient, landing_on, over, reversible};

type Model = rheos::Autodiff<LotkaVolterra, 2, 4>;

const TIMES: [f64; 4] = [0.0, 1.3, 2.0, 5.0];

fn found<S, C>(solver: S, control: C, adjoint: &DiscreteAdjoint) -> Gradient<SVector<f64, 2>, SVector<f64, 4>>
where
    S: StepVjp<Model>,
    C: Controller<Model, S>,
{
    let (f, y0) = LotkaVolterra::problem();
    gradient(over(&f, &y0, &TIMES), solver, control, adjoint, squares).unwrap()
}

/// The same with steps that end at the output times.
fn landed<S, C>(solver: S, control: C, adjoint: &DiscreteAdjoint) -> Gradient<SVector<f64, 2>, SVector<f64, 4>>
where
    S: StepVjp<Model>,
    C: Controller<Model, S>,
{
    let (f, y0) = LotkaVolterra::problem();
    gradient(landing_on(&f, &y0, &TIMES), solver, control, adjoint, squares).unwrap()
}

/// The cotangents of the sum of the squares.
fn squares(y: &[Vector2<f64>]) -> Vec<Vector2<f64>> {
    y.iter().map(|y| y * 2.0).collect()
}

#[test]
fn the_gradient_does_not_depend_on_what_is_kept() {
    /// Steps without equations to solve are repeated to the last bit.
    fn check<S: StepVjp<Model> + Copy, C: Controller<Model, S> + Copy>(solver: S, control: C, is_explicit: bool) {
        let adjoint = DiscreteAdjoint::new();
        for found in [found, landed] {
            let all = found(solver, control, &adjoint);
            assert_eq!(all.stats.recomputed, 0);
            for rule in [
                Checkpoints::Every(1),
                Checkpoints::Every(7),
                Checkpoints::Every(1000),
                Checkpoints::Slots(1),
                Checkpoints::Slots(2),
                Checkpoints::Slots(5),
                Checkpoints::Slots(1000),
                Checkpoints::Every(usize::MAX),
                Checkpoints::Slots(usize::MAX),
                Checkpoints::Slots(usize::MAX - 1),
            ] {
                let some = found(solver, control, &adjoint.checkpoints(rule));
                if is_explicit {
                    assert_eq!((some.y0, some.params, &some.times), (all.y0, all.params, &all.times), "{rule:?}");
                }
                assert!((some.y0 - all.y0).amax() < 1e-12 * all.y0.amax(), "{rule:?}");
                assert!((some.params - all.params).amax() < 1e-12 * all.params.amax(), "{rule:?}");
                for (a, b) in some.times.iter().zip(&all.times) {
                    assert!((a - b).abs() < 1e-11 * (1.0 + b.abs()), "{rule:?}: {a} {b}");
                }
            }
        }
    }
    check(Rk4, Fixed::steps(150), true);
    check(Dopri5, Fixed::step(0.07), true);
    check(Dopri5, Pid::tolerance(1e-6), true);
    check(Esdirk547, Fixed::steps(200), false);
}

/// `min_m (m + t(l − m, s − 1) + t(m, s))`: the fewest steps that reverse `l` steps with `s` states.
fn fewest(steps: usize, slots: usize) -> usize {
    let mut cost = vec![vec![0; steps + 1]; slots + 1];
    cost[1] = (0..=steps).map(|l| l * l.saturating_sub(1) / 2).collect();
    for s in 2..=slots {
        for l in 2..=steps {
            cost[s][l] = (1..l).map(|m| m + cost[s - 1][l - m] + cost[s][m]).min().unwrap();
        }
    }
    cost[slots][steps]
}

#[test]
fn as_few_steps_are_computed_again_as_can_be() {
    for (steps, slots) in [(10, 1), (10, 3), (150, 4), (150, 9), (600, 5)] {
        let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(slots));
        let recomputed = found(Rk4, Fixed::steps(steps), &adjoint).stats.recomputed;
        // The first sweep is the forward pass, which goes on to the end: the last stretch, of r steps at most, is computed
        // once more.
        let least = (fewest(steps, slots) - (steps - 1)) as u64;
        let r = (0..).find(|&r| reversible(slots as u64, r) >= steps as u64).unwrap();
        assert!((least..=least + r).contains(&recomputed), "{steps} steps, {slots} slots: {recomputed}, {least}");
    }
    let recomputed = found(Rk4, Fixed::steps(100), &DiscreteAdjoint::new().checkpoints(Checkpoints::Every(10))).stats;
    assert_eq!(recomputed.recomputed, 90);
}

#[test]
fn an_unknown_number_of_steps_costs_little_more() {
    for (rtol, slots) in [(1e-6, 5), (1e-9, 5), (1e-9, 10), (1e-11, 8), (1e-11, 16)] {
        let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(slots));
        let backward = found(Dopri5, Pid::tolerance(rtol), &adjoint).stats;
        let steps = backward.accepted as usize;
        let least = fewest(steps, slots) - (steps - 1);
        let excess = backward.recomputed as f64 / least as f64;
        assert!(excess < 1.6, "{steps} steps, {slots} slots: {excess}");
    }
}

/// The gradient with adaptive steps equals the gradient of the same solve on its frozen grid.
#[test]
fn differences_on_the_frozen_grid_agree_with_the_discrete_adjoint() {
    let (mut f, y0) = LotkaVolterra::problem();
    let steps = Ivp::new(&f, y0, 0.0..5.0).save_every(1).solve(Dopri5, Pid::tolerance(1e-5)).unwrap().t;
    let loss = |y: &[SVector<f64, 2>]| y.iter().map(|y| y * 2.0).collect();
    let adaptive = gradient(over(&f, &y0, &TIMES), Dopri5, Pid::tolerance(1e-5), DiscreteAdjoint::new(), loss).unwrap();
    let frozen =
        gradient(over(&f, &y0, &TIMES), Dopri5, StepTo::new(steps.clone()), DiscreteAdjoint::new(), loss).unwrap();
    assert_eq!((adaptive.y0, adaptive.params), (frozen.y0, frozen.params));
    assert_eq!(adaptive.times, frozen.times);

    let times = [0.0, 1.31, 2.07, 5.0];
    let report = verify::gradient(&mut f, &Dopri5, &StepTo::new(steps), &DiscreteAdjoint::new(), &times, &y0).unwrap();
    assert!(report.error() < 1e-9, "{report}");
}

/// Everything kept: the same gradient (to the last bit, since the field does not depend on time), and hardly an evaluation
/// in the backward pass.
#[test]
fn remembered_evaluations_are_not_repeated() {
    fn check<S: rheos::solver::StepVjp<Counted<Model>> + rheos::solver::StepVjp<Memoized<Counted<Model>>> + Copy>(
        solver: S,
        evaluations_again: u64,
    ) {
        let (model, y0) = LotkaVolterra::problem();
        let times = [0.0, 0.4, 1.1, 2.0];
        let loss = |y: &[Vector2<f64>]| y.to_vec();
        let (counted, remembered) = (Counted::new(model), Memoized::new(Counted::new(model)));
        let (control, adjoint) = (Fixed::steps(40), DiscreteAdjoint::new());
        let run = landing_on(&counted, &y0, &times).forward(solver, control, adjoint).unwrap();
        let expected = run.backward(&run.y).unwrap();
        let found = gradient(landing_on(&remembered, &y0, &times), solver, control, adjoint, loss).unwrap();
        assert_eq!(found, expected);
        assert_eq!(remembered.inner().evaluations(), run.stats.evaluations + evaluations_again);
        assert!(counted.evaluations() > remembered.inner().evaluations());
    }
    check(Rk4, 0);
    // The velocity at two outputs needs all stages: the last, which is also the first of the next step, and the extra
    // stages of the interpolant.
    check(Dopri5, 2);
    check(Dop853, 2 * (1 + 3));
}

#[test]
fn what_is_remembered_is_dropped_with_the_parameters() {
    let (model, y0) = LotkaVolterra::problem();
    let mut remembered = Memoized::new(model);
    rheos::solve(&remembered, y0, 0.0..1.0, Rk4, Fixed::steps(10)).unwrap();
    assert_eq!(remembered.len(), 40);
    remembered.set_params(&(2.0 * model.params()));
    assert!(remembered.is_empty());
    // An evaluation elsewhere is not mistaken for one that is kept.
    let (mut slope, mut expected) = (Vector2::zeros(), Vector2::zeros());
    remembered.eval(0.0, &y0, &mut slope);
    remembered.eval_traced(0.0, &(1.5 * y0), &mut slope, &mut ());
    remembered.inner().eval(0.0, &(1.5 * y0), &mut expected);
    assert_eq!((slope, remembered.len()), (expected, 1));
}

#[test]
fn no_state_at_all_is_refused() {
    let (f, y0) = LotkaVolterra::problem();
    let loss = |y: &[Vector2<f64>]| y.to_vec();
    for rule in [Checkpoints::Every(0), Checkpoints::Slots(0)] {
        let adjoint = DiscreteAdjoint::new().checkpoints(rule);
        let refused = gradient(over(&f, &y0, &TIMES), Rk4, Fixed::steps(10), &adjoint, loss);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "checkpoints", .. })), "{refused:?}");
    }
}

/// More steps than can be counted are expected, and the first is too short to be taken.
#[test]
fn a_step_of_no_length_is_an_error_and_no_overflow() {
    let (f, y0) = LotkaVolterra::problem();
    let loss = |y: &[Vector2<f64>]| y.to_vec();
    for h in [1e-20, f64::MIN_POSITIVE] {
        for rule in [Checkpoints::All, Checkpoints::Every(3), Checkpoints::Slots(2), Checkpoints::Slots(usize::MAX)] {
            let adjoint = DiscreteAdjoint::new().checkpoints(rule);
            let found = gradient(over(&f, &y0, &[1.0, 2.0]), Rk4, Fixed::step(h), &adjoint, loss);
            assert!(found.is_err(), "{found:?}");
        }
    }
}
