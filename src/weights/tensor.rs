//! Tensors as bytes.

use safetensors::Dtype;

use crate::error::{Error, Result};

/// A tensor of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub(super) elements: Dtype,
    pub(super) shape: Vec<usize>,
    /// Its elements in row-major order, little endian.
    pub(super) bytes: Vec<u8>,
}

/// The accepted weights.
const FINITE: &str = "finite";
const SINGLE: &str = "finite as an f32, which the model has";

impl Tensor {
    /// The tensor with these numbers, in row-major order, as `f32` or as `f64`.
    pub(super) fn new(name: &str, shape: &[usize], numbers: &[f64], single: bool) -> Result<Self> {
        check(name, shape, numbers, single)?;
        let bytes = if single {
            numbers.iter().flat_map(|x| (*x as f32).to_le_bytes()).collect()
        } else {
            numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
        };
        Ok(Self { elements: if single { Dtype::F32 } else { Dtype::F64 }, shape: shape.to_vec(), bytes })
    }

    /// Whether its elements are numbers that a model can have.
    pub(super) const fn is_real(&self) -> bool {
        matches!(self.elements, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64)
    }

    /// Whether it can be the tensor of a model with this shape. A single number may be a vector.
    pub(super) fn has_shape(&self, shape: &[usize]) -> bool {
        let is_number = |shape: &[usize]| matches!(shape, [] | [1]);
        self.shape == shape || (is_number(&self.shape) && is_number(shape))
    }

    /// Its numbers, in row-major order, for a model with numbers of type `f32` or `f64`.
    pub(super) fn numbers(&self, name: &str, single: bool) -> Result<Vec<f64>> {
        let numbers = match self.elements {
            Dtype::F16 => self.decode(|x| from_f16(u16::from_le_bytes(x))),
            Dtype::BF16 => self.decode(|x| f32::from_bits(u32::from(u16::from_le_bytes(x)) << 16).into()),
            Dtype::F32 => self.decode(|x| f32::from_le_bytes(x).into()),
            _ => self.decode(f64::from_le_bytes),
        };
        check(name, &self.shape, &numbers, single)?;
        Ok(numbers)
    }

    fn decode<const N: usize>(&self, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        self.bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
    }
}

/// Refuses numbers that are not finite in the type of the model.
fn check(name: &str, shape: &[usize], numbers: &[f64], single: bool) -> Result<()> {
    let is_bad = |x: &f64| if single { !(*x as f32).is_finite() } else { !x.is_finite() };
    let Some(position) = numbers.iter().position(is_bad) else { return Ok(()) };
    let value = numbers[position];
    let expected = if value.is_finite() { SINGLE } else { FINITE };
    Err(Error::InvalidWeight { tensor: name.to_owned(), index: index(shape, position), value, expected })
}

/// The index of an element, by its position in row-major order.
fn index(shape: &[usize], mut position: usize) -> Vec<usize> {
    let mut index: Vec<_> = shape
        .iter()
        .rev()
        .map(|&size| {
            let i = position % size.max(1);
            position /= size.max(1);
            i
        })
        .collect();
    index.reverse();
    index
}

/// A number of IEEE 754 binary16: a sign, 5 bits of exponent and 10 of fraction.
fn from_f16(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    let size = match exponent {
        0 => fraction * 2.0_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    };
    sign * size
}
