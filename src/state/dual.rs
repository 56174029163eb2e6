//! Dual numbers as elements: states with derivatives.

use num_dual::DualSVec64;

use super::Element;

/// Norms, inner products and coordinates see the real part only, so a solve over dual numbers takes the steps of the
/// solve over their real parts.
impl<const K: usize> Element for DualSVec64<K> {
    const IS_DUAL: bool = true;

    fn embed(x: f64) -> Self {
        Self::from(x)
    }
    fn re(self) -> f64 {
        self.re
    }
}
