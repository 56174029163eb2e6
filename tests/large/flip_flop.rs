//! The 3-bit flip-flop: 27 fixed points of trained networks, whose weights are stored.
//!
//! `cargo run --release --example flip_flop -- --seeds 1 --save --out DIR` wrote them.

use std::time::Instant;

#[path = "../../examples/flip_flop/task.rs"]
mod task;

use rheos::analysis::{Held, PointKind, Search, Starts, fixed_points};
use rheos::formula::{Dynamic, Parameters, Structure};
use rheos::nn::{BatchMatrix, Block, Elman, Gru, Layer, Linear, Net, Recurrence, Sequence};
use rheos::weights::{self, Names};
use task::{BITS, UNITS, visited, wrong_bits};

type Hidden = BatchMatrix<f64, UNITS>;

/// Points for each number of unstable directions: the corners, edges, faces and the centre of a cube.
const CUBE: [usize; 4] = [8, 12, 6, 1];

fn check<L>(file: &str, cell: L)
where
    L: Layer<Input = (Hidden, BatchMatrix<f64, BITS>), Output = Hidden, Params: Parameters> + Clone + Sync,
{
    let readout = Net::<_, Dynamic>::new(Linear::<f64, UNITS, BITS>::zeros());
    let mut model = Sequence { block: Recurrence(cell), readout };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/weights");
    weights::load(format!("{folder}/{file}"), &mut model, &Names::new()).unwrap();

    // The network remembers: every output of every step has the sign of its bit.
    assert_eq!(wrong_bits(&model, 64, 5).unwrap(), 0);

    let start = Instant::now();
    let map = Held::new(model.block.clone(), BatchMatrix::zeros(1));
    let starts = Starts::of(&visited(&model.block, 64, 7).unwrap()).noise(0.8).draw(4096, 1).unwrap();
    let found = fixed_points(&map, &starts, &Search::default()).unwrap();
    eprintln!("{file}: {:.2} s", start.elapsed().as_secs_f64());

    let mut counts = [0; 4];
    for point in &found.points {
        assert_eq!(point.kind, PointKind::Isolated);
        assert!(point.is_stable().is_some() && point.residual < 1e-14, "{}", point.residual);
        counts[point.unstable_directions()] += 1;
        // Without the crate's search: a step of the cell does not move it.
        let mut h = point.xstar.clone();
        model.block.advance(&BatchMatrix::<f64, BITS>::zeros(1), &mut h, 1.0.into()).unwrap();
        assert!((h - &point.xstar).norm() < 1e-14);
    }
    assert_eq!(counts, CUBE);

    // The stable points are the eight states of the memory: their outputs are the corners of the cube.
    let corner = |h: &Hidden| model.readout.forward(h).map(|bit| bit > 0.0);
    let stable = found.points.iter().filter(|point| point.is_stable() == Some(true));
    let mut corners: Vec<Vec<bool>> = stable.map(|point| corner(&point.xstar).iter().copied().collect()).collect();
    corners.sort();
    corners.dedup();
    assert_eq!(corners.len(), 8);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_gru_has_the_fixed_points_of_a_cube() {
    check("flip_flop_gru.safetensors", Net::<_, Dynamic>::new(Gru::<f64, BITS, UNITS>::zeros()));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_tanh_net_has_the_fixed_points_of_a_cube() {
    check("flip_flop_tanh.safetensors", Net::<_, Dynamic>::new(Elman::<f64, BITS, UNITS>::zeros()));
}
