//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Trains recurrent networks and their continuous counterparts on the same data and compares them.

USAGE
    cargo run --release --example rnn_vs_ode -- [OPTIONS]

OPTIONS
    --quick          one seed and few iterations: under a minute, to see that everything works
    --seeds N        train every model from N random starts (default 5)
    --threads N      train N models at the same time (default: the cores of this machine)
    --task NAME      only one of: spiral, sunspots, co2
    --out DIR        folder for the pictures (default: rnn_vs_ode)
    --help           this text

OUTPUT
    A table for every data set on standard output, and pictures (SVG and PNG) in the folder:
    learning curves with the range over the seeds, forecasts, and phase portraits.

DATA (in examples/data, nothing is downloaded)
    spiral           y' = A y³, sampled every 0.05 s
    sunspots         yearly sunspot numbers 1700-2008; trained to 1920, tested after
    co2              weekly CO2 at Mauna Loa 1958-2001 with its gaps; trained to 1985, tested after
";

/// What to run.
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
    /// Where the pictures go.
    pub out: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name; `Ok(None)` asks for the help text.
    pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = Self { quick: false, seeds: 5, threads: cores, task: None, out: PathBuf::from("rnn_vs_ode") };
        let mut seeds = None;
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value; see --help"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => options.quick = true,
                "--seeds" => seeds = Some(positive(&arg, &value()?)?),
                "--threads" => options.threads = positive(&arg, &value()?)?,
                "--out" => options.out = PathBuf::from(value()?),
                "--task" => options.task = Some(task(value()?)?),
                other => return Err(format!("unknown option {other}; see --help")),
            }
        }
        options.seeds = seeds.unwrap_or(if options.quick { 1 } else { 5 });
        Ok(Some(options))
    }

    /// Whether the data set `name` was asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.task.as_deref().is_none_or(|task| task == name)
    }
}

fn positive(option: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("{option} needs a positive whole number, not {value}")),
    }
}

fn task(name: String) -> Result<String, String> {
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
    fn mistakes_name_the_option() {
        assert!(parse("--seeds zero").unwrap_err().contains("--seeds"));
        assert!(parse("--task moon").unwrap_err().contains("moon"));
        assert!(parse("--out").unwrap_err().contains("--out"));
        assert!(parse("--help").unwrap().is_none());
    }
}
