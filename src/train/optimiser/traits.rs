//! The trait of an optimiser.

use crate::adjoint::check_argument;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// A first-order optimiser: a step changes the parameters by the gradient and the memory of earlier gradients.
///
/// [`learning_rate`](Self::learning_rate), [`set_learning_rate`](Self::set_learning_rate) and [`update`](Self::update)
/// are required for one of your own:
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::train::Optimiser;
/// use rheos::{Parametric, Result};
///
/// /// Gradient descent.
/// #[derive(Clone)]
/// struct Descent(f64);
///
/// impl Optimiser for Descent {
///     fn learning_rate(&self) -> f64 {
///         self.0
///     }
///     fn set_learning_rate(&mut self, learning_rate: f64) {
///         self.0 = learning_rate;
///     }
///     fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
///         params.iter_mut().zip(gradient).for_each(|(x, g)| *x -= self.0 * g);
///         Ok(())
///     }
/// }
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// Descent(0.1).step(&mut model, &nalgebra::vector![2.0])?;
/// assert_eq!(model.params()[0], 0.8);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait Optimiser: Clone {
    /// The learning rate.
    fn learning_rate(&self) -> f64;

    /// Changes the learning rate.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Updates the coordinates of the parameters. [`step`](Self::step) checks that there are as many derivatives, all
    /// finite, and discards the update after an error.
    ///
    /// # Errors
    /// Settings outside their domain, or a memory that does not fit.
    fn update(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()>;

    /// Replaces every average of gradients `g` in the memory by `map(g)`, for a model with other parameters. The map is
    /// linear. A second moment becomes the square of the map of its root.
    ///
    /// [`MultiLevel`](crate::train::MultiLevel) calls it. The default is for an optimiser without memory.
    ///
    /// # Errors
    /// The errors of `map`.
    fn map_memory(&mut self, map: &mut dyn FnMut(&[f64]) -> Result<Vec<f64>>) -> Result<()> {
        let _ = map;
        Ok(())
    }

    /// Updates the parameters of `model`.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] if the numbers of coordinates of gradient and parameters differ, or differ from the
    ///   memory of the optimiser;
    /// * [`Error::InvalidEntry`] for an entry of the gradient that is not finite or, for an optimiser that squares it, has
    ///   an infinite square; and for a parameter that would not be finite after the step;
    /// * [`Error::InvalidArgument`] for a setting outside its domain.
    ///
    /// After an error, parameters and optimiser are unchanged.
    fn step<M: Parametric>(&mut self, model: &mut M, gradient: &M::Params) -> Result<()> {
        let mut next = self.clone();
        apply(model, gradient, |params, gradient| next.update(params, gradient))?;
        *self = next;
        Ok(())
    }
}

/// Updates the parameters of a model by `update`, unless it fails or its result is not finite.
pub(super) fn apply<M: Parametric>(
    model: &mut M,
    gradient: &M::Params,
    update: impl FnOnce(&mut [f64], &[f64]) -> Result<()>,
) -> Result<()> {
    let mut params = model.params();
    let (mut coordinates, derivatives) = (params.coordinates(), gradient.coordinates());
    let (found, expected) = (derivatives.len(), coordinates.len());
    if found != expected {
        return Err(Error::LengthMismatch { name: "gradient", found, expected });
    }
    check_argument("gradient", gradient)?;
    update(&mut coordinates, &derivatives)?;
    if params.read_coordinates(&coordinates).is_none() {
        let found = params.coordinates().len();
        return Err(Error::LengthMismatch { name: "params", found, expected });
    }
    check_argument("params", &params)?;
    model.set_params(&params);
    Ok(())
}
