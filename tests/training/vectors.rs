//! Vectors with targets, for deep networks.

use nalgebra::{DMatrix, DVector};
use rheos::formula::{Heap, Rows, Structure};
use rheos::nn::{Autonomous, Feedforward, Linear, Mlp, Net, OdeBlock, Residual};
use rheos::state::State;
use rheos::train::{
    Adam, CrossEntropy, GaussianNll, Lbfgs, Loss, MiniBatch, Objective, SquaredError, Trainer, VectorData, uniform,
};
use rheos::{DiscreteAdjoint, Error, Fixed, Parametric, Result, Rk4, formula};

type Map<const I: usize, const O: usize> = Net<Linear<f64, I, O>>;
type Deep = Feedforward<Map<2, 3>, Residual<Autonomous<Net<Mlp<f64, 3, 4, 3>>>>, Map<3, 2>>;

fn deep() -> Deep {
    let mut draw = uniform(1);
    let block = Residual(Autonomous(Net::new(Mlp::uniform(&mut draw))));
    Feedforward::new(Net::new(Linear::uniform(&mut draw)), block, Net::new(Linear::uniform(&mut draw)))
}

/// Points of a square, and whether they are outside a disc.
fn points(n: usize) -> VectorData<2, usize> {
    let mut draw = uniform(2);
    let points: Vec<[f64; 2]> = (0..n).map(|_| [2.0 * draw() - 1.0, 2.0 * draw() - 1.0]).collect();
    let outside = points.iter().map(|[x, y]| usize::from(x.hypot(*y) > 0.8)).collect();
    VectorData::new(points, outside).unwrap()
}

const fn all(samples: &[usize]) -> MiniBatch<'_> {
    MiniBatch { samples, seed: 0 }
}

#[test]
fn a_batch_is_the_mean_of_its_vectors() {
    let (data, model) = (points(7), deep());
    let objective = data.objective(CrossEntropy::new(2));
    let (loss, gradient) = objective.gradient(&model, all(&[0, 3, 4, 6])).unwrap();
    let (mut mean, mut sum) = (0.0, gradient.zeros_like());
    for sample in [6, 0, 4, 3] {
        let (loss, gradient) = objective.gradient(&model, all(&[sample])).unwrap();
        mean += loss / 4.0;
        sum.add_scaled(0.25, &gradient);
    }
    // Sums of four numbers of the size 1, in another order.
    assert!((loss - mean).abs() < 1e-15, "{loss} {mean}");
    for (found, expected) in gradient.coordinates().iter().zip(sum.coordinates()) {
        assert!((found - expected).abs() < 1e-15, "{found} {expected}");
    }
    assert_eq!(objective.loss(&model, all(&[0, 3, 4, 6])), Ok(loss));
    // A vector drawn twice counts twice.
    let twice = objective.loss(&model, all(&[0, 0, 3])).unwrap();
    let [zero, three] = [0, 3].map(|sample| objective.loss(&model, all(&[sample])).unwrap());
    assert!((twice - (2.0 * zero + three) / 3.0).abs() < 1e-15);
}

#[test]
fn predictions_do_not_depend_on_the_batches() {
    let (data, model) = (points(11), deep());
    let together: Vec<[f64; 2]> = data.predict(&model, 11).unwrap();
    for size in [1, 4, 100, usize::MAX] {
        let parts: Vec<[f64; 2]> = data.predict(&model, size).unwrap();
        assert_eq!(parts.len(), 11);
        for (found, expected) in parts.iter().flatten().zip(together.iter().flatten()) {
            assert!((found - expected).abs() < 1e-15);
        }
    }
    // The numbers of a vector are a column.
    let x = rheos::nn::BatchMatrix::<f64, 2>::from_column_slice(&data.inputs()[3]);
    assert!((model.predict(&x).unwrap() - nalgebra::Vector2::from(together[3])).amax() < 1e-15);
}

#[test]
fn parts_keep_vectors_with_their_targets() {
    let data = points(9);
    let (first, second) = data.clone().split(4);
    assert_eq!((first.len(), second.len()), (4, 5));
    assert_eq!([first.inputs(), second.inputs()].concat(), data.inputs());
    assert_eq!([first.targets(), second.targets()].concat(), data.targets());
    let (first, second) = data.clone().split(10);
    assert!(first == data && second.is_empty());
}

#[test]
fn the_error_rate_counts_wrong_classes() {
    let data = VectorData::new(vec![[1.0, 2.0]; 4], vec![0, 1, 1, 1]).unwrap();
    let mut model = deep();
    let mut params = model.params().zeros_like();
    for (bias, rate) in [([2.0, 1.0], 0.75), ([1.0, 1.0], 0.75), ([1.0, 2.0], 0.25)] {
        params.2.bias.0 = bias.into();
        model.set_params(&params);
        assert_eq!(data.error_rate(&model), Ok(rate));
    }
}

