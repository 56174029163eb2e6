use num_dual::{DualNum, DualStruct};
use num_traits::{FloatConst, Signed};

use super::{LANES, Lanes, watch_for_splits};

fn samples() -> Lanes {
    Lanes(std::array::from_fn(|i| 0.1 + 0.1 * i as f64))
}

/// The rounding of library functions may differ from the one of `f64` in the last place.
fn assert_each(found: Lanes, expected: impl Fn(f64) -> f64) {
    for (found, x) in found.0.into_iter().zip(samples().0) {
        let expected = expected(x);
        assert!(
            (found - expected).abs() <= 2.0 * f64::EPSILON * expected.abs(),
            "{found} instead of {expected} at {x}"
        );
    }
}

#[test]
fn operations_are_those_of_each_sample() {
    let x = samples();
    assert_each(x * x - x / (x + 2.0) + -x, |x| x * x - x / (x + 2.0) - x);
    assert_each(x * Lanes::PI(), |x| x * std::f64::consts::PI);
    assert_each(Signed::abs(&(x - 0.35)), |x| (x - 0.35).abs());
    assert_each(x.powi(3), |x| x * x * x);
    assert_each(x.powd(x), |x| x.powf(x));
    assert_each(DualNum::tanh(&x), f64::tanh);
    assert_each(x.atan2(x * x), |x| x.atan2(x * x));
    assert_each(DualNum::mul_add(&x, x, x), |x| x.mul_add(x, x));
    assert_each(x.sin_cos().1, f64::cos);
    assert_each([x, x, x].into_iter().sum(), |x| 3.0 * x);
}

#[test]
fn samples_that_decide_alike_are_not_split() {
    let decide = || (samples() > 0.05, samples() < Lanes::from(1.0), Lanes::from(2.0).re(), samples().is_positive());
    assert_eq!(watch_for_splits(decide), Some((true, true, 2.0, true)));
}

#[test]
fn every_decision_that_samples_take_differently_is_found() {
    let x = samples();
    let mut some_nan = Lanes::from(1.0);
    some_nan.0[LANES - 1] = f64::NAN;
    assert_eq!(watch_for_splits(|| x > 0.35), None);
    assert_eq!(watch_for_splits(|| x < Lanes::from(0.35)), None);
    assert_eq!(watch_for_splits(|| x == samples()), Some(true));
    assert_eq!(watch_for_splits(|| x == 0.1), None);
    assert_eq!(watch_for_splits(|| x.re()), None);
    assert_eq!(watch_for_splits(|| (x - 0.35).is_negative()), None);
    assert_eq!(watch_for_splits(|| some_nan > 0.0), None);
    let mut zeros = Lanes::from(0.0);
    zeros.0[LANES - 1] = -0.0;
    assert_eq!(watch_for_splits(|| zeros.re()), None);
    // A split inside does not reach a watch outside.
    assert_eq!(watch_for_splits(|| watch_for_splits(|| x.re())), Some(None));
}
