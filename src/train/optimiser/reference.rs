//! The gradients behind the reference values in the tests of this module.
//!
//! The values are from PyTorch 2.15 in double precision, with `G` the gradients below:
//!
//! ```text
//! p = torch.tensor([1.0, -2.0], requires_grad=True); o = torch.optim.SGD([p], lr=0.1)
//! for g in G:
//!     p.grad = torch.tensor(g); o.step(); print(p.tolist())
//! ```

use super::Optimiser;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};

/// Eight gradients of two parameters.
pub(super) const GRADIENTS: [[f64; 2]; 8] =
    [[3.0, -1e-3], [-1.0, 2e-3], [0.5, 5e-4], [2.0, 0.0], [-4.0, 1e-3], [1.5, -2e-3], [0.25, 3e-3], [-0.5, 1e-4]];

/// A model that is only parameters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bare(pub(super) Vec<f64>);

impl Parametric for Bare {
    type Params = Vec<f64>;
    fn params(&self) -> Vec<f64> {
        self.0.clone()
    }
    fn set_params(&mut self, params: &Vec<f64>) {
        self.0.clone_from(params);
    }
}

/// Steps along all gradients from `(1, −2)`.
pub(super) fn path(optimiser: &mut impl Optimiser) -> Vec<Vec<f64>> {
    let mut model = Bare(vec![1.0, -2.0]);
    let step = |g: &[f64; 2]| optimiser.step(&mut model, &g.to_vec()).map(|()| model.0.clone());
    GRADIENTS.iter().map(step).collect::<Result<_>>().unwrap()
}

/// Compares the path with the reference, and the settings and errors that every optimiser has.
pub(super) fn check<O: Optimiser + PartialEq + std::fmt::Debug>(optimiser: &O, expected: &[[f64; 2]; 8]) {
    let mut moved = optimiser.clone();
    for (found, expected) in path(&mut moved).iter().zip(expected) {
        let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13);
        assert!(close, "{found:?} {expected:?}");
    }
    check_refusals(moved);
    check_first_step(optimiser.clone());
}

/// A first step that fails leaves no memory behind: another model may follow.
fn check_first_step<O: Optimiser + PartialEq + std::fmt::Debug>(mut optimiser: O) {
    let before = optimiser.clone();
    let refused = optimiser.step(&mut Bare(vec![f64::NAN, 1.0]), &vec![1.0, 1.0]);
    assert!(matches!(refused, Err(Error::InvalidEntry { name: "params", index: 0, .. })), "{refused:?}");
    assert_eq!(optimiser, before);
    let mut memories = 0;
    optimiser
        .map_memory(&mut |memory| {
            memories += 1;
            Ok(memory.to_vec())
        })
        .unwrap();
    assert_eq!((memories, optimiser.step(&mut Bare(vec![1.0; 3]), &vec![1.0; 3])), (0, Ok(())));
}

/// An error changes neither parameters nor optimiser.
fn check_refusals<O: Optimiser + PartialEq + std::fmt::Debug>(mut optimiser: O) {
    let rate = optimiser.learning_rate();
    let (mut model, before) = (Bare(vec![1.0, 2.0]), optimiser.clone());
    for gradient in [vec![1.0, f64::NAN], vec![1.0, f64::INFINITY]] {
        let refused = optimiser.step(&mut model, &gradient);
        assert!(matches!(refused, Err(Error::InvalidEntry { name: "gradient", index: 1, .. })), "{refused:?}");
    }
    let refused = optimiser.step(&mut model, &vec![1.0]);
    assert_eq!(refused, Err(Error::LengthMismatch { name: "gradient", found: 1, expected: 2 }));
    let refused = optimiser.step(&mut Bare(vec![1.0, f64::NAN]), &vec![1.0, 1.0]);
    assert!(matches!(refused, Err(Error::InvalidEntry { name: "params", index: 1, .. })), "{refused:?}");
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        optimiser.set_learning_rate(bad);
        assert_eq!(optimiser.learning_rate().to_bits(), bad.to_bits());
        let refused = optimiser.step(&mut model, &vec![1.0, 1.0]);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "learning_rate", .. })), "{refused:?}");
    }
    optimiser.set_learning_rate(rate);
    assert_eq!((model, optimiser), (Bare(vec![1.0, 2.0]), before));
}

/// An optimiser with this setting makes no step.
pub(super) fn assert_invalid(mut optimiser: impl Optimiser, argument: &'static str) {
    let refused = optimiser.step(&mut Bare(vec![1.0]), &vec![1.0]);
    assert!(matches!(refused, Err(Error::InvalidArgument { name, .. }) if name == argument), "{argument}: {refused:?}");
}

/// Written down and read back between any two steps, the optimiser continues bit for bit; the memory of another model
/// is refused.
#[cfg(feature = "serde")]
pub(super) fn check_restored<O>(optimiser: &O)
where
    O: Optimiser + PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    let expected = path(&mut optimiser.clone());
    let (mut restored, mut model) = (optimiser.clone(), Bare(vec![1.0, -2.0]));
    for (gradient, expected) in GRADIENTS.iter().zip(expected) {
        let text = serde_json::to_string(&restored).unwrap();
        let read: O = serde_json::from_str(&text).unwrap();
        assert_eq!(read, restored);
        restored = read;
        restored.step(&mut model, &gradient.to_vec()).unwrap();
        assert_eq!(model.0, expected);
    }
    let refused = restored.step(&mut Bare(vec![1.0; 3]), &vec![1.0; 3]);
    assert_eq!(refused, Err(Error::LengthMismatch { name: "params", found: 3, expected: 2 }));
}
