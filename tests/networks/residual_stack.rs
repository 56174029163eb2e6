//! Residual networks with weights of their own in every block.

use nalgebra::vector;
use rheos::adjoint::Checkpoints;
use rheos::dynamics::{Counted, PiecewiseConstant, PiecewiseLinear};
use rheos::formula;
use rheos::formula::{Bias, Rows, Static, Structure};
use rheos::nn::{
    BatchMatrix, Block, LayerField, Linear, Mlp, Net, OdeBlock, Refine, ResidualStack, Sequence, SequenceBatch,
};
use rheos::{
    Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Error, Euler, Fixed, Ivp, Parametric, Pid, State, solve,
};

type Batch = BatchMatrix<f64, 2>;
type Stack = ResidualStack<LayerField<Net<Mlp<f64, 2, 3, 2>>>>;

/// Three blocks of `W₂ tanh(W₁ z + b₁) + b₂` with three units, and `h = 0.4`.
fn stack() -> Stack {
    let block = |k: usize| {
        let mut entries = (0..).map(|i| (((7 * i + 3 * k) % 11) as f64 - 5.0) / 10.0);
        Net::dynamic(Mlp::draw(&mut || entries.next().unwrap())).field()
    };
    ResidualStack::new((0..3).map(block).collect(), 0.4).unwrap()
}

fn start() -> Batch {
    Batch::from_column_slice(&[0.3, -0.8, 1.1, 0.4])
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 4e-15, "{found} {expected}");
    }
}

/// PyTorch in double precision, with the entries of [`stack`] in column-major order:
///
/// ```python
/// for W1, b1, W2, b2 in blocks:
///     z = z + 0.4 * (torch.tanh(z @ W1.T + b1) @ W2.T + b2)
/// (z * w).sum().backward()
/// ```
#[test]
fn values_and_gradients_are_those_of_pytorch() {
    let (stack, z) = (stack(), start());
    let (end, record) = stack.forward(&(), &z, 1.0.into()).unwrap();
    assert_close(end.as_slice(), &[0.38275273585315367, -0.80450060168183, 1.2805514961646352, 0.49019974739445504]);
    let mut gradient = stack.params().zeros_like();
    let w = Batch::from_column_slice(&[1.0, -2.0, 0.5, 0.25]);
    let ((), zbar) = stack.backward(record, w, &mut gradient).unwrap();
    let expected = [0.73193787922533, -1.9508443183275697, 0.488180883209729, 0.2985777266145728];
    assert_close(zbar.as_slice(), &expected);
    assert_close(&gradient.coordinates(), GRADIENT.as_flattened());

    let mut advanced = z;
    stack.advance(&(), &mut advanced, 7.0.into()).unwrap();
    assert_eq!(advanced, end, "without a record, over another gap");
}

#[rustfmt::skip]
const GRADIENT: [[f64; 17]; 3] = [
    [
        0.11069457935081724, -0.1851838489094919, -0.13160841603218887, -0.12063713925437153, 0.2327957978228436,
        0.3791826330804788, 0.2293432066244779, -0.40845725694966517, -0.46127620570300965, -0.03657152582814843,
        0.13352750806706237, 0.04774622786447003, 0.04593817150836327, -0.2024481609000081, 0.1148061496169432,
        0.5296906303986517, -0.7457901324164689,
    ],
    [
        -0.1785570745682879, -0.1597611526438425, 0.08465061107525827, 0.3174401113466292, 0.4636053123952633,
        -0.27331684277674667, -0.3944232847570713, -0.4773116305007929, 0.27207741847081124, -0.1901576089218489,
        0.08463005059100943, 0.18589950786396015, 0.005569136362309476, -0.021558067419659252, 0.055467815146539104,
        0.5827159969794121, -0.7167510657071905,
    ],
    [
        -0.24001341831486853, 0.13168489236956868, 0.1422415591334069, 0.45665141222815075, -0.2467630536017142,
        -0.1375473919961474, -0.46895283612473004, 0.2550949789355921, 0.2005344243542021, -0.0114933656367237,
        0.041257682713170395, -0.26287458900558247, 0.14124054203018965, 0.1865416337316585, -0.03354035892186316,
        0.6000000000000001, -0.7000000000000001,
    ],
];

