//! Events against closed forms, against solves pieced together by hand, and at the edges: of steps, of the span, and at
//! save times.

use std::f64::consts::{LN_2, PI, TAU};

use nalgebra::Vector2;
use rheos::dynamics::{Jacobian, Ode};
use rheos::integrate::{Observer, Step, StepAction};
use rheos::solution::{Direction, Ending, EventRecord, Events, Stepper};
use rheos::solver::explicit::{Bosh3, CarpenterKennedy, Dop853};
use rheos::solver::implicit::Esdirk547;
use rheos::solver::{Dense, Embedded};
use rheos::{
    Bdf, Dopri5, Dynamics, Error, Euler, Event, Fixed, Ivp, Pid, Result, Rk4, Rodas5P, Solver, Tsit5, Vern7, ode, solve,
};

type Plane = Vector2<f64>;

fn tight() -> Pid {
    Pid::tolerance(1e-12)
}

/// `y' = 1`: the state is a clock.
fn clock() -> impl Dynamics<State = f64> + Copy {
    ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0)
}

fn times<Y>(hits: &[EventRecord<Y>]) -> Vec<f64> {
    hits.iter().map(|hit| hit.t).collect()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} for {expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} for {expected}");
    }
}

/// A ball under gravity that keeps a part of its speed when it lands.
mod ball {
    use super::*;

    const GRAVITY: f64 = 9.81;
    const KEPT: f64 = 0.9;

    fn fall() -> impl Dynamics<State = Plane> + Copy {
        ode(|_t, y: &Plane, dy: &mut Plane| *dy = Vector2::new(y[1], -GRAVITY))
    }

    fn landing<'a>() -> Event<'a, Plane> {
        Event::falling(|_t, y: &Plane| y[0]).reset(|_t, y| y[1] *= -KEPT)
    }

    /// The times of the first landings and the speeds before them, of a ball dropped from a height of 1.
    fn landings(n: i32) -> Vec<(f64, f64)> {
        let (first, speed) = ((2.0 / GRAVITY).sqrt(), (2.0 * GRAVITY).sqrt());
        let flights = |i: i32| 2.0 * first * (1..=i).map(|k| KEPT.powi(k)).sum::<f64>();
        (0..n).map(|i| (first + flights(i), speed * KEPT.powi(i))).collect()
    }

    /// The closed form: the last landing before `t` and a parabola from there.
    fn exact(t: f64) -> Plane {
        let known = landings(40);
        let Some(&(start, speed)) = known.iter().rev().find(|landing| landing.0 <= t) else {
            return Vector2::new(1.0 - 0.5 * GRAVITY * t * t, -GRAVITY * t);
        };
        let (s, v) = (t - start, KEPT * speed);
        Vector2::new(v * s - 0.5 * GRAVITY * s * s, v - GRAVITY * s)
    }

    #[track_caller]
    fn check<S: Dense<Plainly> + Copy>(solver: S, control: impl rheos::Controller<Plainly, S>) {
        let saved: Vec<f64> = (0..=400).map(|i| 0.01 * f64::from(i)).collect();
        let f = plainly();
        let solution =
            Ivp::new(&f, Vector2::new(1.0, 0.0), 0.0..4.0).save_at(&saved).event(landing()).solve(solver, control);
        let solution = solution.unwrap();
        let expected: Vec<_> = landings(40).into_iter().filter(|landing| landing.0 < 4.0).collect();
        assert!(expected.len() > 5);
        assert_close(&times(&solution.hits), &expected.iter().map(|landing| landing.0).collect::<Vec<_>>(), 1e-10);
        for (hit, (_, speed)) in solution.hits.iter().zip(expected) {
            let after = hit.after.unwrap();
            assert!(hit.before[0].abs() < 1e-10 && (hit.before[1] + speed).abs() < 1e-10, "{hit:?}");
            assert!(after[0] == hit.before[0] && after[1] == -KEPT * hit.before[1], "{hit:?}");
        }
        for (t, y) in solution.t.iter().zip(&solution.y) {
            assert!((y - exact(*t)).norm() < 1e-10, "{t}: {y} for {}", exact(*t));
        }
        assert_eq!(solution.y.len(), saved.len());
    }

    type Plainly = rheos::dynamics::Ode<Plane, fn(f64, &Plane, &mut Plane)>;

    fn plainly() -> Plainly {
        ode(|_t, y: &Plane, dy: &mut Plane| *dy = Vector2::new(y[1], -GRAVITY))
    }

    #[test]
    fn bounces_as_the_closed_form_with_every_kind_of_interpolant() {
        check(Dopri5, tight());
        check(Tsit5, tight());
        check(Bosh3, Pid::tolerance(1e-12));
        check(Dop853, tight());
        check(Vern7, tight());
        check(Rk4, Fixed::steps(30));
        check(Rk4, Fixed::step(0.07));
        check(CarpenterKennedy, Fixed::steps(100));
    }

    #[test]
    fn steps_that_are_longer_than_a_flight_miss_no_landing_with_samples() {
        // The field is a polynomial, so the steps of the controller grow without bounds.
        let expected: Vec<_> = landings(40).iter().map(|landing| landing.0).filter(|&t| t < 6.0).collect();
        let solution = Ivp::new(&fall(), Vector2::new(1.0, 0.0), 0.0..6.0)
            .event(landing().samples(64))
            .solve(Tsit5, Pid::tolerance(1e-3).first_step(5.0))
            .unwrap();
        assert_close(&times(&solution.hits), &expected, 1e-10);
    }

