//! The two lists of names: explicit methods for every field, and all methods for fields with a Jacobian.

use super::dispatch::methods_by_name;
use crate::dynamics::{Dynamics, Jacobian};
use crate::solver::explicit::{Bosh3, CashKarp, Dop853, Dopri5, Dopri8, Fehlberg45, Tsit5, Vern6, Vern7, Vern8, Vern9};
use crate::solver::implicit::{Esdirk547, Kvaerno3, Radau, RadauIIA3, RadauIIA5, RadauIIA9, RadauIIA13, TrBdf2};
use crate::solver::multistep::{Adams, Bdf, Ndf};
use crate::solver::rosenbrock::{Rodas4, Rodas4P, Rodas5P, Ros3P};
use crate::solver::{Auto, DefaultSolver};

methods_by_name! {
    /// An explicit method with an error estimate, chosen by its name at run time.
    ///
    /// The list is a selection. Its steps have no transpose: for a gradient use
    /// [`BacksolveAdjoint`](crate::adjoint::BacksolveAdjoint) or another continuous adjoint. It serves every field, tensors
    /// included; [`AnySolver`] has the stiff methods as well. It takes the steps of
    /// the method itself, to the last bit.
    ///
    /// ```
    /// use rheos::{Ivp, Pid, ode};
    /// use rheos::solver::AnyExplicit;
    ///
    /// let method: AnyExplicit = "dop853".parse()?;
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let solution = Ivp::new(&decay, 1.0, 0.0..1.0).solve(method, Pid::tolerance(1e-9))?;
    /// assert!((solution.last() - (-1.0_f64).exp()).abs() < 1e-8);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub enum AnyExplicit, AnyExplicitWorkspace for Dynamics {
        "bosh3" Bosh3(Bosh3) = Bosh3,
        "cash_karp" CashKarp(CashKarp) = CashKarp,
        "fehlberg45" Fehlberg45(Fehlberg45) = Fehlberg45,
        "dopri5" Dopri5(Dopri5) = Dopri5,
        "tsit5" Tsit5(Tsit5) = Tsit5,
        "vern6" Vern6(Vern6) = Vern6,
        "vern7" Vern7(Vern7) = Vern7,
        "vern8" Vern8(Vern8) = Vern8,
        "vern9" Vern9(Vern9) = Vern9,
        "dopri8" Dopri8(Dopri8) = Dopri8,
        "dop853" Dop853(Dop853) = Dop853,
        "adams" Adams(Adams) = Adams,
    }
}

methods_by_name! {
    /// A method with an error estimate, explicit or stiff, chosen by its name at run time.
    ///
    /// The list is a selection. Its steps have no transpose: for a gradient use
    /// [`BacksolveAdjoint`](crate::adjoint::BacksolveAdjoint) or another continuous adjoint. The field has a [`Jacobian`],
    /// exact or by differences. For tensors and other states without matrices,
    /// [`AnyExplicit`] has the explicit methods. `"auto"` is [`DefaultSolver`]. It takes the steps of the method itself,
    /// to the last bit.
    ///
    /// ```
    /// use rheos::dynamics::problems::VanDerPol;
    /// use rheos::solver::AnySolver;
    /// use rheos::{Pid, solve};
    ///
    /// let (f, y0) = VanDerPol::problem(1000.0);
    /// for name in ["rodas5p", "radau_iia5", "bdf"] {
    ///     let method: AnySolver = name.parse()?;
    ///     let solution = solve(&f, y0, 0.0..100.0, method, Pid::tolerance(1e-6))?;
    ///     assert!(solution.stats.accepted < 1000);
    /// }
    /// let error = "rk5".parse::<AnySolver>().unwrap_err();
    /// assert!(error.to_string().contains("rodas5p"));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub enum AnySolver, AnySolverWorkspace for Jacobian {
        "auto" Auto(DefaultSolver) = Auto::new(Tsit5, Rodas5P),
        "bosh3" Bosh3(Bosh3) = Bosh3,
        "cash_karp" CashKarp(CashKarp) = CashKarp,
        "fehlberg45" Fehlberg45(Fehlberg45) = Fehlberg45,
        "dopri5" Dopri5(Dopri5) = Dopri5,
        "tsit5" Tsit5(Tsit5) = Tsit5,
        "vern6" Vern6(Vern6) = Vern6,
        "vern7" Vern7(Vern7) = Vern7,
        "vern8" Vern8(Vern8) = Vern8,
        "vern9" Vern9(Vern9) = Vern9,
        "dopri8" Dopri8(Dopri8) = Dopri8,
        "dop853" Dop853(Dop853) = Dop853,
        "adams" Adams(Adams) = Adams,
        "ros3p" Ros3P(Ros3P) = Ros3P,
        "rodas4" Rodas4(Rodas4) = Rodas4,
        "rodas4p" Rodas4P(Rodas4P) = Rodas4P,
        "rodas5p" Rodas5P(Rodas5P) = Rodas5P,
        "tr_bdf2" TrBdf2(TrBdf2) = TrBdf2,
        "kvaerno3" Kvaerno3(Kvaerno3) = Kvaerno3,
        "esdirk547" Esdirk547(Esdirk547) = Esdirk547,
        "radau_iia3" RadauIIA3(RadauIIA3) = RadauIIA3,
        "radau_iia5" RadauIIA5(RadauIIA5) = RadauIIA5,
        "radau_iia9" RadauIIA9(RadauIIA9) = RadauIIA9,
        "radau_iia13" RadauIIA13(RadauIIA13) = RadauIIA13,
        "radau" Radau(Radau) = Radau,
        "bdf" Bdf(Bdf) = Bdf,
        "ndf" Ndf(Bdf) = Ndf,
    }
}
