//! Polynomials in terms of their values, for the transposes of [`Differences`](super::differences::Differences).

use super::weights::{integrals, products};

/// The maximum number of nodes: twelve points, and the end of the step.
pub(super) const M: usize = 13;

/// Different nodes `xᵢ`, in units of a step from its start, of polynomials `Q = Σ vᵢ lᵢ` with values `vᵢ` there. Only
/// the last may be the end of the step, 1.
///
/// The derivative with respect to a node, with fixed values, follows from the derivative with respect to its value:
/// `∂Q(s)/∂xᵢ = −Q'(xᵢ) lᵢ(s)`.
#[derive(Debug, Clone)]
pub(super) struct Nodes {
    x: [f64; M],
    len: usize,
    /// `1 / Π (xᵢ − xₘ)` over `m ≠ i`.
    barycentric: [f64; M],
    /// `1 − xᵢ`
    distance: [f64; M],
}

impl Nodes {
    pub fn new(nodes: impl Iterator<Item = f64>) -> Self {
        let mut own = Self { x: [0.0; M], len: 0, barycentric: [1.0; M], distance: [0.0; M] };
        for x in nodes {
            own.x[own.len] = x;
            own.distance[own.len] = 1.0 - x;
            own.len += 1;
        }
        for i in 0..own.len {
            let others = (0..own.len).filter(|&m| m != i);
            own.barycentric[i] = 1.0 / others.map(|m| own.x[i] - own.x[m]).product::<f64>();
        }
        own
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// `1 / (1 − xᵢ)`
    pub fn nearness(&self, i: usize) -> f64 {
        1.0 / self.distance[i]
    }

    /// `lᵢ(θ)`
    pub fn at(&self, theta: f64) -> [f64; M] {
        self.weights_of_values(&products(&self.distance, theta, self.len))
    }

    /// The integrals of `lᵢ` over `0..θ`.
    pub fn integrals(&self, theta: f64) -> [f64; M] {
        self.weights_of_values(&integrals(&self.distance, theta, self.len))
    }

    /// Turns weights `cⱼ` of the products `πⱼ` into weights of the values: `Σ cⱼ Π (1 − xₘ) δʲ[x₀, .., xⱼ]` over
    /// `m < j`, where the value at `xᵢ` has the factor `1 / Π (xᵢ − xₘ)` over `m ≤ j` in the divided difference `δʲ`.
    fn weights_of_values(&self, c: &[f64; M]) -> [f64; M] {
        let Self { x, len, distance, .. } = self;
        let mut weights = [0.0; M];
        for i in 0..*len {
            let mut share: f64 = (0..i).map(|m| distance[m] / (x[i] - x[m])).product();
            weights[i] = c[i] * share;
            for j in i + 1..*len {
                share *= distance[j - 1] / (x[i] - x[j]);
                weights[i] += c[j] * share;
            }
        }
        weights
    }

    /// `lⱼ'(xᵢ)`
    pub fn slopes(&self, i: usize) -> [f64; M] {
        let Self { x, len, barycentric, .. } = self;
        let mut slopes = [0.0; M];
        for j in (0..*len).filter(|&j| j != i) {
            slopes[j] = barycentric[j] / (barycentric[i] * (x[i] - x[j]));
            slopes[i] += 1.0 / (x[i] - x[j]);
        }
        slopes
    }

    /// `Q'(xᵢ)` for all nodes.
    pub fn derivative(&self, v: &[f64; M]) -> [f64; M] {
        let mut derivative = [0.0; M];
        for (i, derivative) in derivative[..self.len].iter_mut().enumerate() {
            // The slopes add up to 0, and the values may be nearly equal.
            *derivative = self.slopes(i).iter().zip(v).map(|(slope, value)| slope * (value - v[i])).sum();
        }
        derivative
    }
}

/// `Σ aᵢ bᵢ`
pub(super) fn dot(a: &[f64; M], b: &[f64; M]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::{M, Nodes, dot};

    /// `x³ − 2 x + 1` on four nodes, the last of them the end of the step.
    #[test]
    fn values_determine_the_polynomial() {
        let x = [0.0, -0.7, -1.9, 1.0];
        let nodes = Nodes::new(x.into_iter());
        let q = |x: f64| x * x * x - 2.0 * x + 1.0;
        let mut v = [0.0; M];
        v[..4].copy_from_slice(&x.map(q));
        for theta in [-0.3, 0.0, 0.4, 1.0] {
            assert!((dot(&nodes.at(theta), &v) - q(theta)).abs() < 1e-14);
            let integral = theta.powi(4) / 4.0 - theta * theta + theta;
            assert!((dot(&nodes.integrals(theta), &v) - integral).abs() < 1e-14);
        }
        let derivative = nodes.derivative(&v);
        for (i, x) in x.into_iter().enumerate() {
            let expected = 3.0 * x * x - 2.0;
            assert!((derivative[i] - expected).abs() < 1e-13);
            assert!((dot(&nodes.slopes(i), &v) - expected).abs() < 1e-13);
        }
    }

    /// Hairer, Nørsett & Wanner I, equation (III.1.5).
    #[test]
    fn integrals_are_the_weights_of_adams_and_bashforth() {
        let found = Nodes::new([0.0, -1.0, -2.0, -3.0].into_iter()).integrals(1.0);
        let expected = [55.0, -59.0, 37.0, -9.0].map(|weight| weight / 24.0);
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?}");
    }

    /// `−Q'(xᵢ) lᵢ(s)` agrees with a central difference.
    #[test]
    fn a_polynomial_follows_its_nodes() {
        let (x, values, s, d) = ([0.0, -0.7, -1.9], [0.4, -1.1, 2.0], 0.6, 2e-6);
        let mut v = [0.0; M];
        v[..3].copy_from_slice(&values);
        let nodes = Nodes::new(x.into_iter());
        for i in 0..3 {
            let moved = |d: f64| {
                let mut x = x;
                x[i] += d;
                dot(&Nodes::new(x.into_iter()).at(s), &v)
            };
            let expected = (moved(d) - moved(-d)) / (2.0 * d);
            let found = -nodes.derivative(&v)[i] * nodes.at(s)[i];
            assert!((found - expected).abs() < 1e-9, "{i}: {found} is not {expected}");
        }
    }
}
