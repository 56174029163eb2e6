//! The laws of a state space.

use std::fmt;

use crate::state::State;

/// The errors of the laws of [`State`] for two given states.
#[derive(Debug, Clone, PartialEq)]
pub struct LawsReport {
    /// Each law with its largest error, relative to the size of the operands.
    pub laws: Vec<(&'static str, f64)>,
    /// The largest passing error.
    pub tolerance: f64,
}

impl LawsReport {
    /// Whether all laws hold.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.laws.iter().all(|(_, error)| *error <= self.tolerance)
    }
}

impl fmt::Display for LawsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (law, error) in &self.laws {
            let verdict = if *error <= self.tolerance { "holds" } else { "FAILS" };
            writeln!(f, "{verdict}  {error:9.2e}  {law}")?;
        }
        Ok(())
    }
}

/// Checks the laws of [`State`] on two states of the same shape with finite coordinates.
///
/// ```
/// use nalgebra::Vector2;
///
/// let report = rheos::verify::laws(&Vector2::new(1.0, -2.0), &Vector2::new(0.5, 4.0));
/// assert!(report.passed(), "{report}");
/// ```
pub fn laws<Y: State>(x: &Y, y: &Y) -> LawsReport {
    let (cx, cy) = (x.coordinates(), y.coordinates());
    let size = cx.iter().chain(&cy).fold(1.0_f64, |max, c| max.max(c.abs()));
    let distance = |state: &Y, expected: Vec<f64>| {
        let found = state.coordinates();
        if found.len() != expected.len() {
            return f64::INFINITY;
        }
        // `f64::max` would lose NaN.
        let larger = |max: f64, x: f64| if x > max || x.is_nan() { x } else { max };
        found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, larger) / size
    };
    let map = |f: &dyn Fn(f64, f64) -> f64| cx.iter().zip(&cy).map(|(&a, &b)| f(a, b)).collect::<Vec<f64>>();
    let (a, b, h) = (-1.75, 0.375, 0.5);

    let mut sum = x.clone();
    sum.add_scaled(a, y);
    let mut scaled = x.clone();
    scaled.scale_by(a);
    let mut assigned = y.clone();
    assigned.assign(x);
    let slopes = [x.clone(), y.clone()];
    let mut combined = x.zeros_like();
    combined.combine(y, h, &[a, b], &slopes);
    // A slope with weight zero may not have been computed and must not be read.
    let mut unknown = y.clone();
    unknown.scale_by(f64::NAN);
    let mut accumulated = x.clone();
    accumulated.accumulate(h, &[a, 0.0], &[x.clone(), unknown]);
    let mut cleared = x.clone();
    cleared.scale_by(f64::NAN);
    let detected = cleared.coordinates().is_empty() || !cleared.all_finite();
    cleared.set_zeros();
    let mut copy = x.zeros_like();
    let read = copy.read_coordinates(&cx).is_some_and(<[f64]>::is_empty);
    // Clones must not share storage: writing to a clone must not change the original.
    let untouched = distance(x, cx.clone());
    let dot: f64 = cx.iter().zip(&cy).map(|(a, b)| a * b).sum();
    let scale = size * size * cx.len().max(1) as f64;
    let boolean = |holds: bool| if holds { 0.0 } else { f64::INFINITY };

    LawsReport {
        laws: vec![
            ("zeros_like is zero", distance(&x.zeros_like(), vec![0.0; cx.len()])),
            ("add_scaled is x + a y", distance(&sum, map(&|x, y| x + a * y))),
            ("scale_by is a x", distance(&scaled, map(&|x, _| a * x))),
            ("assign copies", distance(&assigned, cx.clone())),
            ("combine is y + h Σ c k", distance(&combined, map(&|x, y| y + h * (a * x + b * y)))),
            ("accumulate is x + h Σ c k", distance(&accumulated, map(&|x, _| x + h * a * x))),
            ("set_zeros clears NaN", distance(&cleared, vec![0.0; cx.len()])),
            ("all_finite sees NaN", boolean(detected && x.all_finite())),
            ("coordinates are read back", if read { distance(&copy, cx.clone()) } else { f64::INFINITY }),
            ("clones share no storage", untouched),
            ("inner is the dot product", (x.inner(y) - dot).abs() / scale),
            ("inner is symmetric", (x.inner(y) - y.inner(x)).abs() / scale),
        ],
        tolerance: 64.0 * super::difference::resolution(x),
    }
}
