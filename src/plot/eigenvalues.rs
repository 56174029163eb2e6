//! Eigenvalues in the complex plane.

use std::f64::consts::TAU;

use super::axes::{Axis, Scale, is_drawable, range};
use super::canvas::Canvas;
use super::figure::{Words, figure};
use super::fixed_points::PointClass;
use super::legend::{Legend, Sample};
use super::lines::Frame;
use super::look::{AXIS, EDGE, LABEL, Look, Pen, WIDTH};
use super::panel::{BOTTOM_MARGIN, Panel, left_margin};
use super::series::Series;
use crate::analysis::{FixedPoint, Kind};
use crate::error::{Error, Result};

use nalgebra::Complex;

/// Groups of eigenvalues in the complex plane, with the border of stability; made by [`eigenvalues`] or
/// [`EigenvaluePlot::of`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct EigenvaluePlot {
    words: Words,
    kind: Kind,
    groups: Vec<Series>,
}

/// The eigenvalues of fixed points in the complex plane, over the border of stability: the unit circle for a map, the imaginary
/// axis for a flow. The points form groups by their number of unstable directions.
///
/// ```
/// use rheos::analysis::{Flow, Search, fixed_points};
/// use rheos::dynamics::problems::Lorenz;
/// use rheos::plot;
///
/// let (lorenz, start) = Lorenz::problem();
/// let found = fixed_points(&Flow::new(&lorenz), &[start, -start, 10.0 * start], &Search::default())?;
/// let file = std::env::temp_dir().join("rheos_lorenz_eigenvalues.svg");
/// plot::eigenvalues(&found.points)?.title("The Lorenz system").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::NothingToPlot`] without a point.
pub fn eigenvalues<Y>(points: &[FixedPoint<Y>]) -> Result<EigenvaluePlot> {
    let kind = points.first().ok_or_else(nothing)?.system;
    let mut classes: Vec<(PointClass, Vec<(f64, f64)>)> = Vec::new();
    for point in points {
        let class = PointClass::of(point);
        let place = classes.iter().position(|(other, _)| *other == class).unwrap_or_else(|| {
            classes.push((class, Vec::new()));
            classes.len() - 1
        });
        classes[place].1.extend(point.eigen.values.iter().map(|x| (x.re, x.im)));
    }
    classes.sort_by_key(|(class, _)| *class);
    let group = |(class, values): (PointClass, Vec<(f64, f64)>)| {
        let series = Series::new(class.name(), values);
        match class.look() {
            Look::Black => series.black(),
            Look::Number(number) => series.look(number),
        }
    };
    Ok(EigenvaluePlot { words: words(), kind, groups: classes.into_iter().map(group).collect() })
}

fn words() -> Words {
    Words::new("Re λ", "Im λ")
}

fn nothing() -> Error {
    Error::NothingToPlot { name: "eigenvalues".to_owned() }
}

/// The side of the frame.
const SIDE: f64 = 520.0;

impl EigenvaluePlot {
    /// Named groups of eigenvalues.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use rheos::analysis::{Eigen, Kind};
    /// use rheos::plot::EigenvaluePlot;
    ///
    /// let focus = Eigen::of(&dmatrix![0.5, -0.8; 0.8, 0.5])?.values;
    /// let saddle = Eigen::of(&dmatrix![1.5, 0.0; 0.0, 0.2])?.values;
    /// let file = std::env::temp_dir().join("rheos_eigenvalues.svg");
    /// EigenvaluePlot::of(Kind::Map, [("focus", focus), ("saddle", saddle)]).save(&file)?;
    /// # std::fs::remove_file(&file).ok();
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn of<N: Into<String>>(kind: Kind, groups: impl IntoIterator<Item = (N, Vec<Complex<f64>>)>) -> Self {
        let series = |(name, values): (N, Vec<Complex<f64>>)| Series::new(name, values.iter().map(|x| (x.re, x.im)));
        Self { words: words(), kind, groups: groups.into_iter().map(series).collect() }
    }

    pub(super) fn compose(&self) -> Result<Canvas> {
        let Self { words, kind, groups } = self;
        let shown = |&(x, y): &(f64, f64)| is_drawable(x) && is_drawable(y);
        if !groups.iter().flat_map(Series::points).any(shown) {
            return Err(nothing());
        }
        let (x, y) = self.ranges();
        let (x, y) = (Axis::new(&words.x, Scale::Linear, x, 5.0), Axis::new(&words.y, Scale::Linear, y, 5.0));
        let mut canvas = Canvas::new(WIDTH)?;
        let left = left_margin(&canvas, &y);
        canvas.size.0 = canvas.size.0.min(left + SIDE + 12.0 + EDGE);
        let mut top = canvas.title(&words.title, left);
        let border = match kind {
            Kind::Map => "unit circle",
            Kind::Flow => "imaginary axis",
        };
        let named = groups.iter().enumerate().map(|(i, one)| (one.name().to_owned(), Sample::Marker(one.look_at(i))));
        let entries = named.chain([(border.to_owned(), Sample::Line(BORDER))]).collect();
        let legend = Legend::new(&canvas.fonts, entries, canvas.size.0 - left - EDGE, LABEL);
        legend.draw(&mut canvas, (left, top));
        top += legend.height() + 14.0;
        let frame = Frame { left, top, right: left + SIDE, bottom: top + SIDE };
        canvas.size.1 = frame.bottom + BOTTOM_MARGIN;
        let panel = Panel { frame, x, y };
        panel.grid(&mut canvas);
        let circle: Vec<(f64, f64)> = match kind {
            Kind::Map => {
                (0..=240).map(|i| TAU * f64::from(i) / 240.0).map(|angle| (angle.cos(), angle.sin())).collect()
            }
            Kind::Flow => vec![(0.0, panel.y.low), (0.0, panel.y.high)],
        };
        panel.line(&mut canvas, &circle, BORDER);
        for (i, group) in groups.iter().enumerate() {
            panel.markers(&mut canvas, group.points(), group.look_at(i));
        }
        panel.axes(&mut canvas);
        Ok(canvas)
    }

    /// The ranges of both axes, of the same length, which contain the eigenvalues and the border.
    fn ranges(&self) -> ((f64, f64), (f64, f64)) {
        let border: &[(f64, f64)] = match self.kind {
            Kind::Map => &[(-1.0, -1.0), (1.0, 1.0)],
            Kind::Flow => &[(0.0, 0.0)],
        };
        let points = || self.groups.iter().flat_map(Series::points).chain(border);
        let (x, y) = (range(points().map(|point| point.0), 0.08), range(points().map(|point| point.1), 0.08));
        let half = 0.5 * (x.1 - x.0).max(y.1 - y.0);
        let around = |(low, high): (f64, f64)| (0.5 * (low + high) - half, 0.5 * (low + high) + half);
        (around(x), around(y))
    }
}

/// The border of stability.
const BORDER: Pen = Pen::solid(AXIS, 1.4);

figure!(EigenvaluePlot);
