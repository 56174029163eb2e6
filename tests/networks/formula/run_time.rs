//! Batches whose size is known at run time: sizes that do not fit are errors, and never wrong numbers.

use rheos::formula::{Bias, Dynamic, Rows, Static, Structure, Weight};
use rheos::nn::{
    Block, Driven, Elman, Layer, LeakyField, Linear, Mlp, Net, OdeBlock, Recurrence, Residual, Sequence, SequenceBatch,
    TimeRescaled,
};
use rheos::state::Passive;
use rheos::{
    BacksolveAdjoint, DiscreteAdjoint, Dopri5, Dynamics, Error, Fixed, Ivp, Parametric, Pid, Rk4, State, formula, solve,
};

use super::reference::assert_close;
use super::support::{AnyBatch, any_batch, assorted, assorted_draw, pass, value_and_pullback};

type Cell = Net<Elman<f64, 2, 4>>;

fn cell() -> Cell {
    Net::new(Elman::draw(&mut assorted_draw()))
}

fn hidden(samples: usize) -> AnyBatch<4> {
    any_batch(samples)
}

fn input(samples: usize) -> AnyBatch<2> {
    any_batch(samples)
}

const X_HAS_FIVE: Error = Error::SampleMismatch { input: "x", found: 5, expected: 3 };

#[test]
fn a_call_names_the_argument_that_does_not_fit() {
    let cell = cell();
    assert_eq!(cell.call(&(hidden(3), input(5))), Err(X_HAS_FIVE));
    assert_eq!(cell.try_forward_traced(&(hidden(3), input(5)), &mut Default::default()), Err(X_HAS_FIVE));
    // Where no error can be returned, no number is.
    assert!(cell.forward(&(hidden(3), input(5))).iter().all(|y| y.is_nan()));
    assert_eq!(cell.call(&(hidden(3), input(3))), Ok(cell.forward(&(hidden(3), input(3)))));
    // A trace that saw the failure serves the next evaluation.
    let mut trace = Default::default();
    assert!(cell.try_forward_traced(&(hidden(3), input(5)), &mut trace).is_err());
    assert_eq!(cell.try_forward_traced(&(hidden(5), input(5)), &mut trace), cell.call(&(hidden(5), input(5))));
}

#[test]
fn an_output_of_another_size_is_not_written() {
    let cell = cell();
    let mut y = hidden(5);
    cell.forward_into(&(hidden(3), input(3)), &mut y);
    assert_eq!(y.ncols(), 5);
    assert!(y.iter().all(|y| y.is_nan()));
}

#[test]
fn blocks_and_sequences_refuse_inputs_of_another_size() {
    fn refused<B: Block<Input = AnyBatch<2>, Hidden = AnyBatch<4>>>(block: B) {
        assert_eq!(block.forward(&input(5), &hidden(3), 1.0.into()).err(), Some(X_HAS_FIVE));
        let readout: Net<_> = Net::new(Linear::<f64, 4, 1>::draw(&mut assorted_draw()));
        let model = Sequence { block, readout };
        let error = model.forward(&hidden(3), &SequenceBatch::new(vec![input(3), input(5)])).err();
        assert_eq!(error, Some(X_HAS_FIVE));
        assert!(model.forward(&hidden(3), &SequenceBatch::new(vec![input(3); 2])).is_ok());
    }
    refused(Recurrence(cell()));
    refused(Residual(cell()));
    let pid = Pid::tolerance(1e-6);
    refused(OdeBlock::new(Driven(cell()), Rk4, Fixed::steps(2), DiscreteAdjoint::new()));
    refused(OdeBlock::new(Driven(cell()), Dopri5, pid, BacksolveAdjoint::new(Dopri5, pid)));
    refused(OdeBlock::new(LeakyField(cell()), Rk4, Fixed::steps(2), DiscreteAdjoint::new()));
}

#[test]
fn a_solve_fails_for_the_argument_that_does_not_fit() {
    fn refused<F: Dynamics<State = (AnyBatch<4>, Passive<AnyBatch<2>>)>>(f: &F) {
        let y0 = || (hidden(3), Passive(input(5)));
        assert_eq!(solve(f, y0(), 0.0..1.0, Rk4, Fixed::steps(3)).unwrap_err().error, X_HAS_FIVE);
        assert_eq!(solve(f, y0(), 0.0..1.0, Dopri5, Pid::tolerance(1e-6)).unwrap_err().error, X_HAS_FIVE);
        let failure = Ivp::new(f, y0(), 0.0..1.0).save_at(&[0.5]).solve(Dopri5, Pid::tolerance(1e-6)).unwrap_err();
        assert_eq!(failure.error, X_HAS_FIVE);
        // Nor are there numbers in a hidden state without samples that could be wrong.
        let failure = solve(f, (hidden(0), Passive(input(5))), 0.0..1.0, Rk4, Fixed::steps(3)).unwrap_err();
        assert_eq!(failure.error, Error::SampleMismatch { input: "x", found: 5, expected: 0 });
        let fitting = (hidden(3), Passive(input(3)));
        assert!(solve(f, fitting, 0.0..1.0, Rk4, Fixed::steps(3)).is_ok());
    }
    refused(&Driven(cell()));
    refused(&LeakyField(cell()));
}

