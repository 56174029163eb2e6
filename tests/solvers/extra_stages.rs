//! Output inside a step that takes evaluations of its own: computed when asked for, and differentiated with the step.

use nalgebra::{SVector, Vector2, vector};
use rheos::dynamics::problems::Forced;
use rheos::solver::explicit::tables::Dop853Table;
use rheos::solver::explicit::{
    CarpenterKennedy, CashKarp, Dop853, Dopri8, Fehlberg45, Ssp33, Vern6, Vern8, Vern9, Williamson3,
};
use rheos::solver::{Dense, Embedded, EmbeddedTableau, StepStart, StepVjp};
use rheos::state::Tolerance;
use rheos::{Autodiff, DiscreteAdjoint, Dynamics, Fixed, GenericDynamics, Ivp, Pid, Scalar, Vern7, verify};

const SPAN: (f64, f64) = (0.0, 10.0);

fn driven() -> (impl Dynamics<State = Vector2<f64>>, Vector2<f64>) {
    Forced::problem()
}

#[test]
fn a_step_without_output_does_not_pay_for_it() {
    let (f, y0) = driven();
    let plain = Ivp::new(&f, y0, SPAN).solve(Dop853, Fixed::steps(20)).unwrap();
    assert_eq!(plain.stats.evaluations, 12 * 20);
    // Two outputs in one step: four more stages, the first of which is the first of the next step.
    let inside = Ivp::new(&f, y0, SPAN).save_at(&[3.1, 3.2]).solve(Dop853, Fixed::steps(20)).unwrap();
    assert_eq!(inside.stats.evaluations, 12 * 20 + 3);
    // The last step has no next one.
    let inside = Ivp::new(&f, y0, SPAN).save_at(&[9.9]).solve(Dop853, Fixed::steps(20)).unwrap();
    assert_eq!(inside.stats.evaluations, 12 * 20 + 4);
    // An output in every step of a method with a Hermite interpolant is free, but for the last.
    let everywhere: Vec<f64> = (0..20).map(|i| 0.5 * f64::from(i) + 0.2).collect();
    let inside = Ivp::new(&f, y0, SPAN).save_at(&everywhere).solve(CashKarp, Fixed::steps(20)).unwrap();
    assert_eq!(inside.stats.evaluations, 6 * 20 + 1);
    // The slope at the end is a stage of this pair already.
    let inside = Ivp::new(&f, y0, SPAN).save_at(&[3.1]).solve(Vern6, Fixed::steps(20)).unwrap();
    assert_eq!(inside.stats.evaluations, 1 + 8 * 20 + 3);
}

#[test]
fn output_does_not_change_the_solution() {
    fn check<S: Dense<Autodiff<Forced, 2, 0>> + Embedded<Autodiff<Forced, 2, 0>> + Copy>(solver: S, accuracy: f64) {
        let (f, y0) = Forced::problem();
        let times: Vec<f64> = (1..100).map(|i| 0.1 * f64::from(i)).collect();
        // The first step is far too long, so that steps are rejected.
        let control = Pid::tolerance(1e-8).first_step(5.0);
        let with = Ivp::new(&f, y0, SPAN).save_at(&times).solve(solver, control).unwrap();
        let without = Ivp::new(&f, y0, SPAN).solve(solver, control).unwrap();
        assert!(with.stats.rejected > 0);
        assert_eq!(with.stats.accepted, without.stats.accepted);
        assert_eq!(with.last(), without.last());
        for (t, y) in with.t.iter().zip(&with.y) {
            assert!((y - Forced::exact(*t)).amax() < accuracy, "{} at {t}: {y}", S::NAME);
        }
    }
    // The output of order 7 or 6 is as accurate as the solution; the output of order 3 is not.
    check(Dop853, 1e-6);
    check(Vern7, 1e-6);
    check(Fehlberg45, 1e-3);
    check(CashKarp, 1e-3);
}

/// A forced oscillator with parameters: every kind of derivative is different from zero.
struct Oscillator;

impl GenericDynamics<2, 3> for Oscillator {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        SVector::from([y[1], (t * p[2]).sin() - p[0] * y[0] - p[1] * y[1] * y[1] * y[1]])
    }
}

