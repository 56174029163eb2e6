//! Tests of the decomposition.

use nalgebra::{Complex, DMatrix, DVector, dmatrix};

use super::Eigen;
use crate::error::Error;

/// `A x = λ x` for all pairs, relative to the size of the matrix.
fn residual(a: &DMatrix<f64>, eigen: &Eigen) -> f64 {
    let a = a.map(|x| Complex::new(x, 0.0));
    let ax = &a * &eigen.vectors;
    let xl = &eigen.vectors * DMatrix::from_diagonal(&DVector::from_vec(eigen.values.clone()));
    (ax - xl).camax() / a.camax()
}

fn draws(n: usize, seed: f64) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| (seed + 12.9898 * i as f64 + 78.233 * j as f64).sin() * 43.7 % 1.0)
}

#[test]
fn vectors_and_values_of_random_matrices() {
    for n in 1..=24 {
        let a = draws(n, n as f64);
        let eigen = Eigen::of(&a).unwrap();
        assert!(residual(&a, &eigen) < 1e-12, "{n}: {}", residual(&a, &eigen));
        let trace: Complex<f64> = eigen.values.iter().sum();
        assert!((trace.re - a.trace()).abs() < 1e-12 * n as f64 && trace.im == 0.0);
    }
}

#[test]
fn cyclic_permutations_have_the_roots_of_unity() {
    for n in 2..=12 {
        let a = DMatrix::from_fn(n, n, |i, j| if (j + 1) % n == i { 1.0 } else { 0.0 });
        let eigen = Eigen::of(&a).unwrap();
        assert!(residual(&a, &eigen) < 1e-13 * n as f64);
        assert!(eigen.values.iter().all(|x| (x.norm() - 1.0).abs() < 1e-13));
        assert!(eigen.conditions.iter().all(|x| (x - 1.0).abs() < 1e-10)); // a normal matrix
    }
}

#[test]
fn a_matrix_close_to_a_multiple_of_the_identity() {
    // The Jacobian of a saturated gated cell: rows of very different sizes, on an identity.
    for n in [3, 8, 16, 30] {
        let rows = |i: usize| 10.0_f64.powi(-7 - (5 * i % 11) as i32);
        let off = draws(n, 0.7);
        let a = DMatrix::from_fn(n, n, |i, j| {
            if i == j { 1.0 - off[(i, i)].abs() * 0.1 * f64::from(u8::from(i % 5 == 2)) } else { rows(i) * off[(i, j)] }
        });
        let eigen = Eigen::of(&a).unwrap();
        assert!(residual(&a, &eigen) < 1e-13);
        assert!(eigen.values.iter().all(|x| x.norm() > 0.5 && x.norm() < 1.0 + 1e-6));
    }
}

#[test]
fn a_triangular_matrix_has_its_diagonal() {
    let eigen = Eigen::of(&dmatrix![1.0, 5.0, -2.0; 0.0, -3.0, 7.0; 0.0, 0.0, 2.0]).unwrap();
    let mut found: Vec<f64> = eigen.values.iter().map(|x| x.re).collect();
    found.sort_by(f64::total_cmp);
    assert_eq!(found, [-3.0, 1.0, 2.0]);
}

#[test]
fn a_jordan_block_is_defective_and_a_multiple_of_the_identity_is_not() {
    assert!(Eigen::of(&dmatrix![2.0, 1.0; 0.0, 2.0]).unwrap().is_defective());
    assert!(!Eigen::of(&(DMatrix::identity(3, 3) * 2.0)).unwrap().is_defective());
    assert!(!Eigen::of(&DMatrix::zeros(3, 3)).unwrap().is_defective());
}

#[test]
fn the_condition_of_an_eigenvalue_is_that_of_the_angle() {
    // [1 a; 0 2] has the conditions √(1 + a²).
    let eigen = Eigen::of(&dmatrix![1.0, 3.0; 0.0, 2.0]).unwrap();
    assert!(eigen.conditions.iter().all(|x| (x - 10.0_f64.sqrt()).abs() < 1e-12), "{:?}", eigen.conditions);
}

