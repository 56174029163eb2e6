//! The transposed systems of collocation methods: the pullback is the product.

use nalgebra::Complex;

use super::gmres::{Gmres, Goal};
use super::space::Pair;
use super::{Krylov, KrylovComplex, Preconditioner, Products};
use crate::dynamics::{Differentiable, Neighbourhood};
use crate::error::Result;
use crate::solver::implicit::{LinearFailure, TransposedComplexSolver};
use crate::state::State;

/// The point of the transposed systems of [`Krylov`] in a collocation method: for states `Y` and parameters `P`, with the
/// workspace `W` of the preconditioner.
#[derive(Debug, Clone)]
pub struct KrylovTransposedPoint<Y, P, W = ()> {
    t: f64,
    y: Y,
    linearised: W,
    real: Gmres<Y>,
    complex: Gmres<Pair<Y>, Complex<f64>>,
    direction: Pair<Y>,
    images: Pair<Y>,
    /// Receives cotangents of parameters, which are not used.
    unwanted: P,
}

/// The factors of the preconditioner are `None` if it has no transpose. Pullbacks are exact, and the systems are solved
/// to half of the digits.
impl<F: Differentiable, P: Products<F>, M: Preconditioner<F>> TransposedComplexSolver<F> for Krylov<P, M> {
    type TransposedPoint = KrylovTransposedPoint<F::State, F::Params, M::Workspace>;
    type TransposedReal = (f64, Option<M::Factors>);
    type TransposedComplex = KrylovComplex<Option<M::Factors>>;

    fn transposed_point(&self, f: &F, y0: &F::State) -> Self::TransposedPoint {
        let pair = || Pair::zeros(y0);
        KrylovTransposedPoint {
            t: 0.0,
            y: y0.zeros_like(),
            linearised: self.preconditioner.workspace(f, y0),
            real: Gmres::new(y0, self.dimension),
            complex: Gmres::new(&pair(), self.dimension),
            direction: pair(),
            images: pair(),
            unwanted: f.params().zeros_like(),
        }
    }

    fn linearise_transposed(
        &self,
        ws: &mut Self::TransposedPoint,
        f: &F,
        (t, y): (f64, &F::State),
        h: f64,
    ) -> Result<()> {
        ws.t = t;
        ws.y.assign(y);
        self.preconditioner.linearise(&mut ws.linearised, f, t, y, Neighbourhood::of_step(h))?;
        Ok(())
    }

    fn factor_transposed(&self, ws: &Self::TransposedPoint, _: &F, a: f64) -> Option<Self::TransposedReal> {
        Some((a, self.preconditioner.factor_transposed(&ws.linearised, a)))
    }

    fn factor_transposed_complex(
        &self,
        ws: &Self::TransposedPoint,
        _: &F,
        a: Complex<f64>,
    ) -> Option<Self::TransposedComplex> {
        Some(KrylovComplex { a, factors: self.preconditioner.factor_transposed_complex(&ws.linearised, a) })
    }

    fn solve_transposed_real(
        &self,
        ws: &mut Self::TransposedPoint,
        (a, factors): &Self::TransposedReal,
        f: &F,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        let KrylovTransposedPoint { t, y, real, direction: Pair { re: direction, .. }, unwanted, .. } = ws;
        let precondition = |x: &mut F::State| {
            if let Some(factors) = factors {
                self.preconditioner.apply(factors, x);
            }
        };
        let goal = Goal { size: &|_| f64::INFINITY, floor: y.rounding().sqrt(), budget: self.budget() };
        let solved = real.solve(x, &goal, |v, out| {
            direction.assign(v);
            precondition(direction);
            out.set_zeros();
            f.vjp(*t, y, direction, out, unwanted);
            out.scale_by(-a);
            out.add_scaled(1.0, direction);
        });
        precondition(x);
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }

    fn solve_transposed_complex(
        &self,
        ws: &mut Self::TransposedPoint,
        KrylovComplex { a, factors }: &Self::TransposedComplex,
        f: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        let KrylovTransposedPoint { t, y, complex, direction, images, unwanted, .. } = ws;
        let precondition = |Pair { re, im }: &mut Pair<F::State>| {
            if let Some(factors) = factors {
                self.preconditioner.apply_complex(factors, re, im);
            }
        };
        let goal = Goal { size: &|_| f64::INFINITY, floor: y.rounding().sqrt(), budget: self.budget() };
        let mut x = Pair { re: re.clone(), im: im.clone() };
        let solved = complex.solve(&mut x, &goal, |v, out| {
            direction.assign(v);
            precondition(direction);
            images.set_zeros();
            f.vjp(*t, y, &direction.re, &mut images.re, unwanted);
            f.vjp(*t, y, &direction.im, &mut images.im, unwanted);
            out.combine(direction, *a, images);
        });
        precondition(&mut x);
        (*re, *im) = (x.re, x.im);
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}
