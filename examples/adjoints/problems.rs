//! The test problems: two small systems and a network.

use dfdx::prelude::{Cache, Cpu, Rank2, Tensor, ZerosTensor};
use nalgebra::{SVector, Vector2, vector};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::nn::Mlp;
use rheos::nn::tensor::{FormulaModule, ModuleField, Tensors};
use rheos::{Autodiff, Differentiable, GenericDynamics, Scalar, State};

/// A field with its initial state and its end. The loss is `w · y` at the end, the only output besides the start.
pub struct Problem<F: Differentiable> {
    /// The title in tables and pictures.
    pub title: &'static str,
    pub field: F,
    pub y0: F::State,
    pub end: f64,
    pub w: F::State,
}

/// Lotka and Volterra's predators and prey in a year with seasons: the growth of the prey is `α (1 + ε cos ω t)`.
#[derive(Clone, Copy)]
pub struct Seasons;

impl GenericDynamics<2, 6> for Seasons {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 6>) -> SVector<T, 2> {
        let growth = p[0] * (p[4] * (p[5] * t).cos() + 1.0);
        vector![growth * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]]
    }
}

pub fn seasons() -> Problem<Autodiff<Seasons, 2, 6>> {
    Problem {
        title: "Populations",
        field: Autodiff::new(Seasons, vector![1.5, 1.0, 3.0, 1.0, 0.3, 2.1]),
        y0: vector![1.0, 1.2],
        end: 6.0,
        w: vector![1.0, -0.5],
    }
}

/// A follower of a drive, and a slower follower of its square: `x' = a (cos ω t − x)`, `z' = b (x² − z)`. They forget at the
/// rates `a` and `b`: backwards in time, errors in `x` grow at the rate `a`, while the costate of `z`, which passes them on
/// to the gradient, falls at the rate `b` only.
#[derive(Clone, Copy)]
pub struct Followers;

impl GenericDynamics<2, 3> for Followers {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        vector![p[0] * ((p[2] * t).cos() - y[0]), p[1] * (y[0] * y[0] - y[1])]
    }
}

/// The faster follower forgets its start by a factor of e¹⁸.
pub fn followers() -> Problem<Autodiff<Followers, 2, 3>> {
    Problem {
        title: "Followers",
        field: Autodiff::new(Followers, vector![3.0, 0.5, 1.3]),
        y0: Vector2::new(2.0, -1.0),
        end: 6.0,
        w: vector![1.0, -0.5],
    }
}

/// The policy for the memory of a dropped tensor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Reused,
    GivenBack,
}

pub type Network = ModuleField<FormulaModule<Mlp<Tensors<f64, Cpu>, 8, 64, 8>>, Rank2<32, 8>, f64, Cpu>;

/// 1096 parameters and 32 samples of 8 numbers each: a state of 2 KiB.
///
/// dfdx keeps the memory of dropped tensors for later ones, unless it is told to give it back.
pub fn network(memory: Memory) -> Problem<Network> {
    let device = Cpu::default();
    if memory == Memory::GivenBack {
        device.disable_cache();
    }
    let params = Mlp::<f64, 8, 64, 8>::uniform(&mut numbers());
    let field = ModuleField::new(FormulaModule::on_device(&params, &device).expect("memory"));
    let y0: Tensor<Rank2<32, 8>, f64, Cpu> = wave(device.zeros(), 1.0);
    let w = wave(y0.zeros_like(), 0.7);
    Problem { title: "Network 8–64–8", field, y0, end: 1.0, w }
}

/// Numbers in [0, 1), always the same.
fn numbers() -> impl FnMut() -> f64 {
    let mut rng = StdRng::seed_from_u64(1);
    move || rng.random()
}

/// Numbers between −1 and 1, all different.
fn wave<Y: State>(mut state: Y, rate: f64) -> Y {
    let values: Vec<f64> = (0..state.count()).map(|i| (rate * (i * i + 3 * i + 1) as f64).sin()).collect();
    let _ = state.read_coordinates(&values);
    state
}
