//! Figures of the example: plain data in, one SVG or PNG file out.
//!
//! A figure is first composed as a list of [`Shape`]s in logical pixels and then painted by one of
//! two painters, which the extension of the path chooses. Both therefore show the same geometry:
//!
//! * SVG keeps text as text; the viewer picks the font from a list that ends in `sans-serif`.
//! * PNG is painted at twice the final resolution and averaged, because plotters does not smooth
//!   thick lines, and its text is set from the DejaVu Sans that the crate `dejavu` compiles in, so
//!   that no font has to be installed.
//!
//! Points that are not finite never reach the painters: they are skipped, and a line breaks there.

mod axis;
mod curves;
mod forecasts;
mod legend;
mod line;
mod look;
mod painter;
mod portraits;
mod sheet;

use std::error::Error;

use axis::*;
pub use curves::learning_curves;
pub use forecasts::forecast;
use legend::*;
use line::*;
use look::*;
use painter::*;
pub use portraits::phase_portrait;
use sheet::*;

/// What the public functions return.
pub type PlotResult = Result<(), Box<dyn Error>>;

/// The learning curve of one model over several seeds.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The name written at the end of the curve.
    pub label: String,
    /// Colour and marker; the same number has the same colour in all figures.
    pub look: usize,
    /// Step and median loss.
    pub median: Vec<(f64, f64)>,
    /// The smallest loss over the seeds at each step of `median`.
    pub low: Vec<f64>,
    /// The largest loss over the seeds at each step of `median`.
    pub high: Vec<f64>,
}

/// How a [`Series`] is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Black dots: observations, which also set the vertical range.
    Points,
    /// A thin black line: an exact or observed course, which also sets the vertical range.
    Reference,
    /// A line in the colour and dash pattern of a model; the same number has the same colour in
    /// all figures.
    Model(usize),
}

/// One data set or forecast over time.
#[derive(Clone, Debug)]
pub struct Series {
    /// The name in the legend.
    pub label: String,
    /// Time and value; a point that is not finite breaks the line.
    pub points: Vec<(f64, f64)>,
    /// Lower and upper end of a band around each of the points; empty for no band, two NaN for a
    /// gap in it.
    pub band: Vec<(f64, f64)>,
    /// How it is drawn.
    pub style: Style,
}

/// A vector field and two trajectories in a plane.
#[derive(Clone, Debug)]
pub struct PortraitPanel {
    /// The heading of the panel.
    pub title: String,
    /// The true trajectory.
    pub truth: Vec<(f64, f64)>,
    /// The trajectory of the model.
    pub learned: Vec<(f64, f64)>,
    /// Position and velocity, `[x, y, u, v]`, of the learned field.
    pub arrows: Vec<[f64; 4]>,
    /// The horizontal range shown.
    pub x_limits: (f64, f64),
    /// The vertical range shown.
    pub y_limits: (f64, f64),
}

#[cfg(test)]
mod tests {
    use super::curves::spread_out;
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().filter_map(|tick| tick.label.as_deref()).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&linear_ticks(-1.0, 1.0, 4.0)), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(
            labels(&linear_ticks(1700.0, 2008.0, 6.0)),
            ["1700", "1750", "1800", "1850", "1900", "1950", "2000"]
        );
        assert_eq!(labels(&logarithmic_ticks(-3.2, 0.1)), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        assert_eq!(labels(&logarithmic_ticks(-1.1, 0.4)), ["0.1", "0.2", "0.5", "1", "2"]);
        assert!(linear_ticks(0.0, 0.0, 5.0).is_empty());
        assert!(logarithmic_ticks(f64::NAN, 1.0).is_empty());
    }

    #[test]
    fn ranges_are_finite_and_not_empty() {
        assert_eq!(range([].into_iter(), 0.1), (0.0, 1.0));
        assert_eq!(range([f64::NAN, 2.0, f64::INFINITY, 4.0].into_iter(), 0.5), (1.0, 5.0));
        let (low, high) = range([3.0, 3.0].into_iter(), 0.1);
        assert!(low < 3.0 && 3.0 < high);
    }

    #[test]
    fn labels_move_apart_as_little_as_possible() {
        assert_eq!(spread_out(&[10.0, 50.0], 20.0, 0.0, 100.0), [10.0, 50.0]);
        assert_eq!(spread_out(&[40.0, 50.0, 60.0], 20.0, 0.0, 100.0), [30.0, 50.0, 70.0]);
        assert_eq!(spread_out(&[99.0, 99.0], 20.0, 0.0, 100.0), [80.0, 100.0]);
    }

    #[test]
    fn dashes_follow_the_pattern_around_corners() {
        let corner = [(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)];
        let pieces = dashed(&corner, &[4.0, 1.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 2.0), (3.0, 3.0)]]);
        assert_eq!(dashed(&corner, &[]), [corner.to_vec()]);
        assert!(dashed(&[], &[1.0]).is_empty());
    }

    #[test]
    fn lines_are_cut_at_the_frame_and_at_gaps() {
        let frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        let places = [(-5.0, 5.0), (5.0, 5.0), (5.0, f64::NAN), (1.0, 1.0), (2.0, 2.0)];
        assert_eq!(frame.runs(&places), [vec![(0.0, 5.0), (5.0, 5.0)], vec![(1.0, 1.0), (2.0, 2.0)]]);
        assert!(frame.clipped((-1.0, -1.0), (-1.0, 20.0)).is_none());
    }

    #[test]
    fn bad_data_is_survived() -> PlotResult {
        let folder = std::env::temp_dir().join(format!("rheos-plot-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let curve = Curve {
            label: "a & b".to_owned(),
            look: 99,
            median: vec![(0.0, -1.0), (f64::NAN, 2.0), (1.0, f64::INFINITY), (2.0, 1.0)],
            low: vec![],
            high: vec![f64::NAN; 9],
        };
        let series = Series {
            label: String::new(),
            points: vec![(0.0, 1e308), (1.0, -1e308), (f64::NAN, 0.0)],
            band: vec![(f64::NAN, f64::INFINITY); 2],
            style: Style::Model(7),
        };
        let portrait = PortraitPanel {
            title: String::new(),
            truth: vec![(f64::NAN, 0.0)],
            learned: vec![],
            arrows: vec![[f64::NAN; 4], [0.0; 4]],
            x_limits: (f64::NAN, f64::INFINITY),
            y_limits: (1.0, 1.0),
        };
        let path = folder.join("figure.svg");
        learning_curves(&path, "", "", "", &[])?;
        learning_curves(&path, "", "", "", std::slice::from_ref(&curve))?;
        forecast(&path, "", "", "", &[], Some(f64::NAN))?;
        forecast(&path, "", "", "", std::slice::from_ref(&series), Some(0.5))?;
        phase_portrait(&path, "", "", "", &[])?;
        phase_portrait(&path, "", "", "", std::slice::from_ref(&portrait))?;
        // Painting pixels is slow without optimisation, and both formats get the same shapes.
        forecast(&path.with_extension("png"), "T", "", "", &[series], None)?;
        for name in ["figure.svg", "figure.png"] {
            assert!(std::fs::metadata(folder.join(name))?.len() > 0, "{name}");
        }
        assert!(learning_curves(&folder.join("figure.gif"), "", "", "", &[]).is_err());
        std::fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
