//! Libraries of candidate terms.

use std::fmt;
use std::sync::Arc;

/// Candidate terms of a [`SparseRegression`](super::SparseRegression): named functions of the coordinates of a point.
///
/// ```
/// use rheos::fit::Library;
///
/// let library = Library::monomials(&["x", "y"], 2).with("sin(x)", |p| p[0].sin());
/// assert_eq!(library.names().collect::<Vec<_>>(), ["1", "x", "y", "x^2", "x y", "y^2", "sin(x)"]);
/// assert_eq!(library.values(&[2.0, 3.0])[3..6], [4.0, 6.0, 9.0]);
/// ```
#[derive(Clone)]
pub struct Library {
    inputs: usize,
    terms: Vec<Term>,
}

/// A named function.
#[derive(Clone)]
struct Term {
    name: String,
    value: Arc<Function>,
}

/// A function of the coordinates of a point.
type Function = dyn Fn(&[f64]) -> f64 + Send + Sync;

impl Library {
    /// All monomials up to the total `degree` in coordinates with these names, by degree; the first one is the constant 1.
    #[must_use]
    pub fn monomials(names: &[&str], degree: u32) -> Self {
        let library = Self { inputs: names.len(), terms: Vec::new() };
        (0..=degree).flat_map(|degree| exponents(names.len(), degree)).fold(library, |library, powers| {
            let name = monomial_name(names, &powers);
            library.with(name, move |point| point.iter().zip(&powers).map(|(x, n)| x.powi(*n as i32)).product())
        })
    }

    /// No terms, of points with this number of coordinates.
    #[must_use]
    pub const fn empty(inputs: usize) -> Self {
        Self { inputs, terms: Vec::new() }
    }

    /// A further term. The function gets the coordinates of a point, as many as the library has [inputs](Self::inputs).
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        self.terms.push(Term { name: name.into(), value: Arc::new(value) });
        self
    }

    /// The number of coordinates of a point.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of terms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is no term.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The names of the terms, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.terms.iter().map(|term| term.name.as_str())
    }

    /// The name of a term.
    pub(super) fn name(&self, term: usize) -> &str {
        &self.terms[term].name
    }

    /// The values of the terms at a point.
    #[must_use]
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        self.terms.iter().map(|term| (term.value)(point)).collect()
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("inputs", &self.inputs)
            .field("terms", &self.names().collect::<Vec<_>>())
            .finish()
    }
}

/// The exponents of all monomials of one total degree in `n` variables; high powers of the first variable come first.
fn exponents(n: usize, degree: u32) -> Vec<Vec<u32>> {
    match n {
        0 => {
            if degree == 0 {
                vec![vec![]]
            } else {
                vec![]
            }
        }
        1 => vec![vec![degree]],
        _ => {
            let tails = (0..=degree).rev().flat_map(|first| {
                exponents(n - 1, degree - first).into_iter().map(move |tail| [vec![first], tail].concat())
            });
            tails.collect()
        }
    }
}

fn monomial_name(names: &[&str], powers: &[u32]) -> String {
    let factors = names.iter().zip(powers).filter(|(_, power)| **power > 0);
    let factors: Vec<String> =
        factors.map(|(name, power)| if *power == 1 { (*name).to_owned() } else { format!("{name}^{power}") }).collect();
    if factors.is_empty() { "1".to_owned() } else { factors.join(" ") }
}
