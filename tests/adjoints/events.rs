//! Gradients of event times and across resets: against closed forms, against extrapolated differences of the whole solve,
//! and against each other.

use std::sync::LazyLock;

use crate::common::frozen_grid::derivative_within;
use crate::common::relative_error;
use nalgebra::{SVector, Vector2, Vector4, vector};
use rheos::adjoint::{Checkpoints, Cotangents, ExactGradient, Gradient, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::control::StepTo;
use rheos::solution::{DifferentiableEvents, Direction, Ending, EventFunction, EventRecord, keep};
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::Esdirk547;
use rheos::solver::multistep::{AdamsBashforth, AdamsMoulton, FixedBdf};
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Controller, Differentiable, DifferentiableEvent, DiscreteAdjoint, Dopri5,
    Dynamics, Error, Fixed, GenericDynamics, Ivp, Parametric, Pid, Result, ReversibleAdjoint, Rodas5P, Scalar, Solver,
    Tsit5, Vern7, ode,
};

/// A problem with events.
type WithEvents<'a, F, K = keep::End> = Ivp<'a, F, K, DifferentiableEvents<'a, F>>;

/// A gradient with the outputs and hits it is of.
#[derive(Debug)]
struct Found<Y, P> {
    y: Vec<Y>,
    hits: Vec<EventRecord<Y>>,
    gradient: Gradient<Y, P>,
}

impl<Y, P> std::ops::Deref for Found<Y, P> {
    type Target = Gradient<Y, P>;
    fn deref(&self) -> &Gradient<Y, P> {
        &self.gradient
    }
}

type FoundOf<F> = Found<<F as Dynamics>::State, <F as Parametric>::Params>;

/// The gradient of a loss that fills in its cotangents.
fn found<'a, F, K, S, C, A>(
    problem: WithEvents<'a, F, K>,
    (solver, control, adjoint): (S, C, A),
    loss: impl FnOnce(&[F::State], &[EventRecord<F::State>], &mut Cotangents<F::State>),
) -> Result<FoundOf<F>>
where
    F: Differentiable,
    K: keep::States<'a>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let run = problem.forward(solver, control, adjoint)?;
    let mut cotangents = run.cotangents();
    loss(&run.y, &run.hits, &mut cotangents);
    let gradient = run.backward(&cotangents)?;
    Ok(Found { y: run.y, hits: run.hits, gradient })
}

/// The span of output times.
fn span(times: &[f64]) -> (f64, f64) {
    (times[0], times[times.len() - 1])
}

/// A bouncing ball. Its parameters are gravity and the restitution, the part of its speed that it keeps. The closed
/// form depends on them and on the initial height.
mod ball {
    use super::*;

    type Ball = Autodiff<Fall, 2, 2>;
    type Found = FoundOf<Ball>;

    const HEIGHT: f64 = 1.3;
    const GRAVITY: f64 = 9.81;
    const KEPT: f64 = 0.8;

