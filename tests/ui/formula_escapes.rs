//! A handle does not outlive its formula, and a network needs a formula.

use rheos::{formula, parameters};
use rheos::formula::{Batch, Rows, Structure, Weight};
use rheos::nn::Net;

thread_local! {
    static KEPT: std::cell::Cell<Option<Batch<'static, 2>>> = const { std::cell::Cell::new(None) };
}

formula! {
    pub struct Escaping<T> { w: Weight<T, 2, 2> }
    fn apply(&self, x: Rows<2>) -> Rows<2> {
        KEPT.set(Some(x));
        &self.w * x
    }
}

parameters! {
    pub struct NoFormula<T> { w: Weight<T, 2, 2> }
}

fn main() {
    let _: Net<NoFormula<f64>> = Net::new(NoFormula::zeros());
}
