//! Cells with pullbacks written by hand, over the kernels that formulas use.

use nalgebra::{SMatrix, SVector};
use rheos::state::Element;

type Batch<T, const N: usize, const B: usize> = SMatrix<T, N, B>;

/// `y = W x + b`, and its pullback.
#[derive(Clone, Copy)]
pub struct Affine<T, const I: usize, const O: usize> {
    pub weight: SMatrix<T, O, I>,
    pub bias: SVector<T, O>,
}

impl<T: Element, const I: usize, const O: usize> Affine<T, I, O> {
    pub fn zeros() -> Self {
        Self { weight: SMatrix::zeros(), bias: SVector::zeros() }
    }

    #[inline]
    pub fn forward<const B: usize>(&self, x: &Batch<T, I, B>, y: &mut Batch<T, O, B>) {
        T::add_product(y.as_mut_slice(), O, Some(self.bias.as_slice()), self.weight.as_slice(), x.as_slice());
    }

    #[inline]
    pub fn backward<const B: usize>(
        &self,
        x: &Batch<T, I, B>,
        w: &Batch<T, O, B>,
        xbar: &mut Batch<T, I, B>,
        bar: &mut Self,
    ) {
        T::add_product_transposed(bar.weight.as_mut_slice(), O, w.as_slice(), x.as_slice());
        let ones = SVector::<T, B>::repeat(T::one());
        T::add_product(bar.bias.as_mut_slice(), O, None, w.as_slice(), ones.as_slice());
        T::add_product(xbar.as_mut_slice(), I, None, self.weight.transpose().as_slice(), w.as_slice());
    }
}

/// Two affine maps with `tanh` between them.
pub struct Mlp<T, const N: usize, const H: usize> {
    pub first: Affine<T, N, H>,
    pub second: Affine<T, H, N>,
}

impl<T: Element, const N: usize, const H: usize> Mlp<T, N, H> {
    #[inline]
    pub fn forward<const B: usize>(&self, x: &Batch<T, N, B>, y: &mut Batch<T, N, B>, hidden: &mut Batch<T, H, B>) {
        let mut a = SMatrix::zeros();
        self.first.forward(x, &mut a);
        T::tanh_all(a.as_slice(), hidden.as_mut_slice());
        self.second.forward(hidden, y);
    }

    #[inline]
    pub fn backward<const B: usize>(
        &self,
        (x, hidden): (&Batch<T, N, B>, &Batch<T, H, B>),
        w: &Batch<T, N, B>,
        xbar: &mut Batch<T, N, B>,
        bar: &mut Self,
    ) {
        let (mut hidden_bar, mut a_bar) = (Batch::<T, H, B>::zeros(), Batch::<T, H, B>::zeros());
        self.second.backward(hidden, w, &mut hidden_bar, &mut bar.second);
        T::tanh_pull_back(hidden.as_slice(), hidden_bar.as_slice(), a_bar.as_mut_slice());
        self.first.backward(x, &a_bar, xbar, &mut bar.first);
    }
}

/// `tanh(W_ih x + b_ih + W_hh h + b_hh)`.
pub struct Elman<T, const I: usize, const H: usize> {
    pub w_ih: SMatrix<T, H, I>,
    pub w_hh: SMatrix<T, H, H>,
    pub b_ih: SVector<T, H>,
    pub b_hh: SVector<T, H>,
}

impl<T: Element, const I: usize, const H: usize> Elman<T, I, H> {
    #[inline]
    pub fn forward<const B: usize>(&self, (h, x): &(Batch<T, H, B>, Batch<T, I, B>), y: &mut Batch<T, H, B>) {
        let mut a = Batch::<T, H, B>::zeros();
        let bias = self.b_ih + self.b_hh;
        T::add_product(a.as_mut_slice(), H, Some(bias.as_slice()), self.w_ih.as_slice(), x.as_slice());
        T::add_product(a.as_mut_slice(), H, None, self.w_hh.as_slice(), h.as_slice());
        T::tanh_all(a.as_slice(), y.as_mut_slice());
    }

    #[inline]
    pub fn backward<const B: usize>(
        &self,
        ((h, x), y): (&(Batch<T, H, B>, Batch<T, I, B>), &Batch<T, H, B>),
        w: &Batch<T, H, B>,
        (hbar, xbar): &mut (Batch<T, H, B>, Batch<T, I, B>),
        bar: &mut Self,
    ) {
        let mut a_bar = Batch::<T, H, B>::zeros();
        T::tanh_pull_back(y.as_slice(), w.as_slice(), a_bar.as_mut_slice());
        T::add_product_transposed(bar.w_ih.as_mut_slice(), H, a_bar.as_slice(), x.as_slice());
        T::add_product_transposed(bar.w_hh.as_mut_slice(), H, a_bar.as_slice(), h.as_slice());
        let (mut bias, ones) = (SVector::<T, H>::zeros(), SVector::<T, B>::repeat(T::one()));
        T::add_product(bias.as_mut_slice(), H, None, a_bar.as_slice(), ones.as_slice());
        bar.b_ih += bias;
        bar.b_hh += bias;
        T::add_product(hbar.as_mut_slice(), H, None, self.w_hh.transpose().as_slice(), a_bar.as_slice());
        T::add_product(xbar.as_mut_slice(), I, None, self.w_ih.transpose().as_slice(), a_bar.as_slice());
    }
}
