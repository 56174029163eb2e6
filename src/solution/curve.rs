//! Dense output: a solution as a function of time.

use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::integrate::{Observer, Step, StepAction};
use crate::solver::{Dense, lagrange, node};
use crate::state::{Span, State};

/// A solution as a function of time: one polynomial per step, independent of the method and the field.
///
/// The polynomial is the method's interpolant, stored by its values at the Chebyshev points of the step. If the
/// interpolant is not a polynomial ([`LowStorage`](crate::solver::explicit::LowStorage)), it is a polynomial of the
/// same order. With polynomials of degree `d`, [`DENSE_DEGREE`](Dense::DENSE_DEGREE), a step takes the memory of `d +
/// 1` states.
///
/// [`Ivp::dense`](crate::solution::Ivp::dense) makes one. It is an [`Observer`] itself.
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode};
///
/// let sine = ode(|t, _y: &f64, dy: &mut f64| *dy = f64::cos(t));
/// let solution = Ivp::new(&sine, 0.0, 0.0..10.0).dense().solve(Dopri5, Pid::tolerance(1e-9))?;
/// let curve = solution.y;
/// assert!((curve.at(7.7)? - 7.7_f64.sin()).abs() < 1e-7);
/// assert!((curve.slope(7.7)? - 7.7_f64.cos()).abs() < 1e-6);
/// assert!(curve.at(10.1).is_err());
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Curve<Y> {
    /// The ends of the pieces, one more than there are pieces.
    ends: Vec<f64>,
    /// The values of all pieces, one after the other.
    values: Vec<Y>,
    /// The nodes of a piece, as fractions of its length.
    nodes: Vec<f64>,
    /// The state at the end. It differs from the end of the last piece if the solve ended with a jump.
    last: Y,
}

impl<Y: State> Curve<Y> {
    /// The empty curve at the start of a solve; observing adds the steps.
    #[must_use]
    pub fn new(t0: f64, y0: &Y) -> Self {
        Self { ends: vec![t0], values: Vec::new(), nodes: Vec::new(), last: y0.clone() }
    }

    /// Checks a deserialized curve: it must cover a solve over `span` up to `t`, with interpolants of this degree.
    pub(crate) fn validate(&self, degree: usize, span: Span, t: f64) -> Result<()> {
        let Self { ends, values, nodes, .. } = self;
        let fits = (nodes.is_empty() || *nodes == nodes_of(degree))
            && values.len().checked_div(nodes.len()).unwrap_or(0) + 1 == ends.len()
            && values.len() == nodes.len() * (ends.len() - 1)
            && (ends[0], ends[ends.len() - 1]) == (span.t0, t)
            && ends.windows(2).all(|pair| span.is_after(pair[1], pair[0]));
        if fits { Ok(()) } else { Err(Error::InvalidPaused { reason: "its curve is not one of this solve" }) }
    }

    /// The interval that the curve covers.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { t0: self.ends[0], t1: self.ends[self.ends.len() - 1] }
    }

    /// The knots: the ends of the steps and the jumps, where one polynomial follows another.
    #[must_use]
    pub fn knots(&self) -> &[f64] {
        &self.ends
    }

    /// The solution at `t`; at a jump the state after it.
    ///
    /// # Errors
    /// [`Error::OutsideSolution`] outside the curve, and [`Error::NonFinite`] if its polynomial overflows.
    pub fn at(&self, t: f64) -> Result<Y> {
        let piece = self.piece(t)?;
        self.finite(t, self.value(piece, t))
    }

    /// The solution at `t` or at the nearer end, finite or not.
    pub(crate) fn nearest(&self, t: f64) -> Y {
        let Span { t0, t1 } = self.span();
        let inside = t.clamp(t0.min(t1), t0.max(t1));
        // `t` lies inside, so this cannot fail.
        self.piece(inside).map_or_else(|_| self.last.clone(), |piece| self.value(piece, inside))
    }

    fn value(&self, piece: usize, t: f64) -> Y {
        if t == self.span().t1 {
            return self.last.clone();
        }
        self.combine(piece, t, |j, theta| lagrange(&self.nodes, j, theta).0)
    }

    /// `y`, if it is finite.
    fn finite(&self, t: f64, y: Y) -> Result<Y> {
        if y.all_finite() { Ok(y) } else { Err(Error::NonFinite { t, h: 0.0 }) }
    }

    /// The solution just before `t`: at a jump the state before it, elsewhere the same as [`at`](Self::at).
    ///
    /// ```
    /// use rheos::{Event, Fixed, Ivp, Rk4, ode};
    ///
    /// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
    /// let hour = Event::rising(|_t, y: &f64| y - 1.0).reset(|_t, y| *y -= 1.0);
    /// let solution = Ivp::new(&clock, 0.0, 0.0..1.5).event(hour).dense().solve(Rk4, Fixed::steps(3))?;
    /// let t = solution.hits[0].t;
    /// assert!((solution.y.before(t)? - 1.0).abs() < 1e-15);
    /// assert!(solution.y.at(t)?.abs() < 1e-15);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`at`](Self::at).
    pub fn before(&self, t: f64) -> Result<Y> {
        let piece = self.piece(t)?;
        let piece = if piece > 0 && t == self.ends[piece] { piece - 1 } else { piece };
        self.finite(t, self.combine(piece, t, |j, theta| lagrange(&self.nodes, j, theta).0))
    }

    /// The derivative of the polynomial at `t`; at a knot the derivative from the right.
    ///
    /// Its order is one less than the order of the solution, and it is not exactly `f(t, y)`.
    ///
    /// # Errors
    /// The errors of [`at`](Self::at).
    pub fn slope(&self, t: f64) -> Result<Y> {
        let piece = self.piece(t)?;
        if self.values.is_empty() {
            return Err(self.outside(t));
        }
        let h = self.ends[piece + 1] - self.ends[piece];
        self.finite(t, self.combine(piece, t, |j, theta| lagrange(&self.nodes, j, theta).1 / h))
    }

    /// The state at the end.
    #[must_use]
    pub fn end(&self) -> &Y {
        &self.last
    }

    fn outside(&self, time: f64) -> Error {
        let Span { t0, t1 } = self.span();
        Error::OutsideSolution { time, t0, t1 }
    }

    /// The piece that contains `t`; at a knot the later one.
    fn piece(&self, t: f64) -> Result<usize> {
        let span = self.span();
        // Rejects NaN too.
        let inside = (t - span.t0) * span.direction() >= 0.0 && (span.t1 - t) * span.direction() >= 0.0;
        if !inside {
            return Err(self.outside(t));
        }
        let begun = self.ends.partition_point(|&end| !span.is_after(end, t));
        Ok(begun.min(self.ends.len() - 1).saturating_sub(1))
    }

    /// The sum of the values of a piece, with weights that depend on the position of `t` in it.
    fn combine(&self, piece: usize, t: f64, weight: impl Fn(usize, f64) -> f64) -> Y {
        let n = self.nodes.len();
        if self.values.is_empty() {
            return self.last.clone();
        }
        let theta = (t - self.ends[piece]) / (self.ends[piece + 1] - self.ends[piece]);
        let weights: Vec<f64> = (0..n).map(|j| weight(j, theta)).collect();
        let values = &self.values[piece * n..(piece + 1) * n];
        let mut y = values[0].zeros_like();
        y.accumulate(1.0, &weights, values);
        y
    }
}

