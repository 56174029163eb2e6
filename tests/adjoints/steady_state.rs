//! Fixed points and their derivatives, against closed forms and differences.

use nalgebra::{DVector, SMatrix, SVector, matrix, vector};
use rheos::adjoint::SteadyState;
use rheos::dynamics::problems::Brusselator;
use rheos::solver::implicit::Krylov;
use rheos::state::MatrixSpace;
use rheos::{Autodiff, Error, GenericDynamics, Parametric, Scalar, ode};

#[test]
fn the_brusselator_rests_where_it_should() {
    // b < 1 + a², so that the fixed point (a, b/a) attracts.
    let model = Autodiff::new(Brusselator, vector![1.2, 1.9]);
    let exact = vector![1.2, 1.9 / 1.2];
    let found = SteadyState::new(1e-13).solve(&model, 0.0, vector![1.5, 3.0]).unwrap();
    assert!((found - exact).amax() < 1e-12);
    let method = SteadyState::new(1e-13).with(Krylov::new());
    let found = method.solve(&model, 0.0, vector![1.5, 3.0]).unwrap();
    assert!((found - exact).amax() < 1e-11);

    // ∂x/∂a = 1, ∂y/∂a = −b/a², ∂y/∂b = 1/a.
    let w = vector![0.7, -1.1];
    let expected = vector![w[0] - w[1] * 1.9 / 1.44, w[1] / 1.2];
    let mut by_lu = SVector::<f64, 2>::zeros();
    SteadyState::new(1e-13).backward(&model, 0.0, &exact, &w, &mut by_lu).unwrap();
    assert!((by_lu - expected).amax() < 1e-12, "{by_lu}");
    let mut by_krylov = SVector::<f64, 2>::zeros();
    method.backward(&model, 0.0, &exact, &w, &mut by_krylov).unwrap();
    assert!((by_krylov - expected).amax() < 1e-11, "{by_krylov}");
}

/// A layer in equilibrium, `z = tanh(W z + b)`, as a field: `tanh(W z + b) − z`.
struct Equilibrium;

impl GenericDynamics<3, 12> for Equilibrium {
    fn eval<T: Scalar>(&self, t: T, z: &SVector<T, 3>, p: &SVector<T, 12>) -> SVector<T, 3> {
        SVector::from_fn(|i, _| {
            let sum = (0..3).map(|j| p[3 * i + j] * z[j]).fold(p[9 + i] + t * 0.1, |sum, x| sum + x);
            sum.tanh() - z[i]
        })
    }
}

#[test]
fn a_layer_in_equilibrium_is_differentiated_at_rest() {
    let params = SVector::from_fn(|i, _| (1.7 * i as f64).sin() * 0.6);
    let mut model = Autodiff::new(Equilibrium, params);
    let method = SteadyState::new(1e-14);
    let w = vector![1.0, -0.5, 0.3];
    let rest = method.solve(&model, 0.4, SVector::zeros()).unwrap();
    let mut found = SVector::zeros();
    let time = method.backward(&model, 0.4, &rest, &w, &mut found).unwrap();

    let h = 1e-5;
    let mut value = |t: f64, p: &SVector<f64, 12>| {
        model.set_params(p);
        w.dot(&method.solve(&model, t, rest).unwrap())
    };
    for i in 0..12 {
        let (mut ahead, mut behind) = (params, params);
        ahead[i] += h;
        behind[i] -= h;
        let expected = (value(0.4, &ahead) - value(0.4, &behind)) / (2.0 * h);
        assert!((found[i] - expected).abs() < 1e-9, "{i}: {} {expected}", found[i]);
    }
    let expected = (value(0.4 + h, &params) - value(0.4 - h, &params)) / (2.0 * h);
    assert!((time - expected).abs() < 1e-9);
}

#[test]
fn what_has_no_fixed_point_is_a_typed_error() {
    let drift = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
    let found = SteadyState::new(1e-9).max_steps(50).solve(&drift, 0.0, 0.0);
    assert!(matches!(found, Err(Error::NoRestPoint { steps: 50, size: 1.0, tolerance: 1e-9 })), "{found:?}");
    let explosive = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.copy_from(&y.map(|y| (1.0 - y * y).ln())));
    let found = SteadyState::new(1e-9).solve(&explosive, 0.0, DVector::from_element(2, 2.0));
    assert!(matches!(found, Err(Error::NoRestPoint { steps: 0, .. })), "{found:?}");
    // The matrix 1 − h of the first step is singular; the step is too long.
    let unstable = ode(|_t, y: &f64, dy: &mut f64| *dy = y - 1.0);
    let found = SteadyState::new(1e-9).max_steps(3).solve(&unstable, 0.0, 2.0);
    assert!(!matches!(found, Err(Error::SingularMatrix { .. })), "{found:?}");
    let found = SteadyState::new(0.0).solve(&drift, 0.0, 0.0);
    assert!(matches!(found, Err(Error::InvalidArgument { name: "tolerance", .. })), "{found:?}");
}

