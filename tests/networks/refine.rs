//! Prolongation and restriction with numbers that are not trained, intervals of any length, and refused parameters.

use nalgebra::vector;
use rheos::dynamics::{PiecewiseConstant, PiecewiseLinear};
use rheos::formula;
use rheos::formula::{Bias, Constant, Rows, Static, Structure, Weight};
use rheos::nn::{
    Block, Encoded, Gap, IrregularOdeBlock, LayerField, Linear, Net, OdeBlock, Recurrence, Refine, ResidualStack,
};
use rheos::{DiscreteAdjoint, Dopri5, Dynamics, Error, Euler, Fixed, Ivp, Parametric, Pid};

formula! {
    /// `α W x` with a fixed factor `α`.
    pub struct Scaled<T> { pub weight: Weight<T, 1, 1>, pub alpha: Constant<T> }
    fn apply(&self, x: Rows<1>) -> Rows<1> {
        self.alpha.times(&self.weight * x)
    }
}

type Field = LayerField<Net<Scaled<f64>, Static<1>>>;

fn scaled(weight: f64, alpha: f64) -> Field {
    let mut entries = [weight, alpha].into_iter();
    Net::new(Scaled::draw(&mut || entries.next().unwrap())).field()
}

fn slope(field: &impl Dynamics<State = nalgebra::SMatrix<f64, 1, 1>>, t: f64) -> f64 {
    let mut slope = vector![0.0];
    field.eval(t, &vector![1.0], &mut slope);
    slope[0]
}

/// Each node has its own frozen number, the last one too.
#[test]
fn frozen_numbers_belong_to_their_nodes() {
    let nodes = vec![scaled(1.0, 1.0), scaled(2.0, 10.0), scaled(3.0, 100.0)];
    let field = PiecewiseLinear::new(nodes.clone(), 0.0..2.0).unwrap();
    let fine = field.refined().unwrap();
    // The weight in the middle of the last interval is 2.5, and its factor the one of the node before it.
    for (t, expected) in [(-1.0, 1.0), (0.0, 1.0), (0.5, 1.5), (1.0, 20.0), (1.5, 25.0), (2.0, 300.0), (9.0, 300.0)] {
        assert_eq!((slope(&field, t), slope(&fine, t)), (expected, expected), "{t}");
    }
    assert_eq!(fine.coarsened().unwrap(), field);

    let stack = ResidualStack::new(nodes[..2].to_vec(), 0.5).unwrap();
    assert_eq!(stack.refined().unwrap().coarsened().unwrap(), stack);
    // The mean of the weights, with the factor of the first block.
    assert_eq!(stack.coarsened().unwrap().blocks(), [scaled(1.5, 1.0)]);
}

/// `z' = b(t)` with interpolated `b`: the derivative of `z(1)` with respect to a node is half the length of its intervals, in
/// closed form. The prediction is exact at nodes of any distance, the ends included.
#[test]
fn predicted_gradients_of_nodes_know_the_lengths_of_their_intervals() {
    let drift = || Net::<Linear<f64, 1, 1>, Static<1>>::new(Linear::zeros()).field();
    for (knots, expected) in [
        (vec![0.0, 1.0], vec![0.25, 0.5, 0.25]),
        (vec![0.0, 0.5, 1.0], vec![0.125, 0.25, 0.25, 0.25, 0.125]),
        (vec![0.0, 0.1, 1.0], vec![0.025, 0.05, 0.25, 0.45, 0.225]),
    ] {
        let field = PiecewiseLinear::with_knots(knots.iter().map(|_| drift()).collect(), knots.clone()).unwrap();
        let gradient = |field: &PiecewiseLinear<_>| {
            let ivp = Ivp::new(field, vector![1.0], 0.0..1.0);
            let run = ivp.forward(Dopri5, Pid::tolerance(1e-10), DiscreteAdjoint::new()).unwrap();
            run.backward(&[vector![1.0]]).unwrap().params
        };
        let predicted = field.refined_gradient(&gradient(&field)).unwrap();
        let found = gradient(&field.refined().unwrap());
        for ((predicted, found), expected) in predicted.iter().zip(&found).zip(expected) {
            // Some roundings of numbers below 1; a solve ends a rounding error before each knot.
            assert!((predicted.bias[0] - expected).abs() < 1e-14, "{knots:?}: {} {expected}", predicted.bias[0]);
            assert!((found.bias[0] - expected).abs() < 1e-14, "{knots:?}: {} {expected}", found.bias[0]);
        }
    }
    // Times whose sums overflow.
    let knots = vec![-1.7e308, 0.0, 1.7e308];
    let field = PiecewiseLinear::with_knots(vec![drift(); 3], knots).unwrap();
    let ones = field.params().into_iter().map(|mut node| {
        node.bias[0] = 1.0;
        node
    });
    let predicted = field.refined_gradient(&ones.collect()).unwrap();
    let predicted: Vec<f64> = predicted.iter().map(|node| node.bias[0]).collect();
    assert_eq!(predicted, [0.5, 0.75, 0.5, 0.75, 0.5]);
}

