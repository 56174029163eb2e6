//! The linear systems for slopes and corrections at one point.

use crate::dynamics::{Constraint, MassMatrix};
use crate::error::{Error, Result};
use crate::state::BandLu;

/// The entries of a Jacobian.
pub type Entries = Vec<(usize, usize, f64)>;

/// Above this growth of a right-hand side of size 1, the equilibrated matrix counts as singular: the constraints do not
/// determine the algebraic variables, up to rounding.
const SINGULAR: f64 = 1e13;

/// The factors of a square matrix whose rows and columns are scaled to entries of size 1.
pub struct Scaled {
    lu: BandLu<f64>,
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Scaled {
    /// `None` if the matrix is singular up to rounding.
    fn new(n: usize, entries: &Entries) -> Option<Self> {
        let (mut rows, mut columns) = (vec![0.0_f64; n], vec![0.0_f64; n]);
        for &(i, _, x) in entries {
            rows[i] = rows[i].max(x.abs());
        }
        for &(i, j, x) in entries {
            columns[j] = columns[j].max(x.abs() / rows[i]);
        }
        let band = |side: fn(usize, usize) -> usize| entries.iter().map(|&(i, j, _)| side(i, j)).max().unwrap_or(0);
        let mut lu = BandLu::new(n, (band(|i, j| i.saturating_sub(j)), band(|i, j| j.saturating_sub(i))));
        lu.fill(|factors, places| {
            for &(i, j, x) in entries {
                factors[places.place(i, j)] += x / rows[i] / columns[j];
            }
        });
        if !lu.factor() {
            return None;
        }
        let mut probe: Vec<f64> = (0..n).map(|i| if (i * i) % 3 == 0 { 1.0 } else { -0.7 }).collect();
        lu.solve(&mut probe);
        let growth =
            probe.iter().fold(0.0_f64, |most, x| if x.is_finite() { most.max(x.abs()) } else { f64::INFINITY });
        (growth < SINGULAR).then_some(Self { lu, rows, columns })
    }

    /// `x ← A⁻¹ x`.
    pub fn solve(&self, x: &mut [f64]) {
        for (x, row) in x.iter_mut().zip(&self.rows) {
            *x /= row;
        }
        self.lu.solve(x);
        for (x, column) in x.iter_mut().zip(&self.columns) {
            *x /= column;
        }
    }
}

/// The matrix of `M` with the rows of the algebraic equations replaced by their Jacobian.
///
/// For a system of index 1 it is regular. It determines the slope, `M y' = f` and `L (J y' + ∂f/∂t) = 0`, and the
/// correction that satisfies the algebraic equations and keeps `M y`, where `L f = 0` are the algebraic equations.
///
/// # Errors
/// [`Error::NotIndexOne`] if it is singular.
pub fn determined<Y>(mass: &MassMatrix<Y>, jacobian: &Entries, t: f64) -> Result<Scaled> {
    let n = mass.matrix().pattern().dimension();
    let mut is_algebraic = vec![false; n];
    mass.constraints().iter().for_each(|constraint| is_algebraic[constraint.row] = true);
    let differential = mass.matrix().entries().filter(|&(i, _, x)| !is_algebraic[i] && x != 0.0);
    let mut entries: Entries = differential.collect();
    entries.extend(algebraic_rows(mass.constraints(), jacobian, |_, constraint| constraint.row));
    Scaled::new(n, &entries).ok_or(Error::NotIndexOne { t })
}

/// The matrix of the unit rows of the components in `held`, followed by the Jacobian of the algebraic equations.
///
/// # Errors
/// [`Error::NotIndexOne`] if it is singular.
pub fn held<Y>(mass: &MassMatrix<Y>, jacobian: &Entries, held: &[usize], t: f64) -> Result<Scaled> {
    let n = mass.matrix().pattern().dimension();
    let mut entries: Entries = held.iter().enumerate().map(|(i, &j)| (i, j, 1.0)).collect();
    entries.extend(algebraic_rows(mass.constraints(), jacobian, |k, _| held.len() + k));
    Scaled::new(n, &entries).ok_or(Error::NotIndexOne { t })
}

/// The entries of `L J`, with the constraint `k` in the row `place(k, constraint)`.
fn algebraic_rows(
    constraints: &[Constraint],
    jacobian: &Entries,
    place: impl Fn(usize, &Constraint) -> usize,
) -> Entries {
    let mut users = std::collections::BTreeMap::<usize, Vec<(usize, f64)>>::new();
    for (k, constraint) in constraints.iter().enumerate() {
        for &(i, weight) in &constraint.weights {
            users.entry(i).or_default().push((place(k, constraint), weight));
        }
    }
    let scaled = |&(i, j, x): &(usize, usize, f64)| {
        users.get(&i).into_iter().flatten().map(move |&(row, weight)| (row, j, weight * x))
    };
    jacobian.iter().filter(|entry| entry.2 != 0.0).flat_map(scaled).collect()
}

/// The values of the algebraic equations `L f`.
pub fn violations(constraints: &[Constraint], f: &[f64]) -> Vec<f64> {
    let value = |constraint: &Constraint| constraint.weights.iter().map(|&(i, weight)| weight * f[i]).sum();
    constraints.iter().map(value).collect()
}

/// The sizes of the terms in the linearised algebraic equations, `Σⱼ |(L J)ₖⱼ| sⱼ`, for coordinates of these sizes.
pub fn terms(constraints: &[Constraint], jacobian: &Entries, sizes: &[f64]) -> Vec<f64> {
    let mut terms = vec![0.0; constraints.len()];
    for (k, j, x) in algebraic_rows(constraints, jacobian, |k, _| k) {
        terms[k] += x.abs() * sizes[j];
    }
    terms
}
