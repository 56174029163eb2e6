//! Cells as formulas on dfdx tensors, beside the same cells on matrices.

use dfdx::nn::{Module, NumParams, ZeroGrads};
use dfdx::optim::{Optimizer, Sgd, SgdConfig};
use dfdx::shapes::{Rank0, Rank2};
use dfdx::tensor::{Cpu, Tensor, TensorFromVec, Trace};
use dfdx::tensor_ops::{Backward, SumTo};
use nalgebra::SMatrix;
use rheos::formula::{Formula, Static, Structure};
use rheos::nn::tensor::{FormulaModule, ModuleLayer, Tensors, Weights};
use rheos::nn::{
    Block, CoRnn, Gru, Hidden, Layer, Linear, Lstm, Ltc, Net, Recurrence, Samples, Sequence, SequenceBatch,
    TimedRecurrence,
};
use rheos::train::{Adam, Optimiser, mean_squared_error, uniform};
use rheos::{Parametric, State};

use crate::common::relative_error;

const SAMPLES: usize = 3;
const TIMES: usize = 4;

/// A batch of `N` components: rows here, columns of a matrix.
type Rows<const N: usize> = Tensor<Rank2<SAMPLES, N>, f64, Cpu>;
type Columns<const N: usize> = SMatrix<f64, N, SAMPLES>;
type OnTensors<P, In, Out> = ModuleLayer<FormulaModule<P>, In, Out>;
type Host = Tensors<f64, Cpu>;

type Readout = OnTensors<Linear<Host, 4, 1>, Rows<4>, Rows<1>>;

/// All results of a pass, as coordinates; samples follow each other on both sides.
struct Pass<P> {
    outputs: Vec<f64>,
    hidden: Vec<f64>,
    inputs: Vec<f64>,
    h0: Vec<f64>,
    params: P,
}

/// Numbers in `[−1, 1]` in the shape of `y`.
fn drawn<Y: State>(y: &Y, seed: u64) -> Y {
    let (mut draw, mut y) = (uniform(seed), y.clone());
    let coordinates: Vec<f64> = y.coordinates().iter().map(|_| 2.0 * draw() - 1.0).collect();
    assert_eq!(y.read_coordinates(&coordinates), Some(&[][..]));
    y
}

/// A sequence with lengths and gaps of samples, and the pullback of cotangents of its outputs.
fn pass<B, R>(model: &Sequence<B, R>, h0: &B::Hidden, x: &B::Input) -> Pass<(B::Params, R::Params)>
where
    B: Block,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
{
    let (h0, x) = (drawn(h0, 1), |step: usize| drawn(x, 10 + step as u64));
    let gaps = (0..TIMES).map(|step| (0..SAMPLES).map(|k| 0.3 + 0.2 * (step + k) as f64).collect()).collect();
    let batch = SequenceBatch::new((0..TIMES).map(x).collect()).gaps_of_samples(gaps).lengths(vec![4, 2, 3]);
    let run = model.forward(&h0, &batch).unwrap();
    let (outputs, hidden) = model.predict(&h0, &batch).unwrap();
    let flat = |outputs: &[R::Output]| outputs.iter().flat_map(State::coordinates).collect::<Vec<_>>();
    assert_eq!((flat(&outputs), hidden.coordinates()), (flat(&run.outputs), run.hidden.coordinates()));
    let w: Vec<_> = run.outputs.iter().enumerate().map(|(step, y)| drawn(y, 20 + step as u64)).collect();
    let mut params = model.params().zeros_like();
    let (inputs, h0) = model.backward(run.record, &w, &mut params).unwrap();
    let inputs = inputs.iter().flat_map(State::coordinates).collect();
    Pass { outputs: flat(&outputs), hidden: hidden.coordinates(), inputs, h0: h0.coordinates(), params }
}

fn readout() -> Linear<f64, 4, 1> {
    Linear::uniform(&mut uniform(2))
}

