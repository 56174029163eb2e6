//! Stiffness is suspected where it is, and nowhere else.

use nalgebra::{SVector, vector};
use rheos::dynamics::problems::{Lorenz, Orbit, VanDerPol};
use rheos::solver::explicit::{
    Bosh3, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, HeunEuler, Vern6, Vern8, Vern9,
};
use rheos::solver::{Embedded, StepStart, Stiffness};
use rheos::{Dopri5, Dynamics, Error, Pid, Solver, Tsit5, Vern7, ode, solve};

/// `h |λ|` as the method sees it in one step.
fn look<F: Dynamics<State = SVector<f64, 2>>, S: Solver<F>>(f: &F, solver: S, h: f64) -> Option<Stiffness> {
    let y0 = vector![1.0, -2.0];
    let mut y1 = y0;
    let mut ws = solver.workspace(f, &y0);
    solver.step(f, &mut ws, StepStart { t: 0.25, h, y0: &y0 }, &mut y1).unwrap();
    solver.stiffness(&mut ws, StepStart { t: 0.25, h, y0: &y0 }, |x| x.norm())
}

/// With one eigenvalue there is nothing to guess.
#[test]
fn one_eigenvalue_is_found_exactly() {
    let field = ode(|t: f64, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| *dy = -50.0 * y + vector![3.0 + t, t]);
    macro_rules! check {
        ($($solver:expr),*) => {$(
            let found = look(&field, $solver, 0.03).unwrap_or_else(|| panic!("{:?} does not look", $solver));
            assert!((found.h_lambda - 1.5).abs() < 1e-9, "{:?}: {found}", $solver);
            assert!(found.limit > 1.9, "{:?}: {found}", $solver);
        )*};
    }
    check!(Fehlberg21, Bosh3, Fehlberg45, CashKarp, Dopri5, Tsit5, Vern6, Vern7, Dop853, Dopri8, Vern8, Vern9);
    // Two stages have no combination that cancels the motion.
    assert_eq!(look(&field, HeunEuler, 0.03), None);
}

/// The stiff eigenvalue of two is found where its part is visible.
#[test]
fn the_larger_eigenvalue_dominates() {
    let field = ode(|_t, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| *dy = vector![-100.0 * y[0], -0.1 * y[1]]);
    for found in [look(&field, Dopri5, 0.03), look(&field, Tsit5, 0.03), look(&field, Bosh3, 0.03)] {
        let found = found.unwrap();
        assert!((found.h_lambda - 3.0).abs() < 1e-3, "{found}");
    }
}

/// The limit is where the numerical solution of the test equation begins to grow.
#[test]
fn beyond_the_limit_solutions_grow() {
    fn growth<S: Embedded<F>, F: Dynamics<State = SVector<f64, 2>>>(f: &F, solver: &S, h: f64) -> f64 {
        let y0 = vector![1.0, 1.0];
        let mut y1 = y0;
        solver.step(f, &mut solver.workspace(f, &y0), StepStart { t: 0.0, h, y0: &y0 }, &mut y1).unwrap();
        y1[0].abs()
    }
    let field = ode(|_t, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| *dy = -y);
    macro_rules! check {
        ($($solver:expr),*) => {$(
            let limit = look(&field, $solver, 0.1).unwrap().limit;
            let (inside, outside) = (growth(&field, &$solver, 0.999 * limit), growth(&field, &$solver, 1.001 * limit));
            assert!(inside < 1.0 && outside > 1.0, "{:?} at {limit}: {inside}, {outside}", $solver);
        )*};
    }
    check!(Fehlberg21, Bosh3, Fehlberg45, CashKarp, Dopri5, Tsit5, Vern6, Vern7, Dop853, Dopri8, Vern8, Vern9);
}

#[test]
fn a_stiff_oscillator_is_suspected() {
    let (field, _) = VanDerPol::problem(1000.0);
    let y0 = vector![2.0, 0.0];
    macro_rules! check {
        ($($solver:expr),*) => {$(
            let solution = solve(&field, y0, 0.0..20.0, $solver, Pid::tolerance(1e-6)).unwrap();
            let found = solution.stiffness.unwrap_or_else(|| panic!("{:?} suspects nothing", $solver));
            // On the slow manifold the eigenvalue is about μ (1 − x²) = −3000.
            assert!(found.t < 1.0 && (found.h_lambda / found.limit - 1.0).abs() < 0.5, "{:?}: {found}", $solver);
        )*};
    }
    check!(Dopri5, Tsit5, Bosh3, Vern7);
}

/// The failure mentions the suspicion of stiffness.
#[test]
fn a_failure_mentions_it() {
    let (field, _) = VanDerPol::problem(1000.0);
    let control = Pid::tolerance(1e-6).max_steps(5000);
    let failure = solve(&field, vector![2.0, 0.0], 0.0..2000.0, Dopri5, control).unwrap_err();
    assert!(matches!(failure.error, Error::MaxSteps { .. }));
    let found = failure.partial.stiffness.unwrap();
    let message = failure.to_string();
    assert!(message.contains(&found.to_string()) && message.contains("stiffness suspected near t = 0."), "{message}");
}

mod what_is_not_stiff {
    use super::*;

    type Vector<const N: usize> = SVector<f64, N>;

    #[track_caller]
    fn check<F: Dynamics<State = Vector<N>>, const N: usize>(f: &F, y0: Vector<N>, t1: f64) {
        for tolerance in [1e-3, 1e-6, 1e-10] {
            let control = Pid::tolerance(tolerance).max_steps(10_000_000);
            macro_rules! all {
                ($($solver:expr),*) => {$(
                    let solution = solve(f, y0, 0.0..t1, $solver, control).unwrap();
                    assert_eq!(solution.stiffness, None, "{:?} at {tolerance}: {:?}", $solver, solution.stats);
                )*};
            }
            all!(Dopri5, Tsit5, Bosh3, Dop853, Vern8);
        }
    }

    #[test]
    fn chaos() {
        let (field, y0) = Lorenz::problem();
        check(&field, y0, 50.0);
    }

    #[test]
    fn a_circle() {
        let (field, y0) = Orbit::problem();
        check(&field, y0, 20.0);
    }

    /// The restricted problem of three bodies: Hairer, Nørsett & Wanner I, section II.0.
    #[test]
    fn arenstorf() {
        const MU: f64 = 0.012_277_471;
        let field = ode(|_t, y: &Vector<4>, dy: &mut Vector<4>| {
            let near = ((y[0] + MU).powi(2) + y[1] * y[1]).powf(1.5);
            let far = ((y[0] - (1.0 - MU)).powi(2) + y[1] * y[1]).powf(1.5);
            let x = y[0] + 2.0 * y[3] - (1.0 - MU) * (y[0] + MU) / near - MU * (y[0] - (1.0 - MU)) / far;
            let z = y[1] - 2.0 * y[2] - (1.0 - MU) * y[1] / near - MU * y[1] / far;
            *dy = vector![y[2], y[3], x, z];
        });
        let y0 = vector![0.994, 0.0, 0.0, -2.001_585_106_379_082_5];
        check(&field, y0, 17.065_216_560_157_96);
    }

    /// An oscillator whose steps are limited by accuracy has its eigenvalues on the imaginary axis.
    #[test]
    fn a_fast_oscillator() {
        let field = ode(|_t, y: &Vector<2>, dy: &mut Vector<2>| *dy = vector![y[1], -1e4 * y[0]]);
        check(&field, vector![1.0, 0.0], 5.0);
    }
}