    #[test]
    fn accumulating_bounces_end_in_an_error_that_keeps_them() {
        // The landings accumulate at √(2/g) (1 + 2 · 0.9/0.1).
        let rest = (2.0 / GRAVITY).sqrt() * 19.0;
        let failure = Ivp::new(&fall(), Vector2::new(1.0, 0.0), 0.0..10.0)
            .dense()
            .event(landing())
            .solve(Dopri5, tight())
            .unwrap_err();
        assert!(matches!(failure.error, Error::EventsAccumulate { event: 0, .. }), "{failure}");
        let partial = &failure.partial;
        assert_eq!(partial.ending, Ending::Failure);
        assert!(partial.hits.len() > 250, "{}", partial.hits.len());
        assert!((partial.last_time() - rest).abs() < 1e-10 && partial.last().norm() < 1e-10);
        for t in [0.1, 1.0, 3.0, 5.0] {
            assert!((partial.y.at(t).unwrap() - exact(t)).norm() < 1e-10);
        }
        let (first, last) = (landings(1)[0].0, partial.y.span().t1);
        assert!(partial.y.knots().contains(&partial.hits[0].t) && partial.hits[0].t - first < 1e-12);
        assert_eq!(last, partial.last_time());
    }

    #[test]
    fn a_budget_of_bounces_ends_in_an_error_that_keeps_them() {
        let failure = Ivp::new(&fall(), Vector2::new(1.0, 0.0), 0.0..10.0)
            .save_every(1)
            .event(landing().at_most(12))
            .solve(Dopri5, tight())
            .unwrap_err();
        let expected: Vec<_> = landings(12).iter().map(|landing| landing.0).collect();
        let Error::MaxEvents { event: 0, t, hits: 12 } = failure.error else { panic!("{failure}") };
        assert_close(&times(&failure.partial.hits), &expected, 1e-10);
        assert_close(&[t], &[landings(13)[12].0], 1e-10);
        assert!(failure.partial.last_time() < t);
        assert!(failure.to_string().starts_with("event 0 exceeded its budget of 12 hits at t = "), "{failure}");
    }

    #[test]
    fn a_budget_of_steps_counts_the_bounces() {
        let failure = Ivp::new(&fall(), Vector2::new(1.0, 0.0), 0.0..10.0)
            .event(landing())
            .solve(Dopri5, tight().max_steps(60))
            .unwrap_err();
        assert!(matches!(failure.error, Error::MaxSteps { steps: 60, .. }), "{failure}");
        let stats = failure.partial.stats;
        assert_eq!(stats.accepted + stats.rejected, 60);
        assert!(failure.partial.hits.len() > 5);
        // The last step may have ended at a landing, where the speed of the closed form is on either side of its jump.
        assert!((failure.partial.last()[0] - exact(failure.partial.last_time())[0]).abs() < 1e-10);
    }

    #[test]
    fn the_last_of_several_bounces_ends_the_solve_after_its_reset() {
        let solution = Ivp::new(&fall(), Vector2::new(1.0, 0.0), 0.0..10.0)
            .event(landing().stop_at(4))
            .solve(Dopri5, tight())
            .unwrap();
        let (t, speed) = landings(4)[3];
        assert_eq!(solution.ending, Ending::Event(0));
        assert!((solution.last_time() - t).abs() < 1e-10);
        assert!((solution.last()[1] - KEPT * speed).abs() < 1e-9);
        assert_eq!(solution.hits[3].state(), solution.last());
        assert_eq!((solution.t, solution.y), (vec![solution.hits[3].t], vec![*solution.hits[3].state()]));
    }
}

