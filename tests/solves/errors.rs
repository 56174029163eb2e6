//! Every invalid input has its own error, and a solve that ends early keeps its results.

use crate::common::gradient::{gradient, landing_on, over};
use nalgebra::{SMatrix, Vector2, vector};
use rheos::control::{Plan, StepTo, Trial, Verdict};
use rheos::dynamics::Counted;
use rheos::formula::{Bias, Static, Weight};
use rheos::integrate::{Observer, Step, StepAction};
use rheos::nn::{Elman, Linear, Mlp, Net, OdeBlock, Recurrence, Sequence, SequenceBatch};
use rheos::solver::explicit::{Bosh3, Heun};
use rheos::state::{Span, Tolerance};
use rheos::{
    Adjoint, BacksolveAdjoint, Controller, Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Error, Euler, Failure,
    Fixed, Ivp, Pid, Rk4, Solver, Stats, Tsit5, ode, solve, verify,
};

fn decay() -> impl Differentiable<State = f64, Params = ()> {
    ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    })
}

fn pid() -> Pid {
    Pid::tolerance(1e-6)
}

fn invalid(name: &'static str, value: f64, expected: &'static str) -> Error {
    Error::InvalidArgument { name, value, expected }
}

/// Equality of every field, NaN included: `Debug` writes each number so that it can be read back.
#[track_caller]
fn assert_same(found: &Error, expected: &Error) {
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

/// The error of a solve of `y' = −y` that must not take a step.
#[track_caller]
fn refused<C: Controller<Counted<Decay>, Dopri5>>(y0: f64, span: (f64, f64), control: C) -> Error {
    let f = Counted::new(Decay);
    let failure = solve(&f, y0, span, Dopri5, control).unwrap_err();
    assert_eq!(failure.partial.stats, Stats::default());
    assert_eq!(f.evaluations(), 0, "an argument that is refused costs nothing");
    assert_eq!(failure.partial.last_time().to_bits(), span.0.to_bits());
    assert_eq!(failure.partial.last().to_bits(), y0.to_bits());
    failure.error
}

struct Decay;

impl Dynamics for Decay {
    type State = f64;
    fn eval(&self, _t: f64, y: &f64, dy: &mut f64) {
        *dy = -y;
    }
}

mod arguments {
    use super::*;

    #[test]
    fn an_initial_state_that_is_not_finite_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(refused(bad, (0.0, 1.0), pid()), Error::NonFiniteInitialState);
            assert_eq!(refused(bad, (0.0, 1.0), Fixed::steps(3)), Error::NonFiniteInitialState);
            // Even where no step would be taken.
            assert_eq!(refused(bad, (0.5, 0.5), Fixed::steps(3)), Error::NonFiniteInitialState);
        }
        let f = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = -y);
        let failure = solve(&f, vector![1.0, f64::NAN], 0.0..1.0, Rk4, Fixed::steps(3)).unwrap_err();
        assert_eq!(failure.error, Error::NonFiniteInitialState);
    }

    #[test]
    fn tolerances_must_be_positive_and_finite() {
        for bad in [0.0, -1e-6, f64::NAN, f64::INFINITY] {
            let rtol = refused(1.0, (0.0, 1.0), Pid::tolerance(bad).atol(1e-6));
            assert_same(&rtol, &invalid("rtol", bad, "positive and finite"));
            let atol = refused(1.0, (0.0, 1.0), Pid::tolerance(1e-6).atol(bad));
            assert_same(&atol, &invalid("atol", bad, "positive and finite"));
        }
    }

    #[test]
    fn every_setting_of_the_controller_has_a_domain() {
        let nan = f64::NAN;
        let infinity = f64::INFINITY;
        let cases: &[(Pid, Error)] = &[
            (pid().safety(0.0), invalid("safety", 0.0, "in (0, 1]")),
            (pid().safety(1.5), invalid("safety", 1.5, "in (0, 1]")),
            (pid().safety(nan), invalid("safety", nan, "in (0, 1]")),
            (pid().factors(0.0, 10.0), invalid("min_factor", 0.0, "in (0, 1)")),
            (pid().factors(1.0, 10.0), invalid("min_factor", 1.0, "in (0, 1)")),
            (pid().factors(nan, 10.0), invalid("min_factor", nan, "in (0, 1)")),
            (pid().factors(0.2, 1.0), invalid("max_factor", 1.0, "above 1")),
            (pid().factors(0.2, nan), invalid("max_factor", nan, "above 1")),
            (pid().first_step(0.0), invalid("first_step", 0.0, "positive and finite")),
            (pid().first_step(-0.1), invalid("first_step", -0.1, "positive and finite")),
            (pid().first_step(nan), invalid("first_step", nan, "positive and finite")),
            (pid().first_step(infinity), invalid("first_step", infinity, "positive and finite")),
            (pid().min_step(-1e-9), invalid("min_step", -1e-9, "finite and not negative")),
            (pid().min_step(nan), invalid("min_step", nan, "finite and not negative")),
            (pid().min_step(infinity), invalid("min_step", infinity, "finite and not negative")),
            (pid().max_step(0.0), invalid("max_step", 0.0, "above `min_step`")),
            (pid().max_step(nan), invalid("max_step", nan, "above `min_step`")),
            (pid().min_step(0.1).max_step(0.1), invalid("max_step", 0.1, "above `min_step`")),
            (pid().coefficients(nan, 1.0, 0.0), invalid("proportional", nan, "finite")),
            (pid().coefficients(0.0, infinity, 0.0), invalid("integral", infinity, "finite")),
            (pid().coefficients(0.0, 1.0, -infinity), invalid("derivative", -infinity, "finite")),
        ];
        for (control, expected) in cases {
            assert_same(&refused(1.0, (0.0, 1.0), *control), expected);
            // A setting is wrong whether it would be used or not.
            assert_same(&refused(1.0, (1.0, 1.0), *control), expected);
        }
    }

    #[test]
    fn settings_at_the_edge_of_their_domain_are_accepted() {
        for control in [
            pid().safety(1.0),
            pid().max_step(f64::INFINITY),
            pid().factors(0.5, f64::INFINITY),
            pid().min_step(0.0),
            pid().coefficients(0.0, 1.0, 0.0),
            pid().first_step(100.0),
        ] {
            let solution = solve(&decay(), 1.0, 0.0..1.0, Dopri5, control).unwrap();
            assert!((solution.last() - (-1.0_f64).exp()).abs() < 1e-5);
        }
    }

    #[test]
    fn a_uniform_grid_needs_steps_of_positive_length() {
        assert_eq!(refused(1.0, (0.0, 1.0), Fixed::steps(0)), invalid("n", 0.0, "at least one step"));
        for bad in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            let error = refused(1.0, (0.0, 1.0), Fixed::step(bad));
            assert_same(&error, &invalid("h", bad, "positive and finite"));
        }
    }

    #[test]
    fn both_ends_of_the_interval_must_be_finite() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_same(&refused(1.0, (bad, 1.0), pid()), &invalid("t0", bad, "finite"));
            assert_same(&refused(1.0, (0.0, bad), pid()), &invalid("t1", bad, "finite"));
            assert_same(&refused(1.0, (0.0, bad), Fixed::steps(3)), &invalid("t1", bad, "finite"));
        }
    }

    #[test]
    fn an_interval_of_no_length_is_an_empty_solve() {
        fn check<C: Controller<Counted<Decay>, Dopri5> + Copy>(control: C) {
            let f = Counted::new(Decay);
            let times = [2.5; 3];
            let end = Ivp::new(&f, 4.0, 2.5..2.5).solve(Dopri5, control).unwrap();
            let at = Ivp::new(&f, 4.0, 2.5..2.5).save_at(&times).solve(Dopri5, control).unwrap();
            let landed = Ivp::new(&f, 4.0, 2.5..2.5).land_on(&times).solve(Dopri5, control).unwrap();
            let every = Ivp::new(&f, 4.0, 2.5..2.5).save_every(1).solve(Dopri5, control).unwrap();
            assert_eq!((end.t, end.y), (vec![2.5], vec![4.0]));
            assert_eq!((at.t, at.y), (vec![2.5; 3], vec![4.0; 3]));
            assert_eq!((landed.t, landed.y), (vec![2.5; 3], vec![4.0; 3]));
            assert_eq!((every.t, every.y), (vec![2.5], vec![4.0]));
            for stats in [end.stats, at.stats, landed.stats, every.stats] {
                assert_eq!(stats, Stats::default());
            }
            assert_eq!(f.evaluations(), 0);
        }
        check(Fixed::steps(7));
        check(Fixed::step(0.1));
        check(pid());
        check(pid().first_step(0.1));
    }
}

