//! Collocation methods: fully implicit Runge–Kutta methods, whose stages are solved together.
//!
//! A polynomial `u` of degree `s` starts at `y₀` and satisfies the equation at `s` nodes; the step ends at `u(t + h)`.
//! Radau nodes give stiffly accurate methods of order `2s − 1`, Gauss nodes symplectic methods of order `2s`. One
//! engine serves both. It follows the code RADAU5: E. Hairer & G. Wanner, *Solving Ordinary Differential Equations II*,
//! section IV.8, and *Stiff differential equations solved by Radau methods*, J. Comput. Appl. Math. 111 (1999),
//! doi:10.1016/S0377-0427(99)00134-X.

mod engine;
mod estimate;
mod gauss;
mod newton;
mod radau;
mod radau13;
mod reverse;
mod tableau;
mod transposed;
mod variable;

pub use engine::{Collocation, CollocationWorkspace};
pub use gauss::{GaussLegendre4, GaussLegendre6};
pub use radau::{RadauIIA3, RadauIIA5, RadauIIA9};
pub use radau13::RadauIIA13;
pub use reverse::CollocationTape;
pub use tableau::{CollocationTableau, check_collocation, collocation_polynomial};
pub use variable::{Radau, RadauWorkspace};
