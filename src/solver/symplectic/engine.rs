//! The engine of all explicit symplectic methods.

use crate::solver::reversible::StepEnd;
use std::marker::PhantomData;
use std::mem::take;

use super::splitting::{SplittingTable, check_splitting, sums_before, sums_until};
use crate::dynamics::Separable;
use crate::error::Result;
use crate::solver::by_table::marker_of_table;
use crate::solver::kept_states::are_counts;
use crate::solver::reversible::Reversible;
use crate::solver::{Dense, Method, SMOOTH_DEGREE, Solver, StepStart, slope_by_values};
use crate::state::State;

/// The explicit symplectic method of a [`SplittingTable`] with `S` kicks and drifts.
///
/// The force is assumed to be the expensive half of a field, so only forces count as evaluations. A step that ends with
/// a kick passes the force at its end to the next step.
///
/// An output inside a step is computed by a step of its own to the output time, at the cost of its forces. It has the
/// order of the method, and is a symplectic map of the initial value like the solution itself.
pub struct Symplectic<T, const S: usize>(PhantomData<fn() -> T>);

impl<T: SplittingTable<S>, const S: usize> Symplectic<T, S> {
    /// The method. Compiles only if its table satisfies the order conditions.
    #[must_use]
    pub const fn new() -> Self {
        const { check_splitting::<T, S>() }
        Self(PhantomData)
    }

    /// The times of the kicks in the step, which follow the positions.
    pub(super) const KICK_TIME: [f64; S] = sums_before(&T::DRIFT, &[1.0; S]);

    /// The times of the drifts in the step, which follow the momenta.
    pub(super) const DRIFT_TIME: [f64; S] = sums_until(&T::KICK, &[1.0; S]);

    /// Whether the last slope of a step is the first of the next: both ends are kicks, or both are drifts.
    const REUSES_LAST: bool = (T::KICK[0] != 0.0) == (T::DRIFT[S - 1] == 0.0);
}

/// Whether the times of all substeps of nonzero length are within the step.
const fn times_inside<const S: usize>(times: &[f64; S], lengths: &[f64; S]) -> bool {
    let mut i = 0;
    while i < S {
        if lengths[i] != 0.0 && !(-ROUNDING <= times[i] && times[i] <= 1.0 + ROUNDING) {
            return false;
        }
        i += 1;
    }
    true
}

/// The tolerance for rounding in sums of the lengths.
const ROUNDING: f64 = 1e-12;

marker_of_table!(Symplectic, SplittingTable);

/// The last velocity and the last force.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SymplecticWorkspace<Q, P> {
    pub(super) velocity: Q,
    pub(super) force: P,
    /// Whether the first slope of the next step is among them.
    first_is_known: bool,
    /// Whether they belong to the last step, and not to an output inside it.
    of_last_step: bool,
    pub(super) evaluations: u64,
}

impl<Q, P> SymplecticWorkspace<Q, P> {
    pub(super) fn forget(&mut self) {
        self.first_is_known = false;
        self.of_last_step = false;
    }
}

impl<T: SplittingTable<S>, const S: usize> Method for Symplectic<T, S> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F: Separable, T: SplittingTable<S>, const S: usize> Solver<F> for Symplectic<T, S> {
    type Workspace = SymplecticWorkspace<F::Position, F::Momentum>;

    const STAYS_INSIDE: bool = times_inside(&Self::KICK_TIME, &T::KICK) && times_inside(&Self::DRIFT_TIME, &T::DRIFT);

    fn workspace(&self, _f: &F, (q, p): &F::State) -> Self::Workspace {
        SymplecticWorkspace {
            velocity: q.zeros_like(),
            force: p.zeros_like(),
            first_is_known: false,
            of_last_step: false,
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.forget();
    }

    #[inline]
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        y1.assign(y0);
        let (q, p) = y1;
        let mut known = take(&mut ws.first_is_known);
        for i in 0..S {
            if T::KICK[i] != 0.0 {
                if !take(&mut known) {
                    f.force(t + Self::KICK_TIME[i] * h, q, &mut ws.force);
                    ws.evaluations += 1;
                }
                p.add_scaled(h * T::KICK[i], &ws.force);
            }
            if T::DRIFT[i] != 0.0 {
                if !take(&mut known) {
                    f.velocity(t + Self::DRIFT_TIME[i] * h, p, &mut ws.velocity);
                }
                q.add_scaled(h * T::DRIFT[i], &ws.velocity);
            }
        }
        ws.of_last_step = true;
        Ok(())
    }

    #[inline]
    fn accept(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = Self::REUSES_LAST && take(&mut ws.of_last_step);
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn settle(&self, ws: &mut Self::Workspace, (q, p): &F::State) {
        let are_finite = ws.velocity.all_finite() && ws.force.all_finite();
        if !(ws.first_is_known || are_finite) {
            (ws.velocity, ws.force) = (q.zeros_like(), p.zeros_like());
        }
    }

    fn restore(&self, ws: &mut Self::Workspace, (q, p): &F::State) -> bool {
        q.fits(&ws.velocity) && p.fits(&ws.force) && are_counts(&[ws.evaluations])
    }
}

impl<F: Separable, T: SplittingTable<S>, const S: usize> Dense<F> for Symplectic<T, S> {
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
        ws.forget();
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        slope_by_values(self, SMOOTH_DEGREE, f, ws, step, theta, out);
    }
}

/// Every kick and every drift is undone by its negative, from the last to the first.
impl<F: Separable, T: SplittingTable<S>, const S: usize> Reversible<F> for Symplectic<T, S> {
    fn step_back(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepEnd { t, h, y1 }: StepEnd<'_, F::State>,
        y0: &mut F::State,
    ) -> Result<()> {
        y0.assign(y1);
        let (q, p) = y0;
        for i in (0..S).rev() {
            if T::DRIFT[i] != 0.0 {
                f.velocity(t + Self::DRIFT_TIME[i] * h, p, &mut ws.velocity);
                q.add_scaled(-h * T::DRIFT[i], &ws.velocity);
            }
            if T::KICK[i] != 0.0 {
                f.force(t + Self::KICK_TIME[i] * h, q, &mut ws.force);
                ws.evaluations += 1;
                p.add_scaled(-h * T::KICK[i], &ws.force);
            }
        }
        ws.forget();
        Ok(())
    }
}
