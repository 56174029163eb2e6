//! Small systems allocate nothing from step to step.

use allocation_counter::measure;
use nalgebra::vector;
use rheos::analysis::{Lyapunov, Map};
use rheos::dynamics::problems::Lorenz;
use rheos::{Fixed, Rk4};

use super::henon;

#[test]
fn steps_of_maps() {
    let map = Map::new(henon());
    let count = |steps: i32| {
        let settings = Lyapunov::over(steps);
        measure(|| drop(settings.spectrum(&map, &vector![0.1, 0.1], 2).unwrap())).count_total
    };
    // Blocks of finite-time exponents are made at half the rate after each doubling of their length.
    let (few, many) = (count(1024), count(8192));
    assert!(many < few + 3 * 70, "{few} {many}");
}

#[test]
fn steps_of_flows() {
    let (field, y0) = Lorenz::problem();
    let settings = Lyapunov::over(2.0).renormalise_every(0.1);
    let count = |h: f64| {
        let work = || drop(settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(h)).unwrap());
        measure(work).count_total
    };
    assert_eq!(count(0.01), count(0.001));
}
