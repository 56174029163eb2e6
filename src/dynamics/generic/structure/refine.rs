//! A pattern by experiments: ever smaller blocks of columns, as many at once as share no row.

use std::ops::Range;

use crate::state::Pattern;

/// A block of columns with the rows that depend on it.
struct Block {
    columns: Range<usize>,
    rows: Vec<usize>,
}

/// The pattern of a map with `n` coordinates.
///
/// `experiment(marks, find)` gives the coordinate `j` the mark `marks[j] < width` and calls `find(row, mark)` for every
/// mark that a row depends on. Every block is divided into `width` parts; blocks that no row shares are divided in one
/// experiment, so a pattern whose rows have few places needs `O(log n)` experiments.
pub(super) fn refine(
    n: usize,
    width: usize,
    mut experiment: impl FnMut(&[Option<usize>], &mut dyn FnMut(usize, usize)),
) -> Pattern {
    let mut blocks = vec![Block { columns: 0..n, rows: (0..n).collect() }];
    let mut marks = vec![None; n];
    while blocks.iter().any(|block| block.columns.len() > 1) {
        let (whole, ready): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.columns.len() > 1);
        blocks = ready;
        for group in groups(&whole, n) {
            let mut parts: Vec<Block> = Vec::new();
            // The parts of a block are neighbours in the list. For every row, the parts of its block.
            let mut of_row = vec![0..0; n];
            let mut with_mark = vec![Vec::new(); width];
            marks.fill(None);
            for &block in &group {
                let Block { columns, rows } = &whole[block];
                let first = parts.len();
                for (mark, start) in columns.clone().step_by(columns.len().div_ceil(width)).enumerate() {
                    let end = columns.end.min(start + columns.len().div_ceil(width));
                    marks[start..end].fill(Some(mark));
                    with_mark[mark].push(parts.len());
                    parts.push(Block { columns: start..end, rows: Vec::new() });
                }
                rows.iter().for_each(|&row| of_row[row] = first..parts.len());
            }
            experiment(&marks, &mut |row, mark| match of_row[row].clone().nth(mark) {
                Some(part) => parts[part].rows.push(row),
                // The row did not depend on the block before. It may be any block of the group.
                None => with_mark[mark].iter().for_each(|&part| parts[part].rows.push(row)),
            });
            blocks.extend(parts.into_iter().filter(|part| !part.rows.is_empty()));
        }
    }
    let mut columns = vec![Vec::new(); n];
    for Block { columns: range, rows } in blocks {
        range.for_each(|j| columns[j].clone_from(&rows));
    }
    Pattern::of_columns(columns)
}

/// Groups of blocks that share no row.
fn groups(blocks: &[Block], n: usize) -> Vec<Vec<usize>> {
    let mut columns: Vec<_> = blocks.iter().map(|block| block.rows.clone()).collect();
    columns.resize(n, Vec::new());
    Pattern::of_columns(columns).colouring().groups().to_vec()
}
