//! The order conditions of Runge–Kutta methods, evaluated at compile time.
//!
//! There is one condition `Σ bᵢ Φᵢ = θ^r / γ` for each rooted tree of `r` nodes: Hairer, Nørsett & Wanner I, section
//! II.2 (and section II.6 for `θ ≠ 1`). There are 17 of them up to order 5, 200 up to order 8 and 486 up to order 9.

use super::violation::Violation;

/// The highest order that is checked.
const MAX_ORDER: usize = 9;

/// The number of rooted trees with up to `r` nodes.
pub(super) const TREES_UP_TO: [usize; MAX_ORDER + 1] = [0, 1, 2, 4, 8, 17, 37, 85, 200, 486];

const TREES: usize = TREES_UP_TO[MAX_ORDER];

/// Trees of the highest order are grafted onto no other.
const BRANCHES: usize = TREES_UP_TO[MAX_ORDER - 1];

/// The least response of an error estimate to a linear field, see [`sees_linear_fields`]. The least here are 4e-3 for
/// Fehlberg 2(1), whose estimate is small by design, and 5e-3 for the pairs of Kennedy & Carpenter of order 4 and 5.
pub(super) const LEAST_LINEAR_RESPONSE: f64 = 2e-4;

/// The least response to a quadrature. Pairs of high order hardly respond: Vern8 by 1.4e-5.
pub(super) const LEAST_QUADRATURE_RESPONSE: f64 = 1e-5;

/// Relative to the terms of a sum: far above the rounding of the published digits, far below any wrong digit.
const ROUNDING: f64 = 1e-12;

/// A rooted tree as a Butcher product: the root of `branch` becomes a further child of the root of `trunk`.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    pub(super) order: usize,
    pub(super) density: f64,
    pub(super) trunk: usize,
    pub(super) branch: usize,
}

/// All rooted trees, ordered by their numbers of nodes; the first is the single node.
pub(super) const FOREST: [Tree; TREES] = grow_forest();

/// Every tree is met once if its branches are grafted in ascending order: the last child of the trunk must not come
/// after the new branch.
const fn grow_forest() -> [Tree; TREES] {
    let mut forest = [Tree { order: 1, density: 1.0, trunk: 0, branch: 0 }; TREES];
    let mut count = 1;
    let mut order = 2;
    while order <= MAX_ORDER {
        let mut trunk = 0;
        while trunk < TREES_UP_TO[order - 1] {
            let size = order - forest[trunk].order;
            let mut branch = TREES_UP_TO[size - 1];
            while branch < TREES_UP_TO[size] {
                if forest[trunk].branch <= branch {
                    let root = order as f64 / forest[trunk].order as f64;
                    let density = root * forest[trunk].density * forest[branch].density;
                    forest[count] = Tree { order, density, trunk, branch };
                    count += 1;
                }
                branch += 1;
            }
            trunk += 1;
        }
        assert!(count == TREES_UP_TO[order]);
        order += 1;
    }
    forest
}

const fn close(x: f64, y: f64) -> bool {
    (x - y).abs() < ROUNDING
}

/// Whether all nodes lie in the step, so that the field is not evaluated beyond its ends.
pub(super) const fn inside_the_step<const S: usize>(c: &[f64; S]) -> bool {
    let mut i = 0;
    while i < S {
        if !(0.0 <= c[i] && c[i] <= 1.0) {
            return false;
        }
        i += 1;
    }
    true
}

/// Checks `c = A 1`.
pub(super) const fn row_sums_hold<const S: usize>(a: &[[f64; S]; S], c: &[f64; S]) -> bool {
    let mut i = 0;
    while i < S {
        let mut sum = 0.0;
        let mut j = 0;
        while j < S {
            sum += a[i][j];
            j += 1;
        }
        if !close(sum, c[i]) {
            return false;
        }
        i += 1;
    }
    true
}

/// Entrywise equality up to rounding.
pub(super) const fn weights_hold<const S: usize>(b: &[f64; S], expected: &[f64; S]) -> bool {
    let mut i = 0;
    while i < S {
        if !close(b[i], expected[i]) {
            return false;
        }
        i += 1;
    }
    true
}

/// The elementary weights `Φ` of a tableau, of each stage for each tree. They serve all its sets of weights.
pub(super) struct ElementaryWeights<const S: usize> {
    phi: [[f64; S]; TREES],
}

