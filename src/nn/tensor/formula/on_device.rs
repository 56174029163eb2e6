//! A formula as a sequence of dfdx's own operations, on any device. Inside, shapes are known at run time.

use dfdx::shapes::{Axes2, Axis, HasShape};
use dfdx::tensor::{Merge, NoneTape, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::{
    BroadcastTo, ChooseFrom, Device, MaxTo, PermuteTo, ReshapeTo, SumTo, TryAdd, TryConcatAlong, TryDiv, TryGt,
    TryMatMul, TryMul, TrySub,
};

use super::leaves::Leaf;
use super::on_host::{Batch, Evaluated};
use crate::formula::{Function, Node, Pairing, Program, normal_density};
use crate::state::{Element, TensorElement};

type Taped<E, D, T> = Tensor<(usize, usize), E, D, T>;

/// Runs a program; the tape passes from one operation to the next.
pub(super) fn run<E: TensorElement, D: Device<E>, T: Tape<E, D> + Merge<NoneTape>>(
    program: &Program,
    leaves: &[Leaf<E, D>],
    inputs: &[Batch<E, D>],
    mut tape: T,
) -> Result<Evaluated<E, D, T>, D::Err> {
    let samples = inputs[0].shape().0;
    let mut values: Vec<Option<Batch<E, D>>> = Vec::with_capacity(program.steps().len());
    for step in program.steps() {
        let at = |id: usize| values[id].clone().expect("operands come first");
        let value = match &step.node {
            Node::Dead => None,
            Node::Input(k) => Some(inputs[*k].clone()),
            node => {
                let run = Run { leaves, like: &inputs[0], shape: (samples, step.rows) };
                let (value, kept) = run.step(node, at, tape)?.split_tape();
                tape = kept;
                Some(value)
            }
        };
        values.push(value);
    }
    let output = |k| values[program.output_at(k)].clone().expect("outputs are computed");
    Ok(Evaluated { outputs: (0..program.outputs()).map(output).collect(), tape })
}

/// One step.
struct Run<'a, E: TensorElement, D: Device<E>> {
    leaves: &'a [Leaf<E, D>],
    like: &'a Batch<E, D>,
    shape: (usize, usize),
}

impl<E: TensorElement, D: Device<E>> Run<'_, E, D> {
    fn constant(&self, constant: f64) -> Result<Batch<E, D>, D::Err> {
        let device = self.like.device();
        if constant == 0.0 {
            return device.try_zeros_like(&self.shape);
        }
        let ones: Batch<E, D> = device.try_ones_like(&self.shape)?;
        ones.try_mul(<E as Element>::embed(constant))
    }

    fn step<T: Tape<E, D> + Merge<NoneTape>>(
        &self,
        node: &Node,
        at: impl Fn(usize) -> Batch<E, D>,
        tape: T,
    ) -> Result<Taped<E, D, T>, D::Err> {
        let (samples, rows) = self.shape;
        let number = <E as Element>::embed;
        match node {
            Node::Dead | Node::Input(_) => Ok(self.constant(0.0)?.put_tape(tape)),
            Node::Affine { .. } => self.affine(node, at, tape),
            Node::Apply(f, x) => apply(*f, at(*x).put_tape(tape)),
            Node::Pair(pairing, a, b) => {
                let (x, y) = (at(*a).put_tape(tape), at(*b));
                // dfdx panics in the pullback of an operation with the same tensor twice.
                let x = if a == b { x.try_mul(number(1.0))? } else { x };
                match pairing {
                    Pairing::Add => x.try_add(y),
                    Pairing::Sub => x.try_sub(y),
                    Pairing::Mul => x.try_mul(y),
                    Pairing::Div => x.try_div(y),
                }
            }
            Node::Scale { x, factor, shift } => at(*x).put_tape(tape).try_mul(number(*factor))?.try_add(number(*shift)),
            Node::Concat(a, b) => (at(*a).put_tape(tape), at(*b)).try_concat_along(Axis::<1>),
            Node::Rows { x, from } => {
                // dfdx's pullback of a slice overwrites the gradient, so it gets a copy of the tensor.
                let copy = at(*x).put_tape(tape).try_mul(number(1.0))?;
                copy.try_slice((.., *from..from + rows))?.try_reshape_like(&self.shape)
            }
            Node::Pad { x, from } => {
                let x = at(*x);
                let (device, width) = (x.device().clone(), x.shape().1);
                let above: Batch<E, D> = device.try_zeros_like(&(samples, *from))?;
                let below: Batch<E, D> = device.try_zeros_like(&(samples, rows - from - width))?;
                let padded = if *from == 0 {
                    x.put_tape(tape)
                } else {
                    (above.put_tape(tape), x).try_concat_along(Axis::<1>)?
                };
                if *from + width == rows { Ok(padded) } else { (padded, below).try_concat_along(Axis::<1>) }
            }
            Node::Sum(x) => at(*x).put_tape(tape).try_sum::<(usize,), Axis<1>>()?.try_reshape_like(&self.shape),
            // Held constant, without its tape.
            Node::HeldMax(x) => {
                Ok(at(*x).try_max::<(usize,), Axis<1>>()?.try_reshape_like(&self.shape)?.put_tape(tape))
            }
            Node::Spread(x) => {
                let x = at(*x).put_tape(tape).try_reshape_like(&(samples,))?;
                BroadcastTo::try_broadcast_like::<(usize, usize), Axis<1>>(x, &self.shape)?.try_add(number(0.0))
            }
        }
    }

    fn affine<T: Tape<E, D> + Merge<NoneTape>>(
        &self,
        node: &Node,
        at: impl Fn(usize) -> Batch<E, D>,
        tape: T,
    ) -> Result<Taped<E, D, T>, D::Err> {
        let mut sum = self.constant(0.0)?.put_tape(tape);
        let Node::Affine { terms, biases, constant } = node else { return Ok(sum) };
        if *constant != 0.0 {
            sum = sum.try_add(self.constant(*constant)?)?;
        }
        for term in terms {
            let Leaf::Weight(weight) = &self.leaves[term.weight] else { continue };
            let (before, tape) = sum.split_tape();
            let weight = weight.clone().put_tape(tape);
            let matrix = if term.transposed { weight } else { weight.try_permute::<(usize, usize), Axes2<1, 0>>()? };
            let (matrix, tape) = matrix.split_tape();
            sum = at(term.x).put_tape(tape).try_matmul(matrix)?.try_add(before)?;
        }
        for &bias in biases {
            let Leaf::Bias(bias) = &self.leaves[bias] else { continue };
            let (before, tape) = sum.split_tape();
            let bias = bias.clone().put_tape(tape);
            sum = BroadcastTo::try_broadcast_like::<(usize, usize), Axis<0>>(bias, &self.shape)?.try_add(before)?;
        }
        Ok(sum)
    }
}

