//! A universal differential equation: the interaction of predator and prey learned by a network, and read as a formula.
//!
//! `x' = 1.3 x + u₁(x, y)`, `y' = −1.8 y + u₂(x, y)` with unknown `u`, from the states of a solution with `u₁ = −0.9 x y` and
//! `u₂ = 0.8 x y` (C. Rackauckas et al., *Universal differential equations for scientific machine learning* (2020)).
//!
//! `cargo run --release --example 11_universal [SEED] [NOISE] [END]`: the seed of the weights and of the noise (1), the noise as a
//! part of the mean of each species (0), and the last observation time (3).

use nalgebra::{Vector2, vector};
use rheos::fit::{Library, MultipleShooting, SparseRegression};
use rheos::formula::{Rows, Static};
use rheos::nn::{LayerField, Mlp, Net};
use rheos::train::{Adam, Cosine, Lbfgs, Trainer, uniform};
use rheos::{DiscreteAdjoint, Dopri5, Dynamics, Fixed, Ivp, Pid, Tsit5, formula, ode};

formula! {
    /// The known terms, and a network for the others.
    struct Universal<T> { unknown: Mlp<T, 2, 8, 2> }
    fn apply(&self, z: Rows<2>) -> Rows<2> {
        let (x, y) = (z.rows::<0, 1>(), z.rows::<1, 1>());
        (x * 1.3).concat::<1, 2>(y * -1.8) + self.unknown.apply(z)
    }
}

type Species = Vector2<f64>;
type Field = LayerField<Net<Universal<f64>, Static<1>>>;

/// The period of the solution from `START`, found by integrating it.
const PERIOD: f64 = 5.468;
const START: Species = Species::new(0.442_492_96, 4.628_059_4);

fn known(z: &Species) -> Species {
    vector![1.3 * z[0], -1.8 * z[1]]
}

/// The states of the field with these unknown terms, every `step` up to `end`.
fn states(unknown: impl Fn(&Species) -> Species, start: Species, end: f64, step: f64) -> rheos::Result<Vec<Species>> {
    let field = ode(|_t, z: &Species, dz: &mut Species| *dz = known(z) + unknown(z));
    let times: Vec<f64> = (0..=(end / step).round() as u32).map(|i| step * f64::from(i)).collect();
    Ok(Ivp::new(&field, start, 0.0..times[times.len() - 1]).save_at(&times).solve(Dopri5, Pid::tolerance(1e-9))?.y)
}

/// The error in percent of each species, relative to the truth: in the L2 norm and in the maximum norm.
fn errors(found: &[Species], truth: &[Species]) -> String {
    let of = |k: usize| {
        let error = || found.iter().zip(truth).map(move |(a, b)| (a[k] - b[k]).abs());
        let squares = error().map(|e| e * e).sum::<f64>() / truth.iter().map(|z| z[k] * z[k]).sum::<f64>();
        let largest = error().fold(0.0, f64::max) / truth.iter().fold(0.0_f64, |max, z| max.max(z[k].abs()));
        let percent = |x: f64| if x < 10.0 { format!("{:.2} %", 100.0 * x) } else { "over 1000 %".to_owned() };
        format!("{} ({})", percent(squares.sqrt()), percent(largest))
    };
    format!("{}, {}", of(0), of(1))
}

/// The field and the first state: by Adam and L-BFGS in segments, with a rising penalty of the jumps, then in one piece.
fn fit(times: &[f64], data: &[Species], seed: u64, noise: f64) -> rheos::Result<(Field, Species)> {
    let net = Net::new(Universal { unknown: Mlp::uniform(&mut uniform(seed)) });
    let shooting = MultipleShooting::new(times, data, Tsit5, Fixed::step(0.05), DiscreteAdjoint::new());
    let long = if noise > 0.0 { 500 } else { 10_000 };
    let mut shooting = shooting.segments(times.len() / 3).weight_penalty(2e-4 * noise);
    let mut segments = shooting.start_from_data(net.field())?;
    Trainer::new(&mut segments, &shooting, Adam::new(0.02)).epochs(300).schedule(|n| Cosine::new(0.02, n)).fit()?;

    let lbfgs = Lbfgs::new().memory(100).tolerance(1e-9);
    for penalty in [1.0, 10.0, 100.0, 1e3, 1e4] {
        shooting = shooting.penalty(penalty);
        lbfgs.max_iterations(500).minimise(&mut segments, |model| shooting.value_and_gradient(model))?;
    }
    let single = shooting.segments(1);
    let mut whole = single.start_from_segments(segments)?;
    let found = lbfgs.max_iterations(long).minimise(&mut whole, |model| single.value_and_gradient(model))?;
    println!("loss {:.1e} of the data after {} iterations", single.trajectory(&whole)?.loss, found.iterations);
    Ok((whole.field.clone(), whole.starts()[0]))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<f64>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (seed, noise, end) = (argument(1.0)? as u64, argument(0.0)?, argument(3.0)?);

    let interaction = |z: &Species| z[0] * z[1] * vector![-0.9, 0.8];
    let mut data = states(interaction, START, end, 0.1)?;
    let times: Vec<f64> = (0..data.len()).map(|i| 0.1 * i as f64).collect();
    let mean = data.iter().sum::<Species>() / data.len() as f64;
    let mut number = uniform(100 + seed);
    // Twelve uniform numbers have the variance 1.
    let mut normal = |size: f64| size * ((0..12).map(|_| number()).sum::<f64>() - 6.0);
    data.iter_mut().for_each(|z| *z += noise * mean.map(&mut normal));

    let (field, start) = fit(&times, &data, seed, noise)?;
    let learned = |z: &Species| {
        let mut dz = Species::zeros();
        field.eval(0.0, z, &mut dz);
        dz - known(z)
    };
    let truth = states(interaction, START, end, 0.01)?;
    let at = |unknown: &dyn Fn(&Species) -> Species, states: &[Species]| states.iter().map(unknown).collect::<Vec<_>>();
    println!("errors of u₁ and u₂ on the range of the data, in the L2 norm (maximum norm):");
    println!("  network        {}", errors(&at(&learned, &truth), &at(&interaction, &truth)));

    // The terms of the network on its own trajectory.
    let points = states(learned, start, end, 0.01)?;
    let regression = SparseRegression::new(0.3).ridge(1e-2);
    let model = regression.fit(&Library::monomials(&["x", "y"], 2), &points, &at(&learned, &points))?;
    let sparse = |z: &Species| Species::from_vec(model.values(z.as_slice()));
    println!("  sparse terms   {}", errors(&at(&sparse, &truth), &at(&interaction, &truth)));
    println!("u₁ = {}\nu₂ = {}", model.formula(0), model.formula(1));

    let after = |unknown: &dyn Fn(&Species) -> Species, start| -> rheos::Result<Vec<Species>> {
        Ok(states(unknown, start, end + 4.0 * PERIOD, 0.01)?.split_off((100.0 * end) as usize))
    };
    let future = after(&interaction, START)?;
    println!("errors of x and y over the four periods after the data:");
    for (name, found) in [("network", after(&learned, start)), ("sparse terms", after(&sparse, start))] {
        println!("  {name:14} {}", found.map_or_else(|error| error.to_string(), |found| errors(&found, &future)));
    }
    Ok(())
}
