//! Adaptive steps: their lengths, their cost, and their independence of output and of the kind of state.

use std::f64::consts::{PI, TAU};

use nalgebra::{DMatrix, DVector, SMatrix, SVector, Vector2, Vector4, vector};
use rheos::dynamics::Counted;
use rheos::dynamics::problems::{Forced, VanDerPol};
use rheos::integrate::{Integration, Observer, Step, StepAction};
use rheos::solver::explicit::{Bosh3, Heun};
use rheos::solver::{Dense, Embedded, Method};
use rheos::state::{Passive, Span, Tolerances};
use rheos::{
    Controller, Dopri5, Dynamics, Error, Euler, Failure, Fixed, Ivp, Pid, Result, Rk4, Rodas5P, Solution, Solver,
    State, Stats, Tsit5, ode, solve,
};

/// The ends of all accepted steps.
#[derive(Default)]
struct Steps(Vec<(f64, f64)>);

impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Steps {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        self.0.push((step.t0, step.t1));
        Ok(StepAction::On)
    }
}

/// Solves with forced stops and returns the accepted steps.
#[track_caller]
fn steps<F, S, C>(f: &F, y0: &F::State, span: (f64, f64), stops: &[f64], solver: S, control: C) -> Vec<(f64, f64)>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    let mut steps = Steps::default();
    let integration =
        Integration { field: f, solver: &solver, control: &control, span: Span::from(span), stops, jumps: &[] };
    let stats = integration.run(y0.clone(), solver.workspace(f, y0), &mut steps).outcome.unwrap();
    let steps = steps.0;
    assert_eq!(stats.accepted as usize, steps.len());
    if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
        assert_eq!((first.0, last.1), span, "from end to end");
    }
    assert!(steps.windows(2).all(|pair| pair[0].1 == pair[1].0), "without gaps");
    steps
}

fn lengths(steps: &[(f64, f64)]) -> Vec<f64> {
    steps.iter().map(|(t0, t1)| (t1 - t0).abs()).collect()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |max: f64, x| max.max(x.abs()))
}

fn smallest(x: &[f64]) -> f64 {
    x.iter().fold(f64::INFINITY, |min: f64, x| min.min(x.abs()))
}

/// A field without any error, so that nothing but the limits decides on the steps.
fn still() -> impl Dynamics<State = f64> {
    ode(|_t, _y: &f64, dy: &mut f64| *dy = 0.0)
}

fn bits(y: &[Vector2<f64>]) -> Vec<[u64; 2]> {
    y.iter().map(|y| [y[0].to_bits(), y[1].to_bits()]).collect()
}

mod statistics {
    use super::*;

    fn stats<S, C>(solver: S, control: C, span: (f64, f64)) -> Stats
    where
        S: Solver<Counted<rheos::Autodiff<VanDerPol, 2, 1>>>,
        C: Controller<Counted<rheos::Autodiff<VanDerPol, 2, 1>>, S>,
    {
        let (f, y0) = VanDerPol::problem(5.0);
        let f = Counted::new(f);
        let solution = solve(&f, y0, span, solver, control).unwrap();
        assert_eq!(solution.stats.evaluations, f.evaluations());
        solution.stats
    }

    #[test]
    fn fixed_steps_cost_one_evaluation_per_stage() {
        let n = 500;
        let fixed = Fixed::steps(n as usize);
        let cost = |evaluations| Stats { evaluations, accepted: n, ..Stats::default() };
        assert_eq!(stats(Euler, fixed, (0.0, 1.0)), cost(n));
        assert_eq!(stats(Heun, fixed, (0.0, 1.0)), cost(2 * n));
        assert_eq!(stats(Rk4, fixed, (0.0, 1.0)), cost(4 * n));
        // The last stage of these is the first of the next step.
        assert_eq!(stats(Bosh3, fixed, (0.0, 1.0)), cost(3 * n + 1));
        assert_eq!(stats(Dopri5, fixed, (0.0, 1.0)), cost(6 * n + 1));
        assert_eq!(stats(Tsit5, fixed, (1.0, 0.0)), cost(6 * n + 1));
    }

    /// Without a margin of safety, about every other step is rejected.
    fn daring(tolerance: f64) -> Pid {
        Pid::tolerance(tolerance).coefficients(0.0, 1.0, 0.0).safety(1.0)
    }

    #[test]
    fn rejected_steps_are_counted_and_paid_for() {
        fn check(stats: Stats, stages: u64) {
            let Stats { evaluations, accepted, rejected, .. } = stats;
            assert!(accepted > 20 && rejected > 5, "{stats:?}");
            // One for the first slope, one to choose the first step, and all but one stage of every step.
            assert_eq!(evaluations, 2 + (stages - 1) * (accepted + rejected));
        }
        check(stats(Bosh3, daring(1e-6), (0.0, 12.0)), 4);
        check(stats(Dopri5, daring(1e-6), (0.0, 12.0)), 7);
        check(stats(Tsit5, daring(1e-6), (0.0, 12.0)), 7);
    }

