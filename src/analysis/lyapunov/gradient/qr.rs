//! The pullback of a QR factorisation.

use nalgebra::DMatrix;

/// The cotangent of `A = Q R` with a positive diagonal of `R`, given the cotangent `qbar` of `Q` and the derivatives `rates`
/// of the loss with respect to `ln Rₖₖ`:
///
/// `Ā = (Q̄ + Q S) R⁻ᵀ`, where the symmetric matrix `S` has the lower triangle of `M = R R̄ᵀ − Q̄ᵀ Q`. Here `R R̄ᵀ` has the
/// diagonal `rates`, and no entries below. `None` if `R` is singular.
///
/// S. F. Walter & L. Lehmann, *Algorithmic differentiation of linear algebra functions with application in optimum
/// experimental design* (2010), section 3; for `R̄` on the diagonal only.
pub(super) fn pull_back(
    q: &DMatrix<f64>,
    r: &DMatrix<f64>,
    qbar: &DMatrix<f64>,
    rates: &[f64],
) -> Option<DMatrix<f64>> {
    let k = r.nrows();
    let product = qbar.transpose() * q;
    let lower = |i: usize, j: usize| if i == j { rates[i] - product[(i, i)] } else { -product[(i, j)] };
    let symmetric = DMatrix::from_fn(k, k, |i, j| lower(i.max(j), i.min(j)));
    let sum = qbar + q * symmetric;
    // X Rᵀ = sum: R Xᵀ = sumᵀ.
    let mut transposed = sum.transpose();
    r.solve_upper_triangular_mut(&mut transposed).then(|| transposed.transpose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::lyapunov::frame::Frame;

    fn factors(a: &DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>, Vec<f64>) {
        let mut frame = Frame::from_columns(a.nrows(), a.as_slice().to_vec());
        frame.orthonormalise();
        let q = DMatrix::from_column_slice(a.nrows(), a.ncols(), &frame.vectors);
        (q.clone(), (q.transpose() * a).upper_triangle(), frame.logs)
    }

    #[test]
    fn it_agrees_with_central_differences() {
        for (n, k) in [(1, 1), (3, 3), (5, 2), (6, 4)] {
            let draws = |seed: f64| DMatrix::from_fn(n, k, |i, j| (seed + 3.1 * i as f64 + 5.7 * j as f64).sin());
            let (a, qbar) = (draws(0.3) + DMatrix::identity(n, k), draws(1.1));
            let rates: Vec<f64> = (0..k).map(|i| 0.5 - i as f64).collect();
            let loss = |a: &DMatrix<f64>| {
                let (q, _, logs) = factors(a);
                q.dot(&qbar) + logs.iter().zip(&rates).map(|(log, rate)| log * rate).sum::<f64>()
            };
            let (q, r, _) = factors(&a);
            let found = pull_back(&q, &r, &qbar, &rates).unwrap();
            for i in 0..n * k {
                let (mut up, mut down) = (a.clone(), a.clone());
                up[i] += 1e-6;
                down[i] -= 1e-6;
                let expected = (loss(&up) - loss(&down)) / 2e-6;
                // Rounding of 1e-10 in the difference.
                assert!(
                    (found[i] - expected).abs() < 1e-8 * expected.abs().max(1.0),
                    "{n} {k}: {} {expected}",
                    found[i]
                );
            }
        }
    }
}