impl<const S: usize> ElementaryWeights<S> {
    /// The elementary weights of the trees up to `order` (9 at most).
    pub(super) const fn new(a: &[[f64; S]; S], order: u32) -> Self {
        let order = capped(order);
        let ends = row_ends(a);
        let mut phi = [[1.0; S]; TREES];
        let mut a_phi = [[0.0; S]; BRANCHES];
        let mut tree = 0;
        while tree < TREES_UP_TO[order] {
            if tree > 0 {
                let Tree { trunk, branch, .. } = (&FOREST)[tree];
                phi[tree] = product(&phi[trunk], &a_phi[branch]);
            }
            if tree < TREES_UP_TO[order - 1] {
                a_phi[tree] = apply(a, &ends, &phi[tree]);
            }
            tree += 1;
        }
        Self { phi }
    }

    /// The first condition up to `order` that the weights `b` of the solution at `θ` violate.
    pub(super) const fn violated(&self, b: &[f64; S], order: u32, theta: f64) -> Option<Violation> {
        let mut power = 1.0;
        let mut tree = 0;
        let mut r = 1;
        while r <= capped(order) {
            power *= theta;
            while tree < TREES_UP_TO[r] {
                if !sums_to(b, &self.phi[tree], power / (&FOREST)[tree].density) {
                    return Some(Violation::new(tree, theta));
                }
                tree += 1;
            }
            r += 1;
        }
        None
    }
}

/// Whether the estimate `Σ e k` of order `h^order` sees the error on `y' = λ y`.
///
/// Order conditions only say which terms an estimate must not see. If both solutions have the same stability function,
/// the estimate also satisfies the condition of the tall tree of its leading order. It then passes all order conditions
/// and reports no error on a linear field, however wrong the solution is. So `order! eᵀ Aⁿ⁻¹ 1`, the estimate in units
/// of the term `(h λ)ⁿ / n!` of the exponential function, must not vanish.
pub(super) const fn sees_linear_fields<const S: usize>(a: &[[f64; S]; S], e: &[f64; S], order: u32) -> bool {
    let ends = row_ends(a);
    let mut tall = [1.0; S];
    let mut factorial = 1.0;
    let mut r = 2;
    while r <= order {
        tall = apply(a, &ends, &tall);
        factorial *= r as f64;
        r += 1;
    }
    (factorial * inner(&tall, e)).abs() > LEAST_LINEAR_RESPONSE
}

/// Whether the estimate sees the error on `y' = t^(order − 1)`: `order eᵀ c^(order − 1)` must not vanish.
pub(super) const fn sees_quadratures<const S: usize>(c: &[f64; S], e: &[f64; S], order: u32) -> bool {
    let mut powers = [1.0; S];
    let mut r = 2;
    while r <= order {
        powers = product(&powers, c);
        r += 1;
    }
    (order as f64 * inner(&powers, e)).abs() > LEAST_QUADRATURE_RESPONSE
}

/// `Σ xᵢ yᵢ`.
pub(super) const fn inner<const S: usize>(x: &[f64; S], y: &[f64; S]) -> f64 {
    let (mut sum, mut i) = (0.0, 0);
    while i < S {
        sum += x[i] * y[i];
        i += 1;
    }
    sum
}

const fn capped(order: u32) -> usize {
    if order as usize > MAX_ORDER { MAX_ORDER } else { order as usize }
}

pub(super) const fn product<const S: usize>(x: &[f64; S], y: &[f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        out[i] = x[i] * y[i];
        i += 1;
    }
    out
}

/// Whether `Σ xᵢ yᵢ` is `expected`.
pub(super) const fn sums_to<const S: usize>(x: &[f64; S], y: &[f64; S], expected: f64) -> bool {
    let (mut sum, mut size) = (-expected, 1.0);
    let mut i = 0;
    while i < S {
        sum += x[i] * y[i];
        size += (x[i] * y[i]).abs();
        i += 1;
    }
    sum.abs() < ROUNDING * size
}

/// `A x`, if row `i` is zero after its first `ends[i]` entries.
const fn apply<const S: usize>(a: &[[f64; S]; S], ends: &[usize; S], x: &[f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < ends[i] {
            out[i] += a[i][j] * x[j];
            j += 1;
        }
        i += 1;
    }
    out
}

/// The number of entries of each row up to the last that is not zero.
pub(super) const fn row_ends<const S: usize>(a: &[[f64; S]; S]) -> [usize; S] {
    let mut ends = [0; S];
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < S {
            if a[i][j] != 0.0 {
                ends[i] = j + 1;
            }
            j += 1;
        }
        i += 1;
    }
    ends
}
