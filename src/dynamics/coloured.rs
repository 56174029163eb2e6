//! Sparse Jacobians by differences of many columns at once.

use super::differences::{Increments, value};
use super::{Dynamics, Neighbourhood};
use crate::error::{Error, Result};
use crate::state::{Element, ElementOf, MatrixSpace, SparseMatrix, State};

/// `∂f/∂y` by central differences at the places of `out`: two evaluations for each colour of its pattern.
///
/// It takes the increments of [`differences`](fn@super::differences), and its one-sided differences at the edge of the domain.
pub(super) fn coloured_differences<F>(
    f: &F,
    t: f64,
    y: &F::State,
    near: Neighbourhood<'_, F::State>,
    out: &mut SparseMatrix<ElementOf<F::State>>,
) where
    F: Dynamics<State: MatrixSpace> + ?Sized,
{
    let increments = Increments::new(f, t, y, near);
    let (mut behind, mut ahead) = (y.zeros_like(), y.zeros_like());
    let (mut shifted_back, mut shifted) = (y.clone(), y.clone());
    let pattern = out.pattern().clone();
    // As for `differences`: not the known slope.
    let mut here = None;
    for group in pattern.colouring().groups() {
        for &j in group {
            increments.shift(y, &mut shifted_back, j, -1.0);
            increments.shift(y, &mut shifted, j, 1.0);
        }
        f.eval(t, &shifted_back, &mut behind);
        f.eval(t, &shifted, &mut ahead);
        for &j in group {
            let [x, start, end] = [y, &shifted_back, &shifted].map(|y| y.coordinate(j));
            for (place, &i) in pattern.range(j).zip(pattern.column(j)) {
                let (before, after) = (behind.elements()[i], ahead.elements()[i]);
                let (rise, run) = if before.re().is_finite() && after.re().is_finite() {
                    (after - before, end - start)
                } else {
                    let slope = here.get_or_insert_with(|| value(f, t, y)).elements()[i];
                    if after.re().is_finite() { (after - slope, end - x) } else { (slope - before, x - start) }
                };
                // By the actual distance, after rounding.
                out.values_mut()[place] = rise * Element::embed(1.0 / run);
            }
            shifted_back.elements_mut()[j] = y.elements()[j];
            shifted.elements_mut()[j] = y.elements()[j];
        }
    }
}

/// The part of the terms in a row by which a directional difference may differ from the product with the matrix before
/// the row is looked at. This costs evaluations only, since an entry outside the pattern is proved afterwards.
const SUSPICIOUS: f64 = 1e-8;

/// The number of suspicious rows that are looked at.
const ROWS: usize = 8;

/// Checks that `f` depends on no coordinate outside the pattern of its Jacobian `matrix` at `(t, y)`.
///
/// A central difference along one direction, in which all coordinates change, is compared with the product of the matrix:
/// two evaluations. In the rows of the largest deviations, all coordinates outside the pattern are changed at once. The
/// row must not change in its last bit; if it does, bisection finds the coordinate.
///
/// # Errors
/// [`Error::NotInPattern`].
pub fn check_pattern<F>(
    f: &F,
    t: f64,
    y: &F::State,
    near: Neighbourhood<'_, F::State>,
    matrix: &SparseMatrix<ElementOf<F::State>>,
) -> Result<()>
where
    F: Dynamics<State: MatrixSpace> + ?Sized,
{
    let increments = Increments::new(f, t, y, near);
    let rows = suspicious_rows(f, t, y, &increments, matrix);
    if rows.is_empty() {
        return Ok(());
    }
    let (mut shifted, mut before, mut after) = (y.clone(), y.zeros_like(), y.zeros_like());
    f.eval(t, y, &mut before);
    for row in rows {
        let slope = before.coordinate(row);
        let mut changes = |columns: &[usize]| {
            shifted.assign(y);
            for &j in columns {
                increments.shift(y, &mut shifted, j, 1.0);
            }
            f.eval(t, &shifted, &mut after);
            let now = after.coordinate(row);
            now.is_finite() && slope.is_finite() && now != slope
        };
        let mut columns: Vec<usize> = (0..y.dimension()).collect();
        columns.retain(|&j| matrix.pattern().position(row, j).is_none());
        if columns.is_empty() || !changes(&columns) {
            continue;
        }
        while columns.len() > 1 {
            let half = columns.split_off(columns.len() / 2);
            // If neither half changes the row, they do so together only; then any column of both is a witness.
            if !changes(&columns) {
                columns = half;
            }
        }
        return Err(Error::NotInPattern { row, column: columns[0] });
    }
    Ok(())
}

