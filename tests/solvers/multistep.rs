//! Multistep methods with fixed steps: order, irregular grids, output between the steps, stability.

use nalgebra::{Matrix2, Vector2, vector};
use rheos::dynamics::problems::{Forced, Orbit};
use rheos::dynamics::{Counted, Jacobian, Neighbourhood};
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, FixedBdf, Ndf};
use rheos::solver::{Dense, StepStart};
use rheos::verify::order_with;
use rheos::{Bdf, Dynamics, Error, Fixed, Ivp, Result, Solver, ode, solve};

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            solution_order_tests!($method, 10.0);

            #[test]
            fn irregular_grid() {
                integrates_polynomials($method);
            }

            #[test]
            fn rejected_trials_and_resets() {
                forgets_rejected_trials(&$method);
                forgets_all_at_a_reset(&$method);
            }
        })*
    };
}

for_every_method! {
    adams_bashforth_1: AdamsBashforth::<1>,
    adams_bashforth_2: AdamsBashforth::<2>,
    adams_bashforth_3: AdamsBashforth::<3>,
    adams_bashforth_4: AdamsBashforth::<4>,
    adams_bashforth_5: AdamsBashforth::<5>,
    adams_bashforth_6: AdamsBashforth::<6>,
    adams_moulton_1: AdamsMoulton::<1>,
    adams_moulton_2: AdamsMoulton::<2>,
    adams_moulton_3: AdamsMoulton::<3>,
    adams_moulton_4: AdamsMoulton::<4>,
    adams_moulton_5: AdamsMoulton::<5>,
    adams_moulton_6: AdamsMoulton::<6>,
    bdf_1: FixedBdf::<1>::new(),
    bdf_2: FixedBdf::<2>::new(),
    bdf_3: FixedBdf::<3>::new(),
    bdf_4: FixedBdf::<4>::new(),
    bdf_5: FixedBdf::<5>::new(),
    bdf_6: FixedBdf::<6>::new(),
    adams: Adams,
    bdf: Bdf,
    ndf: Ndf,
}

/// `y' = p tᵖ⁻¹` with `y(t) = tᵖ`.
#[derive(Clone, Copy)]
struct Power(i32);

impl Dynamics for Power {
    type State = f64;
    fn eval(&self, t: f64, _: &f64, dy: &mut f64) {
        *dy = f64::from(self.0) * t.powi(self.0 - 1);
    }
}

impl Jacobian for Power {}

/// Steps between 0.03 and 0.2 that follow no rule.
fn irregular_times() -> Vec<f64> {
    let mut times = vec![0.1];
    for i in 1..30 {
        times.push(times[i - 1] + 0.03 + 0.17 * (1.7 * (i * i) as f64).sin().abs());
    }
    times
}

/// A method of order `p` is exact for polynomials of degree `p`, on any grid and between its points, and not above.
fn integrates_polynomials<S: Dense<Power>>(method: S) {
    let p = S::ORDER as i32;
    let (exact, inexact) = (local_error(&method, p), local_error(&method, p + 1));
    assert!(exact < 1e-13, "{}: {exact:e}", S::NAME);
    assert!(inexact > 1e-8, "{}: {inexact:e}", S::NAME);
}

/// The largest error of steps from the exact solution, and of the output in them, once the method has started.
fn local_error<S: Dense<Power>>(method: &S, p: i32) -> f64 {
    let grid = irregular_times();
    let exact = |t: f64| t.powi(p);
    let (f, mut worst) = (Power(p), 0.0_f64);
    let mut ws = method.workspace(&f, &1.0);
    for (i, times) in grid.windows(2).enumerate() {
        let (t, h, y0) = (times[0], times[1] - times[0], exact(times[0]));
        let (mut y1, mut between) = (0.0, 0.0);
        method.step(&f, &mut ws, StepStart { t, h, y0: &y0 }, &mut y1).unwrap();
        if i > 6 {
            worst = worst.max((y1 - exact(t + h)).abs());
            for theta in [1e-9, 0.3, 0.8, 1.0 - 1e-9] {
                method.interpolate(&f, &mut ws, StepStart { t, h, y0: &y0 }, theta, &mut between);
                worst = worst.max((between - exact(t + theta * h)).abs());
            }
        }
        method.accept(&mut ws);
    }
    worst / exact(grid[grid.len() - 1])
}

