//! The methods, by family; a new one is one more name.

use rheos::{
    Bosh3, CashKarp, Dop853, Dopri5, Dopri8, Dynamics, Fehlberg45, HeunEuler, Jacobian, Kvaerno3, Kvaerno4, Kvaerno5,
    Sdirk4, TrBdf2, Tsit5, Vern6, Vern7, Vern8, Vern9,
};

use crate::measure::{Case, Curve, Effort, curve};

macro_rules! sweep {
    ($case:ident, $effort:ident; $($family:literal: $($method:expr),+;)+) => {
        vec![$($(curve($case, $family, || $method, $effort)),+),+]
    };
}

/// Every method without a Jacobian.
pub fn explicit<F: Dynamics>(case: &Case<F>, effort: &Effort) -> Vec<Curve> {
    sweep! { case, effort;
        "Runge–Kutta, order 2 to 5": HeunEuler, Bosh3, Fehlberg45, CashKarp, Dopri5, Tsit5;
        "Runge–Kutta, order 6 to 9": Vern6, Vern7, Vern8, Vern9, Dop853, Dopri8;
    }
}

/// Every method for stiff problems.
pub fn stiff<F: Jacobian>(case: &Case<F>, effort: &Effort) -> Vec<Curve> {
    sweep! { case, effort;
        "diagonally implicit Runge–Kutta": TrBdf2, Sdirk4, Kvaerno3, Kvaerno4, Kvaerno5;
    }
}
