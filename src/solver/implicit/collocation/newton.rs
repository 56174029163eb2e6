//! The simplified Newton iteration for all stages of a step, in the variables that decouple its linear systems.

use nalgebra::Complex;

use super::CollocationTableau;
use super::tableau::{first_pair, mean_square_row, scaled_inverse};
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::Error;
use crate::solver::StepStart;
use crate::solver::implicit::newton::convergence::{Convergence, Increment, Progress, each_sq, size_sq};
use crate::solver::implicit::newton::kept::{Prepared, Unsolved, is_not_worth_a_factorisation, serves};
use crate::solver::implicit::newton::start_slope;
use crate::solver::implicit::{ComplexSolver, Matrices};
use crate::solver::kept_states::{KeptStates, Use, are_counts, measures, show};
use crate::state::{ErrorNorm, Span, State, StoredNorm};

/// Solves for `w = T⁻¹ z`, where `y₀ + zᵢ` are the stages. The Jacobian is kept as long as the iteration converges
/// fast.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct StageSolver<F: Dynamics, const S: usize, L: ComplexSolver<F>> {
    linear: L::Workspace,
    /// On the heap, since a factorisation of static size may be large.
    #[cfg_attr(feature = "serde", serde(skip))]
    pairs: Vec<L::Complex>,
    /// The time of the Jacobian, if it is to be kept.
    taken_at: Option<f64>,
    /// The step length of the factorisations.
    prepared: Option<f64>,
    norm: Option<StoredNorm<F::State>>,
    convergence: Convergence,
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    increment: [F::State; S],
    /// The stages in the variables `w`: first a guess, then the solution.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub w: [F::State; S],
    /// The slopes at the stages of the last iterate but one.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub k: [F::State; S],
    /// The stage of the last evaluation.
    pub stage: F::State,
    /// A product with the mass matrix.
    image: F::State,
    evaluations: u64,
}

/// Excludes the states of the linear solver.
impl<F: Dynamics, const S: usize, L: ComplexSolver<F>> KeptStates<F::State> for StageSolver<F, S, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        for states in [&mut self.increment, &mut self.w, &mut self.k] {
            show(see, Use::Free, states);
        }
        show(see, Use::Free, [&mut self.stage, &mut self.image]);
    }
}

impl<F: Dynamics, const S: usize, L: ComplexSolver<F>> StageSolver<F, S, L> {
    /// A solver for states of the shape of `y0`.
    pub fn new(linear: &L, f: &F, y0: &F::State) -> Self {
        let zeros = || std::array::from_fn(|_| y0.zeros_like());
        Self {
            linear: linear.workspace(f, y0),
            pairs: Vec::with_capacity(S / 2),
            taken_at: None,
            prepared: None,
            norm: None,
            convergence: Convergence::new(),
            increment: zeros(),
            w: zeros(),
            k: zeros(),
            stage: y0.zeros_like(),
            image: y0.zeros_like(),
            evaluations: 0,
        }
    }

    /// Solves to a fraction of this norm from now on, and not to machine precision.
    pub fn tolerate(&mut self, norm: &impl ErrorNorm<F::State>) {
        self.norm = Some(norm.stored());
    }

    /// The norm of the solve, if one is set.
    pub fn norm(&self) -> Option<&StoredNorm<F::State>> {
        self.norm.as_ref()
    }

    /// The slope at the start `y` of `span`, of a system with a mass matrix.
    ///
    /// # Errors
    /// The errors of [`start_slope`].
    pub fn begin(&mut self, linear: &L, f: &F, span: Span, y: &F::State) -> Result<F::State, Error> {
        self.taken_at = None;
        start_slope((linear, &mut self.linear), f, span, y, self.norm.as_ref())
    }

    /// `out ← M h Σ wᵢ kᵢ`, where `M` is the identity without a mass matrix.
    pub fn weigh(&mut self, f: &F, h: f64, weights: &[f64; S], out: &mut F::State) {
        out.set_zeros();
        out.accumulate(h, weights, &self.k);
        if let Some(mass) = f.mass() {
            self.image.assign(out);
            mass.multiply(&self.image, out);
        }
    }

    /// Forgets the Jacobian.
    pub fn reset(&mut self) {
        self.taken_at = None;
    }

    /// Passes the Jacobian on to the stages of another method.
    pub fn pass_on<const R: usize>(&mut self, next: &mut StageSolver<F, R, L>) {
        std::mem::swap(&mut self.linear, &mut next.linear);
        next.taken_at = self.taken_at.take().filter(|_| !self.convergence.was_slow());
        next.convergence = Convergence::new();
        (self.prepared, next.prepared) = (None, None);
    }

