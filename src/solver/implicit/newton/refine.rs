//! Iterative refinement of transposed solutions by the pullback.

use super::LinearFailure;
use crate::dynamics::Differentiable;
use crate::state::State;

/// Refinements of a transposed solve; each gains as many digits as the Jacobian has.
const REFINEMENTS: usize = 5;

/// The storage of the refinement.
#[derive(Debug, Clone)]
pub struct Refinement<Y, P> {
    right_hand_side: Y,
    residual: Y,
    image: Y,
    /// Receives cotangents of parameters, which are not used.
    unwanted: P,
}

impl<Y: State, P: State> Refinement<Y, P> {
    /// Storage for states of the shape of `y0`.
    pub fn new<F: Differentiable<State = Y, Params = P>>(f: &F, y0: &Y) -> Self {
        Self {
            right_hand_side: y0.zeros_like(),
            residual: y0.zeros_like(),
            image: y0.zeros_like(),
            unwanted: f.params().zeros_like(),
        }
    }

    /// `x ← (Mᵀ − a Jᵀ)⁻¹ x`, to rounding, by an approximate `inverse`.
    pub fn solve<F: Differentiable<State = Y, Params = P>>(
        &mut self,
        f: &F,
        (t, y): (f64, &Y),
        a: f64,
        x: &mut Y,
        inverse: impl Fn(&mut Y),
    ) -> Result<(), LinearFailure> {
        let Self { right_hand_side, residual, image, unwanted } = self;
        right_hand_side.assign(x);
        inverse(x);
        let mut before = f64::INFINITY;
        for _ in 0..REFINEMENTS {
            image.set_zeros();
            f.vjp(t, y, x, image, unwanted);
            residual.combine(right_hand_side, 1.0, &[a], std::slice::from_ref(image));
            match f.mass() {
                Some(mass) => {
                    mass.multiply_transposed(x, image);
                    residual.add_scaled(-1.0, image);
                }
                None => residual.add_scaled(-1.0, x),
            }
            inverse(residual);
            let size = residual.inner(residual).sqrt();
            if !size.is_finite() {
                return Err(LinearFailure::NotConverged);
            }
            if size >= before {
                break;
            }
            x.add_scaled(1.0, residual);
            if size <= x.rounding() * x.inner(x).sqrt() {
                break;
            }
            before = size;
        }
        Ok(())
    }
}
