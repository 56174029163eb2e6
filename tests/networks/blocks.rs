//! One layer read as recurrent cell, residual block and flow.

use crate::common::{golden, numbers, relative_error};
use nalgebra::{Const, Dyn, OMatrix, SMatrix, SVector};
use rheos::dynamics::Counted;
use rheos::formula::{Bias, Rows, Static, Weight};
use rheos::nn::{
    Block, Driven, Elman, Layer, LayerField, LeakyField, Linear, Net, OdeBlock, Recurrence, Residual, Sequence,
    SequenceBatch, TimeRescaled,
};
use rheos::state::Passive;
use rheos::train::{Adam, Optimiser, mean_squared_error};
use rheos::{
    BacksolveAdjoint, DiscreteAdjoint, Dopri5, Error, Euler, Fixed, Parametric, Pid, Rk4, State, formula, solve, verify,
};

type Cell = Net<Elman<f64, 2, 4>, Static<3>>;
type Readout = Net<Linear<f64, 4, 1>, Static<3>>;
type Hidden = SMatrix<f64, 4, 3>;
type Input = SMatrix<f64, 2, 3>;

fn elman(path: &[&str]) -> Vec<f64> {
    numbers(&golden(&[&["recurrent", "elman"], path].concat()))
}

fn cell() -> Cell {
    let weights = |name: &str| elman(&["weights", name]);
    Net::new(Elman {
        weight_ih: Weight(SMatrix::from_row_slice(&weights("W_ih"))),
        weight_hh: Weight(SMatrix::from_row_slice(&weights("W_hh"))),
        bias_ih: Bias(SVector::from_column_slice(&weights("b_ih"))),
        bias_hh: Bias(SVector::from_column_slice(&weights("b_hh"))),
    })
}

/// `[time, batch, component]` as one matrix per time, a sample per column.
fn sequence<const N: usize>(values: &[f64]) -> Vec<SMatrix<f64, N, 3>> {
    values.chunks(3 * N).map(SMatrix::from_column_slice).collect()
}

fn inputs() -> Vec<Input> {
    sequence(&elman(&["x"]))
}

fn h0() -> Hidden {
    SMatrix::from_column_slice(&elman(&["h0"]))
}

fn readout() -> Readout {
    Net::new(Linear {
        weight: Weight(SMatrix::from_row_slice(&elman(&["weights", "W_out"]))),
        bias: Bias(SVector::from_column_slice(&elman(&["weights", "b_out"]))),
    })
}

#[test]
fn elman_network_equals_the_reference_through_time() {
    let model = Sequence { block: Recurrence(cell()), readout: readout() };
    let targets = sequence::<1>(&elman(&["target"]));
    let unrolled = model.forward(&h0(), &SequenceBatch::new(inputs())).unwrap();
    let flat: Vec<f64> = unrolled.outputs.iter().flat_map(State::coordinates).collect();
    assert!(relative_error(&flat, &elman(&["output"])) < 1e-12);

    let cotangents: Vec<_> = unrolled.outputs.iter().zip(&targets).map(|(y, target)| (y - target) * 2.0).collect();
    let mut gradient = model.params().zeros_like();
    let (xbar, hbar) = model.backward(unrolled.record, &cotangents, &mut gradient).unwrap();
    let (cell, readout) = gradient;
    let xbar: Vec<f64> = xbar.iter().flat_map(State::coordinates).collect();
    for (name, found) in [
        ("W_ih", cell.weight_ih.transpose().as_slice()),
        ("W_hh", cell.weight_hh.transpose().as_slice()),
        ("b_ih", cell.bias_ih.as_slice()),
        ("b_hh", cell.bias_hh.as_slice()),
        ("W_out", readout.weight.transpose().as_slice()),
        ("b_out", readout.bias.as_slice()),
        ("x", &xbar[..]),
        ("h0", hbar.as_slice()),
    ] {
        let error = relative_error(found, &elman(&["grads", name]));
        assert!(error < 1e-12, "{name}: {error:e}");
    }
}

/// An ODE block of the driven cell, with everything else to choose.
fn flow<S, C, A>(solver: S, control: C, adjoint: A) -> OdeBlock<Driven<Cell>, S, C, A> {
    OdeBlock { field: Driven(cell()), solver, control, adjoint }
}

