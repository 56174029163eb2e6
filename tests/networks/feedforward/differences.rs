//! Gradients against central differences.

use rheos::formula::{Rows, Structure};
use rheos::nn::{Autonomous, Block, Feedforward, Hidden, Layer, Linear, Net, OdeBlock, Residual};
use rheos::{DiscreteAdjoint, Dopri5, Parametric, Pid, State, formula};

use super::{eighths, euler, field, input};
use crate::common::relative_error;

/// The derivative of `Σ w y` with respect to every parameter and input, against central differences. Their errors are of the
/// orders h² and 1e-16 / h for h = 1e-5, some 1e-10 relative to the largest entry; a wrong derivative is wrong by far more.
fn check_differences<E, B, R>(model: &Feedforward<E, B, R>, x: &E::Input)
where
    E: Layer<Output = B::Hidden>,
    B: Block<Input = ()>,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
    Feedforward<E, B, R>: Clone,
{
    let fed = model.forward(x).unwrap();
    let mut w = fed.output.clone();
    let numbers: Vec<f64> = (0..w.coordinates().len()).map(|i| 1.0 + 0.3 * i as f64).collect();
    assert_eq!(w.read_coordinates(&numbers), Some(&[][..]));
    let loss = |model: &Feedforward<E, B, R>, x: &E::Input| {
        let y = model.predict(x).unwrap().coordinates();
        y.iter().zip(&numbers).map(|(y, w)| y * w).sum::<f64>()
    };
    let mut pbar = model.params().zeros_like();
    let xbar = model.backward(fed.record, &w, &mut pbar).unwrap();

    let h = 1e-5;
    let moved = |from: &[f64], i: usize, by: f64| {
        let mut to = from.to_vec();
        to[i] += by;
        to
    };
    let params = model.params().coordinates();
    let at_params = |i: usize, by: f64| {
        let (mut model, mut p) = (model.clone(), model.params());
        assert_eq!(p.read_coordinates(&moved(&params, i, by)), Some(&[][..]));
        model.set_params(&p);
        loss(&model, x)
    };
    let expected: Vec<f64> = (0..params.len()).map(|i| (at_params(i, h) - at_params(i, -h)) / (2.0 * h)).collect();
    assert!(relative_error(&pbar.coordinates(), &expected) < 1e-8);
    let inputs = x.coordinates();
    let at_input = |i: usize, by: f64| {
        let mut x = x.clone();
        assert_eq!(x.read_coordinates(&moved(&inputs, i, by)), Some(&[][..]));
        loss(model, &x)
    };
    let expected: Vec<f64> = (0..inputs.len()).map(|i| (at_input(i, h) - at_input(i, -h)) / (2.0 * h)).collect();
    assert!(relative_error(&xbar.coordinates(), &expected) < 1e-8);
}

formula! {
    /// Two hidden states of one input.
    struct Two<T> { a: Linear<T, 3, 2>, b: Linear<T, 3, 2> }
    fn apply(&self, x: Rows<3>) -> (Rows<2>, Rows<2>) {
        (self.a.apply(x), self.b.apply(x).tanh())
    }
}

formula! {
    /// A slope of both, in which each drives the other.
    struct Coupling<T> { ab: Linear<T, 2, 2>, ba: Linear<T, 2, 2> }
    fn apply(&self, (a, b): (Rows<2>, Rows<2>)) -> (Rows<2>, Rows<2>) {
        (self.ab.apply(b).tanh(), self.ba.apply(a).tanh())
    }
}

#[test]
fn gradients_are_those_of_central_differences() {
    let (model, x) = (euler(), input());
    check_differences(&model, &x);
    let Feedforward { encoder, readout, .. } = model;
    let residual = Residual(Autonomous(field().layer().clone()));
    check_differences(&Feedforward::new(encoder.clone(), residual, readout.clone()), &x);
    let control = Pid::tolerance(1e-10);
    let adaptive = OdeBlock::new(field(), Dopri5, control, DiscreteAdjoint::new());
    check_differences(&Feedforward::new(encoder, adaptive, readout.clone()).depth(-1.5), &x);
    // The readout reads the first of two hidden states.
    let (two, coupling) = (Two::<f64>::draw(&mut eighths(1)), Coupling::<f64>::draw(&mut eighths(3)));
    let pair = Feedforward::new(Net::dynamic(two), Residual(Autonomous(Net::dynamic(coupling))), readout);
    check_differences(&pair, &x);
}
