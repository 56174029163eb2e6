//! A method of your own: its table is proved by the compiler, its order measured on your model.
//!
//! `cargo run --release --example 04_own_method`

use rheos::dynamics::problems::Forced;
use rheos::solver::explicit::Erk;
use rheos::solver::{Interpolant, Tableau};
use rheos::{Fixed, solve, verify};

/// Heun's method of order 3: K. Heun (1900).
struct Heun3;

impl Tableau<3> for Heun3 {
    const NAME: &'static str = "Heun 3";
    const ORDER: u32 = 3;
    const C: [f64; 3] = [0.0, 1.0 / 3.0, 2.0 / 3.0];
    const A: [[f64; 3]; 3] = [[0.0, 0.0, 0.0], [1.0 / 3.0, 0.0, 0.0], [0.0, 2.0 / 3.0, 0.0]];
    const B: [f64; 3] = [0.25, 0.0, 0.75];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<3> = Interpolant::linear(Self::B);
}

/// Being a constant, it checks the order conditions while it is compiled: `ORDER = 4` does not build.
const HEUN3: Erk<Heun3, 3> = Erk::new();

fn main() -> rheos::Result<()> {
    // A problem with a closed solution, in which time appears.
    let (model, start) = Forced::problem();
    let end = solve(&model, start, 0.0..10.0, HEUN3, Fixed::steps(1000))?;
    println!("error after 1000 steps: {:.1e}", (end.last() - Forced::exact(10.0)).norm());

    let report = verify::order(&model, &start, 0.0..10.0, &HEUN3)?;
    println!("{report}");
    assert!(report.passed());
    Ok(())
}
