//! The error norm of samples that share their steps.

use nalgebra::{Const, Dyn, OMatrix, SVector};

use super::norm::{check_rounding, coordinate_sq};
use super::{Element as _, ErrorNorm, StoredNorm, Tolerance, Tolerances};
use crate::error::Result;

/// The error norm of the worst of many samples, the rows of a matrix with `N` columns: a step is accepted if the error of
/// every sample is within the tolerance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorstSample<const N: usize> {
    /// The tolerances of one sample.
    one: StoredNorm<SVector<f64, N>>,
    samples: usize,
}

impl<const N: usize> WorstSample<N> {
    /// The norm that measures each of `samples` samples by these tolerances.
    pub(crate) const fn new(one: StoredNorm<SVector<f64, N>>, samples: usize) -> Self {
        Self { one, samples }
    }

    /// The tolerances of each component.
    fn tolerances(&self) -> Tolerances<SVector<f64, N>> {
        match self.one {
            StoredNorm::Uniform(Tolerance { rtol, atol }) => {
                Tolerances { rtol: SVector::repeat(rtol), atol: SVector::repeat(atol) }
            }
            StoredNorm::Each(tolerances) => tolerances,
        }
    }
}

impl<const N: usize> ErrorNorm<OMatrix<f64, Dyn, Const<N>>> for WorstSample<N> {
    fn mean_sq(
        &self,
        error: &OMatrix<f64, Dyn, Const<N>>,
        y0: &OMatrix<f64, Dyn, Const<N>>,
        y1: &OMatrix<f64, Dyn, Const<N>>,
    ) -> f64 {
        let samples = error.nrows();
        let [error, y0, y1] = [error, y0, y1].map(OMatrix::as_slice);
        let Tolerances { rtol, atol } = &self.tolerances();
        let (mut worst, mut total) = (0.0_f64, 0.0);
        f64::vectorized(
            #[inline(always)]
            || {
                for from in (0..samples).step_by(AT_ONCE) {
                    let mut sums = [0.0; AT_ONCE];
                    let sums = &mut sums[..AT_ONCE.min(samples - from)];
                    for j in 0..N {
                        let [error, y0, y1] = [error, y0, y1].map(|x| &x[j * samples + from..][..sums.len()]);
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum += coordinate_sq(error[i], y0[i], y1[i], rtol[j], atol[j]);
                        }
                    }
                    for &sum in &*sums {
                        total += sum;
                        worst = worst.max(sum);
                    }
                }
            },
        );
        // The maximum ignores NaN, the total does not.
        if total.is_nan() { total } else { worst / N.max(1) as f64 }
    }

    /// If the mean over all samples is within these tolerances, every sample is within its own.
    fn stored(&self) -> StoredNorm<OMatrix<f64, Dyn, Const<N>>> {
        let share = 1.0 / (self.samples.max(1) as f64).sqrt();
        let all = |one: &SVector<f64, N>| OMatrix::from_fn_generic(Dyn(self.samples), Const, |_, j| share * one[j]);
        let Tolerances { rtol, atol } = self.tolerances();
        StoredNorm::Each(Tolerances { rtol: all(&rtol), atol: all(&atol) })
    }

    fn validate(&self, y0: &OMatrix<f64, Dyn, Const<N>>) -> Result<()> {
        let first = SVector::from_fn(|j, _| y0.get((0, j)).copied().unwrap_or_default());
        self.one.validate(&first)?;
        check_rounding(self, y0)
    }
}

/// As many samples are measured together.
const AT_ONCE: usize = 8;