    #[test]
    fn a_given_first_step_costs_nothing() {
        let Stats { evaluations, accepted, rejected, .. } =
            stats(Dopri5, Pid::tolerance(1e-6).first_step(1e-3), (0.0, 2.0));
        assert_eq!(evaluations, 1 + 6 * (accepted + rejected));
    }

    /// An embedded pair whose last stage is not the slope at the end of the step: the first stage is computed anew
    /// after each accepted step, and kept after a rejected one.
    #[test]
    fn pairs_without_a_shared_stage_are_counted_too() {
        struct HeunEuler; // Heun's method with the embedded solution of Euler's.
        impl rheos::solver::Tableau<2> for HeunEuler {
            const NAME: &'static str = "Heun–Euler 2(1)";
            const ORDER: u32 = 2;
            const C: [f64; 2] = [0.0, 1.0];
            const A: [[f64; 2]; 2] = [[0.0, 0.0], [1.0, 0.0]];
            const B: [f64; 2] = [0.5, 0.5];
        }
        impl rheos::solver::EmbeddedTableau<2> for HeunEuler {
            const EMBEDDED_ORDER: u32 = 1;
            const E: [f64; 2] = [-0.5, 0.5];
        }
        let pair = rheos::solver::explicit::Erk::<HeunEuler, 2>::new();
        let Stats { evaluations, accepted, rejected, .. } = stats(pair, daring(1e-5), (0.0, 12.0));
        assert!(rejected > 5);
        assert_eq!(evaluations, 1 + 2 * accepted + rejected);
    }
}

mod landing {
    use super::*;

    const SPANS: [(f64, f64); 8] = [
        (0.1, 0.7),
        (0.7, 0.1),
        (0.0, 1.0 / 3.0),
        (-0.3, 0.3),
        (1e9, 1e9 + 1.0),
        (1e9 + 0.7, 1e9 - 0.4),
        (-1e-9, 2e-9),
        (0.0, 1e9),
    ];

    fn inner_times((t0, t1): (f64, f64)) -> Vec<f64> {
        [0.0, 0.1, 1.0 / 3.0, 0.5, 0.5 + 1e-3, 0.7, 0.7, 1.0]
            .map(|x| if x == 1.0 { t1 } else { t0 + x * (t1 - t0) })
            .into()
    }

    #[test]
    fn every_solve_ends_exactly_where_it_was_told_to() {
        for span in SPANS {
            let length = (span.1 - span.0).abs();
            let scaled = ode(move |_t, y: &f64, dy: &mut f64| *dy = -y / length);
            for fixed in
                [Fixed::steps(7), Fixed::step(length / 7.0), Fixed::step(length * 0.3), Fixed::step(length * 9.0)]
            {
                steps(&scaled, &1.0, span, &[], Rk4, fixed);
            }
            for pid in [Pid::tolerance(1e-3), Pid::tolerance(1e-8), Pid::tolerance(1e-8).max_step(length / 7.0)] {
                steps(&scaled, &1.0, span, &[], Dopri5, pid);
                steps(&scaled, &1.0, span, &[], Bosh3, pid);
            }
            let solution = solve(&scaled, 1.0, span, Tsit5, Pid::tolerance(1e-6)).unwrap();
            assert_eq!(solution.last_time(), span.1);
        }
    }

    #[test]
    fn every_time_to_land_on_is_the_end_of_a_step() {
        for span in SPANS {
            let length = (span.1 - span.0).abs();
            let scaled = ode(move |_t, y: &f64, dy: &mut f64| *dy = -y / length);
            let times = inner_times(span);
            let check = |taken: &[(f64, f64)]| {
                for time in &times[1..] {
                    assert!(taken.iter().any(|step| step.1 == *time), "{time} in {span:?}");
                }
            };
            check(&steps(&scaled, &1.0, span, &times, Rk4, Fixed::steps(7)));
            check(&steps(&scaled, &1.0, span, &times, Rk4, Fixed::step(length * 0.3)));
            check(&steps(&scaled, &1.0, span, &times, Dopri5, Pid::tolerance(1e-6)));
            check(&steps(&scaled, &1.0, span, &times, Dopri5, Pid::tolerance(1e-6).max_step(length / 7.0)));

            let landed = Ivp::new(&scaled, 1.0, span).land_on(&times).solve(Dopri5, Pid::tolerance(1e-9)).unwrap();
            assert_eq!(landed.t, times);
            assert_eq!(landed.y.len(), times.len());
            assert_eq!((landed.y[0], landed.y[times.len() - 1]), (1.0, *landed.last()));
            for (t, y) in landed.t.iter().zip(&landed.y) {
                let exact = (-(t - span.0).abs() / length).exp();
                let exact = if span.1 < span.0 { 1.0 / exact } else { exact };
                assert!((y - exact).abs() < 1e-8, "{y} instead of {exact} at {t} in {span:?}");
            }
        }
    }

