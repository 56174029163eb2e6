//! Periodic orbits: closed forms, and values by SciPy from `tests/reference/periodic_orbits.py`.

use std::f64::consts::{PI, TAU};

use nalgebra::{SVector, Vector2, Vector3, vector};
use rheos::analysis::{PeriodicOrbit, forced_orbit, periodic_orbit};
use rheos::dynamics::problems::VanDerPol;
use rheos::dynamics::{Dynamics, Jacobian, Neighbourhood};
use rheos::solver::explicit::Dop853;
use rheos::{Autodiff, Error, Fixed, GenericDynamics, Pid, Rk4, Scalar, Tsit5, ode};

/// Declares a model over a generic scalar.
macro_rules! model {
    ($name:ident, $n:literal, $p:literal, $T:ident, |$x:ident, $q:ident| $body:expr) => {
        struct $name;
        impl GenericDynamics<$n, $p> for $name {
            fn eval<$T: Scalar>(&self, _: $T, $x: &SVector<$T, $n>, $q: &SVector<$T, $p>) -> SVector<$T, $n> {
                $body
            }
        }
    };
}

// dr/dt = σ r (1 − r²), dθ/dt = ω.
model!(HopfNormalForm, 2, 2, T, |x, p| {
    let growth = p[0] * (T::from(1.0) - x[0] * x[0] - x[1] * x[1]);
    vector![growth * x[0] - p[1] * x[1], p[1] * x[0] + growth * x[1]]
});
model!(Brusselator, 2, 2, T, |x, p| {
    let reaction = x[0] * x[0] * x[1];
    vector![p[0] - (p[1] + 1.0) * x[0] + reaction, p[1] * x[0] - reaction]
});
model!(Lorenz, 3, 1, T, |x, r| {
    vector![(x[1] - x[0]) * 10.0, x[0] * (r[0] - x[2]) - x[1], x[0] * x[1] - x[2] * (8.0 / 3.0)]
});
model!(Pendulum, 2, 1, T, |x, p| vector![x[1], -p[0] * x[0].sin()]);

fn tight() -> Pid {
    Pid::tolerance(1e-13)
}

/// The relative distance of a multiplier.
fn apart(found: f64, expected: f64) -> f64 {
    (found / expected - 1.0).abs()
}

#[track_caller]
fn is_closed<Y>(orbit: &PeriodicOrbit<Y>, accuracy: f64) {
    println!("residual {:e} correction {:e} accuracy {:e}", orbit.residual, orbit.correction, orbit.accuracy());
    assert!(orbit.residual < 1e-10 && orbit.correction < 1e-10, "{:e} {:e}", orbit.residual, orbit.correction);
    assert!(orbit.accuracy() < accuracy && orbit.isolated, "{:e}", orbit.accuracy());
}

#[test]
fn the_hopf_normal_form() {
    for (growth, frequency) in [(1.0, 1.0), (0.1, 2.0), (-0.1, 1.0), (-1.0, 5.0)] {
        let field = Autodiff::new(HopfNormalForm, vector![growth, frequency]);
        // Outside of an unstable cycle the solution becomes infinite.
        let guess = if growth > 0.0 { vector![1.2, 0.1] } else { vector![0.95, 0.1] };
        let orbit = periodic_orbit(&field, guess, 0.9 * TAU / frequency, Dop853, tight()).unwrap();
        is_closed(&orbit, 1e-9);
        assert!(apart(orbit.period, TAU / frequency) < 1e-11 && (orbit.x.norm() - 1.0).abs() < 1e-11);
        let expected = (-2.0 * growth * TAU / frequency).exp();
        let found: Vec<f64> = orbit.nontrivial().map(|x| x.re).collect();
        // The absolute error of an eigenvalue is a multiple of the tolerance; exp(−4π) is 3.5e-6.
        assert!((found[0] - expected).abs() < 1e-9 * expected.max(1.0), "{found:?} {expected}");
        assert!((orbit.log_volume - expected.ln()).abs() < 1e-9);
        assert_eq!((orbit.is_stable(), orbit.unstable_directions()), (Some(growth > 0.0), usize::from(growth < 0.0)));
        assert_eq!(orbit.repeats, 1);
        let exponent = orbit.exponents()[1 - orbit.trivial.unwrap()];
        assert!((exponent.re + 2.0 * growth).abs() < 1e-4 && exponent.im.abs() < 1e-12);
        assert!(orbit.states.iter().all(|state| (state.norm() - 1.0).abs() < 1e-6));
        assert_eq!((orbit.times[0], *orbit.times.last().unwrap()), (0.0, orbit.period));
    }
}

