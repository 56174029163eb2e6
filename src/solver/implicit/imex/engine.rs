//! The engine of all additive (implicit–explicit) Runge–Kutta methods.

use std::marker::PhantomData;

use super::tableau::{ImexTableau, check_embedded_imex, check_imex, embedded_order, is_fsal};
use crate::dynamics::{Dynamics, Split};
use crate::error::{Error, Result};
use crate::solver::by_table::by_table;
use crate::solver::implicit::dirk::{DirkTableau, adds_unfiltered, gamma, predictor};
use crate::solver::implicit::newton::kept::{Unsolved, solve_with_kept_jacobian};
use crate::solver::implicit::newton::{Equation, Newton};
use crate::solver::implicit::{LinearSolver, Lu, Matrices};
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::tableau::{end_to_start, estimate_order};
use crate::solver::{Dense, Embedded, EmbeddedTableau, Method, Probe, Solver, StepStart, Tableau};
use crate::state::{ErrorNorm, State};

/// The additive method of an [`ImexTableau`] with `S` stages and the linear solver `L`, for [`Split`] fields.
///
/// Newton's method and its Jacobian use the implicit part only. An evaluation of either part counts as one.
pub struct Imex<T, const S: usize, L = Lu> {
    pub(super) linear: L,
    table: PhantomData<fn() -> T>,
}

by_table!(Imex, ImexTableau, check_imex);

/// The stages of an additive method.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct ImexWorkspace<F: Split, const S: usize, L: LinearSolver<F::Implicit>> {
    /// The slopes of the explicit part.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub(super) explicit: [F::State; S],
    /// The slopes of the implicit part.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub(super) implicit: [F::State; S],
    /// The argument of the current stage; the error estimate after a call of `error`, or at the end of a step if it is
    /// filtered.
    stage: F::State,
    /// Its distance from the start of the step.
    change: F::State,
    psi: F::State,
    newton: Newton<F::Implicit, L>,
    first_is_known: bool,
    /// Evaluations of either part, except by Newton's method.
    evaluations: u64,
}

impl<F: Split, const S: usize, L: LinearSolver<F::Implicit>> ImexWorkspace<F, S, L> {
    /// Evaluates both parts at the start of a step.
    fn compute_first(&mut self, f: &F, t: f64, y: &F::State) {
        if !self.first_is_known {
            f.eval_explicit(t, y, &mut self.explicit[0]);
            f.implicit().eval(t, y, &mut self.implicit[0]);
            self.evaluations += 2;
            self.first_is_known = true;
        }
    }

    /// Writes `y0 + h Σ (e kE + i kI)` into `out`.
    pub(super) fn combine(&self, out: &mut F::State, y0: &F::State, h: f64, e: &[f64; S], i: &[f64; S]) {
        out.combine(y0, h, e, &self.explicit);
        out.accumulate(h, i, &self.implicit);
    }

    /// Adds `h Σ (e kE + i kI)` to `stage`.
    fn add_difference(&mut self, h: f64, e: &[f64; S], i: &[f64; S]) {
        self.stage.accumulate(h, e, &self.explicit);
        self.stage.accumulate(h, i, &self.implicit);
    }
}

/// Excludes the states of Newton's method.
impl<F: Split, const S: usize, L: LinearSolver<F::Implicit>> KeptStates<F::State> for ImexWorkspace<F, S, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        for slopes in [&mut self.explicit, &mut self.implicit] {
            let (first, rest) = slopes.split_at_mut(1);
            show(see, Use::needed_if(self.first_is_known), first);
            show(see, Use::Free, rest);
        }
        show(see, Use::Free, [&mut self.stage, &mut self.change, &mut self.psi]);
    }
}

impl<T: ImexTableau<S>, const S: usize, L> Imex<T, S, L> {
    /// Solves the stages with the prepared matrix.
    fn stages<F: Split>(
        &self,
        f: &F,
        ws: &mut ImexWorkspace<F, S, L>,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
    ) -> Result<(), Unsolved>
    where
        L: LinearSolver<F::Implicit>,
    {
        for i in 1..S {
            let time = t + T::Implicit::C[i] * h;
            let a = h * T::Implicit::A[i][i];
            ws.psi.set_zeros();
            ws.psi.accumulate(h, &T::Explicit::A[i][..i], &ws.explicit[..i]);
            ws.psi.accumulate(h, &T::Implicit::A[i][..i], &ws.implicit[..i]);
            let (done, rest) = ws.implicit.split_at_mut(i);
            if a == 0.0 {
                ws.stage.combine(y0, 1.0, &[1.0], std::slice::from_ref(&ws.psi));
                f.implicit().eval(time, &ws.stage, &mut rest[0]);
                ws.evaluations += 1;
            } else {
                ws.change.combine(&ws.psi, a, &const { predictor(T::Implicit::C) }[i][..i], done);
                let equation = Equation { t: time, a, psi: &ws.psi, y0 };
                ws.newton.solve(&self.linear, f.implicit(), &equation, &mut ws.change, &mut rest[0])?;
                ws.stage.combine(y0, 1.0, &[1.0], std::slice::from_ref(&ws.change));
            }
            f.eval_explicit(time, &ws.stage, &mut ws.explicit[i]);
            ws.evaluations += 1;
        }
        Ok(())
    }
}

