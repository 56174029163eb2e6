//! The sentences of the README about its table, held against the numbers of the full run.

use crate::numbers::Numbers;
use crate::options::pictures;
use crate::statistics::{CONVERGED, Spread};
use crate::table::Cell;

const ELMAN: &str = "Elman RNN";
const GRU: &str = "GRU";
const RESIDUAL: &str = "Residual RNN (Euler)";
const RK4: &str = "Neural ODE, RK4, discrete";
const DISCRETE: &str = "Neural ODE, Dopri5, discrete";
const BACKSOLVE: &str = "Neural ODE, Dopri5, backsolve";
const DRIVEN: [&str; 4] = [RESIDUAL, RK4, DISCRETE, BACKSOLVE];
const RELAXED: &str = "Neural ODE of g − h, RK4, discrete";
const ODE_RNNS: [&str; 3] = ["ODE-RNN, RK4, discrete", "ODE-RNN, Dopri5, discrete", "ODE-RNN, Dopri5, interpolating"];

/// The table of a data set.
struct Task {
    numbers: Numbers,
    name: &'static str,
}

fn task(name: &'static str) -> Task {
    Task { numbers: Numbers::read(&pictures()).unwrap(), name }
}

impl Task {
    fn cell(&self, model: &str, column: &str) -> &Cell {
        self.numbers.table(self.name).unwrap().cell(model, column).unwrap()
    }

    /// Over the seeds; of a baseline, its error.
    fn spread(&self, model: &str, column: &str) -> Spread {
        match *self.cell(model, column) {
            Cell::Seeds(ref seeds) => seeds.summary().unwrap(),
            Cell::Number(value) => Spread { median: value, min: value, max: value },
            ref other => panic!("{model}, {column}: {other}"),
        }
    }

    fn median(&self, model: &str, column: &str) -> f64 {
        self.spread(model, column).median
    }

    fn models(&self) -> impl Iterator<Item = &str> {
        self.numbers.table(self.name).unwrap().rows.iter().map(|row| row.model.as_str())
    }

    fn networks(&self) -> impl Iterator<Item = &str> {
        self.models().filter(|model| !model.starts_with("AR(") && *model != "Persistence")
    }

    /// The ranges of two models over the seeds have numbers in common.
    fn overlap(&self, one: &str, other: &str, column: &str) -> bool {
        let (a, b) = (self.spread(one, column), self.spread(other, column));
        a.min <= b.max && b.min <= a.max
    }

    /// No model has a smaller median.
    fn is_best(&self, model: &str, column: &str) -> bool {
        self.models().all(|other| self.median(other, column) >= self.median(model, column))
    }
}

#[test]
fn all_runs_reached_their_end() {
    for table in task("spiral").numbers.tables {
        for row in table.rows {
            assert!(row.failures.is_empty(), "{}: {:?}", row.model, row.failures);
        }
    }
}

#[test]
fn on_the_spiral() {
    let spiral = task("spiral");
    let [rmse] = crate::spiral::ERRORS;
    for model in [RK4, DISCRETE, BACKSOLVE] {
        assert!(spiral.overlap(RESIDUAL, model, rmse), "{model}");
    }
    // A model that stays on the first turn errs by about 1.
    assert!(spiral.spread(ELMAN, rmse).min > 0.5);
    for model in spiral.models() {
        let range = spiral.spread(model, "range at the end");
        assert!(range.max <= CONVERGED, "{model}: {range:?}");
        let Cell::Share(part, all) = *spiral.cell(model, "converged") else { panic!("{model}") };
        assert_eq!(part, all, "{model}");
    }
}

#[test]
fn of_the_spiral_taken_apart() {
    let apart = task(crate::became::TASK);
    let [points, stable, _, rate, first, second] = crate::became::COLUMNS;
    for model in [RESIDUAL, RK4, DISCRETE] {
        assert_eq!((apart.median(model, points), apart.median(model, stable)), (1.0, 1.0), "{model}");
        assert!(apart.spread(model, rate).max < 0.0 && apart.spread(model, rate).min > -0.01, "{model}");
        for exponent in [first, second] {
            let gap = apart.median(model, exponent) - apart.median("True system", exponent);
            assert!(gap.abs() < 0.01, "{model}, {exponent}: {gap}");
        }
    }
    assert_eq!(apart.spread(ELMAN, stable).max, 0.0);
}

#[test]
fn on_the_sunspots() {
    let sunspots = task("sunspots");
    let [one, five] = crate::sunspots::ERRORS;
    for column in [one, five] {
        let best = ["Persistence", "AR(2)", "AR(9)"]
            .map(|model| sunspots.median(model, column))
            .into_iter()
            .fold(f64::NAN, f64::min);
        let gru = sunspots.median(GRU, column);
        assert!((gru / best - 1.0).abs() < 0.05, "{column}: {gru}, {best}");
        for model in DRIVEN {
            assert!(sunspots.median(model, column) > sunspots.median("AR(2)", column), "{column}: {model}");
        }
        assert!(sunspots.is_best(RELAXED, column), "{column}");
    }
    let evaluations = |model| sunspots.median(model, "evaluations");
    assert_eq!(evaluations(RELAXED), 8.0 * evaluations(ELMAN));
}

#[test]
fn on_co2() {
    let co2 = task("co2");
    let [all, withheld] = crate::co2::ERRORS;
    let [persistence, autoregression] = crate::co2::BASELINES.map(|(name, _)| name);
    let ascending = |models: &[&str]| models.windows(2).all(|pair| co2.median(pair[0], all) < co2.median(pair[1], all));
    for ode_rnn in ODE_RNNS {
        for driven in [RESIDUAL, RK4] {
            let models = [ELMAN, RELAXED, ode_rnn, autoregression, driven, persistence];
            assert!(ascending(&models), "{models:?}");
        }
    }
    assert!(co2.is_best(ELMAN, all));
    assert_eq!(co2.networks().count(), 9);
    for model in co2.networks() {
        assert!(co2.median(model, withheld) > co2.median(persistence, withheld), "{model}");
    }
}

#[test]
fn of_the_adjoints() {
    let pairs = [
        ("spiral", DISCRETE, BACKSOLVE, &crate::spiral::ERRORS[..]),
        ("sunspots", DISCRETE, BACKSOLVE, &crate::sunspots::ERRORS[..]),
        ("co2", "ODE-RNN, Dopri5, discrete", "ODE-RNN, Dopri5, interpolating", &crate::co2::ERRORS[..]),
    ];
    for (name, discrete, continuous, errors) in pairs {
        let task = task(name);
        for error in errors {
            assert!(task.overlap(discrete, continuous, error), "{name}, {error}");
        }
        let ratio = task.median(continuous, "evaluations") / task.median(discrete, "evaluations");
        assert!((ratio - 1.0).abs() < 0.25, "{name}: {ratio}");
    }
}