#[test]
fn the_van_der_pol_oscillator() {
    for (mu, guess, period, multiplier) in
        [(1.0, 6.4, 6.663286859323, 8.596950636038e-04), (5.0, 11.0, 11.612230667719, 7.738555086868e-38)]
    {
        let (field, _) = VanDerPol::problem(mu);
        let orbit = periodic_orbit(&field, vector![2.0, 0.0], guess, Dop853, tight()).unwrap();
        is_closed(&orbit, 1e-8);
        assert!(apart(orbit.period, period) < 1e-11, "{}", orbit.period);
        // Liouville's formula has small multipliers too, of which the monodromy matrix has the absolute accuracy only.
        assert!(apart(orbit.log_volume.exp(), multiplier) < 1e-9);
        assert!(orbit.nontrivial().all(|found| (found.re - multiplier).abs() < 1e-9));
        assert_eq!(orbit.is_stable(), Some(true));
    }
}

#[test]
fn the_brusselator() {
    let field = Autodiff::new(Brusselator, vector![1.0, 3.0]);
    let orbit = periodic_orbit(&field, vector![1.0, 4.0], 7.0, Dop853, tight()).unwrap();
    is_closed(&orbit, 1e-8);
    assert!(apart(orbit.period, 7.156919921180) < 1e-11);
    assert!(orbit.nontrivial().all(|found| (found.re - 2.516375799890e-04).abs() < 1e-9));
}

#[test]
fn the_shortest_unstable_orbit_of_the_lorenz_system() {
    let field = Autodiff::new(Lorenz, vector![28.0]);
    let guess = vector![-13.8, -19.6, 27.0];
    let orbit = periodic_orbit(&field, guess, 1.56, Dop853, tight()).unwrap();
    is_closed(&orbit, 1e-8);
    assert!(apart(orbit.period, 1.558652210716) < 1e-11, "{}", orbit.period);
    let found: Vec<f64> = orbit.nontrivial().map(|x| x.re).collect();
    assert!(apart(found[0], 4.712947273434733) < 1e-9, "{found:?}");
    assert_eq!((orbit.unstable_directions(), orbit.is_stable()), (1, Some(false)));
    // The divergence is constant.
    assert!((orbit.log_volume + (10.0 + 1.0 + 8.0 / 3.0) * orbit.period).abs() < 1e-10);
    assert!(orbit.multipliers.windows(2).all(|pair| pair[0].norm() >= pair[1].norm()));
}

model!(Roessler, 3, 1, T, |x, c| vector![-x[1] - x[2], x[0] + x[1] * 0.2, T::from(0.2) + x[2] * (x[0] - c[0])]);

/// After a flip the orbit of two turns comes close to itself after one, but has not its period.
#[test]
fn orbits_on_both_sides_of_a_flip() {
    let field = Autodiff::new(Roessler, vector![3.5]);
    let twice = periodic_orbit(&field, vector![-3.8, 0.0, 0.03], 11.5, Dop853, tight()).unwrap();
    is_closed(&twice, 1e-8);
    assert!(apart(twice.period, 11.545218287763) < 1e-10 && twice.repeats == 1 && twice.is_stable() == Some(true));
    assert!((twice.nontrivial().next().unwrap().re + 0.4187354199507919).abs() < 1e-8);
    let once = periodic_orbit(&field, vector![-4.8, 0.0, 0.024], 5.8, Dop853, tight()).unwrap();
    is_closed(&once, 1e-8);
    assert!(apart(once.period, 5.804123878885) < 1e-10 && once.unstable_directions() == 1);
    assert!((once.nontrivial().next().unwrap().re + 1.4096921539970633).abs() < 1e-8);
    // Two turns of that one.
    let doubled = periodic_orbit(&field, once.x, 2.0 * once.period, Dop853, tight()).unwrap();
    assert!(doubled.repeats == 2 && apart(doubled.period, once.period) < 1e-10);
}

#[test]
fn multiples_of_the_period_are_found_out() {
    let (field, _) = VanDerPol::problem(1.0);
    for repeats in [2, 3, 4, 6, 11] {
        let guess = repeats as f64 * 6.663 + 0.05;
        let orbit = periodic_orbit(&field, vector![2.0, 0.0], guess, Dop853, Pid::tolerance(1e-11)).unwrap();
        assert_eq!(orbit.repeats, repeats);
        assert!(apart(orbit.period, 6.663286859323) < 1e-9, "{}", orbit.period);
    }
}

