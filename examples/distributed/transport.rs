//! The latency and the bandwidth of the transport, and the time of a sum.

use std::time::Instant;

use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, Destination as _, Source as _};
use rheos::Result;
use rheos::distributed::{Communicator, MpiRanks, sum};

/// The transport between two ranks.
pub struct Transport {
    /// The time of a message without content, in seconds.
    pub latency: f64,
    /// Bytes per second of a long message.
    pub bandwidth: f64,
}

impl Transport {
    /// The time of a sum of this many numbers over `p` ranks: `costs` in the documentation.
    pub fn sum(&self, numbers: usize, p: usize) -> f64 {
        let others = p as f64 - 1.0;
        let rounds = (p as f64).log2().ceil();
        let bytes = 16.0 * numbers as f64 * others / p as f64;
        self.latency * (2.0 * rounds + others) + bytes / self.bandwidth
    }
}

/// The time of a call, in seconds.
pub fn time(mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    call()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The median of some times.
pub fn median(times: impl IntoIterator<Item = Result<f64>>) -> Result<f64> {
    let mut times = times.into_iter().collect::<Result<Vec<_>>>()?;
    times.sort_unstable_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// Measures messages between ranks 0 and 1, and sums.
pub fn measure(world: &SimpleCommunicator, ranks: &MpiRanks, quick: bool) -> Result<Transport> {
    let repetitions = if quick { 21 } else { 201 };
    let size = Communicator::size(ranks);
    if size == 1 {
        return Ok(Transport { latency: 0.0, bandwidth: f64::INFINITY });
    }
    let long = 1 << 17;
    let latency = message(world, 1, repetitions * 20)?;
    let bandwidth = 8.0 * f64::from(long) / message(world, long as usize, repetitions)?;
    let transport = Transport { latency, bandwidth };
    let is_root = Communicator::rank(ranks) == 0;
    if is_root {
        println!("\nlatency {:.2} µs, bandwidth {:.2} GB/s\n", 1e6 * latency, 1e-9 * bandwidth);
        println!("| sum of n numbers | measured in µs | model in µs |\n|--:|--:|--:|");
    }
    for numbers in [1, 100, 10_000, 100_000, 1_000_000] {
        let mut values = vec![1.0; numbers];
        let time = median((0..repetitions).map(|_| time(|| sum(ranks, &mut values))))?;
        if is_root {
            println!("| {numbers} | {:.1} | {:.1} |", 1e6 * time, 1e6 * transport.sum(numbers, size));
        }
    }
    Ok(transport)
}

/// The time of a message of this many words, half of the time there and back; 0 on other ranks than 0 and 1.
fn message(world: &SimpleCommunicator, words: usize, repetitions: usize) -> Result<f64> {
    let mut words = vec![0_u64; words];
    let there_and_back = |words: &mut [u64]| match world.rank() {
        0 => {
            world.process_at_rank(1).send(words);
            world.process_at_rank(1).receive_into(words);
        }
        1 => {
            world.process_at_rank(0).receive_into(words);
            world.process_at_rank(0).send(words);
        }
        _ => {}
    };
    let once = |_| {
        time(|| {
            there_and_back(&mut words);
            Ok(())
        })
    };
    Ok(median((0..repetitions).map(once))? / 2.0)
}
