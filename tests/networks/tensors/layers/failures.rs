//! A device that fails is an error like any other.

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::{Const, HasShape, Rank2, Shape};
use dfdx::tensor::{AsArray, Cpu, OwnedTape, Tensor, TensorFrom, ZerosTensor};
use rheos::nn::tensor::{ModuleField, ModuleLayer, OdeLayer};
use rheos::nn::{AutonomousField, Block, Layer, OdeBlock, Recurrence, Residual, Sequence, SequenceBatch};
use rheos::{DiscreteAdjoint, Dopri5, Error, Fixed, Parametric, Pid, Rk4, State, solve};

use crate::common::gradient::{gradient, over};

type Batch = Tensor<Rank2<2, 3>, f64, Cpu>;

/// A module whose device is out of memory, with a tape or always.
#[derive(Debug, Clone, Default)]
struct Exhausted<const ALWAYS: bool>;

impl<const ALWAYS: bool> ZeroSizedModule for Exhausted<ALWAYS> {}
impl<const ALWAYS: bool> NonMutableModule for Exhausted<ALWAYS> {}

impl<const ALWAYS: bool, S: Shape> Module<Tensor<S, f64, Cpu>> for Exhausted<ALWAYS> {
    type Output = Tensor<S, f64, Cpu>;
    type Error = &'static str;
    fn try_forward(&self, x: Tensor<S, f64, Cpu>) -> Result<Self::Output, &'static str> {
        if ALWAYS { Err("out of memory") } else { Ok(x) }
    }
}

impl<const ALWAYS: bool, S: Shape> Module<Tensor<S, f64, Cpu, OwnedTape<f64, Cpu>>> for Exhausted<ALWAYS> {
    type Output = Tensor<S, f64, Cpu, OwnedTape<f64, Cpu>>;
    type Error = &'static str;
    fn try_forward(&self, _: Tensor<S, f64, Cpu, OwnedTape<f64, Cpu>>) -> Result<Self::Output, &'static str> {
        Err("out of memory")
    }
}

fn batch() -> Batch {
    Cpu::default().tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
}

#[track_caller]
fn is_device<T>(found: Result<T, impl Into<Error>>) {
    match found.map_err(Into::into) {
        Err(Error::Device { reason }) => assert!(reason.contains("out of memory"), "{reason}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn a_solve_names_the_device() {
    let net = ModuleField::new(Exhausted::<true>);
    is_device(solve(&net, batch(), 0.0..1.0, Rk4, Fixed::steps(2)).map_err(|failure| failure.error));
    is_device(solve(&net, batch(), 0.0..1.0, Dopri5, Pid::tolerance(1e-6)).map_err(|failure| failure.error));
    let field = ModuleLayer::<_, Batch, Batch>::new(Exhausted::<true>).field();
    is_device(solve(&field, batch(), 0.0..1.0, Rk4, Fixed::steps(2)).map_err(|failure| failure.error));
    let layer = OdeLayer::new(net, Rk4, Fixed::steps(2), DiscreteAdjoint::new(), 0.0..1.0);
    is_device(layer.solve(&batch()));
    assert!(layer.forward(batch()).array()[0][0].is_nan());
    assert!(matches!(layer.failure(), Some(Error::Device { .. })));
}

#[test]
fn a_pullback_that_fails_is_an_error() {
    let loss = |y: &[Batch]| y.to_vec();
    let net = ModuleField::new(Exhausted::<false>);
    let found = gradient(over(&net, &batch(), &[0.0, 1.0]), Rk4, Fixed::steps(2), DiscreteAdjoint::new(), loss);
    assert!(matches!(found, Err(Error::NonFiniteDerivative { .. })));
    let field = ModuleLayer::<_, Batch, Batch>::new(Exhausted::<false>).field();
    let block = OdeBlock::new(field, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let (_, record) = block.forward(&(), &batch(), 1.0.into()).unwrap();
    assert!(matches!(block.backward(record, batch(), &mut block.params()), Err(Error::NonFiniteDerivative { .. })));
}

/// The cell `(h, x) ↦ h` on a device that is out of memory.
#[derive(Debug, Clone, Default)]
struct Cell;

impl ZeroSizedModule for Cell {}
impl NonMutableModule for Cell {}

impl<A, B> Module<(A, B)> for Cell {
    type Output = A;
    type Error = &'static str;
    fn try_forward(&self, _: (A, B)) -> Result<A, &'static str> {
        Err("out of memory")
    }
}

#[test]
fn blocks_and_layers_return_the_error() {
    let cell = || ModuleLayer::<_, (Batch, Batch), Batch>::new(Cell);
    is_device(Recurrence(cell()).forward(&batch(), &batch(), 1.0.into()));
    is_device(Residual(cell()).forward(&batch(), &batch(), 1.0.into()));
    let readout = || ModuleLayer::<_, Batch, Batch>::new(Exhausted::<true>);
    is_device(readout().try_forward(&batch()));
    let still = ModuleLayer::<_, Batch, Batch>::new(Exhausted::<false>).field();
    let block = OdeBlock::new(still, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    is_device(Sequence { block, readout: readout() }.forward(&batch(), &SequenceBatch::new(vec![(); 2])));
    // A pullback has no way to return it.
    let (mut bar, mut params) = (batch(), readout().params());
    readout().backward(&mut Default::default(), &batch(), &batch(), &mut bar, &mut params);
    assert!(!bar.all_finite());
}

/// A module that drops a sample of a batch whose size is known at run time.
#[derive(Debug, Clone, Default)]
struct Dropping;

type Rows = Tensor<(usize, Const<2>), f64, Cpu>;

impl ZeroSizedModule for Dropping {}
impl NonMutableModule for Dropping {}

impl Module<Rows> for Dropping {
    type Output = Rows;
    type Error = &'static str;
    fn try_forward(&self, x: Rows) -> Result<Rows, &'static str> {
        Ok(Cpu::default().zeros_like(&(x.shape().0 - 1, Const)))
    }
}

impl Module<Tensor<(usize, Const<2>), f64, Cpu, OwnedTape<f64, Cpu>>> for Dropping {
    type Output = Tensor<(usize, Const<2>), f64, Cpu, OwnedTape<f64, Cpu>>;
    type Error = &'static str;
    fn try_forward(
        &self,
        x: Tensor<(usize, Const<2>), f64, Cpu, OwnedTape<f64, Cpu>>,
    ) -> Result<Self::Output, &'static str> {
        Ok(x)
    }
}

#[test]
fn a_batch_that_changes_its_size_is_refused() {
    let y0: Rows = Cpu::default().zeros_like(&(3, Const));
    let found =
        solve(&ModuleField::new(Dropping), y0.clone(), 0.0..1.0, Rk4, Fixed::steps(2)).map_err(|failure| failure.error);
    assert_eq!(found.err(), Some(Error::LengthMismatch { name: "dy", found: 4, expected: 6 }));
    let field = ModuleLayer::<_, Rows, Rows>::new(Dropping).field();
    let found = solve(&field, y0, 0.0..1.0, Rk4, Fixed::steps(2)).map_err(|failure| failure.error);
    assert_eq!(found.err(), Some(Error::LengthMismatch { name: "dy", found: 4, expected: 6 }));
}
