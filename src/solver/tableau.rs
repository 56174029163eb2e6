//! Butcher tableaus as constants, checked at compile time.

use super::Interpolant;
use super::order_conditions::{
    ElementaryWeights, inside_the_step, row_ends, row_sums_hold, sees_linear_fields, sees_quadratures, weights_hold,
};
use super::violation::expect_conditions;
use crate::state::State;

/// A Butcher tableau of `S` stages: explicit for [`Erk`](crate::solver::explicit::Erk), diagonally implicit for
/// [`Dirk`](crate::solver::implicit::Dirk).
///
/// A table of your own is checked at its first use, or at once with
/// `const _: () = rheos::solver::check::<MyTable, 3>();`. The check covers the row sums, the nodes in `[0, 1]`,
/// `Σ b = 1`, and the order conditions of the solution and the interpolant up to order 9. A wrong digit is a compile
/// error that names the condition.
///
/// ```
/// use rheos::solver::explicit::Erk;
/// use rheos::{Fixed, ode, solve};
/// use rheos::solver::Tableau;
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
    /// The nodes `c`, in `[0, 1]`: a field need not be defined beyond the step.
    const C: [f64; S];
    /// The coefficients `a`; strictly lower triangular for an explicit method.
    const A: [[f64; S]; S];
    /// The weights `b`.
    const B: [f64; S];
    /// The number of last stages that only the interpolant reads. They are computed at the first interpolation in a
    /// step.
    const EXTRA: usize = 0;
    /// The order of the interpolant: its local error is `O(h^(DENSE_ORDER + 1))`.
    const DENSE_ORDER: u32 = if Self::ORDER < 2 { 1 } else { 2 };
    /// The weights `b(θ)` of the solution inside a step. The default uses `f(y0)`, `y0` and `y1`, and has order 2.
    const DENSE: Interpolant<S> = Interpolant::quadratic(Self::B);
}

/// A tableau with an embedded solution: a second set of weights `b̂`, whose difference from `b` estimates the error.
#[diagnostic::on_unimplemented(
    message = "the method of `{Self}` carries no error estimate, so it cannot choose its own steps",
    label = "this method has no embedded error estimate",
    note = "use `Fixed` steps with it, or an embedded pair such as `Bosh3`, `Dopri5` or `Tsit5`"
)]
pub trait EmbeddedTableau<const S: usize>: Tableau<S> {
    /// The order of the solution with the weights `b̂`.
    const EMBEDDED_ORDER: u32;
    /// `b − b̂`, given as the difference so that no two solutions need to be subtracted. If the estimate vanishes on
    /// `y' = λ y` or on `y' = g(t)`, the table does not compile.
    const E: [f64; S];
    /// A third solution, if the method has one.
    const COARSE: Option<Coarse<S>> = None;
}

/// A third solution of lower order, whose distance from the first damps the error estimate.
///
/// With `ε` and `ε̃` the norms of the two estimates, the error is `ε² / √(ε² + 0.01 ε̃²)`, which has a higher order
/// than either: Hairer, Nørsett & Wanner I, section II.10.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coarse<const S: usize> {
    /// Its order.
    pub order: u32,
    /// `b − b̃`, with the weights `b̃` of the third solution.
    pub e: [f64; S],
}

/// The lower triangular matrix with these rows, which may end early.
pub(super) const fn lower_triangle<const S: usize>(rows: [&[f64]; S]) -> [[f64; S]; S] {
    let mut a = [[0.0; S]; S];
    let mut i = 0;
    while i < S {
        a[i] = padded(rows[i]);
        i += 1;
    }
    a
}

/// `S` entries, of which the last are zero.
pub(super) const fn padded<const S: usize>(entries: &[f64]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < entries.len() {
        out[i] = entries[i];
        i += 1;
    }
    out
}

/// The power of `h` by which the difference of a solution and an embedded one behaves.
pub(super) const fn estimate_order(order: u32, embedded: u32) -> u32 {
    1 + if order < embedded { order } else { embedded }
}

/// Makes the slope `k[last]` at the end of a step the slope at the start of the next.
#[inline(always)]
pub(super) fn end_to_start<Y: State>(k: &mut [Y], last: usize) {
    let (first, rest) = k.split_at_mut(1);
    first[0].replace_by(&mut rest[last - 1]);
}

/// The number of stages that every step computes.
pub(super) const fn stages<T: Tableau<S>, const S: usize>() -> usize {
    S - T::EXTRA
}

/// Whether stage `i` is `f(t + h, y1)`, and so the first of the next step.
const fn is_end_slope<T: Tableau<S>, const S: usize>(i: usize) -> bool {
    let mut j = 0;
    while j < S {
        if T::A[i][j] != T::B[j] {
            return false;
        }
        j += 1;
    }
    i > 0 && T::C[i] == 1.0
}

