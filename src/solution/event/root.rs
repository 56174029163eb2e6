//! Root finding.

/// Two times between which a function changes sign, with its values there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bracket {
    /// On the side where the function comes from; it is not zero there.
    pub near: (f64, f64),
    /// At zero or beyond.
    pub far: (f64, f64),
}

/// Narrows a bracket to a width of `tolerance`, or to neighbouring floating-point numbers. The times may run backwards.
///
/// The method ITP of I. F. D. Oliveira and R. H. C. Takahashi, *An enhancement of the bisection method average performance
/// preserving minmax optimality*, ACM TOMS 47 (2020), doi:10.1145/3423597, with `κ₁ = 0.2 / |b − a|`, `κ₂ = 2`, `n₀ = 1`:
/// the secant, pulled towards the middle. It never takes more than one evaluation more than bisection.
///
/// # Errors
/// The time and the value at which the function is not finite.
pub(crate) fn narrow(bracket: Bracket, tolerance: f64, mut g: impl FnMut(f64) -> f64) -> Result<Bracket, (f64, f64)> {
    let Bracket { near: (mut a, mut g_a), far: (mut b, mut g_b) } = bracket;
    let whole = (b - a).abs();
    // With `n₀ = 1` it is between once and twice the whole, for any tolerance.
    let mut reach = whole;
    while (b - a).abs() > tolerance && g_b != 0.0 {
        let width = (b - a).abs();
        let middle = a + 0.5 * (b - a);
        let secant = a + (b - a) * (g_a / (g_a - g_b));
        let to_middle = middle - secant;
        let pull = 0.2 * width * (width / whole);
        let pulled = if pull <= to_middle.abs() { secant + pull.copysign(to_middle) } else { middle };
        let radius = reach - 0.5 * width;
        let within = (pulled - middle).abs() <= radius;
        let mut x = if within { pulled } else { middle - radius.max(0.0).copysign(to_middle) };
        if x == a || x == b {
            x = middle;
        }
        if x == a || x == b {
            break;
        }
        let g_x = g(x);
        if !g_x.is_finite() {
            return Err((x, g_x));
        }
        if g_x != 0.0 && (g_x > 0.0) == (g_a > 0.0) {
            (a, g_a) = (x, g_x);
        } else {
            (b, g_b) = (x, g_x);
        }
        reach *= 0.5;
    }
    Ok(Bracket { near: (a, g_a), far: (b, g_b) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bracket(g: impl Fn(f64) -> f64, a: f64, b: f64) -> Bracket {
        Bracket { near: (a, g(a)), far: (b, g(b)) }
    }

    /// The bracket, and the number of evaluations of the function.
    fn narrowed(g: impl Fn(f64) -> f64, a: f64, b: f64, tolerance: f64) -> (Bracket, u32) {
        let mut count = 0;
        let found = narrow(bracket(&g, a, b), tolerance, |t| {
            count += 1;
            g(t)
        });
        (found.unwrap(), count)
    }

    #[test]
    fn roots_are_bracketed_from_either_side() {
        let cubic = |t: f64| t * t * t - t - 2.0;
        let root = 1.521_379_706_804_567_6;
        for (a, b) in [(1.0, 2.0), (2.0, 1.0)] {
            let (found, count) = narrowed(cubic, a, b, 1e-15);
            assert!((found.near.0 - root) * (found.far.0 - root) <= 0.0, "{found:?}");
            assert!((found.near.0 - found.far.0).abs() <= 1e-15 || found.far.1 == 0.0);
            assert!(cubic(found.near.0) * cubic(a) > 0.0 && cubic(found.far.0) * cubic(a) <= 0.0);
            assert!(count <= 14, "{count}");
        }
    }

    #[test]
    fn a_line_is_met_exactly() {
        let (found, count) = narrowed(|t| t - 0.7, 0.0, 1.0, 1e-16);
        assert_eq!(found.far, (0.7, 0.0));
        // At first the pull towards the middle keeps it from the root; bisection takes 53.
        assert!(count <= 10, "{count}");
    }

    #[test]
    fn the_worst_case_is_one_more_than_bisection() {
        // A step, a pole and a root of order nine: secants do not help there.
        let tolerance = 1e-12;
        let most = (1.0_f64 / tolerance).log2().ceil() as u32 + 1;
        let functions: [fn(f64) -> f64; 3] =
            [|t| if t < 0.3 { -1.0 } else { 1.0 }, |t| 1.0 / (t - 0.3), |t| (t - 0.3).powi(9)];
        for g in functions {
            let (found, count) = narrowed(g, 0.0, 1.0, tolerance);
            assert!((found.far.0 - 0.3).abs() <= tolerance, "{found:?}");
            assert!(count <= most, "{count} of {most}");
        }
    }

    #[test]
    fn a_tolerance_below_rounding_ends_at_neighbours() {
        let (found, _) = narrowed(|t| t * t - 1e6, 900.0, 1200.0, 1e-30);
        assert_eq!(found.far.0, 1000.0);
        let (found, _) = narrowed(|t| t * t - 2.0, 1.0, 2.0, 1e-30);
        assert_eq!(found.far.0, found.near.0.next_up());
    }

    #[test]
    fn a_value_that_is_not_a_number_is_reported() {
        let poisoned = |t: f64| if t == 0.0 || t == 1.0 { t - 0.5 } else { f64::NAN };
        assert!(narrow(bracket(poisoned, 0.0, 1.0), 1e-9, poisoned).is_err());
    }
}
