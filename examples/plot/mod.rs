//! Figures of the examples: plain data in, one SVG or PNG file out.
//!
//! A figure is first composed on a [`canvas`] in logical pixels and then painted by one of two back
//! ends, which the extension of the path chooses. Both therefore show the same geometry.
//!
//! Points that are not finite never reach the back ends: they are skipped, and a line breaks there.
#![allow(dead_code, unused_imports, reason = "every example draws figures of its own")]

mod axes;
mod canvas;
mod forecast;
mod learning_curves;
mod legend;
mod lines;
mod look;
mod panel;
mod png;
mod portrait;
mod svg;
mod text;
mod ticks;
mod work_precision;

pub use forecast::{Series, Style, forecast};
pub use learning_curves::{Curve, learning_curves};
pub use portrait::{PortraitPanel, phase_portrait};
pub use work_precision::{Names, WorkCurve, WorkPanel, work_precision};

/// What the public functions return.
pub type PlotResult = Result<(), Box<dyn std::error::Error>>;

#[cfg(test)]
mod tests {
    use super::*;

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
        forecast(&path, "", "", "", &[])?;
        forecast(&path, "", "", "", std::slice::from_ref(&series))?;
        phase_portrait(&path, "", "", "", &[])?;
        phase_portrait(&path, "", "", "", std::slice::from_ref(&portrait))?;
        // Painting pixels is slow without optimisation, and both formats get the same shapes.
        forecast(&path.with_extension("png"), "T", "", "", &[series])?;
        for name in ["figure.svg", "figure.png"] {
            assert!(std::fs::metadata(folder.join(name))?.len() > 0, "{name}");
        }
        assert!(learning_curves(&folder.join("figure.gif"), "", "", "", &[]).is_err());
        std::fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
