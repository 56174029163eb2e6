//! A model over dual numbers.

use nalgebra::{Const, SMatrix, SVector, U1};
use num_dual::{Derivative, DualSVec, DualSVec64};

use super::{Autodiff, Differentiable, Dynamics, GenericDynamics, Jacobian, Neighbourhood, Parametric};
use crate::state::MatrixSpace;

/// A number and its derivatives along `K` directions.
pub type Dual<const K: usize> = DualSVec64<K>;

/// The tangent model: a model over dual numbers, with the derivatives of its state in `K` directions of the initial
/// state and the parameters.
///
/// It solves the variational equation together with the equation, on the steps of the equation. It is
/// differentiable as well: an adjoint of it gives the derivatives of a gradient.
#[derive(Debug)]
pub struct Tangent<'f, M, const N: usize, const P: usize, const K: usize> {
    model: &'f Autodiff<M, N, P>,
    params: SVector<Dual<K>, P>,
}

impl<'f, M, const N: usize, const P: usize, const K: usize> Tangent<'f, M, N, P, K> {
    /// The model with the parameters `params`; their derivatives are the directions.
    pub fn new(model: &'f Autodiff<M, N, P>, params: SVector<Dual<K>, P>) -> Self {
        Self { model, params }
    }
}

/// The numbers `x`, with the derivative `directions[k]` along direction `k`.
pub fn along<const L: usize, const K: usize>(
    x: &SVector<f64, L>,
    directions: &[SVector<f64, L>; K],
) -> SVector<Dual<K>, L> {
    SVector::from_fn(|i, _| Dual::new(x[i], Derivative::some(SVector::<f64, K>::from_fn(|k, _| directions[k][i]))))
}

/// The derivative of `x` along direction `k`.
pub fn derivative<const K: usize>(x: &Dual<K>, k: usize) -> f64 {
    // A constant dual number stores no derivatives.
    x.eps.0.map_or(0.0, |eps| eps[k])
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize, const K: usize> Dynamics for Tangent<'_, M, N, P, K> {
    type State = SVector<Dual<K>, N>;

    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        *dy = self.model.field().eval(Dual::from(t), y, &self.params);
    }

    fn jumps(&self) -> &[f64] {
        self.model.field().jumps()
    }
}

impl<M, const N: usize, const P: usize, const K: usize> Parametric for Tangent<'_, M, N, P, K> {
    type Params = SVector<Dual<K>, P>;
    fn params(&self) -> Self::Params {
        self.params
    }
    fn set_params(&mut self, params: &Self::Params) {
        self.params = *params;
    }
}

/// By dual numbers over dual numbers. The Jacobian needs derivatives of its own: otherwise an implicit step would solve
/// its equations for the state, but not for the derivatives of the state.
impl<M: GenericDynamics<N, P>, const N: usize, const P: usize, const K: usize> Jacobian for Tangent<'_, M, N, P, K>
where
    SVector<Dual<K>, N>: MatrixSpace<Matrix = SMatrix<Dual<K>, N, N>>,
{
    fn jacobian(&self, t: f64, y: &Self::State, _: Neighbourhood<'_, Self::State>) -> SMatrix<Dual<K>, N, N> {
        let f = self.model.field().eval(DualSVec::<Dual<K>, N>::from(t), &variables(y), &constants(&self.params));
        SMatrix::from_fn(|i, j| partial(&f[i], j))
    }

    fn time_derivative(&self, t: f64, y: &Self::State, _: Neighbourhood<'_, Self::State>, out: &mut Self::State) {
        let time = DualSVec::<Dual<K>, 1>::from(t).derivative(0);
        *out = self.model.field().eval(time, &constants(y), &constants(&self.params)).map(|f| partial(&f, 0));
    }
}

/// By dual numbers over dual numbers.
impl<M: GenericDynamics<N, P>, const N: usize, const P: usize, const K: usize> Differentiable
    for Tangent<'_, M, N, P, K>
{
    type Trace = ();

    fn vjp(&self, t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut Self::Params) -> f64 {
        pullback(self.model.field(), Dual::from(t), (y, &self.params), w, ybar, pbar).re
    }
}