/// Three steps forward and back: states, input and hidden cotangents, parameter gradient.
fn run<B>(block: &B) -> (Hidden, Vec<Input>, Hidden, B::Params)
where
    B: Block<Input = Input, Hidden = Hidden>,
{
    let mut h = h0();
    let mut records = Vec::new();
    for x in &inputs()[..3] {
        let (next, record) = block.forward(x, &h, 1.0.into()).unwrap();
        h = next;
        records.push(record);
    }
    let mut gradient = block.params().zeros_like();
    let mut hbar = h.map(|h| h.cos());
    let mut xbars = Vec::new();
    for record in records.into_iter().rev() {
        let (xbar, before) = block.backward(record, hbar, &mut gradient).unwrap();
        hbar = before;
        xbars.push(xbar);
    }
    (h, xbars, hbar, gradient)
}

#[test]
fn euler_with_step_one_is_the_residual_block_bit_for_bit() {
    let residual = run(&Residual(cell()));
    let ode = run(&flow(Euler, Fixed::step(1.0), DiscreteAdjoint::new()));
    assert_eq!(residual, ode);
}

#[test]
fn euler_step_of_the_relaxed_cell_is_the_recurrent_cell() {
    let recurrent = run(&Recurrence(cell()));
    let relaxed = run(&OdeBlock {
        field: LeakyField(cell()),
        solver: Euler,
        control: Fixed::step(1.0),
        adjoint: DiscreteAdjoint::new(),
    });
    assert!((recurrent.0 - relaxed.0).amax() < 1e-15);
    assert!((recurrent.2 - relaxed.2).amax() < 1e-15);
    let error = relative_error(&relaxed.3.coordinates(), &recurrent.3.coordinates());
    assert!(error < 1e-15, "{error:e}");
}

#[test]
fn adjoints_of_an_ode_block_agree() {
    let tight = Pid::tolerance(1e-12);
    let discrete = run(&flow(Dopri5, tight, DiscreteAdjoint::new()));
    let continuous = run(&flow(Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight)));
    let fine = run(&flow(Rk4, Fixed::steps(200), DiscreteAdjoint::new()));
    for other in [continuous, fine] {
        assert!((discrete.0 - other.0).amax() < 1e-9);
        for (a, b) in discrete.1.iter().zip(&other.1) {
            assert!((a - b).amax() < 1e-9);
        }
        assert!((discrete.2 - other.2).amax() < 1e-9);
        assert!(relative_error(&other.3.coordinates(), &discrete.3.coordinates()) < 1e-9);
    }
}

#[test]
fn fields_of_layers_have_true_pullbacks() {
    let state = (h0(), Passive(inputs()[0]));
    let report = verify::vjp(&mut Driven(cell()), 0.0, &state);
    assert!(report.passed(), "{report}");
    let report = verify::vjp(&mut LeakyField(cell()), 0.0, &state);
    assert!(report.passed(), "{report}");
    let gaps = Passive(SMatrix::<f64, 1, 3>::new(0.5, 2.0, 1.25));
    let report = verify::vjp(&mut autonomous(), 0.0, &(h0(), gaps));
    assert!(report.passed(), "{report}");
}

formula! {
    /// `tanh(W h + b)`.
    struct Flow<T> { linear: Linear<T, 4, 4> }
    fn apply(&self, h: Rows<4>) -> Rows<4> {
        self.linear.apply(h).tanh()
    }
}

/// A flow with the recurrent weights of the cell.
fn flow_alone() -> Flow<f64> {
    let Elman { weight_hh, bias_hh, .. } = cell().params();
    Flow { linear: Linear { weight: weight_hh, bias: bias_hh } }
}

type Autonomous = TimeRescaled<LayerField<Net<Flow<f64>, Static<3>>>>;

fn autonomous() -> Autonomous {
    TimeRescaled(Net::new(flow_alone()).field())
}

#[test]
fn rescaled_samples_move_by_their_own_gaps() {
    let gaps = [0.5, 2.0, 1.25];
    let block =
        OdeBlock { field: autonomous(), solver: Rk4, control: Fixed::steps(400), adjoint: DiscreteAdjoint::new() };
    let (h, _) = block.forward(&SMatrix::from(gaps.map(|gap| [gap])), &h0(), 1.0.into()).unwrap();
    for (i, gap) in gaps.into_iter().enumerate() {
        let alone: LayerField<Net<_, Static<1>>> = Net::new(flow_alone()).field();
        let start: SVector<f64, 4> = h0().column(i).into();
        let end = solve(&alone, start, 0.0..gap, Dopri5, Pid::tolerance(1e-12)).unwrap();
        assert!((h.column(i) - end.last()).amax() < 1e-9);
    }
}

