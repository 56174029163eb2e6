//! No step of a multistep method allocates.

use allocation_counter::measure;
use nalgebra::DVector;
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton};
use rheos::{Dynamics, Fixed, Pid, Solver, ode, solve};

#[test]
fn steps_allocate_nothing() {
    let decay = |y: usize| {
        let y0 = DVector::from_element(y, 1.0);
        (
            ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.iter_mut().zip(y.iter()).for_each(|(dy, y)| *dy = -y)),
            y0,
        )
    };
    let (f, y0) = decay(5);
    fn check<F: Dynamics, S: Solver<F> + Copy>(f: &F, y0: &F::State, solver: S) {
        let cost = |n: usize| measure(|| drop(solve(f, y0.clone(), 0.0..1.0, solver, Fixed::steps(n)))).count_total;
        assert_eq!(cost(20), cost(2000), "{}", S::NAME);
    }
    check(&f, &y0, AdamsBashforth::<4>);
    check(&f, &y0, AdamsMoulton::<6>);
    check(&f, &y0, Adams);
    let cost = |h: f64| {
        let mut accepted = 0;
        let info = measure(|| {
            let solution = solve(&f, y0.clone(), 0.0..1.0, Adams, Pid::tolerance(1e-9).max_step(h)).unwrap();
            accepted = solution.stats.accepted;
        });
        (info.count_total, accepted)
    };
    let (few, many) = (cost(1.0), cost(1e-3));
    assert!(many.1 > 10 * few.1);
    assert_eq!(few.0, many.0);
}
