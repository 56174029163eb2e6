//! Prolongation and restriction: models at twice and at half the resolution in time.
//!
//! | file | |
//! |---|---|
//! | `traits` | the trait |
//! | `fields` | fields, with and without weights that depend on time |
//! | `blocks` | residual stacks and ODE blocks |
//! | `models` | models of vectors and of sequences |
//! | `lists` | lists of blocks, twice and half as long |

mod blocks;
mod fields;
mod lists;
mod models;
mod traits;

pub use traits::Refine;
