//! The engine of all collocation methods.

use std::marker::PhantomData;

use super::CollocationTableau;
use super::newton::StageSolver;
use super::tableau::{check_collocation, ends_at_last_stage, multiply, slopes_of};
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::by_table::by_table;
use crate::solver::implicit::newton::kept::solve_with_kept_jacobian;
use crate::solver::implicit::{ComplexSolver, Lu, Matrices};
use crate::solver::kept_states::{KeptStates, Use, are_counts, are_small_counts, show};
use crate::solver::{Method, Solver, StepStart, Tableau};
use crate::state::{ErrorNorm, Span, State};

/// The collocation method of a [`CollocationTableau`] with `S` stages and the linear solver `L`.
///
/// The error of a step is estimated by `γ₀ (I − h γ₀ J)⁻¹ δ`, where `δ = h (f(t, y₀) − u'(t))` is the defect of the
/// collocation polynomial `u` at the start of the step. It is `O(h^(S + 1))`, and bounded on stiff problems. For
/// Radau's method of order 5 it is the estimate of the code RADAU5 (Hairer & Wanner II, formula (IV.8.19)), with the
/// second estimate (8.20) after a rejection and in the first step. J. J. B. de Swart & G. Söderlind, *On the
/// construction of error estimators for implicit Runge–Kutta methods*, J. Comput. Appl. Math. 86 (1997),
/// doi:10.1016/S0377-0427(97)00166-0, discuss similar estimates for any implicit method.
///
/// The interpolant is the polynomial of degree `S + 1` with the slope `f(t, y₀)` at the start and the slopes of `u` at
/// the nodes. It has order `S + 1`.
pub struct Collocation<T, const S: usize, L = Lu> {
    pub(super) linear: L,
    table: PhantomData<fn() -> T>,
}

by_table!(Collocation, CollocationTableau, check_collocation);

/// The stages of a collocation method, and the polynomial of the previous step.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct CollocationWorkspace<F: Dynamics, const S: usize, L: ComplexSolver<F>> {
    pub(super) stages: StageSolver<F, S, L>,
    /// The slopes of the last accepted step.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    past: [F::State; S],
    /// Its length; `None` if there is no previous step.
    pub(super) past_h: Option<f64>,
    /// The length of the step just computed.
    h: f64,
    /// The number of trials of this step so far.
    pub(super) attempts: u32,
    /// `f(t, y₀)`.
    pub(super) start: F::State,
    pub(super) start_is_known: bool,
    /// `h (f(t, y₀) − u'(t))`.
    pub(super) defect: F::State,
    /// The error estimate.
    pub(super) error: F::State,
    pub(super) evaluations: u64,
}

/// Excludes the states of the stages.
impl<F: Dynamics, const S: usize, L: ComplexSolver<F>> KeptStates<F::State> for CollocationWorkspace<F, S, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        show(see, Use::needed_if(self.past_h.is_some()), &mut self.past);
        see(&mut self.start, Use::needed_if(self.start_is_known));
        show(see, Use::Free, [&mut self.defect, &mut self.error]);
    }
}

impl<T: CollocationTableau<S>, const S: usize, L> Collocation<T, S, L> {
    /// The first guess for the stages: the collocation polynomial of the previous step, beyond its end.
    fn guess<F: Dynamics>(ws: &mut CollocationWorkspace<F, S, L>, h: f64)
    where
        L: ComplexSolver<F>,
    {
        let weights = ws.past_h.map(|past_h| (past_h, extrapolation::<T, S>(h / past_h)));
        for (r, w) in ws.stages.w.iter_mut().enumerate() {
            w.set_zeros();
            if let Some((past_h, weights)) = &weights {
                w.accumulate(*past_h, &weights[r], &ws.past);
            }
        }
    }
}

impl<F: Dynamics, const S: usize, L: ComplexSolver<F>> CollocationWorkspace<F, S, L> {
    /// Passes the memory of the method `T` on to the method `U`, which makes the next step or trial: the Jacobian, the
    /// slope at the start of the step, and the slopes of the last polynomial at the nodes of `U`.
    pub(super) fn pass_on<T: Tableau<S>, U: Tableau<R>, const R: usize>(
        &mut self,
        next: &mut CollocationWorkspace<F, R, L>,
    ) {
        self.stages.pass_on(&mut next.stages);
        next.past_h = self.past_h.take();
        if next.past_h.is_some() {
            for (slope, c) in next.past.iter_mut().zip(U::C) {
                slope.set_zeros();
                slope.accumulate(1.0, &T::DENSE.derivative(c), &self.past);
            }
        }
        next.attempts = std::mem::take(&mut self.attempts);
        next.start_is_known = std::mem::take(&mut self.start_is_known);
        std::mem::swap(&mut self.start, &mut next.start);
    }
}

