//! Covariant vectors are mapped to each other, forwards and backwards.

use nalgebra::{DMatrix, Matrix3, Vector1, Vector2, Vector3, matrix, vector};
use rheos::analysis::{Lyapunov, Map, System, Variational};
use rheos::dynamics::problems::Lorenz;
use rheos::{Error, Fixed, Rk4, ode, solve};

use super::{henon, logistic};

/// The largest sine of an angle between a column of `found` and of `expected`, which need not have length 1.
fn angle(found: &DMatrix<f64>, expected: &DMatrix<f64>) -> f64 {
    let of = |k: usize| {
        let (a, b) = (found.column(k).normalize(), expected.column(k).normalize());
        (&a - &b * a.dot(&b)).norm()
    };
    (0..found.ncols()).map(of).fold(0.0, f64::max)
}

#[test]
fn a_linear_map_has_its_eigenvectors() {
    let basis: Matrix3<f64> = matrix![1.0, 1.0, 0.0; 0.0, 1.0, 1.0; 1.0, 0.5, 2.0];
    let a = basis * Matrix3::from_diagonal(&vector![0.125, 3.0, -0.5]) * basis.try_inverse().unwrap();
    let map = Map::new(ode(move |_t, x: &Vector3<f64>, next: &mut Vector3<f64>| *next = a * x));
    let found = Lyapunov::over(5).transient(40).covariant_vectors(&map, &Vector3::zeros(), 3).unwrap();
    assert_eq!(found.times, [40.0, 41.0, 42.0, 43.0, 44.0]);
    let expected = DMatrix::from_fn(3, 3, |i, k| basis[(i, [1, 2, 0][k])]);
    // Jacobians by differences.
    assert!(found.vectors.iter().all(|vectors| angle(vectors, &expected) < 1e-8));
}

#[test]
fn the_vectors_of_a_chaotic_map_are_mapped_to_each_other() {
    let map = Map::new(henon());
    let found = Lyapunov::over(100).transient(60).covariant_vectors(&map, &vector![0.1, 0.1], 2).unwrap();
    let mut least = f64::INFINITY;
    for i in 0..99 {
        let x = vector![found.states[i][0], found.states[i][1]];
        let mut jacobian = DMatrix::zeros(2, 2);
        map.jacobian(&x, &x, &mut jacobian).unwrap();
        // The second vector is the contracting one, so errors along the first grow by the ratio of both in each step, 7 on
        // average and 1e3 in single steps.
        assert!(angle(&(jacobian * &found.vectors[i]), &found.vectors[i + 1]) < 1e-10, "{i}");
        least = least
            .min(angle(&found.vectors[i].columns(0, 1).into_owned(), &found.vectors[i].columns(1, 1).into_owned()));
    }
    assert!(least < 0.3, "{least}"); // the map is not hyperbolic: the directions come close
}

#[test]
fn the_vectors_of_a_flow() {
    let (field, y0) = Lorenz::problem();
    let settings = Lyapunov::over(4.0).transient(8.0).renormalise_every(0.2);
    let found = settings.covariant_vectors_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap();
    assert_eq!((found.times.len(), found.vectors[0].shape()), (20, (3, 3)));
    let variational = Variational::new(&field);
    for i in 0..19 {
        let y = Vector3::from_column_slice(&found.states[i]);
        let start = variational.along(&y, &found.vectors[i]).unwrap();
        let end = solve(&variational, start, found.times[i]..found.times[i + 1], Rk4, Fixed::step(0.01)).unwrap();
        // Errors along the first vector grow by e^(3.1) on average against the third.
        assert!(angle(&variational.matrix(end.last()), &found.vectors[i + 1]) < 1e-8, "{i}");
    }
}

#[test]
fn a_singular_jacobian_has_no_vectors() {
    let map = Map::new(logistic(3.5));
    let failure = Lyapunov::over(10).covariant_vectors(&map, &Vector1::new(0.5), 1).unwrap_err();
    assert!(matches!(failure.error, Error::TangentLost { index: 0, .. }), "{failure}");
    assert!(Lyapunov::over(10).covariant_vectors(&map, &Vector1::new(0.4), 2).is_err());
}

/// The factors of an interval may be so small that the squares of their reciprocals overflow.
#[test]
fn of_a_strong_contraction() {
    let map = Map::new(ode(|_t, x: &Vector2<f64>, next: &mut Vector2<f64>| {
        *next = vector![1e-160 * x[0], 1e-161 * x[1]];
    }));
    let found = Lyapunov::over(20).transient(20).covariant_vectors(&map, &vector![0.0, 0.0], 2).unwrap();
    for vectors in found.vectors {
        for k in 0..2 {
            assert!((vectors[(k, k)].abs() - 1.0).abs() < 1e-9, "{vectors}");
        }
    }
}