mod times {
    use super::*;

    /// What both ways of keeping states say to these times, and adjoints where the times span the same interval.
    #[track_caller]
    fn assert_refused(span: (f64, f64), times: &[f64], expected: &Error) {
        let f = decay();
        let at = Ivp::new(&f, 1.0, span).save_at(times).solve(Dopri5, pid()).unwrap_err();
        assert_same(&at.error, expected);
        let landed = Ivp::new(&f, 1.0, span).land_on(times).solve(Dopri5, Fixed::steps(3)).unwrap_err();
        assert_same(&landed.error, expected);
        for failure in [at, landed] {
            assert_eq!(failure.partial.stats, Stats::default());
            assert_eq!((failure.partial.last_time(), *failure.partial.last()), (span.0, 1.0));
        }
    }

    #[test]
    fn times_outside_the_interval_are_refused() {
        let outside = |index, time, t0, t1| Error::TimeOutsideSpan { index, time, t0, t1 };
        assert_refused((0.0, 1.0), &[0.0, 0.5, 1.5], &outside(2, 1.5, 0.0, 1.0));
        assert_refused((0.0, 1.0), &[-0.25, 0.5], &outside(0, -0.25, 0.0, 1.0));
        assert_refused((0.0, 1.0), &[0.5, f64::NAN, 0.7], &outside(1, f64::NAN, 0.0, 1.0));
        assert_refused((0.0, 1.0), &[f64::INFINITY], &outside(0, f64::INFINITY, 0.0, 1.0));
        // By the smallest amount there is.
        let late = 1.0_f64.next_up();
        assert_refused((0.0, 1.0), &[late], &outside(0, late, 0.0, 1.0));
        // Backwards, the interval is the same one.
        assert_refused((1.0, 0.0), &[1.25, 0.5], &outside(0, 1.25, 1.0, 0.0));
        assert_refused((1.0, 0.0), &[0.5, -0.5], &outside(1, -0.5, 1.0, 0.0));
        assert_refused((2.0, 2.0), &[2.0, 2.5], &outside(1, 2.5, 2.0, 2.0));
    }

