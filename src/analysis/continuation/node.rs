//! A point of the branch with everything that tells bifurcations.

use nalgebra::{Complex, DMatrix, DVector};

use super::equations::{Equations, Linearised};
use super::metric::Metric;
use crate::analysis::eigen::Eigen;
use crate::analysis::system::Kind;
use crate::error::Result;

/// A test value below this is zero: the components of a tangent of norm 1 have errors of this size where the linearised
/// equations are ill-conditioned.
pub(super) const ZERO: f64 = 1e-10;

/// A point of the branch.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// `(x, p)`.
    pub u: DVector<f64>,
    /// The tangent `du/ds` in the units of the coordinates.
    pub tangent: DVector<f64>,
    /// The component of the tangent in the parameter, in units of the metric; changes sign at folds.
    pub turning: f64,
    /// The determinant of the equations bordered by the tangent; changes sign at branch points.
    pub determinant: Determinant,
    /// The spectrum of the Jacobian.
    pub spectrum: Spectrum,
    /// The Euclidean norm of the equations.
    pub residual: f64,
    /// The distance along the branch.
    pub arclength: f64,
}

impl Node {
    /// The node at the point `u` of the branch, its tangent oriented along `towards` (in units of the metric).
    pub fn at(equations: &dyn Equations, metric: &Metric, u: DVector<f64>, towards: &DVector<f64>) -> Result<Self> {
        let residual = equations.value(&u)?.norm();
        let linearised = Linearised::at(equations, metric, &u)?;
        let n = u.len() - 1;
        let lu = linearised.bordered(towards).lu();
        let end = DVector::from_fn(n + 1, |i, _| if i == n { 1.0 } else { 0.0 });
        let (direction, along) = match lu.solve(&end) {
            Some(solution) if solution.norm().is_finite() => {
                let size = solution.norm();
                (solution / size, 1.0 / size)
            }
            _ => (towards.clone(), 1.0),
        };
        // The bordering row `towards` has the component `along` of the tangent.
        let mut determinant = Determinant::of_lu(&lu).divided_by(along);
        // Without the factors of the rows it is a smooth function along the branch, also where a row vanishes.
        determinant.log -= linearised.rows.iter().map(|factor| factor.ln()).sum::<f64>();
        let spectrum = Spectrum::of(equations.kind(), &linearised.jacobian)?;
        let turning = direction[n];
        Ok(Self { u, tangent: metric.raw(&direction), turning, determinant, spectrum, residual, arclength: 0.0 })
    }

    /// The same node, the branch run through in the other direction.
    pub fn reversed(mut self) -> Self {
        self.tangent.neg_mut();
        self.turning = -self.turning;
        self.determinant.sign = -self.determinant.sign;
        self
    }

    /// The parameter.
    pub fn p(&self) -> f64 {
        self.u[self.u.len() - 1]
    }
}

/// A determinant, which may be outside the range of numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Determinant {
    pub sign: f64,
    /// The logarithm of the absolute value.
    pub log: f64,
}

impl Determinant {
    fn of_lu(lu: &nalgebra::LU<f64, nalgebra::Dyn, nalgebra::Dyn>) -> Self {
        let mut out = Self { sign: lu.p().determinant(), log: 0.0 };
        for &pivot in &lu.u().diagonal() {
            out.sign *= if pivot == 0.0 { 0.0 } else { pivot.signum() };
            out.log += pivot.abs().ln();
        }
        out
    }

    fn divided_by(self, factor: f64) -> Self {
        Self { sign: self.sign * factor.signum(), log: self.log - factor.abs().ln() }
    }

    /// The value in units of `exp(log)`.
    pub fn relative_to(self, log: f64) -> f64 {
        if self.sign == 0.0 { 0.0 } else { self.sign * (self.log - log).exp() }
    }
}

/// Eigenvalues, in the order of their stability measures.
#[derive(Debug, Clone)]
pub(super) struct Spectrum {
    /// The eigenvalues, the most unstable first.
    pub modes: Vec<Mode>,
    /// The largest absolute value.
    pub radius: f64,
    /// The eigenvectors; [`Mode::column`] names the column.
    pub vectors: DMatrix<Complex<f64>>,
}

/// An eigenvalue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    pub value: Complex<f64>,
    /// Positive if it is unstable: `|λ| − 1` for a map, `Re λ` for a flow.
    pub measure: f64,
    /// The rounding error of the measure.
    pub error: f64,
    pub column: usize,
}

impl Mode {
    /// 1, −1, or 0 within the rounding error.
    pub fn sign(&self) -> f64 {
        if self.measure.abs() <= self.error { 0.0 } else { self.measure.signum() }
    }
}

impl Spectrum {
    fn of(kind: Kind, jacobian: &DMatrix<f64>) -> Result<Self> {
        let eigen = Eigen::of(jacobian)?;
        let radius = eigen.values.iter().map(|x| x.norm()).fold(0.0, f64::max);
        let n = eigen.values.len();
        let mut modes: Vec<Mode> = (0..n)
            .map(|column| {
                let value = eigen.values[column];
                let measure = match kind {
                    Kind::Map => value.norm() - 1.0,
                    Kind::Flow => value.re,
                };
                // A defective eigenvalue loses half of its digits.
                let lost = (4.0 * f64::EPSILON * eigen.conditions[column]).min(f64::EPSILON.sqrt());
                let lost = if lost.is_nan() { f64::EPSILON.sqrt() } else { lost };
                Mode { value, measure, error: lost * radius, column }
            })
            .collect();
        // Stable, so that conjugate pairs stay together.
        modes.sort_by(|a, b| b.measure.total_cmp(&a.measure));
        Ok(Self { modes, radius, vectors: eigen.vectors })
    }

    /// The number of unstable eigenvalues.
    pub fn unstable(&self) -> usize {
        self.modes.iter().filter(|mode| mode.sign() > 0.0).count()
    }

    /// Whether an eigenvalue is on the boundary of stability.
    pub fn marginal(&self) -> bool {
        self.modes.iter().any(|mode| mode.sign() == 0.0)
    }
}
