//! State spaces with matrices, and the factorisations for implicit methods.

use nalgebra::allocator::Allocator;
use nalgebra::{Complex, Const, DefaultAllocator, Dim, DimMin, Dyn, LU, OMatrix, OVector, SVector};

use super::{Element, SparseMatrix, State};

/// A state space with linear maps as matrices: numbers, arrays of numbers, and nalgebra vectors, static and dynamic.
///
/// The LU factorisations are nalgebra's, with partial pivoting. A static vector has at most 127 entries, since nalgebra
/// compares static dimensions by type only up to there; use `DVector` above.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no matrices of linear maps",
    label = "this state has no Jacobian matrix",
    note = "implicit methods factorise the Jacobian of f64, f32, arrays of them, `SVector` (up to 127 entries) and \
            `DVector`; for any other state solve their equations without a matrix: `method.with(Krylov::new())`; a network of \
            one sample is `Net<_, Static<1>>`"
)]
pub trait MatrixSpace: State {
    /// The type of a coordinate.
    type Element: Element;
    /// A linear map from the space to itself; entry `(i, j)` is the derivative of coordinate `i` with respect to `j`.
    type Matrix: Clone;
    /// A factorisation of a real matrix.
    type Lu: Clone;
    /// A factorisation of a complex matrix.
    type ComplexLu: Clone;

    /// The zero map on the space of `self`.
    fn zero_matrix(&self) -> Self::Matrix;

    /// The number of rows and columns.
    fn dimension(&self) -> usize {
        self.count()
    }

    /// The coordinates.
    fn elements(&self) -> &[Self::Element];

    /// The coordinates.
    fn elements_mut(&mut self) -> &mut [Self::Element];

    /// The coordinate `i`.
    fn coordinate(&self, i: usize) -> f64;

    /// Replaces the coordinate `i`.
    fn set_coordinate(&mut self, i: usize, x: f64);

    /// Replaces the column `j` of `matrix`.
    fn write_column(matrix: &mut Self::Matrix, j: usize, column: &Self);

    /// `out ← matrix x`.
    fn multiply(matrix: &Self::Matrix, x: &Self, out: &mut Self);

    /// The transpose of `matrix`.
    #[must_use]
    fn transposed(matrix: &Self::Matrix) -> Self::Matrix;

    /// The entries of `matrix`, column by column.
    fn entries(matrix: &Self::Matrix) -> Vec<f64>;

    /// Writes the [`entries`](Self::entries) into `out`. False, with arbitrary contents, if their number is another.
    fn write_entries(matrix: &Self::Matrix, out: &mut [f64]) -> bool {
        let entries = Self::entries(matrix);
        let fits = entries.len() == out.len();
        if fits {
            out.copy_from_slice(&entries);
        }
        fits
    }

    /// The sum of the diagonal entries of `matrix`, a map on the space of `self`.
    fn trace(&self, matrix: &Self::Matrix) -> f64 {
        Self::entries(matrix).iter().step_by(self.dimension() + 1).sum()
    }

    /// The matrix of these [`entries`](Self::entries), on the space of `self`. `None` if their number is wrong, or if
    /// they do not determine the matrix, as for dual numbers.
    fn matrix_of(&self, entries: &[f64]) -> Option<Self::Matrix>;

    /// The factorisation of `M − a J`, where `M` is the identity if it is `None`. `None` if it is singular.
    fn factor_pencil(mass: Option<&SparseMatrix>, matrix: &Self::Matrix, a: f64) -> Option<Self::Lu>;

    /// [`factor_pencil`](Self::factor_pencil) for a complex `a`.
    fn factor_complex_pencil(
        mass: Option<&SparseMatrix>,
        matrix: &Self::Matrix,
        a: Complex<f64>,
    ) -> Option<Self::ComplexLu>;

