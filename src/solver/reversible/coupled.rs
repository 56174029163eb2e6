//! The reversible form of any one-step method.
//!
//! S. McCallum, J. Foster, *Efficient, accurate and stable gradients for neural ODEs* (2024), arXiv:2410.11648.

use super::{Reversal, ReverseStep, Reversible, StepEnd};
use crate::dynamics::{Bars, Differentiable, Dynamics};
use crate::error::{Error, Result};
use crate::solver::implicit::Matrices;
use crate::solver::kept_states::{KeptStates, Use, show};
use crate::solver::{Dense, Embedded, Method, OutputCotangent, Probe, Solver, StepCotangent, StepStart, StepVjp};
use crate::state::{ErrorNorm, Span, State};

/// McCallum & Foster's reversible form of the method `S`.
///
/// It has the order, the error estimate and the dense output of `S`, at twice its evaluations.
///
/// Besides the solution `y` it carries a second one, `z`. With `Φ(t, h, ·)` a step of `S`, a step is
/// `y₁ = Φ(t, h, z₀) + λ (y₀ − z₀)`, `z₁ = z₀ + y₁ − Φ(t + h, −h, y₁)`. The coupling `λ` is a compromise. If a step
/// contracts the solution by a factor below `λ`, the two solutions drift apart. The error estimate does not see the gap,
/// so the solution can be wrong by orders of magnitude: [`choosing`](crate::adjoint::choosing) has an example. Undoing
/// `n` steps multiplies rounding errors in their difference by up to `λ^(−n)`: 2.7 for a thousand steps at the default of
/// 0.999, `10⁴⁵` at 0.9. Take 0.999 or more for many steps of fields that hardly contract, and less for few steps of
/// contracting fields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coupled<S> {
    solver: S,
    coupling: f64,
}

impl<S> Coupled<S> {
    /// The reversible form of `solver`, with the coupling `λ = 0.999` of the paper.
    #[must_use]
    pub const fn new(solver: S) -> Self {
        Self { solver, coupling: 0.999 }
    }

    /// Sets the coupling `lambda`, in `(0, 1]`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `lambda` is outside this interval.
    pub fn coupling(self, lambda: f64) -> Result<Self> {
        if lambda > 0.0 && lambda <= 1.0 {
            Ok(Self { coupling: lambda, ..self })
        } else {
            Err(Error::InvalidArgument { name: "lambda", value: lambda, expected: "in (0, 1]" })
        }
    }

    /// The part of `y₀ − z₀` in a state inside the step.
    fn share(&self, theta: f64) -> f64 {
        1.0 - theta * (1.0 - self.coupling)
    }
}

/// The second solution, and the workspaces of the two steps of `S`.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoupledWorkspace<Y, W> {
    z: Y,
    next_z: Y,
    stepped: Y,
    forth: W,
    back: W,
    /// Whether `z` belongs to the start of the next step.
    started: bool,
}

impl<Y: State, W> CoupledWorkspace<Y, W> {
    /// Starts with the first solution as the second.
    fn start(&mut self, y0: &Y) {
        if !self.started {
            self.z.assign(y0);
            self.started = true;
        }
    }

    /// Writes `y − Φ(t + h, −h, y)` into `stepped`, for the end `y` of a step.
    fn retreat<F, S>(&mut self, f: &F, solver: &S, (t, h): (f64, f64), y: &Y) -> Result<()>
    where
        F: Dynamics<State = Y>,
        S: Solver<F, Workspace = W>,
    {
        solver.reset(&mut self.back);
        solver.step(f, &mut self.back, StepStart { t: t + h, h: -h, y0: y }, &mut self.stepped)?;
        self.stepped.scale_by(-1.0);
        self.stepped.add_scaled(1.0, y);
        Ok(())
    }
}

/// Excludes the workspaces of the steps.
impl<Y: State, W> KeptStates<Y> for CoupledWorkspace<Y, W> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        see(&mut self.z, Use::needed_if(self.started));
        show(see, Use::Free, [&mut self.next_z, &mut self.stepped]);
    }
}

impl<S: Method> Method for Coupled<S> {
    const ORDER: u32 = S::ORDER;
    const NAME: &'static str = "Coupled";
}

impl<F: Dynamics, S: Solver<F>> Solver<F> for Coupled<S> {
    type Workspace = CoupledWorkspace<F::State, S::Workspace>;

    const STAYS_INSIDE: bool = S::STAYS_INSIDE;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        CoupledWorkspace {
            z: y0.zeros_like(),
            next_z: y0.zeros_like(),
            stepped: y0.zeros_like(),
            forth: self.solver.workspace(f, y0),
            back: self.solver.workspace(f, y0),
            started: false,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.started = false;
    }

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        ws.start(y0);
        self.solver.reset(&mut ws.forth);
        self.solver.step(f, &mut ws.forth, StepStart { t, h, y0: &ws.z }, y1)?;
        y1.add_scaled(self.coupling, y0);
        y1.add_scaled(-self.coupling, &ws.z);
        ws.retreat(f, &self.solver, (t, h), y1)?;
        ws.next_z.assign(&ws.z);
        ws.next_z.add_scaled(1.0, &ws.stepped);
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.z.replace_by(&mut ws.next_z);
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        self.solver.evaluations(&ws.forth) + self.solver.evaluations(&ws.back)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        let (forth, back) = (self.solver.matrices(&ws.forth), self.solver.matrices(&ws.back));
        Matrices {
            jacobians: forth.jacobians + back.jacobians,
            factorisations: forth.factorisations + back.factorisations,
        }
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.scrub();
        self.solver.settle(&mut ws.forth, y);
        self.solver.settle(&mut ws.back, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        ws.fit(y) && self.solver.restore(&mut ws.forth, y) && self.solver.restore(&mut ws.back, y)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        self.solver.tolerate(&mut ws.forth, norm);
        self.solver.tolerate(&mut ws.back, norm);
    }
}