#[test]
fn no_samples_have_a_value_and_zero_gradients() {
    let (y, xbar, pbar) = value_and_pullback(&cell(), &(hidden(0), input(0)), &hidden(0));
    assert_eq!((y.shape(), xbar.0.shape(), xbar.1.shape()), ((4, 0), (4, 0), (2, 0)));
    assert_eq!(pbar, Elman::zeros());
    assert_eq!(cell().call(&(hidden(0), input(0))), Ok(hidden(0)));
    assert_eq!(cell().call(&(hidden(0), input(1))), Err(Error::SampleMismatch { input: "x", found: 1, expected: 0 }));
    let block = Recurrence(cell());
    let (h, record) = block.forward(&input(0), &hidden(0), 1.0.into()).unwrap();
    let mut pbar = Elman::zeros();
    let bars = block.backward(record, h, &mut pbar).unwrap();
    assert_eq!((bars, pbar), ((input(0), hidden(0)), Elman::zeros()));
}

#[test]
fn a_cotangent_of_another_size_is_an_error() {
    fn refused<B: Block<Input = AnyBatch<2>, Hidden = AnyBatch<4>>>(block: B) {
        for found in [0, 1, 2, 4] {
            let (_, record) = block.forward(&input(3), &hidden(3), 1.0.into()).unwrap();
            let mut pbar = block.params();
            let error = block.backward(record, hidden(found), &mut pbar).unwrap_err();
            assert_eq!(error, Error::LengthMismatch { name: "hbar", found: 4 * found, expected: 12 });
        }
    }
    refused(Recurrence(cell()));
    refused(Residual(cell()));
    refused(OdeBlock::new(Driven(cell()), Rk4, Fixed::steps(2), DiscreteAdjoint::new()));
}

#[test]
fn a_cotangent_of_a_sequence_of_another_size_is_an_error() {
    let readout: Net<_> = Net::new(Linear::<f64, 4, 1>::draw(&mut assorted_draw()));
    let model = Sequence { block: Recurrence(cell()), readout };
    for found in [0, 1, 2, 4] {
        let unrolled = model.forward(&hidden(3), &SequenceBatch::new(vec![input(3); 2])).unwrap();
        let mut pbar = model.params();
        let error = model.backward(unrolled.record, &[any_batch(3), any_batch(found)], &mut pbar).unwrap_err();
        assert_eq!(error, Error::ShapeMismatch { name: "cotangents", index: 1, found, expected: 3 });
    }
}

