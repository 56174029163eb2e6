//! The fixed points of trained 3-bit flip-flops, from 4096 starts, and the Jacobian of a cell.

use std::hint::black_box;
use std::time::Instant;

#[path = "../examples/flip_flop/task.rs"]
#[expect(dead_code, reason = "the networks are trained already")]
mod task;

use nalgebra::DMatrix;
use rheos::analysis::{Held, Search, Starts, System, fixed_points};
use rheos::formula::{Dynamic, Parameters, Structure};
use rheos::nn::{BatchMatrix, Elman, Gru, Layer, Linear, Net, Recurrence, Sequence};
use rheos::weights::{self, Names};
use task::{BITS, UNITS, visited};

type Hidden = BatchMatrix<f64, UNITS>;

/// The median of some runs, in seconds.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    work();
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[runs / 2]
}

fn search<L>(file: &str, cell: L)
where
    L: Layer<Input = (Hidden, BatchMatrix<f64, BITS>), Output = Hidden, Params: Parameters> + Clone + Sync,
{
    let mut model =
        Sequence { block: Recurrence(cell), readout: Net::<_, Dynamic>::new(Linear::<f64, UNITS, BITS>::zeros()) };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/weights");
    weights::load(format!("{folder}/{file}.safetensors"), &mut model, &Names::new()).expect("the stored weights");
    let states = visited(&model.block, 64, 7).expect("finite states");
    let starts = Starts::of(&states).noise(0.8).draw(4096, 1).expect("starts");
    let map = Held::new(model.block, BatchMatrix::zeros(1));
    for threads in [1, 2] {
        let settings = Search::default().threads(threads).max_iterations(100);
        let mut points = 0;
        let seconds = median(5, || {
            points = fixed_points(&map, black_box(&starts), &settings).expect("fixed points").points.len();
        });
        println!("{file}: {points} points from 4096 starts on {threads} threads: {seconds:.3} s");
    }
    let mut slopes = DMatrix::zeros(UNITS, UNITS);
    let seconds = median(5, || {
        for state in &states {
            map.jacobian(black_box(state), state, &mut slopes).expect("a Jacobian");
        }
    });
    println!("{file}: a Jacobian of {UNITS} × {UNITS}: {:.1} µs", 1e6 * seconds / states.len() as f64);
}

fn main() {
    search("flip_flop_gru", Net::<_, Dynamic>::new(Gru::<f64, BITS, UNITS>::zeros()));
    search("flip_flop_tanh", Net::<_, Dynamic>::new(Elman::<f64, BITS, UNITS>::zeros()));
}
