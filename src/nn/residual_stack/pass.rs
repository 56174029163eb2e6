//! The forward and the backward pass.

use std::fmt;

use super::kept::stored;
use super::stack::{HiddenOf, InputOf, ResidualStack};
use crate::adjoint::{Checkpoints, check_gradient, check_params, next_checkpoint};
use crate::dynamics::{Differentiable, Parametric};
use crate::error::{Error, Result};
use crate::nn::ode_block::cotangent_of;
use crate::nn::{Block, Gap, Hidden, Phase};
use crate::state::State;

/// A forward pass of a [`ResidualStack`]: states before some of its blocks.
pub struct StackRecord<F: Differentiable> {
    layers: Vec<Layer<F>>,
    /// The number of blocks.
    blocks: usize,
}

/// The state before a block, with its activations if they are kept.
struct Layer<F: Differentiable> {
    block: usize,
    y: F::State,
    trace: Option<F::Trace>,
}

/// The blocks before which a state is stored.
impl<F: Differentiable> fmt::Debug for StackRecord<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stored: Vec<usize> = self.layers.iter().map(|layer| layer.block).collect();
        f.debug_struct("StackRecord").field("blocks", &self.blocks).field("stored", &stored).finish()
    }
}

impl<F: Differentiable<State: Phase<Hidden: Hidden>>> Block for ResidualStack<F> {
    type Input = InputOf<F>;
    type Hidden = HiddenOf<F>;
    type Record = StackRecord<F>;

    /// # Errors
    /// Also [`Error::NonFinite`] for a block whose value is not finite; its time is `k h`. [`Error::InvalidArgument`] for
    /// checkpoints of 0.
    fn forward(&self, x: &Self::Input, h: &Self::Hidden, _: Gap<'_>) -> Result<(Self::Hidden, Self::Record)> {
        if let Some(rule) = self.checkpoints {
            rule.validate()?;
        }
        let (blocks, traced) = (self.blocks.len(), self.checkpoints.is_none());
        let stored = stored(self.checkpoints, blocks);
        let mut layers = Vec::with_capacity(stored.iter().filter(|stored| **stored).count());
        let end = self.run(x, h, |k, y, slope| {
            let (block, t) = (&self.blocks[k], self.time(k));
            let mut trace = None;
            if traced {
                block.eval_traced(t, y, slope, trace.insert(F::Trace::default()));
            } else {
                block.eval(t, y, slope);
            }
            if stored[k] {
                layers.push(Layer { block: k, y: y.clone(), trace });
            }
        })?;
        Ok((end.split().0, StackRecord { layers, blocks }))
    }

    fn advance(&self, x: &Self::Input, h: &mut Self::Hidden, _: Gap<'_>) -> Result<()> {
        *h = self.run(x, h, |k, y, slope| self.blocks[k].eval(self.time(k), y, slope))?.split().0;
        Ok(())
    }

    fn backward(
        &self,
        StackRecord { mut layers, blocks: found }: Self::Record,
        hbar: Self::Hidden,
        pbar: &mut Self::Params,
    ) -> Result<(Self::Input, Self::Hidden)> {
        self.shapes.clone()?;
        let expected = self.blocks.len();
        let Some(first) = layers.first().filter(|_| found == expected) else {
            return Err(Error::LengthMismatch { name: "record", found, expected });
        };
        check_params(self, pbar)?;
        let ybar = cotangent_of(first.y.zeros_like(), &hbar)?;
        let mut sweep = Sweep { stack: self, pbar, w: ybar.zeros_like(), slope: ybar.zeros_like(), ybar };
        let mut end = expected;
        while let Some(Layer { block, y, trace }) = layers.pop() {
            let free = match self.checkpoints {
                Some(Checkpoints::Slots(slots)) => Some(slots.saturating_sub(layers.len() + 1)),
                _ => None,
            };
            match trace {
                Some(mut trace) => sweep.pull(block, &y, &mut trace),
                None => sweep.segment((block, end), y, free),
            }
            end = block;
        }
        let (hbar, xbar) = sweep.ybar.split();
        check_gradient("h", &hbar)?;
        check_gradient("x", &xbar)?;
        check_gradient("params", pbar)?;
        Ok((xbar, hbar))
    }
}

/// The backward pass, from the last block to the first.
struct Sweep<'a, F: Differentiable> {
    stack: &'a ResidualStack<F>,
    pbar: &'a mut <ResidualStack<F> as Parametric>::Params,
    /// The cotangent of the state after the blocks that are left.
    ybar: F::State,
    w: F::State,
    slope: F::State,
}

impl<F: Differentiable> Sweep<'_, F> {
    /// Pulls back over block `k`, which was evaluated at `y`.
    fn pull(&mut self, k: usize, y: &F::State, trace: &mut F::Trace) {
        self.w.assign(&self.ybar);
        self.w.scale_by(self.stack.step);
        let (block, t) = (&self.stack.blocks[k], self.stack.time(k));
        block.vjp_traced(trace, t, y, &self.w, &mut self.ybar, &mut self.pbar[k]);
    }

    /// Evaluates block `k` at `y` with its activations, and moves `y` behind it.
    fn step_traced(&mut self, k: usize, y: &mut F::State) -> F::Trace {
        let mut trace = F::Trace::default();
        self.stack.blocks[k].eval_traced(self.stack.time(k), y, &mut self.slope, &mut trace);
        y.add_scaled(self.stack.step, &self.slope);
        trace
    }

    /// The state before block `to`, given the state `y` before block `from`.
    fn advanced(&mut self, (from, to): (usize, usize), y: &F::State) -> F::State {
        let mut y = y.clone();
        for k in from..to {
            self.stack.blocks[k].eval(self.stack.time(k), &y, &mut self.slope);
            y.add_scaled(self.stack.step, &self.slope);
        }
        y
    }

    /// Pulls back over the blocks from `from` to `to`, given the state `y` before them. With a number of `free` slots it
    /// stores that many states at most; without, all activations.
    fn segment(&mut self, (from, to): (usize, usize), mut y: F::State, free: Option<usize>) {
        let length = to - from;
        match free {
            Some(free) if length > 1 && free > 0 => {
                let middle = from + next_checkpoint(length, free.saturating_add(1));
                let between = self.advanced((from, middle), &y);
                self.segment((middle, to), between, Some(free - 1));
                self.segment((from, middle), y, Some(free));
            }
            Some(_) if length > 1 => {
                for k in (from..to).rev() {
                    let before = self.advanced((from, k), &y);
                    self.segment((k, k + 1), before, Some(0));
                }
            }
            _ => {
                let layer = |k| {
                    let before = y.clone();
                    let trace = self.step_traced(k, &mut y);
                    (k, before, trace)
                };
                let layers: Vec<_> = (from..to).map(layer).collect();
                for (k, y, mut trace) in layers.into_iter().rev() {
                    self.pull(k, &y, &mut trace);
                }
            }
        }
    }
}
