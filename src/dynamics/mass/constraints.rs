//! The algebraic equations of a system with a singular mass matrix.

use std::collections::BTreeMap;

use crate::state::SparseMatrix;

/// An algebraic equation: a combination of the rows of `M` that vanishes, so that the same combination of the components
/// of `f` is zero along a solution.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// A row of the combination that depends on the other rows.
    pub row: usize,
    /// The rows of the combination and their weights.
    pub weights: Vec<(usize, f64)>,
}

/// A reduced row of `M` of which one entry is the pivot.
struct Pivot {
    row: usize,
    column: usize,
    entries: BTreeMap<usize, f64>,
    /// The pivots that were subtracted from the row, in order, with their factors.
    subtracted: Vec<(usize, f64)>,
}

/// A sum of this many roundings of the entries of a row counts as zero.
const ROUNDINGS: f64 = 64.0;

/// The combinations of rows that vanish, by Gaussian elimination on the rows of `mass`. Their number is the number of
/// rows without the rank.
pub fn constraints(mass: &SparseMatrix) -> Vec<Constraint> {
    let mut rows = vec![BTreeMap::new(); mass.pattern().dimension()];
    for (i, j, x) in mass.entries().filter(|&(_, _, x)| x != 0.0) {
        rows[i].insert(j, x);
    }
    let (mut pivots, mut pivot_of_column) = (Vec::<Pivot>::new(), BTreeMap::new());
    let mut found = Vec::new();
    for (row, mut entries) in rows.into_iter().enumerate() {
        let mut subtracted = Vec::new();
        // A pivot row has no entry in the columns of earlier pivots, so this takes them in order.
        while let Some(k) = entries.keys().filter_map(|j| pivot_of_column.get(j)).min().copied() {
            let Pivot { column, entries: other, .. } = &pivots[k];
            let factor = entries[column] / other[column];
            for (&j, &x) in other {
                let entry = entries.entry(j).or_insert(0.0);
                let size = entry.abs() + (factor * x).abs();
                *entry -= factor * x;
                if j == *column || entry.abs() <= ROUNDINGS * f64::EPSILON * size {
                    entries.remove(&j);
                }
            }
            subtracted.push((k, factor));
        }
        match entries.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())) {
            Some((&column, _)) => {
                pivot_of_column.insert(column, pivots.len());
                pivots.push(Pivot { row, column, entries, subtracted });
            }
            None => found.push(Constraint { row, weights: combination(row, &subtracted, &pivots) }),
        }
    }
    found
}

/// The weights of the original rows in `row − Σ factor · pivot`.
fn combination(row: usize, subtracted: &[(usize, f64)], pivots: &[Pivot]) -> Vec<(usize, f64)> {
    let mut left: BTreeMap<usize, f64> = subtracted.iter().copied().collect();
    let mut weights = vec![(row, 1.0)];
    while let Some((k, factor)) = left.pop_last() {
        weights.push((pivots[k].row, -factor));
        for &(earlier, own) in &pivots[k].subtracted {
            *left.entry(earlier).or_insert(0.0) -= factor * own;
        }
    }
    weights.retain(|&(_, weight)| weight != 0.0);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The norm of the combined row.
    fn combined(mass: &SparseMatrix, constraint: &Constraint) -> f64 {
        let n = mass.pattern().dimension();
        let sum = |j: usize| constraint.weights.iter().map(|&(i, w)| w * mass.get(i, j)).sum::<f64>();
        (0..n).map(sum).map(f64::abs).fold(0.0, f64::max)
    }

    #[test]
    fn a_regular_matrix_has_none() {
        let n = 300;
        let mass = |i: usize, j: usize| if i == j { 4.0 } else { 1.0 };
        let entries: Vec<_> = (0..n)
            .flat_map(|i: usize| (i.saturating_sub(1)..(i + 2).min(n)).map(move |j| (i, j, mass(i, j) / 6.0)))
            .collect();
        assert!(constraints(&SparseMatrix::from_triplets(n, &entries).unwrap()).is_empty());
    }

    #[test]
    fn a_row_of_zeros_is_an_equation_of_its_own() {
        let mass = SparseMatrix::from_triplets(3, &[(0, 0, 1.0), (2, 2, 1e-9), (1, 1, 0.0)]).unwrap();
        assert_eq!(constraints(&mass), [Constraint { row: 1, weights: vec![(1, 1.0)] }]);
    }

    #[test]
    fn dependent_rows_are_combined() {
        for unit in [1e-12, 1.0, 1e12] {
            // The capacities of an electric circuit, with a chain of three nodes.
            let (a, b) = (1e-6 * unit, 3e-6 * unit);
            let entries = [
                (0, 0, -a),
                (0, 1, a),
                (1, 0, a),
                (1, 1, -a - b),
                (1, 2, b),
                (2, 1, b),
                (2, 2, -b),
                (3, 3, -2.0 * unit),
                (4, 4, -a),
                (4, 3, a),
                (3, 4, a),
            ];
            let mass = SparseMatrix::from_triplets(5, &entries).unwrap();
            let found = constraints(&mass);
            assert_eq!(found.len(), 1, "{unit:e}");
            assert!(combined(&mass, &found[0]) < 1e-15 * unit);
            assert_eq!(found[0].weights.len(), 3);
        }
    }

    #[test]
    fn a_matrix_of_low_rank_has_all_its_equations() {
        // Rank 2: sums of two outer products.
        let (n, row) = (6, |k: usize, i: usize| ((3 * k + 2) as f64 * (i as f64 + 0.7)).sin());
        let entry = |i: usize, j: usize| row(0, i) * row(1, j) + row(2, i) * row(3, j);
        let entries: Vec<_> = (0..n).flat_map(|i| (0..n).map(move |j| (i, j, entry(i, j)))).collect();
        let mass = SparseMatrix::from_triplets(n, &entries).unwrap();
        let found = constraints(&mass);
        assert_eq!(found.len(), n - 2);
        for constraint in &found {
            assert!(combined(&mass, constraint) < 1e-13, "{constraint:?}");
        }
    }
}
