//! Additive Runge–Kutta methods: implicit in the stiff part of a field, explicit in the rest.
//!
//! | method | order | implicit stages | for |
//! |---|---|---|---|
//! | [`ImexEuler`](type@ImexEuler) | 1 | 1 | fixed steps |
//! | [`Ars222`](type@Ars222), [`Ars443`](type@Ars443) | 2, 3 | 2, 4 | fixed steps |
//! | [`KenCarp3`](type@KenCarp3) | 3(2) | 3 | adaptive steps at low accuracy |
//! | [`KenCarp4`](type@KenCarp4) | 4(3) | 5 | most split problems |
//! | [`KenCarp5`](type@KenCarp5) | 5(4) | 7 | tighter tolerances; lands on its save times |
//! | [`Esdirk3`](type@Esdirk3), [`Esdirk4`](type@Esdirk4), [`Esdirk5`](type@Esdirk5) | 3(2), 4(3), 5(4) | 3, 5, 7 | fields in one part: the implicit parts alone |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Imex`] | the method of an [`ImexTableau`], checked by [`check_imex`] and [`check_embedded_imex`] |
//! | [`tables`] | the tableaus of the methods above |
//! | helper types | [`ImexTape`], [`ImexWorkspace`] |
//!
//! The field is a [`Split`](crate::dynamics::Split). If both parts implement [`SplitVjp`](crate::dynamics::SplitVjp),
//! steps have an exact transpose, which [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) uses.
//!
//! U. M. Ascher, S. J. Ruuth & R. J. Spiteri, *Implicit-explicit Runge–Kutta methods for time-dependent partial
//! differential equations*, Appl. Numer. Math. 25 (1997), doi:10.1016/S0168-9274(97)00056-1. The tableaus are checked
//! at compile time; the coupling conditions are checked in `tests/solvers/imex.rs`.

mod ars222;
mod ars443;
mod engine;
mod euler;
mod kencarp3;
mod kencarp4;
mod kencarp5;
mod reverse;
mod tableau;

pub use ars222::Ars222;
pub use ars443::Ars443;
pub use engine::{Imex, ImexWorkspace};
pub use euler::ImexEuler;
pub use kencarp3::{Esdirk3, KenCarp3};
pub use kencarp4::{Esdirk4, KenCarp4};
pub use kencarp5::{Esdirk5, KenCarp5};
pub use reverse::ImexTape;
pub use tableau::{ImexTableau, check_embedded_imex, check_imex};

/// The tableaus of the methods.
pub mod tables {
    pub use super::ars222::{Ars222ExplicitTable, Ars222ImplicitTable, Ars222Table};
    pub use super::ars443::{Ars443ExplicitTable, Ars443ImplicitTable, Ars443Table};
    pub use super::euler::{ImexEulerExplicitTable, ImexEulerImplicitTable, ImexEulerTable};
    pub use super::kencarp3::{Esdirk3Table, KenCarp3ExplicitTable, KenCarp3Table};
    pub use super::kencarp4::{Esdirk4Table, KenCarp4ExplicitTable, KenCarp4Table};
    pub use super::kencarp5::{Esdirk5Table, KenCarp5ExplicitTable, KenCarp5ImplicitTable, KenCarp5Table};
}

/// `b − b̂`.
const fn difference<const S: usize>(b: [f64; S], b_hat: [f64; S]) -> [f64; S] {
    let mut e = b;
    let mut i = 0;
    while i < S {
        e[i] -= b_hat[i];
        i += 1;
    }
    e
}
