//! The transposed systems of a backward pass.

use super::engine::RealSystem;
use super::{Direct, Factorise};
use crate::dynamics::{Differentiable, Jacobian, Neighbourhood};
use crate::solver::implicit::newton::refine::Refinement;
use crate::solver::implicit::{LinearFailure, TransposedSolver};
use crate::state::{ElementOf, MatrixSpace};

/// The workspace of the transposed systems of [`Direct`].
#[derive(Debug, Clone)]
pub struct DirectTransposed<Y: MatrixSpace, P, K: Factorise<Y::Element>> {
    real: RealSystem<Y::Element, K>,
    refinement: Refinement<Y, P>,
}

/// As for [`Lu`](crate::solver::implicit::Lu): the pullback refines the solutions, so they are exact if the entries are
/// differences.
impl<F, K> TransposedSolver<F> for Direct<K>
where
    F: Differentiable + Jacobian,
    K: Factorise<ElementOf<F::State>>,
{
    type Transposed = DirectTransposed<F::State, F::Params, K>;

    fn transposed(&self, f: &F, y0: &F::State) -> Self::Transposed {
        DirectTransposed { real: RealSystem::new(&self.method, f, y0), refinement: Refinement::new(f, y0) }
    }

    fn prepare_transposed(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        (t, y): (f64, &F::State),
        a: f64,
    ) -> Result<(), LinearFailure> {
        let taken = ws.real.linearise(f, t, y, Neighbourhood::of_step(a));
        if taken.is_ok() && ws.real.factor(&self.method, a) { Ok(()) } else { Err(LinearFailure::Singular) }
    }

    fn solve_prepared(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        point: (f64, &F::State),
        a: f64,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        let DirectTransposed { real, refinement } = ws;
        if !real.is_factorised {
            return Err(LinearFailure::Singular);
        }
        refinement.solve(f, point, a, x, |x| self.method.solve_transposed(&real.factors, x.elements_mut()))
    }
}