    #[derive(Clone, Copy)]
    struct Fall;
    impl GenericDynamics<2, 2> for Fall {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
            vector![y[1], -p[0]]
        }
    }

    struct Floor;
    impl EventFunction<2, 2> for Floor {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, _p: &SVector<T, 2>) -> T {
            y[0]
        }
    }

    struct Bounce;
    impl GenericDynamics<2, 2> for Bounce {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
            vector![y[0], -p[1] * y[1]]
        }
    }

    fn landing<'a>() -> DifferentiableEvent<'a, Ball> {
        DifferentiableEvent::on(Direction::Falling, Floor).reset_by(Bounce)
    }

    static BALL: LazyLock<Ball> = LazyLock::new(|| Autodiff::new(Fall, vector![GRAVITY, KEPT]));

    fn ball<'a>(span: (f64, f64)) -> WithEvents<'a, Ball> {
        Ivp::new(&*BALL, vector![HEIGHT, 0.0], span).event(landing())
    }

    /// The derivatives with respect to the height, gravity and the restitution.
    type Derivatives = [f64; 3];

    fn first_landing() -> (f64, Derivatives) {
        let t = (2.0 * HEIGHT / GRAVITY).sqrt();
        (t, [0.5 * t / HEIGHT, -0.5 * t / GRAVITY, 0.0])
    }

    fn second_landing() -> (f64, Derivatives) {
        let (t, d) = first_landing();
        let flights = 1.0 + 2.0 * KEPT;
        (flights * t, [flights * d[0], flights * d[1], 2.0 * t])
    }

    /// Height and speed at `t`, `n` landings after the start, with their derivatives; and the acceleration. The part of a
    /// flight with speed `eⁿ √(2 g h)` from a landing at `tₙ`.
    fn flight(n: usize, t: f64) -> [(f64, Derivatives); 2] {
        if n == 0 {
            let height = HEIGHT - 0.5 * GRAVITY * t * t;
            return [(height, [1.0, -0.5 * t * t, 0.0]), (-GRAVITY * t, [0.0, -t, 0.0])];
        }
        let (start, d_start) = if n == 1 { first_landing() } else { second_landing() };
        let speed = KEPT.powi(n as i32) * (2.0 * GRAVITY * HEIGHT).sqrt();
        let d_speed = [0.5 * speed / HEIGHT, 0.5 * speed / GRAVITY, n as f64 * speed / KEPT];
        let s = t - start;
        let velocity = speed - GRAVITY * s;
        let d = |i: usize| d_speed[i] * s - velocity * d_start[i] - if i == 1 { 0.5 * s * s } else { 0.0 };
        let d_velocity = |i: usize| d_speed[i] + GRAVITY * d_start[i] - if i == 1 { s } else { 0.0 };
        [(speed * s - 0.5 * GRAVITY * s * s, [0, 1, 2].map(d)), (velocity, [0, 1, 2].map(d_velocity))]
    }

    fn check(found: &Found, expected: Derivatives) {
        let found = [found.y0[0], found.params[0], found.params[1]];
        let error = relative_error(&found, &expected);
        assert!(error < 1e-12, "{error:e}: {found:?} for {expected:?}");
    }

    fn solved<S, C, A>(solver: S, control: C, adjoint: A, times: &[f64], loss: Loss<'_>) -> Found
    where
        S: Solver<Ball>,
        C: Controller<Ball, S>,
        A: Adjoint<Ball, S, C>,
    {
        super::found(ball(span(times)).save_at(times), (solver, control, adjoint), loss).unwrap()
    }

    /// The same, where it is told to, with steps that end at the times.
    fn kept<S, C, A>(lands: bool, (solver, control, adjoint): (S, C, A), times: &[f64], loss: Loss<'_>) -> Found
    where
        S: Solver<Ball>,
        C: Controller<Ball, S>,
        A: Adjoint<Ball, S, C>,
    {
        if !lands {
            return solved(solver, control, adjoint, times, loss);
        }
        super::found(ball(span(times)).land_on(times), (solver, control, adjoint), loss).unwrap()
    }

    type Loss<'l> = &'l dyn Fn(&[Vector2<f64>], &[EventRecord<Vector2<f64>>], &mut Cotangents<Vector2<f64>>);

    /// A landing time, the speed at a landing, and the end, in every way of keeping and of stepping.
    #[test]
    fn landings_and_flights_are_those_of_the_closed_form() {
        fn check_all<S, C, A>(lands: bool, (solver, control, adjoint): (S, C, A))
        where
            S: Solver<Ball> + Clone,
            C: Controller<Ball, S> + Clone,
            A: Adjoint<Ball, S, C>,
        {
            let times = [0.0, 0.4, 0.7, 1.5];
            let found = |loss: Loss<'_>| kept(lands, (solver.clone(), control.clone(), &adjoint), &times, loss);
            let first = found(&|_, _, bar| bar.hits[0].t = 1.0);
            assert!((first.hits[0].t - first_landing().0).abs() < 1e-14);
            check(&first, first_landing().1);
            let second = found(&|_, _, bar| bar.hits[1].t = 1.0);
            assert!((second.hits[1].t - second_landing().0).abs() < 1e-14);
            check(&second, second_landing().1);
            // A later start is a later landing.
            assert!((second.times[0] - 1.0).abs() < 1e-12 && second.times[1..].iter().all(|t| t.abs() < 1e-12));

            for (i, n) in [(1, 0), (2, 1), (3, 2)] {
                for (j, (value, derivatives)) in flight(n, times[i]).into_iter().enumerate() {
                    let found = found(&|_, _, bar| bar.y[i][j] = 1.0);
                    assert!((found.y[i][j] - value).abs() < 1e-13);
                    check(&found, derivatives);
                    let rate = [found.y[i][1], -GRAVITY][j];
                    assert!((found.times[i] - rate).abs() < 1e-12 && (found.times[0] + rate).abs() < 1e-12);
                }
            }

            // The speed of landing is −√(2 g h) before and e √(2 g h) after.
            let speed = (2.0 * GRAVITY * HEIGHT).sqrt();
            let d_speed = [0.5 * speed / HEIGHT, 0.5 * speed / GRAVITY, 0.0];
            check(&found(&|_, _, bar| bar.hits[0].before[1] = -1.0), d_speed);
            let d_after = [KEPT * d_speed[0], KEPT * d_speed[1], speed];
            check(&found(&|_, _, bar| bar.hits[0].after[1] = 1.0), d_after);
            // Where it lands is the floor, whatever the parameters.
            let landed = found(&|_, _, bar| bar.hits[1].before[0] = 1.0);
            assert!(landed.y0[0].abs() < 1e-13 && landed.params.norm() < 1e-13);
        }
        let pid = Pid::tolerance(1e-8);
        for lands in [false, true] {
            check_all(lands, (Dopri5, pid, DiscreteAdjoint::new()));
            check_all(lands, (Dopri5, Fixed::steps(37), DiscreteAdjoint::new()));
            check_all(lands, (Dopri5, Fixed::step(0.07), DiscreteAdjoint::new()));
            check_all(lands, (Coupled::new(Dopri5), Fixed::steps(37), ReversibleAdjoint::new()));
        }
        check_all(false, (Dopri5, Fixed::steps(37), DiscreteAdjoint::new().checkpoints(Checkpoints::Every(4))));
        check_all(false, (Dopri5, Fixed::steps(37), DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3))));
        check_all(false, (Dopri5, pid, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(2))));
    }

    /// Outputs before the landing see the state before, those at it or later the state after; one number apart.
    #[test]
    fn an_output_at_a_landing_is_on_one_side_of_it() {
        let control = Fixed::steps(3);
        let nothing = |_: &[_], _: &[_], _: &mut Cotangents<_>| ();
        let t = solved(Dopri5, control, DiscreteAdjoint::new(), &[0.0, 0.9], &nothing).hits[0].t;
        for lands in [false, true] {
            for (time, n) in [(t.next_down(), 0), (t, 1), (t.next_up(), 1)] {
                for j in 0..2 {
                    let method = (Dopri5, control, DiscreteAdjoint::new());
                    let found = kept(lands, method, &[0.0, time, 0.9], &|_, _, bar| bar.y[1][j] = 1.0);
                    // Landing makes other steps, by whose rounding the ball may be on the floor a little earlier.
                    let landed = usize::from(found.hits[0].t <= time);
                    assert!(landed == n || (landed == 1 && lands));
                    assert_eq!(found.y[1][1] > 0.0, landed == 1);
                    check(&found, flight(landed, time)[j].1);
                    let rate = [found.y[1][1], -GRAVITY][j];
                    assert!((found.times[1] - rate).abs() < 1e-11 && (found.times[0] + rate).abs() < 1e-11);
                }
            }
        }
    }

    #[test]
    fn a_landing_at_the_end_of_the_span_counts() {
        let tight = Pid::tolerance(1e-10);
        let along = InterpolatingAdjoint::new(Dopri5, tight);
        // Rounding decides whether the ball lands just before the end; both are to be seen.
        let t = first_landing().0;
        let mut seen = [false; 2];
        for end in [t.next_down(), t, t.next_up(), t.next_up().next_up()] {
            for j in 0..2 {
                let loss: Loss<'_> = &|_, _, bar| bar.y[1][j] = 1.0;
                let exact = solved(Dopri5, Fixed::steps(2), DiscreteAdjoint::new(), &[0.0, end], loss);
                let along = solved(Dopri5, tight, along, &[0.0, end], loss);
                for found in [exact, along] {
                    let landed = found.hits.len();
                    seen[landed] = true;
                    assert_eq!(found.y[1][1] > 0.0, landed == 1);
                    check(&found, flight(landed, end)[j].1);
                    assert!((found.times[1] - [found.y[1][1], -GRAVITY][j]).abs() < 1e-12);
                }
            }
        }
        assert_eq!(seen, [true; 2]);
    }

    #[test]
    fn the_adjoint_equation_goes_across_landings() {
        let tight = Pid::tolerance(1e-11);
        let loss: Loss<'_> = &|_, _, bar| bar.y[1][0] = 1.0;
        let [(_, expected), _] = flight(2, 1.5);
        check(&solved(Dopri5, tight, InterpolatingAdjoint::new(Dopri5, tight), &[0.0, 1.5], loss), expected);
        check(&solved(Dopri5, tight, QuadratureAdjoint::gauss(Dopri5, tight), &[0.0, 1.5], loss), expected);
        check(&solved(Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight), &[0.0, 1.5], loss), expected);
        let second: Loss<'_> = &|_, _, bar| bar.hits[1].t = 1.0;
        check(
            &solved(Dopri5, tight, InterpolatingAdjoint::new(Dopri5, tight), &[0.0, 1.5], second),
            second_landing().1,
        );
    }

    /// A loss may be in any unit.
    #[test]
    fn a_small_loss_has_a_small_gradient() {
        let [_, (_, expected)] = flight(2, 1.5);
        let unit = 2.0_f64.powi(-600);
        let loss: Loss<'_> = &|_, _, bar| bar.y[1][1] = unit;
        let tight = Pid::tolerance(1e-11);
        let exact = solved(Dopri5, Fixed::steps(30), DiscreteAdjoint::new(), &[0.0, 1.5], loss);
        let along = solved(Dopri5, tight, InterpolatingAdjoint::new(Dopri5, tight), &[0.0, 1.5], loss);
        for found in [exact, along] {
            let found = [found.y0[0], found.params[0], found.params[1]].map(|bar| bar / unit);
            assert!(relative_error(&found, &expected) < 1e-12, "{found:?} for {expected:?}");
        }
    }

    /// A ball that turns back exactly at a ceiling: touching it has no derivative.
    #[test]
    fn grazing_is_an_error_where_it_matters() {
        struct Ceiling(f64);
        impl EventFunction<2, 2> for Ceiling {
            fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, _p: &SVector<T, 2>) -> T {
                y[0] - self.0
            }
        }
        // Thrown up with 3 m/s it comes to 9 / 2g.
        let apex = 4.5 / GRAVITY;
        let gradient = |ceiling: f64, weight: f64| {
            let touch = DifferentiableEvent::on(Direction::Rising, Ceiling(ceiling));
            let loss = |_: &[_], hits: &[EventRecord<_>], bar: &mut Cotangents<_>| {
                assert_eq!(hits.len(), 1);
                bar.hits[0].t = weight;
                bar.y[2] = vector![1.0, 0.0];
            };
            // A step ends at the apex, or there would be two changes of sign in one.
            let times = [0.0, 3.0 / GRAVITY, 0.5];
            let problem = Ivp::new(&*BALL, vector![0.0, 3.0], 0.0..0.5).event(touch).land_on(&times);
            super::found(problem, (Dopri5, Fixed::step(0.1), DiscreteAdjoint::new()), loss)
        };
        let error = gradient(apex - 1e-15, 1.0).unwrap_err();
        assert!(matches!(error, Error::Grazing { event: 0, t, .. } if (t - 3.0 / GRAVITY).abs() < 1e-6), "{error}");
        // A loss that does not depend on it may have it on its way.
        assert!((gradient(apex - 1e-15, 0.0).unwrap().y0[1] - 0.5).abs() < 1e-13);
        // Near it is a large derivative: ẏ dt = −dy0, with ẏ = √(2 g (apex − ceiling)).
        let near = gradient(apex - 1e-8, 1.0).unwrap();
        let rate = (2.0 * GRAVITY * 1e-8).sqrt();
        assert!(((near.y0[0] - 1.0) * rate + 1.0).abs() < 1e-6, "{}", near.y0[0] * rate);
    }

    #[test]
    fn settings_and_lengths_are_checked() {
        let times = [0.0, 1.0];
        let problem = || ball(span(&times)).save_at(&times);
        let method = (Dopri5, Fixed::steps(5), DiscreteAdjoint::new());
        let refused = super::found(problem().event(landing().stop_at(0)), method, |_, _, _| ());
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "stop_at", .. })));
        let refused = super::found(problem(), method, |_, _, bar| bar.hits.clear());
        assert!(matches!(refused, Err(Error::LengthMismatch { name: "cotangents.hits", found: 0, expected: 1 })));
        let refused = super::found(problem(), method, |_, _, bar| bar.y.clear());
        assert!(matches!(refused, Err(Error::LengthMismatch { name: "cotangents", found: 0, expected: 2 })));
        let (solver, control, adjoint) = method;
        let failure = problem().event(landing().at_most(0)).forward(solver, control, adjoint).unwrap_err();
        assert!(matches!(failure.error, Error::MaxEvents { event: 1, .. }));
        assert_eq!((failure.partial.hits.len(), failure.partial.y.len()), (1, 1));
    }
}

