//! The error estimate of a collocation method, and its interpolant.

use super::tableau::{bend, gamma};
use super::{Collocation, CollocationTableau, CollocationWorkspace};
use crate::dynamics::Dynamics;
use crate::solver::implicit::ComplexSolver;
use crate::solver::{Dense, Embedded, Probe, StepStart};
use crate::state::{ErrorNorm, State};

impl<T: CollocationTableau<S>, const S: usize, L> Collocation<T, S, L> {
    /// Computes the error estimate. False if a linear system was not solved.
    pub(super) fn estimate<F: Dynamics>(
        &self,
        f: &F,
        ws: &mut CollocationWorkspace<F, S, L>,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &F::State,
    ) -> bool
    where
        L: ComplexSolver<F>,
    {
        let gamma = const { gamma::<T, S>() };
        ws.stages.weigh(f, -h, &const { T::DENSE.derivative(0.0) }, &mut ws.defect);
        ws.defect.add_scaled(h, &ws.start);
        ws.error.set_zeros();
        ws.error.add_scaled(gamma, &ws.defect);
        if !ws.stages.filter::<T>(&self.linear, f, &mut ws.error) {
            return false;
        }
        let doubted = ws.attempts > 1 || ws.past_h.is_none();
        let norm = ws.stages.norm().filter(|_| doubted);
        if norm.is_none_or(|norm| norm.norm(&ws.error, y0, y1) < 1.0) {
            return true;
        }
        // f(t, y₀ + error) in place of f(t, y₀): without the part of y₀ that decays at once.
        let slope = ws.stages.evaluate_beside(f, t, y0, &ws.error);
        ws.error.assign(&ws.defect);
        ws.error.add_scaled(h, slope);
        ws.error.add_scaled(-h, &ws.start);
        ws.error.scale_by(gamma);
        ws.stages.filter::<T>(&self.linear, f, &mut ws.error)
    }
}

impl<F, T, const S: usize, L> Embedded<F> for Collocation<T, S, L>
where
    F: Dynamics,
    T: CollocationTableau<S>,
    L: ComplexSolver<F>,
{
    const ERROR_ORDER: u32 = S as u32 + 1;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, _: f64) -> &'w F::State {
        &ws.error
    }

    fn keeps_step(&self, ws: &Self::Workspace, factor: f64) -> bool {
        ws.stages.keeps_step(&self.linear, factor)
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        if F::HAS_MASS {
            let h = h(&ws.error);
            return Probe { h, start: &ws.error, end: &ws.error };
        }
        f.eval(t, y, &mut ws.start);
        ws.start_is_known = true;
        let h = h(&ws.start);
        ws.defect.combine(y, h, &[1.0], std::slice::from_ref(&ws.start));
        f.eval(t + h, &ws.defect, &mut ws.error);
        ws.evaluations += 2;
        Probe { h, start: &ws.start, end: &ws.error }
    }
}

impl<F, T, const S: usize, L> Dense<F> for Collocation<T, S, L>
where
    F: Dynamics,
    T: CollocationTableau<S>,
    L: ComplexSolver<F>,
{
    /// With a mass matrix the slope at the start is not known.
    const DENSE_ORDER: u32 = if F::HAS_MASS { S as u32 } else { S as u32 + 1 };

    fn interpolate(
        &self,
        _: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        out.combine(step.y0, step.h, &T::DENSE.weights(theta), &ws.stages.k);
        // Adds the slope at the start, by a polynomial that changes no other slope. With a mass matrix it is not known.
        if !F::HAS_MASS {
            out.add_scaled(bend(&T::C, theta), &ws.defect);
        }
    }
}