#[test]
fn the_discrete_adjoint_differentiates_them() {
    fn check<S: StepVjp<Autodiff<Oscillator, 2, 3>> + Copy>(solver: S, tolerance: f64) {
        let mut f = Autodiff::new(Oscillator, vector![2.0, 0.3, 1.5]);
        let y0 = vector![1.0, -0.4];
        for times in [[0.25, 0.61, 1.17, 1.23, 1.75], [1.75, 1.23, 1.17, 0.61, 0.25]] {
            for control in [Fixed::steps(4), Fixed::step(0.4)] {
                let report = verify::gradient(&mut f, &solver, &control, &DiscreteAdjoint::new(), &times, &y0).unwrap();
                assert!(report.error() < tolerance, "{} {report}", S::NAME);
            }
        }
    }
    check(Ssp33, 1e-8);
    check(Williamson3, 1e-8);
    check(CarpenterKennedy, 1e-8);
    check(Fehlberg45, 1e-8);
    check(CashKarp, 1e-8);
    check(Dopri8, 1e-8);
    check(Dop853, 1e-8);
    check(Vern7, 1e-8);
    check(Vern9, 1e-8);
    // Here rounding dominates the differences: stages have coefficients of 3800, and weights of 60.
    check(Vern6, 1e-5);
    check(Vern8, 1e-6);
}

/// The step from `y0` at `t`, and the norm of its error.
fn step<F: Dynamics, S: Embedded<F>>(
    solver: S,
    f: &F,
    t: f64,
    h: f64,
    y0: &F::State,
    tol: Tolerance,
) -> (F::State, f64) {
    let mut ws = solver.workspace(f, y0);
    let mut y1 = y0.clone();
    solver.step(f, &mut ws, StepStart { t, h, y0 }, &mut y1).unwrap();
    let norm = solver.error_sq(&mut ws, h, y0, &y1, &tol).sqrt();
    (y1, norm)
}

#[test]
fn three_solutions_make_one_error_estimate() {
    let (f, y0) = driven();
    let tolerance = Tolerance { rtol: 1e-6, atol: 1e-9 };
    let h = 0.7;
    let (y1, found) = step(Dop853, &f, 0.3, h, &y0, tolerance);

    // The slopes, computed stage by stage from the table.
    let (a, c) = (<Dop853Table as rheos::solver::Tableau<16>>::A, <Dop853Table as rheos::solver::Tableau<16>>::C);
    let mut k = [Vector2::zeros(); 12];
    for i in 0..12 {
        let argument = (0..i).fold(y0, |y, j| y + k[j] * (h * a[i][j]));
        f.eval(0.3 + c[i] * h, &argument, &mut k[i]);
    }
    let scaled = |e: &[f64; 16]| {
        let error = k.iter().zip(e).fold(Vector2::zeros(), |sum, (k, e)| sum + k * *e);
        error.zip_zip_map(&y0, &y1, |e, y0, y1| (e / tolerance.scale(y0, y1)).powi(2)).sum()
    };
    let (fine, coarse) = (scaled(&Dop853Table::E), scaled(&Dop853Table::COARSE.unwrap().e));
    let expected = h * fine / ((fine + 0.01 * coarse) * 2.0).sqrt();
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
}

#[test]
fn the_error_estimate_has_the_order_it_declares() {
    fn check<S: Embedded<Autodiff<Forced, 2, 0>> + Copy>(solver: S, h: f64) {
        let (f, _) = Forced::problem();
        let tolerance = Tolerance { rtol: 1e-9, atol: 1e-9 };
        let norm = |h: f64| step(solver, &f, 1.0, h, &Forced::exact(1.0), tolerance).1;
        let local = |h: f64| (norm(h) / norm(0.5 * h)).log2();
        let order = 2.0 * local(0.5 * h) - local(h);
        assert!((order - f64::from(S::ERROR_ORDER)).abs() < 0.3, "{}: {order} {}", S::NAME, S::ERROR_ORDER);
    }
    check(Fehlberg45, 0.04);
    check(CashKarp, 0.04);
    check(Dop853, 0.08);
}

#[test]
fn adaptive_steps_of_high_order_keep_to_the_tolerance() {
    fn check<S: Embedded<Autodiff<Forced, 2, 0>> + Copy>(solver: S) {
        let (f, y0) = Forced::problem();
        for tolerance in [1e-5, 1e-8, 1e-11] {
            let end = Ivp::new(&f, y0, SPAN).solve(solver, Pid::tolerance(tolerance)).unwrap();
            let error = (end.last() - Forced::exact(SPAN.1)).amax();
            println!("{} {error:e} {tolerance:e}", S::NAME);
            assert!(error < 100.0 * tolerance, "{}: {error:e} at {tolerance:e}", S::NAME);
        }
    }
    check(Dop853);
    check(Dopri8);
    check(Vern6);
    check(Vern7);
    check(Vern8);
    check(Vern9);
}
