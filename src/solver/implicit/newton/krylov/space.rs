//! Real and complex vectors of GMRES.

use nalgebra::{Complex, ComplexField};

use crate::state::State;

/// A vector space with an inner product over the real or the complex numbers.
pub trait KrylovSpace: Clone {
    /// The numbers.
    type Scalar: ComplexField<RealField = f64> + Copy;

    /// Whether it carries derivatives, as [`State::IS_DUAL`].
    const IS_DUAL: bool;

    /// The dimension of the space of `self`.
    fn dimension(&self) -> usize;

    fn zeros_like(&self) -> Self;
    fn assign(&mut self, x: &Self);
    fn set_zeros(&mut self);
    fn scale_by(&mut self, a: f64);

    /// `self += a x`.
    fn add_scaled(&mut self, a: Self::Scalar, x: &Self);

    /// `⟨self, x⟩`, linear in `x`.
    fn inner(&self, x: &Self) -> Self::Scalar;

    /// `self += Σⱼ c[j] x[j]`.
    fn accumulate(&mut self, c: &[Self::Scalar], x: &[Self]);

    /// As [`State::rounding`].
    fn rounding(&self) -> f64;

    fn norm(&self) -> f64 {
        self.inner(self).real().sqrt()
    }
}

impl<Y: State> KrylovSpace for Y {
    type Scalar = f64;

    const IS_DUAL: bool = Y::IS_DUAL;

    fn dimension(&self) -> usize {
        self.coordinates().len()
    }
    fn zeros_like(&self) -> Self {
        State::zeros_like(self)
    }
    fn assign(&mut self, x: &Self) {
        State::assign(self, x);
    }
    fn set_zeros(&mut self) {
        State::set_zeros(self);
    }
    fn scale_by(&mut self, a: f64) {
        State::scale_by(self, a);
    }
    fn add_scaled(&mut self, a: f64, x: &Self) {
        State::add_scaled(self, a, x);
    }
    fn inner(&self, x: &Self) -> f64 {
        State::inner(self, x)
    }
    fn accumulate(&mut self, c: &[f64], x: &[Self]) {
        State::accumulate(self, 1.0, c, x);
    }
    fn rounding(&self) -> f64 {
        State::rounding(self)
    }
}

/// A complex vector `re + i im`.
#[derive(Debug, Clone)]
pub struct Pair<Y> {
    pub re: Y,
    pub im: Y,
}

impl<Y: State> Pair<Y> {
    /// The complex zero of the shape of `y`.
    pub fn zeros(y: &Y) -> Self {
        Self { re: State::zeros_like(y), im: State::zeros_like(y) }
    }

    pub fn assign(&mut self, x: &Self) {
        State::assign(&mut self.re, &x.re);
        State::assign(&mut self.im, &x.im);
    }

    pub fn set_zeros(&mut self) {
        State::set_zeros(&mut self.re);
        State::set_zeros(&mut self.im);
    }

    /// `self ← x − a J x`, with the images `J x` of both parts.
    pub fn combine(&mut self, x: &Self, Complex { re, im }: Complex<f64>, images: &Self) {
        self.assign(x);
        KrylovSpace::add_scaled(self, Complex::new(-re, -im), images);
    }
}

impl<Y: State> KrylovSpace for Pair<Y> {
    type Scalar = Complex<f64>;

    const IS_DUAL: bool = Y::IS_DUAL;

    fn dimension(&self) -> usize {
        self.re.coordinates().len()
    }
    fn zeros_like(&self) -> Self {
        Self::zeros(&self.re)
    }
    fn assign(&mut self, x: &Self) {
        Self::assign(self, x);
    }
    fn set_zeros(&mut self) {
        Self::set_zeros(self);
    }
    fn scale_by(&mut self, a: f64) {
        State::scale_by(&mut self.re, a);
        State::scale_by(&mut self.im, a);
    }
    fn add_scaled(&mut self, a: Complex<f64>, x: &Self) {
        State::add_scaled(&mut self.re, a.re, &x.re);
        State::add_scaled(&mut self.re, -a.im, &x.im);
        State::add_scaled(&mut self.im, a.im, &x.re);
        State::add_scaled(&mut self.im, a.re, &x.im);
    }
    fn inner(&self, x: &Self) -> Complex<f64> {
        let re = State::inner(&self.re, &x.re) + State::inner(&self.im, &x.im);
        Complex::new(re, State::inner(&self.re, &x.im) - State::inner(&self.im, &x.re))
    }
    fn accumulate(&mut self, c: &[Complex<f64>], x: &[Self]) {
        c.iter().zip(x).for_each(|(&c, x)| Self::add_scaled(self, c, x));
    }
    fn rounding(&self) -> f64 {
        State::rounding(&self.re)
    }
}
