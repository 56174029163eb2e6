//! Adam.

use crate::adjoint::check_argument;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// The optimiser Adam of Kingma & Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
///
/// ```
/// use rheos::train::Adam;
/// use rheos::{Autodiff, Parametric};
/// use rheos::dynamics::problems::VanDerPol;
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// let mut adam = Adam::new(0.1);
/// adam.step(&mut model, &nalgebra::vector![20.0])?;
/// assert!((model.params()[0] - 0.9).abs() < 1e-9); // the first step has the length of the learning rate
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    steps: i32,
    /// First and second moment of every coordinate.
    moments: Vec<(f64, f64)>,
}

impl Adam {
    /// With `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 0, moments: Vec::new() }
    }

    /// Changes the learning rate.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    /// Updates the parameters of `model`.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] if the numbers of coordinates of gradient and parameters differ, or differ from
    ///   those at the first step;
    /// * [`Error::InvalidEntry`] for an entry of the gradient that is not finite or has an infinite square, and for a
    ///   parameter that would not be finite after the step;
    /// * [`Error::InvalidArgument`] for a learning rate that is negative or not finite.
    ///
    /// After an error, parameters and optimiser are unchanged.
    pub fn step<M: Parametric>(&mut self, model: &mut M, gradient: &M::Params) -> Result<()> {
        let Self { learning_rate, beta1, beta2, epsilon, steps, .. } = *self;
        if !(learning_rate >= 0.0 && learning_rate.is_finite()) {
            let expected = "finite and not negative";
            return Err(Error::InvalidArgument { name: "learning_rate", value: learning_rate, expected });
        }
        let mut params = model.params();
        let mut coordinates = params.coordinates();
        let gradient = gradient.coordinates();
        self.check_lengths(coordinates.len(), gradient.len())?;
        if let Some(index) = gradient.iter().position(|g| !(g * g).is_finite()) {
            let expected = "finite, with a finite square";
            return Err(Error::InvalidEntry { name: "gradient", index, value: gradient[index], expected });
        }

        let steps = steps.saturating_add(1);
        let (correction1, correction2) = (1.0 - beta1.powi(steps), 1.0 - beta2.powi(steps));
        let mut moments = self.moments.clone();
        moments.resize(coordinates.len(), (0.0, 0.0));
        for ((x, g), (m, v)) in coordinates.iter_mut().zip(gradient).zip(&mut moments) {
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *x -= learning_rate * (*m / correction1) / ((*v / correction2).sqrt() + epsilon);
        }
        if params.read_coordinates(&coordinates).is_none() {
            let found = params.coordinates().len();
            return Err(Error::LengthMismatch { name: "params", found, expected: coordinates.len() });
        }
        check_argument("params", &params)?;
        model.set_params(&params);
        (self.moments, self.steps) = (moments, steps);
        Ok(())
    }

    /// Checks the numbers of parameters and derivatives.
    fn check_lengths(&self, params: usize, gradient: usize) -> Result<()> {
        if gradient != params {
            return Err(Error::LengthMismatch { name: "gradient", found: gradient, expected: params });
        }
        if self.steps > 0 && params != self.moments.len() {
            return Err(Error::LengthMismatch { name: "params", found: params, expected: self.moments.len() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Adam;
    use crate::dynamics::Parametric;
    use crate::error::{Error, Result};

    /// A model that is only parameters.
    #[derive(Debug, Clone, PartialEq)]
    struct Bare(Vec<f64>);

    impl Parametric for Bare {
        type Params = Vec<f64>;
        fn params(&self) -> Vec<f64> {
            self.0.clone()
        }
        fn set_params(&mut self, params: &Vec<f64>) {
            self.0.clone_from(params);
        }
    }

    /// The parameter after each step from 0 along these gradients.
    fn path(rate: f64, gradients: &[f64]) -> Vec<f64> {
        let (mut model, mut adam) = (Bare(vec![0.0]), Adam::new(rate));
        let step = |g: &f64| adam.step(&mut model, &vec![*g]).map(|()| model.0[0]);
        gradients.iter().map(step).collect::<Result<_>>().unwrap()
    }

    /// Algorithm 1 of Kingma & Ba in 40 decimal digits.
    #[test]
    fn steps_are_those_of_the_paper() {
        let expected = [-0.099_999_999_666_666_67, -0.140_021_856_683_090_4, -0.180_564_396_813_669_3];
        for (found, expected) in path(0.1, &[3.0, -1.0, 0.5]).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    /// A gradient as small as `ε` makes half a step, so `ε` is added outside the root.
    #[test]
    fn epsilon_is_added_to_the_root() {
        assert!((path(0.1, &[1e-8])[0] + 0.05).abs() < 1e-12);
    }

    #[test]
    fn a_new_learning_rate_is_used() {
        let (mut model, mut adam) = (Bare(vec![0.0]), Adam::new(0.1));
        adam.step(&mut model, &vec![2.0]).unwrap();
        adam.set_learning_rate(0.03);
        adam.step(&mut model, &vec![2.0]).unwrap();
        // With a constant gradient, every step is as long as the learning rate.
        assert!((model.0[0] + 0.13).abs() < 1e-8, "{}", model.0[0]);
    }

    /// An error changes neither parameters nor moments.
    #[test]
    fn what_is_not_finite_or_does_not_fit_is_refused() {
        let (mut model, mut adam) = (Bare(vec![1.0, 2.0]), Adam::new(0.1));
        adam.step(&mut model, &vec![0.5, -0.5]).unwrap();
        let before = (model.clone(), adam.clone());
        for (gradient, index) in [(vec![1.0, f64::NAN], 1), (vec![f64::INFINITY, 1.0], 0), (vec![1.0, -1e200], 1)] {
            let refused = adam.step(&mut model, &gradient);
            let Err(Error::InvalidEntry { name: "gradient", index: found, value, .. }) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!((found, value.to_bits()), (index, gradient[index].to_bits()));
        }
        let refused = adam.step(&mut model, &vec![1.0]);
        assert_eq!(refused, Err(Error::LengthMismatch { name: "gradient", found: 1, expected: 2 }));
        let refused = adam.step(&mut Bare(vec![1.0]), &vec![1.0]);
        assert_eq!(refused, Err(Error::LengthMismatch { name: "params", found: 1, expected: 2 }));
        let mut lost = Bare(vec![1.0, f64::NAN]);
        assert!(matches!(
            adam.step(&mut lost, &vec![1.0, 1.0]),
            Err(Error::InvalidEntry { name: "params", index: 1, .. })
        ));
        for rate in [f64::NAN, f64::INFINITY, -0.1] {
            adam.set_learning_rate(rate);
            let refused = adam.step(&mut model, &vec![1.0, 1.0]);
            assert!(matches!(refused, Err(Error::InvalidArgument { name: "learning_rate", .. })), "{refused:?}");
        }
        adam.set_learning_rate(0.1);
        assert_eq!((model, adam), before);
    }
}
