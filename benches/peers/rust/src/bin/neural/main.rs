//! rheos on the neural tasks and on ensembles: `neural small|spiral|sequence|large|width|recurrent|ensemble`.

mod ensemble;
mod large;
mod recurrent;
mod sequence;
mod small;
mod spiral;
mod tensors;

use rheos_peers::clock::{Library, seconds};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const RHEOS: Library = Library { name: "rheos", version: "0.1.0" };

/// What one run found, for comparison with the other libraries.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// Evaluations of the field; zero for a task without one.
    evaluations: u64,
    /// The sum of the outputs, or the loss.
    value: f64,
    /// The norm of the gradient in the parameters; zero without one.
    gradient: f64,
}

/// One row of a table: the task, the quantity and the method.
#[derive(Debug, Clone, Copy)]
struct Row<'a> {
    task: &'a str,
    what: &'a str,
    how: &'a str,
}

impl Row<'_> {
    /// Runs and times; `steps` is how many training steps a run takes.
    fn print(self, steps: u32, run: impl Fn() -> Outcome<Found>) {
        let Row { task, what, how } = self;
        let threads = std::env::var("PEERS_THREADS").unwrap_or_else(|_| "1".into());
        let about = json!({ "suite": "neural", "task": task, "what": what, "method": how, "threads": threads });
        let result: Value = match run() {
            Ok(Found { evaluations, value, gradient }) => {
                let seconds: Vec<f64> = seconds(&run).iter().map(|s| s / f64::from(steps)).collect();
                let evaluations = (evaluations > 0).then_some(evaluations);
                json!({ "seconds": seconds, "evaluations": evaluations, "value": value, "gradient": gradient })
            }
            Err(error) => json!({ "failed": error.to_string() }),
        };
        RHEOS.line(about, result);
    }
}

fn main() -> Outcome<()> {
    let task = std::env::args().nth(1).unwrap_or_default();
    // These draw their numbers.
    match task.as_str() {
        "recurrent" => recurrent::run(),
        "width" => large::widths(),
        "ensemble" => ensemble::run(),
        _ => read(&task, &rheos_peers::network::read()?)?,
    }
    Ok(())
}

/// The tasks with numbers from a file.
fn read(task: &str, weights: &Value) -> Outcome<()> {
    match task {
        "small" => small::run(&weights["small"]),
        "spiral" => spiral::run(&weights["spiral"]),
        "sequence" => sequence::run(&weights["sequence"]),
        "large" => large::run(&weights["large"]),
        _ => return Err("usage: neural small|spiral|sequence|large|width|recurrent|ensemble".into()),
    }
    Ok(())
}
