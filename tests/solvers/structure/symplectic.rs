//! A step of a symplectic method is a symplectic map; the step over `−h` undoes a step of a symmetric method.

use std::cell::Cell;

use nalgebra::{Matrix4, Vector2, Vector4, vector};
use rheos::dynamics::separable;
use rheos::solver::symplectic::{BlanesMoan4, Leapfrog, PositionVerlet, Ruth3, SymplecticEuler, Yoshida4, Yoshida6};
use rheos::solver::{Dense, StepStart};
use rheos::{Error, Fixed, Ivp, Rk4, Solver, solve};

use super::problems::{Kepler, Pendulums, Shaken};

type Pair = (Vector2<f64>, Vector2<f64>);

const H: f64 = 0.3;

fn step<F: rheos::Dynamics, S: Solver<F>>(f: &F, solver: &S, t: f64, h: f64, y0: &F::State) -> F::State {
    let mut ws = solver.workspace(f, y0);
    let mut y1 = y0.clone();
    solver.step(f, &mut ws, StepStart { t, h, y0 }, &mut y1).unwrap();
    y1
}

fn pair(x: &Vector4<f64>) -> Pair {
    (vector![x[0], x[1]], vector![x[2], x[3]])
}

/// The largest entry of `Jᵀ Ω J − Ω`, with the Jacobian `J` of `map` by central differences: of the size of 1e-10 for a
/// symplectic map.
fn asymplecticity(map: impl Fn(Pair) -> Pair, at: Vector4<f64>) -> f64 {
    let delta = 1e-5;
    let mut jacobian = Matrix4::zeros();
    for j in 0..4 {
        let mut moved = [at, at];
        moved[0][j] += delta;
        moved[1][j] -= delta;
        let [(q1, p1), (q0, p0)] = moved.map(|x| map(pair(&x)));
        let column = [q1[0] - q0[0], q1[1] - q0[1], p1[0] - p0[0], p1[1] - p0[1]];
        jacobian.set_column(j, &(Vector4::from(column) / (2.0 * delta)));
    }
    let omega = nalgebra::matrix![0.0, 0.0, 1.0, 0.0; 0.0, 0.0, 0.0, 1.0; -1.0, 0.0, 0.0, 0.0; 0.0, -1.0, 0.0, 0.0];
    (jacobian.transpose() * omega * jacobian - omega).amax()
}

#[test]
fn steps_are_symplectic_maps() {
    fn check<S: Dense<Kepler> + Solver<Pendulums> + Copy>(solver: S) {
        let at = vector![0.9, 0.4, -0.5, 0.8];
        let found = asymplecticity(|y| step(&Kepler, &solver, 0.0, H, &y), at);
        assert!(found < 1e-8, "{found:e}");
        // Two steps, of which the second uses the last slope of the first, in a field that depends on time.
        let (f, _) = Pendulums::problem();
        let two = |y| *solve(&f, y, 0.4..0.4 + 2.0 * H, solver, Fixed::steps(2)).unwrap().last();
        let found = asymplecticity(two, at);
        assert!(found < 1e-8, "{found:e}");
        // An output inside a step is a symplectic map of its start as well.
        let inside = |y| Ivp::new(&Kepler, y, 0.0..H).save_at(&[0.4 * H]).solve(solver, Fixed::steps(1));
        let found = asymplecticity(|y| inside(y).unwrap().y[0], at);
        assert!(found < 1e-8, "{found:e}");
    }
    check(SymplecticEuler);
    check(Leapfrog);
    check(PositionVerlet);
    check(Ruth3);
    check(Yoshida4);
    check(BlanesMoan4);
    check(Yoshida6);
    // The test sees a map that is not.
    let at = vector![0.9, 0.4, -0.5, 0.8];
    assert!(asymplecticity(|y| step(&Kepler, &Rk4, 0.0, H, &y), at) > 1e-6);
}

#[test]
fn symmetric_methods_are_undone_by_a_negative_step() {
    fn distance<S: Solver<Shaken>>(solver: S) -> f64 {
        let y0 = Shaken::exact(0.7);
        let y1 = step(&Shaken, &solver, 0.7, H, &y0);
        let y = step(&Shaken, &solver, 0.7 + H, -H, &y1);
        (y.0 - y0.0).abs() + (y.1 - y0.1).abs()
    }
    for distance in
        [distance(Leapfrog), distance(PositionVerlet), distance(Yoshida4), distance(BlanesMoan4), distance(Yoshida6)]
    {
        assert!(distance < 1e-14, "{distance:e}");
    }
    for distance in [distance(SymplecticEuler), distance(Ruth3)] {
        assert!(distance > 1e-5, "{distance:e}");
    }
}

