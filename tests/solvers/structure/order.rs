//! The order of every method, on an autonomous and on a non-autonomous problem, of its solution and of its dense output.

use rheos::dynamics::problems::{Forced, Orbit};
use rheos::solver::explicit::{Bosh3, Heun};
use rheos::solver::reversible::{Alf, Coupled, DampedAlf, ReversibleHeun};
use rheos::solver::symplectic::{BlanesMoan4, Leapfrog, PositionVerlet, Ruth3, SymplecticEuler, Yoshida4, Yoshida6};
use rheos::verify::{OrderReport, dense_order, order_with};
use rheos::{Dopri5, Rk4};

use super::problems::{Kepler, Shaken};

/// Whether the error falls with the declared power of the step, give or take 0.2, between the finest grid with an error
/// above 1e-10 and the one with steps twice as long; above order 4, where the next term of the error may still be the
/// larger one, whether it falls at least as fast. Rounding adds up along an orbit more than elsewhere.
fn shows_its_order(report: &OrderReport) -> bool {
    let lines = &report.refinements;
    let Some(fine) = lines.iter().rposition(|line| line.error > 1e-10) else { return false };
    let Some(coarse) = fine.checked_sub(2) else { return false };
    let order = (lines[coarse].error / lines[fine].error).log2() / (lines[coarse].h / lines[fine].h).log2();
    let excess = order - f64::from(report.declared);
    excess > -0.2 && (excess < 0.2 || report.declared > 4)
}

macro_rules! symplectic {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn autonomous() {
                let report = order_with(&Kepler, &Kepler::exact(0.0), 0.0..8.0, &$method, Kepler::exact).unwrap();
                assert!(shows_its_order(&report), "{report}");
            }

            #[test]
            fn non_autonomous() {
                let report = order_with(&Shaken, &Shaken::exact(0.0), 0.0..8.0, &$method, Shaken::exact).unwrap();
                assert!(shows_its_order(&report), "{report}");
            }

            #[test]
            fn backwards_in_time() {
                let report = order_with(&Shaken, &Shaken::exact(8.0), 8.0..0.0, &$method, Shaken::exact).unwrap();
                assert!(shows_its_order(&report), "{report}");
            }

            #[test]
            fn dense_output() {
                let report = dense_order(&Shaken, 0.0..4.0, &$method, Shaken::exact).unwrap();
                assert!(report.passed(), "{report}");
            }
        })*
    };
}

symplectic! {
    symplectic_euler: SymplecticEuler,
    leapfrog: Leapfrog,
    position_verlet: PositionVerlet,
    ruth3: Ruth3,
    yoshida4: Yoshida4,
    blanes_moan4: BlanesMoan4,
    yoshida6: Yoshida6,
}

macro_rules! reversible {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn autonomous() {
                let (f, y0) = Orbit::problem();
                let report = order_with(&f, &y0, 0.0..4.0, &$method, Orbit::exact).unwrap();
                assert!(shows_its_order(&report), "{report}");
            }

            #[test]
            fn non_autonomous() {
                let (f, y0) = Forced::problem();
                let report = order_with(&f, &y0, 0.0..4.0, &$method, Forced::exact).unwrap();
                assert!(shows_its_order(&report), "{report}");
            }

            #[test]
            fn dense_output() {
                let (f, _) = Forced::problem();
                let report = dense_order(&f, 0.0..4.0, &$method, Forced::exact).unwrap();
                assert!(report.passed(), "{report}");
            }
        })*
    };
}

reversible! {
    reversible_heun: ReversibleHeun,
    alf: Alf,
    damped_alf: DampedAlf::new(0.8).unwrap(),
    coupled_heun: Coupled::new(Heun),
    coupled_bosh3: Coupled::new(Bosh3).coupling(0.9).unwrap(),
    coupled_rk4: Coupled::new(Rk4),
    coupled_dopri5: Coupled::new(Dopri5),
}

#[test]
fn the_solutions_of_the_separable_problems_solve_them() {
    use rheos::Dynamics;
    let h = 1e-5;
    for t in [0.1, 1.3, 4.0] {
        let mut slope = (0.0, 0.0);
        Shaken.eval(t, &Shaken::exact(t), &mut slope);
        let (after, before) = (Shaken::exact(t + h), Shaken::exact(t - h));
        assert!((slope.0 - (after.0 - before.0) / (2.0 * h)).abs() < 1e-9);
        assert!((slope.1 - (after.1 - before.1) / (2.0 * h)).abs() < 1e-9);
        let mut slope = Kepler::exact(t);
        Kepler.eval(t, &Kepler::exact(t), &mut slope);
        let (after, before) = (Kepler::exact(t + h), Kepler::exact(t - h));
        assert!((slope.0 - (after.0 - before.0) / (2.0 * h)).norm() < 1e-9);
        assert!((slope.1 - (after.1 - before.1) / (2.0 * h)).norm() < 1e-9);
    }
}
