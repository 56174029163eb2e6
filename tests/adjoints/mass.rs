//! Gradients of systems with a mass matrix.

use nalgebra::{SVector, Vector3, vector};
use rheos::adjoint::sensitivities_with_mass;
use rheos::control::StepTo;
use rheos::dynamics::{MassMatrix, Tangent, WithMass};
use rheos::solver::implicit::{Banded, ConsistentState, Radau, RadauIIA3, RadauIIA9, RadauIIA13, Sdirk4};
use rheos::solver::rosenbrock::{Rodas3, Rodas4, Rodas5P as Rodas5PMethod};
use rheos::solver::{Dense, StepVjp};
use rheos::state::SparseMatrix;
use rheos::{Autodiff, Bdf, DiscreteAdjoint, GenericDynamics, Ivp, RadauIIA5, Scalar};

use crate::common::frozen_grid::{derivative, grid, inside, weight};

/// Two reactions and a balance, mixed by a matrix of rank 2.
#[derive(Clone, Copy)]
struct Mixed;

impl GenericDynamics<3, 3> for Mixed {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        let decay = -y[0] * p[0] + (t * 2.1).cos() * y[2];
        let swing = y[0] * y[2] - y[1] * y[1] * p[1] + t.sin();
        // Along a solution the sum of the first two is the third.
        let balance = y[2] * p[2] + y[2].powi(3) * 0.2 - y[0] * y[1] + t * 0.3;
        vector![decay, swing, decay + swing + balance]
    }
}

type System = WithMass<Autodiff<Mixed, 3, 3>>;

fn system(p: &Vector3<f64>) -> System {
    let rows = [[2.0, 1.0, 0.5], [1.0, 1.0, 0.25], [3.0, 2.0, 0.75]];
    let entries: Vec<_> = (0..3).flat_map(|i| (0..3).map(move |j| (i, j, rows[i][j]))).collect();
    let mass = SparseMatrix::from_triplets(3, &entries).and_then(MassMatrix::new).unwrap();
    WithMass::new(Autodiff::new(Mixed, *p), mass)
}

/// The start with the first two components `x`.
fn start(f: &System, x: [f64; 2]) -> Vector3<f64> {
    ConsistentState::new().hold(&[0, 1]).find(f, 0.0, vector![x[0], x[1], 0.5]).unwrap()
}

/// The five numbers that determine a solve: two components of the start and three parameters.
fn split(q: [f64; 5]) -> (System, Vector3<f64>) {
    let f = system(&vector![q[2], q[3], q[4]]);
    let y0 = start(&f, [q[0], q[1]]);
    (f, y0)
}

const Q: [f64; 5] = [1.2, 0.7, 1.5, 0.8, 2.0];

fn moved(i: usize, h: f64) -> [f64; 5] {
    std::array::from_fn(|k| if k == i { Q[k] + h } else { Q[k] })
}

/// Returns the gradient of the later outputs in the start.
fn check<S>(solver: S, tolerance: f64) -> Vector3<f64>
where
    S: Dense<System> + StepVjp<System> + Clone,
{
    let steps = grid(0.0, 2.0, 24);
    let times = [0.0, inside(&steps, 9, 0.3), inside(&steps, 9, 0.7), steps[15], 2.0];
    let (f, y0) = split(Q);
    let w: Vec<_> = (0..times.len()).map(|i| weight(&y0, i)).collect();
    let control = || StepTo::new(steps.clone());
    let adjoint = DiscreteAdjoint::new();
    let run = Ivp::new(&f, y0, 0.0..2.0).save_at(&times).forward(solver.clone(), control(), &adjoint);
    let found = run.unwrap().backward(&w).unwrap();
    let loss = |(f, y0): (System, Vector3<f64>)| -> f64 {
        let solution = Ivp::new(&f, y0, 0.0..2.0).save_at(&times).solve(solver.clone(), control()).unwrap();
        solution.y.iter().zip(&w).map(|(y, w)| y.dot(w)).sum()
    };
    for i in 0..5 {
        // The start moves with the number, too.
        let along = Vector3::from_fn(|k, _| derivative(|h| split(moved(i, h)).1[k]));
        let direct = if i < 2 { 0.0 } else { found.params[i - 2] };
        let computed = found.y0.dot(&along) + direct;
        let expected = derivative(|h| loss(split(moved(i, h))));
        let error = (computed - expected).abs() / (1.0 + expected.abs());
        assert!(error < tolerance, "{}, {i}: {computed} {expected} {error:e}", S::NAME);
    }
    found.y0 - w[0]
}

