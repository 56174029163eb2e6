//! Bad arguments, each with an error that names it.

use nalgebra::{Const, Dyn, OMatrix, matrix, vector};
use rheos::formula::{Bias, Heap, Structure, Weight};
use rheos::nn::{Autonomous, Feedforward, Linear, Net, Residual};
use rheos::{Error, Parametric, Result, State};

use super::{Batch, euler, input};

#[test]
fn bad_input_is_named() {
    let (model, x) = (euler(), input());
    for depth in [f64::NAN, f64::INFINITY] {
        let model = model.clone().depth(depth);
        for error in [model.forward(&x).err(), model.predict(&x).err()] {
            assert!(matches!(error, Some(Error::InvalidArgument { name: "depth", .. })), "{error:?}");
        }
    }
    let entry = |name, index, value| Some(Error::InvalidEntry { name, index, value, expected: "finite" });
    let mut infinite = x.clone();
    infinite[4] = f64::INFINITY;
    assert_eq!(model.forward(&infinite).err(), entry("x", 4, f64::INFINITY));
    assert_eq!(model.predict(&infinite).err(), entry("x", 4, f64::INFINITY));
    // Finite weights and inputs whose products overflow, in the encoder, in the block and in the readout.
    let huge = Batch::<1>::repeat(1, 1e200);
    let times =
        |factor: f64| Net::dynamic(Linear::<f64, 1, 1> { weight: Weight(matrix![factor]), bias: Bias(vector![0.0]) });
    let chain = |a, b, c| Feedforward::new(times(a), Residual(Autonomous(times(b))), times(c));
    for (model, name) in
        [(chain(1e200, 1.0, 1.0), "encoded"), (chain(1.0, 1e200, 1.0), "hidden"), (chain(1.0, 1.0, 1e200), "output")]
    {
        assert_eq!(model.forward(&huge).err(), entry(name, 0, f64::INFINITY));
        assert_eq!(model.predict(&huge).err(), entry(name, 0, f64::INFINITY));
    }
}

#[test]
fn bad_cotangents_are_named() {
    let (model, x) = (euler(), input());
    let backward = |cotangent: &Batch<2>| {
        let mut pbar = model.params().zeros_like();
        model.backward(model.forward(&x).unwrap().record, cotangent, &mut pbar).err()
    };
    assert_eq!(
        backward(&Batch::<2>::zeros(3)),
        Some(Error::LengthMismatch { name: "cotangent", found: 6, expected: 4 })
    );
    let mut infinite = Batch::<2>::zeros(2);
    infinite[3] = f64::NEG_INFINITY;
    let expected =
        Some(Error::InvalidEntry { name: "cotangent", index: 3, value: f64::NEG_INFINITY, expected: "finite" });
    assert_eq!(backward(&infinite), expected);
    assert!(matches!(backward(&Batch::<2>::repeat(2, f64::MAX)), Some(Error::NonFiniteGradient { .. })));
    // The loss has its own errors.
    let failed: Result<((), _)> = model.gradient_of(&x, |_| Err(Error::NonFiniteLoss { value: f64::INFINITY }));
    assert_eq!(failed.err(), Some(Error::NonFiniteLoss { value: f64::INFINITY }));
    // A gradient whose weight has another shape than the weight.
    let encoder = Net::dynamic(Linear::<Heap<f64>, 3, 2>::zeros());
    let model = Feedforward::new(encoder, model.block.clone(), model.readout.clone());
    let mut pbar = model.params();
    pbar.0.weight = Weight(OMatrix::<f64, Const<2>, Dyn>::zeros(4));
    let count = model.params().coordinates().len();
    let error = model.backward(model.forward(&x).unwrap().record, &Batch::<2>::zeros(2), &mut pbar).err();
    assert_eq!(error, Some(Error::LengthMismatch { name: "pbar", found: count + 2, expected: count }));
}
