//! A 3-bit flip-flop, taken apart: a network learns to remember the last pulse on each of three channels, and its fixed points
//! are the corners, edges, faces and the centre of a cube.
//!
//! D. Sussillo & O. Barak, *Opening the black box: low-dimensional dynamics in high-dimensional recurrent neural networks*,
//! Neural Comput. 25 (2013), doi:10.1162/NECO_a_00409.
//!
//! `cargo run --release --example flip_flop`; `-- --help` lists the options.

#[path = "../comparison/options.rs"]
mod options;
mod picture;
mod task;

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use options::Options;
use rheos::analysis::{FixedPoints, Held, Search, Starts, fixed_points};
use rheos::formula::{Dynamic, Parameters};
use rheos::nn::{BatchMatrix, Block, Elman, Gru, Layer, Linear, Net, Recurrence, Sequence};
use rheos::train::{AdamW, Cosine, SequenceData, SquaredError, Trainer, uniform};
use rheos::weights::{self, Names};
use task::{BITS, Pulses, UNITS, last_pulses, pulses, visited, wrong_bits};

/// A hidden state of one or more samples.
type Hidden = BatchMatrix<f64, UNITS>;
type Readout = Net<Linear<f64, UNITS, BITS>>;

const HELP: &str = "\
Usage: cargo run --release --example flip_flop [-- OPTIONS]

  --quick        one seed
  --seeds N      random starts of every network (default 5)
  --model NAME   only the networks whose name contains NAME
  --out DIR      where the pictures go (default examples/pictures)
  --save         write the weights of every network there, too
";

/// A trained network of one seed: its loss, the wrong outputs of a test, the seconds of training and search, and its fixed points.
struct TakenApart {
    loss: f64,
    wrong: usize,
    training: f64,
    search: f64,
    points: FixedPoints<Hidden>,
}

fn main() -> ExitCode {
    Options::run_with(HELP, "examples/pictures", &["--save"], |options| {
        println!(
            "| network | seed | loss | wrong outputs of 12 288 | training | search | fixed points | unstable directions 0 / 1 / 2 / 3 / more | sum of indices | residual |"
        );
        println!("|---|--:|--:|--:|--:|--:|--:|---|--:|--:|");
        of_cell("gru", options, |seed| Recurrence(Net::dynamic(Gru::<f64, BITS, UNITS>::uniform(&mut uniform(seed)))))?;
        of_cell("tanh", options, |seed| {
            Recurrence(Net::dynamic(Elman::<f64, BITS, UNITS>::uniform(&mut uniform(seed))))
        })
    })
}

/// Trains networks of a cell and takes them apart; draws the first.
fn of_cell<L>(name: &str, options: &Options, block: impl Fn(u64) -> Recurrence<L>) -> Result<(), Box<dyn Error>>
where
    L: Layer<Input = (Hidden, BatchMatrix<f64, BITS>), Output = Hidden, Params: Parameters> + Clone + Sync,
{
    for seed in (0..options.seeds).filter(|_| options.wants(name)) {
        let readout = Net::<_, Dynamic>::new(Linear::uniform(&mut uniform(seed + 100)));
        let mut model = Sequence { block: block(seed), readout };
        let found = take_apart(&mut model)?;
        println!("{}", row(name, seed, &found));
        if options.has("--save") {
            weights::save(options.out.join(format!("{name}_{seed}.safetensors")), &model, &Names::new())?;
        }
        if seed == 0 {
            picture::draw(&options.out, name, &model, &found.points)?;
        }
    }
    Ok(())
}

/// Trains a network, and searches for the fixed points of its cell without a pulse.
fn take_apart<B>(model: &mut Sequence<B, Readout>) -> Result<TakenApart, Box<dyn Error>>
where
    B: Block<Input = BatchMatrix<f64, BITS>, Hidden = Hidden> + Clone + Sync,
{
    let start = Instant::now();
    let inputs = pulses(512, 1);
    let targets: Vec<Pulses> = inputs.iter().map(|steps| last_pulses(steps)).collect();
    let data = SequenceData::new(inputs, targets)?;
    let data = data.objective(SquaredError);
    let rate = 0.02;
    let trained = Trainer::new(model, &data, AdamW::new(rate).weight_decay(0.0))
        .epochs(30)
        .batch_size(32)
        .schedule(|steps| Cosine::new(rate, steps))
        .clip_norm(1.0)
        .fit()?;
    let training = start.elapsed().as_secs_f64();
    let wrong = wrong_bits(model, 64, 5)?;
    let start = Instant::now();
    let map = Held::new(model.block.clone(), BatchMatrix::zeros(1));
    let starts = Starts::of(&visited(&model.block, 64, 7)?).noise(0.8).draw(4096, 1)?;
    let points = fixed_points(&map, &starts, &Search::default().max_iterations(100))?;
    let loss = trained.epochs.last().map_or(f64::NAN, |epoch| epoch.loss);
    Ok(TakenApart { loss, wrong, training, search: start.elapsed().as_secs_f64(), points })
}

fn row(name: &str, seed: u64, found: &TakenApart) -> String {
    let TakenApart { loss, wrong, training, search, points } = found;
    let mut counts = [0; 5];
    for point in &points.points {
        counts[point.unstable_directions().min(4)] += 1;
    }
    let [stable, one, two, three, more] = counts;
    // It is 1 if no point is missing, but not only then.
    let index: i32 = points.points.iter().filter_map(|point| point.index()).sum();
    let residual = points.points.iter().map(|point| point.residual).fold(0.0, f64::max);
    format!(
        "| {name} | {seed} | {loss:.5} | {wrong} | {training:.2} s | {search:.2} s | {} | {stable} / {one} / {two} / {three} / {more} | {index} | {residual:.0e} |",
        points.points.len(),
    )
}
