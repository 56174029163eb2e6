//! Steps do not allocate, and the memory of an adjoint is as documented.
//!
//! `allocation-counter` replaces the allocator of this test by one that counts for each thread separately.

use allocation_counter::{AllocationInfo, measure};
use nalgebra::{DVector, SVector, Vector2};
use rheos::adjoint::{Forward, Problem};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::solution::Outputs;
use rheos::solver::explicit::Bosh3;
use rheos::{
    Adjoint, BacksolveAdjoint, Controller, DiscreteAdjoint, Dopri5, Dynamics, Euler, Fixed, Ivp, Parametric, Pid, Rk4,
    Solver, State, Tsit5, ode, solve,
};

type Model = rheos::Autodiff<LotkaVolterra, 2, 4>;

const FEW: usize = 10;
const MANY: usize = 10_000;

/// The allocations of a solve of `n` steps, including its result.
fn cost<F, S, C>(f: &F, y0: &F::State, solver: S, control: C, n: usize) -> AllocationInfo
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    measure(|| {
        let Ok(solution) = solve(f, y0.clone(), 0.0..1.0, solver, control) else { panic!("the solve failed") };
        assert!(solution.stats.accepted >= n as u64, "{:?}", solution.stats);
    })
}

/// Adaptive steps, about as many as asked for.
fn pid(n: usize) -> Pid {
    Pid::tolerance(1e-3).max_step(1.0 / n as f64)
}

#[test]
fn the_counter_counts() {
    let one = measure(|| drop(std::hint::black_box(vec![0_u8; 100])));
    assert_eq!((one.count_total, one.bytes_total, one.bytes_current), (1, 100, 0));
    // A field that allocates is seen.
    let wasteful = ode(|_t, y: &f64, dy: &mut f64| *dy = *std::hint::black_box(Box::new(-y)));
    let few = cost(&wasteful, &1.0, Rk4, Fixed::steps(FEW), FEW);
    let many = cost(&wasteful, &1.0, Rk4, Fixed::steps(MANY), MANY);
    assert_eq!(many.count_total - few.count_total, 4 * (MANY - FEW) as u64);
}

#[test]
fn a_step_with_a_static_state_allocates_nothing() {
    fn check<S: Solver<Model> + Copy>(solver: S) {
        let (f, y0) = LotkaVolterra::problem();
        let few = cost(&f, &y0, solver, Fixed::steps(FEW), FEW);
        assert_eq!(cost(&f, &y0, solver, Fixed::steps(MANY), MANY), few);
        // The vectors of the one time and the one state that are returned.
        assert_eq!((few.count_total, few.bytes_total), (2, 8 + 16));
    }
    check(Euler);
    check(Rk4);
    check(Bosh3);
    check(Dopri5);
    check(Tsit5);
}

#[test]
fn an_adaptive_step_with_a_static_state_allocates_nothing() {
    let (f, y0) = LotkaVolterra::problem();
    let few = cost(&f, &y0, Dopri5, pid(FEW), FEW);
    assert_eq!(cost(&f, &y0, Dopri5, pid(MANY), MANY), few);
    assert_eq!(few.count_total, 2);
    let few = cost(&f, &y0, Tsit5, pid(FEW), FEW);
    assert_eq!(cost(&f, &y0, Tsit5, pid(MANY), MANY), few);
    // Neither does a rejected one: this controller overreacts.
    let daring = Pid::tolerance(1e-6).coefficients(0.0, 1.9, 0.0);
    let info = measure(|| {
        let solution = solve(&f, y0, 0.0..300.0, Dopri5, daring).unwrap();
        assert!(solution.stats.rejected > 500, "{:?}", solution.stats);
    });
    assert_eq!(info, few);
}

#[test]
fn a_step_with_a_dynamic_state_allocates_nothing() {
    let f = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy.copy_from(y);
        dy.neg_mut();
    });
    let y0 = DVector::from_element(40, 1.0);
    assert_eq!(cost(&f, &y0, Rk4, Fixed::steps(MANY), MANY), cost(&f, &y0, Rk4, Fixed::steps(FEW), FEW));
    assert_eq!(cost(&f, &y0, Dopri5, pid(MANY), MANY), cost(&f, &y0, Dopri5, pid(FEW), FEW));

    type Mixed = ([Vec<f64>; 2], DVector<f64>);
    let f = ode(|_t, y: &Mixed, dy: &mut Mixed| {
        dy.assign(y);
        dy.scale_by(-1.0);
    });
    let y0 = ([vec![1.0; 3], vec![2.0; 5]], DVector::from_element(20, 1.0));
    assert_eq!(cost(&f, &y0, Dopri5, pid(MANY), MANY), cost(&f, &y0, Dopri5, pid(FEW), FEW));
}

