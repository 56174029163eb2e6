//! Systems of hundreds and thousands of equations by factorisations of sparse matrices.

use std::time::Instant;

use nalgebra::DVector;
use rheos::control::StepTo;
use rheos::dynamics::problems::stiff::Brusselator2d;
use rheos::dynamics::{Jacobian, SparseAutodiff};
use rheos::solver::Embedded;
use rheos::solver::implicit::Sparse;
use rheos::{Bdf, DiscreteAdjoint, Ivp, Parametric, Pid, RadauIIA5, Rodas5P, solve};

use crate::common::gradient::{gradient, over};
use crate::species::Species;

/// The state at the end of a solve.
fn end<F: Jacobian<State = DVector<f64>>, S: Embedded<F>>(
    (field, y0): &(F, DVector<f64>),
    end: f64,
    solver: S,
    control: Pid,
) -> DVector<f64> {
    let start = Instant::now();
    let solution = solve(field, y0.clone(), 0.0..end, solver, control).unwrap();
    println!("{}: {:?}, {} steps", S::NAME, start.elapsed(), solution.stats.accepted);
    solution.last().clone()
}

/// `(node, u, v)` at the end on the square of 64 × 64 nodes, as `tests/reference/brusselators.py` defines it: by two
/// explicit methods of SciPy, DOP853 and RK45, which agree to `10⁻⁸`.
const ENDS: [(usize, f64, f64); 5] = [
    (0, 0.580_166_746, 4.880_694_28),
    (2451, 1.249_663_42, 4.547_115_93),
    (1056, 0.626_995_296, 4.844_547_51),
    (370, 0.545_817_993, 4.908_672_77),
    (3655, 0.666_455_862, 4.816_242_58),
];

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_square_brusselator() {
    let problem = Brusselator2d::problem(64);
    let sparse = || Sparse::new(problem.0.pattern().clone());
    for (name, found) in [
        ("Bdf", end(&problem, Brusselator2d::END, Bdf.with(sparse()), Pid::tolerance(1e-6))),
        ("Rodas5P", end(&problem, Brusselator2d::END, Rodas5P.with(sparse()), Pid::tolerance(1e-5))),
    ] {
        for (node, u, v) in ENDS {
            let error = (found[2 * node] - u).abs().max((found[2 * node + 1] - v).abs());
            println!("{name}, node {node}: {error:e}");
            assert!(error < 3e-4, "{name}, node {node}: {error:e}");
        }
    }
}

/// The solve on a grid of steps with the parameter `alpha`.
fn on_the_grid((field, y0): &(SparseAutodiff<Brusselator2d>, DVector<f64>), steps: &[f64], alpha: f64) -> DVector<f64> {
    let moved = SparseAutodiff::with_pattern(Brusselator2d, DVector::from_element(1, alpha), field.pattern().clone());
    let sparse = Sparse::new(field.pattern().clone());
    let end = steps[steps.len() - 1];
    Ivp::new(&moved, y0.clone(), 0.0..end)
        .solve(Rodas5P.with(sparse), StepTo::new(steps.to_vec()))
        .unwrap()
        .last()
        .clone()
}

/// By the diffusion, against a difference of two solves on the same steps.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_gradient_of_the_square_brusselator() {
    let problem = Brusselator2d::problem(64);
    let (field, y0) = &problem;
    let method = || Rodas5P.with(Sparse::new(field.pattern().clone()));
    let (times, control) = ([0.0, 2.0], Pid::tolerance(1e-4));
    let steps = Ivp::new(field, y0.clone(), 0.0..2.0).save_every(1).solve(method(), control).unwrap().t;
    let w = DVector::from_fn(y0.len(), |k, _| (k as f64).sin() + 0.5);
    let start = Instant::now();
    let loss = |y: &[DVector<f64>]| vec![&y[0] * 0.0, w.clone()];
    let found = gradient(over(field, y0, &times), method(), control, DiscreteAdjoint::new(), loss).unwrap();
    println!("gradient: {:?}, {} steps", start.elapsed(), steps.len() - 1);
    let (alpha, h) = (field.params()[0], 1e-5);
    let [before, after] = [alpha - h, alpha + h].map(|alpha| on_the_grid(&problem, &steps, alpha).dot(&w));
    let expected = (after - before) / (2.0 * h);
    println!("{} {expected}", found.params[0]);
    assert!((found.params[0] / expected - 1.0).abs() < 1e-6, "{} {expected}", found.params[0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_reaction_of_many_species_is_solved_as_by_the_dense_matrix() {
    let problem = Species::problem(200);
    let control = Pid::tolerance(1e-6);
    assert!(problem.0.pattern().len() <= 800);
    macro_rules! check {
        ($($method:expr),*) => {$(
            let dense = end(&problem, 10.0, $method, control);
            let sparse = end(&problem, 10.0, $method.with(Sparse::new(problem.0.pattern().clone())), control);
            let difference = (&dense - sparse).amax();
            println!("difference: {difference:e}, size {}", dense.amax());
            assert!(difference < 1e-5, "{}: {difference:e}", stringify!($method));
        )*};
    }
    check!(Bdf, Rodas5P, RadauIIA5);
}
