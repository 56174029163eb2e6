//! Multiple shooting: the cycles of a map as fixed points of a map of whole orbits.

use nalgebra::DMatrix;

use crate::analysis::{Kind, System};
use crate::error::Result;
use crate::state::State;

/// The map `(x₀, …, xₖ₋₁) ↦ (F(xₖ₋₁), F(x₀), …, F(xₖ₋₂))` of orbits of length `k`: its fixed points are the cycles
/// whose length divides `k`. Every point of the orbit is an unknown, so errors do not grow along it as they do in the
/// `k`-th iterate.
#[derive(Debug)]
pub(super) struct Shooting<'a, S>(pub &'a S);

impl<S: System> System for Shooting<'_, S> {
    type State = Vec<S::State>;
    const KIND: Kind = Kind::Map;

    fn eval(&self, orbit: &Self::State, out: &mut Self::State) -> Result<()> {
        let k = orbit.len();
        (0..k).try_for_each(|j| self.0.eval(&orbit[(j + k - 1) % k], &mut out[j]))
    }

    fn jacobian(&self, orbit: &Self::State, sizes: &Self::State, out: &mut DMatrix<f64>) -> Result<()> {
        let k = orbit.len();
        let n = out.nrows() / k.max(1);
        let mut block = DMatrix::zeros(n, n);
        out.fill(0.0);
        for (j, (x, sizes)) in orbit.iter().zip(sizes).enumerate() {
            self.0.jacobian(x, sizes, &mut block)?;
            out.view_mut(((j + 1) % k * n, j * n), (n, n)).copy_from(&block);
        }
        Ok(())
    }
}

/// The first `k` states from `start`; `None` if one is not finite or the map fails there.
pub(super) fn orbit<S: System>(map: &S, start: &S::State, k: usize) -> Option<Vec<S::State>> {
    let mut orbit = vec![start.clone()];
    while orbit.len() < k {
        let mut next = start.zeros_like();
        map.eval(&orbit[orbit.len() - 1], &mut next).ok()?;
        if !next.all_finite() {
            return None;
        }
        orbit.push(next);
    }
    Some(orbit)
}
