//! Methods: their orders, stability and cost, and the problems that they must solve.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod auto;
mod by_name;
mod collocation;
mod dae;
mod detest;
mod extra_stages;
mod imex;
mod implicit;
mod invariance;
mod krylov;
mod multistep;
mod multistep_adaptive;
mod multistep_allocation;
mod order;
mod order_conditions;
mod preconditioned;
mod radau;
mod reference_solutions;
mod rosenbrock;
mod stiff;
mod stiffness;
mod structure;
mod tolerances;
