//! Multi-level training beside training the deep network from the start.

use std::error::Error;
use std::path::PathBuf;

use rheos::Parametric;
use rheos::plot::{self, Series};
use rheos::train::{Adam, MultiLevel, OptimiserMemory};

use crate::comparison::Options;
use crate::comparison::table::{median, range};
use crate::images::Images;
use crate::networks::{ResNet, res_net};
use crate::training::{Course, Plan, train};
use crate::{Task, choice, lesions};

/// The epochs with this number of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The number of blocks.
    pub blocks: usize,
    /// The number of epochs.
    pub epochs: usize,
}

/// A way to train a residual network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its name in the table.
    pub name: &'static str,
    /// The stages, each with twice the blocks of the one before.
    pub stages: Vec<Stage>,
    /// The moments of Adam at the start of a later stage.
    pub memory: OptimiserMemory,
}

/// The name of the deep network that is trained at once.
pub const DEEP: &str = "32 blocks";
/// The name of the same network, trained from coarse to fine.
pub const MULTI_LEVEL: &str = "multi-level";
/// The same, with moments that go on.
const PROLONGED: &str = "multi-level, moments prolonged";
/// The name of the shallow network.
const SHALLOW: &str = "8 blocks";

impl Variant {
    /// The variants for a deep network of this many epochs: a multi-level training has half of them with 8 blocks, three
    /// tenths with 16, and a fifth with 32.
    pub fn all(epochs: usize) -> [Self; 4] {
        let stage = |blocks, epochs: usize| Stage { blocks, epochs: epochs.max(1) };
        let levels = || {
            let [half, fifth] = [epochs / 2, epochs / 5];
            vec![stage(8, half), stage(16, epochs.saturating_sub(half + fifth)), stage(32, fifth)]
        };
        let variant = |name, stages, memory| Self { name, stages, memory };
        [
            variant(DEEP, vec![stage(32, epochs)], OptimiserMemory::Reset),
            variant(MULTI_LEVEL, levels(), OptimiserMemory::Reset),
            variant(PROLONGED, levels(), OptimiserMemory::Prolonged),
            variant(SHALLOW, vec![stage(8, epochs)], OptimiserMemory::Reset),
        ]
    }

    /// Trains a network from a seed.
    pub fn train<const N: usize>(&self, task: &Task<N>, seed: u64) -> rheos::Result<(ResNet<N>, Course)> {
        let mut network = res_net(seed, self.stages.first().map_or(0, |stage| stage.blocks))?;
        let mut course = Course::default();
        let mut levels = MultiLevel::new(&mut network, Adam::new(task.rate)).memory(self.memory);
        for &Stage { blocks, epochs } in &self.stages {
            levels = levels.level(blocks, epochs);
        }
        levels.train(|level, network, adam| {
            // Every level has an order of the images of its own.
            let seed = seed.wrapping_add((level.index as u64) << 32);
            train(network, adam, task, Plan { epochs: level.epochs, seed }, &mut course)
        })?;
        Ok((network, course))
    }
}

/// The trainings of a variant from all seeds.
#[derive(Debug, Clone)]
pub struct Trainings<const N: usize> {
    /// The name of the variant.
    pub name: &'static str,
    /// The trained networks.
    pub networks: Vec<ResNet<N>>,
    /// Their courses.
    pub courses: Vec<Course>,
}

/// Trains all variants from every seed. The variants take turns, so that a change of the speed of the machine meets all.
pub fn trainings<const N: usize>(task: &Task<N>, options: &Options) -> rheos::Result<Vec<Trainings<N>>> {
    let mut variants: Vec<Variant> = Variant::all(task.epochs).into();
    variants.retain(|variant| options.wants(variant.name));
    let empty = |variant: &Variant| Trainings { name: variant.name, networks: vec![], courses: vec![] };
    let mut all: Vec<Trainings<N>> = variants.iter().map(empty).collect();
    for seed in 0..options.seeds {
        for (variant, trainings) in variants.iter().zip(&mut all) {
            let (network, course) = variant.train(task, seed)?;
            let (name, error, seconds) = (variant.name, 100.0 * course.error(), course.time());
            eprintln!("{}, {name}, seed {seed}: error {error:.2} %, {seconds:.1} s", task.name);
            trainings.networks.push(network);
            trainings.courses.push(course);
        }
    }
    Ok(all)
}

