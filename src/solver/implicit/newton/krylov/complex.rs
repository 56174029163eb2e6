//! Complex systems, as real ones for pairs of states.

use nalgebra::Complex;

use super::gmres::{Gmres, Goal};
use super::workspace::{Multiplier, WorkspaceOf};
use super::{Krylov, KrylovWorkspace, Preconditioner, Products};
use crate::dynamics::Dynamics;
use crate::solver::implicit::{ComplexSolver, LinearFailure};
use crate::state::State;

/// A complex system of [`Krylov`]: its `a`, and the factors `P` of its preconditioner.
#[derive(Debug, Clone)]
pub struct KrylovComplex<P = ()> {
    pub(super) a: Complex<f64>,
    pub(super) factors: P,
}

/// `out ← x − a J x` for a pair `x` of real and imaginary part, with the images `J x` of both.
pub(super) fn combine<Y: State>(Complex { re, im }: Complex<f64>, x: &(Y, Y), images: &(Y, Y), out: &mut (Y, Y)) {
    out.assign(x);
    out.0.add_scaled(-re, &images.0);
    out.0.add_scaled(im, &images.1);
    out.1.add_scaled(-im, &images.0);
    out.1.add_scaled(-re, &images.1);
}

impl<P: Copy, M> Krylov<P, M> {
    fn solve_complex_to<F: Dynamics>(
        &self,
        ws: &mut WorkspaceOf<F, M>,
        prepared: &KrylovComplex<M::Factors>,
        f: &F,
        x: &mut (F::State, F::State),
        size: &dyn Fn(&(F::State, F::State)) -> f64,
    ) -> Result<(), LinearFailure>
    where
        P: Products<F>,
        M: Preconditioner<F>,
    {
        let KrylovWorkspace { point, complex, shifted, direction: unit, evaluations, .. } = ws;
        let pair = || (point.y.zeros_like(), point.y.zeros_like());
        let gmres = complex.get_or_insert_with(|| Gmres::new(&pair(), self.dimension));
        let (mut direction, mut images) = (pair(), pair());
        let goal = Goal { size, floor: self.products.noise(&point.y), budget: self.budget() };
        let mut multiplier = Multiplier { f, products: self.products, point, shifted, evaluations };
        let KrylovComplex { a, factors } = prepared;
        let solved = gmres.solve(x, &goal, |v, out| {
            direction.assign(v);
            self.preconditioner.apply_complex(factors, &mut direction.0, &mut direction.1);
            multiplier.any(&direction.0, unit, &mut images.0);
            multiplier.any(&direction.1, unit, &mut images.1);
            combine(*a, &direction, &images, out);
        });
        self.preconditioner.apply_complex(factors, &mut x.0, &mut x.1);
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}

/// `(I − (α + i β) J)(x + i y) = b + i c` is the real system `x − α J x + β J y = b`, `y − β J x − α J y = c`.
impl<F: Dynamics, P: Products<F>, M: Preconditioner<F>> ComplexSolver<F> for Krylov<P, M> {
    type Complex = KrylovComplex<M::Factors>;

    fn prepare_complex(&self, ws: &mut Self::Workspace, a: Complex<f64>) -> Result<Self::Complex, LinearFailure> {
        ws.factorisations += u64::from(!M::IS_IDENTITY);
        Ok(KrylovComplex { a, factors: self.preconditioner.factor_complex(&ws.linearised, a)? })
    }

    fn restore_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Complex> {
        Some(KrylovComplex { a, factors: self.preconditioner.factor_complex(&ws.linearised, a).ok()? })
    }

    /// Solves to the accuracy of the products.
    fn solve_complex(
        &self,
        ws: &mut Self::Workspace,
        prepared: &Self::Complex,
        f: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        self.solve_complex_within(ws, prepared, f, (re, im), |_, _| f64::INFINITY)
    }

    fn solve_complex_within(
        &self,
        ws: &mut Self::Workspace,
        prepared: &Self::Complex,
        f: &F,
        (re, im): (&mut F::State, &mut F::State),
        size: impl Fn(&F::State, &F::State) -> f64,
    ) -> Result<(), LinearFailure> {
        let mut x = (re.clone(), im.clone());
        let solved = self.solve_complex_to(ws, prepared, f, &mut x, &|(re, im)| size(re, im) / self.tolerance);
        re.assign(&x.0);
        im.assign(&x.1);
        solved
    }
}
