//! Basins of attraction.

use nalgebra::{Vector2, vector};
use rheos::analysis::{BasinSearch, Fate, Map, PlaneGrid, TimeMap, basins};
use rheos::{Dopri5, Error, Fixed, Pid, Rk4, ode};

/// Two wells, `x' = y`, `y' = x − x³ − 0.5 y`, of which the energy `y²/2 − x²/2 + x⁴/4` falls.
fn wells(_t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
    *dy = vector![y.y, y.x - y.x.powi(3) - 0.5 * y.y];
}

fn energy(y: &Vector2<f64>) -> f64 {
    0.5 * y.y * y.y - 0.5 * y.x * y.x + 0.25 * y.x.powi(4)
}

#[test]
fn wells_keep_what_cannot_leave_them() {
    let field = ode(wells);
    let map = TimeMap::new(&field, 0.0..0.5, Rk4, Fixed::steps(5));
    let grid = PlaneGrid::new(vector![0.0, 0.0], (0, -2.0..2.0, 16), (1, -2.0..2.0, 15)).unwrap();
    let attractors = [vec![vector![-1.0, 0.0]], vec![vector![1.0, 0.0]]];
    let found = basins(&map, &attractors, &grid, &BasinSearch::default()).unwrap();
    let mut inside = 0;
    for (column, row) in (0..15).flat_map(|row| (0..16).map(move |column| (column, row))) {
        let state = grid.state(column, row);
        // The field is odd, and so are the basins.
        let mirrored = found.at(15 - column, 14 - row);
        match found.at(column, row) {
            Fate::Attractor(index) => assert_eq!(mirrored, Fate::Attractor(1 - index)),
            other => panic!("{other:?} at {state}"),
        }
        // Below the energy of the saddle, the side decides.
        if energy(&state) < 0.0 {
            inside += 1;
            assert_eq!(found.at(column, row), Fate::Attractor(usize::from(state.x > 0.0)), "{state}");
        }
    }
    assert!(inside > 20);
    assert_eq!(found.share(Fate::Attractor(0)), 0.5);
    let one = basins(&map, &attractors, &grid, &BasinSearch::default().threads(1)).unwrap();
    assert_eq!(one, found);
}

#[test]
fn units_do_not_matter() {
    let plain =
        Map::new(ode(|_t, x: &Vector2<f64>, next: &mut Vector2<f64>| *next = vector![(2.0 * x.x).tanh(), 0.5 * x.y]));
    let small = Map::new(ode(|_t, x: &Vector2<f64>, next: &mut Vector2<f64>| {
        *next = vector![1e-9 * (2e9 * x.x).tanh(), 0.5 * x.y];
    }));
    // h = tanh 2h.
    let h = 0.957_504_024_078_573;
    let of = |unit: f64, large: f64| {
        let grid = PlaneGrid::new(vector![0.0, 0.0], (0, -unit..2.0 * unit, 13), (1, -large..large, 4)).unwrap();
        (grid, [vec![vector![-h * unit, 0.0]], vec![vector![h * unit, 0.0]]])
    };
    let ((grid, attractors), (small_grid, small_attractors)) = (of(1.0, 1.0), of(1e-9, 1e9));
    let search = BasinSearch::default();
    let expected = basins(&plain, &attractors, &grid, &search).unwrap();
    let found = basins(&small, &small_attractors, &small_grid, &search).unwrap();
    assert_eq!(found.fates, expected.fates);
    // x = −1 + column/4. In column 4 it is zero up to rounding, at the saddle.
    for column in (0..13).filter(|column| *column != 4) {
        assert_eq!(expected.at(column, 0), Fate::Attractor(usize::from(column > 4)));
    }
}

