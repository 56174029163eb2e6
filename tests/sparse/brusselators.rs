//! The Brusselators with diffusion: definitions, patterns and solutions.

use crate::common::numbers;
use nalgebra::DVector;
use rheos::dynamics::problems::stiff::{Brusselator1d, Brusselator2d};
use rheos::dynamics::{Jacobian, Neighbourhood, detect_pattern, differences, probe_pattern};
use rheos::solver::implicit::Banded;
use rheos::{Bdf, Dynamics, Parametric, Pid, RadauIIA5, solve};
use serde_json::Value;

fn slope<F: Dynamics<State = DVector<f64>>>(field: &F, t: f64, y: &DVector<f64>) -> DVector<f64> {
    let mut dy = y.clone();
    field.eval(t, y, &mut dy);
    dy
}

#[test]
fn patterns_are_those_that_are_detected() {
    for nodes in [1, 2, 3, 50] {
        let (field, y0) = Brusselator1d::problem(nodes);
        assert_eq!(&detect_pattern(&Brusselator1d, 0.0, &y0, &field.params()), field.pattern());
        assert_eq!(&probe_pattern(&field, 0.0, &y0, Neighbourhood::of_step(0.1)), field.pattern());
    }
    for side in [1, 2, 3, 4, 12] {
        let (field, y0) = Brusselator2d::problem(side);
        assert_eq!(&detect_pattern(&Brusselator2d, 2.0, &y0, &field.params()), field.pattern(), "{side}");
        assert_eq!(&probe_pattern(&field, 2.0, &y0, Neighbourhood::of_step(0.1)), field.pattern(), "{side}");
    }
}

#[test]
fn jacobians_are_those_of_differences() {
    let (field, y0) = Brusselator1d::problem(6);
    let near = Neighbourhood::of_step(1e-3);
    assert!((field.jacobian(0.0, &y0, near) - differences(&field, 0.0, &y0, near)).amax() < 1e-7);
    let (field, y0) = Brusselator2d::problem(4);
    assert!((field.jacobian(0.0, &y0, near) - differences(&field, 0.0, &y0, near)).amax() < 1e-7);
}

/// A mode of the discrete Laplacian grows at the rate of its eigenvalue.
#[test]
fn diffusion_has_the_eigenvalues_of_the_second_difference() {
    let nodes = 30;
    let (field, _) = Brusselator1d::problem(nodes);
    let rest = DVector::from_fn(2 * nodes, |i, _| if i % 2 == 0 { 1.0 } else { 3.0 });
    assert!(slope(&field, 0.0, &rest).amax() < 1e-12);
    let angle = 4.0 * std::f64::consts::PI / (nodes + 1) as f64;
    let mode = |i: usize| (angle * (i / 2 + 1) as f64).sin();
    let eigenvalue = -0.02 * (2.0 * (nodes + 1) as f64 * (angle / 2.0).sin()).powi(2);
    // At rest the reaction has the matrix [2uv − 4, u²; 3 − 2uv, −u²] = [2, 1; −3, −1].
    let near = Neighbourhood::of_step(1.0);
    let found = field.jacobian(0.0, &rest, near) * DVector::from_fn(2 * nodes, |i, _| mode(i) * [1.0, 2.0][i % 2]);
    let expected = DVector::from_fn(2 * nodes, |i, _| mode(i) * [4.0 + eigenvalue, -5.0 + 2.0 * eigenvalue][i % 2]);
    assert!((found - expected).amax() < 1e-12 * expected_size(eigenvalue));
}

fn expected_size(eigenvalue: f64) -> f64 {
    2.0 * eigenvalue.abs() + 5.0
}

#[test]
fn the_source_is_a_disc_that_is_switched_on() {
    let side = 20;
    let (field, y) = Brusselator2d::problem(side);
    let added = (slope(&field, 1.1, &y) - slope(&field, 1.0, &y)) / 5.0;
    for node in 0..side * side {
        let (i, j) = ((node % side) as i32, (node / side) as i32);
        // The radius is two nodes, the centre the node (6, 12).
        let inside = (i - 6).pow(2) + (j - 12).pow(2) <= 4;
        assert!((added[2 * node] - f64::from(inside)).abs() < 1e-12, "{i} {j}");
        assert_eq!(added[2 * node + 1], 0.0);
    }
    assert_eq!(field.jumps(), [1.1]);
}

/// Without gradients in space every node follows the Brusselator with `A = 1`, `B = 3.4`.
#[test]
fn a_uniform_state_follows_the_reaction() {
    let (field, _) = Brusselator2d::problem(6);
    let y = DVector::from_fn(72, |k, _| [1.7, 2.2][k % 2]);
    let reaction = 1.7 * 1.7 * 2.2;
    let expected = [1.0 + reaction - 4.4 * 1.7, 3.4 * 1.7 - reaction];
    let found = slope(&field, 0.0, &y);
    assert!((0..72).all(|k| (found[k] - expected[k % 2]).abs() < 1e-13));
    // The initial state at the node (1/2, 1/4).
    let (_, y0) = Brusselator2d::problem(4);
    let node = 4 + 2;
    assert!((y0[2 * node] - 22.0 * 0.25 * 0.75_f64.powf(1.5)).abs() < 1e-14);
    assert!((y0[2 * node + 1] - 27.0 * 0.5 * 0.5_f64.powf(1.5)).abs() < 1e-14);
}

/// The end of a reference solution, of `tests/reference/brusselators.json`, and the number of its nodes along a line.
fn reference(name: &str) -> (usize, DVector<f64>) {
    let root: Value = serde_json::from_str(include_str!("../reference/brusselators.json")).unwrap();
    let problem = &root["problems"][name];
    (problem["nodes"].as_u64().unwrap() as usize, numbers(&problem["y"]).into())
}

#[test]
fn solutions_are_those_of_the_reference() {
    let (nodes, expected) = reference("line");
    let (field, y0) = Brusselator1d::problem(nodes);
    let control = Pid::tolerance(1e-9);
    let error = |y: &DVector<f64>| (y - &expected).component_div(&expected).amax();
    let span = 0.0..Brusselator1d::END;
    let band = Banded::new(2, 2);
    let by_radau = solve(&field, y0.clone(), span.clone(), RadauIIA5.with(band), control).unwrap();
    assert!(error(by_radau.last()) < 1e-7, "{:e}", error(by_radau.last()));
    let by_bdf = solve(&field, y0, span, Bdf.with(band), control).unwrap();
    assert!(error(by_bdf.last()) < 1e-6, "{:e}", error(by_bdf.last()));
}

#[cfg(feature = "sparse")]
#[test]
fn the_solution_on_the_square_is_that_of_the_reference() {
    use rheos::Rodas5P;
    use rheos::solver::implicit::Sparse;
    let (side, expected) = reference("square");
    let (field, y0) = Brusselator2d::problem(side);
    let method = Rodas5P.with(Sparse::new(field.pattern().clone()));
    let found = solve(&field, y0, 0.0..Brusselator2d::END, method, Pid::tolerance(1e-8)).unwrap();
    let error = (found.last() - &expected).component_div(&expected).amax();
    assert!(error < 1e-6, "{error:e}");
}
