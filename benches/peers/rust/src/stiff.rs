//! The stiff problems, written once for every Rust library; `cpp/stiff.hpp` and `python/stiff.py` say the same.

mod brusselator;
mod chemistry;
mod dae;
mod oscillators;
mod pollution;

pub use brusselator::Brusselator;
pub use chemistry::{E5, Hires, Robertson};
pub use dae::{ChemicalAkzoNobel, DaeProblem, TransistorAmplifier};
pub use oscillators::{Oregonator, VanDerPol};
pub use pollution::Pollution;

use nalgebra::Const;
use rheos::state::SquareDim;

/// `y' = f(y)` from 0 to `END`.
pub trait StiffProblem<const N: usize> {
    const NAME: &'static str;
    const END: f64;
    /// The absolute tolerance is the relative one times this.
    const SCALE: f64;
    fn start() -> [f64; N];
    fn rhs(y: &[f64; N], dy: &mut [f64; N]);
    /// Calls `set(i, j, x)` for all entries of the Jacobian that can differ from zero.
    fn entries(y: &[f64; N], set: impl FnMut(usize, usize, f64));
}

/// A task for every problem.
pub trait VisitStiff {
    /// A problem of a few equations, so that static matrices serve.
    fn small<P: StiffProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim;
    /// A problem of many equations, with five diagonals in its Jacobian.
    fn banded<P: StiffProblem<N>, const N: usize>(&mut self);
    /// A system with a mass matrix. Most libraries have no such systems.
    fn dae<P: DaeProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
    }
}

/// Visits all problems.
pub fn each_stiff(visitor: &mut impl VisitStiff) {
    visitor.small::<Robertson, 3>();
    visitor.small::<VanDerPol, 2>();
    visitor.small::<Oregonator, 3>();
    visitor.small::<Hires, 8>();
    visitor.small::<Pollution, 20>();
    visitor.small::<E5, 3>();
    visitor.banded::<Brusselator, 100>();
    visitor.banded::<Brusselator, 1000>();
    visitor.dae::<ChemicalAkzoNobel, 6>();
    visitor.dae::<TransistorAmplifier, 8>();
}
