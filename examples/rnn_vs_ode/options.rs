//! The command line.

use std::path::{Path, PathBuf};

/// The text of `--help`.
pub const HELP: &str = "\
Trains recurrent networks and their continuous counterparts on the same data and compares them.

USAGE
    cargo run --release --example rnn_vs_ode -- [OPTIONS]

OPTIONS
    --quick          one seed and few iterations: seconds, to see that everything works
    --seeds N        train every model from N random starts (default 5)
    --threads N      train N models at the same time (default: the cores of this machine)
    --task NAME      only one of: spiral, sunspots, co2
    --model TEXT     only models whose names contain TEXT
    --out DIR        folder for pictures and numbers (default: examples/pictures of the package for the
                     full run, rnn_vs_ode in the working directory with --quick, --seeds, --task or --model)
    --readme         train nothing; write the table of the last full run into README.md
    --help           this text

OUTPUT
    A table for every data set on standard output. In the folder, pictures (SVG and PNG) of learning
    curves with the quartiles over the seeds, of forecasts and of phase portraits, and all numbers in
    rnn_vs_ode.json. Standard error has a line for each training. Other runs never replace the pictures
    and numbers of the full run.

DATA (in examples/data, nothing is downloaded)
    spiral           y' = A y³, sampled every 0.05 s
    sunspots         yearly sunspot numbers 1700-2008; trained to 1920, tested after
    co2              weekly CO2 at Mauna Loa 1958-2001 with its gaps; trained to 1985, tested after
";

/// Random starts of every model in the full run.
const SEEDS: usize = 5;

/// The settings of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Fewer seeds and iterations.
    pub quick: bool,
    /// Random starts of every model.
    pub seeds: usize,
    /// Models trained at the same time.
    pub threads: usize,
    /// One data set, or all of them.
    pub task: Option<String>,
    /// A part of the names of the models to train; empty for all.
    pub model: String,
    /// The folder of the pictures and of the numbers.
    pub out: PathBuf,
    /// Write the README's table instead of training.
    pub readme: bool,
}

impl Options {
    /// Reads the arguments after the program's name; `Ok(None)` asks for the help text.
    pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let (mut quick, mut seeds, mut task, mut model, mut out, mut readme) =
            (false, None, None, String::new(), None, false);
        let mut threads = std::thread::available_parallelism().map_or(1, usize::from);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value; see --help"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => quick = true,
                "--seeds" => seeds = Some(positive(&arg, &value()?)?),
                "--threads" => threads = positive(&arg, &value()?)?,
                "--out" => out = Some(PathBuf::from(value()?)),
                "--task" => task = Some(known_task(value()?)?),
                "--model" => model = value()?,
                "--readme" => readme = true,
                other => return Err(format!("unknown option {other}; see --help")),
            }
        }
        let seeds = seeds.unwrap_or(if quick { 1 } else { SEEDS });
        let mut options = Self { quick, seeds, threads, task, model, out: PathBuf::new(), readme };
        options.out = out.unwrap_or_else(|| options.default_folder());
        Ok(Some(options))
    }

    /// Whether everything is trained that the README shows.
    pub fn is_full(&self) -> bool {
        !self.quick && self.seeds == SEEDS && self.task.is_none() && self.model.is_empty()
    }

    fn default_folder(&self) -> PathBuf {
        if self.is_full() { pictures() } else { PathBuf::from("rnn_vs_ode") }
    }

    /// Whether the data set `name` was asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.task.as_deref().is_none_or(|task| task == name)
    }
}

/// The pictures of the README and the numbers of its table, wherever the example is run from.
pub fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pictures")
}

fn positive(option: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("{option} needs a positive whole number, not {value}")),
    }
}

fn known_task(name: String) -> Result<String, String> {
    match name.as_str() {
        "spiral" | "sunspots" | "co2" => Ok(name),
        other => Err(format!("there is no task {other}; choose spiral, sunspots or co2")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn quick_means_one_seed_unless_told_otherwise() {
        assert_eq!(parse("--quick").unwrap().unwrap().seeds, 1);
        assert_eq!(parse("--seeds 3 --quick").unwrap().unwrap().seeds, 3);
        assert_eq!(parse("").unwrap().unwrap().seeds, 5);
    }

    #[test]
    fn only_the_full_run_writes_beside_the_readme() {
        let out = |line: &str| parse(line).unwrap().unwrap().out;
        assert_eq!(out(""), pictures());
        assert_eq!(out("--threads 1"), pictures());
        for part in ["--quick", "--quick --seeds 5", "--seeds 2", "--task co2", "--model Elman"] {
            assert_eq!(out(part), Path::new("rnn_vs_ode"), "{part}");
        }
        assert_eq!(out("--quick --out here"), Path::new("here"));
    }

    #[test]
    fn mistakes_name_the_option() {
        assert!(parse("--seeds zero").unwrap_err().contains("--seeds"));
        assert!(parse("--task moon").unwrap_err().contains("moon"));
        assert!(parse("--out").unwrap_err().contains("--out"));
        assert!(parse("--help").unwrap().is_none());
    }
}
