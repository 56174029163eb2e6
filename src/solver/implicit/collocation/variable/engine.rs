//! Radau's method of variable order.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

use super::order::{RadauOrder, Stages};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::implicit::collocation::radau::{RadauIIA5Table, RadauIIA9Table};
use crate::solver::implicit::collocation::radau13::RadauIIA13Table;
use crate::solver::implicit::collocation::{Collocation, CollocationWorkspace};
use crate::solver::implicit::{ComplexSolver, Lu, Matrices};
use crate::solver::{Dense, Embedded, Method, Probe, Solver, StepStart};
use crate::state::{ErrorNorm, Span};

/// Radau's method of order 5, 9 or 13: the method of the code RADAU, for stiff problems at any tolerance.
///
/// A solve starts with [`RadauIIA5`](type@crate::solver::implicit::RadauIIA5). The convergence rate `Θ` of Newton's
/// iteration decides the order: a mean rate of the last iterations of at most 0.002 raises it, a rate of at least 0.8 or a
/// failed iteration lowers it, and then it stays for 10 steps. With an exact Jacobian the rate grows with the step, so
/// short steps at strict tolerances lead to [`RadauIIA9`](type@crate::solver::implicit::RadauIIA9) and
/// [`RadauIIA13`](type@crate::solver::implicit::RadauIIA13).
///
/// A change of order keeps the Jacobian. The first guess for the stages comes from the polynomial of the last step at any
/// order. The output is the interpolant of the order of the step. Under [`Fixed`](crate::control::Fixed) steps the order
/// stays at 5.
///
/// E. Hairer & G. Wanner, *Stiff differential equations solved by Radau methods*, J. Comput. Appl. Math. 111 (1999),
/// doi:10.1016/S0377-0427(99)00134-X.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::solver::implicit::{Radau, RadauIIA5};
/// use rheos::{Pid, solve};
///
/// let (f, y0) = VanDerPol::problem(1000.0);
/// let control = Pid::tolerance(1e-10).atol(1e-13);
/// let solution = solve(&f, y0, 0.0..2000.0, Radau, control)?;
/// assert!((solution.last()[0] - 1.706_167_732_170_483).abs() < 1e-9);
/// assert!(10 * solution.stats.accepted < solve(&f, y0, 0.0..2000.0, RadauIIA5, control)?.stats.accepted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Radau<L = Lu> {
    pub(super) three: Collocation<RadauIIA5Table, 3, L>,
    pub(super) five: Collocation<RadauIIA9Table, 5, L>,
    pub(super) seven: Collocation<RadauIIA13Table, 7, L>,
}

/// The method [`Radau`](type@Radau) as a value.
pub const Radau: Radau = Radau { three: Collocation::new(), five: Collocation::new(), seven: Collocation::new() };

impl<L> Radau<L> {
    /// The same method with another linear solver.
    #[must_use]
    pub fn with<M: Clone>(self, linear: M) -> Radau<M> {
        Radau {
            three: self.three.with(linear.clone()),
            five: self.five.with(linear.clone()),
            seven: self.seven.with(linear),
        }
    }
}

impl Default for Radau {
    fn default() -> Self {
        Radau
    }
}

/// The workspace of [`Radau`](type@Radau): one for each number of stages. A change of order passes the Jacobian and the
/// polynomial of the last step on.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct RadauWorkspace<F: Dynamics, L: ComplexSolver<F>> {
    // On the heap, since matrices of static size are large.
    three: Box<CollocationWorkspace<F, 3, L>>,
    five: Box<CollocationWorkspace<F, 5, L>>,
    seven: Box<CollocationWorkspace<F, 7, L>>,
    pub(super) order: RadauOrder,
}

impl<F: Dynamics, L: ComplexSolver<F>> RadauWorkspace<F, L> {
    /// The number of stages of the step not accepted yet, or of the last step.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.order.stages().number()
    }

    /// Makes the choice `choose`, and passes on the memory if the order changes.
    pub(super) fn decide(&mut self, choose: impl FnOnce(&mut RadauOrder)) {
        let mut from = self.order.stages();
        choose(&mut self.order);
        let to = self.order.stages();
        let Self { three, five, seven, .. } = self;
        while from != to {
            let next = if to > from { from.more() } else { from.fewer() };
            match (from, next) {
                (Stages::Three, _) => three.pass_on::<RadauIIA5Table, RadauIIA9Table, 5>(five),
                (Stages::Five, Stages::Seven) => five.pass_on::<RadauIIA9Table, RadauIIA13Table, 7>(seven),
                (Stages::Five, _) => five.pass_on::<RadauIIA9Table, RadauIIA5Table, 3>(three),
                (Stages::Seven, _) => seven.pass_on::<RadauIIA13Table, RadauIIA9Table, 5>(five),
            }
            from = next;
        }
    }
}