/// Two balls in one state that land together, or a rounding error apart: each has its own derivative.
#[test]
fn events_that_happen_together_have_their_own_derivatives() {
    #[derive(Clone, Copy)]
    struct TwoBalls;
    impl GenericDynamics<4, 2> for TwoBalls {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 4>, _p: &SVector<T, 2>) -> SVector<T, 4> {
            let g = T::from(10.0);
            vector![y[1], -g, y[3], -g]
        }
    }
    struct Floor(usize);
    impl EventFunction<4, 2> for Floor {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 4>, _p: &SVector<T, 2>) -> T {
            y[2 * self.0]
        }
    }
    struct Bounce(usize);
    impl GenericDynamics<4, 2> for Bounce {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 4>, p: &SVector<T, 2>) -> SVector<T, 4> {
            let mut after = *y;
            after[2 * self.0 + 1] = -p[self.0] * y[2 * self.0 + 1];
            after
        }
    }
    type Loss<'l> = &'l dyn Fn(&[EventRecord<Vector4<f64>>], &mut Cotangents<Vector4<f64>>);
    let landing = |i| DifferentiableEvent::on(Direction::Falling, Floor(i)).reset_by(Bounce(i));
    let kept = [0.7, 0.9];
    let balls = Autodiff::new(TwoBalls, vector![kept[0], kept[1]]);
    let first = (2.0_f64 / 10.0).sqrt();
    let speed = 20.0_f64.sqrt();
    for second_height in [1.0, 1.0_f64.next_up(), 1.0 - 1e-15] {
        let y0: Vector4<f64> = vector![1.0, 0.0, second_height, 0.0];
        for i in 0..2 {
            let gradient = |loss: Loss<'_>| {
                let times = [0.0, first, 0.8];
                let problem = Ivp::new(&balls, y0, 0.0..0.8).event(landing(0)).event(landing(1)).save_at(&times);
                let method = (Dopri5, Fixed::steps(7), DiscreteAdjoint::new());
                found(problem, method, |_, hits, bar| loss(hits, bar)).unwrap()
            };
            let time = gradient(&|hits, bar| {
                let hit = hits.iter().position(|hit| hit.event == i).unwrap();
                bar.hits[hit].t = 1.0;
            });
            assert_eq!(time.hits.len(), 2);
            let mut expected = [0.0; 4];
            expected[2 * i] = 0.5 * first;
            // ḣ = v, and a speed upwards delays the landing at the rate t / v.
            expected[2 * i + 1] = first / speed;
            assert!(relative_error(time.y0.as_slice(), &expected) < 1e-12, "{:?}", time.y0);
            assert!(time.params.norm() < 1e-13);

            let end = gradient(&|_, bar| bar.y[2][2 * i] = 1.0);
            let s = 0.8 - first;
            let velocity = kept[i] * speed - 10.0 * s;
            expected = [0.0; 4];
            expected[2 * i] = kept[i] * 0.5 * speed * s - velocity * 0.5 * first;
            // dv/dv0 at the landing is 1 − g dt/dv0 = 0 for a ball dropped at rest.
            expected[2 * i + 1] = -velocity * first / speed;
            assert!(relative_error(end.y0.as_slice(), &expected) < 1e-12, "{:?} {expected:?}", end.y0);
            let mut expected = [0.0; 2];
            expected[i] = speed * s;
            assert!(relative_error(end.params.as_slice(), &expected) < 1e-12, "{:?}", end.params);
        }
    }
}

