//! The models of `examples/peers/vowels.py`, and an LTC, each with about 3500 parameters.

use rheos::nn::{Cfc, Elman, Gru, Lstm, Ltc, Mlp, Net, OdeBlock, Recurrence, TimedRecurrence};
use rheos::{DiscreteAdjoint, Fixed, Rk4};

use crate::comparison::Candidate;
use crate::{Rng, Task, train};

/// All models. `Gru<f32, 12, 27>` reads 12 numbers and has 27 units, and likewise the others. The CfC has a backbone of 24
/// units, which reads 36 numbers: the frame and the state.
pub fn candidates(task: Task<'_>) -> Vec<Candidate<'_>> {
    let elman = |rng: &mut Rng| Recurrence(Net::<Elman<f32, 12, 49>>::new(Elman::uniform(rng)));
    let gru = |rng: &mut Rng| Recurrence(Net::<Gru<f32, 12, 27>>::new(Gru::uniform(rng)));
    let lstm = |rng: &mut Rng| Recurrence(Net::<Lstm<f32, 12, 22>>::new(Lstm::uniform(rng)));
    // A flow over the gap before a frame, and a jump at the frame.
    let ode_rnn = |rng: &mut Rng| {
        let flow = Net::<Mlp<f32, 21, 25, 21>>::new(Mlp::uniform(rng)).field();
        let jump = Recurrence(Net::<Gru<f32, 12, 21>>::new(Gru::uniform(rng)));
        (OdeBlock::new(flow, Rk4, Fixed::steps(2), DiscreteAdjoint::new()), jump)
    };
    let cfc = |rng: &mut Rng| TimedRecurrence(Net::<Cfc<f32, 12, 24, 24, 36>>::new(Cfc::uniform(rng)));
    let ltc = |rng: &mut Rng| TimedRecurrence(Net::<Ltc<f32, 12, 48>>::new(Ltc::uniform(rng)));
    vec![
        Candidate::new("Elman", move |seed| train(elman, task, seed)),
        Candidate::new("GRU", move |seed| train(gru, task, seed)),
        Candidate::new("LSTM", move |seed| train(lstm, task, seed)),
        Candidate::new("ODE-RNN", move |seed| train(ode_rnn, task, seed)),
        Candidate::new("CfC", move |seed| train(cfc, task, seed)),
        Candidate::new("LTC", move |seed| train(ltc, task, seed)),
    ]
}
