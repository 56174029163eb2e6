//! The equations of a family of fixed points.

use nalgebra::{DMatrix, DVector};

use super::metric::Metric;
use super::slope_in_p::slope_in_p;
use crate::analysis::system::{Kind, System, evaluate, point, slopes};
use crate::error::{Error, Result};
use crate::state::State;

/// The equations `G(u) = 0` of the fixed points, `u = (x, p)`: `G = F(x, p) − x` of a map and `G = f(x, p)` of a flow.
pub(super) trait Equations {
    /// Map or flow.
    fn kind(&self) -> Kind;

    /// The rounding unit of the state.
    fn rounding(&self) -> f64;

    /// `G`.
    fn value(&self, u: &DVector<f64>) -> Result<DVector<f64>>;

    /// The Jacobian of the system with respect to `x`: of `F` for a map.
    fn jacobian(&self, u: &DVector<f64>, sizes: &[f64]) -> Result<DMatrix<f64>>;
}

/// The equations of a family of systems.
pub(super) struct FamilyEquations<'a, G, Y> {
    pub family: &'a G,
    /// A state of the right shape.
    pub like: &'a Y,
}

impl<G: Fn(f64) -> S, S: System> Equations for FamilyEquations<'_, G, S::State> {
    fn kind(&self) -> Kind {
        S::KIND
    }

    fn rounding(&self) -> f64 {
        self.like.rounding()
    }

    fn value(&self, u: &DVector<f64>) -> Result<DVector<f64>> {
        let (x, p) = self.parts(u)?;
        let mut out = x.zeros_like();
        evaluate(&(self.family)(p), &x, &mut out)?;
        if S::KIND == Kind::Map {
            out.add_scaled(-1.0, &x);
        }
        Ok(DVector::from_vec(out.coordinates()))
    }

    fn jacobian(&self, u: &DVector<f64>, sizes: &[f64]) -> Result<DMatrix<f64>> {
        let (x, p) = self.parts(u)?;
        let n = sizes.len();
        let mut out = DMatrix::zeros(n, n);
        slopes(&(self.family)(p), &x, &point(self.like, sizes)?, &mut out)?;
        Ok(out)
    }
}

impl<G, Y: State> FamilyEquations<'_, G, Y> {
    fn parts(&self, u: &DVector<f64>) -> Result<(Y, f64)> {
        let n = u.len() - 1;
        Ok((point(self.like, &u.as_slice()[..n])?, u[n]))
    }
}

/// The equations, linearised at a point, in the units of a metric and with rows of norm 1.
#[derive(Debug, Clone)]
pub(super) struct Linearised {
    /// `[G_x G_p]`, `n` rows and `n + 1` columns.
    pub matrix: DMatrix<f64>,
    /// The factors of the rows.
    pub rows: DVector<f64>,
    /// The Jacobian of the system, in its own units.
    pub jacobian: DMatrix<f64>,
}

impl Linearised {
    /// The equations at `u`.
    pub fn at(equations: &dyn Equations, metric: &Metric, u: &DVector<f64>) -> Result<Self> {
        let n = u.len() - 1;
        let jacobian = equations.jacobian(u, metric.coordinates().as_slice())?;
        let mut matrix = DMatrix::zeros(n, n + 1);
        matrix.columns_mut(0, n).copy_from(&jacobian);
        if equations.kind() == Kind::Map {
            for i in 0..n {
                matrix[(i, i)] -= 1.0;
            }
        }
        matrix.set_column(n, &slope_in_p(equations, u, metric.units[n])?);
        for (mut column, unit) in matrix.column_iter_mut().zip(metric.units.iter()) {
            column *= *unit;
        }
        if matrix.iter().any(|x| !x.is_finite()) {
            return Err(Error::NonFiniteSystem { quantity: "Jacobian", at: u.as_slice()[..n].to_vec() });
        }
        let mut rows = DVector::repeat(n, 1.0);
        for (mut row, factor) in matrix.row_iter_mut().zip(rows.iter_mut()) {
            // In two steps, since squares may overflow.
            let largest = row.amax();
            if largest > 0.0 {
                row /= largest;
                let norm = row.norm();
                row /= norm;
                *factor = 1.0 / largest / norm;
            }
        }
        Ok(Self { matrix, rows, jacobian })
    }

    /// The same equations with the rows scaled as at other points: at a branch point a row may vanish, and
    /// its own factor would hide that.
    pub fn with_rows_of(mut self, others: &[Self]) -> Self {
        for i in 0..self.rows.len() {
            let factor = others.iter().map(|other| other.rows[i]).fold(f64::INFINITY, f64::min);
            let ratio = factor / self.rows[i];
            self.matrix.row_mut(i).scale_mut(ratio);
            self.rows[i] = factor;
        }
        self
    }

    /// The matrix with `normal` as its last row.
    pub fn bordered(&self, normal: &DVector<f64>) -> DMatrix<f64> {
        let n = self.matrix.nrows();
        let mut out = self.matrix.clone().insert_row(n, 0.0);
        out.row_mut(n).tr_copy_from(normal);
        out
    }
}