impl<F: Dynamics, S: Embedded<F>> Embedded<F> for Coupled<S> {
    const ERROR_ORDER: u32 = S::ERROR_ORDER;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        self.solver.error(&mut ws.forth, h)
    }

    fn error_sq(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        self.solver.error_sq(&mut ws.forth, h, y0, y1, norm)
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        self.solver.reset(&mut ws.forth);
        self.solver.probe(f, &mut ws.forth, t, y, h)
    }
}

impl<F: Dynamics, S: Dense<F>> Dense<F> for Coupled<S> {
    const DENSE_ORDER: u32 = S::DENSE_ORDER;
    const DENSE_DEGREE: usize = S::DENSE_DEGREE;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        self.solver.interpolate(f, &mut ws.forth, StepStart { t, h, y0: &ws.z }, theta, out);
        out.add_scaled(self.share(theta), y0);
        out.add_scaled(-self.share(theta), &ws.z);
    }
}

impl<F: Dynamics, S: Solver<F>> Reversible<F> for Coupled<S> {
    fn step_back(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepEnd { t, h, y1 }: StepEnd<'_, F::State>,
        y0: &mut F::State,
    ) -> Result<()> {
        ws.start(y1);
        ws.retreat(f, &self.solver, (t, h), y1)?;
        ws.z.add_scaled(-1.0, &ws.stepped);
        self.solver.reset(&mut ws.forth);
        self.solver.step(f, &mut ws.forth, StepStart { t, h, y0: &ws.z }, &mut ws.stepped)?;
        y0.assign(&ws.z);
        y0.add_scaled(1.0 / self.coupling, y1);
        y0.add_scaled(-1.0 / self.coupling, &ws.stepped);
        Ok(())
    }
}

/// The cotangent of the second solution.
pub struct CoupledCotangent<F: Differentiable, T> {
    z_bar: F::State,
    step_bar: F::State,
    y0: F::State,
    tape: T,
}

impl<F: Differentiable, S: StepVjp<F> + Solver<F, Workspace: Clone>> ReverseStep<F> for Coupled<S> {
    type Cotangent = CoupledCotangent<F, S::Tape>;

    fn cotangent(&self, f: &F, y: &F::State) -> Self::Cotangent {
        CoupledCotangent {
            z_bar: y.zeros_like(),
            step_bar: y.zeros_like(),
            y0: y.zeros_like(),
            tape: self.solver.tape(f, y),
        }
    }

    fn unwind(
        &self,
        f: &F,
        at: &mut Reversal<F, Self>,
        step: Span,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let Reversal { y, workspace: ws, carried: CoupledCotangent { z_bar, step_bar, y0, tape } } = at;
        let (t, h) = (step.t0, step.length());
        // z₁ = z₀ + y₁ − Φ(t + h, −h, y₁).
        step_bar.set_zeros();
        step_bar.add_scaled(-1.0, z_bar);
        let retreat = StepStart { t: t + h, h: -h, y0: y };
        let moved = self.solver.step_vjp(f, tape, retreat, &mut [], Bars { y: step_bar, params: pbar })?;
        let mut cotangent = StepCotangent { start: moved.end, end: moved.start };
        ybar.add_scaled(1.0, z_bar);
        ybar.add_scaled(1.0, step_bar);

        self.step_back(f, ws, StepEnd { t, h, y1: y }, y0)?;
        // y₁ = Φ(t, h, z₀) + λ (y₀ − z₀).
        step_bar.assign(ybar);
        cotangent += self.solver.step_vjp(
            f,
            tape,
            StepStart { t, h, y0: &ws.z },
            outputs,
            Bars { y: step_bar, params: pbar },
        )?;
        z_bar.add_scaled(1.0, step_bar);
        z_bar.add_scaled(-self.coupling, ybar);
        ybar.scale_by(self.coupling);
        for output in outputs {
            let OutputCotangent { theta, cotangent: w, .. } = *output;
            ybar.add_scaled(self.share(theta), w);
            z_bar.add_scaled(-self.share(theta), w);
            let time = (self.coupling - 1.0) * (w.inner(y0) - w.inner(&ws.z)) / h;
            output.time += time;
            cotangent.start -= (1.0 - theta) * time;
            cotangent.end -= theta * time;
        }
        y.replace_by(y0);
        Ok(cotangent)
    }

    fn unwind_start(&self, _: &F, at: &mut Reversal<F, Self>, _: f64, ybar: &mut F::State, _: &mut F::Params) -> f64 {
        ybar.add_scaled(1.0, &at.carried.z_bar);
        0.0
    }
}
