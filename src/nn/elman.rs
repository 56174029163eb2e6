//! The transition map of a simple recurrent network.

use nalgebra::{SMatrix, SVector};

use super::Layer;
use super::affine::{add_outer, add_product};
use crate::{Element, Parametric};

/// `g(h, x) = tanh(W_ih x + b_ih + W_hh h + b_hh)`: `I` inputs, `H` hidden units, `B` samples.
///
/// J. L. Elman, *Finding structure in time*, Cognitive Science 14 (1990), doi:10.1207/s15516709cog1402_1; the
/// parameters are those of `torch.nn.RNNCell`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElmanCell<T, const I: usize, const H: usize, const B: usize> {
    /// Input weights, `H × I`.
    pub w_ih: SMatrix<T, H, I>,
    /// Recurrent weights, `H × H`.
    pub w_hh: SMatrix<T, H, H>,
    /// Input bias.
    pub b_ih: SVector<T, H>,
    /// Recurrent bias.
    pub b_hh: SVector<T, H>,
}

impl<T: Element, const I: usize, const H: usize, const B: usize> ElmanCell<T, I, H, B> {
    /// Entries drawn uniformly from `[−1/√H, 1/√H]`, given a source of uniform numbers in `[0, 1)`.
    pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
        let mut draw = || T::embed((2.0 * rng() - 1.0) / (H as f64).sqrt());
        Self {
            w_ih: SMatrix::from_fn(|_, _| draw()),
            w_hh: SMatrix::from_fn(|_, _| draw()),
            b_ih: SVector::from_fn(|_, _| draw()),
            b_hh: SVector::from_fn(|_, _| draw()),
        }
    }

    /// The same cell on batches of another size.
    pub fn with_batch<const B2: usize>(&self) -> ElmanCell<T, I, H, B2> {
        ElmanCell { w_ih: self.w_ih, w_hh: self.w_hh, b_ih: self.b_ih, b_hh: self.b_hh }
    }
}

impl<T: Element, const I: usize, const H: usize, const B: usize> Parametric for ElmanCell<T, I, H, B> {
    /// `(W_ih, W_hh, b_ih, b_hh)`.
    type Params = (SMatrix<T, H, I>, SMatrix<T, H, H>, SVector<T, H>, SVector<T, H>);
    fn params(&self) -> Self::Params {
        (self.w_ih, self.w_hh, self.b_ih, self.b_hh)
    }
    fn set_params(&mut self, params: &Self::Params) {
        (self.w_ih, self.w_hh, self.b_ih, self.b_hh) = *params;
    }
}

impl<T: Element, const I: usize, const H: usize, const B: usize> Layer for ElmanCell<T, I, H, B> {
    /// `(h, x)`.
    type Input = (SMatrix<T, H, B>, SMatrix<T, I, B>);
    type Output = SMatrix<T, H, B>;
    /// The output.
    type Trace = Option<SMatrix<T, H, B>>;

    #[inline]
    fn forward(&self, input: &Self::Input) -> Self::Output {
        let mut y = Self::Output::zeros();
        self.forward_into(input, &mut y);
        y
    }

    #[inline]
    fn forward_into(&self, (h, x): &Self::Input, y: &mut Self::Output) {
        let mut a = Self::Output::zeros();
        let bias = self.b_ih + self.b_hh;
        T::add_product(a.as_mut_slice(), H, Some(bias.as_slice()), self.w_ih.as_slice(), x.as_slice());
        add_product(&mut a, &self.w_hh, h);
        T::tanh_all(a.as_slice(), y.as_mut_slice());
    }

    #[inline]
    fn forward_traced(&self, input: &Self::Input, trace: &mut Self::Trace) -> Self::Output {
        let mut y = Self::Output::zeros();
        self.forward_traced_into(input, &mut y, trace);
        y
    }

    #[inline]
    fn forward_traced_into(&self, input: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) {
        self.forward_into(input, y);
        trace.get_or_insert_with(SMatrix::zeros).copy_from(y);
    }

    #[inline]
    fn backward(
        &self,
        trace: &mut Self::Trace,
        input: &Self::Input,
        w: &Self::Output,
        (hbar, xbar): &mut Self::Input,
        (w_ih, w_hh, b_ih, b_hh): &mut Self::Params,
    ) {
        let (h, x) = input;
        let y = trace.get_or_insert_with(|| self.forward(input));
        let mut abar = Self::Output::zeros();
        T::tanh_pull_back(y.as_slice(), w.as_slice(), abar.as_mut_slice());
        add_outer(w_ih, &abar, x);
        add_outer(w_hh, &abar, h);
        let mut bias = SVector::zeros();
        add_product(&mut bias, &abar, &SVector::repeat(T::one()));
        *b_ih += bias;
        *b_hh += bias;
        add_product(hbar, &self.w_hh.transpose(), &abar);
        add_product(xbar, &self.w_ih.transpose(), &abar);
    }
}
