//! Polynomials by their values at Chebyshev points.

use std::f64::consts::FRAC_PI_2;

/// The `j`-th of `n` Chebyshev points of `[0, 1]`, the ends included.
pub(crate) fn node(j: usize, n: usize) -> f64 {
    if j + 1 == n { 1.0 } else { (FRAC_PI_2 * j as f64 / (n - 1) as f64).sin().powi(2) }
}

/// The polynomial that is 1 at the `j`-th node and 0 at the others, and its derivative.
pub(crate) fn lagrange(nodes: &[f64], j: usize, theta: f64) -> (f64, f64) {
    let (mut value, mut slope) = (1.0, 0.0);
    for (_, &node) in nodes.iter().enumerate().filter(|&(k, _)| k != j) {
        let (above, below) = (theta - node, nodes[j] - node);
        slope = (slope * above + value) / below;
        value *= above / below;
    }
    (value, slope)
}
