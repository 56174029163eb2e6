//! Automatic switching between an explicit and a stiff method.

use super::detector::{Detector, Look};
use super::sight::{Rates, Sight};

use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::explicit::Tsit5;
use crate::solver::implicit::Matrices;
use crate::solver::kept_states::{KeptStates, are_counts};
use crate::solver::rosenbrock::Rodas5P;
use crate::solver::{Dense, Embedded, Method, Probe, Solver, StepStart, Stiffness};
use crate::state::{ErrorNorm, State};

/// Automatic switching between an explicit method `E` and a stiff method `I`.
///
/// A solve starts with `E`. It estimates `h |λ|`, with the largest eigenvalue `λ` of the Jacobian, in two ways: after
/// every step from the stages, and after every 8 to 32 steps by the power method, which costs three evaluations. `I` is
/// tried if `h |λ|` stays at the limit of stability for some 15 steps, or if it is above a quarter of the limit and
/// `|λ|` is far above the rate at which the solution changes. `I` is kept if it makes more progress per evaluation,
/// counting a Jacobian as one evaluation for each coordinate. `E` is tried in the same way if `h |λ|` is below half of
/// the limit for 10 steps of `I`. On a problem that is nowhere stiff, the steps are bit-identical to the steps of `E`.
///
/// `E` is any explicit pair of three stages or more; another method does not compile. `I` is a
/// [`Rosenbrock`](crate::solver::rosenbrock::Rosenbrock) method. Switching back needs the Jacobian as a matrix
/// ([`Lu`](crate::solver::implicit::Lu)); without it, `I` makes the rest of the solve.
///
/// The field must have a [`Jacobian`](crate::dynamics::Jacobian), so this is not for tensors. Use an explicit method
/// for a field without one.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::solver::Auto;
/// use rheos::{Pid, Rodas5P, Vern7, solve};
///
/// let (f, y0) = VanDerPol::problem(1000.0);
/// let solution = solve(&f, y0, 0.0..2000.0, Auto::new(Vern7, Rodas5P), Pid::tolerance(1e-8))?;
/// assert!(solution.stats.accepted < 10_000 && solution.stats.jacobians > 0);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Auto<E, I> {
    pub(super) explicit: E,
    pub(super) stiff: I,
}

/// The default method for an unknown problem: [`Tsit5`](type@Tsit5), and [`Rodas5P`](type@Rodas5P) while it is stiff.
///
/// Order 5, with dense output of order 4. See [`Auto`]; [`solve_ivp`](crate::solution::solve_ivp) uses it.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::solver::DefaultSolver;
/// use rheos::{Pid, solve};
///
/// for mu in [1.0, 1000.0] {
///     let (f, y0) = VanDerPol::problem(mu);
///     let solution = solve(&f, y0, 0.0..3.0 * mu, DefaultSolver::default(), Pid::tolerance(1e-6))?;
///     assert_eq!(solution.stats.jacobians > 0, mu == 1000.0);
/// }
/// # Ok::<(), rheos::Error>(())
/// ```
pub type DefaultSolver = Auto<Tsit5, Rodas5P>;

impl<E, I> Auto<E, I> {
    /// Switching between the methods `explicit` and `stiff`.
    #[must_use]
    pub const fn new(explicit: E, stiff: I) -> Self {
        Self { explicit, stiff }
    }
}

/// The workspaces of both methods.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AutoWorkspace<Y, E, I> {
    explicit: E,
    stiff: I,
    sight: Sight<Y>,
    pub(super) detector: Detector,
    /// The stiffness of the step to be accepted, from its stages.
    #[cfg_attr(feature = "serde", serde(skip))]
    stiffness: Option<Stiffness>,
    /// The result of the check of the field in that step, if there was one.
    #[cfg_attr(feature = "serde", serde(skip))]
    seen: Option<Option<Rates>>,
    /// The stability limit of the explicit method, once it is known.
    limit: Option<f64>,
    /// The length of the last trial step.
    h: f64,
    /// The cost when the last step was accepted, in evaluations.
    cost: u64,
    /// The number of coordinates of a state: the cost of a Jacobian.
    dimension: u64,
}

impl<Y, E, I> AutoWorkspace<Y, E, I> {
    /// Whether the next step, or the step not accepted yet, belongs to the stiff method.
    #[must_use]
    pub fn is_stiff(&self) -> bool {
        self.detector.is_stiff()
    }

    /// The number of switches between the methods since the workspace was made.
    #[must_use]
    pub fn switches(&self) -> u64 {
        self.detector.switches()
    }
}

/// Calls the method in use.
macro_rules! in_use {
    ($self:ident, $ws:ident, |$method:ident, $workspace:ident| $body:expr) => {
        if $ws.detector.is_stiff() {
            let ($method, $workspace) = (&$self.stiff, &mut $ws.stiff);
            $body
        } else {
            let ($method, $workspace) = (&$self.explicit, &mut $ws.explicit);
            $body
        }
    };
}

impl<E, I> Auto<E, I> {
    pub(super) fn reset_method_in_use<F>(&self, ws: &mut AutoWorkspace<F::State, E::Workspace, I::Workspace>)
    where
        F: Dynamics,
        E: Solver<F>,
        I: Solver<F>,
    {
        in_use!(self, ws, |method, own| method.reset(own));
    }

    /// The evaluations so far, for steps and for checks of the field. A Jacobian counts as one for each coordinate.
    fn cost<F>(&self, ws: &AutoWorkspace<F::State, E::Workspace, I::Workspace>) -> u64
    where
        F: Dynamics,
        E: Solver<F>,
        I: Solver<F>,
    {
        self.evaluations(ws).saturating_add(self.matrices(ws).jacobians.saturating_mul(ws.dimension))
    }
}

