//! Tables in Markdown.

use std::fmt::Write as _;

use crate::measure::{Curve, Point};

/// A table of the cost of every method at the relative tolerance `rtol`.
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
    format!("{} | {:.0} | {:.1e}", work(point), point.seconds * 1e6, point.error)
}

fn work(point: &Point) -> String {
    let stats = point.stats;
    let counts = [stats.accepted, stats.rejected, stats.evaluations, stats.jacobians, stats.factorisations];
    counts.map(|count| count.to_string()).join(" | ")
}

/// The same without times, as on the page `solver::comparison`; `curves` have at most one point.
pub fn counts(title: &str, curves: &[Curve]) -> String {
    let mut text = format!("# {title}\n\n");
    text += "| method | steps | rejected | evaluations | Jacobians | LU | error |\n";
    text += "| --- | --: | --: | --: | --: | --: | --: |\n";
    for curve in curves {
        let row = |point: &Point| format!("{} | {:.1e}", work(point), point.error);
        let cells = curve.points.first().map_or("— | — | — | — | — | —".to_owned(), row);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {cells} |", curve.name);
    }
    text + "\n"
}
