//! The search for periodic orbits.

use nalgebra::{Complex, DVector};

use super::newton::{Converged, Period, RANK, newton};
use super::orbit::PeriodicOrbit;
use super::shot::{Shoot, Shooter};
use crate::analysis::Variational;
use crate::analysis::eigen::Eigen;
use crate::control::Controller;
use crate::dynamics::Jacobian;
use crate::error::{Error, Result};
use crate::solver::Dense;
use crate::state::{Span, State};

/// A cycle of an autonomous field near a guess of a point on it and of its period.
///
/// The method is simple shooting: Newton's method on the point and the period, with the monodromy matrix from the
/// [variational equation](Variational) and the correction perpendicular to the orbit (Seydel, *Practical Bifurcation
/// and Stability Analysis*, section 7.3). It finds unstable cycles as well as stable ones. The derivative belongs to
/// the computed steps, so the result is as accurate as the solver; take tight tolerances.
///
/// A guess near a multiple of the minimal period is found out, and the orbit has the minimal one.
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::analysis::periodic_orbit;
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::Pid;
/// use rheos::solver::explicit::Dop853;
///
/// let (field, _) = VanDerPol::problem(1.0);
/// let orbit = periodic_orbit(&field, Vector2::new(2.0, 0.0), 6.5, Dop853, Pid::tolerance(1e-12))?;
/// assert!((orbit.period - 6.663_286_859).abs() < 1e-8);
/// assert!(orbit.is_stable() == Some(true) && orbit.accuracy() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// A guess or period outside its domain, a field that depends on time, the error of the first solve, and
/// [`Error::NoPeriodicOrbit`] if Newton's method does not converge or collapses to an equilibrium.
pub fn periodic_orbit<'f, F, S, C>(
    f: &'f F,
    guess: F::State,
    period: f64,
    solver: S,
    control: C,
) -> Result<PeriodicOrbit<F::State>>
where
    F: Jacobian,
    S: Dense<Variational<&'f F>> + Clone,
    C: Controller<Variational<&'f F>, S> + Clone,
{
    check_guess(&guess)?;
    if !(period > 0.0 && period.is_finite()) {
        return Err(Error::InvalidArgument { name: "period", value: period, expected: "positive and finite" });
    }
    check_autonomous(f, &guess, period)?;
    let shooter = Shooter { field: Variational::new(f), solver, control, t0: 0.0 };
    let start = DVector::from_vec(guess.coordinates());
    let period = nearest_return(&shooter, &guess, &start, period);
    let mut converged = newton(&shooter, &guess, start, (period, Period::Unknown))?;
    let mut repeats = 1;
    while let Some((parts, shorter)) = divided(&shooter, &guess, &converged) {
        converged = shorter;
        repeats *= parts;
    }
    report(converged, 0.0, repeats, Period::Unknown)
}

/// An orbit of a field that depends periodically on time, over one period of the field, `span`.
///
/// For a period of several periods of the field (a subharmonic orbit), give a longer span. A field with the constant
/// solution has an orbit of zero size.
///
/// ```
/// use rheos::analysis::forced_orbit;
/// use rheos::solver::explicit::Dop853;
/// use rheos::{Pid, ode};
/// use std::f64::consts::TAU;
///
/// // y' = −y + cos t has the orbit (cos t + sin t) / 2, and the multiplier exp(−2π).
/// let field = ode(|t: f64, y: &f64, dy: &mut f64| *dy = -y + t.cos());
/// let orbit = forced_orbit(&field, 3.0, 0.0..TAU, Dop853, Pid::tolerance(1e-12))?;
/// assert!((orbit.x - 0.5).abs() < 1e-10);
/// assert!((orbit.multipliers[0].re - (-TAU).exp()).abs() < 1e-10 && orbit.is_stable() == Some(true));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// A guess or span outside its domain, a span that is no period of the field (with the guess held, it is compared with the field
/// one span later, where that has a value), the error of the first solve, and [`Error::NoPeriodicOrbit`] if Newton's method
/// does not converge.
pub fn forced_orbit<'f, F, S, C>(
    f: &'f F,
    guess: F::State,
    span: impl Into<Span>,
    solver: S,
    control: C,
) -> Result<PeriodicOrbit<F::State>>
where
    F: Jacobian,
    S: Dense<Variational<&'f F>> + Clone,
    C: Controller<Variational<&'f F>, S> + Clone,
{
    check_guess(&guess)?;
    let span = span.into();
    span.validate()?;
    if !(span.length() > 0.0 && span.length().is_finite()) {
        return Err(Error::InvalidArgument {
            name: "span",
            value: span.length(),
            expected: "of positive, finite length",
        });
    }
    check_period(f, &guess, span)?;
    let shooter = Shooter { field: Variational::new(f), solver, control, t0: span.t0 };
    let start = DVector::from_vec(guess.coordinates());
    let converged = newton(&shooter, &guess, start, (span.length(), Period::Given))?;
    report(converged, span.t0, 1, Period::Given)
}

/// How much longer than the guess the period may be at first.
const LONGER: f64 = 1.25;

/// The time near `period` at which the trajectory comes nearest to its start: where the field is fast, Newton's method
/// needs a good period.
fn nearest_return<S: Shoot>(shooter: &S, like: &S::State, start: &DVector<f64>, period: f64) -> f64 {
    // The trajectory may end between the period and there.
    let longer = shooter.shoot(like, start.clone(), LONGER * period, &shooter.first_units(like, period)).ok();
    let fraction = longer.and_then(|shot| shot.nearest_return(1.0 / (LONGER * LONGER), 1.0 / LONGER));
    fraction.map_or(period, |fraction| fraction * LONGER * period)
}

