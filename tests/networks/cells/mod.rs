//! Recurrent cells: their values, their fields, and the sequence models made of them.

mod reference;
mod support;
mod values;