/// The rows in which a directional difference is not the product with `matrix`, the worst first.
fn suspicious_rows<F>(
    f: &F,
    t: f64,
    y: &F::State,
    increments: &Increments,
    matrix: &SparseMatrix<ElementOf<F::State>>,
) -> Vec<usize>
where
    F: Dynamics<State: MatrixSpace> + ?Sized,
{
    let n = y.dimension();
    let (mut back, mut ahead) = (y.clone(), y.clone());
    let (mut before, mut after) = (y.zeros_like(), y.zeros_like());
    // Irrational parts, so that the entries of a row do not cancel by symmetry.
    let part = |j: usize| 0.5 + ((j as f64 + 1.0) * 0.618_033_988_749_894_9).fract();
    for j in 0..n {
        increments.shift(y, &mut back, j, -part(j));
        increments.shift(y, &mut ahead, j, part(j));
    }
    f.eval(t, &back, &mut before);
    f.eval(t, &ahead, &mut after);
    let noise = 1e2 * y.rounding();
    let (mut products, mut terms) = (vec![0.0; n], vec![0.0; n]);
    for (i, j, x) in matrix.entries() {
        let step = ahead.coordinate(j) - back.coordinate(j);
        products[i] += x.re() * step;
        terms[i] += SUSPICIOUS * (x.re() * step).abs() + noise * (x.re() * y.coordinate(j)).abs();
    }
    let excess = |i: usize| {
        let (start, end) = (before.coordinate(i), after.coordinate(i));
        (end - start - products[i]).abs() / (terms[i] + noise * start.abs().max(end.abs()))
    };
    let mut rows: Vec<_> = (0..n).map(|i| (excess(i), i)).filter(|&(excess, _)| excess > 1.0).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    rows.truncate(ROWS);
    rows.into_iter().map(|(_, i)| i).collect()
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::dynamics::{differences, ode};
    use crate::state::Pattern;

    /// Neighbours and the first coordinate enter every component.
    fn arrow(n: usize) -> impl Dynamics<State = DVector<f64>> {
        ode(move |t: f64, y: &DVector<f64>, dy: &mut DVector<f64>| {
            for i in 0..n {
                let next = if i + 1 < n { y[i + 1] } else { 0.0 };
                dy[i] = 1e3 * (next - y[i]) + 1e-2 * y[0] * y[i].powi(2) + t;
            }
        })
    }

    fn places(n: usize) -> Vec<(usize, usize)> {
        (0..n).flat_map(|i| [(i, i), (i, (i + 1).min(n - 1)), (i, 0)]).collect()
    }

    #[test]
    fn entries_are_those_of_single_differences() {
        let n = 7;
        let f = arrow(n);
        let y = DVector::from_fn(n, |i, _| 1.0 - 0.3 * i as f64);
        let near = Neighbourhood::of_step(1e-3);
        let mut found = SparseMatrix::zeros(Pattern::new(n, places(n)).unwrap());
        coloured_differences(&f, 0.5, &y, near, &mut found);
        let dense = differences(&f, 0.5, &y, near);
        for i in 0..n {
            for j in 0..n {
                assert_eq!(found.get(i, j), dense[(i, j)], "{i} {j}");
            }
        }
        assert_eq!(check_pattern(&f, 0.5, &y, near, &found), Ok(()));
    }

    #[test]
    fn at_the_edge_of_the_domain_the_difference_does_not_use_the_known_slope() {
        let root = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [1.0 - y[0].sqrt(), y[0] - y[1]]);
        let slope = [1.001, 0.001];
        let near = Neighbourhood { h: 1e-3, slope: Some(&slope), norm: None };
        let mut found = SparseMatrix::zeros(Pattern::dense(2));
        coloured_differences(&root, 0.0, &[0.0, 0.0], near, &mut found);
        let dense = differences(&root, 0.0, &[0.0, 0.0], near);
        // The root of the increment, over the increment.
        assert!(found.get(0, 0) < 0.0 && found.get(0, 0) == dense[(0, 0)], "{} {dense}", found.get(0, 0));
        assert!((dense[(1, 0)] - 1.0).abs() < 1e-9 && (found.get(1, 0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_missing_place_is_named() {
        let n = 7;
        let f = arrow(n);
        for unit in [1e-20, 1.0, 1e20] {
            let y = DVector::from_fn(n, |i, _| unit * (1.0 - 0.3 * i as f64));
            let scaled = ode(|t, y: &DVector<f64>, dy: &mut DVector<f64>| {
                f.eval(t, &(y / unit), dy);
                *dy *= unit;
            });
            for missing in [(3, 4), (5, 0), (6, 6)] {
                let mut places = places(n);
                places.retain(|&place| place != missing);
                let near = Neighbourhood::of_step(1e-3);
                let mut found = SparseMatrix::zeros(Pattern::new(n, places).unwrap());
                coloured_differences(&scaled, 0.5, &y, near, &mut found);
                let (row, column) = missing;
                assert_eq!(
                    check_pattern(&scaled, 0.5, &y, near, &found),
                    Err(Error::NotInPattern { row, column }),
                    "{unit:e}"
                );
            }
        }
    }

    #[test]
    fn a_function_with_large_higher_derivatives_is_not_accused() {
        let cube = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| *dy = [(y[0] + y[1]).powi(3), y[1].powi(9)]);
        let mut found = SparseMatrix::zeros(Pattern::new(2, [(0, 0), (0, 1), (1, 1)]).unwrap());
        let near = Neighbourhood::of_step(1.0);
        coloured_differences(&cube, 0.0, &[0.0, 1e-9], near, &mut found);
        assert_eq!(check_pattern(&cube, 0.0, &[0.0, 1e-9], near, &found), Ok(()));
    }
}
