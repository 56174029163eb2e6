//! Band matrices.

use nalgebra::ComplexField;

use super::{Direct, DirectMethod, Factorise};
use crate::error::Result;
use crate::state::{BandLu, Pattern};

/// LU factorisation of a band matrix: time and memory grow linearly with the dimension.
///
/// The Jacobian has entries on `lower` diagonals below the main one and on `upper` above it. By default, its entries are
/// central differences of `lower + upper + 1` groups of columns, two evaluations each; override
/// [`Jacobian::sparse_jacobian`](crate::dynamics::Jacobian::sparse_jacobian) if they are known. A dependence outside the
/// band is an error of the solve, [`NotInPattern`](crate::error::Error::NotInPattern).
///
/// ```
/// use nalgebra::DVector;
/// use rheos::solver::implicit::Banded;
/// use rheos::{Bdf, Pid, ode, solve};
///
/// // u_t = u_xx on (0, 1) with u = 0 at both ends
/// let n = 1000;
/// let scale = (n as f64 + 1.0).powi(2);
/// let heat = ode(|_, u: &DVector<f64>, du: &mut DVector<f64>| {
///     for i in 0..n {
///         let left = if i > 0 { u[i - 1] } else { 0.0 };
///         let right = if i + 1 < n { u[i + 1] } else { 0.0 };
///         du[i] = scale * (left - 2.0 * u[i] + right);
///     }
/// });
/// let u0 = DVector::from_fn(n, |i, _| (std::f64::consts::PI * (i as f64 + 1.0) / (n as f64 + 1.0)).sin());
/// let solution = solve(&heat, u0, 0.0..0.1, Bdf.with(Banded::new(1, 1)), Pid::tolerance(1e-6))?;
/// assert!((solution.last().amax() - (-0.1 * std::f64::consts::PI.powi(2)).exp()).abs() < 1e-4);
/// # Ok::<(), rheos::Error>(())
/// ```
pub type Banded = Direct<Band>;

/// The [`DirectMethod`] of [`Banded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    lower: usize,
    upper: usize,
}

impl Banded {
    /// A band of `lower` diagonals below the main one and `upper` above it. More than there are means all.
    #[must_use]
    pub const fn new(lower: usize, upper: usize) -> Self {
        Direct { method: Band { lower, upper } }
    }
}

impl DirectMethod for Band {
    /// The dimension and the bandwidths.
    type Analysis = (usize, (usize, usize));

    fn pattern(&self, dimension: usize) -> Result<Pattern> {
        Ok(Pattern::banded(dimension, self.lower, self.upper))
    }

    fn analyse(&self, pattern: &Pattern) -> Self::Analysis {
        (pattern.dimension(), pattern.bandwidths())
    }
}

impl<T: ComplexField + Copy> Factorise<T> for Band {
    type Factors = BandLu<T>;

    fn factors(&self, &(dimension, band): &Self::Analysis) -> Self::Factors {
        BandLu::new(dimension, band)
    }

    fn factor(&self, factors: &mut Self::Factors, pattern: &Pattern, values: &[T]) -> bool {
        factors.fill(|entries, band| {
            for j in 0..pattern.dimension() {
                let values = &values[pattern.range(j)];
                for (&i, &x) in pattern.column(j).iter().zip(values) {
                    entries[band.place(i, j)] = x;
                }
            }
        });
        factors.factor()
    }

    fn solve(&self, factors: &Self::Factors, x: &mut [T]) {
        factors.solve(x);
    }

    fn solve_transposed(&self, factors: &Self::Factors, x: &mut [T]) {
        factors.solve_transposed(x);
    }
}
