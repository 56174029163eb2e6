//! Consistent states of differential-algebraic systems.

use super::system::{Entries, Scaled, determined, held, terms, violations};
use crate::dynamics::{Dynamics, MassMatrix, Neighbourhood, TOLERANCES};
use crate::error::{Error, Result};
use crate::solver::implicit::{LinearSolver, Lu};
use crate::state::{State, StoredNorm, Tolerances};

/// A search for a state that satisfies the algebraic equations of a system `M y' = f(t, y)`, by Newton's method from a
/// guess.
///
/// It keeps `M y`, the differential part of the guess, or the components that are [held](Self::hold).
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::dynamics::{MassMatrix, WithMass};
/// use rheos::ode;
/// use rheos::solver::implicit::ConsistentState;
///
/// // y₀' = −y₁ with 0 = y₁³ + y₁ − y₀
/// let valve = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
///     *dy = Vector2::new(-y[1], y[1].powi(3) + y[1] - y[0]);
/// });
/// let system = WithMass::new(valve, MassMatrix::diagonal(&[1.0, 0.0])?);
/// let y0 = ConsistentState::new().find(&system, 0.0, Vector2::new(10.0, 0.0))?;
/// assert!((y0 - Vector2::new(10.0, 2.0)).norm() < 1e-12);
/// let y0 = ConsistentState::new().hold(&[1]).find(&system, 0.0, Vector2::new(0.0, 3.0))?;
/// assert!((y0 - Vector2::new(30.0, 3.0)).norm() < 1e-12);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ConsistentState<L = Lu> {
    held: Option<Vec<usize>>,
    linear: L,
}

/// The maximum number of iterations.
const ITERATIONS: usize = 50;

/// The shortest part of an increment that is tried.
const SHORTEST: f64 = 1e-4;

impl ConsistentState {
    /// A search that keeps `M y`.
    pub const fn new() -> Self {
        Self { held: None, linear: Lu }
    }
}

impl Default for ConsistentState {
    fn default() -> Self {
        Self::new()
    }
}

impl<L> ConsistentState<L> {
    /// Holds these components instead of `M y`: as many as the rank of `M`, so that the algebraic equations determine the
    /// others.
    pub fn hold(mut self, components: &[usize]) -> Self {
        self.held = Some(components.to_vec());
        self
    }

    /// Takes the Jacobian from another linear solver, such as [`Banded`](crate::solver::implicit::Banded).
    pub fn with<N>(self, linear: N) -> ConsistentState<N> {
        ConsistentState { held: self.held, linear }
    }