#[test]
fn states_saved_by_interpolation_cost_their_own_size() {
    let (f, y0) = LotkaVolterra::problem();
    let times: Vec<f64> = (0..=64).map(|i| f64::from(i) / 64.0).collect();
    let cost = |n: usize| {
        measure(|| {
            let solution = Ivp::new(&f, y0, 0.0..1.0).save_at(&times).solve(Dopri5, Fixed::steps(n)).unwrap();
            assert_eq!(solution.y.len(), 65);
        })
    };
    let few = cost(FEW);
    assert_eq!(cost(MANY), few);
    // Up to the doubling of a vector, during which the old half is still there.
    assert!(few.bytes_max <= (3 * 65 * 16 + 65 * 8) as u64, "{few:?}");
}

/// A forward pass of `n` steps from 0 to 1 with two outputs, and its allocations.
fn forward<A: Adjoint<Model, Rk4, Fixed>>(
    f: &Model,
    adjoint: &A,
    y0: &Vector2<f64>,
    n: usize,
) -> (AllocationInfo, Forward<Vector2<f64>, A::Record>) {
    let mut result = None;
    let control = Fixed::steps(n);
    let problem = Problem::new(f, &Rk4, &control, 0.0..1.0).outputs(Outputs::At(&[0.0, 1.0]));
    let info = measure(|| result = adjoint.forward(&problem, y0).ok());
    (info, result.expect("a forward pass"))
}

/// The allocations of the backward pass of such a solve.
fn backward<A: Adjoint<Model, Rk4, Fixed>>(f: &Model, adjoint: &A, y0: &Vector2<f64>, n: usize) -> AllocationInfo {
    let record = forward(f, adjoint, y0, n).1.record;
    let cotangents = [Vector2::zeros(), SVector::from([1.0, 2.0])];
    let mut pbar = f.params().zeros_like();
    let control = Fixed::steps(n);
    let problem = Problem::new(f, &Rk4, &control, 0.0..1.0).outputs(Outputs::At(&[0.0, 1.0]));
    let info = measure(|| {
        let pullback = adjoint.backward(&problem, &record, (&cotangents).into(), &mut pbar);
        assert!(pullback.is_ok_and(|pullback| pullback.y0.norm() > 0.0));
    });
    assert!(pbar.norm() > 0.0);
    info
}

#[test]
fn backsolve_needs_no_memory_for_steps() {
    let (f, y0) = LotkaVolterra::problem();
    let few = BacksolveAdjoint::new(Rk4, Fixed::steps(FEW));
    let many = BacksolveAdjoint::new(Rk4, Fixed::steps(MANY));
    assert_eq!(forward(&f, &few, &y0, MANY).0, forward(&f, &few, &y0, FEW).0);
    assert_eq!(backward(&f, &many, &y0, FEW), backward(&f, &few, &y0, FEW));
    assert_eq!(backward(&f, &many, &y0, MANY), backward(&f, &few, &y0, FEW));
    let [few, many] = [FEW, MANY].map(|n| BacksolveAdjoint::new(Dopri5, pid(n)));
    assert_eq!(backward(&f, &many, &y0, FEW), backward(&f, &few, &y0, FEW));
}

#[test]
fn discrete_keeps_a_time_a_length_and_a_state_per_step() {
    let (f, y0) = LotkaVolterra::problem();
    let step = (2 * size_of::<f64>() + size_of_val(&y0)) as u64;
    // Two outputs, their times, and the record of the one piece of the solve.
    let rest = (2 * size_of::<f64>() + 4 * size_of_val(&y0)) as u64 + 512;
    for n in [FEW, 1000, MANY] {
        let (info, forward) = forward(&f, &DiscreteAdjoint::new(), &y0, n);
        assert_eq!(forward.record.grids().map(<[f64]>::len).collect::<Vec<_>>(), [n + 1]);
        let least = (n as u64 + 1) * step;
        // The number of steps is known, so that no vector grows.
        let (kept, peak) = (info.bytes_current as u64, info.bytes_max);
        assert!((least - 8..=least + rest).contains(&kept), "{n} steps: {kept} bytes of {least}");
        assert!(peak <= least + rest, "{n} steps: {peak} bytes of {least}");
    }
}

#[test]
fn the_backward_pass_of_discrete_allocates_once() {
    let (f, y0) = LotkaVolterra::problem();
    let few = backward(&f, &DiscreteAdjoint::new(), &y0, FEW);
    let many = backward(&f, &DiscreteAdjoint::new(), &y0, MANY);
    assert_eq!(many.count_total, few.count_total);
    // One derivative per point of the grid, and nothing else that grows with the steps.
    assert_eq!(many.bytes_total - few.bytes_total, ((MANY - FEW) * size_of::<f64>()) as u64);
}
