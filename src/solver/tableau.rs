//! Butcher tableaus as constants that prove themselves at compile time.

use super::order_conditions::{conditions_hold, row_sums_hold, weights_hold};

/// An explicit Runge–Kutta method of `S` stages, as its Butcher tableau.
///
/// A table of your own is checked when it is first used (and at once with
/// `const _: () = rheos::solver::check::<MyTable, 3>();` beside it): row sums, `Σ b = 1`, the order conditions up to
/// order 5 and those of the interpolant. A wrong digit is a compile error.
///
/// ```
/// use rheos::{Erk, Fixed, Tableau, ode, solve};
///
/// struct Ssp33; // Shu & Osher 1988
/// impl Tableau<3> for Ssp33 {
///     const NAME: &'static str = "SSPRK(3,3)";
///     const ORDER: u32 = 3;
///     const C: [f64; 3] = [0.0, 1.0, 0.5];
///     const A: [[f64; 3]; 3] = [[0.0; 3], [1.0, 0.0, 0.0], [0.25, 0.25, 0.0]];
///     const B: [f64; 3] = [1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0];
/// }
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..1.0, Erk::<Ssp33, 3>::new(), Fixed::steps(100))?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 2e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait Tableau<const S: usize> {
    /// The name for tables and reports.
    const NAME: &'static str;
    /// The order of the solution.
    const ORDER: u32;
    /// The nodes `c`.
    const C: [f64; S];
    /// The coefficients `a`, strictly lower triangular.
    const A: [[f64; S]; S];
    /// The weights `b`.
    const B: [f64; S];
    /// The order of the interpolant: its local error is `O(h^(DENSE_ORDER + 1))`.
    const DENSE_ORDER: u32 = if Self::ORDER < 2 { 1 } else { 2 };
    /// The weights `b(θ)` of the solution inside a step. The default uses `f(y0)`, `y0` and `y1`, and has order 2.
    const DENSE: Interpolant<S> = Interpolant::quadratic(Self::B);
}

/// A tableau with a second set of weights `b̂`, whose solution differs from the first by an error estimate.
#[diagnostic::on_unimplemented(
    message = "the method of `{Self}` carries no error estimate, so it cannot choose its own steps",
    label = "this method has no embedded error estimate",
    note = "use `Fixed` steps with it, or an embedded pair such as `Bosh3`, `Dopri5` or `Tsit5`"
)]
pub trait EmbeddedTableau<const S: usize>: Tableau<S> {
    /// The order of the solution with the weights `b̂`.
    const EMBEDDED_ORDER: u32;
    /// `b − b̂`, given as the difference so that no two solutions need to be subtracted.
    const E: [f64; S];
}

/// The highest power of `θ` in an interpolant.
const DEGREE: usize = 4;

/// A continuous extension: `y(t + θ h) = y0 + h Σᵢ bᵢ(θ) kᵢ` with `bᵢ(θ) = Σ_d coefficients[d][i] θ^(d+1)`.
///
/// See Hairer, Nørsett & Wanner I, section II.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interpolant<const S: usize> {
    coefficients: [[f64; S]; DEGREE],
}

impl<const S: usize> Interpolant<S> {
    /// From the coefficients of `θ, θ², θ³, θ⁴` for each stage.
    #[must_use]
    pub const fn new(coefficients: [[f64; S]; DEGREE]) -> Self {
        Self { coefficients }
    }

    /// The straight line from `y0` to `y1`: right for a method of order 1.
    #[must_use]
    pub const fn linear(b: [f64; S]) -> Self {
        Self { coefficients: [b, [0.0; S], [0.0; S], [0.0; S]] }
    }

    /// The parabola through `y0` and `y1` with the slope `k₁` at the start: order 2 for any method of order 2 or more,
    /// and the straight line where there is one stage only.
    #[must_use]
    pub const fn quadratic(b: [f64; S]) -> Self {
        let mut coefficients = [[0.0; S]; DEGREE];
        coefficients[1] = b;
        coefficients[0][0] = 1.0;
        coefficients[1][0] -= 1.0;
        Self { coefficients }
    }