/// The nodes of polynomials of this degree: one value per power of `θ`, and at least the two ends.
fn nodes_of(degree: usize) -> Vec<f64> {
    let n = degree.max(1) + 1;
    (0..n).map(|j| node(j, n)).collect()
}

impl<F: Dynamics, S: Dense<F>> Observer<F, S> for Curve<F::State> {
    fn observe(&mut self, mut step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        if self.nodes.is_empty() {
            self.nodes = nodes_of(S::DENSE_DEGREE);
        }
        let known = self.values.len();
        let inner = &self.nodes[1..self.nodes.len() - 1];
        self.values.push(step.y0.clone());
        for node in inner {
            let mut y = step.y1.clone();
            step.interpolate(step.t0 + node * (step.t1 - step.t0), &mut y);
            if !y.all_finite() {
                // Remove the values already added for this piece, so that the curve ends at its last valid knot.
                self.values.truncate(known);
                return Err(Error::NonFinite { t: step.t0, h: step.h });
            }
            self.values.push(y);
        }
        self.values.push(step.y1.clone());
        self.ends.push(step.t1);
        self.last.clone_from(step.next);
        Ok(StepAction::On)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_of_the_degree_are_represented_exactly() {
        let (p, slope) = (|x: f64| 1.0 - 3.0 * x + x.powi(9), |x: f64| -3.0 + 9.0 * x.powi(8));
        let n = 10;
        let nodes: Vec<f64> = (0..n).map(|j| node(j, n)).collect();
        for i in 0..=50 {
            let theta = f64::from(i) / 50.0;
            let terms = (0..n).map(|j| (p(nodes[j]), lagrange(&nodes, j, theta)));
            let (value, rate) = terms.fold((0.0, 0.0), |sum, (p, l)| (sum.0 + p * l.0, sum.1 + p * l.1));
            assert!((value - p(theta)).abs() < 1e-14, "{theta}: {value}");
            assert!((rate - slope(theta)).abs() < 1e-12, "{theta}: {rate}");
        }
    }

    /// Between its nodes a polynomial may overflow, which is an error and not infinity.
    #[test]
    fn a_polynomial_that_overflows_is_an_error() {
        let (ends, nodes) = (vec![0.0, 1.0], nodes_of(2));
        let curve = Curve { ends, nodes, values: vec![f64::MAX, f64::MAX, -f64::MAX], last: -f64::MAX };
        assert_eq!(curve.at(0.25), Err(Error::NonFinite { t: 0.25, h: 0.0 }));
        assert_eq!(curve.before(0.25), curve.at(0.25));
        assert_eq!(curve.slope(0.0), Err(Error::NonFinite { t: 0.0, h: 0.0 }));
        assert_eq!((curve.at(0.0), curve.at(1.0)), (Ok(f64::MAX), Ok(-f64::MAX)));
    }

    #[test]
    fn values_at_the_nodes_are_themselves() {
        for n in 2..=10 {
            let nodes: Vec<f64> = (0..n).map(|j| node(j, n)).collect();
            for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                assert_eq!(lagrange(&nodes, j, nodes[i]).0, if i == j { 1.0 } else { 0.0 });
            }
        }
    }
}
