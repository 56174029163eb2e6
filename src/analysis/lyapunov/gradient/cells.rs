//! Networks with their input held.

use super::{TangentVjp, TangentsAt};
use crate::analysis::system::{Held, System};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::formula::{Columns, Formula, Rows, Shape, Slices, TangentOf};
use crate::nn::{Layer, Net, Recurrence, Replicate, Residual};
use crate::state::State;

/// The batches of hidden states and of inputs of a cell, and its tangent on them.
type HiddenOf<P, K, const N: usize> = <Rows<N> as Shape>::Of<<P as crate::formula::Structure>::Store, K>;
type InputOf<P, K, X> = <X as Shape>::Of<<P as crate::formula::Structure>::Store, K>;
type TangentNet<P, K> = Net<TangentOf<P>, K>;

/// Pulls back through `g` and `∂g/∂h V`: all directions in one batch if the batches may have any size, one by one if not.
fn through_layer<H, X, L>(
    layer: &L,
    input: &X,
    (at, w): (TangentsAt<'_, H>, TangentsAt<'_, H>),
    xbar: &mut H,
    pbar: &mut L::Params,
) -> Result<()>
where
    H: Replicate,
    X: Replicate,
    L: Layer<Input = (H, X, H), Output = (H, H)>,
{
    let k = at.vectors.ncols();
    if let (Some(states), Some(inputs)) = (at.x.replicate(k), input.replicate(k)) {
        return chunk(layer, (states, inputs), 0..k, (at, w), xbar, pbar);
    }
    (0..k).try_for_each(|column| {
        let [at, w] = [&at, &w].map(|x| TangentsAt { x: x.x, vectors: x.vectors });
        chunk(layer, (at.x.clone(), input.clone()), column..column + 1, (at, w), xbar, pbar)
    })
}

/// The same for some directions, one for each sample; the cotangent of the value counts in the first direction.
fn chunk<H, X, L>(
    layer: &L,
    (states, inputs): (H, X),
    columns: std::ops::Range<usize>,
    (at, w): (TangentsAt<'_, H>, TangentsAt<'_, H>),
    xbar: &mut H,
    pbar: &mut L::Params,
) -> Result<()>
where
    H: Replicate,
    X: State,
    L: Layer<Input = (H, X, H), Output = (H, H)>,
{
    let (mut vectors, mut value_bar) = (states.zeros_like(), states.zeros_like());
    let mut vector_bar = states.zeros_like();
    for (sample, column) in columns.clone().enumerate() {
        let _ = vectors.read_sample(sample, at.vectors.column(column).as_slice());
        let _ = vector_bar.read_sample(sample, w.vectors.column(column).as_slice());
        if column == 0 {
            let _ = value_bar.read_sample(sample, &w.x.coordinates());
        }
    }
    let x = (states, inputs, vectors);
    let mut trace = L::Trace::default();
    layer.try_forward_traced(&x, &mut trace)?;
    let mut bar = x.zeros_like();
    layer.backward(&mut trace, &x, &(value_bar, vector_bar), &mut bar, pbar);
    let (mut sum, mut sample_bar) = (xbar.coordinates(), Vec::new());
    for sample in 0..columns.len() {
        sample_bar.clear();
        bar.0.write_sample(sample, &mut sample_bar);
        sum.iter_mut().zip(&sample_bar).for_each(|(sum, x)| *sum += x);
    }
    let _ = xbar.read_coordinates(&sum);
    Ok(())
}

macro_rules! held {
    ($block:ident, $identity:expr) => {
        /// Exact, by the [tangent](TangentOf) of the formula.
        impl<P, K, X, const N: usize> TangentVjp for Held<$block<Net<P, K>>>
        where
            P: Formula<Input = (Rows<N>, X), Output = Rows<N>, Store: Slices>,
            K: Columns<P::Store>,
            X: Shape,
            HiddenOf<P, K, N>: Replicate,
            InputOf<P, K, X>: Replicate,
            Self: System<State = HiddenOf<P, K, N>>,
            $block<Net<P, K>>: crate::nn::Block<Input = InputOf<P, K, X>>,
        {
            type Params = P;
            type Prepared = TangentNet<P, K>;

            fn prepare(&self) -> TangentNet<P, K> {
                Net::new(TangentOf(self.block().0.params()))
            }

            fn zero_gradient(&self) -> P {
                self.block().0.weights().zeros_like()
            }

            fn pull_back(
                &self,
                prepared: &mut TangentNet<P, K>,
                at: TangentsAt<'_, Self::State>,
                w: TangentsAt<'_, Self::State>,
                xbar: &mut Self::State,
                pbar: &mut P,
            ) -> Result<()> {
                // The value of a residual block is the state and the value of the network.
                xbar.add_scaled($identity, w.x);
                let mut gradient = TangentOf(pbar.zeros_like());
                through_layer(prepared, self.input(), (at, w), xbar, &mut gradient)?;
                pbar.add_scaled(1.0, &gradient.0);
                Ok(())
            }
        }
    };
}

held!(Recurrence, 0.0);
held!(Residual, 1.0);
