//! The iteration of Levenberg and Marquardt.

use nalgebra::{DVector, DVectorView};

use super::linear::Reduced;
use super::{LeastSquares, LeastSquaresFailure, LeastSquaresMinimum, LevenbergMarquardt, Linearised};
use crate::error::{Error, Result};

/// The damping of the first step, relative to the columns of the Jacobian.
const FIRST_DAMPING: f64 = 1e-3;
/// The number of trial steps from one point.
const TRIALS: usize = 40;
/// The smallest damping: an undamped step up to rounding.
const LEAST_DAMPING: f64 = 1e-15;

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
            let reduced = point.reduce();
            let decrease = reduced.largest_decrease();
            if decrease <= self.tolerance.powi(2) * point.best.sum_of_squares {
                return Ok(point.best);
            }
            if point.best.iterations == self.max_iterations {
                return Err(point.not_converged(decrease));
            }
            if !point.step(problem, &reduced, &mut lambda) {
                let minimal = self.is_minimal(problem, &point, &reduced);
                return if minimal { Ok(point.best) } else { Err(point.not_converged(decrease)) };
            }
        }
    }

    /// Whether a point from which no step decreases the sum of squares is a minimum up to the errors of the residuals.
    fn is_minimal<P: LeastSquares + ?Sized>(&self, problem: &P, point: &Point, reduced: &Reduced) -> bool {
        let LeastSquaresMinimum { x, sum_of_squares, residuals, jacobian, .. } = &point.best;
        let is_short = |step: DVector<f64>| {
            let mut changes = step.iter().enumerate();
            changes.all(|(j, change)| change.abs() <= self.tolerance * problem.length(x, j))
        };
        // The Jacobian is singular at some minima: there an undamped step means nothing, but the gradient vanishes.
        let is_orthogonal = |column: &DVectorView<'_, f64>| {
            column.dot(residuals).abs() <= self.tolerance * column.norm() * residuals.norm()
        };
        reduced.largest_decrease() <= self.tolerance * sum_of_squares
            || reduced.undamped().is_some_and(is_short)
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
        if !sum_of_squares.is_finite() {
            return Err(Error::InvalidArgument { name: "sum of squares", value: sum_of_squares, expected: "finite" });
        }
        let scale = DVector::zeros(x.len());
        let best =
            LeastSquaresMinimum { x, residuals, jacobian, sum_of_squares, iterations: 0, evaluations: 1, failed: 0 };
        Ok(Self { best, scale })
    }

    /// The linear problem here.
    fn reduce(&mut self) -> Reduced {
        for (scale, column) in self.scale.iter_mut().zip(self.best.jacobian.column_iter()) {
            *scale = scale.max(column.norm());
        }
        // A coordinate without an effect does not move, whatever its scale.
        let scale = self.scale.map(|scale| if scale > 0.0 { scale } else { 1.0 });
        Reduced::new(&self.best.jacobian, &self.best.residuals, scale)
    }

    /// Takes a step that decreases the sum of squares; `false` if there is none.
    fn step<P: LeastSquares + ?Sized>(&mut self, problem: &P, reduced: &Reduced, lambda: &mut f64) -> bool {
        let mut growth = 2.0;
        for _ in 0..TRIALS {
            if let Some(trial) = reduced.damped(*lambda) {
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