/// A forced Duffing oscillator over a table that moves up and down: nothing about it is linear or autonomous.
mod impacts {
    use super::*;

    /// Damping, force, its frequency; height of the table, amplitude of its motion, part of the speed that is kept.
    const PARAMS: [f64; 6] = [0.05, 2.2, 1.7, 0.3, 0.15, 0.85];

    #[derive(Clone, Copy)]
    struct Oscillator;
    impl GenericDynamics<2, 6> for Oscillator {
        fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 6>) -> SVector<T, 2> {
            vector![y[1], p[1] * (p[2] * t).cos() - p[0] * y[1] - y[0] - y[0] * y[0] * y[0]]
        }
    }

    fn table<T: Scalar>(t: T, p: &SVector<T, 6>) -> (T, T) {
        let phase = t * 2.3;
        (p[3] + p[4] * phase.sin(), p[4] * phase.cos() * 2.3)
    }

    struct Gap;
    impl EventFunction<2, 6> for Gap {
        fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 6>) -> T {
            y[0] - table(t, p).0
        }
    }

    /// Seen from the table, the speed is reversed and diminished.
    struct Impact;
    impl GenericDynamics<2, 6> for Impact {
        fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 6>) -> SVector<T, 2> {
            let (height, speed) = table(t, p);
            vector![height, speed - p[5] * (y[1] - speed)]
        }
    }

    /// Where the speed changes sign, which is only noted.
    struct Turn;
    impl EventFunction<2, 6> for Turn {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, _p: &SVector<T, 6>) -> T {
            y[1]
        }
    }

    type Model = Autodiff<Oscillator, 2, 6>;

    type Problem<'a> = WithEvents<'a, Model>;

    fn problem(model: &Model, y0: Vector2<f64>, span: (f64, f64)) -> Problem<'_> {
        Ivp::new(model, y0, span)
            .event(DifferentiableEvent::on(Direction::Falling, Gap).reset_by(Impact))
            .event(DifferentiableEvent::on(Direction::Both, Turn))
    }

    /// Ends at the third impact.
    fn ending(model: &Model, y0: Vector2<f64>, span: (f64, f64)) -> Problem<'_> {
        Ivp::new(model, y0, span)
            .event(DifferentiableEvent::on(Direction::Falling, Gap).reset_by(Impact).stop_at(3))
            .event(DifferentiableEvent::on(Direction::Both, Turn))
    }

    fn weight(i: usize, j: usize) -> f64 {
        (1.3 * i as f64 + 0.4 + 2.1 * j as f64).cos()
    }

    /// `L = Σ w · y(tᵢ) + Σ (w t + w · before + w · after)`.
    fn weights(_: &[Vector2<f64>], hits: &[EventRecord<Vector2<f64>>], bar: &mut Cotangents<Vector2<f64>>) {
        for (i, y) in bar.y.iter_mut().enumerate() {
            *y = vector![weight(i, 0), weight(i, 1)];
        }
        for (i, (hit, bar)) in hits.iter().zip(&mut bar.hits).enumerate() {
            bar.t = weight(i, 2);
            bar.before = vector![weight(i, 3), weight(i, 4)];
            if hit.after.is_some() {
                bar.after = vector![weight(i, 5), weight(i, 6)];
            }
        }
    }

    fn loss(y: &[Vector2<f64>], hits: &[EventRecord<Vector2<f64>>]) -> f64 {
        let mut bar = Cotangents::zeros(y, hits);
        weights(y, hits, &mut bar);
        let of_states: f64 = y.iter().zip(&bar.y).map(|(y, w)| y.dot(w)).sum();
        let of_hits = hits.iter().zip(&bar.hits).map(|(hit, w)| {
            hit.t * w.t + hit.before.dot(&w.before) + hit.after.map_or(0.0, |after| after.dot(&w.after))
        });
        of_states + of_hits.sum::<f64>()
    }

    /// Within reach no event comes or goes.
    pub fn derivative(g: impl Fn(f64) -> f64) -> f64 {
        derivative_within(2e-4, 2, g)
    }

    /// Whether the steps end at the output times.
    #[derive(Clone, Copy, PartialEq)]
    enum Keep {
        At,
        Landing,
    }
    use Keep::{At, Landing};

    /// The exact gradient and the differences of the solve with events, both with these steps.
    fn check<S, C, A>(
        system: fn(&Model, Vector2<f64>, (f64, f64)) -> Problem<'_>,
        (solver, control, adjoint): (S, C, A),
        (keep, times): (Keep, [f64; 5]),
    ) where
        S: Solver<Model> + Clone,
        C: Controller<Model, S> + Clone,
        A: ExactGradient + Adjoint<Model, S, C>,
    {
        let (params, y0) = (SVector::from(PARAMS), vector![0.6, 0.2]);
        let solve = |params, y0, times: &[f64]| {
            let model = Autodiff::new(Oscillator, params);
            let problem = system(&model, y0, span(times));
            let method = (solver.clone(), control.clone(), &adjoint);
            match keep {
                At => found(problem.save_at(times), method, weights),
                Landing => found(problem.land_on(times), method, weights),
            }
        };
        let found = solve(params, y0, &times).unwrap();
        let impacts = found.hits.iter().filter(|hit| hit.event == 0).count();
        assert!(impacts >= 3 && found.hits.len() - impacts >= 3, "{impacts} of {}", found.hits.len());
        let value = |params, y0, times: &[f64]| {
            let model = Autodiff::new(Oscillator, params);
            let problem = system(&model, y0, span(times));
            let solution = match keep {
                At => problem
                    .save_at(times)
                    .forward(solver.clone(), control.clone(), &adjoint)
                    .map(|run| (run.y, run.hits)),
                Landing => problem
                    .land_on(times)
                    .forward(solver.clone(), control.clone(), &adjoint)
                    .map(|run| (run.y, run.hits)),
            };
            let (y, hits) = solution.unwrap();
            assert_eq!(hits.len(), found.hits.len());
            loss(&y, &hits)
        };
        let close = |computed: f64, expected: f64, what: &str, i: usize| {
            let error = (computed - expected).abs() / (1.0 + expected.abs());
            assert!(error < 1e-9, "{}, {what} {i}: {computed} {expected} {error:e}", S::NAME);
        };
        for i in 0..2 {
            let moved = |h| y0 + Vector2::from_fn(|j, _| if i == j { h } else { 0.0 });
            close(found.y0[i], derivative(|h| value(params, moved(h), &times)), "y0", i);
        }
        for i in 0..6 {
            let moved = |h| params + SVector::<f64, 6>::from_fn(|j, _| if i == j { h } else { 0.0 });
            close(found.params[i], derivative(|h| value(moved(h), y0, &times)), "params", i);
        }
        for i in 0..5 {
            let moved = |h| std::array::from_fn::<f64, 5, _>(|j| times[j] + if i == j { h } else { 0.0 });
            close(found.times[i], derivative(|h| value(params, y0, &moved(h))), "times", i);
        }
        assert_eq!((found.t0, found.t1), (found.times[0], found.times[4]));
    }

    const TIMES: [f64; 5] = [0.0, 2.13, 4.55, 7.02, 9.0];

    /// So few steps that the solution is wrong in its fourth digit.
    fn frozen(times: [f64; 5]) -> StepTo {
        let point = |i: u32| times[0] + (times[4] - times[0]) * (f64::from(i) / 45.0).powf(1.1);
        StepTo::new((0..=45).map(point).collect())
    }

    #[test]
    fn the_exact_gradient_is_the_derivative_of_the_solve_on_its_frozen_grid() {
        let grid = frozen(TIMES);
        check(problem, (Dopri5, grid.clone(), DiscreteAdjoint::new()), (At, TIMES));
        check(problem, (Dopri5, grid.clone(), DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3))), (At, TIMES));
        check(problem, (Dopri5, grid.clone(), DiscreteAdjoint::new().checkpoints(Checkpoints::Every(4))), (At, TIMES));
        check(problem, (Dopri5, grid.clone(), DiscreteAdjoint::new()), (Landing, TIMES));
        check(problem, (Vern7, grid.clone(), DiscreteAdjoint::new()), (At, TIMES));
        check(problem, (Esdirk547, grid.clone(), DiscreteAdjoint::new()), (At, TIMES));
        check(problem, (Rodas5P, grid.clone(), DiscreteAdjoint::new()), (At, TIMES));
        check(problem, (Coupled::new(Dopri5), grid.clone(), ReversibleAdjoint::new()), (At, TIMES));
        check(problem, (Coupled::new(Dopri5), grid, ReversibleAdjoint::new()), (Landing, TIMES));
    }

    /// Behind an event a multistep method starts anew, and so does the way back.
    #[test]
    fn multistep_methods_go_across_events() {
        let grid = frozen(TIMES);
        check(problem, (AdamsBashforth::<3>, grid.clone(), DiscreteAdjoint::new()), (At, TIMES));
        check(
            problem,
            (AdamsMoulton::<4>, grid.clone(), DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3))),
            (At, TIMES),
        );
        check(problem, (FixedBdf::<2>::new(), grid, DiscreteAdjoint::new()), (Landing, TIMES));
    }

    #[test]
    fn so_it_is_where_the_grid_follows_the_ends() {
        check(problem, (Dopri5, Fixed::steps(43), DiscreteAdjoint::new()), (At, TIMES));
        check(problem, (Tsit5, Fixed::step(0.2035), DiscreteAdjoint::new()), (Landing, TIMES));
    }

    #[test]
    fn so_it_is_backwards_in_time() {
        let times = TIMES.map(|t| 1.0 - t);
        check(problem, (Dopri5, frozen(times), DiscreteAdjoint::new()), (At, times));
    }

    #[test]
    fn so_it_is_where_an_event_ends_the_solve() {
        check(ending, (Dopri5, frozen(TIMES), DiscreteAdjoint::new()), (At, TIMES));
        check(ending, (Dopri5, Fixed::steps(43), DiscreteAdjoint::new()), (Landing, TIMES));
    }

    #[test]
    fn every_adjoint_agrees() {
        fn found<A: Adjoint<Model, Dop853, Pid>>(adjoint: A) -> FoundOf<Model> {
            let model = Autodiff::new(Oscillator, SVector::from(PARAMS));
            let problem = problem(&model, vector![0.6, 0.2], span(&TIMES)).save_at(&TIMES);
            super::found(problem, (Dop853, Pid::tolerance(1e-12), adjoint), weights).unwrap()
        }
        let tight = Pid::tolerance(1e-12);
        let reference = found(DiscreteAdjoint::new());
        for (name, found) in [
            ("Backsolve", found(BacksolveAdjoint::new(Dop853, tight))),
            ("Interpolating", found(InterpolatingAdjoint::new(Dop853, tight))),
            ("Quadrature", found(QuadratureAdjoint::gauss(Dop853, tight))),
        ] {
            for (a, b) in [
                (found.y0.as_slice(), reference.y0.as_slice()),
                (found.params.as_slice(), reference.params.as_slice()),
                (&found.times[..], &reference.times[..]),
            ] {
                let error = relative_error(a, b);
                assert!(error < 1e-8, "{name}: {error:e}\n{a:?}\n{b:?}");
            }
        }
    }
}

