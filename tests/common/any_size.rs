//! Models of all sizes as one type: then a method is compiled once and not for each of them.

use nalgebra::{DMatrix, DVector, SMatrix, SVector};
use rheos::dynamics::{Jacobian, Neighbourhood};
use rheos::state::MatrixSpace;
use rheos::{Autodiff, Dynamics, GenericDynamics};

/// A model with a Jacobian.
pub struct AnySize(Box<dyn Model>);

/// The functions of a model, in a form for pointers.
trait Model {
    fn slope(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>);
    fn partials(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>) -> DMatrix<f64>;
    fn drift(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>, out: &mut DVector<f64>);
}

impl<F: Jacobian<State = DVector<f64>>> Model for F {
    fn slope(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.eval(t, y, dy);
    }
    fn partials(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>) -> DMatrix<f64> {
        self.jacobian(t, y, near)
    }
    fn drift(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>, out: &mut DVector<f64>) {
        self.time_derivative(t, y, near, out);
    }
}

/// A problem with a state of any size.
pub type AnyProblem = (AnySize, DVector<f64>);

impl AnySize {
    /// A problem whose state has any size already.
    pub fn new<F>((model, y0): (F, DVector<f64>)) -> AnyProblem
    where
        F: Jacobian<State = DVector<f64>> + 'static,
    {
        (Self(Box::new(model)), y0)
    }

    /// A problem with a state of static size.
    pub fn of_static<M, const N: usize, const P: usize>((model, y0): (Autodiff<M, N, P>, SVector<f64, N>)) -> AnyProblem
    where
        M: GenericDynamics<N, P> + 'static,
        SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
    {
        (Self(Box::new(Static(model))), DVector::from_column_slice(y0.as_slice()))
    }
}

impl Dynamics for AnySize {
    type State = DVector<f64>;
    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.0.slope(t, y, dy);
    }
}

impl Jacobian for AnySize {
    fn jacobian(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>) -> DMatrix<f64> {
        self.0.partials(t, y, near)
    }
    fn time_derivative(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>, out: &mut DVector<f64>) {
        self.0.drift(t, y, near, out);
    }
}

/// A model with a state of static size, taken for one of any size.
struct Static<M, const N: usize, const P: usize>(Autodiff<M, N, P>);

fn fixed<const N: usize>(y: &DVector<f64>) -> SVector<f64, N> {
    SVector::from_column_slice(y.as_slice())
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Dynamics for Static<M, N, P> {
    type State = DVector<f64>;
    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        let mut slope = SVector::zeros();
        self.0.eval(t, &fixed(y), &mut slope);
        dy.copy_from_slice(slope.as_slice());
    }
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Jacobian for Static<M, N, P>
where
    SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
{
    fn jacobian(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>) -> DMatrix<f64> {
        DMatrix::from_column_slice(N, N, self.0.jacobian(t, &fixed(y), Neighbourhood::of_step(near.h)).as_slice())
    }
    fn time_derivative(&self, t: f64, y: &DVector<f64>, near: Neighbourhood<DVector<f64>>, out: &mut DVector<f64>) {
        let mut slope = SVector::zeros();
        self.0.time_derivative(t, &fixed(y), Neighbourhood::of_step(near.h), &mut slope);
        out.copy_from_slice(slope.as_slice());
    }
}
