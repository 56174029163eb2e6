//! Composition of layers.

use super::Layer;
use crate::{Parametric, Result, State};

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
    fn forward_into(&self, x: &Self::Input, y: &mut Self::Output) {
        self.1.forward_into(&self.0.forward(x), y);
    }

    #[inline]
    fn forward_traced(&self, x: &Self::Input, (first, between, second): &mut Self::Trace) -> Self::Output {
        self.1.forward_traced(refill(&self.0, x, between, first), second)
    }

    #[inline]
    fn forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) {
        let (first, between, second) = trace;
        self.1.forward_traced_into(refill(&self.0, x, between, first), y, second);
    }

    fn try_forward(&self, x: &Self::Input) -> Result<Self::Output> {
        self.1.try_forward(&self.0.try_forward(x)?)
    }

    fn try_forward_traced(&self, x: &Self::Input, (first, between, second): &mut Self::Trace) -> Result<Self::Output> {
        let middle = self.0.try_forward_traced(x, first)?;
        self.1.try_forward_traced(between.insert(middle), second)
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
        let middle = between.get_or_insert_with(|| self.0.forward_traced(x, first));
        let mut middle_bar = middle.zeros_like();
        self.1.backward(second, middle, w, &mut middle_bar, &mut pbar.1);
        self.0.backward(first, x, &middle_bar, xbar, &mut pbar.0);
    }
}

/// The output of a layer, in the place of the last one if there was one.
#[inline]
fn refill<'y, L: Layer>(
    layer: &L,
    x: &L::Input,
    output: &'y mut Option<L::Output>,
    trace: &mut L::Trace,
) -> &'y mut L::Output {
    match output {
        Some(y) => {
            layer.forward_traced_into(x, y, trace);
            y
        }
        None => output.insert(layer.forward_traced(x, trace)),
    }
}