    #[test]
    fn a_uniform_grid_has_as_many_steps_as_fit() {
        let count = |span, step| steps(&still(), &1.0, span, &[], Rk4, Fixed::step(step)).len();
        // None of these divides without rounding.
        assert_eq!(count((0.1, 0.7), 0.1), 6);
        assert_eq!(count((0.7, 0.1), 0.1), 6);
        assert_eq!(count((0.0, 1.0), 0.1), 10);
        assert_eq!(count((0.0, 0.3), 0.1), 3);
        assert_eq!(count((-0.3, 0.3), 0.1), 6);
        assert_eq!(count((0.0, 100.0), 0.01), 10_000);
        // A rest is a step of its own.
        assert_eq!(count((0.0, 1.0), 0.3), 4);
        assert_eq!(count((0.0, 1.0), 0.999), 2);
        assert_eq!(count((0.0, 1.0), 5.0), 1);
    }

    #[test]
    fn no_step_of_a_uniform_grid_is_the_rounding_of_the_times() {
        // At 1e9, times are 1.2e-7 apart.
        for t1 in [1e9 + 0.3, 1e9 + 0.7, 1e9 + 1.1, 1e9 + 3.7] {
            let taken = lengths(&steps(&still(), &1.0, (1e9, t1), &[], Rk4, Fixed::step(0.1)));
            let expected = ((t1 - 1e9) / 0.1).round() as usize;
            assert_eq!(taken.len(), expected, "shortest step {:e} to {t1}", smallest(&taken));
        }
    }

    #[test]
    fn no_step_is_a_sliver_before_the_end() {
        let h = 0.1;
        for n in [1.0, 3.0, 7.0] {
            for excess in [-1e-2, -1e-12, -1e-16, 0.0, 1e-16, 1e-15, 1e-12, 1e-6, 1e-3, 1e-2, 0.5] {
                for span in [(0.0, (n + excess) * h), (1.0, 1.0 - (n + excess) * h)] {
                    let control = Pid::tolerance(1e-6).first_step(h).max_step(h);
                    let taken = lengths(&steps(&still(), &1.0, span, &[], Dopri5, control));
                    assert!(smallest(&taken) > 0.49 * h, "{n} {excess:e}: {taken:?}");
                }
            }
        }
    }

    #[test]
    fn no_step_is_a_sliver_before_a_time_to_land_on() {
        let h = 0.1;
        for excess in [1e-15, 1e-12, 1e-6, 1e-3] {
            let stops = [0.3 + excess, 0.7 - excess];
            let control = Pid::tolerance(1e-6).first_step(h).max_step(h);
            let taken = lengths(&steps(&still(), &1.0, (0.0, 1.0), &stops, Dopri5, control));
            assert!(smallest(&taken) > 0.49 * h, "{excess:e}: {taken:?}");
        }
    }

    #[test]
    fn landing_costs_steps_but_does_not_change_the_grid_of_fixed_ones() {
        let stops = [0.1, 0.35, 0.5, 0.72];
        let taken = steps(&still(), &1.0, (0.0, 1.0), &stops, Rk4, Fixed::step(0.25));
        let ends: Vec<f64> = taken.iter().map(|step| step.1).collect();
        assert_eq!(ends, [0.1, 0.25, 0.35, 0.5, 0.72, 0.75, 1.0]);
    }

    #[test]
    fn a_step_cut_short_to_land_does_not_shorten_the_next_one() {
        let control = Pid::tolerance(1e-6).first_step(0.25).max_step(0.25);
        let taken = steps(&still(), &1.0, (0.0, 1.0), &[0.01], Dopri5, control);
        let ends: Vec<f64> = taken.iter().map(|step| step.1).collect();
        assert_eq!(ends[..2], [0.01, 0.26]);
    }
}

mod limits {
    use super::*;

    /// Kepler's problem on an ellipse of eccentricity 0.95, from the far end and once around: the steps shrink smoothly
    /// towards the near end, and grow again.
    fn ellipse() -> (impl Dynamics<State = Vector4<f64>>, Vector4<f64>) {
        let f = ode(|_t, y: &Vector4<f64>, dy: &mut Vector4<f64>| {
            let r3 = y[0].hypot(y[1]).powi(3);
            *dy = vector![y[2], y[3], -y[0] / r3, -y[1] / r3];
        });
        (f, vector![1.95, 0.0, 0.0, (0.05_f64 / 1.95).sqrt()])
    }

