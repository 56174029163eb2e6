//! Distinctions beyond the type: traces of other evaluations, and leaves without entries.

use std::cell::RefCell;

use rheos::formula::{Bias, Rows, Structure, Weight};
use rheos::nn::{Layer, Mlp, Net};
use rheos::{Parametric, State, formula};

use super::support::{any_batch, assorted_draw, value_and_pullback};

type Narrow = Net<Mlp<f64, 2, 3, 2>>;
type Wide = Net<Mlp<f64, 2, 40, 2>>;

fn pulled_back<L: Layer>(layer: &L, trace: &mut L::Trace, x: &L::Input, w: &L::Output) -> (L::Input, L::Params) {
    let (mut xbar, mut pbar) = (x.zeros_like(), layer.params().zeros_like());
    layer.backward(trace, x, w, &mut xbar, &mut pbar);
    (xbar, pbar)
}

/// All networks of `f64` have traces of one type.
#[test]
fn a_trace_of_another_network_is_filled_anew() {
    let narrow: Narrow = Net::new(Mlp::draw(&mut assorted_draw()));
    let wide: Wide = Net::new(Mlp::draw(&mut assorted_draw()));
    let (x, w) = (any_batch::<2>(3), any_batch::<2>(3) * 2.0);
    let mut trace = Default::default();
    narrow.forward_traced(&x, &mut trace);
    let (_, xbar, pbar) = value_and_pullback(&wide, &x, &w);
    assert_eq!(pulled_back(&wide, &mut trace, &x, &w), (xbar, pbar));
    let (_, xbar, pbar) = value_and_pullback(&narrow, &x, &w);
    assert_eq!(pulled_back(&narrow, &mut trace, &x, &w), (xbar, pbar));
}

#[test]
fn a_trace_of_other_parameters_is_filled_anew() {
    let mut net: Narrow = Net::new(Mlp::draw(&mut assorted_draw()));
    let (x, w) = (any_batch::<2>(3), any_batch::<2>(3) * 2.0);
    let mut trace = Default::default();
    net.forward_traced(&x, &mut trace);
    let before = net.clone();
    let mut params = net.params();
    params.scale_by(0.5);
    net.set_params(&params);
    let (_, xbar, pbar) = value_and_pullback(&net, &x, &w);
    assert_eq!(pulled_back(&net, &mut trace, &x, &w), (xbar, pbar));
    let (_, xbar, pbar) = value_and_pullback(&before, &x, &w);
    assert_eq!(pulled_back(&before, &mut trace, &x, &w), (xbar, pbar));
}

#[test]
fn a_trace_may_be_dropped_when_its_thread_ends() {
    thread_local! {
        static KEPT: RefCell<Option<<Narrow as Layer>::Trace>> = const { RefCell::new(None) };
    }
    let thread = std::thread::spawn(|| {
        // Made before the memory that is kept on the thread, and so dropped behind it.
        KEPT.with_borrow_mut(|kept| *kept = None);
        let net: Narrow = Net::new(Mlp::draw(&mut assorted_draw()));
        KEPT.with_borrow_mut(|kept| net.forward_traced(&any_batch(3), kept.insert(Default::default())))
    });
    assert!(thread.join().is_ok());
}

formula! {
    /// `x + b`, and nothing, by a copy of it.
    struct CopiedNothing<T> { bias: Bias<T, 2>, nothing: Bias<T, 0>, into: Weight<T, 0, 2> }
    fn apply(&self, x: Rows<2>) -> (Rows<2>, Rows<0>, Rows<0>) {
        let (nothing, into) = (self.nothing.clone(), self.into.clone());
        (x + &self.bias, nothing.like(x), &into * x)
    }
}

#[test]
fn a_copy_of_nothing_is_nothing() {
    let net: Net<CopiedNothing<f64>> = Net::new(CopiedNothing::draw(&mut assorted_draw()));
    let x = any_batch::<2>(3);
    let y = net.call(&x).unwrap();
    assert_eq!((y.0.shape(), y.1.shape(), y.2.shape()), ((2, 3), (0, 3), (0, 3)));
    let (_, xbar, pbar) = value_and_pullback(&net, &x, &(x.clone(), y.1, y.2));
    assert_eq!((xbar, pbar.bias.0), (x.clone(), x.column_sum()));
}