#[test]
fn units_of_coordinates_do_not_matter() {
    let a = draws(6, 0.3);
    let units = [1e-20, 1.0, 1e15, 1e-3, 1e8, 1.0];
    let scaled = DMatrix::from_fn(6, 6, |i, j| a[(i, j)] * units[i] / units[j]);
    let (plain, scaled) = (Eigen::of(&a).unwrap(), Eigen::of(&scaled).unwrap());
    for value in &plain.values {
        let gap = scaled.values.iter().map(|x| (x - value).norm()).fold(f64::INFINITY, f64::min);
        assert!(gap < 1e-12, "{value}: {gap}");
    }
    for factor in [1e-300, 1e300] {
        let eigen = Eigen::of(&(&a * factor)).unwrap();
        assert!(eigen.values.iter().all(|x| x.norm().is_finite() && x.norm() > 0.0));
    }
}

#[test]
fn matrices_near_the_identity_have_eigenvalues() {
    for n in [2, 5, 16, 24] {
        for size in [1e-7, 1e-13, 1e-15, 1e-16] {
            let mut a = DMatrix::identity(n, n) + draws(n, 0.7) * size;
            // A unit that forgets, beside those that remember.
            a.row_mut(n / 2).fill(0.0);
            let eigen = Eigen::of(&a).unwrap();
            let ones = eigen.values.iter().filter(|value| (*value - 1.0).norm() < 1e-5 + 2.0 * size).count();
            assert_eq!(ones, n - 1, "{n} {size}: {:?}", eigen.values);
        }
    }
}

#[test]
fn bad_matrices_are_errors() {
    assert!(matches!(Eigen::of(&DMatrix::zeros(2, 3)), Err(Error::LengthMismatch { .. })));
    assert!(matches!(Eigen::of(&dmatrix![f64::NAN]), Err(Error::InvalidEntry { index: 0, .. })));
    assert!(Eigen::of(&DMatrix::zeros(0, 0)).unwrap().values.is_empty());
}

#[test]
fn matrices_of_low_rank_nilpotent_and_large_ones() {
    // A shift is one Jordan block: the computed eigenvalues of a block of n rows are within ε^(1/n) of zero.
    let shift = DMatrix::from_fn(8, 8, |i, j| f64::from(u8::from(j == i + 1)));
    let eigen = Eigen::of(&shift).unwrap();
    assert!(eigen.is_defective() && eigen.values.iter().all(|x| x.norm() < 0.02));
    let (tall, wide) = (draws(20, 0.1).columns(0, 2).into_owned(), draws(20, 0.9).rows(0, 2).into_owned());
    let low = &tall * &wide;
    let eigen = Eigen::of(&low).unwrap();
    assert_eq!(eigen.values.iter().filter(|x| x.norm() > 1e-6).count(), 2);
    assert!(residual(&low, &eigen) < 1e-12);
    let large = draws(100, 0.4);
    assert!(residual(&large, &Eigen::of(&large).unwrap()) < 1e-11);
    let graded = DMatrix::from_fn(12, 12, |i, j| draws(12, 0.2)[(i, j)] * 10.0_f64.powi(-(i as i32 + j as i32)));
    assert!(residual(&graded, &Eigen::of(&graded).unwrap()) < 1e-14);
    let symmetric = &large + large.transpose();
    assert!(Eigen::of(&symmetric).unwrap().values.iter().all(|x| x.im == 0.0));
}

#[test]
fn two_real_shifts_do_not_stagnate() {
    // The eigenvalues are within 1e-13 of 1, 1, −1, −1, as for two swaps.
    let a = dmatrix![0.0, 1.0, 0.0, 0.0; 1.0, 0.0, 1e-13, 0.0; 0.0, -1e-13, 0.0, 1.0; 0.0, 0.0, 1.0, 0.0];
    let eigen = Eigen::of(&a).unwrap();
    assert!(eigen.values.iter().all(|value| (value.re.abs() - 1.0).abs() < 1e-12 && value.im.abs() < 1e-12));
    // A tridiagonal Toeplitz matrix b, a, c has a + 2 √(b c) cos(π k / (n + 1)). Balanced, it is nearly symmetric.
    let n = 60;
    let a = DMatrix::from_fn(n, n, |i, j| f64::from(u8::from(i + 1 == j)) + 2.0 * f64::from(u8::from(i == j + 1)));
    let mut found: Vec<f64> = Eigen::of(&a).unwrap().values.iter().map(|value| value.re).collect();
    found.sort_by(f64::total_cmp);
    for (k, value) in found.iter().enumerate() {
        let exact = -8.0_f64.sqrt() * (std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64).cos();
        // The largest condition is 2e8 here, by the closed form of the vectors.
        assert!((value - exact).abs() < 1e-7, "{k}: {value}, {exact}");
    }
    let large =
        DMatrix::from_fn(100, 100, |i, j| f64::from(u8::from(i + 1 == j)) + 2.0 * f64::from(u8::from(i == j + 1)));
    assert!(residual(&large, &Eigen::of(&large).unwrap()) < 1e-13);
}

