//! Prolongation and restriction: models at twice and at half the resolution in time.

use super::{Driven, Feedforward, HeldField, LayerField, LeakyField, OdeBlock, ResidualStack, Sequence, TimeField};
use crate::control::Fixed;
use crate::dynamics::{Dynamics, Parametric, PiecewiseConstant, PiecewiseLinear};
use crate::error::{Error, Result};
use crate::state::State;

/// A model with a resolution in time that can be doubled and halved: the number of blocks of a residual network, or of the
/// steps of a neural ODE.
///
/// The prolongation halves the step and keeps the function `θ(t)` of the weights: Chang et al., *Multi-level residual
/// networks from dynamical systems view* (2018), arXiv:1710.10348. The restriction of a prolongation is the model
/// itself. [`MultiLevel`](crate::train::MultiLevel) trains with them.
///
/// ```
/// use rheos::nn::{Mlp, Net, Refine, ResidualStack};
/// use rheos::train::uniform;
///
/// let mut rng = uniform(1);
/// let block = |_| Net::<Mlp<f64, 2, 8, 2>>::dynamic(Mlp::uniform(&mut rng)).field();
/// let stack = ResidualStack::new((0..4).map(block).collect(), 0.25)?;
/// let fine = stack.refined()?;
/// assert_eq!((fine.resolution()?, fine.step(), fine.depth()), (8, 0.125, 1.0));
/// assert!(fine.blocks()[2] == stack.blocks()[1] && fine.blocks()[3] == stack.blocks()[1]);
/// assert!(fine.coarsened()? == stack);
/// # Ok::<(), rheos::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no resolution in time that could be refined",
    note = "a `ResidualStack`, an `OdeBlock` with `Fixed` steps, and a `Feedforward` or `Sequence` of one have; for recurrent networks \
            on data of finer sampling, use `MultiLevel::sampled`"
)]
pub trait Refine: Parametric + Sized {
    /// The number of blocks or steps.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the number is not known, as for [`Fixed::step`](crate::Fixed::step).
    fn resolution(&self) -> Result<usize>;

    /// The prolongation: the model with twice the resolution.
    ///
    /// # Errors
    /// The errors of a model that cannot be refined.
    fn refined(&self) -> Result<Self>;

    /// The restriction: the model with half the resolution. Blocks are averaged in pairs, except for
    /// [`Frozen`](crate::formula::Frozen) numbers: the first block gives its own.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an odd number of blocks or steps.
    fn coarsened(&self) -> Result<Self>;

    /// A gradient with respect to the parameters of the [refined](Self::refined) model, predicted from a gradient of this
    /// model. The step is halved, and so is the derivative with respect to the weights of a block.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for a gradient of another shape.
    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params>;
}

/// Fields whose weights do not depend on time.
macro_rules! fields_of_constant_weights {
    ($([$($generic:tt)*] $field:ty),*) => {
        $(
            /// The weights do not depend on time, so the field stays the same.
            impl<$($generic)*> Refine for $field
            where
                Self: Parametric + Clone,
            {
                fn resolution(&self) -> Result<usize> {
                    Ok(1)
                }
                fn refined(&self) -> Result<Self> {
                    Ok(self.clone())
                }
                fn coarsened(&self) -> Result<Self> {
                    Ok(self.clone())
                }
                fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
                    Ok(gradient.clone())
                }
            }
        )*
    };
}

fields_of_constant_weights!([L] LayerField<L>, [L] TimeField<L>, [L] Driven<L>, [L] LeakyField<L>, [F, X] HeldField<F, X>);

/// Each element twice.
fn doubled<T: Clone>(list: &[T]) -> Vec<T> {
    list.iter().flat_map(|element| [element.clone(), element.clone()]).collect()
}

