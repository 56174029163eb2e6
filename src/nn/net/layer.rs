//! Networks as layers.

use super::entries::Entries;
use super::network::{Net, check_shapes};
use super::{ElementOf, InputOf, OutputOf};
use crate::error::{Error, Result};
use crate::formula::{
    Arena, Columns, Cotangents, Formula, Layout, Leaves, MOST_BATCHES as MOST, Program, Scratch, Shape, Slices,
    Structure,
};
use crate::nn::Layer;
use crate::nn::pool::{Pooled, Reuse};
use crate::nn::spoil::spoil;
use crate::state::{Element, State};

/// A structure of parameters as slices.
struct ByPlace<P>(P);

impl<P: Structure<Store: Slices>> Leaves<ElementOf<P>> for ByPlace<&mut P> {
    const LAYOUT: Layout = Layout::Columns;

    #[inline]
    fn leaf(&mut self, k: usize) -> &mut [ElementOf<P>] {
        self.0.slice_mut(k)
    }
}

impl<T: Element> Reuse for Arena<T> {
    fn reset(&mut self) {
        self.clear();
    }
}

impl<T: Element> Reuse for Scratch<T> {
    fn reset(&mut self) {}
}

impl<P, K> Net<P, K>
where
    P: Formula<Store: Slices>,
    K: Columns<P::Store>,
{
    /// The value at `x`.
    ///
    /// # Errors
    /// [`Error::SampleMismatch`](crate::error::Error::SampleMismatch) if the batches in `x` differ in their number of
    /// samples, [`Error::ForeignWeight`](crate::error::Error::ForeignWeight), and for weights on the heap
    /// [`Error::ShapeMismatch`](crate::error::Error::ShapeMismatch).
    pub fn call(&self, x: &InputOf<P, K>) -> Result<OutputOf<P, K>> {
        self.try_forward(x)
    }

    /// Writes the value at `x` to `y`, which has as many samples as `x`.
    #[inline]
    fn run(&self, x: &InputOf<P, K>, y: &mut OutputOf<P, K>, arena: &mut Arena<ElementOf<P>>) -> Result<()> {
        arena.clear();
        let (program, inputs) = (self.program()?, Entries::of::<P::Input, P::Store, K>(x));
        let samples = inputs.samples(P::INPUTS)?;
        let mut shared = (!program.has_few_values(samples)).then(Pooled::<Scratch<_>>::default);
        let mut shared = shared.as_mut().map(Pooled::get);
        program.forward(&self.packed, (samples, inputs.slices()), (arena, shared.as_deref_mut()));
        Self::write(y, samples, &|k, y| {
            y.copy_from_slice(program.output(k, (samples, inputs.slices()), (arena, shared.as_deref())));
        })
    }

    /// Writes the value at `x` to `y`, which has as many samples as `x`, and keeps nothing.
    #[inline]
    fn value(&self, x: &InputOf<P, K>, y: &mut OutputOf<P, K>) -> Result<()> {
        let (program, inputs) = (self.program()?, Entries::of::<P::Input, P::Store, K>(x));
        let samples = inputs.samples(P::INPUTS)?;
        if !program.has_few_values(samples) {
            return self.run(x, y, Pooled::default().get());
        }
        let mut written = Ok(());
        program.evaluate(&self.packed, (samples, inputs.slices()), |copy| written = Self::write(y, samples, copy));
        written
    }

    /// Writes the outputs to `y`; `copy` copies one, given its index.
    #[inline]
    fn write(y: &mut OutputOf<P, K>, samples: usize, copy: &dyn Fn(usize, &mut [ElementOf<P>])) -> Result<()> {
        let (mut k, mut wrong) = (0, None);
        P::Output::each_mut::<P::Store, K>(y, &mut |slice, found| {
            if found == samples {
                copy(k, slice);
            } else {
                wrong = Some(found);
            }
            k += 1;
        });
        wrong.map_or(Ok(()), |found| Err(Error::SampleMismatch { input: "the output", found, expected: samples }))
    }

    /// A value with room for as many samples as `x` has.
    fn room(x: &InputOf<P, K>) -> OutputOf<P, K> {
        let samples = Entries::of::<P::Input, P::Store, K>(x).first_samples;
        P::Output::zeros::<P::Store, K>(samples)
    }

    fn try_backward(
        &self,
        trace: &mut Arena<ElementOf<P>>,
        x: &InputOf<P, K>,
        w: &OutputOf<P, K>,
        xbar: Option<&mut InputOf<P, K>>,
        pbar: &mut P,
    ) -> Result<()> {
        let (program, inputs) = (self.program()?, Entries::of::<P::Input, P::Store, K>(x));
        let samples = inputs.samples(P::INPUTS)?;
        let cotangents = Entries::of::<P::Output, P::Store, K>(w);
        cotangents.check("the cotangent of the output", samples)?;
        check_shapes(pbar)?;
        let mut shared = (!program.has_few_values(samples)).then(Pooled::<Scratch<_>>::default);
        let mut shared = shared.as_mut().map(Pooled::get);
        if !trace.is_of(&self.packed, samples) {
            program.forward(&self.packed, (samples, inputs.slices()), (trace, shared.as_deref_mut()));
        }
        let mut bars: [&mut [ElementOf<P>]; MOST] = std::array::from_fn(|_| Default::default());
        let (mut k, mut wrong) = (0, None);
        if let Some(xbar) = xbar {
            P::Input::each_mut::<P::Store, K>(xbar, &mut |slice, found| {
                if found != samples {
                    wrong = Some(found);
                }
                bars[k] = slice;
                k += 1;
            });
        }
        if let Some(found) = wrong {
            return Err(Error::SampleMismatch { input: "the cotangent of the input", found, expected: samples });
        }
        let to = Cotangents { inputs: &mut bars[..k], leaves: &mut ByPlace(pbar) };
        program.backward(&self.packed, (samples, inputs.slices()), cotangents.slices(), (trace, shared), to);
        Ok(())
    }
}