    /// The factorisation of `I − a J`; `None` if it is singular.
    fn factor(matrix: &Self::Matrix, a: f64) -> Option<Self::Lu> {
        Self::factor_pencil(None, matrix, a)
    }

    /// The factorisation of `I − a J` for a complex `a`; `None` if it is singular.
    fn factor_complex(matrix: &Self::Matrix, a: Complex<f64>) -> Option<Self::ComplexLu> {
        Self::factor_complex_pencil(None, matrix, a)
    }

    /// `x ← A⁻¹ x` with the factorised matrix `A`.
    fn solve(lu: &Self::Lu, x: &mut Self);

    /// `re + i im ← A⁻¹ (re + i im)` with the factorised matrix `A`.
    fn solve_complex(lu: &Self::ComplexLu, re: &mut Self, im: &mut Self);
}

/// The type of the coordinates of a space.
pub type ElementOf<Y> = <Y as MatrixSpace>::Element;

/// The matrix type of a space.
pub type MatrixOf<Y> = <Y as MatrixSpace>::Matrix;

/// A dimension of square matrices that can be factorised: `Dyn`, and `Const<0>` to `Const<127>`.
#[diagnostic::on_unimplemented(
    message = "square matrices of the dimension `{Self}` are not factorised",
    label = "a static vector of this length has no matrix of its partial derivatives",
    note = "static vectors have matrices up to 127 entries; use `DVector` above, or solve the equations without a matrix: \
            `method.with(Krylov::new())`"
)]
pub trait SquareDim: Dim + DimMin<Self, Output = Self> {}

macro_rules! square {
    ($($n:literal)*) => {
        $(impl SquareDim for Const<$n> {})*
    };
}

impl SquareDim for Dyn {}

square! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40
    41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77
    78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107 108 109 110
    111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127
}

/// Adds the mass matrix, or the identity, to `matrix`, whose entries `add` changes.
fn add_mass<T, C, D>(mass: Option<&SparseMatrix>, matrix: &mut OMatrix<C, D, D>, add: impl Fn(&mut C, T))
where
    T: Element,
    C: nalgebra::Scalar,
    D: SquareDim,
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    match mass {
        Some(mass) => mass.entries().for_each(|(i, j, x)| add(&mut matrix[(i, j)], T::embed(x))),
        None => (0..matrix.nrows()).for_each(|i| add(&mut matrix[(i, i)], T::one())),
    }
}

