//! One network as a recurrent network and as a neural ODE, trained by the same code.
//!
//! `cargo run --release --example 06_neural_ode`

use nalgebra::SMatrix;
use rheos::formula::Static;
use rheos::nn::{Block, Elman, LeakyField, Linear, Net, OdeBlock, Recurrence, Sequence, SequenceBatch};
use rheos::train::{Adam, Optimiser, mean_squared_error, uniform};
use rheos::{DiscreteAdjoint, Fixed, Rk4};

/// Four samples, a column each.
type Batch<const N: usize> = SMatrix<f64, N, 4>;
type Readout = Net<Linear<f64, 8, 1>, Static<4>>;

/// Trains a block to predict four sines one step ahead; returns the first and the last loss.
fn train<B>(block: B, readout: Readout) -> rheos::Result<(f64, f64)>
where
    B: Block<Input = Batch<1>, Hidden = Batch<8>>,
{
    let wave = |i: usize| Batch::from_fn(|_, sample| (0.5 * i as f64 + sample as f64).sin());
    let inputs = SequenceBatch::new((0..20).map(wave).collect());
    let targets: Vec<Batch<1>> = (1..21).map(wave).collect();
    let h0 = Batch::zeros();

    let (mut model, mut adam) = (Sequence { block, readout }, Adam::new(0.01));
    let mut losses = Vec::new();
    for _ in 0..300 {
        let (loss, gradient) = model.gradient_of(&h0, &inputs, |y| mean_squared_error(y, &targets))?;
        adam.step(&mut model, &gradient)?;
        losses.push(loss);
    }
    Ok((losses[0], losses[299]))
}

fn main() -> rheos::Result<()> {
    let mut numbers = uniform(7);
    let cell: Net<Elman<f64, 1, 8>, Static<4>> = Net::new(Elman::uniform(&mut numbers));
    let readout: Readout = Net::new(Linear::uniform(&mut numbers));

    // h ← g(h, x), the cell as it is.
    let (first, last) = train(Recurrence(cell.clone()), readout.clone())?;
    println!("recurrent network: loss {first:.4} → {last:.6}");

    // dh/dt = g(h, x) − h over the gap between two observations. One Euler step of length 1 is the recurrent network.
    let flow = OdeBlock::new(LeakyField(cell), Rk4, Fixed::steps(4), DiscreteAdjoint::new());
    let (first, last) = train(flow, readout)?;
    println!("neural ODE:        loss {first:.4} → {last:.6}");
    Ok(())
}
