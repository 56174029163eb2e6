//! The matrices and vectors in a structure of parameters.

/// A matrix or a vector in a structure of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Its number of rows.
    pub rows: usize,
    /// Its number of columns.
    pub columns: usize,
    /// Its address in memory, by which a formula identifies its weights.
    pub address: usize,
    /// The order of its numbers in [`write_numbers`](super::Parameters::write_numbers).
    pub order: Order,
    /// Whether its numbers are `f32`.
    pub single: bool,
    sizes: [usize; MOST_AXES],
    axes: usize,
}

/// The order of the numbers of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Column by column, as in nalgebra.
    ColumnMajor,
    /// Row by row, as in dfdx and in PyTorch.
    RowMajor,
}

/// Tensors of dfdx have at most six axes.
const MOST_AXES: usize = 6;

impl Leaf {
    /// The leaf at the address of `leaf`: a number has no sizes, a vector its length, a matrix its rows and columns.
    ///
    /// With more than two sizes, all except the first are columns. Sizes beyond the sixth are multiplied into it.
    pub fn new<P>(leaf: &P, sizes: &[usize]) -> Self {
        let mut own = [1; MOST_AXES];
        for (axis, size) in sizes.iter().enumerate() {
            own[axis.min(MOST_AXES - 1)] *= size;
        }
        Self {
            rows: own[0],
            columns: own[1..].iter().product(),
            address: std::ptr::from_ref(leaf).addr(),
            order: Order::ColumnMajor,
            single: false,
            sizes: own,
            axes: sizes.len().min(MOST_AXES),
        }
    }

    /// The same leaf with numbers of this [rounding unit](crate::state::State::rounding).
    #[must_use]
    pub fn rounded(self, unit: f64) -> Self {
        Self { single: unit > f64::EPSILON, ..self }
    }

    /// The same leaf with its numbers in another order.
    #[must_use]
    pub const fn ordered(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// Its sizes in a file: none for a number, one for a vector, rows and columns for a matrix.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[..self.axes]
    }

    /// Whether both are the same place in memory, as the same matrix.
    pub(super) const fn is(&self, other: &Self) -> bool {
        self.address == other.address && self.rows == other.rows && self.columns == other.columns
    }
}
