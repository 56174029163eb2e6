//! The cost of a gradient: every adjoint on small systems and on a network, by memory, time and evaluations for an
//! accuracy.
//!
//! Run it with `cargo run --release --example adjoints`; `--quick` only tests that everything works. It prints tables
//! and draws memory against steps, and the error of the gradient against evaluations.

mod measure;
mod methods;
mod problems;
mod table;

use std::error::Error;
use std::path::PathBuf;

use measure::Curve;
use methods::{Entry, Outcome};
use problems::{Memory, Problem};
use rheos::plot::{Series, WorkPrecision};
use rheos::{Autodiff, Differentiable, GenericDynamics};

const HELP: &str = "\
Measures the cost of a gradient by every adjoint, prints tables and draws pictures.

USAGE
    cargo run --release --example adjoints -- [OPTIONS]

OPTIONS
    --quick          few steps and tolerances, to see that everything works
    --out DIR        folder for the pictures (default: adjoints)
    --help           this text
";

/// The extent of the measurements.
struct Effort {
    /// Numbers of steps for the memory of the small system and of the network.
    small: &'static [usize],
    network: &'static [usize],
    /// Exponents of ten of the tolerances.
    exponents: &'static [i32],
    /// The number of timed gradients of the small system and of the network.
    rounds: [usize; 2],
}

impl Effort {
    const THOROUGH: Self = Self {
        small: &[100, 316, 1_000, 3_162, 10_000, 31_623, 100_000],
        network: &[10, 32, 100, 316, 1_000],
        exponents: &[-3, -4, -5, -6, -7, -8, -9, -10, -11],
        rounds: [301, 41],
    };
    const QUICK: Self = Self { small: &[100, 1_000], network: &[10, 32], exponents: &[-3, -6, -9], rounds: [5, 3] };
}

struct Options {
    effort: Effort,
    out: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name; `Ok(None)` asks for the help text.
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self { effort: Effort::THOROUGH, out: PathBuf::from("adjoints") };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => options.effort = Effort::QUICK,
                "--out" => options.out = args.next().ok_or("--out needs a value; see --help")?.into(),
                other => return Err(format!("unknown option {other}; see --help")),
            }
        }
        Ok(Some(options))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(Options { effort, out }) = Options::parse(std::env::args().skip(1))? else {
        print!("{HELP}");
        return Ok(());
    };
    std::fs::create_dir_all(&out)?;
    let (seasons, followers) = (problems::seasons(), problems::followers());
    let [network, frugal] = [Memory::Reused, Memory::GivenBack].map(problems::network);

    let figure = WorkPrecision::new().title("Memory of a gradient");
    let figure = memory(figure, &seasons, effort.small, |steps| methods::small_fixed(&seasons, steps));
    let figure = memory(figure, &frugal, effort.network, |steps| methods::fixed(&frugal, steps));
    figure.save(out.join("adjoints_memory.svg"))?;

    let figure = WorkPrecision::new().title("Error of a gradient");
    let figure = accuracy(figure, &seasons, effort.exponents)?;
    accuracy(figure, &followers, effort.exponents)?.save(out.join("adjoints_accuracy.svg"))?;

    time(&seasons, 1_000, &methods::small_fixed(&seasons, 1_000), effort.rounds[0]);
    time(&network, 100, &methods::fixed(&network, 100), effort.rounds[1]);
    Ok(())
}

/// Draws peak memory against the number of steps.
fn memory<'a, F: Differentiable>(
    figure: WorkPrecision,
    problem: &Problem<F>,
    steps: &[usize],
    entries: impl Fn(usize) -> Vec<Entry<'a>>,
) -> WorkPrecision {
    let curves = measure::curves(steps, entries, measure::peak);
    let names: Vec<String> = steps.iter().map(usize::to_string).collect();
    let title = format!("{}: peak bytes by number of steps", problem.title);
    print!("{}", table::columns(&title, &names, &curves, u64::to_string));
    let axes = ["steps", "bytes at the peak"];
    panels(figure.row(axes[0], axes[1]), problem.title, &curves, |i, peak| (steps[i] as f64, *peak as f64))
}

/// Draws the error of the gradient against evaluations, forwards and backwards.
fn accuracy<M: GenericDynamics<N, P> + 'static, const N: usize, const P: usize>(
    figure: WorkPrecision,
    problem: &Problem<Autodiff<M, N, P>>,
    exponents: &[i32],
) -> Result<WorkPrecision, Box<dyn Error>> {
    let (expected, apart) = measure::reference(problem)?;
    let entries = |exponent: i32| {
        let rtol = 10.0_f64.powi(exponent);
        methods::small_adaptive(problem, rtol, measure::steps(problem, rtol))
    };
    let error = |outcome: &Outcome| measure::error(&outcome.gradient, &expected);
    let curves = measure::curves(exponents, entries, |entry| (entry.run)().ok());
    let tolerances: Vec<String> = exponents.iter().map(|exponent| format!("1e{exponent}")).collect();
    let title = |what: &str| format!("{}: {what} by tolerance", problem.title);
    print!(
        "{}",
        table::columns(&title("error of the gradient"), &tolerances, &curves, |x| format!("{:.1e}", error(x)))
    );
    print!("{}", table::columns(&title("evaluations"), &tolerances, &curves, |x| evaluations(x).to_string()));
    let drifting: Vec<_> = curves.iter().filter(|curve| reconstructs(curve.name)).collect();
    print!("{}", table::columns(&title("drift"), &tolerances, drifting, |x| format!("{:.1e}", x.drift)));
    println!("Two references at 1e-13 are {apart:.1e} apart.\n");
    let axes = ["evaluations of the field", "error of the gradient"];
    let point = |_, outcome: &Outcome| (evaluations(outcome) as f64, error(outcome));
    Ok(panels(figure.row(axes[0], axes[1]), problem.title, &curves, point))
}

/// Whether an adjoint reconstructs the states, and so measures its drift.
fn reconstructs(name: &str) -> bool {
    name == "Backsolve" || name.starts_with("Reversible")
}

fn evaluations(outcome: &Outcome) -> u64 {
    outcome.stats.iter().map(|stats| stats.evaluations).sum()
}

/// Prints time and evaluations at one number of steps.
fn time<F: Differentiable>(problem: &Problem<F>, steps: usize, entries: &[Entry], rounds: usize) {
    let title = format!("{}: a gradient over {steps} steps", problem.title);
    print!("{}", table::costs(&title, &measure::rows(entries, rounds)));
}

/// One panel for each family. Adjoints that never came to the end are left out.
fn panels<T>(
    mut figure: WorkPrecision,
    title: &str,
    curves: &[Curve<T>],
    place: impl Fn(usize, &T) -> (f64, f64),
) -> WorkPrecision {
    for family in curves.chunk_by(|a, b| a.family == b.family) {
        let series = family.iter().enumerate().filter_map(|(look, curve)| {
            let points = curve.points.iter().enumerate().filter_map(|(i, point)| Some(place(i, point.as_ref()?)));
            let series = Series::new(curve.name, points).look(look);
            (!series.points().is_empty()).then_some(series)
        });
        figure = figure.panel(format!("{title}: {}", family[0].family), series);
    }
    figure
}
