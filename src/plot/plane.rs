//! A part of the plane with a field and curves in it.

use std::ops::Range;

use super::axes::{Scale, check_ends};
use super::fixed_points::PointMark;
use super::nullclines::Grid;
use super::series::Series;
use crate::analysis::Basins;
use crate::error::{Error, Result};

/// A part of the plane with a vector field, its nullclines and curves: one panel of a
/// [`PhasePortrait`](super::PhasePortrait).
///
/// ```
/// use rheos::plot::{PhasePortrait, Plane, Series};
///
/// let saddle = Plane::new(-2.0..2.0, -1.0..1.0).field(|x, y| [x, -y]).title("a saddle");
/// let hyperbola = Series::new("x y = ½", (1..20).map(|i| (0.1 * f64::from(i), 5.0 / f64::from(i))));
/// let file = std::env::temp_dir().join("rheos_saddle.svg");
/// PhasePortrait::of([saddle.curve(hyperbola)]).axes("x", "y").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a plane is a panel of a `PhasePortrait`"]
pub struct Plane {
    pub(super) title: String,
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    /// Position and velocity, `[x, y, u, v]`.
    pub(super) arrows: Vec<[f64; 4]>,
    /// The lines on which the first and on which the second component of the field is zero.
    pub(super) nullclines: [Vec<Vec<(f64, f64)>>; 2],
    pub(super) curves: Vec<Series>,
    pub(super) marks: Vec<PointMark>,
    pub(super) basins: Option<Basins>,
}

/// Arrows of a field in each direction.
const ARROWS: usize = 20;
/// Points in each direction of the grid on which nullclines are looked for.
const FINE: usize = 161;

impl Plane {
    /// The part of the plane with these ranges of `x` and `y`, with nothing in it.
    pub fn new(x: Range<f64>, y: Range<f64>) -> Self {
        Self {
            title: String::new(),
            x: (x.start, x.end),
            y: (y.start, y.end),
            arrows: Vec::new(),
            nullclines: [Vec::new(), Vec::new()],
            curves: Vec::new(),
            marks: Vec::new(),
            basins: None,
        }
    }

    /// The heading of the panel.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Draws the field with the velocity `[dx/dt, dy/dt]` at each point `(x, y)` as arrows, and its two nullclines, on
    /// each of which one component is zero. Nullclines are interpolated on a grid of 161 by 161 points; where the field
    /// is not finite there are none.
    pub fn field(mut self, velocity: impl Fn(f64, f64) -> [f64; 2]) -> Self {
        let grid = |size: usize, values: Vec<f64>| Grid { x: self.x, y: self.y, size, values };
        let coarse = grid(ARROWS, Vec::new());
        let places = |size: usize| (0..size).flat_map(move |row| (0..size).map(move |column| (column, row)));
        self.arrows = places(ARROWS)
            .map(|(column, row)| {
                // Half an arrow from the edges.
                let inset = |i: usize| (i as f64 + 0.5) * (ARROWS - 1) as f64 / ARROWS as f64;
                let (x, y) = coarse.point(inset(column), inset(row));
                let [u, v] = velocity(x, y);
                [x, y, u, v]
            })
            .collect();
        let fine = grid(FINE, Vec::new());
        let velocities = places(FINE).map(|(column, row)| {
            let (x, y) = fine.point(column as f64, row as f64);
            velocity(x, y)
        });
        let (u, v) = velocities.map(|[u, v]| (u, v)).unzip();
        self.nullclines = [grid(FINE, u).zeros(), grid(FINE, v).zeros()];
        self
    }

    /// Draws arrows alone, given by position and velocity: `[x, y, dx/dt, dy/dt]`.
    pub fn arrows(mut self, arrows: impl IntoIterator<Item = [f64; 4]>) -> Self {
        self.arrows = arrows.into_iter().collect();
        self
    }

    /// Adds a curve, whose points are `(x, y)`. A dot marks where it begins; the part outside the ranges is cut off.
    pub fn curve(mut self, curve: Series) -> Self {
        self.curves.push(curve);
        self
    }

    /// Adds fixed points, each with its unstable directions and a marker by their number.
    pub fn fixed_points(mut self, marks: impl IntoIterator<Item = PointMark>) -> Self {
        self.marks.extend(marks);
        self
    }

    /// Draws basins of attraction as areas below everything else, one colour for each attractor. Points of the grid without an
    /// attractor are grey, and those that diverge are white.
    pub fn basins(mut self, basins: Basins) -> Self {
        self.basins = Some(basins);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        check_ends("x", self.x)?;
        check_ends("y", self.y)?;
        let is_empty = self.curves.is_empty() && self.arrows.is_empty() && self.marks.is_empty();
        if is_empty && self.basins.is_none() {
            return Err(Error::NothingToPlot { name: "phase portrait".to_owned() });
        }
        self.curves.iter().try_for_each(|curve| curve.check(Scale::Linear, Scale::Linear))
    }
}
