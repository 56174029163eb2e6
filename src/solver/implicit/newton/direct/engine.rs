//! The linear solver of every direct method.

use nalgebra::{Complex, ComplexField};

use super::pencil::Pencil;
use super::transposed_complex::on_complex;
use crate::dynamics::{Jacobian, Neighbourhood, check_pattern};
use crate::error::{Error, Result};
use crate::solver::implicit::newton::linear::matrix_of;
use crate::solver::implicit::{ComplexSolver, LinearFailure, LinearSolver, Matrices};
use crate::state::{Element, ElementOf, MatrixSpace, Pattern, SparseMatrix};

/// A direct method for matrices with one pattern.
pub trait DirectMethod: Clone + std::fmt::Debug {
    /// The result of the symbolic analysis of a pattern, shared by all its factorisations.
    type Analysis: Clone + std::fmt::Debug;

    /// The pattern of a Jacobian of this dimension.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the method is for another dimension.
    fn pattern(&self, dimension: usize) -> Result<Pattern>;

    /// The analysis of the pattern of the matrices to be factorised.
    fn analyse(&self, pattern: &Pattern) -> Self::Analysis;
}

/// A direct method for matrices with entries `T`, real or complex.
pub trait Factorise<T>: DirectMethod {
    /// The storage of the factors.
    type Factors: Clone + std::fmt::Debug;

    /// Storage for factors.
    fn factors(&self, analysis: &Self::Analysis) -> Self::Factors;

    /// Factorises the matrix with these values at the places of `pattern`. False if it is singular or not finite.
    fn factor(&self, factors: &mut Self::Factors, pattern: &Pattern, values: &[T]) -> bool;

    /// `x ← A⁻¹ x`.
    fn solve(&self, factors: &Self::Factors, x: &mut [T]);

    /// `x ← A⁻ᵀ x`, without complex conjugation.
    fn solve_transposed(&self, factors: &Self::Factors, x: &mut [T]);
}

/// The linear solver by the factorisation `K`, for states whose coordinates are in one slice:
/// [`Banded`](super::Banded), and with the feature `sparse` `Sparse`.
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(bound = "", into = "WrittenDirect", from = "WrittenDirect")
)]
pub struct DirectWorkspace<T: Element, K: Factorise<T>> {
    /// `None` until it is made from the deserialized entries.
    real: Option<RealSystem<T, K>>,
    /// The deserialized entries.
    read: Vec<f64>,
    /// The factor `a` of the factorised matrix.
    prepared: Option<f64>,
    matrices: Matrices,
}

/// A [`DirectWorkspace`] in serialized form: a factorisation made again is the same to the bit.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct WrittenDirect {
    /// The entries of the Jacobian at the places of the pattern.
    jacobian: Vec<f64>,
    prepared: Option<f64>,
    matrices: Matrices,
}

#[cfg(feature = "serde")]
impl<T: Element, K: Factorise<T>> From<DirectWorkspace<T, K>> for WrittenDirect {
    fn from(DirectWorkspace { real, read, prepared, matrices }: DirectWorkspace<T, K>) -> Self {
        let entries = |real: RealSystem<T, K>| real.jacobian.values().iter().map(|x| x.re()).collect();
        Self { jacobian: real.map_or(read, entries), prepared, matrices }
    }
}

#[cfg(feature = "serde")]
impl<T: Element, K: Factorise<T>> From<WrittenDirect> for DirectWorkspace<T, K> {
    fn from(WrittenDirect { jacobian: read, prepared, matrices }: WrittenDirect) -> Self {
        Self { real: None, read, prepared, matrices }
    }
}

/// A Jacobian with the factorisation of `M − a J`.
#[derive(Debug, Clone)]
pub struct RealSystem<T, K: Factorise<T>> {
    jacobian: SparseMatrix<T>,
    pencil: Pencil,
    analysis: K::Analysis,
    /// The entries of the factorised matrix.
    values: Vec<T>,
    pub(super) factors: K::Factors,
    pub(super) is_factorised: bool,
    /// The error of the pattern of the method, if it does not fit the state.
    mismatch: Option<Error>,
}

