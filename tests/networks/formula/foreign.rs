//! A formula that uses a copy of one of its weights has no value.

use nalgebra::Vector2;
use rheos::formula::{Bias, Rows, Static, Structure, Weight};
use rheos::nn::{Block, Layer, Net, OdeBlock, Residual};
use rheos::{DiscreteAdjoint, Dopri5, Error, Fixed, Pid, Rk4, State, formula, solve};

formula! {
    /// `W z`, by a copy of `W`.
    struct CopiedWeight<T> { weight: Weight<T, 2, 2> }
    fn apply(&self, z: Rows<2>) -> Rows<2> {
        let copy = self.weight.clone();
        &copy * z
    }
}

formula! {
    /// `z + b`, by a copy of `b`.
    struct CopiedBias<T> { bias: Bias<T, 2> }
    fn apply(&self, z: Rows<2>, _x: Rows<2>) -> Rows<2> {
        let copy = self.bias.clone();
        z + &copy
    }
}

/// The error, which names the type of the parameters.
fn names(error: &Error, expected: &str) -> bool {
    matches!(error, Error::ForeignWeight { formula } if formula.contains(expected))
}

#[test]
fn a_call_fails() {
    let z = Vector2::new(1.0, 2.0);
    let weight: Net<CopiedWeight<f64>, Static<1>> = Net::new(CopiedWeight::zeros());
    assert!(names(&weight.call(&z).unwrap_err(), "CopiedWeight"));
    let bias: Net<CopiedBias<f64>, Static<1>> = Net::new(CopiedBias::zeros());
    assert!(names(&bias.call(&(z, z)).unwrap_err(), "CopiedBias"));

    assert!(weight.forward(&z).iter().all(|y| y.is_nan()));
    let (mut zbar, mut pbar) = (z, CopiedWeight::zeros());
    weight.backward(&mut Default::default(), &z, &z, &mut zbar, &mut pbar);
    assert!(zbar.iter().chain(pbar.weight.iter()).all(|x| x.is_nan()));
    assert_eq!(weight.flops(), 0);
    assert!(format!("{weight:?}").contains("copy of a weight"));
}

#[test]
fn a_block_fails() {
    let z = Vector2::new(1.0, 2.0);
    let block = Residual(Net::<CopiedBias<f64>, Static<1>>::new(CopiedBias::zeros()));
    assert!(names(&block.forward(&z, &z, 1.0.into()).unwrap_err(), "CopiedBias"));
    let field = Net::<CopiedWeight<f64>, Static<1>>::new(CopiedWeight::zeros()).field();
    let block = OdeBlock::new(field, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    assert!(names(&block.forward(&(), &z, 1.0.into()).unwrap_err(), "CopiedWeight"));
}

#[test]
fn a_solve_fails() {
    let field = Net::<CopiedWeight<f64>, Static<1>>::new(CopiedWeight::zeros()).field();
    let y0 = Vector2::new(1.0, 2.0);
    let failure = solve(&field, y0, 0.0..1.0, Rk4, Fixed::steps(2)).unwrap_err();
    assert!(names(&failure.error, "CopiedWeight"));
    let failure = solve(&field, y0, 0.0..1.0, Dopri5, Pid::tolerance(1e-6)).unwrap_err();
    assert!(names(&failure.error, "CopiedWeight"));
    assert!(failure.partial.last().all_finite());
}
