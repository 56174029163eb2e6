//! The variational equation: against the derivative of the computed steps, and its own gradient.

use nalgebra::{DMatrix, SVector, Vector2, Vector3, dmatrix, vector};
use num_dual::Derivative;
use rheos::analysis::Variational;
use rheos::dynamics::problems::{Lorenz, VanDerPol};
use rheos::dynamics::{Dual, Tangent};
use rheos::formula::Static;
use rheos::nn::{Gru, Net};
use rheos::state::{Passive, State};
use rheos::train::uniform;
use rheos::{Autodiff, DiscreteAdjoint, Error, Fixed, Ivp, Parametric, Pid, Rk4, Tsit5, ode, solve};

/// The derivative of the computed solve, by dual numbers through every step.
fn by_dual_numbers(field: &Autodiff<Lorenz, 3, 3>, y0: Vector3<f64>, end: f64, steps: usize) -> DMatrix<f64> {
    let dual = Tangent::new(field, field.params().map(Dual::<3>::from));
    let unit = |i| SVector::<f64, 3>::from_fn(|j, _| if i == j { 1.0 } else { 0.0 });
    let start = SVector::<Dual<3>, 3>::from_fn(|i, _| Dual::new(y0[i], Derivative::some(unit(i))));
    let solution = solve(&dual, start, 0.0..end, Rk4, Fixed::steps(steps)).unwrap();
    DMatrix::from_fn(3, 3, |i, j| solution.last()[i].eps.0.unwrap()[j])
}

#[test]
fn the_exact_derivative_of_the_computed_steps() {
    let (field, y0) = Lorenz::problem();
    let variational = Variational::new(&field);
    let solution = solve(&variational, variational.identity(&y0), 0.0..1.0, Rk4, Fixed::steps(100)).unwrap();
    let (found, expected) = (variational.matrix(solution.last()), by_dual_numbers(&field, y0, 1.0, 100));
    // Rounding errors of 400 products of matrices.
    assert!((&found - &expected).amax() < 1e-12 * expected.amax(), "{found}{expected}");
}

#[test]
fn an_adaptive_solve_takes_the_steps_of_the_field() {
    let (field, y0) = VanDerPol::problem(2.0);
    let variational = Variational::new(&field);
    let control = Pid::tolerance(1e-6);
    let alone = solve(&field, y0, 0.0..5.0, Tsit5, control).unwrap();
    for factor in [1e-200, 1.0, 1e200] {
        let start = variational.along(&y0, &(DMatrix::identity(2, 2) * factor)).unwrap();
        let with_tangents = solve(&variational, start, 0.0..5.0, Tsit5, control).unwrap();
        assert_eq!(with_tangents.stats, alone.stats);
        assert_eq!(with_tangents.last().0, *alone.last());
    }
}

#[test]
fn any_number_of_tangents() {
    let (field, y0) = VanDerPol::problem(2.0);
    let variational = Variational::new(&field);
    let end = |directions: &DMatrix<f64>| {
        let start = variational.along(&y0, directions).unwrap();
        variational.matrix(solve(&variational, start, 0.0..1.0, Rk4, Fixed::steps(10)).unwrap().last())
    };
    let all = end(&DMatrix::identity(2, 2));
    let three = dmatrix![1.0, -2.0, 0.0; 0.5, 1.0, 3.0];
    assert!((end(&three) - &all * three).amax() < 1e-13 * all.amax());
    assert_eq!(end(&DMatrix::zeros(2, 0)).shape(), (2, 0));
    let refused = variational.along(&y0, &DMatrix::zeros(3, 1));
    assert!(matches!(refused, Err(Error::LengthMismatch { name: "directions", found: 3, expected: 2 })));
}

#[test]
fn closures_in_any_unit() {
    for unit in [1e-9, 1.0, 1e9] {
        let field = ode(move |_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
            *dy = vector![y[1], -unit * (y[0] / unit).sin()];
        });
        let variational = Variational::new(&field);
        let start = variational.identity(&vector![unit, 0.0]);
        let solution = solve(&variational, start, 0.0..3.0, Rk4, Fixed::steps(300)).unwrap();
        // Without friction the volume is kept; differences have nine digits, RK4 the same at this step.
        let found = variational.matrix(solution.last());
        assert!((found.determinant() - 1.0).abs() < 1e-8, "{unit:e}: {found}");
    }
}