/// The blocks read the input and the time `k h`: `h₃ = h₀ + h Σ (a_k x + b_k k h)`.
#[test]
fn blocks_with_an_input_accumulate_its_cotangent() {
    formula! {
        struct Push<T> { gain: Bias<T, 1> }
        fn apply(&self, _h: Rows<1>, x: Rows<1>) -> Rows<1> {
            x * &self.gain
        }
    }
    let gains = [1.0, 2.0, 4.0];
    let block = |&gain: &f64| Net::<Push<f64>, Static<1>>::new(Push { gain: Bias(vector![gain]) }).driven();
    let stack = ResidualStack::new(gains.iter().map(block).collect(), 0.5).unwrap();
    let (end, record) = stack.forward(&vector![3.0], &vector![1.0], 1.0.into()).unwrap();
    assert_eq!(end, vector![1.0 + 0.5 * 7.0 * 3.0]);
    let mut gradient = stack.params().zeros_like();
    let (xbar, hbar) = stack.backward(record, vector![2.0], &mut gradient).unwrap();
    assert_eq!((xbar, hbar), (vector![7.0], vector![2.0]));
    assert_eq!(gradient.coordinates(), [3.0; 3]);
}

formula! {
    /// `dz/dt = a z + t`.
    struct Line<T> { rate: Bias<T, 1> }
    fn apply(&self, z: Rows<1>, t: Rows<1>) -> Rows<1> {
        z * &self.rate + t
    }
}

fn line(rate: f64) -> rheos::nn::TimeField<Net<Line<f64>, Static<1>>> {
    Net::new(Line { rate: Bias(vector![rate]) }).timed()
}

#[test]
fn a_block_reads_its_time() {
    let stack = ResidualStack::new([0.0; 3].map(line).into(), 0.5).unwrap();
    let (end, _) = stack.forward(&(), &vector![0.0], 1.0.into()).unwrap();
    assert_eq!(end, vector![0.5 * (0.0 + 0.5 + 1.0)]);
}

/// `z ← (1 + h a_k) z`, so the updates are `h |a_k|`, in any unit of the state.
#[test]
fn relative_updates_do_not_depend_on_units() {
    let rates = [1.0, -2.0, 0.0];
    let block = |&rate: &f64| {
        let mut entries = [rate, 0.0, 0.0, rate, 0.0, 0.0].into_iter();
        Net::<Linear<f64, 2, 2>>::dynamic(Structure::draw(&mut || entries.next().unwrap())).field()
    };
    let stack = ResidualStack::new(rates.iter().map(block).collect(), -0.25).unwrap();
    // Squares of the last two units are 0 and infinite.
    for unit in [1.0, 2.0_f64.powi(-400), 2.0_f64.powi(400), 2.0_f64.powi(-900), 2.0_f64.powi(900)] {
        assert_eq!(stack.relative_updates(&(), &(start() * unit)).unwrap(), [0.25, 0.5, 0.0]);
    }
    assert_eq!(stack.relative_updates(&(), &Batch::zeros(2)).unwrap(), [0.0; 3]);
}

#[test]
fn lesions_keep_the_step() {
    let stack = stack();
    let shorter = stack.without(1).unwrap();
    assert_eq!((shorter.blocks().len(), shorter.step()), (2, 0.4));
    assert!(shorter == stack.reordered(&[0, 2]).unwrap() && shorter != stack.without(0).unwrap());
    for k in [3, usize::MAX] {
        assert!(matches!(stack.without(k), Err(Error::InvalidArgument { name: "k", .. })));
    }
    let refused = stack.reordered(&[0, 5, 1]).unwrap_err();
    let expected = "the index of a block";
    assert_eq!(refused, Error::InvalidEntry { name: "order", index: 1, value: 5.0, expected });
    let one = stack.reordered(&[2]).unwrap();
    assert!(matches!(one.without(0), Err(Error::InvalidArgument { name: "blocks", .. })));
}

