//! Every family of methods keeps its order across the knots, and on its side of each.

use super::*;

/// The observed order from `n` and `2n` steps between any two knots.
fn check<S>(name: &str, solver: S, order: f64, n: usize)
where
    S: Copy + Dense<Wrapped<PiecewiseConstant<Decay>>> + Dense<Wrapped<PiecewiseLinear<Decay>>>,
{
    fn observed<F: Dynamics<State = Y>, S: Dense<F> + Copy>(
        f: &F,
        solver: S,
        n: usize,
        law: Law,
        span: (f64, f64),
    ) -> [f64; 2] {
        [n, 2 * n].map(|n| {
            let inside = |t: &f64| span.0.min(span.1) < *t && *t < span.0.max(span.1);
            let mut times: Vec<f64> = f.jumps().iter().copied().filter(inside).collect();
            if span.1 < span.0 {
                times.reverse();
            }
            times.push(span.1);
            let solution = Ivp::new(f, vector![START], span).save_at(&times).solve(solver, Fixed::steps(n)).unwrap();
            // The largest error at an end of a piece: at a single one the errors of several pieces may cancel.
            times.iter().zip(&solution.y).map(|(t, y)| distance(y, law, (span.0, *t), NEVER)).fold(0.0, f64::max)
        })
    }
    for span in SPANS {
        let f = guarded(constant(Clock::PLAIN, NEVER));
        let g = guarded(linear(Clock::PLAIN, NEVER));
        let found = [observed(&f, solver, n, Law::Constant, span), observed(&g, solver, n, Law::Linear, span)];
        for [coarse, fine] in found {
            let observed = (coarse / fine).log2();
            // Two grids: the next term of the error is a few percent of the first one. More than the order is no fault.
            assert!(observed > order - 0.25, "{name}, {span:?}: {observed} of {coarse:e} {fine:e}");
        }
        // As many steps across the knots are of first order at best, so the test would see a knot that is missed.
        if order >= 3.0 {
            let hidden = undeclared(constant(Clock::PLAIN, NEVER));
            let [_, across] = observed(&hidden, solver, 4 * n, Law::Constant, span);
            assert!(across > 10.0 * found[0][1], "{name}, {span:?}: {across:e} {:e}", found[0][1]);
        }
    }
}

#[test]
fn every_family_keeps_its_order() {
    check("Euler", Euler, 1.0, 80);
    check("Rk4", Rk4, 4.0, 16);
    check("Bosh3", Bosh3, 3.0, 16);
    check("Williamson3", Williamson3, 3.0, 16);
    check("Dopri5", Dopri5, 5.0, 24);
    check("TrBdf2", TrBdf2, 2.0, 16);
    check("GaussLegendre4", GaussLegendre4, 4.0, 16);
    check("RadauIIA5", RadauIIA5, 5.0, 16);
    check("Ros3P", Ros3P, 3.0, 16);
    check("Rodas4P", Rodas4P, 4.0, 12);
    check("AdamsBashforth", AdamsBashforth::<3>, 3.0, 64);
    check("AdamsMoulton", AdamsMoulton::<3>, 3.0, 64);
    check("FixedBdf", FixedBdf::<2>::new(), 2.0, 128);
    check("ReversibleHeun", ReversibleHeun, 2.0, 64);
    check("Alf", Alf, 2.0, 64);
    check("Coupled", Coupled::new(Rk4), 4.0, 8);
}

/// A field without values up to its jump at the start and from its jump at the end on, in either direction.
struct Between {
    ends: [f64; 2],
}

impl Dynamics for Between {
    type State = Y;
    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        let [a, b] = self.ends;
        *dy = if a.min(b) < t && t < a.max(b) { -y / (b - a).abs() } else { vector![f64::NAN] };
    }
    fn jumps(&self) -> &[f64] {
        &self.ends
    }
}

/// By differences inside of the steps.
impl Jacobian for Between {}

/// The coupled methods step back from `t + h`, which must not round to the other side of the start.
#[test]
fn no_method_evaluates_the_field_at_a_jump_or_beyond() {
    fn check<S: Solver<Between> + Copy>(name: &str, solver: S) {
        for start in [0.0, 0.45, -0.45, 1.0, 0.999, -3.0, 1e6 + 0.1, 1e-9] {
            for length in [1.0, 0.1, 0.07, -0.07, -1.3, 1e-3] {
                let f = Between { ends: [start, start + length] };
                for steps in [3, 7] {
                    let solution = solve(&f, vector![1.0], (start, start + length), solver, Fixed::steps(steps));
                    assert!(solution.is_ok(), "{name}, {start}, {length}, {steps}: {:?}", solution.err());
                }
            }
        }
    }
    check("Rk4", Rk4);
    check("Dopri5", Dopri5);
    check("Coupled Rk4", Coupled::new(Rk4));
    check("Coupled Dopri5", Coupled::new(Dopri5));
    check("ReversibleHeun", ReversibleHeun);
    check("Alf", Alf);
    check("Radau", RadauIIA5);
    check("Rodas4P", Rodas4P);
    check("AdamsMoulton", AdamsMoulton::<3>);
    check("Williamson3", Williamson3);
}
