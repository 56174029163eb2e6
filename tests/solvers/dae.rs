//! Differential-algebraic systems `M y' = f(t, y)`.

use nalgebra::{DVector, SVector, Vector2, vector};
use rheos::dynamics::problems::dae::{ChemicalAkzoNobel, Robertson, TransistorAmplifier};
use rheos::dynamics::{Dynamics, Jacobian, MassMatrix, WithMass};
use rheos::error::Error;
use rheos::solver::implicit::{
    Banded, ConsistentState, Dirk, DirkTableau, Esdirk547, Kvaerno3, Radau, RadauIIA3, RadauIIA9, RadauIIA13, Sdirk4,
    TrBdf2,
};
use rheos::solver::multistep::Ndf;
use rheos::solver::rosenbrock::{Rodas4, Rodas4P};
use rheos::solver::{Dense, Embedded, Interpolant, Solver, Tableau};
use rheos::state::{SparseMatrix, Tolerances};
use rheos::{Bdf, Event, Fixed, Ivp, Pid, RadauIIA5, Rodas5P, ode, solve, verify};

/// The largest relative error of the components at the end.
fn error_of<F, S, const N: usize>(
    (f, y0): (&F, SVector<f64, N>),
    end: f64,
    solver: S,
    control: Pid,
    exact: &SVector<f64, N>,
) -> f64
where
    F: Dynamics<State = SVector<f64, N>>,
    S: Embedded<F>,
{
    let found = solve(f, y0, 0.0..end, solver, control).unwrap_or_else(|failure| panic!("{}", failure.error));
    found.last().zip_map(exact, |y, exact| ((y - exact) / exact).abs()).max()
}

/// Solves with every method, and asserts the relative error of each.
macro_rules! with_every_method {
    ($problem:expr, $end:expr, $control:expr, $exact:expr, $limit:expr) => {
        with_every_method!(@ $problem, $end, $control, $exact, $limit,
            RadauIIA3, RadauIIA5, RadauIIA9, Radau, Rodas4, Rodas4P, Rodas5P, Bdf, Ndf, TrBdf2, Kvaerno3, Esdirk547, Sdirk4)
    };
    (@ $problem:expr, $end:expr, $control:expr, $exact:expr, $limit:expr, $($method:ident),*) => {
        $({
            let (f, y0) = $problem;
            let error = error_of((&f, y0), $end, $method, $control, &$exact);
            assert!(error < $limit, "{}: {error:e}", stringify!($method));
        })*
    };
}

#[test]
fn robertson_agrees_with_the_test_set() {
    // From t = 0 to 10¹¹.
    let exact = vector![0.208_334_014_970_125_5e-7, 0.833_336_077_033_471_3e-13, 0.999_999_979_166_505];
    let control = Pid::tolerance(1e-7).atol(1e-14);
    for tight in [1e-7, 1e-9] {
        let (f, y0) = Robertson::problem();
        let error = error_of((&f, y0), 1e11, RadauIIA5, Pid::tolerance(tight).atol(1e-7 * tight), &exact);
        assert!(error < 1e3 * tight, "{error:e}");
    }
    let (f, y0) = Robertson::problem();
    assert!(error_of((&f, y0), 1e11, Rodas5P, control, &exact) < 1e-4);
}

#[test]
fn the_chemical_process_agrees_with_the_test_set() {
    let exact = vector![
        0.115_079_492_066_170_2,
        0.120_383_147_156_771_5e-2,
        0.161_156_288_740_797_4,
        0.365_615_642_124_928_3e-3,
        0.170_801_088_526_440_4e-1,
        0.487_353_131_030_745_5e-2
    ];
    let control = Pid::tolerance(1e-7).atol(1e-10);
    with_every_method!(ChemicalAkzoNobel::problem(), ChemicalAkzoNobel::END, control, exact, 1e-4);
}

