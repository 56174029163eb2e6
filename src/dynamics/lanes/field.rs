//! Many samples of a generic model as one field.

use nalgebra::{Const, Dyn, OMatrix, SVector};

use super::{LANES, Lanes};
use crate::dynamics::{Dynamics, GenericDynamics};
use crate::simd;

/// Samples of a state with `N` components: one per row, so that the numbers of a component are neighbours.
pub type SampleRows<const N: usize> = OMatrix<f64, Dyn, Const<N>>;

/// The field of many samples of a [`GenericDynamics`], each with parameters of its own. The number of samples is a
/// multiple of eight.
#[derive(Debug, Clone)]
pub struct LaneField<'a, M, const N: usize, const P: usize> {
    model: &'a M,
    /// The parameters of each eight samples.
    params: Vec<SVector<Lanes, P>>,
}

impl<'a, M, const N: usize, const P: usize> LaneField<'a, M, N, P> {
    /// The field of `samples` samples, a multiple of [`LANES`], whose parameters are `params(sample)`.
    pub(crate) fn new(model: &'a M, samples: usize, params: impl Fn(usize) -> SVector<f64, P>) -> Self {
        let group = |first| SVector::from_fn(|k, _| Lanes(std::array::from_fn(|lane| params(first + lane)[k])));
        Self { model, params: (0..samples).step_by(LANES).map(group).collect() }
    }
}

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> Dynamics for LaneField<'_, M, N, P> {
    type State = SampleRows<N>;

    fn eval(&self, t: f64, y: &SampleRows<N>, dy: &mut SampleRows<N>) {
        let (samples, t) = (y.nrows(), Lanes::from(t));
        let (y, dy) = (y.as_slice(), dy.as_mut_slice());
        simd::vectorized(
            #[inline(always)]
            || {
                for (group, params) in self.params.iter().enumerate() {
                    let mut state = SVector::<Lanes, N>::zeros();
                    for j in 0..N {
                        state[j].0.copy_from_slice(&y[j * samples + group * LANES..][..LANES]);
                    }
                    let slope = self.model.eval(t, &state, params);
                    for j in 0..N {
                        dy[j * samples + group * LANES..][..LANES].copy_from_slice(&slope[j].0);
                    }
                }
            },
        );
    }

    fn jumps(&self) -> &[f64] {
        self.model.jumps()
    }
}