/// Each sample of a state has its own gap.
#[test]
fn gaps_of_another_number_of_samples_are_an_error() {
    let field = || TimeRescaled(Net::<_>::new(Mlp::<f64, 4, 5, 4>::draw(&mut assorted_draw())).field());
    let block = OdeBlock::new(field(), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    for found in [1, 2, 4] {
        let expected = Error::SampleMismatch { input: "gaps", found, expected: 3 };
        let y0 = (hidden(3), Passive(any_batch::<1>(found)));
        assert_eq!(solve(&field(), y0, 0.0..1.0, Dopri5, Pid::tolerance(1e-6)).unwrap_err().error, expected);
        assert_eq!(block.forward(&any_batch(found), &hidden(3), 1.0.into()).err(), Some(expected));
    }
    assert!(block.forward(&any_batch(3), &hidden(3), 1.0.into()).is_ok());
}

#[test]
fn a_solve_without_samples_is_an_error() {
    let field = Net::<_>::new(Mlp::<f64, 2, 5, 2>::draw(&mut assorted_draw())).field();
    assert!(solve(&field, input(0), 0.0..1.0, Rk4, Fixed::steps(2)).is_err());
}

formula! {
    /// Nothing between an input and an output.
    struct Gap<T> { first: Linear<T, 2, 0>, second: Linear<T, 0, 3>, none: Bias<T, 0> }
    fn apply(&self, x: Rows<2>) -> (Rows<3>, Rows<0>) {
        let nothing = (self.first.apply(x).tanh() * &self.none).concat::<0, 0>(x.rows::<2, 0>());
        (self.second.apply(nothing), nothing)
    }
}

#[test]
fn no_rows_have_a_value() {
    let gap = Gap::<f64>::draw(&mut assorted_draw());
    let found = pass::<_, Dynamic>(&gap, 4, &assorted(8), &assorted(12));
    assert_eq!(found.value, gap.second.bias.as_slice().repeat(4));
    assert_eq!(found.input, [0.0; 8]);
    let sums: Vec<f64> = (0..3).map(|i| (0..4).map(|sample| assorted(12)[3 * sample + i]).sum()).collect();
    assert_close("params", &found.params, &sums, 1e-15);
}

formula! {
    /// As many rows of nothing as take more than a register.
    struct Wide<T> { into: Weight<T, 0, 2>, from: Weight<T, 19, 0>, bias: Bias<T, 19> }
    fn apply(&self, x: Rows<2>) -> Rows<19> {
        &self.from * (&self.into * x) + &self.bias
    }
}

#[test]
fn many_rows_of_nothing_have_a_value() {
    let wide = Wide::<f64>::draw(&mut assorted_draw());
    for samples in [1, 2, 5, 20] {
        let found = pass::<_, Dynamic>(&wide, samples, &assorted(2 * samples), &assorted(19 * samples));
        assert_eq!(found.value, wide.bias.as_slice().repeat(samples));
        assert_eq!(found.input, vec![0.0; 2 * samples]);
    }
}

#[test]
fn a_pullback_that_does_not_fit_is_not_a_number() {
    let cell = cell();
    let x = (hidden(3), input(3));
    let pull_back = |w: AnyBatch<4>, mut xbar: (AnyBatch<4>, AnyBatch<2>)| {
        let (mut trace, mut pbar) = (Default::default(), Elman::zeros());
        cell.forward_traced(&x, &mut trace);
        cell.backward(&mut trace, &x, &w, &mut xbar, &mut pbar);
        (xbar, pbar)
    };
    for (w, xbar) in
        [(hidden(2), x.zeros_like()), (hidden(3), (hidden(3), input(2))), (hidden(3), (hidden(1), input(3)))]
    {
        let (xbar, pbar) = pull_back(w, xbar);
        assert!(pbar.coordinates().iter().chain(&xbar.coordinates()).all(|x| x.is_nan()));
    }
    assert!(pull_back(hidden(3), x.zeros_like()).1.all_finite());
}

/// A trace keeps room for the largest batch that it has seen.
#[test]
fn a_trace_serves_batches_of_every_size() {
    let net: Net<_> = Net::new(Mlp::<f64, 2, 8, 2>::draw(&mut assorted_draw()));
    let mut trace = Default::default();
    for samples in [3, 7, 0, 1, 7, 3] {
        let (x, w) = (any_batch::<2>(samples), any_batch::<2>(samples) * 2.0);
        let expected = value_and_pullback(&net, &x, &w);
        let y = net.forward_traced(&x, &mut trace);
        let (mut xbar, mut pbar) = (x.zeros_like(), net.params().zeros_like());
        net.backward(&mut trace, &x, &w, &mut xbar, &mut pbar);
        assert_eq!((y, xbar, pbar), expected);
    }
    // A trace that holds another number of samples than the argument is filled anew.
    net.forward_traced(&any_batch(7), &mut trace);
    let (x, w) = (any_batch::<2>(3), any_batch::<2>(3) * 2.0);
    let (mut xbar, mut pbar) = (x.zeros_like(), net.params().zeros_like());
    net.backward(&mut trace, &x, &w, &mut xbar, &mut pbar);
    let (_, expected, of_params) = value_and_pullback(&net, &x, &w);
    assert_eq!((xbar, pbar), (expected, of_params));
}

/// The same network on batches of both kinds, through a solve and back.
#[test]
fn a_solve_of_a_run_time_batch_is_that_of_a_static_one() {
    let net: Net<_, Static<3>> = Net::new(Mlp::<f64, 2, 8, 2>::draw(&mut assorted_draw()));
    let any: Net<_, Dynamic> = net.with_batches();
    let y0 = any_batch::<2>(3);
    let fixed = nalgebra::SMatrix::<f64, 2, 3>::from_column_slice(y0.as_slice());
    let pid = Pid::tolerance(1e-6);
    let a = OdeBlock::new(net.field(), Dopri5, pid, DiscreteAdjoint::new());
    let b = OdeBlock::new(any.field(), Dopri5, pid, DiscreteAdjoint::new());
    let ((a1, a_record), (b1, b_record)) =
        (a.forward(&(), &fixed, 1.0.into()).unwrap(), b.forward(&(), &y0, 1.0.into()).unwrap());
    assert_eq!(a1.as_slice(), b1.as_slice());
    let (mut a_bar, mut b_bar) = (a.params().zeros_like(), b.params().zeros_like());
    let (_, ah) = a.backward(a_record, a1, &mut a_bar).unwrap();
    let (_, bh) = b.backward(b_record, b1, &mut b_bar).unwrap();
    assert_eq!((ah.as_slice(), a_bar), (bh.as_slice(), b_bar));
}
