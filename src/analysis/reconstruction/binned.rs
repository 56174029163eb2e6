//! The divergence of two densities, by bins.

use std::collections::BTreeMap;

use super::series::{check, moments};
use crate::error::{Error, Result};

/// The state-space divergence `D_stsp` by bins, for states of up to three numbers: the Kullback–Leibler divergence of the
/// density of a reference series from the density of a generated one, in nats.
///
/// The box that the reference fills is cut into `m` bins along each component, so there are `m^N` cells, and all states
/// outside the box share one more cell. With `n_k` and `g_k` states of the two series in cell `k`, and a pseudocount `s` in
/// each of the `K = m^N + 1` cells,
///
/// `D_stsp = Σ_k p_k ln(p_k / q_k)`, `p_k = (n_k + s) / (Σ n + s K)`, `q_k = (g_k + s) / (Σ g + s K)`.
///
/// It is 0 for equal series and positive otherwise. It has a positive mean for two runs of the same system, which depends on
/// their lengths, on `m` and on `s`: compare with it, not with 0. It is not symmetric.
///
/// G. Koppe, H. Toutounji, P. Kirsch, S. Lis & D. Durstewitz, *Identifying nonlinear dynamical systems via generative
/// recurrent neural networks with applications to fMRI*, PLoS Comput. Biol. 15 (2019), doi:10.1371/journal.pcbi.1007263;
/// by bins: M. Brenner et al., *Tractable dendritic RNNs for reconstructing nonlinear dynamical systems* (2022),
/// arXiv:2207.02542. The cell outside the box is ours: a model that leaves the attractor is not better for it.
///
/// ```
/// use rheos::analysis::BinnedDivergence;
///
/// // Half of the reference is in each of two bins; of the generated states, a quarter and three quarters.
/// let reference = [[0.0], [1.0], [0.0], [1.0]];
/// let generated = [[0.1], [0.9], [0.8], [0.7]];
/// let divergence = BinnedDivergence::new(2).pseudocount(1e-12).between(&reference, &generated)?;
/// let exact = 0.5 * 2.0_f64.ln() + 0.5 * (2.0_f64 / 3.0).ln();
/// assert!((divergence - exact).abs() < 1e-10);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct BinnedDivergence {
    bins: usize,
    pseudocount: f64,
}

impl BinnedDivergence {
    /// With this many bins along each component, and a pseudocount of 1e-5. The usual number for three components is 30.
    pub const fn new(bins: usize) -> Self {
        Self { bins, pseudocount: 1e-5 }
    }

    /// Sets the pseudocount `s` of each cell.
    pub const fn pseudocount(mut self, s: f64) -> Self {
        self.pseudocount = s;
        self
    }

    /// The divergence of the density of `generated` from the density of `reference`. The lengths may differ.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for less than 2 or more than 10 000 bins, a pseudocount that is not positive or whose sum over
    ///   all cells is not finite, and for more than three components: [`MixtureDivergence`](super::MixtureDivergence) is for
    ///   these;
    /// * [`Error::LengthMismatch`] for a series of less than two states;
    /// * [`Error::InvalidEntry`] for a state that is not finite, and for a component of the reference that is constant.
    pub fn between<const N: usize>(&self, reference: &[[f64; N]], generated: &[[f64; N]]) -> Result<f64> {
        let refuse = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        if !(2..=10_000).contains(&self.bins) {
            return refuse("bins", self.bins as f64, "from 2 to 10 000");
        }
        if !(self.pseudocount > 0.0 && self.pseudocount.is_finite()) {
            return refuse("pseudocount", self.pseudocount, "positive and finite");
        }
        if !(1..=3).contains(&N) {
            return refuse("components", N as f64, "from 1 to 3; `MixtureDivergence` is for more");
        }
        let cells = (self.bins as f64).powi(N as i32) + 1.0;
        if !(self.pseudocount * cells).is_finite() {
            return refuse("pseudocount", self.pseudocount, "finite in the sum over all cells");
        }
        check("reference", reference, 2)?;
        check("generated", generated, 2)?;
        let mut edges = [(0.0, 0.0); N];
        for (i, edges) in edges.iter_mut().enumerate() {
            moments("reference", reference, i)?;
            let values = || reference.iter().map(|x| x[i]);
            *edges = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        }
        let mut counts = BTreeMap::<Option<u64>, [u64; 2]>::new();
        for (which, series) in [reference, generated].into_iter().enumerate() {
            for x in series {
                counts.entry(self.cell(x, &edges)).or_default()[which] += 1;
            }
        }
        Ok(self.divergence(counts.values(), cells, [reference.len(), generated.len()]))
    }

    /// The cell of a state, `None` outside the box.
    fn cell<const N: usize>(&self, x: &[f64; N], edges: &[(f64, f64); N]) -> Option<u64> {
        x.iter().zip(edges).try_fold(0, |cell, (&x, &(low, high))| {
            // Halves do not overflow.
            let part = (0.5 * x - 0.5 * low) / (0.5 * high - 0.5 * low);
            let inside = (low..=high).contains(&x);
            inside.then(|| cell * self.bins as u64 + ((part * self.bins as f64) as u64).min(self.bins as u64 - 1))
        })
    }

    /// The divergence of the smoothed densities, given the cells that are not empty and the number of all.
    fn divergence<'a>(&self, counts: impl Iterator<Item = &'a [u64; 2]>, cells: f64, lengths: [usize; 2]) -> f64 {
        let s = self.pseudocount;
        let total = lengths.map(|n| n as f64 + s * cells);
        let term = |[n, g]: [f64; 2]| {
            // The quotient may overflow, its logarithm does not.
            (n + s) / total[0] * ((n + s).ln() - (g + s).ln() + (total[1] / total[0]).ln())
        };
        let (mut sum, mut filled) = (0.0, 0.0);
        for count in counts {
            sum += term(count.map(|n| n as f64));
            filled += 1.0;
        }
        // The empty cells are alike; rounding may leave a little below 0.
        (sum + (cells - filled) * term([0.0, 0.0])).max(0.0)
    }
}
