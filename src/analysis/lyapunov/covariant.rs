//! Covariant Lyapunov vectors.

use nalgebra::DMatrix;

use super::average::{Average, Carrier, Factored, factored, factorise, failed};
use super::frame::Frame;
use super::{Lyapunov, LyapunovFailure};
use crate::analysis::system::System;
use crate::analysis::variational::Variational;
use crate::control::Controller;
use crate::dynamics::Jacobian;
use crate::error::{Error, Result};
use crate::solver::Solver;

/// Covariant Lyapunov vectors along a trajectory: the directions that grow at the rate of one exponent each, forwards and
/// backwards in time. The derivative of the system maps the vectors at one time to the vectors at another.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariantVectors {
    /// The times: the starts of the intervals between factorisations, after the transient.
    pub times: Vec<f64>,
    /// The coordinates of the state at each time.
    pub states: Vec<Vec<f64>>,
    /// The vectors at each time, column by column, of Euclidean length 1. Their signs mean nothing.
    pub vectors: Vec<DMatrix<f64>>,
}

impl Lyapunov {
    /// The first `k` covariant vectors of a map along the trajectory from `x0` (F. Ginelli et al. 2007,
    /// doi:10.1103/PhysRevLett.99.130601): QR forwards, and the triangular factors backwards.
    ///
    /// The [transient](Self::transient) is taken at both ends: before the length for the frames, and again behind it for the
    /// vectors. Without one, the last vectors are wrong. The memory is one frame for each interval.
    ///
    /// ```
    /// use nalgebra::{Vector2, matrix, vector};
    /// use rheos::analysis::{Lyapunov, Map};
    /// use rheos::ode;
    ///
    /// // For a linear map they are the eigenvectors.
    /// let a = matrix![2.0, 1.0; 0.0, 0.5];
    /// let map = Map::new(ode(move |_t, x: &Vector2<f64>, next: &mut Vector2<f64>| *next = a * x));
    /// let found = Lyapunov::over(10).transient(40).covariant_vectors(&map, &Vector2::zeros(), 2)?;
    /// let eigenvectors = [vector![1.0, 0.0], vector![-2.0, 3.0].normalize()];
    /// for (k, exact) in eigenvectors.into_iter().enumerate() {
    ///     assert!((found.vectors[5].column(k).dot(&exact).abs() - 1.0).abs() < 1e-9);
    /// }
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`spectrum`](Self::spectrum), and [`Error::TangentLost`] for a singular Jacobian.
    pub fn covariant_vectors<S: System>(
        &self,
        map: &S,
        x0: &S::State,
        k: usize,
    ) -> std::result::Result<CovariantVectors, Box<LyapunovFailure>> {
        let (mut carrier, intervals) =
            self.along_map(map, x0, k).map_err(|error| LyapunovFailure::at_start(error, x0))?;
        let frame = Frame::generic(carrier.jacobian.nrows(), k);
        Average { settings: self, intervals, with_volume: false }.covariant(&mut carrier, frame)
    }

    /// The first `k` covariant vectors of a flow; see [`covariant_vectors`](Self::covariant_vectors) and
    /// [`spectrum_of_flow`](Self::spectrum_of_flow).
    ///
    /// ```
    /// use nalgebra::DVector;
    /// use rheos::analysis::Lyapunov;
    /// use rheos::dynamics::problems::VanDerPol;
    /// use rheos::{Dynamics, Fixed, Rk4, State};
    ///
    /// // On a limit cycle, the vector of the exponent 0 is the velocity.
    /// let (field, y0) = VanDerPol::problem(1.0);
    /// let settings = Lyapunov::over(7.0).transient(30.0).renormalise_every(0.5);
    /// let found = settings.covariant_vectors_of_flow(&field, &y0, 2, Rk4, Fixed::step(0.01))?;
    /// let (mut y, mut velocity) = (y0, y0);
    /// let _ = y.read_coordinates(&found.states[3]);
    /// field.eval(0.0, &y, &mut velocity);
    /// assert!((found.vectors[3].column(0).dot(&velocity.normalize()).abs() - 1.0).abs() < 1e-8);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`spectrum_of_flow`](Self::spectrum_of_flow).
    pub fn covariant_vectors_of_flow<'f, F, S, C>(
        &self,
        field: &'f F,
        y0: &F::State,
        k: usize,
        solver: S,
        control: C,
    ) -> std::result::Result<CovariantVectors, Box<LyapunovFailure>>
    where
        F: Jacobian,
        S: Solver<Variational<&'f F>>,
        C: Controller<Variational<&'f F>, S>,
    {
        let (mut carrier, intervals) =
            self.along_flow(field, (solver, control), y0, k).map_err(|error| LyapunovFailure::at_start(error, y0))?;
        let frame = Frame::generic(carrier.state().len(), k);
        Average { settings: self, intervals, with_volume: false }.covariant(&mut carrier, frame)
    }
}

