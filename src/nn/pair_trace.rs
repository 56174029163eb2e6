//! Traces of layers of two arguments, for fields that do not store the arguments as a pair.

use super::{Layer, Samples};
use crate::state::State;

/// The trace of a layer of two arguments, with buffers for the arguments and their cotangents. It allocates nothing
/// after the first call.
#[derive(Debug, Clone)]
pub struct PairTrace<L: Layer> {
    trace: L::Trace,
    pairs: Option<[L::Input; 2]>,
}

impl<L: Layer> Default for PairTrace<L> {
    fn default() -> Self {
        Self { trace: L::Trace::default(), pairs: None }
    }
}

/// The second of two arguments.
pub(super) trait Second<X> {
    /// Makes a new one.
    fn make(&self) -> X;
    /// Writes it to `x`, if the shape fits.
    fn write(&self, x: &mut X) -> bool;
}

impl<X: State> Second<X> for &X {
    fn make(&self) -> X {
        (*self).clone()
    }
    fn write(&self, x: &mut X) -> bool {
        let fits = self.fits(x);
        if fits {
            x.assign(self);
        }
        fits
    }
}

/// The time, repeated for each sample of a state.
pub(super) struct TimeOf<'a, Y>(pub(super) f64, pub(super) &'a Y);

impl<Y: Samples> Second<Y::Weights> for TimeOf<'_, Y> {
    fn make(&self) -> Y::Weights {
        self.1.weights(self.0)
    }
    fn write(&self, weights: &mut Y::Weights) -> bool {
        // The first argument fits, so the number of samples does too.
        Y::set_weights(weights, self.0);
        true
    }
}

impl<L: Layer> PairTrace<L> {
    /// The trace, the pair of arguments `(h, x)`, and the pair of their cotangents with arbitrary contents.
    pub(super) fn at<H: State, X: State>(&mut self, h: &H, x: &impl Second<X>) -> (&mut L::Trace, &mut [L::Input; 2])
    where
        L: Layer<Input = (H, X)>,
    {
        let Self { trace, pairs } = self;
        let kept = pairs.take().filter(|[pair, _]| pair.0.fits(h)).and_then(|[mut pair, bar]| {
            pair.0.assign(h);
            x.write(&mut pair.1).then_some([pair, bar])
        });
        let pair = kept.unwrap_or_else(|| {
            let pair = (h.clone(), x.make());
            let bar = pair.zeros_like();
            [pair, bar]
        });
        (trace, pairs.insert(pair))
    }
}
