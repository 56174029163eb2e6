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
    /// Its leaves, each with the position of its first number among the numbers of the structure.
    leaves: Vec<(usize, Leaf)>,
}

/// The tensors of `params`.
pub(super) fn places<P: Parameters>(params: &P) -> Vec<Place> {
    let (mut places, mut start) = (Vec::<Place>::new(), 0);
    params.leaves(&Name::ROOT, &mut |name, leaf| {
        let name = name.to_string();
        match places.iter_mut().find(|place| place.name == name) {
            Some(place) => place.stack(start, leaf),
            None => {
                let (shape, leaves) = (leaf.sizes().to_vec(), vec![(start, leaf)]);
                places.push(Place { name, shape, single: leaf.single, leaves });
            }
        }
        start += leaf.rows * leaf.columns;
    });
    places
}

impl Place {
    /// The positions of its numbers among the numbers of the structure, in row-major order.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        self.leaves.iter().flat_map(|&(start, Leaf { rows, columns, order, .. })| {
            let (down, right) = match order {
                Order::RowMajor => (columns, 1),
                Order::ColumnMajor => (1, rows),
            };
            (0..rows).flat_map(move |row| (0..columns).map(move |column| start + row * down + column * right))
        })
    }

    /// Adds a gate below the others.
    fn stack(&mut self, start: usize, gate: Leaf) {
        match self.shape.first_mut() {
            Some(rows) => *rows += gate.rows,
            // The gates of numbers are a vector.
            None => self.shape.push(1 + gate.rows),
        }
        self.leaves.push((start, gate));
    }

    fn count(&self) -> usize {
        self.leaves.iter().map(|(_, leaf)| leaf.rows * leaf.columns).sum()
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
    let (found, expected) = (numbers.len(), places.iter().map(Place::count).sum());
    if found == expected { Ok(numbers) } else { Err(Error::LengthMismatch { name: "params", found, expected }) }
}
