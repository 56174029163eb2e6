//! Blocks and sequences on dfdx tensors: the same code as on matrices, and the same numbers.

use crate::common::{golden, numbers, relative_error};
use nalgebra::{SMatrix, SVector};
use rheos::dfdx::nn::modules::{Linear, Tanh};
use rheos::dfdx::prelude::*;
use rheos::formula::{Bias, Static, Weight};
use rheos::nn::tensor::{FormulaModule, ModuleLayer, Tensors};
use rheos::nn::{
    AutonomousField, Block, Driven, Elman, Hidden, Layer, LeakyField, Linear as MatrixLinear, Net as MatrixNet,
    OdeBlock, Recurrence, Residual, Samples, Sequence, SequenceBatch, TimeRescaled,
};
use rheos::state::Passive;
use rheos::train::{Adam, Optimiser, mean_squared_error};
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Euler, Fixed, Parametric, Pid, Rk4, State, formula, verify};

/// A batch of three with `N` components: rows here, columns of a matrix.
type Rows<const N: usize, E = f64> = Tensor<Rank2<3, N>, E, Cpu>;
type Columns<const N: usize> = SMatrix<f64, N, 3>;

type Matrices<P> = MatrixNet<P, Static<3>>;

type Cell = Matrices<Elman<f64, 2, 4>>;
type CellModule<E = f64> = FormulaModule<Elman<Tensors<E, Cpu>, 2, 4>>;
type TensorCell<E = f64> = ModuleLayer<CellModule<E>, (Rows<4, E>, Rows<2, E>), Rows<4, E>>;
type TensorReadout = ModuleLayer<Linear<4, 1, f64, Cpu>, Rows<4>, Rows<1>>;
type TensorFlow = ModuleLayer<(Linear<4, 4, f64, Cpu>, Tanh), Rows<4>, Rows<4>>;

fn elman(path: &[&str]) -> Vec<f64> {
    numbers(&golden(&[&["recurrent", "elman"], path].concat()))
}

fn weights(name: &str) -> Vec<f64> {
    elman(&["weights", name])
}

/// A linear layer with the reference weights.
fn linear<const I: usize, const O: usize>(weight: &str, bias: &str) -> Linear<I, O, f64, Cpu> {
    let device = Cpu::default();
    let mut linear = device.build_module::<rheos::dfdx::nn::builders::Linear<I, O>, f64>();
    linear.weight.copy_from(&weights(weight));
    linear.bias.copy_from(&weights(bias));
    linear
}

fn module() -> CellModule {
    FormulaModule::on_device(matrix_cell().weights(), &Cpu::default()).unwrap()
}

fn tensor_cell() -> TensorCell {
    ModuleLayer::new(module())
}

/// A linear map with the reference weights.
fn matrix_linear<const I: usize, const O: usize>(weight: &str, bias: &str) -> MatrixLinear<f64, I, O> {
    MatrixLinear {
        weight: Weight(SMatrix::from_row_slice(&weights(weight))),
        bias: Bias(SVector::from_column_slice(&weights(bias))),
    }
}

fn matrix_cell() -> Cell {
    let (ih, hh) = (matrix_linear("W_ih", "b_ih"), matrix_linear("W_hh", "b_hh"));
    Matrices::new(Elman { weight_ih: ih.weight, weight_hh: hh.weight, bias_ih: ih.bias, bias_hh: hh.bias })
}

fn tensor_readout() -> TensorReadout {
    ModuleLayer::new(linear("W_out", "b_out"))
}

fn matrix_readout() -> Matrices<MatrixLinear<f64, 4, 1>> {
    Matrices::new(matrix_linear("W_out", "b_out"))
}

/// `[time, batch, component]` as one tensor per time.
fn rows<const N: usize>(values: &[f64]) -> Vec<Rows<N>> {
    let device = Cpu::default();
    let batch = |chunk: &[f64]| {
        let mut tensor: Rows<N> = device.zeros();
        tensor.copy_from(chunk);
        tensor
    };
    values.chunks(3 * N).map(batch).collect()
}

