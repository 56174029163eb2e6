//! Stiff problems: E. Hairer and G. Wanner, *Solving Ordinary Differential Equations II*, section IV.10, and F. Mazzia and
//! C. Magherini, *Test Set for Initial Value Problem Solvers*, release 2.4 (2008).
//!
//! | problem | unknowns | from 0 to |
//! |---|---|---|
//! | [`Robertson`] | 3 | 4·10¹⁰ |
//! | [`VanDerPol`](super::VanDerPol)`::problem(1000.0)` | 2 | 2000 |
//! | [`Oregonator`] | 3 | 360 |
//! | [`Hires`] | 8 | 321.8122 |
//! | [`Heat`] | any, 100 as a rule | 0.1 |
//! | [`Pollution`] | 20 | 60 |
//!
//! All are written over a generic scalar, so that [`Jacobian`](crate::Jacobian) is exact and free.

use std::f64::consts::PI;

use nalgebra::{SVector, Vector3, vector};

use super::{Autodiff, Field, Scalar, second_difference};

/// H. H. Robertson's chemical reaction (1966): `A → B`, `B + B → C + B`, `B + C → A + C` with the rates `p₁`, `p₂`, `p₃`.
///
/// `y₁' = −p₁ y₁ + p₃ y₂ y₃`, `y₂' = p₁ y₁ − p₃ y₂ y₃ − p₂ y₂²`, `y₃' = p₂ y₂²`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Robertson;

impl Robertson {
    /// The end of the interval of integration.
    pub const END: f64 = 4e10;

    /// `p = (0.04, 3·10⁷, 10⁴)` from `(1, 0, 0)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 3, 3>, Vector3<f64>) {
        (Autodiff::new(Self, vector![0.04, 3e7, 1e4]), vector![1.0, 0.0, 0.0])
    }
}

impl Field<3, 3> for Robertson {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        let [decay, pairing, return_] = [p[0] * y[0], p[1] * y[1] * y[1], p[2] * y[1] * y[2]];
        vector![return_ - decay, decay - return_ - pairing, pairing]
    }
}

/// The Oregonator of Field and Noyes (1974), a model of the Belousov–Zhabotinsky reaction; problem OREGO.
///
/// `y₁' = s (y₂ + y₁ (1 − q y₁ − y₂))`, `y₂' = (y₃ − (1 + y₁) y₂) / s`, `y₃' = w (y₁ − y₃)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oregonator;

impl Oregonator {
    /// The end of the interval of integration.
    pub const END: f64 = 360.0;

    /// `(s, q, w) = (77.27, 8.375·10⁻⁶, 0.161)` from `(1, 2, 3)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 3, 3>, Vector3<f64>) {
        (Autodiff::new(Self, vector![77.27, 8.375e-6, 0.161]), vector![1.0, 2.0, 3.0])
    }
}

impl Field<3, 3> for Oregonator {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        let [s, q, w] = [p[0], p[1], p[2]];
        vector![s * (y[1] + y[0] * (T::one() - q * y[0] - y[1])), (y[2] - (y[0] + 1.0) * y[1]) / s, w * (y[0] - y[2])]
    }
}

/// E. Schäfer's model of the growth of plants in light (1975); problem HIRES, "high irradiance responses".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hires;

impl Hires {
    /// The end of the interval of integration.
    pub const END: f64 = 321.8122;

    /// From `(1, 0, 0, 0, 0, 0, 0, 0.0057)`.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 8, 0>, SVector<f64, 8>) {
        (Autodiff::new(Self, SVector::zeros()), vector![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057])
    }
}

impl Field<8, 0> for Hires {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 8>, _: &SVector<T, 0>) -> SVector<T, 8> {
        let last = y[5] * y[7] * 280.0 - y[6] * 1.81;
        vector![
            y[0] * -1.71 + y[1] * 0.43 + y[2] * 8.32 + 0.0007,
            y[0] * 1.71 - y[1] * 8.75,
            y[2] * -10.03 + y[3] * 0.43 + y[4] * 0.035,
            y[1] * 8.32 + y[2] * 1.71 - y[3] * 1.12,
            y[4] * -1.745 + y[5] * 0.43 + y[6] * 0.43,
            y[5] * y[7] * -280.0 + y[3] * 0.69 + y[4] * 1.71 - y[5] * 0.43 + y[6] * 0.69,
            last,
            -last
        ]
    }
}

/// The heat equation `uₜ = uₓₓ` on `[0, 1]` with `u = 0` at the ends, by central differences on `N` inner nodes.
///
/// Sines are its eigenvectors, so that the system has a closed solution for any `N`, without an error in space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heat;

impl Heat {
    /// The end of the interval of integration.
    pub const END: f64 = 0.1;

    /// Wave numbers and amplitudes of the initial state.
    const MODES: [(f64, f64); 3] = [(1.0, 1.0), (3.0, 0.5), (10.0, 0.2)];

    /// `u = sin πx + sin 3πx / 2 + sin 10πx / 5` at the nodes `x = 1/(N + 1), …, N/(N + 1)`.
    #[must_use]
    pub fn problem<const N: usize>() -> (Autodiff<Self, N, 0>, SVector<f64, N>) {
        (Autodiff::new(Self, SVector::zeros()), Self::exact(0.0))
    }

    /// The solution of the system of `N` equations at `t`: the mode `k` decays at the rate
    /// `4 (N + 1)² sin²(kπ / (2 (N + 1)))`.
    #[must_use]
    pub fn exact<const N: usize>(t: f64) -> SVector<f64, N> {
        let n = (N + 1) as f64;
        SVector::from_fn(|i, _| {
            let x = (i + 1) as f64 / n;
            let mode = |(k, a): (f64, f64)| {
                let rate = (2.0 * n * (k * PI / (2.0 * n)).sin()).powi(2);
                a * (-rate * t).exp() * (k * PI * x).sin()
            };
            Self::MODES.map(mode).iter().sum()
        })
    }
}

impl<const N: usize> Field<N, 0> for Heat {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, N>, _: &SVector<T, 0>) -> SVector<T, N> {
        second_difference(y) * T::from(((N + 1) * (N + 1)) as f64)
    }
}

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

    /// What each reaction consumes and makes, as species counted from 1. Oxygen, water and what is not followed are
    /// left out.
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

impl Field<20, 25> for Pollution {
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