impl<T: Element, K: Factorise<T>> RealSystem<T, K> {
    pub(super) fn new<F>(method: &K, f: &F, y0: &F::State) -> Self
    where
        F: Jacobian<State: MatrixSpace<Element = T>>,
    {
        Self::of_dimension(method, y0.dimension(), matrix_of(f))
    }

    /// For states of this dimension and a mass matrix, or the identity.
    fn of_dimension(method: &K, n: usize, mass: Option<&SparseMatrix>) -> Self {
        let (pattern, mismatch) = match method.pattern(n) {
            Ok(pattern) => (pattern, None),
            Err(error) => (Pattern::banded(n, 0, 0), Some(error)),
        };
        let mass = mass.filter(|mass| mass.pattern().dimension() == n);
        let pencil = Pencil::new(&pattern, mass);
        let analysis = method.analyse(&pencil.pattern);
        Self {
            jacobian: SparseMatrix::zeros(pattern),
            pencil,
            values: Vec::new(),
            factors: method.factors(&analysis),
            analysis,
            is_factorised: false,
            mismatch,
        }
    }

    /// Takes the Jacobian at `(t, y)`.
    ///
    /// # Errors
    /// [`Error::NotInPattern`] for an entry outside the pattern, and [`Error::LengthMismatch`] for a pattern of another
    /// dimension.
    pub(super) fn linearise<F>(&mut self, f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> Result<()>
    where
        F: Jacobian<State: MatrixSpace<Element = T>>,
    {
        if let Some(error) = &self.mismatch {
            return Err(error.clone());
        }
        self.is_factorised = false;
        self.jacobian.clear();
        f.sparse_jacobian(t, y, near, &mut self.jacobian);
        self.jacobian.check()
    }

    /// The factors of `M − a J`. `None` if it is singular.
    pub(super) fn factors_for(&self, method: &K, a: f64) -> Option<K::Factors> {
        self.factored(method, T::embed(a), |x| x)
    }

    /// The factors of `M − a J` for a complex `a`. `None` if it is singular.
    pub(super) fn complex_factors_for(
        &self,
        method: &K,
        a: Complex<f64>,
    ) -> Option<<K as Factorise<Complex<T>>>::Factors>
    where
        Complex<T>: ComplexField,
        K: Factorise<Complex<T>>,
    {
        self.factored(method, Complex::new(T::embed(a.re), T::embed(a.im)), |x| Complex::new(x, T::zero()))
    }

    /// New factors of `M − a J` with entries `C`, into which `embed` converts. `None` if it is singular.
    fn factored<C>(&self, method: &K, a: C, embed: impl Fn(T) -> C) -> Option<<K as Factorise<C>>::Factors>
    where
        C: ComplexField + Copy,
        K: Factorise<C>,
    {
        let Self { jacobian, pencil, analysis, .. } = self;
        let (mut values, mut factors) = (Vec::new(), Factorise::<C>::factors(method, analysis));
        pencil.assemble(jacobian, a, embed, &mut values);
        method.factor(&mut factors, &pencil.pattern, &values).then_some(factors)
    }

    /// Factorises `M − a J`. False if it is singular.
    pub(super) fn factor(&mut self, method: &K, a: f64) -> bool {
        let Self { jacobian, pencil, values, factors, is_factorised, .. } = self;
        pencil.assemble(jacobian, T::embed(a), |x| x, values);
        *is_factorised = method.factor(factors, &pencil.pattern, values);
        *is_factorised
    }
}

impl<F, K> LinearSolver<F> for Direct<K>
where
    F: Jacobian,
    K: Factorise<ElementOf<F::State>>,
{
    type Workspace = DirectWorkspace<ElementOf<F::State>, K>;

    const TAKES_MASS: bool = true;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        let real = RealSystem::new(&self.method, f, y0);
        DirectWorkspace { real: Some(real), read: Vec::new(), prepared: None, matrices: Matrices::default() }
    }

