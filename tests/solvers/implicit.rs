//! Implicit methods: order, stability, and what happens when Newton's method fails.

use nalgebra::{DVector, Matrix2, Vector2, vector};
use rheos::dynamics::problems::stiff::Heat;
use rheos::dynamics::problems::{Forced, Orbit, VanDerPol};
use rheos::dynamics::{Jacobian, Neighbourhood};
use rheos::solver::implicit::{
    Esdirk4, Esdirk547, ImplicitEuler, ImplicitMidpoint, Krylov, Kvaerno3, RadauIIA3, Sdirk2, Sdirk3, Sdirk4, TrBdf2,
    Trapezoid,
};
use rheos::solver::{Embedded, StepStart};
use rheos::verify::{dense_order, order_with};
use rheos::{Autodiff, Dynamics, Error, Fixed, Ivp, Pid, RadauIIA5, Solver, ode, solve};

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            solution_order_tests!($method, 10.0);
            dense_order_tests!($method, 4.0);
        })*
    };
}

for_every_method! {
    implicit_euler: ImplicitEuler,
    implicit_midpoint: ImplicitMidpoint,
    trapezoid: Trapezoid,
    tr_bdf2: TrBdf2,
    sdirk2: Sdirk2,
    sdirk3: Sdirk3,
    sdirk4: Sdirk4,
    kvaerno3: Kvaerno3,
    esdirk4: Esdirk4,
    esdirk547: Esdirk547,
}

/// Runs a test body for each of the methods.
macro_rules! for_each {
    ([$($method:expr),* $(,)?], |$m:ident| $body:expr) => {
        $({ let $m = $method; $body })*
    };
}

/// One step on `y' = λ y` with `z = h λ`, written as a real system: the stability function `R(z)`.
fn stability<S: Solver<Linear> + Clone>(method: &S, re: f64, im: f64) -> f64 {
    let f = Linear { re, im };
    let mut ws = method.workspace(&f, &vector![1.0, 0.0]);
    let mut y1 = Vector2::zeros();
    method.step(&f, &mut ws, StepStart { t: 0.0, h: 1.0, y0: &vector![1.0, 0.0] }, &mut y1).unwrap();
    y1.norm()
}

struct Linear {
    re: f64,
    im: f64,
}

impl Dynamics for Linear {
    type State = Vector2<f64>;
    fn eval(&self, _: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        *dy = vector![self.re * y[0] - self.im * y[1], self.im * y[0] + self.re * y[1]];
    }
}

impl Jacobian for Linear {
    fn jacobian(&self, _: f64, _: &Vector2<f64>, _: Neighbourhood<Vector2<f64>>) -> Matrix2<f64> {
        Matrix2::new(self.re, -self.im, self.im, self.re)
    }
}

#[test]
fn every_method_is_a_stable() {
    for_each!(
        [ImplicitEuler, ImplicitMidpoint, Trapezoid, TrBdf2, Sdirk2, Sdirk3, Sdirk4, Kvaerno3, Esdirk4, Esdirk547],
        |method| {
            // The imaginary axis bounds the half plane, and the methods have no poles in it.
            for k in 0..60 {
                let r = stability(&method, 0.0, 0.05 * 1.2_f64.powi(k));
                assert!(r <= 1.0 + 1e-12, "{method:?}: |R| = {r} on the imaginary axis, k = {k}");
            }
            let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -1000.0 * y);
            let solution = Ivp::new(&decay, 1.0, 0.0..10.0).save_every(1).solve(method, Fixed::step(0.1)).unwrap();
            assert!(solution.y.windows(2).all(|y| y[1].abs() < y[0].abs()), "{method:?}");
        }
    );
}

#[test]
fn what_is_called_l_stable_is() {
    for_each!([ImplicitEuler, TrBdf2, Sdirk2, Sdirk3, Sdirk4, Kvaerno3, Esdirk4, Esdirk547], |method| {
        let r = stability(&method, -1e8, 0.0);
        assert!(r < 1e-6, "{method:?}: |R(−10⁸)| = {r}");
    });
    for_each!([ImplicitMidpoint, Trapezoid], |method| {
        let r = stability(&method, -1e8, 0.0);
        assert!((r - 1.0).abs() < 1e-6, "{method:?}: |R(−10⁸)| = {r}");
    });
}

