//! The handles of a formula.

use std::ops::{Add, Div, Index, Mul, Neg, Sub};

use super::function::Function;
use super::graph::{Graph, Id, Node, Pairing, Term};
use super::leaf::Leaf;
use super::store::Store;
use super::weight::{Bias, Gates, Weight};

/// `N` numbers for each sample of a batch, as a handle in a formula.
///
/// A handle has neither numbers nor a number of samples: a formula runs once, when a network is made, and its
/// operations are recorded. It is `Copy`. Operators work entry by entry, with another batch, with a [`Bias`], and with
/// a number; `&self.weight * x` is a matrix product.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'g, const N: usize> {
    pub(super) graph: &'g Graph,
    pub(super) id: Id,
}

impl<'g, const N: usize> Batch<'g, N> {
    fn push<const M: usize>(self, node: Node) -> Batch<'g, M> {
        Batch { graph: self.graph, id: self.graph.push(node, M) }
    }

    fn map(self, f: Function) -> Self {
        self.push(Node::Apply(f, self.id))
    }

    fn scaled(self, factor: f64, shift: f64) -> Self {
        self.push(Node::Scale { x: self.id, factor, shift })
    }

    /// `c` in every entry.
    #[must_use]
    pub fn constant(self, c: f64) -> Self {
        self.push(Node::Affine { terms: Vec::new(), biases: Vec::new(), constant: c })
    }

    /// `tanh x`.
    #[must_use]
    pub fn tanh(self) -> Self {
        self.map(Function::Tanh)
    }

    /// The logistic function, `1 / (1 + e⁻ˣ)`, to full relative accuracy.
    #[must_use]
    pub fn sigmoid(self) -> Self {
        self.map(Function::Sigmoid)
    }

    /// `ln(1 + eˣ)`, without overflow.
    #[must_use]
    pub fn softplus(self) -> Self {
        self.map(Function::Softplus)
    }

    /// `max(x, 0)`; its derivative at 0 is 0.
    #[must_use]
    pub fn relu(self) -> Self {
        self.map(Function::Relu)
    }

    /// `x` above zero and `slope · x` below; its derivative at 0 is `slope`.
    #[must_use]
    pub fn leaky_relu(self, slope: f64) -> Self {
        self.map(Function::LeakyRelu(slope))
    }

    /// `x Φ(x)`, with the normal distribution function `Φ`, exactly. D. Hendrycks & K. Gimpel, *Gaussian error linear
    /// units* (2016), arXiv:1606.08415.
    #[must_use]
    pub fn gelu(self) -> Self {
        self * self.map(Function::NormalCdf)
    }

    /// `x σ(x)` with the logistic function `σ`, also called swish.
    #[must_use]
    pub fn silu(self) -> Self {
        self * self.sigmoid()
    }

    /// `eˣ`.
    #[must_use]
    pub fn exp(self) -> Self {
        self.map(Function::Exp)
    }

    /// The natural logarithm.
    #[must_use]
    pub fn log(self) -> Self {
        self.map(Function::Log)
    }

    /// The square root.
    #[must_use]
    pub fn sqrt(self) -> Self {
        self.map(Function::Sqrt)
    }

    /// `x²`.
    #[must_use]
    pub fn square(self) -> Self {
        self.map(Function::Square)
    }

    /// `sin x`.
    #[must_use]
    pub fn sin(self) -> Self {
        self.map(Function::Sin)
    }

    /// `cos x`.
    #[must_use]
    pub fn cos(self) -> Self {
        self.map(Function::Cos)
    }

    /// The rows of `self` above the rows of `b`: `N + M = K`.
    #[must_use]
    pub fn concat<const M: usize, const K: usize>(self, b: Batch<'g, M>) -> Batch<'g, K> {
        const { assert!(N + M == K, "the result of `concat` has as many rows as both parts together") };
        self.push(Node::Concat(self.id, b.id))
    }

    /// `M` rows, starting at row `FROM`: `x.rows::<2, 3>()` are rows 2, 3 and 4.
    #[must_use]
    pub fn rows<const FROM: usize, const M: usize>(self) -> Batch<'g, M> {
        const { assert!(FROM + M <= N, "`rows` goes beyond the last row") };
        self.push(Node::Rows { x: self.id, from: FROM })
    }

    /// The sum of the `N` numbers of each sample.
    #[must_use]
    pub fn sum(self) -> Batch<'g, 1> {
        self.push(Node::Sum(self.id))
    }

    /// The mean of the `N` numbers of each sample.
    #[must_use]
    pub fn mean(self) -> Batch<'g, 1> {
        const { assert!(N > 0, "`mean` needs a number") };
        self.sum() * (1.0 / N as f64)
    }

    /// The inner product of the numbers of each sample.
    #[must_use]
    pub fn dot(self, b: Self) -> Batch<'g, 1> {
        (self * b).sum()
    }

    /// `ln softmax(x)` over the numbers of each sample, without overflow.
    #[must_use]
    pub fn log_softmax(self) -> Self {
        const { assert!(N > 0, "`log_softmax` needs a number") };
        // The shift cancels, so it is held constant when differentiating.
        let largest: Batch<'g, 1> = self.push(Node::HeldMax(self.id));
        let shifted = self - largest.spread();
        shifted - shifted.exp().sum().log().spread()
    }

    /// `eˣ / Σ eˣ` over the numbers of each sample.
    #[must_use]
    pub fn softmax(self) -> Self {
        self.log_softmax().exp()
    }
}

