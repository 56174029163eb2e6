//! The largest eigenvalue of a field, and the rate at which its solution changes.

use crate::dynamics::Dynamics;
use crate::solver::StepStart;
use crate::solver::kept_states::{KeptStates, Use, show};
use crate::state::State;

/// The largest eigenvalue of the Jacobian, by the nonlinear power method: a displacement of the state turns towards its
/// eigenvector, a little further at every check.
///
/// A check costs three evaluations in any dimension. As in the code RKC: B. P. Sommeijer, L. F. Shampine & J. G.
/// Verwer, *RKC: an explicit solver for parabolic PDEs*, J. Comput. Appl. Math. 88 (1998),
/// doi:10.1016/S0377-0427(97)00219-7.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Sight<Y> {
    /// The displacement; its length is 1 once it is known.
    direction: Y,
    is_known: bool,
    /// The slope at the start of the step.
    slope: Y,
    /// The slope at its end.
    end: Y,
    shifted: Y,
    /// Evaluations of the field.
    pub(super) evaluations: u64,
}

/// Rates of change, in units of 1/time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    /// `|λ|` for the largest eigenvalue `λ` of the Jacobian.
    pub(super) field: f64,
    /// The relative change of the slope of the solution over the step.
    pub(super) solution: f64,
}

impl<Y: State> KeptStates<Y> for Sight<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        see(&mut self.direction, Use::needed_if(self.is_known));
        show(see, Use::Free, [&mut self.slope, &mut self.end, &mut self.shifted]);
    }
}

impl<Y: State> Sight<Y> {
    pub(super) fn new(y0: &Y) -> Self {
        Self {
            direction: y0.zeros_like(),
            is_known: false,
            slope: y0.zeros_like(),
            end: y0.zeros_like(),
            shifted: y0.zeros_like(),
            evaluations: 0,
        }
    }

    /// Forgets the displacement, since the solution does not continue from there.
    pub(super) fn reset(&mut self) {
        self.is_known = false;
    }

    /// Checks a step to `y1`. `None` if there is no estimate.
    pub(super) fn look<F: Dynamics<State = Y>>(&mut self, f: &F, step: StepStart<'_, Y>, y1: &Y) -> Option<Rates> {
        let StepStart { t, h, y0 } = step;
        f.eval(t, y0, &mut self.slope);
        f.eval(t + h, y1, &mut self.end);
        self.evaluations += 2;
        let field = self.turn(f, step)?;
        Some(Rates { field, solution: self.change() / h.abs() })
    }

    /// Replaces the direction by its product with the Jacobian, and returns the length of the product.
    fn turn<F: Dynamics<State = Y>>(&mut self, f: &F, StepStart { t, h, y0 }: StepStart<'_, Y>) -> Option<f64> {
        if !self.is_known {
            self.direction.assign(&self.slope);
            normalise(&mut self.direction)?;
        }
        let state = y0.inner(y0).sqrt();
        let size = if state > 0.0 { state } else { h.abs() * self.slope.inner(&self.slope).sqrt() };
        let increment = y0.rounding().sqrt() * size;
        self.shifted.combine(y0, increment, &[1.0], std::slice::from_ref(&self.direction));
        f.eval(t, &self.shifted, &mut self.direction);
        self.evaluations += 1;
        self.direction.add_scaled(-1.0, &self.slope);
        let length = normalise(&mut self.direction);
        self.is_known = length.is_some();
        length.map(|length| length / increment)
    }

    /// The change of the slope over the step, relative to the larger slope.
    fn change(&mut self) -> f64 {
        let larger = self.end.inner(&self.end).max(self.slope.inner(&self.slope));
        self.end.add_scaled(-1.0, &self.slope);
        if larger > 0.0 { (self.end.inner(&self.end) / larger).sqrt() } else { 0.0 }
    }
}

/// Scales `x` to length 1 and returns its original length, if that is a positive number.
fn normalise<Y: State>(x: &mut Y) -> Option<f64> {
    let length = x.inner(x).sqrt();
    if !(length > 0.0 && length.is_finite()) {
        return None;
    }
    x.scale_by(1.0 / length);
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::ode;
    use nalgebra::vector;

    #[test]
    fn the_dominating_eigenvalue_shows_after_a_few_looks() {
        let f = ode(|t: f64, y: &nalgebra::Vector2<f64>, dy: &mut nalgebra::Vector2<f64>| {
            *dy = vector![-500.0 * (y[0] - y[1].powi(2)), -y[1] + 0.1 * t.sin()];
        });
        let mut y = vector![1.0, 1.0];
        let mut sight = Sight::new(&y);
        let mut rates = None;
        for i in 0..4 {
            let (t, before) = (0.01 * f64::from(i), y);
            y *= 0.99;
            y[0] = y[1] * y[1];
            rates = sight.look(&f, StepStart { t, h: 0.01, y0: &before }, &y);
        }
        let Rates { field, solution } = rates.unwrap();
        assert!((field / 500.0 - 1.0).abs() < 0.01, "{field}");
        assert!(solution < 10.0, "{solution}");
        assert_eq!(sight.evaluations, 12);
    }
}
