//! A system of 400 equations by factorisations of a band.

use std::time::Instant;

use crate::common::stiff::reference;
use rheos::dynamics::problems::stiff::MedicalAkzoNobel;
use rheos::solver::Embedded;
use rheos::solver::implicit::{Banded, Esdirk547, Radau};
use rheos::{Bdf, Pid, RadauIIA5, Rodas5P, solve};

/// The largest error at the end, relative to `|y| + 10⁻³`.
fn error_of_medical_akzo_nobel<S: Embedded<MedicalAkzoNobel>>(solver: S) -> f64 {
    let (end, expected) = reference("medical_akzo_nobel");
    let (field, y0) = MedicalAkzoNobel::problem(200);
    let start = Instant::now();
    let solution = solve(&field, y0, 0.0..end, solver, Pid::tolerance(1e-6).atol(1e-9)).unwrap();
    println!("{}: {:?}, {} steps", S::NAME, start.elapsed(), solution.stats.accepted);
    let errors = solution.last().iter().zip(&expected).map(|(y, e)| (y - e).abs() / (e.abs() + 1e-3));
    errors.fold(0.0, f64::max)
}

/// Against the values of `tests/reference/stiff_large.py`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_band_of_medical_akzo_nobel() {
    let band = Banded::new(2, 2);
    for (name, error) in [
        ("Bdf", error_of_medical_akzo_nobel(Bdf.with(band))),
        ("RadauIIA5", error_of_medical_akzo_nobel(RadauIIA5.with(band))),
        ("Radau", error_of_medical_akzo_nobel(Radau.with(band))),
        ("Rodas5P", error_of_medical_akzo_nobel(Rodas5P.with(band))),
        ("Esdirk547", error_of_medical_akzo_nobel(Esdirk547.with(band))),
    ] {
        println!("{name}: {error:e}");
        assert!(error < 1e-4, "{name}: {error:e}");
    }
}
