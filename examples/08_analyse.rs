//! A random recurrent network over its gain: from rest to chaos.
//!
//! The hidden state moves by `h₁ = tanh(g W h₀)`, with normal entries of `W` of variance `1/N`. For many units it is at rest at zero
//! below g = 1 and chaotic above (H. Sompolinsky, A. Crisanti & H.-J. Sommers, Phys. Rev. Lett. 61 (1988),
//! doi:10.1103/PhysRevLett.61.259).
//!
//! `cargo run --release --example 08_analyse`

use rheos::analysis::{Continuation, Held, Lyapunov, Search, Starts, fixed_points};
use rheos::formula::Structure;
use rheos::nn::{BatchMatrix, Elman, Net, Recurrence};
use rheos::train::uniform;

const UNITS: usize = 40;

/// The network with the gain `g`, as a map of its hidden state.
fn network(g: f64) -> Held<Recurrence<Net<Elman<f64, 1, UNITS>>>> {
    let mut number = uniform(3);
    // Twelve uniform numbers have the variance 1.
    let mut normal = || (0..12).map(|_| number()).sum::<f64>() - 6.0;
    let mut cell = Elman::<f64, 1, UNITS>::zeros();
    cell.weight_hh.0.iter_mut().for_each(|weight| *weight = g / (UNITS as f64).sqrt() * normal());
    Held::new(Recurrence(Net::dynamic(cell)), BatchMatrix::zeros(1))
}

fn main() -> rheos::Result<()> {
    // Where does the state of rest lose its stability?
    let rest = BatchMatrix::<f64, UNITS>::zeros(1);
    let branch = Continuation::new(network, 0.5..1.5).run(&rest, 0.5)?;
    for found in branch.bifurcations.iter().take(3) {
        let period = found.period().map_or(String::new(), |period| format!(", an oscillation of {period:.1} steps"));
        println!("g = {:.6}: {:?}{period}", found.p, found.kind);
    }

    // Is it chaotic beyond?
    let start = BatchMatrix::<f64, UNITS>::from_fn(1, |i, _| (i as f64).sin());
    for g in [0.8, 1.5, 3.0] {
        let spectrum = Lyapunov::over(3000).transient(500).spectrum(&network(g), &start, UNITS)?;
        let (largest, error) = (spectrum.exponents[0], spectrum.errors[0]);
        let dimension = spectrum.kaplan_yorke().unwrap_or(f64::NAN);
        println!("g = {g}: largest exponent {largest:.4} ± {error:.4} per step, dimension {dimension:.1} of {UNITS}");
    }

    // And its fixed points?
    let starts = Starts::of(&[start.clone(), -start]).noise(1.0).draw(500, 1)?;
    let found = fixed_points(&network(1.5), &starts, &Search::default())?;
    let stable = found.points.iter().filter(|point| point.is_stable() == Some(true)).count();
    println!("g = 1.5: {} fixed points found, {stable} of them stable", found.points.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest eigenvalue of `W` decides: its modulus at the bifurcation is 1.
    #[test]
    fn rest_is_lost_at_the_spectral_radius() {
        let rest = BatchMatrix::<f64, UNITS>::zeros(1);
        let branch = Continuation::new(network, 0.5..1.5).run(&rest, 0.5).unwrap();
        let weights =
            nalgebra::DMatrix::from_column_slice(UNITS, UNITS, network(1.0).block().0.weights().weight_hh.0.as_slice());
        let radius = weights.complex_eigenvalues().iter().map(|x| x.norm()).fold(0.0, f64::max);
        assert!((branch.bifurcations[0].p - 1.0 / radius).abs() < 1e-10);
    }
}
