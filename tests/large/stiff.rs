//! The larger stiff problems by a few methods, against published values, and the others by the methods of low order.
//!
//! Two methods of low order take so many steps that the errors add up to more: TR-BDF2 to `10⁻³` and ESDIRK3(2) to
//! `2·10⁻⁴` on the Oregonator. They must get there at `10⁻⁸`.

use crate::common::stiff::{assert_reaches, beam, failures, medical_akzo_nobel, ring_modulator};
use rheos::solver::implicit::{Esdirk3, Krylov, Kvaerno3, RadauIIA3, RadauIIA9, TrBdf2};
use rheos::solver::rosenbrock::{Rodas3, Ros3, Ros3P};
use rheos::{Bdf, RadauIIA5, Rodas5P};

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn ring_modulator_by_rodas5p() {
    assert_reaches(&ring_modulator(), Rodas5P, 1e-6, 1e-4);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn ring_modulator_by_radau9() {
    assert_reaches(&ring_modulator(), RadauIIA9, 1e-5, 1e-5);
}

/// The method of order 5 with its estimate of order 3 takes three times as many steps as at order 9.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn ring_modulator_by_radau5() {
    assert_reaches(&ring_modulator(), RadauIIA5, 1e-4, 1e-2);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn beam_by_three_methods() {
    assert_reaches(&beam(), RadauIIA5, 1e-6, 1e-3);
    assert_reaches(&beam(), RadauIIA9, 1e-6, 3e-4);
    assert_reaches(&beam(), Rodas5P, 1e-6, 1e-3);
}

/// By products with the Jacobian alone: its factorisation takes seconds.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn medical_akzo_nobel_by_bdf() {
    assert_reaches(&medical_akzo_nobel(), Bdf.with(Krylov::new()), 1e-5, 1e-3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn medical_akzo_nobel_by_kvaerno3() {
    assert_reaches(&medical_akzo_nobel(), Kvaerno3.with(Krylov::new()), 1e-4, 2e-3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn tr_bdf2() {
    assert_eq!(failures(|| TrBdf2, 1e-8), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn esdirk3() {
    assert_eq!(failures(|| Esdirk3, 1e-8), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn radau3() {
    assert_eq!(failures(|| RadauIIA3, 1e-6), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn kvaerno3() {
    assert_eq!(failures(|| Kvaerno3, 1e-6), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn ros3() {
    assert_eq!(failures(|| Ros3, 1e-6), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn ros3p() {
    assert_eq!(failures(|| Ros3P, 1e-6), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn rodas3() {
    assert_eq!(failures(|| Rodas3, 1e-6), [""; 0]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn radau5() {
    assert_eq!(failures(|| RadauIIA5, 1e-6), [""; 0]);
}