    #[test]
    fn times_follow_the_direction_of_integration() {
        let unsorted = |index, time, previous| Error::UnsortedTimes { index, time, previous };
        assert_refused((0.0, 1.0), &[0.25, 0.75, 0.5], &unsorted(2, 0.5, 0.75));
        assert_refused((1.0, 0.0), &[0.75, 0.25, 0.5], &unsorted(2, 0.5, 0.25));
        // Ascending times for a backwards solve: the first pair is already out of order.
        assert_refused((1.0, 0.0), &[0.0, 0.5, 1.0], &unsorted(1, 0.5, 0.0));
    }

    #[test]
    fn adjoints_check_their_times_and_initial_state() {
        fn error<F: Differentiable<State = f64>, A: Adjoint<F, Dopri5, Pid>>(
            f: &F,
            adjoint: &A,
            times: &[f64],
            y0: f64,
        ) -> Error {
            let refused = gradient(over(f, &y0, times), Dopri5, pid(), adjoint, |y| y.to_vec());
            let landing = gradient(landing_on(f, &y0, times), Dopri5, pid(), adjoint, |y| y.to_vec());
            let refused = refused.err().unwrap();
            assert_same(&landing.err().unwrap(), &refused);
            refused
        }
        let f = decay();
        let cases: &[(&[f64], f64, Error)] = &[
            (&[0.0, 0.75, 0.5, 1.0], 1.0, Error::UnsortedTimes { index: 2, time: 0.5, previous: 0.75 }),
            (&[1.0, 0.25, 0.5, 0.0], 1.0, Error::UnsortedTimes { index: 2, time: 0.5, previous: 0.25 }),
            (&[0.0, 2.0, 1.0], 1.0, Error::TimeOutsideSpan { index: 1, time: 2.0, t0: 0.0, t1: 1.0 }),
            (&[f64::NAN, 1.0], 1.0, invalid("t0", f64::NAN, "finite")),
            (&[0.0, f64::INFINITY], 1.0, invalid("t1", f64::INFINITY, "finite")),
            (&[0.0, f64::NAN, 1.0], 1.0, Error::TimeOutsideSpan { index: 1, time: f64::NAN, t0: 0.0, t1: 1.0 }),
            (&[0.0, 1.0], f64::NAN, Error::NonFiniteInitialState),
        ];
        for (times, y0, expected) in cases {
            assert_same(&error(&f, &DiscreteAdjoint::new(), times, *y0), expected);
            assert_same(&error(&f, &BacksolveAdjoint::new(Tsit5, pid()), times, *y0), expected);
            assert_same(&error(&f, &BacksolveAdjoint::new(Rk4, Fixed::steps(5)), times, *y0), expected);
        }
    }
}

mod lengths {
    use super::*;

    #[test]
    fn there_must_be_one_cotangent_per_output_time() {
        let f = decay();
        let times = [0.0, 0.5, 1.0];
        for found in [0, 2, 4] {
            let expected = Error::LengthMismatch { name: "cotangents", found, expected: 3 };
            let loss = |_: &[f64]| vec![1.0; found];
            let discrete = gradient(over(&f, &1.0, &times), Rk4, Fixed::steps(4), DiscreteAdjoint::new(), loss);
            assert_eq!(discrete.unwrap_err(), expected);
            let adjoint = BacksolveAdjoint::new(Rk4, Fixed::steps(4));
            let continuous = gradient(over(&f, &1.0, &times), Rk4, Fixed::steps(4), &adjoint, loss);
            assert_eq!(continuous.unwrap_err(), expected);
        }
    }

