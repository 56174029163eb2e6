//! Multiple shooting for a fit by least squares.
//!
//! | file | |
//! |---|---|
//! | `run` | penalties, one after another, and single shooting at the end |
//! | `cut` | the segments of an experiment |
//! | `guess` | states at the cuts, from the measurements |
//! | `joined` | residuals of all segments, and their defects |

mod cut;
mod guess;
mod joined;
mod run;
