//! Blocks and sequences on dfdx tensors: the same code as on matrices, and the same numbers.
#![cfg(feature = "dfdx")]

mod common;

use common::{golden, numbers, relative_error};
use nalgebra::{SMatrix, SVector};
use rheos::dfdx::nn::modules::{Linear, Tanh as TanhModule};
use rheos::dfdx::prelude::*;
use rheos::nn::tensor::{ElmanModule, ModuleLayer};
use rheos::nn::{
    Affine, Block, Driven, ElmanCell, Layer, LayerField, OdeBlock, Pointwise, Recurrence, Relaxed, Rescaled, Residual,
    Sequence, Tanh,
};
use rheos::train::{Adam, mean_squared_error};
use rheos::{Backsolve, Discrete, Dopri5, Euler, Fixed, Parametric, Passive, Pid, Rk4, State, verify};

/// A batch of three with `N` components: rows here, columns of a matrix.
type Rows<const N: usize, E = f64> = Tensor<Rank2<3, N>, E, Cpu>;
type Columns<const N: usize> = SMatrix<f64, N, 3>;

type TensorCell<E = f64> = ModuleLayer<ElmanModule<2, 4, E, Cpu>, (Rows<4, E>, Rows<2, E>), Rank2<3, 4>, E, Cpu>;
type TensorReadout = ModuleLayer<Linear<4, 1, f64, Cpu>, Rows<4>, Rank2<3, 1>, f64, Cpu>;
type TensorFlow = ModuleLayer<(Linear<4, 4, f64, Cpu>, TanhModule), Rows<4>, Rank2<3, 4>, f64, Cpu>;

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

fn module() -> ElmanModule<2, 4, f64, Cpu> {
    ElmanModule { ih: linear("W_ih", "b_ih"), hh: linear("W_hh", "b_hh") }
}

fn tensor_cell() -> TensorCell {
    ModuleLayer::new(module())
}

fn matrix_cell() -> ElmanCell<f64, 2, 4, 3> {
    ElmanCell {
        w_ih: SMatrix::from_row_slice(&weights("W_ih")),
        w_hh: SMatrix::from_row_slice(&weights("W_hh")),
        b_ih: SVector::from_column_slice(&weights("b_ih")),
        b_hh: SVector::from_column_slice(&weights("b_hh")),
    }
}

fn tensor_readout() -> TensorReadout {
    ModuleLayer::new(linear("W_out", "b_out"))
}

