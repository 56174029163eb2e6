//! A constant mass matrix.

use std::marker::PhantomData;
use std::sync::Arc;

use super::Constraint;
use super::constraints::constraints;
use crate::error::{Error, Result};
use crate::state::{Element, MatrixSpace, Pattern, SparseMatrix};

/// The constant matrix `M` of `M y' = f(t, y)`, which may be singular: an ODE with mass, or a differential-algebraic
/// system. [`WithMass`](super::WithMass) makes it the matrix of a field. A copy shares the entries.
#[derive(Debug, Clone)]
pub struct MassMatrix<Y> {
    parts: Arc<Parts>,
    /// `out ← M x` and `out ← Mᵀ x`.
    products: [fn(&SparseMatrix, &Y, &mut Y); 2],
    state: PhantomData<fn(Y)>,
}

#[derive(Debug)]
struct Parts {
    matrix: SparseMatrix,
    constraints: Vec<Constraint>,
}

impl<Y: MatrixSpace> MassMatrix<Y> {
    /// The mass matrix with these entries.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for an entry that is not finite, with its index in the order of the columns, and
    /// [`Error::NotInPattern`] if an entry outside the pattern was set.
    pub fn new(matrix: SparseMatrix) -> Result<Self> {
        if let Some(index) = matrix.values().iter().position(|x| !x.is_finite()) {
            let value = matrix.values()[index];
            return Err(Error::InvalidEntry { name: "mass", index, value, expected: "finite" });
        }
        matrix.check()?;
        let constraints = constraints(&matrix);
        let products = [multiply::<Y>, multiply_transposed::<Y>];
        Ok(Self { parts: Arc::new(Parts { matrix, constraints }), products, state: PhantomData })
    }

    /// The diagonal matrix with these entries; a zero makes its equation algebraic.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for an entry that is not finite.
    pub fn diagonal(entries: &[f64]) -> Result<Self> {
        let mut matrix = SparseMatrix::zeros(Pattern::banded(entries.len(), 0, 0));
        for (i, &x) in entries.iter().enumerate() {
            matrix.set(i, i, x);
        }
        Self::new(matrix)
    }
}

impl<Y> MassMatrix<Y> {
    /// The same matrix for states of another type.
    pub(crate) fn with_state<Z: MatrixSpace>(&self) -> MassMatrix<Z> {
        let products = [multiply::<Z>, multiply_transposed::<Z>];
        MassMatrix { parts: Arc::clone(&self.parts), products, state: PhantomData }
    }

    /// The entries.
    #[must_use]
    pub fn matrix(&self) -> &SparseMatrix {
        &self.parts.matrix
    }

    /// The number of algebraic equations: the dimension without the rank.
    #[must_use]
    pub fn algebraic_equations(&self) -> usize {
        self.constraints().len()
    }

    pub(crate) fn constraints(&self) -> &[Constraint] {
        &self.parts.constraints
    }

    /// `out ← M x`.
    pub fn multiply(&self, x: &Y, out: &mut Y) {
        self.products[0](self.matrix(), x, out);
    }

    /// `out ← Mᵀ x`.
    pub fn multiply_transposed(&self, x: &Y, out: &mut Y) {
        self.products[1](self.matrix(), x, out);
    }
}

fn multiply<Y: MatrixSpace>(matrix: &SparseMatrix, x: &Y, out: &mut Y) {
    let (x, out) = (x.elements(), out.elements_mut());
    out.fill(Element::embed(0.0));
    for (i, j, m) in matrix.entries() {
        out[i] += x[j] * Element::embed(m);
    }
}

fn multiply_transposed<Y: MatrixSpace>(matrix: &SparseMatrix, x: &Y, out: &mut Y) {
    let (x, out) = (x.elements(), out.elements_mut());
    out.fill(Element::embed(0.0));
    for (i, j, m) in matrix.entries() {
        out[j] += x[i] * Element::embed(m);
    }
}
