//! The methods, by family; a new one is one more name.

use rheos::{
    Adams, Alf, Bdf, Bosh3, CashKarp, Dop853, Dopri5, Dopri8, Dynamics, Esdirk3, Esdirk4, Esdirk5, Esdirk547,
    Fehlberg21, Fehlberg45, GaussLegendre4, GaussLegendre6, HeunEuler, Jacobian, Kvaerno3, Ndf, RadauIIA3, RadauIIA5,
    RadauIIA9, ReversibleHeun, Rodas3, Rodas4, Rodas4P, Rodas5P, Ros3, Ros3P, Sdirk4, TrBdf2, Tsit5, Vern6, Vern7,
    Vern8, Vern9,
};

use crate::measure::{Case, Curve, Effort, curve};

/// One curve for each method, with the family and the name it has here.
macro_rules! sweep {
    ($case:ident, $effort:ident; $($family:literal: $($method:expr),+;)+) => {
        vec![$($(curve($case, ($family, stringify!($method)), || $method, $effort)),+),+]
    };
}

/// Every method without a Jacobian.
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
        "collocation and multistep": RadauIIA3, RadauIIA5, RadauIIA9, GaussLegendre4, GaussLegendre6, Bdf, Ndf;
    }
}