fn apply<E: TensorElement, D: Device<E>, T: Tape<E, D> + Merge<NoneTape>>(
    f: Function,
    x: Taped<E, D, T>,
) -> Result<Taped<E, D, T>, D::Err> {
    let number = <E as Element>::embed;
    match f {
        Function::Tanh => x.try_tanh(),
        Function::Sigmoid => x.try_sigmoid(),
        Function::Softplus => {
            let (x, tape) = x.split_tape();
            // max(x, 0) + ln(1 + e^−|x|)
            let (positive, tape) = x.clone().put_tape(tape).try_relu()?.split_tape();
            let rest = x.put_tape(tape).try_abs()?.try_negate()?.try_exp()?;
            rest.try_add(number(1.0))?.try_ln()?.try_add(positive)
        }
        Function::Relu => x.try_relu(),
        Function::LeakyRelu(slope) => {
            // slope x + (1 − slope) max(x, 0)
            let (x, tape) = x.split_tape();
            let (positive, tape) = x.clone().put_tape(tape).try_relu()?.split_tape();
            let (positive, tape) = positive.put_tape(tape).try_mul(number(1.0 - slope))?.split_tape();
            x.put_tape(tape).try_mul(number(slope))?.try_add(positive)
        }
        Function::Step(below) => {
            let (x, tape) = x.split_tape();
            let ones: Batch<E, D> = x.device().try_ones_like(x.shape())?;
            let low = ones.clone().try_mul(number(below))?;
            let above = x.try_gt(number(0.0))?;
            Ok(above.try_choose(ones, low)?.put_tape(tape))
        }
        Function::Exp => x.try_exp(),
        Function::Log => x.try_ln(),
        Function::Sqrt => x.try_sqrt(),
        Function::Square => x.try_square(),
        Function::Sin => x.try_sin(),
        Function::Cos => x.try_cos(),
        Function::NormalCdf => {
            // The derivative of dfdx's exact `gelu` has errors of 1e-4. So value and slope are computed on the host;
            // `Φ(c) + φ(c) (x − c)` has both at `x = c`.
            let (x, tape) = x.split_tape();
            let points = x.as_vec();
            let host =
                |f: fn(E) -> E| x.device().try_tensor_from_vec(points.iter().map(|&x| f(x)).collect(), *x.shape());
            let (center, value, slope) = (host(|x| x)?, host(E::normal_cdf)?, host(normal_density)?);
            x.put_tape(tape).try_sub(center)?.try_mul(slope)?.try_add(value)
        }
    }
}
