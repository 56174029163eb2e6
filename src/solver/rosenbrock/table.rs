//! The coefficients of a Rosenbrock method, as constants that are checked at compile time.

use super::conditions::ElementaryWeights;
use crate::solver::Interpolant;
use crate::solver::order_conditions::{inside_the_step, weights_hold};
use crate::solver::tableau::estimate_order;
use crate::solver::violation::expect_conditions;

/// A Rosenbrock method of `S` stages with an error estimate, in the transformed form of Hairer & Wanner II, section
/// IV.7. It needs no product of the Jacobian with a vector:
///
/// `(I / (h γ) − J) uᵢ = f(t + αᵢ h, y₀ + Σ aᵢⱼ uⱼ) + Σ cᵢⱼ uⱼ / h + γᵢ h ∂f/∂t`, and `y₁ = y₀ + Σ mᵢ uᵢ`.
///
/// A table is checked at its first use, or at once with `const _: () = check_rosenbrock::<MyTable, 4>();`. The check
/// covers the sums `αᵢ` and `γᵢ`, the nodes in `[0, 1]`, and the order conditions of the solution, the embedded
/// solution and the interpolant. An estimate must see the error on `y' = λ y` and on `y' = g(t)`. A wrong digit is a
/// compile error that names the condition.
pub trait RosenbrockTable<const S: usize> {
    /// The name for tables and reports.
    const NAME: &'static str;
    /// The order of the solution.
    const ORDER: u32;
    /// The order of the embedded solution.
    const EMBEDDED_ORDER: u32;
    /// The coefficient `γ` on the diagonal.
    const GAMMA: f64;
    /// The coefficients `a`, strictly lower triangular.
    const A: [[f64; S]; S];
    /// The coefficients `c`, strictly lower triangular.
    const C: [[f64; S]; S];
    /// The nodes `αᵢ`.
    const NODES: [f64; S];
    /// The weights `γᵢ` of the derivative of the field in time.
    const TIME: [f64; S];
    /// The weights `m` of the solution.
    const M: [f64; S];
    /// `m − m̂`, given as the difference so that no two solutions need to be subtracted.
    const E: [f64; S];
    /// The order of the interpolant: its local error is `O(h^(DENSE_ORDER + 1))`.
    const DENSE_ORDER: u32;
    /// The weights `m(θ)` of the solution inside a step, `y(t + θ h) = y₀ + Σ mᵢ(θ) uᵢ`.
    const DENSE: Interpolant<S>;
    /// Whether `save_at` lands on its times, see [`Dense::LANDS`](crate::solver::Dense::LANDS).
    const LANDS: bool = false;
}

/// Fails to compile if a table is inconsistent or below the orders it claims, up to order 6.
pub const fn check_rosenbrock<T: RosenbrockTable<S>, const S: usize>() {
    assert!(T::GAMMA > 0.0, "GAMMA must be positive");
    assert!(is_strictly_lower(&T::A) && is_strictly_lower(&T::C), "A and C must be strictly lower triangular");
    assert!(T::EMBEDDED_ORDER != T::ORDER, "a pair of equal orders has no error estimate");
    let weights = ElementaryWeights::new(T::GAMMA, &T::A, &T::C);
    assert!(weights.row_sums_hold(&T::NODES, &T::TIME), "NODES and TIME must be the row sums of α and γ");
    assert!(inside_the_step(&T::NODES), "the NODES must lie in [0, 1]: a field need not be defined beyond the step");
    expect_conditions("M", weights.violated(&T::M, T::ORDER, 1.0));
    let mut embedded = T::M;
    let mut i = 0;
    while i < S {
        embedded[i] -= T::E[i];
        i += 1;
    }
    expect_conditions("M − E", weights.violated(&embedded, T::EMBEDDED_ORDER, 1.0));
    let order = estimate_order(T::ORDER, T::EMBEDDED_ORDER);
    assert!(weights.sees_linear_fields(&T::E, order), "the error estimate E does not see the error on y' = λ y");
    assert!(weights.sees_quadratures(&T::E, order), "the error estimate E does not see the error on y' = g(t)");
    let points = [0.25, 0.5, 0.8];
    let mut i = 0;
    while i < points.len() {
        let m = T::DENSE.weights(points[i]);
        expect_conditions("DENSE", weights.violated(&m, T::DENSE_ORDER, points[i]));
        i += 1;
    }
    assert!(weights_hold(&T::DENSE.weights(1.0), &T::M), "DENSE at θ = 1 must equal M");
}

const fn is_strictly_lower<const S: usize>(a: &[[f64; S]; S]) -> bool {
    let mut i = 0;
    while i < S {
        let mut j = i;
        while j < S {
            if a[i][j] != 0.0 {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// The stages that repeat the argument of the previous stage, or the start of the step.
pub(super) const fn repeated_arguments<T: RosenbrockTable<S>, const S: usize>() -> [bool; S] {
    let mut repeated = [true; S];
    let mut i = 1;
    while i < S {
        let mut j = 0;
        while j < S {
            repeated[i] &= T::A[i][j] == T::A[i - 1][j];
            j += 1;
        }
        repeated[i] &= T::NODES[i] == T::NODES[i - 1];
        i += 1;
    }
    repeated
}

/// Whether the last stage evaluates the field at the end of the step, the start of the next one.
pub(super) const fn evaluates_the_end<T: RosenbrockTable<S>, const S: usize>() -> bool {
    let mut j = 0;
    while j < S {
        if T::A[S - 1][j] != T::M[j] {
            return false;
        }
        j += 1;
    }
    T::NODES[S - 1] == 1.0 && !repeated_arguments::<T, S>()[S - 1]
}

/// The weights of the last stage alone: the error estimate of the methods of the family of RODAS.
pub(super) const fn last<const S: usize>() -> [f64; S] {
    let mut e = [0.0; S];
    e[S - 1] = 1.0;
    e
}