/// The time to a threshold, as the loss of "learning neural event functions", with hand-written pullbacks: `y' = a y` is at
/// `c` at `t0 + ln(c / y0) / a`.
mod threshold {
    use super::*;

    #[derive(Clone, Copy)]
    struct Growth;
    impl GenericDynamics<1, 2> for Growth {
        fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, p: &SVector<T, 2>) -> SVector<T, 1> {
            vector![p[0] * y[0]]
        }
    }
    type Model = Autodiff<Growth, 1, 2>;

    fn problem(model: &Model, y0: f64, span: (f64, f64)) -> WithEvents<'_, Model> {
        let reached = DifferentiableEvent::rising(
            |f: &Model, _t, y| y[0] - f.params()[1],
            |_, _t, _y, w, ybar, pbar| {
                ybar[0] += w;
                pbar[1] -= w;
                0.0
            },
        );
        Ivp::new(model, vector![y0], span).event(reached.terminal())
    }

    #[test]
    fn the_time_to_a_threshold() {
        let (a, c, y0, t0) = (0.7, 5.0, 1.2, 0.3);
        let model = Autodiff::new(Growth, vector![a, c]);
        let tight = Pid::tolerance(1e-12);
        // Of the output times, two are never reached.
        let times = [t0, 1.0, 9.0, 10.0];
        let problem = || problem(&model, y0, span(&times)).save_at(&times);
        let exact = t0 + (c / y0).ln() / a;
        let time = |_: &[_], _: &[_], bar: &mut Cotangents<_>| bar.hits[0].t = 1.0;
        let discrete = found(problem(), (Dop853, tight, DiscreteAdjoint::new()), time).unwrap();
        let continuous = found(problem(), (Dop853, tight, InterpolatingAdjoint::new(Dop853, tight)), time).unwrap();
        for found in [discrete, continuous] {
            assert_eq!((found.y.len(), found.hits.len()), (2, 1));
            assert!((found.hits[0].t - exact).abs() < 1e-11);
            let expected = [-1.0 / (a * y0), -(exact - t0) / a, 1.0 / (a * c), 1.0];
            let found_all = [found.y0[0], found.params[0], found.params[1], found.times[0]];
            assert!(relative_error(&found_all, &expected) < 1e-10, "{found_all:?} for {expected:?}");
            assert!(found.times[1..].iter().all(|bar| bar.abs() < 1e-12), "{:?}", found.times);
        }
    }

    /// The end of the solve is the threshold: it moves with the parameter, and with nothing else.
    #[test]
    fn the_state_at_the_threshold_is_the_threshold() {
        fn check<S, C, A>(solver: S, control: C, adjoint: A, tolerance: f64)
        where
            S: Solver<Model>,
            C: Controller<Model, S>,
            A: Adjoint<Model, S, C>,
        {
            let model = Autodiff::new(Growth, vector![0.7, 5.0]);
            let run = problem(&model, 1.2, (0.0, 10.0)).forward(solver, control, adjoint).unwrap();
            assert_eq!((run.ending, &run.t[..]), (Ending::Event(0), &[run.hits[0].t][..]));
            let mut end = run.cotangents();
            end.hits[0].after[0] = 1.0;
            // Kept is the end alone, which is the state at the threshold.
            end.y[0][0] = 2.0;
            let found = run.backward(&end).unwrap();
            let all = [found.y0[0], found.params[0], found.params[1], found.t0, found.t1];
            assert!(relative_error(&all, &[0.0, 0.0, 3.0, 0.0, 0.0]) < tolerance, "{all:?}");
        }
        let tight = Pid::tolerance(1e-12);
        check(Tsit5, Fixed::step(0.5), DiscreteAdjoint::new(), 1e-13);
        check(Tsit5, Fixed::steps(20), DiscreteAdjoint::new(), 1e-13);
        check(ReversibleHeun, Fixed::step(0.05), ReversibleAdjoint::new(), 1e-12);
        check(Alf, Fixed::step(0.05), ReversibleAdjoint::new(), 1e-12);
        check(Dop853, tight, BacksolveAdjoint::new(Dop853, tight), 1e-9);
        check(Dop853, tight, InterpolatingAdjoint::new(Dop853, tight), 1e-9);
        check(Dop853, tight, QuadratureAdjoint::gauss(Dop853, tight), 1e-9);
    }
}

