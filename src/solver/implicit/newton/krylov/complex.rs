//! Complex systems, for pairs of states.

use nalgebra::Complex;

use super::gmres::{Gmres, Goal};
use super::space::Pair;
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

/// The storage of complex systems.
#[derive(Debug, Clone)]
pub struct ComplexStorage<Y> {
    gmres: Gmres<Pair<Y>, Complex<f64>>,
    direction: Pair<Y>,
    images: Pair<Y>,
}

impl<Y: State> ComplexStorage<Y> {
    fn new(y: &Y, dimension: usize) -> Self {
        let zeros = Pair::zeros(y);
        Self { gmres: Gmres::new(&zeros, dimension), direction: zeros.clone(), images: zeros }
    }
}

impl<P: Copy, M> Krylov<P, M> {
    fn solve_complex_to<F: Dynamics>(
        &self,
        ws: &mut WorkspaceOf<F, M>,
        prepared: &KrylovComplex<M::Factors>,
        f: &F,
        x: &mut Pair<F::State>,
        size: &dyn Fn(&Pair<F::State>) -> f64,
    ) -> Result<(), LinearFailure>
    where
        P: Products<F>,
        M: Preconditioner<F>,
    {
        let KrylovWorkspace { point, complex, shifted, direction: unit, evaluations, .. } = ws;
        let ComplexStorage { gmres, direction, images } =
            complex.get_or_insert_with(|| ComplexStorage::new(&point.y, self.dimension));
        let goal = Goal { size, floor: self.products.noise(&point.y), budget: self.budget() };
        let mut multiplier = Multiplier { f, products: self.products, point, shifted, evaluations };
        let KrylovComplex { a, factors } = prepared;
        let solved = gmres.solve(x, &goal, |v, out| {
            direction.assign(v);
            self.preconditioner.apply_complex(factors, &mut direction.re, &mut direction.im);
            multiplier.any(&direction.re, unit, &mut images.re);
            multiplier.any(&direction.im, unit, &mut images.im);
            out.combine(direction, *a, images);
        });
        self.preconditioner.apply_complex(factors, &mut x.re, &mut x.im);
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}

/// By GMRES in the complex space of pairs of states, with two products an iteration.
///
/// The real system of twice the size has the eigenvalues of `I − a J` and their conjugates, which takes more iterations:
/// D. Day & M. A. Heroux, *Solving complex-valued linear systems via equivalent real formulations*, SIAM J. Sci. Comput.
/// 23 (2001), doi:10.1137/S1064827500372262.
impl<F: Dynamics, P: Products<F>, M: Preconditioner<F>> ComplexSolver<F> for Krylov<P, M> {
    type Complex = KrylovComplex<M::Factors>;

    fn prepare_complex(
        &self,
        ws: &mut Self::Workspace,
        _: &F,
        a: Complex<f64>,
    ) -> Result<Self::Complex, LinearFailure> {
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
        let mut x = Pair { re: re.clone(), im: im.clone() };
        let solved = self.solve_complex_to(ws, prepared, f, &mut x, &|Pair { re, im }| size(re, im) / self.tolerance);
        (*re, *im) = (x.re, x.im);
        solved
    }
}