#[test]
fn bad_data_are_named() {
    let new = |inputs: Vec<[f64; 2]>, targets: Vec<[f64; 1]>| VectorData::new(inputs, targets).err();
    assert_eq!(
        new(vec![[0.0; 2]; 3], vec![[0.0]; 2]),
        Some(Error::LengthMismatch { name: "targets", found: 2, expected: 3 })
    );
    let entry = |name, index, value| Some(Error::InvalidEntry { name, index, value, expected: "finite" });
    let infinite = f64::NEG_INFINITY;
    assert_eq!(new(vec![[0.0; 2], [0.0, infinite]], vec![[0.0]; 2]), entry("inputs", 1, infinite));
    assert_eq!(new(vec![[0.0; 2]; 2], vec![[infinite], [0.0]]), entry("targets", 0, infinite));
    let nan = new(vec![[f64::NAN, 0.0]], vec![[0.0]]);
    assert!(matches!(nan, Some(Error::InvalidEntry { name: "inputs", index: 0, .. })), "{nan:?}");
}

#[test]
fn bad_settings_are_named() {
    let (data, mut model) = (points(3), deep());
    let zero = data.predict::<_, _, _, 2>(&model, 0).unwrap_err();
    assert!(matches!(zero, Error::InvalidArgument { name: "batch_size", value: 0.0, .. }), "{zero}");
    let objective = data.objective(CrossEntropy::new(2));
    for outside in [objective.gradient(&model, all(&[1, 3])).map(|_| ()), objective.loss(&model, all(&[3])).map(|_| ())]
    {
        let outside = outside.unwrap_err();
        assert!(matches!(outside, Error::InvalidArgument { name: "samples", value: 3.0, .. }), "{outside}");
    }
    let (_, empty) = data.split(3);
    let train = empty.objective(CrossEntropy::new(2));
    let failure = Trainer::new(&mut model, &train, Adam::new(0.1)).fit().unwrap_err();
    assert!(matches!(failure.error, Error::InvalidArgument { name: "samples", value: 0.0, .. }), "{failure}");
}

/// The error names the vector by its place in the data, not in the batch.
#[test]
fn a_label_out_of_range_is_refused() {
    let data = VectorData::new(vec![[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]], vec![0, 2, 1]).unwrap();
    let (objective, model) = (data.objective(CrossEntropy::new(2)), deep());
    let expected = Error::InvalidLabel { output: 0, sample: 1, label: 2, classes: 2 };
    assert_eq!(objective.gradient(&model, all(&[2, 1])).err(), Some(expected.clone()));
    assert_eq!(objective.loss(&model, all(&[2, 1])), Err(expected.clone()));
    assert_eq!(data.error_rate(&model), Err(expected));
}

/// A loss that returns the wrong number of cotangents.
struct Careless(usize);

impl<Y: State> Loss<Y> for Careless {
    type Target = Y;
    fn weighted(&self, outputs: &[Y], _: &[Y], _: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)> {
        Ok((0.0, vec![outputs[0].clone(); self.0]))
    }
}

#[test]
fn a_loss_returns_one_cotangent() {
    let data = VectorData::new(vec![[1.0, 2.0]], vec![[0.0, 0.0]]).unwrap();
    for found in [0, 2] {
        let error = data.objective(Careless(found)).gradient(&deep(), all(&[0])).err();
        assert_eq!(error, Some(Error::LengthMismatch { name: "cotangents", found, expected: 1 }));
    }
    assert!(data.objective(Careless(1)).gradient(&deep(), all(&[0])).is_ok());
}

