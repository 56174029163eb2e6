//! Eigenvalues and eigenvectors of real matrices that need not be symmetric.

use nalgebra::{Complex, DMatrix, DVectorView};

use super::balance::{Balanced, exponent};
use super::schur::{Block, RealSchur, real_schur};
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
    /// The eigenvalues. A complex pair is conjugate to the last bit, with the positive imaginary part first.
    pub values: Vec<Complex<f64>>,
    /// The right eigenvectors, column by column, of Euclidean norm 1. A complex pair has conjugate ones, too.
    pub vectors: DMatrix<Complex<f64>>,
    /// The condition of each eigenvalue, `1 / |yᴴx|` for its normalised left and right eigenvectors: a perturbation `δ` of
    /// the matrix moves it by up to `condition · ‖δ‖`. For a defective eigenvalue it is infinite, but computed as a large
    /// number: see [`is_defective`](Self::is_defective). It belongs to the eigenvectors found: an eigenvalue with several of
    /// them has some basis of their space.
    pub conditions: Vec<f64>,
}

/// A matrix is called defective if the condition of an eigenvalue exceeds this: half of the digits are lost.
const DEFECTIVE: f64 = 6.7e7;

/// The least divisor of a back substitution, beside entries near 1: its inverse times 1e100 is finite.
const LEAST: f64 = 1e-150;

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
        let Balanced { matrix, unit, exponents, order } = Balanced::of(matrix);
        let RealSchur { q, t } = real_schur(&matrix)?;
        let ComplexSchur { rotations, triangular, values } = complex_schur(&t);
        let basis = q.map(|x| Complex::new(x, 0.0)) * rotations;
        let noise = noise(&matrix, &basis);
        let right = &basis * right_vectors(&triangular, &noise);
        let left = &basis * left_vectors(&triangular, &noise);
        let (mut vectors, mut conditions) = (DMatrix::<Complex<f64>>::zeros(n, n), Vec::with_capacity(n));
        for k in 0..n {
            if values[k].im < 0.0 {
                let first = vectors.column(k - 1).map(|x| x.conj());
                vectors.set_column(k, &first);
                conditions.push(conditions[k - 1]);
                continue;
            }
            let (x, y) = (right.column(k), left.column(k));
            let (along, against) = (Scaled::of(&x, |i| exponents[order[i]]), Scaled::of(&y, |i| -exponents[order[i]]));
            for (&i, entry) in order.iter().zip(&along.entries) {
                vectors[(i, k)] = entry / along.norm;
            }
            let size = along.norm * against.norm / y.dotc(&x).norm();
            conditions.push(libm::scalbn(size, along.exponent + against.exponent));
        }
        let values = values.into_iter().map(|value| scaled(value, unit)).collect();
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
        let block = Block::of(t, k);
        let [first, second] = pair(block);
        values.extend([first, second]);
        // The eigenvector (λ − d, c) of the first eigenvalue becomes the first basis vector of the block.
        let (x, y) = (Complex::new(block.half, first.im), Complex::new(t[(k + 1, k)], 0.0));
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
fn pair(block: Block) -> [Complex<f64>; 2] {
    let imaginary = (-block.discriminant).max(0.0).sqrt() * block.size;
    [Complex::new(block.mean, imaginary), Complex::new(block.mean, -imaginary)]
}

/// The rounding errors of the entries of `Bᴴ A B` with a unitary `B`: `ε |B|ᵀ |A| |B|`. The entries of a graded matrix, or of
/// parts that do not act on each other, have errors of very different sizes.
fn noise(a: &DMatrix<f64>, basis: &DMatrix<Complex<f64>>) -> DMatrix<f64> {
    let basis = basis.map(Complex::norm);
    basis.tr_mul(&(a.abs() * &basis)) * f64::EPSILON
}

/// The eigenvectors of an upper triangular matrix, column by column, by back substitution. Differences of eigenvalues are at
/// least as large as their rounding errors.
fn right_vectors(t: &DMatrix<Complex<f64>>, noise: &DMatrix<f64>) -> DMatrix<Complex<f64>> {
    let n = t.nrows();
    let mut vectors = DMatrix::<Complex<f64>>::zeros(n, n);
    for k in 0..n {
        vectors[(k, k)] = Complex::ONE;
        for i in (0..k).rev() {
            let sum: Complex<f64> = (i + 1..=k).map(|j| t[(i, j)] * vectors[(j, k)]).sum();
            let divisor = t[(k, k)] - t[(i, i)];
            let least = [noise[(i, i)], noise[(i, k)], noise[(k, k)]].into_iter().fold(LEAST, f64::max);
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

/// The left eigenvectors `y` of an upper triangular matrix, with `yᴴ T = λ yᴴ`: right vectors of its adjoint, which is upper
/// triangular in reversed order.
fn left_vectors(t: &DMatrix<Complex<f64>>, noise: &DMatrix<f64>) -> DMatrix<Complex<f64>> {
    let n = t.nrows();
    let reversed = DMatrix::from_fn(n, n, |i, j| t[(n - 1 - j, n - 1 - i)].conj());
    let noise = DMatrix::from_fn(n, n, |i, j| noise[(n - 1 - j, n - 1 - i)]);
    let vectors = right_vectors(&reversed, &noise);
    DMatrix::from_fn(n, n, |i, j| vectors[(n - 1 - i, n - 1 - j)])
}

/// The vector `2ᵉ · entries`, of the norm `2ᵉ · norm`, with a largest entry near 1.
struct Scaled {
    entries: Vec<Complex<f64>>,
    norm: f64,
    exponent: i32,
}

impl Scaled {
    /// The vector with entry `i` multiplied by `2` to the power of `powers(i)`.
    fn of(vector: &DVectorView<Complex<f64>>, powers: impl Fn(usize) -> i32) -> Self {
        let sizes = vector.iter().enumerate().filter_map(|(i, x)| Some(exponent(x.norm())? + powers(i)));
        let exponent = sizes.max().unwrap_or(0);
        let entries: Vec<_> = vector.iter().enumerate().map(|(i, &x)| scaled(x, powers(i) - exponent)).collect();
        let norm = entries.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
        Self { entries, norm, exponent }
    }
}

fn scaled(x: Complex<f64>, power: i32) -> Complex<f64> {
    Complex::new(libm::scalbn(x.re, power), libm::scalbn(x.im, power))
}
