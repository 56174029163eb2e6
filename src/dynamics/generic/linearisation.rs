//! Derivatives of a field at a point, by dual numbers with eight directions.

use nalgebra::{Const, U1};
use num_dual::{Derivative, DualSVec};

use super::GenericField;
use crate::dynamics::Scalar;
use crate::state::{Element, Pattern};

/// The number of directions of one evaluation.
const DIRECTIONS: usize = 8;

/// A number and its derivatives along eight directions.
type Directional<T> = DualSVec<T, DIRECTIONS>;

/// A field at a time, a state and parameters. The scalar may be a dual number itself.
pub(super) struct Point<'a, M, T> {
    pub field: &'a M,
    pub t: T,
    pub y: &'a [T],
    pub params: &'a [T],
}

impl<M: GenericField, T: Scalar + Element> Point<'_, M, T> {
    /// Calls `visit(i, j, ∂fᵢ/∂yⱼ)` for the places of `pattern`, outside which the derivatives are zero.
    ///
    /// One evaluation serves the columns of eight colours.
    pub fn partials(&self, pattern: &Pattern, mut visit: impl FnMut(usize, usize, T)) {
        let (t, params) = (constant(self.t), constants(self.params));
        let (mut y, mut dy) = (constants(self.y), constants(self.y));
        for colours in pattern.colouring().groups().chunks(DIRECTIONS) {
            for (k, columns) in colours.iter().enumerate() {
                columns.iter().for_each(|&j| y[j] = variable(self.y[j], k));
            }
            self.field.eval(t, &y, &params, &mut dy);
            for (k, columns) in colours.iter().enumerate() {
                for &j in columns {
                    y[j] = constant(self.y[j]);
                    pattern.column(j).iter().for_each(|&i| visit(i, j, partial(&dy[i], k)));
                }
            }
        }
    }

    /// Writes `∂f/∂t` into `out`.
    pub fn slope_in_time(&self, out: &mut [T]) {
        let time = DualSVec::<T, 1>::new(self.t, Derivative::derivative_generic(Const::<1>, U1, 0));
        let (y, params) = (constants(self.y), constants(self.params));
        let mut dy = y.clone();
        self.field.eval(time, &y, &params, &mut dy);
        out.iter_mut().zip(&dy).for_each(|(out, dy)| *out = partial(dy, 0));
    }

    /// Adds `(∂f/∂y)ᵀ w` to `ybar` and `(∂f/∂p)ᵀ w` to `pbar`, and returns `wᵀ ∂f/∂t`. The places of `∂f/∂y` are in
    /// `pattern`.
    pub fn pull_back(&self, pattern: &Pattern, w: &[T], ybar: &mut [T], pbar: &mut [T]) -> T {
        self.partials(pattern, |i, j, x| ybar[j] += x * w[i]);
        // The time is the direction after the parameters.
        let (y, count) = (constants(self.y), self.params.len());
        let (mut dy, mut tbar) = (y.clone(), T::embed(0.0));
        for start in (0..=count).step_by(DIRECTIONS) {
            let mut params = constants(self.params);
            let end = count.min(start + DIRECTIONS);
            (start..end).for_each(|l| params[l] = variable(self.params[l], l - start));
            let with_time = count < start + DIRECTIONS;
            let t = if with_time { variable(self.t, count - start) } else { constant(self.t) };
            self.field.eval(t, &y, &params, &mut dy);
            for (dy, &w) in dy.iter().zip(w) {
                if let Some(row) = &dy.eps.0 {
                    (start..end).for_each(|l| pbar[l] += row[l - start] * w);
                    if with_time {
                        tbar += row[count - start] * w;
                    }
                }
            }
        }
        tbar
    }
}

/// A number without derivatives.
fn constant<T: Scalar, const K: usize>(x: T) -> DualSVec<T, K> {
    DualSVec::new(x, Derivative::none())
}

/// Numbers without derivatives.
pub(super) fn constants<T: Scalar, const K: usize>(x: &[T]) -> Vec<DualSVec<T, K>> {
    x.iter().map(|&x| constant(x)).collect()
}

/// A number with the derivative 1 along direction `k`.
fn variable<T: Scalar>(x: T, k: usize) -> Directional<T> {
    DualSVec::new(x, Derivative::derivative_generic(Const, U1, k))
}

/// The derivative of `f` along direction `k`.
fn partial<T: Scalar + Element, const K: usize>(f: &DualSVec<T, K>, k: usize) -> T {
    f.eps.0.as_ref().map_or_else(|| T::embed(0.0), |row| row[k])
}
