//! The nonstiff test set DETEST: five classes of five problems, all from `t = 0` to [`END`].
//!
//! | class | unknowns | problems |
//! |---|---|---|
//! | A: single equations | 1 | [`A1`], [`A2`], [`A3`], [`A4`], [`A5`] |
//! | B: small systems | 2 or 3 | [`B1`], [`B2`], [`B3`], [`B4`], [`B5`] |
//! | C: moderate systems | 10 to 51 | [`C1`], [`C2`], [`C3`], [`C4`], [`C5`] |
//! | D: orbits | 4 | [`D1`], [`D2`], [`D3`], [`D4`], [`D5`] |
//! | E: equations of second order as systems | 2 | [`E1`], [`E2`], [`E3`], [`E4`], [`E5`] |
//!
//! T. E. Hull, W. H. Enright, B. M. Fellen and A. E. Sedgwick, *Comparing numerical methods for ordinary differential
//! equations*, SIAM J. Numer. Anal. 9 (1972), doi:10.1137/0709052. Formulas, constants and initial values follow
//! Enright & Pryce, *Two FORTRAN packages for assessing initial value methods*, ACM TOMS 13 (1987), Algorithm 648,
//! doi:10.1145/23002.27645.
//!
//! ```
//! use rheos::dynamics::problems::detest;
//! use rheos::dynamics::problems::detest::A2;
//! use rheos::{Pid, Tsit5, solve};
//!
//! let (field, y0) = A2::problem();
//! let solution = solve(&field, y0, 0.0..detest::END, Tsit5, Pid::tolerance(1e-8))?;
//! assert!((solution.last()[0] - 21.0_f64.powf(-0.5)).abs() < 1e-7);
//! # Ok::<(), rheos::Error>(())
//! ```

use nalgebra::{SVector, vector};

use super::{Autodiff, GenericDynamics, Scalar, second_difference};

/// The end of the interval of integration of every problem; it starts at 0.
pub const END: f64 = 20.0;

/// Declares problems without parameters: name and dimension, initial state, and the field at `(t, y)` over the scalar `T`.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident[$n:literal] from $y0:expr; |$t:pat_param, $y:ident| $f:expr)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name;

            impl $name {
                /// The problem, with its state at `t = 0`.
                #[must_use]
                pub fn problem() -> (Autodiff<Self, $n, 0>, SVector<f64, $n>) {
                    (Autodiff::new(Self, SVector::zeros()), $y0)
                }
            }

            impl GenericDynamics<$n, 0> for $name {
                fn eval<T: Scalar>(&self, $t: T, $y: &SVector<T, $n>, _: &SVector<T, 0>) -> SVector<T, $n> {
                    $f
                }
            }
        )*
    };
}

