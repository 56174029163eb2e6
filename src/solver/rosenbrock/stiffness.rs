//! The largest eigenvalue of the Jacobian of a step, by the power method.

use crate::dynamics::Dynamics;
use crate::solver::implicit::LinearSolver;
use crate::solver::kept_states::{KeptStates, Use};
use crate::state::State;

/// A vector that turns towards the eigenvector of the largest eigenvalue, a little further in every step.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Dominant<Y> {
    /// The vector; its length is 1 once it is known.
    vector: Y,
    is_known: bool,
}

impl<Y: State> KeptStates<Y> for Dominant<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        see(&mut self.vector, Use::needed_if(self.is_known));
    }
}

impl<Y: State> Dominant<Y> {
    pub(super) fn new(y0: &Y) -> Self {
        Self { vector: y0.zeros_like(), is_known: false }
    }

    pub(super) fn forget(&mut self) {
        self.is_known = false;
    }

    /// `|λ| ≈ |J J v|^(1/2)` for the vector `v`, which starts as the slope. Two products give the modulus of a pair of
    /// complex eigenvalues. `None` if there is no product, or no starting vector.
    pub(super) fn eigenvalue<F, L>(&mut self, linear: &L, ws: &L::Workspace, slope: &Y, scratch: &mut Y) -> Option<f64>
    where
        F: Dynamics<State = Y>,
        L: LinearSolver<F>,
    {
        let mut rounds = 1;
        if !self.is_known {
            self.vector.assign(slope);
            normalise(&mut self.vector);
            rounds = 3;
        }
        self.is_known = false;
        let mut square = 0.0;
        for _ in 0..rounds {
            if !linear.product(ws, &self.vector, scratch) || !linear.product(ws, scratch, &mut self.vector) {
                return None;
            }
            square = normalise(&mut self.vector);
        }
        self.is_known = square > 0.0 && square.is_finite();
        square.is_finite().then(|| square.sqrt())
    }
}

/// Scales `x` to length 1, and returns its original length.
fn normalise<Y: State>(x: &mut Y) -> f64 {
    let length = x.inner(x).sqrt();
    if length > 0.0 {
        x.scale_by(1.0 / length);
    }
    length
}
