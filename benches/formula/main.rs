//! Formulas beside cells written by hand: the value with its pullback, and the value alone, as ratios of medians in one
//! process.

mod by_hand;
mod race;

use std::hint::black_box;

use nalgebra::{Const, Dyn, OMatrix, SMatrix};
use race::race;
use rheos::State;
use rheos::formula::{Dynamic, Static, Structure};
use rheos::nn::{Elman, Layer, Mlp, Net};
use rheos::state::Element;

/// Numbers in [−0.5, 0.5), always the same.
fn numbers() -> impl FnMut() -> f64 {
    let mut seed = 7_u32;
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed) / f64::from(u32::MAX) - 0.5
    }
}

fn batch<T: Element, const N: usize, const B: usize>(draw: &mut impl FnMut() -> f64) -> SMatrix<T, N, B> {
    SMatrix::from_fn(|_, _| T::embed(draw()))
}

fn dynamic<T: Element, const N: usize, const B: usize>(x: &SMatrix<T, N, B>) -> OMatrix<T, Const<N>, Dyn> {
    OMatrix::from_iterator_generic(Const, Dyn(B), x.iter().copied())
}

/// A call that evaluates a layer at `x` and pulls `w` back.
fn value_and_pullback<'a, L: Layer>(layer: &'a L, x: &'a L::Input, w: &'a L::Output) -> impl FnMut() + 'a {
    let (mut y, mut trace) = (w.clone(), L::Trace::default());
    let (mut xbar, mut pbar) = (x.zeros_like(), layer.params().zeros_like());
    move || {
        layer.forward_traced_into(black_box(x), &mut y, &mut trace);
        layer.backward(&mut trace, x, w, &mut xbar, &mut pbar);
        black_box((&y, &xbar, &pbar));
    }
}

/// A call that evaluates a layer at `x`.
fn value<'a, L: Layer>(layer: &'a L, x: &'a L::Input, y: &L::Output) -> impl FnMut() + 'a
where
    L::Output: 'a,
{
    let mut y = y.clone();
    move || {
        layer.forward_into(black_box(x), &mut y);
        black_box(&y);
    }
}

fn elman<T: Element, const I: usize, const H: usize, const B: usize>(name: &str) {
    let mut draw = numbers();
    let params = Elman::<T, I, H>::draw(&mut draw);
    let Elman { weight_ih, weight_hh, bias_ih, bias_hh } = params;
    let hand = by_hand::Elman { w_ih: *weight_ih, w_hh: *weight_hh, b_ih: *bias_ih, b_hh: *bias_hh };
    let (x, w) = ((batch::<T, H, B>(&mut draw), batch::<T, I, B>(&mut draw)), batch::<T, H, B>(&mut draw));

    let (mut y, mut xbar) = (w, x.zeros_like());
    let zeros = || (SMatrix::zeros(), SMatrix::zeros(), SMatrix::zeros(), SMatrix::zeros());
    let (w_ih, w_hh, b_ih, b_hh) = zeros();
    let mut bar = by_hand::Elman { w_ih, w_hh, b_ih, b_hh };
    let mut by_hand = || {
        hand.forward(black_box(&x), &mut y);
        hand.backward((&x, &y), &w, &mut xbar, &mut bar);
        black_box((&y, &xbar, &bar.w_hh));
    };
    let net: Net<_, Static<B>> = Net::new(params);
    let any: Net<_, Dynamic> = net.with_batches();
    let (dx, dw) = ((dynamic(&x.0), dynamic(&x.1)), dynamic(&w));
    race(
        name,
        &mut [
            ("by hand", &mut by_hand),
            ("formula, static batch", &mut value_and_pullback(&net, &x, &w)),
            ("formula, run-time batch", &mut value_and_pullback(&any, &dx, &dw)),
        ],
    );
    let mut y = w;
    let mut by_hand = || {
        hand.forward(black_box(&x), &mut y);
        black_box(&y);
    };
    race(
        &format!("{name}, value alone"),
        &mut [
            ("by hand", &mut by_hand),
            ("formula, static batch", &mut value(&net, &x, &w)),
            ("formula, run-time batch", &mut value(&any, &dx, &dw)),
        ],
    );
}

fn mlp<T: Element, const N: usize, const H: usize, const B: usize>(name: &str) {
    let mut draw = numbers();
    let params = Mlp::<T, N, H, N>::draw(&mut draw);
    let Mlp { first, second } = params;
    let hand = by_hand::Mlp {
        first: by_hand::Affine { weight: *first.weight, bias: *first.bias },
        second: by_hand::Affine { weight: *second.weight, bias: *second.bias },
    };
    let (x, w) = (batch::<T, N, B>(&mut draw), batch::<T, N, B>(&mut draw));

    let (mut y, mut xbar, mut hidden) = (w, x.zeros_like(), SMatrix::<T, H, B>::zeros());
    let mut bar = by_hand::Mlp { first: by_hand::Affine::zeros(), second: by_hand::Affine::zeros() };
    let mut by_hand = || {
        hand.forward(black_box(&x), &mut y, &mut hidden);
        hand.backward((&x, &hidden), &w, &mut xbar, &mut bar);
        black_box((&y, &xbar, &bar.first.weight));
    };
    let net: Net<_, Static<B>> = Net::new(params);
    let any: Net<_, Dynamic> = net.with_batches();
    let (dx, dw) = (dynamic(&x), dynamic(&w));
    race(
        name,
        &mut [
            ("by hand", &mut by_hand),
            ("formula, static batch", &mut value_and_pullback(&net, &x, &w)),
            ("formula, run-time batch", &mut value_and_pullback(&any, &dx, &dw)),
        ],
    );
    let (mut y, mut hidden) = (w, SMatrix::<T, H, B>::zeros());
    let mut by_hand = || {
        hand.forward(black_box(&x), &mut y, &mut hidden);
        black_box(&y);
    };
    race(
        &format!("{name}, value alone"),
        &mut [
            ("by hand", &mut by_hand),
            ("formula, static batch", &mut value(&net, &x, &w)),
            ("formula, run-time batch", &mut value(&any, &dx, &dw)),
        ],
    );
}

fn main() {
    elman::<f64, 4, 16, 32>("Elman 4-16, 32 samples, f64");
    elman::<f32, 4, 16, 32>("Elman 4-16, 32 samples, f32");
    elman::<f64, 4, 16, 1>("Elman 4-16, 1 sample, f64");
    mlp::<f64, 4, 32, 64>("MLP 4-32-4, 64 samples, f64");
    mlp::<f32, 4, 32, 64>("MLP 4-32-4, 64 samples, f32");
    mlp::<f64, 2, 8, 1>("MLP 2-8-2, 1 sample, f64");
}
