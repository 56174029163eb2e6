//! The loss of Huber.

use super::check::check_shapes;
use super::pointwise::{Pointwise, pointwise};
use super::traits::Loss;
use crate::adjoint::check_cotangents;
use crate::error::Result;
use crate::state::State;
use crate::train::check::check_positive;

/// The loss of Huber, *Robust estimation of a location parameter* (1964): the mean over all entries of `e²/2` for
/// `|e| ≤ δ` and of `δ (|e| − δ/2)` beyond, with the error `e = output − target`.
///
/// ```
/// use rheos::train::{Huber, Loss};
///
/// let (loss, cotangents) = Huber { delta: 1.0 }.of(&[0.5, 4.0], &[0.0, 1.0])?;
/// assert_eq!((loss, &cotangents[..]), (0.5 * (0.125 + 2.5), &[0.25, 0.5][..]));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    /// The largest error in the quadratic part, `δ > 0`.
    pub delta: f64,
}

impl Pointwise<1> for Huber {
    fn term(&self, [output]: [f64; 1], target: f64) -> (f64, [f64; 1]) {
        let error = output - target;
        if error.abs() <= self.delta {
            (0.5 * error * error, [error])
        } else {
            (self.delta * (error.abs() - 0.5 * self.delta), [self.delta.copysign(error)])
        }
    }
}

impl<Y: State> Loss<Y> for Huber {
    type Target = Y;

    fn weighted(&self, outputs: &[Y], targets: &[Y], weights: Option<&[Vec<f64>]>) -> Result<(f64, Vec<Y>)> {
        check_positive("delta", self.delta)?;
        check_cotangents("outputs", outputs, outputs.iter())?;
        check_shapes("targets", targets.iter(), outputs.iter())?;
        pointwise(self, outputs, targets, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::Huber;
    use crate::error::Error;
    use crate::train::loss::Loss;
    use crate::train::loss::reference::{TARGETS, check};

    /// `torch.nn.functional.huber_loss` with `delta=0.5`.
    #[test]
    fn values_are_those_of_pytorch() {
        let equal = [
            [0.041_666_666_666_666_664, -0.083_333_333_333_333_33, 0.0],
            [0.083_333_333_333_333_33, -0.041_666_666_666_666_664, 0.083_333_333_333_333_33],
        ];
        let weighted = [
            [0.037_037_037_037_037_035, -0.037_037_037_037_037_035, 0.0],
            [0.0, -0.111_111_111_111_111_1, 0.018_518_518_518_518_517],
        ];
        check(&Huber { delta: 0.5 }, &TARGETS, (0.510_416_666_666_666_6, equal), (0.115_740_740_740_740_74, weighted));
    }

    #[test]
    fn a_threshold_outside_its_domain_is_refused() {
        for delta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let refused = Huber { delta }.of(&[1.0], &[2.0]);
            assert!(matches!(refused, Err(Error::InvalidArgument { name: "delta", .. })), "{refused:?}");
        }
    }
}