    fn varied(control: Pid) -> Vec<f64> {
        let (f, y0) = ellipse();
        lengths(&steps(&f, &y0, (0.0, TAU), &[], Dopri5, control))
    }

    #[test]
    fn the_problem_asks_for_very_different_steps() {
        let free = varied(Pid::tolerance(1e-6));
        assert!(largest(&free) > 100.0 * smallest(&free), "{} {}", largest(&free), smallest(&free));
    }

    #[test]
    fn no_step_is_longer_than_the_longest_allowed() {
        let limit = 0.01;
        let taken = varied(Pid::tolerance(1e-6).max_step(limit));
        assert!(largest(&taken) <= limit * (1.0 + 1e-10), "{:e}", largest(&taken));
        assert!(taken.iter().filter(|&&h| h > 0.99 * limit).count() > 100, "the limit is reached");
        // Not even the last one, for the sake of a step less.
        for excess in [0.0, 0.001, 0.005, 0.009, 0.011, 0.3] {
            let control = Pid::tolerance(1e-6).first_step(1.0).max_step(limit);
            let taken = lengths(&steps(&still(), &1.0, (0.0, limit * (5.0 + excess)), &[], Tsit5, control));
            assert!(largest(&taken) <= limit * (1.0 + 1e-10), "{excess}: {:e}", largest(&taken));
        }
    }

    /// Rounding in `t + h` must not look like a step that was cut short, which would say nothing about the next one.
    #[test]
    fn steps_shrink_where_the_error_grows() {
        for safety in [0.9, 0.5, 0.3] {
            let taken = varied(Pid::tolerance(1e-6).safety(safety));
            // A rejection holds back the growth after it, so that two equal steps may follow each other.
            let stuck = taken.windows(3).position(|h| largest(h) - smallest(h) < 1e-12 * h[0]);
            assert_eq!(stuck.map(|i| &taken[i..i + 3]), None, "with a factor of safety of {safety}");
        }
    }

    #[test]
    fn no_step_is_shorter_than_the_shortest_allowed() {
        // With a small factor of safety the steps shrink below the limit without a rejection.
        for safety in [0.9, 0.5, 0.3] {
            let control = Pid::tolerance(1e-6).safety(safety);
            let limit = 4.0 * smallest(&varied(control));
            let (f, y0) = ellipse();
            let solved = Ivp::new(&f, y0, 0.0..TAU).save_every(1).solve(Dopri5, control.min_step(limit));
            let (end, times) = match solved {
                // The two last steps share the rest of the span.
                Ok(solution) => (2, solution.t),
                Err(failure) => {
                    assert!(
                        matches!(failure.error, Error::StepSizeUnderflow { h, min, .. } if min == limit && h < min)
                    );
                    (0, failure.partial.t)
                }
            };
            let taken: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let taken = &taken[..taken.len() - end];
            assert!(taken.len() > 10);
            assert!(smallest(taken) >= limit * (1.0 - 1e-10), "{:e} < {limit:e}", smallest(taken));
        }
    }

    #[test]
    fn a_tolerance_that_needs_shorter_steps_than_allowed_is_not_met() {
        let control = Pid::tolerance(1e-6);
        let limit = 4.0 * smallest(&varied(control));
        let (f, y0) = ellipse();
        let failure = solve(&f, y0, 0.0..TAU, Dopri5, control.min_step(limit)).unwrap_err();
        let Error::StepSizeUnderflow { t, h, min } = failure.error else { panic!("{}", failure.error) };
        assert_eq!((t, min), (failure.partial.last_time(), limit));
        assert!(h < limit && t < PI, "before the near end");
    }

    /// An error just above the tolerance, without a margin of safety, asks for the same step again.
    #[test]
    fn a_rejected_step_is_not_tried_again() {
        let (f, y0) = VanDerPol::problem(5.0);
        for safety in [1.0, 0.9] {
            let control = Pid::tolerance(1e-6).coefficients(0.0, 1.0, 0.0).safety(safety).max_steps(5_000);
            let solution = solve(&f, y0, 0.0..12.0, Bosh3, control).unwrap();
            assert!(solution.stats.rejected <= solution.stats.accepted, "{:?}", solution.stats);
        }
    }

