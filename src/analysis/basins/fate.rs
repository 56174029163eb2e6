//! Where a trajectory ends.

use nalgebra::DVector;

use crate::analysis::System;
use crate::error::Result;
use crate::state::State;

/// The fate of a trajectory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It came to the attractor with this index, and stayed.
    Attractor(usize),
    /// The budget of steps ended, or the steps of a solve became too small, before it came to an attractor.
    Undecided,
    /// It left every bound.
    Diverged,
}

/// The attractors as points in scaled coordinates.
pub(super) struct Targets {
    pub(super) units: DVector<f64>,
    pub(super) points: Vec<(usize, DVector<f64>)>,
    pub(super) radius: f64,
}

/// A trajectory has come to an attractor if it is within the radius of its points for this many steps in succession.
pub(super) const STAY: usize = 10;

impl Targets {
    pub(super) fn scaled<Y: State>(&self, x: &Y) -> DVector<f64> {
        DVector::from_vec(x.coordinates()).component_div(&self.units)
    }

    /// The attractor within the radius of `x`.
    fn near<Y: State>(&self, x: &Y) -> Option<usize> {
        let x = self.scaled(x);
        let distance = |(_, point): &&(usize, DVector<f64>)| (point - &x).norm();
        let nearest = self.points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (distance(&nearest) <= self.radius).then_some(nearest.0)
    }

    /// Follows the trajectory of a map.
    pub(super) fn follow<S: System>(&self, map: &S, start: S::State, steps: usize) -> Result<Fate> {
        let (mut x, mut next) = (start, None);
        let (mut last, mut stayed) = (None, 0);
        for _ in 0..=steps {
            if !x.all_finite() {
                return Ok(Fate::Diverged);
            }
            let near = self.near(&x);
            stayed = if near.is_some() && near == last { stayed + 1 } else { 0 };
            last = near;
            if let (Some(attractor), true) = (near, stayed >= STAY) {
                return Ok(Fate::Attractor(attractor));
            }
            let out = next.get_or_insert_with(|| x.zeros_like());
            map.eval(&x, out)?;
            std::mem::swap(&mut x, out);
        }
        Ok(Fate::Undecided)
    }
}
