//! Cycles of maps, against closed forms and exhaustive enumeration.

use crate::relu_network::{Relu, has_all_cycles, relu};
use nalgebra::{Matrix2, SVector, Vector2, matrix, vector};
use rheos::analysis::{Flow, Held, Map, PointKind, Search, cycles, fixed_points};
use rheos::nn::{Gru, Net, Recurrence};
use rheos::train::uniform;
use rheos::{Autodiff, Error, GenericDynamics, Scalar, ode};

struct Logistic;
impl GenericDynamics<1, 1> for Logistic {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        vector![p[0] * x[0] * (T::from(1.0) - x[0])]
    }
}

/// The Hénon map with a = 1.4, b = 0.3 and the units of the two coordinates.
struct Henon;
impl GenericDynamics<2, 2> for Henon {
    fn eval<T: Scalar>(&self, _: T, s: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let (x, y) = (s[0] / p[0], s[1] / p[1]);
        vector![(T::from(1.0) - x * x * 1.4 + y) * p[0], x * p[1] * 0.3]
    }
}

fn box_of<const N: usize>(count: usize, size: f64, seed: u64) -> Vec<SVector<f64, N>> {
    let mut draw = uniform(seed);
    (0..count).map(|_| SVector::from_fn(|_, _| size * (2.0 * draw() - 1.0))).collect()
}

/// Up to six in `tests/large`.
#[test]
fn all_cycles_of_a_relu_network_up_to_four() {
    for (map, counts) in [
        (relu([1.95, -0.68], [[-3.9, 0.05], [0.46, 2.54]], [0.67, -0.35]), [4, 2, 4, 7]),
        (relu([0.65, 0.47], [[-4.25, 0.97], [0.31, 2.01]], [0.05, -1.15]), [2, 2, 4, 2]),
    ] {
        for k in 1..=4 {
            has_all_cycles(&map, k, counts[k - 1], 100);
        }
    }
}

#[test]
fn the_two_cycles_of_the_logistic_map() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.4]));
    let found = cycles(&map, 2, &box_of::<1>(30, 1.5, 1), &Search::default()).unwrap();
    let r: f64 = 3.4;
    let root = ((r - 3.0) * (r + 1.0)).sqrt();
    assert_eq!(found.cycles.len(), 1);
    let cycle = &found.cycles[0];
    for (point, sign) in cycle.points.iter().zip([-1.0, 1.0]) {
        assert!((point[0] - (r + 1.0 + sign * root) / (2.0 * r)).abs() < 1e-15);
    }
    assert!((cycle.multipliers()[0].re - (4.0 + 2.0 * r - r * r)).abs() < 1e-14);
    // Fixed points are solutions too, of a shorter period.
    assert!(found.shorter > 0);
    assert_eq!(cycle.searches + found.shorter + found.failures.total(), 60);
}

#[test]
fn the_three_cycles_of_the_logistic_map_appear_at_their_fold() {
    let fold = 1.0 + 8.0_f64.sqrt();
    let starts = box_of::<1>(60, 1.0, 1);
    let of = |r: f64| cycles(&Map::new(Autodiff::new(Logistic, vector![r])), 3, &starts, &Search::default()).unwrap();
    assert!(of(fold - 1e-3).cycles.is_empty());
    let mut stable: Vec<Option<bool>> = of(fold + 1e-3).cycles.iter().map(|cycle| cycle.is_stable()).collect();
    stable.sort();
    assert_eq!(stable, [Some(false), Some(true)]);
    // At the fold itself they are one, to rounding, or a pair 1e-8 apart: nothing is claimed of its stability.
    assert!(of(fold).cycles.iter().all(|cycle| cycle.is_stable().is_none()));
}

#[test]
fn the_two_cycle_of_henon_in_any_units() {
    let (a, b) = (1.4, 0.3);
    let (sum, product) = ((1.0 - b) / a, ((1.0_f64 - b).powi(2) - a) / (a * a));
    let root = (sum * sum / 4.0 - product).sqrt();
    for units in [[1.0, 1.0], [1e9, 1e9], [1e-9, 1e-9], [1e-9, 1e9]] {
        let units = Vector2::from(units);
        let map = Map::new(Autodiff::new(Henon, units));
        let starts: Vec<_> = box_of::<2>(30, 1.5, 1).iter().map(|x| x.component_mul(&units)).collect();
        let found = cycles(&map, 2, &starts, &Search::default()).unwrap();
        assert_eq!(found.cycles.len(), 1);
        let cycle = &found.cycles[0];
        for (point, sign) in cycle.points.iter().zip([-1.0, 1.0]) {
            let point = point.component_div(&units);
            assert!((point - vector![sum / 2.0 + sign * root, b * (sum / 2.0 - sign * root)]).amax() < 1e-15);
        }
        // λ² − (4 a² x₁ x₂ + 2 b) λ + b² = 0.
        let [first, second] = cycle.multipliers() else { panic!("two multipliers") };
        assert!((first + second - (4.0 * a * a * product + 2.0 * b)).norm() < 1e-13);
        assert!((first * second - b * b).norm() < 1e-13);
        assert_eq!((cycle.unstable_directions(), cycle.is_stable()), (1, Some(false)));
    }
    // No cycle of period 3, and two of period 6 (a known count of Hénon's map: 2, 1, 0, 1, 0, 2).
    let map = Map::new(Autodiff::new(Henon, vector![1.0, 1.0]));
    let starts = box_of::<2>(40, 1.5, 1);
    let counts = [1, 2, 3, 4, 5, 6].map(|k| cycles(&map, k, &starts, &Search::default()).unwrap().cycles.len());
    assert_eq!(counts, [2, 1, 0, 1, 0, 2]);
}

