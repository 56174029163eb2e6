//! Branches of fixed points over their parameter.

use super::axes::{Axis, Scale, range, span};
use super::canvas::Canvas;
use super::chart::chart;
use super::figure::{Words, figure};
use super::legend::Sample;
use super::look::{Look, Pen};
use super::series::Series;
use crate::analysis::{BifurcationKind, Branch};
use crate::error::{Error, Result};

/// Branches of fixed points over their parameter; made by [`bifurcation_diagram`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a figure is drawn by `save`"]
pub struct BifurcationDiagram {
    words: Words,
    stable: Vec<Series>,
    unstable: Vec<Series>,
    bifurcations: Vec<(BifurcationKind, (f64, f64))>,
    dots: Vec<Series>,
}

/// Branches of fixed points over their parameter, with one number `y(x)` of each state: lines where they are stable, dashes where
/// they are not, and markers at the bifurcations.
///
/// ```
/// use rheos::analysis::{Continuation, Map};
/// use rheos::{ode, plot};
///
/// // x₁ = tanh(w x₀): a pitchfork at w = 1.
/// let net = |w: f64| Map::new(ode(move |_t, x: &f64, next: &mut f64| *next = (w * x).tanh()));
/// let continuation = Continuation::new(net, 0.5..2.0);
/// let trivial = continuation.run(&0.0, 0.5)?;
/// let outer = continuation.switch(&trivial, 0)?;
/// let file = std::env::temp_dir().join("rheos_pitchfork.svg");
/// plot::bifurcation_diagram([&trivial, &outer], |x| *x)?.axes("w", "x").save(&file)?;
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::NothingToPlot`] without a branch.
pub fn bifurcation_diagram<'a, Y: 'a>(
    branches: impl IntoIterator<Item = &'a Branch<Y>>,
    y: impl Fn(&Y) -> f64,
) -> Result<BifurcationDiagram> {
    let mut diagram = BifurcationDiagram {
        words: Words::new("parameter", "fixed points"),
        stable: Vec::new(),
        unstable: Vec::new(),
        bifurcations: Vec::new(),
        dots: Vec::new(),
    };
    for branch in branches {
        for part in branch.parts() {
            let points = part.points.iter().map(|(p, x)| (*p, y(x)));
            if part.stable {
                diagram.stable.push(Series::new("stable", points));
            } else {
                diagram.unstable.push(Series::new("unstable", points));
            }
        }
        diagram.bifurcations.extend(branch.bifurcations.iter().map(|found| (found.kind, (found.p, y(&found.x)))));
    }
    if diagram.stable.is_empty() && diagram.unstable.is_empty() {
        return Err(nothing());
    }
    Ok(diagram)
}

fn nothing() -> Error {
    Error::NothingToPlot { name: "bifurcation diagram".to_owned() }
}

impl BifurcationDiagram {
    /// Adds points as small dots below the branches: the long-term states of simulations, for comparison.
    pub fn dots(mut self, dots: Series) -> Self {
        self.dots.push(dots);
        self
    }

    pub(super) fn compose(&self) -> Result<Canvas> {
        let Self { words, stable, unstable, bifurcations, dots } = self;
        dots.iter().try_for_each(|series| series.check(Scale::Linear, Scale::Linear))?;
        let lines = || stable.iter().chain(unstable);
        let points = || lines().chain(dots).flat_map(Series::points);
        let x = span("x", points().map(|point| point.0), 0.0)?;
        let y = range(points().map(|point| point.1), 0.06);
        let (x, y) = (Axis::new(&words.x, Scale::Linear, x, 8.0), Axis::new(&words.y, Scale::Linear, y, 6.0));
        let (mut canvas, panel) = chart(words, self.entries(), x, y)?;
        for (i, series) in dots.iter().enumerate() {
            panel.dots(&mut canvas, series.points(), 0.9, series.look_at(i + DOTS).colour());
        }
        for (group, pen) in [(unstable, UNSTABLE), (stable, STABLE)] {
            for series in group {
                panel.line(&mut canvas, series.points(), pen);
            }
        }
        for (kind, place) in bifurcations {
            panel.markers(&mut canvas, &[*place], look(*kind));
        }
        panel.axes(&mut canvas);
        Ok(canvas)
    }

    fn entries(&self) -> Vec<(String, Sample)> {
        let mut entries = Vec::new();
        for (group, pen) in [(&self.stable, STABLE), (&self.unstable, UNSTABLE)] {
            entries.extend(group.first().map(|series| (series.name().to_owned(), Sample::Line(pen))));
        }
        for (i, series) in self.dots.iter().enumerate() {
            entries.push((series.name().to_owned(), Sample::Dots(series.look_at(i + DOTS).colour())));
        }
        for (kind, name) in KINDS {
            if self.bifurcations.iter().any(|(other, _)| *other == kind) {
                entries.push((name.to_owned(), Sample::Marker(look(kind))));
            }
        }
        entries
    }
}

const STABLE: Pen = Pen::solid(Look::Black.colour(), 2.4);
const UNSTABLE: Pen = Pen { colour: Look::Black.colour(), width: 1.6, dashes: &[6.0, 5.0] };
/// The number of the look of the first series of dots: light blue.
const DOTS: usize = 5;

const KINDS: [(BifurcationKind, &str); 5] = [
    (BifurcationKind::Fold, "fold"),
    (BifurcationKind::BranchPoint, "branch point"),
    (BifurcationKind::Flip, "flip"),
    (BifurcationKind::NeimarkSacker, "Neimark–Sacker"),
    (BifurcationKind::Hopf, "Hopf"),
];

fn look(kind: BifurcationKind) -> Look {
    Look::Number(KINDS.iter().position(|(other, _)| *other == kind).unwrap_or(0))
}

figure!(BifurcationDiagram);