#[test]
fn the_amplifier_agrees_with_the_test_set() {
    let exact = vector![
        -0.556_214_501_226_270_9e-2,
        0.300_652_247_190_304_2e1,
        0.284_995_878_860_812_8e1,
        0.292_642_253_620_624_1e1,
        0.270_461_786_501_055_4e1,
        0.276_183_777_839_314_5e1,
        0.477_092_763_163_177_2e1,
        0.123_699_586_809_154_8e1
    ];
    let control = Pid::tolerance(1e-7);
    with_every_method!(TransistorAmplifier::problem(), TransistorAmplifier::END, control, exact, 1e-4);
}

/// A pendulum is a circle: `0 = x² + y² − 1` does not contain the tension, so this has index 3.
#[test]
fn a_system_of_higher_index_is_refused() {
    let pendulum = ode(|_t, y: &SVector<f64, 5>, dy: &mut SVector<f64, 5>| {
        *dy = vector![y[2], y[3], -y[4] * y[0], -y[4] * y[1] - 9.81, y[0] * y[0] + y[1] * y[1] - 1.0];
    });
    let system = WithMass::new(pendulum, MassMatrix::diagonal(&[1.0, 1.0, 1.0, 1.0, 0.0]).unwrap());
    let y0 = vector![1.0, 0.0, 0.0, 0.0, 0.0];
    for unit in [1e-9, 1.0, 1e9] {
        let control = Pid::tolerance(1e-6).atol(1e-6 * unit);
        let failure = solve(&system, y0, 0.0..1.0, RadauIIA5, control).unwrap_err();
        assert_eq!(failure.error, Error::NotIndexOne { t: 0.0 });
    }
    let failure = solve(&system, y0, 0.0..1.0, Bdf, Fixed::steps(10)).unwrap_err();
    assert_eq!(failure.error, Error::NotIndexOne { t: 0.0 });
}

#[test]
fn a_singular_pencil_is_refused() {
    // The second row of M and of J is zero.
    let empty = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], 0.0]);
    let system = WithMass::new(empty, MassMatrix::diagonal(&[1.0, 0.0]).unwrap());
    let failure = solve(&system, vector![1.0, 1.0], 0.0..1.0, Rodas5P, Pid::tolerance(1e-6)).unwrap_err();
    assert_eq!(failure.error, Error::NotIndexOne { t: 0.0 });
}

#[test]
fn an_inconsistent_start_is_refused_in_units_of_the_tolerance() {
    let (system, mut y0) = Robertson::problem();
    y0[2] = 1e-5;
    for (control, accepted) in [(Pid::tolerance(1e-4), true), (Pid::tolerance(1e-6), false)] {
        let outcome = solve(&system, y0, 0.0..40.0, RadauIIA5, control);
        assert_eq!(outcome.is_ok(), accepted, "{:?}", outcome.map_err(|failure| failure.error).err());
        if let Err(failure) = solve(&system, y0, 0.0..40.0, RadauIIA5, control) {
            assert!(matches!(failure.error, Error::InconsistentState { t: 0.0, size } if size > 5.0 && size < 10.0));
            assert_eq!(failure.partial.last(), &y0);
        }
    }
    let failure = solve(&system, y0, 0.0..40.0, Sdirk4, Fixed::steps(100)).unwrap_err();
    assert!(matches!(failure.error, Error::InconsistentState { .. }), "{}", failure.error);
    // Beside a large component too: 0 = z³ + z − 1.
    let beside = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], y[1].powi(3) + y[1] - 1.0]);
    let beside = WithMass::new(beside, MassMatrix::diagonal(&[1.0, 0.0]).unwrap());
    for large in [1.0, 1e6, 1e15] {
        let failure = solve(&beside, vector![large, 0.5], 0.0..1.0, Sdirk4, Fixed::steps(10)).unwrap_err();
        assert!(matches!(failure.error, Error::InconsistentState { .. }), "{large:e}: {}", failure.error);
    }
    let y0 = ConsistentState::new().find(&system, 0.0, y0).unwrap();
    assert!((y0 - vector![1.0, 0.0, 0.0]).norm() < 1e-16);
    solve(&system, y0, 0.0..40.0, Sdirk4, Pid::tolerance(1e-6)).unwrap();
}

