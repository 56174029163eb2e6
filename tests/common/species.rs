//! A reaction of many species, each of which few others drive.

use nalgebra::{DVector, dvector};
use rheos::dynamics::{GenericField, Scalar, SparseAutodiff};
use rheos::state::Pattern;

/// `yᵢ' = rᵢ (y_a y_b − yᵢ) + sᵢ (y_c − yᵢ)`: species `a` and `b` form `i`, which decays, and `c` turns into it.
///
/// The concentrations stay in `[0, 1]`. The rates are between 0.01 and 10⁴.
pub struct Species {
    partners: Vec<[usize; 3]>,
    rates: Vec<[f64; 2]>,
}

/// A number in `[0, 1)` for an index.
fn number(k: usize) -> f64 {
    (12.9898 * (k as f64 + 1.0)).sin().abs() * 1e3 % 1.0
}

impl Species {
    /// `n` species, most of them driven by their neighbours and one of them by any other.
    pub fn problem(n: usize) -> (SparseAutodiff<Self>, DVector<f64>) {
        let near = |i: usize, k: usize| (i + n - 3 + (7.0 * number(k)) as usize) % n;
        let partners = |i: usize| {
            let any = if i.is_multiple_of(10) { (n as f64 * number(3 * i)) as usize } else { near(i, 3 * i) };
            [near(i, 3 * i + 1), near(i, 3 * i + 2), any]
        };
        let rate = |k: usize| 10.0_f64.powf(6.0 * number(k) - 2.0);
        let field = Self {
            partners: (0..n).map(partners).collect(),
            rates: (0..n).map(|i| [rate(5 * n + i), 0.1 * rate(7 * n + i)]).collect(),
        };
        let places: Vec<_> =
            (0..n).flat_map(|i| [i].into_iter().chain(field.partners[i]).map(move |j| (i, j))).collect();
        let pattern = Pattern::new(n, places).expect("places inside");
        (SparseAutodiff::with_pattern(field, dvector![], pattern), DVector::from_fn(n, |i, _| number(11 * n + i)))
    }
}

impl GenericField for Species {
    fn eval<T: Scalar>(&self, _: T, y: &[T], _: &[T], dy: &mut [T]) {
        for (i, (&[a, b, c], &[r, s])) in self.partners.iter().zip(&self.rates).enumerate() {
            dy[i] = (y[a] * y[b] - y[i]) * r + (y[c] - y[i]) * s;
        }
    }
}
