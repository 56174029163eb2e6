//! The parameters, and the pullback to them alone.

use nalgebra::{Const, Dyn, OMatrix, SVector, vector};
use rheos::formula::{Heap, Rows, Structure, Weight};
use rheos::nn::{Gru, Layer, Linear, Mlp, Net};
use rheos::train::uniform;
use rheos::weights::{Names, TensorFile};
use rheos::{Error, Parametric, State, formula};

use super::{Batch, eighths, euler, input, linear, rows};
use crate::common::relative_error;

#[test]
fn parameters_have_the_names_of_their_places() {
    let mut model = euler();
    assert_eq!(model.parameter_count(), 8 + 17 + 6);
    let mut file = TensorFile::new();
    let names = Names::new().rename("0.*", "encoder.*").rename("1.*", "field.*").rename("2.*", "readout.*");
    file.add(&model.params(), &names).unwrap();
    let found: Vec<_> = file.tensors().map(|(name, _)| name.to_owned()).collect();
    let expected = [
        "encoder.bias",
        "encoder.weight",
        "field.first.bias",
        "field.first.weight",
        "field.second.bias",
        "field.second.weight",
        "readout.bias",
        "readout.weight",
    ];
    assert_eq!(found, expected);
    // The network takes the parameters that are set.
    let mut params = model.params();
    params.2.bias.0 = SVector::repeat(3.0);
    let before = model.predict(&input()).unwrap();
    model.set_params(&params);
    let shift = vector![3.0, 3.0] - rows::<2, 1>(9);
    for (before, after) in before.column_iter().zip(model.predict(&input()).unwrap().column_iter()) {
        // Two roundings of numbers below 4.
        assert!((after - before - shift).amax() < 1e-15 * 4.0);
    }
}

formula! {
    /// Inputs in products with weights, and one input outside of them.
    struct Gated<T> { a: Linear<T, 3, 3>, b: Linear<T, 3, 3> }
    fn apply(&self, (x, y): (Rows<3>, Rows<3>)) -> Rows<3> {
        (self.a.apply(x) * y).tanh() + self.b.apply(y)
    }
}

/// The pullback to the parameters alone is the same, bit for bit, whether the cotangents of the inputs are needed on the way
/// (`Gated`) or not.
#[test]
fn the_pullback_to_the_parameters_alone_is_the_same() {
    fn check<L: Layer>(layer: &L, x: &L::Input) {
        let mut trace = L::Trace::default();
        let w = layer.forward_traced(x, &mut trace);
        let (mut xbar, mut pbar) = (x.zeros_like(), layer.params().zeros_like());
        layer.backward(&mut trace, x, &w, &mut xbar, &mut pbar);
        let mut alone = layer.params().zeros_like();
        // It adds, with the trace and without one.
        for trace in [&mut trace, &mut L::Trace::default()] {
            alone.set_zeros();
            layer.backward_params(trace, x, &w, &mut alone);
            assert_eq!(alone.coordinates(), pbar.coordinates());
        }
        layer.backward_params(&mut trace, x, &w, &mut alone);
        let twice: Vec<f64> = pbar.coordinates().iter().map(|x| 2.0 * x).collect();
        assert!(relative_error(&alone.coordinates(), &twice) < 1e-15);
        assert!(pbar.coordinates().iter().any(|x| *x != 0.0));
    }
    let mut draw = uniform(8);
    for samples in [1, 5] {
        let mut x = || Batch::<3>::from_fn(samples, |_, _| draw());
        let (x, y) = (x(), x());
        check(&Net::dynamic(linear::<3, 2>(1, 2)), &x);
        check(&Net::dynamic(Mlp::<f64, 3, 40, 3>::uniform(&mut eighths(3))), &x);
        check(&Net::dynamic(Gated::<f64>::draw(&mut eighths(4))), &(x.clone(), y.clone()));
        // The hidden state stands outside of products.
        check(&Net::dynamic(Gru::<f64, 3, 3>::uniform(&mut eighths(5))), &(x, y));
    }
    let (model, x) = (euler(), input());
    let ones = Batch::<2>::repeat(2, 1.0);
    let mut pbar = model.params().zeros_like();
    model.backward(model.forward(&x).unwrap().record, &ones, &mut pbar).unwrap();
    assert_eq!(model.gradient_of(&x, |_| Ok::<_, Error>(((), ones))).unwrap().1, pbar);
    // A gradient of another shape is not written.
    let net = Net::dynamic(Linear::<Heap<f64>, 3, 2>::zeros());
    let mut pbar = net.params();
    pbar.weight = Weight(OMatrix::<f64, Const<2>, Dyn>::zeros(4));
    net.backward_params(&mut Default::default(), &x, &Batch::<2>::zeros(2), &mut pbar);
    assert!(pbar.coordinates().iter().all(|x| x.is_nan()));
}