impl<T, D> MatrixSpace for OVector<T, D>
where
    T: Element,
    D: SquareDim,
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    type Element = T;
    type Matrix = OMatrix<T, D, D>;
    type Lu = LU<T, D, D>;
    type ComplexLu = LU<Complex<T>, D, D>;

    #[inline]
    fn elements(&self) -> &[T] {
        self.as_slice()
    }

    #[inline]
    fn elements_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }

    fn zero_matrix(&self) -> Self::Matrix {
        let (n, _) = self.shape_generic();
        OMatrix::zeros_generic(n, n)
    }

    #[inline]
    fn coordinate(&self, i: usize) -> f64 {
        self[i].re()
    }

    #[inline]
    fn set_coordinate(&mut self, i: usize, x: f64) {
        self[i] = T::embed(x);
    }

    fn write_column(matrix: &mut Self::Matrix, j: usize, column: &Self) {
        matrix.set_column(j, column);
    }

    fn multiply(matrix: &Self::Matrix, x: &Self, out: &mut Self) {
        out.gemv(T::one(), matrix, x, T::zero());
    }

    fn transposed(matrix: &Self::Matrix) -> Self::Matrix {
        matrix.transpose()
    }

    fn entries(matrix: &Self::Matrix) -> Vec<f64> {
        matrix.iter().map(|x| x.re()).collect()
    }

    fn write_entries(matrix: &Self::Matrix, out: &mut [f64]) -> bool {
        out.iter_mut().zip(matrix.iter()).for_each(|(out, x)| *out = x.re());
        out.len() == matrix.len()
    }

    fn trace(&self, matrix: &Self::Matrix) -> f64 {
        (0..matrix.nrows()).map(|i| matrix[(i, i)].re()).sum()
    }

    fn matrix_of(&self, entries: &[f64]) -> Option<Self::Matrix> {
        if T::IS_DUAL || entries.len() != self.len() * self.len() {
            return None;
        }
        let (n, _) = self.shape_generic();
        Some(OMatrix::from_iterator_generic(n, n, entries.iter().map(|&x| T::embed(x))))
    }

    fn factor_pencil(mass: Option<&SparseMatrix>, matrix: &Self::Matrix, a: f64) -> Option<Self::Lu> {
        let mut shifted = matrix * T::embed(-a);
        add_mass(mass, &mut shifted, |entry, x: T| *entry += x);
        // nalgebra's factorisation cannot handle an empty matrix.
        if shifted.is_empty() {
            return None;
        }
        let lu = LU::new(shifted);
        lu.is_invertible().then_some(lu)
    }

    fn factor_complex_pencil(
        mass: Option<&SparseMatrix>,
        matrix: &Self::Matrix,
        a: Complex<f64>,
    ) -> Option<Self::ComplexLu> {
        if matrix.is_empty() {
            return None;
        }
        let (re, im) = (T::embed(a.re), T::embed(a.im));
        let mut shifted = matrix.map(|x| Complex::new(-re * x, -im * x));
        add_mass(mass, &mut shifted, |entry: &mut Complex<T>, x: T| entry.re += x);
        let lu = LU::new(shifted);
        lu.is_invertible().then_some(lu)
    }

    #[inline]
    fn solve(lu: &Self::Lu, x: &mut Self) {
        lu.solve_mut(x);
    }

    fn solve_complex(lu: &Self::ComplexLu, re: &mut Self, im: &mut Self) {
        let mut x = re.zip_map(im, Complex::new);
        lu.solve_mut(&mut x);
        *re = x.map(|x| x.re);
        *im = x.map(|x| x.im);
    }
}

/// Numbers are their own matrices; divisors are stored in double precision.
macro_rules! number {
    ($t:ty) => {
        impl MatrixSpace for $t {
            type Element = $t;
            type Matrix = $t;
            type Lu = f64;
            type ComplexLu = Complex<f64>;

            fn elements(&self) -> &[$t] {
                std::slice::from_ref(self)
            }
            fn elements_mut(&mut self) -> &mut [$t] {
                std::slice::from_mut(self)
            }

            fn zero_matrix(&self) -> $t {
                0.0
            }
            fn coordinate(&self, _: usize) -> f64 {
                f64::from(*self)
            }
            fn set_coordinate(&mut self, _: usize, x: f64) {
                *self = x as $t;
            }
            fn write_column(matrix: &mut $t, _: usize, column: &$t) {
                *matrix = *column;
            }
            fn multiply(matrix: &$t, x: &$t, out: &mut $t) {
                *out = matrix * x;
            }
            fn transposed(matrix: &$t) -> $t {
                *matrix
            }
            fn entries(matrix: &$t) -> Vec<f64> {
                vec![f64::from(*matrix)]
            }
            fn write_entries(matrix: &$t, out: &mut [f64]) -> bool {
                match out {
                    [out] => *out = f64::from(*matrix),
                    _ => return false,
                }
                true
            }
            fn trace(&self, matrix: &$t) -> f64 {
                f64::from(*matrix)
            }
            fn matrix_of(&self, entries: &[f64]) -> Option<$t> {
                if let [entry] = entries { Some(*entry as $t) } else { None }
            }
            fn factor_pencil(mass: Option<&SparseMatrix>, matrix: &$t, a: f64) -> Option<f64> {
                let mass = mass.map_or(1.0, |mass| mass.get(0, 0));
                Some(mass - a * f64::from(*matrix)).filter(|x| *x != 0.0)
            }
            fn factor_complex_pencil(
                mass: Option<&SparseMatrix>,
                matrix: &$t,
                a: Complex<f64>,
            ) -> Option<Complex<f64>> {
                let mass = mass.map_or(1.0, |mass| mass.get(0, 0));
                Some(Complex::new(mass, 0.0) - a * f64::from(*matrix)).filter(|x| *x != Complex::new(0.0, 0.0))
            }
            fn solve(lu: &f64, x: &mut $t) {
                *x = (f64::from(*x) / lu) as $t;
            }
            fn solve_complex(lu: &Complex<f64>, re: &mut $t, im: &mut $t) {
                let x = Complex::new(f64::from(*re), f64::from(*im)) / lu;
                (*re, *im) = (x.re as $t, x.im as $t);
            }
        }
    };
}