/// The means of pairs of models.
fn means_of_pairs<M: Parametric + Clone>(name: &'static str, list: &[M]) -> Result<Vec<M>> {
    let (pairs, []) = list.as_chunks::<2>() else {
        return Err(Error::InvalidArgument { name, value: list.len() as f64, expected: "an even number" });
    };
    let mean = |[a, b]: &[M; 2]| {
        let mut params = a.params();
        params.scale_by(0.5);
        params.add_scaled(0.5, &b.params());
        let mut mean = a.clone();
        mean.set_params(&params);
        mean
    };
    Ok(pairs.iter().map(mean).collect())
}

/// Refuses a gradient of another number of blocks.
fn check_blocks<P>(gradient: &[P], expected: usize) -> Result<()> {
    let found = gradient.len();
    if found == expected { Ok(()) } else { Err(Error::LengthMismatch { name: "gradient", found, expected }) }
}

/// The gradient of each block in two halves, one for each of its copies.
fn halves<P: State>(gradient: &[P], blocks: usize) -> Result<Vec<P>> {
    check_blocks(gradient, blocks)?;
    let mut halves = doubled(gradient);
    halves.scale_by(0.5);
    Ok(halves)
}

/// Every block is copied; the copy follows it.
impl<F: Parametric + Clone> Refine for ResidualStack<F> {
    fn resolution(&self) -> Result<usize> {
        Ok(self.blocks().len())
    }

    fn refined(&self) -> Result<Self> {
        self.with(doubled(self.blocks()), self.step() / 2.0)
    }

    fn coarsened(&self) -> Result<Self> {
        self.with(means_of_pairs("blocks", self.blocks())?, self.step() * 2.0)
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        halves(gradient, self.blocks().len())
    }
}

/// Every piece is divided in two.
impl<F: Dynamics + Parametric + Clone> Refine for PiecewiseConstant<F> {
    fn resolution(&self) -> Result<usize> {
        Ok(self.pieces().len())
    }

    fn refined(&self) -> Result<Self> {
        self.check_params()?;
        Self::with_knots(doubled(self.pieces()), with_middles(self.knots()))
    }

    fn coarsened(&self) -> Result<Self> {
        self.check_params()?;
        let pieces = means_of_pairs("pieces", self.pieces())?;
        Self::with_knots(pieces, self.knots().iter().copied().step_by(2).collect())
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        halves(gradient, self.pieces().len())
    }
}

/// A node is added in the middle of every interval. The restriction takes every second node.
///
/// The derivative with respect to a node is in proportion to the length of its intervals, if it varies slowly in time. The predicted
/// gradient of a new node is the mean of its neighbours in the density over time.
impl<F: Dynamics + Parametric + Clone> Refine for PiecewiseLinear<F> {
    fn resolution(&self) -> Result<usize> {
        Ok(self.knots().len() - 1)
    }

    fn refined(&self) -> Result<Self> {
        self.check_params()?;
        let knots = with_middles(self.knots());
        Self::with_knots(knots.iter().map(|&t| self.at(t)).collect(), knots)
    }

    fn coarsened(&self) -> Result<Self> {
        self.check_params()?;
        let intervals = self.knots().len() - 1;
        if !intervals.is_multiple_of(2) {
            let expected = "an odd number";
            return Err(Error::InvalidArgument { name: "nodes", value: self.knots().len() as f64, expected });
        }
        let knots: Vec<f64> = self.knots().iter().copied().step_by(2).collect();
        Self::with_knots(knots.iter().map(|&t| self.at(t)).collect(), knots)
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        check_blocks(gradient, self.nodes().len())?;
        let knots = self.knots();
        // Halves, since the length of all knots may overflow.
        let length = |k: usize| knots.get(k + 1).map_or(0.0, |end| 0.5 * end - 0.5 * knots[k]);
        // The time of a node is half of the intervals beside it.
        let share = |interval: usize, node: usize| {
            let before = node.checked_sub(1).map_or(0.0, length);
            let whole = 0.5 * before + 0.5 * length(node);
            0.25 * (length(interval) / whole)
        };
        let mut fine = Vec::with_capacity(2 * gradient.len() - 1);
        for (k, bar) in gradient.iter().enumerate() {
            if k > 0 {
                let mut middle = gradient[k - 1].clone();
                middle.scale_by(share(k - 1, k - 1));
                middle.add_scaled(share(k - 1, k), bar);
                fine.push(middle);
            }
            let mut half = bar.clone();
            half.scale_by(0.5);
            fine.push(half);
        }
        Ok(fine)
    }
}

