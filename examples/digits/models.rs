//! The models, each with about 3500 parameters, and their settings: the chosen one, then the others that were tried.

use nalgebra::{Const, Dyn, OMatrix};
use rheos::nn::{
    Antisymmetric, Block, CoRnn, Elman, FromSamples, Gru, Hidden, Lem, Lstm, Net, Recurrence, Stacked, Unicornn,
    ZeroSamples,
};

use crate::comparison::Candidate;
use crate::{Rng, Task, train};

/// The settings of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settings {
    /// Of each model the ones with the smallest error on the validation data.
    Chosen,
    /// All that were tried.
    All,
    /// For MNIST, not tuned: the constants of the papers, where the cell has them by default, at the same learning rate.
    Mnist,
}

/// A learning rate, and the constants of the cell.
type Setting<const N: usize> = (f64, [f64; N]);

/// All models. `Lstm<f32, 1, 27>` reads one pixel at a time and has 27 units, and likewise the others.
pub fn candidates(task: Task<'_>, settings: Settings) -> Vec<Candidate<'_>> {
    let mut all = List { task, settings, candidates: Vec::new() };
    let tried = [(5e-3, []), (1e-3, []), (2e-3, []), (3e-3, []), (1e-2, [])];
    all.add("Elman", &tried, None, |rng, []| Recurrence(Net::<_>::new(Elman::<f32, 1, 53>::uniform(rng))));
    // The initial bias of the update gate, added to the drawn one.
    let tried = [(4e-2, [1.0]), (1e-2, [0.0]), (1e-2, [1.0]), (2e-2, [0.0]), (2e-2, [1.0]), (4e-2, [0.0])];
    all.add("GRU", &tried, None, |rng, [keep]| {
        let mut cell = Gru::<f32, 1, 31>::uniform(rng);
        cell.bias_hh.0[1].0.add_scalar_mut(keep as f32);
        Recurrence(Net::<_>::new(cell))
    });
    // The initial bias of the forget gate, added to the drawn one.
    let tried = [(2e-2, [1.0]), (1e-2, [0.0]), (1e-2, [1.0]), (2e-2, [0.0]), (4e-2, [0.0]), (4e-2, [1.0])];
    all.add("LSTM", &tried, Some([1.0]), |rng, [keep]| {
        let mut cell = Lstm::<f32, 1, 27>::uniform(rng);
        cell.bias_hh.0[1].0.add_scalar_mut(keep as f32);
        Recurrence(Net::<_>::new(cell))
    });
    // The step ε and the diffusion γ.
    let tried = [
        (2e-2, [0.1, 0.01]),
        (1e-2, [0.1, 0.01]),
        (1e-2, [0.1, 0.1]),
        (1e-2, [0.3, 0.01]),
        (2e-2, [0.1, 0.1]),
        (2e-2, [0.3, 0.1]),
    ];
    all.add("antisymmetric", &tried, None, |rng, [epsilon, gamma]| {
        Recurrence(Net::<_>::new(Antisymmetric::<f32, 1, 53>::uniform(rng).step(epsilon).diffusion(gamma)))
    });
    // The step, γ and ε.
    let tried = [
        (1e-2, [0.3, 1.0, 1.0]),
        (1e-2, [0.042, 2.7, 4.7]),
        (1e-2, [0.1, 1.0, 1.0]),
        (1e-2, [0.1, 3.0, 3.0]),
        (1e-2, [0.3, 1.0, 3.0]),
        (2e-2, [0.1, 1.0, 1.0]),
        (2e-2, [0.3, 1.0, 1.0]),
        (1e-2, [0.5, 1.0, 1.0]),
    ];
    all.add("coRNN", &tried, Some([0.042, 2.7, 4.7]), |rng, [dt, gamma, epsilon]| {
        Recurrence(Net::<_>::new(CoRnn::<f32, 1, 39>::uniform(rng).step(dt).frequency(gamma).damping(epsilon)))
    });
    // The step.
    let tried = [(2e-2, [0.6]), (1e-2, [0.3]), (1e-2, [0.6]), (1e-2, [1.0]), (2e-2, [0.3]), (2e-2, [1.0])];
    all.add("LEM", &tried, Some([1.0]), |rng, [dt]| {
        Recurrence(Net::<_>::new(Lem::<f32, 1, 27>::uniform(rng).step(dt)))
    });
    // The step and α.
    let tried = [
        (2e-2, [0.8, 1.0]),
        (1e-2, [0.1, 1.0]),
        (1e-2, [0.2, 1.0]),
        (1e-2, [0.4, 1.0]),
        (1e-2, [0.2, 10.0]),
        (2e-2, [0.2, 1.0]),
        (2e-2, [0.4, 1.0]),
        (2e-2, [1.6, 1.0]),
    ];
    all.add("UnICORNN, 2 layers", &tried, Some([0.19, 30.65]), |rng, [dt, alpha]| {
        let first = Unicornn::<f32, 1, 51>::uniform(rng).step(dt).frequency(alpha);
        let second = Unicornn::<f32, 51, 51>::uniform(rng).step(dt).frequency(alpha);
        Stacked(Recurrence(Net::<_>::new(first)), Recurrence(Net::<_>::new(second)))
    });
    all.candidates
}

struct List<'a> {
    task: Task<'a>,
    settings: Settings,
    candidates: Vec<Candidate<'a>>,
}

impl List<'_> {
    /// Adds a model. Of the settings that were `tried` the first is the best one; `mnist` are the constants for MNIST.
    fn add<B, const H: usize, const N: usize>(
        &mut self,
        name: &str,
        tried: &[Setting<N>],
        mnist: Option<[f64; N]>,
        block: fn(&mut Rng, [f64; N]) -> B,
    ) where
        B: Block<Input: FromSamples<1>, Hidden: ZeroSamples + Hidden<Output = OMatrix<f32, Const<H>, Dyn>>> + 'static,
    {
        let task = self.task;
        let settings = match self.settings {
            Settings::Chosen => tried[..1].to_vec(),
            Settings::All => tried.to_vec(),
            Settings::Mnist => mnist.map(|constants| (3e-3, constants)).into_iter().collect(),
        };
        for (rate, constants) in settings {
            let name = match self.settings {
                Settings::All => format!("{name}, rate {rate}, constants {constants:?}"),
                _ => name.to_owned(),
            };
            let of_seed = move |seed| train(|rng| block(rng, constants), rate, task, seed);
            self.candidates.push(Candidate::new(name, of_seed));
        }
    }
}
