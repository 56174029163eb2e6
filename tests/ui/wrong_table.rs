//! A wrong digit in a table: the weights of Heun's method do not add up to 1.

use rheos::solver::Tableau;

struct MyTable;

impl Tableau<2> for MyTable {
    const NAME: &'static str = "Heun, almost";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [0.0, 1.0];
    const A: [[f64; 2]; 2] = [[0.0; 2], [1.0, 0.0]];
    const B: [f64; 2] = [0.5, 0.4];
}

const _: () = rheos::solver::check::<MyTable, 2>();

fn main() {}
