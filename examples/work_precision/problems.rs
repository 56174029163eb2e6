//! The problems of the diagrams.

use std::f64::consts::PI;

use nalgebra::{SVector, Vector2, vector};
use rheos::dynamics::problems::VanDerPol;
use rheos::dynamics::problems::detest::{B1, D5};
use rheos::dynamics::problems::stiff::{
    Beam, E5, Heat, Hires, MedicalAkzoNobel, Oregonator, Pollution, RingModulator, Robertson,
};
use rheos::{Autodiff, Dynamics, GenericDynamics, Scalar};

use crate::any_size::AnySize;
use crate::measure::Case;
use crate::reference;

/// A problem with errors and tolerances relative to `1 + |y|`.
fn nonstiff<F: Dynamics>(
    name: &'static str,
    title: &'static str,
    (field, y0): (F, F::State),
    (end, expected): (f64, Vec<f64>),
) -> Case<F> {
    Case { name, title, field, y0, end, expected, atol: 1.0, floor: 1.0, jumps: &[] }
}

/// A problem with errors relative to `|y|`.
fn stiff<F: Dynamics>(name: &'static str, title: &'static str, (field, y0): (F, F::State), atol: f64) -> Case<F> {
    let (end, expected) = reference::stiff(name);
    Case { name, title, field, y0, end, expected, atol, floor: 0.0, jumps: &[] }
}

pub fn populations() -> Case<Autodiff<B1, 2, 0>> {
    nonstiff("b1", "Two populations (DETEST B1)", B1::problem(), reference::nonstiff("B1"))
}

pub fn orbit() -> Case<Autodiff<D5, 4, 0>> {
    nonstiff("d5", "Kepler's problem, eccentricity 0.9 (DETEST D5)", D5::problem(), reference::nonstiff("D5"))
}

pub fn robertson() -> Case<Autodiff<Robertson, 3, 3>> {
    stiff("robertson", "Robertson's reaction, t = 4·10¹⁰", Robertson::problem(), 1e-8)
}

pub fn van_der_pol() -> Case<Autodiff<VanDerPol, 2, 1>> {
    stiff("van_der_pol", "Van der Pol's oscillator, μ = 1000", VanDerPol::problem(1000.0), 1e-3)
}

pub fn oregonator() -> Case<Autodiff<Oregonator, 3, 3>> {
    stiff("oregonator", "Oregonator (OREGO)", Oregonator::problem(), 1.0)
}

pub fn hires() -> Case<Autodiff<Hires, 8, 0>> {
    stiff("hires", "High irradiance responses (HIRES)", Hires::problem(), 1e-4)
}

pub fn heat() -> Case<Autodiff<Heat, 100, 0>> {
    stiff("heat", "Heat equation, 100 nodes", Heat::problem(), 1e-4)
}

pub fn pollution() -> Case<AnySize> {
    stiff("pollution", "Air pollution (POLLU)", AnySize::of_static(Pollution::problem()), 1e-6)
}

/// E5 in three unknowns: with four, double precision leaves only three digits.
pub fn e5() -> Case<AnySize> {
    let four = stiff("e5", "Pyrolysis (E5), three equations", AnySize::of_static(E5::reduced()), 1e-24);
    let expected = [0, 2, 3].map(|i| four.expected[i]).to_vec();
    Case { expected, floor: 1e-28, ..four }
}

pub fn ring_modulator() -> Case<AnySize> {
    let case = stiff("ring_modulator", "Ring modulator", AnySize::of_static(RingModulator::problem()), 1e-2);
    Case { floor: 1e-5, ..case }
}

pub fn beam() -> Case<AnySize> {
    Case { jumps: &[PI], ..stiff("beam", "Elastic beam", AnySize::of_static(Beam::problem()), 1.0) }
}

pub fn medical_akzo_nobel() -> Case<AnySize> {
    let problem = AnySize::new(MedicalAkzoNobel::problem(200));
    let case = stiff("medical_akzo_nobel", "Medical Akzo Nobel problem, 400 equations", problem, 1e-3);
    Case { jumps: &[MedicalAkzoNobel::JUMP], floor: 1e-3, ..case }
}

