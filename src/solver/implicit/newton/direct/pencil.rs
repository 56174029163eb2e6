//! The matrix `M − a J` of a step.

use nalgebra::ComplexField;

use crate::state::{Element, Pattern, SparseMatrix};

/// The places of the entries of `M` and `J` among the entries of `M − a J`.
#[derive(Debug, Clone)]
pub struct Pencil {
    pub pattern: Pattern,
    jacobian: Vec<usize>,
    mass: Vec<usize>,
    /// The entries of `M`.
    weights: Vec<f64>,
}

impl Pencil {
    /// The pencil of Jacobians of the pattern `jacobian` and a matrix of the same dimension, or the identity.
    pub fn new(jacobian: &Pattern, mass: Option<&SparseMatrix>) -> Self {
        let n = jacobian.dimension();
        let weights = mass.map_or_else(|| vec![1.0; n], |mass| mass.values().to_vec());
        let mass = mass.map_or_else(|| Pattern::banded(n, 0, 0), |mass| mass.pattern().clone());
        let pattern = jacobian.union(&mass);
        let places = |part: &Pattern| {
            let mut places = Vec::with_capacity(part.len());
            for j in 0..n {
                places.extend(part.column(j).iter().filter_map(|&i| pattern.position(i, j)));
            }
            places
        };
        let (jacobian, mass) = (places(jacobian), places(&mass));
        Self { pattern, jacobian, mass, weights }
    }

    /// Writes the entries of `M − a J` into `out`; `embed` converts the entries of `J`.
    pub fn assemble<T: Element, C: ComplexField + Copy>(
        &self,
        jacobian: &SparseMatrix<T>,
        a: C,
        embed: impl Fn(T) -> C,
        out: &mut Vec<C>,
    ) {
        out.clear();
        out.resize(self.pattern.len(), C::zero());
        for (&place, &x) in self.jacobian.iter().zip(jacobian.values()) {
            out[place] = -a * embed(x);
        }
        for (&place, &weight) in self.mass.iter().zip(&self.weights) {
            out[place] += embed(T::embed(weight));
        }
    }
}
