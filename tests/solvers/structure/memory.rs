//! Steps do not allocate.

use allocation_counter::measure;
use nalgebra::DVector;
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::{Fixed, Rk4, ode};

#[test]
fn no_step_allocates() {
    let decay = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy.copy_from(y);
        dy.neg_mut();
    });
    let y0 = DVector::from_element(40, 1.0);
    let count = |n: usize| {
        measure(|| {
            let ends = [
                rheos::solve(&decay, y0.clone(), 0.0..1.0, ReversibleHeun, Fixed::steps(n)).unwrap(),
                rheos::solve(&decay, y0.clone(), 0.0..1.0, Alf, Fixed::steps(n)).unwrap(),
                rheos::solve(&decay, y0.clone(), 0.0..1.0, Coupled::new(Rk4), Fixed::steps(n)).unwrap(),
            ];
            assert!(ends.iter().all(|end| end.stats.accepted == n as u64));
        })
        .count_total
    };
    assert_eq!(count(10), count(1000));
}
