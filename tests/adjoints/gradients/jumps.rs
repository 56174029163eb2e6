//! Declared jumps of the field: in the gradient as in the solve.

use nalgebra::{Matrix1, Vector1, vector};
use rheos::adjoint::{Checkpoints, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::dynamics::{Jacobian, Neighbourhood, SecondOrderVjp};
use rheos::solver::DefaultSolver;
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::Esdirk547;
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, FixedBdf};
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::rosenbrock::Rodas4P;
use rheos::{
    Adjoint, BacksolveAdjoint, Bdf, Controller, Differentiable, DifferentiableEvent, DiscreteAdjoint, Dopri5, Dynamics,
    Error, Fixed, Ivp, Parametric, Pid, RadauIIA5, ReversibleAdjoint, Rk4, Rodas5P, Solver, Tsit5,
};

use crate::common::frozen_grid::derivative_within;
use crate::common::relative_error;

type Y = Vector1<f64>;

/// A field that is one thing before a time and another behind it, and nothing at that time itself.
#[derive(Clone, Copy)]
struct Switched {
    at: f64,
    rate: f64,
    law: Law,
}

/// The slopes before and behind, for the rate `u`, with their derivatives in `(t, y, u)`.
type Law = fn(bool, f64, f64, f64) -> (f64, [f64; 3]);

/// `y' = −y`, and `y' = u − y` behind.
fn dose(behind: bool, _: f64, y: f64, u: f64) -> (f64, [f64; 3]) {
    if behind { (u - y, [0.0, -1.0, 1.0]) } else { (-y, [0.0, -1.0, 0.0]) }
}

/// Something that is linear in nothing.
fn curved(behind: bool, t: f64, y: f64, u: f64) -> (f64, [f64; 3]) {
    if behind {
        (u * t.cos() - y.sin(), [-u * t.sin(), -y.cos(), t.cos()])
    } else {
        (t.sin() - (u * y).sin(), [t.cos(), -u * (u * y).cos(), -y * (u * y).cos()])
    }
}

impl Switched {
    fn law(&self, t: f64, y: &Y) -> (f64, [f64; 3]) {
        if t == self.at {
            return (f64::NAN, [f64::NAN; 3]);
        }
        (self.law)(t > self.at, t, y[0], self.rate)
    }
}

impl Dynamics for Switched {
    type State = Y;
    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        dy[0] = self.law(t, y).0;
    }
}

impl Parametric for Switched {
    type Params = f64;
    fn params(&self) -> f64 {
        self.rate
    }
    fn set_params(&mut self, rate: &f64) {
        self.rate = *rate;
    }
}

impl Differentiable for Switched {
    type Trace = ();
    fn vjp(&self, t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut f64) -> f64 {
        let [in_time, in_y, in_rate] = self.law(t, y).1;
        ybar[0] += w[0] * in_y;
        *pbar += w[0] * in_rate;
        w[0] * in_time
    }
}

impl Jacobian for Switched {
    fn jacobian(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>) -> Matrix1<f64> {
        Matrix1::new(self.law(t, y).1[1])
    }
    fn time_derivative(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>, out: &mut Y) {
        out[0] = self.law(t, y).1[0];
    }
}
/// By differences.
impl SecondOrderVjp for Switched {}

const RATE: f64 = 1.7;
const START: f64 = 0.8;

/// The saved states, at 0.5, at the jump and at 1.5, and their weights.
const TIMES: [f64; 3] = [0.5, 1.0, 1.5];
const WEIGHTS: [f64; 3] = [0.3, -1.1, 0.7];

/// A derivative with respect to `y0`, `u`, the output times, the start, the end and the jump.
type Derivatives = [f64; 8];

/// Of `y(t)`, from `y(0) = y0` on.
fn later(t: f64) -> (f64, f64, f64, f64) {
    let before = START * (-t).exp();
    if t > 1.0 {
        let left = (1.0 - t).exp();
        (before + RATE * (1.0 - left), (-t).exp(), 1.0 - left, -RATE * left)
    } else {
        (before, (-t).exp(), 0.0, 0.0)
    }
}

