//! Iterates of maps.

use nalgebra::DMatrix;

use super::{Kind, System};
use crate::error::{Error, Result};
use crate::state::State;

/// The `k`-th iterate of a map; its fixed points are the cycles of the lengths that divide `k`.
///
/// ```
/// use rheos::analysis::{Iterated, Map, System};
/// use rheos::ode;
///
/// let doubling = Map::new(ode(|_t, x: &f64, next: &mut f64| *next = 2.0 * x));
/// let mut x = 0.0;
/// Iterated::new(&doubling, 5)?.eval(&1.0, &mut x)?;
/// assert_eq!(x, 32.0);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Iterated<S> {
    map: S,
    times: usize,
}

impl<S: System> Iterated<S> {
    /// The map, applied `times` times.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for 0 times, or for a flow.
    pub fn new(map: S, times: usize) -> Result<Self> {
        if times == 0 {
            return Err(Error::InvalidArgument { name: "times", value: 0.0, expected: "at least 1" });
        }
        if S::KIND == Kind::Flow {
            return Err(Error::InvalidArgument {
                name: "times",
                value: times as f64,
                expected: "for a map, not a flow",
            });
        }
        Ok(Self { map, times })
    }
}

impl<S: System> System for Iterated<S> {
    type State = S::State;
    const KIND: Kind = Kind::Map;

    fn eval(&self, x: &S::State, out: &mut S::State) -> Result<()> {
        let mut at = x.clone();
        for _ in 1..self.times {
            self.map.eval(&at, out)?;
            at.assign(out);
        }
        self.map.eval(&at, out)
    }

    fn jacobian(&self, x: &S::State, sizes: &S::State, out: &mut DMatrix<f64>) -> Result<()> {
        self.map.jacobian(x, sizes, out)?;
        let (mut at, mut next) = (x.clone(), x.zeros_like());
        let (mut factor, mut product) = (out.clone(), out.clone());
        for _ in 1..self.times {
            self.map.eval(&at, &mut next)?;
            at.assign(&next);
            self.map.jacobian(&at, sizes, &mut factor)?;
            product.gemm(1.0, &factor, out, 0.0);
            out.copy_from(&product);
        }
        Ok(())
    }
}