fn on_tensors<Q: Formula<Store = Host>, In, Out>(params: &Q::In<f64>) -> OnTensors<Q, In, Out>
where
    Q::In<f64>: Structure<Store = f64, In<Host> = Q>,
{
    ModuleLayer::new(FormulaModule::on_device(params, &Cpu::default()).unwrap())
}

/// A model on tensors and the same model on matrices.
fn agree<Q, T, M>((tensors, h0, x): (T, T::Hidden, T::Input), (matrices, mh0, mx): (M, M::Hidden, M::Input))
where
    Q: Formula<Store = Host>,
    T: Block<Hidden: Hidden<Output = Rows<4>>, Params = Weights<FormulaModule<Q>, f64, Cpu>>,
    M: Block<Hidden: Hidden<Output = Columns<4>>, Params = Q::In<f64>>,
{
    let tensor_readout: Readout = on_tensors(&readout());
    let matrix_readout: Net<_, Static<SAMPLES>> = Net::new(readout());
    let tensors = pass(&Sequence { block: tensors, readout: tensor_readout }, &h0, &x);
    let matrices = pass(&Sequence { block: matrices, readout: matrix_readout }, &mh0, &mx);
    for (name, found, expected) in [
        ("outputs", tensors.outputs, matrices.outputs),
        ("hidden", tensors.hidden, matrices.hidden),
        ("inputs", tensors.inputs, matrices.inputs),
        ("h0", tensors.h0, matrices.h0),
        // Column by column, and without the constants.
        ("block", tensors.params.0.module().to_host().coordinates(), matrices.params.0.coordinates()),
        ("readout", tensors.params.1.module().to_host().coordinates(), matrices.params.1.coordinates()),
    ] {
        let error = relative_error(&found, &expected);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

fn rows<const N: usize>() -> Rows<N> {
    Cpu::default().tensor_from_vec(vec![0.0; SAMPLES * N], Default::default())
}

fn columns<const N: usize>() -> Columns<N> {
    SMatrix::zeros()
}

type Pair = (Rows<4>, Rows<4>);

#[test]
fn gru() {
    let params = Gru::<f64, 2, 4>::uniform(&mut uniform(3));
    let cell: OnTensors<Gru<Host, 2, 4>, (Rows<4>, Rows<2>), Rows<4>> = on_tensors(&params);
    let net: Net<_, Static<SAMPLES>> = Net::new(params);
    agree((Recurrence(cell), rows(), rows()), (Recurrence(net), columns(), columns()));
}

#[test]
fn lstm() {
    let params = Lstm::<f64, 2, 4>::uniform(&mut uniform(4));
    let cell: OnTensors<Lstm<Host, 2, 4>, (Pair, Rows<2>), Pair> = on_tensors(&params);
    let net: Net<_, Static<SAMPLES>> = Net::new(params);
    let (h0, mh0) = ((rows(), rows()), (columns(), columns()));
    agree((Recurrence(cell), h0, rows()), (Recurrence(net), mh0, columns()));
}

#[test]
fn cornn() {
    let params = CoRnn::<f64, 2, 4>::uniform(&mut uniform(5)).step(0.3);
    let cell: OnTensors<CoRnn<Host, 2, 4>, (Pair, Rows<2>), Pair> = on_tensors(&params);
    let net: Net<_, Static<SAMPLES>> = Net::new(params);
    let (h0, mh0) = ((rows(), rows()), (columns(), columns()));
    agree((Recurrence(cell), h0, rows()), (Recurrence(net), mh0, columns()));
}

/// The gaps of the samples are a tensor with one axis.
#[test]
fn liquid_time_constants() {
    let params = Ltc::<f64, 2, 4>::uniform(&mut uniform(6));
    type Timed = (Rows<2>, <Rows<2> as Samples>::Weights);
    let cell: OnTensors<Ltc<Host, 2, 4>, (Rows<4>, Timed), Rows<4>> = on_tensors(&params);
    let net: Net<_, Static<SAMPLES>> = Net::new(params);
    agree((TimedRecurrence(cell), rows(), rows()), (TimedRecurrence(net), columns(), columns()));
}

fn constants(cell: &CoRnn<f64, 2, 4>) -> [f64; 3] {
    [cell.dt.value(), cell.gamma.value(), cell.epsilon.value()]
}

/// Neither coordinates nor parameters of dfdx's optimisers.
#[test]
fn constants_are_not_trained() {
    let params = CoRnn::<f64, 2, 4>::uniform(&mut uniform(5)).step(0.3);
    let mut cell: OnTensors<CoRnn<Host, 2, 4>, (Pair, Rows<2>), Pair> = on_tensors(&params);
    let trained = params.coordinates().len();
    assert_eq!((cell.params().coordinates().len(), cell.params().count()), (trained, trained));
    assert_eq!(cell.module().num_trainable_params(), trained);

    // By dfdx.
    let (y, z, x) = (drawn(&rows::<4>(), 1), drawn(&rows::<4>(), 2), drawn(&rows::<2>(), 3));
    let mut sgd = Sgd::new(cell.module(), SgdConfig { lr: 0.1, ..Default::default() });
    for _ in 0..3 {
        let grads = cell.module().alloc_grads();
        let (y1, z1) = cell.module().forward(((y.trace(grads), z.leaky_trace()), x.leaky_trace()));
        let loss = (z1 * y1).sum::<Rank0, _>();
        sgd.update(cell.module_mut(), &loss.backward()).unwrap();
    }
    assert_eq!(constants(&cell.module().to_host()), constants(&params));
    assert_ne!(cell.module().to_host().coordinates(), params.coordinates());

    // By this crate.
    let readout: Readout = on_tensors(&readout());
    let mut model = Sequence { block: Recurrence(cell), readout };
    let batch = SequenceBatch::new((0..TIMES as u64).map(|step| drawn(&x, step)).collect());
    let targets: Vec<Rows<1>> = (0..TIMES as u64).map(|step| drawn(&rows(), step)).collect();
    let (mut adam, before) = (Adam::new(0.01), model.params().0.coordinates());
    for _ in 0..3 {
        let h0 = (y.clone(), z.clone());
        let (_, gradient) = model.gradient_of(&h0, &batch, |y| mean_squared_error(y, &targets)).unwrap();
        adam.step(&mut model, &gradient).unwrap();
    }
    assert_eq!(constants(&model.block.0.module().to_host()), constants(&params));
    assert_ne!(model.params().0.coordinates(), before);
}

/// `(h, x) ↦ (h, h)`: both parts are the same tensor, which is the argument.
#[derive(Debug, Clone, Default)]
struct Twice;

impl dfdx::nn::ZeroSizedModule for Twice {}
impl dfdx::nn::NonMutableModule for Twice {}

impl<T: dfdx::tensor::Tape<f64, Cpu>> Module<Tensor<Rank2<SAMPLES, 4>, f64, Cpu, T>> for Twice {
    type Output = (Tensor<Rank2<SAMPLES, 4>, f64, Cpu, T>, Tensor<Rank2<SAMPLES, 4>, f64, Cpu, T>);
    type Error = &'static str;
    fn try_forward(&self, h: Tensor<Rank2<SAMPLES, 4>, f64, Cpu, T>) -> Result<Self::Output, &'static str> {
        Ok((h.retaped::<T>(), h))
    }
}

#[test]
fn a_tensor_returned_twice_has_both_cotangents() {
    let layer = ModuleLayer::<_, Rows<4>, Pair>::new(Twice);
    let (h, w) = (drawn(&rows::<4>(), 1), (drawn(&rows::<4>(), 2), drawn(&rows::<4>(), 3)));
    let (mut trace, mut bar) = (Default::default(), rows::<4>());
    assert_eq!(layer.forward_traced(&h, &mut trace).coordinates(), [h.as_vec(), h.as_vec()].concat());
    layer.backward(&mut trace, &h, &w, &mut bar, &mut layer.params());
    let sum: Vec<f64> = w.0.as_vec().iter().zip(w.1.as_vec()).map(|(a, b)| a + b).collect();
    assert_eq!(bar.as_vec(), sum);
}
