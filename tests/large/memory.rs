//! The peak memory of a gradient by a reversible method, counted by the allocator.

use allocation_counter::measure;
use nalgebra::DVector;
use rheos::dynamics::separable;
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::symplectic::Leapfrog;
use rheos::{Adjoint, Differentiable, DiscreteAdjoint, Fixed, ReversibleAdjoint, Rk4, Solver, State, ode};

use crate::common::gradient::{gradient, over};

const SIZE: usize = 1000;
const BYTES: u64 = 8 * SIZE as u64;

/// The most bytes held at one time by a gradient over `n` steps.
fn peak<F, S, A>(f: &F, y0: &F::State, solver: S, adjoint: &A, n: usize) -> u64
where
    F: Differentiable,
    S: Solver<F>,
    A: Adjoint<F, S, Fixed>,
{
    let loss = |y: &[F::State]| vec![y[0].zeros_like(), y[1].clone()];
    measure(|| {
        let found = gradient(over(f, y0, &[0.0, 1.0]), solver, Fixed::steps(n), adjoint, loss);
        assert!(found.is_ok());
    })
    .bytes_max
}

/// The times of the steps, in a vector that may be half empty and is copied when it grows; and their derivatives.
fn grid(n: usize) -> u64 {
    4 * 8 * n as u64
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn is_that_of_a_few_states_and_the_grid() {
    let decay = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy.copy_from(y);
        dy.neg_mut();
    })
    .with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let y0 = DVector::from_element(SIZE, 1.0);
    let undo = ReversibleAdjoint::new();
    macro_rules! check {
        ($f:expr, $y0:expr, $method:expr) => {
            let (few, many) = (peak(&$f, &$y0, $method, &undo, 10), peak(&$f, &$y0, $method, &undo, 5000));
            assert!(many < few + grid(5000), "{:?}: {few} and {many} bytes", $method);
        };
    }
    check!(decay, y0, ReversibleHeun);
    check!(decay, y0, Alf);
    check!(decay, y0, Coupled::new(Rk4));
    let oscillators = separable(
        |_t, p: &DVector<f64>, dq: &mut DVector<f64>| dq.copy_from(p),
        |_t, q: &DVector<f64>, dp: &mut DVector<f64>| {
            dp.copy_from(q);
            dp.neg_mut();
        },
    )
    .with_vjp(
        |_t, _p, w, pbar| {
            *pbar += w;
            0.0
        },
        |_t, _q, w, qbar| {
            *qbar -= w;
            0.0
        },
    );
    let pair = (y0.clone(), y0.clone());
    check!(oscillators, pair, Leapfrog);
    // The test sees an adjoint that keeps the states.
    assert!(peak(&decay, &y0, Rk4, &DiscreteAdjoint::new(), 500) > 500 * BYTES);
    assert!(peak(&oscillators, &pair, Leapfrog, &DiscreteAdjoint::new(), 500) > 1000 * BYTES);
}
