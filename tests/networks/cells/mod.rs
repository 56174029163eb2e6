//! Recurrent cells: their values, their fields, and the sequence models made of them.

mod batches;
mod combinations;
mod errors;
mod frozen;
mod gaps;
mod implicit;
mod oscillators;
mod plrnn;
mod reference;
mod steps;
mod support;
mod values;
