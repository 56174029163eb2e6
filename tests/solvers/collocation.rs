//! Fully implicit methods: order, stability, invariants, stiff problems, and what happens when no step succeeds.

use crate::common::gradient::{gradient, over};
use nalgebra::{DVector, Matrix2, Matrix3, SVector, Vector2, Vector3, Vector4, vector};
use rheos::dynamics::problems::{Forced, LotkaVolterra, Orbit, VanDerPol};
use rheos::dynamics::{Jacobian, Neighbourhood};
use rheos::solver::implicit::{GaussLegendre4, GaussLegendre6, RadauIIA3, RadauIIA9, RadauIIA13};
use rheos::verify::{dense_order, order_with};
use rheos::{Autodiff, DiscreteAdjoint, Dynamics, Error, Fixed, Ivp, Parametric, Pid, RadauIIA5, Solver, ode, solve};

macro_rules! stability_tests {
    ($method:expr) => {
        /// `|R(z)| ≤ 1` in the left half-plane and `R` near `exp` at the origin.
        #[test]
        fn a_stable() {
            for angle in [0.0, 0.3, 0.7, 1.1, 1.4, 1.55] {
                for size in [0.1, 1.0, 10.0, 1e3, 1e6] {
                    let z = vector![-size * f64::cos(angle), size * f64::sin(angle)];
                    let r = stability($method, z);
                    assert!(r.norm() <= 1.0 + 1e-13, "R({z}) = {r}");
                }
            }
            let stiff = ode(|_, y: &f64, dy: &mut f64| *dy = -1000.0 * y);
            let solution = solve(&stiff, 1.0, 0.0..10.0, $method, Fixed::step(0.1)).unwrap();
            assert!(solution.last().abs() < 1.0);
        }

        #[test]
        fn adaptive_solves_stay_near_their_tolerance() {
            let (f, y0) = Forced::problem();
            for tol in [1e-4, 1e-6, 1e-8, 1e-10] {
                let solution = solve(&f, y0, 0.0..10.0, $method, Pid::tolerance(tol)).unwrap();
                let error = (solution.last() - Forced::exact(10.0)).norm();
                assert!(error < 10.0 * tol, "{error:e} at {tol:e}");
            }
        }
    };
}

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            // The spans are such that the highest order has refinements between its limit and rounding.
            solution_order_tests!($method, 12.0);
            dense_order_tests!($method, 2.5);

            stability_tests!($method);
        })*
    };
}

for_every_method! {
    radau3: RadauIIA3,
    radau5: RadauIIA5,
    radau9: RadauIIA9,
    gauss4: GaussLegendre4,
    gauss6: GaussLegendre6,
}

/// Order 13 comes down to rounding in so few steps that the grids have to be finer and the spans longer.
mod radau13 {
    use super::*;

    dense_order_tests!(RadauIIA13, 2.5);
    stability_tests!(RadauIIA13);

    #[test]
    fn autonomous() {
        let (f, y0) = Orbit::problem();
        let error =
            |n| (solve(&f, y0, 0.0..16.0, RadauIIA13, Fixed::steps(n)).unwrap().last() - Orbit::exact(16.0)).norm();
        for (n, m) in [(9, 11), (10, 12), (11, 13)] {
            let order = (error(n) / error(m)).ln() / (f64::from(m as u32) / f64::from(n as u32)).ln();
            assert!((order - 13.0).abs() < 0.3, "order {order} from {n} to {m} steps");
        }
    }

    #[test]
    fn non_autonomous_in_both_directions() {
        let (f, y0) = Forced::problem();
        let report = order_with(&f, &y0, 0.0..24.0, &RadauIIA13, Forced::exact).unwrap();
        assert!(report.passed(), "{report}");
        let report = order_with(&f, &Forced::exact(24.0), 24.0..0.0, &RadauIIA13, Forced::exact).unwrap();
        assert!(report.passed(), "{report}");
    }
}

/// `y' = λ y` for a complex `λ`, as a real system.
struct Linear(Vector2<f64>);

impl Dynamics for Linear {
    type State = Vector2<f64>;
    fn eval(&self, _: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        *dy = self.jacobian(0.0, y, Neighbourhood::of_step(1.0)) * y;
    }
}

