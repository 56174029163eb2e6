//! Scalar functions, applied entry by entry.

use super::graph::{Graph, Id, Node, Pairing};
use crate::state::Element;

/// A scalar function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Function {
    Tanh,
    Sigmoid,
    Softplus,
    Relu,
    /// `x` above zero and the slope times `x` below.
    LeakyRelu(f64),
    /// 1 above zero, this value at and below zero: the derivative of the previous two.
    Step(f64),
    Exp,
    Log,
    Sqrt,
    Square,
    Sin,
    Cos,
    /// The normal distribution function `Φ`.
    NormalCdf,
}

impl Function {
    /// `y = f(x)`.
    #[inline]
    pub(super) fn map<T: Element>(self, x: &[T], y: &mut [T]) {
        if self == Self::Tanh { T::tanh_all(x, y) } else { self.map_other(x, y) }
    }

    #[inline(never)]
    fn map_other<T: Element>(self, x: &[T], y: &mut [T]) {
        match self {
            Self::Tanh => T::tanh_all(x, y),
            Self::Sigmoid => T::sigmoid_all(x, y),
            Self::Softplus => T::softplus_all(x, y),
            // Not by `max`, which drops NaN.
            Self::Relu => each(x, y, |x| if x < T::zero() { T::zero() } else { x }),
            Self::LeakyRelu(slope) => {
                let slope = T::embed(slope);
                each(x, y, |x| if x > T::zero() { x } else { slope * x });
            }
            Self::Step(below) => {
                let below = T::embed(below);
                each(x, y, |x| by_sign(x, T::one(), below));
            }
            Self::Exp => each(x, y, T::exp),
            Self::Log => each(x, y, T::ln),
            Self::Sqrt => each(x, y, T::sqrt),
            Self::Square => each(x, y, |x| x * x),
            Self::Sin => each(x, y, T::sin),
            Self::Cos => each(x, y, T::cos),
            Self::NormalCdf => each(x, y, T::normal_cdf),
        }
    }

    /// `xbar += f′ w` at `x`, where the value is `y`. A slice that it does not read may be empty.
    #[inline]
    pub(super) fn pull_back<T: Element>(self, (x, y): (&[T], &[T]), w: &[T], xbar: &mut [T]) {
        if self == Self::Tanh { T::tanh_pull_back(y, w, xbar) } else { self.pull_back_other((x, y), w, xbar) }
    }

    #[inline(never)]
    fn pull_back_other<T: Element>(self, (x, y): (&[T], &[T]), w: &[T], xbar: &mut [T]) {
        match self {
            Self::Tanh => T::tanh_pull_back(y, w, xbar),
            Self::Sigmoid => T::sigmoid_pull_back(y, w, xbar),
            Self::Softplus => T::softplus_pull_back(y, w, xbar),
            Self::Relu => add_each(x, w, xbar, |x, w| by_sign(x, w, T::zero())),
            Self::LeakyRelu(slope) => {
                let slope = T::embed(slope);
                add_each(x, w, xbar, |x, w| by_sign(x, w, slope * w));
            }
            Self::Step(_) => {}
            Self::Exp => add_each(y, w, xbar, |y, w| y * w),
            Self::Log => add_each(x, w, xbar, |x, w| w / x),
            Self::Sqrt => add_each(y, w, xbar, |y, w| T::embed(0.5) * w / y),
            Self::Square => add_each(x, w, xbar, |x, w| (x + x) * w),
            Self::Sin => add_each(x, w, xbar, |x, w| x.cos() * w),
            Self::Cos => add_each(x, w, xbar, |x, w| -(x.sin() * w)),
            Self::NormalCdf => add_each(x, w, xbar, |x, w| normal_density(x) * w),
        }
    }

    /// Whether the pullback reads the argument.
    pub(super) const fn reads_argument(self) -> bool {
        matches!(
            self,
            Self::Relu | Self::LeakyRelu(_) | Self::Log | Self::Square | Self::Sin | Self::Cos | Self::NormalCdf
        )
    }

    /// Whether the pullback reads the value.
    pub(super) const fn reads_value(self) -> bool {
        matches!(self, Self::Tanh | Self::Sigmoid | Self::Softplus | Self::Exp | Self::Sqrt)
    }

    /// The derivative at the node `x`, with the value at the node `y`, as further nodes. `None` if it is zero.
    pub(super) fn slope(self, graph: &Graph, (x, y): (Id, Id)) -> Option<Id> {
        let (scale, pair) = (|x, factor, shift| graph.scale(x, factor, shift), |f, a, b| graph.pair(f, a, b));
        let apply = |f, x| graph.push(Node::Apply(f, x), graph.rows(x));
        Some(match self {
            Self::Tanh => scale(apply(Self::Square, y), -1.0, 1.0),
            Self::Sigmoid => pair(Pairing::Mul, y, scale(y, -1.0, 1.0)),
            Self::Softplus => apply(Self::Sigmoid, x),
            Self::Relu => apply(Self::Step(0.0), x),
            Self::LeakyRelu(slope) => apply(Self::Step(slope), x),
            Self::Step(_) => return None,
            Self::Exp => y,
            Self::Log => {
                let one = graph.constant(1.0, graph.rows(x));
                pair(Pairing::Div, one, x)
            }
            Self::Sqrt => {
                let half = graph.constant(0.5, graph.rows(x));
                pair(Pairing::Div, half, y)
            }
            Self::Square => scale(x, 2.0, 0.0),
            Self::Sin => apply(Self::Cos, x),
            Self::Cos => scale(apply(Self::Sin, x), -1.0, 0.0),
            Self::NormalCdf => {
                let exponent = scale(apply(Self::Square, x), -0.5, 0.0);
                scale(apply(Self::Exp, exponent), INVERSE_ROOT_2_PI, 0.0)
            }
        })
    }

    /// The approximate number of operations per value, for estimates.
    pub(super) const fn flops(self) -> usize {
        match self {
            Self::Relu | Self::LeakyRelu(_) | Self::Step(_) | Self::Square | Self::Sqrt => 1,
            _ => 20,
        }
    }
}

/// `1 / √(2π)`.
const INVERSE_ROOT_2_PI: f64 = 0.398_942_280_401_432_7;

/// The normal density.
pub(crate) fn normal_density<T: Element>(x: T) -> T {
    T::embed(INVERSE_ROOT_2_PI) * (T::embed(-0.5) * x * x).exp()
}

/// Selects one of two numbers by the sign of `x`; NaN stays NaN.
#[inline]
fn by_sign<T: Element>(x: T, above: T, below: T) -> T {
    if x > T::zero() {
        above
    } else if x <= T::zero() {
        below
    } else {
        x
    }
}

#[inline]
fn each<T: Element>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = f(x);
    }
}

/// `xbar += f(x, w)`.
#[inline]
fn add_each<T: Element>(x: &[T], w: &[T], xbar: &mut [T], f: impl Fn(T, T) -> T) {
    for ((xbar, &x), &w) in xbar.iter_mut().zip(x).zip(w) {
        *xbar += f(x, w);
    }
}