type Model = rheos::Autodiff<Forced, 2, 0>;

/// Twelve steps of the lengths `h`, each tried before with the lengths `tried`.
fn walk<S: Solver<Model>>(method: &S, ws: &mut S::Workspace, tried: &[f64]) -> Result<Vector2<f64>> {
    let (f, mut y0) = Forced::problem();
    let (mut t, mut y1) = (0.0, y0);
    for i in 0..12 {
        let h = if i % 3 == 0 { 0.05 } else { 0.1 };
        for factor in tried {
            method.step(&f, ws, StepStart { t, h: factor * h, y0: &y0 }, &mut y1)?;
        }
        method.step(&f, ws, StepStart { t, h, y0: &y0 }, &mut y1)?;
        method.accept(ws);
        t += h;
        y0 = y1;
    }
    Ok(y0)
}

fn forgets_rejected_trials<S: Solver<Model>>(method: &S) {
    let (f, y0) = Forced::problem();
    let expected = walk(method, &mut method.workspace(&f, &y0), &[]).unwrap();
    let found = walk(method, &mut method.workspace(&f, &y0), &[2.0, 0.6]).unwrap();
    // Newton's method may have started from another Jacobian.
    assert!((found - expected).amax() < 1e-13, "{}: {found} {expected}", S::NAME);
}

fn forgets_all_at_a_reset<S: Solver<Model>>(method: &S) {
    let (f, y0) = Forced::problem();
    let mut ws = method.workspace(&f, &y0);
    let first = walk(method, &mut ws, &[]);
    method.reset(&mut ws);
    assert_eq!(walk(method, &mut ws, &[]), first, "{}", S::NAME);
    // Without it, the history would belong to another point. Euler's methods have no history.
    if S::ORDER > 1 {
        assert_ne!(walk(method, &mut ws, &[]), first, "{}", S::NAME);
    }
}

#[test]
fn output_between_the_steps_is_of_the_order_of_the_method() {
    fn check<S: Dense<Model> + Clone>(method: S) {
        let (f, y0) = Forced::problem();
        // Between the steps of both grids.
        let times: Vec<f64> = (0..50).map(|i| 2.013 + 0.1 * f64::from(i)).collect();
        let error = |n: usize| {
            let solution = Ivp::new(&f, y0, 0.0..8.0).save_at(&times).solve(method.clone(), Fixed::steps(n)).unwrap();
            let errors = times.iter().zip(&solution.y).map(|(&t, y)| (y - Forced::exact(t)).amax());
            errors.fold(0.0, f64::max)
        };
        let order = (error(160) / error(320)).log2();
        assert!((order - f64::from(S::ORDER)).abs() < 0.5, "{}: {order}", S::NAME);
    }
    check(AdamsBashforth::<2>);
    check(AdamsBashforth::<4>);
    check(AdamsMoulton::<3>);
    check(AdamsMoulton::<5>);
    check(FixedBdf::<2>::new());
    check(FixedBdf::<4>::new());
}

#[test]
fn a_step_costs_what_is_said() {
    let evaluations = |solution: rheos::Solution<Vector2<f64>>| solution.stats.evaluations;
    let (f, y0) = Forced::problem();
    // Vern7 has 10 stages, and three or four steps of it start.
    let bashforth = solve(&f, y0, 0.0..1.0, AdamsBashforth::<4>, Fixed::steps(50)).unwrap();
    assert_eq!(evaluations(bashforth), 50 + 3 * 10);
    let moulton = solve(&f, y0, 0.0..1.0, AdamsMoulton::<5>, Fixed::steps(50)).unwrap();
    assert_eq!(evaluations(moulton), 50 + 46 + 4 * 10);
}

