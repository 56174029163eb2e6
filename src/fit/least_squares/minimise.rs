//! The iteration of Levenberg and Marquardt.

use nalgebra::{DVector, DVectorView};

use super::linear::{Damped, NO_EFFECT, Undamped, norm};
use super::{LeastSquares, LeastSquaresFailure, LeastSquaresMinimum, LevenbergMarquardt, Linearised};
use crate::error::{Error, Result};

/// The damping of the first step, relative to the columns of the Jacobian.
const FIRST_DAMPING: f64 = 1e-3;
/// The number of trial steps from one point.
const TRIALS: usize = 40;
/// The smallest damping. A column may be far below the largest one so far, so it is below the square of rounding errors.
const LEAST_DAMPING: f64 = 1e-40;

impl LevenbergMarquardt {
    /// Minimises the sum of squares of `problem` from `x`.
    ///
    /// # Errors
    /// A [`LeastSquaresFailure`] with
    /// * an error of the problem at the start, [`Error::InvalidArgument`] for a setting outside its domain,
    ///   [`Error::InvalidEntry`] for a start, residuals or derivatives that are not finite there, and
    ///   [`Error::LengthMismatch`] if the Jacobian does not have a row for each residual and a column for each
    ///   coordinate;
    /// * [`Error::FitNotConverged`] with the best point, if the budget is used up or no step decreases the sum of squares
    ///   although the point is no minimum.
    pub fn minimise<P: LeastSquares + ?Sized>(
        &self,
        problem: &P,
        x: DVector<f64>,
    ) -> Result<LeastSquaresMinimum, Box<LeastSquaresFailure>> {
        self.check()?;
        finite("x", x.iter())?;
        let mut point = Point::start(problem, x)?;
        if point.best.x.is_empty() {
            return Ok(point.best);
        }
        let mut lambda = FIRST_DAMPING;
        loop {
            let undamped = point.undamped(problem);
            let decrease = undamped.decrease;
            if decrease <= self.tolerance.powi(2) * point.best.sum_of_squares {
                return Ok(point.best);
            }
            if point.best.iterations == self.max_iterations {
                return Err(point.not_converged(decrease));
            }
            if !point.step(problem, &mut lambda) {
                let minimal = self.is_minimal(problem, &point, undamped);
                return if minimal { Ok(point.best) } else { Err(point.not_converged(decrease)) };
            }
        }
    }

    /// Whether a point from which no step decreases the sum of squares is a minimum up to the errors of the residuals.
    fn is_minimal<P: LeastSquares + ?Sized>(&self, problem: &P, point: &Point, undamped: Undamped) -> bool {
        let LeastSquaresMinimum { x, sum_of_squares, residuals, jacobian, .. } = &point.best;
        let is_short = |step: DVector<f64>| {
            let mut changes = step.iter().enumerate();
            changes.all(|(j, change)| change.abs() <= self.tolerance * problem.length(x, j))
        };
        // The Jacobian is singular at some minima: there an undamped step means nothing, but the gradient vanishes.
        let is_orthogonal = |column: &DVectorView<'_, f64>| {
            column.dot(residuals).abs() <= self.tolerance * norm(column.clone_owned().as_slice()) * residuals.norm()
        };
        undamped.decrease <= self.tolerance * sum_of_squares
            || undamped.step.is_some_and(is_short)
            || jacobian.column_iter().all(|column| is_orthogonal(&column))
    }
}

/// The best point so far, with the scales of the coordinates.
struct Point {
    best: LeastSquaresMinimum,
    scale: DVector<f64>,
}

impl Point {
    fn start<P: LeastSquares + ?Sized>(problem: &P, x: DVector<f64>) -> Result<Self> {
        let Linearised { residuals, jacobian } = problem.linearise(&x)?;
        for (name, found, expected) in
            [("jacobian", jacobian.nrows(), residuals.len()), ("jacobian", jacobian.ncols(), x.len())]
        {
            if found != expected {
                return Err(Error::LengthMismatch { name, found, expected });
            }
        }
        if residuals.is_empty() {
            return Err(Error::LengthMismatch { name: "residuals", found: 0, expected: 1 });
        }
        finite("residuals", residuals.iter())?;
        finite("jacobian", jacobian.iter())?;
        let sum_of_squares = residuals.norm_squared();
        // Below, the squares lose their digits or vanish.
        let is_too_small = sum_of_squares < f64::MIN_POSITIVE / f64::EPSILON && residuals.amax() > 0.0;
        if is_too_small || !sum_of_squares.is_finite() {
            let expected = "a number without overflow or underflow: choose another unit of the residuals";
            return Err(Error::InvalidArgument { name: "sum of squares", value: sum_of_squares, expected });
        }
        let scale = DVector::zeros(x.len());
        let best =
            LeastSquaresMinimum { x, residuals, jacobian, sum_of_squares, iterations: 0, evaluations: 1, failed: 0 };
        let mut point = Self { best, scale };
        point.grow();
        Ok(point)
    }

