//! Eigenvalues and eigenvectors of real matrices that need not be symmetric.

use nalgebra::linalg::balancing;
use nalgebra::{Complex, DMatrix};

use super::schur::schur;
use crate::error::{Error, Result};

/// The eigenvalues and eigenvectors of a Jacobian.
///
/// ```
/// use nalgebra::{Complex, dmatrix};
/// use rheos::analysis::Eigen;
///
/// let rotation = Eigen::of(&dmatrix![0.0, -2.0; 2.0, 0.0])?;
/// assert_eq!(rotation.values, [Complex::new(0.0, 2.0), Complex::new(0.0, -2.0)]);
/// assert!(!rotation.is_defective());
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues. Those of a complex pair are conjugate to the last bit and follow each other, the one with the
    /// positive imaginary part first.
    pub values: Vec<Complex<f64>>,
    /// The right eigenvectors, column by column, of Euclidean norm 1.
    pub vectors: DMatrix<Complex<f64>>,
    /// The condition of each eigenvalue, `1 / |yᴴx|` for its normalised left and right eigenvectors: a perturbation `δ` of
    /// the matrix moves it by up to `condition · ‖δ‖`. Infinite for a defective eigenvalue.
    pub conditions: Vec<f64>,
}

/// A matrix is called defective if the condition of an eigenvalue exceeds this: half of the digits are lost.
const DEFECTIVE: f64 = 6.7e7;

impl Eigen {
    /// The eigenvalues and eigenvectors of a square matrix: balancing, a real Schur form, and back substitution.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if the matrix is not square, [`Error::InvalidEntry`] if it is not finite, and
    /// [`Error::EigenvaluesNotFound`] if the QR iteration does not converge.
    pub fn of(matrix: &DMatrix<f64>) -> Result<Self> {
        let n = matrix.nrows();
        if matrix.ncols() != n {
            return Err(Error::LengthMismatch { name: "matrix columns", found: matrix.ncols(), expected: n });
        }
        if let Some(index) = matrix.iter().position(|x| !x.is_finite()) {
            return Err(Error::InvalidEntry { name: "matrix", index, value: matrix[index], expected: "finite" });
        }
        if n == 0 {
            return Ok(Self { values: Vec::new(), vectors: DMatrix::zeros(0, 0), conditions: Vec::new() });
        }
        let largest = matrix.amax();
        if largest == 0.0 {
            let vectors = DMatrix::identity(n, n);
            return Ok(Self { values: vec![Complex::ZERO; n], vectors, conditions: vec![1.0; n] });
        }
        // A power of two, so that the scaling is exact. Entries near the ends of the range must not overflow in products.
        let unit = largest.log2().floor().exp2();
        let mut balanced = matrix / unit;
        let scales = balancing::balance_parlett_reinsch(&mut balanced);
        let (mut q, t) = schur(&balanced).ok_or(Error::EigenvaluesNotFound { dimension: n })?;
        let (rotations, triangular, mut values) = complex_schur(&t);
        for (mut row, scale) in q.row_iter_mut().zip(scales.iter()) {
            row *= *scale;
        }
        let basis = q.map(|x| Complex::new(x, 0.0)) * rotations;
        let mut vectors = &basis * right_vectors(&triangular);
        for mut column in vectors.column_iter_mut() {
            let size = column.norm();
            column.unscale_mut(size);
        }
        for value in &mut values {
            *value *= unit;
        }
        let conditions = conditions(&basis, &triangular, &vectors);
        Ok(Self { values, vectors, conditions })
    }

    /// Whether an eigenvalue has fewer independent eigenvectors than its multiplicity, as far as the precision tells: its
    /// condition exceeds `1/√ε`. Its eigenvectors then say little.
    #[must_use]
    pub fn is_defective(&self) -> bool {
        // Written so that NaN counts.
        !self.conditions.iter().all(|&condition| condition < DEFECTIVE)
    }
}

