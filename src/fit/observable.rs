//! Functions of the state that are measured.

use std::fmt;
use std::rc::Rc;

use num_dual::Dual64;

/// A function of time, state and parameters over dual numbers.
type Function<'a> = dyn Fn(f64, &[Dual64], &[Dual64]) -> Dual64 + 'a;

/// A measured function `h(t, y, p)` of the state and the parameters.
#[derive(Clone)]
pub(super) enum Observable<'a> {
    Component(usize),
    LogComponent(usize),
    Function(Rc<Function<'a>>),
}

/// State and parameters.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    pub t: f64,
    pub y: &'p [f64],
    pub params: &'p [f64],
}

/// The gradient of an observable.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ObservableGradient {
    pub y: Vec<f64>,
    pub params: Vec<f64>,
}

impl<'a> Observable<'a> {
    pub(super) fn function(f: impl Fn(f64, &[Dual64], &[Dual64]) -> Dual64 + 'a) -> Self {
        Self::Function(Rc::new(f))
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

    /// The derivative along a direction in the state and the parameters.
    pub(super) fn derivative_along(&self, at: At<'_>, dy: &[f64], dparams: &[f64]) -> f64 {
        match self {
            Self::Component(i) => dy[*i],
            Self::LogComponent(i) => dy[*i] / at.y[*i],
            Self::Function(f) => f(at.t, &along(at.y, dy), &along(at.params, dparams)).eps,
        }
    }

    /// The derivatives with respect to every component and parameter.
    pub(super) fn gradient(&self, at: At<'_>) -> ObservableGradient {
        let unit = |n: usize, k: usize| (0..n).map(|i| if i == k { 1.0 } else { 0.0 }).collect::<Vec<_>>();
        let (n, p) = (at.y.len(), at.params.len());
        let (no_y, no_params) = (vec![0.0; n], vec![0.0; p]);
        ObservableGradient {
            y: (0..n).map(|k| self.derivative_along(at, &unit(n, k), &no_params)).collect(),
            params: (0..p).map(|k| self.derivative_along(at, &no_y, &unit(p, k))).collect(),
        }
    }

    /// Whether the logarithm of a component is measured.
    pub(super) const fn is_logarithm(&self) -> bool {
        matches!(self, Self::LogComponent(_))
    }

    /// The component that is measured, and the state that belongs to a measured value.
    pub(super) fn component(&self) -> Option<(usize, fn(f64) -> f64)> {
        match self {
            Self::Component(i) => Some((*i, |value| value)),
            Self::LogComponent(i) => Some((*i, f64::exp)),
            Self::Function(_) => None,
        }
    }

    /// The component whose logarithm is measured.
    pub(super) const fn log_component(&self) -> Option<usize> {
        match self {
            Self::LogComponent(i) => Some(*i),
            _ => None,
        }
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
