//! The polynomials of the differences, and their integrals.

/// `πⱼ(θ) = Π (t − tₙ₋ᵢ) / (tₙ₊₁ − tₙ₋ᵢ)` for `i < j` at `t = tₙ + θ h`, from the distances `(tₙ₊₁ − tₙ₋ᵢ) / h`. The
/// polynomial through the known values is `Σ πⱼ Φⱼ*`. Only the first `count` are computed.
pub(super) fn products<const N: usize>(distance: &[f64; N], theta: f64, count: usize) -> [f64; N] {
    let mut product = [0.0; N];
    product[0] = 1.0;
    for j in 1..count {
        product[j] = product[j - 1] * ((theta + (distance[j - 1] - 1.0)) / distance[j - 1]);
    }
    product
}

/// `gⱼ(θ)`, the integrals of [`products`] over `0..θ`. Only the first `count` are computed.
///
/// The recursion of Hairer, Nørsett & Wanner I, lemma III.5.2, for any `θ`: integration by parts turns repeated
/// integrals of one product into integrals of the next.
pub(super) fn integrals<const N: usize>(distance: &[f64; N], theta: f64, count: usize) -> [f64; N] {
    let mut repeated = [0.0; N];
    let mut power = theta;
    for (q, repeated) in repeated[..count].iter_mut().enumerate() {
        *repeated = power / (q + 1) as f64;
        power *= theta;
    }
    let mut integral = [0.0; N];
    integral[0] = repeated[0];
    for j in 1..count {
        let nearness = 1.0 / distance[j - 1];
        let here = (theta + (distance[j - 1] - 1.0)) * nearness;
        for q in 0..count - j {
            repeated[q] = here * repeated[q] - nearness * repeated[q + 1];
        }
        integral[j] = repeated[0];
    }
    integral
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_on_a_uniform_grid_are_the_coefficients_of_adams() {
        let found = integrals(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1.0, 6);
        // Hairer, Nørsett & Wanner I, table III.1.1.
        let expected = [1.0, 1.0 / 2.0, 5.0 / 12.0, 3.0 / 8.0, 251.0 / 720.0, 95.0 / 288.0];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
    }

    #[test]
    fn integrals_are_those_of_the_products() {
        let distance = [1.0, 1.5, 3.75, 4.0];
        let found = integrals(&distance, 0.7, 4);
        // Simpson's rule is exact up to degree 3.
        let [start, middle, end] = [0.0, 0.35, 0.7].map(|theta| products(&distance, theta, 4));
        for j in 0..4 {
            let simpson = (start[j] + 4.0 * middle[j] + end[j]) * 0.7 / 6.0;
            assert!((found[j] - simpson).abs() < 1e-15, "{j}: {} is not {simpson}", found[j]);
        }
    }
}