/// A call that [fails](Net::call) leaves NaN where it cannot return an error.
impl<P, K> Layer for Net<P, K>
where
    P: Formula<Store: Slices>,
    K: Columns<P::Store>,
{
    type Input = InputOf<P, K>;
    type Output = OutputOf<P, K>;
    type Trace = Pooled<Arena<ElementOf<P>>>;

    fn forward(&self, x: &Self::Input) -> Self::Output {
        let mut y = Self::room(x);
        self.forward_into(x, &mut y);
        y
    }

    #[inline]
    fn forward_into(&self, x: &Self::Input, y: &mut Self::Output) {
        // Without an error there is nothing to drop.
        if let Err(error) = self.value(x, y) {
            drop(error);
            spoil(y);
        }
    }

    fn forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Self::Output {
        let mut y = Self::room(x);
        self.forward_traced_into(x, &mut y, trace);
        y
    }

    #[inline]
    fn forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) {
        // Without an error there is nothing to drop.
        if let Err(error) = self.run(x, y, trace.get()) {
            drop(error);
            spoil(y);
        }
    }

    /// An output with a wrong number of samples becomes NaN in its own shape.
    fn keeps_shape(&self) -> bool {
        true
    }

    fn try_forward(&self, x: &Self::Input) -> Result<Self::Output> {
        let mut y = Self::room(x);
        self.value(x, &mut y)?;
        Ok(y)
    }

    fn try_forward_traced(&self, x: &Self::Input, trace: &mut Self::Trace) -> Result<Self::Output> {
        let mut y = Self::room(x);
        self.run(x, &mut y, trace.get())?;
        Ok(y)
    }

    #[inline]
    fn try_forward_traced_into(&self, x: &Self::Input, y: &mut Self::Output, trace: &mut Self::Trace) -> Result<()> {
        self.run(x, y, trace.get())
    }

    #[inline]
    fn backward(
        &self,
        trace: &mut Self::Trace,
        x: &Self::Input,
        w: &Self::Output,
        xbar: &mut Self::Input,
        pbar: &mut P,
    ) {
        if let Err(error) = self.try_backward(trace.get(), x, w, Some(xbar), pbar) {
            drop(error);
            spoil(xbar);
            spoil(pbar);
        }
    }

    fn backward_params(&self, trace: &mut Self::Trace, x: &Self::Input, w: &Self::Output, pbar: &mut P) {
        if !self.program().is_ok_and(Program::may_omit_inputs) {
            self.backward(trace, x, w, &mut x.zeros_like(), pbar);
        } else if let Err(error) = self.try_backward(trace.get(), x, w, None, pbar) {
            drop(error);
            spoil(pbar);
        }
    }
}