fn columns<const N: usize>(values: &[f64]) -> Vec<Columns<N>> {
    values.chunks(3 * N).map(SMatrix::from_column_slice).collect()
}

/// The compared results: outputs, loss, gradient of inputs and hidden state, and of the parameters.
struct Pass<P> {
    outputs: Vec<f64>,
    loss: f64,
    inputs: Vec<f64>,
    h0: Vec<f64>,
    params: P,
}

/// Forward, loss and backward of any sequence model on any backend.
fn pass<B, R>(
    model: &Sequence<B, R>,
    h0: &B::Hidden,
    inputs: &[B::Input],
    targets: &[R::Output],
) -> Pass<(B::Params, R::Params)>
where
    B: Block,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
{
    let unrolled = model.forward(h0, &SequenceBatch::new(inputs.to_vec())).unwrap();
    let (loss, cotangents) = mean_squared_error(&unrolled.outputs, targets).unwrap();
    let mut params = model.params().zeros_like();
    let (inputs, h0) = model.backward(unrolled.record, &cotangents, &mut params).unwrap();
    let flat = |states: &[B::Input]| states.iter().flat_map(State::coordinates).collect();
    let outputs = unrolled.outputs.iter().flat_map(State::coordinates).collect();
    Pass { outputs, loss, inputs: flat(&inputs), h0: h0.coordinates(), params }
}

