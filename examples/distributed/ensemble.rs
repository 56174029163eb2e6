//! The ensemble: solves from many initial states.

use std::time::Instant;

use nalgebra::vector;
use rheos::distributed::{Communicator, agree};
use rheos::dynamics::problems::VanDerPol;
use rheos::solution::Ensemble;
use rheos::{Dopri5, Pid, Result};

/// Solves the ensemble over all ranks and by the root alone, and compares the outcomes.
pub fn solve(ranks: &impl Communicator, quick: bool) -> Result<()> {
    let (field, _) = VanDerPol::problem(20.0);
    let samples = if quick { 100 } else { 2000 };
    let starts: Vec<_> = (0..samples).map(|i| vector![2.0 * f64::from(i) / f64::from(samples) - 1.0, 1.0]).collect();
    let ensemble = Ensemble::new(&field, &starts, 0.0..50.0);
    let control = Pid::tolerance(1e-9);

    agree(ranks, Ok(()))?;
    let start = Instant::now();
    let gathered = ensemble.solve_over(ranks, Dopri5, control)?;
    let together = start.elapsed().as_secs_f64();
    if let Some(outcomes) = gathered {
        let start = Instant::now();
        let is_equal = ensemble.solve(Dopri5, control) == outcomes;
        let alone = start.elapsed().as_secs_f64();
        println!(
            "ensemble of {samples}: {together:.3} s on {} ranks, {alone:.3} s on one: efficiency {:.2}, the same bits: {is_equal}",
            ranks.size(),
            alone / together / ranks.size() as f64
        );
    }
    // The others wait while the root solves alone.
    agree(ranks, Ok(()))
}