#[test]
fn wrong_arguments_are_named() {
    let (system, y0) = Robertson::problem();
    let found = |components: &[usize]| ConsistentState::new().hold(components).find(&system, 0.0, y0).unwrap_err();
    assert_eq!(found(&[0]), Error::LengthMismatch { name: "hold", found: 1, expected: 2 });
    assert!(matches!(found(&[0, 3]), Error::InvalidEntry { name: "hold", index: 1, value: 3.0, .. }));
    assert!(matches!(found(&[1, 1]), Error::InvalidEntry { name: "hold", index: 1, value: 1.0, .. }));
    let found = MassMatrix::<Vector2<f64>>::diagonal(&[1.0, f64::NAN]).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "mass", index: 1, .. }));

    let field = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.copy_from(&-y));
    let system = WithMass::new(field, MassMatrix::diagonal(&[1.0; 3]).unwrap());
    let y0 = DVector::from_element(2, 1.0);
    let expected = Error::LengthMismatch { name: "mass", found: 3, expected: 2 };
    assert_eq!(solve(&system, y0.clone(), 0.0..1.0, Bdf, Pid::tolerance(1e-6)).unwrap_err().error, expected);
    let banded = RadauIIA5.with(Banded::new(0, 0));
    assert_eq!(solve(&system, y0.clone(), 0.0..1.0, banded, Pid::tolerance(1e-6)).unwrap_err().error, expected);
    assert_eq!(ConsistentState::new().find(&system, 0.0, y0).unwrap_err(), expected);
}

#[test]
fn no_consistent_state_is_an_error() {
    // 0 = y₁² + 1
    let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], y[1] * y[1] + 1.0]);
    let system = WithMass::new(field, MassMatrix::diagonal(&[1.0, 0.0]).unwrap());
    let found = ConsistentState::new().find(&system, 0.0, vector![1.0, 0.7]).unwrap_err();
    assert!(matches!(found, Error::NoConsistentState { .. } | Error::NotIndexOne { .. }), "{found}");
}

/// `y' = −2 (y − cos t)` and `z = y²`, in changed units.
fn scaled([y_unit, z_unit, t_unit, t_shift]: [f64; 4], direction: f64) -> [f64; 2] {
    let t_unit = direction * t_unit;
    let field = ode(move |t: f64, x: &Vector2<f64>, dx: &mut Vector2<f64>| {
        let (y, z, time) = (x[0] / y_unit, x[1] / z_unit, (t - t_shift) / t_unit);
        *dx = vector![direction * -2.0 * (y - time.cos()), z - y * y];
    });
    // The mass has the units of time over state.
    let system = WithMass::new(field, MassMatrix::diagonal(&[t_unit.abs() / y_unit, 0.0]).unwrap());
    let y0 = vector![y_unit * 0.5, z_unit * 0.25];
    let control =
        Pid::tolerances(Tolerances { rtol: Vector2::from_element(1e-6), atol: vector![1e-9 * y_unit, 1e-9 * z_unit] });
    let span = (t_shift, t_shift + 3.0 * t_unit);
    let end = *solve(&system, y0, span, RadauIIA5, control).unwrap().last();
    [end[0] / y_unit, end[1] / z_unit]
}

#[test]
fn units_direction_and_the_origin_of_time_do_not_matter() {
    // y = (4 cos t + 2 sin t) / 5 + c e^(−2 t)
    let (t, rest) = (3.0_f64, 0.5 - 0.8);
    let y = 0.8 * t.cos() + 0.4 * t.sin() + rest * (-2.0 * t).exp();
    let plain = scaled([1.0, 1.0, 1.0, 0.0], 1.0);
    assert!((plain[0] - y).abs() < 1e-6 && (plain[1] - y * y).abs() < 1e-6, "{plain:?} {y}");
    let cases = [
        [1e-8, 1.0, 1.0, 0.0],
        [1.0, 1e12, 1.0, 0.0],
        [1e6, 1e-3, 1e-9, 0.0],
        [1.0, 1.0, 1e5, 0.0],
        [1.0, 1.0, 1.0, 8.0],
    ];
    for units in cases {
        for direction in [1.0, -1.0] {
            let found = scaled(units, direction);
            assert!((found[0] - plain[0]).abs() + (found[1] - plain[1]).abs() < 5e-8, "{units:?}: {found:?} {plain:?}");
        }
    }
}