impl<T: ImexTableau<S>, const S: usize, L> Method for Imex<T, S, L> {
    const ORDER: u32 = T::Implicit::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F, T, const S: usize, L> Solver<F> for Imex<T, S, L>
where
    F: Split,
    T: ImexTableau<S>,
    L: LinearSolver<F::Implicit>,
{
    type Workspace = ImexWorkspace<F, S, L>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        ImexWorkspace {
            explicit: std::array::from_fn(|_| y0.zeros_like()),
            implicit: std::array::from_fn(|_| y0.zeros_like()),
            stage: y0.zeros_like(),
            change: y0.zeros_like(),
            psi: y0.zeros_like(),
            newton: Newton::new(&self.linear, f.implicit(), y0),
            first_is_known: false,
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = false;
        ws.newton.reset();
    }

    /// # Errors
    /// [`NewtonDiverged`](crate::error::Error::NewtonDiverged), [`SingularMatrix`](crate::error::Error::SingularMatrix)
    /// and [`NonFinite`](crate::error::Error::NonFinite); a shorter step may succeed. Also the errors of
    /// [`LinearSolver::validate`].
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        self.linear.validate()?;
        ws.compute_first(f, t, y0);
        let a = h * const { gamma::<T::Implicit, S>() };
        solve_with_kept_jacobian(
            ws,
            (t, h),
            |ws| ws.newton.prepare(&self.linear, f.implicit(), StepStart { t, h, y0 }, a),
            |ws| self.stages(f, ws, StepStart { t, h, y0 }),
        )?;
        if const { is_fsal::<T, S>() } {
            y1.assign(&ws.stage);
        } else {
            ws.combine(y1, y0, h, &T::Explicit::B, &T::Implicit::B);
        }
        if let Some(e) = T::Implicit::FILTERED {
            ws.stage.set_zeros();
            ws.add_difference(h, &e, &e);
            if !ws.newton.filter(&self.linear, f.implicit(), &mut ws.stage) {
                return Err(Error::NewtonDiverged { t, h });
            }
            if const { adds_unfiltered::<T::Implicit, S>() } {
                ws.add_difference(h, &T::Implicit::UNFILTERED, &T::Implicit::UNFILTERED);
            }
        }
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = const { is_fsal::<T, S>() };
        if ws.first_is_known {
            end_to_start(&mut ws.explicit, S - 1);
            end_to_start(&mut ws.implicit, S - 1);
        }
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations + ws.newton.evaluations(&self.linear)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        ws.newton.matrices(&self.linear)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.scrub();
        ws.newton.settle(&self.linear, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        ws.fit(y) && are_counts(&[ws.evaluations]) && ws.newton.restore(&self.linear, y)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        ws.newton.tolerate(norm);
    }
}

impl<F, T, const S: usize, L> Embedded<F> for Imex<T, S, L>
where
    F: Split,
    T: ImexTableau<S, Explicit: EmbeddedTableau<S>, Implicit: EmbeddedTableau<S>>,
    L: LinearSolver<F::Implicit>,
{
    const ERROR_ORDER: u32 = estimate_order(T::Implicit::ORDER, embedded_order::<T::Implicit, S>());

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        const { check_embedded_imex::<T, S>() }
        if T::Implicit::FILTERED.is_none() {
            ws.stage.set_zeros();
            ws.add_difference(h, &T::Explicit::E, &T::Implicit::E);
        }
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
        ws.psi.assign(&ws.explicit[0]);
        ws.psi.add_scaled(1.0, &ws.implicit[0]);
        let h = h(&ws.psi);
        ws.stage.assign(y);
        ws.stage.add_scaled(h, &ws.psi);
        // The storage of the last stage is free.
        f.eval_explicit(t + h, &ws.stage, &mut ws.explicit[S - 1]);
        f.implicit().eval(t + h, &ws.stage, &mut ws.implicit[S - 1]);
        ws.explicit[S - 1].add_scaled(1.0, &ws.implicit[S - 1]);
        ws.evaluations += 2;
        Probe { h, start: &ws.psi, end: &ws.explicit[S - 1] }
    }
}

impl<F, T, const S: usize, L> Dense<F> for Imex<T, S, L>
where
    F: Split,
    T: ImexTableau<S>,
    L: LinearSolver<F::Implicit>,
{
    const DENSE_ORDER: u32 = T::Implicit::DENSE_ORDER;
    const DENSE_DEGREE: usize = {
        let (explicit, implicit) = (T::Explicit::DENSE.degree(), T::Implicit::DENSE.degree());
        if explicit > implicit { explicit } else { implicit }
    };
    const LANDS: bool = T::LANDS;

    fn interpolate(
        &self,
        _: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        let (explicit, implicit) = (T::Explicit::DENSE.weights(theta), T::Implicit::DENSE.weights(theta));
        ws.combine(out, step.y0, step.h, &explicit, &implicit);
    }
}