    #[test]
    fn the_first_step_is_the_one_asked_for() {
        let (f, y0) = Forced::problem();
        let first = |control| lengths(&steps(&f, &y0, (0.0, 2.0), &[], Dopri5, control))[0];
        let pid = Pid::tolerance(1e-6);
        for h in [1e-6, 1e-3, 0.0123] {
            assert_eq!(first(pid.first_step(h)), h);
        }
        // Too long a one is rejected and shortened.
        assert!(first(pid.first_step(2.0)) < 1.0);
        // The estimate is of the right size: neither many steps to grow nor many rejections.
        let estimated = first(pid);
        assert!(estimated > 1e-3 && estimated < 0.5, "{estimated}");
    }
}

mod symmetry {
    use super::*;

    /// Every number of a backward solve is the number of the forward solve of the mirrored problem, with the other
    /// sign.
    #[test]
    fn backwards_is_forwards_in_reversed_time() {
        fn check<S>(solver: S, span: (f64, f64))
        where
            S: Copy + Dense<Field> + Dense<Mirrored> + Embedded<Field> + Embedded<Mirrored>,
        {
            let y0 = Forced::exact(span.0);
            let (f, _) = Forced::problem();
            let mirrored = Mirrored(f);
            let pid = Pid::tolerance(1e-8);
            let a = Ivp::new(&f, y0, span).save_every(1).solve(solver, pid).unwrap();
            let b = Ivp::new(&mirrored, y0, (-span.0, -span.1)).save_every(1).solve(solver, pid).unwrap();
            assert!(a.t.len() > 10);
            assert_eq!(a.stats, b.stats);
            assert_eq!(a.t, b.t.iter().map(|t| -t).collect::<Vec<_>>());
            assert_eq!(bits(&a.y), bits(&b.y));
            let times = [0.75, 0.5, 0.25].map(|x| span.1 + x * (span.0 - span.1));
            let mirrored_times = times.map(|t| -t);
            let a = Ivp::new(&f, y0, span).save_at(&times).solve(solver, Fixed::steps(9)).unwrap();
            let b = Ivp::new(&mirrored, y0, (-span.0, -span.1)).save_at(&mirrored_times);
            let b = b.solve(solver, Fixed::steps(9)).unwrap();
            assert_eq!(bits(&a.y), bits(&b.y));
        }
        type Field = rheos::Autodiff<Forced, 2, 0>;
        struct Mirrored(Field);
        impl Dynamics for Mirrored {
            type State = Vector2<f64>;
            fn eval(&self, t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
                self.0.eval(-t, y, dy);
                *dy = -*dy;
            }
        }
        for span in [(2.0, 0.0), (0.0, 2.0), (1.5, -0.5)] {
            check(Bosh3, span);
            check(Dopri5, span);
            check(Tsit5, span);
        }
    }

    #[test]
    fn there_and_back_again() {
        let (f, y0) = Forced::problem();
        let tight = Pid::tolerance(1e-11);
        let there = solve(&f, y0, 0.0..3.0, Dopri5, tight).unwrap();
        let back = solve(&f, *there.last(), 3.0..0.0, Dopri5, tight).unwrap();
        assert!((back.last() - y0).amax() < 1e-8, "{}", back.last() - y0);
    }
}

mod output {
    use super::*;

    fn check<S>(solver: S, span: (f64, f64))
    where
        S: Copy + Dense<rheos::Autodiff<Forced, 2, 0>> + Embedded<rheos::Autodiff<Forced, 2, 0>>,
    {
        let (f, _) = Forced::problem();
        let y0 = Forced::exact(span.0);
        let at = |x: f64| if x == 1.0 { span.1 } else { span.0 + x * (span.1 - span.0) };
        let times: Vec<f64> = [0.0, 0.0, 0.013, 0.2, 0.2, 0.21, 0.5, 0.999, 1.0, 1.0].map(at).into();
        let problem = || Ivp::new(&f, y0, span);
        let controls = Pid::tolerance(1e-9);

        let plain = problem().solve(solver, controls).unwrap();
        let every = problem().save_every(1).solve(solver, controls).unwrap();
        let saved = problem().save_at(&times).solve(solver, controls).unwrap();
        assert!(plain.stats.accepted > 5);
        for other in [&every, &saved] {
            assert_eq!(other.stats, plain.stats);
            assert_eq!(bits(&[*other.last()]), bits(&[*plain.last()]));
            assert_eq!(other.last_time(), plain.last_time());
        }
        // The ends are the initial state and the last one, not the interpolant there.
        assert_eq!(saved.t, times);
        assert_eq!(bits(&saved.y[..2]), bits(&[y0; 2]));
        assert_eq!(bits(&saved.y[8..]), bits(&[*plain.last(); 2]));
        // The problem multiplies an error by at most exp(max sin − min sin) = e².
        let growth = 2.0_f64.exp();
        for (t, y) in saved.t.iter().zip(&saved.y) {
            let error = (y - Forced::exact(*t)).amax();
            assert!(error < 50.0 * 1e-9 * growth, "{error:e} at {t}");
        }
        // Times of accepted steps give the states there.
        let on_steps = problem().save_at(&every.t).solve(solver, controls).unwrap();
        assert_eq!(on_steps.t, every.t);
        assert_eq!(bits(&on_steps.y), bits(&every.y));

        let fixed = problem().solve(solver, Fixed::steps(11)).unwrap();
        let saved = problem().save_at(&times).solve(solver, Fixed::steps(11)).unwrap();
        assert_eq!((fixed.stats, bits(&[*fixed.last()])), (saved.stats, bits(&[*saved.last()])));
        assert_eq!(bits(&saved.y[8..]), bits(&[*fixed.last(); 2]));
    }

