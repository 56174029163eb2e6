//! The Euclidean norm of a state.

use super::State;

/// Sums of squares within these bounds have neither overflowed nor lost digits.
const SAFE: std::ops::Range<f64> = 1e-280..1e300;

/// The Euclidean norm, safe against overflow and underflow of squares. NaN for a state that is not finite.
pub(crate) fn euclidean_norm<Y: State>(x: &Y) -> f64 {
    let square = x.inner(x);
    if SAFE.contains(&square) || square.is_nan() {
        return square.sqrt();
    }
    let coordinates = x.coordinates();
    let largest = coordinates.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * coordinates.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::euclidean_norm;

    #[test]
    fn squares_may_overflow_or_underflow() {
        for unit in [1.0, 1e-300, 1e-160, 1e160, 1e300] {
            let norm = euclidean_norm(&[3.0 * unit, -4.0 * unit]);
            assert!((norm / unit - 5.0).abs() < 1e-14, "{norm:e}");
        }
        assert_eq!(euclidean_norm(&[0.0, 0.0]), 0.0);
        assert_eq!(euclidean_norm(&[f64::MAX, f64::MAX]), f64::INFINITY);
        for x in [[f64::NAN, f64::NAN], [1.0, f64::NAN], [1.0, f64::NEG_INFINITY], [f64::INFINITY; 2]] {
            assert!(euclidean_norm(&x).is_nan(), "{x:?}");
        }
    }
}
