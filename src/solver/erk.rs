//! The one engine of all explicit Runge–Kutta methods.

use std::marker::PhantomData;

use super::tableau::{check, check_embedded, is_fsal};
use super::{Dense, Embedded, EmbeddedTableau, Method, Probe, Solver, Tableau};
use crate::{Dynamics, Result, State};

/// The explicit Runge–Kutta method of a [`Tableau`] with `S` stages.
pub struct Erk<T, const S: usize>(PhantomData<fn() -> T>);

impl<T: Tableau<S>, const S: usize> Erk<T, S> {
    /// The method. Compiles only if the tableau satisfies its order conditions.
    #[must_use]
    pub const fn new() -> Self {
        const { check::<T, S>() }
        Self(PhantomData)
    }
}

impl<T: Tableau<S>, const S: usize> Default for Erk<T, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const S: usize> Clone for Erk<T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, const S: usize> Copy for Erk<T, S> {}

impl<T: Tableau<S>, const S: usize> std::fmt::Debug for Erk<T, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(T::NAME)
    }
}

/// The stages of an explicit method, on the stack for states that live there.
#[derive(Debug, Clone)]
pub struct ErkWorkspace<Y, const S: usize> {
    /// The slopes `k`.
    k: [Y; S],
    /// The argument of the stage being evaluated; the error estimate once asked for.
    stage: Y,
    /// Whether `k[0]` is the slope at the start of the step to come.
    first_is_known: bool,
    evaluations: u64,
}

impl<Y: State, const S: usize> ErkWorkspace<Y, S> {
    fn new(y0: &Y) -> Self {
        Self {
            k: std::array::from_fn(|_| y0.zeros_like()),
            stage: y0.zeros_like(),
            first_is_known: false,
            evaluations: 0,
        }
    }

    #[inline(always)]
    fn compute_first<F: Dynamics<State = Y>>(&mut self, f: &F, t: f64, y: &Y) {
        if !self.first_is_known {
            f.eval(t, y, &mut self.k[0]);
            self.evaluations += 1;
            self.first_is_known = true;
        }
    }
}

impl<T: Tableau<S>, const S: usize> Method for Erk<T, S> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F: Dynamics, T: Tableau<S>, const S: usize> Solver<F> for Erk<T, S> {
    type Workspace = ErkWorkspace<F::State, S>;

    fn workspace(&self, _f: &F, y0: &F::State) -> Self::Workspace {
        ErkWorkspace::new(y0)
    }

    #[inline]
    fn reset(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = false;
    }

    #[inline(always)]
    fn step(&self, f: &F, ws: &mut Self::Workspace, t: f64, h: f64, y0: &F::State, y1: &mut F::State) -> Result<()> {
        ws.compute_first(f, t, y0);
        // The argument of the last stage of an FSAL method is y1 itself.
        let inner = if const { is_fsal::<T, S>() } { S - 1 } else { S };
        for i in 1..inner {
            let (done, rest) = ws.k.split_at_mut(i);
            ws.stage.combine(y0, h, &T::A[i][..i], done);
            f.eval(t + T::C[i] * h, &ws.stage, &mut rest[0]);
        }
        y1.combine(y0, h, &T::B[..inner], &ws.k[..inner]);
        if inner < S {
            f.eval(t + h, y1, &mut ws.k[S - 1]);
        }
        ws.evaluations += S as u64 - 1;
        Ok(())
    }

    #[inline(always)]
    fn accept(&self, ws: &mut Self::Workspace) {
        if const { is_fsal::<T, S>() } {
            if let [first, .., last] = &mut ws.k[..] {
                first.replace_by(last);
            }
        } else {
            ws.first_is_known = false;
        }
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }
}

impl<F: Dynamics, T: EmbeddedTableau<S>, const S: usize> Embedded<F> for Erk<T, S> {
    const ERROR_ORDER: u32 = 1 + if T::ORDER < T::EMBEDDED_ORDER { T::ORDER } else { T::EMBEDDED_ORDER };

    #[inline(always)]
    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        const { check_embedded::<T, S>() }
        ws.stage.set_zeros();
        ws.stage.accumulate(h, &T::E, &ws.k);
        &ws.stage
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        ws.compute_first(f, t, y);
        let h = h(&ws.k[0]);
        ws.stage.combine(y, h, &[1.0], &ws.k[..1]);
        f.eval(t + h, &ws.stage, &mut ws.k[S - 1]);
        ws.evaluations += 1;
        Probe { h, start: &ws.k[0], end: &ws.k[S - 1] }
    }
}

impl<F: Dynamics, T: Tableau<S>, const S: usize> Dense<F> for Erk<T, S> {
    const DENSE_ORDER: u32 = T::DENSE_ORDER;

    fn interpolate(&self, ws: &mut Self::Workspace, h: f64, y0: &F::State, theta: f64, out: &mut F::State) {
        out.combine(y0, h, &T::DENSE.weights(theta), &ws.k);
    }
}