    #[test]
    fn saving_states_does_not_change_the_steps() {
        for span in [(0.0, 2.0), (2.0, 0.0), (0.1, 0.7)] {
            check(Bosh3, span);
            check(Dopri5, span);
            check(Tsit5, span);
        }
    }

    #[test]
    fn every_nth_step_is_kept() {
        let (f, y0) = Forced::problem();
        let all = Ivp::new(&f, y0, 0.0..1.0).save_every(1).solve(Rk4, Fixed::steps(10)).unwrap();
        let third = Ivp::new(&f, y0, 0.0..1.0).save_every(3).solve(Rk4, Fixed::steps(10)).unwrap();
        assert_eq!(all.t.len(), 11);
        assert_eq!(third.t, [all.t[0], all.t[3], all.t[6], all.t[9]]);
        assert_eq!(bits(&third.y), bits(&[all.y[0], all.y[3], all.y[6], all.y[9]]));
        assert_eq!(third.last(), all.last());
    }

    #[test]
    fn the_same_solve_gives_the_same_bits() {
        let (f, y0) = VanDerPol::problem(5.0);
        let run = || Ivp::new(&f, y0, 0.0..12.0).save_every(1).solve(Tsit5, Pid::tolerance(1e-7)).unwrap();
        let (a, b) = (run(), run());
        assert!(a.stats.rejected > 0);
        assert_eq!(a.t, b.t);
        assert_eq!(bits(&a.y), bits(&b.y));
        assert_eq!(a.stats, b.stats);
    }
}

mod accuracy {
    use super::*;

    /// The ratio of error to tolerance may vary by this factor over six orders of magnitude.
    const FACTOR: f64 = 10.0;

    fn check<S>(solver: S)
    where
        S: Copy + Method + Embedded<rheos::Autodiff<Forced, 2, 0>>,
    {
        let (f, y0) = Forced::problem();
        let ratios: Vec<f64> = (4..=10)
            .map(|k| {
                let tolerance = 10.0_f64.powi(-k);
                // The error at the worst of several ends: at a single one it may pass through zero.
                let error = (1..=8).map(f64::from).fold(0.0_f64, |max, t1| {
                    let control = Pid::tolerance(tolerance).max_steps(1_000_000);
                    let solution = solve(&f, y0, 0.0..t1, solver, control).unwrap();
                    max.max((solution.last() - Forced::exact(t1)).amax())
                });
                error / tolerance
            })
            .collect();
        assert!(largest(&ratios) / smallest(&ratios) < FACTOR, "{}: {ratios:?}", S::NAME);
        // Errors of u grow by up to e² = 7.4 on the way.
        assert!(largest(&ratios) < 100.0, "{}: {ratios:?}", S::NAME);
    }

    #[test]
    fn the_error_is_proportional_to_the_tolerance() {
        check(Bosh3);
        check(Dopri5);
        check(Tsit5);
    }

