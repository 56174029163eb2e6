//! Fields: weights that do not depend on time, and weights that do.

use super::Refine;
use super::lists::{check_blocks, doubled, halves, means_of_pairs};
use crate::dynamics::{Dynamics, Parametric, PiecewiseConstant, PiecewiseLinear};
use crate::error::{Error, Result};
use crate::nn::{Driven, HeldField, LayerField, LeakyField, TimeField, TimeRescaled};
use crate::state::State;

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

fields_of_constant_weights!(
    [L] LayerField<L>,
    [L] TimeField<L>,
    [L] Driven<L>,
    [L] LeakyField<L>,
    [F] TimeRescaled<F>,
    [F, X] HeldField<F, X>
);

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
