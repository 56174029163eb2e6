//! Measures of a reconstruction, against closed forms.

use std::f64::consts::TAU;

use nalgebra::{SVector, Vector2, matrix, vector};
use rheos::Error;
use rheos::analysis::{
    BinnedDivergence, Flow, Map, MixtureDivergence, SpectralDistance, delay_embedding, prediction_errors,
};
use rheos::dynamics::ode;
use rheos::dynamics::problems::Lorenz;
use rheos::formula::{Static, Structure};
use rheos::nn::{Linear, Net};
use rheos::train::uniform;

/// The quantiles of a distribution, given its inverse distribution function: a sample without noise.
fn quantiles(n: usize, inverse: impl Fn(f64) -> f64) -> Vec<[f64; 1]> {
    (0..n).map(|i| [inverse((i as f64 + 0.5) / n as f64)]).collect()
}

/// Points in the unit cube.
fn points<const N: usize>(n: usize, seed: u64) -> Vec<[f64; N]> {
    let mut number = uniform(seed);
    (0..n).map(|_| std::array::from_fn(|_| number())).collect()
}

fn in_units<const N: usize>(series: &[[f64; N]], offset: f64, unit: f64) -> Vec<[f64; N]> {
    series.iter().map(|x| std::array::from_fn(|i| offset + unit * (i as f64 + 1.0) * x[i])).collect()
}

/// The density `2 x` on `[0, 1]` and the uniform one: `∫ 2x ln 2x = ln 2 − 1/2`, and `∫ ln(1 / 2x) = 1 − ln 2`.
#[test]
fn bins_find_the_divergence_of_two_densities() {
    let (linear, flat) = (quantiles(200_000, f64::sqrt), quantiles(200_000, |u| u));
    let between = |p: &[[f64; 1]], q: &[[f64; 1]]| BinnedDivergence::new(500).between(p, q).unwrap();
    assert!((between(&linear, &flat) - (2.0_f64.ln() - 0.5)).abs() < 1e-4);
    assert!((between(&flat, &linear) - (1.0 - 2.0_f64.ln())).abs() < 1e-2); // the logarithm at 0 in bins
}

/// Counts by hand in two dimensions, with the cell outside the box and the empty ones.
#[test]
fn bins_count_the_states_outside_and_the_empty_cells() {
    let reference = [[0.0, 0.0], [1.0, 1.0], [0.9, 0.1], [0.2, 0.2]];
    let generated = [[0.1, 0.0], [5.0, 0.5], [0.6, 1.0]];
    // The cells 00, 01, 10, 11 and the one outside.
    let (n, g, s) = ([2.0, 0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0, 1.0], 0.25_f64);
    let exact: f64 = n
        .iter()
        .zip(g)
        .map(|(n, g)| {
            let (p, q) = ((n + s) / (4.0 + 5.0 * s), (g + s) / (3.0 + 5.0 * s));
            p * (p / q).ln()
        })
        .sum();
    let found = BinnedDivergence::new(2).pseudocount(s).between(&reference, &generated).unwrap();
    assert!((found - exact).abs() < 1e-15, "{found} {exact}");
}

#[test]
fn a_divergence_by_bins_is_zero_for_equal_series_and_independent_of_units_and_order() {
    let (p, q) = (points::<3>(3000, 1), points::<3>(2000, 2));
    let settings = BinnedDivergence::new(7);
    assert_eq!(settings.between(&p, &p), Ok(0.0));
    let found = settings.between(&p, &q).unwrap();
    assert!(found > 0.0);
    for (offset, unit) in [(0.0, 1024.0), (0.0, 2.0_f64.powi(-40)), (0.0, -4.0)] {
        let scaled = settings.between(&in_units(&p, offset, unit), &in_units(&q, offset, unit)).unwrap();
        assert!((scaled - found).abs() < 0.02 * found, "{scaled} {found}"); // a state may change its bin by rounding
    }
    let (mut reversed, mut of_q) = (p.clone(), q.clone());
    reversed.reverse();
    of_q.reverse();
    assert!((settings.between(&reversed, &of_q).unwrap() - found).abs() < 1e-14);
    // A model that leaves the attractor is far from it.
    let away: Vec<[f64; 3]> = q.iter().map(|x| x.map(|x| x + 10.0)).collect();
    assert!(settings.between(&p, &away).unwrap() > 10.0);
}