impl Jacobian for Linear {
    fn jacobian(&self, _: f64, _: &Vector2<f64>, _: Neighbourhood<Vector2<f64>>) -> Matrix2<f64> {
        let Self(l) = self;
        Matrix2::new(l[0], -l[1], l[1], l[0])
    }
}

/// The stability function `R(z)`: one step of length 1 from 1.
fn stability<S: Solver<Linear>>(method: S, z: Vector2<f64>) -> Vector2<f64> {
    *solve(&Linear(z), vector![1.0, 0.0], 0.0..1.0, method, Fixed::steps(1)).unwrap().last()
}

#[test]
fn radau_damps_what_is_infinitely_stiff() {
    for size in [1e3, 1e6, 1e9] {
        let z = vector![-size, 0.0];
        // R(z) = O(1/z), with the coefficients of the Padé approximations.
        assert!(stability(RadauIIA3, z).norm() < 3.0 / size);
        assert!(stability(RadauIIA5, z).norm() < 4.0 / size);
        assert!(stability(RadauIIA9, z).norm() < 6.0 / size);
        assert!(stability(RadauIIA13, z).norm() < 8.0 / size);
    }
}

#[test]
fn stability_functions_are_pade_approximations() {
    // Radau IIA: (s − 1, s); Gauss: (s, s). At z = −1, evaluated from the formula of Hairer & Wanner II, section IV.3.
    let z = vector![-1.0, 0.0];
    let near = |x: Vector2<f64>, exact: f64| assert!((x - vector![exact, 0.0]).norm() < 1e-15, "{x} {exact}");
    near(stability(RadauIIA3, z), pade(1, 2, -1.0));
    near(stability(RadauIIA5, z), pade(2, 3, -1.0));
    near(stability(RadauIIA9, z), pade(4, 5, -1.0));
    // `T T⁻¹` rounds to this.
    assert!((stability(RadauIIA13, z) - vector![pade(6, 7, -1.0), 0.0]).norm() < 1e-14);
    near(stability(GaussLegendre4, z), pade(2, 2, -1.0));
    near(stability(GaussLegendre6, z), pade(3, 3, -1.0));
}

/// The Padé approximation of `exp z` with degrees `k` and `j`.
fn pade(k: u32, j: u32, z: f64) -> f64 {
    let side = |k: u32, j: u32, z: f64| {
        let mut term = 1.0;
        let mut sum = 1.0;
        for i in 0..k {
            term *= z * f64::from(k - i) / (f64::from(k + j - i) * f64::from(i + 1));
            sum += term;
        }
        sum
    };
    side(k, j, z) / side(j, k, -z)
}

#[test]
fn gauss_keeps_the_modulus_on_the_imaginary_axis() {
    for size in [0.1, 1.0, 10.0, 1e3] {
        let z = vector![0.0, size];
        assert!((stability(GaussLegendre4, z).norm() - 1.0).abs() < 1e-13, "{size}");
        assert!((stability(GaussLegendre6, z).norm() - 1.0).abs() < 1e-13, "{size}");
    }
}

/// The problem of Kepler: positions and velocities.
struct Kepler;

impl Dynamics for Kepler {
    type State = Vector4<f64>;
    fn eval(&self, _: f64, y: &Vector4<f64>, dy: &mut Vector4<f64>) {
        let r3 = y[0].hypot(y[1]).powi(3);
        *dy = vector![y[2], y[3], -y[0] / r3, -y[1] / r3];
    }
}

impl Jacobian for Kepler {}

/// On an ellipse of this eccentricity, with period `2π`.
fn kepler(e: f64) -> Vector4<f64> {
    vector![1.0 - e, 0.0, 0.0, ((1.0 + e) / (1.0 - e)).sqrt()]
}

fn momentum(y: &Vector4<f64>) -> f64 {
    y[0] * y[3] - y[1] * y[2]
}

fn energy(y: &Vector4<f64>) -> f64 {
    0.5 * (y[2] * y[2] + y[3] * y[3]) - 1.0 / y[0].hypot(y[1])
}