#[test]
fn the_start_has_the_slopes_of_the_test_set() {
    // A step so short that the solution is a line: y'(0) is given with the problem.
    let (system, y0) = TransistorAmplifier::problem();
    let h = 1e-9;
    let solution = solve(&system, y0, 0.0..h, Esdirk547, Fixed::steps(1)).unwrap();
    let slope = (solution.last() - y0) / h;
    let published = [
        51.338_775,
        51.338_775,
        -166.666_666_7,
        -24.975_766_7,
        -24.975_766_7,
        -83.333_333_3,
        -10.005_644_53,
        -10.005_644_53,
    ];
    for (i, published) in published.into_iter().enumerate() {
        assert!((slope[i] / published - 1.0).abs() < 1e-3, "{i}: {} {published}", slope[i]);
    }
}

#[test]
fn the_order_of_equations_does_not_matter() {
    let (system, y0) = ChemicalAkzoNobel::problem();
    let plain = *solve(&system, y0, 0.0..1.0, Rodas5P, Pid::tolerance(1e-9)).unwrap().last();
    // Equations and unknowns in reverse order, and the equations mixed.
    let mixed = ode(|t, x: &SVector<f64, 6>, dx: &mut SVector<f64, 6>| {
        let y = SVector::from_fn(|i, _| x[5 - i]);
        let mut dy = SVector::zeros();
        system.eval(t, &y, &mut dy);
        *dx = SVector::from_fn(|i, _| dy[5 - i] + if i < 5 { 2.0 * dy[4 - i] } else { 0.0 });
    });
    let entries: Vec<_> =
        (0..6).flat_map(|i| [(i, i, f64::from(i > 0)), (i, (i + 1).min(5), if i < 5 { 2.0 } else { 0.0 })]).collect();
    let mixed = WithMass::new(mixed, MassMatrix::new(SparseMatrix::from_triplets(6, &entries).unwrap()).unwrap());
    let start = SVector::from_fn(|i, _| y0[5 - i]);
    for error in [
        solve(&mixed, start, 0.0..1.0, Rodas5P, Pid::tolerance(1e-9)).unwrap().last().zip_map(&plain, |_, _| 0.0),
        SVector::from_fn(|i, _| {
            solve(&mixed, start, 0.0..1.0, RadauIIA5, Pid::tolerance(1e-9)).unwrap().last()[5 - i] - plain[i]
        }),
    ] {
        assert!(error.amax() < 1e-8, "{error}");
    }
}

#[test]
fn every_linear_solver_takes_the_mass_matrix() {
    // The heat equation in finite elements: a tridiagonal mass matrix, with fixed temperatures at both ends.
    let n = 21;
    let h = 1.0 / (n as f64 - 1.0);
    let heat = ode(move |_t, u: &DVector<f64>, du: &mut DVector<f64>| {
        for i in 1..n - 1 {
            du[i] = (u[i - 1] - 2.0 * u[i] + u[i + 1]) / h;
        }
        (du[0], du[n - 1]) = (u[0], u[n - 1]);
    });
    let row = |i: usize| [(i, i - 1, h / 6.0), (i, i, 4.0 * h / 6.0), (i, i + 1, h / 6.0)];
    let entries: Vec<_> = (1..n - 1).flat_map(row).collect();
    let mass = MassMatrix::new(SparseMatrix::from_triplets(n, &entries).unwrap()).unwrap();
    assert_eq!(mass.algebraic_equations(), 2);
    let system = WithMass::new(heat, mass);
    let start = DVector::from_fn(n, |i, _| (std::f64::consts::PI * i as f64 * h).sin());
    let mut start = start;
    start[n - 1] = 0.0;
    // The discrete eigenvalue of linear elements.
    let angle = std::f64::consts::PI * h;
    let rate = 6.0 / (h * h) * (1.0 - angle.cos()) / (2.0 + angle.cos());
    let control = Pid::tolerance(1e-8).atol(1e-10);
    let exact = &start * (-0.2 * rate).exp();
    let check = |found: &DVector<f64>, name: &str| {
        assert!((found - &exact).amax() < 1e-6, "{name}: {}", (found - &exact).amax())
    };
    check(solve(&system, start.clone(), 0.0..0.2, RadauIIA5, control).unwrap().last(), "Radau");
    check(
        solve(&system, start.clone(), 0.0..0.2, RadauIIA5.with(Banded::new(1, 1)), control).unwrap().last(),
        "Radau, banded",
    );
    check(solve(&system, start.clone(), 0.0..0.2, Bdf.with(Banded::new(1, 1)), control).unwrap().last(), "Bdf, banded");
    check(
        solve(&system, start.clone(), 0.0..0.2, Rodas5P.with(Banded::new(1, 1)), control).unwrap().last(),
        "Rodas5P, banded",
    );
    check(
        solve(&system, start.clone(), 0.0..0.2, Esdirk547.with(Banded::new(1, 1)), control).unwrap().last(),
        "Esdirk, banded",
    );
}