/// Of `y(t)`, from `y(2) = y0` on, backwards.
fn earlier(t: f64) -> (f64, f64, f64, f64) {
    let behind = RATE + (START - RATE) * (2.0 - t).exp();
    if t < 1.0 {
        let grown = (1.0 - t).exp();
        ((START - RATE) * (2.0 - t).exp() + RATE * grown, (2.0 - t).exp(), grown - (2.0 - t).exp(), RATE * grown)
    } else {
        (behind, (2.0 - t).exp(), 1.0 - (2.0 - t).exp(), 0.0)
    }
}

/// The derivatives of `Σ w y(tᵢ)`; `before` says on which side of the jump a time is, in the direction of the solve.
fn expected(backwards: bool) -> ([f64; 3], Derivatives) {
    let of = if backwards { earlier } else { later };
    let (mut y, mut sum) = ([0.0; 3], [0.0; 8]);
    for (i, (t, w)) in TIMES.into_iter().zip(WEIGHTS).enumerate() {
        let (value, in_start, in_rate, in_jump) = of(t);
        y[i] = value;
        sum[0] += w * in_start;
        sum[1] += w * in_rate;
        // An output at the jump is on the side that the solve comes from.
        let behind = t > 1.0 || (backwards && t == 1.0);
        sum[2 + i] = w * dose(behind, t, value, RATE).0;
        sum[7] += w * in_jump;
    }
    // The end is behind all outputs, and a later start is an earlier state there.
    let first = if backwards { START - RATE } else { START };
    sum[5] = sum[0] * first;
    (y, sum)
}

fn check<S, C, A>(name: &str, (solver, control, adjoint): (S, C, A), tolerance: f64)
where
    S: Solver<Switched> + Clone,
    C: Controller<Switched, S> + Clone,
    A: Adjoint<Switched, S, C>,
{
    let f = Switched { at: 1.0, rate: RATE, law: dose };
    for backwards in [false, true] {
        let (y, derivatives) = expected(backwards);
        let (mut times, mut w, mut y, mut derivatives) = (TIMES, WEIGHTS.map(|w| vector![w]), y, derivatives);
        let span = if backwards { (2.0, 0.0) } else { (0.0, 2.0) };
        if backwards {
            times.reverse();
            w.reverse();
            y.reverse();
            derivatives[2..5].reverse();
        }
        let jumps = [5.0, 1.0];
        let problem = || Ivp::new(&f, vector![START], span).jumps_at(&jumps);
        let method = || (solver.clone(), control.clone());
        let (solver, control) = method();
        let run = problem().save_at(&times).forward(solver, control, &adjoint).unwrap();
        let (values, found) = (run.y.concat(), run.backward(&w).unwrap());
        let (solver, control) = method();
        let run = problem().land_on(&times).forward(solver, control, &adjoint).unwrap();
        for (values, found) in [(values, found), (run.y.concat(), run.backward(&w).unwrap())] {
            assert!(relative_error(&values, &y) < tolerance, "{name}: {values:?} {y:?}");
            let [a, b, c] = found.times[..] else { panic!("{:?}", found.times) };
            let all = [found.y0[0], found.params, a, b, c, found.t0, found.t1, found.jumps[1]];
            let error = relative_error(&all, &derivatives);
            assert!(error < tolerance, "{name}, {span:?}: {error:e}\n{all:?}\n{derivatives:?}");
            assert_eq!(found.jumps[0], 0.0);
        }
    }
}

/// The derivatives of a list of states, as one list of numbers.
trait Concat {
    fn concat(&self) -> Vec<f64>;
}

impl Concat for Vec<Y> {
    fn concat(&self) -> Vec<f64> {
        self.iter().map(|y| y[0]).collect()
    }
}

