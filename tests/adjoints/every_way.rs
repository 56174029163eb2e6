//! Every way to differentiate a solve, on one problem.

use crate::common::gradient::{gradient, landing_on, over};
use crate::common::seasons::{Model, model, weights};
use crate::common::{frozen_grid, relative_error};
use nalgebra::{SVector, Vector2, vector};
use rheos::adjoint::{Checkpoints, ExactGradient, Gradient, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::control::StepTo;
use rheos::dynamics::GenericSplit;
use rheos::solver::explicit::Dop853;
use rheos::solver::implicit::{Esdirk547, KenCarp5, Radau};
use rheos::solver::multistep::{Adams, AdamsMoulton};
use rheos::solver::reversible::ReversibleHeun;
use rheos::solver::{DefaultSolver, Dense};
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Controller, DiscreteAdjoint, Dopri5, Fixed, GenericDynamics, Parametric, Pid,
    RadauIIA5, ReversibleAdjoint, Rodas5P, Scalar, Solver, Tsit5, sensitivities,
};

type Found = Gradient<Vector2<f64>, SVector<f64, 6>>;

/// 21 save times, the start among them, not on any uniform grid.
fn times() -> Vec<f64> {
    (0..21).map(|i| 0.3 * f64::from(i) + 0.05 * (f64::from(i)).sin().powi(2)).collect()
}

fn found<S, C, A>(solver: S, control: C, adjoint: A) -> Found
where
    S: Solver<Model>,
    C: Controller<Model, S>,
    A: Adjoint<Model, S, C>,
{
    let (f, y0) = model();
    gradient(over(&f, &y0, &times()), solver, control, adjoint, |y| weights(y.len())).unwrap()
}

/// The same with steps that end at the save times.
fn landed<S, C, A>(solver: S, control: C, adjoint: A) -> Found
where
    S: Solver<Model>,
    C: Controller<Model, S>,
    A: Adjoint<Model, S, C>,
{
    let (f, y0) = model();
    gradient(landing_on(&f, &y0, &times()), solver, control, adjoint, |y| weights(y.len())).unwrap()
}

/// The growth of the prey alone, with its three parameters.
struct Growth;

impl GenericDynamics<2, 3> for Growth {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        vector![p[0] * (p[1] * (p[2] * t).cos() + 1.0) * y[0], T::zero()]
    }
}

/// The rest of the model.
struct Predation;

impl GenericDynamics<2, 3> for Predation {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        vector![-p[0] * y[0] * y[1], p[2] * y[0] * y[1] - p[1] * y[1]]
    }
}

/// By an additive method, for the model in two parts.
fn found_by_parts(control: Pid) -> Found {
    let (f, y0) = model();
    let p = f.params();
    let growth = Autodiff::new(Growth, vector![p[0], p[4], p[5]]);
    let predation = Autodiff::new(Predation, vector![p[1], p[2], p[3]]);
    let parts = GenericSplit::new(growth, predation);
    let times = times();
    let problem = landing_on(&parts, &y0, &times);
    let Gradient { y0, params: (g, p), times, t0, t1, jumps, stats, drift } =
        gradient(problem, KenCarp5, control, DiscreteAdjoint::new(), |y| weights(y.len())).unwrap();
    Gradient { y0, params: vector![g[0], p[0], p[1], p[2], g[1], g[2]], times, t0, t1, jumps, stats, drift }
}

fn assert_alike(name: &str, found: &Found, expected: &Found, tolerance: f64) {
    for (kind, a, b) in [
        ("y0", found.y0.as_slice(), expected.y0.as_slice()),
        ("params", found.params.as_slice(), expected.params.as_slice()),
        ("times", &found.times[..], &expected.times[..]),
    ] {
        let error = relative_error(a, b);
        assert!(error < tolerance, "{name}, {kind}: {error:e}\n{a:?}\n{b:?}");
    }
}

