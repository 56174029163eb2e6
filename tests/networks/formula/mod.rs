//! Networks written as formulas.

mod allocation;
mod cells;
mod derivatives;
mod duals;
mod foreign;
mod heap;
mod hygiene;
mod invariance;
mod names;
mod nested;
mod not_numbers;
mod operations;
mod physical;
mod reference;
mod run_time;
mod second;
mod support;
mod traces;
