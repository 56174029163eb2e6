//! A field of any size with its parameters and the pattern of its Jacobian.

use std::borrow::Cow;

use nalgebra::DVector;
use num_dual::Dual64;

use super::linearisation::Point;
use super::structure::{detect, fits};
use super::{GenericField, detect_pattern};
use crate::dynamics::{Dynamics, Jvp, Parametric};
use crate::error::Error;
use crate::state::Pattern;

/// A [`GenericField`] with its parameters and the pattern of its Jacobian, differentiated by dual numbers.
///
/// Its sparse Jacobian is exact. One evaluation over dual numbers with eight directions finds the columns of eight
/// [colours](crate::state::Colouring) of the pattern. A pullback multiplies with the transposed Jacobian and takes one
/// evaluation for each eight parameters.
///
/// A branch of the field may depend on other coordinates than the pattern says. Therefore each derivative starts with an
/// evaluation that compares the dependences with the pattern, and detects the pattern at this point if they do not fit.
/// Up to 512 coordinates are compared exactly. Of more, it compares signatures: 7 of 512 marks for each coordinate, drawn for
/// the time. A dependence outside the pattern is
/// missed if its row has all its marks already: with a probability of `(1 − e^{−7m/512})⁷` for a row of `m` places,
/// which is 6·10⁻⁹ for 5, 5·10⁻⁵ for 20 and 0.6 for 200. So the pattern of a field with long rows should be complete; the
/// linear solvers check theirs in another way.
///
/// ```
/// use nalgebra::{DVector, dvector};
/// use rheos::dynamics::{GenericField, SparseAutodiff};
/// use rheos::solver::implicit::Banded;
/// use rheos::{Bdf, Pid, Scalar, solve};
///
/// /// A chain of reactions `A₁ → A₂ → …` with one rate.
/// struct Chain;
///
/// impl GenericField for Chain {
///     fn eval<T: Scalar>(&self, _t: T, a: &[T], rate: &[T], da: &mut [T]) {
///         for i in 0..a.len() {
///             da[i] = rate[0] * (if i > 0 { a[i - 1] } else { T::zero() } - a[i]);
///         }
///     }
/// }
///
/// let y0 = DVector::from_fn(200, |i, _| if i == 0 { 1.0 } else { 0.0 });
/// let chain = SparseAutodiff::new(Chain, dvector![3.0], 0.0, &y0);
/// assert_eq!(chain.pattern().bandwidths(), (1, 0));
/// let solution = solve(&chain, y0, 0.0..1.0, Bdf.with(Banded::new(1, 0)), Pid::tolerance(1e-8))?;
/// // Poisson's distribution with mean 3.
/// assert!((solution.last()[2] - 4.5 * (-3.0_f64).exp()).abs() < 1e-6);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SparseAutodiff<M> {
    field: M,
    params: DVector<f64>,
    pattern: Pattern,
}

impl<M: GenericField> SparseAutodiff<M> {
    /// The model `field` at the parameters `params`, with the pattern [detected](detect_pattern) at `(t, y)`.
    pub fn new(field: M, params: DVector<f64>, t: f64, y: &DVector<f64>) -> Self {
        let pattern = detect_pattern(&field, t, y, &params);
        Self { field, params, pattern }
    }

    /// The model with a pattern that is known. A larger pattern than necessary costs evaluations only.
    pub const fn with_pattern(field: M, params: DVector<f64>, pattern: Pattern) -> Self {
        Self { field, params, pattern }
    }
}

impl<M> SparseAutodiff<M> {
    /// The pattern of the Jacobian.
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The number of parameters.
    pub(super) fn count(&self) -> usize {
        self.params.len()
    }

    pub(crate) const fn field(&self) -> &M {
        &self.field
    }
}

impl<M: GenericField> SparseAutodiff<M> {
    /// The field at a point.
    pub(super) fn at<'a>(&'a self, t: f64, y: &'a DVector<f64>) -> Point<'a, M, f64> {
        Point { field: &self.field, t, y: y.as_slice(), params: self.params.as_slice() }
    }

    /// A pattern with the places of the Jacobian at a point.
    pub(super) fn pattern_at(&self, point: &Point<'_, M, f64>) -> Cow<'_, Pattern> {
        if fits(point, &self.pattern) {
            Cow::Borrowed(&self.pattern)
        } else {
            Cow::Owned(self.pattern.union(&detect(point)))
        }
    }

    /// Whether a state has the dimension of the pattern.
    pub(super) fn has_dimension_of(&self, len: usize) -> bool {
        len == self.pattern.dimension()
    }
}

/// A state of another dimension than the pattern's has no slope.
impl<M: GenericField> Dynamics for SparseAutodiff<M> {
    type State = DVector<f64>;

    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        if self.has_dimension_of(y.len()) && dy.len() == y.len() {
            self.field.eval(t, y.as_slice(), self.params.as_slice(), dy.as_mut_slice());
        } else {
            dy.fill(f64::NAN);
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }

    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }

    fn failure(&self, _t: f64, y: &DVector<f64>) -> Option<Error> {
        let (found, expected) = (y.len(), self.pattern.dimension());
        (found != expected).then_some(Error::LengthMismatch { name: "y", found, expected })
    }
}

/// Parameters of another number than before are no parameters of the model: they become NaN.
impl<M> Parametric for SparseAutodiff<M> {
    type Params = DVector<f64>;
    fn params(&self) -> DVector<f64> {
        self.params.clone()
    }
    fn set_params(&mut self, params: &DVector<f64>) {
        if params.len() == self.params.len() {
            self.params.copy_from(params);
        } else {
            self.params.fill(f64::NAN);
        }
    }
}

/// One evaluation with a single dual component.
impl<M: GenericField> Jvp for SparseAutodiff<M> {
    fn jvp(&self, t: f64, y: &DVector<f64>, v: &DVector<f64>, out: &mut DVector<f64>) {
        if !self.has_dimension_of(y.len()) {
            return out.fill(f64::NAN);
        }
        let y: Vec<_> = y.iter().zip(v.iter()).map(|(&y, &v)| Dual64::new(y, v)).collect();
        let params: Vec<_> = self.params.iter().map(|&p| Dual64::from(p)).collect();
        let mut dy = y.clone();
        self.field.eval(Dual64::from(t), &y, &params, &mut dy);
        out.iter_mut().zip(dy).for_each(|(out, dy)| *out = dy.eps);
    }
}