#[test]
fn bad_arguments_are_refused() {
    let blocks = stack().blocks().to_vec();
    let none = ResidualStack::new(blocks[..0].to_vec(), 0.1).unwrap_err();
    assert_eq!(none, Error::InvalidArgument { name: "blocks", value: 0.0, expected: "at least 1" });
    for step in [0.0, f64::NAN, f64::INFINITY] {
        let refused = ResidualStack::new(blocks.clone(), step);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "step", .. })), "{step}");
    }

    let (mut stack, z) = (stack(), start());
    let bad = Batch::from_column_slice(&[0.3, f64::NAN]);
    assert!(matches!(stack.forward(&(), &bad, 1.0.into()), Err(Error::InvalidEntry { name: "h", index: 1, .. })));
    let forward = |stack: &Stack| stack.forward(&(), &z, 1.0.into());
    let record = || forward(&stack).unwrap().1;
    let mut gradient = stack.params().zeros_like();
    let refused = stack.backward(record(), Batch::zeros(3), &mut gradient).unwrap_err();
    assert_eq!(refused, Error::LengthMismatch { name: "hbar", found: 6, expected: 4 });
    let refused = stack.backward(record(), Batch::repeat(2, f64::NAN), &mut gradient).unwrap_err();
    assert!(matches!(refused, Error::InvalidEntry { name: "hbar", .. }), "{refused}");
    let refused = stack.backward(record(), z.clone(), &mut gradient[..2].to_vec()).unwrap_err();
    assert!(matches!(refused, Error::LengthMismatch { name: "pbar", .. }), "{refused}");
    let refused = stack.without(0).unwrap().backward(record(), z.clone(), &mut gradient).unwrap_err();
    assert_eq!(refused, Error::LengthMismatch { name: "record", found: 3, expected: 2 });

    // Parameters of another number of blocks.
    let params = stack.params();
    stack.set_params(&params[..2].to_vec());
    let expected = Error::LengthMismatch { name: "params", found: 2, expected: 3 };
    assert_eq!(forward(&stack).err(), Some(expected.clone()));
    assert_eq!(stack.advance(&(), &mut z.clone(), 1.0.into()), Err(expected));
    stack.set_params(&params);
    assert!(forward(&stack).is_ok());
}

/// The error tells the block by its time.
#[test]
fn a_block_that_overflows_is_named() {
    let stack = ResidualStack::new([1.0, 1e308, 1.0].map(line).into(), 0.5).unwrap();
    let found = stack.forward(&(), &vector![100.0], 1.0.into()).unwrap_err();
    assert_eq!(found, Error::NonFinite { t: 0.5, h: 0.5 });
    let found = stack.relative_updates(&(), &vector![100.0]).unwrap_err();
    assert_eq!(found, Error::NonFinite { t: 0.5, h: 0.5 });
}

/// `z' = z + t` has `z(1) = 2 e − 2` from 1: the error of Euler's method halves with the step.
#[test]
fn refined_stacks_converge_to_the_flow() {
    let mut stack = ResidualStack::new([1.0; 8].map(line).into(), 0.125).unwrap();
    let mut errors = Vec::new();
    for _ in 0..4 {
        let (end, _) = stack.forward(&(), &vector![1.0], 1.0.into()).unwrap();
        errors.push((end[0] - (2.0 * 1.0_f64.exp() - 2.0)).abs());
        stack = stack.refined().unwrap();
    }
    for pair in errors.windows(2) {
        let order = (pair[0] / pair[1]).log2();
        assert!((0.9..1.1).contains(&order), "{errors:?}");
    }
}

#[test]
fn a_restriction_averages_pairs_and_undoes_a_prolongation() {
    let stack = stack();
    assert!(stack.refined().unwrap().coarsened().unwrap() == stack);
    let odd = stack.coarsened().unwrap_err();
    assert_eq!(odd, Error::InvalidArgument { name: "blocks", value: 3.0, expected: "an even number" });
    let coarse = ResidualStack::new([1.0, 2.0, -1.0, 5.0].map(line).into(), 0.5).unwrap().coarsened().unwrap();
    assert_eq!((coarse.params().coordinates(), coarse.step(), coarse.depth()), (vec![1.5, 2.0], 1.0, 2.0));
}

/// Near a smooth flow, the prediction of the refined gradient has the error of the step.
#[test]
fn a_refined_gradient_predicts_the_gradient_of_the_refined_stack() {
    let rates: Vec<f64> = (0..32).map(|k| (f64::from(k) / 31.0).sin()).collect();
    let stack = ResidualStack::new(rates.into_iter().map(line).collect(), 1.0 / 32.0).unwrap();
    let gradient = |stack: &ResidualStack<_>| {
        let (_, record) = stack.forward(&(), &vector![1.0], 1.0.into()).unwrap();
        let mut gradient = stack.params().zeros_like();
        stack.backward(record, vector![1.0], &mut gradient).unwrap();
        gradient
    };
    let predicted = stack.refined_gradient(&gradient(&stack)).unwrap().coordinates();
    for (found, predicted) in gradient(&stack.refined().unwrap()).coordinates().iter().zip(predicted) {
        assert!((found / predicted - 1.0).abs() < 2.0 / 32.0, "{found} {predicted}");
    }
    let refused = stack.refined_gradient(&gradient(&stack)[..3].to_vec());
    assert_eq!(refused.err(), Some(Error::LengthMismatch { name: "gradient", found: 3, expected: 32 }));
}

