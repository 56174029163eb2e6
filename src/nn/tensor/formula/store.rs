//! Weights as dfdx tensors.

use std::marker::PhantomData;

use dfdx::shapes::{Const, HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::Device;

use super::super::failure::of_device;
use crate::error::Result;
use crate::formula::{Build, Name, Order, Slices, Store, Structure, Visitor};
use crate::state::{Element, TensorElement, read};

/// Weights as tensors of the shapes `(O, I)` and `(N,)` on the device `D`, as in PyTorch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tensors<E, D>(PhantomData<fn() -> (E, D)>);

impl<E: TensorElement, D: Device<E>> Store for Tensors<E, D> {
    type Element = E;
    type Weight<const O: usize, const I: usize> = Tensor<(Const<O>, Const<I>), E, D>;
    type Bias<const N: usize> = Tensor<(Const<N>,), E, D>;
    const ORDER: Order = Order::RowMajor;
}

/// The parameters of a network as tensors on `device`.
///
/// # Errors
/// [`Error::Device`](crate::error::Error::Device).
pub fn to_device<P, E, D>(params: &P, device: &D) -> Result<P::In<Tensors<E, D>>>
where
    P: Structure<Store: Slices>,
    E: TensorElement,
    D: Device<E>,
{
    let mut upload = Upload { params, device, next: 0, failure: None, element: PhantomData::<E> };
    let tensors = P::In::<Tensors<E, D>>::build(&Name::ROOT, &mut upload);
    upload.failure.map_or(Ok(tensors), Err)
}

/// The parameters of a network on tensors as matrices.
#[must_use]
pub fn to_host<P, E, D>(params: &P) -> P::In<E>
where
    P: Structure<Store = Tensors<E, D>>,
    E: TensorElement,
    D: Device<E>,
{
    let mut numbers = Download(Vec::new());
    params.visit(&mut numbers);
    let mut numbers = numbers.0.into_iter();
    P::In::<E>::draw(&mut || numbers.next().unwrap_or(0.0))
}

/// Makes a tensor of each leaf of `params`.
struct Upload<'a, P, E, D> {
    params: &'a P,
    device: &'a D,
    next: usize,
    failure: Option<crate::error::Error>,
    element: PhantomData<E>,
}

impl<P: Structure<Store: Slices>, E: TensorElement, D: Device<E>> Upload<'_, P, E, D> {
    /// The next leaf, a matrix with this many rows, in row-major order.
    fn next(&mut self, rows: usize, columns: usize) -> Vec<E> {
        let entries = self.params.slice(self.next);
        self.next += 1;
        let entry = |i: usize| E::embed(Element::re(entries[i % columns * rows + i / columns]));
        (0..rows * columns).map(entry).collect()
    }

    fn tensor<S: Shape + Default>(&mut self, entries: Vec<E>) -> Tensor<S, E, D> {
        match self.device.try_tensor_from_vec(entries, S::default()) {
            Ok(tensor) => tensor,
            Err(error) => {
                self.failure = Some(of_device(error));
                self.device.zeros_like(&S::default())
            }
        }
    }
}

impl<P: Structure<Store: Slices>, E: TensorElement, D: Device<E>> Build<Tensors<E, D>> for Upload<'_, P, E, D> {
    fn weight<const O: usize, const I: usize>(&mut self, _: &Name<'_>) -> Tensor<(Const<O>, Const<I>), E, D> {
        let entries = self.next(O, I);
        self.tensor(entries)
    }
    fn bias<const N: usize>(&mut self, _: &Name<'_>) -> Tensor<(Const<N>,), E, D> {
        let entries = self.next(N, 1);
        self.tensor(entries)
    }
}

/// The numbers of all leaves, each in column-major order.
struct Download(Vec<f64>);

impl Download {
    fn take<S: Shape, E: TensorElement, D: Device<E>>(
        &mut self,
        tensor: &Tensor<S, E, D>,
        rows: usize,
        columns: usize,
    ) {
        let mut entries = vec![E::default(); tensor.shape().num_elements()];
        read(tensor, &mut entries);
        self.0.extend((0..rows * columns).map(|i| entries[i % rows * columns + i / rows].re()));
    }
}

impl<E: TensorElement, D: Device<E>> Visitor<Tensors<E, D>> for Download {
    fn weight<const O: usize, const I: usize>(&mut self, weight: &Tensor<(Const<O>, Const<I>), E, D>) {
        self.take(weight, O, I);
    }
    fn bias<const N: usize>(&mut self, bias: &Tensor<(Const<N>,), E, D>) {
        self.take(bias, N, 1);
    }
}