    /// The mean rate of the last iterations; `None` if there was only one.
    pub fn rate(&self) -> Option<f64> {
        self.convergence.rate()
    }

    /// Prepares a step with the slope `start` at its start.
    ///
    /// # Errors
    /// The errors of [`LinearSolver::linearise`](crate::solver::implicit::LinearSolver::linearise).
    pub fn prepare<T: CollocationTableau<S>>(
        &mut self,
        linear: &L,
        f: &F,
        step: StepStart<'_, F::State>,
        start: &F::State,
    ) -> Result<Prepared, Error> {
        let StepStart { t, h, y0 } = step;
        if self.taken_at.is_none() || self.convergence.was_slow() && self.taken_at != Some(t) {
            let near = Neighbourhood { h, slope: Some(start), norm: self.norm.as_ref() };
            linear.linearise(&mut self.linear, f, t, y0, near)?;
            self.taken_at = Some(t);
            self.prepared = None;
        }
        if !serves(self.prepared, h) {
            if !self.factor::<T>(linear, f, h) {
                (self.taken_at, self.prepared) = (None, None);
                return Ok(Prepared::Singular);
            }
            self.prepared = Some(h);
        }
        Ok(if self.taken_at == Some(t) { Prepared::Fresh } else { Prepared::Kept })
    }

    /// As [`Solver::settle`](crate::solver::Solver::settle).
    pub fn settle(&mut self, linear: &L, y: &F::State) {
        self.scrub();
        self.convergence.settle();
        linear.settle(&mut self.linear, y);
        if self.taken_at.is_none() {
            self.prepared = None;
        }
    }

    /// As [`Solver::restore`](crate::solver::Solver::restore).
    pub fn restore<T: CollocationTableau<S>>(&mut self, linear: &L, y: &F::State) -> bool {
        let own = self.fit(y) && measures(self.norm.as_ref(), y) && are_counts(&[self.evaluations]);
        if !(own && linear.restore(&mut self.linear, y)) {
            return false;
        }
        // The matrices are factorised again: the linear solver does not have the mass matrix here.
        if F::HAS_MASS {
            self.prepared = None;
        }
        let Some(h) = self.prepared else { return true };
        for &(x, y) in T::PAIRS.iter().skip(self.pairs.len()) {
            let Some(pair) = linear.restore_complex(&self.linear, Complex::new(h * x, h * y)) else { return false };
            self.pairs.push(pair);
        }
        true
    }

    fn factor<T: CollocationTableau<S>>(&mut self, linear: &L, f: &F, h: f64) -> bool {
        self.pairs.clear();
        for &(x, y) in T::PAIRS {
            let Ok(pair) = linear.prepare_complex(&mut self.linear, f, Complex::new(h * x, h * y)) else {
                return false;
            };
            self.pairs.push(pair);
        }
        T::REAL.is_none_or(|real| linear.prepare(&mut self.linear, f, h * real).is_ok())
    }

    /// Solves for the stages. If the iteration does not converge, the next step takes a new Jacobian.
    pub fn solve<T: CollocationTableau<S>>(
        &mut self,
        linear: &L,
        f: &F,
        step: StepStart<'_, F::State>,
    ) -> Result<(), Unsolved> {
        self.convergence.begin(self.norm.is_none(), step.h);
        loop {
            self.evaluate::<T>(f, step);
            if !self.find_increment::<T>(linear, f, step) {
                break;
            }
            for (w, increment) in self.w.iter_mut().zip(&self.increment) {
                w.add_scaled(1.0, increment);
            }
            match self.convergence.judge(self.measure::<T>(step.y0)) {
                Progress::Converged => return Ok(()),
                Progress::Continue => {}
                Progress::Hopeless => break,
            }
        }
        self.taken_at = None;
        Err(Unsolved::after(&self.k))
    }

    /// The slopes at the stages of the iterate.
    fn evaluate<T: CollocationTableau<S>>(&mut self, f: &F, StepStart { t, h, y0 }: StepStart<'_, F::State>) {
        for i in 0..S {
            self.stage.combine(y0, 1.0, &T::T[i], &self.w);
            f.eval(t + T::C[i] * h, &self.stage, &mut self.k[i]);
        }
        self.evaluations += S as u64;
    }

