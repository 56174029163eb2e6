//! Matrix-free transposed systems: the pullback is the product.

use super::gmres::{Gmres, Goal};
use super::{Krylov, Products};
use crate::dynamics::Differentiable;
use crate::solver::implicit::{LinearFailure, TransposedSolver};
use crate::state::State;

/// The workspace of the transposed systems of [`Krylov`].
#[derive(Debug, Clone)]
pub struct KrylovTransposed<Y, P> {
    gmres: Gmres<Y>,
    /// Receives cotangents of parameters, which are not used.
    unwanted: P,
}

/// Pullbacks are exact, so the systems are solved to rounding.
impl<F: Differentiable, P: Products<F>> TransposedSolver<F> for Krylov<P> {
    type Transposed = KrylovTransposed<F::State, F::Params>;

    fn transposed(&self, f: &F, y0: &F::State) -> Self::Transposed {
        KrylovTransposed { gmres: Gmres::new(y0, self.dimension), unwanted: f.params().zeros_like() }
    }

    /// There is nothing to prepare.
    fn prepare_transposed(
        &self,
        _: &mut Self::Transposed,
        _: &F,
        _: (f64, &F::State),
        _: f64,
    ) -> Result<(), LinearFailure> {
        Ok(())
    }

    fn solve_prepared(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        (t, y): (f64, &F::State),
        a: f64,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        let KrylovTransposed { gmres, unwanted } = ws;
        let budget = self.dimension.saturating_mul(self.restarts.saturating_add(1));
        let goal = Goal { size: &|_| f64::INFINITY, floor: 100.0 * y.rounding(), budget };
        let solved = gmres.solve(x, &goal, |v, out| {
            out.set_zeros();
            f.vjp(t, y, v, out, unwanted);
            out.scale_by(-a);
            out.add_scaled(1.0, v);
        });
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}
