//! Cotangents, parameters and slopes that do not fit, and settings outside their domains.

use nalgebra::{DMatrix, DVector};
use rheos::adjoint::{Cotangents, InterpolatingAdjoint, Problem, QuadratureAdjoint};
use rheos::dynamics::Counted;
use rheos::nn::{Block, OdeBlock};
use rheos::solver::multistep::Adams;
use rheos::solver::reversible::ReversibleHeun;
use rheos::{
    Adjoint, BacksolveAdjoint, Bdf, Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Error, Fixed, Ivp, Parametric,
    Pid, RadauIIA5, ReversibleAdjoint, Rk4, Rodas5P, Solver, State, ode, solve,
};

use crate::common::gradient::{gradient, over};

/// `y' = −θ y`, entry by entry.
struct Decay(DVector<f64>);

impl Dynamics for Decay {
    type State = DVector<f64>;
    fn eval(&self, _: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        dy.copy_from(&(-self.0.component_mul(y)));
    }
}

impl Parametric for Decay {
    type Params = DVector<f64>;
    fn params(&self) -> DVector<f64> {
        self.0.clone()
    }
    fn set_params(&mut self, params: &DVector<f64>) {
        self.0.clone_from(params);
    }
}

impl Differentiable for Decay {
    type Trace = ();
    fn vjp(&self, _: f64, y: &DVector<f64>, w: &DVector<f64>, ybar: &mut DVector<f64>, pbar: &mut DVector<f64>) -> f64 {
        *ybar -= self.0.component_mul(w);
        *pbar -= y.component_mul(w);
        0.0
    }
}

const PID: Pid = Pid::tolerance(1e-6);

fn ones(n: usize) -> DVector<f64> {
    DVector::from_element(n, 1.0)
}

#[test]
fn cotangents_have_the_shape_of_the_state() {
    fn check<S: Solver<Decay>, A: Adjoint<Decay, S, Fixed>>(solver: S, adjoint: A) {
        let f = Decay(ones(2));
        for found in [1, 3] {
            let control = Fixed::steps(4);
            let problem = Problem::new(&f, &solver, &control, 0.0..1.0).outputs((&[0.0, 1.0]).into());
            let record = adjoint.forward(&problem, &ones(2)).unwrap().record;
            let cotangents = [ones(2), ones(found)];
            let refused = adjoint.backward(&problem, &record, (&cotangents).into(), &mut ones(2));
            assert_eq!(refused, Err(Error::ShapeMismatch { name: "cotangents", index: 1, found, expected: 2 }));
            // The gradient must have the length of the parameters.
            let cotangents = [ones(2), ones(2)];
            let refused = adjoint.backward(&problem, &record, (&cotangents).into(), &mut ones(found));
            assert_eq!(refused, Err(Error::LengthMismatch { name: "pbar", found, expected: 2 }));
        }
    }
    check(Rk4, DiscreteAdjoint::new());
    check(Dopri5, BacksolveAdjoint::new(Dopri5, PID));
    check(Dopri5, InterpolatingAdjoint::new(Dopri5, PID));
    check(Dopri5, QuadratureAdjoint::gauss(Dopri5, PID));
    check(ReversibleHeun, ReversibleAdjoint::new());
}

/// The number of coordinates does not tell a matrix from its transpose.
#[test]
fn a_matrix_is_not_its_transpose() {
    let matrix = DMatrix::from_element(2, 3, 1.0);
    assert!(!matrix.fits(&matrix.transpose()) && matrix.fits(&(2.0 * &matrix)));
    let still =
        ode(|_t, y: &DMatrix<f64>, dy: &mut DMatrix<f64>| dy.copy_from(&y.map(|_| 0.0))).with_vjp(|_, _, _, _| 0.0);
    let loss = |y: &[DMatrix<f64>]| vec![y[0].transpose(), y[1].clone()];
    let refused = gradient(over(&still, &matrix, &[0.0, 1.0]), Rk4, Fixed::steps(4), DiscreteAdjoint::new(), loss);
    assert_eq!(refused, Err(Error::ShapeMismatch { name: "cotangents", index: 0, found: 6, expected: 6 }));
}

#[test]
fn cotangents_of_hits_have_the_shape_of_the_state() {
    let f = Decay(ones(2));
    let falls = rheos::DifferentiableEvent::falling(
        |_: &Decay, _t, y: &DVector<f64>| y[0] - 0.5,
        |_, _t, _y, w, ybar: &mut DVector<f64>, _| {
            ybar[0] += w;
            0.0
        },
    );
    let run = Ivp::new(&f, ones(2), 0.0..1.0).event(falls).forward(Dopri5, PID, DiscreteAdjoint::new()).unwrap();
    let check = |spoil: fn(&mut Cotangents<DVector<f64>>), name, (found, expected)| {
        let mut bar = run.cotangents();
        spoil(&mut bar);
        assert_eq!(run.backward(&bar).unwrap_err(), Error::ShapeMismatch { name, index: 0, found, expected });
    };
    check(|bar| bar.y[0] = ones(3), "cotangents", (3, 2));
    // The time, the state before and the state after.
    check(|bar| bar.hits[0].before = ones(1), "cotangents.hits", (4, 5));
    check(|bar| bar.hits[0].after = ones(4), "cotangents.hits", (7, 5));
}