#[test]
fn gauss_keeps_quadratic_invariants() {
    let (f, y0) = Orbit::problem();
    for n in [40, 400] {
        let four = solve(&f, y0, 0.0..20.0, GaussLegendre4, Fixed::steps(n)).unwrap();
        let six = solve(&f, y0, 0.0..20.0, GaussLegendre6, Fixed::steps(n)).unwrap();
        assert!((four.last().norm_squared() - 1.0).abs() < 1e-13, "{:e}", four.last().norm_squared() - 1.0);
        assert!((six.last().norm_squared() - 1.0).abs() < 1e-13, "{:e}", six.last().norm_squared() - 1.0);
    }
    let y0 = kepler(0.3);
    let four = solve(&Kepler, y0, 0.0..60.0, GaussLegendre4, Fixed::steps(1000)).unwrap();
    let six = solve(&Kepler, y0, 0.0..60.0, GaussLegendre6, Fixed::steps(1000)).unwrap();
    assert!((momentum(four.last()) - momentum(&y0)).abs() < 1e-13, "{:e}", momentum(four.last()) - momentum(&y0));
    assert!((momentum(six.last()) - momentum(&y0)).abs() < 1e-13, "{:e}", momentum(six.last()) - momentum(&y0));
    // Radau's method does not: the test can fail.
    let radau = solve(&Kepler, y0, 0.0..60.0, RadauIIA3, Fixed::steps(1000)).unwrap();
    assert!((momentum(radau.last()) - momentum(&y0)).abs() > 1e-8);
}

#[test]
fn the_energy_of_gauss_does_not_drift() {
    let y0 = kepler(0.3);
    let worst = |t1: f64| {
        let times: Vec<f64> = (1..200).map(|i| t1 - 0.05 * f64::from(i)).rev().collect();
        let solution = Ivp::new(&Kepler, y0, 0.0..t1).land_on(&times).solve(GaussLegendre4, Fixed::step(0.1)).unwrap();
        solution.y.iter().skip(1).map(|y| (energy(y) - energy(&y0)).abs()).fold(0.0, f64::max)
    };
    let (early, late) = (worst(20.0), worst(500.0));
    assert!(late < 1.5 * early, "{early:e} {late:e}");
}

/// `ΦᵀJΦ = J` for the derivative `Φ` of a step, here by central differences.
#[test]
fn gauss_is_symplectic() {
    let step = |y: Vector4<f64>| *solve(&Kepler, y, 0.0..0.2, GaussLegendre4, Fixed::steps(1)).unwrap().last();
    let y0 = kepler(0.5);
    let columns: [Vector4<f64>; 4] = std::array::from_fn(|i| {
        let d = 1e-4;
        let (e, h) = (Vector4::ith(i, d), Vector4::ith(i, 2.0 * d));
        (8.0 * (step(y0 + e) - step(y0 - e)) - (step(y0 + h) - step(y0 - h))) / (12.0 * d)
    });
    let form = |a: &Vector4<f64>, b: &Vector4<f64>| a[0] * b[2] + a[1] * b[3] - a[2] * b[0] - a[3] * b[1];
    for i in 0..4 {
        for j in 0..4 {
            let expected = form(&Vector4::ith(i, 1.0), &Vector4::ith(j, 1.0));
            let found = form(&columns[i], &columns[j]);
            assert!((found - expected).abs() < 1e-9, "{i} {j} {found} {expected}");
        }
    }
}

/// At the end of the interval of the Test Set for IVP Solvers (Mazzia & Magherini, release 2.4, problem VDPOL).
const VAN_DER_POL: Vector2<f64> = Vector2::new(1.706_167_732_170_483, -0.892_809_701_024_797_5e-3);

#[test]
fn van_der_pol() {
    let (f, y0) = VanDerPol::problem(1000.0);
    for tol in [1e-4, 1e-6, 1e-8] {
        let check = |name: &str, y: &Vector2<f64>| {
            let error = (y - VAN_DER_POL).component_div(&VAN_DER_POL).abs().max();
            assert!(error < 100.0 * tol, "{name}: {error:e} at {tol:e}");
        };
        let pid = Pid::tolerance(tol).atol(1e-3 * tol);
        check("3", solve(&f, y0, 0.0..2000.0, RadauIIA3, pid).unwrap().last());
        check("5", solve(&f, y0, 0.0..2000.0, RadauIIA5, pid).unwrap().last());
        check("9", solve(&f, y0, 0.0..2000.0, RadauIIA9, pid).unwrap().last());
        check("13", solve(&f, y0, 0.0..2000.0, RadauIIA13, pid).unwrap().last());
    }
}

