//! Laws of every figure.

use std::path::PathBuf;

use super::canvas::{Canvas, Shape};
use super::lines::{Frame, Place};
use super::*;
use crate::analysis::{BasinSearch, Continuation, Fate, Flow, Kind, Map, PlaneGrid, Search, basins, fixed_points};
use crate::dynamics::ode;
use crate::error::Error;

/// A band of several runs that fall from 1, faster for a larger rate.
fn model(rate: f64) -> Series {
    // The last number of the axis stands at the right edge of the frame.
    let steps: Vec<f64> = (0..=60).map(|i| 100.0 * f64::from(i)).collect();
    let run = |shift: f64| -> Vec<f64> { steps.iter().map(|i| (-0.01 * rate * i).exp() + 0.01 * shift).collect() };
    Series::quartiles(format!("rate {rate}"), &steps, &[run(1.0), run(3.0), run(9.0)]).unwrap()
}

/// Methods whose errors fill the whole panel, its corners included.
fn methods() -> Vec<Series> {
    let method = |i: i32| {
        let points = (0..9).map(|j| (10.0_f64.powi(2 + j % 3), 10.0_f64.powi(-j - i)));
        Series::new(format!("method number {i}"), points)
    };
    (0..7).map(method).collect()
}

fn wave(phase: f64) -> Series {
    Series::new("wave", (0..50).map(|i| (f64::from(i), (0.3 * f64::from(i) + phase).sin())))
}

/// `x₁ = tanh(2 x₀)` beside a decay: two basins, a saddle, and starts that are infinite.
fn two_basins() -> Plane {
    let map = Map::new(ode(|_t, x: &[f64; 2], next: &mut [f64; 2]| {
        *next = if x[1] > 0.8 { [f64::NAN; 2] } else { [(2.0 * x[0]).tanh(), 0.5 * x[1]] };
    }));
    let starts = [[-1.0, 0.1], [0.1, 0.0], [1.0, 0.2]];
    let found = fixed_points(&map, &starts, &Search::default().threads(1)).unwrap();
    let grid = PlaneGrid::new([0.0; 2], (0, -1.5..1.5, 31), (1, -1.0..1.0, 21)).unwrap();
    let attractors = [-1.0, 1.0].map(|side| vec![[side * 0.957_504_024_078_573, 0.0]]);
    let found_basins = basins(&map, &attractors, &grid, &BasinSearch::default().steps(20).threads(1)).unwrap();
    assert!(found_basins.fates.contains(&Fate::Diverged) && found_basins.fates.contains(&Fate::Attractor(1)));
    let marks = found.points.iter().map(|point| PointMark::of(point, |x| (x[0], x[1])));
    Plane::new(-1.5..1.5, -1.0..1.0).basins(found_basins).fixed_points(marks)
}

/// A pitchfork with both branches, over dots.
fn pitchfork() -> BifurcationDiagram {
    let net = |w: f64| Map::new(ode(move |_t, x: &f64, next: &mut f64| *next = (w * x).tanh()));
    let continuation = Continuation::new(net, 0.5..2.0);
    let trivial = continuation.run(&0.0, 0.5).unwrap();
    let outer = continuation.switch(&trivial, 0).unwrap();
    bifurcation_diagram([&trivial, &outer], |x| *x).unwrap().dots(Series::new("states", [(1.0, 0.3), (1.9, -0.9)]))
}

