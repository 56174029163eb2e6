//! Models of continuous time made of cells and flows: they run, and their gradients are derivatives.

use rheos::formula::{Dynamic, Parameters, Rows, Structure};
use rheos::nn::{
    Antisymmetric, Block, CoRnn, Ctrnn, Elman, Gru, GruOde, Hidden, IrregularOdeBlock, Lem, Lstm, Ltc, Mlp, Net,
    OdeBlock, OnOutput, Recurrence, Sequence, SequenceBatch, Stacked, Unicornn, ZeroSamples,
};
use rheos::solver::symplectic::SymplecticEuler;
use rheos::state::Passive;
use rheos::train::uniform;
use rheos::{
    BacksolveAdjoint, Differentiable, DiscreteAdjoint, Dopri5, Fixed, Parametric, Pid, ReversibleAdjoint, Rk4, State,
    formula, verify,
};

use super::support::{Batch, Same, drawn};
use crate::common::frozen_grid::derivative_within;

const SAMPLES: usize = 3;
const TIMES: usize = 4;

formula! {
    /// `tanh(W₂ tanh(W₁ h + b₁) + b₂)`.
    struct Free<T> { net: Mlp<T, 3, 5, 3> }
    fn apply(&self, h: Rows<3>) -> Rows<3> {
        self.net.apply(h).tanh()
    }
}

fn free() -> Net<Free<f64>> {
    let mut draw = uniform(5);
    Net::new(Free::draw(&mut || 2.0 * draw() - 1.0))
}

fn x<const N: usize>() -> Batch<N> {
    Batch::zeros(SAMPLES)
}

/// A batch with lengths and gaps, changed as a model needs it.
type Change<X> = fn(SequenceBatch<X>) -> SequenceBatch<X>;

fn of_samples<X>(batch: SequenceBatch<X>) -> SequenceBatch<X> {
    let gaps = [[0.3, 1.0, 0.2], [0.7, 0.4, 2.0], [1.5, 0.1, 0.6], [0.2, 0.9, 0.3]];
    batch.gaps_of_samples(gaps.map(|gaps| gaps.to_vec()).to_vec()).lengths(vec![4, 2, 3])
}

fn common<X>(batch: SequenceBatch<X>) -> SequenceBatch<X> {
    batch.gaps(vec![0.3, 1.2, 0.5, 0.8]).lengths(vec![4, 2, 3])
}

/// `y + s · along`.
fn moved<Y: State>(y: &Y, s: f64, along: &Y) -> Y {
    let mut y = y.clone();
    y.add_scaled(s, along);
    y
}

/// The slope of a loss along one direction in parameters, inputs and initial state, against differences.
fn gradient_is_a_derivative<B>(block: B, x: &B::Input, change: Change<B::Input>, tolerance: f64)
where
    B: Block<Hidden: ZeroSamples + Hidden<Output = Batch<3>>>,
{
    let model = Sequence { block, readout: Same::net::<Dynamic>() };
    let (h0, params) = (drawn(&model.start(SAMPLES), 1), model.params());
    let inputs: Vec<B::Input> = (0..TIMES as u64).map(|step| drawn(x, 10 + step)).collect();
    let w: Vec<Batch<3>> = (0..TIMES as u64).map(|step| drawn(h0.output(), 20 + step)).collect();

    let run = model.forward(&h0, &change(SequenceBatch::new(inputs.clone()))).unwrap();
    let mut params_bar = params.zeros_like();
    let (inputs_bar, h0_bar) = model.backward(run.record, &w, &mut params_bar).unwrap();

    let (along_h, along_params) = (drawn(&h0, 30), drawn(&params, 31));
    let along_inputs: Vec<B::Input> = (0..TIMES as u64).map(|step| drawn(x, 40 + step)).collect();
    let slope = params_bar.inner(&along_params)
        + h0_bar.inner(&along_h)
        + inputs_bar.iter().zip(&along_inputs).map(|(bar, along)| bar.inner(along)).sum::<f64>();

    let model = std::cell::RefCell::new(model);
    let loss = |s: f64| {
        let mut model = model.borrow_mut();
        model.set_params(&moved(&params, s, &along_params));
        let inputs = inputs.iter().zip(&along_inputs).map(|(x, along)| moved(x, s, along)).collect();
        let (outputs, _) = model.predict(&moved(&h0, s, &along_h), &change(SequenceBatch::new(inputs))).unwrap();
        outputs.iter().zip(&w).map(|(y, w)| y.inner(w)).sum::<f64>()
    };
    let expected = derivative_within(0.01, 3, loss);
    let error = (slope - expected).abs() / expected.abs();
    assert!(error < tolerance, "{}: {slope} {expected} {error:e}", std::any::type_name::<B>());
}

const RK4: (Rk4, Fixed, DiscreteAdjoint) = (Rk4, Fixed::steps(3), DiscreteAdjoint::new());

