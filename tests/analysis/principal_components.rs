//! Principal components.

use nalgebra::{DMatrix, Vector3, vector};
use rheos::Error;
use rheos::analysis::PrincipalComponents;

/// An ellipsoid with the axes 5, 2 and 1 along orthonormal directions, around (10, −3, 4).
fn cloud(unit: f64) -> (Vec<Vector3<f64>>, [Vector3<f64>; 3]) {
    let axes = [vector![2.0, 2.0, 1.0], vector![-2.0, 1.0, 2.0], vector![1.0, -2.0, 2.0]].map(|axis| axis / 3.0);
    let lengths = [5.0, 2.0, 1.0];
    let signs = [-1.0, 1.0];
    let mut points = Vec::new();
    for (a, length) in axes.iter().zip(lengths) {
        points.extend(signs.map(|sign| unit * (vector![10.0, -3.0, 4.0] + sign * length * a)));
    }
    (points, axes)
}

#[test]
fn of_an_ellipsoid_are_its_axes_in_any_unit() {
    for unit in [1.0, 1e-200, 1e150] {
        let (points, axes) = cloud(unit);
        let found = PrincipalComponents::of(&points, 3).unwrap();
        for (k, (axis, share)) in axes.iter().zip([25.0, 4.0, 1.0]).enumerate() {
            let direction = Vector3::from_vec(found.direction(k));
            // The largest entry is positive; the second axis has 2/3 twice, with both signs.
            assert!((direction.dot(axis).abs() - 1.0).abs() < 1e-14, "{direction}");
            assert!((found.explained[k] - share / 30.0).abs() < 1e-14);
        }
        assert!((found.project(&points[1]).unwrap()[0] / unit - 5.0).abs() < 1e-13);
        let gram = found.directions.tr_mul(&found.directions);
        assert!((gram - DMatrix::identity(3, 3)).norm() < 1e-14);
    }
}

#[test]
fn states_that_coincide_explain_nothing() {
    let found = PrincipalComponents::of(&[[1.0, 2.0], [1.0, 2.0]], 2).unwrap();
    assert_eq!(found.explained, [0.0, 0.0]);
    assert_eq!(found.project(&[1.0, 2.0]).unwrap(), [0.0, 0.0]);
}

#[test]
fn bad_input_is_named() {
    let of = |states: &[Vec<f64>], count| PrincipalComponents::of(states, count).unwrap_err();
    let states = [vec![1.0, 2.0], vec![3.0, 4.0]];
    assert!(matches!(of(&states[..1], 1), Error::InvalidArgument { name: "states", .. }));
    assert!(matches!(of(&states, 3), Error::InvalidArgument { name: "count", .. }));
    assert!(matches!(of(&states, 0), Error::InvalidArgument { name: "count", .. }));
    assert!(matches!(of(&[vec![1.0], vec![1.0, 2.0]], 1), Error::ShapeMismatch { index: 1, .. }));
    assert!(matches!(of(&[vec![1.0], vec![f64::NAN]], 1), Error::InvalidEntry { index: 1, .. }));
    let found = PrincipalComponents::of(&states, 1).unwrap();
    assert!(found.project(&vec![1.0]).is_err());
}

#[test]
fn neither_offsets_nor_the_end_of_the_range_make_components() {
    // Ten tenths do not add to one in binary: a mean by plain sums leaves deviations of rounding size.
    let found = PrincipalComponents::of(&[[0.1, 0.3]; 10], 2).unwrap();
    assert_eq!((found.explained, found.mean[0]), (vec![0.0, 0.0], 0.1));
    // Deviations of 3 and 4 beside an offset of 1e15: the direction (0.6, 0.8).
    let states: Vec<[f64; 2]> = (-2..=4).map(f64::from).map(|i| [1e15 + 3.0 * i, 4.0 * i - 1e15]).collect();
    let found = PrincipalComponents::of(&states, 1).unwrap();
    assert!((found.direction(0)[0] - 0.6).abs() < 1e-15 && (found.explained[0] - 1.0).abs() < 1e-15);
    let found = PrincipalComponents::of(&[[1e308, 0.0], [-1e308, 1.0]], 2).unwrap();
    assert_eq!((found.mean[0], found.mean[1], found.explained), (0.0, 0.5, vec![1.0, 0.0]));
}
