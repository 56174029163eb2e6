//! Fixed points and their derivatives, against closed forms and differences.

use nalgebra::{DVector, SVector, vector};
use rheos::problems::Brusselator;
use rheos::{Autodiff, Error, Field, Krylov, Parametric, Scalar, SteadyState, ode};

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

impl Field<3, 12> for Equilibrium {
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
    assert!(matches!(found, Err(Error::MaxSteps { steps: 50, .. })), "{found:?}");
    let explosive = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.copy_from(&y.map(|y| (1.0 - y * y).ln())));
    let found = SteadyState::new(1e-9).solve(&explosive, 0.0, DVector::from_element(2, 2.0));
    assert!(matches!(found, Err(Error::NonFinite { .. })), "{found:?}");
    let found = SteadyState::new(0.0).solve(&drift, 0.0, 0.0);
    assert!(matches!(found, Err(Error::InvalidArgument { name: "tolerance", .. })), "{found:?}");
}
