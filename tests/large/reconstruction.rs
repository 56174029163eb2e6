//! Lorenz' system rebuilt from a noisy series.

use rheos::analysis::{Held, Lyapunov};
use rheos::dynamics::problems::Lorenz;
use rheos::nn::{Mlp, Net, OdeBlock};
use rheos::train::{Exponential, RAdam, TeacherForcing, Trainer, uniform};
use rheos::{DiscreteAdjoint, Dopri5, Euler, Fixed, Ivp, Pid};

/// Twenty units of time, in units of the means and standard deviations of the long run (x and y have the mean 0), with 5 % of noise.
fn measured() -> Vec<[f64; 3]> {
    let (lorenz, y0) = Lorenz::problem();
    let times: Vec<f64> = (0..2000).map(|i| 20.0 + 0.01 * f64::from(i)).collect();
    let states = Ivp::new(&lorenz, y0, 0.0..40.0).save_at(&times).solve(Dopri5, Pid::tolerance(1e-9)).unwrap().y;
    let mut number = uniform(5);
    // The sum of twelve uniform numbers has the variance 1.
    let mut normal = || (0..12).map(|_| number()).sum::<f64>() - 6.0;
    let scaled = |y: f64, mean: f64, deviation: f64| (y - mean) / deviation;
    let standard = |y: &[f64]| [scaled(y[0], 0.0, 7.9), scaled(y[1], 0.0, 9.0), scaled(y[2], 23.5, 8.6)];
    states.iter().map(|y| standard(y.as_slice()).map(|x| x + 0.05 * normal())).collect()
}

/// The exponents 0.906 and 0 are known from long solves: J. C. Sprott, *Chaos and time-series analysis* (2003).
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_forced_network_has_the_exponents_of_lorenz() {
    let measured = measured();
    let field = Net::<Mlp<f64, 3, 50, 3>>::dynamic(Mlp::uniform(&mut uniform(1))).field();
    let mut model = OdeBlock::new(field, Euler, Fixed::steps(1), DiscreteAdjoint::new());
    let loss = TeacherForcing::new(&measured, 30).unwrap().step(0.1).unwrap().alpha(0.2).unwrap().transient(8).unwrap();
    Trainer::new(&mut model, &loss, RAdam::new(5e-3))
        .epochs(120)
        .batch_size(16)
        .clip_norm(1.0)
        .schedule(|steps| Exponential::new(5e-3, 1e-3_f64.powf(1.0 / steps as f64)))
        .fit()
        .unwrap();
    let start = loss.synchronise(&model, 0).unwrap();
    let lyapunov = Lyapunov::over(50_000).transient(1000);
    let spectrum = lyapunov.spectrum(&Held::new(model, ()).gap(0.1), &start, 2).unwrap();
    let [first, second] = [0, 1].map(|i| spectrum.exponents[i] / 0.01);
    assert!((first - 0.906).abs() < 0.06, "{first}");
    assert!(second.abs() < 0.03, "{second}");
}