#[test]
fn every_evaluation_is_counted() {
    fn check<S: Dense<Counted<Model>>>(method: S) {
        let (f, y0) = Forced::problem();
        let f = Counted::new(f);
        let times = [0.04, 1.234];
        let solution = Ivp::new(&f, y0, 0.0..2.0).save_at(&times).solve(method, Fixed::steps(23)).unwrap();
        assert_eq!(solution.stats.evaluations, f.evaluations(), "{}", S::NAME);
    }
    check(AdamsBashforth::<4>);
    check(AdamsMoulton::<4>);
    check(Adams);
    check(Bdf);
    check(FixedBdf::<3>::new());
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

/// The size after 1500 steps of length 1 on `y' = λ y`, where `λ` lies at an angle to the negative real axis.
fn size_after<S: Solver<Linear>>(method: S, size: f64, degrees: f64) -> f64 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let f = Linear { re: -size * cos, im: size * sin };
    solve(&f, vector![1.0, 0.0], 0.0..1500.0, method, Fixed::step(1.0)).unwrap().last().norm()
}

/// The wedges of Hairer & Wanner II, table V.2.1, to a degree or two.
#[test]
fn backward_differentiation_is_stable_in_its_wedge_and_not_beyond() {
    fn largest<const K: usize>(degrees: f64) -> f64 {
        let sizes = (0..60).map(|i| 0.05 * 1.2_f64.powi(i));
        sizes.map(|size| size_after(FixedBdf::<K>::new(), size, degrees)).fold(0.0, f64::max)
    }
    assert!(largest::<1>(90.0) < 1.0 && largest::<2>(90.0) < 1.0);
    assert!(largest::<3>(85.0) < 1.0 && largest::<3>(87.0) > 2.0);
    assert!(largest::<4>(72.5) < 1.0 && largest::<4>(74.5) > 2.0);
    assert!(largest::<5>(51.0) < 1.0 && largest::<5>(53.0) > 2.0);
    assert!(largest::<6>(17.0) < 1.0 && largest::<6>(20.0) > 2.0);
}

#[test]
fn backward_differentiation_damps_what_decays_infinitely_fast() {
    fn check<const K: usize>() {
        let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -1000.0 * y);
        let solution = solve(&decay, 1.0, 0.0..10.0, FixedBdf::<K>::new(), Fixed::step(0.1)).unwrap();
        assert!(solution.last().abs() < 1e-30, "{K}: {}", solution.last());
        assert!(size_after(FixedBdf::<K>::new(), 1e8, 0.0) < 1e-30);
    }
    check::<1>();
    check::<2>();
    check::<3>();
    check::<4>();
    check::<5>();
    check::<6>();
}

/// The ends of the real intervals are `−2 / Σ 2ʲ γⱼ`: 2, 1, 6/11, 3/10, 90/551.
#[test]
fn explicit_methods_are_stable_as_far_as_is_said() {
    fn check<const K: usize>(limit: f64) {
        assert!(size_after(AdamsBashforth::<K>, 0.98 * limit, 0.0) < 1.0, "{K}");
        assert!(size_after(AdamsBashforth::<K>, 1.02 * limit, 0.0) > 1.0, "{K}");
    }
    check::<1>(2.0);
    check::<2>(1.0);
    check::<3>(6.0 / 11.0);
    check::<4>(0.3);
    check::<5>(90.0 / 551.0);
}

#[test]
fn a_solve_that_blows_up_keeps_what_it_has() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -1000.0 * y);
    let failure = solve(&decay, 1.0, 0.0..100.0, AdamsBashforth::<3>, Fixed::step(0.1)).unwrap_err();
    assert!(matches!(failure.error, Error::NonFinite { h: 0.1.., .. }), "{failure}");
    assert!(failure.partial.last().is_finite() && failure.partial.last_time() > 1.0);
}
