//! Lyapunov exponents with their errors.

use std::fmt;

use super::record::Record;
use super::statistics::error_of_mean;
use crate::error::{Error, Result};

/// The first Lyapunov exponents of a trajectory, with statistical errors.
///
/// It prints as `0.906 ± 0.003, …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// The exponents, in units of 1 / time: of a map per step, of a flow per unit of time. They are in the order of the
    /// factorisation, which is descending up to the errors.
    ///
    /// Minus infinity for a direction in which the Jacobian of a map was singular in some step of the average, as far as
    /// rounding tells: with `n` coordinates, its entry of `R` was below `2 (n + 2)` rounding units of the products that make
    /// it, in units of the coordinates that balance the Jacobian, and this was singular up to as much. In single precision that is already a contraction by 3e-6 in a step of a dozen coordinates.
    pub exponents: Vec<f64>,
    /// Half the widths of 95 % confidence intervals, by Student's distribution from the means over all eighths of the average
    /// that begin at a [block](Self::blocks) (overlapping batch means, Meketon & Schmeiser 1984). With fewer than 16 blocks,
    /// from single blocks; infinite for one block. The change of the mean by a rest that fills no block is added.
    ///
    /// They are statistical errors of the average, if the trajectory is on its attractor and forgets its past within an eighth
    /// of the average. The error of a flow's method is not in them; [`volume_gap`](Self::volume_gap) shows it.
    pub errors: Vec<f64>,
    /// The length of the average.
    pub time: f64,
    /// The mean rate of change of the logarithm of the whole volume, which the sum of all exponents equals: for a map the mean of
    /// `ln |det J|` by LU factorisations, if all exponents were asked for; for a flow the mean divergence `tr ∂f/∂y`, by a
    /// quadrature of the method.
    pub volume: Option<f64>,
    /// Finite-time exponents over successive stretches of equal length, in the order of time.
    pub blocks: Vec<Local>,
    /// The coordinates of the last state. At a fixed point, the exponents are its own.
    pub end: Vec<f64>,
}

/// Exponents over a stretch of a trajectory.
#[derive(Debug, Clone, PartialEq)]
pub struct Local {
    /// The time at its start, the transient included.
    pub start: f64,
    /// The time at its end.
    pub end: f64,
    /// The mean rates over it.
    pub exponents: Vec<f64>,
}

impl Spectrum {
    pub(super) fn new(record: &Record, with_volume: bool, end: Vec<f64>) -> Self {
        let (exponents, blocks) = (record.exponents(), record.local());
        let error = |(k, &exponent): (usize, &f64)| {
            if exponent == f64::NEG_INFINITY {
                return 0.0;
            }
            error_of_exponent(&of_blocks(&blocks, |block| block.exponents[k]), exponent)
        };
        let errors = exponents.iter().enumerate().map(error).collect();
        let volume = with_volume.then(|| record.volume());
        Self { exponents, errors, time: record.time(), volume, blocks, end }
    }

    /// Checks that no error exceeds the tolerance.
    pub(super) fn check(&self, tolerance: Option<f64>) -> Result<()> {
        let Some(tolerance) = tolerance else { return Ok(()) };
        match self.errors.iter().position(|&error| error.is_nan() || error > tolerance) {
            Some(index) => {
                let (exponent, error) = (self.exponents[index], self.errors[index]);
                Err(Error::ExponentNotConverged { index, exponent, error, tolerance })
            }
            None => Ok(()),
        }
    }

    /// The sum of the exponents.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.exponents.iter().sum()
    }

    /// The distance of the sum of all exponents from the rate of the [`volume`](Self::volume), a check by another formula.
    ///
    /// For a map it is rounding. For a flow it is the error of the method, whose step contracts volumes a little
    /// differently from the flow. `None` if some exponents are missing or minus infinity.
    #[must_use]
    pub fn volume_gap(&self) -> Option<f64> {
        let sum = self.sum();
        let complete = self.exponents.len() == self.end.len() && sum.is_finite();
        self.volume.filter(|_| complete).map(|volume| (sum - volume).abs())
    }

    /// The Kaplan–Yorke dimension (1979): with the exponents in descending order, `j + (λ₁ + … + λⱼ) / |λⱼ₊₁|` for the last
    /// `j` with a sum that is not negative.
    ///
    /// A sum counts as negative if it is below zero by more than its statistical error, from the blocks, and the
    /// [`volume_gap`](Self::volume_gap): a limit cycle has the dimension 1, whatever the sign of its rounded exponent 0.
    ///
    /// It is the dimension of the state if no sum is negative, and `None` if exponents that it needs are missing.
    ///
    /// ```
    /// use nalgebra::{SVector, vector};
    /// use rheos::analysis::{Lyapunov, Map};
    /// use rheos::ode;
    ///
    /// // Arnold's cat map keeps areas.
    /// let cat = Map::new(ode(|_t, x: &SVector<f64, 2>, next: &mut SVector<f64, 2>| {
    ///     *next = vector![2.0 * x[0] + x[1], x[0] + x[1]].map(|x: f64| x.rem_euclid(1.0));
    /// }));
    /// let spectrum = Lyapunov::over(1000).transient(100).spectrum(&cat, &vector![0.1, 0.23], 2)?;
    /// let dimension = spectrum.kaplan_yorke().unwrap();
    /// assert!((dimension - 2.0).abs() < 1e-6);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    #[must_use]
    pub fn kaplan_yorke(&self) -> Option<f64> {
        let mut order: Vec<usize> = (0..self.exponents.len()).collect();
        order.sort_by(|&a, &b| self.exponents[b].total_cmp(&self.exponents[a]));
        let gap = self.volume_gap().unwrap_or(0.0);
        let (mut sum, mut of_blocks) = (0.0, vec![0.0; self.blocks.len()]);
        for (j, &k) in order.iter().enumerate() {
            let exponent = self.exponents[k];
            of_blocks.iter_mut().zip(&self.blocks).for_each(|(sum, block)| *sum += block.exponents[k]);
            let error = error_of_exponent(&of_blocks, sum + exponent);
            let slack = if error.is_finite() { error + gap } else { 0.0 };
            if sum + exponent < -slack {
                return Some((j as f64 + sum / exponent.abs()).max(0.0));
            }
            sum += exponent;
        }
        (order.len() == self.end.len()).then_some(order.len() as f64)
    }

    /// The mean exponents from the start of the average to the end of each block: how they converge.
    #[must_use]
    pub fn running(&self) -> Vec<Local> {
        let mut sums = vec![0.0; self.exponents.len()];
        let mut running = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let start = self.blocks[0].start;
            let length = block.end - block.start;
            sums.iter_mut().zip(&block.exponents).for_each(|(sum, exponent)| *sum += length * exponent);
            let exponents = sums.iter().map(|sum| sum / (block.end - start)).collect();
            running.push(Local { start, end: block.end, exponents });
        }
        running
    }
}