fn check_guess<Y: State>(guess: &Y) -> Result<()> {
    let coordinates = guess.coordinates();
    if coordinates.is_empty() {
        return Err(Error::EmptyState);
    }
    match coordinates.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(Error::InvalidEntry { name: "guess", index, value: coordinates[index], expected: "finite" }),
        None => Ok(()),
    }
}

/// The coordinates of the field.
fn slope_at<F: Jacobian>(f: &F, t: f64, y: &F::State) -> Vec<f64> {
    let mut slope = y.zeros_like();
    f.eval(t, y, &mut slope);
    slope.coordinates()
}

/// Checks that the field has the same value at several times, and no jumps.
fn check_autonomous<F: Jacobian>(f: &F, guess: &F::State, period: f64) -> Result<()> {
    let value = |t: f64| slope_at(f, t, guess);
    let first = value(0.0);
    let differs = |t: &f64| value(*t).iter().zip(&first).any(|(x, y)| x != y && x.is_finite() && y.is_finite());
    let probed = [0.37 * period, 0.81 * period].into_iter().find(differs);
    // A field that jumps depends on time wherever it is probed.
    match probed.or(f.jumps().first().copied()) {
        None => Ok(()),
        Some(value) => {
            let expected = "a time at which the field has the value of time 0; use `forced_orbit` for a field that depends on time";
            Err(Error::InvalidArgument { name: "t", value, expected })
        }
    }
}

/// Times in a span at which a field is compared with itself one span later.
const PROBES: u32 = 8;

/// A difference between them that is not the rounding of a period, as a fraction of the range in time.
const OTHER: f64 = 1e-3;

/// Checks that a field repeats itself after the span, at the guess. Beyond the span it may have no value.
fn check_period<F: Jacobian>(f: &F, guess: &F::State, span: Span) -> Result<()> {
    let value = |t: f64| slope_at(f, t, guess);
    let times = (0..PROBES).map(|k| (f64::from(k) + 0.37) / f64::from(PROBES) * span.length());
    let (now, later): (Vec<_>, Vec<_>) = times.map(|t| (value(span.t0 + t), value(span.t1 + t))).unzip();
    for i in 0..guess.coordinates().len() {
        let over_time = |pick: fn(f64, f64) -> f64, start: f64| now.iter().map(|f| f[i]).fold(start, pick);
        let (low, high) = (over_time(f64::min, f64::INFINITY), over_time(f64::max, f64::NEG_INFINITY));
        let tolerance = OTHER * (high - low) + 1e-9 * low.abs().max(high.abs());
        if now.iter().zip(&later).any(|(now, later)| (later[i] - now[i]).abs() > tolerance) {
            let expected = "a period of the field: at the guess, the field has other values one span later";
            return Err(Error::InvalidArgument { name: "span", value: span.length(), expected });
        }
    }
    Ok(())
}

/// The divisors of the period that are tried: the primes below 100.
const DIVISORS: [usize; 25] =
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97];

/// A distance from the start, in units of half of the ranges, that a trajectory may have after a whole number of turns,
/// between samples.
const NEAR: f64 = 0.1;

/// The distance up to which two orbits are the same, above their corrections.
const SAME: f64 = 1e-6;

/// The same orbit with a fraction of its period, if that is a period too.
fn divided<S: Shoot>(
    shooter: &S,
    like: &S::State,
    found: &Converged<S::State>,
) -> Option<(usize, Converged<S::State>)> {
    let units = &found.units;
    let distance = |x: &DVector<f64>| (x - &found.shot.start).component_div(units).amax();
    for parts in DIVISORS {
        if distance(&found.shot.after(1.0 / parts as f64)) > NEAR {
            continue;
        }
        let period = found.shot.period / parts as f64;
        let Ok(shorter) = newton(shooter, like, found.shot.start.clone(), (period, Period::Unknown)) else { continue };
        let tolerance = SAME + 100.0 * (found.correction + shorter.correction);
        let moved = distance(&shorter.shot.start).max((shorter.shot.period / period - 1.0).abs());
        if moved <= tolerance {
            return Some((parts, shorter));
        }
    }
    None
}

fn report<Y: State>(converged: Converged<Y>, t0: f64, repeats: usize, period: Period) -> Result<PeriodicOrbit<Y>> {
    let Converged { shot, units, correction, regularity } = converged;
    let residual = shot.gap(&units).norm() / (units.len() as f64).sqrt();
    let eigen = Eigen::of(&shot.monodromy)?;
    let mut order: Vec<usize> = (0..eigen.values.len()).collect();
    order.sort_by(|&a, &b| eigen.values[b].norm().total_cmp(&eigen.values[a].norm()));
    let multipliers: Vec<Complex<f64>> = order.iter().map(|&index| eigen.values[index]).collect();
    // The trivial multiplier has the velocity as its eigenvector.
    let velocity = shot.velocity[0].component_div(&units).normalize();
    let alignment = |column: usize| {
        let vector = eigen.vectors.column(column).zip_map(&units, |x, unit| x / unit);
        vector.iter().zip(velocity.iter()).map(|(x, v)| x * v).sum::<Complex<f64>>().norm() / vector.norm()
    };
    let trivial = (period == Period::Unknown).then(|| {
        let places = order.iter().map(|&column| alignment(column)).enumerate();
        places.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
    });
    let x = shot.states[0].clone();
    let mut orbit = PeriodicOrbit {
        x,
        t0,
        period: shot.period,
        repeats,
        times: shot.times,
        states: shot.states,
        monodromy: shot.monodromy,
        multipliers,
        trivial: trivial.flatten(),
        log_volume: shot.log_volume,
        residual,
        correction,
        isolated: true,
    };
    orbit.isolated = regularity > RANK.max(orbit.accuracy());
    Ok(orbit)
}
