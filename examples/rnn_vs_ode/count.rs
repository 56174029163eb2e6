//! How often the function with the parameters is evaluated: the cost that all models have in common.

use std::cell::Cell;

use rheos::nn::Layer;
use rheos::{Parametric, Result};

thread_local! {
    /// A model is trained on one thread, so its evaluations can be counted there.
    static EVALUATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Evaluations on this thread so far.
pub fn evaluations() -> u64 {
    EVALUATIONS.get()
}

fn count() {
    EVALUATIONS.set(EVALUATIONS.get() + 1);
}

/// A layer that counts its evaluations, in forward and backward passes.
#[derive(Debug, Clone, Copy)]
pub struct Counting<L>(pub L);

impl<L: Parametric> Parametric for Counting<L> {
    type Params = L::Params;
    fn params(&self) -> L::Params {
        self.0.params()
    }
    fn set_params(&mut self, params: &L::Params) {
        self.0.set_params(params);
    }
}

impl<L: Layer> Layer for Counting<L> {
    type Input = L::Input;
    type Output = L::Output;
    type Trace = L::Trace;

    fn forward(&self, x: &L::Input) -> L::Output {
        count();
        self.0.forward(x)
    }

    fn forward_traced(&self, x: &L::Input, trace: &mut L::Trace) -> L::Output {
        count();
        self.0.forward_traced(x, trace)
    }

    fn forward_into(&self, x: &L::Input, y: &mut L::Output) {
        count();
        self.0.forward_into(x, y);
    }

    fn forward_traced_into(&self, x: &L::Input, y: &mut L::Output, trace: &mut L::Trace) {
        count();
        self.0.forward_traced_into(x, y, trace);
    }

    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }

    fn try_forward(&self, x: &L::Input) -> Result<L::Output> {
        count();
        self.0.try_forward(x)
    }

    fn try_forward_traced(&self, x: &L::Input, trace: &mut L::Trace) -> Result<L::Output> {
        count();
        self.0.try_forward_traced(x, trace)
    }

    fn try_forward_traced_into(&self, x: &L::Input, y: &mut L::Output, trace: &mut L::Trace) -> Result<()> {
        count();
        self.0.try_forward_traced_into(x, y, trace)
    }

    fn backward(&self, trace: &mut L::Trace, x: &L::Input, w: &L::Output, xbar: &mut L::Input, pbar: &mut L::Params) {
        self.0.backward(trace, x, w, xbar, pbar);
    }
}
