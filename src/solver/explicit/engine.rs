//! The engine of all explicit Runge–Kutta methods.

use std::marker::PhantomData;

use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::by_table::marker_of_table;
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::stiffness::{Contrast, real_stability};
use crate::solver::tableau::{check_estimate, end_to_start, estimate_order, is_fsal, is_fsal_with_extra, stages};
use crate::solver::{
    Coarse, Dense, Embedded, EmbeddedTableau, Method, Probe, Solver, StepStart, Stiffness, Tableau, check,
};
use crate::state::{ErrorNorm, State};

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

marker_of_table!(Erk, Tableau);

/// The stages of an explicit method, on the stack for states that live there.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ErkWorkspace<Y, const S: usize> {
    /// The slopes `k`.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    k: [Y; S],
    /// The argument of the current stage; the error estimate after a call of `error`.
    stage: Y,
    /// Whether `k[0]` is the slope at the start of the next step.
    first_is_known: bool,
    /// Whether the extra stages of the interpolant have been computed for this step.
    extra_is_known: bool,
    evaluations: u64,
}

impl<Y: State, const S: usize> ErkWorkspace<Y, S> {
    fn new(y0: &Y) -> Self {
        Self {
            k: std::array::from_fn(|_| y0.zeros_like()),
            stage: y0.zeros_like(),
            first_is_known: false,
            extra_is_known: false,
            evaluations: 0,
        }
    }

    /// Evaluates stage `i`.
    #[inline(always)]
    fn compute<F: Dynamics<State = Y>, T: Tableau<S>>(&mut self, i: usize, f: &F, t: f64, h: f64, y0: &Y) {
        let (done, rest) = self.k.split_at_mut(i);
        self.stage.combine(y0, h, &T::A[i][..i], done);
        f.eval(t + T::C[i] * h, &self.stage, &mut rest[0]);
    }

    /// Writes `h Σ e k` into `stage`.
    #[inline(always)]
    fn estimate(&mut self, h: f64, e: &[f64; S]) {
        self.stage.set_zeros();
        self.stage.accumulate(h, e, &self.k);
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

impl<Y: State, const S: usize> KeptStates<Y> for ErkWorkspace<Y, S> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        let (first, rest) = self.k.split_at_mut(1);
        show(see, Use::needed_if(self.first_is_known), first);
        show(see, Use::Free, rest);
        see(&mut self.stage, Use::Free);
    }
}

/// Whether a state is small enough for unrolled stages.
pub(crate) const fn lives_in_registers<Y>() -> bool {
    size_of::<Y>() <= 64 && !std::mem::needs_drop::<Y>()
}

/// `for $i in 1..$end`, unrolled up to 15, since the compiler does not unroll long loops.
macro_rules! unrolled {
    ($end:ident, |$i:ident| $body:expr) => {
        unrolled!($end, |$i| $body, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for $i in 16..$end {
            $body;
        }
    };
    ($end:ident, |$i:ident| $body:expr, $($n:literal)*) => {
        $(if $n < $end {
            let $i = $n;
            $body;
        })*
    };
}

impl<T: Tableau<S>, const S: usize> Method for Erk<T, S> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F: Dynamics, T: Tableau<S>, const S: usize> Solver<F> for Erk<T, S> {
    type Workspace = ErkWorkspace<F::State, S>;

    const SENSES_STIFFNESS: bool = Contrast::of::<T>().is_some();

    fn workspace(&self, _f: &F, y0: &F::State) -> Self::Workspace {
        ErkWorkspace::new(y0)
    }

    #[inline]
    fn reset(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = false;
        ws.extra_is_known = false;
    }

    #[inline(always)]
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        ws.compute_first(f, t, y0);
        // The argument of the last stage of an FSAL method is y1 itself.
        let stages = const { stages::<T, S>() };
        let inner = if const { is_fsal::<T, S>() } { stages - 1 } else { stages };
        if const { lives_in_registers::<F::State>() } {
            unrolled!(inner, |i| ws.compute::<F, T>(i, f, t, h, y0));
        } else {
            for i in 1..inner {
                ws.compute::<F, T>(i, f, t, h, y0);
            }
        }
        y1.combine(y0, h, &T::B[..inner], &ws.k[..inner]);
        if inner < stages {
            f.eval(t + h, y1, &mut ws.k[stages - 1]);
        }
        ws.extra_is_known = false;
        ws.evaluations += stages as u64 - 1;
        Ok(())
    }

    #[inline(always)]
    fn accept(&self, ws: &mut Self::Workspace) {
        if const { is_fsal::<T, S>() } {
            end_to_start(&mut ws.k, const { stages::<T, S>() } - 1);
        } else if const { is_fsal_with_extra::<T, S>() } && ws.extra_is_known {
            end_to_start(&mut ws.k, const { stages::<T, S>() });
        } else {
            ws.first_is_known = false;
        }
        ws.extra_is_known = false;
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
        ws.scrub();
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        ws.fit(y) && are_counts(&[ws.evaluations])
    }

    #[inline(always)]
    fn stiffness(
        &self,
        ws: &mut Self::Workspace,
        StepStart { t, h, .. }: StepStart<'_, F::State>,
        mut norm: impl FnMut(&F::State) -> f64,
    ) -> Option<Stiffness> {
        let contrast = const { Contrast::of::<T>() }?;
        let h_lambda = if const { lives_in_registers::<F::State>() } {
            // A copy, so that the stages themselves need no address.
            contrast_of(&mut ws.clone(), h, &contrast, &mut norm)
        } else {
            contrast_of(ws, h, &contrast, &mut norm)
        };
        h_lambda.map(|h_lambda| Stiffness { t, h_lambda, limit: const { real_stability::<T, S>() } })
    }
}