#[test]
fn units_far_apart_neither_overflow_nor_vanish() {
    let a = dmatrix![1.0, 2.0, -1.0; 0.5, -1.0, 3.0; -2.0, 1.0, 0.25];
    let plain = Eigen::of(&a).unwrap();
    for units in [[1e-150, 1.0, 1e150], [1e140, 1e-160, 1.0], [1e-3, 1e100, 1e-100]] {
        let scaled = DMatrix::from_fn(3, 3, |i, j| a[(i, j)] * (units[i] / units[j]));
        let eigen = Eigen::of(&scaled).unwrap();
        for (k, value) in plain.values.iter().enumerate() {
            let same = |&i: &usize| (eigen.values[i] - value).norm() < 1e-13;
            let i = (0..3).find(same).unwrap_or_else(|| panic!("{value} among {:?}", eigen.values));
            // D x, and the condition |D x| |D⁻¹ y| / |yᴴ x|, which is at least |D x|∞ of x of length 1.
            let x = DVector::from_fn(3, |row, _| {
                plain.vectors[(row, k)] * (units[row] / units.iter().copied().fold(0.0, f64::max))
            });
            let cosine = x.normalize().dotc(&eigen.vectors.column(i)).norm();
            assert!((cosine - 1.0).abs() < 1e-13, "{units:?}");
            assert!(eigen.conditions[i] > 1e50);
        }
    }
    // An oscillator in units of 1e±100: ± i, of the condition (u + 1/u) / 2.
    let oscillator = Eigen::of(&dmatrix![0.0, 1e200; -1e-200, 0.0]).unwrap();
    assert!((oscillator.values[0] - Complex::new(0.0, 1.0)).norm() < 1e-14);
    assert!((oscillator.conditions[0] / 5e199 - 1.0).abs() < 1e-13);
}

#[test]
fn parts_of_very_different_speed() {
    // Two uncoupled parts, one slower by 1e20: [1 1; 0 2] has the vectors (1, 0) and (1, 1) / √2, of the condition √2.
    for slow in [1e-20, 1e-100, 1e-140] {
        let a = dmatrix![slow, 0.0, slow; 0.0, -1.0, 0.0; 0.0, 0.0, 2.0 * slow];
        let eigen = Eigen::of(&a).unwrap();
        let mut found: Vec<(f64, f64)> = eigen.values.iter().map(|x| x.re / slow).zip(eigen.conditions).collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let root = 2.0_f64.sqrt();
        for ((value, condition), (exact, expected)) in found.iter().zip([(-1.0 / slow, 1.0), (1.0, root), (2.0, root)])
        {
            assert!((value / exact - 1.0).abs() < 1e-14 && (condition - expected).abs() < 1e-14, "{slow}: {found:?}");
        }
    }
    // Graded in rows and columns: residuals of the size of the largest entry's rounding, and conditions near 1.
    let graded = DMatrix::from_fn(5, 5, |i, j| {
        draws(5, 0.2)[(i, j)] * 10.0_f64.powi(-35 * (4 - i as i32) - 17 * (4 - j as i32))
    });
    let eigen = Eigen::of(&graded).unwrap();
    assert!(residual(&graded, &eigen) < 1e-14 && eigen.conditions.iter().all(|x| (x - 1.0).abs() < 1e-14));
}

#[test]
fn pairs_are_conjugate_to_the_last_bit_with_their_vectors() {
    for n in 2..12 {
        let eigen = Eigen::of(&draws(n, 0.1 + n as f64)).unwrap();
        for k in (0..n).filter(|&k| eigen.values[k].im < 0.0) {
            assert_eq!((eigen.values[k], eigen.conditions[k]), (eigen.values[k - 1].conj(), eigen.conditions[k - 1]));
            assert_eq!(eigen.vectors.column(k), eigen.vectors.column(k - 1).map(|x| x.conj()));
        }
    }
}