/// The pullback of a field when time, state and parameters carry derivatives.
fn pullback<M: GenericDynamics<N, P>, const N: usize, const P: usize, const K: usize>(
    field: &M,
    t: Dual<K>,
    (y, params): (&SVector<Dual<K>, N>, &SVector<Dual<K>, P>),
    w: &SVector<Dual<K>, N>,
    ybar: &mut SVector<Dual<K>, N>,
    pbar: &mut SVector<Dual<K>, P>,
) -> Dual<K> {
    pull_back(&field.eval(constant(t), &variables(y), &constants(params)), w, ybar);
    pull_back(&field.eval(constant(t), &constants(y), &variables(params)), w, pbar);
    let time = DualSVec::new(t, Derivative::derivative_generic(Const::<1>, U1, 0));
    let mut tbar = SVector::<Dual<K>, 1>::from_element(Dual::from(0.0));
    pull_back(&field.eval(time, &constants(y), &constants(params)), w, &mut tbar);
    tbar[0]
}

/// The derivative of the pullback of `w` along the direction `(v, tau)` in `(y, t)`: added to `ybar` and `pbar`, and
/// returned for the time.
pub(super) fn pullback_along<M: GenericDynamics<N, P>, const N: usize, const P: usize>(
    model: &Autodiff<M, N, P>,
    (t, tau): (f64, f64),
    (y, v): (&SVector<f64, N>, &SVector<f64, N>),
    w: &SVector<f64, N>,
    ybar: &mut SVector<f64, N>,
    pbar: &mut SVector<f64, P>,
) -> f64 {
    let moving = (along(y, &[*v]), model.params().map(Dual::<1>::from));
    let mut y_moved = SVector::<Dual<1>, N>::from_element(Dual::from(0.0));
    let mut p_moved = SVector::<Dual<1>, P>::from_element(Dual::from(0.0));
    let time = Dual::new(t, Derivative::some(SVector::from([tau])));
    let t_moved = pullback(model.field(), time, (&moving.0, &moving.1), &w.map(Dual::from), &mut y_moved, &mut p_moved);
    *ybar += y_moved.map(|x| derivative(&x, 0));
    *pbar += p_moved.map(|x| derivative(&x, 0));
    derivative(&t_moved, 0)
}

/// Each number with the derivative 1 in its own direction.
fn variables<const L: usize, const K: usize>(x: &SVector<Dual<K>, L>) -> SVector<DualSVec<Dual<K>, L>, L> {
    SVector::from_fn(|i, _| DualSVec::new(x[i], Derivative::derivative_generic(Const, U1, i)))
}

/// A number without derivatives.
fn constant<const J: usize, const K: usize>(x: Dual<K>) -> DualSVec<Dual<K>, J> {
    DualSVec::new(x, Derivative::none())
}

/// Each number without derivatives.
fn constants<const L: usize, const J: usize, const K: usize>(
    x: &SVector<Dual<K>, L>,
) -> SVector<DualSVec<Dual<K>, J>, L> {
    x.map(constant)
}

/// The derivative of `f` along direction `j`.
fn partial<const J: usize, const K: usize>(f: &DualSVec<Dual<K>, J>, j: usize) -> Dual<K> {
    f.eps.0.as_ref().map_or_else(|| Dual::from(0.0), |row| row[j])
}

/// `bar += Dᵀ w` with the derivatives `D` of `f`.
fn pull_back<const N: usize, const J: usize, const K: usize>(
    f: &SVector<DualSVec<Dual<K>, J>, N>,
    w: &SVector<Dual<K>, N>,
    bar: &mut SVector<Dual<K>, J>,
) {
    for (f, w) in f.iter().zip(w) {
        if let Some(row) = &f.eps.0 {
            for (bar, d) in bar.iter_mut().zip(row) {
                *bar += d * w;
            }
        }
    }
}
