//! Deep networks of one input.

use nalgebra::{Dyn, OMatrix, SMatrix, SVector, matrix, vector};
use rheos::formula::{Bias, Heap, Rows, Static, Structure, Weight};
use rheos::nn::{
    Autonomous, BatchMatrix, Feedforward, Gru, Layer, LayerField, Linear, Mlp, Net, OdeBlock, Residual, TimeField,
};
use rheos::train::uniform;
use rheos::weights::{Names, TensorFile};
use rheos::{DiscreteAdjoint, Dopri5, Error, Euler, Fixed, Parametric, Pid, Result, State, formula};

use crate::common::relative_error;

type Batch<const N: usize> = BatchMatrix<f64, N>;

/// The numbers −5/8 to 5/8 in a fixed order.
fn eighths(shift: usize) -> impl FnMut() -> f64 {
    let mut i = 0;
    move || {
        i += 1;
        (((7 * (i - 1) + shift) % 11) as f64 - 5.0) / 8.0
    }
}

/// A matrix with such numbers, row by row, as PyTorch stores it.
fn rows<const R: usize, const C: usize>(shift: usize) -> SMatrix<f64, R, C> {
    let mut draw = eighths(shift);
    SMatrix::<f64, C, R>::from_fn(|_, _| draw()).transpose()
}

fn linear<const I: usize, const O: usize>(weight: usize, bias: usize) -> Linear<f64, I, O> {
    Linear { weight: Weight(rows(weight)), bias: Bias(rows(bias)) }
}

type Field = LayerField<Net<Mlp<f64, 2, 3, 2>>>;
type Model<B> = Feedforward<Net<Linear<f64, 3, 2>>, B, Net<Linear<f64, 2, 2>>>;

fn field() -> Field {
    Net::dynamic(Mlp { first: linear(4, 5), second: linear(6, 7) }).field()
}

fn euler() -> Model<OdeBlock<Field, Euler, Fixed, DiscreteAdjoint>> {
    let block = OdeBlock::new(field(), Euler, Fixed::steps(2), DiscreteAdjoint::new());
    Feedforward::new(Net::dynamic(linear(2, 3)), block, Net::dynamic(linear(8, 9)))
}

fn input() -> Batch<3> {
    let mut draw = eighths(1);
    Batch::from_fn(2, |_, _| draw())
}

/// Two blocks `z + W₂ tanh(W₁ z + b₁) / 2 + b₂ / 2` with the same weights. The numbers are of PyTorch 2.15.0 in f64:
///
/// ```python
/// fill = lambda k, *shape: torch.tensor([((7*i + k) % 11 - 5) / 8 for i in range(math.prod(shape))]).reshape(shape)
/// x, We, be, Wr, br = fill(1, 2, 3), fill(2, 2, 3), fill(3, 2), fill(8, 2, 2), fill(9, 2)
/// W1, b1, W2, b2 = fill(4, 3, 2), fill(5, 3), fill(6, 2, 3), fill(7, 2)
/// z = x @ We.T + be
/// for _ in range(2): z = z + 0.5 * (torch.tanh(z @ W1.T + b1) @ W2.T + b2)
/// y = z @ Wr.T + br
/// torch.nn.functional.cross_entropy(y, torch.tensor([1, 0])).backward()
/// ```
#[test]
fn values_and_gradients_are_those_of_torch() {
    let (model, x) = (euler(), input());
    let fed = model.forward(&x).unwrap();
    let expected = [0.6451722333187171, -0.18748961878371162, 0.6349460512442084, -0.1690471111871133];
    // Some tens of operations, each with a rounding of 1.1e-16.
    assert!(relative_error(fed.output.as_slice(), &expected) < 1e-14);
    assert_eq!(model.predict(&x).unwrap(), fed.output);

    // The cotangent of the mean cross-entropy: softmax minus one-hot, over the two samples.
    let mut cotangent = fed.output.map(f64::exp);
    for (mut scores, class) in cotangent.column_iter_mut().zip([1, 0]) {
        let sum = scores.sum();
        scores /= sum;
        scores[class] -= 1.0;
    }
    cotangent *= 0.5;
    let mut pbar = model.params().zeros_like();
    let xbar = model.backward(fed.record, &cotangent, &mut pbar).unwrap();
    let (encoder, block, readout) = &pbar;
    let row_major = |weight: &[f64], rows: usize| -> Vec<f64> {
        (0..rows).flat_map(|row| weight.iter().skip(row).step_by(rows).copied()).collect()
    };
    let gradients: [(&str, Vec<f64>, &[f64]); 9] = [
        (
            "encoder.weight",
            row_major(encoder.weight.as_slice(), 2),
            &[
                -0.0858039019075404,
                0.101872554681633,
                -0.005371134797894653,
                0.028298941488808606,
                -0.03348701072413684,
                0.0018192476832605605,
            ],
        ),
        ("encoder.bias", encoder.bias.as_slice().to_vec(), &[0.21448737895905534, -0.0706125168147948]),
        (
            "first.weight",
            row_major(block.first.weight.as_slice(), 3),
            &[
                0.004514272905876974,
                0.01661285882054223,
                -0.007397864463370709,
                -0.026122001440787152,
                0.012756435089716555,
                0.04858814580251336,
            ],
        ),
        (
            "first.bias",
            block.first.bias.as_slice().to_vec(),
            &[0.015597058730557882, -0.02441689259559178, 0.045869592101240524],
        ),
        (
            "second.weight",
            row_major(block.second.weight.as_slice(), 2),
            &[
                -0.1200940070067999,
                -0.11851602779706996,
                0.11834156078163185,
                0.0438946716868083,
                0.04321017836478212,
                -0.043319554702212215,
            ],
        ),
        ("second.bias", block.second.bias.as_slice().to_vec(), &[0.19790864102950306, -0.07221000374751978]),
        (
            "readout.weight",
            row_major(readout.weight.as_slice(), 2),
            &[0.1620115743106277, 0.248228618178994, -0.16201157431062768, -0.24822861817899392],
        ),
        ("readout.bias", readout.bias.as_slice().to_vec(), &[0.19387273938599775, -0.19387273938599767]),
        (
            "x",
            xbar.as_slice().to_vec(),
            &[
                -0.08141660374385498,
                0.1455011952061623,
                0.015833881520438138,
                0.03629009504160664,
                -0.0647371995321827,
                -0.007007316918588789,
            ],
        ),
    ];
    for (name, found, expected) in gradients {
        assert!(relative_error(&found, expected) < 1e-14, "{name}: {found:?}");
    }
}