/// Kernels that do not overlap, shifted by a part of their width: `N δ² / (2 σ²)`.
#[test]
fn mixtures_find_the_divergence_of_shifted_kernels() {
    let (sigma, delta) = (0.02, 0.01);
    // Corners of a cube of the side 2: a standard deviation of 1 in each component.
    let corners: Vec<[f64; 5]> =
        (0..32_u32).map(|k| std::array::from_fn(|i| f64::from(k >> i & 1) * 2.0 - 1.0)).collect();
    let shifted: Vec<[f64; 5]> = corners.iter().map(|x| x.map(|x| x + delta)).collect();
    let exact = 5.0 * delta * delta / (2.0 * sigma * sigma);
    for seed in 0..4 {
        let found = MixtureDivergence::new(sigma).samples(4000).seed(seed).between(&corners, &shifted).unwrap();
        // The logarithm of the ratio is normal with the variance `2 D`.
        assert!((found.error / (2.0 * exact / 4000.0).sqrt() - 1.0).abs() < 0.1, "{found:?}");
        assert!((found.mean - exact).abs() < 4.0 * found.error, "{found:?}");
    }
    let of = |p: &[[f64; 5]], q: &[[f64; 5]]| MixtureDivergence::new(sigma).samples(500).between(p, q).unwrap();
    assert_eq!(of(&corners, &corners).mean, 0.0);
    // Units of the components, powers of 2.
    let in_units = |series: &[[f64; 5]]| -> Vec<[f64; 5]> {
        series.iter().map(|x| std::array::from_fn(|i| x[i] * 2.0_f64.powi(10 * i as i32 - 20))).collect()
    };
    let (plain, scaled) = (of(&corners, &shifted), of(&in_units(&corners), &in_units(&shifted)));
    assert!((plain.mean - scaled.mean).abs() < 1e-9 * plain.mean);
}

/// One wide kernel and two points on a line: against the integral by the midpoint rule.
#[test]
fn mixtures_of_overlapping_kernels_agree_with_the_integral() {
    let (reference, generated) = ([[-1.0], [1.0]], [[0.0], [0.5]]);
    let density = |x: f64, centres: &[[f64; 1]; 2]| {
        centres.iter().map(|c| 0.5 * (-0.5 * ((x - c[0]) / 0.7).powi(2)).exp() / (0.7 * TAU.sqrt())).sum::<f64>()
    };
    let integral: f64 = (0..20_000)
        .map(|i| -10.0 + (f64::from(i) + 0.5) * 1e-3)
        .map(|x| density(x, &reference) * (density(x, &reference) / density(x, &generated)).ln() * 1e-3)
        .sum();
    let found = MixtureDivergence::new(0.7).samples(50_000).between(&reference, &generated).unwrap();
    assert!((found.mean - integral).abs() < 4.0 * found.error && found.error < 0.01, "{found:?} {integral}");
}

fn sine(n: usize, cycles: f64, amplitude: f64) -> Vec<[f64; 1]> {
    (0..n).map(|t| [5.0 + amplitude * (TAU * cycles * t as f64 / n as f64).sin()]).collect()
}