    /// `(M − h Λ ⊗ J) Δw = h Λ T⁻¹ k − M w`.
    fn find_increment<T: CollocationTableau<S>>(
        &mut self,
        linear: &L,
        f: &F,
        StepStart { h, y0, .. }: StepStart<'_, F::State>,
    ) -> bool {
        let rows = const { scaled_inverse::<T, S>() };
        for ((increment, row), w) in self.increment.iter_mut().zip(&rows).zip(&self.w) {
            increment.set_zeros();
            increment.accumulate(h, row, &self.k);
            if let Some(mass) = f.mass() {
                mass.multiply(w, &mut self.image);
                increment.add_scaled(-1.0, &self.image);
            } else {
                increment.add_scaled(-1.0, w);
            }
        }
        let Self { linear: ws, pairs, norm, increment, stage, .. } = self;
        let size_sq = |x: &F::State| size_sq(norm.as_ref(), x, y0, stage);
        let (real, complex) = increment.split_at_mut(first_pair::<T, S>());
        pairs.len() == T::PAIRS.len()
            && real.iter_mut().all(|x| linear.solve_within(ws, f, x, |x| size_sq(x).sqrt()).is_ok())
            && complex.chunks_exact_mut(2).zip(pairs).all(|(x, pair)| {
                let (re, im) = x.split_at_mut(1);
                let size = |x: &F::State, y: &F::State| (0.5 * (size_sq(x) + size_sq(y))).sqrt();
                linear.solve_complex_within(ws, pair, f, (&mut re[0], &mut im[0]), size).is_ok()
            })
    }

    /// The size of the last increments, also in roundings of the stages, which `T⁻¹` amplifies.
    fn measure<T: CollocationTableau<S>>(&self, y0: &F::State) -> Increment {
        let y = &self.stage;
        let amplified = const { mean_square_row::<S>(&T::T_INV) };
        let mean = |norm: &dyn Fn(&F::State) -> f64| self.increment.iter().map(norm).sum::<f64>() / S as f64;
        let size = mean(&|x| size_sq(self.norm.as_ref(), x, y0, y)).sqrt();
        let roundings = (mean(&|x| x.inner(x)) / (amplified * y.inner(y))).sqrt() / y.rounding();
        let each = mean(&|x| each_sq(self.norm.as_ref(), x, y0, y)).sqrt();
        Increment { size, each, roundings }
    }

    /// `x ← (M − h γ₀ J)⁻¹ x`, where `γ₀` is the real eigenvalue of `A`. If there is none, `x` becomes the real part of
    /// `(M − h λ J)⁻¹ x`, which agrees to first order in `h` and has the same decay in the stiff limit. False if no
    /// solution was found.
    pub fn filter<T: CollocationTableau<S>>(&mut self, linear: &L, f: &F, x: &mut F::State) -> bool {
        let Self { linear: ws, pairs, norm, increment, stage, .. } = self;
        let size_sq = |x: &F::State| size_sq(norm.as_ref(), x, stage, stage);
        if T::REAL.is_some() {
            return linear.solve_within(ws, f, x, |x| size_sq(x).sqrt()).is_ok();
        }
        let Some(pair) = pairs.first() else { return false };
        increment[0].set_zeros();
        let size = |x: &F::State, y: &F::State| (0.5 * (size_sq(x) + size_sq(y))).sqrt();
        linear.solve_complex_within(ws, pair, f, (x, &mut increment[0]), size).is_ok()
    }

    /// `f(t, y + x)`.
    pub fn evaluate_beside(&mut self, f: &F, t: f64, y: &F::State, x: &F::State) -> &F::State {
        self.stage.assign(y);
        self.stage.add_scaled(1.0, x);
        f.eval(t, &self.stage, &mut self.increment[0]);
        self.evaluations += 1;
        &self.increment[0]
    }

    /// As [`Embedded::keeps_step`](crate::solver::Embedded::keeps_step), if the linear solver has factorisations.
    pub fn keeps_step(&self, linear: &L, factor: f64) -> bool {
        self.matrices(linear).factorisations > 0
            && self.taken_at.is_some()
            && !self.convergence.was_slow()
            && is_not_worth_a_factorisation(factor)
    }

    /// The number of field evaluations.
    pub fn evaluations(&self, linear: &L) -> u64 {
        self.evaluations + linear.evaluations(&self.linear)
    }

    /// The numbers of Jacobians and factorisations.
    pub fn matrices(&self, linear: &L) -> Matrices {
        linear.matrices(&self.linear)
    }
}