/// The parameters of a sequence model, moved along a gradient, lower its loss by the predicted amount.
fn gradient_is_a_derivative<B>(mut model: Sequence<B, Readout>, x: Vec<B::Input>)
where
    B: Block<Hidden = Hidden>,
{
    let targets = sequence::<1>(&elman(&["target"]));
    let batch = SequenceBatch::new(x).gaps(vec![0.3, 1.0, 0.7, 2.0, 0.4]).outputs_from(2);
    let loss = |model: &Sequence<B, _>| {
        let unrolled = model.forward(&h0(), &batch).unwrap();
        let (loss, cotangents) = mean_squared_error(&unrolled.outputs, &targets[2..]).unwrap();
        (loss, cotangents, unrolled.record)
    };
    let (_, cotangents, record) = loss(&model);
    let mut gradient = model.params().zeros_like();
    model.backward(record, &cotangents, &mut gradient).unwrap();
    let slope = gradient.inner(&gradient);

    let (delta, params) = (1e-5, model.params());
    let mut at = |step: f64| {
        let mut moved = params.clone();
        moved.add_scaled(step, &gradient);
        model.set_params(&moved);
        loss(&model).0
    };
    let difference = (at(delta) - at(-delta)) / (2.0 * delta);
    assert!((difference - slope).abs() < 1e-7 * slope, "{difference} {slope}");
}

#[test]
fn one_sequence_model_trains_every_block() {
    let rk4 = (Rk4, Fixed::steps(3), DiscreteAdjoint::new());
    gradient_is_a_derivative(Sequence { block: Recurrence(cell()), readout: readout() }, inputs());
    gradient_is_a_derivative(Sequence { block: Residual(cell()), readout: readout() }, inputs());
    gradient_is_a_derivative(Sequence { block: flow(rk4.0, rk4.1, rk4.2), readout: readout() }, inputs());
    let tight = Pid::tolerance(1e-11);
    gradient_is_a_derivative(
        Sequence { block: flow(Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight)), readout: readout() },
        inputs(),
    );

    // ODE-RNN with gaps of every sample: flow between observations, jump at them.
    let between = OdeBlock { field: autonomous(), solver: rk4.0, control: rk4.1, adjoint: rk4.2 };
    let gaps = SMatrix::<f64, 1, 3>::new(0.5, 2.0, 1.25);
    let irregular: Vec<_> = inputs().into_iter().map(|x| (gaps, x)).collect();
    gradient_is_a_derivative(Sequence { block: (between, Recurrence(cell())), readout: readout() }, irregular);

    // ODE-RNN with the gaps of the sequence.
    let between = OdeBlock { field: autonomous().0, solver: rk4.0, control: rk4.1, adjoint: rk4.2 };
    let regular: Vec<_> = inputs().into_iter().map(|x| ((), x)).collect();
    gradient_is_a_derivative(Sequence { block: (between, Recurrence(cell())), readout: readout() }, regular);
}

#[test]
fn adam_lowers_the_loss_of_an_ode_block() {
    let mut model = Sequence { block: flow(Rk4, Fixed::steps(2), DiscreteAdjoint::new()), readout: readout() };
    let targets = sequence::<1>(&elman(&["target"]));
    let mut adam = Adam::new(0.02);
    let mut losses = Vec::new();
    for _ in 0..300 {
        let unrolled = model.forward(&h0(), &SequenceBatch::new(inputs())).unwrap();
        let (loss, cotangents) = mean_squared_error(&unrolled.outputs, &targets).unwrap();
        let mut gradient = model.params().zeros_like();
        model.backward(unrolled.record, &cotangents, &mut gradient).unwrap();
        adam.step(&mut model, &gradient).unwrap();
        losses.push(loss);
    }
    assert!(losses[299] < 0.1 * losses[0], "{} {}", losses[0], losses[299]);
}

/// `g(h, x) = h`, with a pullback that is broken.
#[derive(Debug, Clone, Copy)]
enum Broken {
    Nowhere,
    Hidden,
    Input,
    Parameter,
}

impl Parametric for Broken {
    type Params = f64;
    fn params(&self) -> f64 {
        0.0
    }
    fn set_params(&mut self, _: &f64) {}
}

impl Layer for Broken {
    type Input = (f64, f64);
    type Output = f64;
    type Trace = ();
    fn forward(&self, x: &(f64, f64)) -> f64 {
        x.0
    }
    fn forward_traced(&self, x: &(f64, f64), (): &mut ()) -> f64 {
        x.0
    }
    /// Spoils the third of five observations, whose input is 2.
    fn backward(&self, (): &mut (), x: &(f64, f64), w: &f64, bar: &mut (f64, f64), pbar: &mut f64) {
        let lost = if x.1 == 2.0 { f64::NAN } else { 0.0 };
        bar.0 += w;
        match self {
            Self::Nowhere => {}
            Self::Hidden => bar.0 += lost,
            Self::Input => bar.1 += lost,
            Self::Parameter => *pbar += lost,
        }
    }
}