problems! {
    /// Exponential decay: `y' = −y`.
    A1[1] from vector![1.0];
    |_, y| -y

    /// A special case of Riccati's equation: `y' = −y³ / 2`.
    A2[1] from vector![1.0];
    |_, y| vector![y[0].powi(3) * -0.5]

    /// An oscillating growth rate: `y' = y cos t`.
    A3[1] from vector![1.0];
    |t, y| y * t.cos()

    /// A logistic curve: `y' = y (1 − y / 20) / 4`.
    A4[1] from vector![1.0];
    |_, y| vector![y[0] * (-y[0] / 20.0 + 1.0) * 0.25]

    /// A spiral in polar coordinates: `y' = (y − t) / (y + t)`.
    A5[1] from vector![4.0];
    |t, y| vector![(y[0] - t) / (y[0] + t)]

    /// The growth of two conflicting populations: `y₁' = 2 (y₁ − y₁ y₂)`, `y₂' = −(y₂ − y₁ y₂)`.
    B1[2] from vector![1.0, 3.0];
    |_, y| vector![(y[0] - y[0] * y[1]) * 2.0, y[0] * y[1] - y[1]]

    /// A linear chemical reaction: `y₁' = −y₁ + y₂`, `y₂' = y₁ − 2 y₂ + y₃`, `y₃' = y₂ − y₃`.
    B2[3] from vector![2.0, 0.0, 1.0];
    |_, y| vector![y[1] - y[0], y[0] - y[1] * 2.0 + y[2], y[1] - y[2]]

    /// A nonlinear chemical reaction: `y₁' = −y₁`, `y₂' = y₁ − y₂²`, `y₃' = y₂²`.
    B3[3] from vector![1.0, 0.0, 0.0];
    |_, y| vector![-y[0], y[0] - y[1] * y[1], y[1] * y[1]]

    /// The integral surface of a torus: `y₁' = −y₂ − y₁ y₃ / r`, `y₂' = y₁ − y₂ y₃ / r`, `y₃' = y₁ / r` with
    /// `r = √(y₁² + y₂²)`.
    B4[3] from vector![3.0, 0.0, 0.0];
    |_, y| {
        let r = (y[0] * y[0] + y[1] * y[1]).sqrt();
        vector![-y[1] - y[0] * y[2] / r, y[0] - y[1] * y[2] / r, y[0] / r]
    }

    /// Euler's equations of a rigid body without forces: `y₁' = y₂ y₃`, `y₂' = −y₁ y₃`, `y₃' = −0.51 y₁ y₂`.
    B5[3] from vector![0.0, 1.0, 1.0];
    |_, y| vector![y[1] * y[2], -y[0] * y[2], y[0] * y[1] * -0.51]

    /// A radioactive chain of equal rates: `y₁' = −y₁`, `yᵢ' = yᵢ₋₁ − yᵢ`, `y₁₀' = y₉`.
    C1[10] from SVector::ith(0, 1.0);
    |_, y| chain(y, |_| 1.0)

    /// A radioactive chain of growing rates: `y₁' = −y₁`, `yᵢ' = (i − 1) yᵢ₋₁ − i yᵢ`, `y₁₀' = 9 y₉`.
    C2[10] from SVector::ith(0, 1.0);
    |_, y| chain(y, |i| (i + 1) as f64)

    /// Diffusion between 10 nodes: `yᵢ' = yᵢ₋₁ − 2 yᵢ + yᵢ₊₁` with zeros beyond the ends.
    C3[10] from SVector::ith(0, 1.0);
    |_, y| second_difference(y)

    /// Diffusion between 51 nodes, as [`C3`].
    C4[51] from SVector::ith(0, 1.0);
    |_, y| second_difference(y)

    /// The five outer planets and the sun, with the inner planets added to its mass. Positions relative to the sun
    /// (au), planet by planet, then velocities in the same order, per 100 days.
    C5[30] from SVector::from_row_slice(PLANETS.as_flattened());
    |_, y| planets(y)

    /// Kepler's problem on an ellipse of eccentricity 0.1: `y₁' = y₃`, `y₂' = y₄`, `y₃' = −y₁ / r³`, `y₄' = −y₂ / r³` with
    /// `r = √(y₁² + y₂²)`, from the near end of the ellipse.
    D1[4] from near_end(0.1);
    |_, y| two_bodies(y)

    /// As [`D1`], with eccentricity 0.3.
    D2[4] from near_end(0.3);
    |_, y| two_bodies(y)

    /// As [`D1`], with eccentricity 0.5.
    D3[4] from near_end(0.5);
    |_, y| two_bodies(y)

    /// As [`D1`], with eccentricity 0.7.
    D4[4] from near_end(0.7);
    |_, y| two_bodies(y)

    /// As [`D1`], with eccentricity 0.9.
    D5[4] from near_end(0.9);
    |_, y| two_bodies(y)

    /// Bessel's equation of order 1/2 with the origin shifted by one: `y₁' = y₂`,
    /// `y₂' = −y₂ / (t + 1) − (1 − 1 / (4 (t + 1)²)) y₁`, from `J½(1)` and its derivative.
    E1[2] from vector![0.671_396_707_141_803, 0.095_400_514_447_474_46];
    |t, y| {
        let x = t + 1.0;
        vector![y[1], -y[1] / x - (-(x * x * 4.0).recip() + 1.0) * y[0]]
    }

    /// Van der Pol's equation with `μ = 1`: `y₁' = y₂`, `y₂' = (1 − y₁²) y₂ − y₁`.
    E2[2] from vector![2.0, 0.0];
    |_, y| vector![y[1], (-y[0] * y[0] + 1.0) * y[1] - y[0]]

    /// Duffing's equation with a forcing near resonance: `y₁' = y₂`, `y₂' = y₁³ / 6 − y₁ + 2 sin(2.78535 t)`.
    E3[2] from vector![0.0, 0.0];
    |t, y| vector![y[1], y[0].powi(3) / 6.0 - y[0] + (t * 2.78535).sin() * 2.0]

    /// A falling body with quadratic drag: `y₁' = y₂`, `y₂' = 0.032 − 0.4 y₂²`.
    E4[2] from vector![30.0, 0.0];
    |_, y| vector![y[1], y[1] * y[1] * -0.4 + 0.032]

    /// A linear pursuit: `y₁' = y₂`, `y₂' = √(1 + y₂²) / (25 − t)`.
    E5[2] from vector![0.0, 0.0];
    |t, y| vector![y[1], (y[1] * y[1] + 1.0).sqrt() / (-t + 25.0)]
}