/// A closure field, with no parameters.
#[test]
fn fields_from_closures_have_events_too() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let rising = DifferentiableEvent::crossing(
        // Where the solution meets the line t: y0 e^{−t} = t, so that dt/dy0 = e^{−t} / (1 + t).
        |_, t, y: &f64| y - t,
        |_, _t, _y, w, ybar: &mut f64, _| {
            *ybar += w;
            -w
        },
    );
    let problem = Ivp::new(&decay, 1.0, 0.0..2.0).event(rising.samples(2));
    let method = (Tsit5, Pid::tolerance(1e-11), DiscreteAdjoint::new());
    let found = found(problem, method, |_, _, bar| bar.hits[0].t = 1.0).unwrap();
    let t = found.hits[0].t;
    assert!((t - 0.567_143_290_409_784).abs() < 1e-9);
    assert!((found.y0 - (-t).exp() / (1.0 + t)).abs() < 1e-9);
}

/// A tensor network as the field, with a threshold that ends the solve after a reset at another.
#[cfg(feature = "dfdx")]
mod tensors {
    use super::*;
    use dfdx::nn::builders::{Linear, Tanh};
    use dfdx::prelude::{BuildOnDevice, Cpu, DeviceBuildExt, Rank2, Tensor, TensorFrom};
    use rheos::State;
    use rheos::nn::tensor::{ModuleField, Weights};

