//! The cost of the automatic choice of a method.

use rheos::dynamics::Jacobian;
use rheos::dynamics::problems::VanDerPol;
use rheos::solver::{DefaultSolver, Embedded};
use rheos::{Pid, Rodas5P, State, Tsit5, solve};

/// The price of a solve: a Jacobian counts as one evaluation for each coordinate.
fn price<F: Jacobian, S: Embedded<F>>(f: &F, y0: &F::State, end: f64, solver: S, pid: Pid) -> f64 {
    let most = pid.max_steps(20_000);
    match solve(f, y0.clone(), 0.0..end, solver, most) {
        Ok(solution) => (solution.stats.evaluations + solution.stats.jacobians * State::count(y0) as u64) as f64,
        Err(_) => f64::INFINITY,
    }
}

/// The default method must be a good choice at any tolerance.
fn dearness<F: Jacobian>(name: &str, f: &F, y0: &F::State, end: f64, atol: f64) -> Vec<String> {
    let mut found = Vec::new();
    for digits in 3..=12 {
        let rtol = 10.0_f64.powi(-digits);
        let pid = Pid::tolerance(rtol).atol(rtol * atol);
        let better = price(f, y0, end, Rodas5P, pid).min(price(f, y0, end, Tsit5, pid));
        let ratio = price(f, y0, end, DefaultSolver::default(), pid) / better;
        if better.is_finite() && (ratio.is_nan() || ratio > 3.0) {
            found.push(format!("{name} at {rtol:e}: {ratio:.2} times the cost of the better method"));
        }
    }
    found
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_automatic_choice_costs_at_most_three_times_the_better_of_its_methods() {
    use rheos::dynamics::problems::stiff::{Hires, Oregonator, Pollution, Robertson};
    let mut found = Vec::new();
    let (f, y0) = Robertson::problem();
    found.extend(dearness("Robertson", &f, &y0, 1e11, 1e-6));
    found.extend(dearness("Robertson, fine", &f, &y0, 1e11, 1e-4));
    let (f, y0) = Oregonator::problem();
    found.extend(dearness("Oregonator", &f, &y0, 360.0, 1.0));
    let (f, y0) = Hires::problem();
    found.extend(dearness("Hires", &f, &y0, 321.8122, 1e-3));
    let (f, y0) = Pollution::problem();
    found.extend(dearness("Pollution", &f, &y0, 60.0, 1e-3));
    let (f, y0) = VanDerPol::problem(1000.0);
    found.extend(dearness("Van der Pol", &f, &y0, 2000.0, 1.0));
    let (f, y0) = VanDerPol::problem(5.0);
    found.extend(dearness("Van der Pol, mild", &f, &y0, 50.0, 1.0));
    assert!(found.is_empty(), "{}", found.join("\n"));
}