number!(f64);
number!(f32);

/// As for the static vector with the same entries.
impl<T: Element + State, const N: usize> MatrixSpace for [T; N]
where
    SVector<T, N>: MatrixSpace,
{
    type Element = T;
    type Matrix = MatrixOf<SVector<T, N>>;
    type Lu = <SVector<T, N> as MatrixSpace>::Lu;
    type ComplexLu = <SVector<T, N> as MatrixSpace>::ComplexLu;

    fn elements(&self) -> &[T] {
        self
    }
    fn elements_mut(&mut self) -> &mut [T] {
        self
    }
    fn zero_matrix(&self) -> Self::Matrix {
        SVector::from(*self).zero_matrix()
    }
    fn coordinate(&self, i: usize) -> f64 {
        self[i].re()
    }
    fn set_coordinate(&mut self, i: usize, x: f64) {
        self[i] = T::embed(x);
    }
    fn write_column(matrix: &mut Self::Matrix, j: usize, column: &Self) {
        SVector::write_column(matrix, j, &SVector::from(*column));
    }
    fn multiply(matrix: &Self::Matrix, x: &Self, out: &mut Self) {
        let mut vector = SVector::zeros();
        SVector::multiply(matrix, &SVector::from(*x), &mut vector);
        *out = vector.into();
    }
    fn transposed(matrix: &Self::Matrix) -> Self::Matrix {
        SVector::<T, N>::transposed(matrix)
    }
    fn entries(matrix: &Self::Matrix) -> Vec<f64> {
        SVector::<T, N>::entries(matrix)
    }
    fn write_entries(matrix: &Self::Matrix, out: &mut [f64]) -> bool {
        SVector::<T, N>::write_entries(matrix, out)
    }
    fn trace(&self, matrix: &Self::Matrix) -> f64 {
        SVector::from(*self).trace(matrix)
    }
    fn matrix_of(&self, entries: &[f64]) -> Option<Self::Matrix> {
        SVector::from(*self).matrix_of(entries)
    }
    fn factor_pencil(mass: Option<&SparseMatrix>, matrix: &Self::Matrix, a: f64) -> Option<Self::Lu> {
        SVector::<T, N>::factor_pencil(mass, matrix, a)
    }
    fn factor_complex_pencil(
        mass: Option<&SparseMatrix>,
        matrix: &Self::Matrix,
        a: Complex<f64>,
    ) -> Option<Self::ComplexLu> {
        SVector::<T, N>::factor_complex_pencil(mass, matrix, a)
    }
    fn solve(lu: &Self::Lu, x: &mut Self) {
        let mut vector = SVector::from(*x);
        SVector::solve(lu, &mut vector);
        *x = vector.into();
    }
    fn solve_complex(lu: &Self::ComplexLu, re: &mut Self, im: &mut Self) {
        let (mut vector_re, mut vector_im) = (SVector::from(*re), SVector::from(*im));
        SVector::solve_complex(lu, &mut vector_re, &mut vector_im);
        (*re, *im) = (vector_re.into(), vector_im.into());
    }
}