/// Two smoothed lines are two normal densities: `H² = 1 − exp(−Δ² / 8σ²)`; without smoothing they do not overlap.
#[test]
fn the_distance_of_two_sines_is_that_of_two_normal_densities() {
    for n in [2000, 2187] {
        for (sigma, apart) in [(4.0_f64, 3.0_f64), (10.0, 30.0), (2.0, 8.0)] {
            let (p, q) = (sine(n, 300.0, 1.0), sine(n, 300.0 + apart, 0.01));
            let found = SpectralDistance::new(sigma).between(&p, &q).unwrap();
            let exact = (1.0 - (-apart * apart / (8.0 * sigma * sigma)).exp()).sqrt();
            assert!((found - exact).abs() < 1e-9, "{n} {sigma} {apart}: {found} {exact}");
            assert_eq!(SpectralDistance::new(sigma).between(&q, &p), Ok(found));
        }
    }
    let apart = SpectralDistance::new(0.0).between(&sine(1000, 10.0, 1.0), &sine(1000, 20.0, 1.0)).unwrap();
    assert!((apart - 1.0).abs() < 1e-9, "{apart}");
    // Two components: the mean of 0 and of the distance of the other.
    let both = |cycles: f64| -> Vec<[f64; 2]> {
        sine(2000, 300.0, 1.0).iter().zip(sine(2000, cycles, 1.0)).map(|(a, b)| [a[0], b[0]]).collect()
    };
    // The smoothed line is a normal density around its frequency, with the sum 1.
    let [_, line] = SpectralDistance::new(4.0).spectra(&both(303.0)).unwrap();
    let density = |k: f64| (-0.5 * ((k - 303.0) / 4.0).powi(2)).exp() / (4.0 * TAU.sqrt());
    assert!((line[302] - density(303.0)).abs() < 1e-12 && (line[307] - density(308.0)).abs() < 1e-12);
    let each = SpectralDistance::new(4.0).of_each(&both(300.0), &both(303.0)).unwrap();
    assert!(each[0] < 1e-9 && each[1] > 0.1);
    assert_eq!(SpectralDistance::new(4.0).between(&both(300.0), &both(303.0)).unwrap(), 0.5 * (each[0] + each[1]));
}

/// Without smoothing, against the sums of the definition: even, odd and prime lengths.
#[test]
fn the_spectrum_is_the_discrete_fourier_transform() {
    for n in [64, 75, 97] {
        let (p, q) = (points::<1>(n, 3), points::<1>(n, 4));
        let spectrum = |x: &[[f64; 1]]| -> Vec<f64> {
            let mean = x.iter().map(|x| x[0]).sum::<f64>() / n as f64;
            let power = |k: usize| {
                let sum = |f: fn(f64) -> f64| {
                    x.iter().enumerate().map(|(t, x)| (x[0] - mean) * f(TAU * (k * t) as f64 / n as f64)).sum::<f64>()
                };
                sum(f64::cos).powi(2) + sum(f64::sin).powi(2)
            };
            let powers: Vec<f64> = (1..=n / 2).map(power).collect();
            let sum: f64 = powers.iter().sum();
            powers.iter().map(|x| x / sum).collect()
        };
        let [found] = SpectralDistance::new(0.0).spectra(&p).unwrap();
        assert_eq!(found.len(), n / 2);
        assert!(found.iter().zip(spectrum(&p)).all(|(found, exact)| (found - exact).abs() < 1e-13));
        let overlap: f64 = spectrum(&p).iter().zip(spectrum(&q)).map(|(p, q)| (p * q).sqrt()).sum();
        let found = SpectralDistance::new(0.0).between(&p, &q).unwrap();
        assert!((found - (1.0 - overlap).sqrt()).abs() < 1e-10);
        assert_eq!(SpectralDistance::new(1.0).between(&p, &p), Ok(0.0));
        let scaled = SpectralDistance::new(0.0).between(&in_units(&p, 3.0, 1e6), &in_units(&q, -2.0, 1e-6)).unwrap();
        assert!((scaled - found).abs() < 1e-9);
    }
}

/// Numbers near the largest and the smallest, in which differences and squares overflow or vanish.
#[test]
fn distances_do_not_depend_on_extreme_units() {
    let pulses =
        |period: usize| -> Vec<[f64; 1]> { (0..64).map(|t| [if t % period == 0 { 1.0 } else { -1.0 }]).collect() };
    let (p, q) = (pulses(16), pulses(8));
    let in_unit = |x: &[[f64; 1]], unit: f64| -> Vec<[f64; 1]> { x.iter().map(|x| [x[0] * unit]).collect() };
    let (spectral, bins) = (SpectralDistance::new(1.0), BinnedDivergence::new(3));
    let mixture = MixtureDivergence::new(1.0).samples(100);
    let plain = (
        spectral.between(&p, &q).unwrap(),
        bins.between(&p, &q).unwrap(),
        mixture.between(&p, &q).unwrap(),
        spectral.spectra(&p).unwrap(),
    );
    for unit in [1e-305, 1e-160, 1e160, 1e300, 1e308, -1.7e308] {
        let (p, q) = (in_unit(&p, unit), in_unit(&q, unit));
        assert_eq!(spectral.between(&p, &p), Ok(0.0));
        assert!((spectral.between(&p, &q).unwrap() - plain.0).abs() < 1e-13, "{unit}");
        assert!((bins.between(&p, &q).unwrap() - plain.1).abs() < 1e-13, "{unit}");
        if unit > 0.0 {
            assert!((mixture.between(&p, &q).unwrap().mean - plain.2.mean).abs() < 1e-13, "{unit}");
        }
        let [spectrum] = spectral.spectra(&p).unwrap();
        assert!(spectrum.iter().zip(&plain.3[0]).all(|(found, exact)| (found - exact).abs() < 1e-14), "{unit}");
    }
    // A kernel wider than the largest number: two points far within it, shifted by a tenth of its width.
    for (unit, shift) in [(1.0, 1e8), (1e300, 1e308), (1e-300, 1e-292)] {
        let (p, q) = ([[-unit], [unit]], [[-unit + shift], [unit + shift]]);
        let found = MixtureDivergence::new(1e9).samples(20_000).between(&p, &q).unwrap();
        assert!((found.mean - 0.005).abs() < 4.0 * found.error && found.error < 1e-3, "{unit} {found:?}");
    }
}