/// No model made from one that refused its parameters forgets the refusal.
#[test]
fn refused_parameters_are_not_refined() {
    fn check<M: Refine + std::fmt::Debug>(mut model: M, wrong: M::Params, expected: Error) {
        model.set_params(&wrong);
        assert_eq!(model.refined().err(), Some(expected.clone()));
        assert_eq!(model.coarsened().err(), Some(expected));
    }
    let mismatch = |found, expected| Error::LengthMismatch { name: "params", found, expected };
    let blocks = vec![scaled(1.0, 1.0); 2];
    let params: Vec<_> = blocks.iter().map(Parametric::params).collect();
    let mut stack = ResidualStack::new(blocks.clone(), 0.5).unwrap();
    check(stack.clone(), params[..1].to_vec(), mismatch(1, 2));
    check(PiecewiseConstant::new(blocks.clone(), 0.0..1.0).unwrap(), params[..1].to_vec(), mismatch(1, 2));
    let nodes = [blocks.clone(), blocks[..1].to_vec()].concat();
    check(PiecewiseLinear::new(nodes, 0.0..1.0).unwrap(), params[..1].to_vec(), mismatch(1, 3));
    stack.set_params(&params[..1].to_vec());
    assert_eq!(stack.flow().err(), Some(mismatch(1, 2)));
    assert_eq!(stack.without(0).err(), Some(mismatch(1, 2)));
    assert_eq!(stack.reordered(&[1, 0]).err(), Some(mismatch(1, 2)));
}

/// `z' = a z` for two samples.
fn growth(a: f64) -> LayerField<Net<Linear<f64, 1, 1>, Static<2>>> {
    let mut entries = [a, 0.0].into_iter();
    Net::new(Linear::draw(&mut || entries.next().unwrap())).field()
}

/// `h ↦ h + x`.
type Add = Net<Sum<f64>, Static<2>>;

formula! {
    pub struct Sum<T> { pub bias: Bias<T, 1> }
    fn apply(&self, h: Rows<1>, x: Rows<1>) -> Rows<1> {
        h + x + &self.bias
    }
}

/// Euler's method with `n` steps multiplies a sample by `(1 + a Δ / n)ⁿ`, whatever the block stands in.
#[test]
fn flows_inside_of_other_blocks_are_refined() {
    let euler = |gap: f64, n: i32| (1.0 + 0.5 * gap / f64::from(n)).powi(n);
    let (h, gaps) = (nalgebra::matrix![1.0, 2.0], [0.5, 1.0]);
    let (steps, adjoint) = (Fixed::steps(2), DiscreteAdjoint::new());

    let irregular = IrregularOdeBlock::new(growth(0.5), Euler, steps, adjoint);
    for (block, n) in [(irregular.coarsened(), 1), (Ok(irregular.clone()), 2), (irregular.refined(), 4)] {
        let block = block.unwrap();
        assert_eq!(block.resolution(), Ok(n as usize));
        let (end, _) = block.forward(&(), &h, Gap::Each(&gaps)).unwrap();
        let expected = nalgebra::matrix![euler(0.5, n), 2.0 * euler(1.0, n)];
        assert!((end - expected).norm() < 1e-15);
    }

    // An ODE-RNN behind an encoder `x ↦ 3 x`: a flow, then the jump `h + 3 x`.
    let flow = OdeBlock::new(growth(0.5), Euler, steps, adjoint);
    let cell = Recurrence(Add::new(Sum::zeros()));
    let mut entries = [3.0, 0.0].into_iter();
    let encoder: Net<_, Static<2>> = Net::new(Linear::<f64, 1, 1>::draw(&mut || entries.next().unwrap()));
    let encoded = Encoded(encoder, cell);
    let model = (flow.clone(), encoded.clone());
    for (model, n) in [(model.coarsened(), 1), (Ok(model.clone()), 2), (model.refined(), 4)] {
        let model = model.unwrap();
        assert_eq!(model.resolution(), Ok(n as usize));
        let (end, _) = model.forward(&((), nalgebra::matrix![10.0, 100.0]), &h, 1.0.into()).unwrap();
        let expected = nalgebra::matrix![euler(1.0, n) + 30.0, 2.0 * euler(1.0, n) + 300.0];
        assert!((end - expected).norm() < 1e-12);
    }
    // The weights do not depend on time, so their gradient stays.
    let gradient = model.params();
    assert_eq!(model.refined_gradient(&gradient), Ok(gradient));
    assert_eq!(Encoded(encoded.0, flow).refined().unwrap().1.control, Fixed::steps(4));
}