/// `y₀' = −y₁` with `0 = y₁³ + y₁ − y₀`: `y₁` falls from `a` to `b` in the time `1.5 (a² − b²) + ln (a / b)`.
fn valve() -> WithMass<impl Jacobian<State = Vector2<f64>>> {
    let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
        *dy = vector![-y[1], y[1].powi(3) + y[1] - y[0]];
    });
    WithMass::new(field, MassMatrix::diagonal(&[1.0, 0.0]).unwrap())
}

fn falling_time(a: f64, b: f64) -> f64 {
    1.5 * (a * a - b * b) + (a / b).ln()
}

#[test]
fn events_of_algebraic_variables_are_located() {
    fn check<F, S>(system: &F, solver: S, limit: f64)
    where
        F: Dynamics<State = Vector2<f64>>,
        S: Embedded<F> + Dense<F> + Copy,
    {
        let (start, control) = (vector![10.0, 2.0], Pid::tolerance(1e-8));
        // The valve opens to y₁ = 2 whenever it has closed to 1.
        let opening = Event::falling(|_t, y: &Vector2<f64>| y[1] - 1.0).reset(|_t, y| *y = vector![10.0, 2.0]);
        let problem = Ivp::new(system, start, 0.0..17.0).event(opening);
        let solution = problem.solve(solver, control).unwrap_or_else(|failure| panic!("{}", failure.error));
        assert_eq!(solution.hits.len(), 3, "{}", S::NAME);
        for (i, hit) in solution.hits.iter().enumerate() {
            let error = (hit.t - falling_time(2.0, 1.0) * (i + 1) as f64).abs();
            assert!(error < 2e-6, "{}, event {i}: {error:e}", S::NAME);
        }
        // Outputs inside steps, the first one too.
        let levels = [1.9999, 1.9, 1.5, 1.2, 1.05];
        let times = levels.map(|level| falling_time(2.0, level));
        let solution = Ivp::new(system, start, 0.0..5.0).save_at(&times).solve(solver, control).unwrap();
        for (y, level) in solution.y.iter().zip(levels) {
            let error = (y - vector![f64::powi(level, 3) + level, level]).norm();
            assert!(error < limit, "{}, {level}: {error:e}", S::NAME);
        }
        // A reset that violates the algebraic equation.
        let breaking = Event::falling(|_t, y: &Vector2<f64>| y[1] - 1.0).reset(|_t, y| y[1] = 2.0);
        let failure = Ivp::new(system, start, 0.0..17.0).event(breaking).solve(solver, control).unwrap_err();
        assert!(matches!(failure.error, Error::InconsistentState { .. }), "{}: {}", S::NAME, failure.error);
        assert!((failure.partial.last_time() - falling_time(2.0, 1.0)).abs() < 2e-6);
    }
    let system = valve();
    check(&system, RadauIIA3, 1e-6);
    check(&system, RadauIIA5, 1e-6);
    check(&system, RadauIIA9, 1e-6);
    check(&system, Radau, 1e-6);
    check(&system, Rodas4P, 1e-6);
    check(&system, Rodas5P, 1e-6);
    check(&system, Bdf, 3e-6);
    check(&system, Ndf, 3e-6);
    check(&system, Kvaerno3, 1e-6);
    check(&system, Esdirk547, 1e-6);
    check(&system, Sdirk4, 1e-6);
}

