//! The frame of an example that trains several models from several seeds: its options, its table and its picture.

mod options;
pub mod table;

use std::error::Error;
use std::fs::File;
use std::path::Path;

use rheos::Result;
use rheos::plot::{self, Series};

pub use options::Options;
use table::table;

/// Opens a file of `examples/data`, wherever the example is run from.
pub fn open(file: &str) -> std::result::Result<File, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(file);
    File::open(&path).map_err(|error| format!("{}: {error}; the data are in the repository only", path.display()))
}

/// One training of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The number of trained parameters.
    pub parameters: usize,
    /// The fraction of wrong classes on the test set.
    pub error: f64,
    /// The time of the training.
    pub seconds: f64,
    /// The points of the learning curve, one for each epoch.
    pub curve: Vec<f64>,
}

/// A model under comparison: its name, and its training from a seed.
pub struct Candidate<'a> {
    /// The name in the table.
    pub name: String,
    train: Box<dyn Fn(u64) -> Result<Run> + 'a>,
}

impl<'a> Candidate<'a> {
    /// The model with this name and this training.
    pub fn new(name: impl Into<String>, train: impl Fn(u64) -> Result<Run> + 'a) -> Self {
        Self { name: name.into(), train: Box::new(train) }
    }

    /// Trains it from each seed; a training that fails is named on the standard error, and counts as missing.
    fn runs(&self, options: &Options) -> Vec<Run> {
        let of_seed = |seed: u64| {
            let run = (self.train)(seed);
            match &run {
                Ok(run) => {
                    eprintln!("{}, seed {seed}: error {:.2} %, {:.1} s", self.name, 100.0 * run.error, run.seconds)
                }
                Err(error) => eprintln!("{}, seed {seed}: {error}", self.name),
            }
            run.ok()
        };
        (0..options.seeds).filter_map(of_seed).collect()
    }
}

/// The words of a picture.
pub struct Words {
    /// Above the picture.
    pub title: &'static str,
    /// Beside the vertical axis.
    pub y: &'static str,
}

/// Trains the candidates that `options` name, prints their table, and draws their learning curves into
/// `learning_curves.svg` and `learning_curves.png` in the folder of the options.
pub fn compare(
    candidates: &[Candidate<'_>],
    options: &Options,
    words: &Words,
) -> std::result::Result<(), Box<dyn Error>> {
    let all = results(candidates, options);
    println!("{}", table(&all, options.seeds));
    std::fs::create_dir_all(&options.out)?;
    draw(&all, words, &options.out)?;
    println!("The learning curves are in {}.", options.out.display());
    Ok(())
}

/// Trains the candidates that `options` name.
pub fn results<'a>(candidates: &'a [Candidate<'_>], options: &Options) -> Vec<(&'a str, Vec<Run>)> {
    let chosen = candidates.iter().filter(|candidate| options.wants(&candidate.name));
    chosen.map(|candidate| (candidate.name.as_str(), candidate.runs(options))).collect()
}

fn draw(all: &[(&str, Vec<Run>)], words: &Words, folder: &Path) -> Result<()> {
    let epochs = all.iter().flat_map(|(_, runs)| runs).map(|run| run.curve.len()).max().unwrap_or(0);
    let places: Vec<f64> = (1..=epochs).map(|epoch| epoch as f64).collect();
    let finished = all.iter().filter(|(_, runs)| !runs.is_empty());
    let series = finished.map(|(name, runs)| {
        let curves: Vec<&[f64]> = runs.iter().map(|run| run.curve.as_slice()).collect();
        Series::quartiles(*name, &places, &curves)
    });
    let figure = plot::learning_curves(series.collect::<Result<Vec<_>>>()?).title(words.title).axes("epoch", words.y);
    ["svg", "png"].into_iter().try_for_each(|ending| figure.save(folder.join("learning_curves").with_extension(ending)))
}