const fn smaller(a: u32, b: u32) -> u32 {
    if a < b { a } else { b }
}

impl<E: Method, I: Method> Method for Auto<E, I> {
    const ORDER: u32 = smaller(E::ORDER, I::ORDER);
    const NAME: &'static str = "automatic choice";
}

impl<F: Dynamics, E: Solver<F>, I: Solver<F>> Solver<F> for Auto<E, I> {
    type Workspace = AutoWorkspace<F::State, E::Workspace, I::Workspace>;

    const STAYS_INSIDE: bool = E::STAYS_INSIDE && I::STAYS_INSIDE;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        const { assert!(E::SENSES_STIFFNESS, "the explicit method of `Auto` must detect stiffness") }
        AutoWorkspace {
            explicit: self.explicit.workspace(f, y0),
            stiff: self.stiff.workspace(f, y0),
            sight: Sight::new(y0),
            detector: Detector::default(),
            stiffness: None,
            seen: None,
            limit: None,
            h: 0.0,
            cost: 0,
            dimension: y0.count() as u64,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        self.explicit.reset(&mut ws.explicit);
        self.stiff.reset(&mut ws.stiff);
        ws.sight.reset();
        ws.seen = None;
        ws.detector.restart();
        ws.cost = self.cost::<F>(ws);
    }

    #[inline]
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        let step = StepStart { t, h, y0 };
        ws.h = h.abs();
        ws.stiffness = in_use!(self, ws, |method, own| {
            method.step(f, own, StepStart { t, h, y0 }, y1)?;
            method.stiffness(own, step, |x| x.inner(x).sqrt())
        });
        if !ws.detector.is_stiff() {
            ws.limit = ws.stiffness.map(|stiffness| stiffness.limit);
            ws.seen = ws.detector.is_due().then(|| ws.sight.look(f, step, y1));
        }
        Ok(())
    }

    #[inline]
    fn accept(&self, ws: &mut Self::Workspace) {
        in_use!(self, ws, |method, own| method.accept(own));
        let seen = ws.seen.take();
        if let (Some(Stiffness { h_lambda, .. }), Some(limit)) = (ws.stiffness.take(), ws.limit) {
            ws.detector.weigh(h_lambda / limit);
            if let Some(seen) = seen {
                ws.detector.see(seen.map(|rates| Look::of(rates, ws.h / limit)));
            }
        }
        let cost = self.cost::<F>(ws);
        let spent = cost - std::mem::replace(&mut ws.cost, cost);
        if ws.detector.accept(ws.h, spent as f64) {
            self.reset_method_in_use::<F>(ws);
        }
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        self.explicit.evaluations(&ws.explicit) + self.stiff.evaluations(&ws.stiff) + ws.sight.evaluations
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        self.stiff.matrices(&ws.stiff)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        (ws.stiffness, ws.seen) = (None, None);
        ws.sight.scrub();
        self.explicit.settle(&mut ws.explicit, y);
        self.stiff.settle(&mut ws.stiff, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let methods = self.explicit.restore(&mut ws.explicit, y) && self.stiff.restore(&mut ws.stiff, y);
        let sight = ws.sight.fit(y) && are_counts(&[ws.sight.evaluations]) && ws.detector.is_possible();
        methods && sight && ws.dimension == y.count() as u64 && ws.cost <= self.cost::<F>(ws)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        self.explicit.tolerate(&mut ws.explicit, norm);
        self.stiff.tolerate(&mut ws.stiff, norm);
    }
}

impl<F: Dynamics, E: Embedded<F>, I: Embedded<F>> Embedded<F> for Auto<E, I> {
    /// The larger of the two, for the choice of the first step; later, the order of the method in use counts.
    const ERROR_ORDER: u32 = if E::ERROR_ORDER > I::ERROR_ORDER { E::ERROR_ORDER } else { I::ERROR_ORDER };

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        in_use!(self, ws, |method, own| method.error(own, h))
    }

    #[inline]
    fn error_sq(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        in_use!(self, ws, |method, own| method.error_sq(own, h, y0, y1, norm))
    }

    #[inline]
    fn error_order(&self, ws: &Self::Workspace) -> u32 {
        if ws.is_stiff() { self.stiff.error_order(&ws.stiff) } else { self.explicit.error_order(&ws.explicit) }
    }

    #[inline]
    fn next_factor(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> Option<f64> {
        in_use!(self, ws, |method, own| method.next_factor(own, h, y0, y1, norm))
    }

    #[inline]
    fn keeps_step(&self, ws: &Self::Workspace, factor: f64) -> bool {
        if ws.is_stiff() {
            self.stiff.keeps_step(&ws.stiff, factor)
        } else {
            self.explicit.keeps_step(&ws.explicit, factor)
        }
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        in_use!(self, ws, |method, own| method.probe(f, own, t, y, h))
    }
}

impl<F: Dynamics, E: Dense<F>, I: Dense<F>> Dense<F> for Auto<E, I> {
    const DENSE_ORDER: u32 = smaller(E::DENSE_ORDER, I::DENSE_ORDER);
    const LANDS: bool = E::LANDS || I::LANDS;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        in_use!(self, ws, |method, own| method.interpolate(f, own, step, theta, out));
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        in_use!(self, ws, |method, own| method.slope(f, own, step, theta, out));
    }
}