    #[test]
    fn a_sequence_needs_one_gap_per_input_and_one_cotangent_per_output() {
        let cell: Net<_, Static<1>> = Net::new(Elman::<f64, 1, 2> {
            weight_ih: Weight(SMatrix::repeat(0.1)),
            weight_hh: Weight(SMatrix::repeat(0.2)),
            bias_ih: Bias(SMatrix::zeros()),
            bias_hh: Bias(SMatrix::zeros()),
        });
        let readout: Net<_, Static<1>> =
            Net::new(Linear::<f64, 2, 1> { weight: Weight(SMatrix::repeat(1.0)), bias: Bias(SMatrix::zeros()) });
        let model = Sequence { block: Recurrence(cell), readout };
        let (h0, x) = (SMatrix::zeros(), SMatrix::repeat(1.0));
        let error = model.forward(&h0, &SequenceBatch::new(vec![x; 3]).gaps(vec![1.0; 2])).err();
        assert_eq!(error, Some(Error::LengthMismatch { name: "gaps", found: 2, expected: 3 }));

        let unrolled = model.forward(&h0, &SequenceBatch::new(vec![x; 3]).outputs_from(1)).unwrap();
        let mut bar = rheos::Parametric::params(&model);
        let error = model.backward(unrolled.record, &[x; 3], &mut bar).err();
        assert_eq!(error, Some(Error::LengthMismatch { name: "cotangents", found: 3, expected: 2 }));
    }
}

/// Errors of a solve deep inside a model come out unchanged.
#[test]
fn a_block_passes_on_the_error_of_its_solve() {
    let layer: Net<_, Static<1>> = Net::new(Mlp::<f64, 2, 2, 2>::uniform(&mut || 0.3));
    let block =
        OdeBlock { field: layer.field(), solver: Euler, control: Fixed::steps(0), adjoint: DiscreteAdjoint::new() };
    let error = rheos::nn::Block::forward(&block, &(), &vector![1.0, 2.0], 1.0.into()).err();
    assert_eq!(error, Some(invalid("n", 0.0, "at least one step")));
}

#[test]
fn verification_passes_on_the_errors_of_its_solves() {
    let f = decay();
    assert_eq!(verify::order(&f, &f64::NAN, 0.0..1.0, &Rk4).unwrap_err(), Error::NonFiniteInitialState);
    let error = verify::order_with(&f, &1.0, (0.0, f64::INFINITY), &Rk4, |t| (-t).exp()).unwrap_err();
    assert_eq!(error, invalid("t1", f64::INFINITY, "finite"));
    let error = verify::dense_order(&f, (0.0, f64::INFINITY), &Rk4, |_| 1.0).unwrap_err();
    assert_eq!(error, invalid("t1", f64::INFINITY, "finite"));

    let mut f = decay();
    let (control, adjoint) = (Fixed::steps(4), DiscreteAdjoint::new());
    let error = verify::gradient(&mut f, &Rk4, &control, &adjoint, &[0.0, 0.5, 0.25, 1.0], &1.0).unwrap_err();
    assert_eq!(error, Error::UnsortedTimes { index: 2, time: 0.25, previous: 0.5 });
    let error = verify::gradient(&mut f, &Rk4, &Fixed::steps(0), &adjoint, &[0.0, 1.0], &1.0).unwrap_err();
    assert_eq!(error, invalid("n", 0.0, "at least one step"));
}

mod failures {
    use super::*;

    /// `y' = 1` up to the time `until`, and NaN after it.
    fn broken_after(until: f64) -> Counted<impl Dynamics<State = f64>> {
        Counted::new(ode(move |t, _y: &f64, dy: &mut f64| *dy = if t > until { f64::NAN } else { 1.0 }))
    }

    #[test]
    fn fixed_steps_stop_before_the_step_that_is_not_finite() {
        // The step from 0.5 to 0.625 is the first with a stage after 0.6.
        let f = broken_after(0.6);
        let times = [0.0, 0.3, 0.5, 0.55, 0.9];
        let failure = Ivp::new(&f, 2.0, 0.0..1.0).save_at(&times).solve(Rk4, Fixed::steps(8)).unwrap_err();
        assert_eq!(failure.error, Error::NonFinite { t: 0.5, h: 0.125 });
        let partial = &failure.partial;
        assert_eq!((partial.last_time(), *partial.last()), (0.5, 2.5));
        assert_eq!(partial.t, [0.0, 0.3, 0.5]);
        assert_eq!(partial.y.len(), 3);
        assert!(partial.y.iter().zip(&partial.t).all(|(y, t)| (y - 2.0 - t).abs() < 1e-15));
        assert_eq!(partial.stats, Stats { evaluations: 20, accepted: 4, rejected: 1, ..Stats::default() });
        assert_eq!(f.evaluations(), 20);
    }

