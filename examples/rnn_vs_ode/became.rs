//! A trained model of the spiral as a dynamical system: its fixed points, their stability, and the exponents along its
//! trajectory.

use rheos::analysis::{FixedPoint, Lyapunov, Search, Starts, System, fixed_points};
use rheos::{Error, Result};

use crate::table::{Cell, Row, Table};

/// The columns of the table; rates are per second.
pub const COLUMNS: [&str; 6] = [
    "fixed points",
    "of them stable",
    "distance of the nearest from 0",
    "its leading rate (1/s)",
    "λ₁ along the trajectory (1/s)",
    "λ₂ (1/s)",
];

/// The task in the file of numbers.
pub const TASK: &str = "spiral, taken apart";

/// A number for each column; `None` if there is none.
pub type Became = Vec<Option<f64>>;

/// Takes a map over `spacing` seconds apart. It starts from the first of the states of its trajectory; `distance` measures a state
/// in the plane from the fixed point of the true system.
pub fn take_apart<S>(map: &S, visited: &[S::State], spacing: f64, distance: impl Fn(&S::State) -> f64) -> Result<Became>
where
    S: System + Sync,
    S::State: Send + Sync,
{
    let starts = Starts::of(visited).noise(0.5).draw(300, 1)?;
    let points = match fixed_points(map, &starts, &Search::default().threads(1)) {
        Ok(found) => found.points,
        Err(Error::NothingFound { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let stable = points.iter().filter(|point| point.is_stable() == Some(true)).count();
    let nearest = points.iter().min_by(|a, b| distance(&a.xstar).total_cmp(&distance(&b.xstar)));
    let rate = |point: &FixedPoint<S::State>| {
        point.eigen.values.iter().map(|value| value.norm().ln()).fold(f64::NEG_INFINITY, f64::max) / spacing
    };
    let steps = (visited.len() - 1) as f64;
    let spectrum = Lyapunov::over(steps).spectrum(map, &visited[0], 2)?;
    Ok(vec![
        Some(points.len() as f64),
        Some(stable as f64),
        nearest.map(|point| distance(&point.xstar)),
        nearest.map(rate),
        Some(spectrum.exponents[0] / spacing),
        Some(spectrum.exponents[1] / spacing),
    ])
}

/// The table of the models, with the true system in the last row.
pub fn table(mut rows: Vec<Row>, truth: &Became) -> Table {
    let cells = truth.iter().map(|value| value.map_or(Cell::Missing, Cell::Number)).collect();
    rows.push(Row { model: "True system".to_owned(), parameters: 0, cells, failures: Vec::new() });
    let columns = COLUMNS.map(str::to_owned).to_vec();
    Table { task: TASK.to_owned(), title: "(a) Spiral: the trained models, taken apart".to_owned(), columns, rows }
}