#[test]
fn a_consistent_component_may_be_zero_up_to_rounding() {
    for unit in [1e-9, 1.0, 1e9] {
        let rest = ode(move |_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
            // The sum of the constants is a rounding error.
            *dy = vector![-y[0], unit * ((y[1] / unit + 0.3) - 0.1 - 0.2)];
        });
        let f = WithMass::new(rest, MassMatrix::diagonal(&[1.0, 0.0]).unwrap());
        let found = ConsistentState::new().find(&f, 0.0, vector![0.0, unit]).unwrap();
        assert!(found[0] == 0.0 && found[1].abs() < 1e-15 * unit, "{found}");
    }
}

#[test]
fn a_consistent_component_is_found_in_any_unit() {
    // x of size 1 in another unit, and 0 = z³ + z − x / 1000
    for [x_unit, z_unit] in [[1.0, 1.0], [1e12, 1.0], [1.0, 1e12], [1e-12, 1e9]] {
        let valve = ode(move |_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
            let (x, z) = (y[0] / x_unit, y[1] / z_unit);
            *dy = vector![-y[0], z_unit * (z.powi(3) + z - 1e-3 * x)];
        });
        let f = WithMass::new(valve, MassMatrix::diagonal(&[1.0, 0.0]).unwrap());
        let found = ConsistentState::new().find(&f, 0.0, vector![x_unit, 5e-4 * z_unit]).unwrap();
        let z = found[1] / z_unit;
        assert!((z.powi(3) + z - 1e-3).abs() < 1e-18, "{x_unit:e} {z_unit:e}: {z}");
    }
    // An equation whose terms cancel: z is found up to their rounding.
    let cancel = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], y[0] - 1.1e12 - 0.3 * y[1]]);
    let f = WithMass::new(cancel, MassMatrix::diagonal(&[1.0, 0.0]).unwrap());
    let found = ConsistentState::new().find(&f, 0.0, vector![1.1e12 + 0.125, 1.0]).unwrap();
    assert!((found[1] - 0.125 / 0.3).abs() < 1e-3, "{found}");
}

/// Without tolerances the stages are solved to rounding, which `T⁻¹` amplifies.
#[test]
fn fixed_steps_solve_the_stages_of_every_collocation_method() {
    // y = x = exp(−t + sin(5 t) / 5), z = cos 5 t, with mixed rows.
    let rows = [[1.0, 2.0, -1.0], [0.5, 1.0, 3.0], [2.0, -1.0, 1.0]];
    let f = ode(move |t: f64, v: &SVector<f64, 3>, dv: &mut SVector<f64, 3>| {
        let parts = [-v[0] + v[1] * v[0], v[1] - (5.0 * t).cos(), v[0] * v[1] - v[0]];
        *dv = SVector::from_fn(|i, _| (0..3).map(|j| rows[i][j] * parts[j]).sum());
    });
    let entries: Vec<_> = (0..3).flat_map(|i| [(i, 0, rows[i][0]), (i, 2, rows[i][2])]).collect();
    let f = WithMass::new(f, SparseMatrix::from_triplets(3, &entries).and_then(MassMatrix::new).unwrap());
    let exact = |t: f64| {
        let y = (-t + (5.0 * t).sin() / 5.0).exp();
        vector![y, (5.0 * t).cos(), y]
    };
    for steps in 6..40 {
        macro_rules! check {
            ($($method:ident),*) => {$({
                let found = solve(&f, exact(0.0), 0.0..2.0, $method, Fixed::steps(steps));
                let found = found.unwrap_or_else(|failure| panic!("{} {steps}: {}", stringify!($method), failure.error));
                let error = (found.last() - exact(2.0)).amax();
                assert!(error < 100.0 / (steps as f64).powi(3), "{} {steps}: {error:e}", stringify!($method));
            })*};
        }
        check!(RadauIIA3, RadauIIA5, RadauIIA9, RadauIIA13);
        let found = solve(&f, exact(0.0), 0.0..2.0, RadauIIA13, Fixed::steps(steps)).unwrap();
        assert!(steps < 12 || (found.last() - exact(2.0)).amax() < 1e-11);
    }
}