#[test]
fn all_of_them_agree() {
    let tight = Pid::tolerance(1e-12);
    let reference = landed(Dop853, tight, DiscreteAdjoint::new());
    let table = [
        ("Discrete", found(Dop853, tight, DiscreteAdjoint::new())),
        ("Discrete, Tsit5", landed(Tsit5, tight, DiscreteAdjoint::new())),
        ("Discrete, every 20", landed(Dop853, tight, DiscreteAdjoint::new().checkpoints(Checkpoints::Every(20)))),
        ("Discrete, 5 slots", landed(Dop853, tight, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(5)))),
        ("Discrete, ESDIRK", landed(Esdirk547, Pid::tolerance(1e-11), DiscreteAdjoint::new())),
        ("Discrete, Radau", landed(RadauIIA5, tight, DiscreteAdjoint::new())),
        ("Discrete, Radau of variable order", landed(Radau, tight, DiscreteAdjoint::new())),
        ("Discrete, Kennedy and Carpenter", found_by_parts(Pid::tolerance(1e-11))),
        ("Discrete, Rosenbrock", landed(Rodas5P, Pid::tolerance(1e-11), DiscreteAdjoint::new())),
        ("Discrete, automatic", landed(DefaultSolver::default(), Pid::tolerance(1e-11), DiscreteAdjoint::new())),
        ("Discrete, Adams", landed(Adams, tight, DiscreteAdjoint::new())),
        ("Discrete, Adams–Moulton", landed(AdamsMoulton::<6>, Fixed::steps(20_000), DiscreteAdjoint::new())),
        ("Backsolve", landed(Dop853, tight, BacksolveAdjoint::new(Dop853, tight))),
        ("Interpolating", landed(Dop853, tight, InterpolatingAdjoint::new(Dop853, tight))),
        ("Interpolating, Tsit5", landed(Dop853, tight, InterpolatingAdjoint::new(Tsit5, tight))),
        ("Quadrature, Gauss", landed(Dop853, tight, QuadratureAdjoint::gauss(Dop853, tight))),
        ("Quadrature, Kronrod", landed(Dop853, tight, QuadratureAdjoint::kronrod(Dop853, tight, 1e-11))),
    ];
    for (name, found) in &table {
        assert_alike(name, found, &reference, 1e-8);
    }
    // A method of order 2 needs many steps.
    let reversible = landed(ReversibleHeun, Fixed::steps(400_000), ReversibleAdjoint::new());
    assert_alike("ReversibleAdjoint", &reversible, &reference, 1e-8);

    // Forwards in time.
    let (f, y0) = model();
    let forward = sensitivities(&f, Dop853, tight, &times(), &y0).unwrap();
    let w = weights(forward.y.len());
    let y0_bar: Vector2<f64> = forward.y0.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
    let params_bar: SVector<f64, 6> = forward.params.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
    assert!(relative_error(y0_bar.as_slice(), reference.y0.as_slice()) < 1e-8);
    assert!(relative_error(params_bar.as_slice(), reference.params.as_slice()) < 1e-8);
}

/// What every exact adjoint promises: at any tolerance, the derivative of the steps that were taken.
#[test]
fn exact_gradients_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    fn check<S, A>(solver: S, adjoint: A, tolerance: f64)
    where
        S: Dense<Model> + Clone,
        A: ExactGradient + Adjoint<Model, S, StepTo>,
    {
        // 60 steps, so few that the solution is wrong in its fourth digit.
        let (f, y0) = model();
        let grid = frozen_grid::grid(0.0, 6.2, 60);
        frozen_grid::check(&f, &y0, (&grid, &[0.0, 1.37, 4.01, 6.2]), &solver, &adjoint, tolerance);
    }
    check(Dopri5, DiscreteAdjoint::new(), 1e-11);
    check(Dopri5, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3)), 1e-11);
    check(Esdirk547, DiscreteAdjoint::new(), 1e-11);
    check(RadauIIA5, DiscreteAdjoint::new(), 1e-11);
    // Its states are reconstructed, with the rounding errors of the way back.
    check(ReversibleHeun, ReversibleAdjoint::new(), 1e-9);
}

/// The solution forgets its start, so that it cannot be reconstructed; kept, it can be differentiated.
#[test]
fn along_the_kept_solution_nothing_drifts() {
    let rate = 30.0;
    let field = rheos::ode(move |t: f64, y: &f64, dy: &mut f64| *dy = rate * (t.cos() - y)).with_vjp(
        move |t: f64, _y, w, ybar| {
            *ybar -= rate * w;
            -rate * t.sin() * w
        },
    );
    let control = Pid::tolerance(1e-10);
    let times = [0.0, 2.0];
    let last = |_: &[f64]| vec![0.0, 1.0];
    assert!(gradient(over(&field, &2.0, &times), Tsit5, control, BacksolveAdjoint::new(Tsit5, control), last).is_err());
    let found =
        gradient(over(&field, &2.0, &times), Tsit5, control, InterpolatingAdjoint::new(Tsit5, control), last).unwrap();
    // y = (λ² cos t + λ sin t) / (1 + λ²) + C e^{−λ t}, and the derivative with respect to t1 is its slope.
    let slope = (rate * 2.0_f64.cos() - rate * rate * 2.0_f64.sin()) / (1.0 + rate * rate);
    assert!((found.times[1] - slope).abs() < 1e-8);
    assert!((found.y0 - (-60.0_f64).exp()).abs() < 1e-9);
}
