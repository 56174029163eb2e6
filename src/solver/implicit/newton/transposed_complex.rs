//! The linear solvers of the backward pass of collocation methods.

use nalgebra::Complex;

use super::linear::{ComplexSolver, LinearFailure, Lu, transposed_mass};
use crate::dynamics::{Differentiable, Jacobian, Neighbourhood};
use crate::error::Result;
use crate::state::MatrixSpace;

/// A solver of the transposed real and complex systems of fully implicit methods, `(Mᵀ − a Jᵀ) x = b`.
///
/// The solutions are increments of an iteration with the exact Jacobians of the stages, so a part of the digits is
/// enough.
pub trait TransposedComplexSolver<F: Differentiable>: ComplexSolver<F> {
    /// The transposed Jacobian, or its matrix-free equivalent.
    type TransposedPoint;
    /// The factorisation for a real `a`.
    type TransposedReal;
    /// The factorisation for a complex `a`.
    type TransposedComplex;

    /// A workspace for states of the shape of `y0`.
    fn transposed_point(&self, f: &F, y0: &F::State) -> Self::TransposedPoint;

    /// Takes `Jᵀ` from the point `(t, y)`, at the start of a step of length `h`.
    ///
    /// # Errors
    /// The reason why `J` does not belong to this solver.
    fn linearise_transposed(
        &self,
        ws: &mut Self::TransposedPoint,
        f: &F,
        point: (f64, &F::State),
        h: f64,
    ) -> Result<()>;

    /// Prepares to solve with a real `a`. `None` if the matrix is singular.
    fn factor_transposed(&self, ws: &Self::TransposedPoint, f: &F, a: f64) -> Option<Self::TransposedReal>;

    /// Prepares to solve with a complex `a`. `None` if the matrix is singular.
    fn factor_transposed_complex(
        &self,
        ws: &Self::TransposedPoint,
        f: &F,
        a: Complex<f64>,
    ) -> Option<Self::TransposedComplex>;

    /// `x ← (Mᵀ − a Jᵀ)⁻¹ x`.
    ///
    /// # Errors
    /// A [`LinearFailure`] if no solution was found.
    fn solve_transposed_real(
        &self,
        ws: &mut Self::TransposedPoint,
        prepared: &Self::TransposedReal,
        f: &F,
        x: &mut F::State,
    ) -> Result<(), LinearFailure>;

    /// `re + i im ← (Mᵀ − a Jᵀ)⁻¹ (re + i im)`.
    ///
    /// # Errors
    /// A [`LinearFailure`] if no solution was found.
    fn solve_transposed_complex(
        &self,
        ws: &mut Self::TransposedPoint,
        prepared: &Self::TransposedComplex,
        f: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure>;
}

impl<F: Differentiable + Jacobian> TransposedComplexSolver<F> for Lu {
    type TransposedPoint = <F::State as MatrixSpace>::Matrix;
    type TransposedReal = <F::State as MatrixSpace>::Lu;
    type TransposedComplex = <F::State as MatrixSpace>::ComplexLu;

    fn transposed_point(&self, _: &F, y0: &F::State) -> Self::TransposedPoint {
        y0.zero_matrix()
    }

    fn linearise_transposed(
        &self,
        ws: &mut Self::TransposedPoint,
        f: &F,
        (t, y): (f64, &F::State),
        h: f64,
    ) -> Result<()> {
        *ws = F::State::transposed(&f.jacobian(t, y, Neighbourhood::of_step(h)));
        Ok(())
    }

    fn factor_transposed(&self, ws: &Self::TransposedPoint, f: &F, a: f64) -> Option<Self::TransposedReal> {
        F::State::factor_pencil(transposed_mass(f).as_ref(), ws, a)
    }

    fn factor_transposed_complex(
        &self,
        ws: &Self::TransposedPoint,
        f: &F,
        a: Complex<f64>,
    ) -> Option<Self::TransposedComplex> {
        F::State::factor_complex_pencil(transposed_mass(f).as_ref(), ws, a)
    }

    fn solve_transposed_real(
        &self,
        _: &mut Self::TransposedPoint,
        lu: &Self::TransposedReal,
        _: &F,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        F::State::solve(lu, x);
        Ok(())
    }

    fn solve_transposed_complex(
        &self,
        _: &mut Self::TransposedPoint,
        lu: &Self::TransposedComplex,
        _: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        F::State::solve_complex(lu, re, im);
        Ok(())
    }
}
