//! The outputs, targets and weights behind the reference values in the tests of this module.
//!
//! The values are from PyTorch 2.15 in double precision, with `reduction="none"`, `f` the loss of an entry:
//!
//! ```text
//! y = [torch.tensor(v, requires_grad=True) for v in ([0.5, -1.25, 3.0], [2.0, -0.75, 40.0])]
//! loss = f(torch.cat(y), torch.cat(t)).mean()                                # without weights
//! loss = (torch.cat(w) * f(torch.cat(y), torch.cat(t))).sum() / torch.cat(w).sum()
//! loss.backward(); print(loss.item(), [o.grad.tolist() for o in y])
//! ```

use super::Loss;
use crate::error::Error;
use crate::state::State;

pub(super) type Pair = [[f64; 3]; 2];

pub(super) const OUTPUTS: Pair = [[0.5, -1.25, 3.0], [2.0, -0.75, 40.0]];
pub(super) const TARGETS: Pair = [[0.25, 1.0, 3.0], [-1.0, -0.5, 38.5]];

/// The second target may hold anything where its weight is 0.
pub(super) fn weights() -> [Vec<f64>; 2] {
    [vec![1.0, 0.5, 2.0], vec![0.0, 3.0, 0.25]]
}

/// Compares a loss and its cotangents, to rounding, with the reference.
pub(super) fn assert_close<Y: State>((loss, found): (f64, Vec<Y>), expected: f64, cotangents: &[Y]) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-15 * (1.0 + b.abs());
    assert!(close(loss, expected), "{loss} {expected}");
    assert_eq!(found.len(), cotangents.len());
    for (found, expected) in found.iter().zip(cotangents) {
        let (found, expected) = (found.coordinates(), expected.coordinates());
        assert!(found.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{found:?} {expected:?}");
    }
}

/// Checks a regression loss without and with weights.
pub(super) fn check<L: Loss<[f64; 3], Target = [f64; 3]>>(
    loss: &L,
    targets: &Pair,
    equal: (f64, Pair),
    weighted: (f64, Pair),
) {
    assert_close(loss.of(&OUTPUTS, targets).unwrap(), equal.0, &equal.1);
    let mut masked = *targets;
    masked[1][0] = f64::NAN;
    let found = loss.weighted(&OUTPUTS, &masked, Some(&weights())).unwrap();
    assert_close(found, weighted.0, &weighted.1);
    check_refusals(loss, targets);
}

/// Checks that wrong arguments are refused.
fn check_refusals<L: Loss<[f64; 3], Target = [f64; 3]>>(loss: &L, targets: &Pair) {
    assert_eq!(loss.of(&[], &[]), Ok((0.0, vec![])));
    assert_eq!(loss.weighted(&[], &[], Some(&[])), Ok((0.0, vec![])));
    let short = loss.of(&OUTPUTS, &targets[..1]);
    assert_eq!(short, Err(Error::LengthMismatch { name: "targets", found: 1, expected: 2 }));
    for value in [f64::NAN, f64::INFINITY] {
        for weights in [None, Some(&weights()[..])] {
            let mut spoilt = OUTPUTS;
            spoilt[1][0] = value;
            let refused = loss.weighted(&spoilt, targets, weights);
            assert!(matches!(refused, Err(Error::InvalidEntry { name: "outputs", index: 1, .. })), "{refused:?}");
            let mut spoilt = *targets;
            spoilt[1][1] = value;
            let refused = loss.weighted(&OUTPUTS, &spoilt, weights);
            assert!(matches!(refused, Err(Error::InvalidEntry { name: "targets", index: 1, .. })), "{refused:?}");
        }
    }
}
