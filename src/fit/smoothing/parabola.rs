//! The weighted least-squares fit of one parabola.

/// Widens a window beyond the third nearest time, whose weight would be zero at its edge.
const BEYOND_THIRD: f64 = 1.5;
/// The smallest variance of the quadratic term, relative to the square of the variance of the times: with less, all but two
/// times of a window coincide, up to rounding.
const LEAST_VARIANCE: f64 = 1e-12;

/// Times around `t`, with Epanechnikov's weights `1 − u²` at `u = (tᵢ − t)/h`.
#[derive(Debug, Clone)]
pub(super) struct Window {
    t: f64,
    h: f64,
    first: usize,
    end: usize,
    /// A time that is left out.
    without: Option<usize>,
}

/// The parabola of a window at its centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parabola {
    pub value: f64,
    pub slope: f64,
}

impl Window {
    /// The window of half-width `h` around `t`; wider where it would have fewer than three times.
    ///
    /// `times` are ascending, at least three besides the one left out.
    pub(super) fn new(times: &[f64], t: f64, h: f64, without: Option<usize>) -> Self {
        let h = h.max(least_width(times, t, without));
        let first = times.partition_point(|&time| time - t <= -h);
        let end = times.partition_point(|&time| time - t < h);
        Self { t, h, first, end, without }
    }

    /// Indices, distances `u` and weights.
    fn points<'t>(&self, times: &'t [f64]) -> impl Iterator<Item = Point> + use<'t> {
        let Self { t, h, first, end, without } = *self;
        (first..end).filter(move |&index| Some(index) != without).map(move |index| {
            let u = (times[index] - t) / h;
            Point { index, u, weight: 1.0 - u * u }
        })
    }

    /// The parabola that fits `value(i)` at `times[i]`; `None` if the times do not determine it.
    ///
    /// By polynomials that are orthogonal in the window, so that nothing is lost by large values or times: Forsythe,
    /// *Generation and use of orthogonal polynomials for data-fitting with a digital computer* (1957).
    pub(super) fn fit(&self, times: &[f64], value: impl Fn(usize) -> f64) -> Option<Parabola> {
        let sum = |term: &dyn Fn(Point) -> f64| self.points(times).map(|point| point.weight * term(point)).sum::<f64>();
        // p₀ = 1, p₁ = u − a, p₂ = (u − b) p₁ − c.
        let total = sum(&|_| 1.0);
        let a = sum(&|point| point.u) / total;
        let linear = |u: f64| u - a;
        let spread = sum(&|point| linear(point.u).powi(2));
        let b = sum(&|point| point.u * linear(point.u).powi(2)) / spread;
        let c = spread / total;
        let quadratic = |u: f64| (u - b) * linear(u) - c;
        let variance = sum(&|point| quadratic(point.u).powi(2));
        let is_determined = variance * total > LEAST_VARIANCE * spread * spread;
        if !is_determined {
            return None;
        }
        let mean = sum(&|point| value(point.index)) / total;
        let rest = |point: Point| value(point.index) - mean;
        let first = sum(&|point| linear(point.u) * rest(point)) / spread;
        let rest = |point: Point| rest(point) - first * linear(point.u);
        let second = sum(&|point| quadratic(point.u) * rest(point)) / variance;
        Some(Parabola {
            value: mean + first * linear(0.0) + second * quadratic(0.0),
            slope: (first - second * (a + b)) / self.h,
        })
    }
}

/// A time in a window.
#[derive(Debug, Clone, Copy)]
struct Point {
    index: usize,
    u: f64,
    weight: f64,
}

/// The least half-width of a window around `t`.
pub(super) fn least_width(times: &[f64], t: f64, without: Option<usize>) -> f64 {
    let after = times.partition_point(|&time| time < t);
    // The three nearest are among four before and four after, one of which may be left out.
    let near = after.saturating_sub(4)..(after + 4).min(times.len());
    let mut distances = [f64::INFINITY; 8];
    let indices = near.filter(|&index| Some(index) != without);
    for (distance, index) in distances.iter_mut().zip(indices) {
        *distance = (times[index] - t).abs();
    }
    distances.sort_unstable_by(f64::total_cmp);
    BEYOND_THIRD * distances[2]
}
