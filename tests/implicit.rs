//! Implicit methods: order, stability, and what happens when Newton's method fails.

use nalgebra::{DVector, SVector, Vector2, Vector3, vector};
use rheos::problems::{Driven, Orbit, VanDerPol};
use rheos::verify::{dense_order, order_with};
use rheos::{Dynamics, Error, Fixed, ImplicitEuler, Ivp, Kvaerno3, Pid, Solver, ode, solve};

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn autonomous() {
                let (f, y0) = Orbit::problem();
                let report = order_with(&f, &y0, 0.0..8.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn non_autonomous() {
                let (f, y0) = Driven::problem();
                let report = order_with(&f, &y0, 0.0..10.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn backwards_in_time() {
                let (f, _) = Driven::problem();
                let report = order_with(&f, &Driven::exact(10.0), 10.0..0.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn dense_output() {
                let (f, _) = Driven::problem();
                let report = dense_order(&f, 0.0..4.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
                let (f, _) = Orbit::problem();
                let report = dense_order(&f, 0.0..4.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }
        })*
    };
}

for_every_method! {
    implicit_euler: ImplicitEuler,
    kvaerno3: Kvaerno3,
}

#[test]
fn scratch() {
    let (f, y0) = VanDerPol::problem(1000.0);
    for tol in [1e-4, 1e-6, 1e-8] {
        let s = solve(&f, y0, 0.0..2000.0, Kvaerno3, Pid::new(tol, tol)).unwrap();
        println!("{:?} {:?}", s.last(), s.stats);
    }
}
