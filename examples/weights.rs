//! A recurrent network of PyTorch: read, trained further, and written back.
//!
//! ```sh
//! pip install torch numpy safetensors
//! python examples/peers/torch_weights.py write forecast.safetensors
//! cargo run --release --example weights -- forecast.safetensors trained.safetensors
//! python examples/peers/torch_weights.py read trained.safetensors
//! ```
//!
//! Without arguments it writes the first file itself: `cargo run --release --example weights`

use nalgebra::{SVector, vector};
use rheos::formula::Static;
use rheos::nn::{Elman, Linear, Net, Recurrence, Sequence, SequenceBatch};
use rheos::train::{Adam, Optimiser, mean_squared_error, uniform};
use rheos::weights::{self, Names};

type Cell = Net<Elman<f32, 1, 8>, Static<1>>;
type Readout = Net<Linear<f32, 8, 1>, Static<1>>;
type Forecast = Sequence<Recurrence<Cell>, Readout>;

/// A network with weights drawn from a generator with this seed.
fn network(seed: u64) -> Forecast {
    let mut rng = uniform(seed);
    Sequence { block: Recurrence(Net::new(Elman::uniform(&mut rng))), readout: Net::new(Linear::uniform(&mut rng)) }
}

fn main() -> rheos::Result<()> {
    // torch.nn.RNN in the field `rnn`, torch.nn.Linear in the field `fc`.
    let names = Names::new().rename("0.*", "rnn.*_l0").rename("1.*", "fc.*");
    let [from, to] = ["forecast", "trained"].map(|name| std::env::temp_dir().join(name).with_extension("safetensors"));
    let (from, to) = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [from, to] => (from.into(), to.into()),
        _ => {
            weights::save(&from, &network(1), &names)?;
            (from, to)
        }
    };

    let mut model = network(2);
    weights::load(&from, &mut model, &names)?;
    let wave = |i: usize| vector![(0.5 * i as f32).sin()];
    let (inputs, targets): (Vec<_>, Vec<_>) = (0..40).map(|i| (wave(i), wave(i + 1))).unzip();
    let batch = SequenceBatch::new(inputs);
    let loss = |y: &[_]| mean_squared_error(y, &targets);
    let loss_of = |model: &Forecast| model.gradient_of(&SVector::zeros(), &batch, loss);
    println!("{}: loss {:.6}", from.display(), loss_of(&model)?.0);
    let mut adam = Adam::new(0.01);
    for _ in 0..200 {
        let (_, gradient) = loss_of(&model)?;
        adam.step(&mut model, &gradient)?;
    }
    println!("{}: loss {:.6}", to.display(), loss_of(&model)?.0);
    weights::save(&to, &model, &names)
}
