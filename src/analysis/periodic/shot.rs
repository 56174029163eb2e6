//! One period of a trajectory, with its derivative.

use nalgebra::{DMatrix, DVector};

use crate::analysis::Variational;
use crate::analysis::system::point;
use crate::control::Controller;
use crate::dynamics::{Dynamics, Jacobian};
use crate::error::Result;
use crate::solution::Ivp;
use crate::solver::Dense;
use crate::state::State;

/// The number of intervals between samples; a multiple of the small primes.
const SAMPLES: usize = 210;

/// Returns to the start are alike up to this factor of their distance: the trajectory may still approach its orbit.
const AS_CLOSE: f64 = 3.0;

/// A range of a coordinate below this, relative to its size, is rounding.
const CONSTANT: f64 = 1e-12;

/// The trajectories of a field.
pub(super) struct Shooter<'f, F: Jacobian, S, C> {
    pub field: Variational<&'f F>,
    pub solver: S,
    pub control: C,
    pub t0: f64,
}

/// A trajectory over one period.
#[derive(Debug, Clone)]
pub(super) struct Shot<Y> {
    pub period: f64,
    pub times: Vec<f64>,
    pub states: Vec<Y>,
    pub start: DVector<f64>,
    pub end: DVector<f64>,
    /// `dy/dt` at the start and at the end.
    pub velocity: [DVector<f64>; 2],
    pub monodromy: DMatrix<f64>,
    pub log_volume: f64,
    /// Half of the range of each coordinate.
    pub amplitudes: DVector<f64>,
    /// The largest absolute value of each coordinate.
    pub largest: DVector<f64>,
}

/// A field with a solver, which shoots.
pub(super) trait Shoot {
    /// The state space.
    type State: State;

    /// The sizes of the displacements while nothing else is known: the coordinates at the guess or, if larger,
    /// their changes.
    fn first_units(&self, guess: &Self::State, period: f64) -> DVector<f64>;

    /// The trajectory from `start`, with displacements of these sizes.
    fn shoot(
        &self,
        like: &Self::State,
        start: DVector<f64>,
        period: f64,
        units: &DVector<f64>,
    ) -> Result<Shot<Self::State>>;
}

impl<'f, F, S, C> Shoot for Shooter<'f, F, S, C>
where
    F: Jacobian,
    S: Dense<Variational<&'f F>> + Clone,
    C: Controller<Variational<&'f F>, S> + Clone,
{
    type State = F::State;

    fn first_units(&self, guess: &F::State, period: f64) -> DVector<f64> {
        let mut units = DVector::from_vec(guess.coordinates()).abs();
        let mut slope = guess.zeros_like();
        for k in 0..8 {
            self.field.field().eval(self.t0 + period * f64::from(k) / 8.0, guess, &mut slope);
            let change = DVector::from_vec(slope.coordinates()).abs() * (period / std::f64::consts::TAU);
            units = units.zip_map(&change, |a, b| if b.is_finite() { a.max(b) } else { a });
        }
        let largest = units.max();
        units.map(|unit| {
            if unit > 0.0 {
                unit
            } else if largest > 0.0 {
                largest
            } else {
                1.0
            }
        })
    }

    fn shoot(&self, like: &F::State, start: DVector<f64>, period: f64, units: &DVector<f64>) -> Result<Shot<F::State>> {
        let x = point(like, start.as_slice())?;
        let times: Vec<f64> = (0..=SAMPLES).map(|k| self.time(period, k)).collect();
        let start_of_tangents = self.field.along(&x, &DMatrix::from_diagonal(units))?;
        let solution = Ivp::new(&self.field, start_of_tangents, times[0]..times[SAMPLES])
            .save_map(&times, |_t, (y, _)| y.clone())
            .solve(self.solver.clone(), self.control.clone())
            .map_err(|failure| failure.error)?;
        let (end_state, tangents) = solution.last();
        let end = DVector::from_vec(end_state.coordinates());
        let velocity = [(self.t0, &x), (times[SAMPLES], end_state)].map(|(t, y)| {
            let mut slope = y.zeros_like();
            self.field.field().eval(t, y, &mut slope);
            DVector::from_vec(slope.coordinates())
        });
        let log_volume = tangents.log_volume;
        let mut monodromy = self.field.matrix(solution.last());
        for (mut column, unit) in monodromy.column_iter_mut().zip(units.iter()) {
            column /= *unit;
        }
        let rows: Vec<DVector<f64>> = solution.y.iter().map(|y| DVector::from_vec(y.coordinates())).collect();
        let reduce = |start: f64, with: fn(f64, f64) -> f64| {
            DVector::from_fn(end.len(), |i, _| rows.iter().map(|row| row[i]).fold(start, with))
        };
        let (least, most) = (reduce(f64::INFINITY, f64::min), reduce(f64::NEG_INFINITY, f64::max));
        Ok(Shot {
            period,
            amplitudes: (&most - &least) * 0.5,
            largest: most.zip_map(&least, |a, b| a.abs().max(b.abs())),
            states: solution.y,
            times,
            start,
            end,
            velocity,
            monodromy,
            log_volume,
        })
    }
}

