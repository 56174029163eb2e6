//! Lesion studies of trained residual networks.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use rheos::Result;
use rheos::analysis::{Lesions, lesions};
use rheos::nn::{BatchMatrix, FromSamples, Layer};
use rheos::plot::{self, Series};
use rheos::train::{VectorData, uniform};

use crate::Task;
use crate::comparison::Options;
use crate::comparison::table::median;
use crate::levels::{Trainings, path};
use crate::networks::ResNet;

/// The random orders of all blocks.
const SHUFFLES: u64 = 10;

/// A network with lesions, tested on images.
struct Study {
    /// The test error, as a fraction, intact, without each block, and with neighbours swapped.
    lesions: Lesions,
    /// The test errors with all blocks in random orders.
    shuffled: Vec<f64>,
    /// The relative update of each block over all test images.
    updates: Vec<f64>,
}

impl Study {
    fn of<const N: usize>(network: &ResNet<N>, test: &VectorData<N, usize>) -> Result<Self> {
        let stack = &network.block;
        let mut lesioned = network.clone();
        let mut error = |stack: &_| {
            lesioned.block = Clone::clone(stack);
            test.error_rate(&lesioned)
        };
        let found = lesions(stack, &mut error)?;
        let orders = (0..SHUFFLES).map(|seed| shuffled(stack.blocks().len(), seed));
        let shuffled = orders.map(|order| error(&stack.reordered(&order)?)).collect::<Result<_>>()?;
        let images = BatchMatrix::<f32, N>::from_samples(test.len(), |sample, row| test.inputs()[sample][row]);
        let updates = stack.relative_updates(&(), &network.encoder.try_forward(&images)?)?;
        Ok(Self { lesions: found, shuffled, updates })
    }
}

/// The studies of the networks of a variant.
struct Studies {
    name: &'static str,
    all: Vec<Study>,
}

/// Studies the networks of each variant: prints a table, and draws the errors and the updates by block.
pub fn run<const N: usize>(
    variants: &[&Trainings<N>],
    task: &Task<N>,
    options: &Options,
) -> std::result::Result<(), Box<dyn Error>> {
    let study = |trainings: &&Trainings<N>| {
        let all =
            trainings.networks.iter().map(|network| Study::of(network, &task.images.test)).collect::<Result<_>>()?;
        Ok(Studies { name: trainings.name, all })
    };
    let studies: Vec<Studies> = variants.iter().map(study).collect::<Result<_>>()?;
    if studies.is_empty() {
        return Ok(());
    }
    println!("### {}: lesions\n\n{}", task.name, table(&studies));
    let errors = |study: &Study| study.lesions.removed.iter().map(|error| 100.0 * error).collect();
    let updates = |study: &Study| study.updates.iter().map(|update| 100.0 * update).collect();
    let error = Axis { title: format!("{}: a block is removed", task.name), name: "test error without the block (%)" };
    let update =
        Axis { title: format!("{}: the updates by the blocks", task.name), name: "relative update of the block (%)" };
    draw(&studies, errors, error, path::<N>("lesions", options))?;
    draw(&studies, updates, update, path::<N>("updates", options))?;
    Ok(())
}

/// The table in Markdown: test errors in percent, as medians over the networks.
fn table(studies: &[Studies]) -> String {
    let mut text = String::from(
        "| network | intact | a block removed: mean / worst | neighbours swapped: mean / worst | all blocks shuffled: mean | \
         relative update: mean |\n|:--|--:|--:|--:|--:|--:|\n",
    );
    for Studies { name, all } in studies {
        let percent = |of: fn(&Study) -> f64| 100.0 * median(&all.iter().map(of).collect::<Vec<_>>());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {name} | {:.2} | {:.2} / {:.2} | {:.2} / {:.2} | {:.1} | {:.1} % |",
            percent(|study| study.lesions.intact),
            percent(|study| mean(&study.lesions.removed)),
            percent(|study| worst(&study.lesions.removed)),
            percent(|study| mean(&study.lesions.swapped)),
            percent(|study| worst(&study.lesions.swapped)),
            percent(|study| mean(&study.shuffled)),
            percent(|study| mean(&study.updates)),
        );
    }
    text
}

/// The words of a picture.
struct Axis {
    title: String,
    name: &'static str,
}

/// Draws a number of each block over its index: medians and quartiles over the networks.
fn draw(
    studies: &[Studies],
    numbers: impl Fn(&Study) -> Vec<f64>,
    Axis { title, name: axis }: Axis,
    path: PathBuf,
) -> Result<()> {
    let series = studies.iter().map(|Studies { name, all }| {
        let runs: Vec<Vec<f64>> = all.iter().map(&numbers).collect();
        let blocks: Vec<f64> = (1..=runs.iter().map(Vec::len).max().unwrap_or(0)).map(|block| block as f64).collect();
        Series::quartiles(*name, &blocks, &runs)
    });
    let figure = plot::learning_curves(series.collect::<Result<Vec<_>>>()?).title(title).axes("block", axis);
    ["svg", "png"].into_iter().try_for_each(|ending| figure.save(path.with_extension(ending)))
}

/// The indices below `n` in a random order (Fisher & Yates).
fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut draw = uniform(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let other = (draw() * (last + 1) as f64) as usize;
        order.swap(last, other.min(last));
    }
    order
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn worst(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation_that_depends_on_the_seed() {
        let mut sorted = shuffled(32, 3);
        assert_ne!(sorted, shuffled(32, 4));
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..32));
        // Every order of three occurs about equally often: 100 of 600 each, with a standard deviation of 9.
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let count = (0..600).filter(|&seed| shuffled(3, seed) == order).count();
            assert!((60..140).contains(&count), "{order:?}: {count}");
        }
    }
}
