//! Stiff problems: E. Hairer and G. Wanner, *Solving Ordinary Differential Equations II*, section IV.10, and F. Mazzia and
//! C. Magherini, *Test Set for Initial Value Problem Solvers*, release 2.4 (2008).
//!
//! | problem | unknowns | from 0 to |
//! |---|---|---|
//! | [`Robertson`] | 3 | 4·10¹⁰ |
//! | [`VanDerPol`](super::VanDerPol)`::problem(1000.0)` | 2 | 2000 |
//! | [`Oregonator`] | 3 | 360 |
//! | [`E5`] | 4 | 10¹³ |
//! | [`Hires`] | 8 | 321.8122 |
//! | [`RingModulator`] | 15 | 10⁻³ |
//! | [`Pollution`] | 20 | 60 |
//! | [`Beam`] | 80 | 5 |
//! | [`Heat`] | any, usually 100 | 0.1 |
//! | [`MedicalAkzoNobel`] | any, usually 400 | 20 |
//! | [`Brusselator1d`] | any, usually 1000 | 10 |
//! | [`Brusselator2d`] | any, usually 32 768 | 11.5 |
//!
//! All but [`MedicalAkzoNobel`] are written over a generic scalar, so their [`Jacobian`](crate::dynamics::Jacobian) is
//! exact. [`MedicalAkzoNobel`] has a Jacobian of its own. The Jacobians of the last three are sparse.

mod beam;
mod brusselator_1d;
mod brusselator_2d;
mod e5;
mod heat;
mod hires;
mod medical_akzo_nobel;
mod oregonator;
mod pollution;
mod ring_modulator;
mod robertson;

pub use beam::Beam;
pub use brusselator_1d::Brusselator1d;
pub use brusselator_2d::Brusselator2d;
pub use e5::E5;
pub use heat::Heat;
pub use hires::Hires;
pub use medical_akzo_nobel::MedicalAkzoNobel;
pub use oregonator::Oregonator;
pub use pollution::Pollution;
pub use ring_modulator::RingModulator;
pub use robertson::Robertson;