    fn linearise(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<()> {
        let Some(real) = &mut ws.real else { return Ok(()) };
        ws.prepared = None;
        real.linearise(f, t, y, near)?;
        ws.matrices.jacobians += 1;
        if ws.matrices.jacobians.is_power_of_two() {
            check_pattern(f, t, y, near, &real.jacobian)?;
        }
        Ok(())
    }

    fn prepare(&self, ws: &mut Self::Workspace, _: &F, a: f64) -> Result<(), LinearFailure> {
        ws.matrices.factorisations += 1;
        let is_regular = ws.real.as_mut().is_some_and(|real| real.factor(&self.method, a));
        ws.prepared = is_regular.then_some(a);
        if is_regular { Ok(()) } else { Err(LinearFailure::Singular) }
    }

    fn solve(&self, ws: &mut Self::Workspace, _: &F, x: &mut F::State) -> Result<(), LinearFailure> {
        let real = ws.real.as_ref().filter(|real| real.is_factorised).ok_or(LinearFailure::Singular)?;
        self.method.solve(&real.factors, x.elements_mut());
        Ok(())
    }

    /// Clears a Jacobian that is not finite, which no step can use.
    fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
        let Some(real) = &mut ws.real else { return };
        if !real.jacobian.values().iter().all(|x| x.re().is_finite()) {
            real.jacobian.clear();
            (real.is_factorised, ws.prepared) = (false, None);
        }
    }

    /// The mass matrix of a field is not known here, so a system with one is refused.
    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        if ws.real.is_none() && !F::HAS_MASS && !<ElementOf<F::State> as Element>::IS_DUAL {
            let mut real = RealSystem::of_dimension(&self.method, y.dimension(), None);
            let fits = real.mismatch.is_none() && real.jacobian.values().len() == ws.read.len();
            if fits {
                let values = real.jacobian.values_mut().iter_mut();
                values.zip(&ws.read).for_each(|(x, &read)| *x = Element::embed(read));
                let is_regular = ws.prepared.is_none_or(|a| real.factor(&self.method, a));
                ws.real = is_regular.then_some(real);
            }
            ws.read = Vec::new();
        }
        ws.real.is_some() && ws.matrices.are_counts()
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

    fn entries(&self, ws: &Self::Workspace) -> Option<Vec<(usize, usize, f64)>> {
        Some(ws.real.as_ref()?.jacobian.entries().map(|(i, j, x)| (i, j, x.re())).collect())
    }

    fn product(&self, ws: &Self::Workspace, x: &F::State, out: &mut F::State) -> bool {
        let Some(real) = &ws.real else { return false };
        real.jacobian.multiply(x.elements(), out.elements_mut());
        true
    }
}

impl<F, K, T> ComplexSolver<F> for Direct<K>
where
    F: Jacobian<State: MatrixSpace<Element = T>>,
    T: Element,
    Complex<T>: ComplexField,
    K: Factorise<T> + Factorise<Complex<T>>,
{
    type Complex = <K as Factorise<Complex<T>>>::Factors;

    fn prepare_complex(
        &self,
        ws: &mut Self::Workspace,
        _: &F,
        a: Complex<f64>,
    ) -> Result<Self::Complex, LinearFailure> {
        ws.matrices.factorisations += 1;
        ComplexSolver::<F>::restore_complex(self, ws, a).ok_or(LinearFailure::Singular)
    }

    fn restore_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Complex> {
        ws.real.as_ref()?.complex_factors_for(&self.method, a)
    }

    fn solve_complex(
        &self,
        _: &mut Self::Workspace,
        factors: &Self::Complex,
        _: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        on_complex(re.elements_mut(), im.elements_mut(), |x| {
            Factorise::<Complex<T>>::solve(&self.method, factors, x);
        });
        Ok(())
    }
}