/// The derivative of `Σ w y` with respect to every parameter and input, against central differences. Their errors are of the
/// orders h² and 1e-16 / h for h = 1e-5, some 1e-10 relative to the largest entry; a wrong derivative is wrong by far more.
fn check_differences<E, B, R>(model: &Feedforward<E, B, R>, x: &E::Input)
where
    E: Layer<Output = B::Hidden>,
    B: rheos::nn::Block<Input = ()>,
    R: Layer<Input = <B::Hidden as rheos::nn::Hidden>::Output>,
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

formula! {
    /// A linear field that grows with the time.
    struct Ramp<T> { rate: Bias<T, 1> }
    fn apply(&self, (z, t): (Rows<1>, Rows<1>)) -> Rows<1> {
        &self.rate * z * t
    }
}

fn identity() -> Net<Linear<f64, 1, 1>> {
    Net::dynamic(Linear { weight: Weight(matrix![1.0]), bias: Bias(vector![0.0]) })
}

/// `z′ = r t z` from 0 to the depth: `z = x exp(r depth² / 2)`.
#[test]
fn the_depth_is_the_time_of_an_ode_block() {
    let ramp: TimeField<Net<Ramp<f64>>> = Net::dynamic(Ramp { rate: Bias(vector![0.7]) }).timed();
    let block = OdeBlock::new(ramp, Dopri5, Pid::tolerance(1e-12), DiscreteAdjoint::new());
    let model = Feedforward::new(identity(), block, identity());
    assert_eq!(model.depth, 1.0);
    let x = Batch::<1>::from_row_slice(&[0.5, -2.0]);
    for depth in [0.0, 1.0, 1.6, -0.9] {
        let model = model.clone().depth(depth);
        let growth = (0.35 * depth * depth).exp();
        // The tolerance of the solve times its dozen of steps.
        assert!((model.predict(&x).unwrap() - &x * growth).amax() < 1e-10, "{depth}");
        let (_, (_, rate, _)) =
            model.gradient_of(&x, |y| Ok::<_, Error>(((), Batch::<1>::repeat(y.ncols(), 1.0)))).unwrap();
        let expected = -1.5 * growth * depth * depth / 2.0;
        assert!((rate.rate[0] - expected).abs() < 1e-9, "{depth}: {} {expected}", rate.rate[0]);
    }
    // A block without time ignores it.
    let residual = || Residual(Autonomous(identity()));
    let doubled = Feedforward::new(identity(), residual(), identity());
    assert_eq!(doubled.clone().depth(7.0).predict(&x), Ok(&x * 2.0));
    assert_eq!(doubled.predict(&x), Ok(&x * 2.0));
}

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
    pbar.0.weight = Weight(OMatrix::<f64, nalgebra::Const<2>, Dyn>::zeros(4));
    let count = model.params().coordinates().len();
    let error = model.backward(model.forward(&x).unwrap().record, &Batch::<2>::zeros(2), &mut pbar).err();
    assert_eq!(error, Some(Error::LengthMismatch { name: "pbar", found: count + 2, expected: count }));
}

/// Batches whose size is part of the type, and weights on the heap, have the same numbers, bit for bit.
#[test]
fn batches_and_stores_change_nothing() {
    type Fixed2<P> = Net<P, Static<2>>;
    let (dynamic, x) = (euler(), input());
    let expected = dynamic.predict(&x).unwrap();
    let field = Fixed2::<Mlp<f64, 2, 3, 2>>::new(dynamic.block.field.layer().weights().clone()).field();
    let fixed = Feedforward::new(
        Fixed2::<Linear<f64, 3, 2>>::new(dynamic.encoder.weights().clone()),
        OdeBlock::new(field, Euler, Fixed::steps(2), DiscreteAdjoint::new()),
        Fixed2::<Linear<f64, 2, 2>>::new(dynamic.readout.weights().clone()),
    );
    let y = fixed.predict(&SMatrix::<f64, 3, 2>::from_column_slice(x.as_slice())).unwrap();
    assert_eq!(y.as_slice(), expected.as_slice());
    let encoder = Net::dynamic(dynamic.encoder.weights().to_store::<Heap<f64>>());
    let heap = Feedforward::new(encoder, dynamic.block.clone(), dynamic.readout.clone());
    assert_eq!(heap.predict(&x).unwrap(), expected);
}

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
    // Parameters that are set are those of the network.
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
    pbar.weight = Weight(OMatrix::<f64, nalgebra::Const<2>, Dyn>::zeros(4));
    net.backward_params(&mut Default::default(), &x, &Batch::<2>::zeros(2), &mut pbar);
    assert!(pbar.coordinates().iter().all(|x| x.is_nan()));
}