impl<'g> Batch<'g, 1> {
    /// Repeats the one number of each sample `N` times.
    #[must_use]
    pub fn spread<const N: usize>(self) -> Batch<'g, N> {
        self.push(Node::Spread(self.id))
    }
}

/// The address of a leaf, and its shape.
fn leaf<P>(parameter: &P, rows: usize, columns: usize) -> Leaf {
    Leaf::new(parameter, &[rows, columns])
}

fn product<'g, const N: usize, const M: usize>(weight: Leaf, x: Batch<'g, N>, transposed: bool) -> Batch<'g, M> {
    let term = Term { weight: x.graph.find(weight), x: x.id, transposed };
    x.push(Node::Affine { terms: vec![term], biases: Vec::new(), constant: 0.0 })
}

/// `W x`.
impl<'g, S: Store, const O: usize, const I: usize> Mul<Batch<'g, I>> for &Weight<S, O, I> {
    type Output = Batch<'g, O>;
    fn mul(self, x: Batch<'g, I>) -> Batch<'g, O> {
        product(leaf(self, O, I), x, false)
    }
}

impl<S: Store, const O: usize, const I: usize> Weight<S, O, I> {
    /// `Wᵀ x`.
    #[must_use]
    pub fn transpose_times<'g>(&self, x: Batch<'g, O>) -> Batch<'g, I> {
        product(leaf(self, O, I), x, true)
    }
}

impl<S: Store, const N: usize> Bias<S, N> {
    /// The bias, repeated for each sample of a batch like `x`.
    #[must_use]
    pub fn like<'g, const M: usize>(&self, x: Batch<'g, M>) -> Batch<'g, N> {
        let bias = x.graph.find(leaf(self, N, 1));
        x.push(Node::Affine { terms: Vec::new(), biases: vec![bias], constant: 0.0 })
    }
}

impl<P, const G: usize> Index<usize> for Gates<P, G> {
    type Output = P;
    fn index(&self, k: usize) -> &P {
        &self.0[k]
    }
}

macro_rules! operator {
    ($($operator:ident $function:ident, $by_number:expr;)*) => {$(
        impl<'g, const N: usize> $operator for Batch<'g, N> {
            type Output = Self;
            fn $function(self, b: Self) -> Self {
                self.push(Node::Pair(Pairing::$operator, self.id, b.id))
            }
        }

        impl<'g, S: Store, const N: usize> $operator<&Bias<S, N>> for Batch<'g, N> {
            type Output = Self;
            fn $function(self, b: &Bias<S, N>) -> Self {
                $operator::$function(self, b.like(self))
            }
        }

        impl<'g, S: Store, const N: usize> $operator<Batch<'g, N>> for &Bias<S, N> {
            type Output = Batch<'g, N>;
            fn $function(self, b: Batch<'g, N>) -> Batch<'g, N> {
                $operator::$function(self.like(b), b)
            }
        }

        impl<const N: usize> $operator<f64> for Batch<'_, N> {
            type Output = Self;
            fn $function(self, c: f64) -> Self {
                let by_number: fn(Self, f64) -> Self = $by_number;
                by_number(self, c)
            }
        }
    )*};
}

operator! {
    Add add, |x, c| x.scaled(1.0, c);
    Sub sub, |x, c| x.scaled(1.0, -c);
    Mul mul, |x, c| x.scaled(c, 0.0);
    Div div, |x, c| x / x.constant(c);
}

impl<const N: usize> Neg for Batch<'_, N> {
    type Output = Self;
    fn neg(self) -> Self {
        self.scaled(-1.0, 0.0)
    }
}

impl<'g, const N: usize> Add<Batch<'g, N>> for f64 {
    type Output = Batch<'g, N>;
    fn add(self, x: Batch<'g, N>) -> Batch<'g, N> {
        x + self
    }
}

impl<'g, const N: usize> Sub<Batch<'g, N>> for f64 {
    type Output = Batch<'g, N>;
    fn sub(self, x: Batch<'g, N>) -> Batch<'g, N> {
        x.scaled(-1.0, self)
    }
}

impl<'g, const N: usize> Mul<Batch<'g, N>> for f64 {
    type Output = Batch<'g, N>;
    fn mul(self, x: Batch<'g, N>) -> Batch<'g, N> {
        x * self
    }
}

impl<'g, const N: usize> Div<Batch<'g, N>> for f64 {
    type Output = Batch<'g, N>;
    fn div(self, x: Batch<'g, N>) -> Batch<'g, N> {
        x.constant(self) / x
    }
}