#[test]
fn every_adjoint_goes_across_a_jump() {
    let (pid, steps) = (Pid::tolerance(1e-10), Fixed::steps(50));
    let discrete = DiscreteAdjoint::new();
    check("Dopri5", (Dopri5, pid, discrete), 1e-8);
    check("Dopri5, fixed", (Dopri5, steps, discrete), 1e-8);
    check("Rk4", (Rk4, Fixed::step(0.02), discrete), 1e-6);
    check("Tsit5, slots", (Tsit5, pid, discrete.checkpoints(Checkpoints::Slots(3))), 1e-8);
    check("Tsit5, every fifth", (Tsit5, steps, discrete.checkpoints(Checkpoints::Every(5))), 1e-8);
    check("Esdirk547", (Esdirk547, pid, discrete), 1e-8);
    check("Radau", (RadauIIA5, steps, discrete), 1e-8);
    check("Rodas5P", (Rodas5P, pid, discrete), 1e-8);
    check("Rodas4P, fixed", (Rodas4P, steps, discrete), 1e-6);
    check("automatic", (DefaultSolver::default(), pid, discrete), 1e-8);
    check("Adams", (Adams, pid, discrete), 1e-7);
    check("Adams, slots", (Adams, pid, discrete.checkpoints(Checkpoints::Slots(3))), 1e-7);
    check("Bdf", (Bdf, pid, discrete), 1e-5);
    check("AdamsBashforth", (AdamsBashforth::<4>, Fixed::steps(500), discrete), 1e-8);
    check("AdamsMoulton", (AdamsMoulton::<4>, Fixed::steps(500), discrete), 1e-8);
    check("FixedBdf", (FixedBdf::<4>::new(), Fixed::steps(500), discrete), 1e-6);
    let undo = ReversibleAdjoint::new();
    check("Reversible, coupled", (Coupled::new(Dopri5), pid, undo), 1e-8);
    check("Reversible Heun", (ReversibleHeun, Fixed::steps(4000), undo), 1e-6);
    check("Alf", (Alf, Fixed::steps(4000), undo), 1e-6);
    check("Backsolve", (Dopri5, pid, BacksolveAdjoint::new(Dopri5, pid)), 1e-7);
    check("Backsolve, fixed", (Dopri5, steps, BacksolveAdjoint::new(Rk4, steps)), 1e-6);
    check("Interpolating", (Dopri5, pid, InterpolatingAdjoint::new(Dopri5, pid)), 1e-7);
    check("Interpolating, Dop853", (Dop853, pid, InterpolatingAdjoint::new(Dop853, pid)), 1e-8);
    check("Gauss", (Dopri5, pid, QuadratureAdjoint::gauss(Dopri5, pid)), 1e-7);
    check("Kronrod", (Dopri5, steps, QuadratureAdjoint::kronrod(Dopri5, steps, 1e-9)), 1e-7);
}

/// A pulse that is shorter than any step would be: without its ends declared, no step sees it.
#[test]
fn a_short_pulse_has_a_derivative() {
    #[derive(Clone, Copy)]
    struct Pulse(f64);
    const ON: [f64; 2] = [1.0, 1.001];
    impl Pulse {
        fn is_on(t: f64) -> f64 {
            if (ON[0]..ON[1]).contains(&t) { 1.0 } else { 0.0 }
        }
    }
    impl Dynamics for Pulse {
        type State = Y;
        fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
            dy[0] = self.0 * Self::is_on(t) - y[0];
        }
    }
    impl Parametric for Pulse {
        type Params = f64;
        fn params(&self) -> f64 {
            self.0
        }
        fn set_params(&mut self, rate: &f64) {
            self.0 = *rate;
        }
    }
    impl Differentiable for Pulse {
        type Trace = ();
        fn vjp(&self, t: f64, _: &Y, w: &Y, ybar: &mut Y, pbar: &mut f64) -> f64 {
            *ybar -= w;
            *pbar += w[0] * Self::is_on(t);
            0.0
        }
    }
    fn check<C: Controller<Pulse, Dopri5> + Copy, A: Adjoint<Pulse, Dopri5, C>>(control: C, adjoint: A) {
        let f = Pulse(300.0);
        let run = Ivp::new(&f, vector![1.0], 0.0..2.0).jumps_at(&ON).forward(Dopri5, control, &adjoint).unwrap();
        let found = run.backward(&[vector![1.0]]).unwrap();
        let left = ON.map(|t| (t - 2.0).exp());
        assert!((found.params - (left[1] - left[0])).abs() < 1e-10, "{}", found.params);
        assert!((found.y0[0] - (-2.0_f64).exp()).abs() < 1e-8);
        // A pulse that begins later is smaller, one that ends later larger.
        assert!(relative_error(&found.jumps, &[-300.0 * left[0], 300.0 * left[1]]) < 1e-8, "{:?}", found.jumps);
    }
    let pid = Pid::tolerance(1e-10);
    check(pid, DiscreteAdjoint::new());
    check(Fixed::steps(40), DiscreteAdjoint::new());
    check(pid, BacksolveAdjoint::new(Dopri5, pid));
    check(pid, InterpolatingAdjoint::new(Dopri5, pid));
    check(pid, QuadratureAdjoint::gauss(Dopri5, pid));
}

