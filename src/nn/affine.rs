//! `y = W x + b`.

use nalgebra::{SMatrix, SVector};

use super::Layer;
use crate::{Element, Parametric};

/// The affine map `y = W x + b` from `I` to `O` components, on `B` samples at once (one per column).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine<T, const I: usize, const O: usize, const B: usize> {
    /// The weights `W`, `O × I`.
    pub weight: SMatrix<T, O, I>,
    /// The bias `b`.
    pub bias: SVector<T, O>,
}

impl<T: Element, const I: usize, const O: usize, const B: usize> Affine<T, I, O, B> {
    /// Entries drawn uniformly from `[−1/√I, 1/√I]`, given a source of uniform numbers in `[0, 1)`.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        let mut draw = || T::embed((2.0 * rng() - 1.0) / (I as f64).sqrt());
        Self { weight: SMatrix::from_fn(|_, _| draw()), bias: SVector::from_fn(|_, _| draw()) }
    }

    /// The same map on batches of another size.
    pub fn with_batch<const B2: usize>(&self) -> Affine<T, I, O, B2> {
        Affine { weight: self.weight, bias: self.bias }
    }
}

impl<T: Element, const I: usize, const O: usize, const B: usize> Parametric for Affine<T, I, O, B> {
    type Params = (SMatrix<T, O, I>, SVector<T, O>);
    fn params(&self) -> Self::Params {
        (self.weight, self.bias)
    }
    fn set_params(&mut self, (weight, bias): &Self::Params) {
        self.weight = *weight;
        self.bias = *bias;
    }
}

impl<T: Element, const I: usize, const O: usize, const B: usize> Layer for Affine<T, I, O, B> {
    type Input = SMatrix<T, I, B>;
    type Output = SMatrix<T, O, B>;
    type Trace = ();

    #[inline]
    fn forward(&self, x: &Self::Input) -> Self::Output {
        let mut y = Self::Output::zeros();
        self.forward_into(x, &mut y);
        y
    }

    #[inline]
    fn forward_into(&self, x: &Self::Input, y: &mut Self::Output) {
        T::add_product(y.as_mut_slice(), O, Some(self.bias.as_slice()), self.weight.as_slice(), x.as_slice());
    }

    #[inline]
    fn forward_traced(&self, x: &Self::Input, (): &mut ()) -> Self::Output {
        self.forward(x)
    }

    #[inline]
    fn forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, (): &mut ()) {
        self.forward_into(x, y);
    }

    #[inline]
    fn backward(
        &self,
        (): &mut (),
        x: &Self::Input,
        w: &Self::Output,
        xbar: &mut Self::Input,
        (weight_bar, bias_bar): &mut Self::Params,
    ) {
        add_outer(weight_bar, w, x);
        add_product(bias_bar, w, &SVector::repeat(T::one()));
        add_product(xbar, &self.weight.transpose(), w);
    }
}

/// `sum += a x`.
#[inline]
pub(super) fn add_product<T: Element, const I: usize, const O: usize, const B: usize>(
    sum: &mut SMatrix<T, O, B>,
    a: &SMatrix<T, O, I>,
    x: &SMatrix<T, I, B>,
) {
    T::add_product(sum.as_mut_slice(), O, None, a.as_slice(), x.as_slice());
}

/// `sum += w xᵀ`: the gradient of a weight matrix, summed over the samples.
#[inline]
pub(super) fn add_outer<T: Element, const I: usize, const O: usize, const B: usize>(
    sum: &mut SMatrix<T, O, I>,
    w: &SMatrix<T, O, B>,
    x: &SMatrix<T, I, B>,
) {
    T::add_product_transposed(sum.as_mut_slice(), O, w.as_slice(), x.as_slice());
}
