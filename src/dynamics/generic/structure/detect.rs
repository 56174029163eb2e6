//! Detection of a pattern by numbers that carry their dependences.

use nalgebra::DVector;

use super::dependent::{Dependent, MARKS, bit};
use super::refine::refine;
use crate::dynamics::GenericField;
use crate::dynamics::generic::linearisation::Point;
use crate::state::Pattern;

/// The pattern of `∂f/∂y` at `(t, y)`: the coordinates that enter each component.
///
/// The field is evaluated over numbers that carry marks of the coordinates they depend on. So an entry that happens to
/// be zero at the point has a place, as in `y₀ y₁` at `y₁ = 0`. A branch that the field does not take at the point is not
/// seen. A pattern with few places in each row takes about as many evaluations as it has colours.
///
/// ```
/// use nalgebra::{DVector, dvector};
/// use rheos::Scalar;
/// use rheos::dynamics::{GenericField, detect_pattern};
///
/// struct Product;
///
/// impl GenericField for Product {
///     fn eval<T: Scalar>(&self, _t: T, y: &[T], p: &[T], dy: &mut [T]) {
///         dy[0] = p[0] * y[0] * y[1];
///         dy[1] = y[1].powi(2);
///     }
/// }
///
/// let found = detect_pattern(&Product, 0.0, &dvector![0.0, 0.0], &dvector![1.0]);
/// assert_eq!((found.column(0), found.column(1)), (&[0][..], &[0, 1][..]));
/// ```
pub fn detect_pattern<M: GenericField>(field: &M, t: f64, y: &DVector<f64>, params: &DVector<f64>) -> Pattern {
    detect(&Point { field, t, y: y.as_slice(), params: params.as_slice() })
}

/// See [`detect_pattern`].
pub fn detect<M: GenericField>(point: &Point<'_, M, f64>) -> Pattern {
    let params: Vec<_> = point.params.iter().map(|&p| Dependent::from(p)).collect();
    let mut y: Vec<_> = point.y.iter().map(|&y| Dependent::from(y)).collect();
    let mut dy = y.clone();
    refine(y.len(), MARKS, |marks, find| {
        for (y, mark) in y.iter_mut().zip(marks) {
            *y = Dependent::from(y.value);
            if let &Some(mark) = mark {
                let (word, bit) = bit(mark);
                y.marks[word] = bit;
            }
        }
        // A component that the field does not write is zero.
        dy.fill(Dependent::from(0.0));
        point.field.eval(Dependent::from(point.t), &y, &params, &mut dy);
        for (row, dy) in dy.iter().enumerate() {
            dy.marks().for_each(|mark| find(row, mark));
        }
    })
}
