//! The order conditions of Rosenbrock methods, evaluated at compile time.
//!
//! There is one condition `Σ bᵢ Φᵢ = θ^r / γ(t)` for each rooted tree, as for Runge–Kutta methods, but with two
//! matrices. A node with one child stands for a derivative that the Jacobian of the method computes as well, and takes
//! `β = α + γ`. A node with several children takes `α`. Hairer & Wanner, *Solving Ordinary Differential Equations II*,
//! section IV.7.

use crate::solver::order_conditions::{
    FOREST, LEAST_LINEAR_RESPONSE, LEAST_QUADRATURE_RESPONSE, TREES_UP_TO, Tree, inner, product, sums_to,
};
use crate::solver::violation::Violation;

/// The highest order that is checked.
const MAX_ORDER: usize = 6;

const TREES: usize = TREES_UP_TO[MAX_ORDER];

/// The elementary weights `Φ` of a method, of each stage for each tree. They serve all its sets of weights.
pub(super) struct ElementaryWeights<const S: usize> {
    gamma: [[f64; S]; S],
    alpha: [[f64; S]; S],
    phi: [[f64; S]; TREES],
}

impl<const S: usize> ElementaryWeights<S> {
    /// The elementary weights for the coefficients `γ`, `a` and `c` of the transformed method.
    pub(super) const fn new(diagonal: f64, a: &[[f64; S]; S], c: &[[f64; S]; S]) -> Self {
        let gamma = untransformed_gamma(diagonal, c);
        let alpha = times(a, &gamma);
        let beta = sum(&alpha, &gamma);
        let mut phi = [[1.0; S]; TREES];
        // The weights of each tree as the trunk of a larger one, whose root has several children.
        let mut trunks = [[1.0; S]; TREES];
        let mut tree = 1;
        while tree < TREES {
            let Tree { trunk, branch, .. } = (&FOREST)[tree];
            trunks[tree] = product(&trunks[trunk], &apply(&alpha, &phi[branch]));
            phi[tree] = if trunk == 0 { apply(&beta, &phi[branch]) } else { trunks[tree] };
            tree += 1;
        }
        Self { gamma, alpha, phi }
    }

    /// The first condition up to `order` that the increments with the weights `m` violate at `θ`.
    pub(super) const fn violated(&self, m: &[f64; S], order: u32, theta: f64) -> Option<Violation> {
        let b = row_times(m, &self.gamma);
        let mut power = 1.0;
        let mut tree = 0;
        let mut r = 1;
        while r <= order as usize && r <= MAX_ORDER {
            power *= theta;
            while tree < TREES_UP_TO[r] {
                if !sums_to(&b, &self.phi[tree], power / (&FOREST)[tree].density) {
                    return Some(Violation::new(tree, theta));
                }
                tree += 1;
            }
            r += 1;
        }
        None
    }

    /// Whether the estimate of order `h^order` with the weights `e` sees the error on `y' = λ y`, as for Runge–Kutta methods.
    pub(super) const fn sees_linear_fields(&self, e: &[f64; S], order: u32) -> bool {
        self.response(e, order, false).abs() > LEAST_LINEAR_RESPONSE
    }

    /// Whether it sees the error on `y' = t^(order − 1)`.
    pub(super) const fn sees_quadratures(&self, e: &[f64; S], order: u32) -> bool {
        self.response(e, order, true).abs() > LEAST_QUADRATURE_RESPONSE
    }

    /// The estimate on the tree of `order` nodes that is a bush, if `wide`, or a tall tree.
    const fn response(&self, e: &[f64; S], order: u32, wide: bool) -> f64 {
        let e = row_times(e, &self.gamma);
        let mut tree = 0;
        let mut r = 2;
        while r <= order as usize {
            let mut next = TREES_UP_TO[r - 1];
            while !grows(tree, next, wide) {
                next += 1;
            }
            tree = next;
            r += 1;
        }
        (&FOREST)[tree].density * inner(&self.phi[tree], &e)
    }

    /// Whether `αᵢ = Σ αᵢⱼ` and `γᵢ = Σ γᵢⱼ`, so that time counts as one more component of the state.
    pub(super) const fn row_sums_hold(&self, alpha: &[f64; S], gamma: &[f64; S]) -> bool {
        let mut i = 0;
        while i < S {
            if !sums_to(&self.alpha[i], &[1.0; S], alpha[i]) || !sums_to(&self.gamma[i], &[1.0; S], gamma[i]) {
                return false;
            }
            i += 1;
        }
        true
    }
}

/// Whether `next` is `tree` with a leaf added at its root, if `wide`, or with a root below.
const fn grows(tree: usize, next: usize, wide: bool) -> bool {
    let Tree { trunk, branch, .. } = (&FOREST)[next];
    if wide { trunk == tree && branch == 0 } else { trunk == 0 && branch == tree }
}

/// The matrix `Γ` with `C = I / γ − Γ⁻¹`, by forward substitution.
const fn untransformed_gamma<const S: usize>(diagonal: f64, c: &[[f64; S]; S]) -> [[f64; S]; S] {
    let mut gamma = [[0.0; S]; S];
    let mut i = 0;
    while i < S {
        gamma[i] = row_times(&c[i], &gamma);
        gamma[i][i] = 1.0;
        let mut j = 0;
        while j <= i {
            gamma[i][j] *= diagonal;
            j += 1;
        }
        i += 1;
    }
    gamma
}

/// `xᵀ A`.
const fn row_times<const S: usize>(x: &[f64; S], a: &[[f64; S]; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < S {
            out[j] += x[i] * a[i][j];
            j += 1;
        }
        i += 1;
    }
    out
}

/// `A x`.
const fn apply<const S: usize>(a: &[[f64; S]; S], x: &[f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < S {
            out[i] += a[i][j] * x[j];
            j += 1;
        }
        i += 1;
    }
    out
}

/// `A B`.
const fn times<const S: usize>(a: &[[f64; S]; S], b: &[[f64; S]; S]) -> [[f64; S]; S] {
    let mut out = [[0.0; S]; S];
    let mut i = 0;
    while i < S {
        out[i] = row_times(&a[i], b);
        i += 1;
    }
    out
}

/// `A + B`.
const fn sum<const S: usize>(a: &[[f64; S]; S], b: &[[f64; S]; S]) -> [[f64; S]; S] {
    let mut out = *a;
    let mut i = 0;
    while i < S {
        let mut j = 0;
        while j < S {
            out[i][j] += b[i][j];
            j += 1;
        }
        i += 1;
    }
    out
}
