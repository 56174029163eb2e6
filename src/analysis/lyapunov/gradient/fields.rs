//! Fields read as maps.

use super::{TangentVjp, TangentsAt};
use crate::analysis::system::Map;
use crate::analysis::variational::pullback_along;
use crate::dynamics::{Bars, Jacobian, SecondOrderVjp};
use crate::error::Result;
use crate::state::State;

/// With the second derivatives of the field: exact if they are.
impl<F: Jacobian + SecondOrderVjp> TangentVjp for Map<F> {
    type Params = F::Params;
    type Prepared = ();

    fn prepare(&self) {}

    fn zero_gradient(&self) -> F::Params {
        self.field().params().zeros_like()
    }

    fn pull_back(
        &self,
        (): &mut (),
        at: TangentsAt<'_, F::State>,
        w: TangentsAt<'_, F::State>,
        xbar: &mut F::State,
        pbar: &mut F::Params,
    ) -> Result<()> {
        let (field, t, x) = (self.field(), self.time(), at.x);
        field.vjp(t, x, w.x, xbar, pbar);
        let (mut v, mut wv) = (x.zeros_like(), x.zeros_like());
        let columns = at.vectors.column_iter().zip(w.vectors.column_iter());
        for (from, cotangent) in columns {
            let _ = v.read_coordinates(from.as_slice());
            let _ = wv.read_coordinates(cotangent.as_slice());
            pullback_along(field, (t, x), &v, &wv, Bars { y: &mut *xbar, params: &mut *pbar });
        }
        Ok(())
    }
}