    #[test]
    fn each_way_of_keeping_states_keeps_those_before_the_failure() {
        let f = broken_after(0.6);
        let problem = || Ivp::new(&f, 2.0, 0.0..1.0);
        let control = Fixed::steps(8);
        let end = problem().solve(Heun, control).unwrap_err().partial;
        assert_eq!((end.t, end.y), (vec![0.5], vec![2.5]));
        let landed = problem().land_on(&[0.25, 0.4375, 0.5, 0.75]).solve(Heun, control).unwrap_err().partial;
        assert_eq!((landed.t, landed.y), (vec![0.25, 0.4375, 0.5], vec![2.25, 2.4375, 2.5]));
        let every = problem().save_every(2).solve(Heun, control).unwrap_err().partial;
        assert_eq!((every.t, every.y), (vec![0.0, 0.25, 0.5], vec![2.0, 2.25, 2.5]));
    }

    #[test]
    fn adaptive_steps_go_up_to_where_the_field_ends() {
        fn check<S>(solver: S)
        where
            S: for<'a> rheos::solver::Embedded<Counted<Broken>> + rheos::solver::Dense<Counted<Broken>>,
        {
            let f = Counted::new(Broken);
            let times = [0.0, 0.3, 0.59, 0.61, 0.9];
            let failure = Ivp::new(&f, 2.0, 0.0..1.0).save_at(&times).solve(solver, pid()).unwrap_err();
            let partial = &failure.partial;
            let t = partial.last_time();
            assert!(t <= 0.6 && t > 0.6 - 1e-13, "stopped at {t}");
            assert!((partial.last() - 2.0 - t).abs() < 1e-12);
            assert_eq!(partial.t, [0.0, 0.3, 0.59]);
            assert!(partial.y.iter().zip(&partial.t).all(|(y, t)| (y - 2.0 - t).abs() < 1e-12));
            assert_eq!(partial.stats.evaluations, f.evaluations());
            let Error::NonFinite { t: reported, h } = failure.error else { panic!("{}", failure.error) };
            assert_eq!(reported, t);
            assert!(h > 0.0 && h < 1e-13, "gave up at a step of {h}");
        }
        struct Broken;
        impl Dynamics for Broken {
            type State = f64;
            fn eval(&self, t: f64, _y: &f64, dy: &mut f64) {
                *dy = if t > 0.6 { f64::NAN } else { 1.0 };
            }
        }
        check(Bosh3);
        check(Dopri5);
        check(Tsit5);
    }

    #[test]
    fn a_field_that_is_not_finite_at_the_start_fails_there() {
        let f = ode(|_t, y: &f64, dy: &mut f64| *dy = (y - 2.0).sqrt());
        let failure = solve(&f, 1.0, 3.0..4.0, Dopri5, pid()).unwrap_err();
        assert!(matches!(failure.error, Error::NonFinite { t: 3.0, .. }), "{}", failure.error);
        assert_eq!((failure.partial.last_time(), *failure.partial.last()), (3.0, 1.0));
        assert_eq!(failure.partial.stats.accepted, 0);
        let failure = solve(&f, 1.0, 3.0..4.0, Rk4, Fixed::steps(4)).unwrap_err();
        assert_eq!(failure.error, Error::NonFinite { t: 3.0, h: 0.25 });
    }

    /// The last stage of Bogacki and Shampine's method is the slope at the end of the step, which takes no part in the
    /// state there but does in the interpolant.
    #[test]
    fn no_output_is_ever_not_finite() {
        let f = ode(|t, _y: &f64, dy: &mut f64| *dy = if t < 1.0 { 1.0 } else { f64::INFINITY });
        let solved = Ivp::new(&f, 0.0, 0.0..1.0).save_at(&[0.1, 0.9]).solve(Bosh3, Fixed::steps(2));
        let failure = solved.unwrap_err();
        assert_eq!(failure.error, Error::NonFinite { t: 0.5, h: 0.5 });
        assert_eq!(failure.partial.t, [0.1]);
        assert!(failure.partial.y.iter().all(|y| y.is_finite()));
    }

    /// `y' = y²` from `y0` goes to infinity at `1/y0`.
    #[test]
    fn a_solution_that_blows_up_is_followed_to_its_end() {
        let f = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        for y0 in [0.5, 1.0, 8.0] {
            let end = 1.0 / y0;
            let failure = solve(&f, y0, 0.0..2.0 * end, Dopri5, Pid::tolerance(1e-10)).unwrap_err();
            let t = failure.partial.last_time();
            assert!((t - end).abs() < 1e-9 * end, "stopped at {t} instead of {end}");
            assert!(failure.partial.last().is_finite());
            assert!(*failure.partial.last() > 1e9 * y0);
            let Error::StepSizeUnderflow { t: reported, h, min } = failure.error else { panic!("{}", failure.error) };
            assert_eq!(reported, t);
            assert!(h < min && min == 16.0 * f64::EPSILON * t);
        }
    }