#[test]
fn cycles_attract_and_the_rest_diverges() {
    // The logistic map at r = 3.2: the cycle of two points attracts (0, 1), and −∞ the points outside [0, 1].
    let map = Map::new(ode(|_t, x: &Vector2<f64>, next: &mut Vector2<f64>| {
        *next = vector![3.2 * x.x * (1.0 - x.x), 0.0 * x.y];
    }));
    let root = (4.2_f64 * 0.2).sqrt();
    let cycle = [4.2 - root, 4.2 + root].map(|x| vector![x / 6.4, 0.0]).to_vec();
    let grid = PlaneGrid::new(vector![0.0, 0.0], (0, -0.43..1.37, 19), (1, 0.0..1.0, 2)).unwrap();
    let found = basins(&map, &[cycle], &grid, &BasinSearch::default()).unwrap();
    for column in 0..19 {
        let x = grid.state(column, 0).x;
        let expected = if x > 0.0 && x < 1.0 { Fate::Attractor(0) } else { Fate::Diverged };
        assert_eq!(found.at(column, 0), expected, "{x}");
    }
}

#[test]
fn bad_input_is_named() {
    let map = Map::new(ode(|_t, x: &Vector2<f64>, next: &mut Vector2<f64>| *next = 0.5 * x));
    let zero = vector![0.0, 0.0];
    let axis = || (0, 0.0..1.0, 3);
    let grid = PlaneGrid::new(zero, axis(), (1, 0.0..1.0, 3)).unwrap();
    let search = BasinSearch::default();
    let error = |attractors: &[Vec<Vector2<f64>>], search| basins(&map, attractors, &grid, &search).unwrap_err();
    assert!(matches!(error(&[], search), Error::LengthMismatch { name: "attractors", .. }));
    assert!(matches!(error(&[vec![zero], vec![]], search), Error::ShapeMismatch { index: 1, .. }));
    assert!(matches!(error(&[vec![zero * f64::NAN]], search), Error::InvalidEntry { name: "attractors", .. }));
    assert!(matches!(error(&[vec![zero]], search.radius(0.0)), Error::InvalidArgument { name: "radius", .. }));
    assert!(matches!(error(&[vec![zero]], search.threads(0)), Error::InvalidArgument { name: "threads", .. }));
    for (y, index) in [((2, 0.0..1.0, 3), 0), ((1, 0.0..f64::INFINITY, 3), 1), ((1, 0.0..1.0, 1), 2)] {
        let error = PlaneGrid::new(zero, axis(), y).unwrap_err();
        assert!(matches!(error, Error::InvalidEntry { name: "y", index: found, .. } if found == index), "{error}");
    }
    assert!(PlaneGrid::new(zero, axis(), axis()).is_err());
}

#[test]
#[should_panic = "column 3 of 3"]
fn a_column_that_does_not_exist_is_not_one_of_the_next_row() {
    let map = Map::new(ode(|_t, x: &Vector2<f64>, next: &mut Vector2<f64>| *next = 0.5 * x));
    let grid = PlaneGrid::new(vector![0.0, 0.0], (0, -1.0..1.0, 3), (1, -1.0..1.0, 3)).unwrap();
    let found = basins(&map, &[vec![vector![0.0, 0.0]]], &grid, &BasinSearch::default()).unwrap();
    let _ = found.at(3, 0);
}

#[test]
fn a_range_longer_than_any_number_is_an_error() {
    // In units of infinity every point would be at the attractor.
    let error = PlaneGrid::new(vector![0.0, 0.0], (0, -1e308..1e308, 3), (1, -1.0..1.0, 3)).unwrap_err();
    assert!(matches!(error, Error::InvalidEntry { name: "x", index: 1, .. }), "{error}");
}

/// `x' = x²` ends at the time `1/x₀`; below zero it creeps to rest.
#[test]
fn a_solve_that_cannot_go_on_is_no_attractor() {
    let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y.x * y.x, -y.y]);
    let map = TimeMap::new(&field, 0.0..2.0, Dopri5, Pid::tolerance(1e-6));
    let grid = PlaneGrid::new(vector![0.0, 0.0], (0, -1.0..1.0, 2), (1, 0.0..1.0, 2)).unwrap();
    let search = BasinSearch::default().radius(0.1).steps(100);
    let found = basins(&map, &[vec![vector![0.0, 0.0]]], &grid, &search).unwrap();
    assert_eq!([found.at(0, 0), found.at(0, 1)], [Fate::Attractor(0); 2]);
    for row in 0..2 {
        assert!(matches!(found.at(1, row), Fate::Undecided | Fate::Diverged), "{:?}", found.at(1, row));
    }
}
