//! The checks at the start of a solve, and the slope there.

use std::cmp::Ordering;

use super::system::{determined, terms, violations};
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::{Error, Result};
use crate::solver::implicit::LinearSolver;
use crate::state::{ErrorNorm, Span, State, StoredNorm};

/// The part of a span over which the time derivative of the field is taken.
const GLANCE: f64 = 1e-3;

/// Without tolerances, a violation above this part of the terms of its equation is an inconsistency.
const ROUGH: f64 = 1e-6;

/// The slope `y'` at the start `y` of `span`, of a system of index 1 with a mass matrix.
///
/// # Errors
/// [`Error::LengthMismatch`] for a matrix of another dimension, [`Error::NotIndexOne`], [`Error::InconsistentState`] if
/// the correction that satisfies the algebraic equations is above the tolerance of the solve, and the errors of
/// [`LinearSolver::linearise`].
pub fn start_slope<F: Dynamics, L: LinearSolver<F>>(
    (linear, ws): (&L, &mut L::Workspace),
    f: &F,
    span: Span,
    y: &F::State,
    norm: Option<&StoredNorm<F::State>>,
) -> Result<F::State> {
    let t = span.t0;
    let n = y.coordinates().len();
    let missing = Error::LengthMismatch { name: "mass", found: 0, expected: n };
    let mass = f.mass().ok_or(missing.clone())?;
    let found = mass.matrix().pattern().dimension();
    if found != n {
        return Err(Error::LengthMismatch { name: "mass", found, expected: n });
    }
    let near = Neighbourhood { h: GLANCE * (span.t1 - span.t0), slope: None, norm };
    linear.linearise(ws, f, t, y, near)?;
    let jacobian = linear.entries(ws).ok_or(missing)?;
    let system = determined(mass, &jacobian, t)?;

    let (mut slope, mut drift) = (y.zeros_like(), y.zeros_like());
    f.eval(t, y, &mut slope);
    linear.time_derivative(f, t, y, near, &mut drift);
    let (mut rhs, drift) = (slope.coordinates(), drift.coordinates());
    let violated = violations(mass.constraints(), &rhs);
    let size = match norm {
        Some(norm) => {
            let mut correction = vec![0.0; n];
            mass.constraints().iter().zip(&violated).for_each(|(row, x)| correction[row.row] = -x);
            system.solve(&mut correction);
            let mut change = y.zeros_like();
            change.read_coordinates(&correction);
            norm.norm(&change, y, y)
        }
        None => relative(&violated, &terms(mass.constraints(), &jacobian, &y.coordinates())) / ROUGH,
    };
    // NaN is no consistency.
    if !matches!(size.partial_cmp(&1.0), Some(Ordering::Less | Ordering::Equal)) {
        return Err(Error::InconsistentState { t, size });
    }
    for (constraint, drift) in mass.constraints().iter().zip(violations(mass.constraints(), &drift)) {
        rhs[constraint.row] = -drift;
    }
    system.solve(&mut rhs);
    slope.read_coordinates(&rhs);
    Ok(slope)
}

/// The largest violation in units of the terms of its equation.
fn relative(violated: &[f64], terms: &[f64]) -> f64 {
    let ratio = |(x, terms): (&f64, &f64)| if *x == 0.0 { 0.0 } else { x.abs() / terms };
    violated.iter().zip(terms).map(ratio).fold(0.0, |most, ratio| if ratio <= most { most } else { ratio })
}
