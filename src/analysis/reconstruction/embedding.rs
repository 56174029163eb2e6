//! Delay embedding.

use super::series::check;
use crate::error::{Error, Result};

/// The delay vectors `(s_t, s_{t−τ}, …, s_{t−(N−1)τ})` of a series, from the first time at which all are known.
///
/// For almost every observable of a system on an attractor of box-counting dimension `D`, `N > 2 D` of them determine the
/// state: F. Takens, *Detecting strange attractors in turbulence* (1981), doi:10.1007/BFb0091924; T. Sauer, J. Yorke & M.
/// Casdagli, *Embedology* (1991), doi:10.1007/BF01053745.
///
/// ```
/// use rheos::analysis::delay_embedding;
///
/// assert_eq!(delay_embedding::<2>(&[1.0, 2.0, 3.0, 4.0], 2)?, [[3.0, 1.0], [4.0, 2.0]]);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidArgument`] for a delay of 0 or no components, [`Error::LengthMismatch`] for a series without a delay vector, and
/// [`Error::InvalidEntry`] for a number that is not finite.
pub fn delay_embedding<const N: usize>(series: &[f64], delay: usize) -> Result<Vec<[f64; N]>> {
    if delay == 0 {
        return Err(Error::InvalidArgument { name: "delay", value: 0.0, expected: "at least 1" });
    }
    if N == 0 {
        return Err(Error::InvalidArgument { name: "components", value: 0.0, expected: "at least 1" });
    }
    let past = delay.saturating_mul(N - 1);
    check("series", series.as_chunks::<1>().0, past.saturating_add(1))?;
    Ok((past..series.len()).map(|t| std::array::from_fn(|i| series[t - i * delay])).collect())
}
