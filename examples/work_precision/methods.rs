//! The methods, by family; add a method by its name.

use rheos::dynamics::Jacobian;
use rheos::solver::explicit::{
    Bosh3, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, HeunEuler, Vern6, Vern8, Vern9,
};
use rheos::solver::implicit::{
    Esdirk3, Esdirk4, Esdirk5, Esdirk547, GaussLegendre4, GaussLegendre6, Kvaerno3, Radau, RadauIIA3, RadauIIA9,
    RadauIIA13, Sdirk4, TrBdf2,
};
use rheos::solver::multistep::{Adams, Ndf};
use rheos::solver::reversible::{Alf, ReversibleHeun};
use rheos::solver::rosenbrock::{Rodas3, Rodas4, Rodas4P, Ros3, Ros3P};
use rheos::{Bdf, Dopri5, Dynamics, RadauIIA5, Rodas5P, Tsit5, Vern7};

use crate::measure::{Case, Curve, Effort, curve};

/// One curve for each method, with its family and its name.
macro_rules! sweep {
    ($case:ident, $effort:ident; $($family:literal: $($method:expr),+;)+) => {
        vec![$($(curve($case, ($family, stringify!($method)), || $method, $effort)),+),+]
    };
}

/// Every method that needs no Jacobian.
pub fn explicit<F: Dynamics>(case: &Case<F>, effort: &Effort) -> Vec<Curve> {
    sweep! { case, effort;
        "order 2 and 3": HeunEuler, Fehlberg21, Bosh3, ReversibleHeun, Alf;
        "order 5": Fehlberg45, CashKarp, Dopri5, Tsit5;
        "order 6 to 9, and variable order": Vern6, Vern7, Vern8, Vern9, Dop853, Dopri8, Adams;
    }
}

/// Every method for stiff problems.
pub fn stiff<F: Jacobian>(case: &Case<F>, effort: &Effort) -> Vec<Curve> {
    sweep! { case, effort;
        "diagonally implicit": TrBdf2, Sdirk4, Kvaerno3, Esdirk3, Esdirk4, Esdirk5, Esdirk547;
        "Rosenbrock": Ros3, Ros3P, Rodas3, Rodas4, Rodas4P, Rodas5P;
        "collocation and multistep": RadauIIA3, RadauIIA5, RadauIIA9, RadauIIA13, Radau, GaussLegendre4, GaussLegendre6, Bdf, Ndf;
    }
}