/// Calls the method in use.
macro_rules! in_use {
    ($self:ident, $ws:ident, |$method:ident, $workspace:ident| $body:expr) => {
        match $ws.order.stages() {
            Stages::Three => {
                let ($method, $workspace) = (&$self.three, &mut *$ws.three);
                $body
            }
            Stages::Five => {
                let ($method, $workspace) = (&$self.five, &mut *$ws.five);
                $body
            }
            Stages::Seven => {
                let ($method, $workspace) = (&$self.seven, &mut *$ws.seven);
                $body
            }
        }
    };
}

impl<L> Method for Radau<L> {
    const ORDER: u32 = 5;
    const NAME: &'static str = "Radau";
}

impl<F: Dynamics, L: ComplexSolver<F>> Solver<F> for Radau<L> {
    type Workspace = RadauWorkspace<F, L>;

    const TAKES_MASS: bool = L::TAKES_MASS;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        RadauWorkspace {
            three: Box::new(self.three.workspace(f, y0)),
            five: Box::new(self.five.workspace(f, y0)),
            seven: Box::new(self.seven.workspace(f, y0)),
            order: RadauOrder::new(),
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        Solver::<F>::reset(&self.three, &mut ws.three);
        Solver::<F>::reset(&self.five, &mut ws.five);
        Solver::<F>::reset(&self.seven, &mut ws.seven);
        ws.order = RadauOrder::new();
    }

    /// A solve starts at order 5.
    fn begin(&self, f: &F, ws: &mut Self::Workspace, span: Span, y0: &F::State) -> Result<()> {
        self.three.begin(f, &mut ws.three, span, y0)
    }

    /// # Errors
    /// The errors of a [`Collocation`] method; a shorter step may succeed.
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        let adapts = ws.three.stages.norm().is_some();
        ws.decide(|order| {
            if adapts {
                order.begin(h)
            }
        });
        let (outcome, rate) = in_use!(self, ws, |method, own| {
            let outcome = method.step(f, own, StepStart { t, h, y0 }, y1);
            (outcome, own.stages.rate())
        });
        ws.order.see(outcome.as_ref().err(), rate);
        outcome
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        in_use!(self, ws, |method, own| Solver::<F>::accept(method, own));
        ws.order.accept();
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        let RadauWorkspace { three, five, seven, .. } = ws;
        self.three.evaluations(three) + self.five.evaluations(five) + self.seven.evaluations(seven)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        let of = [self.three.matrices(&ws.three), self.five.matrices(&ws.five), self.seven.matrices(&ws.seven)];
        Matrices {
            jacobians: of.iter().map(|of| of.jacobians).sum(),
            factorisations: of.iter().map(|of| of.factorisations).sum(),
        }
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        self.three.settle(&mut ws.three, y);
        self.five.settle(&mut ws.five, y);
        self.seven.settle(&mut ws.seven, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let three = self.three.restore(&mut ws.three, y);
        let more = self.five.restore(&mut ws.five, y) && self.seven.restore(&mut ws.seven, y);
        three && more && ws.order.is_possible()
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        self.three.tolerate(&mut ws.three, norm);
        self.five.tolerate(&mut ws.five, norm);
        self.seven.tolerate(&mut ws.seven, norm);
    }
}

impl<F: Dynamics, L: ComplexSolver<F>> Embedded<F> for Radau<L> {
    /// The order of the estimate in the first step, of order 5.
    const ERROR_ORDER: u32 = 4;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        in_use!(self, ws, |method, own| method.error(own, h))
    }

    fn error_order(&self, ws: &Self::Workspace) -> u32 {
        ws.stages() as u32 + 1
    }

    fn keeps_step(&self, ws: &Self::Workspace, factor: f64) -> bool {
        match ws.order.stages() {
            Stages::Three => self.three.keeps_step(&ws.three, factor),
            Stages::Five => self.five.keeps_step(&ws.five, factor),
            Stages::Seven => self.seven.keeps_step(&ws.seven, factor),
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

impl<F: Dynamics, L: ComplexSolver<F>> Dense<F> for Radau<L> {
    /// The order of the interpolant in a step of order 5.
    const DENSE_ORDER: u32 = if F::HAS_MASS { 3 } else { 4 };
    /// The degree at order 13.
    const DENSE_DEGREE: usize = 8;

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
}