/// A decay chain: the `i`-th substance decays into the next with the rate `rate(i)`, and the last one is stable.
fn chain<T: Scalar, const N: usize>(y: &SVector<T, N>, rate: impl Fn(usize) -> f64) -> SVector<T, N> {
    let flow = |i: usize| if i + 1 < N { y[i] * rate(i) } else { T::zero() };
    SVector::from_fn(|i, _| if i == 0 { -flow(0) } else { flow(i - 1) - flow(i) })
}

/// The periapsis of an ellipse of eccentricity `e` and half-axis 1, and the velocity there.
fn near_end(e: f64) -> SVector<f64, 4> {
    vector![1.0 - e, 0.0, 0.0, ((1.0 + e) / (1.0 - e)).sqrt()]
}

fn two_bodies<T: Scalar>(y: &SVector<T, 4>) -> SVector<T, 4> {
    let r2 = y[0] * y[0] + y[1] * y[1];
    let r3 = r2 * r2.sqrt();
    vector![y[2], y[3], -y[0] / r3, -y[1] / r3]
}

/// Jupiter, Saturn, Uranus, Neptune and Pluto: positions, then velocities.
const PLANETS: [[f64; 3]; 10] = [
    [3.42947415189, 3.35386959711, 1.35494901715],
    [6.64145542550, 5.97156957878, 2.18231499728],
    [11.2630437207, 14.6952576794, 6.27960525067],
    [-30.1552268759, 1.65699966404, 1.43785752721],
    [-21.1238353380, 28.4465098142, 15.3882659679],
    [-0.557160570446, 0.505696783289, 0.230578543901],
    [-0.415570776342, 0.365682722812, 0.169143213293],
    [-0.325325669158, 0.189706021964, 0.0877265322780],
    [-0.0240476254170, -0.287659532608, -0.117219543175],
    [-0.176860753121, -0.216393453025, -0.0148647893090],
];

/// The masses of the planets in solar masses, in the order of [`PLANETS`].
const MASSES: [f64; 5] =
    [0.954786104043e-3, 0.285583733151e-3, 0.437273164546e-4, 0.517759138449e-4, 0.277777777778e-5];

/// The mass of the sun with its four inner planets.
const SUN: f64 = 1.00000597682;

/// The gravitational constant.
const GRAVITY: f64 = 2.95912208286;

fn planets<T: Scalar>(y: &SVector<T, 30>) -> SVector<T, 30> {
    let place = |i: usize| y.fixed_rows::<3>(3 * i).into_owned();
    // The acceleration towards a unit mass at the distance `d`.
    let pull = |d: SVector<T, 3>| {
        let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        d / (r2 * r2.sqrt())
    };
    let mut dy = SVector::<T, 30>::zeros();
    for (i, mass) in MASSES.iter().enumerate() {
        // The sun accelerates as well: towards the planet itself and towards all others.
        let mut acceleration = pull(-place(i)) * T::from(SUN + mass);
        for j in (0..5).filter(|&j| j != i) {
            acceleration += (pull(place(j) - place(i)) - pull(place(j))) * T::from(MASSES[j]);
        }
        dy.fixed_rows_mut::<3>(3 * i).copy_from(&y.fixed_rows::<3>(15 + 3 * i));
        dy.fixed_rows_mut::<3>(15 + 3 * i).copy_from(&(acceleration * T::from(GRAVITY)));
    }
    dy
}
