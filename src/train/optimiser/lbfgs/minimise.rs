//! The iteration of L-BFGS.

use super::line_search::{Sample, search};
use super::pairs::{Pairs, dot};
use super::report::{Minimisation, StopReason};
use super::settings::Lbfgs;
use crate::adjoint::check_argument;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::{State, euclidean_norm};

/// The coordinates of the parameters, with the loss and its gradient.
struct Point {
    x: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
}

impl Lbfgs {
    /// Minimises a loss over the parameters of `model`. `evaluate` returns the loss and its gradient.
    ///
    /// A trial step whose evaluation fails or is not finite is rejected, and a shorter one tried. So the loss may be
    /// undefined for some parameters, but not at the start.
    ///
    /// The result tells why the minimisation stopped: check [`Minimisation::converged`].
    ///
    /// # Errors
    /// The error of `evaluate` at the start; [`Error::InvalidArgument`] for a setting outside its domain or a loss that
    /// is not finite at the start, [`Error::InvalidEntry`] for parameters or a gradient that are not finite there, and
    /// [`Error::LengthMismatch`] if their lengths differ. The parameters are then unchanged.
    pub fn minimise<M, E, F>(&self, model: &mut M, mut evaluate: F) -> Result<Minimisation, E>
    where
        M: Parametric,
        F: FnMut(&M) -> Result<(f64, M::Params), E>,
        E: From<Error>,
    {
        self.check()?;
        let mut params = model.params();
        let mut point = start(&params, evaluate(model)?)?;
        let mut pairs = Pairs::new(self.memory);
        let (mut iterations, mut evaluations, mut rejected) = (0, 1, 0);
        let (first, mut largest) = (point.loss, 0.0_f64);
        let stopped = loop {
            let norm = euclidean_norm(&point.gradient);
            largest = largest.max(norm);
            let direction = direction(&pairs, &point, norm);
            let slope = dot(&point.gradient, &direction);
            let noise = ROUNDINGS * params.rounding() * point.loss.abs();
            let negligible = noise.max(self.tolerance.powi(2) * (first - point.loss));
            let predicted = (!pairs.is_empty() && slope <= 0.0).then_some(-0.5 * slope);
            let minimal = predicted.is_some_and(|decrease| decrease <= negligible);
            if norm == 0.0 || (norm <= self.tolerance * largest && minimal) {
                break StopReason::Gradient;
            }
            if iterations == self.max_iterations {
                break StopReason::MaxIterations;
            }
            let line = Sample { alpha: 0.0, value: point.loss, slope };
            let trial = |alpha| {
                move_to(&mut params, &point.x, alpha, &direction)?;
                model.set_params(&params);
                evaluations += 1;
                let found = evaluate(model).ok().and_then(|found| trial_point(&params, found));
                rejected += u64::from(found.is_none());
                let found = found?;
                Some((Sample { alpha, value: found.loss, slope: dot(&found.gradient, &direction) }, found))
            };
            let found = if slope < 0.0 && slope.is_finite() { search(line, noise, trial) } else { None };
            match found {
                Some((_, next)) => {
                    pairs.push(difference(&next.x, &point.x), difference(&next.gradient, &point.gradient));
                    point = next;
                    iterations += 1;
                }
                None if pairs.is_empty() => break StopReason::LineSearch,
                None => pairs.clear(),
            }
        };
        if params.read_coordinates(&point.x).is_some() {
            model.set_params(&params);
        }
        let (loss, gradient_norm) = (point.loss, euclidean_norm(&point.gradient));
        Ok(Minimisation { loss, gradient_norm, iterations, evaluations, rejected, stopped })
    }
}

/// The rounding error of a loss, in units of the rounding of the parameters.
const ROUNDINGS: f64 = 16.0;

/// Checks the start.
fn start<P: State>(params: &P, (loss, gradient): (f64, P)) -> Result<Point> {
    check_argument("params", params)?;
    if !loss.is_finite() {
        return Err(Error::InvalidArgument { name: "loss", value: loss, expected: "finite at the start" });
    }
    check_argument("gradient", &gradient)?;
    let (x, gradient) = (params.coordinates(), gradient.coordinates());
    if x.len() != gradient.len() {
        return Err(Error::LengthMismatch { name: "gradient", found: gradient.len(), expected: x.len() });
    }
    let norm = euclidean_norm(&gradient);
    if !norm.is_finite() {
        return Err(Error::InvalidArgument { name: "gradient", value: norm, expected: "of a finite norm" });
    }
    Ok(Point { x, loss, gradient })
}

/// The point of a trial, if it is finite.
fn trial_point<P: State>(params: &P, (loss, gradient): (f64, P)) -> Option<Point> {
    start(params, (loss, gradient)).ok()
}

/// The direction of the next step, whose first trial has length 1 in it.
///
/// Without a known curvature, steepest descent. The step would reduce the tangent to a loss of 0, but is at most as long
/// as the parameters: both lengths have the unit of the parameters. The line search corrects it.
fn direction(pairs: &Pairs, point: &Point, norm: f64) -> Vec<f64> {
    if !pairs.is_empty() {
        return pairs.direction(&point.gradient);
    }
    let lengths = [point.loss.abs() / norm, euclidean_norm(&point.x)];
    let usable = lengths.into_iter().filter(|length| *length > 0.0 && length.is_finite());
    let length = usable.reduce(f64::min).unwrap_or(1.0);
    point.gradient.iter().map(|g| -(g / norm) * length).collect()
}

/// Moves the parameters to `x + α d`. `None` if they do not change, or are not finite.
fn move_to<P: State>(params: &mut P, x: &[f64], alpha: f64, direction: &[f64]) -> Option<()> {
    let moved: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + alpha * d).collect();
    params.read_coordinates(&moved)?;
    (params.all_finite() && params.coordinates() != x).then_some(())
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}
