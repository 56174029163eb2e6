//! Matrix-free transposed systems: the pullback is the product.

use super::gmres::{Gmres, Goal};
use super::{Krylov, Preconditioner, Products};
use crate::dynamics::{Differentiable, Neighbourhood};
use crate::solver::implicit::{LinearFailure, TransposedSolver};
use crate::state::State;

/// The workspace of the transposed systems of [`Krylov`]: for states `Y` and parameters `P`, with the workspace `W` and
/// the factors `T` of its preconditioner.
#[derive(Debug, Clone)]
pub struct KrylovTransposed<Y, P, W = (), T = ()> {
    gmres: Gmres<Y>,
    linearised: W,
    /// `None` if the systems are solved without preconditioner.
    factors: Option<T>,
    direction: Y,
    /// Receives cotangents of parameters, which are not used.
    unwanted: P,
}

/// Pullbacks are exact, so the systems are solved to rounding.
impl<F: Differentiable, P: Products<F>, M: Preconditioner<F>> TransposedSolver<F> for Krylov<P, M> {
    type Transposed = KrylovTransposed<F::State, F::Params, M::Workspace, M::Factors>;

    fn transposed(&self, f: &F, y0: &F::State) -> Self::Transposed {
        KrylovTransposed {
            gmres: Gmres::new(y0, self.dimension),
            linearised: self.preconditioner.workspace(f, y0),
            factors: None,
            direction: y0.zeros_like(),
            unwanted: f.params().zeros_like(),
        }
    }

    /// Prepares the preconditioner, if it has a transpose.
    fn prepare_transposed(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        (t, y): (f64, &F::State),
        a: f64,
    ) -> Result<(), LinearFailure> {
        if !M::IS_IDENTITY {
            let near = Neighbourhood::of_step(a);
            let linearised = self.preconditioner.linearise(&mut ws.linearised, f, t, y, near);
            ws.factors = linearised.ok().and_then(|_| self.preconditioner.factor_transposed(&ws.linearised, a));
        }
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
        let KrylovTransposed { gmres, factors, direction, unwanted, .. } = ws;
        let goal = Goal { size: &|_| f64::INFINITY, floor: 100.0 * y.rounding(), budget: self.budget() };
        let solved = gmres.solve(x, &goal, |v, out| {
            let mut argument = v;
            if let Some(factors) = factors {
                direction.assign(v);
                self.preconditioner.apply(factors, direction);
                argument = direction;
            }
            out.set_zeros();
            f.vjp(t, y, argument, out, unwanted);
            out.scale_by(-a);
            out.add_scaled(1.0, argument);
        });
        if let Some(factors) = factors {
            self.preconditioner.apply(factors, x);
        }
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}
