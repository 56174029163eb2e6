//! Stiff problems with their ends, as one type.

use std::f64::consts::PI;

use nalgebra::DVector;
use rheos::dynamics::problems::VanDerPol;
use rheos::dynamics::problems::stiff::{
    Beam, E5, Heat, Hires, MedicalAkzoNobel, Oregonator, Pollution, RingModulator, Robertson,
};
use rheos::solver::Embedded;
use rheos::{Ivp, Pid, Stats};
use serde_json::Value;

use super::any_size::{AnyProblem, AnySize};

/// A problem with its end.
pub struct Problem {
    pub name: &'static str,
    end: f64,
    jumps: &'static [f64],
    /// The absolute tolerance, as a multiple of the relative one.
    scale: f64,
    /// Errors are relative to `|y| + floor`.
    floor: f64,
    y0: DVector<f64>,
    expected: DVector<f64>,
    model: AnySize,
}

impl Problem {
    fn new(name: &'static str, (model, y0): AnyProblem, scale: f64) -> Self {
        let (end, expected) = reference(name);
        let expected = DVector::from_vec(expected);
        Self { name, end, jumps: &[], scale, floor: 0.0, y0, expected, model }
    }

    /// The largest error of a component at the end, or why it was not reached.
    pub fn error<S: Embedded<AnySize>>(&self, solver: S, rtol: f64) -> Result<f64, String> {
        self.outcome(solver, rtol, 100_000).map(|(error, _)| error)
    }

    /// The same in so many steps at most, with the counts of the solve.
    pub fn outcome<S: Embedded<AnySize>>(&self, solver: S, rtol: f64, steps: u64) -> Result<(f64, Stats), String> {
        let control = Pid::tolerance(rtol).atol(rtol * self.scale).max_steps(steps);
        let ivp = Ivp::new(&self.model, self.y0.clone(), 0.0..self.end).jumps_at(self.jumps);
        let solution = ivp.solve(solver, control).map_err(|e| e.to_string())?;
        assert_eq!(solution.last().len(), self.expected.len());
        let errors = solution.last().iter().zip(&self.expected).map(|(y, e)| (y - e).abs() / (e.abs() + self.floor));
        let worst = errors.fold(0.0, |worst: f64, error| if error.is_nan() { f64::INFINITY } else { worst.max(error) });
        Ok((worst, solution.stats))
    }
}

/// What went wrong on the problems every method must solve.
pub fn failures<S: Embedded<AnySize>>(solver: impl Fn() -> S, rtol: f64) -> Vec<String> {
    let verdict = |problem: Problem| match problem.error(solver(), rtol) {
        Ok(error) if error < 1e-4 => None,
        Ok(error) => Some(format!("{}: error {error:.1e}", problem.name)),
        Err(reason) => Some(format!("{}: {reason}", problem.name)),
    };
    problems().into_iter().filter_map(verdict).collect()
}

/// That every component at the end is within `bound` of its value.
pub fn assert_reaches<S: Embedded<AnySize>>(problem: &Problem, solver: S, rtol: f64, bound: f64) {
    let error = problem.error(solver, rtol).unwrap_or_else(|reason| panic!("{}: {reason}", problem.name));
    assert!(error < bound, "{}: error {error:e}", problem.name);
}

/// The end of the interval, and the solution there.
pub fn reference(name: &str) -> (f64, Vec<f64>) {
    let root: Value = serde_json::from_str(include_str!("../reference/stiff.json")).unwrap();
    let problem = &root["problems"][name];
    let y = problem["y"].as_array().unwrap();
    (problem["t"].as_f64().unwrap(), y.iter().map(|y| y.as_str().unwrap().parse().unwrap()).collect())
}

/// The problems every method must solve.
pub fn problems() -> [Problem; 7] {
    [
        // The second component is about 10⁻¹³ at the end.
        Problem::new("robertson", AnySize::of_static(Robertson::problem()), 1e-8),
        // The velocity is about 10⁻³ away from the jumps.
        Problem::new("van_der_pol", AnySize::of_static(VanDerPol::problem(1000.0)), 1e-3),
        // Components of 1 to 10⁵.
        Problem::new("oregonator", AnySize::of_static(Oregonator::problem()), 1.0),
        // Components of 10⁻⁵ to 1.
        Problem::new("hires", AnySize::of_static(Hires::problem()), 1e-4),
        // From 1 down to 10⁻³ at the end; modes of a rate up to 40 000.
        Problem::new("heat", AnySize::of_static(Heat::problem::<100>()), 1e-4),
        // Components of 10⁻¹⁷ to 1; the smallest ones follow the others.
        Problem::new("pollution", AnySize::of_static(Pollution::problem()), 1e-6),
        e5_reduced(),
    ]
}

/// The second unknown comes to `9·10⁻²³`, the others to zero.
fn e5_reduced() -> Problem {
    let four = e5().expected;
    let expected = DVector::from_vec(vec![four[0], four[2], four[3]]);
    Problem {
        name: "e5_reduced",
        expected,
        floor: 1e-28,
        ..Problem::new("e5", AnySize::of_static(E5::reduced()), 1e-24)
    }
}

/// The same by four equations, with a tolerance of `10⁻³⁰` at the relative one `10⁻⁸`.
pub fn e5() -> Problem {
    Problem { floor: 1e-24, ..Problem::new("e5", AnySize::of_static(E5::problem()), 1e-22) }
}

/// Voltages of `10⁻²` to 1, currents of `10⁻⁸` to `10⁻³`, the smallest of which drive nothing.
pub fn ring_modulator() -> Problem {
    Problem { floor: 1e-5, ..Problem::new("ring_modulator", AnySize::of_static(RingModulator::problem()), 1e-2) }
}

/// Angles and velocities of `10⁻²` to 1. At `t = π` the force has a jump in its second derivative.
pub fn beam() -> Problem {
    Problem { jumps: &[PI], ..Problem::new("beam", AnySize::of_static(Beam::problem()), 1.0) }
}

/// Concentrations of 0 to 1.
pub fn medical_akzo_nobel() -> Problem {
    let problem = Problem::new("medical_akzo_nobel", AnySize::new(MedicalAkzoNobel::problem(200)), 1e-3);
    Problem { jumps: &[MedicalAkzoNobel::JUMP], floor: 1e-3, ..problem }
}