trait MassTimes {
    fn mass_times(&self, x: &Vector3<f64>) -> Vector3<f64>;
}

impl MassTimes for System {
    fn mass_times(&self, x: &Vector3<f64>) -> Vector3<f64> {
        let mut out = Vector3::zeros();
        rheos::Dynamics::mass(self).unwrap().multiply(x, &mut out);
        out
    }
}

#[test]
fn gradients_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    // A change that the mass matrix does not see has no effect on the later states of a Newton method.
    let unseen = vector![-0.25, 0.0, 1.0];
    assert_eq!(system(&vector![1.0, 1.0, 1.0]).mass_times(&unseen), Vector3::zeros());
    let full = Banded::new(2, 2);
    for later in [
        check(Sdirk4, 1e-10),
        check(Bdf, 1e-10),
        check(RadauIIA3, 1e-10),
        check(RadauIIA5, 1e-10),
        check(RadauIIA9, 1e-10),
        check(RadauIIA13, 1e-10),
        check(Radau, 1e-10),
        check(RadauIIA5.with(full), 1e-10),
        check(Bdf.with(full), 1e-10),
    ] {
        assert!(later.dot(&unseen).abs() < 1e-10, "{}", later.dot(&unseen));
    }
    check(Rodas3, 1e-10);
    check(Rodas4, 1e-10);
    check(Rodas5PMethod, 1e-10);
    check(Rodas5PMethod.with(full), 1e-10);
}

/// Forward sensitivities are the gradient of the discrete adjoint, which agrees with differences above.
fn check_forward<S>(solver: S)
where
    S: Dense<System> + StepVjp<System> + Clone,
    S: for<'f> Dense<WithMass<Tangent<'f, Mixed, 3, 3, 3>>>,
{
    let (f, y0) = split(Q);
    let steps = grid(0.0, 2.0, 24);
    let times = [0.0, inside(&steps, 9, 0.3), 2.0];
    let control = || StepTo::new(steps.clone());
    let forward = sensitivities_with_mass(&f, solver.clone(), control(), &times, &y0).unwrap();
    let w: Vec<_> = (0..times.len()).map(|i| weight(&y0, i)).collect();
    let adjoint = DiscreteAdjoint::new();
    let run = Ivp::new(&f, y0, 0.0..2.0).save_at(&times).forward(solver, control(), &adjoint).unwrap();
    let backward = run.backward(&w).unwrap();
    let params: Vector3<f64> = (0..times.len()).map(|i| forward.params[i].tr_mul(&w[i])).sum();
    let in_y0: Vector3<f64> = (0..times.len()).map(|i| forward.y0[i].tr_mul(&w[i])).sum();
    assert!((params - backward.params).norm() < 1e-10 * params.norm(), "{}: {params} {}", S::NAME, backward.params);
    assert!((in_y0 - backward.y0).norm() < 1e-10 * in_y0.norm(), "{}: {in_y0} {}", S::NAME, backward.y0);
}

#[test]
fn forward_sensitivities_agree_with_the_adjoint() {
    check_forward(RadauIIA5);
    check_forward(Sdirk4);
    check_forward(Rodas5PMethod);
}

#[test]
fn an_empty_span_has_no_gradient() {
    let (f, y0) = split(Q);
    let run = Ivp::new(&f, y0, 0.0..0.0).forward(RadauIIA5, StepTo::new(vec![]), DiscreteAdjoint::new());
    assert!(run.unwrap().backward(&[vector![1.0, 0.0, 0.0]]).is_err());
}
