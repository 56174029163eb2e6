//! Processes of MPI train one network and solve one ensemble.
//!
//! ```sh
//! cargo build --release --features mpi --example distributed
//! mpirun -n 2 target/release/examples/distributed
//! ```
//!
//! `--help` explains the options; `results.md` beside this file has the results.

mod ensemble;
mod network;
mod scaling;
mod training;
mod transport;

use std::path::PathBuf;
use std::process::ExitCode;

use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives as _};
use rheos::Result;
use rheos::distributed::{Communicator, MpiRanks};

use training::Accident;

const HELP: &str = "\
Trains a neural ODE to read digits, solves an ensemble, and measures the gain, on the ranks of mpirun.

USAGE
    mpirun -n 2 target/release/examples/distributed [OPTIONS]

OPTIONS
    --quick              few epochs and measurements: some seconds
    --checkpoint FILE    train only, from this file if it exists, and print a hash of the parameters
    --lose-rank          the last rank aborts in the third epoch
    --fail               the objective of the last rank fails in the third epoch
    --help               this text
";

struct Options {
    quick: bool,
    checkpoint: Option<PathBuf>,
    accident: Option<Accident>,
}

fn options() -> std::result::Result<Option<Options>, String> {
    let mut options = Options { quick: false, checkpoint: None, accident: None };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--help" | "-h" => return Ok(None),
            "--quick" => options.quick = true,
            "--checkpoint" => options.checkpoint = Some(args.next().ok_or("--checkpoint needs a file")?.into()),
            "--lose-rank" => options.accident = Some(Accident::LostRank),
            "--fail" => options.accident = Some(Accident::Error),
            other => return Err(format!("unknown option {other}; see --help")),
        }
    }
    Ok(Some(options))
}

fn main() -> ExitCode {
    // `MPI_Finalize` waits for all ranks: a panic must not reach it.
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        show(panic);
        std::process::abort();
    }));
    let Some(universe) = mpi::initialize() else { return ExitCode::FAILURE };
    let world = universe.world();
    let is_root = world.rank() == 0;
    let outcome = match options() {
        Ok(Some(options)) => run(&world, &options).map_err(|error| error.to_string()),
        Ok(None) => {
            if is_root {
                print!("{HELP}");
            }
            Ok(())
        }
        Err(mistake) => Err(mistake),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Every rank has the same error. `mpirun` ends all when the first one leaves, so the others must have reported it.
        Err(error) => {
            // In one piece, since the ranks write at the same time.
            let line = format!("rank {}: {error}\n", world.rank());
            eprint!("{line}");
            world.barrier();
            ExitCode::FAILURE
        }
    }
}

fn run(world: &SimpleCommunicator, options: &Options) -> Result<()> {
    let ranks = MpiRanks::new(world);
    let epochs = if options.quick { 4 } else { 20 };
    let report = training::train(&ranks, epochs, options.checkpoint.as_deref(), options.accident)?;
    if Communicator::rank(&ranks) == 0 {
        println!("{report}");
    }
    if options.checkpoint.is_some() {
        return Ok(());
    }
    ensemble::solve(&ranks, options.quick)?;
    let network = transport::measure(world, &ranks, options.quick)?;
    scaling::measure(&ranks, &network, options.quick)
}