/// The knots, with a knot in the middle of each interval.
fn with_middles(knots: &[f64]) -> Vec<f64> {
    let mut fine = knots[..1].to_vec();
    for pair in knots.windows(2) {
        fine.extend([f64::midpoint(pair[0], pair[1]), pair[1]]);
    }
    fine
}

/// The resolution is the number of steps. A field whose weights vary with time is refined, and keeps its number of steps for
/// each piece; any other field keeps its weights, and the steps are halved.
impl<F: Refine, S: Clone, A: Clone> Refine for OdeBlock<F, S, Fixed, A> {
    fn resolution(&self) -> Result<usize> {
        let expected = "`Fixed::steps`, since the number of steps of a given length depends on the gap";
        let steps = self.control.count();
        let steps = steps.ok_or(Error::InvalidArgument { name: "control", value: f64::NAN, expected })?;
        Ok(steps.saturating_mul(self.field.resolution()?))
    }

    fn refined(&self) -> Result<Self> {
        let field = self.field.refined()?;
        let keeps = self.keeps_steps(&field)?;
        Ok(self.with(field, if keeps { self.control } else { self.control.refined() }))
    }

    fn coarsened(&self) -> Result<Self> {
        let field = self.field.coarsened()?;
        let keeps = self.keeps_steps(&field)?;
        Ok(self.with(field, if keeps { self.control } else { self.control.coarsened()? }))
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        self.field.refined_gradient(gradient)
    }
}

impl<F, S: Clone, A: Clone> OdeBlock<F, S, Fixed, A> {
    fn with(&self, field: F, control: Fixed) -> Self {
        Self { field, solver: self.solver.clone(), control, adjoint: self.adjoint.clone() }
    }
}

impl<F: Refine, S, A> OdeBlock<F, S, Fixed, A> {
    /// Whether the control stays the same, since it counts the steps in each piece of a field that was refined to `field`.
    fn keeps_steps(&self, field: &F) -> Result<bool> {
        Ok(self.control.count().is_some() && field.resolution()? != self.field.resolution()?)
    }
}

/// The block is refined.
impl<B: Refine, R: Parametric + Clone> Refine for Sequence<B, R> {
    fn resolution(&self) -> Result<usize> {
        self.block.resolution()
    }

    fn refined(&self) -> Result<Self> {
        Ok(Self { block: self.block.refined()?, readout: self.readout.clone() })
    }

    fn coarsened(&self) -> Result<Self> {
        Ok(Self { block: self.block.coarsened()?, readout: self.readout.clone() })
    }

    fn refined_gradient(&self, (block, readout): &Self::Params) -> Result<Self::Params> {
        Ok((self.block.refined_gradient(block)?, readout.clone()))
    }
}

/// The block is refined.
impl<E: Parametric + Clone, B: Refine, R: Parametric + Clone> Refine for Feedforward<E, B, R> {
    fn resolution(&self) -> Result<usize> {
        self.block.resolution()
    }

    fn refined(&self) -> Result<Self> {
        let (encoder, readout) = (self.encoder.clone(), self.readout.clone());
        Ok(Self { encoder, block: self.block.refined()?, readout, depth: self.depth })
    }

    fn coarsened(&self) -> Result<Self> {
        let (encoder, readout) = (self.encoder.clone(), self.readout.clone());
        Ok(Self { encoder, block: self.block.coarsened()?, readout, depth: self.depth })
    }

    fn refined_gradient(&self, (encoder, block, readout): &Self::Params) -> Result<Self::Params> {
        Ok((encoder.clone(), self.block.refined_gradient(block)?, readout.clone()))
    }
}