    /// The undamped problem here, without coordinates whose effect has vanished: a column below 10⁻¹⁰ of its largest norm so
    /// far, and a change by the length would change the residuals by less than 10⁻¹⁰ of their norm.
    fn undamped<P: LeastSquares + ?Sized>(&self, problem: &P) -> Undamped {
        let LeastSquaresMinimum { x, residuals, jacobian, .. } = &self.best;
        let size = NO_EFFECT * residuals.norm();
        let has_effect = |j: &usize| {
            let norm = norm(jacobian.column(*j).as_slice());
            norm > NO_EFFECT * self.scale[*j] || norm * problem.length(x, *j) > size
        };
        let coordinates: Vec<usize> = (0..x.len()).filter(has_effect).collect();
        Undamped::new(jacobian, residuals, &coordinates)
    }

    /// The damped problem here.
    fn damped(&self) -> Damped {
        // A coordinate without an effect does not move, whatever its scale.
        let scale = self.scale.map(|scale| if scale > 0.0 { scale } else { 1.0 });
        Damped::new(&self.best.jacobian, &self.best.residuals, scale)
    }

    /// The scales grow to the norms of the columns here.
    fn grow(&mut self) {
        for (scale, column) in self.scale.iter_mut().zip(self.best.jacobian.column_iter()) {
            *scale = scale.max(norm(column.as_slice()));
        }
    }

    /// Takes a step that decreases the sum of squares; `false` if there is none.
    fn step<P: LeastSquares + ?Sized>(&mut self, problem: &P, lambda: &mut f64) -> bool {
        let damped = self.damped();
        let mut growth = 2.0;
        for _ in 0..TRIALS {
            if let Some(trial) = damped.step(*lambda) {
                let x = &self.best.x + &trial.step;
                if x == self.best.x {
                    return false;
                }
                match self.evaluate(problem, &x) {
                    Some(found) if found < self.best.sum_of_squares => {
                        if let Some(next) = self.linearise(problem, &x) {
                            let gain = (self.best.sum_of_squares - found) / trial.decrease;
                            *lambda *= (1.0 - (2.0 * gain - 1.0).powi(3)).max(1.0 / 3.0);
                            *lambda = lambda.max(LEAST_DAMPING);
                            self.move_to(x, next);
                            return true;
                        }
                    }
                    _ => {}
                }
            }
            *lambda *= growth;
            growth *= 2.0;
        }
        false
    }

    /// The sum of squares at `x`, unless it fails or is not finite.
    fn evaluate<P: LeastSquares + ?Sized>(&mut self, problem: &P, x: &DVector<f64>) -> Option<f64> {
        self.best.evaluations += 1;
        let residuals = problem.residuals(x).ok().filter(|found| found.len() == self.best.residuals.len());
        let found = residuals.map(|residuals| residuals.norm_squared()).filter(|sum| sum.is_finite());
        self.best.failed += u64::from(found.is_none());
        found
    }

    fn linearise<P: LeastSquares + ?Sized>(&mut self, problem: &P, x: &DVector<f64>) -> Option<Linearised> {
        let shape = self.best.jacobian.shape();
        let found = problem.linearise(x).ok().filter(|found| {
            found.jacobian.shape() == shape
                && found.residuals.len() == shape.0
                && found.residuals.norm_squared().is_finite()
                && found.jacobian.iter().all(|x| x.is_finite())
        });
        self.best.failed += u64::from(found.is_none());
        found
    }

    fn move_to(&mut self, x: DVector<f64>, Linearised { residuals, jacobian }: Linearised) {
        let LeastSquaresMinimum { iterations, evaluations, failed, .. } = self.best;
        let (sum_of_squares, iterations) = (residuals.norm_squared(), iterations + 1);
        self.best = LeastSquaresMinimum { x, residuals, jacobian, sum_of_squares, iterations, evaluations, failed };
        self.grow();
    }

    fn not_converged(self, decrease: f64) -> Box<LeastSquaresFailure> {
        let LeastSquaresMinimum { iterations, sum_of_squares, .. } = self.best;
        let error = Error::FitNotConverged { iterations, decrease: decrease / sum_of_squares };
        Box::new(LeastSquaresFailure { error, partial: Some(self.best) })
    }
}

fn finite<'a>(name: &'static str, mut values: impl Iterator<Item = &'a f64>) -> Result<()> {
    let mut index = 0;
    let found = values.find(|value| {
        index += 1;
        !value.is_finite()
    });
    match found {
        Some(&value) => Err(Error::InvalidEntry { name, index: index - 1, value, expected: "finite" }),
        None => Ok(()),
    }
}