/// The gradient of `w · y*` for the field `A (y − p)` at rest in `p`, which is `w` if `A` has an inverse.
fn gradient_at_rest<const N: usize>(a: SMatrix<f64, N, N>, w: SVector<f64, N>) -> Result<SVector<f64, N>, Error>
where
    SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
{
    struct Linear<const N: usize>(SMatrix<f64, N, N>);
    impl<const N: usize> GenericDynamics<N, N> for Linear<N> {
        fn eval<T: Scalar>(&self, _: T, y: &SVector<T, N>, p: &SVector<T, N>) -> SVector<T, N> {
            SVector::from_fn(|i, _| (0..N).map(|j| (y[j] - p[j]) * self.0[(i, j)]).fold(T::zero(), |sum, x| sum + x))
        }
    }
    let model = Autodiff::new(Linear(a), SVector::zeros());
    let mut found = SVector::zeros();
    SteadyState::new(1e-12).backward(&model, 0.0, &SVector::zeros(), &w, &mut found).map(|_| found)
}

#[test]
fn a_singular_jacobian_is_a_typed_error() {
    fn check<const N: usize>(a: SMatrix<f64, N, N>, w: SVector<f64, N>)
    where
        SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
    {
        let found = gradient_at_rest(a, w);
        assert!(matches!(found, Err(Error::SingularMatrix { .. })), "{a} {w} {found:?}");
    }
    check(matrix![0.0], vector![1.0]);
    check(SMatrix::<f64, 3, 3>::zeros(), vector![1.0, 2.0, 3.0]);
    check(matrix![1.0, 0.0; 0.0, 0.0], vector![1.0, 1.0]);
    check(matrix![-1.0, 0.0; 0.0, 0.0], vector![0.0, 1.0]);
    // Of rank 1 and 2, but for rounding.
    for w in [vector![1.0, 0.0], vector![0.0, 1.0], vector![0.3, 0.7]] {
        check(matrix![0.1, 0.3; 0.2, 0.6], w);
        check(1e6 * matrix![0.1, 0.3; 0.7, 2.1], w);
        check(1e-9 * matrix![0.1, 0.3; 0.7, 2.1], w);
    }
    check(matrix![0.1, 0.2, 0.3; 0.4, 0.5, 0.6; 0.7, 0.8, 0.9], vector![1.0, 0.0, 0.0]);
}

/// Whatever the units of time and of each coordinate.
#[test]
fn a_jacobian_with_an_inverse_is_not_mistaken_for_a_singular_one() {
    let a = matrix![-1.0, 0.3; 0.2, -0.7];
    let w = vector![1.0, -2.0];
    for unit in [1e-18, 1e-9, 1e-3, 1.0, 1e9, 1e18] {
        assert!((gradient_at_rest(unit * a, w).unwrap() - w).amax() < 1e-12, "{unit:e}");
        // A coordinate in another unit.
        let scaled = matrix![a[(0, 0)], a[(0, 1)] / unit; a[(1, 0)] * unit, a[(1, 1)]];
        let found = gradient_at_rest(scaled, vector![w[0], w[1] / unit]).unwrap();
        assert!((found[0] - w[0]).abs() < 1e-9 && (found[1] * unit - w[1]).abs() < 1e-9, "{unit:e}: {found}");
    }
    let stiff = gradient_at_rest(matrix![-1.0, 1e10; 0.0, -1e10], vector![1.0, 1.0]).unwrap();
    assert!((stiff - vector![1.0, 1.0]).amax() < 1e-5, "{stiff}");
}

#[test]
fn arguments_outside_their_domains_are_typed_errors() {
    let model = Autodiff::new(Brusselator, vector![1.2, 1.9]);
    let rest = vector![1.2, 1.9 / 1.2];
    let method = SteadyState::new(1e-10);
    let w = vector![1.0, 0.0];
    for t in [f64::NAN, f64::INFINITY] {
        let found = method.solve(&model, t, rest);
        assert!(matches!(found, Err(Error::InvalidArgument { name: "t", .. })), "{found:?}");
        let found = method.backward(&model, t, &rest, &w, &mut SVector::zeros());
        assert!(matches!(found, Err(Error::InvalidArgument { name: "t", .. })), "{found:?}");
    }
    let found = method.solve(&model, 0.0, vector![f64::NAN, 0.0]);
    assert!(matches!(found, Err(Error::InvalidEntry { name: "y", index: 0, .. })), "{found:?}");
    let found = method.backward(&model, 0.0, &rest, &vector![0.0, f64::NAN], &mut SVector::zeros());
    assert!(matches!(found, Err(Error::InvalidEntry { name: "ybar", index: 1, .. })), "{found:?}");
    let found = method.first_step(f64::NAN).backward(&model, 0.0, &rest, &w, &mut SVector::zeros());
    assert!(matches!(found, Err(Error::InvalidArgument { name: "first_step", .. })), "{found:?}");

    let decay = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.copy_from(&-y)).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let found = method.backward(&decay, 0.0, &DVector::zeros(2), &DVector::zeros(3), &mut ());
    assert_eq!(found, Err(Error::LengthMismatch { name: "ybar", found: 3, expected: 2 }));
    let longer = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| *dy = DVector::zeros(y.len() + 1))
        .with_vjp(|_t, _y, _w, _ybar| 0.0);
    let found = method.backward(&longer, 0.0, &DVector::zeros(2), &DVector::zeros(2), &mut ());
    assert_eq!(found, Err(Error::LengthMismatch { name: "dy", found: 3, expected: 2 }));
    let found = method.solve(&longer, 0.0, DVector::zeros(2));
    assert_eq!(found, Err(Error::LengthMismatch { name: "dy", found: 3, expected: 2 }));
}