/// The start of an interval, with the triangular factor at its end.
struct Passed {
    time: f64,
    state: Vec<f64>,
    frame: DMatrix<f64>,
    r: DMatrix<f64>,
}

impl Average<'_> {
    fn covariant(
        &self,
        carrier: &mut impl Carrier,
        mut frame: Frame,
    ) -> std::result::Result<CovariantVectors, Box<LyapunovFailure>> {
        let mut passed = Vec::new();
        let found = self.pass(carrier, &mut frame, &mut passed).and_then(|wanted| backwards(&passed, wanted));
        found.map_err(|error| failed(carrier, error, None))
    }

    /// Passes all intervals; returns the number of those in the average.
    fn pass(&self, carrier: &mut impl Carrier, frame: &mut Frame, passed: &mut Vec<Passed>) -> Result<usize> {
        for interval in self.intervals.before() {
            carrier.carry(interval, frame)?;
            factorise(frame, interval)?;
        }
        let mut wanted = 0;
        let average = self.intervals.of_average().map(|interval| (interval, true));
        for (interval, counts) in average.chain(self.intervals.behind().map(|interval| (interval, false))) {
            let state = carrier.state();
            let Factored { before, r, .. } = factored(carrier, frame, interval)?;
            passed.push(Passed { time: interval.start, state, frame: before, r });
            wanted += usize::from(counts);
        }
        Ok(wanted)
    }
}

/// The vectors at the first `wanted` starts: `Cᵢ = Rᵢ⁻¹ Cᵢ₊₁` with normalised columns, from any triangular matrix at the end.
fn backwards(passed: &[Passed], wanted: usize) -> Result<CovariantVectors> {
    let k = passed.first().map_or(0, |first| first.r.nrows());
    // Every column has a component along each earlier direction.
    let mut c = DMatrix::from_fn(k, k, |i, j| if i <= j { 1.0 } else { 0.0 });
    let mut found = CovariantVectors { times: Vec::new(), states: Vec::new(), vectors: Vec::new() };
    for (index, at) in passed.iter().enumerate().rev() {
        if !at.r.solve_upper_triangular_mut(&mut c) {
            return Err(Error::TangentLost { index: 0, t: at.time });
        }
        for (index, mut column) in c.column_iter_mut().enumerate() {
            // In two steps, since squares may overflow.
            let largest = column.amax();
            if !(largest > 0.0 && largest.is_finite()) {
                return Err(Error::TangentLost { index, t: at.time });
            }
            column.unscale_mut(largest);
            let size = column.norm();
            column.unscale_mut(size);
        }
        if index < wanted {
            found.times.push(at.time);
            found.states.push(at.state.clone());
            found.vectors.push(&at.frame * &c);
        }
    }
    found.times.reverse();
    found.states.reverse();
    found.vectors.reverse();
    Ok(found)
}
