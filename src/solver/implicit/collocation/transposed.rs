//! The transposed equations of the stages, for a discrete adjoint.

use nalgebra::Complex;

use super::CollocationTableau;
use super::tableau::{first_pair, transpose};
use crate::dynamics::Differentiable;
use crate::error::{Error, Result};
use crate::solver::StepStart;
use crate::solver::implicit::TransposedComplexSolver;
use crate::solver::implicit::newton::convergence::{Convergence, Increment, Progress};
use crate::state::State;

/// Solves `Ȳᵢ = Jᵢᵀ (ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ)` for the cotangents `Ȳ` of the stages, with the Jacobian `Jᵢ` of every stage.
///
/// With a mass matrix, it solves `Mᵀ μᵢ = ḡᵢ + h Σⱼ aⱼᵢ Jⱼᵀ μⱼ` for the cotangents `μ` of the equations of the stages.
///
/// The iteration is the transpose of the stage iteration. It solves linear systems with one Jacobian for all stages, and
/// takes products with the exact Jacobians.
pub struct TransposedStages<F: Differentiable, const S: usize, L: TransposedComplexSolver<F>> {
    linear: L::TransposedPoint,
    real: Option<L::TransposedReal>,
    /// On the heap, since a factorisation of static size may be large.
    pairs: Vec<L::TransposedComplex>,
    convergence: Convergence,
    residual: [F::State; S],
    increment: [F::State; S],
    /// `ḡ`.
    pub given: [F::State; S],
    /// `Ȳ`, or `μ` with a mass matrix.
    pub bar: [F::State; S],
    /// `ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ` of the last evaluated stage.
    pub slope_bar: F::State,
    /// Receives the gradients of the parameters, which the iteration does not need.
    unused: F::Params,
}

impl<F: Differentiable, const S: usize, L: TransposedComplexSolver<F>> TransposedStages<F, S, L> {
    pub fn new(linear: &L, f: &F, y0: &F::State) -> Self {
        let zeros = || std::array::from_fn(|_| y0.zeros_like());
        Self {
            linear: linear.transposed_point(f, y0),
            real: None,
            pairs: Vec::with_capacity(S / 2),
            convergence: Convergence::new(),
            residual: zeros(),
            increment: zeros(),
            given: zeros(),
            bar: zeros(),
            slope_bar: y0.zeros_like(),
            unused: f.params().zeros_like(),
        }
    }

    /// Solves for `bar` with `given`.
    ///
    /// # Errors
    /// [`Error::NewtonDiverged`] if the iteration does not converge, and the errors of
    /// [`TransposedComplexSolver::linearise_transposed`].
    pub fn solve<T: CollocationTableau<S>>(
        &mut self,
        linear: &L,
        f: &F,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        stages: &[F::State; S],
    ) -> Result<()> {
        linear.linearise_transposed(&mut self.linear, f, (t, y0), h)?;
        let diverged = Err(Error::NewtonDiverged { t, h });
        if !self.factor::<T>(linear, f, h) {
            return diverged;
        }
        self.bar.iter_mut().for_each(State::set_zeros);
        self.convergence.begin(true, h);
        loop {
            if F::HAS_MASS {
                self.find_residual_with_mass::<T>(f, (t, h), stages);
            } else {
                self.find_residual::<T>(f, (t, h), stages);
            }
            if !self.find_increment::<T>(linear, f) {
                return diverged;
            }
            for (i, row) in const { transpose(&T::T_INV) }.iter().enumerate() {
                self.bar[i].accumulate(1.0, row, &self.increment);
            }
            let Some(increment) = self.measure(h) else { return Ok(()) };
            match self.convergence.judge(increment) {
                Progress::Converged => return Ok(()),
                Progress::Continue => {}
                Progress::Hopeless => return diverged,
            }
        }
    }

    /// `Jᵢᵀ (ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ) − Ȳᵢ`.
    fn find_residual<T: CollocationTableau<S>>(&mut self, f: &F, (t, h): (f64, f64), stages: &[F::State; S]) {
        for (i, y) in stages.iter().enumerate() {
            self.combine_slope_bar::<T>(i, h);
            self.residual[i].set_zeros();
            f.vjp(t + T::C[i] * h, y, &self.slope_bar, &mut self.residual[i], &mut self.unused);
            self.residual[i].add_scaled(-1.0, &self.bar[i]);
        }
    }

