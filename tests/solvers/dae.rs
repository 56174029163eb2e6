//! Differential-algebraic systems `M y' = f(t, y)`.

use nalgebra::{SVector, vector};
use rheos::dynamics::Dynamics;
use rheos::dynamics::problems::dae::{ChemicalAkzoNobel, Robertson, TransistorAmplifier};
use rheos::solver::Embedded;
use rheos::solver::implicit::{Esdirk547, Kvaerno3, RadauIIA3, RadauIIA9, Sdirk4, TrBdf2};
use rheos::solver::multistep::Ndf;
use rheos::solver::rosenbrock::{Rodas4, Rodas4P};
use rheos::{Bdf, Pid, RadauIIA5, Rodas5P, solve};

/// The largest relative error of the components at the end.
fn error_of<F, S, const N: usize>(
    (f, y0): (&F, SVector<f64, N>),
    end: f64,
    solver: S,
    control: Pid,
    exact: &SVector<f64, N>,
) -> f64
where
    F: Dynamics<State = SVector<f64, N>>,
    S: Embedded<F>,
{
    let found = solve(f, y0, 0.0..end, solver, control).unwrap_or_else(|failure| panic!("{}", failure.error));
    found.last().zip_map(exact, |y, exact| ((y - exact) / exact).abs()).max()
}

/// Solves with every method, and asserts the relative error of each.
macro_rules! with_every_method {
    ($problem:expr, $end:expr, $control:expr, $exact:expr, $limit:expr) => {
        with_every_method!(@ $problem, $end, $control, $exact, $limit,
            RadauIIA3, RadauIIA5, RadauIIA9, Rodas4, Rodas4P, Rodas5P, Bdf, Ndf, TrBdf2, Kvaerno3, Esdirk547, Sdirk4)
    };
    (@ $problem:expr, $end:expr, $control:expr, $exact:expr, $limit:expr, $($method:ident),*) => {
        $({
            let (f, y0) = $problem;
            let error = error_of((&f, y0), $end, $method, $control, &$exact);
            assert!(error < $limit, "{}: {error:e}", stringify!($method));
        })*
    };
}

#[test]
fn robertson_agrees_with_the_test_set() {
    // From t = 0 to 10¹¹.
    let exact = vector![0.208_334_014_970_125_5e-7, 0.833_336_077_033_471_3e-13, 0.999_999_979_166_505_0];
    let control = Pid::tolerance(1e-7).atol(1e-14);
    for tight in [1e-7, 1e-9] {
        let (f, y0) = Robertson::problem();
        let error = error_of((&f, y0), 1e11, RadauIIA5, Pid::tolerance(tight).atol(1e-7 * tight), &exact);
        assert!(error < 1e3 * tight, "{error:e}");
    }
    let (f, y0) = Robertson::problem();
    assert!(error_of((&f, y0), 1e11, Rodas5P, control, &exact) < 1e-4);
}

#[test]
fn the_chemical_process_agrees_with_the_test_set() {
    let exact = vector![
        0.115_079_492_066_170_2,
        0.120_383_147_156_771_5e-2,
        0.161_156_288_740_797_4,
        0.365_615_642_124_928_3e-3,
        0.170_801_088_526_440_4e-1,
        0.487_353_131_030_745_5e-2
    ];
    let control = Pid::tolerance(1e-7).atol(1e-10);
    with_every_method!(ChemicalAkzoNobel::problem(), ChemicalAkzoNobel::END, control, exact, 1e-4);
}

#[test]
fn the_amplifier_agrees_with_the_test_set() {
    let exact = vector![
        -0.556_214_501_226_270_9e-2,
        0.300_652_247_190_304_2e1,
        0.284_995_878_860_812_8e1,
        0.292_642_253_620_624_1e1,
        0.270_461_786_501_055_4e1,
        0.276_183_777_839_314_5e1,
        0.477_092_763_163_177_2e1,
        0.123_699_586_809_154_8e1
    ];
    let control = Pid::tolerance(1e-7);
    with_every_method!(TransistorAmplifier::problem(), TransistorAmplifier::END, control, exact, 1e-4);
}