/// Robertson's chemical reactions over eleven decades.
struct Robertson;

impl Dynamics for Robertson {
    type State = Vector3<f64>;
    fn eval(&self, _: f64, y: &Vector3<f64>, dy: &mut Vector3<f64>) {
        let (slow, middle, fast) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]);
        *dy = vector![middle - slow, slow - middle - fast, fast];
    }
}

impl Jacobian for Robertson {
    fn jacobian(&self, _: f64, y: &Vector3<f64>, _: Neighbourhood<Vector3<f64>>) -> Matrix3<f64> {
        let (a, b, c) = (1e4 * y[2], 1e4 * y[1], 6e7 * y[1]);
        Matrix3::new(-0.04, a, b, 0.04, -a - c, -b, 0.0, c, 0.0)
    }
}

/// The accepted steps of `Radau` in SciPy 1.17.1, which has the same method and error estimate, but another controller and
/// other tolerances for Newton's method:
///
/// ```python
/// s = solve_ivp(f, (0, 2000), [2, 0], method="Radau", jac=J, rtol=tol, atol=1e-3 * tol); len(s.t) - 1
/// s = solve_ivp(g, (0, 1e11), [1, 0, 0], method="Radau", jac=J, rtol=tol, atol=1e-6 * tol); len(s.t) - 1
/// ```
#[test]
fn steps_are_as_many_as_those_of_another_implementation() {
    let (f, y0) = VanDerPol::problem(1000.0);
    for (tol, van_der_pol, robertson) in [(1e-4, 310, 163), (1e-6, 861, 472), (1e-8, 2712, 1445)] {
        let check = |name: &str, accepted: u64, expected: u64| {
            let ratio = accepted as f64 / expected as f64;
            assert!((0.8..1.25).contains(&ratio), "{name}: {accepted} steps, {expected} of SciPy");
        };
        let solution = solve(&f, y0, 0.0..2000.0, RadauIIA5, Pid::tolerance(tol).atol(1e-3 * tol)).unwrap();
        check("Van der Pol", solution.stats.accepted, van_der_pol);
        let solution =
            solve(&Robertson, vector![1.0, 0.0, 0.0], 0.0..1e11, RadauIIA5, Pid::tolerance(tol).atol(1e-6 * tol))
                .unwrap();
        check("Robertson", solution.stats.accepted, robertson);
    }
}

#[test]
fn robertson() {
    // The reference of the Test Set for IVP Solvers, problem ROBER, at t = 1e11.
    let reference = vector![0.208_334_014_970_122e-7, 0.833_336_077_033_478e-13, 0.999_999_979_166_507];
    for tol in [1e-4, 1e-6, 1e-8] {
        let pid = Pid::tolerance(tol).atol(1e-6 * tol);
        let check = |name: &str, y: &Vector3<f64>| {
            let error = (y - reference).component_div(&reference).abs().max();
            assert!(error < 100.0 * tol, "{name}: {error:e} at {tol:e}");
            assert!((y.sum() - 1.0).abs() < 1e-12, "{name}: mass {}", y.sum());
        };
        let y0 = vector![1.0, 0.0, 0.0];
        check("3", solve(&Robertson, y0, 0.0..1e11, RadauIIA3, pid).unwrap().last());
        check("5", solve(&Robertson, y0, 0.0..1e11, RadauIIA5, pid).unwrap().last());
        check("9", solve(&Robertson, y0, 0.0..1e11, RadauIIA9, pid).unwrap().last());
        check("13", solve(&Robertson, y0, 0.0..1e11, RadauIIA13, pid).unwrap().last());
    }
}