#[test]
fn cotangents_of_blocks_have_the_shape_of_the_state() {
    let block = OdeBlock::new(Decay(ones(2)), Rk4, Fixed::steps(4), DiscreteAdjoint::new());
    let (_, record) = block.forward(&(), &ones(2), 1.0.into()).unwrap();
    let refused = block.backward(record, ones(3), &mut ones(2));
    assert_eq!(refused, Err(Error::LengthMismatch { name: "hbar", found: 3, expected: 2 }));
}

/// Before the first step, by every way to solve.
#[test]
fn slopes_have_the_shape_of_the_state() {
    for found in [1, 3] {
        let odd = ode(move |_t, _y: &DVector<f64>, dy: &mut DVector<f64>| *dy = ones(found)).with_vjp(|_, _, _, _| 0.0);
        let expected = Error::LengthMismatch { name: "dy", found, expected: 2 };
        let refused = solve(&odd, ones(2), 0.0..1.0, Rk4, Fixed::steps(4)).unwrap_err();
        assert_eq!((refused.error, refused.partial.stats.accepted), (expected.clone(), 0));
        assert_eq!(solve(&odd, ones(2), 0.0..1.0, Dopri5, PID).unwrap_err().error, expected);
        assert_eq!(solve(&odd, ones(2), 0.0..1.0, Rodas5P, PID).unwrap_err().error, expected);
        assert_eq!(solve(&odd, ones(2), 0.0..1.0, RadauIIA5, PID).unwrap_err().error, expected);
        assert_eq!(solve(&odd, ones(2), 0.0..1.0, Bdf, PID).unwrap_err().error, expected);
        assert_eq!(solve(&odd, ones(2), 0.0..1.0, Adams, PID).unwrap_err().error, expected);
        let loss = |y: &[DVector<f64>]| y.to_vec();
        let refused = gradient(over(&odd, &ones(2), &[0.0, 1.0]), Dopri5, PID, DiscreteAdjoint::new(), loss);
        assert_eq!(refused.unwrap_err(), expected);
    }
    // Where the type fixes the shape, nothing is evaluated.
    let f = Counted::new(ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = *y));
    solve(&f, [1.0, 2.0], 0.0..1.0, Rk4, Fixed::steps(4)).unwrap();
    assert_eq!(f.evaluations(), 16);
    let f = Counted::new(ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.copy_from(y)));
    solve(&f, ones(2), 0.0..1.0, Rk4, Fixed::steps(4)).unwrap();
    assert_eq!(f.evaluations(), 17);
}

#[test]
fn a_limit_on_drift_is_a_number_and_not_negative() {
    let f = Decay(ones(2));
    let loss = |y: &[DVector<f64>]| y.to_vec();
    for limit in [f64::NAN, -0.1] {
        let adjoint = BacksolveAdjoint::new(Dopri5, PID).drift_limit(limit);
        let refused = gradient(over(&f, &ones(2), &[0.0, 1.0]), Dopri5, PID, &adjoint, loss);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "drift_limit", .. })), "{refused:?}");
    }
    let strict = BacksolveAdjoint::new(Dopri5, PID).drift_limit(0.0);
    let refused = gradient(over(&f, &ones(2), &[0.0, 1.0]), Dopri5, PID, &strict, loss);
    assert!(matches!(refused, Err(Error::Drift { limit: 0.0, .. })), "{refused:?}");
}

/// Over no time, moving the end moves the state by the field, and moving the start by its opposite.
#[test]
fn times_have_derivatives_over_no_time() {
    fn check<C: rheos::Controller<Decay, Dopri5> + Copy>(control: C) {
        fn by<A: Adjoint<Decay, S, C>, S: Solver<Decay>, C: rheos::Controller<Decay, S>>(
            solver: S,
            control: C,
            adjoint: A,
        ) {
            let growth = Decay(DVector::from_element(1, -1.0));
            let run = Ivp::new(&growth, ones(1), 1.0..1.0).forward(solver, control, adjoint).unwrap();
            let found = run.backward(&[ones(1)]).unwrap();
            assert_eq!((found.t0, found.t1, found.y0[0]), (-1.0, 1.0, 1.0));
        }
        by(Dopri5, control, DiscreteAdjoint::new());
        by(Dopri5, control, BacksolveAdjoint::new(Dopri5, PID));
        by(Dopri5, control, InterpolatingAdjoint::new(Dopri5, PID));
        by(Dopri5, control, QuadratureAdjoint::gauss(Dopri5, PID));
    }
    check(Fixed::steps(10));
    check(Fixed::step(0.1));
    check(PID);
    let still = Decay(ones(1));
    let run = Ivp::new(&still, ones(1), 1.0..1.0).forward(ReversibleHeun, PID, ReversibleAdjoint::new()).unwrap();
    let found = run.backward(&[ones(1)]).unwrap();
    assert_eq!((found.t0, found.t1, found.y0[0]), (1.0, -1.0, 1.0));
}