    #[test]
    fn single_precision_is_solved_to_its_own_accuracy() {
        let f = ode(|_t, y: &SVector<f32, 2>, dy: &mut SVector<f32, 2>| *dy = vector![y[1], -y[0]]);
        let exact = |t: f64| vector![t.cos() as f32, -t.sin() as f32];
        let error = |y: &SVector<f32, 2>, t: f64| (y - exact(t)).amax();
        let y0 = exact(0.0);
        let adaptive = solve(&f, y0, 0.0..3.0, Dopri5, Pid::tolerance(1e-6)).unwrap();
        assert!(error(adaptive.last(), 3.0) < 2e-5, "{}", error(adaptive.last(), 3.0));
        let fixed = solve(&f, y0, 0.0..3.0, Rk4, Fixed::steps(60)).unwrap();
        assert!(error(fixed.last(), 3.0) < 30.0 * f32::EPSILON, "{}", error(fixed.last(), 3.0));
        let saved = Ivp::new(&f, y0, 0.0..3.0).save_at(&[0.77, 2.9]).solve(Tsit5, Pid::tolerance(1e-5)).unwrap();
        for (t, y) in saved.t.iter().zip(&saved.y) {
            assert!(error(y, *t) < 2e-4, "{}", error(y, *t));
        }
        // A tolerance below the rounding of the state cannot be met, whatever the method.
        let failure = solve(&f, y0, 0.0..3.0, Dopri5, Pid::tolerance(1e-9)).unwrap_err();
        assert!(matches!(failure.error, Error::ToleranceBelowRounding { .. }), "{failure}");
        let each = Pid::tolerances(Tolerances { rtol: vector![1e-9, 1e-4], atol: vector![1e-9, 1e-4] });
        let failure = solve(&f, y0, 0.0..3.0, Rodas5P, each).unwrap_err();
        assert!(matches!(failure.error, Error::ToleranceBelowRounding { .. }), "{failure}");
    }
}

mod states {
    use super::*;

    const SPAN: (f64, f64) = (0.0, 12.0);
    const TIMES: [f64; 4] = [0.5, 3.0, 7.7, 12.0];

    /// Van der Pol's oscillator on a state with two coordinates.
    fn oscillator(x: f64, v: f64) -> [f64; 2] {
        [v, 5.0 * (1.0 - x * x) * v - x]
    }

    /// The coordinates at [`TIMES`], and the cost.
    fn coordinates<Y: State>(solved: Result<Solution<Y>, Box<Failure<Y>>>) -> (Vec<f64>, Stats) {
        let Ok(solution) = solved else { panic!("the solve failed") };
        (solution.y.iter().flat_map(State::coordinates).collect(), solution.stats)
    }

    fn adaptive<Y: State>(y0: Y, rhs: impl Fn(&Y, &mut Y)) -> (Vec<f64>, Stats) {
        let f = ode(|_t, y: &Y, dy: &mut Y| rhs(y, dy));
        coordinates(Ivp::new(&f, y0, SPAN).save_at(&TIMES).solve(Dopri5, Pid::tolerance(1e-7)))
    }

    fn fixed<Y: State>(y0: Y, rhs: impl Fn(&Y, &mut Y)) -> (Vec<f64>, Stats) {
        let f = ode(|_t, y: &Y, dy: &mut Y| rhs(y, dy));
        coordinates(Ivp::new(&f, y0, SPAN).save_at(&TIMES).solve(Rk4, Fixed::steps(2000)))
    }

    macro_rules! every_kind {
        ($solver:ident) => {
            [
                $solver([2.0, 0.0], |y: &[f64; 2], dy: &mut [f64; 2]| *dy = oscillator(y[0], y[1])),
                $solver(vec![2.0, 0.0], |y: &Vec<f64>, dy: &mut Vec<f64>| *dy = oscillator(y[0], y[1]).into()),
                $solver((2.0, 0.0), |y: &(f64, f64), dy: &mut (f64, f64)| *dy = oscillator(y.0, y.1).into()),
                $solver(
                    ([2.0], DVector::from_element(1, 0.0)),
                    |y: &([f64; 1], DVector<f64>), dy: &mut ([f64; 1], DVector<f64>)| {
                        [dy.0[0], dy.1[0]] = oscillator(y.0[0], y.1[0]);
                    },
                ),
                $solver(vector![2.0, 0.0], |y: &Vector2<f64>, dy: &mut Vector2<f64>| {
                    *dy = oscillator(y[0], y[1]).into()
                }),
                $solver(SMatrix::<f64, 1, 2>::new(2.0, 0.0), |y: &SMatrix<f64, 1, 2>, dy: &mut SMatrix<f64, 1, 2>| {
                    [dy[0], dy[1]] = oscillator(y[0], y[1]);
                }),
                $solver(DVector::from_vec(vec![2.0, 0.0]), |y: &DVector<f64>, dy: &mut DVector<f64>| {
                    [dy[0], dy[1]] = oscillator(y[0], y[1])
                }),
                $solver(DMatrix::from_vec(2, 1, vec![2.0, 0.0]), |y: &DMatrix<f64>, dy: &mut DMatrix<f64>| {
                    [dy[0], dy[1]] = oscillator(y[0], y[1])
                }),
            ]
        };
    }

    fn assert_all_equal(runs: &[(Vec<f64>, Stats)]) {
        let (expected, stats) = &runs[0];
        let scale = largest(expected);
        for (i, (found, other)) in runs.iter().enumerate() {
            assert_eq!(other, stats, "kind {i}");
            let worst = found.iter().zip(expected).fold(0.0_f64, |max, (a, b)| max.max((a - b).abs()));
            assert!(found.len() == expected.len() && worst <= 1e-12 * scale, "kind {i}: {worst:e}");
        }
    }

