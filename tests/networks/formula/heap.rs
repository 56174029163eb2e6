//! Weights on the heap.

use nalgebra::{Const, DMatrix, Dyn, OMatrix};
use rheos::formula::{Bias, Dynamic, Heap, Static, Structure, Weight};
use rheos::nn::{Block, Elman, Layer, Linear, Mlp, Net, OdeBlock};
use rheos::{DiscreteAdjoint, Error, Fixed, Parametric, Rk4, State};

use super::reference::assert_close;
use super::support::{any_batch, assorted, assorted_draw, pass, value_and_pullback};

#[test]
fn small_networks_are_the_same_bit_for_bit() {
    let mlp = Mlp::<f64, 3, 5, 2>::draw(&mut assorted_draw());
    let heap = mlp.to_store::<Heap<f64>>();
    assert_eq!(heap.coordinates(), mlp.coordinates());
    let (x, w) = (assorted(12), assorted(8));
    let expected = pass::<_, Static<4>>(&mlp, 4, &x, &w);
    assert_eq!(pass::<_, Static<4>>(&heap, 4, &x, &w), expected);
    assert_eq!(pass::<_, Dynamic>(&heap, 4, &x, &w), expected);

    let elman = Elman::<f32, 3, 5>::draw(&mut assorted_draw());
    let (x, w) = (assorted(32), assorted(20));
    let expected = pass::<_, Static<4>>(&elman, 4, &x, &w);
    assert_eq!(pass::<_, Dynamic>(&elman.to_store::<Heap<f32>>(), 4, &x, &w), expected);
}

/// A matrix on the heap may have any number of columns.
fn columns<const N: usize>(columns: usize) -> OMatrix<f64, Const<N>, Dyn> {
    any_batch::<N>(columns)
}

fn linear(columns_of_weight: usize, columns_of_bias: usize) -> Linear<Heap<f64>, 3, 2> {
    Linear { weight: Weight(columns(columns_of_weight)), bias: Bias(columns(columns_of_bias)) }
}

#[test]
fn parameters_of_another_shape_are_an_error() {
    let x = any_batch::<3>(4);
    let error = |found, expected| Err(Error::ShapeMismatch { name: "params", index: 0, found, expected });
    for (params, expected) in [(linear(5, 1), error(10, 6)), (linear(0, 1), error(0, 6))] {
        let mut net: Net<_> = Net::new(params);
        assert_eq!(net.call(&x), expected);
        assert!(net.forward(&x).iter().all(|y| y.is_nan()));
        net.set_params(&linear(3, 1));
        assert_eq!(net.call(&x), Net::<_>::new(linear(3, 1)).call(&x));
        assert!(net.call(&x).is_ok());
    }
    let mut net: Net<_> = Net::new(linear(3, 1));
    net.set_params(&linear(3, 2));
    assert_eq!(net.call(&x), Err(Error::ShapeMismatch { name: "params", index: 1, found: 4, expected: 2 }));
    let block_error = OdeBlock::new(
        Net::<Mlp<Heap<f64>, 2, 2, 2>>::new(misshapen()).field(),
        Rk4,
        Fixed::steps(2),
        DiscreteAdjoint::new(),
    )
    .forward(&(), &any_batch(4), 1.0.into())
    .err();
    assert_eq!(block_error, Some(Error::ShapeMismatch { name: "params", index: 2, found: 6, expected: 4 }));
}

/// A network whose second weight has a column too many.
fn misshapen() -> Mlp<Heap<f64>, 2, 2, 2> {
    let zeros = Mlp::<Heap<f64>, 2, 2, 2>::zeros();
    Mlp { second: Linear { weight: Weight(columns(3)), ..zeros.second }, ..zeros }
}

#[test]
fn a_gradient_of_another_shape_is_not_written() {
    let net: Net<_> = Net::new(linear(3, 1));
    let (x, w) = (any_batch::<3>(4), any_batch::<2>(4));
    let (mut xbar, mut pbar) = (x.zeros_like(), linear(5, 1));
    net.backward(&mut Default::default(), &x, &w, &mut xbar, &mut pbar);
    assert!(xbar.iter().chain(pbar.weight.iter()).all(|x| x.is_nan()));
}

/// Weights of 2 MiB each, in a thread whose stack is smaller than one of them.
#[test]
fn large_networks_need_no_stack() {
    const N: usize = 512;
    type Large = Mlp<Heap<f64>, N, N, N>;
    let run = || {
        let mut draw = assorted_draw();
        let net: Net<Large> = Net::new(Large::uniform(&mut || 0.5 + 0.5 * draw()));
        let (x, w) = (any_batch::<N>(3), any_batch::<N>(3) * 0.5);
        let (y, xbar, pbar) = value_and_pullback(&net, &x, &w);

        // The same by products of matrices.
        fn dense(x: &OMatrix<f64, Const<N>, Dyn>) -> DMatrix<f64> {
            DMatrix::from_column_slice(N, x.ncols(), x.as_slice())
        }
        let Mlp { first, second } = net.weights();
        let [w1, b1, w2, b2] = [&first.weight.0, &first.bias.0, &second.weight.0, &second.bias.0].map(dense);
        let (x, w) = (dense(&x), dense(&w));
        let ones = DMatrix::from_element(1, 3, 1.0);
        let hidden = (&w1 * &x + b1 * &ones).map(f64::tanh);
        let before = (w2.transpose() * &w).zip_map(&hidden, |w, h| w * (1.0 - h * h));
        assert_close("value", y.as_slice(), (&w2 * &hidden + b2 * &ones).as_slice(), 1e-13);
        assert_close("input", xbar.as_slice(), (w1.transpose() * &before).as_slice(), 1e-13);
        assert_close("first weight", pbar.first.weight.as_slice(), (&before * x.transpose()).as_slice(), 1e-13);
        assert_close("second weight", pbar.second.weight.as_slice(), (&w * hidden.transpose()).as_slice(), 1e-13);
        assert_close("first bias", pbar.first.bias.as_slice(), before.column_sum().as_slice(), 1e-13);
        assert_close("second bias", pbar.second.bias.as_slice(), w.column_sum().as_slice(), 1e-13);
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap();
    thread.join().unwrap();
}
