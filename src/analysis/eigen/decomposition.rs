//! Eigenvalues and eigenvectors of real matrices that need not be symmetric.

use nalgebra::linalg::balancing;
use nalgebra::{Complex, DMatrix};

use super::schur::{RealSchur, real_schur};
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
        let RealSchur { mut q, t } = real_schur(&balanced)?;
        let ComplexSchur { rotations, triangular, mut values } = complex_schur(&t);
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

/// A real Schur form `T = R U Rᴴ` with a triangular `U`.
struct ComplexSchur {
    rotations: DMatrix<Complex<f64>>,
    triangular: DMatrix<Complex<f64>>,
    /// The diagonal, with pairs that are exactly conjugate.
    values: Vec<Complex<f64>>,
}

/// Rotates the diagonal blocks of a real Schur form into triangular ones.
fn complex_schur(t: &DMatrix<f64>) -> ComplexSchur {
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
        // The eigenvector (λ − d, c) of the first eigenvalue becomes the first basis vector of the block.
        let half = 0.5 * (t[(k, k)] - t[(k + 1, k + 1)]);
        let (x, y) = (Complex::new(half, first.im), Complex::new(t[(k + 1, k)], 0.0));
        let size = x.norm().hypot(y.norm());
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
    ComplexSchur { rotations, triangular, values }
}

/// The complex eigenvalues of a block of a real Schur form, the one with the positive imaginary part first.
fn pair(a: f64, b: f64, c: f64, d: f64) -> [Complex<f64>; 2] {
    let half = 0.5 * (a - d);
    let imaginary = (-half * half - b * c).max(0.0).sqrt();
    let mean = 0.5 * (a + d);
    [Complex::new(mean, imaginary), Complex::new(mean, -imaginary)]
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