/// Of two bins and the cell outside, one is never visited by the generated series: `−½ ln s`, but for known numbers.
#[test]
fn a_pseudocount_may_be_tiny_but_not_overflow() {
    let reference: Vec<[f64; 1]> = (0..1000).map(|t| [f64::from(t % 2)]).collect();
    let generated: Vec<[f64; 1]> = (0..1000).map(|t| [if t % 4 == 0 { 0.0 } else { 3.0 }]).collect();
    for s in [1e-20, 1e-300, 1e-310, 5e-324_f64] {
        let settings = BinnedDivergence::new(2).pseudocount(s);
        let found = settings.between(&reference, &generated).unwrap();
        let exact = 0.5 * 2.0_f64.ln() + 0.5 * (500.0_f64.ln() - s.ln());
        assert!((found - exact).abs() < 1e-12 * exact, "{s} {found} {exact}");
        assert_eq!(settings.between(&reference, &reference), Ok(0.0));
    }
    let refused = BinnedDivergence::new(10_000).pseudocount(1e305).between(&reference, &generated);
    assert!(matches!(refused, Err(Error::InvalidArgument { name: "pseudocount", .. })), "{refused:?}");
}

/// For `x₁ = A x` on a series of another linear map: the errors are `‖(Aᵏ − Bᵏ) x‖²`.
#[test]
fn predictions_have_the_errors_of_powers() {
    let (a, b) = (matrix![0.9, 0.2; -0.3, 0.8], matrix![0.9, 0.2; -0.2, 0.7]);
    let mut entries = a.iter().copied().chain([0.0; 2]).collect::<Vec<_>>().into_iter();
    let net = Net::<Linear<f64, 2, 2>, Static<1>>::new(Linear::draw(&mut || entries.next().unwrap()));
    let mut series = vec![vector![1.0, 0.5]];
    for _ in 0..10 {
        series.push(b * series[series.len() - 1]);
    }
    let found = prediction_errors(&Map::new(net.clone().field()), &series, 4).unwrap();
    for (k, found) in (1..).zip(found) {
        let error = |x: &Vector2<f64>| ((a.pow(k) - b.pow(k)) * x).norm_squared();
        let exact = series[..7].iter().map(error).sum::<f64>() / 14.0;
        assert!((found - exact).abs() < 1e-15, "{k}");
    }
    assert!(matches!(
        prediction_errors(&Map::new(net.clone().field()), &series, 0),
        Err(Error::InvalidArgument { .. })
    ));
    let long = prediction_errors(&Map::new(net.field()), &series, 11).unwrap_err();
    assert_eq!(long, Error::LengthMismatch { name: "series", found: 11, expected: 12 });
    let (lorenz, y0) = Lorenz::problem();
    assert!(matches!(prediction_errors(&Flow::new(lorenz), &[y0, y0], 1), Err(Error::InvalidArgument { .. })));
    let cube = || ode(|_, x: &SVector<f64, 1>, y: &mut SVector<f64, 1>| *y = x.map(|x| x * x * x));
    let blown = prediction_errors(&Map::new(cube()), &[vector![1e60]; 9], 3).unwrap_err();
    assert!(matches!(blown, Error::NonFiniteSystem { .. }), "{blown:?}");
    // Finite predictions, whose squared errors are not.
    let far = prediction_errors(&Map::new(cube()), &[vector![1e60], vector![0.0]], 1).unwrap_err();
    assert!(matches!(far, Error::NonFiniteLoss { .. }), "{far:?}");
}

