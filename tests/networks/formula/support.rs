//! A formula run as a layer, with flat numbers going in and coming out.

use nalgebra::{Const, Dyn, OMatrix};
use rheos::State;
use rheos::formula::{Columns, Formula, Shape, Slices};
use rheos::nn::{Layer, Net};

/// Arguments or values of a formula with these numbers, batch by batch, each sample by sample.
pub fn filled<F: Shape, S: Slices, K: Columns<S>>(samples: usize, numbers: &[f64]) -> F::Of<S, K> {
    with_coordinates(F::zeros::<S, K>(samples), numbers)
}

/// A state with other numbers.
pub fn with_coordinates<Y: State>(mut y: Y, numbers: &[f64]) -> Y {
    assert_eq!(y.read_coordinates(numbers), Some(&[][..]), "as many numbers as coordinates");
    y
}

/// A batch whose size is known at run time.
pub type AnyBatch<const N: usize> = OMatrix<f64, Const<N>, Dyn>;

/// So many samples with different numbers.
pub fn any_batch<const N: usize>(samples: usize) -> AnyBatch<N> {
    with_coordinates(AnyBatch::zeros(samples), &assorted(N * samples))
}

/// Different numbers of size 0.1 to 0.9, of both signs.
pub fn assorted(n: usize) -> Vec<f64> {
    let mut draw = assorted_draw();
    (0..n).map(|_| draw()).collect()
}

/// The same, one by one.
pub fn assorted_draw() -> impl FnMut() -> f64 {
    let mut seed = 11_u32;
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let x = f64::from(seed) / f64::from(u32::MAX) * 1.6 - 0.8;
        x + 0.1_f64.copysign(x)
    }
}

/// A value, and the pullback of a cotangent to arguments and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    pub value: Vec<f64>,
    pub input: Vec<f64>,
    pub params: Vec<f64>,
}

/// A formula at `x`, and its pullback of `w`, by [`Layer::forward_traced`] and [`Layer::backward`].
pub fn pass<P, K>(params: &P, samples: usize, x: &[f64], w: &[f64]) -> Pass
where
    P: Formula<Store: Slices>,
    K: Columns<P::Store>,
{
    let net: Net<P, K> = Net::new(params.clone());
    let x = filled::<P::Input, P::Store, K>(samples, x);
    let w = filled::<P::Output, P::Store, K>(samples, w);
    let (value, input, params) = value_and_pullback(&net, &x, &w);
    Pass { value: value.coordinates(), input: input.coordinates(), params: params.coordinates() }
}

/// The value of a layer at `x`, and the pullback of `w` to its argument and its parameters.
pub fn value_and_pullback<L: Layer>(layer: &L, x: &L::Input, w: &L::Output) -> (L::Output, L::Input, L::Params) {
    let mut trace = L::Trace::default();
    let y = layer.forward_traced(x, &mut trace);
    let (mut xbar, mut pbar) = (x.zeros_like(), layer.params().zeros_like());
    layer.backward(&mut trace, x, w, &mut xbar, &mut pbar);
    (y, xbar, pbar)
}