#[test]
fn whatever_the_guess_an_orbit_is_the_orbit() {
    // The only cycle; every other answer is an error.
    let (field, _) = VanDerPol::problem(1.0);
    let mut found = 0;
    for k in 0..12 {
        let k = f64::from(k);
        let guess = vector![4.0 * (1.3 * k).sin(), 4.0 * (2.9 * k + 1.0).sin()];
        match periodic_orbit(&field, guess, 3.0 + k, Tsit5, Pid::tolerance(1e-8)) {
            Ok(orbit) => {
                assert!(apart(orbit.period, 6.663286859323) < 1e-6, "{} x {}", orbit.repeats, orbit.period);
                found += 1;
            }
            Err(error) => assert!(matches!(error, Error::NoPeriodicOrbit { .. }), "{error}"),
        }
    }
    // Most of these guesses are far away.
    assert!(found > 0);
}

#[test]
fn equilibria_are_no_orbits() {
    let collapsed = |result: rheos::Result<PeriodicOrbit<Vector2<f64>>>| match result {
        Err(Error::NoPeriodicOrbit { reason, at, .. }) => {
            println!("{reason} {at:?}");
            assert!(reason.contains("equilibrium"), "{reason}");
        }
        other => panic!("{other:?}"),
    };
    let (field, _) = VanDerPol::problem(1.0);
    let message = periodic_orbit(&field, vector![0.0, 0.0], 6.0, Dop853, tight()).unwrap_err().to_string();
    let expected = "no periodic orbit was found in 0 steps of Newton's method: it collapsed to an equilibrium, at x = [0.0, 0.0] \
                    with the period 6; start nearer to one";
    assert_eq!(message, expected);
    collapsed(periodic_orbit(&field, vector![1e-3, 0.0], 3.0, Dop853, tight()));
    // A spiral without any cycle.
    let spiral =
        ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-0.1 * y[0] - y[1], y[0] - 0.1 * y[1]]);
    collapsed(periodic_orbit(&spiral, vector![1.0, 0.0], 6.0, Dop853, tight()));
    let shifted = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
        let z = y - vector![3.0, -2.0];
        *dy = vector![-0.1 * z[0] - z[1], z[0] - 0.1 * z[1]];
    });
    collapsed(periodic_orbit(&shifted, vector![4.0, -2.0], 6.0, Dop853, tight()));
}

#[test]
fn a_family_of_orbits_is_not_isolated() {
    let field = Autodiff::new(Pendulum, vector![1.0]);
    let orbit = periodic_orbit(&field, vector![PI / 2.0, 0.0], 7.0, Dop853, tight()).unwrap();
    assert!(!orbit.isolated && orbit.is_stable() != Some(true));
    // The period by the arithmetic-geometric mean.
    let amplitude = orbit.states.iter().map(|y| y[0].abs()).fold(0.0, f64::max);
    let energy = 0.5 * orbit.x[1] * orbit.x[1] - orbit.x[0].cos();
    let amplitude_by_energy = (-energy).acos();
    assert!((amplitude - amplitude_by_energy).abs() < 1e-2);
    let (mut a, mut b) = (1.0, (0.5 * amplitude_by_energy).cos());
    for _ in 0..8 {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    assert!(apart(orbit.period, TAU / a) < 1e-10, "{} {}", orbit.period, TAU / a);
}

/// A planar field in other units of state and time, its coordinates in reversed order.
struct InOtherUnits<F> {
    inner: F,
    unit: f64,
    rate: f64,
}

impl<F: Dynamics<State = Vector2<f64>>> Dynamics for InOtherUnits<F> {
    type State = Vector2<f64>;
    fn eval(&self, t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        self.inner.eval(t, &(vector![y[1], y[0]] / self.unit), dy);
        *dy = vector![dy[1], dy[0]] * (self.unit * self.rate);
    }
}

impl<F: Jacobian<State = Vector2<f64>>> Jacobian for InOtherUnits<F> {
    fn jacobian(&self, t: f64, y: &Vector2<f64>, _: Neighbourhood<'_, Vector2<f64>>) -> nalgebra::Matrix2<f64> {
        let slopes = self.inner.jacobian(t, &(vector![y[1], y[0]] / self.unit), Neighbourhood::of_step(0.0));
        nalgebra::Matrix2::new(slopes[(1, 1)], slopes[(1, 0)], slopes[(0, 1)], slopes[(0, 0)]) * self.rate
    }
}

#[test]
fn units_and_the_order_of_coordinates_do_not_matter() {
    for (unit, rate) in [(1e-9, 1e9), (1e9, 1e-9), (1e9, 1e9), (1e-9, 1e-9)] {
        let field = InOtherUnits { inner: Autodiff::new(Brusselator, vector![1.0, 3.0]), unit, rate };
        let control = Pid::tolerance(1e-12).atol(1e-12 * unit);
        let orbit = periodic_orbit(&field, vector![4.0, 1.0] * unit, 7.0 / rate, Dop853, control).unwrap();
        is_closed(&orbit, 1e-7);
        assert!(apart(orbit.period * rate, 7.156919921180) < 1e-9);
        let at_rest = periodic_orbit(&field, vector![3.001, 1.0] * unit, 0.5 / rate, Dop853, control);
        assert!(matches!(at_rest, Err(Error::NoPeriodicOrbit { .. })), "{at_rest:?}");
    }
}

#[test]
fn other_methods_and_controllers() {
    let field = Autodiff::new(Brusselator, vector![1.0, 3.0]);
    let fixed = periodic_orbit(&field, vector![1.0, 4.0], 7.0, Rk4, Fixed::steps(2000)).unwrap();
    assert!(apart(fixed.period, 7.156919921180) < 1e-7 && fixed.correction < 1e-12);
    for tolerance in [1e-4, 1e-6, 1e-8, 1e-10] {
        let orbit = periodic_orbit(&field, vector![1.0, 4.0], 7.0, Tsit5, Pid::tolerance(tolerance)).unwrap();
        let error = apart(orbit.period, 7.156919921180);
        println!("{tolerance:e}: error {error:e} accuracy {:e} correction {:e}", orbit.accuracy(), orbit.correction);
        assert!(error < 100.0 * tolerance);
    }
}

#[test]
fn a_parameter_as_a_coordinate() {
    // The amplitude is a coordinate at rest, so the orbits are a family.
    let field = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
        let growth = y[2] - y[0] * y[0] - y[1] * y[1];
        *dy = vector![growth * y[0] - 2.0 * y[1], 2.0 * y[0] + growth * y[1], 0.0];
    });
    let orbit = periodic_orbit(&field, vector![1.9, 0.0, 4.0], 3.0, Dop853, tight()).unwrap();
    assert!(!orbit.isolated);
    assert!(apart(orbit.period, PI) < 1e-9 && (orbit.x[0].hypot(orbit.x[1]) - orbit.x[2].sqrt()).abs() < 1e-9);
}

