//! Forecasts that cost nothing, as a yardstick for learned models.

use nalgebra::{DMatrix, DVector};
use rheos::{Error, Result};

/// Repeats the last value of `history` for `horizon` steps.
///
/// # Errors
///
/// `Error::LengthMismatch` if `history` is empty.
pub fn persistence(history: &[f64], horizon: usize) -> Result<Vec<f64>> {
    match history.last() {
        Some(&last) => Ok(vec![last; horizon]),
        None => Err(too_short("history", 0, 1)),
    }
}

/// The linear autoregression `y[n] = intercept + Σ coefficients[k] · y[n - 1 - k]` with `k` from 0.
///
/// It counts samples and knows no times, so it suits evenly spaced values only. Order 0 forecasts the mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoregression {
    /// The constant term, in the unit of the data.
    pub intercept: f64,
    /// The weights of the past values, the latest value first; as many as the order. Without unit.
    pub coefficients: Vec<f64>,
}

impl Autoregression {
    /// Fits a model of the given order to `values` by least squares on the one-step errors.
    ///
    /// Where the values leave the coefficients undetermined (a constant series, say), the solution of least norm is
    /// taken, like `numpy.linalg.lstsq`.
    ///
    /// # Errors
    ///
    /// `Error::LengthMismatch` for fewer than `2 * order + 1` values, which give fewer equations than unknowns;
    /// `Error::InvalidArgument` for a value that is not finite, or values so large that the fit overflows.
    pub fn fit(values: &[f64], order: usize) -> Result<Self> {
        let needed = order.saturating_mul(2).saturating_add(1);
        if values.len() < needed {
            return Err(too_short("values", values.len(), needed));
        }
        if let Some(&value) = values.iter().find(|value| !value.is_finite()) {
            return Err(invalid("values", value, "finite"));
        }
        let rows = values.len() - order;
        let design = DMatrix::from_fn(rows, order + 1, |row, lag| match lag {
            0 => 1.0,
            _ => values[order + row - lag],
        });
        let target = DVector::from_column_slice(&values[order..]);
        let solution = least_squares(design, &target).filter(|solution| solution.iter().all(|entry| entry.is_finite()));
        let Some(solution) = solution else {
            let largest = values.iter().fold(0.0, |max: f64, value| max.max(value.abs()));
            let expected = "small enough for finite coefficients: rescale them";
            return Err(invalid("values", largest, expected));
        };
        Ok(Self { intercept: solution[0], coefficients: solution.iter().skip(1).copied().collect() })
    }

    /// Continues `history` by `horizon` values, each computed from the ones before it, forecast ones included.
    ///
    /// An unstable model can reach infinity over a long horizon.
    ///
    /// # Errors
    ///
    /// `Error::LengthMismatch` if `history` has fewer values than there are coefficients.
    pub fn forecast(&self, history: &[f64], horizon: usize) -> Result<Vec<f64>> {
        let order = self.coefficients.len();
        let Some(start) = history.len().checked_sub(order) else {
            return Err(too_short("history", history.len(), order));
        };
        let mut values = history[start..].to_vec();
        for _ in 0..horizon {
            let past = values.iter().rev();
            let terms = self.coefficients.iter().zip(past).map(|(c, y)| c * y);
            values.push(self.intercept + terms.sum::<f64>());
        }
        Ok(values.split_off(order))
    }
}

/// The solution of least norm, or `None` if it overflows.
///
/// By a complete orthogonal decomposition, because the SVD of nalgebra can be wrong for a matrix that lacks rank
/// (<https://github.com/dimforge/nalgebra/issues/1172>).
fn least_squares(design: DMatrix<f64>, target: &DVector<f64>) -> Option<DVector<f64>> {
    let size = design.nrows().max(design.ncols()) as f64;
    let (q, r, permutation) = design.col_piv_qr().unpack();
    let cutoff = f64::EPSILON * size * r[(0, 0)].abs();
    if !cutoff.is_finite() {
        return None;
    }
    let pivots = r.diagonal();
    let rank = pivots.iter().take_while(|p| p.abs() > cutoff).count();
    // The rows of `r` that count are tᵀ zᵀ, and the shortest solution lies in the span of z.
    let (z, t) = r.rows(0, rank).transpose().qr().unpack();
    let projected = q.columns(0, rank).tr_mul(target);
    let mut solution = z * t.tr_solve_upper_triangular(&projected)?;
    permutation.inv_permute_rows(&mut solution);
    Some(solution)
}

fn invalid(name: &'static str, value: f64, expected: &'static str) -> Error {
    Error::InvalidArgument { name, value, expected }
}

