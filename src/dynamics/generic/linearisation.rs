//! Derivatives of a field at a point, by dual numbers with eight directions.

use super::GenericField;
use super::partials::Partials;
use crate::dynamics::Scalar;
use crate::state::{Element, Pattern};

/// The number of directions of one evaluation.
const DIRECTIONS: usize = 8;

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
        let (t, params) = (Partials::<T, DIRECTIONS>::constant(self.t), constants(self.params));
        let (mut y, mut dy) = (constants(self.y), constants(self.y));
        for colours in pattern.colouring().groups().chunks(DIRECTIONS) {
            for (k, columns) in colours.iter().enumerate() {
                columns.iter().for_each(|&j| y[j].partials[k] = T::one());
            }
            self.field.eval(t, &y, &params, &mut dy);
            for (k, columns) in colours.iter().enumerate() {
                for &j in columns {
                    y[j].partials[k] = T::zero();
                    pattern.column(j).iter().for_each(|&i| visit(i, j, dy[i].partials[k]));
                }
            }
        }
    }

    /// Writes `∂f/∂t` into `out`.
    pub fn slope_in_time(&self, out: &mut [T]) {
        let time = Partials::<T, 1>::variable(self.t, 0);
        let (y, params) = (constants(self.y), constants(self.params));
        let mut dy = y.clone();
        self.field.eval(time, &y, &params, &mut dy);
        out.iter_mut().zip(&dy).for_each(|(out, dy)| *out = dy.partials[0]);
    }

    /// Adds `(∂f/∂y)ᵀ w` to `ybar` and `(∂f/∂p)ᵀ w` to `pbar`, and returns `wᵀ ∂f/∂t`. The places of `∂f/∂y` are in
    /// `pattern`.
    pub fn pull_back(&self, pattern: &Pattern, w: &[T], ybar: &mut [T], pbar: &mut [T]) -> T {
        self.partials(pattern, |i, j, x| ybar[j] += x * w[i]);
        // The time is the direction after the parameters.
        let (y, count) = (constants(self.y), self.params.len());
        let (mut dy, mut tbar) = (y.clone(), T::embed(0.0));
        for start in (0..=count).step_by(DIRECTIONS) {
            let (mut t, mut params) = (Partials::<T, DIRECTIONS>::constant(self.t), constants(self.params));
            let end = count.min(start + DIRECTIONS);
            (start..end).for_each(|l| params[l].partials[l - start] = T::one());
            let with_time = count < start + DIRECTIONS;
            if with_time {
                t.partials[count - start] = T::one();
            }
            self.field.eval(t, &y, &params, &mut dy);
            for (dy, &w) in dy.iter().zip(w) {
                pbar[start..end].iter_mut().zip(dy.partials).for_each(|(bar, partial)| *bar += partial * w);
                if with_time {
                    tbar += dy.partials[count - start] * w;
                }
            }
        }
        tbar
    }
}

/// Numbers without derivatives.
fn constants<T: Scalar, const K: usize>(x: &[T]) -> Vec<Partials<T, K>> {
    x.iter().map(|&x| Partials::constant(x)).collect()
}
