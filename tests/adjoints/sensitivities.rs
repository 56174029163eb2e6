//! Forward sensitivities and Hessian–vector products, against closed forms, adjoints and differences.

use crate::common::gradient::{gradient, over};
use nalgebra::{SVector, vector};
use rheos::adjoint::{InterpolatingAdjoint, QuadratureAdjoint, hessian_vector};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::dynamics::problems::stiff::Robertson;
use rheos::dynamics::{Dual, Tangent};
use rheos::solver::explicit::{Bosh3, Dop853};
use rheos::solver::implicit::{Esdirk547, GaussLegendre4, RadauIIA9, Trapezoid};
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Bdf, DiscreteAdjoint, Dopri5, Fixed, GenericDynamics, Parametric, Pid,
    RadauIIA5, Rk4, Rodas5P, Scalar, Solver, Tsit5, sensitivities,
};

/// `y' = a y + b t`, solved by `y = (y0 + b/a²) e^{at} − b t / a − b / a²`.
struct Ramp;

impl GenericDynamics<1, 2> for Ramp {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 1>, p: &SVector<T, 2>) -> SVector<T, 1> {
        vector![p[0] * y[0] + p[1] * t]
    }
}

#[test]
fn sensitivities_of_a_linear_equation_are_those_of_its_solution() {
    let (a, b, y0): (f64, f64, f64) = (-0.7, 0.4, 1.3);
    let model = Autodiff::new(Ramp, vector![a, b]);
    let times = [0.0, 0.5, 2.0];
    let found = sensitivities(&model, Dopri5, Pid::tolerance(1e-11), &times, &vector![y0]).unwrap();
    for (i, t) in times.into_iter().enumerate() {
        let e = (a * t).exp();
        let y = (y0 + b / (a * a)) * e - b * t / a - b / (a * a);
        let by_a = t * (y0 + b / (a * a)) * e - 2.0 * b / a.powi(3) * e + b * t / (a * a) + 2.0 * b / a.powi(3);
        let by_b = (e - 1.0) / (a * a) - t / a;
        assert!((found.y[i][0] - y).abs() < 1e-9);
        assert!((found.y0[i][0] - e).abs() < 1e-9, "{} {e}", found.y0[i][0]);
        assert!((found.params[i][0] - by_a).abs() < 1e-8, "{} {by_a}", found.params[i][0]);
        assert!((found.params[i][1] - by_b).abs() < 1e-9);
    }
}

#[test]
fn forwards_and_backwards_give_the_same_derivatives() {
    fn check<S>(solver: S)
    where
        S: Copy
            + rheos::solver::StepVjp<Autodiff<LotkaVolterra, 2, 4>>
            + for<'f> rheos::solver::Dense<rheos::dynamics::Tangent<'f, LotkaVolterra, 2, 4, 2>>
            + for<'f> rheos::solver::Dense<rheos::dynamics::Tangent<'f, LotkaVolterra, 2, 4, 4>>,
    {
        let (model, y0) = LotkaVolterra::problem();
        let times = [0.0, 0.7, 1.9, 4.0];
        let w = [vector![0.3, 1.0], vector![-0.2, 0.5], vector![1.0, 1.0], vector![2.0, -1.0]];
        let control = Fixed::steps(40);
        let forward = sensitivities(&model, solver, control, &times, &y0).unwrap();
        let backward =
            gradient(over(&model, &y0, &times), solver, control, DiscreteAdjoint::new(), |_| w.to_vec()).unwrap();
        let y0_bar: SVector<f64, 2> = forward.y0.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
        let params_bar: SVector<f64, 4> = forward.params.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
        assert!((y0_bar - backward.y0).amax() < 1e-11 * backward.y0.amax());
        assert!((params_bar - backward.params).amax() < 1e-11 * backward.params.amax());
    }
    check(Rk4);
    check(Bosh3);
    check(Dopri5);
    check(Dop853);
    check(Trapezoid);
    check(Esdirk547);
    check(RadauIIA5);
    check(GaussLegendre4);
    check(Rodas5P);
}