    /// The consistent state at the time `t` near `guess`, to rounding.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for a number of held components that is not the rank of `M`, [`Error::InvalidEntry`] for
    /// a component that does not exist or is held twice, [`Error::NotIndexOne`] if the algebraic equations do not
    /// determine the other components at an iterate, and [`Error::NoConsistentState`] if the iteration does not converge.
    pub fn find<F: Dynamics>(&self, f: &F, t: f64, guess: F::State) -> Result<F::State>
    where
        L: LinearSolver<F>,
    {
        let n = guess.coordinates().len();
        let Some(mass) = f.mass() else { return Ok(guess) };
        let found = mass.matrix().pattern().dimension();
        if found != n {
            return Err(Error::LengthMismatch { name: "mass", found, expected: n });
        }
        self.check_held(n, n - mass.algebraic_equations())?;
        if mass.algebraic_equations() == 0 {
            return Ok(guess);
        }
        let mut ws = self.linear.workspace(f, &guess);
        let (mut y, mut slope) = (guess.clone(), guess);
        let mut residual = |y: &F::State| {
            f.eval(t, y, &mut slope);
            violations(mass.constraints(), &slope.coordinates())
        };
        let mut here = residual(&y);
        let (mut sizes, mut before) = (Sizes::of(&y), f64::INFINITY);
        for _ in 0..ITERATIONS {
            let mut system_near = |near: Neighbourhood<'_, F::State>| -> Result<(Scaled, Entries)> {
                self.linear.linearise(&mut ws, f, t, &y, near)?;
                let expected = Error::LengthMismatch { name: "linear", found: 0, expected: n };
                let jacobian = self.linear.entries(&ws).ok_or(expected)?;
                let system = match &self.held {
                    None => determined(mass, &jacobian, t),
                    Some(components) => held(mass, &jacobian, components, t),
                };
                Ok((system?, jacobian))
            };
            let (system, jacobian) = match system_near(Neighbourhood::of_step(0.0)) {
                // The increments of a difference vanish in the field at a component that is zero up to rounding.
                Err(Error::NotIndexOne { .. }) => {
                    let norm = sizes.norm(&y);
                    system_near(Neighbourhood { norm: Some(&norm), ..Neighbourhood::of_step(0.0) })?
                }
                other => other?,
            };
            let mut increment = self.right_hand_side(mass, &here);
            system.solve(&mut increment);
            let change = sizes.measure(&increment, &increment);
            // If terms cancel in an equation, no increment is small.
            let terms = terms(mass.constraints(), &jacobian, &sizes.0);
            let is_noise = || here.iter().zip(&terms).all(|(x, terms)| x.abs() <= 4.0 * y.rounding() * terms);
            let stalls = change > 0.5 * std::mem::replace(&mut before, change);
            if is_rounding(&increment, &y) || here.iter().all(|x| *x == 0.0) || stalls && is_noise() {
                return Ok(y);
            }
            // The increment is shortened until the next one, with the same matrix, is not longer.
            let mut part = 1.0;
            let next = loop {
                let next = moved(&y, part, &increment);
                let there = residual(&next);
                let mut rest = self.right_hand_side(mass, &there);
                system.solve(&mut rest);
                let rest = sizes.measure(&rest, &increment);
                if rest < change || rest <= 100.0 * y.rounding() {
                    here = there;
                    break next;
                }
                part *= 0.5;
                if part < SHORTEST {
                    if is_noise() {
                        return Ok(y);
                    }
                    return Err(Error::NoConsistentState { t, size: euclidean(&increment) });
                }
            };
            y = next;
            sizes.see(&y);
        }
        Err(Error::NoConsistentState { t, size: euclidean(&here) })
    }

    /// The negative residuals of the algebraic equations in their rows of the system.
    fn right_hand_side<Y>(&self, mass: &MassMatrix<Y>, residuals: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; mass.matrix().pattern().dimension()];
        for (k, (constraint, x)) in mass.constraints().iter().zip(residuals).enumerate() {
            let row = self.held.as_ref().map_or(constraint.row, |held| held.len() + k);
            out[row] = -x;
        }
        out
    }

    fn check_held(&self, n: usize, rank: usize) -> Result<()> {
        let Some(held) = &self.held else { return Ok(()) };
        if held.len() != rank {
            return Err(Error::LengthMismatch { name: "hold", found: held.len(), expected: rank });
        }
        let wrong = |index: &usize| held[*index] >= n || held[..*index].contains(&held[*index]);
        match (0..held.len()).find(wrong) {
            Some(index) => {
                let (value, expected) = (held[index] as f64, "a component of the state, named once");
                Err(Error::InvalidEntry { name: "hold", index, value, expected })
            }
            None => Ok(()),
        }
    }
}

/// The largest sizes of the coordinates so far.
struct Sizes(Vec<f64>);

impl Sizes {
    fn of<Y: State>(y: &Y) -> Self {
        Self(y.coordinates().iter().map(|x| x.abs()).collect())
    }

    fn see<Y: State>(&mut self, y: &Y) {
        self.0.iter_mut().zip(y.coordinates()).for_each(|(size, x)| *size = size.max(x.abs()));
    }

    /// The norm of `x` in units of the sizes, or of a larger `increment`.
    fn measure(&self, x: &[f64], increment: &[f64]) -> f64 {
        let unit = |(size, increment): (&f64, &f64)| size.max(increment.abs());
        let units = self.0.iter().zip(increment).map(unit);
        let square = |(x, unit): (&f64, f64)| if *x == 0.0 { 0.0 } else { (x / unit).powi(2) };
        x.iter().zip(units).map(square).sum::<f64>().sqrt()
    }

    /// The tolerances from which differences take these sizes.
    fn norm<Y: State>(&self, y: &Y) -> StoredNorm<Y> {
        let mut atol = y.zeros_like();
        atol.read_coordinates(&self.0);
        atol.scale_by(1.0 / TOLERANCES);
        StoredNorm::Each(Tolerances { rtol: y.zeros_like(), atol })
    }
}

/// Whether every component of an increment is a rounding error of the state.
fn is_rounding<Y: State>(increment: &[f64], y: &Y) -> bool {
    increment.iter().zip(y.coordinates()).all(|(x, y_j)| x.abs() <= 4.0 * y.rounding() * y_j.abs())
}

fn euclidean(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// `y + part · increment`.
fn moved<Y: State>(y: &Y, part: f64, increment: &[f64]) -> Y {
    let coordinates: Vec<f64> = y.coordinates().iter().zip(increment).map(|(y, x)| y + part * x).collect();
    let mut next = y.clone();
    next.read_coordinates(&coordinates);
    next
}
