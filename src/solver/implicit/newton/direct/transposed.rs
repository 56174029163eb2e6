//! The transposed systems of a backward pass.

use super::engine::{matrices_of, take_jacobian};
use super::pencil::Pencil;
use super::{Direct, DirectMethod};
use crate::dynamics::{Differentiable, Jacobian, Neighbourhood};
use crate::error::Error;
use crate::solver::implicit::newton::refine::Refinement;
use crate::solver::implicit::{LinearFailure, TransposedSolver};
use crate::state::{Element, ElementOf, MatrixSpace, SparseMatrix};

/// The workspace of the transposed systems of [`Direct`].
#[derive(Debug, Clone)]
pub struct DirectTransposed<Y: MatrixSpace, P, K: DirectMethod<Y::Element>> {
    jacobian: SparseMatrix<Y::Element>,
    pencil: Pencil,
    values: Vec<Y::Element>,
    factors: K::Factors,
    is_factorised: bool,
    mismatch: Option<Error>,
    refinement: Refinement<Y, P>,
}

/// As for [`Lu`](crate::solver::implicit::Lu): the pullback refines the solutions, so they are exact if the entries are
/// differences.
impl<F, K> TransposedSolver<F> for Direct<K>
where
    F: Differentiable + Jacobian,
    K: DirectMethod<ElementOf<F::State>>,
{
    type Transposed = DirectTransposed<F::State, F::Params, K>;

    fn transposed(&self, f: &F, y0: &F::State) -> Self::Transposed {
        let (pencil, jacobian, mismatch) = matrices_of(&self.method, f, y0);
        DirectTransposed {
            jacobian,
            values: Vec::new(),
            factors: self.method.factors(&pencil.pattern),
            pencil,
            is_factorised: false,
            mismatch,
            refinement: Refinement::new(f, y0),
        }
    }

    fn prepare_transposed(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        (t, y): (f64, &F::State),
        a: f64,
    ) -> Result<(), LinearFailure> {
        let DirectTransposed { jacobian, pencil, values, factors, is_factorised, mismatch, .. } = ws;
        let taken = take_jacobian(f, (t, y), Neighbourhood::of_step(a), jacobian);
        pencil.assemble(jacobian, Element::embed(a), |x| x, values);
        *is_factorised =
            taken.is_ok() && mismatch.is_none() && self.method.factor(factors, &pencil.pattern, values);
        if *is_factorised { Ok(()) } else { Err(LinearFailure::Singular) }
    }

    fn solve_prepared(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        point: (f64, &F::State),
        a: f64,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        if !ws.is_factorised {
            return Err(LinearFailure::Singular);
        }
        let DirectTransposed { factors, refinement, .. } = ws;
        refinement.solve(f, point, a, x, |x| self.method.solve_transposed(factors, x.elements_mut()))
    }
}
