//! The Jacobians of networks as fields.

use nalgebra::{matrix, vector};
use rheos::dynamics::{Jacobian, Neighbourhood, differences};
use rheos::formula::{Bias, Static, Structure, Weight};
use rheos::nn::{Linear, Mlp, Net};
use rheos::{Dopri5, Pid, RadauIIA5, Rodas5P, solve};

fn network() -> Net<Mlp<f64, 2, 8, 2>, Static<1>> {
    let mut draws = (0..).map(|i: u32| (f64::from(i) * 2.3).sin());
    Net::new(Mlp::draw(&mut || draws.next().expect("an endless stream")))
}

#[test]
fn of_a_linear_layer_is_its_weight() {
    let weight = matrix![1.0, -2.0; 0.5, 3.0];
    let net =
        Net::<Linear<f64, 2, 2>, Static<1>>::new(Linear { weight: Weight(weight), bias: Bias(vector![7.0, 8.0]) });
    let found = net.field().jacobian(0.3, &vector![0.1, 0.2], Neighbourhood::of_step(1.0));
    assert_eq!(found, weight);
}

#[test]
fn of_a_network_agrees_with_differences() {
    let field = network().field();
    let y = vector![0.4, -0.7];
    let near = Neighbourhood::of_step(1e-3);
    let exact = field.jacobian(0.0, &y, near);
    assert!((exact - differences(&field, 0.0, &y, near)).norm() < 1e-7 * exact.norm());
    let mut slope = vector![1.0, 1.0];
    field.time_derivative(0.0, &y, near, &mut slope);
    assert_eq!(slope, vector![0.0, 0.0]);
}

#[test]
fn lets_stiff_methods_solve_a_network() {
    let (field, y0, tight) = (network().field(), vector![1.0, 0.5], Pid::tolerance(1e-11));
    let expected = *solve(&field, y0, 0.0..2.0, Dopri5, tight).unwrap().last();
    let rosenbrock = *solve(&field, y0, 0.0..2.0, Rodas5P, Pid::tolerance(1e-9)).unwrap().last();
    let radau = *solve(&field, y0, 0.0..2.0, RadauIIA5, Pid::tolerance(1e-9)).unwrap().last();
    assert!((rosenbrock - expected).norm() < 1e-7 && (radau - expected).norm() < 1e-7);
}