/// A number for each block.
fn of_blocks(blocks: &[Local], f: impl Fn(&Local) -> f64) -> Vec<f64> {
    blocks.iter().map(f).collect()
}

/// The error of a mean over all blocks and a rest that is shorter than a block: the error of the blocks, and the part of the rest. A
/// cycle whose length divides a batch has no other.
fn error_of_exponent(blocks: &[f64], exponent: f64) -> f64 {
    let error = error_of_mean(blocks);
    if error.is_finite() { error + (blocks.iter().sum::<f64>() / blocks.len() as f64 - exponent).abs() } else { error }
}

impl fmt::Display for Spectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, (exponent, error)) in self.exponents.iter().zip(&self.errors).enumerate() {
            let separator = if k == 0 { "" } else { ", " };
            write!(f, "{separator}{}", WithError { value: *exponent, error: *error })?;
        }
        Ok(())
    }
}

/// A value, rounded to the first digit of its error.
struct WithError {
    value: f64,
    error: f64,
}

impl fmt::Display for WithError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self { value, error } = self;
        if !value.is_finite() {
            return write!(f, "{value}");
        }
        if !error.is_finite() {
            return write!(f, "{value:.3e} ± ∞");
        }
        // The error is rounded up to one digit; below the rounding of the value it says nothing.
        let least = f64::EPSILON * value.abs();
        let digit = error.max(least).max(f64::MIN_POSITIVE).log10().floor();
        if !(-12.0..6.0).contains(&digit) {
            return write!(f, "{value:.15e} ± {error:.0e}");
        }
        let decimals = (-digit).max(0.0) as usize;
        let unit = 10_f64.powi(-(decimals as i32));
        let up = (error / unit - 1e-9).ceil().max(0.0) * unit;
        // No sign before a value that rounds to zero.
        let value = if value.abs() < 0.5 * unit { 0.0 } else { value };
        write!(f, "{value:.decimals$} ± {up:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(exponents: &[f64], errors: &[f64], dimension: usize) -> Spectrum {
        let (exponents, errors) = (exponents.to_vec(), errors.to_vec());
        Spectrum { exponents, errors, time: 1.0, volume: None, blocks: Vec::new(), end: vec![0.0; dimension] }
    }

    #[test]
    fn it_prints_digits_that_the_errors_leave() {
        let spectrum = of(&[0.905_63, 0.000_02, -14.572_1], &[0.002_1, 0.000_05, 0.03], 3);
        assert_eq!(spectrum.to_string(), "0.906 ± 0.003, 0.00002 ± 0.00005, -14.57 ± 0.03");
        let exact = of(&[std::f64::consts::LN_2], &[0.0], 1).to_string();
        assert!(exact.starts_with("6.931471805599453e-1 ±"), "{exact}");
        assert_eq!(of(&[f64::NEG_INFINITY], &[0.0], 1).to_string(), "-inf");
        assert_eq!(of(&[1.5], &[f64::INFINITY], 1).to_string(), "1.500e0 ± ∞");
        assert_eq!(of(&[-0.002], &[0.03], 1).to_string(), "0.00 ± 0.03");
        assert_eq!(of(&[1234.5], &[35.0], 1).to_string(), "1234 ± 35");
    }

    #[test]
    fn dimensions() {
        let dimension = |exponents: &[f64], n| of(exponents, exponents, n).kaplan_yorke();
        assert!((dimension(&[0.906, 0.0, -14.572], 3).unwrap() - (2.0 + 0.906 / 14.572)).abs() < 1e-15);
        assert_eq!(dimension(&[-1.0, -2.0], 2), Some(0.0));
        assert_eq!(dimension(&[-1.0], 2), Some(0.0));
        assert_eq!(dimension(&[1.0, 0.0], 3), None);
        assert_eq!(dimension(&[1.0, -0.5], 2), Some(2.0));
        assert_eq!(dimension(&[1.0, f64::NEG_INFINITY], 2), Some(1.0));
        assert_eq!(dimension(&[-2.0, 1.0], 2), Some(1.5));
    }
}