impl<F: Jacobian, S, C> Shooter<'_, F, S, C> {
    /// The time of a sample.
    fn time(&self, period: f64, k: usize) -> f64 {
        if k == SAMPLES { self.t0 + period } else { self.t0 + period * k as f64 / SAMPLES as f64 }
    }
}

impl<Y: State> Shot<Y> {
    /// The units of the coordinates: half of their ranges. A coordinate at rest has its own size, or the
    /// largest range.
    pub fn units(&self) -> DVector<f64> {
        let others = self.amplitudes.max();
        let others = if others > 0.0 { others } else { 1.0 };
        self.amplitudes.zip_map(&self.largest, |range, size| match () {
            () if range > CONSTANT * size => range,
            () if size > 0.0 => size,
            () => others,
        })
    }

    /// Whether no coordinate moves by more than rounding.
    pub fn is_at_rest(&self) -> bool {
        self.amplitudes.iter().zip(self.largest.iter()).all(|(range, size)| *range <= CONSTANT * size)
    }

    /// `y(t₀ + T) − x` in these units.
    pub fn gap(&self, units: &DVector<f64>) -> DVector<f64> {
        (&self.end - &self.start).component_div(units)
    }

    /// The time nearest to `around` at which the trajectory is as close to its start as anywhere after `from`, up to a
    /// factor. All times are fractions of the shot. `None` if it never comes nearer.
    pub fn nearest_return(&self, from: f64, around: f64) -> Option<f64> {
        let units = self.units();
        let first = (from * SAMPLES as f64).ceil() as usize;
        let distances: Vec<f64> = (0..=SAMPLES)
            .map(|k| (self.after(k as f64 / SAMPLES as f64) - &self.start).component_div(&units).norm())
            .collect();
        let inside = first.max(1)..SAMPLES;
        let lowest = |k: &usize| distances[*k] <= distances[k - 1] && distances[*k] <= distances[k + 1];
        let least = inside.clone().map(|k| distances[k]).fold(f64::INFINITY, f64::min);
        let fraction = |k: usize| k as f64 / SAMPLES as f64;
        let near = inside.filter(lowest).filter(|&k| distances[k] <= AS_CLOSE * least).map(fraction);
        near.min_by(|a, b| (a - around).abs().total_cmp(&(b - around).abs()))
    }

    /// The state after a fraction of the period, between samples by a straight line.
    pub fn after(&self, fraction: f64) -> DVector<f64> {
        let place = fraction * SAMPLES as f64;
        let (index, rest) = (place.floor() as usize, place.fract());
        let state = |k: usize| DVector::from_vec(self.states[k.min(SAMPLES)].coordinates());
        state(index) * (1.0 - rest) + state(index + 1) * rest
    }
}
