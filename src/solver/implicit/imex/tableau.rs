//! Pairs of tableaus for the two parts of a field.

use crate::solver::implicit::dirk::{DirkTableau, check_dirk, parts_make_the_estimate, starts_explicitly};
use crate::solver::order_conditions::weights_hold;
use crate::solver::tableau::check_estimate;
use crate::solver::{EmbeddedTableau, Tableau, check};

/// An additive Runge–Kutta method of `S` stages: one tableau for each of the two parts of a [`Split`](crate::dynamics::Split) field.
///
/// Both must have the same nodes and the same order. The compiler does not check the coupling conditions, one for each
/// rooted tree with nodes of two colours; a method needs a test of them.
pub trait ImexTableau<const S: usize> {
    /// The name for tables and reports.
    const NAME: &'static str;
    /// The method for the explicit part.
    type Explicit: Tableau<S>;
    /// The method for the implicit part; its first stage is explicit.
    type Implicit: DirkTableau<S>;
    /// Whether `save_at` lands on its times, see [`Dense::LANDS`](crate::solver::Dense::LANDS).
    const LANDS: bool = false;
}

/// Fails to compile if one of the two tableaus is inconsistent or below the orders it claims, or if their nodes or
/// orders differ.
pub const fn check_imex<T: ImexTableau<S>, const S: usize>() {
    check::<T::Explicit, S>();
    check_dirk::<T::Implicit, S>();
    assert!(weights_hold(&T::Explicit::C, &T::Implicit::C), "the two tableaus must have the same nodes");
    assert!(T::Explicit::ORDER == T::Implicit::ORDER, "the two tableaus must have the same order");
    assert!(T::Explicit::DENSE_ORDER == T::Implicit::DENSE_ORDER, "the two interpolants must have the same order");
    assert!(T::Explicit::EXTRA == 0, "an additive method has no extra stages");
    assert!(starts_explicitly::<T::Implicit, S>(), "the first stage must be explicit");
}

/// [`check_imex`], and the same for the embedded solution.
pub const fn check_embedded_imex<T, const S: usize>()
where
    T: ImexTableau<S, Explicit: EmbeddedTableau<S>, Implicit: EmbeddedTableau<S>>,
{
    check_imex::<T, S>();
    check_estimate::<T::Explicit, S>();
    check_estimate::<T::Implicit, S>();
    assert!(embedded_order::<T::Explicit, S>() == embedded_order::<T::Implicit, S>(), "the embedded orders must agree");
    let same = parts_make_the_estimate::<T::Implicit, S>(&T::Explicit::E)
        && parts_make_the_estimate::<T::Implicit, S>(&T::Implicit::E);
    assert!(same, "the E of both parts must be the sum of FILTERED and UNFILTERED");
}

pub(super) const fn embedded_order<T: EmbeddedTableau<S>, const S: usize>() -> u32 {
    T::EMBEDDED_ORDER
}

/// Whether the last stage is the first of the next step, in both tableaus.
pub(super) const fn is_fsal<T: ImexTableau<S>, const S: usize>() -> bool {
    let mut j = 0;
    while j < S {
        if T::Explicit::A[S - 1][j] != T::Explicit::B[j] || T::Implicit::A[S - 1][j] != T::Implicit::B[j] {
            return false;
        }
        j += 1;
    }
    true
}