/// A stack is the block of a sequence model: here two observations, each with two updates `h += (a x) / 2`.
#[test]
fn a_stack_reads_sequences() {
    let block = |gain: f64| {
        let mut entries = [gain, 0.0, 0.0, 0.0].into_iter();
        let cell = Linear::<f64, 1, 1>::draw(&mut || entries.next().unwrap());
        Net::dynamic(OfInput { linear: cell }).driven()
    };
    formula! {
        struct OfInput<T> { linear: Linear<T, 1, 1> }
        fn apply(&self, _h: Rows<1>, x: Rows<1>) -> Rows<1> {
            self.linear.apply(x)
        }
    }
    let block = ResidualStack::new([2.0, 4.0].map(block).into(), 0.5).unwrap();
    let model = Sequence { block, readout: Net::dynamic(Linear::<f64, 1, 1>::draw(&mut || 1.0)) };
    let inputs = [1.0, 10.0].map(|x| BatchMatrix::<f64, 1>::repeat(1, x));
    let (outputs, hidden) = model.predict(&model.start(1), &SequenceBatch::new(inputs.into())).unwrap();
    assert_eq!((hidden[0], outputs[0][0], outputs[1][0]), (33.0, 4.0, 34.0));
}

/// Euler's method over the flow is the network, with every kind of memory.
#[test]
fn the_flow_of_a_stack_is_the_stack() {
    let (stack, z, w) = (stack(), start(), Batch::from_column_slice(&[1.0, -2.0, 0.5, 0.25]));
    let (expected_end, record) = stack.forward(&(), &z, 1.0.into()).unwrap();
    let mut expected = stack.params().zeros_like();
    let ((), expected_zbar) = stack.backward(record, w.clone(), &mut expected).unwrap();
    for rule in [Checkpoints::All, Checkpoints::Slots(1), Checkpoints::Every(2)] {
        let adjoint = DiscreteAdjoint::new().checkpoints(rule);
        let flow = OdeBlock::new(stack.flow().unwrap(), Euler, Fixed::steps(1), adjoint);
        let (end, record) = flow.forward(&(), &z, stack.depth().into()).unwrap();
        let mut found = stack.params().zeros_like();
        let ((), zbar) = flow.backward(record, w.clone(), &mut found).unwrap();
        assert_close(end.as_slice(), expected_end.as_slice());
        assert_close(zbar.as_slice(), expected_zbar.as_slice());
        assert_close(&found.coordinates(), &expected.coordinates());
    }
    let backwards = ResidualStack::new(stack.blocks().to_vec(), -0.4).unwrap();
    assert!(matches!(backwards.flow(), Err(Error::InvalidArgument { name: "t1", .. })));
}

/// The prolongation keeps `θ(t)`: an accurate solve does not see it, and the restriction undoes it.
#[test]
fn prolongations_keep_the_weights_as_functions_of_time() {
    fn check<F: Refine + Dynamics<State = V> + Clone + PartialEq + std::fmt::Debug>(field: &F, intervals: usize) {
        let end = |field: &F| solve(field, vector![0.7], 0.0..2.0, Dopri5, Pid::tolerance(1e-12)).unwrap().last()[0];
        let fine = field.refined().unwrap();
        assert_eq!((field.resolution().unwrap(), fine.resolution().unwrap()), (intervals, 2 * intervals));
        // Many times the tolerance, far below the effect of another θ(t).
        assert!((end(field) - end(&fine)).abs() < 1e-10);
        let back = fine.coarsened().unwrap();
        assert!((end(field) - end(&back)).abs() < 1e-15);
        assert_eq!(field.params().coordinates(), back.params().coordinates());
    }
    type V = nalgebra::SMatrix<f64, 1, 1>;
    let knots = vec![0.0, 0.5, 1.25, 2.0];
    let constant = PiecewiseConstant::with_knots([1.0, -2.0, 0.5].map(line).into(), knots.clone()).unwrap();
    check(&constant, 3);
    let linear = PiecewiseLinear::with_knots([1.0, -2.0, 0.5, 1.0].map(line).into(), knots).unwrap();
    check(&linear, 3);
    assert_eq!(linear.refined().unwrap().nodes()[3].coordinates(), [-0.75]);
    let [constant, linear] = [constant.coarsened().err(), linear.coarsened().err()];
    let expected = "an even number";
    assert_eq!(constant, Some(Error::InvalidArgument { name: "pieces", value: 3.0, expected }));
    assert_eq!(linear, Some(Error::InvalidArgument { name: "nodes", value: 4.0, expected: "an odd number" }));
}

