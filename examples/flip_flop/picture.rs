//! The cube: fixed points and trajectories, by the outputs of the network.

use std::error::Error;
use std::path::Path;

use rheos::analysis::FixedPoints;
use rheos::nn::{Block, Layer, Sequence};
use rheos::plot::{PhasePortrait, Plane, PointMark, Series, eigenvalues};

use super::task::{BITS, STEPS, visited};
use super::{BatchMatrix, Hidden, Readout};

/// Draws the fixed points of a network over some of its trajectories, seen through its three outputs, and their eigenvalues.
pub fn draw<B>(
    folder: &Path,
    name: &str,
    model: &Sequence<B, Readout>,
    found: &FixedPoints<Hidden>,
) -> Result<(), Box<dyn Error>>
where
    B: Block<Input = BatchMatrix<f64, BITS>, Hidden = Hidden>,
{
    let outputs = |h: &Hidden| oblique(model.readout.forward(h).as_slice());
    let place = |coordinates: &[f64]| outputs(&Hidden::from_column_slice(coordinates));
    let states = visited(&model.block, 12, 3)?;
    let trajectories =
        states.chunks(STEPS).map(|states| Series::new("trajectories", states.iter().map(outputs)).look(5));
    let marks = found.points.iter().map(|point| PointMark::of(point, place));
    let plane = trajectories.fold(Plane::new(-1.7..1.7, -1.7..1.7), Plane::curve).fixed_points(marks);
    std::fs::create_dir_all(folder)?;
    PhasePortrait::of([plane])
        .title(format!("3-bit flip-flop, {name}: the fixed points"))
        .axes("output 1 (and 3, oblique)", "output 2 (and 3, oblique)")
        .save(folder.join(format!("flip_flop_{name}.svg")))?;

    eigenvalues(&found.points)?
        .title(format!("3-bit flip-flop, {name}: eigenvalues"))
        .save(folder.join(format!("flip_flop_{name}_eigenvalues.svg")))?;
    Ok(())
}

/// Three numbers in the plane, the third along an oblique axis.
fn oblique(outputs: &[f64]) -> (f64, f64) {
    (outputs[0] + 0.45 * outputs[2], outputs[1] + 0.3 * outputs[2])
}
