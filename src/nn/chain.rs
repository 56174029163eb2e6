//! Composition of layers.

use super::Layer;
use crate::{Parametric, State};

impl<A: Parametric, B: Parametric> Parametric for (A, B) {
    type Params = (A::Params, B::Params);
    fn params(&self) -> Self::Params {
        (self.0.params(), self.1.params())
    }
    fn set_params(&mut self, (first, second): &Self::Params) {
        self.0.set_params(first);
        self.1.set_params(second);
    }
}

/// First `A`, then `B`.
impl<A: Layer, B: Layer<Input = A::Output>> Layer for (A, B) {
    type Input = A::Input;
    type Output = B::Output;
    /// The traces of both, and what passes between them.
    type Trace = (A::Trace, Option<A::Output>, B::Trace);

    #[inline]
    fn forward(&self, x: &Self::Input) -> Self::Output {
        self.1.forward(&self.0.forward(x))
    }

    #[inline]
    fn forward_traced(&self, x: &Self::Input, (first, between, second): &mut Self::Trace) -> Self::Output {
        let middle = between.insert(self.0.forward_traced(x, first));
        self.1.forward_traced(middle, second)
    }

    #[inline]
    fn backward(
        &self,
        (first, between, second): &mut Self::Trace,
        x: &Self::Input,
        w: &Self::Output,
        xbar: &mut Self::Input,
        pbar: &mut Self::Params,
    ) {
        let middle = between.take().unwrap_or_else(|| self.0.forward_traced(x, first));
        let mut middle_bar = middle.zeros_like();
        self.1.backward(second, &middle, w, &mut middle_bar, &mut pbar.1);
        self.0.backward(first, x, &middle_bar, xbar, &mut pbar.0);
    }
}