#[derive(Clone, Copy)]
struct Doubled;

impl Parametric for Doubled {
    type Params = f64;
    fn params(&self) -> f64 {
        0.0
    }
    fn set_params(&mut self, _: &f64) {}
}

impl Layer for Doubled {
    type Input = f64;
    type Output = f64;
    type Trace = ();
    fn forward(&self, x: &f64) -> f64 {
        2.0 * x
    }
    fn forward_traced(&self, x: &f64, (): &mut ()) -> f64 {
        2.0 * x
    }
    fn backward(&self, (): &mut (), _: &f64, w: &f64, xbar: &mut f64, pbar: &mut f64) {
        *xbar += 2.0 * w;
        *pbar += w * 1e300;
    }
}

#[test]
fn a_sequence_returns_finite_gradients_or_an_error() {
    fn backward<B: Block<Input = f64, Hidden = f64>>(block: B, w: f64) -> Error {
        let model = Sequence { block, readout: Doubled };
        let unrolled = model.forward(&1.0, &SequenceBatch::new(vec![0.0, 1.0, 2.0, 3.0, 4.0])).unwrap();
        let mut bar = model.params().zeros_like();
        model.backward(unrolled.record, &[w; 5], &mut bar).unwrap_err()
    }
    let name = |error: Error| match error {
        Error::NonFiniteGradient { name, index, .. } | Error::InvalidEntry { name, index, .. } => (name, index),
        other => panic!("{other}"),
    };
    assert_eq!(name(backward(Recurrence(Broken::Hidden), 1.0)), ("h", 0));
    assert_eq!(name(backward(Recurrence(Broken::Input), 1.0)), ("x", 0));
    assert_eq!(name(backward(Recurrence(Broken::Parameter), 1.0)), ("params", 0));
    assert_eq!(name(backward(Residual(Broken::Input), 1.0)), ("x", 0));
    assert_eq!(name(backward(Recurrence(Broken::Hidden), f64::NAN)), ("cotangents", 0));
    assert_eq!(name(Recurrence(Broken::Nowhere).forward(&f64::NAN, &1.0, 1.0.into()).unwrap_err()), ("x", 0));
    assert_eq!(name(Residual(Broken::Nowhere).forward(&1.0, &f64::NAN, 1.0.into()).unwrap_err()), ("h", 0));
    // 2 · 1.2e308 overflows in the readout of the last observation.
    assert_eq!(name(backward(Recurrence(Broken::Hidden), 1.2e308)), ("hidden", 4));
    // One coordinate of the block comes before the coordinate of the readout.
    let model = Sequence { block: Recurrence(Broken::Nowhere), readout: Doubled };
    let unrolled = model.forward(&1.0, &SequenceBatch::new(vec![0.0; 5])).unwrap();
    let error = model.backward(unrolled.record, &[1e8; 5], &mut (0.0, 0.0)).unwrap_err();
    assert_eq!(name(error), ("params", 1));
}

/// A network writes into its output, so a solve of a batch of any size needs no evaluation to check the shape.
#[test]
fn a_network_on_batches_of_any_size_is_evaluated_once_a_stage() {
    let mut draws = rheos::train::uniform(3);
    let net: Net<Elman<f64, 2, 4>> = Net::new(Elman::uniform(&mut draws));
    let start = || (OMatrix::<f64, Const<4>, Dyn>::zeros(3), Passive(OMatrix::<f64, Const<2>, Dyn>::repeat(3, 0.5)));
    let (driven, leaky) = (Counted::new(Driven(net.clone())), Counted::new(LeakyField(net.clone())));
    solve(&driven, start(), 0.0..1.0, Rk4, Fixed::steps(3)).unwrap();
    solve(&leaky, start(), 0.0..1.0, Rk4, Fixed::steps(3)).unwrap();
    assert_eq!((driven.evaluations(), leaky.evaluations()), (12, 12));
    let field = Counted::new(Net::<Linear<f64, 4, 4>>::new(Linear::uniform(&mut draws)).field());
    solve(&field, start().0, 0.0..1.0, Rk4, Fixed::steps(3)).unwrap();
    assert_eq!(field.evaluations(), 12);

    // Batches that do not fit each other are still refused.
    let start = (OMatrix::<f64, Const<4>, Dyn>::zeros(3), Passive(OMatrix::<f64, Const<2>, Dyn>::zeros(5)));
    let refused = solve(&Driven(net), start, 0.0..1.0, Rk4, Fixed::steps(3)).unwrap_err();
    assert!(matches!(refused.error, Error::SampleMismatch { .. }), "{refused}");
}
