//! Samples with gaps of their own are at different times, so their field must not depend on time.

use rheos::formula::{Bias, Dynamic, Rows, Structure};
use rheos::nn::{IrregularOdeBlock, Net};
use rheos::{DiscreteAdjoint, Fixed, Rk4, formula};

formula! {
    struct Seasons<T> { a: Bias<T, 2> }
    fn apply(&self, y: Rows<2>, t: Rows<1>) -> Rows<2> {
        &self.a * t.cos().spread::<2>() - y
    }
}

fn main() {
    let net = Net::<Seasons<f64>, Dynamic>::new(Seasons::zeros());
    let _ = IrregularOdeBlock::new(net.timed(), Rk4, Fixed::steps(4), DiscreteAdjoint::new());
}
