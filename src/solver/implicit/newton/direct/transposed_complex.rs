//! The transposed systems of collocation methods.

use nalgebra::{Complex, ComplexField};

use super::engine::RealSystem;
use super::{Direct, Factorise};
use crate::dynamics::{Differentiable, Jacobian, Neighbourhood};
use crate::error::Result;
use crate::solver::implicit::{LinearFailure, TransposedComplexSolver};
use crate::state::{Element, MatrixSpace};

/// Factorises `M − a J`, and solves with the transposed factors.
impl<F, K, T> TransposedComplexSolver<F> for Direct<K>
where
    F: Differentiable + Jacobian<State: MatrixSpace<Element = T>>,
    T: Element,
    Complex<T>: ComplexField,
    K: Factorise<T> + Factorise<Complex<T>>,
{
    type TransposedPoint = RealSystem<T, K>;
    type TransposedReal = <K as Factorise<T>>::Factors;
    type TransposedComplex = <K as Factorise<Complex<T>>>::Factors;

    fn transposed_point(&self, f: &F, y0: &F::State) -> Self::TransposedPoint {
        RealSystem::new(&self.method, f, y0)
    }

    fn linearise_transposed(
        &self,
        ws: &mut Self::TransposedPoint,
        f: &F,
        (t, y): (f64, &F::State),
        h: f64,
    ) -> Result<()> {
        ws.linearise(f, t, y, Neighbourhood::of_step(h))
    }

    fn factor_transposed(&self, ws: &Self::TransposedPoint, _: &F, a: f64) -> Option<Self::TransposedReal> {
        ws.factors_for(&self.method, a)
    }

    fn factor_transposed_complex(
        &self,
        ws: &Self::TransposedPoint,
        _: &F,
        a: Complex<f64>,
    ) -> Option<Self::TransposedComplex> {
        ws.complex_factors_for(&self.method, a)
    }

    fn solve_transposed_real(
        &self,
        _: &mut Self::TransposedPoint,
        factors: &Self::TransposedReal,
        _: &F,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        Factorise::<T>::solve_transposed(&self.method, factors, x.elements_mut());
        Ok(())
    }

    fn solve_transposed_complex(
        &self,
        _: &mut Self::TransposedPoint,
        factors: &Self::TransposedComplex,
        _: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        on_complex(re.elements_mut(), im.elements_mut(), |x| {
            Factorise::<Complex<T>>::solve_transposed(&self.method, factors, x);
        });
        Ok(())
    }
}

/// Calls `solve` for `re + i im`.
pub(super) fn on_complex<T: Element>(re: &mut [T], im: &mut [T], solve: impl FnOnce(&mut [Complex<T>])) {
    let mut x: Vec<_> = re.iter().zip(&*im).map(|(&re, &im)| Complex::new(re, im)).collect();
    solve(&mut x);
    for ((re, im), x) in re.iter_mut().zip(im).zip(x) {
        (*re, *im) = (x.re, x.im);
    }
}
