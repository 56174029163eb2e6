//! Tables in Markdown.

use std::fmt::Write as _;

use crate::measure::{Curve, Point};

/// What every method cost at the relative tolerance `rtol`.
pub fn markdown(title: &str, curves: &[Curve], rtol: f64) -> String {
    let mut text = format!("### {title}, rtol = {rtol:e}\n\n");
    text += "| method | steps | rejected | evaluations | Jacobians | LU | time (µs) | error |\n";
    text += "|---|--:|--:|--:|--:|--:|--:|--:|\n";
    for curve in curves {
        let at = curve.points.iter().find(|point| (point.rtol / rtol - 1.0).abs() < 0.1);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {} |", curve.name, at.map_or("— | — | — | — | — | — | —".to_owned(), cells));
    }
    text + "\n"
}

fn cells(point: &Point) -> String {
    let stats = point.stats;
    let work = [stats.accepted, stats.rejected, stats.evaluations, stats.jacobians, stats.factorisations];
    let counts = work.map(|count| count.to_string()).join(" | ");
    format!("{counts} | {:.0} | {:.1e}", point.seconds * 1e6, point.error)
}