#[test]
fn dual_numbers_take_the_steps_of_the_solution_alone() {
    let (model, y0) = LotkaVolterra::problem();
    let control = Pid::tolerance(1e-7);
    let found = sensitivities(&model, Tsit5, control, &[0.0, 5.0], &y0).unwrap();
    let alone = rheos::solve(&model, y0, 0.0..5.0, Tsit5, control).unwrap();
    assert_eq!(found.stats.accepted, 2 * alone.stats.accepted);
    assert!((found.y[1] - alone.last()).amax() < 1e-12);
}

#[test]
fn the_hessian_is_the_derivative_of_the_gradient_and_symmetric() {
    fn check<S>(solver: S)
    where
        S: Copy
            + rheos::solver::StepVjp<Autodiff<LotkaVolterra, 2, 4>>
            + for<'f> Solver<rheos::dynamics::Tangent<'f, LotkaVolterra, 2, 4, 1>>
            + for<'f> rheos::solver::StepVjp<rheos::dynamics::Tangent<'f, LotkaVolterra, 2, 4, 1>>,
    {
        let (model, y0) = LotkaVolterra::problem();
        let (control, adjoint, times) = (Fixed::steps(60), DiscreteAdjoint::new(), [0.0, 1.3, 3.0]);
        // L = Σ |y|⁴ / 4 has the cotangents |y|² y.
        let grad = |y0: SVector<f64, 2>, params: SVector<f64, 4>| {
            let model = Autodiff::new(LotkaVolterra, params);
            let loss = |y: &[SVector<f64, 2>]| y.iter().map(|y| y * y.norm_squared()).collect();
            let found = gradient(over(&model, &y0, &times), solver, control, &adjoint, loss).unwrap();
            (found.y0, found.params)
        };
        let product = |direction: &(SVector<f64, 2>, SVector<f64, 4>)| {
            hessian_vector(&model, solver, control, &adjoint, &times, (&y0, direction), |y| {
                y.iter().map(|y| y * (y[0] * y[0] + y[1] * y[1])).collect()
            })
            .unwrap()
        };
        let v = (vector![0.3, -1.0], vector![0.5, 0.1, -0.4, 0.2]);
        let u = (vector![-0.7, 0.2], vector![0.1, 1.0, 0.3, -0.6]);
        let (hv, hu) = (product(&v), product(&u));

        let (params, h) = (model.params(), 1e-5);
        let (ahead, behind) = (grad(y0 + v.0 * h, params + v.1 * h), grad(y0 - v.0 * h, params - v.1 * h));
        let here = grad(y0, params);
        assert!((hv.gradient_y0 - here.0).amax() < 1e-12 * here.0.amax());
        assert!((hv.gradient_params - here.1).amax() < 1e-12 * here.1.amax());
        let size = hv.params.amax();
        assert!((hv.y0 - (ahead.0 - behind.0) / (2.0 * h)).amax() < 1e-7 * size);
        assert!((hv.params - (ahead.1 - behind.1) / (2.0 * h)).amax() < 1e-7 * size);
        let (left, right) = (u.0.dot(&hv.y0) + u.1.dot(&hv.params), v.0.dot(&hu.y0) + v.1.dot(&hu.params));
        assert!((left - right).abs() < 1e-10 * left.abs(), "{left} {right}");
    }
    check(Rk4);
    check(Dopri5);
    check(Esdirk547);
    check(Rodas5P);
}