/// The weights of the slopes of the last step in the guess for `w`, for a step `ratio` times as long.
fn extrapolation<T: CollocationTableau<S>, const S: usize>(ratio: f64) -> [[f64; S]; S] {
    let stages: [[f64; S]; S] = std::array::from_fn(|i| {
        let weights = T::DENSE.weights(1.0 + ratio * T::C[i]);
        std::array::from_fn(|j| weights[j] - T::B[j])
    });
    multiply(&T::T_INV, &stages)
}

impl<T: Tableau<S>, const S: usize, L> Method for Collocation<T, S, L> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F, T, const S: usize, L> Solver<F> for Collocation<T, S, L>
where
    F: Dynamics,
    T: CollocationTableau<S>,
    L: ComplexSolver<F>,
{
    type Workspace = CollocationWorkspace<F, S, L>;

    /// A method that ends at its last stage keeps the algebraic equations.
    const TAKES_MASS: bool = ends_at_last_stage::<T, S>() && L::TAKES_MASS;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        CollocationWorkspace {
            stages: StageSolver::new(&self.linear, f, y0),
            past: std::array::from_fn(|_| y0.zeros_like()),
            past_h: None,
            h: 0.0,
            attempts: 0,
            start: y0.zeros_like(),
            start_is_known: false,
            defect: y0.zeros_like(),
            error: y0.zeros_like(),
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.stages.reset();
        ws.past_h = None;
        ws.attempts = 0;
        ws.start_is_known = false;
    }

    fn begin(&self, f: &F, ws: &mut Self::Workspace, span: Span, y0: &F::State) -> Result<()> {
        if F::HAS_MASS {
            ws.error = ws.stages.begin(&self.linear, f, span, y0)?;
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::NewtonDiverged`], [`Error::SingularMatrix`] and [`Error::NonFinite`]; a shorter step may succeed. Also
    /// the errors of [`LinearSolver::validate`](crate::solver::implicit::LinearSolver::validate).
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        self.linear.validate()?;
        let step = StepStart { t, h, y0 };
        ws.attempts += 1;
        if !ws.start_is_known {
            f.eval(t, y0, &mut ws.start);
            ws.start_is_known = true;
            ws.evaluations += 1;
        }
        solve_with_kept_jacobian(
            ws,
            (t, h),
            |ws| ws.stages.prepare::<T>(&self.linear, f, step, &ws.start),
            |ws| {
                Self::guess(ws, h);
                ws.stages.solve::<T>(&self.linear, f, step)
            },
        )?;
        // The slopes that satisfy the stage equations. A stiff field at the last iterate amplifies its error.
        let StageSolver { k, w, .. } = &mut ws.stages;
        for (k, row) in k.iter_mut().zip(&const { slopes_of::<T, S>() }) {
            k.set_zeros();
            k.accumulate(1.0 / h, row, w);
        }
        if const { ends_at_last_stage::<T, S>() } {
            y1.combine(y0, 1.0, &T::T[S - 1], w);
        } else {
            y1.combine(y0, h, &T::B, k);
        }
        ws.h = h;
        if self.estimate(f, ws, step, y1) { Ok(()) } else { Err(Error::NewtonDiverged { t, h }) }
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        std::mem::swap(&mut ws.past, &mut ws.stages.k);
        ws.past_h = Some(ws.h);
        ws.attempts = 0;
        // With a mass matrix, the value of the field is not the slope.
        ws.start_is_known = const { ends_at_last_stage::<T, S>() && !F::HAS_MASS };
        if ws.start_is_known {
            ws.start.assign(&ws.past[S - 1]);
        }
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations + ws.stages.evaluations(&self.linear)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        ws.stages.matrices(&self.linear)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.scrub();
        ws.stages.settle(&self.linear, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let own = ws.fit(y) && are_counts(&[ws.evaluations]) && are_small_counts(&[ws.attempts]);
        own && ws.stages.restore::<T>(&self.linear, y)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        ws.stages.tolerate(norm);
    }
}