/// The period of a pendulum by the arithmetic–geometric mean.
#[test]
fn the_period_of_a_pendulum() {
    let amplitude = 2.0_f64;
    let (mut a, mut b) = (1.0_f64, (0.5 * amplitude).cos());
    while (a - b).abs() > 1e-15 {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    let period = TAU / a;
    let pendulum = ode(|_t, y: &Plane, dy: &mut Plane| *dy = Vector2::new(y[1], -y[0].sin()));
    let tops = Event::falling(|_t, y: &Plane| y[1]).stop_at(5);
    let solution = Ivp::new(&pendulum, Vector2::new(amplitude, 0.0), 0.0..1000.0)
        .event(tops)
        .solve(Dop853, Pid::tolerance(1e-13))
        .unwrap();
    // The first is one period after the start, at which nothing happens.
    let expected: Vec<f64> = (1..=5).map(|n| f64::from(n) * period).collect();
    assert_close(&times(&solution.hits), &expected, 1e-10);
    assert_eq!(solution.last_time(), solution.hits[4].t);
    assert!((solution.last()[0] - amplitude).abs() < 1e-10);
}

mod within_a_step {
    use super::*;

    /// One step of a method that is exact for this field, from 0 to 4 with `y = t³`.
    fn one_step<'a>(events: impl IntoIterator<Item = Event<'a, f64>>) -> Vec<EventRecord<f64>> {
        let cubic = ode(|t, _y: &f64, dy: &mut f64| *dy = 3.0 * t * t);
        let mut watching = Events::new(events.into_iter().collect());
        let solution = Ivp::new(&cubic, 0.0, 0.0..4.0).observe(&mut watching).solve(Dopri5, Fixed::steps(1)).unwrap();
        assert_eq!(solution.stats.accepted, 1);
        watching.hits().to_vec()
    }

    #[test]
    fn two_crossings_are_found_where_the_step_is_sampled() {
        let twice = || Event::crossing(|t, _y: &f64| (t - 1.1) * (t - 2.3));
        assert_eq!(one_step([twice()]).len(), 0);
        let hits = one_step([twice().samples(4)]);
        assert_close(&times(&hits), &[1.1, 2.3], 1e-15);
        for hit in hits {
            assert!((hit.before - hit.t.powi(3)).abs() < 1e-13);
            assert_eq!(hit.after, None);
        }
    }

    #[test]
    fn directions_filter() {
        let along = |direction| times(&one_step([Event::new(direction, |t, _y: &f64| (t * PI).sin()).samples(16)]));
        // To the rounding of t. The sine of the rounded π t is negative at 4: not yet there.
        assert_close(&along(Direction::Falling), &[1.0, 3.0], 2e-15);
        assert_close(&along(Direction::Rising), &[2.0], 2e-15);
        assert_close(&along(Direction::Both), &[1.0, 2.0, 3.0], 2e-15);
    }

    #[test]
    fn several_events_come_in_the_order_of_time_and_of_addition() {
        let at = |time: f64| Event::rising(move |t, _y: &f64| t - time);
        let hits = one_step([at(3.0), at(0.5), at(2.0), at(0.5)]);
        assert_eq!(
            hits.iter().map(|hit| (hit.event, hit.t)).collect::<Vec<_>>(),
            [(1, 0.5), (3, 0.5), (2, 2.0), (0, 3.0)]
        );
    }

    #[test]
    fn only_what_comes_before_a_terminal_event_happens() {
        let cubic = ode(|t, _y: &f64, dy: &mut f64| *dy = 3.0 * t * t);
        let at = |time: f64| Event::rising(move |t, _y: &f64| t - time);
        let solution = Ivp::new(&cubic, 0.0, 0.0..4.0)
            .save_at(&[0.0, 1.0, 1.5, 2.0, 3.0])
            .event(at(2.5))
            .event(at(1.5).terminal())
            .event(at(0.5))
            .solve(Dopri5, Fixed::steps(1))
            .unwrap();
        assert_eq!(solution.hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(solution.ending, Ending::Event(1));
        assert_eq!(solution.last_time(), 1.5);
        // The end of the step is 64, and rounded accordingly.
        assert!((solution.last() - 3.375).abs() < 64.0 * f64::EPSILON);
        assert_eq!(solution.t, [0.0, 1.0, 1.5]);
        assert_close(&solution.y, &[0.0, 1.0, 3.375], 64.0 * f64::EPSILON);
    }

    #[test]
    fn resets_at_the_same_time_follow_one_another() {
        let at_half = |shift: f64| Event::rising(|t, _y: &f64| t - 0.5).reset(move |_t, y| *y = 2.0 * *y + shift);
        let solution =
            Ivp::new(&clock(), 0.0, 0.0..1.0).event(at_half(1.0)).event(at_half(3.0)).solve(Rk4, Fixed::steps(1));
        let hits = solution.unwrap().hits;
        assert_eq!(times(&hits), [0.5, 0.5]);
        let states: Vec<f64> = hits.iter().flat_map(|hit| [hit.before, hit.after.unwrap()]).collect();
        assert_close(&states, &[0.5, 2.0, 2.0, 7.0], 1e-15);
    }
}

mod at_the_edges {
    use super::*;

    #[test]
    fn a_zero_at_the_start_is_no_event() {
        let count = |event| Ivp::new(&clock(), 0.0, 0.0..1.0).event(event).solve(Rk4, Fixed::steps(4)).unwrap().hits;
        assert!(count(Event::crossing(|_t, y: &f64| *y)).is_empty());
        assert!(count(Event::crossing(|_t, y: &f64| -*y)).is_empty());
        // On the surface for the whole solve.
        assert!(count(Event::crossing(|_t, _y: &f64| 0.0)).is_empty());
        assert!(count(Event::crossing(|t, _y: &f64| if t > 0.6 { 1.0 } else { 0.0 })).is_empty());
    }

    #[test]
    fn a_solution_that_leaves_the_surface_and_comes_back_in_one_step_is_seen() {
        // t (0.7 − t) is zero at the start and crosses zero at 0.7.
        let there_and_back = Event::falling(|t, _y: &f64| t * (0.7 - t));
        let hits = Ivp::new(&clock(), 0.0, 0.0..1.0).event(there_and_back).solve(Rk4, Fixed::steps(1)).unwrap().hits;
        assert_close(&times(&hits), &[0.7], 1e-15);
    }

    #[test]
    fn a_zero_at_the_end_of_a_step_counts_once() {
        for (steps, end) in [(1, 1.0), (2, 2.0), (4, 2.0)] {
            let one = Event::crossing(|t, _y: &f64| t - 1.0);
            let solution = Ivp::new(&clock(), 0.0, 0.0..end).event(one).solve(Rk4, Fixed::steps(steps)).unwrap();
            assert_eq!(times(&solution.hits), [1.0]);
            assert_eq!(solution.ending, Ending::Span);
        }
        let last = Event::crossing(|t, _y: &f64| t - 1.0).terminal();
        let solution = Ivp::new(&clock(), 0.0, 0.0..1.0).event(last).solve(Rk4, Fixed::steps(2)).unwrap();
        assert_eq!((solution.ending, solution.last_time()), (Ending::Event(0), 1.0));
    }

    #[test]
    fn a_touch_is_no_crossing_of_its_own_twice() {
        // (t − 0.5)² reaches zero at the end of a step, which counts once, and goes back up.
        let touch = Event::crossing(|t, _y: &f64| (t - 0.5) * (t - 0.5));
        let hits = Ivp::new(&clock(), 0.0, 0.0..1.0).event(touch).solve(Rk4, Fixed::steps(2)).unwrap().hits;
        assert_eq!(times(&hits), [0.5]);
    }

    #[test]
    fn a_reset_to_the_surface_does_not_fire_again() {
        // With the surface at 5, where the state is rounded, and the state back on it exactly or nearly.
        for (start, surface) in [(0.0, 5.0), (0.1, 5.3), (-7.0, 0.3)] {
            let up = Event::crossing(move |_t, y: &f64| y - surface).reset(|_t, y| *y += 0.0);
            let to = Event::crossing(move |_t, y: &f64| y - surface).reset(move |_t, y| *y = surface);
            for (event, steps) in [(&up, 7), (&to, 7), (&up, 50), (&to, 50)] {
                let solution = Ivp::new(&clock(), start, 0.0..9.0).event(event.clone()).solve(Rk4, Fixed::steps(steps));
                assert_close(&times(&solution.unwrap().hits), &[surface - start], 1e-14);
                let solution = Ivp::new(&clock(), start, 0.0..9.0).event(event.clone()).solve(Dopri5, tight());
                assert_close(&times(&solution.unwrap().hits), &[surface - start], 1e-14);
            }
        }
    }

    #[test]
    fn a_reflection_at_a_wall_away_from_zero_is_periodic() {
        // Between walls at 3 and 4, with the speed reversed at each, and steps of any length.
        let free = ode(|_t, y: &Plane, dy: &mut Plane| *dy = Vector2::new(y[1], 0.0));
        let upper = Event::rising(|_t, y: &Plane| y[0] - 4.0).reset(|_t, y| y[1] = -y[1]);
        let lower = Event::falling(|_t, y: &Plane| y[0] - 3.0).reset(|_t, y| y[1] = -y[1]);
        let y0 = Vector2::new(3.25, 0.75);
        for steps in [3, 10, 97] {
            let solution = Ivp::new(&free, y0, 0.0..40.0)
                .event(upper.clone().samples(40))
                .event(lower.clone())
                .solve(Rk4, Fixed::steps(steps))
                .unwrap();
            let expected: Vec<f64> = (0..30).map(|n| 1.0 + f64::from(n) / 0.75).filter(|&t| t < 40.0).collect();
            assert_close(&times(&solution.hits), &expected, 1e-12);
            assert!(solution.hits.iter().enumerate().all(|(n, hit)| hit.event == n % 2));
        }
    }

    #[test]
    fn backwards_events_come_in_the_order_of_integration() {
        let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
        let halves = Event::falling(|_t, y: &f64| y - 0.5);
        let never = Event::rising(|_t, y: &f64| y - 0.5);
        let quarter = Event::crossing(|_t, y: &f64| y - 0.25).terminal();
        let solution = Ivp::new(&growth, 1.0, 0.0..-5.0)
            .save_at(&[-0.1, -LN_2, -1.3, -2.0])
            .event(halves)
            .event(never)
            .event(quarter)
            .solve(Dopri5, tight())
            .unwrap();
        assert_close(&times(&solution.hits), &[-LN_2, -2.0 * LN_2], 1e-11);
        assert_eq!(solution.hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [0, 2]);
        assert_close(&solution.y, &[(-0.1_f64).exp(), 0.5, (-1.3_f64).exp()], 1e-11);
        assert_eq!(solution.last_time(), solution.hits[1].t);
    }

    #[test]
    fn a_ball_thrown_backwards_in_time_bounces_as_well() {
        // y(t) = 1 − t²/2 mirrored at the surface for t < 0.
        let fall = ode(|_t, y: &Plane, dy: &mut Plane| *dy = Vector2::new(y[1], -1.0));
        let mirror = Event::falling(|_t, y: &Plane| y[0]).reset(|_t, y| y[1] = -y[1]);
        for steps in [5, 40] {
            let solution = Ivp::new(&fall, Vector2::new(1.0, 0.0), 0.0..-7.0)
                .event(mirror.clone().samples(8))
                .solve(Rk4, Fixed::steps(steps))
                .unwrap();
            let root = 2.0_f64.sqrt();
            assert_close(&times(&solution.hits), &[-root, -3.0 * root], 1e-13);
        }
    }

    #[test]
    fn save_times_within_an_ulp_of_an_event_are_on_their_own_side_of_the_jump() {
        for (time, span) in [(0.7, (0.0, 2.0)), (-0.3, (-1.0, 1.0)), (1.3, (2.0, 0.0))] {
            let backwards = span.1 < span.0;
            let (before, after) = if backwards {
                (f64::next_up as fn(f64) -> f64, f64::next_down as fn(f64) -> f64)
            } else {
                (f64::next_down as fn(f64) -> f64, f64::next_up as fn(f64) -> f64)
            };
            let saved = [before(before(time)), before(time), time, after(time), after(after(time)), span.1];
            let leap = Event::crossing(move |t, _y: &f64| t - time).reset(|_t, y| *y += 100.0);
            let values = |t: f64, jumped: bool| t + if jumped { 100.0 } else { 0.0 };
            let expected: Vec<f64> = saved.iter().enumerate().map(|(i, &t)| values(t, i > 1)).collect();
            for steps in [1, 3, 4, 10] {
                let problem = || Ivp::new(&leap_field, span.0, span).event(leap.clone());
                let solution = problem().save_at(&saved).solve(Rk4, Fixed::steps(steps)).unwrap();
                assert_eq!(times(&solution.hits), [time]);
                assert_eq!(solution.t, saved);
                assert_close(&solution.y, &expected, 1e-13);
                let landed = problem().land_on(&saved).solve(Rk4, Fixed::steps(steps)).unwrap();
                assert_eq!(landed.t, saved);
                assert_close(&landed.y, &expected, 1e-13);
                let curve = problem().dense().solve(Dopri5, tight()).unwrap().y;
                let on_curve: Vec<f64> = saved.iter().map(|&t| curve.at(t).unwrap()).collect();
                assert_close(&on_curve, &expected, 1e-13);
                assert!((curve.before(time).unwrap() - time).abs() < 1e-13);
            }
        }
    }

    /// `y' = 1` as a type that two closures can share.
    #[expect(non_upper_case_globals)]
    const leap_field: Leap = Leap;

    #[derive(Clone, Copy)]
    struct Leap;

    impl Dynamics for Leap {
        type State = f64;
        fn eval(&self, _t: f64, _y: &f64, dy: &mut f64) {
            *dy = 1.0;
        }
    }

    #[test]
    fn a_jump_at_the_end_of_the_span_is_the_last_state() {
        let leap = || Event::rising(|t, _y: &f64| t - 1.0).reset(|_t, y| *y += 10.0);
        let problem = || Ivp::new(&Leap, 0.0, 0.0..1.0).event(leap());
        let solution = problem().save_at(&[0.5, 1.0]).solve(Rk4, Fixed::steps(4)).unwrap();
        assert_eq!((solution.last_time(), solution.ending), (1.0, Ending::Span));
        assert_close(&[solution.y[0], solution.y[1], *solution.last()], &[0.5, 11.0, 11.0], 1e-14);
        let solution = problem().dense().solve(Dopri5, tight()).unwrap();
        assert!((solution.y.at(1.0).unwrap() - 11.0).abs() < 1e-14);
        assert!((solution.y.before(1.0).unwrap() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn an_empty_span_has_no_events() {
        let any = Event::crossing(|t, _y: &f64| t);
        let solution = Ivp::new(&clock(), 0.0, 0.0..0.0).event(any.terminal()).solve(Dopri5, tight()).unwrap();
        assert!(solution.hits.is_empty());
        assert_eq!(solution.ending, Ending::Span);
    }
}

/// The ends of the steps, as the observer after the events sees them.
#[derive(Default)]
struct Ends(Vec<f64>);

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Ends {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        self.0.push(step.t1);
        Ok(StepAction::On)
    }
}

mod steps {
    use super::*;

    /// A relaxation oscillator: `y' = 1 − y` up to 0.8, then back to 0.1, and how it is done by hand.
    #[test]
    fn resets_are_solves_pieced_together() {
        fn check<S>(solver: S, tolerance: f64)
        where
            S: Copy + Dense<Charging> + Embedded<Charging>,
        {
            let control = Pid::tolerance(tolerance);
            let spike = Event::rising(|_t, y: &f64| y - 0.8).reset(|_t, y| *y = 0.1);
            let solution = Ivp::new(&Charging, 0.0, 0.0..5.0).event(spike).solve(solver, control).unwrap();
            let mut t = 0.0;
            let mut y = 0.0;
            for hit in &solution.hits {
                let piece = solve(&Charging, y, t..hit.t, solver, control).unwrap();
                assert!((piece.last() - 0.8).abs() < 10.0 * tolerance, "{piece:?}");
                (t, y) = (hit.t, 0.1);
            }
            let piece = solve(&Charging, y, t..5.0, solver, control).unwrap();
            assert!((piece.last() - solution.last()).abs() < 10.0 * tolerance);
            // ln 5 to the first, ln 4.5 from each to the next.
            let expected: Vec<f64> = (0..3).map(|n| 5.0_f64.ln() + f64::from(n) * 4.5_f64.ln()).collect();
            assert_close(&times(&solution.hits), &expected[..solution.hits.len()], 100.0 * tolerance);
            assert_eq!(solution.hits.len(), 3);
        }
        check(Bosh3, 1e-8);
        check(Dopri5, 1e-10);
        check(Tsit5, 1e-10);
        check(Dop853, 1e-11);
    }

    struct Charging;

    impl Dynamics for Charging {
        type State = f64;
        fn eval(&self, _t: f64, y: &f64, dy: &mut f64) {
            *dy = 1.0 - y;
        }
    }

    #[test]
    fn a_fixed_grid_stays_where_it_is() {
        let mut ends = Ends::default();
        let leap = Event::rising(|t, _y: &f64| t - 0.6).reset(|_t, y| *y += 1.0);
        Ivp::new(&clock(), 0.0, 0.0..1.0).event(leap).observe(&mut ends).solve(Rk4, Fixed::steps(4)).unwrap();
        assert_eq!(ends.0, [0.25, 0.5, 0.6, 0.75, 1.0]);
        let mut ends = Ends::default();
        let leap = Event::rising(|t, _y: &f64| t - 0.5).reset(|_t, y| *y += 1.0);
        Ivp::new(&clock(), 0.0, 0.0..1.1).event(leap).observe(&mut ends).solve(Rk4, Fixed::step(0.25)).unwrap();
        assert_eq!(ends.0, [0.25, 0.5, 0.75, 1.0, 1.1]);
    }

    #[test]
    fn events_that_only_watch_change_no_step() {
        let van_der_pol =
            ode(|_t, y: &Plane, dy: &mut Plane| *dy = Vector2::new(y[1], 3.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]));
        let y0 = Vector2::new(2.0, 0.0);
        let plain = Ivp::new(&van_der_pol, y0, 0.0..20.0).save_every(1).solve(Dopri5, Pid::tolerance(1e-6)).unwrap();
        let watched = Ivp::new(&van_der_pol, y0, 0.0..20.0)
            .save_every(1)
            .event(Event::crossing(|_t, y: &Plane| y[0]).samples(5))
            .solve(Dopri5, Pid::tolerance(1e-6))
            .unwrap();
        assert!(watched.hits.len() > 3);
        assert_eq!((plain.t, plain.y, plain.stats), (watched.t, watched.y, watched.stats));
    }

    #[test]
    fn an_observer_of_the_users_can_end_a_solve() {
        struct Enough;
        impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Enough {
            fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
                let y = step.y1.clone();
                Ok(if step.t1 > 0.4 {
                    StepAction::Stop { t: step.t1, before: y.clone(), after: y }
                } else {
                    StepAction::On
                })
            }
        }
        let solution = Ivp::new(&clock(), 0.0, 0.0..1.0).observe(&mut Enough).solve(Euler, Fixed::steps(4)).unwrap();
        assert_eq!((solution.ending, solution.last_time(), *solution.last()), (Ending::Observer, 0.5, 0.5));
    }

    #[test]
    fn of_two_observers_that_end_a_step_the_earlier_time_counts() {
        struct At(f64);
        impl<S: Dense<F>, F: Dynamics> Observer<F, S> for At {
            fn observe(&mut self, mut step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
                if self.0 > step.t1 {
                    return Ok(StepAction::On);
                }
                let mut y = step.y1.clone();
                step.interpolate(self.0, &mut y);
                Ok(StepAction::Stop { t: self.0, before: y.clone(), after: y })
            }
        }
        for (first, second) in [(0.3, 0.7), (0.7, 0.3)] {
            let (mut first, mut second) = (At(first), At(second));
            let solution = Ivp::new(&clock(), 0.0, 0.0..1.0)
                .observe(&mut first)
                .observe(&mut second)
                .solve(Rk4, Fixed::steps(1))
                .unwrap();
            assert!((solution.last() - 0.3).abs() < 1e-15 && solution.last_time() == 0.3);
        }
    }

    /// Where an observer of the user's jumps or stops within a step, neither outputs nor events behind that are left over.
    #[test]
    fn what_lies_behind_an_observers_end_of_a_step_did_not_happen() {
        /// Sets the clock back to 0 at the time 0.5, or stops it there.
        struct Halfway {
            stop: bool,
            done: bool,
        }
        impl<F: Dynamics<State = f64>, S: Solver<F>> Observer<F, S> for Halfway {
            fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<f64>> {
                if self.done || step.t1 < 0.5 {
                    return Ok(StepAction::On);
                }
                self.done = true;
                Ok(if self.stop {
                    StepAction::Stop { t: 0.5, before: 0.5, after: 0.5 }
                } else {
                    StepAction::Jump { t: 0.5, before: 0.5, after: 0.0 }
                })
            }
        }
        let f = clock();
        let saved = [0.25, 0.5, 0.75, 1.5];
        let problem = || {
            Ivp::new(&f, 0.0, 0.0..2.0)
                .save_at(&saved)
                .event(Event::rising(|_t, y: &f64| y - 0.25))
                .event(Event::rising(|_t, y: &f64| y - 0.75))
                .event(Event::rising(|_t, y: &f64| y - 0.625).stop_at(2))
        };
        let mut jump = Halfway { stop: false, done: false };
        let solution = problem().observe(&mut jump).solve(Rk4, Fixed::steps(2)).unwrap();
        assert_close(&solution.y, &[0.25, 0.0, 0.25, 1.0], 1e-15);
        assert_eq!(solution.hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [0, 0, 2, 1]);
        assert_close(&times(&solution.hits), &[0.25, 0.75, 1.125, 1.25], 1e-15);
        assert_eq!(solution.ending, Ending::Span);
        let mut stop = Halfway { stop: true, done: false };
        let solution = problem().observe(&mut stop).solve(Rk4, Fixed::steps(2)).unwrap();
        assert_eq!((solution.y, times(&solution.hits)), (vec![0.25, 0.5], vec![0.25]));
        assert_eq!(solution.ending, Ending::Observer);
    }

    #[test]
    fn a_stepper_stops_at_jumps_and_at_terminal_events() {
        let mut events = Events::new(vec![
            Event::rising(|_t, y: &f64| y - 0.4).reset(|_t, y| *y += 1.0),
            Event::rising(|_t, y: &f64| y - 1.7).terminal(),
        ]);
        let f = clock();
        let mut stepper: Stepper<_, _, _> = Ivp::new(&f, 0.0, 0.0..2.0).start(Rk4, Fixed::steps(4)).unwrap();
        let mut seen = Vec::new();
        while stepper.step_with(&mut events).unwrap() {
            seen.push((stepper.time(), *stepper.state()));
        }
        let expected = [(0.4, 1.4), (0.5, 1.5), (0.7, 1.7)];
        assert_eq!(seen.len(), 3);
        for (seen, expected) in seen.iter().zip(expected) {
            assert!((seen.0 - expected.0).abs() < 1e-15 && (seen.1 - expected.1).abs() < 1e-15, "{seen:?}");
        }
        assert!(stepper.is_done());
        assert_eq!(events.stopped_by(), Some(1));
        let solution = stepper.finish().unwrap();
        assert_eq!(solution.ending, Ending::Observer);
    }
}

/// Events of a field that jumps at known times.
mod jumps {
    use super::*;

    /// `y' = 1` before `t = 1` and 3 from there on.
    fn kinked() -> impl Dynamics<State = f64> + Copy {
        ode(|t, _y: &f64, dy: &mut f64| *dy = if t < 1.0 { 1.0 } else { 3.0 })
    }

    /// A mark at 1/2, and a reset to 0 at 5/2: the mark is met before the jump, and again behind the reset.
    #[test]
    fn events_on_both_sides_of_a_jump() {
        let f = kinked();
        let saved = [0.4, 1.0, 1.3, 1.6, 2.0];
        let problem = || {
            Ivp::new(&f, 0.0, 0.0..2.0)
                .save_at(&saved)
                .jumps_at(&[1.0])
                .event(Event::rising(|_t, y: &f64| y - 0.5))
                .event(Event::rising(|_t, y: &f64| y - 2.5).reset(|_t, y| *y = 0.0))
        };
        let solutions = [
            problem().solve(Dopri5, tight()).unwrap(),
            problem().solve(Dopri5, Fixed::steps(3)).unwrap(),
            problem().solve(Rk4, Fixed::steps(1)).unwrap(),
        ];
        for solution in solutions {
            assert_close(&times(&solution.hits), &[0.5, 1.5, 1.5 + 0.5 / 3.0], 1e-14);
            assert_eq!(solution.hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [0, 1, 0]);
            assert_close(&solution.y, &[0.4, 1.0, 1.9, 0.3, 1.5], 1e-14);
            assert_eq!(solution.stats.rejected, 0);
        }
    }

    /// An event at the jump itself is met once, whatever the rounding of the steps beside it.
    #[test]
    fn an_event_at_a_jump_happens_once() {
        let f = kinked();
        for event in [Event::rising(|_t, y: &f64| y - 1.0), Event::rising(|t, _y: &f64| t - 1.0)] {
            let problem = |event| Ivp::new(&f, 0.0, 0.0..2.0).jumps_at(&[1.0]).event(event);
            let [noted, reset, ended] =
                [event.clone(), event.clone().reset(|_t, y| *y = -3.5), event.terminal()].map(|event| {
                    let solutions = [
                        problem(event.clone()).solve(Dopri5, tight()).unwrap(),
                        problem(event).solve(Dopri5, Fixed::steps(3)).unwrap(),
                    ];
                    solutions.map(|solution| {
                        assert_close(&times(&solution.hits), &[1.0], 1e-14);
                        (solution.last_time(), *solution.last())
                    })
                });
            for ((t, y), expected) in noted.into_iter().chain(reset).zip([4.0, 4.0, -0.5, -0.5]) {
                assert!(t == 2.0 && (y - expected).abs() < 1e-14, "{y} for {expected}");
            }
            for (t, y) in ended {
                assert!((t - 1.0).abs() < 1e-14 && (y - 1.0).abs() < 1e-14, "{y} at {t}");
            }
        }
    }

    /// An infusion that starts at `t = dose` together with a dose of 10: `y' = H − y/2`.
    fn infusion(dose: f64) -> Ode<f64, impl Fn(f64, &f64, &mut f64) + Copy> {
        ode(move |t, y: &f64, dy: &mut f64| *dy = if t < dose { 0.0 } else { 1.0 } - 0.5 * y)
    }

    /// The state a time `s` after the dose, if it was `y` just before: `y e^(−s/2) + 10 e^(−s/2) + 2 (1 − e^(−s/2))`.
    fn after_dose(y: f64, s: f64) -> f64 {
        2.0 + (y + 8.0) * (-0.5 * s).exp()
    }

    fn dosing<'a>(dose: f64) -> Event<'a, f64> {
        Event::rising(move |t, _y: &f64| t - dose).reset(|_t, y| *y += 10.0)
    }

    /// A dose at the time of a jump, near and far from the start of the solve.
    #[test]
    fn a_dose_at_a_jump_is_given_once() {
        fn check<S: Dense<F> + Embedded<F> + Copy, F: Jacobian<State = f64>>(f: &F, solver: S) {
            for t0 in [-1.0, -0.1, -1e4] {
                let control = Pid::tolerance(1e-8);
                let problem = || Ivp::new(f, 0.0, t0..1.0).event(dosing(0.0));
                let declared = problem().jumps_at(&[0.0]).save_at(&[0.0, 1.0]).solve(solver, control).unwrap();
                let landed = problem().jumps_at(&[0.0]).land_on(&[0.0, 1.0]).solve(solver, control).unwrap();
                let curve = problem().jumps_at(&[0.0]).dense().solve(solver, control).unwrap();
                for (hits, y) in [(&declared.hits, &declared.y), (&landed.hits, &landed.y)] {
                    assert_eq!(times(hits), [0.0], "from {t0}");
                    assert_close(y, &[10.0, after_dose(0.0, 1.0)], 1e-6);
                }
                assert!((after_dose(0.0, 1.0) - 6.852).abs() < 5e-4);
                let on_curve = [curve.y.before(0.0), curve.y.at(0.0), curve.y.at(1.0)].map(Result::unwrap);
                assert_close(&on_curve, &[0.0, 10.0, after_dose(0.0, 1.0)], 1e-6);
                // A step that saw the dose ends there, so that the jump need not be declared for it.
                let undeclared = problem().save_at(&[0.0, 1.0]).solve(solver, control).unwrap();
                assert_eq!(times(&undeclared.hits), [0.0]);
                assert_close(&undeclared.y, &[10.0, after_dose(0.0, 1.0)], 1e-5);
            }
        }
        let f = infusion(0.0);
        check(&f, Dopri5);
        check(&f, Tsit5);
        check(&f, Dop853);
        check(&f, Rodas5P);
        check(&f, Esdirk547);
        check(&f, Bdf);
    }

    /// Doses at random times: declared or not, forwards and backwards, at outputs, next to other jumps.
    #[test]
    fn doses_at_random_times_are_given_once() {
        let mut random = Random(7);
        for case in 0..4000 {
            let t0 = [0.0, -1.0, -1e4, 300.0][case % 4] + random.unit();
            let dose = t0 + 0.1 + 0.8 * random.unit();
            let t1 = t0 + 1.0;
            let jumps = match case % 5 {
                0 => vec![],
                1 => vec![dose],
                2 => vec![dose.next_down(), dose, dose.next_up()],
                3 => vec![dose, dose.next_up().next_up(), t0 + 0.05],
                _ => vec![t1, dose, t0, t1.next_down()],
            };
            // An infusion that is not declared would start within a step.
            let f = infusion(if jumps.is_empty() { f64::INFINITY } else { dose });
            let saved = [t0, dose.next_down(), dose, dose.next_up(), t1];
            let before = (-0.5 * (dose - t0)).exp();
            let end = if jumps.is_empty() {
                10.0 * (-0.5 * (t1 - dose)).exp() + (-0.5 * (t1 - t0)).exp()
            } else {
                after_dose(before, t1 - dose)
            };
            let expected = [1.0, before, before + 10.0, before + 10.0, end];
            let mut seen = Ends::default();
            let problem = || Ivp::new(&f, 1.0, t0..t1).event(dosing(dose)).jumps_at(&jumps);
            let solution = if case % 2 == 0 {
                problem().save_at(&saved).observe(&mut seen).solve(Rk4, Fixed::steps(8)).unwrap()
            } else {
                problem().land_on(&saved).observe(&mut seen).solve(Dopri5, Pid::tolerance(1e-6)).unwrap()
            };
            assert_eq!((times(&solution.hits), &solution.t[..]), (vec![dose], &saved[..]), "case {case}");
            assert_close(&solution.y, &expected, 2e-5);
            assert_eq!((solution.last_time(), solution.ending), (t1, Ending::Span));
            assert!(seen.0.contains(&dose), "the dose ends a step");

            // Backwards the dose is taken away; the field does not matter.
            let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
            let undo = Event::falling(move |t, _y: &f64| t - dose).reset(|_t, y| *y -= 10.0);
            let problem = Ivp::new(&clock, t1, t1..t0).event(undo).jumps_at(&jumps);
            let back = [t1, dose.next_up(), dose, dose.next_down(), t0];
            let solution = problem.save_at(&back).solve(Dopri5, Pid::tolerance(1e-6)).unwrap();
            assert_eq!((times(&solution.hits), &solution.t[..]), (vec![dose], &back[..]), "case {case}");
            let expected = [t1, dose, dose - 10.0, dose - 10.0, t0 - 10.0];
            assert_close(&solution.y, &expected, 4e-15 * t0.abs().max(10.0));
        }
    }

    struct Random(u64);

    impl Random {
        fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    #[test]
    fn a_jump_and_events_backwards_in_time() {
        let f = kinked();
        let solution = Ivp::new(&f, 4.0, 2.0..0.0)
            .jumps_at(&[1.0])
            .event(Event::falling(|_t, y: &f64| y - 2.5))
            .event(Event::falling(|_t, y: &f64| y - 0.5).reset(|_t, y| *y = 2.0))
            .solve(Dopri5, Fixed::steps(3))
            .unwrap();
        assert_close(&times(&solution.hits), &[1.5, 0.5], 1e-14);
        assert!((solution.last() - 1.5).abs() < 1e-14);
    }
}

mod refusals {
    use super::*;

    #[track_caller]
    fn refused(event: Event<'_, f64>) -> Error {
        let failure = Ivp::new(&clock(), 0.0, 0.0..1.0).event(event).solve(Rk4, Fixed::steps(4)).unwrap_err();
        assert_eq!((failure.partial.last_time(), *failure.partial.last()), (0.0, 0.0));
        failure.error
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let event = || Event::crossing(|_t, y: &f64| y - 0.6);
        let invalid = |name, value, expected| Error::InvalidArgument { name, value, expected };
        assert_eq!(refused(event().stop_at(0)), invalid("stop_at", 0.0, "at least 1"));
        assert_eq!(refused(event().samples(0)), invalid("samples", 0.0, "from 1 to 10000"));
        let endless = f64::from(u32::MAX);
        assert_eq!(refused(event().samples(u32::MAX)), invalid("samples", endless, "from 1 to 10000"));
        assert_eq!(refused(event().time_tolerance(-1.0)), invalid("time_tolerance", -1.0, "finite and not negative"));
        let infinite = f64::INFINITY;
        let expected = invalid("time_tolerance", infinite, "finite and not negative");
        assert_eq!(refused(event().time_tolerance(infinite)), expected);
    }

    /// It is reported with the time at which it happens all the same.
    #[test]
    fn an_event_without_a_budget_must_not_happen() {
        let event = Event::rising(|t, _y: &f64| t - 0.625).at_most(0);
        let error = Ivp::new(&clock(), 0.0, 0.0..1.0).event(event).solve(Rk4, Fixed::steps(2)).unwrap_err().error;
        assert_eq!(error, Error::MaxEvents { event: 0, t: 0.625, hits: 0 });
        assert!(error.to_string().contains("t = 0.625"), "{error}");
    }

    #[test]
    fn a_function_that_is_not_a_number_is_named_with_its_time() {
        for poisoned in [0.0, 0.5, 0.6] {
            let bad = Event::crossing(move |t, _y: &f64| if t == poisoned { f64::NAN } else { t - 0.6 });
            let good = Event::crossing(|_t, y: &f64| y - 0.2);
            let failure = Ivp::new(&clock(), 0.0, 0.0..1.0)
                .save_at(&[0.0, 0.1, 0.9])
                .event(good)
                .event(bad)
                .solve(Rk4, Fixed::steps(4))
                .unwrap_err();
            let Error::NonFiniteEvent { event: 1, t, value } = failure.error else { panic!("{failure}") };
            assert!(t == poisoned && value.is_nan());
            let partial = &failure.partial;
            assert_eq!(partial.hits.len(), usize::from(poisoned > 0.2));
            assert_eq!(partial.y.len(), if poisoned == 0.0 { 1 } else { 2 });
            assert!(partial.last_time() < poisoned || poisoned == 0.0);
        }
    }

    #[test]
    fn a_reset_to_no_number_keeps_the_state_before_it() {
        let bad = Event::rising(|_t, y: &f64| y - 0.6).reset(|_t, y| *y = f64::NAN);
        for terminal in [false, true] {
            let bad = if terminal { bad.clone().terminal() } else { bad.clone() };
            let failure = Ivp::new(&clock(), 0.0, 0.0..1.0).event(bad).solve(Rk4, Fixed::steps(4)).unwrap_err();
            assert!(matches!(failure.error, Error::NonFinite { .. }), "{failure}");
            assert_eq!(failure.partial.last_time(), 0.5);
            assert!((failure.partial.last() - 0.5).abs() < 1e-15);
            assert_eq!(failure.partial.hits.len(), 1);
        }
    }

    /// Nor does a second event of the same time repair it.
    #[test]
    fn a_reset_to_infinity_is_not_hidden_by_the_next_one() {
        let to = |value: f64| Event::rising(|t, _y: &f64| t - 0.5).reset(move |_t, y| *y = value);
        let clock = clock();
        let problem = Ivp::new(&clock, 0.0, 0.0..1.0).event(to(f64::INFINITY)).event(to(0.0));
        let failure = problem.solve(Rk4, Fixed::steps(3)).unwrap_err();
        assert!(matches!(failure.error, Error::NonFinite { .. }), "{failure}");
        assert_eq!(failure.partial.hits.len(), 1);
    }

    #[test]
    fn a_reset_to_another_length_is_refused() {
        let field = ode(|_t, y: &Vec<f64>, dy: &mut Vec<f64>| dy.clone_from(y));
        let longer = Event::rising(|t, _y: &Vec<f64>| t - 0.5).reset(|_t, y| y.push(1.0));
        let failure = Ivp::new(&field, vec![1.0], 0.0..1.0).event(longer).solve(Rk4, Fixed::steps(3)).unwrap_err();
        assert_eq!(failure.error, Error::LengthMismatch { name: "after", found: 2, expected: 1 });
    }

    #[test]
    fn a_failing_solve_keeps_the_events_and_the_curve_before() {
        // y' = y² reaches 2 at 1/2 and leaves every bound at 1.
        let explodes = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        let failure = Ivp::new(&explodes, 1.0, 0.0..2.0)
            .dense()
            .event(Event::rising(|_t, y: &f64| y - 2.0))
            .event(Event::rising(|_t, y: &f64| y - 10.0))
            .solve(Dopri5, Pid::tolerance(1e-10))
            .unwrap_err();
        assert!(matches!(failure.error, Error::StepSizeUnderflow { .. } | Error::NonFinite { .. }), "{failure}");
        let partial = &failure.partial;
        assert_close(&times(&partial.hits), &[0.5, 0.9], 1e-9);
        assert!((partial.y.at(0.75).unwrap() - 4.0).abs() < 1e-8);
        let last = partial.last_time();
        assert!((last - 1.0).abs() < 1e-6);
        assert_eq!(partial.y.span().t1, last);
        assert_eq!(partial.y.at(1.5), Err(Error::OutsideSolution { time: 1.5, t0: 0.0, t1: last }));
        assert!(Error::from(failure).to_string().contains("t = "));
    }
}
