//! Trajectories and vector fields in a plane.

use super::axes::{Axis, Scale, range};
use super::canvas::Canvas;
use super::components::Components;
use super::draw_plane::{FIELD, NULLCLINES, curve_pen, draw, fate_colour, log_speeds};
use super::figure::{Words, figure};
use super::fixed_points::PointClass;
use super::legend::{Legend, Sample};
use super::lines::Frame;
use super::look::{EDGE, LABEL, WIDTH};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::plane::Plane;
use super::series::Series;
use crate::analysis::Fate;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solution::Solution;
use crate::state::State;

/// Fields and curves in the plane, one panel for each [`Plane`]; made by [`phase_portrait`] or [`PhasePortrait::of`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct PhasePortrait {
    words: Words,
    planes: Vec<Plane>,
}

/// A solution in the plane of its two components, over the arrows of its field and the two nullclines.
///
/// The plane shows a little more than the solution reaches. The field is evaluated at the first time of the solution; it
/// should not depend on time. [`Plane`] draws several solutions, or another part of the plane.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::{Dopri5, Ivp, Pid, plot};
///
/// let (oscillator, y0) = VanDerPol::problem(1.0);
/// let solution = Ivp::new(&oscillator, y0, 0.0..20.0).dense().solve(Dopri5, Pid::tolerance(1e-6))?;
/// let file = std::env::temp_dir().join("rheos_oscillator.svg");
/// plot::phase_portrait(&oscillator, &solution)?.title("Van der Pol's oscillator").axes("x", "dx/dt").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::LengthMismatch`] if the state does not have two coordinates, and the errors of [`Components::components`].
pub fn phase_portrait<F: Dynamics, K>(f: &F, solution: &Solution<F::State, K>) -> Result<PhasePortrait>
where
    Solution<F::State, K>: Components,
{
    let components = solution.components()?;
    let state = solution.last();
    for found in [components.len(), state.coordinates().len()] {
        if found != 2 {
            return Err(Error::LengthMismatch { name: "the state", found, expected: 2 });
        }
    }
    let points = components[0].points().iter().zip(components[1].points()).map(|(x, y)| (x.1, y.1));
    let curve = Series::new("solution", points);
    let of = |component: &Series| {
        let (low, high) = range(component.points().iter().map(|point| point.1), 0.15);
        low..high
    };
    let t = solution.t.first().copied().unwrap_or(0.0);
    let velocity = |x: f64, y: f64| {
        let (mut at, mut slope) = (state.clone(), state.zeros_like());
        let whole = at.read_coordinates(&[x, y]).is_some();
        f.eval(t, &at, &mut slope);
        match slope.coordinates()[..] {
            [u, v] if whole => [u, v],
            _ => [f64::NAN; 2],
        }
    };
    Ok(PhasePortrait::of([Plane::new(of(&components[0]), of(&components[1])).field(velocity).curve(curve)]))
}

/// Above each row of panels, for their titles.
const CAPTION: f64 = LABEL + 18.0;
/// The widest frame: a single panel must not become a poster.
const WIDEST: f64 = 560.0;

impl PhasePortrait {
    /// One panel for each plane. Curves with the same name share an entry of the legend.
    ///
    /// All arrows of the figure have the same length; darker ones are faster, on a logarithmic scale.
    pub fn of(planes: impl IntoIterator<Item = Plane>) -> Self {
        Self { words: Words::new("y₁", "y₂"), planes: planes.into_iter().collect() }
    }

    pub(super) fn compose(&self) -> Result<Canvas> {
        let Self { words, planes } = self;
        if planes.is_empty() {
            return Err(Error::NothingToPlot { name: "phase portrait".to_owned() });
        }
        planes.iter().try_for_each(Plane::check)?;
        let columns = match planes.len() {
            4 => 2,
            count => count.clamp(1, 3),
        };
        let mut canvas = Canvas::new(WIDTH)?;
        let axes: Vec<[Axis; 2]> = planes.iter().map(|plane| self.axes_of(plane)).collect();
        // The same for all, so that the columns align.
        let margin = axes.iter().map(|[_, y]| left_margin(&canvas, y)).fold(0.0, f64::max);
        let side = ((WIDTH - EDGE) / columns as f64 - margin - 12.0).min(WIDEST);
        canvas.size.0 = canvas.size.0.min(columns as f64 * (margin + side + 12.0) + EDGE);
        let mut top = canvas.title(&words.title, margin);
        let legend = Legend::new(&canvas.fonts, self.entries(), canvas.size.0 - margin - EDGE, LABEL);
        legend.draw(&mut canvas, (margin, top));
        top += legend.height();

        let speeds = range(planes.iter().flat_map(log_speeds), 0.0);
        let mut axes = axes.into_iter();
        for row in planes.chunks(columns) {
            let has_titles = row.iter().any(|plane| !plane.title.is_empty());
            top += if has_titles { CAPTION } else { 14.0 };
            for ((column, plane), [x, y]) in row.iter().enumerate().zip(axes.by_ref()) {
                let left = margin + column as f64 * (side + margin + 12.0);
                let frame = Frame { left, top, right: left + side, bottom: top + side };
                draw(&mut canvas, &Panel { frame, x, y }, plane, speeds);
            }
            top += side + BOTTOM_MARGIN;
        }
        canvas.size.1 = top;
        Ok(canvas)
    }

    fn axes_of<'a>(&'a self, plane: &Plane) -> [Axis<'a>; 2] {
        let Words { x, y, .. } = &self.words;
        [Axis::new(x, Scale::Linear, plane.x, 4.0), Axis::new(y, Scale::Linear, plane.y, 4.0)]
    }

    /// Every name of a curve once, then the field and its nullclines.
    fn entries(&self) -> Vec<(String, Sample)> {
        let mut entries: Vec<(String, Sample)> = Vec::new();
        for plane in &self.planes {
            for (i, curve) in plane.curves.iter().enumerate() {
                if entries.iter().all(|(name, _)| name != curve.name()) {
                    entries.push((curve.name().to_owned(), Sample::Line(curve_pen(plane, i))));
                }
            }
        }
        if self.planes.iter().any(|plane| !plane.arrows.is_empty()) {
            entries.push(("field (darker: faster)".to_owned(), Sample::Arrow(FIELD)));
        }
        let mut fates: Vec<Fate> = Vec::new();
        for fate in self.planes.iter().filter_map(|plane| plane.basins.as_ref()).flat_map(|basins| &basins.fates) {
            if !fates.contains(fate) {
                fates.push(*fate);
            }
        }
        fates.sort_by_key(|fate| if let Fate::Attractor(index) = fate { *index } else { usize::MAX });
        for fate in fates {
            let name = match fate {
                Fate::Attractor(index) => format!("basin of attractor {index}"),
                Fate::Undecided => "undecided".to_owned(),
                Fate::Diverged => continue,
            };
            entries.extend(fate_colour(fate).map(|colour| (name, Sample::Area(colour))));
        }
        let mut classes: Vec<PointClass> =
            self.planes.iter().flat_map(|plane| plane.marks.iter().map(|mark| mark.class)).collect();
        classes.sort_unstable();
        classes.dedup();
        entries.extend(classes.into_iter().map(|class| (class.name(), Sample::Marker(class.look()))));
        for ((i, pen), name) in NULLCLINES.into_iter().enumerate().zip([&self.words.x, &self.words.y]) {
            if self.planes.iter().any(|plane| !plane.nullclines[i].is_empty()) {
                entries.push((format!("{name} at rest"), Sample::Line(pen)));
            }
        }
        entries
    }
}

figure!(PhasePortrait);