#[test]
fn adaptive_methods_are_as_accurate_as_asked() {
    for_each!([TrBdf2, Sdirk4, Kvaerno3, Esdirk4, Esdirk547], |method| {
        for tol in [1e-4, 1e-6, 1e-8] {
            let (f, y0) = Forced::problem();
            let solution = solve(&f, y0, 0.0..10.0, method, Pid::tolerance(tol)).unwrap();
            let error = (solution.last() - Forced::exact(10.0)).amax();
            // As many errors of the size of the tolerance as there are steps, and u' = u cos t amplifies them by up to e².
            assert!(error < 7.4 * tol * solution.stats.accepted as f64, "{method:?} at {tol:e}: {error:e}");
        }
    });
}

/// The entries at `t = 2000` come from the Test Set for IVP Solvers (Mazzia & Magherini), section VDPOL.
#[test]
fn van_der_pol_at_mu_1000() {
    for_each!([TrBdf2, Sdirk4, Kvaerno3, Esdirk4, Esdirk547], |method| {
        let (f, y0) = VanDerPol::problem(1000.0);
        let solution = solve(&f, y0, 0.0..2000.0, method, Pid::tolerance(1e-8)).unwrap();
        let error = (solution.last() - vector![1.706167732170483, -0.8928097010247975e-3]).amax();
        assert!(error < 2e-5, "{method:?}: {error:e}");
        assert!(solution.stats.factorisations >= solution.stats.jacobians);
    });
}

/// A field of the states that have matrices; all give the same solution.
#[test]
fn every_kind_of_small_state_can_be_solved_stiffly() {
    let exact = (-1.0_f64).exp();
    let control = Pid::tolerance(1e-9);
    // y₁ decays a thousand times as fast as y₀.
    let array = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [-y[0], 1000.0 * (y[0] - y[1])]);
    let fixed = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], 1000.0 * (y[0] - y[1])]);
    let dynamic = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy[0] = -y[0];
        dy[1] = 1000.0 * (y[0] - y[1]);
    });
    let array = *solve(&array, [1.0, 0.0], 0.0..1.0, Esdirk547, control).unwrap().last();
    let fixed = *solve(&fixed, vector![1.0, 0.0], 0.0..1.0, Esdirk547, control).unwrap().last();
    let dynamic = solve(&dynamic, DVector::from_vec(vec![1.0, 0.0]), 0.0..1.0, Esdirk547, control).unwrap();
    assert!((fixed[0] - exact).abs() < 1e-8 && (fixed[1] - exact * 1000.0 / 999.0).abs() < 1e-8);
    assert_eq!(array, [fixed[0], fixed[1]]);
    assert!((dynamic.last()[1] - fixed[1]).abs() < 1e-12);

    let single = ode(|_t, y: &Vector2<f32>, dy: &mut Vector2<f32>| *dy = vector![-y[0], 1000.0 * (y[0] - y[1])]);
    let single =
        *solve(&single, vector![1.0, 0.0], 0.0..1.0, Esdirk547, Pid::tolerance(1e-4).atol(1e-5)).unwrap().last();
    assert!((f64::from(single[1]) - exact * 1000.0 / 999.0).abs() < 1e-4);

    let number = ode(|t: f64, y: &f64, dy: &mut f64| *dy = -1000.0 * (y - t.cos()) - t.sin());
    let number = *solve(&number, 1.0, 0.0..1.0, Esdirk547, control).unwrap().last();
    assert!((number - 1.0_f64.cos()).abs() < 1e-8);
}

/// `y' = −y³` with a derivative of the wrong sign and size.
struct Misled;

impl Dynamics for Misled {
    type State = f64;
    fn eval(&self, _: f64, y: &f64, dy: &mut f64) {
        *dy = -y.powi(3);
    }
}

impl Jacobian for Misled {
    fn jacobian(&self, _: f64, y: &f64, _: Neighbourhood<f64>) -> f64 {
        30.0 * y * y
    }
}

#[test]
fn a_step_whose_equations_are_not_solved_is_never_accepted() {
    let failure = solve(&Misled, 1.0, 0.0..10.0, ImplicitEuler, Fixed::steps(20)).unwrap_err();
    assert_eq!(failure.error, Error::NewtonDiverged { t: 0.0, h: 0.5 });
    assert_eq!((failure.partial.last_time(), *failure.partial.last()), (0.0, 1.0));

    // Shorter steps get by, since the wrong term loses its weight.
    let solution = solve(&Misled, 1.0, 0.0..10.0, Esdirk547, Pid::tolerance(1e-8).first_step(1.0)).unwrap();
    assert!((solution.last() - 1.0 / 21.0_f64.sqrt()).abs() < 1e-7);
    assert!(solution.stats.rejected > 0);
}

