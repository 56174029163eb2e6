//! Air pollution.

use nalgebra::SVector;

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// J. G. Verwer's model of air pollution (1994): 25 reactions between 20 species; problem POLLU. The parameters are the
/// rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pollution;

impl Pollution {
    /// The end of the interval of integration, in minutes.
    pub const END: f64 = 60.0;

    /// The problem, with its state at `t = 0` (ppm).
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 20, 25>, SVector<f64, 20>) {
        let rates = [
            0.35, 26.6, 12.3e3, 0.86e-3, 0.82e-3, 15e3, 0.13e-3, 24e3, 16.5e3, 9e3, 0.022, 12e3, 1.88, 16.3e3, 4.8e6,
            0.35e-3, 0.0175, 1e8, 4.44e11, 1.24e3, 2.1, 5.78, 0.0474, 1.78e3, 3.12,
        ];
        let mut y0 = SVector::zeros();
        for (species, y) in [(2, 0.2), (4, 0.04), (7, 0.1), (8, 0.3), (9, 0.01), (17, 0.007)] {
            y0[species - 1] = y;
        }
        (Autodiff::new(Self, SVector::from(rates)), y0)
    }

    /// The reactants and products of each reaction, as species counted from 1, without oxygen, water and other species
    /// that are not modelled. left out.
    const REACTIONS: [(&[usize], &[usize]); 25] = [
        (&[1], &[2, 3]),
        (&[2, 4], &[1]),
        (&[5, 2], &[6, 1]),
        (&[7], &[5, 5, 8]),
        (&[7], &[8]),
        (&[7, 6], &[5, 8]),
        (&[9], &[5, 8, 10]),
        (&[9, 6], &[11]),
        (&[11, 2], &[1, 10, 12]),
        (&[11, 1], &[13]),
        (&[13], &[11, 1]),
        (&[10, 2], &[14, 1]),
        (&[14], &[7, 5]),
        (&[1, 6], &[15]),
        (&[3], &[4]),
        (&[4], &[16]),
        (&[4], &[3]),
        (&[16], &[6, 6]),
        (&[16], &[3]),
        (&[17, 6], &[5, 18]),
        (&[19], &[2]),
        (&[19], &[1, 3]),
        (&[1, 4], &[19]),
        (&[19, 1], &[20]),
        (&[20], &[1, 19]),
    ];
}

impl GenericDynamics<20, 25> for Pollution {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 20>, p: &SVector<T, 25>) -> SVector<T, 20> {
        let mut dy = SVector::zeros();
        for ((consumed, made), &rate) in Self::REACTIONS.iter().zip(p) {
            let speed = consumed.iter().fold(rate, |speed, &i| speed * y[i - 1]);
            consumed.iter().for_each(|&i| dy[i - 1] -= speed);
            made.iter().for_each(|&i| dy[i - 1] += speed);
        }
        dy
    }
}
