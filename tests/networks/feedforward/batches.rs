//! Batches and stores of weights.

use nalgebra::SMatrix;
use rheos::formula::{Heap, Static, Structure};
use rheos::nn::{Autonomous, BatchMatrix, Feedforward, Linear, Mlp, Net, OdeBlock, Residual};
use rheos::train::uniform;
use rheos::{DiscreteAdjoint, Error, Euler, Fixed, State};

use super::{Batch, euler, input};
use crate::common::relative_error;

/// The columns of a batch do not see each other.
#[test]
fn the_order_of_the_samples_is_the_order_of_the_outputs() {
    let (model, x) = (euler(), input());
    let swapped = Batch::<3>::from_columns(&[x.column(1), x.column(0)]);
    let (y, z) = (model.predict(&x).unwrap(), model.predict(&swapped).unwrap());
    for (first, second) in [(0, 1), (1, 0)] {
        assert_eq!(y.column(first), z.column(second));
    }
    // A solve needs a state with entries.
    assert_eq!(model.predict(&Batch::<3>::zeros(0)), Err(Error::EmptyState));
}

/// Batches whose size is part of the type, and weights on the heap, have the same numbers, bit for bit.
#[test]
fn batches_and_stores_change_nothing() {
    type Fixed2<P> = Net<P, Static<2>>;
    let (dynamic, x) = (euler(), input());
    let expected = dynamic.predict(&x).unwrap();
    let field = Fixed2::<Mlp<f64, 2, 3, 2>>::new(*dynamic.block.field.layer().weights()).field();
    let fixed = Feedforward::new(
        Fixed2::<Linear<f64, 3, 2>>::new(*dynamic.encoder.weights()),
        OdeBlock::new(field, Euler, Fixed::steps(2), DiscreteAdjoint::new()),
        Fixed2::<Linear<f64, 2, 2>>::new(*dynamic.readout.weights()),
    );
    let y = fixed.predict(&SMatrix::<f64, 3, 2>::from_column_slice(x.as_slice())).unwrap();
    assert_eq!(y.as_slice(), expected.as_slice());
    let encoder = Net::dynamic(dynamic.encoder.weights().to_store::<Heap<f64>>());
    let heap = Feedforward::new(encoder, dynamic.block.clone(), dynamic.readout.clone());
    assert_eq!(heap.predict(&x).unwrap(), expected);
}

/// 784 inputs and 512 units: a weight of 1.5 MiB, in a thread with a stack of 1 MiB.
#[test]
fn many_inputs_need_no_stack() {
    let run = || {
        let mut draw = uniform(3);
        let encoder = Net::dynamic(Linear::<Heap<f32>, 784, 512>::uniform(&mut draw));
        let block = Residual(Autonomous(Net::dynamic(Mlp::<Heap<f32>, 512, 8, 512>::uniform(&mut draw))));
        let readout = Net::dynamic(Linear::<Heap<f32>, 512, 10>::uniform(&mut draw));
        let model = Feedforward::new(encoder, block, readout);
        let x = BatchMatrix::<f32, 784>::from_fn(4, |_, _| draw() as f32);
        let ones = BatchMatrix::<f32, 10>::repeat(4, 1.0);
        let (y, (encoder, _, readout)) = model.gradient_of(&x, |y| Ok::<_, Error>((y.clone(), ones))).unwrap();
        assert_eq!(y, model.predict(&x).unwrap());
        assert_eq!(readout.bias.as_slice(), [4.0; 10]);
        // Of the affine map, the gradient of the weight is the product of the gradient of its value and of the input; of one
        // sample, whose cotangent is the gradient of the bias.
        let one = BatchMatrix::<f32, 784>::from_columns(&[x.column(0)]);
        let (_, (of_one, ..)) =
            model.gradient_of(&one, |_| Ok::<_, Error>(((), BatchMatrix::<f32, 10>::repeat(1, 1.0)))).unwrap();
        // One product of f32 for each entry.
        let bias = of_one.bias.coordinates();
        let expected: Vec<f64> = one.iter().flat_map(|x| bias.iter().map(|bar| bar * f64::from(*x))).collect();
        assert!(relative_error(&of_one.weight.coordinates(), &expected) < 1e-6);
        assert_eq!(encoder.weight.shape(), (512, 784));
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}
