//! The memory of a gradient against the number of blocks or steps.

use std::error::Error;
use std::fmt::Write as _;

use allocation_counter::measure;
use rheos::adjoint::{Checkpoints, InterpolatingAdjoint};
use rheos::nn::{BatchMatrix, Block, OdeBlock, ResidualStack};
use rheos::plot::{Series, WorkPrecision};
use rheos::solver::reversible::ReversibleHeun;
use rheos::train::uniform;
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Euler, Fixed, Result, ReversibleAdjoint, Rk4, State};

use crate::comparison::Options;
use crate::cost::{Hidden, in_new_thread};
use crate::networks::{Rng, UNITS, field};
use crate::ode_nets::{Stack, timed_field};

/// The numbers of blocks or steps.
const SIZES: [usize; 7] = [4, 8, 16, 32, 64, 128, 256];
/// The images of a batch.
const BATCH: usize = 64;
/// The slots of checkpoints.
const SLOTS: usize = 8;

/// How the memory should grow with the number of blocks or steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    Linear,
    Constant,
}

/// A network with a way to its gradient.
struct Case {
    name: &'static str,
    growth: Growth,
    /// The peak in bytes for this many blocks or steps and images.
    peak: Box<dyn Fn(usize, usize) -> Result<u64>>,
}

impl Case {
    fn new<B>(name: &'static str, growth: Growth, block: fn(usize, &mut Rng) -> Result<B>) -> Self
    where
        B: Block<Input = (), Hidden = Hidden<f32>> + 'static,
    {
        Self { name, growth, peak: Box::new(move |size, batch| peak(batch, |rng| block(size, rng))) }
    }
}

/// The peak of the heap in bytes during the forward and backward pass of a block over the time 1, beyond the block, the batch
/// and the gradient of the parameters. In a new thread, so that it counts all buffers.
fn peak<B>(batch: usize, block: impl FnOnce(&mut Rng) -> Result<B> + Send) -> Result<u64>
where
    B: Block<Input = (), Hidden = Hidden<f32>>,
{
    in_new_thread(|| {
        let block = block(&mut uniform(0))?;
        let mut draw = uniform(1);
        let z = BatchMatrix::<f32, UNITS>::from_fn(batch, |_, _| draw() as f32);
        let mut pbar = block.params().zeros_like();
        let mut pass = || -> Result<()> {
            let (end, record) = block.forward(&(), &z, 1.0.into())?;
            block.backward(record, end, &mut pbar).map(drop)
        };
        let mut done = Ok(());
        let info = measure(|| done = pass());
        done.map(|()| info.bytes_max)
    })
}

fn stack(blocks: usize, rng: &mut Rng) -> Result<Stack> {
    ResidualStack::new((0..blocks).map(|_| field(rng)).collect(), 1.0 / blocks as f64)
}

/// The adjoints that differentiate the steps as they were computed, from stored states.
fn stored() -> Vec<Case> {
    use Growth::{Constant, Linear};
    vec![
        Case::new("residual network", Linear, stack),
        Case::new("residual network, 8 slots", Constant, |size, rng| {
            Ok(stack(size, rng)?.checkpoints(Checkpoints::Slots(SLOTS)))
        }),
        Case::new("Euler, every state", Linear, |size, rng| {
            Ok(OdeBlock::new(timed_field(rng), Euler, Fixed::steps(size), DiscreteAdjoint::new()))
        }),
        Case::new("RK4, every state", Linear, |size, rng| {
            Ok(OdeBlock::new(timed_field(rng), Rk4, Fixed::steps(size), DiscreteAdjoint::new()))
        }),
        Case::new("RK4, 8 slots", Constant, |size, rng| {
            let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(SLOTS));
            Ok(OdeBlock::new(timed_field(rng), Rk4, Fixed::steps(size), adjoint))
        }),
    ]
}

/// The adjoints that reconstruct the states, or solve the adjoint equation.
fn solved() -> Vec<Case> {
    use Growth::{Constant, Linear};
    vec![
        Case::new("reversible Heun", Constant, |size, rng| {
            Ok(OdeBlock::new(timed_field(rng), ReversibleHeun, Fixed::steps(size), ReversibleAdjoint::new()))
        }),
        Case::new("backsolve, RK4", Constant, |size, rng| {
            let steps = Fixed::steps(size);
            Ok(OdeBlock::new(timed_field(rng), Rk4, steps, BacksolveAdjoint::new(Rk4, steps)))
        }),
        Case::new("interpolating, RK4", Linear, |size, rng| {
            let steps = Fixed::steps(size);
            Ok(OdeBlock::new(timed_field(rng), Rk4, steps, InterpolatingAdjoint::new(Rk4, steps)))
        }),
    ]
}

