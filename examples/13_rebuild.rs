//! Lorenz' system rebuilt from twenty units of time with 5 % of noise, and taken apart: exponents, fixed points and their eigenvalues.
//!
//! `cargo run --release --example 13_rebuild [SEED [MEASUREMENTS]]`: by default 0 and 2000.

use std::error::Error;

use nalgebra::{Complex, Vector3, vector};
use rheos::analysis::{Flow, Lyapunov, Search, fixed_points};
use rheos::dynamics::problems::Lorenz;
use rheos::fit::MultipleShooting;
use rheos::formula::Static;
use rheos::nn::{Mlp, Net};
use rheos::train::{Lbfgs, uniform};
use rheos::{DiscreteAdjoint, Dopri5, Fixed, Ivp, Pid, Rk4};

type State = Vector3<f64>;

/// The time between two measurements. The model has units of ten of them, in which the states change by about their size.
const DT: f64 = 0.01;
const UNIT: f64 = 10.0 * DT;

/// By the real part, and then by the imaginary part.
fn sorted(values: &[Complex<f64>]) -> impl Iterator<Item = Complex<f64>> {
    let mut values = values.to_vec();
    values.sort_by(|a, b| a.re.total_cmp(&b.re).then(a.im.total_cmp(&b.im)));
    values.into_iter()
}

fn main() -> Result<(), Box<dyn Error>> {
    let seed = std::env::args().nth(1).map_or(Ok(0), |word| word.parse::<u64>())?;
    let count = std::env::args().nth(2).map_or(Ok(2000), |word| word.parse::<u32>())?;
    let (lorenz, y0) = Lorenz::problem();
    let times: Vec<f64> = (0..count).map(|i| 20.0 + DT * f64::from(i)).collect();
    let truth =
        Ivp::new(&lorenz, y0, 0.0..20.0 + DT * f64::from(count)).save_at(&times).solve(Dopri5, Pid::tolerance(1e-9))?.y;
    let mean = truth.iter().sum::<State>() / f64::from(count);
    let variance = truth.iter().map(|y| (y - mean).map(|d| d * d)).sum::<State>() / f64::from(count);
    let standardise = |y: &State| (y - mean).component_div(&variance.map(f64::sqrt));
    let mut number = uniform(seed);
    // Box & Muller 1958.
    let mut normal = || (-2.0 * (1.0 - number()).ln()).sqrt() * (std::f64::consts::TAU * number()).cos();
    let measured: Vec<State> = truth.iter().map(|y| standardise(y) + 0.05 * State::from_fn(|_, _| normal())).collect();

    // A network as a field, in segments of ten measurements whose jumps cost more and more.
    let units: Vec<f64> = (0..count).map(|i| DT / UNIT * f64::from(i)).collect();
    let shooting = MultipleShooting::new(&units, &measured, Rk4, Fixed::step(DT / UNIT), DiscreteAdjoint::new());
    let mut shooting = shooting.segments(measured.len() / 10);
    let network = Net::<_, Static<1>>::new(Mlp::<f64, 3, 50, 3>::uniform(&mut uniform(seed)));
    let mut model = shooting.start_from_data(network.field())?;
    for penalty in [1.0, 10.0] {
        shooting = shooting.penalty(penalty);
        let lbfgs = Lbfgs::new().memory(50).max_iterations(300);
        lbfgs.minimise(&mut model, |model| shooting.value_and_gradient(model))?;
    }
    let field = model.field;

    let lyapunov = Lyapunov::over(20_000.0).transient(100.0).renormalise_every(1.0);
    let spectrum = lyapunov.spectrum_of_flow(&field, &measured[0], 3, Rk4, Fixed::step(0.1))?;
    println!("            the system    the model");
    for (i, truth) in [0.906, 0.0, -14.572].into_iter().enumerate() {
        let (found, error) = (spectrum.exponents[i] / UNIT, spectrum.errors[i] / UNIT);
        println!("λ{}          {truth:10.3}   {found:10.3} ± {error:.3}", i + 1);
    }
    let wing = 72.0_f64.sqrt();
    for (name, point) in
        [("wing", vector![wing, wing, 27.0]), ("wing", vector![-wing, -wing, 27.0]), ("origin", State::zeros())]
    {
        let [truth, found] = [
            fixed_points(&Flow::new(&lorenz), &[point], &Search::default())?,
            fixed_points(&Flow::new(&field), &[standardise(&point)], &Search::default())?,
        ];
        let (Some(truth), Some(found)) = (truth.points.first(), found.points.first()) else { continue };
        println!("{name}: {:.3} standard deviations away", (found.xstar - standardise(&point)).amax());
        for (truth, found) in sorted(&truth.eigen.values).zip(sorted(&found.eigen.values)) {
            println!("  eigenvalue {truth:18.3}   {:18.3}", found / UNIT);
        }
    }
    Ok(())
}
