//! The command line.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// The settings of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Few epochs, to see that everything works.
    pub quick: bool,
    /// Random starts of every model.
    pub seeds: u64,
    /// A part of the names of the models to train; empty for all.
    pub model: String,
    /// The folder of the pictures.
    pub out: PathBuf,
    /// The switches of this example that are set.
    pub switches: Vec<String>,
}

/// The random starts of every model in a full run.
const SEEDS: u64 = 5;

impl Options {
    /// Reads the arguments after the program's name; `Ok(None)` asks for the help text. The pictures go to the folder `out`
    /// by default, and `switches` are options of this example.
    fn parse(args: impl IntoIterator<Item = String>, out: &str, switches: &[&str]) -> Result<Option<Self>, String> {
        let (out, model) = (PathBuf::from(out), String::new());
        let mut options = Self { quick: false, seeds: SEEDS, model, out, switches: Vec::new() };
        let (mut args, mut seeds) = (args.into_iter(), None);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value; see --help"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => options.quick = true,
                "--seeds" => seeds = Some(positive(&arg, &value()?)?),
                "--model" => options.model = value()?,
                "--out" => options.out = PathBuf::from(value()?),
                other if switches.contains(&other) => options.switches.push(arg),
                other => return Err(format!("unknown option {other}; see --help")),
            }
        }
        options.seeds = seeds.unwrap_or(if options.quick { 1 } else { SEEDS });
        Ok(Some(options))
    }

    /// The example: reads the arguments of the program, runs it with them, and reports a failure. `--help` prints `help`.
    pub fn run_with(
        help: &str,
        out: &str,
        switches: &[&str],
        example: impl FnOnce(&Self) -> Result<(), Box<dyn Error>>,
    ) -> ExitCode {
        let outcome = match Self::parse(std::env::args().skip(1), out, switches) {
            Ok(Some(options)) => example(&options),
            Ok(None) => {
                print!("{help}");
                Ok(())
            }
            Err(mistake) => Err(mistake.into()),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        }
    }

    /// Whether this switch is set.
    pub fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|set| set == switch)
    }

    /// Whether the model was asked for.
    pub fn wants(&self, name: &str) -> bool {
        name.contains(&self.model)
    }
}

fn positive(option: &str, value: &str) -> Result<u64, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("{option} needs a positive whole number, not {value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(line.split_whitespace().map(String::from), "here", &["--long"])
    }

    #[test]
    fn quick_means_one_seed_unless_told_otherwise() {
        assert_eq!(parse("--quick").unwrap().unwrap().seeds, 1);
        assert_eq!(parse("--seeds 3 --quick").unwrap().unwrap().seeds, 3);
        assert_eq!(parse("").unwrap().unwrap().seeds, SEEDS);
        assert!(parse("--long").unwrap().unwrap().has("--long"));
    }

    #[test]
    fn a_model_is_chosen_by_a_part_of_its_name() {
        let options = parse("--model coRNN").unwrap().unwrap();
        assert!(options.wants("coRNN, rate 0.01") && !options.wants("UnICORNN"));
        assert!(parse("").unwrap().unwrap().wants("UnICORNN"));
    }

    #[test]
    fn mistakes_name_the_option() {
        assert!(parse("--seeds zero").unwrap_err().contains("--seeds"));
        assert!(parse("--longer").unwrap_err().contains("--longer"));
        assert!(parse("--out").unwrap_err().contains("--out"));
        assert_eq!(parse("--help"), Ok(None));
    }
}
