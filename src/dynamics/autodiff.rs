//! Automatic differentiation of small models by dual numbers.

use nalgebra::{SMatrix, SVector};
use num_dual::{Dual64, DualNum, DualSVec64, jacobian};
use num_traits::FloatConst;

use super::{Differentiable, Dynamics, Jacobian, Jvp, Neighbourhood, Parametric};
use crate::state::{Element, ElementOf, MatrixSpace, SparseMatrix};

/// A scalar for a [`GenericDynamics`]: `f64`, a dual number over it, or several samples in one number (see
/// [`LaneEnsemble`](crate::solution::LaneEnsemble)).
///
/// The usual functions (`sin`, `exp`, `powi`, …) are methods of [`num_dual::DualNum`], re-exported as
/// [`DualNum`](crate::dynamics::DualNum); constants such as `T::PI()` come from [`num_traits::FloatConst`].
pub trait Scalar: DualNum<Primitive = f64> + FloatConst + Copy {}

impl<T: DualNum<Primitive = f64> + FloatConst + Copy> Scalar for T {}

/// A vector field of `N` components with `P` parameters, written over a generic scalar.
///
/// Wrapped in [`Autodiff`] it implements [`Dynamics`], [`Differentiable`] and [`Jacobian`].
///
/// ```
/// use nalgebra::{SVector, Vector2};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
/// use rheos::dynamics::{Jacobian, Neighbourhood};
///
/// struct LotkaVolterra;
///
/// impl GenericDynamics<2, 4> for LotkaVolterra {
///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 4>) -> SVector<T, 2> {
///         SVector::from([p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]])
///     }
/// }
///
/// let model = Autodiff::new(LotkaVolterra, SVector::from([1.5, 1.0, 3.0, 1.0]));
/// let jacobian = model.jacobian(0.0, &Vector2::new(2.0, 0.5), Neighbourhood::of_step(1.0));
/// assert_eq!(jacobian[(1, 1)], -1.0); // ∂ẏ/∂y = δ x − γ = 2 − 3
/// ```
pub trait GenericDynamics<const N: usize, const P: usize> {
    /// `f(t, y, p)`.
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, N>, p: &SVector<T, P>) -> SVector<T, N>;

    /// The times at which the function, or a derivative of it, jumps; see [`Dynamics::jumps`].
    fn jumps(&self) -> &[f64] {
        &[]
    }
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> GenericDynamics<N, P> for &M {
    #[inline(always)]
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, N>, p: &SVector<T, P>) -> SVector<T, N> {
        M::eval(self, t, y, p)
    }
    fn jumps(&self) -> &[f64] {
        M::jumps(self)
    }
}

/// A [`GenericDynamics`] with its parameters, differentiated by forward-mode dual numbers.
///
/// One pullback costs three evaluations: with `N`, with `P` and with one dual component. This suits small models, not
/// networks.
#[derive(Debug, Clone, Copy)]
pub struct Autodiff<M, const N: usize, const P: usize> {
    field: M,
    params: SVector<f64, P>,
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Autodiff<M, N, P> {
    /// The model `field` at the parameters `params`.
    pub fn new(field: M, params: SVector<f64, P>) -> Self {
        Self { field, params }
    }

    /// The field, without its parameters.
    pub(crate) fn field(&self) -> &M {
        &self.field
    }

    fn partial_derivatives(&self, t: f64, y: &SVector<f64, N>) -> SMatrix<f64, N, N> {
        let f = |y| self.field.eval(DualSVec64::<N>::from(t), &y, &constant(&self.params));
        jacobian(f, y).1
    }

    fn slope_in_time(&self, t: f64, y: &SVector<f64, N>) -> SVector<f64, N> {
        let time = Dual64::from(t).derivative();
        self.field.eval(time, &constant(y), &constant(&self.params)).map(|df| df.eps)
    }
}

fn constant<T: Scalar, const K: usize>(x: &SVector<f64, K>) -> SVector<T, K> {
    x.map(T::from)
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Dynamics for Autodiff<M, N, P> {
    type State = SVector<f64, N>;
    #[inline]
    fn eval(&self, t: f64, y: &SVector<f64, N>, dy: &mut SVector<f64, N>) {
        *dy = self.field.eval(t, y, &self.params);
    }
    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }
}

impl<M, const N: usize, const P: usize> Parametric for Autodiff<M, N, P> {
    type Params = SVector<f64, P>;
    fn params(&self) -> SVector<f64, P> {
        self.params
    }
    fn set_params(&mut self, params: &SVector<f64, P>) {
        self.params = *params;
    }
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Jacobian for Autodiff<M, N, P>
where
    SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
{
    fn jacobian(&self, t: f64, y: &SVector<f64, N>, _: Neighbourhood<'_, SVector<f64, N>>) -> SMatrix<f64, N, N> {
        self.partial_derivatives(t, y)
    }
    /// Exact, from the dense matrix.
    fn sparse_jacobian(
        &self,
        t: f64,
        y: &SVector<f64, N>,
        _: Neighbourhood<'_, SVector<f64, N>>,
        out: &mut SparseMatrix<ElementOf<SVector<f64, N>>>,
    ) {
        let matrix = self.partial_derivatives(t, y);
        for (i, j) in (0..N).flat_map(|j| (0..N).map(move |i| (i, j))) {
            if matrix[(i, j)] != 0.0 {
                out.set(i, j, Element::embed(matrix[(i, j)]));
            }
        }
    }
    fn time_derivative(
        &self,
        t: f64,
        y: &SVector<f64, N>,
        _: Neighbourhood<'_, SVector<f64, N>>,
        out: &mut SVector<f64, N>,
    ) {
        *out = self.slope_in_time(t, y);
    }
}

/// One evaluation with a single dual component.
impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Jvp for Autodiff<M, N, P> {
    fn jvp(&self, t: f64, y: &SVector<f64, N>, v: &SVector<f64, N>, out: &mut SVector<f64, N>) {
        let y = y.zip_map(v, Dual64::new);
        *out = self.field.eval(Dual64::from(t), &y, &constant(&self.params)).map(|df| df.eps);
    }
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Differentiable for Autodiff<M, N, P> {
    type Trace = ();

    fn vjp(
        &self,
        t: f64,
        y: &SVector<f64, N>,
        w: &SVector<f64, N>,
        ybar: &mut SVector<f64, N>,
        pbar: &mut SVector<f64, P>,
    ) -> f64 {
        *ybar += self.partial_derivatives(t, y).tr_mul(w);
        if P > 0 {
            let f = |p| self.field.eval(DualSVec64::<P>::from(t), &constant(y), &p);
            *pbar += jacobian(f, &self.params).1.tr_mul(w);
        }
        self.slope_in_time(t, y).dot(w)
    }
}
