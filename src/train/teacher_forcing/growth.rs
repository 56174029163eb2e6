//! The growth of perturbations over a window.

use nalgebra::DMatrix;

use super::series::TeacherForcing;
use crate::error::{Error, Result};
use crate::nn::{BatchMatrix, Block};
use crate::state::{Element, State};

impl<const N: usize, const M: usize> TeacherForcing<'_, N, M> {
    /// The least `α` with which the gradients of these windows do not grow, for
    /// [`set_alpha`](Self::set_alpha): `max(0, 1 − 1/σ)`.
    ///
    /// Here `σ = max ‖J_W ⋯ J₁‖^(1/W)` over the windows of `W` steps, with the spectral norm, and `J_t` is the Jacobian of the
    /// model at the lifted observation `B⁺ x_{t−1}`. Forced at every step, with a square `B`, the gradient passes through
    /// the product `(1 − α)^(W−1) J_W ⋯ J₁`, which this `α` keeps at a norm of about 1. So `−ln(1 − α)` is the largest
    /// [Lyapunov exponent](crate::analysis) of the model over one window, per step.
    ///
    /// It follows the adaptive `α` of Hess et al. 2023, which estimates the growth from Jacobian products, too; the norm and the
    /// maximum over the windows are ours.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without windows, for an index beyond them, and for a growth that is not finite; the errors of
    /// the model.
    pub fn estimate_alpha<B, T>(&self, model: &B, windows: &[usize]) -> Result<f64>
    where
        T: Element,
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        self.check("windows", windows)?;
        if windows.is_empty() {
            return Err(Error::InvalidArgument { name: "windows", value: 0.0, expected: "at least one index" });
        }
        let mut largest = 0.0_f64;
        for &window in windows {
            let growth = self.growth(model, window)?;
            if !growth.is_finite() {
                let expected = "a model whose Jacobian products over a window are finite";
                return Err(Error::InvalidArgument { name: "growth", value: growth, expected });
            }
            largest = largest.max(growth);
        }
        Ok(if largest > 1.0 { 1.0 - 1.0 / largest } else { 0.0 })
    }

    /// The growth per step along one window: a pullback of all rows at once, with a sample for each.
    fn growth<B, T>(&self, model: &B, window: usize) -> Result<f64>
    where
        T: Element,
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        let windows = self.windows::<T>(&[window; M]);
        let mut unwanted = model.params().zeros_like();
        let mut product = BatchMatrix::<T, M>::identity(M);
        let (mut log, steps) = (0.0, windows.x.len() - 1);
        for x in windows.x[..steps].iter().rev() {
            let (_, record) = model.forward(&(), &windows.observation.lift(x), windows.dt.into())?;
            ((), product) = model.backward(record, product, &mut unwanted)?;
            // The product of many steps may overflow, and the square of one.
            if !product.all_finite() {
                return Ok(f64::NAN);
            }
            let size = product.iter().map(|x| x.re().abs()).fold(0.0, f64::max);
            if size == 0.0 {
                return Ok(0.0);
            }
            product.scale_by(1.0 / size);
            log += size.ln();
        }
        let norm = DMatrix::from_iterator(M, M, product.iter().map(|x| x.re())).singular_values().max();
        Ok(((log + norm.ln()) / steps as f64).exp())
    }
}