struct ExplicitInside;

impl Tableau<3> for ExplicitInside {
    const NAME: &'static str = "an explicit stage between the others";
    const ORDER: u32 = 1;
    const C: [f64; 3] = [0.0, 1.0, 1.0];
    const A: [[f64; 3]; 3] = [[0.0; 3], [1.0, 0.0, 0.0], [0.25, 0.25, 0.5]];
    const B: [f64; 3] = [0.25, 0.25, 0.5];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<3> = Interpolant::new([[0.25, 0.25, 0.5], [0.0; 3], [0.0; 3]]);
}

impl DirkTableau<3> for ExplicitInside {}

#[test]
fn an_explicit_stage_after_the_first_takes_no_mass() {
    fn takes_mass<F: Dynamics, S: Solver<F>>(_: &F, _: &S) -> bool {
        S::TAKES_MASS
    }
    let f = WithMass::new(ode(|_t, y: &f64, dy: &mut f64| *dy = -y), MassMatrix::diagonal(&[2.0]).unwrap());
    assert!(takes_mass(&f, &Esdirk547) && !takes_mass(&f, &Dirk::<ExplicitInside, 3>::new()));
}

#[test]
fn the_order_of_the_interpolant_holds_with_a_mass_matrix() {
    // 2 y' = −y
    let f = WithMass::new(ode(|_t, y: &f64, dy: &mut f64| *dy = -y), MassMatrix::diagonal(&[2.0]).unwrap());
    let exact = |t: f64| (-0.5 * t).exp();
    macro_rules! check {
        ($($method:ident),*) => {$({
            let report = verify::dense_order(&f, 0.0..4.0, &$method, exact).unwrap();
            assert!(report.passed(), "{report}");
        })*};
    }
    check!(RadauIIA3, RadauIIA5, Radau, Rodas4, Rodas5P, Esdirk547, TrBdf2, Kvaerno3, Sdirk4);
}

/// `x' = −0.1 x` beside `0 = z³ + z − cos t`: with fixed steps, the unit of `x` does not matter for `z`.
#[test]
fn a_small_component_is_solved_beside_a_large_one() {
    fn residual<F, S>(system: &F, large: f64, solver: S) -> f64
    where
        F: Dynamics<State = Vector2<f64>>,
        S: Solver<F>,
    {
        let z = ConsistentState::new().find(&valve_in_time(), 0.0, vector![1.0, 0.5]).unwrap()[1];
        let end = *solve(system, vector![large, z], 0.0..2.0, solver, Fixed::steps(10)).unwrap().last();
        (end[1].powi(3) + end[1] - 2.0_f64.cos()).abs()
    }
    let system = valve_in_time();
    for large in [1.0, 1e6, 1e12, 1e16, 1e20, 1e100] {
        for (name, residual) in [
            ("RadauIIA3", residual(&system, large, RadauIIA3)),
            ("RadauIIA5", residual(&system, large, RadauIIA5)),
            ("RadauIIA9", residual(&system, large, RadauIIA9)),
            ("TrBdf2", residual(&system, large, TrBdf2)),
            ("Esdirk547", residual(&system, large, Esdirk547)),
            ("Sdirk4", residual(&system, large, Sdirk4)),
        ] {
            assert!(residual < 1e-14, "{name}, {large:e}: {residual:e}");
        }
    }
}

fn valve_in_time() -> WithMass<impl Jacobian<State = Vector2<f64>>> {
    let field = ode(|t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
        *dy = vector![-0.1 * y[0], y[1].powi(3) + y[1] - t.cos()];
    });
    WithMass::new(field, MassMatrix::diagonal(&[1.0, 0.0]).unwrap())
}
