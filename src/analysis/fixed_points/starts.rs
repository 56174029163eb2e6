//! Starts of a search, from visited states.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{RngCore, SeedableRng};

use crate::error::{Error, Result};
use crate::state::State;
use crate::train::shuffled;

/// Starts from states that the system visits, with Gaussian noise.
///
/// ```
/// use rheos::analysis::Starts;
///
/// let visited = [1.0, 2.0, 4.0];
/// let starts = Starts::of(&visited).noise(0.01).draw(100, 7)?;
/// assert_eq!(starts.len(), 100);
/// // Each visited state is drawn 33 or 34 times; the noise is a hundredth of the standard deviation 1.25.
/// let near = starts.iter().filter(|&&x: &&f64| (x - 4.0).abs() < 0.1).count();
/// assert!(near == 33 || near == 34);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Starts<'a, Y> {
    visited: &'a [Y],
    noise: f64,
}

impl<'a, Y: State> Starts<'a, Y> {
    /// Starts at visited states, without noise.
    pub const fn of(visited: &'a [Y]) -> Self {
        Self { visited, noise: 0.0 }
    }

    /// Adds normal noise to every coordinate; its standard deviation is `noise` times the one of the coordinate over
    /// the visited states.
    pub const fn noise(mut self, noise: f64) -> Self {
        self.noise = noise;
        self
    }

    /// Draws `n` starts. The visited states are drawn in random orders, without a repetition until all have been drawn.
    /// The same seed gives the same starts on every machine.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] without a visited state, [`Error::ShapeMismatch`] for states of different shapes or
    /// without a coordinate, [`Error::InvalidEntry`] for states that are not finite, and [`Error::InvalidArgument`] for
    /// a noise that is negative or not finite.
    pub fn draw(&self, n: usize, seed: u64) -> Result<Vec<Y>> {
        if !(self.noise >= 0.0 && self.noise.is_finite()) {
            return Err(Error::InvalidArgument {
                name: "noise",
                value: self.noise,
                expected: "not negative, and finite",
            });
        }
        let states = checked("visited", self.visited)?;
        let spreads: Vec<f64> = (0..states[0].len()).map(|i| standard_deviation(&states, i)).collect();
        let mut generator = Pcg64Mcg::seed_from_u64(seed);
        let mut starts = Vec::with_capacity(n);
        while starts.len() < n {
            let order = shuffled(states.len(), generator.next_u64());
            for index in order.into_iter().take(n - starts.len()) {
                let noise = |(x, spread): (&f64, &f64)| x + self.noise * spread * normal(&mut generator);
                let at: Vec<f64> = states[index].iter().zip(&spreads).map(noise).collect();
                let mut start = self.visited[index].zeros_like();
                let _ = start.read_coordinates(&at);
                starts.push(start);
            }
        }
        Ok(starts)
    }
}

/// The coordinates of states, of which there is at least one, with the same shape and at least one coordinate.
pub(super) fn checked<Y: State>(name: &'static str, states: &[Y]) -> Result<Vec<Vec<f64>>> {
    let Some(first) = states.first() else {
        return Err(Error::LengthMismatch { name, found: 0, expected: 1 });
    };
    let coordinates: Vec<Vec<f64>> = states.iter().map(State::coordinates).collect();
    let expected = coordinates[0].len();
    if expected == 0 {
        return Err(Error::ShapeMismatch { name, index: 0, found: 0, expected: 1 });
    }
    for (index, (state, x)) in states.iter().zip(&coordinates).enumerate() {
        if !first.fits(state) {
            return Err(Error::ShapeMismatch { name, index, found: x.len(), expected });
        }
        if let Some(&value) = x.iter().find(|x| !x.is_finite()) {
            return Err(Error::InvalidEntry { name, index, value, expected: "finite in every coordinate" });
        }
    }
    Ok(coordinates)
}

fn standard_deviation(points: &[Vec<f64>], i: usize) -> f64 {
    let largest = points.iter().map(|x| x[i].abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    let count = points.len() as f64;
    let mean = points.iter().map(|x| x[i] / largest).sum::<f64>() / count;
    largest * (points.iter().map(|x| (x[i] / largest - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// A standard normal number, by the method of Box and Muller with functions that are the same on every machine.
fn normal(generator: &mut impl RngCore) -> f64 {
    let mut uniform = || (generator.next_u64() >> 11) as f64 * 2.0_f64.powi(-53);
    let (radius, angle) = (1.0 - uniform(), std::f64::consts::TAU * uniform());
    (-2.0 * libm::log(radius)).sqrt() * libm::cos(angle)
}