/// The gradient of `⟨c, V(t)⟩ + ⟨d, y(t)⟩ + 0.7 s(t)` against central differences.
#[test]
fn its_gradient_has_the_second_derivatives_of_the_field() {
    let (field, y0) = Lorenz::problem();
    let weights = (vector![0.3, -1.0, 0.7], [vector![1.0, 0.4, -0.2], vector![-0.6, 0.1, 0.9]]);
    let directions = [vector![1.0, 0.5, 0.0], vector![0.0, -1.0, 2.0]];
    let loss = |params: Vector3<f64>, y0: Vector3<f64>| {
        let variational = Variational::new(Autodiff::new(Lorenz, params));
        let start = (y0, Passive((directions.to_vec(), 0.0)));
        let solution = solve(&variational, start, 0.0..0.4, Rk4, Fixed::steps(40)).unwrap();
        let (y, Passive((v, s))) = solution.last();
        weights.0.dot(y) + weights.1[0].dot(&v[0]) + weights.1[1].dot(&v[1]) + 0.7 * s
    };
    let variational = Variational::new(field);
    let start = (y0, Passive((directions.to_vec(), 0.0)));
    let run = Ivp::new(&variational, start, 0.0..0.4).forward(Rk4, Fixed::steps(40), DiscreteAdjoint::new()).unwrap();
    let found = run.backward(&[(weights.0, Passive((weights.1.to_vec(), 0.7)))]).unwrap();
    // The error of the differences is a sixth of the third derivative times 1e-10, and the gradients are about 10.
    let step = 1e-5;
    for i in 0..3 {
        let shift = Vector3::from_fn(|j, _| if i == j { step } else { 0.0 });
        let params = field.params();
        let along_y = (loss(params, y0 + shift) - loss(params, y0 - shift)) / (2.0 * step);
        let along_p = (loss(params + shift, y0) - loss(params - shift, y0)) / (2.0 * step);
        assert!((found.y0.0[i] - along_y).abs() < 1e-6 * along_y.abs().max(1.0), "{} {along_y}", found.y0.0[i]);
        assert!((found.params[i] - along_p).abs() < 1e-6 * along_p.abs().max(1.0), "{} {along_p}", found.params[i]);
    }
}

/// Liouville's formula: the volume is the determinant, up to the error of the method.
#[test]
fn the_volume_is_the_determinant() {
    let (field, y0) = VanDerPol::problem(1.5);
    let variational = Variational::new(&field);
    let gap = |steps| {
        let solution = solve(&variational, variational.identity(&y0), 0.0..3.0, Rk4, Fixed::steps(steps)).unwrap();
        let (_, Passive((_, s))) = solution.last();
        (variational.matrix(solution.last()).determinant().ln() - s).abs()
    };
    let (coarse, fine) = (gap(200), gap(400));
    assert!(fine < 1e-6 && (coarse / fine - 16.0).abs() < 1.0, "{coarse:e} {fine:e}"); // of order 4
}

#[test]
fn the_gradient_of_the_volume() {
    let (field, y0) = VanDerPol::problem(1.5);
    let steps = Fixed::steps(30);
    let volume = |mu, y0| {
        let variational = Variational::new(VanDerPol::problem(mu).0);
        let start = variational.along(&y0, &DMatrix::zeros(2, 0)).unwrap();
        let Passive((_, s)) = solve(&variational, start, 0.0..1.0, Rk4, steps).unwrap().last().1;
        s
    };
    let variational = Variational::new(field);
    let start = variational.along(&y0, &DMatrix::zeros(2, 0)).unwrap();
    let run = Ivp::new(&variational, start, 0.0..1.0).forward(Rk4, steps, DiscreteAdjoint::new()).unwrap();
    let found = run.backward(&[(Vector2::zeros(), Passive((Vec::new(), 1.0)))]).unwrap();
    // Central differences: truncation of 1e-10, rounding of 1e-11.
    let along_mu = (volume(1.5 + 1e-5, y0) - volume(1.5 - 1e-5, y0)) / 2e-5;
    let along_x = (volume(1.5, y0 + vector![1e-5, 0.0]) - volume(1.5, y0 - vector![1e-5, 0.0])) / 2e-5;
    assert!((found.params[0] - along_mu).abs() < 1e-8 && (found.y0.0[0] - along_x).abs() < 1e-8);
    assert!(along_mu.abs() > 0.1 && along_x.abs() > 0.1);
}

#[test]
fn the_field_of_a_cell() {
    let cell = Net::<_, Static<1>>::new(Gru::<f64, 1, 4>::uniform(&mut uniform(3)));
    let field = cell.flow().hold(vector![0.4]);
    let variational = Variational::new(&field);
    let y0 = vector![0.1, -0.2, 0.3, 0.9];
    let end = |y0| *solve(&field, y0, 0.0..1.0, Rk4, Fixed::steps(10)).unwrap().last();
    let solution = solve(&variational, variational.identity(&y0), 0.0..1.0, Rk4, Fixed::steps(10)).unwrap();
    let found = variational.matrix(solution.last());
    for j in 0..4 {
        let shift = SVector::<f64, 4>::from_fn(|i, _| if i == j { 1e-5 } else { 0.0 });
        let column = (end(y0 + shift) - end(y0 - shift)) / 2e-5;
        assert!((found.column(j) - column).amax() < 1e-9);
    }
    assert_eq!(solution.last().0.coordinates(), end(y0).coordinates());
}
