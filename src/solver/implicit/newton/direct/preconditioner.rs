//! Direct solvers as preconditioners.

use nalgebra::{Complex, ComplexField};

use super::engine::RealSystem;
use super::transposed_complex::on_complex;
use super::{Direct, Factorise};
use crate::dynamics::{Jacobian, Neighbourhood};
use crate::error::Result;
use crate::solver::implicit::{LinearFailure, Preconditioner};
use crate::state::{Element, MatrixSpace};

/// The factors of a real or of a complex matrix.
#[derive(Debug, Clone)]
pub enum DirectFactors<R, C> {
    /// Of a real one.
    Real(R),
    /// Of a complex one.
    Complex(C),
    /// Of a real one, for its transpose.
    Transposed(R),
    /// Of a complex one, for its transpose.
    TransposedComplex(C),
}

/// The part of the Jacobian inside the pattern. The pattern may be too small: couplings outside it enter the differences
/// of their colours, and make the preconditioner worse.
impl<F, K, T> Preconditioner<F> for Direct<K>
where
    F: Jacobian<State: MatrixSpace<Element = T>>,
    T: Element,
    Complex<T>: ComplexField,
    K: Factorise<T> + Factorise<Complex<T>>,
{
    type Workspace = RealSystem<T, K>;
    type Factors = DirectFactors<<K as Factorise<T>>::Factors, <K as Factorise<Complex<T>>>::Factors>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        RealSystem::new(&self.method, f, y0)
    }

    fn linearise(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<u64> {
        ws.linearise(f, t, y, near).map(|()| 0)
    }

    fn factor(&self, ws: &Self::Workspace, a: f64) -> Result<Self::Factors, LinearFailure> {
        ws.factors_for(&self.method, a).map(DirectFactors::Real).ok_or(LinearFailure::Singular)
    }

    fn apply(&self, factors: &Self::Factors, x: &mut F::State) {
        match factors {
            DirectFactors::Real(factors) => Factorise::<T>::solve(&self.method, factors, x.elements_mut()),
            DirectFactors::Transposed(factors) => {
                Factorise::<T>::solve_transposed(&self.method, factors, x.elements_mut());
            }
            DirectFactors::Complex(_) | DirectFactors::TransposedComplex(_) => {}
        }
    }

    fn factor_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Result<Self::Factors, LinearFailure> {
        ws.complex_factors_for(&self.method, a).map(DirectFactors::Complex).ok_or(LinearFailure::Singular)
    }

    fn apply_complex(&self, factors: &Self::Factors, re: &mut F::State, im: &mut F::State) {
        on_complex(re.elements_mut(), im.elements_mut(), |x| match factors {
            DirectFactors::Complex(factors) => Factorise::<Complex<T>>::solve(&self.method, factors, x),
            DirectFactors::TransposedComplex(factors) => {
                Factorise::<Complex<T>>::solve_transposed(&self.method, factors, x);
            }
            DirectFactors::Real(_) | DirectFactors::Transposed(_) => {}
        });
    }

    fn factor_transposed(&self, ws: &Self::Workspace, a: f64) -> Option<Self::Factors> {
        ws.factors_for(&self.method, a).map(DirectFactors::Transposed)
    }

    fn factor_transposed_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Factors> {
        ws.complex_factors_for(&self.method, a).map(DirectFactors::TransposedComplex)
    }
}
