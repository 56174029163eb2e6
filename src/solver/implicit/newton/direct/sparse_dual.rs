//! Sparse systems over dual numbers, by the factors of the real part.

use nalgebra::Complex;

use super::Factorise;
use super::sparse::{SparseFactors, SparseLu};
use crate::dynamics::Dual;
use crate::state::Pattern;

/// A number with derivatives along `K` directions, as the number over [`Base`](Self::Base) and its derivatives.
pub trait Split<const K: usize>: Copy {
    /// The number without derivatives.
    type Base: Copy + std::fmt::Debug + num_traits::NumAssign;

    /// The number and its derivatives.
    fn split(self) -> (Self::Base, [Self::Base; K]);

    /// The inverse of [`split`](Self::split).
    fn join(base: Self::Base, derivatives: [Self::Base; K]) -> Self;
}

impl<const K: usize> Split<K> for Dual<K> {
    type Base = f64;

    fn split(self) -> (f64, [f64; K]) {
        // A constant dual number stores no derivatives.
        (self.re, self.eps.0.map_or([0.0; K], |eps| std::array::from_fn(|k| eps[k])))
    }

    fn join(base: f64, derivatives: [f64; K]) -> Self {
        Self::new(base, num_dual::Derivative::some(derivatives.into()))
    }
}

impl<const K: usize> Split<K> for Complex<Dual<K>> {
    type Base = Complex<f64>;

    fn split(self) -> (Complex<f64>, [Complex<f64>; K]) {
        let ((re, re_part), (im, im_part)) = (self.re.split(), self.im.split());
        (Complex::new(re, im), std::array::from_fn(|k| Complex::new(re_part[k], im_part[k])))
    }

    fn join(base: Complex<f64>, derivatives: [Complex<f64>; K]) -> Self {
        Self::new(Dual::join(base.re, derivatives.map(|x| x.re)), Dual::join(base.im, derivatives.map(|x| x.im)))
    }
}

/// The factors of the real part of a matrix, and the derivatives of its entries.
#[derive(Debug, Clone)]
pub struct DualFactors<B, const K: usize> {
    real: SparseFactors<B>,
    pattern: Pattern,
    derivatives: Vec<[B; K]>,
}

/// `A x = b` has the derivatives `A x' = b' − A' x`.
fn solve<T, const K: usize>(method: &SparseLu, factors: &DualFactors<T::Base, K>, x: &mut [T], transposed: bool)
where
    T: Split<K>,
    SparseLu: Factorise<T::Base, Factors = SparseFactors<T::Base>>,
{
    let zero = <T::Base as num_traits::Zero>::zero();
    let (mut base, mut derivatives): (Vec<_>, Vec<_>) = x.iter().map(|x| x.split()).unzip();
    let back = |x: &mut [T::Base]| {
        if transposed {
            method.solve_transposed(&factors.real, x);
        } else {
            method.solve(&factors.real, x);
        }
    };
    back(&mut base);
    for j in 0..base.len() {
        let entries = &factors.derivatives[factors.pattern.range(j)];
        for (&i, entry) in factors.pattern.column(j).iter().zip(entries) {
            let (row, column) = if transposed { (j, i) } else { (i, j) };
            derivatives[row].iter_mut().zip(entry).for_each(|(derivative, &entry)| *derivative -= entry * base[column]);
        }
    }
    let mut along = vec![zero; base.len()];
    for k in 0..K {
        along.iter_mut().zip(&derivatives).for_each(|(along, derivatives)| *along = derivatives[k]);
        back(&mut along);
        along.iter().zip(&mut derivatives).for_each(|(&along, derivatives)| derivatives[k] = along);
    }
    for ((x, base), derivatives) in x.iter_mut().zip(base).zip(derivatives) {
        *x = T::join(base, derivatives);
    }
}

/// Implements [`Factorise`] for the entries `$t`, which are `$base` with derivatives.
macro_rules! factorise {
    ($t:ty, $base:ty) => {
        impl<const K: usize> Factorise<$t> for SparseLu {
            type Factors = DualFactors<$base, K>;

            fn factors(&self, analysis: &Self::Analysis) -> Self::Factors {
                let pattern = Pattern::banded(0, 0, 0);
                DualFactors { real: Factorise::<$base>::factors(self, analysis), pattern, derivatives: Vec::new() }
            }

            fn factor(&self, factors: &mut Self::Factors, pattern: &Pattern, values: &[$t]) -> bool {
                let (base, derivatives): (Vec<$base>, Vec<_>) = values.iter().map(|x| Split::<K>::split(*x)).unzip();
                factors.pattern = pattern.clone();
                factors.derivatives = derivatives;
                self.factor(&mut factors.real, pattern, &base)
            }

            fn solve(&self, factors: &Self::Factors, x: &mut [$t]) {
                solve(self, factors, x, false);
            }

            fn solve_transposed(&self, factors: &Self::Factors, x: &mut [$t]) {
                solve(self, factors, x, true);
            }
        }
    };
}

factorise!(Dual<K>, f64);
factorise!(Complex<Dual<K>>, Complex<f64>);

#[cfg(test)]
mod tests {
    use num_dual::Derivative;

    use super::*;

    /// The product with the solution is the right-hand side, derivatives included.
    #[test]
    fn a_solution_over_dual_numbers_solves_the_system_and_its_derivative() {
        let n = 30;
        let pattern = Pattern::new(n, (0..n).flat_map(|i| [(i, i), (i, (i + 1) % n), (i, (i * 7) % n)])).unwrap();
        let number = |x: f64| Dual::<2>::new(x, Derivative::some([(3.0 * x).sin(), (5.0 * x).cos()].into()));
        let mut values: Vec<Complex<Dual<2>>> = Vec::new();
        for j in 0..n {
            for &i in pattern.column(j) {
                let x = (i * n + j) as f64;
                let diagonal = if i == j { 4.0 } else { 0.0 };
                values.push(Complex::new(number(x.sin()) + diagonal, number(x.cos())));
            }
        }
        let b: Vec<_> = (0..n).map(|i| Complex::new(number(i as f64), number(-(i as f64)))).collect();
        let method = super::super::Sparse::new(pattern.clone()).method;
        let analysis = super::super::DirectMethod::analyse(&method, &pattern);
        let mut factors = Factorise::<Complex<Dual<2>>>::factors(&method, &analysis);
        assert!(method.factor(&mut factors, &pattern, &values));
        for transposed in [false, true] {
            let mut x = b.clone();
            if transposed {
                method.solve_transposed(&factors, &mut x)
            } else {
                method.solve(&factors, &mut x)
            }
            let mut product = vec![Complex::new(number(0.0) * 0.0, number(0.0) * 0.0); n];
            for j in 0..n {
                for (&i, &value) in pattern.column(j).iter().zip(&values[pattern.range(j)]) {
                    let (row, column) = if transposed { (j, i) } else { (i, j) };
                    let term = value * x[column];
                    product[row] = Complex::new(product[row].re + term.re, product[row].im + term.im);
                }
            }
            for (product, b) in product.into_iter().zip(&b) {
                let ((found, found_derivatives), (expected, derivatives)) = (product.split(), b.split());
                assert!((found - expected).norm() < 1e-12 * (1.0 + expected.norm()));
                assert!((0..2).all(|k| (found_derivatives[k] - derivatives[k]).norm() < 1e-11));
            }
        }
    }
}
