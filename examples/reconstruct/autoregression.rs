//! Linear autoregressions, the forecasts that a model of a series must beat.

use nalgebra::{DMatrix, DVector};

/// A linear function of the numbers before, with a constant.
pub struct Autoregression {
    /// The weight of the last number first, and the constant last.
    coefficients: DVector<f64>,
}

/// The largest order that is tried.
const ORDERS: usize = 60;

impl Autoregression {
    /// By least squares, and the criterion of Akaike 1974. All orders up to 60 are fitted to the same numbers.
    fn with_criterion(known: &[f64], order: usize) -> Option<(Self, f64)> {
        let entry = |i: usize, j: usize| if j == order { 1.0 } else { known[ORDERS + i - 1 - j] };
        let x = DMatrix::from_fn(known.len() - ORDERS, order + 1, entry);
        let y = DVector::from_column_slice(&known[ORDERS..]);
        let coefficients = (x.transpose() * &x).cholesky()?.solve(&(x.transpose() * &y));
        let variance = (&x * &coefficients - &y).norm_squared() / y.len() as f64;
        let criterion = y.len() as f64 * variance.ln() + 2.0 * (order + 2) as f64;
        Some((Self { coefficients }, criterion))
    }

    /// Of this order; none if the numbers do not determine it.
    pub fn of_order(known: &[f64], order: usize) -> Option<Self> {
        Some(Self::with_criterion(known, order)?.0)
    }

    /// Of the order with the least criterion.
    pub fn by_akaike(known: &[f64]) -> Option<Self> {
        let all = (1..=ORDERS).filter_map(|order| Self::with_criterion(known, order));
        Some(all.min_by(|a, b| a.1.total_cmp(&b.1))?.0)
    }

    pub fn order(&self) -> usize {
        self.coefficients.len() - 1
    }

    /// The next numbers.
    pub fn forecast(&self, history: &[f64], count: usize) -> Vec<f64> {
        let (order, mut all) = (self.order(), history.to_vec());
        for _ in 0..count {
            let last = all.iter().rev().zip(self.coefficients.iter().take(order));
            all.push(last.map(|(x, weight)| x * weight).sum::<f64>() + self.coefficients[order]);
        }
        all.split_off(history.len())
    }
}