/// Prothero and Robinson: `y' = λ (y − cos t) − sin t`. Output inside steps, which looks at the slope at their start, must
/// not amplify errors by `h λ`.
#[test]
fn output_of_a_stiff_solve_does_not_suffer_from_stiffness() {
    let times: Vec<f64> = (0..400).map(|i| 0.01 + 0.0247 * f64::from(i)).collect();
    for lambda in [-1.0, -1e2, -1e4, -1e6, -1e9] {
        let stiff = ode(move |t: f64, y: &f64, dy: &mut f64| *dy = lambda * (y - t.cos()) - t.sin());
        let solution = Ivp::new(&stiff, 1.0, 0.0..10.0).save_at(&times).solve(RadauIIA5, Fixed::steps(40)).unwrap();
        let worst = solution.t.iter().zip(&solution.y).map(|(t, y)| (y - t.cos()).abs()).fold(0.0, f64::max);
        assert!(worst < 6e-6, "{lambda:e}: {worst:e}");
    }
}

/// Off the smooth solution a step is dominated by what decays at once. The first look at its error says nothing else.
#[test]
fn a_second_look_accepts_a_first_step_over_an_initial_layer() {
    let stiff = ode(|t: f64, y: &f64, dy: &mut f64| *dy = -1e6 * (y - t.cos()) - t.sin());
    let solution = solve(&stiff, 10.0, 0.0..1.0, RadauIIA5, Pid::tolerance(1e-2).first_step(0.1)).unwrap();
    assert_eq!(solution.stats.rejected, 0);
    assert!((solution.last() - 1.0_f64.cos()).abs() < 1e-4, "{}", solution.last());
}

/// A first step as short as the slope asks for converges at once, which says nothing about one that is ten times as long.
#[test]
fn a_rate_of_convergence_is_not_carried_over_to_a_much_longer_step() {
    let (f, y0) = Forced::problem();
    for tol in [1e-3, 1e-4, 1e-5, 1e-6] {
        let first = Ivp::new(&f, y0, 0.0..10.0).save_every(1).solve(RadauIIA13, Pid::tolerance(tol)).unwrap();
        assert!((first.t[2] - first.t[1]) / first.t[1] > 5.0);
        let error = (first.y[2] - Forced::exact(first.t[2])).norm();
        assert!(error < tol, "{error:e} at {tol:e}");
    }
}

#[test]
fn dynamic_vectors_and_single_precision() {
    let (f, y0) = Forced::problem();
    let dynamic = ode(move |t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        let mut slope = Vector2::zeros();
        f.eval(t, &vector![y[0], y[1]], &mut slope);
        dy.copy_from(&slope);
    });
    let y = solve(&dynamic, DVector::from_column_slice(y0.as_slice()), 0.0..10.0, RadauIIA5, Pid::tolerance(1e-8));
    assert!((y.unwrap().last() - Forced::exact(10.0)).norm() < 1e-7);

    let single = ode(|_, y: &SVector<f32, 1>, dy: &mut SVector<f32, 1>| dy[0] = -100.0 * (y[0] - 1.0));
    let y = solve(&single, vector![0.0], 0.0..1.0, RadauIIA5, Fixed::steps(10)).unwrap();
    assert!((y.last()[0] - 1.0).abs() < 1e-4);
}

/// A field with a Jacobian that has nothing to do with it.
struct Misled;

impl Dynamics for Misled {
    type State = f64;
    fn eval(&self, _: f64, y: &f64, dy: &mut f64) {
        *dy = -50.0 * y;
    }
}

impl Jacobian for Misled {
    fn jacobian(&self, _: f64, _: &f64, _: Neighbourhood<f64>) -> f64 {
        30.0
    }
}

#[test]
fn a_diverging_iteration_is_never_accepted() {
    let failure = solve(&Misled, 1.0, 0.0..1.0, RadauIIA5, Fixed::steps(4)).unwrap_err();
    assert_eq!(failure.error, Error::NewtonDiverged { t: 0.0, h: 0.25 });
    assert_eq!((failure.partial.last_time(), failure.partial.last()), (0.0, &1.0));
    // Short steps converge in spite of it.
    let solution = solve(&Misled, 1.0, 0.0..1.0, RadauIIA5, Pid::tolerance(1e-6).atol(1e-9).first_step(0.25)).unwrap();
    assert!(solution.stats.rejected > 0);
    assert!((solution.last() - (-50.0_f64).exp()).abs() < 1e-8);

    // It is not Newton's method that fails where the field is not a number.
    let wall = ode(|t, y: &f64, dy: &mut f64| *dy = if t > 0.5 { f64::NAN } else { *y });
    let failure = solve(&wall, 1.0, 0.0..1.0, RadauIIA5, Pid::tolerance(1e-6)).unwrap_err();
    assert!(matches!(failure.error, Error::NonFinite { .. }), "{}", failure.error);
    assert!((0.49..=0.5).contains(&failure.partial.last_time()), "{}", failure.partial.last_time());
}