    #[test]
    fn every_kind_of_state_gives_the_same_adaptive_trajectory() {
        let runs = every_kind!(adaptive);
        assert!(runs[0].1.accepted > 50);
        assert_all_equal(&runs);
    }

    #[test]
    fn every_kind_of_state_gives_the_same_fixed_trajectory() {
        assert_all_equal(&every_kind!(fixed));
    }

    #[test]
    fn a_number_is_a_vector_of_one_component() {
        let rate = |y: f64| y * (1.0 - y) * 3.0;
        let runs = [
            adaptive(0.01, |y: &f64, dy: &mut f64| *dy = rate(*y)),
            adaptive([0.01], |y: &[f64; 1], dy: &mut [f64; 1]| *dy = [rate(y[0])]),
            adaptive(vector![0.01], |y: &SVector<f64, 1>, dy: &mut SVector<f64, 1>| *dy = vector![rate(y[0])]),
            adaptive(DVector::from_element(1, 0.01), |y: &DVector<f64>, dy: &mut DVector<f64>| dy[0] = rate(y[0])),
        ];
        assert_all_equal(&runs);
    }

    /// Long vectors take another path through memory than short ones.
    #[test]
    fn a_batch_of_equal_samples_moves_like_one_sample() {
        type Batch = SMatrix<f64, 2, 20>;
        let start = vector![2.0, 0.0];
        let flow = |y: &Vector2<f64>| vector![y[1], -y[0].sin()];
        let f = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = flow(y));
        let batch = ode(|_t, y: &Batch, dy: &mut Batch| {
            for (y, mut dy) in y.column_iter().zip(dy.column_iter_mut()) {
                dy.copy_from(&flow(&y.into()));
            }
        });
        let many_starts = Batch::from_columns(&[start; 20]);
        let one = Ivp::new(&f, start, SPAN).save_at(&TIMES).solve(Dopri5, Fixed::steps(300)).unwrap();
        let many = Ivp::new(&batch, many_starts, SPAN).save_at(&TIMES).solve(Dopri5, Fixed::steps(300)).unwrap();
        assert_eq!(many.stats, one.stats);
        for (many, one) in many.y.iter().zip(&one.y) {
            assert_eq!(*many, Batch::from_columns(&[*one; 20]));
        }
        // The mean of twenty equal errors is rounded differently, so that the steps are not quite the same.
        let one = solve(&f, start, SPAN, Dopri5, Pid::tolerance(1e-9)).unwrap();
        let many = solve(&batch, many_starts, SPAN, Dopri5, Pid::tolerance(1e-9)).unwrap();
        assert!(many.stats.accepted.abs_diff(one.stats.accepted) <= 2, "{:?} {:?}", many.stats, one.stats);
        assert!((many.last().column(0) - one.last()).amax() < 1e-7);
    }

    #[test]
    fn passive_parts_do_not_change_the_steps() {
        let plain = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = oscillator(y[0], y[1]));
        // A quadrature that would ask for very small steps, and an input that is held.
        type Beside = ([f64; 2], Passive<f64>, Passive<DVector<f64>>);
        let beside = ode(|t: f64, y: &Beside, dy: &mut Beside| {
            dy.0 = oscillator(y.0[0], y.0[1]);
            dy.1.0 = 1e3 * (1e3 * t).sin();
            dy.2.set_zeros();
        });
        let y0 = ([2.0, 0.0], Passive(0.0), Passive(DVector::from_vec(vec![1e6, -1e6])));
        let control = Pid::tolerance(1e-6);
        let a = Ivp::new(&plain, [2.0, 0.0], SPAN).save_every(1).solve(Dopri5, control).unwrap();
        let b = Ivp::new(&beside, y0.clone(), SPAN).save_every(1).solve(Dopri5, control).unwrap();
        assert!(a.stats.rejected > 0);
        assert_eq!(a.stats, b.stats);
        assert_eq!(a.t, b.t);
        for (a, b) in a.y.iter().zip(&b.y) {
            assert_eq!(*a, b.0);
            assert_eq!(b.2, y0.2);
        }
        // As an active part, the same quadrature does.
        let active = ode(|t: f64, y: &([f64; 2], f64), dy: &mut ([f64; 2], f64)| {
            dy.0 = oscillator(y.0[0], y.0[1]);
            dy.1 = 1e3 * (1e3 * t).sin();
        });
        let c = solve(&active, ([2.0, 0.0], 0.0), SPAN, Dopri5, control).unwrap();
        assert!(c.stats.accepted > 10 * a.stats.accepted);
    }
}