#[test]
fn forced_orbits() {
    // A damped oscillator y'' + 2 d y' + w² y = cos t, whose response is known.
    let (d, w) = (0.1, 2.0);
    let field = ode(move |t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
        *dy = vector![y[1], t.cos() - 2.0 * d * y[1] - w * w * y[0]];
    });
    let t0 = 0.7;
    let orbit = forced_orbit(&field, vector![0.0, 0.0], t0..t0 + TAU, Dop853, tight()).unwrap();
    let (a, b) = (w * w - 1.0, 2.0 * d);
    let y = |t: f64| (a * t.cos() + b * t.sin()) / (a * a + b * b);
    assert!((orbit.x[0] - y(t0)).abs() < 1e-10 && orbit.trivial.is_none());
    // The derivative of a closure is a difference, with errors of about 1e-10 per unit of time.
    assert!(orbit.multipliers.iter().all(|found| apart(found.norm(), (-d * TAU).exp()) < 1e-8));
    assert!(
        (orbit.log_volume + 2.0 * d * TAU).abs() < 1e-8 && orbit.is_stable() == Some(true) && orbit.accuracy() < 1e-8
    );
    // The period of the field is asked for where it cannot be found.
    let refused = periodic_orbit(&field, vector![0.0, 0.0], TAU, Dop853, tight());
    assert!(matches!(refused, Err(Error::InvalidArgument { name: "t", .. })));
    // A pulse between the times at which the field is probed is found by its declaration.
    struct Pulsed;
    impl Dynamics for Pulsed {
        type State = Vector2<f64>;
        fn eval(&self, t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
            let pulse = if (0.5..0.6).contains(&(t / TAU)) { 2.0 } else { 1.0 };
            *dy = pulse * vector![y[1], -y[0] - 0.1 * y[1]];
        }
        fn jumps(&self) -> &[f64] {
            const { &[0.5 * TAU, 0.6 * TAU] }
        }
    }
    impl Jacobian for Pulsed {}
    let refused = periodic_orbit(&Pulsed, vector![1.0, 0.0], TAU, Dop853, tight());
    assert!(matches!(refused, Err(Error::InvalidArgument { name: "t", value: PI, .. })), "{refused:?}");
    // At rest is an orbit of a forced field.
    let rest = ode(|t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = -y * (1.0 + 0.5 * t.sin()));
    let orbit = forced_orbit(&rest, vector![1.0, -1.0], 0.0..TAU, Dop853, tight()).unwrap();
    assert!(orbit.x.norm() < 1e-10 && orbit.is_stable() == Some(true));
    // The state is no longer seen by the error norm, and the displacements are seen down to 1e-8.
    assert!(orbit.multipliers.iter().all(|found| apart(found.re, (-TAU).exp()) < 1e-5), "{:?}", orbit.multipliers);
    assert!(orbit.accuracy() < 1e-5);
}

