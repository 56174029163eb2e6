//! Initial value problems: the front door.

use super::{Failure, Interpolated, Landed, Solution, Trajectory};
use crate::control::Controller;
use crate::integrate::{Integration, Jump, Observer, Reached};
use crate::{Dense, Dynamics, Result, Solver, Span};

/// Solves `dy/dt = f(t, y)` from `y(t0) = y0` to `t1`, keeping only the end.
///
/// ```
/// use rheos::{Fixed, Rk4, ode, solve};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..1.0, Rk4, Fixed::steps(20))?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 3e-8);
/// assert_eq!(solution.stats.evaluations, 80);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// A [`Failure`] with the reason and what was computed so far.
pub fn solve<F, S, C>(
    f: &F,
    y0: F::State,
    span: impl Into<Span>,
    solver: S,
    control: C,
) -> Result<Solution<F::State>, Box<Failure<F::State>>>
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    Ivp::new(f, y0, span).solve(solver, control)
}

/// An initial value problem and what to keep of its solution.
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = Ivp::new(&decay, 1.0, 0.0..4.0)
///     .save_at(&[0.0, 0.1, 3.9])
///     .solve(Dopri5, Pid::new(1e-9, 1e-9))?;
/// assert!((solution.y[2] - (-3.9_f64).exp()).abs() < 1e-8);
/// assert_eq!(solution.last_time(), 4.0);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an `Ivp` does nothing until `solve` is called"]
pub struct Ivp<'a, F: Dynamics, K = keep::End> {
    pub(super) f: &'a F,
    pub(super) y0: F::State,
    pub(super) span: Span,
    pub(super) keep: K,
}

impl<'a, F: Dynamics> Ivp<'a, F> {
    /// `dy/dt = f(t, y)` with `y(t0) = y0` over `t0..t1`; only the end is kept.
    pub fn new(f: &'a F, y0: F::State, span: impl Into<Span>) -> Self {
        Self { f, y0, span: span.into(), keep: keep::End }
    }

    /// Keeps the states at `times`, which are in the order of integration and within the span. Between two steps they
    /// come from the method's own interpolant, so that they do not change the steps.
    pub fn save_at(self, times: &'a [f64]) -> Ivp<'a, F, keep::At<'a>> {
        self.keep(keep::At(times))
    }

    /// Keeps the states at `times` and makes the solver land on each of them, at the price of more steps.
    pub fn land_on(self, times: &'a [f64]) -> Ivp<'a, F, keep::Landing<'a>> {
        self.keep(keep::Landing(times))
    }

    /// Keeps the start and every `n`-th accepted step.
    pub fn save_every(self, n: usize) -> Ivp<'a, F, keep::Every> {
        self.keep(keep::Every(n))
    }

    fn keep<K>(self, keep: K) -> Ivp<'a, F, K> {
        Ivp { f: self.f, y0: self.y0, span: self.span, keep }
    }
}

impl<'a, F: Dynamics, K> Ivp<'a, F, K> {
    /// Tells that the field, or a derivative of it, jumps at `times`, in any order; those outside the span do not matter.
    /// To be called last, after what is to be kept.
    ///
    /// The steps end a rounding error before each jump and start anew at it, so that none has the field of both sides in
    /// it: at a jump itself, the field should return the value behind it in the direction of integration. A step across
    /// a jump is rejected many times and leaves an error of low order. The controller begins anew as well: it looks for a
    /// first step, its budget of steps counts from there, and [`Fixed`](crate::Fixed) lays its grid over each piece.
    ///
    /// ```
    /// use rheos::{Dopri5, Ivp, Pid, ode};
    ///
    /// // A dose at t = 1.
    /// let field = ode(|t, y: &f64, dy: &mut f64| *dy = if t < 1.0 { -y } else { 1.0 - y });
    /// let solution = Ivp::new(&field, 1.0, 0.0..2.0).jumps_at(&[1.0]).solve(Dopri5, Pid::new(1e-9, 1e-9))?;
    /// let exact = 1.0 + ((-1.0_f64).exp() - 1.0) * (-1.0_f64).exp();
    /// assert!((solution.last() - exact).abs() < 1e-8);
    /// assert_eq!(solution.stats.rejected, 0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn jumps_at(self, times: &'a [f64]) -> Ivp<'a, F, keep::Across<'a, K>> {
        Ivp { f: self.f, y0: self.y0, span: self.span, keep: keep::Across { times, keep: self.keep } }
    }
}

impl<F: Dynamics, K> Ivp<'_, F, K> {
    /// Solves it.
    ///
    /// # Errors
    /// A [`Failure`] with the reason and what was computed so far.
    pub fn solve<S, C>(self, solver: S, control: C) -> Result<Solution<F::State>, Box<Failure<F::State>>>
    where
        S: Solver<F>,
        C: Controller<F, S>,
        K: keep::Keep<F, S>,
    {
        let Self { f, y0, span, keep } = self;
        let mut observer = keep.observer(span, &y0);
        let reached = match check(&keep, span) {
            Ok(jumps) => {
                let integration =
                    Integration { field: f, solver: &solver, control: &control, span, stops: keep.stops() };
                let workspace = solver.workspace(f, &y0);
                integration.run_pieces(&jumps, y0, workspace, &mut observer).without_workspace()
            }
            Err(error) => Reached::refused(span.t0, y0, error),
        };
        conclude(&keep, observer, span, reached)
    }
}

/// Checks the times of a solve and puts the jumps in order.
pub(super) fn check<F: Dynamics, S: Solver<F>, K: keep::Keep<F, S>>(keep: &K, span: Span) -> Result<Vec<Jump>> {
    span.validate()?;
    span.validate_times(keep.times())?;
    keep.jumps(span)
}