#[test]
fn ode_rnn() {
    let gru: Net<Gru<f64, 2, 3>> = Net::new(Gru::uniform(&mut uniform(1)));
    let flow = OdeBlock::new(free().field(), RK4.0, RK4.1, RK4.2);
    gradient_is_a_derivative((flow, Recurrence(gru.clone())), &((), x::<2>()), common, 1e-9);
    let flow = IrregularOdeBlock::new(free().field(), RK4.0, RK4.1, RK4.2);
    gradient_is_a_derivative((flow, Recurrence(gru.clone())), &((), x::<2>()), of_samples, 1e-9);
    // The adjoint equation, solved with this tolerance.
    let tight = Pid::tolerance(1e-11);
    let flow = IrregularOdeBlock::new(free().field(), Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight));
    gradient_is_a_derivative((flow, Recurrence(gru)), &((), x::<2>()), of_samples, 1e-7);
}

#[test]
fn ode_lstm() {
    let lstm: Net<Lstm<f64, 2, 3>> = Net::new(Lstm::uniform(&mut uniform(2)));
    let flow = OnOutput::new(OdeBlock::new(free().field(), RK4.0, RK4.1, RK4.2));
    gradient_is_a_derivative((flow, Recurrence(lstm.clone())), &((), x::<2>()), common, 1e-9);
    let flow = || OnOutput::new(IrregularOdeBlock::new(free().field(), RK4.0, RK4.1, RK4.2));
    gradient_is_a_derivative((flow(), Recurrence(lstm.clone())), &((), x::<2>()), of_samples, 1e-9);
    // The flow after the observation.
    gradient_is_a_derivative((Recurrence(lstm), flow()), &(x::<2>(), ()), of_samples, 1e-9);
}

#[test]
fn gru_ode() {
    let cell: Net<GruOde<f64, 2, 3>> = Net::new(GruOde::uniform(&mut uniform(3)));
    gradient_is_a_derivative(OdeBlock::new(cell.flow(), RK4.0, RK4.1, RK4.2), &x::<2>(), common, 1e-9);
    gradient_is_a_derivative(IrregularOdeBlock::new(cell.flow(), RK4.0, RK4.1, RK4.2), &x::<2>(), of_samples, 1e-9);
}

/// Layers of different kinds, in discrete and in continuous time.
#[test]
fn stacks_of_flows_and_cells() {
    let lem: Net<Lem<f64, 2, 4>> = Net::new(Lem::uniform(&mut uniform(4)));
    let ltc: Net<Ltc<f64, 4, 3>> = Net::new(Ltc::uniform(&mut uniform(5)));
    let flow = IrregularOdeBlock::new(ltc.flow(), RK4.0, RK4.1, RK4.2);
    gradient_is_a_derivative(Stacked(Recurrence(lem), flow), &x::<2>(), of_samples, 1e-9);
}

/// Oscillators that run backwards, stacked on others.
#[test]
fn stacks_of_reversible_oscillators() {
    let mut draw = uniform(6);
    let first: Net<Unicornn<f64, 2, 4>> = Net::new(Unicornn::uniform(&mut draw).frequency(2.0));
    let second: Net<Unicornn<f64, 4, 3>> = Net::new(Unicornn::uniform(&mut draw).frequency(2.0));
    let (fixed, adjoint) = (Fixed::steps(2), ReversibleAdjoint::new());
    let stack = Stacked(
        OdeBlock::new(first.separable_flow().unwrap(), SymplecticEuler, fixed, adjoint),
        OdeBlock::new(second.separable_flow().unwrap(), SymplecticEuler, fixed, adjoint),
    );
    gradient_is_a_derivative(stack, &x::<2>(), common, 1e-9);
}

/// Every field of a cell has a true pullback.
#[test]
fn fields_of_cells_have_true_pullbacks() {
    fn check<F: Differentiable<Params: Parameters>>(mut field: F, y: &F::State) {
        let report = verify::vjp(&mut field, 0.0, &drawn(y, 1));
        assert!(report.passed(), "{}: {report}", std::any::type_name::<F>());
    }
    let mut draw = uniform(7);
    let one = (x::<3>(), Passive(x::<2>()));
    check(Net::<_>::new(Elman::<f64, 2, 3>::uniform(&mut draw)).flow(), &one);
    check(Net::<_>::new(Gru::<f64, 2, 3>::uniform(&mut draw)).flow(), &one);
    check(Net::<_>::new(GruOde::<f64, 2, 3>::uniform(&mut draw)).flow(), &one);
    check(Net::<_>::new(Ctrnn::<f64, 2, 3>::uniform(&mut draw)).flow(), &one);
    check(Net::<_>::new(Antisymmetric::<f64, 2, 3>::uniform(&mut draw)).flow(), &one);
    check(Net::<_>::new(Ltc::<f64, 2, 3>::uniform(&mut draw)).flow(), &one);
    let two = ((x::<3>(), x::<3>()), Passive(x::<2>()));
    check(Net::<_>::new(CoRnn::<f64, 2, 3>::uniform(&mut draw)).flow(), &two);
    check(Net::<_>::new(Lem::<f64, 2, 3>::uniform(&mut draw)).flow(), &two);
    let unicornn: Net<_> = Net::new(Unicornn::<f64, 2, 3>::uniform(&mut draw));
    check(unicornn.flow(), &two);
    check(unicornn.separable_flow().unwrap(), &((x::<3>(), Passive(x::<2>())), x::<3>()));
}
