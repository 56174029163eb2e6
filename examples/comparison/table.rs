//! The table of the results.

use std::fmt::Write as _;

use super::Run;

/// The table in Markdown: for each model the test errors in percent and the seconds of a training, by their medians.
pub fn table(all: &[(&str, Vec<Run>)], seeds: u64) -> String {
    let mut text = String::from(
        "| model | parameters | test error in %: median [min, max] | seconds for a training |\n|:--|--:|--:|--:|\n",
    );
    for (name, runs) in all {
        let errors: Vec<f64> = runs.iter().map(|run| 100.0 * run.error).collect();
        let seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
        let failed = match seeds as usize - runs.len() {
            0 => String::new(),
            failed => format!(" ({failed} of {seeds} failed)"),
        };
        // Writing to a string cannot fail.
        let _ = match (runs.first(), range(&errors)) {
            (Some(run), Some([min, middle, max])) => {
                let (parameters, seconds) = (run.parameters, median(&seconds));
                writeln!(text, "| {name} | {parameters} | {middle:.2} [{min:.2}, {max:.2}]{failed} | {seconds:.1} |")
            }
            _ => writeln!(text, "| {name} | – | –{failed} | – |"),
        };
    }
    text
}

/// The middle value, or the mean of the two middle ones; NaN without values.
pub fn median(values: &[f64]) -> f64 {
    range(values).map_or(f64::NAN, |[_, middle, _]| middle)
}

/// Minimum, median and maximum; `None` without values.
pub fn range(values: &[f64]) -> Option<[f64; 3]> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get((sorted.len().max(1) - 1) / 2)?.midpoint(*sorted.get(sorted.len() / 2)?);
    Some([*sorted.first()?, middle, *sorted.last()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_odd_and_even_counts() {
        assert_eq!(range(&[3.0, 1.0, 2.0]), Some([1.0, 2.0, 3.0]));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_failed_training_is_told() {
        let run = |error: f64| Run { parameters: 7, error, seconds: 2.0, curve: vec![] };
        let text = table(&[("GRU", vec![run(0.02), run(0.04)]), ("none", vec![])], 3);
        assert!(text.contains("| GRU | 7 | 3.00 [2.00, 4.00] (1 of 3 failed) | 2.0 |"), "{text}");
        assert!(text.ends_with("| none | – | – (3 of 3 failed) | – |\n"), "{text}");
    }
}