/// Every kind of figure, with many entries in its legend.
fn figures() -> Vec<(&'static str, Canvas)> {
    let waves: Vec<Series> = (0..9).map(|i| wave(f64::from(i)).renamed(format!("component number {i}"))).collect();
    let banded = wave(0.1).points().iter().map(|&(t, y)| (t, [y - 0.5, y, y + 0.5])).collect::<Vec<_>>();
    let values = |n: u32| (0..n).map(|i| nalgebra::Complex::cis(f64::from(i)) * f64::from(i)).collect::<Vec<_>>();
    let plane = || Plane::new(-1.5..1.5, -2.0..2.0).field(|x, y| [y, (1.0 - x * x) * y - x]).curve(wave(0.0));
    vec![
        ("trajectories", trajectories(&waves).unwrap().title("T").compose().unwrap()),
        ("one portrait", PhasePortrait::of([plane()]).compose().unwrap()),
        ("portraits", PhasePortrait::of((0..5).map(|i| plane().title(i.to_string()))).title("T").compose().unwrap()),
        ("basins", PhasePortrait::of([two_basins(), two_basins().title("again")]).compose().unwrap()),
        ("bifurcations", pitchfork().title("T").compose().unwrap()),
        ("map", EigenvaluePlot::of(Kind::Map, (0..6).map(|i| (format!("point {i}"), values(i)))).compose().unwrap()),
        ("flow", EigenvaluePlot::of(Kind::Flow, [("a", values(3))]).title("T").compose().unwrap()),
        ("two models", learning_curves([model(0.1), model(0.2)]).compose().unwrap()),
        ("models", learning_curves((1..9).map(|i| model(0.05 * f64::from(i)))).title("T").compose().unwrap()),
        ("one panel", work_precision(methods()).compose().unwrap()),
        (
            "panels",
            WorkPrecision::new()
                .title("T")
                .row("work", "error")
                .panel("A", methods())
                .panel("B", methods())
                .row("time", "error")
                .panel("C", methods())
                .compose()
                .unwrap(),
        ),
        (
            "forecast",
            forecast([Series::with_band("model", banded), wave(0.2)])
                .history(Series::new("before", wave(0.0).points().iter().map(|&(t, y)| (t - 50.0, y))))
                .truth(wave(0.0))
                .compose()
                .unwrap(),
        ),
    ]
}

/// Whether a shape comes into a rectangle; of a text, its box.
fn meets(canvas: &Canvas, shape: &Shape, frame: &Frame) -> bool {
    let line_meets = |places: &[Place]| places.windows(2).any(|pair| frame.clipped(pair[0], pair[1]).is_some());
    match shape {
        Shape::Line(places, ..) => line_meets(places),
        Shape::Area(corners, ..) => line_meets(corners),
        Shape::Dot((x, y), radius, _) => {
            let [from, to] = [-*radius, *radius].map(|r| (x + r, y + r));
            frame.clipped(from, to).is_some()
        }
        Shape::Text(label) => {
            let width = canvas.fonts.width(&label.text, label.size, label.bold);
            let (x, y) = label.place;
            let start = match label.align {
                super::text::Align::Left => 0.0,
                super::text::Align::Centre => -width / 2.0,
                super::text::Align::Right => -width,
            };
            let ends = if label.upright {
                [(x, y - start), (x, y - start - width)]
            } else {
                [(x + start, y), (x + start + width, y)]
            };
            frame.clipped(ends[0], ends[1]).is_some()
        }
    }
}

#[test]
fn a_legend_covers_nothing_and_nothing_covers_it() {
    for (name, canvas) in figures() {
        assert!(!canvas.legends.is_empty(), "{name}");
        for (legend, own) in &canvas.legends {
            let others = canvas.shapes.iter().enumerate().filter(|(i, _)| !own.contains(i));
            let covered = others.filter(|(_, shape)| meets(&canvas, shape, legend)).count();
            assert_eq!(covered, 0, "{name}: {legend:?}");
        }
    }
}

#[test]
fn all_that_is_drawn_lies_on_the_canvas() {
    for (name, canvas) in figures() {
        let (width, height) = canvas.size;
        let inside = |(x, y): &Place| (0.0..=width).contains(x) && (0.0..=height).contains(y);
        for shape in &canvas.shapes {
            let (Shape::Line(places, ..) | Shape::Area(places, ..)) = shape else { continue };
            assert!(places.iter().all(inside), "{name}: {places:?}");
        }
        for edge in [(-1e4, -0.1, 0.0, 1e4), (width, width + 1e4, 0.0, 1e4)] {
            let frame = Frame { left: edge.0, right: edge.1, top: edge.2, bottom: edge.3 };
            assert!(!canvas.shapes.iter().any(|shape| meets(&canvas, shape, &frame)), "{name}: {frame:?}");
        }
    }
}