#[test]
fn bad_series_and_settings_are_named() {
    let (good, short) = (points::<2>(50, 1), points::<2>(1, 1));
    let constant: Vec<[f64; 2]> = good.iter().map(|x| [x[0], 0.3]).collect();
    // A run that has come to rest, up to rounding.
    let resting: Vec<[f64; 2]> = good.iter().map(|x| [x[0], 0.3 + 1e-15 * x[1]]).collect();
    let mut bad = good.clone();
    bad[7][1] = f64::INFINITY;
    let bins = |p: &[[f64; 2]], q: &[[f64; 2]]| BinnedDivergence::new(5).between(p, q).map(drop);
    let mixture = |p: &[[f64; 2]], q: &[[f64; 2]]| MixtureDivergence::new(0.5).samples(10).between(p, q).map(drop);
    let spectral = |p: &[[f64; 2]], q: &[[f64; 2]]| SpectralDistance::new(1.0).between(p, q).map(drop);
    type Measure<'m> = &'m dyn Fn(&[[f64; 2]], &[[f64; 2]]) -> rheos::Result<()>;
    let measures: [Measure<'_>; 3] = [&bins, &mixture, &spectral];
    for measure in measures {
        assert_eq!(measure(&good, &good), Ok(()));
        assert!(matches!(measure(&short, &good), Err(Error::LengthMismatch { name: "reference", found: 1, .. })));
        assert!(matches!(measure(&good, &short), Err(Error::LengthMismatch { name: "generated", found: 1, .. })));
        assert!(matches!(measure(&bad, &good), Err(Error::InvalidEntry { name: "reference", index: 7, .. })));
        assert!(matches!(measure(&good, &bad), Err(Error::InvalidEntry { name: "generated", index: 7, .. })));
        for at_rest in [&constant, &resting] {
            assert!(matches!(measure(at_rest, &good), Err(Error::InvalidEntry { name: "reference", index: 1, .. })));
        }
    }
    assert!(matches!(spectral(&good, &resting), Err(Error::InvalidEntry { name: "generated", index: 1, .. })));
    assert!(matches!(spectral(&good, &points(51, 2)), Err(Error::LengthMismatch { name: "reference", .. })));
    for bins in [0, 1, 10_001] {
        let refused = BinnedDivergence::new(bins).between(&good, &good);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "bins", .. })));
    }
    for s in [0.0, -1.0, f64::NAN] {
        let refused = BinnedDivergence::new(5).pseudocount(s).between(&good, &good);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "pseudocount", .. })));
        let refused = MixtureDivergence::new(s).between(&good, &good);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "sigma", .. })));
    }
    let four = points::<4>(10, 1);
    let refused = BinnedDivergence::new(5).between(&four, &four);
    assert!(matches!(refused, Err(Error::InvalidArgument { name: "components", .. })));
    assert!(matches!(
        MixtureDivergence::new(1.0).samples(1).between(&good, &good),
        Err(Error::InvalidArgument { name: "samples", .. })
    ));
    assert!(matches!(
        SpectralDistance::new(-1.0).between(&good, &good),
        Err(Error::InvalidArgument { name: "sigma", .. })
    ));
}

#[test]
fn delays_are_counted_back_from_the_newest() {
    let series: Vec<f64> = (0..10).map(f64::from).collect();
    let found = delay_embedding::<3>(&series, 4).unwrap();
    assert_eq!(found, [[8.0, 4.0, 0.0], [9.0, 5.0, 1.0]]);
    let short = delay_embedding::<3>(&series[..8], 4).unwrap_err();
    assert_eq!(short, Error::LengthMismatch { name: "series", found: 8, expected: 9 });
    assert!(matches!(delay_embedding::<2>(&series, 0), Err(Error::InvalidArgument { name: "delay", .. })));
    assert!(matches!(delay_embedding::<2>(&[1.0, f64::NAN, 2.0], 1), Err(Error::InvalidEntry { index: 1, .. })));
}