    /// The cubic Hermite interpolant of a method whose last stage is `f(y1)`, plus `θ² (1 − θ)² Σ d k`.
    ///
    /// With `d = 0` the order is 3. Hairer, Nørsett & Wanner I, section II.6, give a `d` for Dormand–Prince 5(4) that
    /// raises it to 4.
    #[must_use]
    pub const fn hermite(b: [f64; S], d: [f64; S]) -> Self {
        let mut c = [[0.0; S]; DEGREE];
        let mut i = 0;
        while i < S {
            // (3θ² − 2θ³) b + θ² (1 − θ)² d
            c[1][i] = 3.0 * b[i] + d[i];
            c[2][i] = -2.0 * b[i] - 2.0 * d[i];
            c[3][i] = d[i];
            i += 1;
        }
        // (θ − 2θ² + θ³) k₁ + (θ³ − θ²) k_S
        c[0][0] += 1.0;
        c[1][0] -= 2.0;
        c[2][0] += 1.0;
        c[1][S - 1] -= 1.0;
        c[2][S - 1] += 1.0;
        Self { coefficients: c }
    }

    /// The weights `b(θ)`.
    #[inline]
    #[must_use]
    pub const fn weights(&self, theta: f64) -> [f64; S] {
        let mut b = [0.0; S];
        let mut i = 0;
        while i < S {
            b[i] = self.weight(i, theta);
            i += 1;
        }
        b
    }

    /// The weight `bᵢ(θ)` of one stage.
    #[inline]
    pub(super) const fn weight(&self, i: usize, theta: f64) -> f64 {
        let mut b = 0.0;
        let mut d = DEGREE;
        while d > 0 {
            d -= 1;
            b = (b + self.coefficients[d][i]) * theta;
        }
        b
    }

    /// Their derivatives `b'(θ)`.
    #[inline]
    #[must_use]
    pub const fn derivative(&self, theta: f64) -> [f64; S] {
        let mut b = [0.0; S];
        let mut i = 0;
        while i < S {
            let mut d = DEGREE;
            while d > 0 {
                d -= 1;
                b[i] = b[i] * theta + (d + 1) as f64 * self.coefficients[d][i];
            }
            i += 1;
        }
        b
    }
}

/// Whether the last stage is the first of the next step ("first same as last").
pub(super) const fn is_fsal<T: Tableau<S>, const S: usize>() -> bool {
    let mut i = 0;
    while i < S {
        if T::A[S - 1][i] != T::B[i] {
            return false;
        }
        i += 1;
    }
    S > 1 && T::C[S - 1] == 1.0
}

/// Fails to compile where a tableau is inconsistent or below the orders it claims.
///
/// Order conditions are checked to order 5 for the solution, the embedded solution and the interpolant.
pub const fn check<T: Tableau<S>, const S: usize>() {
    let (a, c) = (T::A, T::C);
    assert!(row_sums_hold(&a, &c), "the rows of A must be strictly lower triangular and add up to C");
    assert!(conditions_hold(&a, &c, &T::B, T::ORDER, 1.0), "B does not satisfy the conditions of ORDER");
    let points = [0.25, 0.5, 0.8, 1.0];
    let mut i = 0;
    while i < points.len() {
        let b = T::DENSE.weights(points[i]);
        assert!(conditions_hold(&a, &c, &b, T::DENSE_ORDER, points[i]), "DENSE is not of order DENSE_ORDER");
        i += 1;
    }
    assert!(weights_hold(&T::DENSE.weights(1.0), &T::B), "DENSE at θ = 1 must give back B");
}

/// [`check`], and the same for the embedded solution.
pub const fn check_embedded<T: EmbeddedTableau<S>, const S: usize>() {
    check::<T, S>();
    let mut b_hat = T::B;
    let mut sum = 0.0;
    let mut i = 0;
    while i < S {
        b_hat[i] -= T::E[i];
        sum += T::E[i];
        i += 1;
    }
    assert!(sum < 1e-14 && sum > -1e-14, "the entries of E must add up to zero");
    assert!(
        conditions_hold(&T::A, &T::C, &b_hat, T::EMBEDDED_ORDER, 1.0),
        "B − E does not satisfy the conditions of EMBEDDED_ORDER"
    );
    assert!(T::EMBEDDED_ORDER != T::ORDER, "a pair of equal orders has no error estimate");
}