/// A dot or a marker for each point would be missing where a point lay outside of its frame.
#[test]
fn the_axes_contain_the_data() {
    let dots = |canvas: &Canvas| canvas.shapes.iter().filter(|shape| matches!(shape, Shape::Dot(..))).count();
    let canvas = forecast([wave(0.2)]).truth(wave(0.0)).compose().unwrap();
    // Three dots are in the legend.
    assert_eq!(dots(&canvas), 50 + 3);

    let areas = |canvas: &Canvas| canvas.shapes.iter().filter(|shape| matches!(shape, Shape::Area(..))).count();
    let canvas = work_precision(methods()).compose().unwrap();
    // Rim and face of each marker, and of those in the legend.
    assert_eq!(areas(&canvas), 2 * (7 * 9 + 7));

    // A curve that leaves its frame is cut in two or shortened.
    let ends = |canvas: &Canvas, series: &Series| {
        let frame = canvas.frames[0];
        let count = series.points().len() as f64;
        let last = series.points().len() - 1;
        assert!(count > 2.0 && last > 1);
        canvas.shapes.iter().any(|shape| {
            let Shape::Line(places, ..) = shape else { return false };
            let (first, last) = (places[0], places[places.len() - 1]);
            (first.0 - frame.left).abs() < 1.0 && (last.0 - frame.right).abs() < 1.0 && places.len() > 2
        })
    };
    let canvas = trajectories(&[wave(0.0)]).unwrap().compose().unwrap();
    assert!(ends(&canvas, &wave(0.0)));
    let canvas = learning_curves([model(0.1)]).compose().unwrap();
    assert!(ends(&canvas, &model(0.1)));
}

#[test]
fn fixed_points_are_marked_by_their_class() {
    let oscillator = Flow::new(ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [y[1], -y[1] + y[0] - y[0].powi(3)]));
    let found = fixed_points(&oscillator, &[[-1.1, 0.1], [0.1, 0.0], [1.1, 0.1]], &Search::default()).unwrap();
    let marks: Vec<PointMark> = found.points.iter().map(|point| PointMark::of(point, |x| (x[0], x[1]))).collect();
    let classes: Vec<PointClass> = marks.iter().map(|mark| mark.class).collect();
    assert_eq!(classes, [PointClass::Stable, PointClass::Unstable(1), PointClass::Stable]);
    // The unstable direction of the saddle has the slope λ with λ² + λ = 1.
    let [(u, v)] = marks[1].directions[..] else { panic!("{:?}", marks[1].directions) };
    assert!((v / u - 0.5 * (5.0_f64.sqrt() - 1.0)).abs() < 1e-9);
    assert!(marks[0].directions.is_empty());
}

#[test]
fn bands_of_many_models_are_apart() {
    let frames = |count: u32| {
        let canvas = learning_curves((0..count).map(|i| model(0.1 + f64::from(i)))).compose().unwrap();
        canvas.frames.len()
    };
    assert_eq!([1, 2, 3, 8].map(frames), [1, 1, 4, 9]);
}

