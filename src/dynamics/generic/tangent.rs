//! A field of any size over dual numbers.

use nalgebra::{DMatrix, DVector};

use super::jacobian::{dense, sparse};
use super::linearisation::Point;
use super::{GenericField, SparseAutodiff};
use crate::dynamics::{Differentiable, Dual, Dynamics, Jacobian, Neighbourhood, Parametric};
use crate::error::Error;
use crate::state::{Pattern, SparseMatrix};

/// The tangent model of a [`SparseAutodiff`] model: the model over dual numbers, with the derivatives of its state in `K`
/// directions of the initial state and the parameters. See [`Tangent`](crate::dynamics::Tangent).
#[derive(Debug)]
pub struct SparseTangent<'f, M, const K: usize> {
    model: &'f SparseAutodiff<M>,
    params: DVector<Dual<K>>,
}

impl<'f, M: GenericField, const K: usize> SparseTangent<'f, M, K> {
    /// The model with the parameters `params`; their derivatives are the directions. Parameters of another number than
    /// the model's are NaN.
    pub fn new(model: &'f SparseAutodiff<M>, params: DVector<Dual<K>>) -> Self {
        let nan = || DVector::from_element(model.count(), Dual::from(f64::NAN));
        Self { model, params: if params.len() == model.count() { params } else { nan() } }
    }

    fn at<'a>(&'a self, t: f64, y: &'a DVector<Dual<K>>) -> Point<'a, M, Dual<K>> {
        Point { field: self.model.field(), t: Dual::from(t), y: y.as_slice(), params: self.params.as_slice() }
    }

    /// A pattern with the places of the Jacobian at a point.
    fn pattern_at(&self, t: f64, y: &DVector<Dual<K>>) -> Pattern {
        let (y, params) = (y.map(|y| y.re), self.params.map(|p| p.re));
        let point = Point { field: self.model.field(), t, y: y.as_slice(), params: params.as_slice() };
        self.model.pattern_at(&point).into_owned()
    }
}

impl<M: GenericField, const K: usize> Dynamics for SparseTangent<'_, M, K> {
    type State = DVector<Dual<K>>;

    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        if self.model.has_dimension_of(y.len()) && dy.len() == y.len() {
            self.model.field().eval(Dual::from(t), y.as_slice(), self.params.as_slice(), dy.as_mut_slice());
        } else {
            dy.fill(Dual::from(f64::NAN));
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }

    fn jumps(&self) -> &[f64] {
        self.model.jumps()
    }

    fn failure(&self, t: f64, y: &Self::State) -> Option<Error> {
        self.model.failure(t, &y.map(|y| y.re))
    }
}

impl<M: GenericField, const K: usize> Parametric for SparseTangent<'_, M, K> {
    type Params = DVector<Dual<K>>;
    fn params(&self) -> Self::Params {
        self.params.clone()
    }
    fn set_params(&mut self, params: &Self::Params) {
        *self = Self::new(self.model, params.clone());
    }
}

/// By dual numbers over dual numbers, for an implicit step solves its equations for the derivatives as well.
impl<M: GenericField, const K: usize> Jacobian for SparseTangent<'_, M, K> {
    fn jacobian(&self, t: f64, y: &Self::State, _: Neighbourhood<'_, Self::State>) -> DMatrix<Dual<K>> {
        if !self.model.has_dimension_of(y.len()) {
            return DMatrix::from_element(y.len(), y.len(), Dual::from(f64::NAN));
        }
        dense(&self.at(t, y), &self.pattern_at(t, y))
    }

    fn sparse_jacobian(
        &self,
        t: f64,
        y: &Self::State,
        _: Neighbourhood<'_, Self::State>,
        out: &mut SparseMatrix<Dual<K>>,
    ) {
        if !self.model.has_dimension_of(y.len()) {
            return out.values_mut().fill(Dual::from(f64::NAN));
        }
        sparse(&self.at(t, y), &self.pattern_at(t, y), out);
    }

    fn time_derivative(&self, t: f64, y: &Self::State, _: Neighbourhood<'_, Self::State>, out: &mut Self::State) {
        if !self.model.has_dimension_of(y.len()) {
            return out.fill(Dual::from(f64::NAN));
        }
        self.at(t, y).slope_in_time(out.as_mut_slice());
    }
}

/// By dual numbers over dual numbers.
impl<M: GenericField, const K: usize> Differentiable for SparseTangent<'_, M, K> {
    type Trace = ();

    fn vjp(&self, t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut Self::Params) -> f64 {
        if !self.model.has_dimension_of(y.len()) {
            ybar.fill(Dual::from(f64::NAN));
            return f64::NAN;
        }
        let pattern = self.pattern_at(t, y);
        self.at(t, y).pull_back(&pattern, w.as_slice(), ybar.as_mut_slice(), pbar.as_mut_slice()).re
    }
}