/// An affine model of any depth has the loss of the affine map of least squares.
#[test]
fn an_affine_network_reaches_the_least_squares() {
    const N: usize = 40;
    let mut draw = uniform(5);
    let inputs: Vec<[f64; 2]> = (0..N).map(|_| [draw() - 0.5, draw() - 0.5]).collect();
    let targets: Vec<[f64; 1]> = inputs.iter().map(|[x, y]| [0.4 + x - 2.0 * x * y + 0.3 * draw()]).collect();
    let design = DMatrix::from_fn(N, 3, |i, j| if j < 2 { inputs[i][j] } else { 1.0 });
    let values = DVector::from_fn(N, |i, _| targets[i][0]);
    let least = design.clone().svd(true, true).solve(&values, 1e-12).unwrap();
    let smallest = (&design * &least - &values).norm_squared() / N as f64;
    assert!(smallest > 1e-3, "noise and curvature remain");

    let data = VectorData::new(inputs, targets).unwrap();
    let objective = data.objective(SquaredError);
    let mut draw = uniform(6);
    let field: Net<Linear<f64, 3, 3>> = Net::new(Linear::uniform(&mut draw));
    let block = OdeBlock::new(field.field(), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let (encoder, readout) = (Net::new(Linear::uniform(&mut draw)), Net::new(Linear::uniform(&mut draw)));
    let mut model: Feedforward<Map<2, 3>, _, Map<3, 1>> = Feedforward::new(encoder, block, readout);
    let samples: Vec<usize> = (0..N).collect();
    let found = Lbfgs::new().minimise(&mut model, |model| objective.gradient(model, all(&samples))).unwrap();
    // No network of this kind can be better; a stationary point with gradient 1e-6 is nearer than 1e-8.
    let loss = objective.loss(&model, all(&samples)).unwrap();
    assert!(loss > smallest * (1.0 - 1e-12) && loss < smallest * (1.0 + 1e-8), "{loss} {smallest} {found:?}");
    let outputs: Vec<[f64; 1]> = data.predict(&model, 7).unwrap();
    for (output, expected) in outputs.iter().zip((&design * &least).iter()) {
        // The square root of the tolerance of the loss.
        assert!((output[0] - expected).abs() < 1e-4, "{output:?} {expected}");
    }
}

/// No straight line separates a disc from its surroundings; a hundred points that the training did not see test.
#[test]
fn a_disc_is_told_from_its_surroundings() {
    let (train, test) = points(400).split(300);
    let mut draw = uniform(7);
    let field: Net<Mlp<f64, 4, 16, 4>> = Net::new(Mlp::uniform(&mut draw));
    let block = OdeBlock::new(field.field(), Rk4, Fixed::steps(1), DiscreteAdjoint::new());
    let (encoder, readout) = (Net::new(Linear::uniform(&mut draw)), Net::new(Linear::uniform(&mut draw)));
    let mut model: Feedforward<Map<2, 4>, _, Map<4, 2>> = Feedforward::new(encoder, block, readout);
    let before = test.error_rate(&model).unwrap();
    let objective = train.objective(CrossEntropy::new(2));
    Trainer::new(&mut model, &objective, Adam::new(0.02)).epochs(60).seed(3).fit().unwrap();
    let after = test.error_rate(&model).unwrap();
    assert!(before > 0.3 && after < 0.06, "{before} {after}");
}

formula! {
    /// A mean and the logarithm of a variance.
    struct Gaussian<T> { mean: Linear<T, 3, 2>, log_variance: Linear<T, 3, 2> }
    fn apply(&self, h: Rows<3>) -> (Rows<2>, Rows<2>) {
        (self.mean.apply(h), self.log_variance.apply(h))
    }
}

/// Targets of a pair of outputs.
#[test]
fn a_prediction_has_a_variance() {
    let Feedforward { encoder, block, .. } = deep();
    let readout = Net::dynamic(Gaussian::<f64>::draw(&mut uniform(9)));
    let model = Feedforward::new(encoder, block, readout);
    let data = VectorData::new(vec![[1.0, 2.0], [0.5, -1.0]], vec![[0.3, 0.1], [-1.0, 2.0]]).unwrap();
    let objective = data.objective(GaussianNll);
    let [both, first, second] = [&[0, 1][..], &[0], &[1]].map(|samples| objective.loss(&model, all(samples)).unwrap());
    assert!((both - 0.5 * (first + second)).abs() < 1e-15);
}

/// 784 inputs and 96 units of `f32`, trained in a thread with a stack of 1 MiB. A weight of the encoder has 294 KiB, and
/// the training has several copies of it: the model, its best parameters, a gradient.
#[test]
fn many_inputs_train_without_a_large_stack() {
    let run = || {
        let mut draw = uniform(4);
        let encoder = Net::dynamic(Linear::<Heap<f32>, 784, 96>::uniform(&mut draw));
        let block = Residual(Autonomous(Net::dynamic(Mlp::<Heap<f32>, 96, 96, 96>::uniform(&mut draw))));
        let mut model = Feedforward::new(encoder, block, Net::dynamic(Linear::<f32, 96, 10>::uniform(&mut draw)));
        // Noise; a network with more parameters than samples learns it by heart.
        let images: Vec<[f64; 784]> = (0..20).map(|_| std::array::from_fn(|_| draw())).collect();
        let data = VectorData::new(images, (0..20).map(|i| i % 10).collect()).unwrap();
        let objective = data.objective(CrossEntropy::new(10));
        let training = Trainer::new(&mut model, &objective, Adam::new(0.003)).epochs(15).batch_size(10).fit().unwrap();
        assert!(training.epochs[14].loss < 0.2, "{:?}", training.epochs[14].loss);
        assert_eq!(data.error_rate(&model), Ok(0.0));
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}
