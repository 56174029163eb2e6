//! Newton–Krylov on systems of hundreds of equations.

use crate::common::brusselator::{Brusselator, Diffusion};
use crate::common::heat::assert_solved_as_by_lu;
use rheos::dynamics::Counted;
use rheos::solver::Embedded;
use rheos::solver::implicit::{Esdirk547, Krylov, Kvaerno3};
use rheos::{Bdf, Pid, RadauIIA5, solve};

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_heat_equation_is_solved_as_by_lu() {
    assert_solved_as_by_lu(400, 1e-5);
}

/// The number of evaluations for the Brusselator of 1000 equations to a tolerance of `10⁻⁴`.
fn brusselator<S: Embedded<Counted<Brusselator>>>(solver: S) -> u64 {
    // `tests/reference/brusselator.py`: u and v at the points 100, 250 and 400 of 500, to 9 digits.
    let expected =
        [(99, 0.584_385_51, 3.517_867_65), (249, 0.429_855_508, 3.688_102_59), (399, 0.582_708_839, 3.531_718_51)];
    let f = Counted::new(Brusselator::new(500));
    let solution = solve(&f, Brusselator::start(500), 0.0..10.0, solver, Pid::tolerance(1e-4)).unwrap();
    for (point, u, v) in expected {
        let y = solution.last();
        let error = (y[2 * point] - u).abs().max((y[2 * point + 1] - v).abs());
        assert!(error < 5e-3, "{}, point {point}: {error:e}", S::NAME);
    }
    assert_eq!(solution.stats.evaluations, f.evaluations());
    f.evaluations()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_preconditioner_saves_nine_iterations_in_ten() {
    let krylov = Krylov::new();
    let diffusion = krylov.preconditioned(Diffusion);
    for (with, without) in [
        (brusselator(Bdf.with(diffusion)), brusselator(Bdf.with(krylov))),
        (brusselator(Kvaerno3.with(diffusion)), brusselator(Kvaerno3.with(krylov))),
        (brusselator(Esdirk547.with(diffusion)), brusselator(Esdirk547.with(krylov))),
        (brusselator(RadauIIA5.with(diffusion)), brusselator(RadauIIA5.with(krylov))),
    ] {
        assert!(10 * with < without, "{with} {without}");
    }
}
