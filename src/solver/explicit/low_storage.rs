//! Low-storage Runge–Kutta methods: two registers for any number of stages.
//!
//! J. H. Williamson, *Low-storage Runge–Kutta schemes*, J. Comput. Phys. 35 (1980), doi:10.1016/0021-9991(80)90033-9.

use crate::dynamics::Bars;
use std::marker::PhantomData;

use super::Erk;
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::Result;
use crate::solver::by_table::marker_of_table;
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::method::{SMOOTH_DEGREE, slope_by_values};
use crate::solver::{
    Dense, Method, OutputCotangent, Solver, StageTape, StepCotangent, StepStart, StepVjp, Tableau, check,
};
use crate::state::State;

/// An explicit method in the 2N form: stage by stage, `Δ ← αᵢ Δ + h f(t + cᵢ h, y)` and `y ← y + βᵢ Δ`.
pub trait LowStorageTableau<const S: usize> {
    /// The name for tables and reports.
    const NAME: &'static str;
    /// The order of the solution.
    const ORDER: u32;
    /// The factors `α` of the increment; the first is zero.
    const ALPHA: [f64; S];
    /// The factors `β` of the increment in the state.
    const BETA: [f64; S];
}

/// The Butcher tableau of a method in 2N form.
#[derive(Debug, Clone, Copy)]
pub struct Butcher<T>(PhantomData<fn() -> T>);

impl<T: LowStorageTableau<S>, const S: usize> Tableau<S> for Butcher<T> {
    const NAME: &'static str = T::NAME;
    const ORDER: u32 = T::ORDER;
    const C: [f64; S] = row_sums(&Self::A);
    const A: [[f64; S]; S] = {
        let mut a = [[0.0; S]; S];
        let mut i = 0;
        while i < S {
            a[i] = weights_after(i, &T::ALPHA, &T::BETA);
            i += 1;
        }
        a
    };
    const B: [f64; S] = weights_after(S, &T::ALPHA, &T::BETA);
}

/// The weights of the slopes in the state after `stages` stages. Slope `j` is in every later increment, with decreasing
/// weight.
const fn weights_after<const S: usize>(stages: usize, alpha: &[f64; S], beta: &[f64; S]) -> [f64; S] {
    let mut weights = [0.0; S];
    let mut j = 0;
    while j < stages {
        let mut share = 1.0;
        let mut l = j;
        while l < stages {
            weights[j] += beta[l] * share;
            l += 1;
            if l < stages {
                share *= alpha[l];
            }
        }
        j += 1;
    }
    weights
}

const fn row_sums<const S: usize>(a: &[[f64; S]; S]) -> [f64; S] {
    let mut c = [0.0; S];
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < i {
            c[i] += a[i][j];
            j += 1;
        }
        i += 1;
    }
    c
}

/// The method of a [`LowStorageTableau`] with `S` stages.
///
/// Besides the states at the ends of a step it stores two: the increment, and the slope that is added to it. It stores
/// no stages. An output inside a step is computed by a step of its own to the output time: at `S` evaluations each,
/// with the order of the method.
pub struct LowStorage<T, const S: usize>(PhantomData<fn() -> T>);

impl<T: LowStorageTableau<S>, const S: usize> LowStorage<T, S> {
    /// The method. Compiles only if its tableau satisfies the order conditions.
    #[must_use]
    pub const fn new() -> Self {
        const {
            check::<Butcher<T>, S>();
            assert!(T::ALPHA[0] == 0.0, "the first ALPHA must be 0");
        }
        Self(PhantomData)
    }
}

marker_of_table!(LowStorage, LowStorageTableau);

/// The two registers.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LowStorageWorkspace<Y> {
    increment: Y,
    slope: Y,
    evaluations: u64,
}

impl<Y: State> KeptStates<Y> for LowStorageWorkspace<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        show(see, Use::Free, [&mut self.increment, &mut self.slope]);
    }
}

impl<T: LowStorageTableau<S>, const S: usize> Method for LowStorage<T, S> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F: Dynamics, T: LowStorageTableau<S>, const S: usize> Solver<F> for LowStorage<T, S> {
    type Workspace = LowStorageWorkspace<F::State>;

    fn workspace(&self, _f: &F, y0: &F::State) -> Self::Workspace {
        LowStorageWorkspace { increment: y0.zeros_like(), slope: y0.zeros_like(), evaluations: 0 }
    }

    fn reset(&self, _ws: &mut Self::Workspace) {}

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        y1.assign(y0);
        ws.increment.set_zeros();
        for i in 0..S {
            f.eval(t + Butcher::<T>::C[i] * h, y1, &mut ws.slope);
            ws.increment.scale_by(T::ALPHA[i]);
            ws.increment.add_scaled(h, &ws.slope);
            y1.add_scaled(T::BETA[i], &ws.increment);
        }
        ws.evaluations += S as u64;
        Ok(())
    }

    fn accept(&self, _ws: &mut Self::Workspace) {}

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
        ws.scrub();
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        ws.fit(y) && are_counts(&[ws.evaluations])
    }
}

impl<F: Dynamics, T: LowStorageTableau<S>, const S: usize> Dense<F> for LowStorage<T, S> {
    const DENSE_ORDER: u32 = T::ORDER;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        // An explicit step never fails.
        let _ = self.step(f, ws, StepStart { t, h: theta * h, y0 }, out);
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        slope_by_values(self, SMOOTH_DEGREE, f, ws, step, theta, out);
    }
}

/// The stages of a step, all needed by the backward pass, and a cotangent.
pub struct LowStorageTape<F: Differentiable, const S: usize> {
    stages: StageTape<F, S>,
    output_bar: F::State,
}

impl<F: Differentiable, T: LowStorageTableau<S>, const S: usize> StepVjp<F> for LowStorage<T, S> {
    type Tape = LowStorageTape<F, S>;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        LowStorageTape { stages: Erk::<Butcher<T>, S>::new().tape(f, y0), output_bar: y0.zeros_like() }
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let method = Erk::<Butcher<T>, S>::new();
        let LowStorageTape { stages, output_bar } = tape;
        let mut cotangent = method.step_vjp(f, stages, step, &mut [], Bars { y: ybar, params: pbar })?;
        for output in outputs {
            output_bar.assign(output.cotangent);
            let shorter = StepStart { h: output.theta * step.h, ..step };
            let moved = method.step_vjp(f, stages, shorter, &mut [], Bars { y: output_bar, params: pbar })?;
            ybar.add_scaled(1.0, output_bar);
            output.time = moved.end;
            cotangent.start += moved.start;
        }
        Ok(cotangent)
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        StepVjp::<F>::tape_evaluations(&Erk::<Butcher<T>, S>::new(), &tape.stages)
    }
}