/// The largest learning rate: by `--choose` the best one on the digits, and within the ranges of the best one on MNIST.
const RATE: f64 = 4e-3;
/// The images of a part in a quick run.
const QUICK: usize = 256;

/// Compares the variants on the images of a task, and studies lesions of the deep networks: prints tables, and draws pictures.
pub fn run<const N: usize>(task: &Task<N>, options: &Options) -> Result<(), Box<dyn Error>> {
    let mut task = Task { rate: RATE, ..task.clone() };
    if options.quick {
        let Images { train, test } = task.images;
        task.images = Images { train: train.split(QUICK).0, test: test.split(QUICK).0 };
        task.epochs = 5;
    }
    if options.has("--choose") {
        return Ok(choice::run(&task, options)?);
    }
    println!("### {}: from coarse to fine\n", task.name);
    let all = trainings(&task, options)?;
    println!("{}", table(&all));
    draw(&all, &task, options)?;
    let deep: Vec<_> = all.iter().filter(|trainings| [DEEP, MULTI_LEVEL].contains(&trainings.name)).collect();
    lesions::run(&deep, &task, options)
}

/// The path of a picture of this name about images of `N` pixels, without its extension.
pub fn path<const N: usize>(name: &str, options: &Options) -> PathBuf {
    let side = N.isqrt();
    options.out.join(format!("{name}_{side}x{side}"))
}

/// The table in Markdown. The last column is the median over the seeds of the time as a share of the deep network's time.
fn table<const N: usize>(all: &[Trainings<N>]) -> String {
    let deep = all.iter().find(|trainings| trainings.name == DEEP);
    let row = |trainings: &Trainings<N>| {
        let Trainings { name, networks, courses } = trainings;
        let errors: Vec<f64> = courses.iter().map(|course| 100.0 * course.error()).collect();
        let seconds: Vec<f64> = courses.iter().map(Course::time).collect();
        let shares: Vec<f64> = deep.map_or(vec![], |deep| {
            courses.iter().zip(&deep.courses).map(|(course, deep)| course.time() / deep.time()).collect()
        });
        let [low, middle, high] = range(&errors).unwrap_or([f64::NAN; 3]);
        let parameters = networks.first().map_or(0, ResNet::parameter_count);
        let (seconds, share) = (median(&seconds), median(&shares));
        format!("| {name} | {parameters} | {middle:.2} [{low:.2}, {high:.2}] | {seconds:.1} | {share:.2} |\n")
    };
    let head = "| network | parameters | test error in %: median [min, max] | seconds for a training | share of the time |\n\
                |:--|--:|--:|--:|--:|\n";
    head.to_owned() + &all.iter().map(row).collect::<String>()
}

/// Draws the test error over the time of the training: medians and quartiles over the seeds after each epoch.
fn draw<const N: usize>(all: &[Trainings<N>], task: &Task<N>, options: &Options) -> rheos::Result<()> {
    let series = all.iter().filter(|trainings| trainings.name != SHALLOW).map(|trainings| {
        let courses = &trainings.courses;
        let epochs = courses.iter().map(|course| course.seconds.len()).min().unwrap_or(0);
        let at = |epoch: usize| median(&courses.iter().map(|course| course.seconds[epoch]).collect::<Vec<_>>());
        let times: Vec<f64> = (0..epochs).map(at).collect();
        let percent = |course: &Course| course.errors[..epochs].iter().map(|error| 100.0 * error).collect();
        Series::quartiles(trainings.name, &times, &courses.iter().map(percent).collect::<Vec<Vec<f64>>>())
    });
    let series = series.collect::<rheos::Result<Vec<_>>>()?;
    if series.is_empty() {
        return Ok(());
    }
    let figure = plot::learning_curves(series).title(task.name).axes("time of the training (s)", "test error (%)");
    let path = path::<N>("levels", options);
    ["svg", "png"].into_iter().try_for_each(|ending| figure.save(path.with_extension(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_variants_have_the_same_epochs() {
        for epochs in [20, 40] {
            for variant in Variant::all(epochs) {
                let sum: usize = variant.stages.iter().map(|stage| stage.epochs).sum();
                assert_eq!(sum, epochs, "{variant:?}");
            }
        }
        let stages = |blocks, epochs| Stage { blocks, epochs };
        assert_eq!(Variant::all(20)[1].stages, [stages(8, 10), stages(16, 6), stages(32, 4)]);
        assert!(Variant::all(1).iter().all(|variant| variant.stages.iter().all(|stage| stage.epochs > 0)));
    }
}