/// The pullback of one weight per component, forwards and backwards, over a stiff transient and behind it.
#[test]
fn stiff_sensitivities_agree_with_the_adjoint() {
    fn check<S>(solver: S, tolerance: f64)
    where
        S: Copy
            + for<'f> rheos::solver::Embedded<rheos::dynamics::Tangent<'f, Robertson, 3, 3, 3>>
            + for<'f> rheos::solver::Dense<rheos::dynamics::Tangent<'f, Robertson, 3, 3, 3>>,
    {
        let (model, y0) = Robertson::problem();
        let times = [0.0, 0.4, 40.0];
        let tight = Pid::tolerance(1e-10).atol(1e-14);
        let w = [vector![0.0, 0.0, 0.0], vector![0.3, 1e4, -0.2], vector![-0.5, 2e4, 0.7]];
        let found = sensitivities(&model, solver, tight, &times, &y0).unwrap();
        let expected = gradient(
            over(&model, &y0, &times),
            RadauIIA9,
            Pid::tolerance(1e-12).atol(1e-16),
            DiscreteAdjoint::new(),
            |_| w.to_vec(),
        )
        .unwrap();
        let y0_bar: SVector<f64, 3> = found.y0.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
        let params_bar: SVector<f64, 3> = found.params.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum();
        for i in 0..3 {
            for (a, b) in [(y0_bar[i], expected.y0[i]), (params_bar[i], expected.params[i])] {
                assert!((a - b).abs() < tolerance * b.abs(), "{}: {a} {b} {:e}", S::NAME, (a - b).abs() / b.abs());
            }
        }
    }
    check(Esdirk547, 1e-7);
    check(RadauIIA5, 1e-7);
    check(Rodas5P, 1e-7);
    check(Bdf, 1e-7);
}

/// The digits that the example `cvsRoberts_FSA_dns` of the code CVODES prints (A. C. Hindmarsh & R. Serban, *Example
/// programs for CVODES*), whose second and third parameters are in the other order.
#[test]
fn sensitivities_of_robertsons_reaction_are_those_of_cvodes() {
    let (model, y0) = Robertson::problem();
    let found = sensitivities(&model, RadauIIA5, Pid::tolerance(1e-9).atol(1e-13), &[0.0, 0.4], &y0).unwrap();
    let expected = [
        [-3.5595e-01, 3.9025e-04, 3.5556e-01],
        [-1.5833e-11, -5.2900e-13, 1.6362e-11],
        [9.5431e-08, -2.1309e-10, -9.5218e-08],
    ];
    for (k, column) in expected.iter().enumerate() {
        for (i, value) in column.iter().enumerate() {
            let computed = found.params[1][(i, k)];
            assert!((computed - value).abs() < 5e-4 * value.abs(), "∂y{i}/∂p{k}: {computed:e} {value:e}");
        }
    }
}

/// Where a loss is at its least its cotangents vanish, and its second derivatives do not.
#[test]
fn a_fit_that_is_exact_has_a_hessian() {
    fn check<A: for<'f> Adjoint<Tangent<'f, Ramp, 1, 2, 1>, Dopri5, Fixed>>(adjoint: A) {
        let (model, y0): (_, SVector<f64, 1>) = (Autodiff::new(Ramp, vector![-0.7, 0.4]), vector![1.3]);
        let along = (vector![1.0], vector![0.0, 0.0]);
        let loss = |y: &[SVector<Dual<1>, 1>]| vec![y[0] * Dual::from(0.0), y[1].map(|y| y - Dual::from(y.re))];
        let found =
            hessian_vector(&model, Dopri5, Fixed::steps(50), &adjoint, &[0.0, 1.0], (&y0, &along), loss).unwrap();
        assert_eq!((found.gradient_y0[0], found.gradient_params), (0.0, vector![0.0, 0.0]));
        // y(1) = y0 e^a + …, so that the second derivative of (y(1) − c)²/2 is e^{2a}.
        assert!((found.y0[0] - (-1.4_f64).exp()).abs() < 1e-9, "{}", found.y0[0]);
    }
    let steps = Fixed::steps(50);
    check(DiscreteAdjoint::new());
    check(InterpolatingAdjoint::new(Dopri5, steps));
    check(BacksolveAdjoint::new(Dopri5, steps));
    check(QuadratureAdjoint::gauss(Dopri5, steps));
}
