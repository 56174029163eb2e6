//! Error against work of many methods, in a grid of panels with logarithmic axes.

use super::axes::{Axis, Scale, range};
use super::canvas::Canvas;
use super::figure::{Words, figure};
use super::legend::{Legend, Sample};
use super::lines::{Frame, is_finite};
use super::look::{LABEL, Look, NAME, OTHERS, Pen};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::series::{Series, check_all};
use super::text::Align;
use crate::error::{Error, Result};

/// Error against work, one curve for each method; made by [`work_precision`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct WorkPrecision {
    words: Words,
    rows: Vec<Row>,
}

/// Panels beside each other with the same axes.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// The names of the axes; without them, the names of the figure.
    axes: Option<[String; 2]>,
    panels: Vec<Methods>,
}

/// Methods that are compared in one panel.
#[derive(Debug, Clone, PartialEq)]
struct Methods {
    title: String,
    series: Vec<Series>,
}

/// A work–precision diagram: error against work on two logarithmic axes, one curve for each method. Both must be positive.
///
/// Many methods are easier to compare in several panels: [`WorkPrecision::panel`] adds one beside the last, and
/// [`WorkPrecision::row`] starts a row. Panels of one row have the same axes, and show the curves of the others in grey.
/// The names stand above the panels.
///
/// ```
/// use rheos::plot::{self, Series};
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::solver::explicit::Vern9;
/// use rheos::{Dopri5, Pid, solve};
///
/// let (model, y0) = LotkaVolterra::problem();
/// let exact = *solve(&model, y0, 0.0..5.0, Vern9, Pid::tolerance(1e-13))?.last();
/// let mut points = Vec::new();
/// for tolerance in [1e-4, 1e-6, 1e-8] {
///     let solution = solve(&model, y0, 0.0..5.0, Dopri5, Pid::tolerance(tolerance))?;
///     points.push((solution.stats.evaluations as f64, (solution.last() - exact).norm()));
/// }
/// let file = std::env::temp_dir().join("rheos_work.svg");
/// plot::work_precision([Series::new("Dopri5", points)]).axes("evaluations", "error").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
pub fn work_precision(methods: impl IntoIterator<Item = Series>) -> WorkPrecision {
    WorkPrecision::new().panel("", methods)
}

/// The size of a panel without its surroundings.
const PANEL: (f64, f64) = (370.0, 330.0);
/// Between the columns, and above each row.
const GAP: f64 = 62.0;
/// How far names may reach into the space right of a panel.
const BESIDE: f64 = 36.0;
/// Above the title of a panel.
const ABOVE: f64 = 24.0;

impl WorkPrecision {
    /// A figure without panels.
    pub fn new() -> Self {
        Self { words: Words::new("work", "error"), rows: Vec::new() }
    }

    /// Starts a row of panels, whose axes have these names.
    pub fn row(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        self.rows.push(Row { axes: Some([x.into(), y.into()]), panels: Vec::new() });
        self
    }

    /// Adds a panel to the last row, under a title.
    pub fn panel(mut self, title: impl Into<String>, methods: impl IntoIterator<Item = Series>) -> Self {
        let panel = Methods { title: title.into(), series: methods.into_iter().collect() };
        match self.rows.last_mut() {
            Some(row) => row.panels.push(panel),
            None => self.rows.push(Row { axes: None, panels: vec![panel] }),
        }
        self
    }

    pub(super) fn compose(&self) -> Result<Canvas> {
        let columns = self.rows.iter().map(|row| row.panels.len()).max().unwrap_or(0);
        if columns == 0 {
            return Err(Error::NothingToPlot { name: "work–precision diagram".to_owned() });
        }
        for panel in self.rows.iter().flat_map(|row| &row.panels) {
            check_all(&panel.title, &panel.series, Scale::Logarithmic, Scale::Logarithmic)?;
        }
        let mut canvas = Canvas::new(0.0)?;
        let axes: Vec<[Axis; 2]> = self.rows.iter().map(|row| self.axes_of(row)).collect();
        let left = axes.iter().map(|[_, y]| left_margin(&canvas, y)).fold(0.0, f64::max);
        canvas.size.0 = left + columns as f64 * (PANEL.0 + GAP) - GAP + BESIDE + 4.0;
        canvas.size.1 = canvas.title(&self.words.title, left);
        for (row, [x, y]) in self.rows.iter().zip(axes) {
            draw_row(&mut canvas, row, left, &x, &y);
        }
        Ok(canvas)
    }

