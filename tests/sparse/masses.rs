//! Fields of any size with a mass matrix.

use nalgebra::{DVector, dvector};
use rheos::dynamics::{GenericField, MassMatrix, SparseAutodiff, WithMass};
use rheos::solver::implicit::Banded;
use rheos::state::SparseMatrix;
use rheos::{Bdf, Pid, RadauIIA5, Rodas5P, Scalar, solve};

/// `(N + 1)² (uᵢ₋₁ − 2 uᵢ + uᵢ₊₁)` with zeros beyond the ends.
struct Stiffness;

impl GenericField for Stiffness {
    fn eval<T: Scalar>(&self, _t: T, u: &[T], _p: &[T], du: &mut [T]) {
        let n = u.len();
        let at = |i: usize| if i < n { u[i] } else { T::zero() };
        for i in 0..n {
            du[i] = (at(i.wrapping_sub(1)) - u[i] * 2.0 + at(i + 1)) * ((n + 1) as f64).powi(2);
        }
    }
}

/// Linear finite elements for the heat equation have the mass matrix `tridiag(1, 4, 1) / 6`. The mode `k` decays at the rate
/// `6 (N + 1)² (2 − 2 cos kh) / (4 + 2 cos kh)` with `h = π / (N + 1)`.
#[test]
fn finite_elements_of_the_heat_equation_decay_as_their_modes() {
    let n: usize = 60;
    let mode = |k: f64| DVector::from_fn(n, |i, _| (k * std::f64::consts::PI * (i + 1) as f64 / (n + 1) as f64).sin());
    let rate = |k: f64| {
        let cosine = (k * std::f64::consts::PI / (n + 1) as f64).cos();
        6.0 * ((n + 1) as f64).powi(2) * (2.0 - 2.0 * cosine) / (4.0 + 2.0 * cosine)
    };
    let near = |i: usize| [(i, i, 4.0 / 6.0), (i, i + 1, 1.0 / 6.0), (i + 1, i, 1.0 / 6.0)];
    let entries: Vec<_> = (0..n).flat_map(near).filter(|&(i, j, _)| i.max(j) < n).collect();
    let mass = MassMatrix::new(SparseMatrix::from_triplets(n, &entries).unwrap()).unwrap();
    let y0 = mode(1.0) + mode(7.0) * 0.5;
    let system = WithMass::new(SparseAutodiff::new(Stiffness, dvector![], 0.0, &y0), mass);
    let t = 0.02;
    let expected = mode(1.0) * (-rate(1.0) * t).exp() + mode(7.0) * (0.5 * (-rate(7.0) * t).exp());
    macro_rules! check {
        ($($method:expr),*) => {$(
            let found = solve(&system, y0.clone(), 0.0..t, $method, Pid::tolerance(1e-8)).unwrap();
            let error = (found.last() - &expected).amax();
            assert!(error < 1e-6, "{}: {error:e}", stringify!($method));
        )*};
    }
    let band = Banded::new(1, 1);
    check!(RadauIIA5.with(band), Rodas5P.with(band), Bdf.with(band));
    #[cfg(feature = "sparse")]
    {
        use rheos::solver::implicit::Sparse;
        let sparse = Sparse::new(system.field().pattern().clone());
        check!(RadauIIA5.with(sparse.clone()), Rodas5P.with(sparse.clone()), Bdf.with(sparse.clone()));
    }
}
