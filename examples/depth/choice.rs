//! The choice of the learning rate.

use rheos::Result;

use crate::Task;
use crate::comparison::Options;
use crate::comparison::table::range;
use crate::images::Images;
use crate::levels::{DEEP, MULTI_LEVEL, Variant};

/// The learning rates that were tried.
const RATES: [f64; 5] = [5e-4, 1e-3, 2e-3, 4e-3, 8e-3];

/// The last images to train on, an eighth, take the place of the test images, which stay unseen.
fn without_test<const N: usize>(task: &Task<N>) -> Task<N> {
    let train = task.images.train.clone();
    let first = train.len() - train.len() / 8;
    let (train, test) = train.split(first);
    Task { images: Images { train, test }, ..*task }
}

/// Trains the deep network and the multi-level network with each rate, and prints the errors on the validation images.
pub fn run<const N: usize>(task: &Task<N>, options: &Options) -> Result<()> {
    let task = without_test(task);
    println!(
        "### {}: choice of the learning rate\n\n| network | rate | validation error in %: median [min, max] |\n|:--|--:|--:|",
        task.name
    );
    let variants = Variant::all(task.epochs);
    for variant in variants.iter().filter(|variant| [DEEP, MULTI_LEVEL].contains(&variant.name)) {
        for rate in RATES {
            let task = Task { rate, ..task.clone() };
            let error = |seed| Ok(100.0 * variant.train(&task, seed)?.1.error());
            let errors: Vec<f64> = (0..options.seeds).map(error).collect::<Result<_>>()?;
            let [low, middle, high] = range(&errors).unwrap_or([f64::NAN; 3]);
            println!("| {} | {rate} | {middle:.2} [{low:.2}, {high:.2}] |", variant.name);
        }
    }
    println!();
    Ok(())
}

#[cfg(test)]
mod tests {
    use rheos::train::VectorData;

    use super::*;

    #[test]
    fn the_choice_does_not_see_the_test_images() {
        let data = |from: usize, to: usize| {
            VectorData::new((from..to).map(|i| [i as f64]).collect(), (from..to).collect()).unwrap()
        };
        let images = Images { train: data(0, 80), test: data(80, 100) };
        let task = Task { name: "", images, epochs: 1, rate: 1.0, batch: 1 };
        let Images { train, test } = without_test(&task).images;
        assert_eq!((train, test), (data(0, 70), data(70, 80)));
    }
}
