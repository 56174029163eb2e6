//! The common part of the Adams methods of fixed order.

use crate::dynamics::Dynamics;
use crate::solver::explicit::{ErkWorkspace, Vern7};
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::multistep::differences::Differences;
use crate::solver::multistep::weights::{integrals, products};
use crate::solver::{Dense, Past, Solver, StepStart};
use crate::state::State;

/// The highest order. The explicit method of order 7 is stable up to `h |λ| = 0.05` only.
const HIGHEST: usize = 6;

/// Fails to compile for an invalid order.
pub(super) const fn check<const K: usize>() {
    assert!(1 <= K && K <= HIGHEST, "Adams methods of fixed order have order 1 to 6");
}

/// Slopes at earlier points, and a one-step method while there are too few.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct UniformWorkspace<Y, const K: usize> {
    /// The differences of the slopes.
    differences: Differences<Y, K>,
    /// The integrals `gⱼ(1)`.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    integrals: [f64; K],
    /// The integrals times `βⱼ`.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    coefficients: [f64; K],
    /// The slope at the predicted point.
    pub(super) slope: Y,
    /// The difference `Φ_K` with that slope, if the method corrects.
    pub(super) newest: Y,
    starter: ErkWorkspace<Y, 16>,
    /// Whether the slope at the start of the step is known.
    is_current: bool,
    pub(super) evaluations: u64,
}

impl<Y: State, const K: usize> UniformWorkspace<Y, K> {
    pub(super) fn new<F: Dynamics<State = Y>>(f: &F, y0: &Y) -> Self {
        const { check::<K>() }
        Self {
            differences: Differences::new(y0),
            integrals: [0.0; K],
            coefficients: [0.0; K],
            slope: y0.zeros_like(),
            newest: y0.zeros_like(),
            starter: Vern7.workspace(f, y0),
            is_current: false,
            evaluations: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.differences.clear();
        self.is_current = false;
    }

    pub(super) fn accept(&mut self) {
        self.is_current = false;
    }

    pub(super) fn evaluations<F: Dynamics<State = Y>>(&self) -> u64 {
        self.evaluations + Solver::<F>::evaluations(&Vern7, &self.starter)
    }

    /// Whether a deserialized value belongs to one of these methods, for states of the shape of `y`.
    pub(super) fn restore<F: Dynamics<State = Y>>(&mut self, y: &Y) -> bool {
        let differences_fit = self.differences.fit(y) && Solver::<F>::restore(&Vern7, &mut self.starter, y);
        differences_fit && self.fit(y) && are_counts(&[self.evaluations])
    }

    /// Rebuilds the history from the slopes at the last points of `past`.
    pub(super) fn recall<F: Dynamics<State = Y>>(&mut self, f: &F, past: Past<'_, Y>) {
        self.differences.recall(past, K, |point, slope| f.eval(point.0, point.1, slope));
        self.evaluations += past.states.len() as u64;
        self.is_current = true;
    }

    /// Whether the starting method made the last step.
    pub(super) fn is_starting(&self) -> bool {
        self.differences.len() < K
    }

    /// Writes the prediction by `K` slopes into `y1`. False if there are fewer: then `y1` is the final result of the
    /// starting method.
    pub(super) fn predict<F>(&mut self, f: &F, step: StepStart<'_, Y>, y1: &mut Y) -> bool
    where
        F: Dynamics<State = Y>,
    {
        let StepStart { t, h, y0 } = step;
        if !self.is_current {
            f.eval(t, y0, &mut self.slope);
            self.evaluations += 1;
            self.differences.advance(&mut self.slope, K);
            self.is_current = true;
        }
        let changed = self.differences.aim(h);
        if self.is_starting() {
            // Forgets its last step, which need not be the previous one. It never fails.
            Solver::<F>::reset(&Vern7, &mut self.starter);
            let _ = Vern7.step(f, &mut self.starter, StepStart { t, h, y0 }, y1);
            return false;
        }
        if changed {
            self.integrals = integrals(&self.differences.aimed().distance, 1.0, K);
            self.coefficients = self.differences.aimed().weigh(&self.integrals);
        }
        y1.combine(y0, h, &self.coefficients, self.differences.known());
        true
    }

    /// Writes the difference of order `K` with `slope`, the slope at the end of the step, into `newest`. Returns its
    /// weight in the correction.
    pub(super) fn correct(&mut self) -> f64 {
        std::mem::swap(&mut self.newest, &mut self.slope);
        self.newest.accumulate(-1.0, &self.differences.aimed().beta, self.differences.known());
        self.integrals[K - 1]
    }

    /// The integral of the polynomial through the slopes, with the predicted one if the method `corrects`.
    pub(super) fn interpolate<F>(&mut self, f: &F, step: StepStart<'_, Y>, theta: f64, corrects: bool, out: &mut Y)
    where
        F: Dynamics<State = Y>,
    {
        if self.is_starting() {
            return Vern7.interpolate(f, &mut self.starter, step, theta, out);
        }
        let aim = self.differences.aimed();
        let integrals = integrals(&aim.distance, theta, K);
        out.combine(step.y0, step.h, &aim.weigh(&integrals), self.differences.known());
        if corrects {
            out.add_scaled(step.h * integrals[K - 1], &self.newest);
        }
    }

    /// The same polynomial itself.
    pub(super) fn slope<F>(&mut self, f: &F, step: StepStart<'_, Y>, theta: f64, corrects: bool, out: &mut Y)
    where
        F: Dynamics<State = Y>,
    {
        if self.is_starting() {
            return Vern7.slope(f, &mut self.starter, step, theta, out);
        }
        let aim = self.differences.aimed();
        let products = products(&aim.distance, theta, K);
        out.set_zeros();
        out.accumulate(1.0, &aim.weigh(&products), self.differences.known());
        if corrects {
            out.add_scaled(products[K - 1], &self.newest);
        }
    }
}

impl<Y: State, const K: usize> KeptStates<Y> for UniformWorkspace<Y, K> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        self.differences.each(see);
        self.starter.each(see);
        show(see, Use::Free, [&mut self.slope, &mut self.newest]);
    }
}

/// The functions of a [`Solver`](crate::solver::Solver) that only ask its workspace.
macro_rules! uniform_workspace {
    () => {
        fn accept(&self, ws: &mut Self::Workspace) {
            ws.accept();
        }

        fn evaluations(&self, ws: &Self::Workspace) -> u64 {
            ws.evaluations::<F>()
        }

        fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
            ws.scrub();
        }

        fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
            ws.restore::<F>(y)
        }
    };
}

pub(super) use uniform_workspace;