/// Rotates the diagonal blocks of a real Schur form into triangular ones. Returns the rotations, the triangular matrix and
/// the eigenvalues, of which pairs are exactly conjugate.
fn complex_schur(t: &DMatrix<f64>) -> (DMatrix<Complex<f64>>, DMatrix<Complex<f64>>, Vec<Complex<f64>>) {
    let n = t.nrows();
    let mut triangular = t.map(|x| Complex::new(x, 0.0));
    let mut rotations = DMatrix::<Complex<f64>>::identity(n, n);
    let mut values = Vec::with_capacity(n);
    let mut k = 0;
    while k < n {
        if k + 1 == n || t[(k + 1, k)] == 0.0 {
            values.push(Complex::new(t[(k, k)], 0.0));
            k += 1;
            continue;
        }
        let [first, second] = pair(t[(k, k)], t[(k, k + 1)], t[(k + 1, k)], t[(k + 1, k + 1)]);
        values.extend([first, second]);
        // The eigenvector of the first eigenvalue becomes the first basis vector of the block.
        // Either row of the block gives it; the longer one does not cancel.
        let lower = (first - t[(k + 1, k + 1)], Complex::new(t[(k + 1, k)], 0.0));
        let upper = (Complex::new(t[(k, k + 1)], 0.0), first - t[(k, k)]);
        let length = |(x, y): (Complex<f64>, Complex<f64>)| x.norm().hypot(y.norm());
        let (x, y) = if length(lower) < length(upper) { upper } else { lower };
        let size = length((x, y));
        let (c, s) = (x / size, y / size);
        for j in 0..n {
            let (upper, lower) = (triangular[(k, j)], triangular[(k + 1, j)]);
            triangular[(k, j)] = c.conj() * upper + s.conj() * lower;
            triangular[(k + 1, j)] = c * lower - s * upper;
        }
        for matrix in [&mut triangular, &mut rotations] {
            for i in 0..n {
                let (left, right) = (matrix[(i, k)], matrix[(i, k + 1)]);
                matrix[(i, k)] = left * c + right * s;
                matrix[(i, k + 1)] = right * c.conj() - left * s.conj();
            }
        }
        triangular[(k + 1, k)] = Complex::ZERO;
        triangular[(k, k)] = first;
        triangular[(k + 1, k + 1)] = second;
        k += 2;
    }
    (rotations, triangular, values)
}

/// The eigenvalues of a real 2 × 2 matrix: the larger real one first, or the one with the positive imaginary part.
fn pair(a: f64, b: f64, c: f64, d: f64) -> [Complex<f64>; 2] {
    let (mean, half) = (0.5 * (a + d), 0.5 * (a - d));
    let discriminant = half * half + b * c;
    if discriminant < 0.0 {
        let imaginary = (-discriminant).sqrt();
        return [Complex::new(mean, imaginary), Complex::new(mean, -imaginary)];
    }
    // The root farther from zero has no cancellation; the other one follows from the sum around the nearer corner.
    let root = discriminant.sqrt();
    let shift = if half < 0.0 { half - root } else { half + root };
    let first = d + shift;
    let second = if shift == 0.0 { first } else { d - b * c / shift };
    [Complex::new(first.max(second), 0.0), Complex::new(first.min(second), 0.0)]
}

/// The eigenvectors of an upper triangular matrix, column by column, by back substitution. Equal eigenvalues get divisors of
/// rounding size, as in LAPACK's `ztrevc`.
fn right_vectors(t: &DMatrix<Complex<f64>>) -> DMatrix<Complex<f64>> {
    let n = t.nrows();
    let least = f64::EPSILON * t.camax().max(f64::MIN_POSITIVE);
    let mut vectors = DMatrix::<Complex<f64>>::zeros(n, n);
    for k in 0..n {
        vectors[(k, k)] = Complex::ONE;
        for i in (0..k).rev() {
            let sum: Complex<f64> = (i + 1..=k).map(|j| t[(i, j)] * vectors[(j, k)]).sum();
            let divisor = t[(k, k)] - t[(i, i)];
            let divisor = if divisor.norm() < least { Complex::new(least, 0.0) } else { divisor };
            vectors[(i, k)] = sum / divisor;
            let size = vectors[(i, k)].norm();
            if size > 1e100 {
                vectors.column_mut(k).unscale_mut(size);
            }
        }
        let size = vectors.column(k).norm();
        vectors.column_mut(k).unscale_mut(size);
    }
    vectors
}

/// `1 / |yᴴx|` for the normalised left eigenvectors `y` and right eigenvectors `x` of `B T B⁻¹`. `B` is a scaled unitary
/// matrix: the scales make the rows of `B⁻¹` from its columns.
fn conditions(basis: &DMatrix<Complex<f64>>, t: &DMatrix<Complex<f64>>, right: &DMatrix<Complex<f64>>) -> Vec<f64> {
    let n = t.nrows();
    // Left vectors of T are right vectors of its adjoint, which is upper triangular in reversed order.
    let reversed = DMatrix::from_fn(n, n, |i, j| t[(n - 1 - j, n - 1 - i)].conj());
    let reversed = right_vectors(&reversed);
    let left = DMatrix::from_fn(n, n, |i, j| reversed[(n - 1 - i, n - 1 - j)]);
    // The rows of B have orthogonal directions: B Bᴴ is the diagonal of the squared scales.
    let mut left = basis * left;
    for (i, mut row) in left.row_iter_mut().enumerate() {
        let scale = basis.row(i).norm_squared();
        row.unscale_mut(scale);
    }
    (0..n)
        .map(|k| {
            let y = left.column(k);
            y.norm() / y.dotc(&right.column(k)).norm()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DVector, dmatrix};

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
        for n in 1..=40 {
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
        for n in [2, 5, 16, 40] {
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
}
