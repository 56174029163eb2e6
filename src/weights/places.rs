//! The tensors of a structure of parameters, and the places of their numbers.

use crate::error::{Error, Result};
use crate::formula::{Leaf, Name, Order, Parameters};

/// A tensor of a structure: a leaf, or stacked gates.
pub(super) struct Place {
    /// Its name in the structure.
    pub(super) name: String,
    /// Its shape, as PyTorch has it.
    pub(super) shape: Vec<usize>,
    /// Whether its numbers are `f32`.
    pub(super) single: bool,
    /// The positions among the numbers of the structure, in row-major order.
    pub(super) positions: Vec<usize>,
}

/// The tensors of `params`.
pub(super) fn places<P: Parameters>(params: &P) -> Vec<Place> {
    let (mut places, mut start) = (Vec::<Place>::new(), 0);
    params.leaves(&Name::ROOT, &mut |name, leaf| {
        let (name, positions) = (name.to_string(), row_major(leaf, start));
        start += leaf.rows * leaf.columns;
        match places.iter_mut().find(|place| place.name == name) {
            Some(place) => place.stack(leaf, positions),
            None => places.push(Place { name, shape: leaf.sizes().to_vec(), single: leaf.single, positions }),
        }
    });
    places
}

impl Place {
    /// Adds a gate below the others.
    fn stack(&mut self, gate: Leaf, positions: impl IntoIterator<Item = usize>) {
        match self.shape.first_mut() {
            Some(rows) => *rows += gate.rows,
            // The gates of numbers are a vector.
            None => self.shape.push(1 + gate.rows),
        }
        self.positions.extend(positions);
    }
}

/// The positions of the numbers of a leaf row by row, if the first is at `start`.
fn row_major(leaf: Leaf, start: usize) -> Vec<usize> {
    let (rows, columns) = (leaf.rows, leaf.columns);
    match leaf.order {
        Order::RowMajor => (start..start + rows * columns).collect(),
        Order::ColumnMajor => (0..rows * columns).map(|i| start + i % columns * rows + i / columns).collect(),
    }
}

/// All numbers of `params`.
///
/// # Errors
/// [`Error::LengthMismatch`] unless they are as many as its tensors have: matrices on the heap may have other shapes than
/// their types say.
pub(super) fn numbers<P: Parameters>(params: &P, places: &[Place]) -> Result<Vec<f64>> {
    let mut numbers = Vec::new();
    params.write_numbers(&mut numbers);
    let (found, expected) = (numbers.len(), places.iter().map(|place| place.positions.len()).sum());
    if found == expected { Ok(numbers) } else { Err(Error::LengthMismatch { name: "params", found, expected }) }
}