/// The ratio of the difference of slopes to the difference of their states; `None` if the states do not differ.
#[cold]
#[inline(never)]
fn contrast_of<Y: State, const S: usize>(
    ws: &mut ErkWorkspace<Y, S>,
    h: f64,
    Contrast { slopes, states }: &Contrast<S>,
    norm: &mut dyn FnMut(&Y) -> f64,
) -> Option<f64> {
    ws.estimate(h, states);
    let distance = norm(&ws.stage);
    ws.estimate(h, slopes);
    (distance > 0.0).then(|| norm(&ws.stage) / distance)
}

impl<F: Dynamics, T: EmbeddedTableau<S>, const S: usize> Embedded<F> for Erk<T, S> {
    const ERROR_ORDER: u32 = error_order::<T, S>();

    #[inline(always)]
    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        const { check_estimate::<T, S>() }
        ws.estimate(h, &T::E);
        &ws.stage
    }

    #[inline(always)]
    fn error_sq(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        const { check_estimate::<T, S>() }
        ws.estimate(h, &T::E);
        let fine = norm.mean_sq(&ws.stage, y0, y1);
        let Some(Coarse { e, .. }) = T::COARSE else { return fine };
        ws.estimate(h, &e);
        let coarse = norm.mean_sq(&ws.stage, y0, y1);
        if fine == 0.0 { 0.0 } else { fine * (fine / (fine + 0.01 * coarse)) }
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

/// The order of the error norm; see [`Coarse`] for methods with three solutions.
const fn error_order<T: EmbeddedTableau<S>, const S: usize>() -> u32 {
    let fine = estimate_order(T::ORDER, T::EMBEDDED_ORDER);
    match T::COARSE {
        None => fine,
        Some(Coarse { order, .. }) => 2 * fine - (order + 1),
    }
}

impl<F: Dynamics, T: Tableau<S>, const S: usize> Dense<F> for Erk<T, S> {
    const DENSE_ORDER: u32 = T::DENSE_ORDER;
    const DENSE_DEGREE: usize = T::DENSE.degree();

    #[inline]
    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        if const { T::EXTRA > 0 } && !ws.extra_is_known {
            compute_extra::<F, T, S>(f, ws, step);
        }
        out.combine(step.y0, step.h, &T::DENSE.weights(theta), &ws.k);
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        if const { T::EXTRA > 0 } && !ws.extra_is_known {
            compute_extra::<F, T, S>(f, ws, step);
        }
        out.set_zeros();
        out.accumulate(1.0, &T::DENSE.derivative(theta), &ws.k);
    }
}

/// Computes the extra stages of the last step, which only the interpolant reads.
fn compute_extra<F: Dynamics, T: Tableau<S>, const S: usize>(
    f: &F,
    ws: &mut ErkWorkspace<F::State, S>,
    StepStart { t, h, y0 }: StepStart<'_, F::State>,
) {
    for i in stages::<T, S>()..S {
        ws.compute::<F, T>(i, f, t, h, y0);
    }
    ws.extra_is_known = true;
    ws.evaluations += T::EXTRA as u64;
}