/// Whether the last stage of a step is the first of the next ("first same as last").
pub(super) const fn is_fsal<T: Tableau<S>, const S: usize>() -> bool {
    is_end_slope::<T, S>(stages::<T, S>() - 1)
}

/// Whether the first of the extra stages is the first stage of the next step.
pub(super) const fn is_fsal_with_extra<T: Tableau<S>, const S: usize>() -> bool {
    T::EXTRA > 0 && is_end_slope::<T, S>(stages::<T, S>())
}

/// Whether a step can be computed without its extra stages.
const fn spares_extra<T: Tableau<S>, const S: usize>(weights: &[f64; S]) -> bool {
    let mut i = stages::<T, S>();
    while i < S {
        if weights[i] != 0.0 {
            return false;
        }
        i += 1;
    }
    true
}

/// Fails to compile if a tableau is inconsistent or below the orders it claims.
///
/// Order conditions are checked up to order 9, for the solution and the interpolant.
pub const fn check<T: Tableau<S>, const S: usize>() {
    assert!(rows_end_before::<T, S>(0), "A must be strictly lower triangular");
    check_orders::<T, S>();
}

/// Whether row `i` of `A` has no entry from column `i + offset` on.
pub(super) const fn rows_end_before<T: Tableau<S>, const S: usize>(offset: usize) -> bool {
    let ends = row_ends(&T::A);
    let mut i = 0;
    while i < S {
        if ends[i] > i + offset {
            return false;
        }
        i += 1;
    }
    true
}

/// The part of [`check`] that does not depend on the shape of `A`.
pub(super) const fn check_orders<T: Tableau<S>, const S: usize>() {
    assert!(T::EXTRA < S, "a method has at least one stage");
    assert!(inside_the_step(&T::C), "the nodes C must lie in [0, 1]: a field need not be defined beyond the step");
    assert!(row_sums_hold(&T::A, &T::C), "the rows of A must add up to C");
    assert!(spares_extra::<T, S>(&T::B), "B must not read the EXTRA stages");
    let highest = if T::DENSE_ORDER > T::ORDER { T::DENSE_ORDER } else { T::ORDER };
    let weights = ElementaryWeights::new(&T::A, highest);
    expect_conditions("B", weights.violated(&T::B, T::ORDER, 1.0));
    let points = [0.25, 0.5, 0.8];
    let mut i = 0;
    while i < points.len() {
        let b = T::DENSE.weights(points[i]);
        expect_conditions("DENSE", weights.violated(&b, T::DENSE_ORDER, points[i]));
        i += 1;
    }
    assert!(weights_hold(&T::DENSE.weights(1.0), &T::B), "DENSE at θ = 1 must equal B");
}

/// [`check`], and the same for the embedded solution and the third one.
pub const fn check_embedded<T: EmbeddedTableau<S>, const S: usize>() {
    check::<T, S>();
    check_estimate::<T, S>();
}

/// The part of [`check_embedded`] that [`check`] leaves out.
///
/// Besides its order conditions, an estimate must not vanish to leading order on linear fields and on quadratures.
/// Rosenbrock, additive and collocation methods are checked in the same way. Multistep and reversible methods need no
/// check: their estimates are a multiple of the next difference of the solution, and the difference of the slopes at
/// the ends. Neither vanishes on such a field.
pub(super) const fn check_estimate<T: EmbeddedTableau<S>, const S: usize>() {
    assert!(T::EMBEDDED_ORDER != T::ORDER, "a pair of equal orders has no error estimate");
    check_difference::<T, S>("B − E", &T::E, T::EMBEDDED_ORDER);
    let order = estimate_order(T::ORDER, T::EMBEDDED_ORDER);
    assert!(sees_linear_fields(&T::A, &T::E, order), "the error estimate E does not see the error on y' = λ y");
    assert!(sees_quadratures(&T::C, &T::E, order), "the error estimate E does not see the error on y' = g(t)");
    if let Some(Coarse { order, e }) = T::COARSE {
        check_difference::<T, S>("B − COARSE", &e, order);
        assert!(order < T::EMBEDDED_ORDER, "COARSE must be below EMBEDDED_ORDER");
    }
}

/// Checks that `b − e` are weights of this order.
const fn check_difference<T: EmbeddedTableau<S>, const S: usize>(name: &str, e: &[f64; S], order: u32) {
    assert!(spares_extra::<T, S>(e), "an error estimate must not read the EXTRA stages");
    let mut b_hat = T::B;
    let mut i = 0;
    while i < S {
        b_hat[i] -= e[i];
        i += 1;
    }
    expect_conditions(name, ElementaryWeights::new(&T::A, order).violated(&b_hat, order, 1.0));
}