/// An event on each side of a jump, and one exactly at it.
#[test]
fn events_and_jumps_go_together() {
    fn check<S, C, A>(name: &str, (solver, control, adjoint): (S, C, A), tolerance: f64)
    where
        S: Solver<Switched> + Clone,
        C: Controller<Switched, S> + Clone,
        A: Adjoint<Switched, S, C>,
    {
        let f = Switched { at: 1.0, rate: RATE, law: dose };
        // Where the solution has fallen to 1/2 it is doubled: at ln 2y0, so that y(1) = 2y0/e.
        let refill = || {
            DifferentiableEvent::falling(
                |_: &Switched, _t, y: &Y| y[0] - 0.5,
                |_, _t, _y, w, ybar, _| {
                    ybar[0] += w;
                    0.0
                },
            )
            .reset(
                |_, _t, y| *y *= 2.0,
                |_, _t, _y, w, ybar, _| {
                    *ybar += 2.0 * w;
                    0.0
                },
            )
        };
        // And at the jump itself, or behind it, one is added.
        let add_at = |at: f64| {
            DifferentiableEvent::rising(move |_: &Switched, t, _: &Y| t - at, |_, _t, _y, w, _, _| w).reset(
                |_, _t, y| y[0] += 1.0,
                |_, _t, _y, w, ybar, _| {
                    *ybar += w;
                    0.0
                },
            )
        };
        for at in [0.9, 1.0, 1.4] {
            let problem = Ivp::new(&f, vector![START], 0.0..2.0).jumps_at(&[1.0]).event(refill()).event(add_at(at));
            let times = [1.0, 2.0];
            let run = problem.save_at(&times).forward(solver.clone(), control.clone(), &adjoint).unwrap();
            assert_eq!(run.hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [0, 1], "{name}");
            let e = 1.0_f64.exp();
            let y = 2.0 * START / e / e + RATE * (1.0 - 1.0 / e) + (at - 2.0).exp();
            assert!((run.y[1][0] - y).abs() < tolerance, "{name}, {at}: {} {y}", run.y[1][0]);
            let mut bar = run.cotangents();
            bar.y[1][0] = 1.0;
            let found = run.backward(&bar).unwrap();
            let all = [found.y0[0], found.params, found.t1];
            let expected = [2.0 / e / e, 1.0 - 1.0 / e, RATE - y];
            assert!(relative_error(&all, &expected) < tolerance, "{name}, {at}: {all:?} {expected:?}");
            // The first event is in the loss as well: dt/dy0 = 1/y0.
            bar.hits[0].t = 1.0;
            let found = run.backward(&bar).unwrap();
            assert!((found.y0[0] - 2.0 / e / e - 1.0 / START).abs() < tolerance, "{name}, {at}");
        }
    }
    let (pid, steps) = (Pid::tolerance(1e-11), Fixed::steps(50));
    check("Dopri5", (Dopri5, pid, DiscreteAdjoint::new()), 1e-8);
    check("Dopri5, fixed", (Dopri5, steps, DiscreteAdjoint::new()), 1e-8);
    check("slots", (Dopri5, Fixed::step(0.03), DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3))), 1e-8);
    check("Adams", (Adams, pid, DiscreteAdjoint::new()), 1e-7);
    check("Rodas5P", (Rodas5P, pid, DiscreteAdjoint::new()), 1e-7);
    check("coupled", (Coupled::new(Dopri5), steps, ReversibleAdjoint::new()), 1e-8);
    check("Backsolve", (Dop853, pid, BacksolveAdjoint::new(Dop853, pid)), 1e-8);
    check("Interpolating", (Dop853, pid, InterpolatingAdjoint::new(Dop853, pid)), 1e-8);
    check("Quadrature", (Dop853, pid, QuadratureAdjoint::gauss(Dop853, pid)), 1e-8);
}

