//! Stiff adaptive methods on stiff problems, against values from 60-digit arithmetic. The methods
//! of low order take so many steps that they are in `tests/large`.
//!
//! At the relative tolerance `10⁻⁶`, every component must be within `10⁻⁴` of its value at the end. The absolute tolerance
//! is far below the components that matter: a component that is tolerated absolutely has no relative accuracy.

mod definitions;

use crate::common::stiff::{assert_reaches, e5, failures, reference};
use nalgebra::SVector;
use rheos::dynamics::problems::stiff::Heat;
use rheos::solver::DefaultSolver;
use rheos::solver::implicit::{Esdirk4, Esdirk5, Esdirk547, Radau, RadauIIA9, RadauIIA13, Sdirk4};
use rheos::solver::multistep::Ndf;
use rheos::solver::rosenbrock::{Rodas4, Rodas4P};
use rheos::{Bdf, RadauIIA5, Rodas5P};

macro_rules! methods {
    ($($test:ident: $solver:expr, $rtol:expr;)*) => {
        $(#[test]
        fn $test() {
            assert_eq!(failures(|| $solver, $rtol), [""; 0]);
        })*
    };
}

// The methods that take more steps are in `tests/large`.
methods! {
    sdirk4: Sdirk4, 1e-6;
    esdirk547: Esdirk547, 1e-6;
    esdirk4: Esdirk4, 1e-6;
    esdirk5: Esdirk5, 1e-6;
    rodas4: Rodas4, 1e-6;
    rodas4p: Rodas4P, 1e-6;
    rodas5p: Rodas5P, 1e-6;
    radau9: RadauIIA9, 1e-6;
    radau13: RadauIIA13, 1e-6;
    radau: Radau, 1e-6;
    bdf: Bdf, 1e-6;
    ndf: Ndf, 1e-6;
}

/// The closed solution of the heat equation agrees with the reference, which was checked by a matrix exponential.
#[test]
fn the_closed_solution_of_the_heat_equation_is_right() {
    let (end, expected) = reference("heat");
    let error = Heat::exact::<100>(end) - SVector::from_column_slice(&expected);
    assert!(error.amax() < 1e-15, "{:e}", error.amax());
}

/// The difference `y₂ − y₃ − y₄ = 0` is lost to rounding: `y₂` was `1.5·10⁻¹⁰`, and some 2500 roundings of that by
/// `1.6·10⁻²⁶` walk `8·10⁻²⁵` away, which is a hundredth of the end. See [`E5`](rheos::dynamics::problems::stiff::E5).
const E5_IN_FOUR: f64 = 1e-2;

#[test]
fn e5_in_four_equations() {
    assert_reaches(&e5(), RadauIIA5, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), RadauIIA9, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), RadauIIA13, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), Radau, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), Bdf, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), Esdirk547, 1e-8, E5_IN_FOUR);
}

/// Their linear systems break the difference by more than its rounding, and are repaired.
#[test]
fn e5_in_four_equations_by_rosenbrock_methods() {
    assert_reaches(&e5(), Rodas5P, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), Rodas4, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), Rodas4P, 1e-8, E5_IN_FOUR);
    assert_reaches(&e5(), DefaultSolver::default(), 1e-8, E5_IN_FOUR);
}