/// R. F. Arenstorf's periodic orbit of a satellite of the earth and the moon: Hairer, Nørsett & Wanner I, section II.0.
#[derive(Clone, Copy)]
pub struct Arenstorf;

impl GenericDynamics<4, 0> for Arenstorf {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 4>, _: &SVector<T, 0>) -> SVector<T, 4> {
        const MOON: f64 = 0.012277471;
        const EARTH: f64 = 1.0 - MOON;
        // The pull of a body at `x` on the axis, of unit mass.
        let pull = |x: f64| {
            let d = y[0] - x;
            let r2 = d * d + y[1] * y[1];
            vector![d, y[1]] / (r2 * r2.sqrt())
        };
        let (earth, moon) = (pull(-MOON), pull(EARTH));
        vector![
            y[2],
            y[3],
            y[0] + y[3] * 2.0 - earth[0] * EARTH - moon[0] * MOON,
            y[1] - y[2] * 2.0 - earth[1] * EARTH - moon[1] * MOON
        ]
    }
}

/// One period of Arenstorf's orbit, after which the satellite is back.
pub fn arenstorf() -> Case<Autodiff<Arenstorf, 4, 0>> {
    let y0 = vector![0.994, 0.0, 0.0, -2.001_585_106_379_082_5];
    let end = 17.065_216_560_157_96;
    nonstiff(
        "arenstorf",
        "Arenstorf's orbit",
        (Autodiff::new(Arenstorf, SVector::zeros()), y0),
        (end, y0.as_slice().to_vec()),
    )
}

/// Seven stars in a plane, of the masses 1 to 7: Hairer, Nørsett & Wanner I, section II.10.
#[derive(Clone, Copy)]
pub struct Pleiades;

impl GenericDynamics<28, 0> for Pleiades {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 28>, _: &SVector<T, 0>) -> SVector<T, 28> {
        let mut dy = SVector::<T, 28>::zeros();
        for i in 0..7 {
            dy[i] = y[14 + i];
            dy[7 + i] = y[21 + i];
            for j in (0..7).filter(|&j| j != i) {
                let d = Vector2::new(y[j] - y[i], y[7 + j] - y[7 + i]);
                let r2 = d[0] * d[0] + d[1] * d[1];
                let pull = (r2 * r2.sqrt()).recip() * (j + 1) as f64;
                dy[14 + i] += d[0] * pull;
                dy[21 + i] += d[1] * pull;
            }
        }
        dy
    }
}

/// The Pleiades to `t = 3`, with the end of Mazzia & Magherini, *Test Set for IVP Solvers*.
pub fn pleiades() -> Case<Autodiff<Pleiades, 28, 0>> {
    let y0 = [
        3.0, 3.0, -1.0, -3.0, 2.0, -2.0, 2.0, 3.0, -3.0, 2.0, 0.0, 0.0, -4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.75, -1.5,
        0.0, 0.0, 0.0, -1.25, 1.0, 0.0, 0.0,
    ];
    let end = [
        0.370_613_914_397_050_2,
        3.237_284_092_057_233,
        -3.222_559_032_418_324,
        0.659_709_145_577_531,
        0.342_558_170_715_658_4,
        1.562_172_101_400_631,
        -0.700_309_292_221_249_5,
        -3.943_437_585_517_392,
        -3.271_380_973_972_55,
        5.225_081_843_456_543,
        -2.590_612_434_977_47,
        1.198_213_693_392_275,
        -0.242_968_234_493_582_4,
        1.091_449_240_428_98,
        3.417_003_806_314_313,
        1.354_584_501_625_501,
        -2.590_065_597_810_775,
        2.025_053_734_714_242,
        -1.155_815_100_160_448,
        -0.807_298_817_022_302_1,
        0.595_239_635_420_871,
        -3.741_244_961_234_01,
        0.377_345_968_575_063,
        0.938_685_886_955_107_3,
        0.366_792_227_220_057_1,
        -0.347_404_635_380_849,
        2.344_915_448_180_937,
        -1.947_020_434_263_292,
    ];
    let problem = (Autodiff::new(Pleiades, SVector::zeros()), SVector::from(y0));
    nonstiff("pleiades", "Seven stars (Pleiades)", problem, (3.0, end.to_vec()))
}