/// With steps so long that the solution is wrong in its third digit, the gradient is the derivative of the computed
/// solve.
#[test]
fn the_exact_adjoints_are_the_derivative_of_the_solve_across_jumps() {
    fn check<S, C, A>(name: &str, (solver, control, adjoint): (S, C, A), lands: bool, tolerance: f64)
    where
        S: Solver<Switched> + Clone,
        C: Controller<Switched, S> + Clone,
        A: Adjoint<Switched, S, C>,
    {
        let of = |x: &[f64; 8], w: Option<&[Y; 3]>| {
            let [y0, rate, t0, t1, at, times @ ..] = *x;
            let f = Switched { at, rate, law: curved };
            let jumps = [at];
            let problem = Ivp::new(&f, vector![y0], (t0, t1)).jumps_at(&jumps);
            let (solver, control) = (solver.clone(), control.clone());
            macro_rules! both {
                ($run:expr) => {{
                    let run = $run.unwrap();
                    (run.y.concat(), w.map(|w| run.backward(w).unwrap()))
                }};
            }
            if lands {
                both!(problem.land_on(&times).forward(solver, control, &adjoint))
            } else {
                both!(problem.save_at(&times).forward(solver, control, &adjoint))
            }
        };
        let weights = WEIGHTS.map(|w| vector![w]);
        for x in [[START, RATE, 0.1, 2.2, 1.05, 0.47, 1.33, 1.96], [START, RATE, 2.2, 0.1, 1.05, 1.96, 1.33, 0.47]] {
            let found = of(&x, Some(&weights)).1.unwrap();
            let [a, b, c] = found.times[..] else { panic!("{:?}", found.times) };
            let found = [found.y0[0], found.params, found.t0, found.t1, found.jumps[0], a, b, c];
            for i in 0..8 {
                let value = |h: f64| {
                    let mut x = x;
                    x[i] += h;
                    of(&x, None).0.iter().zip(WEIGHTS).map(|(y, w)| y * w).sum()
                };
                let expected = derivative_within(4e-3, 4, value);
                let error = (found[i] - expected).abs() / (1.0 + expected.abs());
                assert!(error < tolerance, "{name}, {i}: {} {expected} {error:e}", found[i]);
            }
        }
    }
    for lands in [false, true] {
        check("Rk4", (Rk4, Fixed::steps(5), DiscreteAdjoint::new()), lands, 1e-9);
        check("Dopri5", (Dopri5, Fixed::step(0.31), DiscreteAdjoint::new()), lands, 1e-9);
        check("Esdirk547", (Esdirk547, Fixed::steps(5), DiscreteAdjoint::new()), lands, 1e-9);
        check("Rodas5P", (Rodas5P, Fixed::steps(5), DiscreteAdjoint::new()), lands, 1e-9);
        check("AdamsBashforth", (AdamsBashforth::<3>, Fixed::steps(8), DiscreteAdjoint::new()), lands, 1e-9);
        check("FixedBdf", (FixedBdf::<2>::new(), Fixed::steps(8), DiscreteAdjoint::new()), lands, 1e-9);
        check("coupled", (Coupled::new(Rk4), Fixed::steps(8), ReversibleAdjoint::new()), lands, 1e-9);
        check("Reversible Heun", (ReversibleHeun, Fixed::step(0.127), ReversibleAdjoint::new()), lands, 1e-9);
    }
}

/// A method that evaluates the field beyond its steps is refused here as it is in a solve.
#[test]
fn methods_that_leave_their_steps_are_refused() {
    let f = rheos::dynamics::separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q)
        .with_vjp(
            |_t, _p, w, pbar: &mut f64| {
                *pbar += w;
                0.0
            },
            |_t, _q, w, qbar: &mut f64| {
                *qbar -= w;
                0.0
            },
        );
    let problem = Ivp::new(&f, (1.0, 0.0), 0.0..2.0).jumps_at(&[1.0]);
    let refused =
        problem.forward(rheos::solver::symplectic::Yoshida4, Fixed::steps(10), DiscreteAdjoint::new()).unwrap_err();
    assert!(matches!(refused.error, Error::InvalidEntry { name: "jumps_at", index: 0, .. }), "{refused}");
}
