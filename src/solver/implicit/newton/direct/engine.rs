//! The linear solver of every direct method.

use nalgebra::{Complex, ComplexField};

use super::pencil::Pencil;
use crate::dynamics::{Jacobian, Neighbourhood, check_pattern};
use crate::error::{Error, Result};
use crate::solver::implicit::{ComplexSolver, LinearFailure, LinearSolver, Matrices};
use crate::state::{Element, ElementOf, MatrixSpace, Pattern, SparseMatrix};

/// A factorisation of sparse matrices with entries `T`, real or complex.
pub trait DirectMethod<T>: Clone {
    /// The storage of the factors.
    type Factors: Clone;

    /// The pattern of a Jacobian of this dimension.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the method is for another dimension.
    fn pattern(&self, dimension: usize) -> Result<Pattern>;

    /// Storage for the factors of matrices with this pattern.
    fn factors(&self, pattern: &Pattern) -> Self::Factors;

    /// Factorises the matrix with these values at the places of `pattern`. False if it is singular or not finite.
    fn factor(&self, factors: &mut Self::Factors, pattern: &Pattern, values: &[T]) -> bool;

    /// `x ← A⁻¹ x`.
    fn solve(&self, factors: &Self::Factors, x: &mut [T]);

    /// `x ← A⁻ᵀ x`, without complex conjugation.
    fn solve_transposed(&self, factors: &Self::Factors, x: &mut [T]);
}

/// The linear solver by the factorisation `K`, for states whose coordinates are in one slice:
/// [`Banded`](super::Banded), and with the feature `sparse` [`Sparse`](crate::solver::implicit::Sparse).
///
/// It uses the entries of [`Jacobian::sparse_jacobian`] at the places of a pattern. At the first Jacobian of a solve and at
/// the second, the fourth and so on, the pattern is checked by a difference along one direction. The field must not
/// depend on a coordinate outside the pattern: [`Error::NotInPattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direct<K> {
    pub(super) method: K,
}

/// The workspace of [`Direct`].
#[derive(Debug, Clone)]
pub struct DirectWorkspace<T, K: DirectMethod<T>> {
    pub(super) jacobian: SparseMatrix<T>,
    pub(super) pencil: Pencil,
    /// The entries of the factorised matrix.
    values: Vec<T>,
    factors: K::Factors,
    is_factorised: bool,
    /// The error of the pattern of the method, if it does not fit the state.
    mismatch: Option<Error>,
    matrices: Matrices,
}

/// The matrices of a field, for the pattern of a direct method.
pub(super) fn matrices_of<F: Jacobian, T, K: DirectMethod<T>>(
    method: &K,
    _: &F,
    y0: &F::State,
) -> (Pencil, SparseMatrix<ElementOf<F::State>>, Option<Error>) {
    let (pattern, mismatch) = match method.pattern(y0.dimension()) {
        Ok(pattern) => (pattern, None),
        Err(error) => (Pattern::banded(y0.dimension(), 0, 0), Some(error)),
    };
    (Pencil::new(&pattern, None), SparseMatrix::zeros(pattern), mismatch)
}

/// Writes the Jacobian at `(t, y)`.
///
/// # Errors
/// [`Error::NotInPattern`] for an entry outside the pattern.
pub(super) fn take_jacobian<F: Jacobian>(
    f: &F,
    (t, y): (f64, &F::State),
    near: Neighbourhood<'_, F::State>,
    out: &mut SparseMatrix<ElementOf<F::State>>,
) -> Result<()> {
    out.clear();
    f.sparse_jacobian(t, y, near, out);
    out.check()
}

impl<F, K> LinearSolver<F> for Direct<K>
where
    F: Jacobian,
    K: DirectMethod<ElementOf<F::State>>,
{
    type Workspace = DirectWorkspace<ElementOf<F::State>, K>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        let (pencil, jacobian, mismatch) = matrices_of(&self.method, f, y0);
        DirectWorkspace {
            jacobian,
            values: Vec::new(),
            factors: self.method.factors(&pencil.pattern),
            pencil,
            is_factorised: false,
            mismatch,
            matrices: Matrices::default(),
        }
    }

    fn linearise(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<()> {
        if let Some(error) = &ws.mismatch {
            return Err(error.clone());
        }
        take_jacobian(f, (t, y), near, &mut ws.jacobian)?;
        ws.matrices.jacobians += 1;
        ws.is_factorised = false;
        if ws.matrices.jacobians.is_power_of_two() {
            check_pattern(f, t, y, near, &ws.jacobian)?;
        }
        Ok(())
    }

    fn prepare(&self, ws: &mut Self::Workspace, a: f64) -> Result<(), LinearFailure> {
        let DirectWorkspace { jacobian, pencil, values, factors, is_factorised, matrices, .. } = ws;
        matrices.factorisations += 1;
        pencil.assemble(jacobian, Element::embed(a), |x| x, values);
        *is_factorised = self.method.factor(factors, &pencil.pattern, values);
        if *is_factorised { Ok(()) } else { Err(LinearFailure::Singular) }
    }

    fn solve(&self, ws: &mut Self::Workspace, _: &F, x: &mut F::State) -> Result<(), LinearFailure> {
        if !ws.is_factorised {
            return Err(LinearFailure::Singular);
        }
        self.method.solve(&ws.factors, x.elements_mut());
        Ok(())
    }

    fn evaluations(&self, _: &Self::Workspace) -> u64 {
        0
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        ws.matrices
    }

    fn time_derivative(&self, f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        f.time_derivative(t, y, near, out);
    }

    fn product(&self, ws: &Self::Workspace, x: &F::State, out: &mut F::State) -> bool {
        ws.jacobian.multiply(x.elements(), out.elements_mut());
        true
    }
}

impl<F, K, T> ComplexSolver<F> for Direct<K>
where
    F: Jacobian<State: MatrixSpace<Element = T>>,
    T: Element,
    Complex<T>: ComplexField,
    K: DirectMethod<T> + DirectMethod<Complex<T>>,
{
    type Complex = <K as DirectMethod<Complex<T>>>::Factors;

    fn prepare_complex(&self, ws: &mut Self::Workspace, a: Complex<f64>) -> Result<Self::Complex, LinearFailure> {
        ws.matrices.factorisations += 1;
        ComplexSolver::<F>::restore_complex(self, ws, a).ok_or(LinearFailure::Singular)
    }

    fn restore_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Complex> {
        let pencil = &ws.pencil;
        let mut values = Vec::new();
        let a = Complex::new(T::embed(a.re), T::embed(a.im));
        pencil.assemble(&ws.jacobian, a, |x| Complex::new(x, T::zero()), &mut values);
        let mut factors = DirectMethod::<Complex<T>>::factors(&self.method, &pencil.pattern);
        self.method.factor(&mut factors, &pencil.pattern, &values).then_some(factors)
    }

    fn solve_complex(
        &self,
        _: &mut Self::Workspace,
        factors: &Self::Complex,
        _: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        let (re, im) = (re.elements_mut(), im.elements_mut());
        let mut x: Vec<_> = re.iter().zip(&*im).map(|(&re, &im)| Complex::new(re, im)).collect();
        DirectMethod::<Complex<T>>::solve(&self.method, factors, &mut x);
        for ((re, im), x) in re.iter_mut().zip(im).zip(x) {
            (*re, *im) = (x.re, x.im);
        }
        Ok(())
    }
}
