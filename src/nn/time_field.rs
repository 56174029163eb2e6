//! Layers of state and time as vector fields.

use super::pair_trace::{PairTrace, TimeOf};
use super::wrappers::parametric_wrappers;
use super::{Layer, Samples};
use crate::dynamics::{
    Differentiable, Dynamics, Jacobian, Neighbourhood, rows_by_pullback, time_derivative_by_pullback,
};
use crate::error::Error;
use crate::state::{MatrixOf, MatrixSpace, State};

/// The field `dy/dt = g(y, t)` of a layer of state and time. The time is one row, with the same number for each sample.
///
/// ```
/// use nalgebra::SMatrix;
/// use rheos::formula;
/// use rheos::formula::{Bias, Rows, Static, Structure};
/// use rheos::nn::Net;
/// use rheos::{Fixed, Rk4, solve};
///
/// formula! {
///     /// `dy/dt = a cos t`.
///     pub struct Driven<T> { pub a: Bias<T, 2> }
///     fn apply(&self, _y: Rows<2>, t: Rows<1>) -> Rows<2> {
///         &self.a * t.cos().spread::<2>()
///     }
/// }
/// let field = Net::<Driven<f64>, Static<3>>::new(Driven::draw(&mut || 2.0)).timed();
/// let end = solve(&field, SMatrix::<f64, 2, 3>::zeros(), 0.0..1.0, Rk4, Fixed::steps(20))?;
/// assert!((end.last()[(0, 0)] - 2.0 * 1.0_f64.sin()).abs() < 1e-7);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeField<L>(pub L);

parametric_wrappers!(TimeField);

impl<Y: Samples, L: Layer<Input = (Y, Y::Weights), Output = Y>> Dynamics for TimeField<L> {
    type State = Y;

    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        self.0.forward_into(&(y.clone(), y.weights(t)), dy);
    }
    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }
    fn failure(&self, t: f64, y: &Y) -> Option<Error> {
        self.0.try_forward(&(y.clone(), y.weights(t))).err()
    }
}

/// By pullbacks, one for each row: for a batch of one sample, whose state is a vector.
impl<Y: Samples + MatrixSpace, L: Layer<Input = (Y, Y::Weights), Output = Y>> Jacobian for TimeField<L> {
    fn jacobian(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>) -> MatrixOf<Y> {
        rows_by_pullback(self, t, y)
    }

    fn time_derivative(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>, out: &mut Y) {
        time_derivative_by_pullback(self, t, y, out);
    }
}

impl<Y: Samples, L: Layer<Input = (Y, Y::Weights), Output = Y>> Differentiable for TimeField<L> {
    type Trace = PairTrace<L>;

    fn vjp(&self, t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut L::Params) -> f64 {
        let mut trace = PairTrace::default();
        let mut dy = y.clone();
        self.eval_traced(t, y, &mut dy, &mut trace);
        self.vjp_traced(&mut trace, t, y, w, ybar, pbar)
    }

    fn eval_traced(&self, t: f64, y: &Y, dy: &mut Y, trace: &mut Self::Trace) {
        let (trace, [arguments, _]) = trace.at(y, &TimeOf(t, y));
        self.0.forward_traced_into(arguments, dy, trace);
    }

    fn vjp_traced(&self, trace: &mut Self::Trace, t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut L::Params) -> f64 {
        let (trace, [arguments, bars]) = trace.at(y, &TimeOf(t, y));
        bars.0.assign(ybar);
        bars.1.set_zeros();
        self.0.backward(trace, arguments, w, bars, pbar);
        ybar.assign(&bars.0);
        Y::sum_weights(&bars.1)
    }
}