fn too_short(name: &'static str, found: usize, expected: usize) -> Error {
    Error::LengthMismatch { name, found, expected }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Series;

    fn sunspots() -> Vec<f64> {
        Series::sunspots(&crate::data("sunspots_yearly.csv")).unwrap().y
    }

    #[track_caller]
    fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() <= tolerance, "{found:?} is not {expected:?}");
        }
    }

    #[track_caller]
    fn assert_model(model: &Autoregression, expected: &[f64], tolerance: f64) {
        assert_close(&[model.intercept], &expected[..1], tolerance);
        assert_close(&model.coefficients, &expected[1..], tolerance);
    }

    /// A damped oscillation: the roots of `z² = 1.5 z - 0.8` have modulus 0.89.
    fn recurrence(len: usize) -> Vec<f64> {
        let mut values = vec![1.0, -2.0];
        while let &[.., b, a] = &values[..]
            && values.len() < len
        {
            values.push(0.7 + 1.5 * a - 0.8 * b);
        }
        values
    }

    #[test]
    fn persistence_repeats_the_last_value() {
        assert_eq!(persistence(&[1.0, 2.0], 3).unwrap(), [2.0; 3]);
        assert!(persistence(&[1.0, 2.0], 0).unwrap().is_empty());
        let error = persistence(&[], 3).unwrap_err();
        assert_eq!(error, too_short("history", 0, 1));
    }

    #[test]
    fn an_exact_recurrence_is_recovered_and_continued() {
        let values = recurrence(40);
        let model = Autoregression::fit(&values[..20], 2).unwrap();
        assert_model(&model, &[0.7, 1.5, -0.8], 1e-10);
        let forecast = model.forecast(&values[..20], 20).unwrap();
        assert_close(&forecast, &values[20..], 1e-10);
        // As few values as determine it.
        let model = Autoregression::fit(&values[..5], 2).unwrap();
        assert_model(&model, &[0.7, 1.5, -0.8], 1e-10);
    }

    #[test]
    fn undetermined_coefficients_still_forecast() {
        let values = recurrence(60);
        let model = Autoregression::fit(&values[..40], 9).unwrap();
        let forecast = model.forecast(&values[..40], 20).unwrap();
        assert_close(&forecast, &values[40..], 1e-9);
        // `numpy.linalg.lstsq` (numpy 2.4.6) on the design matrix of the recipe below, whose rank it gives as 3.
        let model = Autoregression::fit(&values[..40], 4).unwrap();
        let expected =
            [0.9967741935483857, 1.0224645636804837, -0.030124542841758528, -0.46238680307406127, 0.04285784214317101];
        assert_model(&model, &expected, 1e-12);
        // y = c + a y has the shortest (c, a) along (1, y).
        let model = Autoregression::fit(&[3.0; 8], 1).unwrap();
        assert_model(&model, &[0.3, 0.9], 1e-14);
        let model = Autoregression::fit(&[0.0; 8], 2).unwrap();
        assert_eq!(model.forecast(&[0.0; 2], 2).unwrap(), [0.0; 2]);
    }

    #[test]
    fn order_zero_is_the_mean() {
        let model = Autoregression::fit(&[1.0, 2.0, 6.0], 0).unwrap();
        assert_model(&model, &[3.0], 1e-14);
        assert_close(&model.forecast(&[], 2).unwrap(), &[3.0; 2], 1e-14);
    }

    // numpy 2.4.6, from the root of the repository:
    //
    //     import numpy as np
    //     y = np.loadtxt("examples/data/sunspots_yearly.csv", delimiter=",", skiprows=1)[:, 1]
    //     for p in (2, 9):
    //         X = np.column_stack([np.ones(len(y) - p)] + [y[p - k:len(y) - k] for k in range(1, p + 1)])
    //         c = np.linalg.lstsq(X, y[p:], rcond=None)[0]
    //         h = list(y)
    //         for _ in range(4):
    //             h.append(c[0] + sum(a * b for a, b in zip(c[1:], h[::-1])))
    //         print(c.tolist(), [float(v) for v in h[-4:]])
    #[test]
    fn sunspots_agree_with_numpy() {
        let values = sunspots();

        let model = Autoregression::fit(&values, 2).unwrap();
        let expected = [14.907148336569216, 1.3918052477893523, -0.6902869279589956];
        assert_model(&model, &expected, 1e-11);
        let expected = [13.766231595465872, 32.065229622341114, 50.03305347890797, 62.409205881133005];
        assert_close(&model.forecast(&values, 4).unwrap(), &expected, 1e-10);

        let model = Autoregression::fit(&values, 9).unwrap();
        let expected = [
            6.743053591733151,
            1.1649421971128695,
            -0.40535742259303587,
            -0.1665393424658725,
            0.14980629416031566,
            -0.09462417064794826,
            0.004910012407478737,
            0.05046659308410256,
            -0.08635349190815822,
            0.2534910319475636,
        ];
        assert_model(&model, &expected, 1e-11);
        let expected = [31.484801650457843, 63.02352926244509, 89.64903853019067, 94.35047925474802];
        assert_close(&model.forecast(&values, 4).unwrap(), &expected, 1e-10);
    }

    #[test]
    fn unusable_arguments_are_refused() {
        let fit = |values: &[f64], order| Autoregression::fit(values, order).unwrap_err();
        assert_eq!(fit(&[], 0), too_short("values", 0, 1));
        assert_eq!(fit(&[1.0; 4], 2), too_short("values", 4, 5));
        let overflowing = too_short("values", 1, usize::MAX);
        assert_eq!(fit(&[1.0], usize::MAX / 2 + 1), overflowing);
        let expected = invalid("values", f64::INFINITY, "finite");
        assert_eq!(fit(&[1.0, f64::INFINITY, 2.0], 1), expected);
        let expected = "small enough for finite coefficients: rescale them";
        let values = [1e308, -1.7e308, 1.6e308, 1.5e308, -1.7e308, 1.6e308];
        assert_eq!(fit(&values, 1), invalid("values", 1.7e308, expected));
        // Here the decomposition is finite, and only the coefficients overflow.
        let values = [0.0, 1e-10, 0.0, 1.7e308];
        assert_eq!(fit(&values, 1), invalid("values", 1.7e308, expected));

        let model = Autoregression { intercept: 0.0, coefficients: vec![0.5, 0.25] };
        let error = model.forecast(&[1.0], 1).unwrap_err();
        assert_eq!(error, too_short("history", 1, 2));
    }

    #[test]
    fn forecasts_use_the_latest_values_first() {
        let model = Autoregression { intercept: 1.0, coefficients: vec![2.0, 10.0] };
        let forecast = model.forecast(&[99.0, 3.0, 5.0], 2).unwrap();
        assert_eq!(forecast, [41.0, 133.0]);
        assert!(model.forecast(&[3.0, 5.0], 0).unwrap().is_empty());
    }
}