    #[test]
    fn a_jump_cannot_be_crossed_with_steps_that_are_too_long() {
        let f = Counted::new(ode(|t, _y: &f64, dy: &mut f64| *dy = if t < 0.5 { 0.0 } else { 1e6 }));
        let control = pid().min_step(1e-3);
        let failure = Ivp::new(&f, 1.0, 0.0..1.0).save_every(1).solve(Dopri5, control).unwrap_err();
        let Error::StepSizeUnderflow { t, h, min } = failure.error else { panic!("{}", failure.error) };
        assert!(t < 0.5 && t > 0.5 - 5.0 * 1e-3, "stopped at {t}");
        assert_eq!(min, 1e-3);
        assert!(h < min);
        assert_eq!((failure.partial.last_time(), *failure.partial.last()), (t, 1.0));
        assert!(failure.partial.stats.rejected > 0);
        assert_eq!(failure.partial.stats.evaluations, f.evaluations());
        // Without the limit the same jump is crossed.
        let solution = solve(&f, 1.0, 0.0..1.0, Dopri5, pid()).unwrap();
        assert!((solution.last() - 5e5 - 1.0).abs() < 1.0);
    }

    #[test]
    fn steps_below_the_resolution_of_time_are_refused() {
        let failure = solve(&decay(), 1.0, 1.0..2.0, Rk4, Fixed::step(1e-20)).unwrap_err();
        let Error::StepSizeUnderflow { t: 1.0, h, min: f64::EPSILON } = failure.error else { panic!("{failure}") };
        assert!((h / 1e-20 - 1.0).abs() < 1e-3);
        assert_eq!(failure.partial.stats, Stats::default());
    }

