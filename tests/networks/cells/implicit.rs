//! The step of a liquid time-constant cell: linearly implicit, with the conductance `f` frozen.

use nalgebra::SMatrix;
use rheos::formula::Static;
use rheos::nn::{Block, Gap, Ltc, Net, TimedRecurrence};
use rheos::state::Passive;
use rheos::train::uniform;
use rheos::{Dynamics, State};

use super::support::drawn;

type Hidden = SMatrix<f64, 3, 4>;
type Input = SMatrix<f64, 2, 4>;
type Cell = Net<Ltc<f64, 2, 3>, Static<4>>;

fn arguments() -> (Cell, Hidden, Input) {
    let mut params = Ltc::uniform(&mut uniform(1));
    params.log_tau.0 = drawn(&params.log_tau.0, 2);
    (Net::new(params), drawn(&Hidden::zeros(), 3), drawn(&Input::zeros(), 4))
}

/// The rate `1/τ + f` at the start of the step.
fn rate(cell: &Cell, h: &Hidden, x: &Input) -> Hidden {
    let params = cell.weights();
    let drive = *params.weight_ih * x + *params.weight_hh * h;
    Hidden::from_fn(|i, sample| {
        let f = 1.0 / (1.0 + (-(drive[(i, sample)] + params.bias[i])).exp());
        (-params.log_tau[i]).exp() + f
    })
}

/// `f ∘ A − (1/τ + f) ∘ h`.
fn field(cell: &Cell, h: &Hidden, x: &Input) -> Hidden {
    let y = (*h, Passive(*x));
    let mut slope = y.zeros_like();
    cell.flow().eval(0.0, &y, &mut slope);
    slope.0
}

fn step(cell: &Cell, h: &Hidden, x: &Input, dt: f64) -> Hidden {
    TimedRecurrence(cell.clone()).forward(x, h, Gap::Same(dt)).unwrap().0
}

#[test]
fn is_the_implicit_euler_method_of_the_frozen_equation() {
    let (cell, h, x) = arguments();
    let (rate, slope) = (rate(&cell, &h, &x), field(&cell, &h, &x));
    for dt in [0.01, 0.3, 2.0, 50.0] {
        let expected = h + slope.zip_map(&rate, |slope, rate| dt * slope / (1.0 + dt * rate));
        let error = (step(&cell, &h, &x, dt) - expected).amax() / expected.amax();
        assert!(error < 1e-15, "{dt}: {error:e}");
    }
}

/// One step has an error of `O(Δt²)`, and a long one ends at the rest point.
#[test]
fn tends_to_the_solution_of_the_frozen_equation() {
    let (cell, h, x) = arguments();
    let (rate, slope) = (rate(&cell, &h, &x), field(&cell, &h, &x));
    let solution = |dt: f64| h + slope.zip_map(&rate, |slope, rate| -slope / rate * (-rate * dt).exp_m1());
    let error = |dt: f64| (step(&cell, &h, &x, dt) - solution(dt)).amax();
    let orders = (9..12).map(|k| (error(0.5_f64.powi(k)) / error(0.5_f64.powi(k + 1))).log2() - 1.0);
    for (k, order) in (9..).zip(orders) {
        // The deviation from 1 is proportional to the step: 2.6 Δt here.
        assert!((order - 1.0).abs() < 4.0 * 0.5_f64.powi(k), "{order}");
    }
    let rest = h + slope.zip_map(&rate, |slope, rate| slope / rate);
    assert!((step(&cell, &h, &x, 1e15) - rest).amax() < 1e-14);
}

/// Every sample has its own gap.
#[test]
fn each_sample_moves_for_its_own_gap() {
    let (cell, h, x) = arguments();
    let gaps = [0.1, 2.0, 0.0, 0.7];
    let (h1, _) = TimedRecurrence(cell.clone()).forward(&x, &h, Gap::Each(&gaps)).unwrap();
    for (sample, dt) in gaps.into_iter().enumerate() {
        assert_eq!(h1.column(sample), step(&cell, &h, &x, dt).column(sample));
    }
    assert_eq!(h1.column(2), h.column(2));
}
