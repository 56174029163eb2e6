//! The line search.

/// Value and slope of the loss along a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub alpha: f64,
    pub value: f64,
    pub slope: f64,
}

/// The other end of the bracket; its evaluation may have failed.
#[derive(Debug, Clone, Copy)]
struct Bound {
    alpha: f64,
    sample: Option<Sample>,
}

/// The sufficient decrease, relative to the slope.
const DECREASE: f64 = 1e-4;
/// The largest slope, relative to the first one.
const CURVATURE: f64 = 0.9;
/// The largest number of evaluations.
const TRIALS: usize = 60;

/// A step from `start` that fulfils the strong Wolfe conditions, with its point: Nocedal & Wright 2006, algorithms 3.5
/// and 3.6 as one loop over a bracket that is at first open. A failed evaluation is an upper bound of the step.
///
/// If the budget is used up, the best step with a sufficient decrease; `None` without any. Values closer than `noise`
/// to the first one are equal.
pub(super) fn search<P>(
    start: Sample,
    noise: f64,
    mut evaluate: impl FnMut(f64) -> Option<(Sample, P)>,
) -> Option<(Sample, P)> {
    let (mut low, mut best, mut high) = (start, None, None);
    let mut alpha = 1.0;
    for trial in 1..=TRIALS {
        let previous = low;
        match evaluate(alpha) {
            None => high = Some(Bound { alpha, sample: None }),
            Some((sample, point)) => {
                // The change of the loss, also by the trapezoidal rule for its slope.
                let change = 0.5 * (start.slope + sample.slope) * sample.alpha;
                let hidden = change.abs() <= noise && (sample.value - start.value).abs() <= noise;
                let decreases =
                    sample.value <= start.value + DECREASE * sample.alpha * start.slope && sample.value < low.value;
                if sample.slope.abs() <= -CURVATURE * start.slope && (hidden || decreases) {
                    return Some((sample, point));
                }
                let rises = if hidden { sample.slope > 0.0 } else { !decreases };
                if rises {
                    high = Some(Bound { alpha, sample: Some(sample) });
                } else {
                    let outwards = high.is_none_or(|high: Bound| high.alpha > low.alpha);
                    if (sample.slope > 0.0) == outwards {
                        high = Some(Bound { alpha: low.alpha, sample: Some(low) });
                    }
                    low = sample;
                    best = (sample.value < start.value).then_some((sample, point)).or(best);
                }
            }
        }
        alpha = match high {
            None => extrapolate(previous, low),
            Some(high) => inside(low, high, trial),
        };
        if !alpha.is_finite() || alpha == low.alpha {
            break;
        }
    }
    best
}

/// A longer step: the zero of the slope through two samples, within a factor of 2 to 10.
fn extrapolate(previous: Sample, last: Sample) -> f64 {
    let rise = (last.slope - previous.slope) / (last.alpha - previous.alpha);
    let zero = last.alpha - last.slope / rise;
    if rise > 0.0 { zero.clamp(2.0 * last.alpha, 10.0 * last.alpha) } else { 10.0 * last.alpha }
}

/// A step inside the bracket: the minimum of a cubic, and its midpoint every third time. Near a failed evaluation
/// nothing is known, so the step keeps away.
fn inside(low: Sample, high: Bound, trial: usize) -> f64 {
    let width = high.alpha - low.alpha;
    let fraction = match high.sample {
        None => 0.25,
        Some(_) if trial.is_multiple_of(3) => 0.5,
        Some(high) => cubic(low, high),
    };
    low.alpha + fraction * width
}

/// The minimum of the cubic of these values and slopes, as a fraction of the bracket: Nocedal & Wright 2006, equation
/// 3.59. At least a tenth from its ends; the midpoint if there is none.
fn cubic(low: Sample, high: Sample) -> f64 {
    let width = high.alpha - low.alpha;
    let (a, b) = (low.slope * width, high.slope * width);
    let d1 = a + b - 3.0 * (high.value - low.value);
    let d2 = (d1 * d1 - a * b).sqrt();
    let fraction = 1.0 - (b + d2 - d1) / (b - a + 2.0 * d2);
    if fraction.is_nan() { 0.5 } else { fraction.clamp(0.1, 0.9) }
}

#[cfg(test)]
mod tests {
    use super::{CURVATURE, DECREASE, Sample, cubic, search};

    type Line = fn(f64) -> (f64, f64);

    fn sample(line: Line, alpha: f64) -> Sample {
        let (value, slope) = line(alpha);
        Sample { alpha, value, slope }
    }

    /// Lines of Moré & Thuente, *Line search algorithms with guaranteed sufficient decrease* (1994), in units of the
    /// step.
    #[test]
    fn steps_fulfil_the_strong_wolfe_conditions() {
        let lines: [Line; 2] = [
            |a| (-a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0).powi(2)),
            |a| {
                ((a + 0.004).powi(5) - 2.0 * (a + 0.004).powi(4), 5.0 * (a + 0.004).powi(4) - 8.0 * (a + 0.004).powi(3))
            },
        ];
        for line in &lines {
            for unit in [1e-3, 0.1, 1.0, 10.0, 1e3] {
                let scaled = |alpha: f64| {
                    let found = sample(*line, unit * alpha);
                    Sample { alpha, value: found.value, slope: unit * found.slope }
                };
                let start = scaled(0.0);
                let mut count = 0;
                let evaluate = |alpha| {
                    count += 1;
                    Some((scaled(alpha), ()))
                };
                let (found, ()) = search(start, 0.0, evaluate).unwrap();
                assert!(found.value <= start.value + DECREASE * found.alpha * start.slope);
                assert!(found.slope.abs() <= -CURVATURE * start.slope);
                assert!(count < 20, "{unit}: {count}");
            }
        }
    }

    /// The loss is undefined from 0.01 on, and its minimum is at 0.009.
    #[test]
    fn a_failed_evaluation_bounds_the_step() {
        let line: Line = |a| ((a - 0.009).powi(2), 2.0 * (a - 0.009));
        let evaluate = |alpha| (alpha < 0.01).then(|| (sample(line, alpha), ()));
        let (found, ()) = search(sample(line, 0.0), 0.0, evaluate).unwrap();
        assert!(found.alpha < 0.01 && found.slope.abs() <= -CURVATURE * line(0.0).1);
    }

    #[test]
    fn without_a_decrease_there_is_no_step() {
        let rising: Line = |a| (a, -1.0);
        assert!(search(sample(rising, 0.0), 0.0, |alpha| Some((sample(rising, alpha), ()))).is_none());
        assert!(search(sample(rising, 0.0), 0.0, |_| None::<(Sample, ())>).is_none());
    }

    #[test]
    fn the_minimum_of_a_cubic_is_found() {
        // a³/3 − a² − a has its minimum at 1 + √2.
        let line: Line = |a| (a * a * a / 3.0 - a * a - a, a * a - 2.0 * a - 1.0);
        let expected = (1.0 + 2.0_f64.sqrt()) / 4.0;
        assert!((cubic(sample(line, 0.0), sample(line, 4.0)) - expected).abs() < 1e-14);
        assert!((1.0 - cubic(sample(line, 4.0), sample(line, 0.0)) - expected).abs() < 1e-14);
    }
}
