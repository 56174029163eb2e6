//! Strong scaling: the time of a step of the same training on one rank and on all.

use rheos::distributed::{Communicator, agree};
use rheos::train::{Adam, CrossEntropy, DataParallel, MiniBatch, Objective, Optimiser};
use rheos::{Parametric, Result};

use crate::network::{Network, digits, flops, network};
use crate::transport::{Transport, median};

/// Measures networks of several widths with several batch sizes.
pub fn measure(ranks: &impl Communicator, transport: &Transport, quick: bool) -> Result<()> {
    if ranks.rank() == 0 {
        println!(
            "\n| units | parameters | batch | MFLOP per step | step on one rank in µs | on {} ranks in µs | efficiency | model |\n|--:|--:|--:|--:|--:|--:|--:|--:|",
            ranks.size()
        );
    }
    width::<8>(ranks, transport, quick)?;
    width::<32>(ranks, transport, quick)?;
    width::<128>(ranks, transport, quick)
}

fn width<const H: usize>(ranks: &impl Communicator, transport: &Transport, quick: bool) -> Result<()> {
    let (data, _) = agree(ranks, digits())?;
    let loss = data.objective(CrossEntropy::new(10));
    let parallel = DataParallel::new(&loss, ranks);
    for batch in [16, 64, 256] {
        let samples: Vec<usize> = (0..batch).collect();
        let steps = if quick { 5 } else { 5 + 200_000 / (H * batch) };
        let (mut alone, mut together) = (0.0, 0.0);
        // The first round warms up.
        for _ in 0..2 {
            alone = if ranks.rank() == 0 { time(&loss, &samples, steps)? } else { 0.0 };
            agree(ranks, Ok(()))?;
            together = time(&parallel, &samples, steps)?;
        }
        if ranks.rank() == 0 {
            let (model, p) = (network::<H>(), ranks.size());
            // Every rank updates all parameters.
            let update = update(&model, steps)?;
            let predicted = (alone - update) / p as f64 + update + transport.sum(model.parameter_count(), p);
            println!(
                "| {H} | {} | {batch} | {:.2} | {:.0} | {:.0} | {:.2} | {:.2} |",
                model.parameter_count(),
                1e-6 * (batch * flops(&model)) as f64,
                1e6 * alone,
                1e6 * together,
                alone / together / p as f64,
                alone / predicted / p as f64,
            );
        }
    }
    Ok(())
}

/// The median time of an update of the parameters.
fn update<const H: usize>(model: &Network<H>, repetitions: usize) -> Result<f64> {
    let (mut model, mut adam) = (model.clone(), Adam::new(1e-3));
    let gradient = model.params();
    median(repetitions, || adam.step(&mut model, &gradient))
}

/// The median time of a step.
fn time<const H: usize>(loss: &impl Objective<Network<H>>, samples: &[usize], steps: usize) -> Result<f64> {
    let (mut model, mut adam) = (network(), Adam::new(1e-3));
    median(steps, || {
        let (_, gradient) = loss.gradient(&model, MiniBatch { samples, seed: 0 })?;
        adam.step(&mut model, &gradient)
    })
}
