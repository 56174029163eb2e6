//! Fits to data, against SciPy and closed forms.

mod adjoints;
mod arguments;
mod collocation;
mod experiments;
mod hare_lynx;
mod nist;
mod outbreak;
#[path = "../common/outbreak.rs"]
mod outbreak_model;
mod predictions;
mod profiles;
mod reference;
mod robertson;
mod ways;
