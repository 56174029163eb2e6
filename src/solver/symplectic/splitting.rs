//! Splittings as constants, checked at compile time.

use crate::solver::order_conditions::{FOREST, TREES_UP_TO, Tree, product, sums_to};
use crate::solver::violation::{Violation, expect_conditions};

/// A composition of kicks `p ← p + bᵢ h a(t, q)` and drifts `q ← q + âᵢ h v(t, p)`, alternating from a kick.
///
/// A step that begins with a drift or ends with a kick has a zero there.
///
/// A splitting of order above 2 has negative substeps. If it leaves the step, the field must be defined beyond its
/// ends, and [cannot jump](crate::solver::Solver::STAYS_INSIDE).
///
/// A table of your own is checked at its first use: the kicks and the drifts must each add up to 1 and satisfy the
/// order conditions of separable systems up to `ORDER`. A wrong digit is a compile error.
///
/// ```
/// use std::f64::consts::FRAC_1_SQRT_2;
///
/// use rheos::{Fixed, solve};
/// use rheos::solver::symplectic::{SplittingTable, Symplectic};
/// use rheos::dynamics::separable;
///
/// /// McLachlan & Atela, Nonlinearity 5 (1992), doi:10.1088/0951-7715/5/2/011, order 2.
/// struct Optimal2;
/// impl SplittingTable<2> for Optimal2 {
///     const NAME: &'static str = "optimal order 2";
///     const ORDER: u32 = 2;
///     const KICK: [f64; 2] = [1.0 - FRAC_1_SQRT_2, FRAC_1_SQRT_2];
///     const DRIFT: [f64; 2] = [FRAC_1_SQRT_2, 1.0 - FRAC_1_SQRT_2];
/// }
///
/// let oscillator = separable(|_t, p: &f64, dq: &mut f64| *dq = *p, |_t, q: &f64, dp: &mut f64| *dp = -q);
/// let solution = solve(&oscillator, (1.0, 0.0), 0.0..1.0, Symplectic::<Optimal2, 2>::new(), Fixed::steps(100))?;
/// assert!((solution.last().0 - 1.0_f64.cos()).abs() < 1e-5);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait SplittingTable<const S: usize> {
    /// The name for tables and reports.
    const NAME: &'static str;
    /// The order of the solution; at most 6 is checked.
    const ORDER: u32;
    /// The lengths of the kicks, in steps.
    const KICK: [f64; S];
    /// The lengths of the drifts, each after its kick, in steps.
    const DRIFT: [f64; S];
}

/// The highest order that is checked.
const MAX_ORDER: usize = 6;

/// The trees up to that order.
const TREES: usize = TREES_UP_TO[MAX_ORDER];

/// Fails to compile if a splitting is inconsistent or below the order it claims.
///
/// On a separable system the slopes of `q` are functions of `p` and vice versa, so the nodes of a tree alternate and
/// its root determines them all. There are thus two order conditions for each rooted tree: the conditions of the
/// splitting as a partitioned Runge–Kutta method. See Hairer, Lubich & Wanner, sections III.2 and VI.4.1. Time counts
/// as a further position among the positions and a further momentum among the momenta.
///
/// ```compile_fail
/// use rheos::solver::symplectic::{SplittingTable, check_splitting};
///
/// struct Wrong;
/// impl SplittingTable<2> for Wrong {
///     const NAME: &'static str = "kicks of unequal length";
///     const ORDER: u32 = 2;
///     const KICK: [f64; 2] = [0.4, 0.6];
///     const DRIFT: [f64; 2] = [1.0, 0.0];
/// }
/// const _: () = check_splitting::<Wrong, 2>();
/// ```
pub const fn check_splitting<T: SplittingTable<S>, const S: usize>() {
    assert!(T::ORDER >= 1, "a method has at least order 1");
    assert!(sums_to(&T::KICK, &[1.0; S], 1.0), "the kicks must add up to a step");
    assert!(sums_to(&T::DRIFT, &[1.0; S], 1.0), "the drifts must add up to a step");
    expect_conditions("the pair of KICK and DRIFT", violated(&T::KICK, &T::DRIFT, T::ORDER));
}

/// The first condition up to `order` that a splitting violates.
const fn violated<const S: usize>(kick: &[f64; S], drift: &[f64; S], order: u32) -> Option<Violation> {
    let order = if order as usize > MAX_ORDER { MAX_ORDER } else { order as usize };
    // The elementary weights of the trees with a force and with a velocity at their root.
    let mut force = [[1.0; S]; TREES];
    let mut velocity = [[1.0; S]; TREES];
    let mut tree = 0;
    while tree < TREES_UP_TO[order] {
        let Tree { trunk, branch, density, .. } = (&FOREST)[tree];
        if tree > 0 {
            force[tree] = product(&force[trunk], &sums_before(drift, &velocity[branch]));
            velocity[tree] = product(&velocity[trunk], &sums_until(kick, &force[branch]));
        }
        if !sums_to(kick, &force[tree], 1.0 / density) || !sums_to(drift, &velocity[tree], 1.0 / density) {
            return Some(Violation::new(tree, 1.0));
        }
        tree += 1;
    }
    None
}

/// `Σ wⱼ xⱼ` over `j < i`: the sum of the drifts before kick `i`.
pub(super) const fn sums_before<const S: usize>(weights: &[f64; S], x: &[f64; S]) -> [f64; S] {
    let mut sums = [0.0; S];
    let mut i = 1;
    while i < S {
        sums[i] = sums[i - 1] + weights[i - 1] * x[i - 1];
        i += 1;
    }
    sums
}

/// `Σ wⱼ xⱼ` over `j ≤ i`: the sum of the kicks before drift `i`.
pub(super) const fn sums_until<const S: usize>(weights: &[f64; S], x: &[f64; S]) -> [f64; S] {
    let mut sums = sums_before(weights, x);
    let mut i = 0;
    while i < S {
        sums[i] += weights[i] * x[i];
        i += 1;
    }
    sums
}
