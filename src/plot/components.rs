//! The components of a solution over time.

use super::series::Series;
use crate::error::Result;
use crate::solution::{Curve, Solution};
use crate::state::State;

/// Anything with components over time: a solution, whatever was kept of it, or named series.
///
/// A solution that keeps states, or values of a function of them, has a point for each of its times. A [`Curve`] has
/// eight points for each step of the solver, so that its interpolant is seen between the steps; at a jump it has the
/// states before and after it.
///
/// ```
/// use rheos::plot::Components;
/// use rheos::{Dopri5, Ivp, Pid, ode};
///
/// let circle = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [-y[1], y[0]]);
/// let solution = Ivp::new(&circle, [1.0, 0.0], 0.0..6.0).dense().solve(Dopri5, Pid::tolerance(1e-6))?;
/// let components = solution.components()?;
/// assert_eq!(components.len(), 2);
/// assert_eq!(components[0].name(), "y₁");
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait Components {
    /// One series for each component, with the time as `x`: `y₁`, `y₂` and so on, or `y` where there is one alone.
    ///
    /// # Errors
    /// The errors of [`Curve::at`], if the polynomial of a step overflows.
    fn components(&self) -> Result<Vec<Series>>;
}

impl<Y, R: State> Components for Solution<Y, Vec<R>> {
    fn components(&self) -> Result<Vec<Series>> {
        Ok(transposed(&self.t, &self.y))
    }
}

impl<Y: State> Components for Solution<Y, Curve<Y>> {
    fn components(&self) -> Result<Vec<Series>> {
        self.y.components()
    }
}

impl<Y: State> Components for Curve<Y> {
    fn components(&self) -> Result<Vec<Series>> {
        const PARTS: u32 = 8;
        let knots = self.knots();
        let (mut times, mut states) = (Vec::new(), Vec::new());
        for pair in knots.windows(2) {
            for part in 0..PARTS {
                let t = pair[0] + f64::from(part) / f64::from(PARTS) * (pair[1] - pair[0]);
                times.push(t);
                states.push(self.at(t)?);
            }
            times.push(pair[1]);
            states.push(self.before(pair[1])?);
        }
        times.extend(knots.last());
        states.push(self.end().clone());
        Ok(transposed(&times, &states))
    }
}

impl Components for [Series] {
    fn components(&self) -> Result<Vec<Series>> {
        Ok(self.to_vec())
    }
}

impl<const N: usize> Components for [Series; N] {
    fn components(&self) -> Result<Vec<Series>> {
        Ok(self.to_vec())
    }
}

impl Components for Vec<Series> {
    fn components(&self) -> Result<Vec<Series>> {
        Ok(self.clone())
    }
}

/// One series for each coordinate of the states. Where a later state has fewer, its line breaks.
fn transposed<Y: State>(times: &[f64], states: &[Y]) -> Vec<Series> {
    let rows: Vec<Vec<f64>> = states.iter().map(State::coordinates).collect();
    let count = rows.first().map_or(0, Vec::len);
    let value = |row: &Vec<f64>, i: usize| row.get(i).copied().unwrap_or(f64::NAN);
    let points = |i: usize| times.iter().zip(&rows).map(move |(&t, row)| (t, value(row, i)));
    (0..count).map(|i| Series::new(component_name(i, count), points(i))).collect()
}

/// The name of a component, counted from 0.
pub fn component_name(index: usize, count: usize) -> String {
    if count == 1 {
        return "y".to_owned();
    }
    let subscript = |digit: char| digit.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit)).unwrap_or(digit);
    std::iter::once('y').chain((index + 1).to_string().chars().map(subscript)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Fixed;
    use crate::dynamics::ode;
    use crate::solution::{Event, Ivp};
    use crate::solver::explicit::Rk4;

    #[test]
    fn components_have_the_times_and_values_of_the_solution() {
        let growth = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [1.0, y[0]]);
        let times = [0.0, 0.5, 1.0];
        let solution = Ivp::new(&growth, [0.0, 1.0], 0.0..1.0).save_at(&times).solve(Rk4, Fixed::steps(4)).unwrap();
        let components = solution.components().unwrap();
        assert_eq!(components.iter().map(Series::name).collect::<Vec<_>>(), ["y₁", "y₂"]);
        for (i, &(t, y)) in components[1].points().iter().enumerate() {
            assert_eq!((t, y), (times[i], solution.y[i][1]));
        }
        assert_eq!(component_name(11, 12), "y₁₂");
    }

    #[test]
    fn a_curve_shows_both_sides_of_a_jump() {
        let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
        let hour = Event::rising(|_t, y: &f64| y - 1.0).reset(|_t, y| *y -= 1.0);
        let solution = Ivp::new(&clock, 0.0, 0.0..1.5).event(hour).dense().solve(Rk4, Fixed::steps(3)).unwrap();
        let components = solution.components().unwrap();
        let at: Vec<f64> =
            components[0].points().iter().filter(|(t, _)| *t == solution.hits[0].t).map(|(_, y)| *y).collect();
        assert!(at.iter().any(|y| (y - 1.0).abs() < 1e-12) && at.iter().any(|y| y.abs() < 1e-12), "{at:?}");
    }
}