#[test]
fn the_last_force_of_a_step_is_the_first_of_the_next() {
    let forces = Cell::new(0);
    let pendulum = separable(
        |_t, p: &f64, dq: &mut f64| *dq = *p,
        |_t, q: &f64, dp: &mut f64| {
            forces.set(forces.get() + 1);
            *dp = -q.sin();
        },
    );
    macro_rules! count {
        ($method:expr) => {{
            forces.set(0);
            let solution = solve(&pendulum, (1.0, 0.0), 0.0..5.0, $method, Fixed::steps(50)).unwrap();
            assert_eq!(solution.stats.evaluations, forces.get());
            forces.get()
        }};
    }
    assert_eq!(count!(SymplecticEuler), 50);
    assert_eq!(count!(Leapfrog), 51);
    assert_eq!(count!(PositionVerlet), 50);
    assert_eq!(count!(Ruth3), 150);
    assert_eq!(count!(Yoshida4), 151);
    assert_eq!(count!(BlanesMoan4), 301);
    assert_eq!(count!(Yoshida6), 351);

    // Outputs inside steps do not change the solution, whatever force they leave in the workspace.
    let times: Vec<f64> = (1..40).map(|i| 0.123 * f64::from(i)).collect();
    let plain = solve(&pendulum, (1.0, 0.0), 0.0..5.0, Leapfrog, Fixed::steps(50)).unwrap();
    let saved = Ivp::new(&pendulum, (1.0, 0.0), 0.0..5.0).save_at(&times).solve(Leapfrog, Fixed::steps(50)).unwrap();
    assert_eq!(plain.last(), saved.last());
}

/// The earliest and the latest time at which a step over `0..1` asks for the field.
fn times_of_a_step<S: Solver<Recorder>>(solver: &S) -> (f64, f64) {
    let field = Recorder { earliest: Cell::new(f64::INFINITY), latest: Cell::new(f64::NEG_INFINITY) };
    step(&field, solver, 0.0, 1.0, &(1.0, 0.0));
    (field.earliest.get(), field.latest.get())
}

/// An oscillator that notes when it is asked.
struct Recorder {
    earliest: Cell<f64>,
    latest: Cell<f64>,
}

impl Recorder {
    fn note(&self, t: f64) {
        self.earliest.set(self.earliest.get().min(t));
        self.latest.set(self.latest.get().max(t));
    }
}

impl rheos::dynamics::Separable for Recorder {
    type Position = f64;
    type Momentum = f64;
    fn velocity(&self, t: f64, p: &f64, dq: &mut f64) {
        self.note(t);
        *dq = *p;
    }
    fn force(&self, t: f64, q: &f64, dp: &mut f64) {
        self.note(t);
        *dp = -q;
    }
}

impl rheos::Dynamics for Recorder {
    type State = (f64, f64);
    fn eval(&self, t: f64, y: &(f64, f64), dy: &mut (f64, f64)) {
        rheos::dynamics::Separable::eval_halves(self, t, y, dy);
    }
}

#[test]
fn a_splitting_that_leaves_its_step_refuses_jumps() {
    fn check<S: Solver<Recorder> + Copy>(solver: S) {
        let (earliest, latest) = times_of_a_step(&solver);
        let inside = earliest > -1e-12 && latest < 1.0 + 1e-12;
        assert_eq!(S::STAYS_INSIDE, inside, "{}: {earliest} to {latest}", S::NAME);
        let field = Recorder { earliest: Cell::new(0.0), latest: Cell::new(0.0) };
        let solved = Ivp::new(&field, (1.0, 0.0), 0.0..1.0).jumps_at(&[0.5]).solve(solver, Fixed::steps(10));
        match solved {
            Ok(_) => assert!(inside, "{}", S::NAME),
            Err(failure) => assert!(!inside && matches!(failure.error, Error::InvalidEntry { name: "jumps_at", .. })),
        }
    }
    check(SymplecticEuler);
    check(Leapfrog);
    check(PositionVerlet);
    check(Ruth3);
    check(BlanesMoan4);
    check(Yoshida4);
    check(Yoshida6);
}