    /// Steps that are resolved by the time at the start may not be at the end, where they would have no length.
    #[test]
    fn steps_that_the_time_outgrows_are_refused() {
        let f = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
        for span in [(0.0, 1e16), (1e16, 0.0), (-1e16, 0.0)] {
            let failure = Ivp::new(&f, 0.0, span).dense().solve(Rk4, Fixed::step(1.0)).unwrap_err();
            assert!(matches!(failure.error, Error::StepSizeUnderflow { h, min, .. } if h.abs() < min), "{failure}");
            assert_eq!(failure.partial.y.at(span.0), Ok(0.0));
        }
        // By a hair long enough: a thousand steps of a few units in the last place, no two of which end at one number.
        let (t0, h) = (1e16, 6.0);
        let every = Ivp::new(&f, 0.0, t0..t0 + 1000.0 * h).save_every(1).solve(Rk4, Fixed::step(h)).unwrap();
        assert_eq!((every.t.len(), *every.last()), (1001, 1000.0 * h));
        assert!(every.t.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn grids_have_a_budget_of_steps() {
        let f = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
        for control in [Fixed::steps(20_000_000), Fixed::step(1e-8), Fixed::step(1e-14)] {
            let failure = solve(&f, 0.0, 0.0..1.0, Rk4, control).unwrap_err();
            assert!(matches!(failure.error, Error::GridTooFine { max_steps: 10_000_000, .. }), "{failure}");
            let found =
                gradient(over(&decay(), &1.0, &[0.0, 1.0]), Rk4, control, DiscreteAdjoint::new(), |y| y.to_vec());
            assert!(matches!(found.unwrap_err(), Error::GridTooFine { .. }));
        }
        assert!(solve(&f, 0.0, 0.0..1.0, Rk4, Fixed::steps(100).max_steps(100)).is_ok());
        // Outputs between the points of the grid take steps of their own.
        let problem = Ivp::new(&f, 0.0, 0.0..1.0).land_on(&[0.123, 0.456]);
        let failure = problem.solve(Rk4, Fixed::steps(100).max_steps(101)).unwrap_err();
        assert!(matches!(failure.error, Error::MaxSteps { steps: 101, .. }), "{failure}");
        let grid = StepTo::new(vec![0.0, 0.1, 0.2, 0.3, 1.0]);
        assert!(solve(&f, 0.0, 0.0..1.0, Rk4, grid.clone().max_steps(4)).is_ok());
        let failure = solve(&f, 0.0, 0.0..1.0, Rk4, grid.max_steps(3)).unwrap_err();
        assert_eq!((failure.error, failure.partial.last_time()), (Error::MaxSteps { t: 0.3, steps: 3 }, 0.3));
    }

    /// A controller of the user's whose plans lead nowhere.
    #[test]
    fn a_solve_that_misses_its_end_is_an_error() {
        struct Lost(f64);
        impl<F: Dynamics, S: Solver<F>> Controller<F, S> for Lost {
            type Memory = ();
            fn begin(&self, _: &F, _: &S, _: &mut S::Workspace, _: Span, _: &F::State) -> Result<(), Error> {
                Ok(())
            }
            fn plan(&self, (): &mut (), _: f64, _: f64) -> Plan {
                Plan { end: self.0, steps: 0 }
            }
            fn judge(&self, (): &mut (), _: &S, _: &mut S::Workspace, _: Trial<'_, F::State>) -> Verdict {
                Verdict::Accept
            }
            fn max_steps(&self) -> u64 {
                100
            }
        }
        for plan in [f64::NAN, 0.0, -1.0, f64::NEG_INFINITY] {
            assert!(solve(&decay(), 1.0, 0.0..1.0, Rk4, Lost(plan)).is_err(), "{plan}");
        }
    }

    /// An observer may end a step early, at a time in the step and with a state of the shape of the solve.
    #[test]
    fn an_observer_that_leads_astray_is_an_error() {
        struct Astray(f64, Vec<f64>);
        impl<F: Dynamics<State = Vec<f64>>, S: Solver<F>> Observer<F, S> for Astray {
            fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>, Error> {
                Ok(StepAction::Jump { t: self.0, before: step.y1.clone(), after: self.1.clone() })
            }
        }
        let f = ode(|_t, y: &Vec<f64>, dy: &mut Vec<f64>| dy.clone_from(y));
        let error = |t: f64, after: &[f64]| {
            let mut astray = Astray(t, after.to_vec());
            let problem = Ivp::new(&f, vec![1.0], 0.0..1.0).observe(&mut astray).dense();
            let failure = problem.solve(Rk4, Fixed::steps(3)).unwrap_err();
            assert!(failure.partial.y.knots().iter().all(|t| (0.0..=1.0).contains(t)), "{:?}", failure.partial.y);
            failure.error
        };
        for t in [1.5, -0.5, 0.0, f64::NAN, f64::NEG_INFINITY] {
            assert_same(&error(t, &[2.0]), &invalid("flow.t", t, "after the start of the step and not after its end"));
        }
        assert_eq!(error(0.25, &[f64::NAN]), Error::NonFinite { t: 0.25, h: 0.25 });
        assert_eq!(error(0.25, &[1.0, 2.0]), Error::LengthMismatch { name: "after", found: 2, expected: 1 });
    }

    #[test]
    fn the_budget_of_steps_is_used_up_exactly() {
        let f = Counted::new(ode(|t: f64, _y: &f64, dy: &mut f64| *dy = (20.0 * t).cos()));
        let control = Pid::tolerance(1e-10);
        let all = solve(&f, 0.0, 0.0..3.0, Tsit5, control).unwrap();
        let needed = all.stats.accepted + all.stats.rejected;
        assert!(all.stats.rejected > 0 && needed > 20);
        // As many as are needed are enough.
        assert_eq!(solve(&f, 0.0, 0.0..3.0, Tsit5, control.max_steps(needed)).unwrap(), all);

        let steps: Vec<f64> = Ivp::new(&f, 0.0, 0.0..3.0).save_every(1).solve(Tsit5, control).unwrap().t;
        for budget in [0, 1, 7, needed - 1] {
            f.reset();
            let problem = Ivp::new(&f, 0.0, 0.0..3.0).save_every(1);
            let failure = problem.solve(Tsit5, control.max_steps(budget)).unwrap_err();
            let Stats { evaluations, accepted, rejected, .. } = failure.partial.stats;
            assert_eq!(accepted + rejected, budget);
            assert_eq!(evaluations, f.evaluations());
            let t = failure.partial.last_time();
            assert_eq!(failure.error, Error::MaxSteps { t, steps: budget });
            assert_eq!(failure.partial.t, steps[..=accepted as usize]);
            assert_eq!(failure.partial.t.last(), Some(&t));
            assert_eq!(failure.partial.y.last(), Some(failure.partial.last()));
            assert!((failure.partial.last() - (20.0 * t).sin() / 20.0).abs() < 1e-8);
        }
    }

    #[test]
    fn adjoints_pass_on_what_ends_their_solves() {
        let explodes = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y).with_vjp(|_t, y, w, ybar| {
            *ybar += 2.0 * y * w;
            0.0
        });
        let few = pid().max_steps(3);
        let loss = |y: &[f64]| y.to_vec();
        for error in [
            gradient(over(&explodes, &1.0, &[0.0, 0.9]), Dopri5, few, DiscreteAdjoint::new(), loss).unwrap_err(),
            gradient(over(&explodes, &1.0, &[0.0, 0.9]), Dopri5, pid(), BacksolveAdjoint::new(Dopri5, few), loss)
                .unwrap_err(),
        ] {
            assert!(matches!(error, Error::MaxSteps { steps: 3, .. }), "{error}");
        }
    }
}

mod messages {
    use super::*;

    fn text(error: &Error) -> String {
        error.to_string()
    }

