//! A decay whose rate varies with time, with its solution in closed form.

use nalgebra::{Matrix1, SVector, Vector1, vector};
use rheos::dynamics::{Jacobian, Jvp, Neighbourhood, PiecewiseConstant, PiecewiseLinear, SecondOrderVjp};
use rheos::{Differentiable, Dynamics, GenericDynamics, Parametric, Scalar};

pub type Y = Vector1<f64>;

/// A clock: `s = (t − start) / unit`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    pub start: f64,
    pub unit: f64,
}

impl Clock {
    pub const PLAIN: Self = Self { start: 0.0, unit: 1.0 };

    pub fn time(self, s: f64) -> f64 {
        self.start + s * self.unit
    }

    pub fn times<const N: usize>(self, s: [f64; N]) -> [f64; N] {
        s.map(|s| self.time(s))
    }
}

/// `dy/ds = −c λ² (1 + s) y`, where `c` is 1 until `s = doubled`, and 2 from then on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decay {
    pub rate: f64,
    pub clock: Clock,
    pub doubled: f64,
}

impl Decay {
    /// `c (1 + s) dt/ds`, and its derivative in time.
    fn factor(&self, t: f64) -> (f64, f64) {
        let Clock { start, unit } = self.clock;
        let s = (t - start) / unit;
        // In the same rounding as a declared jump.
        let factor = if t < self.clock.time(self.doubled) { 1.0 } else { 2.0 };
        (factor * (1.0 + s) / unit, factor / unit / unit)
    }
}

impl Dynamics for Decay {
    type State = Y;
    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        dy[0] = -self.rate * self.rate * self.factor(t).0 * y[0];
    }
}

impl Parametric for Decay {
    type Params = f64;
    fn params(&self) -> f64 {
        self.rate
    }
    fn set_params(&mut self, rate: &f64) {
        self.rate = *rate;
    }
}

impl Differentiable for Decay {
    type Trace = ();
    fn vjp(&self, t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut f64) -> f64 {
        let (factor, slope) = self.factor(t);
        ybar[0] -= self.rate * self.rate * factor * w[0];
        *pbar -= 2.0 * self.rate * factor * y[0] * w[0];
        -self.rate * self.rate * slope * y[0] * w[0]
    }
}

impl Jacobian for Decay {
    fn jacobian(&self, t: f64, _: &Y, _: Neighbourhood<'_, Y>) -> Matrix1<f64> {
        Matrix1::new(-self.rate * self.rate * self.factor(t).0)
    }
    fn time_derivative(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>, out: &mut Y) {
        out[0] = -self.rate * self.rate * self.factor(t).1 * y[0];
    }
}

impl Jvp for Decay {
    fn jvp(&self, t: f64, _: &Y, v: &Y, out: &mut Y) {
        out[0] = -self.rate * self.rate * self.factor(t).0 * v[0];
    }
}

/// By differences.
impl SecondOrderVjp for Decay {}

/// Knots on no uniform grid.
pub const KNOTS: [f64; 5] = [0.0, 0.3, 0.45, 0.8, 1.0];
/// Between the knots, and at them. Of one sign: where an interpolated rate passes zero, the leading terms of the errors on both
/// sides cancel, and hide the order of a method.
pub const RATES: [f64; 5] = [1.3, 0.2, 0.9, 1.6, 0.7];

/// The rates by pieces; the last rate is not used.
pub fn constant(clock: Clock, doubled: f64) -> PiecewiseConstant<Decay> {
    let pieces = RATES[..4].iter().map(|&rate| Decay { rate, clock, doubled }).collect();
    PiecewiseConstant::with_knots(pieces, clock.times(KNOTS).to_vec()).unwrap()
}

/// The rates by interpolation.
pub fn linear(clock: Clock, doubled: f64) -> PiecewiseLinear<Decay> {
    let nodes = RATES.iter().map(|&rate| Decay { rate, clock, doubled }).collect();
    PiecewiseLinear::with_knots(nodes, clock.times(KNOTS).to_vec()).unwrap()
}

/// How the rate depends on `s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    Constant,
    Linear,
}

impl Law {
    pub fn count(self) -> usize {
        match self {
            Self::Constant => 4,
            Self::Linear => 5,
        }
    }

    /// The weights of the rates at `s`, a point of the interval from `KNOTS[k]` on; the first and the last interval extend to
    /// infinity.
    fn weights(self, k: usize, s: f64) -> [f64; 5] {
        let mut weights = [0.0; 5];
        match self {
            Self::Constant => weights[k] = 1.0,
            Self::Linear => {
                let part = ((s - KNOTS[k]) / (KNOTS[k + 1] - KNOTS[k])).clamp(0.0, 1.0);
                (weights[k], weights[k + 1]) = (1.0 - part, part);
            }
        }
        weights
    }

    pub fn rate(self, s: f64) -> f64 {
        let k = KNOTS[1..4].partition_point(|&knot| knot <= s);
        self.weights(k, s).iter().zip(RATES).map(|(weight, rate)| weight * rate).sum()
    }

    /// `∫ c λ² (1 + s) ds` from `s0` to `s1`, with its derivatives in the rates. Between the breaks the integrands are cubic, so
    /// Simpson's rule is exact.
    pub fn integral(self, (s0, s1): (f64, f64), doubled: f64) -> (f64, [f64; 5]) {
        let (low, high) = (s0.min(s1), s0.max(s1));
        let mut breaks: Vec<f64> = KNOTS.into_iter().chain([doubled]).filter(|s| (low..high).contains(s)).collect();
        breaks.extend([low, high]);
        breaks.sort_by(f64::total_cmp);
        let (mut sum, mut slopes) = (0.0, [0.0; 5]);
        for pair in breaks.windows(2) {
            let (middle, length) = ((pair[0] + pair[1]) / 2.0, pair[1] - pair[0]);
            let k = KNOTS[1..4].partition_point(|&knot| knot <= middle);
            let c = if middle < doubled { 1.0 } else { 2.0 };
            for (s, weight) in [(pair[0], 1.0 / 6.0), (middle, 4.0 / 6.0), (pair[1], 1.0 / 6.0)] {
                let weights = self.weights(k, s);
                let rate: f64 = weights.iter().zip(RATES).map(|(weight, rate)| weight * rate).sum();
                let weight = weight * length * c * (1.0 + s);
                sum += weight * rate * rate;
                slopes.iter_mut().zip(weights).for_each(|(slope, w)| *slope += weight * 2.0 * rate * w);
            }
        }
        let sign = if s1 < s0 { -1.0 } else { 1.0 };
        (sign * sum, slopes.map(|slope| sign * slope))
    }
}

pub const START: f64 = 0.8;

/// The solution at `s1` from [`START`] at `s0`.
pub fn exact(law: Law, span: (f64, f64), doubled: f64) -> Y {
    vector![START * (-law.integral(span, doubled).0).exp()]
}

/// `y' = −p y` before 0.5, and `y' = p² y` from then on: `y(1) = y0 exp((p² − p) / 2)`.
pub struct Turned;

impl GenericDynamics<1, 1> for Turned {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        vector![if t.re() < 0.5 { -p[0] * y[0] } else { p[0] * p[0] * y[0] }]
    }
    fn jumps(&self) -> &[f64] {
        &[0.5]
    }
}
