//! The transposed equations of the stages, for a discrete adjoint.

use nalgebra::Complex;

use super::CollocationTableau;
use super::tableau::{first_pair, transpose};
use crate::dynamics::{Differentiable, Jacobian, Neighbourhood};
use crate::solver::StepStart;
use crate::solver::implicit::newton::convergence::{Convergence, Increment, Progress};
use crate::state::{MatrixSpace, State};

/// Solves `Ȳᵢ = Jᵢᵀ (ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ)` for the cotangents `Ȳ` of the stages, with the Jacobian `Jᵢ` of every stage.
///
/// The iteration is the transpose of the stage iteration. It uses factorisations with one Jacobian for all stages, and
/// products with the exact Jacobians.
pub struct TransposedStages<F: Differentiable + Jacobian, const S: usize> {
    real: Option<<F::State as MatrixSpace>::Lu>,
    /// On the heap, since a factorisation of static size may be large.
    pairs: Vec<<F::State as MatrixSpace>::ComplexLu>,
    convergence: Convergence,
    residual: [F::State; S],
    increment: [F::State; S],
    /// `ḡ`.
    pub given: [F::State; S],
    /// `Ȳ`.
    pub bar: [F::State; S],
    /// `ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ` of the last evaluated stage.
    pub slope_bar: F::State,
    /// Receives the gradients of the parameters, which the iteration does not need.
    unused: F::Params,
}

impl<F: Differentiable + Jacobian, const S: usize> TransposedStages<F, S> {
    pub fn new(f: &F, y0: &F::State) -> Self {
        let zeros = || std::array::from_fn(|_| y0.zeros_like());
        Self {
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

    /// Solves for `bar` with `given`. False if the iteration does not converge.
    pub fn solve<T: CollocationTableau<S>>(
        &mut self,
        f: &F,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        stages: &[F::State; S],
    ) -> bool {
        if !self.factor::<T>(&F::State::transposed(&f.jacobian(t, y0, Neighbourhood::of_step(h))), h) {
            return false;
        }
        self.bar.iter_mut().for_each(State::set_zeros);
        self.convergence.begin(true, h);
        loop {
            for (i, y) in stages.iter().enumerate() {
                self.combine_slope_bar::<T>(i, h);
                self.residual[i].set_zeros();
                f.vjp(t + T::C[i] * h, y, &self.slope_bar, &mut self.residual[i], &mut self.unused);
                self.residual[i].add_scaled(-1.0, &self.bar[i]);
            }
            if !self.find_increment::<T>() {
                return false;
            }
            for (i, row) in const { transpose(&T::T_INV) }.iter().enumerate() {
                self.bar[i].accumulate(1.0, row, &self.increment);
            }
            let Some(increment) = self.measure(h) else { return true };
            match self.convergence.judge(increment) {
                Progress::Converged => return true,
                Progress::Continue => {}
                Progress::Hopeless => return false,
            }
        }
    }

    /// `ḡᵢ + h Σⱼ aⱼᵢ Ȳⱼ`.
    pub fn combine_slope_bar<T: CollocationTableau<S>>(&mut self, i: usize, h: f64) {
        self.slope_bar.combine(&self.given[i], h, &const { transpose(&T::A) }[i], &self.bar);
    }

    fn factor<T: CollocationTableau<S>>(&mut self, transposed: &<F::State as MatrixSpace>::Matrix, h: f64) -> bool {
        self.pairs.clear();
        for &(x, y) in T::PAIRS {
            let Some(pair) = F::State::factor_complex(transposed, Complex::new(h * x, -h * y)) else { return false };
            self.pairs.push(pair);
        }
        self.real = T::REAL.and_then(|real| F::State::factor(transposed, h * real));
        self.real.is_some() == T::REAL.is_some()
    }

    /// `(I − h Λᵀ ⊗ Jᵀ) V = Tᵀ R`.
    fn find_increment<T: CollocationTableau<S>>(&mut self) -> bool {
        for (increment, row) in self.increment.iter_mut().zip(&const { transpose(&T::T) }) {
            increment.set_zeros();
            increment.accumulate(1.0, row, &self.residual);
        }
        let (real, complex) = self.increment.split_at_mut(first_pair::<T, S>());
        if let (Some(lu), [x]) = (&self.real, real) {
            F::State::solve(lu, x);
        }
        for (x, pair) in complex.chunks_exact_mut(2).zip(&self.pairs) {
            let (re, im) = x.split_at_mut(1);
            F::State::solve_complex(pair, &mut re[0], &mut im[0]);
        }
        true
    }

    /// The size of the increment relative to the cotangents of stages and states; `None` if it is zero.
    ///
    /// For a quantity that the field conserves, the cotangents of the stages are rounding errors only.
    fn measure(&self, h: f64) -> Option<Increment> {
        let square = |x: &[F::State]| x.iter().map(|x| x.inner(x)).sum::<f64>();
        let increment = square(&self.increment);
        let whole = square(&self.bar) + square(&self.given) / (h * h);
        let roundings = (increment / whole).sqrt() / self.slope_bar.rounding();
        (increment != 0.0).then_some(Increment { size: 10.0 * roundings, roundings })
    }
}
