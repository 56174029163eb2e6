//! The packed weights of a formula on tensors.

use std::any::Any;
use std::sync::{Arc, Mutex};

use super::on_host::Flat;
use crate::formula::{Layout, Packed, Program};
use crate::state::TensorElement;

/// The packed weights of the last evaluation. The next one packs them again only if they have changed.
///
/// dfdx does not tell whether a tensor has changed, so the numbers are compared. That reads them once; packing writes a
/// transpose as well.
#[derive(Default)]
pub(super) struct PackedWeights(Mutex<Option<Arc<dyn Any + Send + Sync>>>);

/// Weights and their packed form.
pub(super) struct Weights<E> {
    numbers: Vec<E>,
    pub(super) packed: Packed<E>,
}

/// The clone shares the packed weights.
impl Clone for PackedWeights {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.last()))
    }
}

impl PackedWeights {
    /// After a panic in another thread there are none.
    fn last(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.0.lock().ok().and_then(|last| last.clone())
    }

    /// The packed form of these weights.
    pub(super) fn of<E: TensorElement>(&self, program: &Program, weights: &Flat<E>) -> Arc<Weights<E>> {
        if let Some(last) = self.last().and_then(|last| last.downcast::<Weights<E>>().ok())
            && are_identical(&last.numbers, &weights.numbers)
        {
            return last;
        }
        let mut packed = Packed::default();
        packed.fill(program, Layout::Rows, |k| weights.part(k));
        let new = Arc::new(Weights { numbers: weights.numbers.clone(), packed });
        if let Ok(mut last) = self.0.lock() {
            *last = Some(new.clone());
        }
        new
    }
}

/// Whether the numbers have the same bits.
fn are_identical<E: TensorElement>(a: &[E], b: &[E]) -> bool {
    let mut same = a.len() == b.len();
    E::vectorized(
        #[inline(always)]
        || {
            for (a, b) in a.iter().zip(b) {
                same &= a.re().to_bits() == b.re().to_bits();
            }
        },
    );
    same
}

#[cfg(test)]
mod tests {
    use super::are_identical;

    #[test]
    fn identical_numbers_have_the_same_bits() {
        let x: Vec<f32> = (0..100).map(|i| 0.37 * i as f32).collect();
        assert!(are_identical(&x, &x.clone()) && are_identical(&[f32::NAN], &[f32::NAN]));
        assert!(!are_identical(&[0.0_f32], &[-0.0]) && !are_identical(&x, &x[1..]));
        for i in 0..x.len() {
            let mut other = x.clone();
            other[i] = other[i].next_up();
            assert!(!are_identical(&x, &other), "{i}");
        }
    }
}
