//! Gradient clipping.

use crate::adjoint::check_argument;
use crate::error::{Error, Result};
use crate::state::{State, euclidean_norm};

/// Scales `gradient` down to the norm `max` if its norm is larger, and returns the norm before. With an infinite `max`
/// it only measures.
///
/// Pascanu, Mikolov & Bengio, *On the difficulty of training recurrent neural networks* (2013), algorithm 1.
///
/// ```
/// let mut gradient = [3.0, 4.0];
/// let norm = rheos::train::clip_norm(&mut gradient, 1.0)?;
/// assert_eq!(norm, 5.0);
/// assert!((gradient[0] - 0.6_f64).abs() < 1e-15 && (gradient[1] - 0.8_f64).abs() < 1e-15);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidEntry`] for a gradient that is not finite, and [`Error::InvalidArgument`] for a norm that overflows
/// or a `max` that is not positive. The gradient is then unchanged.
pub fn clip_norm<P: State>(gradient: &mut P, max: f64) -> Result<f64> {
    let invalid = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
    if max.is_nan() || max <= 0.0 {
        return invalid("max", max, "positive");
    }
    check_argument("gradient", gradient)?;
    let norm = euclidean_norm(gradient);
    if !norm.is_finite() {
        return invalid("gradient", norm, "of a finite norm");
    }
    if norm > max {
        let factor = max / norm;
        // A factor that underflows, perhaps only in the precision of the gradient, is applied as two.
        if factor > SMALLEST {
            gradient.scale_by(factor);
        } else {
            let root = max.sqrt() / norm.sqrt();
            gradient.scale_by(root);
            gradient.scale_by(root);
        }
    }
    Ok(norm)
}

/// A factor that every element type resolves.
const SMALLEST: f64 = 1e-30;

#[cfg(test)]
mod tests {
    use super::clip_norm;
    use crate::error::Error;

    #[test]
    fn a_gradient_that_is_short_enough_is_left_alone() {
        for max in [5.0, 5.1, f64::INFINITY] {
            let mut gradient = [3.0, -4.0];
            assert_eq!(clip_norm(&mut gradient, max), Ok(5.0));
            assert_eq!(gradient, [3.0, -4.0]);
        }
    }

    /// Also with overflowing or underflowing squares, and in single precision.
    #[test]
    fn a_gradient_that_is_too_long_is_scaled_to_the_norm() {
        for unit in [1.0, 1e200, 1e-200, 1e305, 1e-305] {
            for max in [1.0, 1e-12, 1e-250] {
                let mut gradient = [3.0 * unit, -4.0 * unit];
                let norm = clip_norm(&mut gradient, max).unwrap();
                assert!((norm / unit - 5.0).abs() < 1e-12, "{norm:e}");
                let expected = if norm > max { [0.6 * max, -0.8 * max] } else { [3.0 * unit, -4.0 * unit] };
                for (found, expected) in gradient.iter().zip(expected) {
                    assert!((found / expected - 1.0).abs() < 1e-12, "{unit:e}, {max:e}: {found:e} {expected:e}");
                }
            }
        }
        let mut gradient = [1e200, 1.0, 1.0, 1.0];
        assert_eq!(clip_norm(&mut gradient, 1.0), Ok(1e200));
        assert!((gradient[0] - 1.0_f64).abs() < 1e-15 && (gradient[1] / 1e-200 - 1.0_f64).abs() < 1e-15);
        let mut single = [3e37_f32, -4e37];
        clip_norm(&mut single, 1e-5).unwrap();
        assert!((single[0] / 0.6e-5 - 1.0).abs() < 1e-5 && (single[1] / 0.8e-5 + 1.0).abs() < 1e-5, "{single:?}");
    }

    #[test]
    fn what_cannot_be_clipped_is_refused() {
        let mut gradient = [1.0, f64::NAN];
        assert!(matches!(clip_norm(&mut gradient, 1.0), Err(Error::InvalidEntry { name: "gradient", index: 1, .. })));
        assert_eq!(gradient[0], 1.0);
        let mut gradient = [f64::MAX, f64::MAX];
        assert!(matches!(clip_norm(&mut gradient, 1.0), Err(Error::InvalidArgument { name: "gradient", .. })));
        for max in [0.0, -1.0, f64::NAN] {
            assert!(matches!(clip_norm(&mut [1.0], max), Err(Error::InvalidArgument { name: "max", .. })));
        }
    }
}
