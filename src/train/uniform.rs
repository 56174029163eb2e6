//! Reproducible random numbers.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{RngCore, SeedableRng};

/// Uniform numbers in `[0, 1)` from a seed, to initialise weights: the same numbers on every machine.
///
/// The generator is PCG XSL 128/64 (MCG), M. E. O'Neill, *PCG: a family of simple fast space-efficient statistically good
/// algorithms for random number generation* (2014).
///
/// ```
/// use rheos::nn::{Elman, Net};
/// use rheos::train::uniform;
///
/// let cell: Net<Elman<f64, 1, 8>> = Net::new(Elman::uniform(&mut uniform(7)));
/// assert!(cell.weights().weight_hh.iter().all(|w| w.abs() <= 1.0 / 8.0_f64.sqrt()));
/// ```
pub fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut generator = Pcg64Mcg::seed_from_u64(seed);
    move || (generator.next_u64() >> 11) as f64 * 2.0_f64.powi(-53)
}
