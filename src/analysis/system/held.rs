//! Blocks as maps of their hidden state.

use nalgebra::DMatrix;

use super::{Kind, System};
use crate::error::{Error, Result};
use crate::nn::{Block, Replicate, Samples};
use crate::state::State;

/// The map `h₁ = B(x, h₀)` of a block with its input `x` held at a value: a recurrent cell as a dynamical system.
///
/// A cell on [`Dynamic`](crate::formula::Dynamic) batches has its Jacobian in one pullback, with one sample for each row; on
/// `Static<1>` batches there is a pullback for each row. The state has one sample.
///
/// ```
/// use nalgebra::{DMatrix, OMatrix, Dyn, U1, U4};
/// use rheos::analysis::{Held, System};
/// use rheos::nn::{Gru, Net, Recurrence};
/// use rheos::train::uniform;
///
/// let cell = Net::dynamic(Gru::<f64, 1, 4>::uniform(&mut uniform(1)));
/// let map = Held::new(Recurrence(cell), OMatrix::<f64, U1, Dyn>::from_element(1, 0.5));
/// let h = OMatrix::<f64, U4, Dyn>::zeros(1);
/// let mut slopes = DMatrix::zeros(4, 4);
/// map.jacobian(&h, &h, &mut slopes)?;
/// assert!(slopes.norm() > 0.0);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Held<B: Block> {
    block: B,
    input: B::Input,
    gap: f64,
}

impl<B: Block> Held<B> {
    /// The map of `block` with the input held at `input`, a batch of one sample, and a gap of 1.
    pub const fn new(block: B, input: B::Input) -> Self {
        Self { block, input, gap: 1.0 }
    }

    /// Sets the time between two observations; blocks without time ignore it.
    #[must_use]
    pub const fn gap(mut self, gap: f64) -> Self {
        self.gap = gap;
        self
    }

    /// The block.
    pub const fn block(&self) -> &B {
        &self.block
    }

    /// The input.
    pub const fn input(&self) -> &B::Input {
        &self.input
    }
}

impl<B: Block<Hidden: Replicate, Input: Replicate>> System for Held<B> {
    type State = B::Hidden;
    const KIND: Kind = Kind::Map;

    fn eval(&self, h: &B::Hidden, out: &mut B::Hidden) -> Result<()> {
        one_sample(h)?;
        out.assign(h);
        self.block.advance(&self.input, out, self.gap.into())
    }

    fn jacobian(&self, h: &B::Hidden, _: &B::Hidden, out: &mut DMatrix<f64>) -> Result<()> {
        one_sample(h)?;
        let n = h.coordinates().len();
        if let (Some(states), Some(inputs)) = (h.replicate(n), self.input.replicate(n)) {
            return self.rows(&states, &inputs, 0..n, out);
        }
        (0..n).try_for_each(|row| self.rows(h, &self.input, row..row + 1, out))
    }
}

impl<B: Block<Hidden: Replicate>> Held<B> {
    /// Rows of the Jacobian, by one pullback with a sample for each.
    fn rows(&self, h: &B::Hidden, x: &B::Input, rows: std::ops::Range<usize>, out: &mut DMatrix<f64>) -> Result<()> {
        let (_, record) = self.block.forward(x, h, self.gap.into())?;
        let mut w = h.zeros_like();
        let mut unit = vec![0.0; out.ncols()];
        for (sample, row) in rows.clone().enumerate() {
            unit[row] = 1.0;
            let _ = w.read_sample(sample, &unit);
            unit[row] = 0.0;
        }
        let mut unwanted = self.block.params().zeros_like();
        let (_, hbar) = self.block.backward(record, w, &mut unwanted)?;
        for (sample, row) in rows.enumerate() {
            unit.clear();
            hbar.write_sample(sample, &mut unit);
            out.row_mut(row).iter_mut().zip(&unit).for_each(|(entry, &x)| *entry = x);
        }
        Ok(())
    }
}

fn one_sample<H: Samples>(h: &H) -> Result<()> {
    match h.count_samples() {
        1 => Ok(()),
        found => Err(Error::SampleMismatch { input: "h", found, expected: 1 }),
    }
}
