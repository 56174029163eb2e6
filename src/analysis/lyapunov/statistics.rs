//! Errors of means of correlated numbers.

/// The number of batches into which a long series is divided.
const BATCHES: usize = 8;

/// Half the width of a 95 % confidence interval of the mean of a stationary series, by Student's distribution. Infinite for
/// fewer than two numbers.
///
/// The variance comes from the means of all overlapping batches of an eighth of the series (Meketon & Schmeiser 1984), so
/// correlations count if they are shorter than a batch. They may be negative: the exponents of neighbouring stretches of a
/// flow are, and single stretches would make the error much too large. A series of fewer than 16 numbers has batches of one.
pub(super) fn error_of_mean(series: &[f64]) -> f64 {
    let n = series.len();
    if n < 2 {
        return f64::INFINITY;
    }
    let batch = if n < 2 * BATCHES { 1 } else { n / BATCHES };
    let (count, size) = (n as f64, batch as f64);
    let mean = series.iter().sum::<f64>() / count;
    let deviation = |window: &[f64]| window.iter().map(|x| x - mean).sum::<f64>() / size;
    let squares: f64 = series.windows(batch).map(|window| deviation(window).powi(2)).sum();
    let variance = size * squares / ((count - size) * (count - size + 1.0));
    // Overlapping batches are worth half as many again.
    let degrees = if batch == 1 { n - 1 } else { 3 * (n / batch - 1) / 2 };
    student(degrees) * variance.sqrt()
}

/// The quantile 0.975 of Student's distribution: exact for few degrees of freedom, then by the expansion of Cornish and Fisher
/// (Abramowitz & Stegun 26.7.5).
fn student(degrees: usize) -> f64 {
    const FEW: [f64; 11] = [
        f64::INFINITY,
        12.706_205,
        4.302_653,
        3.182_446,
        2.776_445,
        2.570_582,
        2.446_912,
        2.364_624,
        2.306_004,
        2.262_157,
        2.228_139,
    ];
    if let Some(&quantile) = FEW.get(degrees) {
        return quantile;
    }
    let (z, nu) = (1.959_963_984_540_054_f64, degrees as f64);
    let powers = |coefficients: [f64; 4]| {
        let square = z * z;
        z * coefficients.iter().rev().fold(0.0, |sum, c| sum * square + c)
    };
    z + powers([1.0, 1.0, 0.0, 0.0]) / (4.0 * nu)
        + powers([3.0, 16.0, 5.0, 0.0]) / (96.0 * nu * nu)
        + powers([-15.0, 17.0, 19.0, 3.0]) / (384.0 * nu.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_student() {
        // From scipy.stats.t.ppf(0.975, degrees).
        for (degrees, quantile) in [
            (1, 12.706_204_736),
            (5, 2.570_581_836),
            (6, 2.446_911_851),
            (11, 2.200_985_160),
            (15, 2.131_449_546),
            (63, 1.998_340_543),
        ] {
            assert!((student(degrees) - quantile).abs() < 2e-4, "{degrees}: {}", student(degrees));
        }
    }

    #[test]
    fn the_interval_covers_the_mean_of_correlated_series() {
        // Autoregressive series with a correlation between neighbours: 400 samples of 64 numbers around 0. Of 400 intervals
        // of 95 %, 380 ± 4 cover the mean, so 3 standard deviations reach down to 367. Batches of 8 miss a part of a correlation
        // over 3 neighbours.
        for (correlation, least) in [(-0.9, 367), (-0.5, 367), (0.0, 367), (0.5, 350)] {
            let covered = coverage(correlation);
            assert!((least..=400).contains(&covered), "{correlation}: {covered}");
        }
    }

    fn coverage(correlation: f64) -> usize {
        let mut seed = 1_u64;
        let mut noise = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let mut x = 0.0;
        let mut covered = 0;
        for _ in 0..400 {
            let series: Vec<f64> = (0..64)
                .map(|_| {
                    x = correlation * x + noise();
                    x
                })
                .collect();
            let mean = series.iter().sum::<f64>() / 64.0;
            covered += usize::from(mean.abs() <= error_of_mean(&series));
        }
        covered
    }

    #[test]
    fn few_numbers() {
        assert_eq!(error_of_mean(&[]), f64::INFINITY);
        assert_eq!(error_of_mean(&[1.0]), f64::INFINITY);
        assert_eq!(error_of_mean(&[2.0; 40]), 0.0);
    }
}
