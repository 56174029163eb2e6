//! Networks: formulas with their parameters.
//!
//! | file | |
//! |---|---|
//! | `network` | the type, its parameters and its fields |
//! | `layer` | its values and pullbacks on batches |
//! | `entries` | batches as slices, and the check of their samples |

mod entries;
mod layer;
mod network;

pub use network::Net;

use crate::formula::{Formula, Shape, Store, Structure};

/// The element of the weights of a formula.
type ElementOf<P> = <<P as Structure>::Store as Store>::Element;
/// The arguments of a formula.
type InputOf<P, K> = <<P as Formula>::Input as Shape>::Of<<P as Structure>::Store, K>;
/// The value of a formula.
type OutputOf<P, K> = <<P as Formula>::Output as Shape>::Of<<P as Structure>::Store, K>;
