//! The states in a workspace, for a solve that is serialized.

use crate::state::{State, StoredNorm};

/// The use of a state in a workspace, between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The next step starts from it.
    Needed,
    /// The next step writes into it before it reads it.
    Free,
}

impl Use {
    /// `Needed` if the condition holds.
    pub(crate) const fn needed_if(condition: bool) -> Self {
        if condition { Self::Needed } else { Self::Free }
    }
}

/// A container of states of one shape.
pub(crate) trait KeptStates<Y: State> {
    /// Calls `see` for every state.
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use));

    /// Whether all have the shape of `y`.
    fn fit(&mut self, y: &Y) -> bool {
        let mut all = true;
        self.each(&mut |x, _| all &= y.fits(x));
        all
    }

    /// Clears the free states with a number that is not finite, which text formats cannot write.
    fn scrub(&mut self) {
        self.each(&mut |x, used| {
            if used == Use::Free && !x.all_finite() {
                x.set_zeros();
            }
        });
    }
}

/// Calls `see` for states of one use.
pub(crate) fn show<'y, Y: 'y>(
    see: &mut dyn FnMut(&mut Y, Use),
    used: Use,
    states: impl IntoIterator<Item = &'y mut Y>,
) {
    states.into_iter().for_each(|x| see(x, used));
}

/// An upper bound of all counts; sums of such counts do not overflow.
const MOST: u64 = 1 << 54;

/// Whether deserialized counts are possible.
pub(crate) fn are_counts(counts: &[u64]) -> bool {
    counts.iter().all(|&count| count <= MOST)
}

/// Whether deserialized counts of consecutive steps are possible.
pub(crate) fn are_small_counts(counts: &[u32]) -> bool {
    counts.iter().all(|&count| count <= u32::MAX / 4)
}

/// Whether a deserialized norm measures states of the shape of `y`.
pub(crate) fn measures<Y: State>(norm: Option<&StoredNorm<Y>>, y: &Y) -> bool {
    let is_tolerance = |x: f64| x >= 0.0 && x.is_finite();
    match norm {
        None => true,
        Some(StoredNorm::Uniform(tolerance)) => is_tolerance(tolerance.rtol) && is_tolerance(tolerance.atol),
        Some(StoredNorm::Each(tolerances)) => [&tolerances.rtol, &tolerances.atol]
            .into_iter()
            .all(|each| y.fits(each) && each.coordinates().into_iter().all(is_tolerance)),
    }
}
