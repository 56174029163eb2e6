//! Tables in Markdown.

use std::fmt::Write as _;

use crate::measure::{Curve, Row};

/// The cost of every adjoint at one number of steps.
pub fn costs(title: &str, rows: &[Row]) -> String {
    let mut text = format!("### {title}\n\n");
    text += "| adjoint | evaluations forwards | backwards | steps again | backward / forward | total |\n";
    text += "|---|--:|--:|--:|--:|--:|\n";
    for Row { name, outcome, ratio, total } in rows {
        let [forward, backward] = outcome.stats;
        let counts = format!("{} | {} | {}", forward.evaluations, backward.evaluations, backward.recomputed);
        let ratio = if *ratio > 0.0 { format!("{ratio:.2}") } else { "—".to_owned() };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {name} | {counts} | {ratio} | {total:.2} |");
    }
    text + "\n"
}

/// A row for each adjoint and a column for each setting; a dash marks a missing measurement.
pub fn columns<'a, T: 'a>(
    title: &str,
    settings: &[String],
    curves: impl IntoIterator<Item = &'a Curve<T>>,
    cell: impl Fn(&T) -> String,
) -> String {
    let (names, rule) = (settings.join(" | "), "--:|".repeat(settings.len()));
    let mut text = format!("### {title}\n\n| adjoint | {names} |\n|---|{rule}\n");
    for curve in curves {
        let cells = curve.points.iter().map(|point| point.as_ref().map_or("—".to_owned(), &cell));
        let _ = writeln!(text, "| {} | {} |", curve.name, cells.collect::<Vec<_>>().join(" | "));
    }
    text + "\n"
}
