//! Groups of columns of a pattern that have no row in common.

use super::Pattern;

/// Groups of columns without a common row, in the sense of A. R. Curtis, M. J. D. Powell & J. K. Reid, *On the
/// estimation of sparse Jacobian matrices*, J. Inst. Math. Appl. 13 (1974), doi:10.1093/imamat/13.1.117.
///
/// One evaluation finds all columns of a group. The groups are found greedily in the order of the columns, which is
/// optimal for a band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colouring {
    groups: Vec<Vec<usize>>,
}

impl Colouring {
    /// The groups of `pattern`.
    pub(super) fn of(pattern: &Pattern) -> Self {
        let n = pattern.dimension();
        let mut in_row = vec![Vec::new(); n];
        for j in 0..n {
            for &i in pattern.column(j) {
                in_row[i].push(j);
            }
        }
        let mut colours = vec![usize::MAX; n];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        // The last column for which a colour was seen in a neighbour.
        let mut seen: Vec<usize> = Vec::new();
        for j in (0..n).filter(|&j| !pattern.column(j).is_empty()) {
            for &neighbour in pattern.column(j).iter().flat_map(|&i| &in_row[i]) {
                if let Some(mark) = seen.get_mut(colours[neighbour]) {
                    *mark = j;
                }
            }
            let colour = seen.iter().position(|&mark| mark != j).unwrap_or(seen.len());
            if colour == seen.len() {
                seen.push(usize::MAX);
                groups.push(Vec::new());
            }
            colours[j] = colour;
            groups[colour].push(j);
        }
        Self { groups }
    }

    /// The columns of every group. A column without places is in none.
    #[must_use]
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// The number of groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is no group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_valid(pattern: &Pattern) -> bool {
        Colouring::of(pattern).groups().iter().all(|group| {
            let mut rows: Vec<_> = group.iter().flat_map(|&j| pattern.column(j)).collect();
            let before = rows.len();
            rows.sort_unstable();
            rows.dedup();
            rows.len() == before
        })
    }

    #[test]
    fn columns_of_a_group_share_no_row() {
        for (lower, upper) in [(0, 0), (1, 1), (2, 5), (7, 0)] {
            let band = Pattern::banded(40, lower, upper);
            assert!(is_valid(&band));
            assert_eq!(Colouring::of(&band).len(), lower + upper + 1);
        }
        // A five-point stencil on a square of 9 × 9: 5 colours are needed, and the greedy order takes few more.
        let near = |a: usize, b: usize| (a / 9).abs_diff(b / 9) + (a % 9).abs_diff(b % 9) <= 1;
        let places = (0..81).flat_map(|a| (0..81).filter(move |&b| near(a, b)).map(move |b| (a, b)));
        let grid = Pattern::new(81, places).unwrap();
        assert!(is_valid(&grid));
        assert!((5..=8).contains(&grid.colouring().len()), "{}", grid.colouring().len());
        assert_eq!(Pattern::dense(7).colouring().len(), 7);
    }

    #[test]
    fn a_column_without_places_has_no_group() {
        let pattern = Pattern::new(3, [(0, 0), (1, 2)]).unwrap();
        assert_eq!(Colouring::of(&pattern).groups(), [vec![0, 2]]);
        assert!(Colouring::of(&Pattern::new(2, []).unwrap()).is_empty());
    }
}
