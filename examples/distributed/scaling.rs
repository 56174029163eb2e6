//! Strong scaling: the time of a step of the same training on one rank and on all.

use rheos::distributed::{Communicator, agree};
use rheos::train::{Adam, CrossEntropy, DataParallel, MiniBatch, Objective, Optimiser};
use rheos::{Parametric, Result};

use crate::network::{Network, digits, flops, network};
use crate::transport::{Transport, median, time};

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
        let (mut alone, mut together) = (Vec::new(), Vec::new());
        let (mut first, mut second) = (Training::<H>::new(&samples), Training::<H>::new(&samples));
        for _ in 0..steps {
            agree(ranks, Ok(()))?;
            if ranks.rank() == 0 {
                alone.push(time(|| first.step(&loss)));
            }
            agree(ranks, Ok(()))?;
            together.push(time(|| second.step(&parallel)));
        }
        if ranks.rank() == 0 {
            let (model, p) = (network::<H>(), ranks.size());
            // Every rank updates all parameters.
            let (alone, together, update) = (median(alone)?, median(together)?, update(&model, steps)?);
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
    median((0..repetitions).map(|_| time(|| adam.step(&mut model, &gradient))))
}

/// A training that repeats one batch.
struct Training<'a, const H: usize> {
    model: Network<H>,
    adam: Adam,
    samples: &'a [usize],
}

impl<'a, const H: usize> Training<'a, H> {
    fn new(samples: &'a [usize]) -> Self {
        Self { model: network(), adam: Adam::new(1e-3), samples }
    }

    fn step(&mut self, loss: &impl Objective<Network<H>>) -> Result<()> {
        let (_, gradient) = loss.gradient(&self.model, MiniBatch { samples: self.samples, seed: 0 })?;
        self.adam.step(&mut self.model, &gradient)
    }
}