/// The solution, or the failure, from where a solve came to.
pub(super) fn conclude<F: Dynamics, S: Solver<F>, K: keep::Keep<F, S>>(
    keep: &K,
    observer: K::Observer,
    span: Span,
    reached: Reached<F::State, ()>,
) -> Result<Solution<F::State>, Box<Failure<F::State>>> {
    let Reached { y: end, stiffness, outcome, .. } = reached;
    let (t_end, stats) = match &outcome {
        Ok(stats) => (span.t1, *stats),
        Err(halt) => (halt.t, halt.stats),
    };
    let (t, y) = keep.finish(observer, t_end, &end);
    let solution = Solution { t, y, stats, stiffness, end: (t_end, end) };
    match outcome {
        Ok(_) => Ok(solution),
        Err(halt) => Err(Box::new(Failure { error: halt.error, partial: solution })),
    }
}

/// What of a solution is kept: the type parameter of [`Ivp`].
pub mod keep {
    use super::{Dense, Dynamics, Interpolated, Landed, Observer, Result, Solver, Span, Trajectory};
    use crate::integrate::{Bridge, Jump};

    /// Only the state at the end.
    #[derive(Debug, Clone, Copy)]
    pub struct End;

    /// The states at given times, by interpolation.
    #[derive(Debug, Clone, Copy)]
    pub struct At<'t>(pub(in crate::solution) &'t [f64]);

    /// The states at given times, by landing on them.
    #[derive(Debug, Clone, Copy)]
    pub struct Landing<'t>(pub(super) &'t [f64]);

    /// Every `n`-th step.
    #[derive(Debug, Clone, Copy)]
    pub struct Every(pub(super) usize);

    /// What `keep` says, of a solve over a field that jumps at given times.
    #[derive(Debug, Clone, Copy)]
    pub struct Across<'t, K> {
        pub(super) times: &'t [f64],
        pub(super) keep: K,
    }

    /// A rule of what to keep, usable with the method `S`.
    pub trait Keep<F: Dynamics, S: Solver<F>> {
        /// What watches the solve.
        type Observer: Observer<F, S>;
        /// The times asked for.
        fn times(&self) -> &[f64] {
            &[]
        }
        /// The times the solve must land on.
        fn stops(&self) -> &[f64] {
            &[]
        }
        /// Where the field jumps.
        ///
        /// # Errors
        /// A time that is not a number.
        fn jumps(&self, span: Span) -> Result<Vec<Jump>> {
            let _ = span;
            Ok(Vec::new())
        }
        /// Made before the first step.
        fn observer(&self, span: Span, y0: &F::State) -> Self::Observer;
        /// The times and states kept by a solve that came to `t` with `y`.
        fn finish(&self, observer: Self::Observer, t: f64, y: &F::State) -> (Vec<f64>, Vec<F::State>);
    }

    impl<F: Dynamics, S: Solver<F>> Keep<F, S> for End {
        type Observer = ();
        fn observer(&self, _: Span, _: &F::State) {}
        fn finish(&self, (): (), t: f64, y: &F::State) -> (Vec<f64>, Vec<F::State>) {
            (vec![t], vec![y.clone()])
        }
    }

    impl<'t, F: Dynamics, S: Dense<F>> Keep<F, S> for At<'t> {
        type Observer = Interpolated<'t, F::State>;
        fn times(&self) -> &[f64] {
            self.0
        }
        fn observer(&self, span: Span, y0: &F::State) -> Self::Observer {
            Interpolated::new(self.0, span.t0, y0)
        }
        fn finish(&self, observer: Self::Observer, _: f64, _: &F::State) -> (Vec<f64>, Vec<F::State>) {
            (self.0[..observer.y.len()].to_vec(), observer.y)
        }
    }

    impl<'t, F: Dynamics, S: Solver<F>> Keep<F, S> for Landing<'t> {
        type Observer = Landed<'t, F::State>;
        fn times(&self) -> &[f64] {
            self.0
        }
        fn stops(&self) -> &[f64] {
            self.0
        }
        fn observer(&self, span: Span, y0: &F::State) -> Self::Observer {
            Landed::new(self.0, span.t0, y0)
        }
        fn finish(&self, observer: Self::Observer, _: f64, _: &F::State) -> (Vec<f64>, Vec<F::State>) {
            (self.0[..observer.y.len()].to_vec(), observer.y)
        }
    }

    impl<F: Dynamics, S: Solver<F>> Keep<F, S> for Every {
        type Observer = Trajectory<F::State>;
        fn observer(&self, span: Span, y0: &F::State) -> Self::Observer {
            Trajectory::new(self.0, span.t0, y0)
        }
        fn finish(&self, observer: Self::Observer, _: f64, _: &F::State) -> (Vec<f64>, Vec<F::State>) {
            (observer.t, observer.y)
        }
    }

    impl<F: Dynamics, S: Solver<F>, K: Keep<F, S>> Keep<F, S> for Across<'_, K> {
        type Observer = Bridge<K::Observer>;
        fn times(&self) -> &[f64] {
            self.keep.times()
        }
        fn stops(&self) -> &[f64] {
            self.keep.stops()
        }
        fn jumps(&self, span: Span) -> Result<Vec<Jump>> {
            Jump::inside(span, self.times)
        }
        fn observer(&self, span: Span, y0: &F::State) -> Self::Observer {
            Bridge::new(self.keep.observer(span, y0), Jump::inside(span, self.times).unwrap_or_default())
        }
        fn finish(&self, observer: Self::Observer, t: f64, y: &F::State) -> (Vec<f64>, Vec<F::State>) {
            self.keep.finish(observer.inner, t, y)
        }
    }
}