fn matrix_readout() -> Affine<f64, 4, 1, 3> {
    Affine { weight: SMatrix::from_row_slice(&weights("W_out")), bias: SVector::from_column_slice(&weights("b_out")) }
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

/// What the test compares: outputs, loss, gradient of inputs and hidden state, and of the parameters.
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
    R: Layer<Input = B::Hidden>,
{
    let unrolled = model.forward(h0, inputs, &vec![1.0; inputs.len()], 0).unwrap();
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
        ("W_ih", gradients.0.ih.weight.as_vec(), elman(&["grads", "W_ih"])),
        ("b_ih", gradients.0.ih.bias.as_vec(), elman(&["grads", "b_ih"])),
        ("W_hh", gradients.0.hh.weight.as_vec(), elman(&["grads", "W_hh"])),
        ("b_hh", gradients.0.hh.bias.as_vec(), elman(&["grads", "b_hh"])),
        ("W_out", gradients.1.weight.as_vec(), elman(&["grads", "W_out"])),
        ("b_out", gradients.1.bias.as_vec(), elman(&["grads", "b_out"])),
    ] {
        let error = relative_error(&found, &expected);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

/// The model on tensors and the model on matrices, with the same weights, give the same numbers.
fn backends_agree<T, M>(tensors: T, matrices: M)
where
    T: Block<Input = Rows<2>, Hidden = Rows<4>>,
    M: Block<Input = Columns<2>, Hidden = Columns<4>>,
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
        // Weights lie in another order, but the norm does not mind.
        ("params", &vec![tensors.params.inner(&tensors.params)], &vec![matrices.params.inner(&matrices.params)]),
    ] {
        let error = relative_error(a, b);
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

#[test]
fn tensors_and_matrices_agree_on_every_block() {
    backends_agree(Recurrence(tensor_cell()), Recurrence(matrix_cell()));
    backends_agree(Residual(tensor_cell()), Residual(matrix_cell()));
    let rk4 = (Rk4, Fixed::steps(3), Discrete::new());
    backends_agree(
        OdeBlock::new(Driven(tensor_cell()), rk4.0, rk4.1, rk4.2),
        OdeBlock::new(Driven(matrix_cell()), rk4.0, rk4.1, rk4.2),
    );
    backends_agree(
        OdeBlock::new(Relaxed(tensor_cell()), rk4.0, rk4.1, rk4.2),
        OdeBlock::new(Relaxed(matrix_cell()), rk4.0, rk4.1, rk4.2),
    );
    let pid = Pid::new(1e-7, 1e-7);
    let backsolve = Backsolve::new(Dopri5, pid);
    backends_agree(
        OdeBlock::new(Driven(tensor_cell()), Dopri5, pid, backsolve),
        OdeBlock::new(Driven(matrix_cell()), Dopri5, pid, backsolve),
    );
}

fn tensor_flow() -> TensorFlow {
    ModuleLayer::new((linear("W_hh", "b_hh"), TanhModule))
}

fn matrix_flow() -> (Affine<f64, 4, 4, 3>, Pointwise<Tanh, f64, 4, 3>) {
    let weight = SMatrix::from_row_slice(&weights("W_hh"));
    (Affine { weight, bias: SVector::from_column_slice(&weights("b_hh")) }, Pointwise::new())
}

#[test]
fn tensors_and_matrices_agree_on_an_ode_rnn_with_gaps_of_every_sample() {
    let gaps = [0.5, 2.0, 1.25];
    let rk4 = (Rk4, Fixed::steps(2), Discrete::new());
    let tensors = Sequence {
        block: (OdeBlock::new(Rescaled(LayerField(tensor_flow())), rk4.0, rk4.1, rk4.2), Recurrence(tensor_cell())),
        readout: tensor_readout(),
    };
    let matrices = Sequence {
        block: (OdeBlock::new(Rescaled(LayerField(matrix_flow())), rk4.0, rk4.1, rk4.2), Recurrence(matrix_cell())),
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
    let norms = (tensors.params.inner(&tensors.params), matrices.params.inner(&matrices.params));
    assert!((norms.0 - norms.1).abs() < 1e-12 * norms.1);
}

#[test]
fn euler_with_step_one_is_the_residual_block_bit_for_bit() {
    let (x, h0, target) = (rows(&elman(&["x"])), rows(&elman(&["h0"])), rows(&elman(&["target"])));
    let residual = Sequence { block: Residual(tensor_cell()), readout: tensor_readout() };
    let ode = Sequence {
        block: OdeBlock::new(Driven(tensor_cell()), Euler, Fixed::step(1.0), Discrete::new()),
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
    let report = verify::vjp(&mut Rescaled(LayerField(tensor_flow())), 0.0, &(state.0, Passive(gaps)));
    assert!(report.passed(), "{report}");
}

#[test]
fn single_precision_works_to_its_accuracy() {
    let module: ElmanModule<2, 4, f32, Cpu> = ElmanModule::try_new(&Cpu::seed_from_u64(3)).unwrap();
    let device = Cpu::default();
    let h: Rows<4, f32> = device.sample_normal();
    let x: Rows<2, f32> = device.sample_normal();
    let cell: TensorCell<f32> = ModuleLayer::new(module);
    let report = verify::vjp(&mut Driven(cell), 0.0, &(h, Passive(x)));
    assert!(report.passed(), "{report}");
}

#[test]
fn adam_lowers_the_loss_of_an_ode_block_of_tensors() {
    let block = OdeBlock::new(Driven(tensor_cell()), Rk4, Fixed::steps(2), Discrete::new());
    let mut model = Sequence { block, readout: tensor_readout() };
    let (x, h0, target) = (rows(&elman(&["x"])), rows(&elman(&["h0"])), rows(&elman(&["target"])));
    let mut adam = Adam::new(0.02);
    let mut losses = Vec::new();
    for _ in 0..300 {
        let found = pass(&model, &h0[0], &x, &target);
        adam.step(&mut model, &found.params).unwrap();
        losses.push(found.loss);
    }
    assert!(losses[299] < 0.1 * losses[0], "{} {}", losses[0], losses[299]);
}