#[test]
fn a_cycle_of_length_one_is_a_fixed_point() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.4]));
    let starts = box_of::<1>(30, 1.5, 1);
    let points = fixed_points(&map, &starts, &Search::default()).unwrap();
    let cycles = cycles(&map, 1, &starts, &Search::default()).unwrap();
    assert_eq!(points.points.len(), cycles.cycles.len());
    for (point, cycle) in points.points.iter().zip(&cycles.cycles) {
        assert_eq!((&point.xstar, point.starts, point.error), (&cycle.points[0], cycle.searches, cycle.error));
        assert_eq!((point.condition, &point.eigen), (cycle.condition, &cycle.eigen));
    }
}

#[test]
fn a_cycle_on_a_kink_does_no_harm() {
    // z₁ = −2 relu(z₀) + … with a fixed point at exactly (0, 0), and the absolute value with the 2-cycle 0, 1.
    let map = Relu { a: Matrix2::zeros(), w: matrix![-2.0, 0.0; 0.0, 0.5], h: Vector2::zeros() };
    let found = cycles(&map, 1, &box_of::<2>(30, 1.0, 1), &Search::default()).unwrap();
    assert!(found.cycles.iter().all(|cycle| cycle.points[0].amax() < 1e-12));
    // z₁ = 1 − |z₀|: every point of [0, 1] has period 2, and 0 is on the kink.
    let tent = Relu { a: matrix![1.0, 0.0; 0.0, 0.5], w: matrix![-2.0, 0.0; 0.0, 0.0], h: vector![1.0, 0.0] };
    let mut starts = box_of::<2>(10, 1.0, 1);
    starts.push(vector![0.0, 0.0]);
    let found = cycles(&tent, 2, &starts, &Search::default()).unwrap();
    for cycle in &found.cycles {
        assert!(cycle.kind == PointKind::Degenerate && cycle.is_stable().is_none(), "{cycle:?}");
        assert!((cycle.points[0][0] + cycle.points[1][0] - 1.0).abs() < 1e-14);
    }
}

#[test]
fn a_gated_network_oscillates() {
    // The result does not depend on the number of threads.
    let cell: Net<_> = Net::new(Gru::<f64, 1, 3>::uniform(&mut uniform(3)));
    let held = Held::new(Recurrence(cell), nalgebra::OMatrix::<f64, nalgebra::U1, nalgebra::Dyn>::from_element(1, 0.4));
    let mut draw = uniform(4);
    let starts: Vec<_> =
        (0..10).map(|_| nalgebra::OMatrix::<f64, nalgebra::U3, nalgebra::Dyn>::from_fn(1, |_, _| draw())).collect();
    let [one, four] = [1, 4].map(|threads| cycles(&held, 2, &starts, &Search::default().threads(threads)).unwrap());
    assert_eq!(format!("{one:?}"), format!("{four:?}"));
}

#[test]
fn bad_arguments_and_hopeless_searches_are_errors() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.4]));
    let starts = [vector![0.3]];
    let found = cycles(&map, 0, &starts, &Search::default());
    assert!(matches!(found, Err(Error::InvalidArgument { name: "k", .. })));
    let flow = Flow::new(Autodiff::new(Logistic, vector![3.4]));
    assert!(matches!(cycles(&flow, 2, &starts, &Search::default()), Err(Error::InvalidArgument { name: "k", .. })));
    assert!(matches!(
        cycles(&map, 2, &[], &Search::default()),
        Err(Error::LengthMismatch { name: "starts", found: 0, expected: 1 })
    ));
    let nowhere = Map::new(ode(|_t, _x: &f64, next: &mut f64| *next = f64::NAN));
    let failure = cycles(&nowhere, 3, &[1.0, 2.0], &Search::default()).unwrap_err();
    let Error::NothingFound { sought: "cycle", searches: 4, failures, outliers: 0 } = &failure else {
        panic!("{failure}")
    };
    assert_eq!(failures.not_finite, 4);
    // x + 1 has no cycle at all.
    let drift = Map::new(ode(|_t, x: &f64, next: &mut f64| *next = x + 1.0));
    assert!(matches!(cycles(&drift, 3, &[1.0, 2.0], &Search::default()), Err(Error::NothingFound { .. })));
}
