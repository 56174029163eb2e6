//! Series of known systems, as if they were measured.

use nalgebra::{Vector3, vector};
use rheos::dynamics::problems::Lorenz;
use rheos::train::uniform;
use rheos::{Autodiff, Dopri5, Dynamics, GenericDynamics, Ivp, Pid, Result, Scalar};

/// Three numbers at each time, in units of their standard deviations.
pub type Series = Vec<[f64; 3]>;

/// A system with a known attractor.
pub struct System {
    pub name: &'static str,
    /// The time between two measurements.
    pub dt: f64,
    /// Its Lyapunov exponents, in units of 1 / time.
    pub exponents: [f64; 3],
    run: fn([f64; 3], f64, usize) -> Result<Series>,
}

/// The exponents of J. C. Sprott, *Chaos and time-series analysis* (2003).
pub const LORENZ: System = System {
    name: "Lorenz",
    dt: 0.01,
    exponents: [0.906, 0.0, -14.57],
    run: |y0, dt, n| solve(&Lorenz::problem().0, y0, dt, n),
};

/// As above.
pub const ROESSLER: System = System {
    name: "Rössler",
    dt: 0.2,
    exponents: [0.071, 0.0, -5.39],
    run: |y0, dt, n| solve(&Autodiff::new(Roessler, vector![]), y0, dt, n),
};

/// `x' = −y − z`, `y' = x + a y`, `z' = b + z (x − c)` with `a = b = 0.2`, `c = 5.7`: O. E. Rössler (1976).
struct Roessler;

impl GenericDynamics<3, 0> for Roessler {
    fn eval<T: Scalar>(&self, _: T, y: &Vector3<T>, _: &nalgebra::SVector<T, 0>) -> Vector3<T> {
        vector![-y[1] - y[2], y[0] + y[1] * 0.2, (y[0] - 5.7) * y[2] + 0.2]
    }
}

/// The states at `n` times, after a transient.
fn solve(f: &impl Dynamics<State = Vector3<f64>>, y0: [f64; 3], dt: f64, n: usize) -> Result<Series> {
    let times: Vec<f64> = (0..n).map(|i| dt * (5000 + i) as f64).collect();
    let problem = Ivp::new(f, y0.into(), 0.0..dt * (5000 + n) as f64).save_at(&times);
    Ok(problem
        .solve(Dopri5, Pid::tolerance(1e-9).max_steps(1_000_000))
        .map_err(|failure| failure.error)?
        .y
        .iter()
        .map(|y| (*y).into())
        .collect())
}

impl System {
    /// Two runs of `n` measurements from different states, in the same units.
    pub fn runs(&self, n: usize) -> Result<[Series; 2]> {
        let mut runs = [(self.run)([1.0, 1.0, 1.0], self.dt, n)?, (self.run)([-2.0, 3.0, 0.5], self.dt, n)?];
        for i in 0..3 {
            let mean = runs[0].iter().map(|x| x[i]).sum::<f64>() / n as f64;
            let deviation = (runs[0].iter().map(|x| (x[i] - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            runs.iter_mut().flatten().for_each(|x| x[i] = (x[i] - mean) / deviation);
        }
        Ok(runs)
    }
}

/// The series with normal noise of this part of the standard deviation of each component.
pub fn with_noise(series: &[[f64; 3]], part: f64, seed: u64) -> Series {
    let mut number = uniform(seed);
    // Box & Muller 1958.
    let mut normal = || (-2.0 * (1.0 - number()).ln()).sqrt() * (std::f64::consts::TAU * number()).cos();
    series.iter().map(|x| x.map(|x| x + part * normal())).collect()
}