    type Point = Tensor<Rank2<1, 2>, f64, Cpu>;
    type Layers = (Linear<2, 8>, Tanh, Linear<8, 2>);
    type Mlp = <Layers as BuildOnDevice<Cpu, f64>>::Built;
    type Field = ModuleField<Mlp, Rank2<1, 2>, f64, Cpu>;

    /// Where the first coordinate passes one level the second is halved, and where it passes the other the solve ends.
    fn problem<'a>(field: &'a Field, y0: Point, levels: [f64; 2]) -> WithEvents<'a, Field> {
        let device = Cpu::default();
        let normal = device.tensor([[1.0, 0.0]]);
        let [halves, ends] = levels.map(|level| {
            let normal = normal.clone();
            DifferentiableEvent::crossing(
                move |_: &Field, _t, y| y.coordinates()[0] - level,
                move |_, _t, _y, w, ybar, _| {
                    ybar.add_scaled(w, &normal);
                    0.0
                },
            )
        });
        let scale = device.tensor([[1.0, 0.5]]);
        let transpose = scale.clone();
        let halves = halves.reset(
            move |_, _t, y| *y = y.clone() * scale.clone(),
            move |_, _t, _y, w, ybar, _| {
                ybar.add_scaled(1.0, &(w.clone() * transpose.clone()));
                0.0
            },
        );
        Ivp::new(field, y0, 0.0..6.0).event(halves).event(ends.terminal())
    }

    #[test]
    fn the_time_of_an_event_with_respect_to_the_weights_of_a_network() {
        let device = Cpu::default();
        let numbers = |k: usize, offset: usize| -> Vec<f64> {
            (offset..offset + k).map(|i| ((i * i + 3 * i + 1) as f64 * 0.7).sin()).collect()
        };
        let mut weights: Weights<Mlp, f64, Cpu> = Weights::new(device.build_module::<Layers, f64>());
        let count = weights.coordinates().len();
        weights.read_coordinates(&numbers(count, 0));
        let mut direction = weights.zeros_like();
        direction.read_coordinates(&numbers(count, 50));

        let (times, y0): (_, Point) = ([0.0, 0.15, 6.0], device.tensor([[0.1, -0.2]]));
        let grid = StepTo::new((0..=60).map(|i| 0.1 * f64::from(i)).collect());
        let adjoint = DiscreteAdjoint::new();
        // Levels that the solution does pass.
        let net = |weights: &Weights<Mlp, f64, Cpu>| ModuleField::new(weights.module().clone());
        let field = net(&weights);
        let free = Ivp::new(&field, y0.clone(), 0.0..6.0).save_at(&[0.27, 0.54]).solve(Dopri5, grid.clone()).unwrap();
        let levels = [0, 1].map(|i| free.y[i].coordinates()[0]);

        let loss = |_: &[_], hits: &[EventRecord<Point>], bar: &mut Cotangents<Point>| {
            assert_eq!(hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [0, 1]);
            bar.hits[1].t = 1.0;
            bar.hits[0].after.read_coordinates(&[0.3, 0.7]);
            bar.y[1].read_coordinates(&[0.5, -1.1]);
        };
        let value = |h: f64| {
            let mut moved = weights.clone();
            moved.add_scaled(h, &direction);
            let field = net(&moved);
            let run =
                problem(&field, y0.clone(), levels).save_at(&times).forward(Dopri5, grid.clone(), adjoint).unwrap();
            let (after, y) = (run.hits[0].state().coordinates(), run.y[1].coordinates());
            run.hits[1].t + 0.3 * after[0] + 0.7 * after[1] + 0.5 * y[0] - 1.1 * y[1]
        };
        let problem = problem(&field, y0.clone(), levels).save_at(&times);
        let slope = found(problem, (Dopri5, grid.clone(), adjoint), loss).unwrap().params.inner(&direction);
        let expected = impacts::derivative(value);
        assert!(expected.abs() > 1e-2, "{expected}");
        assert!((slope - expected).abs() < 1e-9 * expected.abs().max(1.0), "{slope} for {expected}");
    }
}