    /// The axes that the panels of a row have in common.
    fn axes_of<'a>(&'a self, row: &'a Row) -> [Axis<'a>; 2] {
        let [x_name, y_name] = row.axes.as_ref().map_or([&self.words.x, &self.words.y], |[x, y]| [x, y]);
        let along = |value: f64| Scale::Logarithmic.along(value);
        let points = || {
            let all = row.panels.iter().flat_map(|panel| &panel.series).flat_map(Series::points);
            all.map(|point| (along(point.0), along(point.1))).filter(|point| is_finite(*point))
        };
        [
            Axis::new(x_name, Scale::Logarithmic, range(points().map(|point| point.0), 0.05), 0.0),
            Axis::new(y_name, Scale::Logarithmic, range(points().map(|point| point.1), 0.05), 0.0),
        ]
    }
}

impl Default for WorkPrecision {
    fn default() -> Self {
        Self::new()
    }
}

figure!(WorkPrecision);

/// The curves of a panel with their looks.
fn looks(panel: &Methods) -> impl Iterator<Item = (&Series, Look)> {
    panel.series.iter().enumerate().map(|(i, one)| (one, one.look_at(i)))
}

fn pen(look: Look) -> Pen {
    Pen::plain(look, 1.8)
}

/// Draws a row below all that is on the canvas, which becomes higher.
fn draw_row(canvas: &mut Canvas, row: &Row, left: f64, x: &Axis, y: &Axis) {
    let legend = |panel: &Methods| {
        let entries = looks(panel).map(|(one, look)| (one.name().to_owned(), Sample::Marked(pen(look), look)));
        Legend::new(&canvas.fonts, entries.collect(), PANEL.0 + BESIDE, NAME)
    };
    let legends: Vec<Legend> = row.panels.iter().map(legend).collect();
    let names = legends.iter().map(Legend::height).fold(0.0, f64::max) + 12.0;
    let has_title = row.panels.iter().any(|panel| !panel.title.is_empty());
    let base = canvas.size.1 + if has_title { ABOVE } else { 0.0 };
    let top = base + if has_title { 10.0 } else { 0.0 } + names;
    for (column, (panel, legend)) in row.panels.iter().zip(legends).enumerate() {
        let x_left = left + column as f64 * (PANEL.0 + GAP);
        let title = canvas.fonts.fitted(&panel.title, LABEL, true, PANEL.0);
        canvas.heading(&title, (x_left, base), Align::Left, LABEL);
        legend.draw(canvas, (x_left, top - names));
        let frame = Frame { left: x_left, top, right: x_left + PANEL.0, bottom: top + PANEL.1 };
        let mut y = y.clone();
        if column > 0 {
            y.name = "";
        }
        draw_panel(canvas, &Panel { frame, x: x.clone(), y }, row, panel);
    }
    canvas.size.1 = top + PANEL.1 + BOTTOM_MARGIN;
}

fn draw_panel(canvas: &mut Canvas, area: &Panel, row: &Row, panel: &Methods) {
    area.grid(canvas);
    for other in row.panels.iter().flat_map(|other| &other.series) {
        area.line(canvas, other.points(), OTHERS);
    }
    for (one, look) in looks(panel) {
        area.line(canvas, one.points(), pen(look));
    }
    for (one, look) in looks(panel) {
        area.markers(canvas, one.points(), look);
    }
    area.axes(canvas);
}
