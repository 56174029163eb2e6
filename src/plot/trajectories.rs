//! Components over time.

use super::axes::{Axis, Scale, range, span};
use super::canvas::Canvas;
use super::chart::chart;
use super::components::Components;
use super::figure::{Words, figure};
use super::legend::Sample;
use super::look::Pen;
use super::series::{Series, check_all};
use crate::error::{Error, Result};

/// Components over time in one frame; made by [`trajectories`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct Trajectories {
    words: Words,
    series: Vec<Series>,
    scales: [Scale; 2],
}

/// The components of a solution, or named series, over time.
///
/// ```
/// use rheos::{Dopri5, Ivp, Pid, ode, plot};
///
/// // The angle (rad) and the angular velocity (rad/s) of a pendulum.
/// let pendulum = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [y[1], -9.81 * y[0].sin()]);
/// let solution = Ivp::new(&pendulum, [1.0, 0.0], 0.0..5.0).dense().solve(Dopri5, Pid::tolerance(1e-6))?;
///
/// let file = std::env::temp_dir().join("rheos_pendulum.svg");
/// plot::trajectories(&solution)?.names(["angle", "velocity"])?.axes("t (s)", "rad, rad/s").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// The errors of [`Components::components`].
pub fn trajectories<S: Components + ?Sized>(solution: &S) -> Result<Trajectories> {
    let series = solution.components()?;
    Ok(Trajectories { words: Words::new("t", "y"), series, scales: [Scale::Linear; 2] })
}

impl Trajectories {
    /// Keeps some of the components, counted from 0, in this order.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] where there is no such component.
    pub fn components(mut self, indices: &[usize]) -> Result<Self> {
        let chosen = indices.iter().enumerate().map(|(index, &i)| {
            let missing = Error::InvalidEntry {
                name: "indices",
                index,
                value: i as f64,
                expected: "below the number of components",
            };
            self.series.get(i).cloned().ok_or(missing)
        });
        self.series = chosen.collect::<Result<_>>()?;
        Ok(self)
    }

    /// Gives the components names, in their order.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where there are not as many names as components.
    pub fn names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if names.len() != self.series.len() {
            return Err(Error::LengthMismatch { name: "names", found: names.len(), expected: self.series.len() });
        }
        self.series = self.series.into_iter().zip(names).map(|(series, name)| series.renamed(name)).collect();
        Ok(self)
    }

    /// Draws the time on a logarithmic axis. Points at times that are not positive are left out.
    pub fn log_x(mut self) -> Self {
        self.scales[0] = Scale::Logarithmic;
        self
    }

    /// Draws the values on a logarithmic axis. Points with values that are not positive are left out.
    pub fn log_y(mut self) -> Self {
        self.scales[1] = Scale::Logarithmic;
        self
    }

    pub(super) fn compose(&self) -> Result<Canvas> {
        let Self { words, series, scales: [across, up] } = self;
        check_all("trajectories", series, *across, *up)?;
        let points = || series.iter().flat_map(Series::points);
        let edges = series.iter().flat_map(Series::band).flat_map(|&(_, low, high)| [low, high]);
        let times = span("x", points().map(|point| across.along(point.0)), 0.0)?;
        let values = range(points().map(|point| point.1).chain(edges).map(|value| up.along(value)), 0.04);
        let (x, y) = (Axis::new(&words.x, *across, times, 8.0), Axis::new(&words.y, *up, values, 6.0));
        let pens: Vec<Pen> = series.iter().enumerate().map(|(i, one)| Pen::plain(one.look_at(i), 2.0)).collect();
        let sample = |(one, pen): (&Series, &Pen)| {
            let sample = if one.band().is_empty() { Sample::Line(*pen) } else { Sample::Band(*pen) };
            (one.name().to_owned(), sample)
        };
        let (mut canvas, panel) = chart(words, series.iter().zip(&pens).map(sample).collect(), x, y)?;
        for (one, pen) in series.iter().zip(&pens) {
            panel.band(&mut canvas, one.band(), pen.colour);
        }
        for (one, pen) in series.iter().zip(&pens) {
            panel.line(&mut canvas, one.points(), *pen);
        }
        panel.axes(&mut canvas);
        Ok(canvas)
    }
}

figure!(Trajectories);