#[test]
fn a_singular_matrix_rejects_the_step() {
    // γ = 1/4.
    let f = Linear { re: 4.0, im: 0.0 };
    let failure = solve(&f, vector![1.0, 0.0], 0.0..1.0, Sdirk4, Fixed::step(1.0)).unwrap_err();
    assert_eq!(failure.error, Error::SingularMatrix { t: 0.0, h: 1.0 });
    let solution = solve(&f, vector![1.0, 0.0], 0.0..1.0, Sdirk4, Pid::tolerance(1e-8).first_step(1.0)).unwrap();
    assert!((solution.last()[0] / 4.0_f64.exp() - 1.0).abs() < 1e-6);
    assert!(solution.stats.rejected > 0);
}

#[test]
fn a_field_that_is_not_finite_is_a_typed_error() {
    let cliff = ode(|t: f64, y: &f64, dy: &mut f64| *dy = if t < 1.0 { -y } else { f64::NAN });
    let failure = solve(&cliff, 1.0, 0.0..2.0, Kvaerno3, Pid::tolerance(1e-6)).unwrap_err();
    assert!(matches!(failure.error, Error::NonFinite { .. }), "{failure}");
    let (t, y) = (failure.partial.last_time(), *failure.partial.last());
    assert!(t > 0.99 && t <= 1.0 && (y - (-t).exp()).abs() < 1e-5);
}

#[test]
fn differences_agree_with_the_jacobian() {
    let (f, _) = VanDerPol::problem(1000.0);
    for y in [vector![2.0, 0.0], vector![0.3, -700.0], vector![0.0, 1e-9]] {
        let near = Neighbourhood::of_step(0.01);
        let (exact, found) = (f.jacobian(0.0, &y, near), rheos::dynamics::differences(&f, 0.0, &y, near));
        assert!((exact - found).amax() < 1e-5 * exact.amax(), "{found}");
    }
    let (f, _) = Forced::problem();
    let (mut exact, mut found) = (Vector2::zeros(), Vector2::zeros());
    let closure = ode(|t, y: &Vector2<f64>, dy: &mut Vector2<f64>| f.eval(t, y, dy));
    f.time_derivative(1.2, &vector![0.4, -0.3], Neighbourhood::of_step(0.01), &mut exact);
    closure.time_derivative(1.2, &vector![0.4, -0.3], Neighbourhood::of_step(0.01), &mut found);
    assert!((exact - found).amax() < 1e-7);
}

/// On a linear field the Jacobian lasts, and a step keeps its factorisations until it may grow by more than a fifth.
#[test]
fn a_step_that_could_grow_a_little_keeps_its_factorisations() {
    fn check<S: Embedded<Autodiff<Heat, 30, 0>>>(solver: S, matrices: u64) {
        let (f, y0) = Heat::problem::<30>();
        let solution = Ivp::new(&f, y0, 0.0..0.1).save_every(1).solve(solver, Pid::tolerance(1e-6)).unwrap();
        let stats = solution.stats;
        assert_eq!(stats.jacobians, 1);
        assert!(2 * stats.factorisations < matrices * stats.accepted, "{}: {stats:?}", S::NAME);
        let steps: Vec<f64> = solution.t.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // The last steps are fitted to the end.
        for (n, pair) in steps[..steps.len() - 2].windows(2).enumerate() {
            let ratio = pair[1] / pair[0];
            assert!(!(1.0 + 1e-9..1.2).contains(&ratio), "{}, step {n}: {ratio}", S::NAME);
        }
        let error = (solution.last() - Heat::exact::<30>(0.1)).amax();
        assert!(error < 1e-5, "{}: {error:e}", S::NAME);
    }
    check(TrBdf2, 1);
    check(Kvaerno3, 1);
    check(Sdirk4, 1);
    check(RadauIIA3, 1);
    check(RadauIIA5, 2);
}

/// Without a matrix there is nothing to keep, and the step follows the error.
#[test]
fn a_step_grows_a_little_without_factorisations() {
    let (f, y0) = Heat::problem::<30>();
    let solver = Kvaerno3.with(Krylov::new());
    let solution = Ivp::new(&f, y0, 0.0..0.1).save_every(1).solve(solver, Pid::tolerance(1e-6)).unwrap();
    let steps: Vec<f64> = solution.t.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.windows(2).any(|pair| (1.001..1.2).contains(&(pair[1] / pair[0]))));
}
