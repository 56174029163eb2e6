//! The approximate inverse Hessian.

use std::collections::VecDeque;

/// The last steps `s` with the changes `y` of the gradient.
pub(super) struct Pairs {
    capacity: usize,
    list: VecDeque<Pair>,
}

struct Pair {
    s: Vec<f64>,
    y: Vec<f64>,
    sy: f64,
}

impl Pairs {
    pub(super) const fn new(capacity: usize) -> Self {
        Self { capacity, list: VecDeque::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// Adds a pair of positive curvature; drops the oldest one if there are too many.
    pub(super) fn push(&mut self, s: Vec<f64>, y: Vec<f64>) {
        let sy = dot(&s, &y);
        let bound = f64::EPSILON * dot(&s, &s).sqrt() * dot(&y, &y).sqrt();
        if !(sy > bound && bound > 0.0 && sy.is_finite()) {
            return;
        }
        if self.list.len() == self.capacity {
            self.list.pop_front();
        }
        self.list.push_back(Pair { s, y, sy });
    }

    /// `−H g` for the approximate inverse Hessian `H`, by the recursion of two loops; `−g` without pairs.
    pub(super) fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut d: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut weights = Vec::with_capacity(self.list.len());
        for Pair { s, y, sy } in self.list.iter().rev() {
            let weight = dot(s, &d) / sy;
            add_scaled(&mut d, -weight, y);
            weights.push(weight);
        }
        if let Some(Pair { y, sy, .. }) = self.list.back() {
            let scale = sy / dot(y, y);
            d.iter_mut().for_each(|d| *d *= scale);
        }
        for (Pair { s, y, sy }, weight) in self.list.iter().zip(weights.into_iter().rev()) {
            let change = weight - dot(y, &d) / sy;
            add_scaled(&mut d, change, s);
        }
        d
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `x += a y`.
fn add_scaled(x: &mut [f64], a: f64, y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += a * y);
}

#[cfg(test)]
mod tests {
    use super::{Pairs, dot};

    /// With the pairs of a quadratic in conjugate directions, `H` is the inverse of its Hessian `A`.
    #[test]
    fn a_quadratic_is_inverted() {
        let product = |s: &[f64]| vec![4.0 * s[0] + s[1], s[0] + 3.0 * s[1]];
        let mut pairs = Pairs::new(2);
        for s in [vec![5.0, 5.0], vec![1.0, 0.0], vec![-1.0, 4.0]] {
            let y = product(&s);
            pairs.push(s, y);
        }
        assert_eq!(pairs.list.len(), 2);
        assert_eq!(dot(&pairs.list[0].s, &pairs.list[1].y), 0.0);
        let d = pairs.direction(&product(&[2.0, -7.0]));
        assert!((d[0] + 2.0).abs() < 1e-14 && (d[1] - 7.0).abs() < 1e-14, "{d:?}");
    }

    #[test]
    fn a_pair_without_positive_curvature_is_dropped() {
        let mut pairs = Pairs::new(3);
        for y in [vec![-1.0, 0.0], vec![0.0, 1.0], vec![0.0, 0.0], vec![f64::NAN, 0.0], vec![1e300, 1e300]] {
            pairs.push(vec![1.0, 0.0], y);
        }
        assert!(pairs.is_empty());
        assert_eq!(pairs.direction(&[1.0, -2.0]), [-1.0, 2.0]);
    }
}
