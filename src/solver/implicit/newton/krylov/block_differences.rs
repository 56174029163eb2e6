//! The diagonal blocks of a Jacobian by differences.

use super::BlockDiagonal;
use crate::dynamics::{Dynamics, Neighbourhood, TOLERANCES};
use crate::state::{State, StoredNorm};

/// Writes the blocks at the point `(t, y)` into `entries`, block by block, each column by column. Returns the number of
/// evaluations.
///
/// They are central differences with the increments of [`differences`](crate::dynamics::differences). If the field is
/// not finite on one side, they are one-sided.
pub fn differences_in_blocks<F: Dynamics>(
    &BlockDiagonal { block, apart }: &BlockDiagonal,
    entries: &mut [f64],
    f: &F,
    (t, y): (f64, &F::State),
    near: Neighbourhood<'_, F::State>,
) -> u64 {
    let at = y.coordinates();
    let (mut slope, mut ahead) = (y.zeros_like(), y.zeros_like());
    let mut evaluations = 0;
    let mut eval = |t: f64, y: &F::State, dy: &mut F::State| {
        f.eval(t, y, dy);
        evaluations += 1;
    };
    match near.slope {
        Some(known) => slope.assign(known),
        None => eval(t, y, &mut slope),
    }
    let slope = slope.coordinates();
    let mut sizes = sizes(&at, &slope, near);
    if sizes.iter().all(|size| *size == 0.0) {
        // At rest at zero without tolerances: the change by the slope at the end of the step.
        eval(t + near.h, y, &mut ahead);
        sizes = ahead.coordinates().iter().map(|slope| (near.h * slope).abs()).collect();
    }
    let common = Some(largest(&sizes)).filter(|size| *size > 0.0).unwrap_or(1.0);
    let unit = y.rounding().cbrt();
    let increment = |j: usize| unit * if sizes[j] > 0.0 { sizes[j] } else { common };
    let mut shifted = y.zeros_like();
    // As for `differences`: the known slope may differ from the field too much for a difference.
    let mut here = None;
    for colour in 0..apart.min(at.len() / block) {
        for column in 0..block {
            let displaced = || (colour * block + column..at.len()).step_by(block.saturating_mul(apart));
            let mut side = |sign: f64| {
                let mut x = at.clone();
                displaced().for_each(|j| x[j] += sign * increment(j));
                let filled = shifted.read_coordinates(&x).is_some();
                eval(t, &shifted, &mut ahead);
                // The coordinates after rounding, and the slope; at the point itself if the field is not finite.
                if filled && ahead.all_finite() {
                    (shifted.coordinates(), ahead.coordinates())
                } else {
                    let here: &Vec<f64> = here.get_or_insert_with(|| {
                        eval(t, y, &mut ahead);
                        ahead.coordinates()
                    });
                    (at.clone(), here.clone())
                }
            };
            let ((before, low), (after, high)) = (side(-1.0), side(1.0));
            for j in displaced() {
                let first = j - column;
                let rows = &mut entries[j * block..(j + 1) * block];
                for (i, entry) in rows.iter_mut().enumerate() {
                    *entry = (high[first + i] - low[first + i]) / (after[j] - before[j]);
                }
            }
        }
    }
    evaluations
}

/// The sizes of the coordinates, as [`differences`](crate::dynamics::differences) define them; zero if unknown.
fn sizes<Y: State>(at: &[f64], slope: &[f64], near: Neighbourhood<'_, Y>) -> Vec<f64> {
    let tolerances = match near.norm {
        None => vec![0.0; at.len()],
        Some(StoredNorm::Uniform(tolerance)) => vec![tolerance.atol; at.len()],
        Some(StoredNorm::Each(tolerances)) => tolerances.atol.coordinates(),
    };
    let largest = largest(at);
    let size = |((y, slope), atol): ((&f64, &f64), f64)| {
        let tolerated = TOLERANCES * atol;
        let limit = if largest > 0.0 { largest.max(tolerated) } else { f64::INFINITY };
        y.abs().max(tolerated).max((near.h * slope).abs().min(limit))
    };
    at.iter().zip(slope).zip(tolerances).map(size).collect()
}

/// The largest finite absolute value.
fn largest(values: &[f64]) -> f64 {
    values.iter().map(|x| x.abs()).filter(|x| x.is_finite()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::ode;

    #[test]
    fn at_the_edge_of_the_domain_the_difference_does_not_use_the_known_slope() {
        let root = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [1.0 - y[0].sqrt(), -2.0 * y[1]]);
        let mut found = [[0.0; 2]; 2];
        // The slope at (0, 0) is (1, 0); the other one has the error of an iteration.
        for (slope, found) in [[1.0, 0.0], [1.001, 0.001]].iter().zip(&mut found) {
            let near = Neighbourhood { h: 1e-3, slope: Some(slope), norm: None };
            differences_in_blocks(&BlockDiagonal::new(1), found, &root, (0.0, &[0.0, 1.0]), near);
            assert!((found[1] + 2.0).abs() < 1e-9, "{found:?}");
        }
        // The increments differ by their slopes, as 1 and 1.001, and the quotients by the root of that.
        assert!((found[0][0] / found[1][0] - 1.001_f64.sqrt()).abs() < 1e-6, "{found:?}");
    }
}