/// The peaks of a case, in bytes.
type Peaks = Vec<u64>;

/// Prints the table, and draws `memory.svg` and `memory.png`.
///
/// # Errors
/// The errors of the networks, and of the pictures.
pub fn run(options: &Options) -> std::result::Result<(), Box<dyn Error>> {
    let sizes = if options.quick { &SIZES[..4] } else { &SIZES };
    let measured = |cases: Vec<Case>| -> Result<Vec<(Case, Peaks)>> {
        let peaks = |case: &Case| sizes.iter().map(|&size| (case.peak)(size, BATCH)).collect::<Result<Peaks>>();
        cases.into_iter().map(|case| peaks(&case).map(|peaks| (case, peaks))).collect()
    };
    let (stored, solved) = (measured(stored())?, measured(solved())?);
    println!("{}", table(sizes, stored.iter().chain(&solved)));
    let series = |cases: &[(Case, Peaks)], first: usize| -> Vec<Series> {
        let one = |(i, (case, peaks)): (usize, &(Case, Peaks))| {
            let points = sizes.iter().zip(peaks).map(|(&size, &peak)| (size as f64, peak as f64 / 1024.0));
            Series::new(case.name, points).look(first + i)
        };
        cases.iter().enumerate().map(one).collect()
    };
    let figure = WorkPrecision::new()
        .title("Memory of a gradient")
        .row("blocks or steps", "peak in KiB")
        .panel("From stored states", series(&stored, 0))
        .panel("Backwards in time", series(&solved, stored.len()));
    ["svg", "png"].iter().try_for_each(|ending| figure.save(options.out.join("memory").with_extension(ending)))?;
    Ok(())
}

/// The table in Markdown, in KiB.
fn table<'a>(sizes: &[usize], cases: impl IntoIterator<Item = &'a (Case, Peaks)>) -> String {
    let mut text =
        format!("### Memory: peak of a gradient in KiB, for a batch of {BATCH} images\n\n| blocks or steps |");
    let rule = "--:|".repeat(sizes.len());
    // Writing to a string cannot fail.
    let _ = sizes.iter().try_for_each(|size| write!(text, " {size} |"));
    let _ = write!(text, " expected |\n|:--|{rule}:--|\n");
    for (case, peaks) in cases {
        let _ = write!(text, "| {} |", case.name);
        let _ = peaks.iter().try_for_each(|peak| write!(text, " {:.0} |", *peak as f64 / 1024.0));
        let growth = match case.growth {
            Growth::Linear => "linear",
            Growth::Constant => "constant",
        };
        let _ = writeln!(text, " {growth} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peaks with `batch` images: few, since tests are not optimised.
    fn peaks<const N: usize>(case: &Case, batch: usize, sizes: [usize; N]) -> [f64; N] {
        sizes.map(|size| (case.peak)(size, batch).unwrap() as f64)
    }

    #[test]
    fn constant_memory_does_not_grow_and_other_memory_is_affine() {
        for case in stored().iter().chain(&solved()) {
            match case.growth {
                Growth::Linear => {
                    let [few, more, most] = peaks(case, 8, [16, 32, 64]);
                    // Twice as many blocks more need twice as much; vectors of states and times grow by doubling.
                    assert!(((most - more) / (more - few) - 2.0).abs() < 0.1, "{}: {few}, {more}, {most}", case.name);
                }
                Growth::Constant => {
                    let [few, most] = peaks(case, 8, [64, 256]);
                    assert!(most / few < 1.2, "{}: {few} and {most}", case.name);
                }
            }
        }
    }

    #[test]
    fn a_residual_network_is_linear() {
        let [few, most] = peaks(&stored()[0], 8, [64, 256]);
        // A factor of 4 but for the part that does not grow.
        assert!((3.5..4.5).contains(&(most / few)), "{few} and {most}");
    }

    #[test]
    fn a_step_of_a_discrete_adjoint_stores_one_state() {
        let state = (UNITS * BATCH * size_of::<f32>()) as f64;
        for case in &stored()[2..4] {
            let [more, most] = peaks(case, BATCH, [16, 32]);
            // Beside the state, its header and the time and the length of a step: 100 bytes, relative to 16384.
            assert!(((most - more) / 16.0 / state - 1.0).abs() < 0.01, "{}: {more} and {most}", case.name);
        }
    }
}