#[test]
fn a_singular_matrix_is_never_accepted() {
    // I − h γ J = 0 for h = 1 with the real eigenvalue γ of the matrix of Radau's method.
    let gamma = 0.274_888_829_595_677_34;
    let growing = Linear(vector![1.0 / gamma, 0.0]);
    let failure = solve(&growing, vector![1.0, 0.0], 0.0..2.0, RadauIIA5, Fixed::steps(2)).unwrap_err();
    assert_eq!(failure.error, Error::SingularMatrix { t: 0.0, h: 1.0 });
    let solution =
        solve(&growing, vector![1.0, 0.0], 0.0..2.0, RadauIIA5, Pid::tolerance(1e-8).first_step(1.0)).unwrap();
    assert!(solution.stats.rejected > 0);
    let exact = (2.0 / gamma).exp();
    assert!((solution.last()[0] / exact - 1.0).abs() < 1e-5, "{} {exact}", solution.last());
}

/// Against central differences of the same solve: the state, the parameters, and every time.
#[test]
fn discrete_adjoints_differentiate_the_steps() {
    fn check<S: rheos::solver::StepVjp<Autodiff<LotkaVolterra, 2, 4>> + Clone>(method: S, times: &[f64]) {
        let (mut f, y0) = LotkaVolterra::problem();
        let loss =
            |y: &[Vector2<f64>]| -> f64 { y.iter().enumerate().map(|(i, y)| (i + 1) as f64 * y[0] * y[1]).sum() };
        let value = |f: &Autodiff<LotkaVolterra, 2, 4>, y0: Vector2<f64>, times: &[f64]| {
            let (first, last) = (times[0], times[times.len() - 1]);
            let problem = Ivp::new(f, y0, first..last).save_at(times);
            loss(&problem.solve(method.clone(), Fixed::steps(10)).unwrap().y)
        };
        let bars = |y: &[Vector2<f64>]| -> Vec<_> {
            y.iter().enumerate().map(|(i, y)| vector![y[1], y[0]] * (i + 1) as f64).collect()
        };
        let found =
            gradient(over(&f, &y0, times), method.clone(), Fixed::steps(10), DiscreteAdjoint::new(), bars).unwrap();

        // Sixth-order central differences.
        let derivative = |value: &dyn Fn(f64) -> f64| {
            let d = 4e-3;
            let pair = |n: f64| value(n * d) - value(-n * d);
            (45.0 * pair(1.0) - 9.0 * pair(2.0) + pair(3.0)) / (60.0 * d)
        };
        let near = |what: &str, found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{what}: {found} {expected}");
        };
        for i in 0..2 {
            near("y0", found.y0[i], derivative(&|d| value(&f, y0 + Vector2::ith(i, d), times)));
        }
        let shifted =
            |i: usize, d: f64| times.iter().enumerate().map(|(j, t)| t + if i == j { d } else { 0.0 }).collect();
        for i in 0..times.len() {
            let moved = |d: f64| -> Vec<f64> { shifted(i, d) };
            near("time", found.times[i], derivative(&|d| value(&f, y0, &moved(d))));
        }
        let params = f.params();
        for i in 0..4 {
            let expected: Vec<f64> = (-3..=3)
                .map(|n| {
                    f.set_params(&(params + SVector::ith(i, 4e-3 * f64::from(n))));
                    value(&f, y0, times)
                })
                .collect();
            f.set_params(&params);
            let pair = |n: usize| expected[3 + n] - expected[3 - n];
            near("params", found.params[i], (45.0 * pair(1) - 9.0 * pair(2) + pair(3)) / (60.0 * 4e-3));
        }
    }
    for times in [&[0.0, 2.0][..], &[0.0, 0.27, 0.63, 1.51, 2.0]] {
        check(RadauIIA3, times);
        check(RadauIIA5, times);
        check(RadauIIA9, times);
        check(RadauIIA13, times);
        check(GaussLegendre4, times);
        check(GaussLegendre6, times);
    }
}
