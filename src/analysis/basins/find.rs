//! The fates of the points of a grid.

use nalgebra::DVector;

use super::fate::{Fate, Targets};
use super::grid::PlaneGrid;
use crate::analysis::{Kind, System};
use crate::error::{Error, Result};
use crate::solution::{cores, in_parallel};
use crate::state::State;

/// The settings of [`basins`](fn@basins).
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct BasinSearch {
    steps: usize,
    radius: f64,
    threads: usize,
}

impl Default for BasinSearch {
    fn default() -> Self {
        Self { steps: 10_000, radius: 1e-3, threads: cores() }
    }
}

impl BasinSearch {
    /// Sets the budget of steps of each trajectory; 10 000 by default.
    pub const fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Sets the distance from an attractor at which a trajectory has come to it, in units of the lengths of the grid; 1e-3 by
    /// default. A disc of this radius around each point of an attractor should be in its basin.
    pub const fn radius(mut self, radius: f64) -> Self {
        self.radius = radius;
        self
    }

    /// Sets the number of threads; by default one for each core. The result does not depend on it.
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }
}

/// The fate of every point of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Basins {
    /// The number of columns.
    pub columns: usize,
    /// The fates, row by row from the lowest.
    pub fates: Vec<Fate>,
    /// The ranges of the two coordinates.
    pub ranges: [(f64, f64); 2],
}

impl Basins {
    /// The fate of the point at a column and a row.
    ///
    /// # Panics
    /// Panics if there is no such point, like the index of a slice.
    #[must_use]
    pub fn at(&self, column: usize, row: usize) -> Fate {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        self.fates[row * self.columns + column]
    }

    /// The share of the points with this fate.
    #[must_use]
    pub fn share(&self, fate: Fate) -> f64 {
        self.fates.iter().filter(|one| **one == fate).count() as f64 / self.fates.len().max(1) as f64
    }
}

/// The basins of attraction of a map on a grid: which attractor each point of the grid goes to.
///
/// Each attractor is given by its points: a stable fixed point by one, a cycle by all. A trajectory has come to an attractor if it
/// is within the [radius](BasinSearch::radius) of its points in eleven states in succession, so that it does not merely pass by.
/// Lengths are in units of the grid: of the range in its two coordinates, and of the
/// longer range in the others.
///
/// A flow becomes a map by a [`TimeMap`](crate::analysis::TimeMap); its time should be short beside the time of the attractors.
///
/// ```
/// use nalgebra::{Vector2, vector};
/// use rheos::analysis::{BasinSearch, Fate, Map, PlaneGrid, basins};
/// use rheos::ode;
///
/// // Newton's method for z³ = 1: the basins of the three roots.
/// let newton = Map::new(ode(|_t, z: &Vector2<f64>, next: &mut Vector2<f64>| {
///     let (square, size) = (vector![z.x * z.x - z.y * z.y, 2.0 * z.x * z.y], z.norm_squared().powi(2));
///     *next = (2.0 * z + vector![square.x, -square.y] / size) / 3.0;
/// }));
/// let roots = [0.0, 1.0, 2.0].map(|k: f64| (k * std::f64::consts::TAU / 3.0).sin_cos()).map(|(y, x)| vec![vector![x, y]]);
/// let grid = PlaneGrid::new(vector![0.0, 0.0], (0, -2.0..2.0, 40), (1, -2.0..2.0, 40))?;
/// let found = basins(&newton, &roots, &grid, &BasinSearch::default())?;
/// assert_eq!(found.at(39, 20), Fate::Attractor(0)); // x = 2, y = 0.05
/// assert!((found.share(Fate::Attractor(1)) - found.share(Fate::Attractor(2))).abs() < 1e-9); // mirror images
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidArgument`] for a flow, and for a radius or a number of threads that is not positive;
/// [`Error::LengthMismatch`] without an attractor; [`Error::ShapeMismatch`] for an attractor without points or of another shape;
/// [`Error::InvalidEntry`] for one that is not finite; and the errors of the model, except for a solve that
/// [blows up](Error::NonFinite).
pub fn basins<S>(
    map: &S,
    attractors: &[Vec<S::State>],
    grid: &PlaneGrid<S::State>,
    search: &BasinSearch,
) -> Result<Basins>
where
    S: System + Sync,
    S::State: Send + Sync,
{
    let targets = targets::<S>(attractors, grid, search)?;
    let (columns, rows) = grid.size();
    let fates = in_parallel(columns * rows, search.threads, |i| {
        match targets.follow(map, grid.state(i % columns, i / columns), search.steps) {
            // A solve that leaves every bound.
            Err(Error::NonFinite { .. }) => Ok(Fate::Diverged),
            // At a singularity, or too stiff for the method: it is not known which.
            Err(Error::StepSizeUnderflow { .. }) => Ok(Fate::Undecided),
            fate => fate,
        }
    });
    let fates = fates.into_iter().collect::<Result<_>>()?;
    Ok(Basins { columns, fates, ranges: grid.ranges() })
}

fn targets<S: System>(
    attractors: &[Vec<S::State>],
    grid: &PlaneGrid<S::State>,
    search: &BasinSearch,
) -> Result<Targets> {
    if S::KIND == Kind::Flow {
        return Err(Error::InvalidArgument {
            name: "map",
            value: f64::NAN,
            expected: "a map: put a flow into a `TimeMap`",
        });
    }
    if !(search.radius > 0.0 && search.radius.is_finite()) {
        return Err(Error::InvalidArgument { name: "radius", value: search.radius, expected: "positive and finite" });
    }
    if search.threads == 0 {
        return Err(Error::InvalidArgument { name: "threads", value: 0.0, expected: "at least 1" });
    }
    if attractors.is_empty() {
        return Err(Error::LengthMismatch { name: "attractors", found: 0, expected: 1 });
    }
    let like = grid.state(0, 0);
    let mut targets = Targets { units: grid.units(), points: Vec::new(), radius: search.radius };
    for (index, attractor) in attractors.iter().enumerate() {
        if let Some(found) = attractor
            .iter()
            .find(|x| !like.fits(x))
            .map(|x| x.coordinates().len())
            .or(attractor.is_empty().then_some(0))
        {
            let expected = like.coordinates().len();
            return Err(Error::ShapeMismatch { name: "attractors", index, found, expected });
        }
        for point in attractor {
            let scaled: DVector<f64> = targets.scaled(point);
            if let Some(&value) = scaled.iter().find(|x| !x.is_finite()) {
                return Err(Error::InvalidEntry { name: "attractors", index, value, expected: "finite" });
            }
            targets.points.push((index, scaled));
        }
    }
    Ok(targets)
}
