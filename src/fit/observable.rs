//! Functions of the state that are measured.

use std::fmt;
use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use num_dual::Dual64;

/// A function of time, state and parameters over dual numbers.
type Function<'a> = dyn Fn(f64, &[Dual64], &[Dual64]) -> Dual64 + Send + Sync + 'a;

/// A measured function `h(t, y, p)` of the state and the parameters.
#[derive(Clone)]
pub(super) enum Observable<'a> {
    Component(usize),
    LogComponent(usize),
    Function(Arc<Function<'a>>),
}

/// State and parameters.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    pub t: f64,
    pub y: &'p [f64],
    pub params: &'p [f64],
}

impl<'a> Observable<'a> {
    pub(super) fn function(f: impl Fn(f64, &[Dual64], &[Dual64]) -> Dual64 + Send + Sync + 'a) -> Self {
        Self::Function(Arc::new(f))
    }

    /// The value; NaN for a component that does not exist.
    pub(super) fn value(&self, at: At<'_>) -> f64 {
        match self {
            Self::Component(i) => at.y.get(*i).copied().unwrap_or(f64::NAN),
            Self::LogComponent(i) => at.y.get(*i).map_or(f64::NAN, |y| y.ln()),
            Self::Function(f) => {
                let (y, params) = (constants(at.y), constants(at.params));
                f(at.t, &y, &params).re
            }
        }
    }

    /// The derivatives with respect to the components of the state.
    pub(super) fn state_gradient(&self, at: At<'_>) -> DVector<f64> {
        let n = at.y.len();
        let unit = |k: usize, value: f64| DVector::from_fn(n, |i, _| if i == k { value } else { 0.0 });
        match self {
            Self::Component(i) => unit(*i, 1.0),
            Self::LogComponent(i) => unit(*i, 1.0 / at.y[*i]),
            Self::Function(f) => {
                let params = constants(at.params);
                DVector::from_fn(n, |k, _| f(at.t, &along(at.y, unit(k, 1.0).as_slice()), &params).eps)
            }
        }
    }

    /// The derivatives along directions in the parameters, a column each.
    pub(super) fn derivatives_along(&self, at: At<'_>, dparams: &DMatrix<f64>) -> DVector<f64> {
        let mut found = DVector::zeros(dparams.ncols());
        if let Self::Function(f) = self {
            let y = constants(at.y);
            for (found, direction) in found.iter_mut().zip(dparams.column_iter()) {
                if direction.iter().any(|dp| *dp != 0.0) {
                    *found = f(at.t, &y, &along(at.params, direction.clone_owned().as_slice())).eps;
                }
            }
        }
        found
    }

    /// The component that is measured itself.
    pub(super) const fn component(&self) -> Option<MeasuredComponent> {
        match self {
            Self::Component(index) => Some(MeasuredComponent { index: *index, is_logarithm: false }),
            Self::LogComponent(index) => Some(MeasuredComponent { index: *index, is_logarithm: true }),
            Self::Function(_) => None,
        }
    }
}

/// A component of the state that is measured itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MeasuredComponent {
    pub index: usize,
    pub is_logarithm: bool,
}

impl MeasuredComponent {
    /// The component that belongs to a measured value.
    pub(super) fn state(self, value: f64) -> f64 {
        if self.is_logarithm { value.exp() } else { value }
    }
}

impl fmt::Debug for Observable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(i) => write!(f, "y[{i}]"),
            Self::LogComponent(i) => write!(f, "ln y[{i}]"),
            Self::Function(_) => f.write_str("a function"),
        }
    }
}

pub(super) fn constants(x: &[f64]) -> Vec<Dual64> {
    x.iter().map(|x| Dual64::from(*x)).collect()
}

pub(super) fn along(x: &[f64], dx: &[f64]) -> Vec<Dual64> {
    x.iter().zip(dx).map(|(x, dx)| Dual64::new(*x, *dx)).collect()
}
