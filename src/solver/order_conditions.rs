//! The order conditions of explicit Runge–Kutta methods, evaluated at compile time.
//!
//! One condition `Σ bᵢ Φᵢ = θ^r / γ` for each rooted tree of `r` nodes: Hairer, Nørsett & Wanner I, section II.2 (and
//! section II.6 for `θ ≠ 1`). There are 17 up to order 5.

/// Far above the rounding of the published digits, far below any wrong one.
const ROUNDING: f64 = 1e-12;

const fn close(x: f64, y: f64) -> bool {
    x - y < ROUNDING && y - x < ROUNDING
}

/// `c = A 1`, and `A` strictly lower triangular.
pub(super) const fn row_sums_hold<const S: usize>(a: &[[f64; S]; S], c: &[f64; S]) -> bool {
    let mut i = 0;
    while i < S {
        let mut sum = 0.0;
        let mut j = 0;
        while j < S {
            if j >= i && a[i][j] != 0.0 {
                return false;
            }
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

const fn product<const S: usize>(x: &[f64; S], y: &[f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        out[i] = x[i] * y[i];
        i += 1;
    }
    out
}

const fn dot<const S: usize>(x: &[f64; S], y: &[f64; S]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < S {
        sum += x[i] * y[i];
        i += 1;
    }
    sum
}

const fn apply<const S: usize>(a: &[[f64; S]; S], x: &[f64; S]) -> [f64; S] {
    let mut out = [0.0; S];
    let mut i = 0;
    while i < S {
        out[i] = dot(&a[i], x);
        i += 1;
    }
    out
}

/// Whether the weights `b` satisfy all conditions up to `order` (at most 5 are looked at) for the solution at `θ`.
pub(super) const fn conditions_hold<const S: usize>(
    a: &[[f64; S]; S],
    c: &[f64; S],
    b: &[f64; S],
    order: u32,
    theta: f64,
) -> bool {
    // Elementary weights Φ, in the notation of products and applications of A: "ac" is A c, "c_ac" is c · (A c).
    let one = [1.0; S];
    let c2 = product(c, c);
    let c3 = product(&c2, c);
    let ac = apply(a, c);
    let ac2 = apply(a, &c2);
    let c_ac = product(c, &ac);
    let aac = apply(a, &ac);

    let t2 = theta * theta;
    let t3 = t2 * theta;
    let t4 = t3 * theta;
    let t5 = t4 * theta;

    let order1 = close(dot(b, &one), theta);
    let order2 = close(dot(b, c), t2 / 2.0);
    let order3 = close(dot(b, &c2), t3 / 3.0) && close(dot(b, &ac), t3 / 6.0);
    let order4 = close(dot(b, &c3), t4 / 4.0)
        && close(dot(b, &c_ac), t4 / 8.0)
        && close(dot(b, &ac2), t4 / 12.0)
        && close(dot(b, &aac), t4 / 24.0);
    let order5 = close(dot(b, &product(&c3, c)), t5 / 5.0)
        && close(dot(b, &product(&c2, &ac)), t5 / 10.0)
        && close(dot(b, &product(c, &ac2)), t5 / 15.0)
        && close(dot(b, &product(c, &aac)), t5 / 30.0)
        && close(dot(b, &product(&ac, &ac)), t5 / 20.0)
        && close(dot(b, &apply(a, &c3)), t5 / 20.0)
        && close(dot(b, &apply(a, &c_ac)), t5 / 40.0)
        && close(dot(b, &apply(a, &ac2)), t5 / 60.0)
        && close(dot(b, &apply(a, &aac)), t5 / 120.0);

    order1 && (order < 2 || order2) && (order < 3 || order3) && (order < 4 || order4) && (order < 5 || order5)
}