#[test]
fn bad_arguments_are_named() {
    let (field, _) = VanDerPol::problem(1.0);
    let named = |result: rheos::Result<PeriodicOrbit<Vector2<f64>>>, expected: &str| match result {
        Err(Error::InvalidArgument { name, .. } | Error::InvalidEntry { name, .. }) => assert_eq!(name, expected),
        other => panic!("{other:?}"),
    };
    for period in [0.0, -6.0, f64::NAN, f64::INFINITY] {
        named(periodic_orbit(&field, vector![2.0, 0.0], period, Dop853, tight()), "period");
    }
    named(periodic_orbit(&field, vector![2.0, f64::NAN], 6.0, Dop853, tight()), "guess");
    named(forced_orbit(&field, vector![2.0, 0.0], 1.0..1.0, Dop853, tight()), "span");
    named(forced_orbit(&field, vector![2.0, 0.0], 1.0..f64::NAN, Dop853, tight()), "t1");
    // The solution becomes infinite at t = 1.
    let blow_up = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[0] * y[0], y[1]]);
    assert!(periodic_orbit(&blow_up, vector![1.0, 1.0], 2.0, Dop853, tight()).is_err());
}

#[test]
fn a_span_that_is_no_period_of_the_field_is_refused() {
    let field = ode(|t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
        *dy = vector![y[1], -0.2 * y[1] - y[0] + (2.0 * t).cos()];
    });
    let pi = std::f64::consts::PI;
    for span in [2.0, 0.5 * pi, 1.01 * pi] {
        let refused = forced_orbit(&field, vector![0.0, 0.0], 0.0..span, Dop853, tight());
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "span", .. })), "{span}");
    }
    // The response of the linear oscillator at the frequency 2: (−3 cos 2t + 0.4 sin 2t) / 9.16.
    for span in [pi, 3.0 * pi] {
        let orbit = forced_orbit(&field, vector![0.0, 0.0], 0.0..span, Dop853, tight()).unwrap();
        assert!((orbit.x - vector![-3.0 / 9.16, 0.8 / 9.16]).norm() < 1e-9);
    }
}

#[test]
fn an_orbit_of_a_conservative_system_is_neither_stable_nor_unstable() {
    let pendulum = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[1], -y[0].sin()]);
    let orbit = periodic_orbit(&pendulum, vector![1.0, 0.0], 6.7, Dop853, tight()).unwrap();
    // 4 K(sin 0.5), by scipy.special.ellipk(sin(0.5)**2).
    assert!((orbit.period - 6.699_977_5).abs() < 1e-5 && !orbit.isolated, "{orbit:?}");
    assert!(orbit.unstable_directions() == 0 && orbit.is_stable().is_none(), "{orbit:?}");
}

#[test]
fn many_turns_and_no_turn() {
    let (field, _) = VanDerPol::problem(1.0);
    let orbit = periodic_orbit(&field, vector![2.0, 0.0], 17.0 * 6.663_3, Dop853, tight()).unwrap();
    assert!((orbit.period - 6.663_286_86).abs() < 1e-6 && orbit.repeats == 17);
    let node = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], -2.0 * y[1]]);
    let message = periodic_orbit(&node, vector![1.0, 0.3], 1.0, Dop853, tight()).unwrap_err().to_string();
    assert!(message.contains("the period shrank to zero"), "{message}");
}

/// A volume that underflows on both sides of Liouville's formula agrees.
#[test]
fn a_contraction_to_nothing_is_stable() {
    let field = ode(|t: f64, y: &f64, dy: &mut f64| *dy = -y + t.cos());
    let mut orbit = forced_orbit(&field, 0.5, 0.0..TAU, Dop853, Pid::tolerance(1e-10)).unwrap();
    assert!(orbit.accuracy() < 1e-8 && orbit.is_stable() == Some(true));
    orbit.monodromy.fill(0.0);
    orbit.multipliers[0] *= 0.0;
    orbit.log_volume = -1e4;
    assert_eq!((orbit.accuracy(), orbit.is_stable()), (0.0, Some(true)));
}