#[test]
fn elman_network_equals_the_reference_through_time() {
    let model = Sequence { block: Recurrence(tensor_cell()), readout: tensor_readout() };
    let h0 = &rows(&elman(&["h0"]))[0];
    let mut found = pass(&model, h0, &rows(&elman(&["x"])), &rows(&elman(&["target"])));
    // The reference adds the squares of the 15 outputs; the loss here is their mean.
    found.params.scale_by(15.0);
    let gradients = (found.params.0.module(), found.params.1.module());
    let times_15 = |values: Vec<f64>| values.iter().map(|x| x * 15.0).collect::<Vec<f64>>();
    assert!((15.0 * found.loss - elman(&["loss"])[0]).abs() < 1e-12 * 15.0 * found.loss);
    for (name, found, expected) in [
        ("output", found.outputs, elman(&["output"])),
        ("x", times_15(found.inputs), elman(&["grads", "x"])),
        ("h0", times_15(found.h0), elman(&["grads", "h0"])),
        ("W_ih", gradients.0.weights().weight_ih.as_vec(), elman(&["grads", "W_ih"])),
        ("b_ih", gradients.0.weights().bias_ih.as_vec(), elman(&["grads", "b_ih"])),
        ("W_hh", gradients.0.weights().weight_hh.as_vec(), elman(&["grads", "W_hh"])),
        ("b_hh", gradients.0.weights().bias_hh.as_vec(), elman(&["grads", "b_hh"])),
        ("W_out", gradients.1.weight.as_vec(), elman(&["grads", "W_out"])),
        ("b_out", gradients.1.bias.as_vec(), elman(&["grads", "b_out"])),
    ] {
        let error = relative_error(&found, &expected);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

/// The parameters of a cell in the order of the module, each matrix row by row.
fn in_module_order(cell: &Elman<f64, 2, 4>) -> Vec<f64> {
    let (w_ih, w_hh) = (cell.weight_ih.transpose(), cell.weight_hh.transpose());
    [w_ih.as_slice(), w_hh.as_slice(), cell.bias_ih.as_slice(), cell.bias_hh.as_slice()].concat()
}

/// The model on tensors and the model on matrices, with the same weights, give the same numbers.
fn backends_agree<T, M>(tensors: T, matrices: M)
where
    T: Block<Input = Rows<2>, Hidden = Rows<4>, Params = <TensorCell as Parametric>::Params>,
    M: Block<Input = Columns<2>, Hidden = Columns<4>, Params = <Cell as Parametric>::Params>,
{
    let (x, h0, target) = (elman(&["x"]), elman(&["h0"]), elman(&["target"]));
    let tensors = Sequence { block: tensors, readout: tensor_readout() };
    let matrices = Sequence { block: matrices, readout: matrix_readout() };
    let tensors = pass(&tensors, &rows(&h0)[0], &rows(&x), &rows(&target));
    let matrices = pass(&matrices, &columns(&h0)[0], &columns(&x), &columns(&target));
    for (name, a, b) in [
        ("outputs", &tensors.outputs, &matrices.outputs),
        ("inputs", &tensors.inputs, &matrices.inputs),
        ("h0", &tensors.h0, &matrices.h0),
        ("block", &tensors.params.0.coordinates(), &in_module_order(&matrices.params.0)),
        // One row, so rows and columns are in the same order.
        ("readout", &tensors.params.1.coordinates(), &matrices.params.1.coordinates()),
    ] {
        let error = relative_error(a, b);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

#[test]
fn tensors_and_matrices_agree_on_every_block() {
    backends_agree(Recurrence(tensor_cell()), Recurrence(matrix_cell()));
    backends_agree(Residual(tensor_cell()), Residual(matrix_cell()));
    let rk4 = (Rk4, Fixed::steps(3), DiscreteAdjoint::new());
    backends_agree(
        OdeBlock::new(Driven(tensor_cell()), rk4.0, rk4.1, rk4.2),
        OdeBlock::new(Driven(matrix_cell()), rk4.0, rk4.1, rk4.2),
    );
    backends_agree(
        OdeBlock::new(LeakyField(tensor_cell()), rk4.0, rk4.1, rk4.2),
        OdeBlock::new(LeakyField(matrix_cell()), rk4.0, rk4.1, rk4.2),
    );
    let pid = Pid::tolerance(1e-7);
    let backsolve = BacksolveAdjoint::new(Dopri5, pid);
    backends_agree(
        OdeBlock::new(Driven(tensor_cell()), Dopri5, pid, backsolve),
        OdeBlock::new(Driven(matrix_cell()), Dopri5, pid, backsolve),
    );
}

fn tensor_flow() -> TensorFlow {
    ModuleLayer::new((linear("W_hh", "b_hh"), Tanh))
}

formula! {
    /// `tanh(W h + b)`.
    struct StepAction<T> { linear: MatrixLinear<T, 4, 4> }
    fn apply(&self, h: rheos::formula::Rows<4>) -> rheos::formula::Rows<4> {
        self.linear.apply(h).tanh()
    }
}

fn matrix_flow() -> Matrices<StepAction<f64>> {
    Matrices::new(StepAction { linear: matrix_linear("W_hh", "b_hh") })
}

#[test]
fn tensors_and_matrices_agree_on_an_ode_rnn_with_gaps_of_every_sample() {
    let gaps = [0.5, 2.0, 1.25];
    let rk4 = (Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let tensors = Sequence {
        block: (OdeBlock::new(TimeRescaled(tensor_flow().field()), rk4.0, rk4.1, rk4.2), Recurrence(tensor_cell())),
        readout: tensor_readout(),
    };
    let matrices = Sequence {
        block: (OdeBlock::new(TimeRescaled(matrix_flow().field()), rk4.0, rk4.1, rk4.2), Recurrence(matrix_cell())),
        readout: matrix_readout(),
    };
    let (x, h0, target) = (elman(&["x"]), elman(&["h0"]), elman(&["target"]));
    let row_gaps: Tensor<(Const<3>,), f64, Cpu> = Cpu::default().tensor(gaps);
    let column_gaps = SMatrix::<f64, 1, 3>::from_row_slice(&gaps);
    let tensor_inputs: Vec<_> = rows::<2>(&x).into_iter().map(|x| (row_gaps.clone(), x)).collect();
    let matrix_inputs: Vec<_> = columns::<2>(&x).into_iter().map(|x| (column_gaps, x)).collect();
    let tensors = pass(&tensors, &rows(&h0)[0], &tensor_inputs, &rows(&target));
    let matrices = pass(&matrices, &columns(&h0)[0], &matrix_inputs, &columns(&target));
    assert!(relative_error(&tensors.outputs, &matrices.outputs) < 1e-12);
    assert!(relative_error(&tensors.inputs, &matrices.inputs) < 1e-12);
    assert!(relative_error(&tensors.h0, &matrices.h0) < 1e-12);
    let ((flow, cell), readout) = tensors.params;
    let ((StepAction { linear }, cell_m), readout_m) = matrices.params;
    let flow_m = [linear.weight.transpose().as_slice(), linear.bias.as_slice()].concat();
    assert!(relative_error(&flow.coordinates(), &flow_m) < 1e-12);
    assert!(relative_error(&cell.coordinates(), &in_module_order(&cell_m)) < 1e-12);
    assert!(relative_error(&readout.coordinates(), &readout_m.coordinates()) < 1e-12);
}

#[test]
fn euler_with_step_one_is_the_residual_block_bit_for_bit() {
    let (x, h0, target) = (rows(&elman(&["x"])), rows(&elman(&["h0"])), rows(&elman(&["target"])));
    let residual = Sequence { block: Residual(tensor_cell()), readout: tensor_readout() };
    let ode = Sequence {
        block: OdeBlock::new(Driven(tensor_cell()), Euler, Fixed::step(1.0), DiscreteAdjoint::new()),
        readout: tensor_readout(),
    };
    let residual = pass(&residual, &h0[0], &x, &target);
    let ode = pass(&ode, &h0[0], &x, &target);
    assert_eq!(residual.outputs, ode.outputs);
    assert_eq!(residual.inputs, ode.inputs);
    assert_eq!(residual.h0, ode.h0);
    assert_eq!(residual.params.coordinates(), ode.params.coordinates());
}

#[test]
fn fields_of_modules_have_true_pullbacks() {
    let state = (rows::<4>(&elman(&["h0"]))[0].clone(), Passive(rows::<2>(&elman(&["x"]))[0].clone()));
    let report = verify::vjp(&mut Driven(tensor_cell()), 0.0, &state);
    assert!(report.passed(), "{report}");
    let gaps: Tensor<(Const<3>,), f64, Cpu> = Cpu::default().tensor([0.5, 2.0, 1.25]);
    let report = verify::vjp(&mut TimeRescaled(tensor_flow().field()), 0.0, &(state.0, Passive(gaps)));
    assert!(report.passed(), "{report}");
}

#[test]
fn single_precision_works_to_its_accuracy() {
    let device = Cpu::seed_from_u64(3);
    let h: Rows<4, f32> = device.sample_normal();
    let x: Rows<2, f32> = device.sample_normal();
    let module = FormulaModule::on_device(matrix_cell().weights(), &device).unwrap();
    let cell: TensorCell<f32> = ModuleLayer::new(module);
    let report = verify::vjp(&mut Driven(cell), 0.0, &(h, Passive(x)));
    assert!(report.passed(), "{report}");
}

/// One step of training: nothing here knows the block or the backend. Returns the loss before the step.
fn train_step<B, R>(
    model: &mut Sequence<B, R>,
    adam: &mut Adam,
    h0: &B::Hidden,
    inputs: &[B::Input],
    targets: &[R::Output],
) -> rheos::Result<f64>
where
    B: Block,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
{
    let unrolled = model.forward(h0, &SequenceBatch::new(inputs.to_vec()))?;
    let (loss, cotangents) = mean_squared_error(&unrolled.outputs, targets)?;
    let mut gradient = model.params().zeros_like();
    model.backward(unrolled.record, &cotangents, &mut gradient)?;
    adam.step(model, &gradient)?;
    Ok(loss)
}

fn train<B, R>(
    mut model: Sequence<B, R>,
    h0: &B::Hidden,
    inputs: &[B::Input],
    targets: &[R::Output],
    steps: usize,
) -> Vec<f64>
where
    B: Block,
    R: Layer<Input = <B::Hidden as Hidden>::Output>,
{
    let mut adam = Adam::new(0.02);
    (0..steps).map(|_| train_step(&mut model, &mut adam, h0, inputs, targets).unwrap()).collect()
}

#[test]
fn the_same_code_trains_tensors_and_matrices_alike() {
    let (x, h0, target) = (elman(&["x"]), elman(&["h0"]), elman(&["target"]));
    let (x_t, h0_t, target_t) = (rows(&x), &rows(&h0)[0], rows(&target));
    let (x_m, h0_m, target_m) = (columns(&x), &columns(&h0)[0], columns(&target));
    let alike = |tensors: Vec<f64>, matrices: Vec<f64>| {
        assert!(tensors[299] < 0.1 * tensors[0], "{} {}", tensors[0], tensors[299]);
        // Rounding grows with every step of training.
        assert!(relative_error(&tensors[..20], &matrices[..20]) < 1e-9);
    };

    let tensors = Sequence { block: Recurrence(tensor_cell()), readout: tensor_readout() };
    let matrices = Sequence { block: Recurrence(matrix_cell()), readout: matrix_readout() };
    alike(train(tensors, h0_t, &x_t, &target_t, 300), train(matrices, h0_m, &x_m, &target_m, 300));

    let rk4 = (Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let block = OdeBlock::new(Driven(tensor_cell()), rk4.0, rk4.1, rk4.2);
    let tensors = Sequence { block, readout: tensor_readout() };
    let block = OdeBlock::new(Driven(matrix_cell()), rk4.0, rk4.1, rk4.2);
    let matrices = Sequence { block, readout: matrix_readout() };
    alike(train(tensors, h0_t, &x_t, &target_t, 300), train(matrices, h0_m, &x_m, &target_m, 300));
}

#[test]
fn single_precision_trains_as_double_precision_does() {
    let (x, h0, target) = (rows::<2>(&elman(&["x"])), rows::<4>(&elman(&["h0"])), rows::<1>(&elman(&["target"])));
    let block = OdeBlock::new(Driven(tensor_cell()), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let double = train(Sequence { block, readout: tensor_readout() }, &h0[0], &x, &target, 20);

    let cell: TensorCell<f32> =
        ModuleLayer::new(FormulaModule::on_device(&module().to_host(), &Cpu::default()).unwrap());
    let readout = linear::<4, 1>("W_out", "b_out").to_dtype::<f32>();
    let readout = ModuleLayer::<_, Rows<4, f32>, Rows<1, f32>>::new(readout);
    let block = OdeBlock::new(Driven(cell), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let x: Vec<Rows<2, f32>> = x.iter().map(|x| x.clone().to_dtype()).collect();
    let target: Vec<Rows<1, f32>> = target.iter().map(|y| y.clone().to_dtype()).collect();
    let single = train(Sequence { block, readout }, &h0[0].clone().to_dtype(), &x, &target, 20);
    let error = relative_error(&single, &double);
    assert!(error < 1e-5, "{error:e}");
}

// ---- shapes and ids -----------------------------------------------------------------------------------------------

/// A batch whose size is known at run time.
type AnyRows<const N: usize> = Tensor<(usize, Const<N>), f64, Cpu>;

fn any_rows<const N: usize>(values: &[f64]) -> AnyRows<N> {
    Cpu::default().tensor((values.to_vec(), (values.len() / N, Const)))
}

#[test]
fn a_batch_may_be_sized_at_run_time() {
    let (x, h0) = (elman(&["x"]), elman(&["h0"]));
    let gaps = [0.5, 2.0, 1.25];

    let rk4 = (Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let flow = ModuleLayer::<_, AnyRows<4>, AnyRows<4>>::new(tensor_flow().into_module());
    let cell = ModuleLayer::<_, (AnyRows<4>, AnyRows<2>), AnyRows<4>>::new(module());
    let block = (OdeBlock::new(TimeRescaled(flow.field()), rk4.0, rk4.1, rk4.2), Recurrence(cell));
    let any_model =
        Sequence { block, readout: ModuleLayer::<_, AnyRows<4>, AnyRows<1>>::new(tensor_readout().into_module()) };
    let x_any: Vec<_> = x.chunks(6).map(|x| (Cpu::default().tensor((gaps.to_vec(), (3,))), any_rows::<2>(x))).collect();
    let target_any: Vec<AnyRows<1>> = elman(&["target"]).chunks(3).map(any_rows).collect();
    let found = pass(&any_model, &any_rows(&h0), &x_any, &target_any);

    let block = (OdeBlock::new(TimeRescaled(tensor_flow().field()), rk4.0, rk4.1, rk4.2), Recurrence(tensor_cell()));
    let model = Sequence { block, readout: tensor_readout() };
    let x: Vec<_> = rows(&x).into_iter().map(|x| (Cpu::default().tensor(gaps), x)).collect();
    let expected = pass(&model, &rows(&h0)[0], &x, &rows(&elman(&["target"])));
    assert_eq!(found.outputs, expected.outputs);
    assert_eq!(found.inputs, expected.inputs);
    assert_eq!(found.h0, expected.h0);
    assert_eq!(found.params.coordinates(), expected.params.coordinates());
}

#[test]
fn samples_lie_along_the_first_axis() {
    let device = Cpu::default();
    let x: Tensor<Rank4<2, 3, 2, 2>, f64, Cpu> = device.sample_normal();
    let y: Tensor<Rank4<2, 3, 2, 2>, f64, Cpu> = device.sample_normal();
    let mut scaled = x.clone();
    scaled.scale_samples(&device.tensor([2.0, -3.0]));
    let expected: Vec<f64> =
        x.as_vec().iter().enumerate().map(|(i, x)| if i < 12 { 2.0 * x } else { -3.0 * x }).collect();
    assert_eq!(scaled.as_vec(), expected);
    let mut found: Tensor<Rank1<2>, f64, Cpu> = device.tensor([1.0, 10.0]);
    scaled.inner_samples(&y, &mut found);
    let terms: Vec<f64> = expected.iter().zip(y.as_vec()).map(|(a, b)| a * b).collect();
    let sums = [1.0 + terms[..12].iter().sum::<f64>(), 10.0 + terms[12..].iter().sum::<f64>()];
    assert!(relative_error(&found.as_vec(), &sums) < 1e-14);
}

/// `h₁ = h x w`: every factor may be the same tensor, with the same id.
#[derive(Clone)]
struct Product(Rows<2>);

impl TensorCollection<f64, Cpu> for Product {
    type To<E2: Dtype, D2: Device<E2>> = ();
    fn iter_tensors<V: ModuleVisitor<Self, f64, Cpu>>(visitor: &mut V) -> Result<Option<()>, V::Err> {
        visitor.visit_fields(Self::module("factor", |s| &s.0, |s| &mut s.0), |_| ())
    }
}

impl<T: Tape<f64, Cpu> + Merge<T>> Module<(Tensor<Rank2<3, 2>, f64, Cpu, T>, Tensor<Rank2<3, 2>, f64, Cpu, T>)>
    for Product
{
    type Output = Tensor<Rank2<3, 2>, f64, Cpu, T>;
    type Error = CpuError;
    fn try_forward(
        &self,
        (h, x): (Tensor<Rank2<3, 2>, f64, Cpu, T>, Tensor<Rank2<3, 2>, f64, Cpu, T>),
    ) -> Result<Self::Output, CpuError> {
        h.try_mul(x)?.try_mul(self.0.clone())
    }
}

#[test]
fn a_cell_of_the_user_whose_arguments_share_an_id_with_its_parameter() {
    let factor = rows::<2>(&elman(&["x"])).remove(0);
    let cell = ModuleLayer::<_, (Rows<2>, Rows<2>), Rows<2>>::new(Product(factor.clone()));
    let mut pbar = cell.params().zeros_like();
    let block = Recurrence(cell);
    let (h1, record) = block.forward(&factor, &factor, 1.0.into()).unwrap();
    let power = |n: i32| factor.as_vec().iter().map(|x| x.powi(n)).collect::<Vec<f64>>();
    assert!(relative_error(&h1.as_vec(), &power(3)) < 1e-15);
    let (xbar, hbar) = block.backward(record, factor.clone(), &mut pbar).unwrap();
    for found in [xbar.as_vec(), hbar.as_vec(), pbar.coordinates()] {
        assert!(relative_error(&found, &power(3)) < 1e-15);
    }
}