    /// `ḡᵢ + h Σⱼ aⱼᵢ Jⱼᵀ μⱼ − Mᵀ μᵢ`.
    fn find_residual_with_mass<T: CollocationTableau<S>>(&mut self, f: &F, (t, h): (f64, f64), stages: &[F::State; S]) {
        let Self { increment: images, bar: multipliers, residual, given, slope_bar, unused, .. } = self;
        for (i, y) in stages.iter().enumerate() {
            images[i].set_zeros();
            f.vjp(t + T::C[i] * h, y, &multipliers[i], &mut images[i], unused);
        }
        for (i, residual) in residual.iter_mut().enumerate() {
            residual.combine(&given[i], h, &const { transpose(&T::A) }[i], images);
            if let Some(mass) = f.mass() {
                mass.multiply_transposed(&multipliers[i], slope_bar);
                residual.add_scaled(-1.0, slope_bar);
            }
        }
    }

    /// `ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ`, or `μᵢ` with a mass matrix: the cotangent of `f` at the stage.
    pub fn give_slope_bar<T: CollocationTableau<S>>(&mut self, i: usize, h: f64) {
        if F::HAS_MASS {
            self.slope_bar.assign(&self.bar[i]);
        } else {
            self.combine_slope_bar::<T>(i, h);
        }
    }

    fn combine_slope_bar<T: CollocationTableau<S>>(&mut self, i: usize, h: f64) {
        self.slope_bar.combine(&self.given[i], h, &const { transpose(&T::A) }[i], &self.bar);
    }

    fn factor<T: CollocationTableau<S>>(&mut self, linear: &L, f: &F, h: f64) -> bool {
        self.pairs.clear();
        for &(x, y) in T::PAIRS {
            let shift = Complex::new(h * x, -h * y);
            let Some(pair) = linear.factor_transposed_complex(&self.linear, f, shift) else { return false };
            self.pairs.push(pair);
        }
        self.real = T::REAL.and_then(|real| linear.factor_transposed(&self.linear, f, h * real));
        self.real.is_some() == T::REAL.is_some()
    }

    /// `(Mᵀ − h Λᵀ ⊗ Jᵀ) V = Tᵀ R`. False if a linear system was not solved.
    fn find_increment<T: CollocationTableau<S>>(&mut self, linear: &L, f: &F) -> bool {
        for (increment, row) in self.increment.iter_mut().zip(&const { transpose(&T::T) }) {
            increment.set_zeros();
            increment.accumulate(1.0, row, &self.residual);
        }
        let Self { linear: ws, real: prepared, pairs, increment, .. } = self;
        let (real, complex) = increment.split_at_mut(first_pair::<T, S>());
        if let (Some(prepared), [x]) = (prepared, real)
            && linear.solve_transposed_real(ws, prepared, f, x).is_err()
        {
            return false;
        }
        complex.chunks_exact_mut(2).zip(pairs).all(|(x, pair)| {
            let (re, im) = x.split_at_mut(1);
            linear.solve_transposed_complex(ws, pair, f, &mut re[0], &mut im[0]).is_ok()
        })
    }

    /// The size of the increment relative to the cotangents of stages and states; `None` if it is zero.
    ///
    /// For a quantity that the field conserves, the cotangents of the stages are rounding errors only.
    fn measure(&self, h: f64) -> Option<Increment> {
        let square = |x: &[F::State]| x.iter().map(|x| x.inner(x)).sum::<f64>();
        let increment = square(&self.increment);
        let given = if F::HAS_MASS { 0.0 } else { square(&self.given) / (h * h) };
        let whole = square(&self.bar) + given;
        let roundings = (increment / whole).sqrt() / self.slope_bar.rounding();
        (increment != 0.0).then_some(Increment { size: 10.0 * roundings, each: 10.0 * roundings, roundings })
    }
}
