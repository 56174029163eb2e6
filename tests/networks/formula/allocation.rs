//! After the first call, nothing is allocated but values that are returned.

use allocation_counter::measure;
use nalgebra::{Const, Dyn, OMatrix, SMatrix};
use rheos::formula::{Columns, Dynamic, Formula, Rows, Static};
use rheos::nn::{Driven, Elman, Layer, LeakyField, Linear, Mlp, Net, TimeField};
use rheos::state::Passive;
use rheos::{Differentiable, Parametric, State, formula};

use super::support::{any_batch, assorted_draw};

/// Allocations of `work` after it was done once.
fn later(mut work: impl FnMut()) -> u64 {
    work();
    measure(|| {
        work();
        work();
    })
    .count_total
}

/// Value and pullback into places there are.
fn of_layer<L: Layer>(layer: &L, x: &L::Input, w: &L::Output) -> u64 {
    let (mut y, mut trace) = (w.clone(), L::Trace::default());
    let (mut xbar, mut pbar) = (x.zeros_like(), layer.params().zeros_like());
    later(|| {
        layer.forward_into(x, &mut y);
        layer.forward_traced_into(x, &mut y, &mut trace);
        layer.backward(&mut trace, x, w, &mut xbar, &mut pbar);
    })
}

/// Value and pullback, traced.
fn of_field<F: Differentiable>(field: &F, y: &F::State) -> u64 {
    let (mut dy, mut trace) = (y.clone(), F::Trace::default());
    let (mut ybar, mut pbar) = (y.zeros_like(), field.params().zeros_like());
    later(|| {
        field.eval_traced(0.5, y, &mut dy, &mut trace);
        field.vjp_traced(&mut trace, 0.5, y, &dy, &mut ybar, &mut pbar);
    })
}

fn net<P: Formula<Store = f64>, K: Columns<f64>>() -> Net<P, K> {
    Net::new(P::draw(&mut assorted_draw()))
}

/// 5 samples.
fn fixed<const N: usize>() -> SMatrix<f64, N, 5> {
    SMatrix::from_column_slice(any_batch::<N>(5).as_slice())
}

formula! {
    /// A field that knows the time.
    struct Timed<T> { net: Linear<T, 3, 2> }
    fn apply(&self, y: Rows<2>, t: Rows<1>) -> Rows<2> {
        self.net.apply(y.concat(t)).tanh()
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(later(|| drop(std::hint::black_box(OMatrix::<f64, Const<2>, Dyn>::zeros(5)))), 2);
}

#[test]
fn layers_allocate_nothing() {
    type Large = Mlp<f64, 2, 16, 2>;
    type Cell = Elman<f64, 2, 4>;
    assert_eq!(of_layer(&net::<Large, Static<5>>(), &fixed(), &fixed()), 0);
    assert_eq!(of_layer(&net::<Large, Dynamic>(), &any_batch(5), &any_batch(5)), 0);
    assert_eq!(of_layer(&net::<Cell, Static<5>>(), &(fixed(), fixed()), &fixed()), 0);
    assert_eq!(of_layer(&net::<Cell, Dynamic>(), &(any_batch(5), any_batch(5)), &any_batch(5)), 0);
}

#[test]
fn traced_fields_allocate_nothing() {
    assert_eq!(of_field(&net::<Mlp<f64, 2, 16, 2>, Static<5>>().field(), &fixed()), 0);
    assert_eq!(of_field(&net::<Mlp<f64, 2, 16, 2>, Dynamic>().field(), &any_batch(5)), 0);
    assert_eq!(of_field(&TimeField(net::<Timed<f64>, Static<5>>()), &fixed()), 0);
    assert_eq!(of_field(&TimeField(net::<Timed<f64>, Dynamic>()), &any_batch(5)), 0);
    let (fixed, any) = ((fixed(), Passive(fixed())), (any_batch(5), Passive(any_batch(5))));
    assert_eq!(of_field(&Driven(net::<Elman<f64, 2, 4>, Static<5>>()), &fixed), 0);
    assert_eq!(of_field(&Driven(net::<Elman<f64, 2, 4>, Dynamic>()), &any), 0);
    assert_eq!(of_field(&LeakyField(net::<Elman<f64, 2, 4>, Dynamic>()), &any), 0);
}

#[test]
fn new_parameters_allocate_nothing() {
    let mut net = net::<Mlp<f64, 2, 16, 2>, Dynamic>();
    let params = net.params();
    assert_eq!(later(|| net.set_params(&params)), 0);
}
