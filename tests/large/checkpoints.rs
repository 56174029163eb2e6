//! Checkpointing of many steps: the price that theory gives, in bytes and in steps.

use crate::common::gradient::{gradient, over, reversible};
use allocation_counter::measure;
use nalgebra::DVector;
use rheos::adjoint::Checkpoints;
use rheos::{DiscreteAdjoint, Fixed, Rk4, ode};

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_hundred_thousand_steps_in_thirty_two_slots() {
    const N: usize = 100;
    const STEPS: usize = 100_000;
    let decay = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy.copy_from(y);
        dy.neg_mut();
    })
    .with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let y0 = DVector::from_element(N, 1.0);
    let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(32));
    let mut recomputed = 0;
    let memory = measure(|| {
        let loss = |_: &[DVector<f64>]| vec![DVector::zeros(N), DVector::from_element(N, 1.0)];
        let found = gradient(over(&decay, &y0, &[0.0, 1.0]), Rk4, Fixed::steps(STEPS), &adjoint, loss).unwrap();
        assert!(found.y0.iter().all(|g| (g - (-1.0_f64).exp()).abs() < 1e-11));
        recomputed = found.stats.recomputed;
    });
    // β(32, 5) ≥ 10⁵ > β(32, 4), so r = 5 and the cost is r l − β(33, 4), of which the forward pass has done l − 1. It goes
    // on to the end, by which the last stretch of r steps is computed once more.
    assert!(reversible(32, 5) >= STEPS as u64 && reversible(32, 4) < STEPS as u64);
    assert_eq!(recomputed, 5 * STEPS as u64 - reversible(33, 4) - (STEPS as u64 - 1) + 5);
    // The grid and its cotangent, each in a vector that doubles, and some dozens of states.
    let grid = 8 * STEPS as u64;
    let states = memory.bytes_max.saturating_sub(4 * grid);
    assert!(states < 100 * 8 * N as u64, "{} bytes at most", memory.bytes_max);
}