#[test]
fn data_that_cannot_be_drawn_are_errors() {
    let nothing = |name: &str| Error::NothingToPlot { name: name.to_owned() };
    let empty = || Series::new("empty", []);
    let nan = || Series::new("nan", [(f64::NAN, 1.0), (1.0, f64::INFINITY)]);
    let still = || Series::new("still", [(1.0, 1.0), (1.0, 2.0)]);
    let no_length = Error::EmptyAxis { axis: "x", low: 1.0, high: 1.0 };
    for (bad, expected) in [(empty(), nothing("empty")), (nan(), nothing("nan")), (still(), no_length)] {
        let both = || [wave(0.0), bad.clone()];
        if bad.name() != "still" {
            assert_eq!(trajectories(&both()).unwrap().compose().err(), Some(expected.clone()));
            assert_eq!(work_precision(both()).compose().err(), Some(expected.clone()));
            assert_eq!(
                PhasePortrait::of([Plane::new(0.0..1.0, 0.0..1.0).curve(bad.clone())]).compose().err(),
                Some(expected.clone())
            );
        }
        assert_eq!(trajectories(std::slice::from_ref(&bad)).unwrap().compose().err(), Some(expected.clone()));
        assert_eq!(learning_curves([bad.clone()]).compose().err(), Some(expected.clone()));
        assert_eq!(forecast([bad.clone()]).compose().err(), Some(expected.clone()));
        assert_eq!(forecast([]).truth(bad).compose().err(), Some(expected));
    }
    assert_eq!(trajectories::<[Series]>(&[]).unwrap().compose().err(), Some(nothing("trajectories")));
    assert_eq!(learning_curves([]).compose().err(), Some(nothing("learning curves")));
    assert_eq!(forecast([]).compose().err(), Some(nothing("forecast")));
    assert_eq!(PhasePortrait::of([]).compose().err(), Some(nothing("phase portrait")));
    assert_eq!(eigenvalues::<f64>(&[]).err(), Some(nothing("eigenvalues")));
    assert_eq!(EigenvaluePlot::of(Kind::Map, [("none", Vec::new())]).compose().err(), Some(nothing("eigenvalues")));
    assert_eq!(bifurcation_diagram::<f64>([], |x| *x).err(), Some(nothing("bifurcation diagram")));
    assert_eq!(pitchfork().dots(empty()).compose().err(), Some(nothing("empty")));
    assert_eq!(WorkPrecision::new().compose().err(), Some(nothing("work–precision diagram")));
    let negative = Series::new("negative", [(0.0, -1.0), (1.0, 0.0)]);
    assert_eq!(learning_curves([negative]).compose().err(), Some(nothing("negative")));
    for range in [1.0..1.0, 2.0..1.0, f64::NAN..1.0, 0.0..f64::INFINITY] {
        let error = PhasePortrait::of([Plane::new(range.clone(), 0.0..1.0).field(|_, _| [1.0, 1.0])]).compose().err();
        assert!(matches!(error, Some(Error::EmptyAxis { axis: "x", .. })), "{range:?}");
    }
}

#[test]
fn extreme_data_are_survived() {
    let extreme = [(0.0, 1e308), (1.0, -1e308), (2.0, 1e299), (3.0, -1e299), (f64::NAN, 0.0), (4.0, 1e-308)];
    let series = || Series::new("a & b < c", extreme);
    trajectories(&[series()]).unwrap().compose().unwrap();
    trajectories(&[series()]).unwrap().log_y().compose().unwrap();
    let band = Series::with_band("band", [(0.0, [f64::NAN, 1.0, f64::INFINITY]), (1.0, [1.0, 1.0, f64::NAN])]);
    learning_curves([band.clone(), series()]).compose().unwrap();
    forecast([band, series()]).compose().unwrap();
    work_precision([Series::new("point", [(1.0, 1.0)]), Series::new("far", [(1e-300, 1e300)])]).compose().unwrap();
    PhasePortrait::of([Plane::new(-1e299..1e299, -1e-300..1e-300).field(|x, y| [1e300 * x, 1.0 / y])])
        .compose()
        .unwrap();
    let long = "a name that is much longer than a figure is wide ".repeat(9);
    let named = wave(0.0).renamed(long.clone());
    trajectories(std::slice::from_ref(&named)).unwrap().title(long.clone()).axes(long.clone(), long).compose().unwrap();
    learning_curves([model(0.1).renamed(named.name())]).compose().unwrap();
}

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rheos-plot-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn both_formats_are_written() {
    let folder = Folder::new("formats");
    let figure = trajectories(&[wave(0.0)]).unwrap().title("a & b");
    for (file, start) in [("a.svg", &b"<svg"[..]), ("a.png", b"\x89PNG"), ("b.SVG", b"<svg")] {
        let path = folder.0.join(file);
        figure.save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(start) && bytes.len() > 1000, "{file}");
    }
    assert!(std::fs::read_to_string(folder.0.join("a.svg")).unwrap().contains("a &amp; b"));
}

#[test]
fn files_that_cannot_be_written_are_named() {
    let folder = Folder::new("errors");
    let figure = trajectories(&[wave(0.0)]).unwrap();
    for file in ["figure.gif", "figure"] {
        let path = folder.0.join(file);
        assert_eq!(figure.save(&path), Err(Error::PictureFormat { path }));
    }
    for file in ["no/such/folder.svg", "no/such/folder.png"] {
        let path = folder.0.join(file);
        let error = figure.save(&path).unwrap_err();
        assert!(matches!(&error, Error::Io { path: found, .. } if *found == path), "{error:?}");
    }
}
