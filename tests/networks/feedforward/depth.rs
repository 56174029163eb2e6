//! The depth of a network.

use nalgebra::{matrix, vector};
use rheos::formula::{Bias, Rows, Weight};
use rheos::nn::{Autonomous, Feedforward, Linear, Net, OdeBlock, Residual, TimeField};
use rheos::{DiscreteAdjoint, Dopri5, Error, Pid, formula};

use super::Batch;

formula! {
    /// A linear field that grows with the time.
    struct Ramp<T> { rate: Bias<T, 1> }
    fn apply(&self, (z, t): (Rows<1>, Rows<1>)) -> Rows<1> {
        &self.rate * z * t
    }
}

fn identity() -> Net<Linear<f64, 1, 1>> {
    Net::dynamic(Linear { weight: Weight(matrix![1.0]), bias: Bias(vector![0.0]) })
}

/// `z′ = r t z` from 0 to the depth: `z = x exp(r depth² / 2)`.
#[test]
fn the_depth_is_the_time_of_an_ode_block() {
    let ramp: TimeField<Net<Ramp<f64>>> = Net::dynamic(Ramp { rate: Bias(vector![0.7]) }).timed();
    let block = OdeBlock::new(ramp, Dopri5, Pid::tolerance(1e-12), DiscreteAdjoint::new());
    let model = Feedforward::new(identity(), block, identity());
    assert_eq!(model.depth, 1.0);
    let x = Batch::<1>::from_row_slice(&[0.5, -2.0]);
    for depth in [0.0, 1.0, 1.6, -0.9] {
        let model = model.clone().depth(depth);
        let growth = (0.35 * depth * depth).exp();
        // The tolerance of the solve times its dozen of steps.
        assert!((model.predict(&x).unwrap() - &x * growth).amax() < 1e-10, "{depth}");
        let (_, (_, rate, _)) =
            model.gradient_of(&x, |y| Ok::<_, Error>(((), Batch::<1>::repeat(y.ncols(), 1.0)))).unwrap();
        let expected = -1.5 * growth * depth * depth / 2.0;
        assert!((rate.rate[0] - expected).abs() < 1e-9, "{depth}: {} {expected}", rate.rate[0]);
    }
    // A block without time ignores it.
    let residual = || Residual(Autonomous(identity()));
    let doubled = Feedforward::new(identity(), residual(), identity());
    assert_eq!(doubled.clone().depth(7.0).predict(&x), Ok(&x * 2.0));
    assert_eq!(doubled.predict(&x), Ok(&x * 2.0));
}