    #[test]
    fn errors_name_the_argument_the_value_and_what_to_do() {
        let cases = [
            (
                refused(1.0, (0.0, 1.0), Pid::tolerance(-1e-3).atol(1e-6)),
                "`rtol` is -0.001, but it must be positive and finite",
            ),
            (refused(1.0, (0.0, 1.0), Fixed::steps(0)), "`n` is 0, but it must be at least one step"),
            (refused(f64::NAN, (0.0, 1.0), pid()), "the initial state `y0` is not finite"),
            (
                Error::TimeOutsideSpan { index: 2, time: 1.5, t0: 0.0, t1: 1.0 },
                "save time times[2] = 1.5 lies outside [0, 1]",
            ),
            (
                Error::UnsortedTimes { index: 1, time: 0.25, previous: 0.5 },
                "save times are not in order: times[1] = 0.25 comes after 0.5",
            ),
            (
                Error::LengthMismatch { name: "cotangents", found: 2, expected: 3 },
                "cotangents has 2 entries, but 3 are needed",
            ),
            (
                Error::InvalidLabel { output: 1, sample: 2, label: 7, classes: 3 },
                "the label of sample 2 of `targets[1]` is 7, but there are 3 classes, from 0",
            ),
            (
                Error::NonFinite { t: 0.5, h: 0.125 },
                "the state or its derivative is not finite after t = 0.5 (step 1.25e-1); check the model there, or \
                 start with a smaller step",
            ),
            (
                Error::StepSizeUnderflow { t: 0.5, h: 1e-17, min: 1e-15 },
                "step size 1e-17 at t = 0.5 is below the minimum 1e-15; the problem may be stiff or \
                 singular: loosen the tolerances or use a stiff method",
            ),
            (
                Error::MaxSteps { t: 0.5, steps: 100 },
                "the budget of 100 steps was used up at t = 0.5; raise `max_steps`, loosen the tolerances, or use a \
                 stiff method",
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(text(&error), expected);
        }
    }

    fn failure() -> Box<Failure<f64>> {
        solve(&decay(), 1.0, 0.0..1.0, Dopri5, pid().max_steps(2)).unwrap_err()
    }

    #[test]
    fn a_failure_says_how_far_it_came() {
        let failure = failure();
        let message = failure.to_string();
        let t = failure.partial.last_time();
        let Stats { evaluations, accepted, rejected, .. } = failure.partial.stats;
        assert_eq!((accepted, rejected), (2, 0));
        let expected = format!(
            "{}\n(the solution is kept up to t = {t}, after 2 accepted and 0 rejected steps and {evaluations} \
             evaluations)",
            failure.error
        );
        assert_eq!(message, expected);
    }

    #[test]
    fn a_failure_becomes_an_error_by_question_mark() {
        fn typed() -> rheos::Result<f64> {
            let solution = solve(&decay(), 1.0, 0.0..1.0, Dopri5, pid().max_steps(2))?;
            Ok(*solution.last())
        }
        fn boxed() -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
            let solution = solve(&decay(), 1.0, 0.0..1.0, Dopri5, pid().max_steps(2))?;
            Ok(*solution.last())
        }
        let expected = failure();
        assert_eq!(typed().unwrap_err(), expected.error);
        let boxed = boxed().unwrap_err();
        assert_eq!(boxed.to_string(), expected.to_string());
        // The partial result can be recovered.
        let back = boxed.downcast::<Box<Failure<f64>>>().unwrap();
        assert_eq!(back.partial, expected.partial);
    }
}

/// A state without coordinates is refused before a library sees it, whatever the method.
mod empty_states {
    use super::*;
    use nalgebra::{DVector, SVector};
    use rheos::adjoint::SteadyState;
    use rheos::solver::DefaultSolver;
    use rheos::solver::implicit::{Esdirk547, GaussLegendre4, Krylov, Trapezoid};
    use rheos::solver::multistep::Adams;
    use rheos::{Bdf, RadauIIA5, Rodas5P, solve_ivp};

    macro_rules! all_refuse {
        ($empty:expr, [$($solver:expr),* $(,)?]) => {
            $(
                let f = ode(|_t, _y, _dy| {});
                let failure = solve(&f, $empty, 0.0..1.0, $solver, Fixed::steps(3)).unwrap_err();
                assert_eq!(failure.error, Error::EmptyState, "{}", stringify!($solver));
            )*
        };
    }

    #[test]
    fn are_refused_by_every_family_of_methods() {
        all_refuse!(
            DVector::<f64>::zeros(0),
            [Rk4, Dopri5, Trapezoid, Esdirk547, RadauIIA5, GaussLegendre4, Rodas5P, DefaultSolver::default()]
        );
        all_refuse!(SVector::<f64, 0>::zeros(), [Rk4, Dopri5, Trapezoid, Esdirk547, RadauIIA5, Rodas5P]);
        all_refuse!(DVector::<f64>::zeros(0), [Adams, Bdf, Esdirk547.with(Krylov::new())]);
        let f = ode(|_t, _y: &DVector<f64>, _dy: &mut DVector<f64>| {});
        assert_eq!(
            solve_ivp(&f, DVector::zeros(0), 0.0..1.0, Tolerance { rtol: 1e-6, atol: 1e-6 }).unwrap_err().error,
            Error::EmptyState
        );
        assert!(SteadyState::new(1e-9).solve(&f, 0.0, DVector::zeros(0)).is_ok_and(|y| y.is_empty()));
    }
}