/// The predicted gradients of many pieces are close to the gradients of the refined field.
#[test]
fn gradients_of_fields_with_weights_in_time_are_predicted() {
    let rates = |n: usize| (0..n).map(|k| line((k as f64 / 15.0).sin())).collect::<Vec<_>>();
    fn check<F: Refine + Differentiable<State = nalgebra::SMatrix<f64, 1, 1>>>(
        field: &F,
        inner: std::ops::Range<usize>,
    ) {
        let gradient = |field: &F| {
            let ivp = Ivp::new(field, vector![1.0], 0.0..1.0);
            let run = ivp.forward(Dopri5, Pid::tolerance(1e-8), DiscreteAdjoint::new()).unwrap();
            run.backward(&[vector![1.0]]).unwrap().params
        };
        let predicted = field.refined_gradient(&gradient(field)).unwrap().coordinates();
        let found = gradient(&field.refined().unwrap()).coordinates();
        for k in inner {
            assert!((found[k] / predicted[k] - 1.0).abs() < 0.1, "{k}: {} {}", found[k], predicted[k]);
        }
    }
    check(&PiecewiseConstant::new(rates(16), 0.0..1.0).unwrap(), 0..32);
    // The nodes at the ends, and their new neighbours, belong to shorter parts of the time.
    check(&PiecewiseLinear::new(rates(17), 0.0..1.0).unwrap(), 2..31);
}

/// Values and gradients are the same bit for bit, however few states are stored. The schedule determines the evaluations.
#[test]
fn checkpoints_change_nothing_but_the_cost() {
    let mut rng = rheos::train::uniform(5);
    let block = |_| Counted::new(Net::<Mlp<f64, 2, 3, 2>>::dynamic(Mlp::uniform(&mut rng)).field());
    let stack = ResidualStack::new((0..11).map(block).collect(), 0.3).unwrap();
    let gradient = |stack: &ResidualStack<Counted<_>>| {
        let count = || stack.blocks().iter().map(Counted::evaluations).sum::<u64>();
        let before = count();
        let (end, record) = stack.forward(&(), &start(), 1.0.into()).unwrap();
        let between = count();
        let mut gradient = stack.params().zeros_like();
        let ((), zbar) = stack.backward(record, end.clone(), &mut gradient).unwrap();
        assert_eq!(between - before, 11);
        ((end, zbar, gradient), count() - between)
    };
    let (expected, evaluations) = gradient(&stack);
    assert_eq!(evaluations, 0);
    // Every block once for its activations, and the recomputed ones: of 11 blocks, binomial schedules recompute
    // Σ = 55 with one slot, and 10 with ten or more but the last.
    let cases = [
        (Checkpoints::All, 11),
        (Checkpoints::Every(1), 11),
        (Checkpoints::Every(4), 11),
        (Checkpoints::Every(50), 11),
        (Checkpoints::Slots(1), 11 + 55),
        (Checkpoints::Slots(11), 11),
        (Checkpoints::Slots(100), 11),
    ];
    for (rule, evaluations) in cases {
        assert_eq!(gradient(&stack.clone().checkpoints(rule)), (expected.clone(), evaluations), "{rule:?}");
    }
    let costs: Vec<u64> = (2..12)
        .map(|slots| {
            let (found, cost) = gradient(&stack.clone().checkpoints(Checkpoints::Slots(slots)));
            assert_eq!(found, expected, "{slots} slots");
            cost
        })
        .collect();
    assert!(costs.is_sorted_by(|a, b| a >= b) && costs[0] < 11 + 30, "{costs:?}");

    for rule in [Checkpoints::Every(0), Checkpoints::Slots(0)] {
        let refused = stack.clone().checkpoints(rule).forward(&(), &start(), 1.0.into()).err();
        assert_eq!(refused, Some(Error::InvalidArgument { name: "checkpoints", value: 0.0, expected: "at least 1" }));
    }
    // They stay with the network.
    let lean = stack.checkpoints(Checkpoints::Slots(2));
    assert_eq!(gradient(&lean.refined().unwrap().coarsened().unwrap()).1, costs[0]);
}
