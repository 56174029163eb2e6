//! The logarithm of a determinant.

/// `ln |det A|` of a matrix of `n` rows, column by column, by an LU factorisation with partial pivoting, which overwrites it.
pub(super) fn log_det(a: &mut [f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for k in 0..n {
        let (done, rest) = a.split_at_mut((k + 1) * n);
        let pivots = &mut done[k * n..];
        let Some(best) = (k..n).max_by(|&i, &j| pivots[i].abs().total_cmp(&pivots[j].abs())) else { break };
        let pivot = pivots[best];
        if pivot == 0.0 {
            return f64::NEG_INFINITY;
        }
        sum += pivot.abs().ln();
        pivots.swap(k, best);
        let factors = &mut pivots[k + 1..];
        factors.iter_mut().for_each(|x| *x /= pivot);
        for column in rest.chunks_exact_mut(n) {
            column.swap(k, best);
            let top = column[k];
            column[k + 1..].iter_mut().zip(&*factors).for_each(|(x, factor)| *x -= factor * top);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    #[test]
    fn determinants() {
        for n in [1, 2, 5, 30] {
            let a = DMatrix::from_fn(n, n, |i, j| (0.4 + 1.7 * i as f64 - 0.9 * j as f64 * (i + 1) as f64).sin());
            let found = log_det(&mut a.clone().as_mut_slice().to_vec(), n);
            assert!((found - a.determinant().abs().ln()).abs() < 1e-10, "{n}");
        }
        assert_eq!(log_det(&mut [1.0, 2.0, 2.0, 4.0], 2), f64::NEG_INFINITY);
        assert!((log_det(&mut [1e-200, 0.0, 0.0, 1e-200], 2) + 400.0 * 10.0_f64.ln()).abs() < 1e-10);
        assert_eq!(log_det(&mut [], 0), 0.0);
    }
}
