//! The lines on which a function in the plane is zero.

use std::collections::HashMap;

/// Values on a grid, row by row from the lowest.
pub struct Grid {
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// The points in each direction, at least 2.
    pub size: usize,
    pub values: Vec<f64>,
}

/// An edge of the grid by its lower left point, counted row by row, and whether it goes up.
type Edge = (usize, bool);

impl Grid {
    /// The place of a point of the grid.
    pub fn point(&self, column: f64, row: f64) -> (f64, f64) {
        let part = |i: f64, (low, high): (f64, f64)| low + i / (self.size - 1) as f64 * (high - low);
        (part(column, self.x), part(row, self.y))
    }

    /// The lines of zeros, by linear interpolation along the edges of the grid. Where a corner of a cell is not finite,
    /// the cell has none.
    pub fn zeros(&self) -> Vec<Vec<(f64, f64)>> {
        let lines = joined(self.segments());
        lines.into_iter().map(|line| line.into_iter().map(|edge| self.crossing(edge)).collect()).collect()
    }

    /// The pieces of the lines, one or two in a cell, by the edges on which they end.
    fn segments(&self) -> Vec<(Edge, Edge)> {
        let n = self.size;
        let mut segments = Vec::new();
        for (column, row) in (0..n - 1).flat_map(|row| (0..n - 1).map(move |column| (column, row))) {
            let at = row * n + column;
            // Around the cell from its lower left corner, and the edges that follow the corners.
            let corners = [at, at + 1, at + n + 1, at + n].map(|corner| self.values[corner]);
            if !corners.iter().all(|value| value.is_finite()) {
                continue;
            }
            let edges = [(at, false), (at + 1, true), (at + n, false), (at, true)];
            let crossed: Vec<Edge> =
                (0..4).filter(|&i| (corners[i] < 0.0) != (corners[(i + 1) % 4] < 0.0)).map(|i| edges[i]).collect();
            match crossed[..] {
                [a, b] => segments.push((a, b)),
                [a, b, c, d] => {
                    // A saddle: its middle says which corners belong together.
                    let middle: f64 = corners.iter().sum();
                    let same = (middle < 0.0) == (corners[0] < 0.0);
                    let pairs = if same { [(a, b), (c, d)] } else { [(d, a), (b, c)] };
                    segments.extend(pairs);
                }
                _ => {}
            }
        }
        segments
    }

    /// Where the function is zero on an edge whose ends have different signs.
    fn crossing(&self, (start, goes_up): Edge) -> (f64, f64) {
        let end = start + if goes_up { self.size } else { 1 };
        let (a, b) = (self.values[start], self.values[end]);
        // Halves, so that the difference does not overflow.
        let part = (0.5 * a) / (0.5 * a - 0.5 * b);
        let (column, row) = ((start % self.size) as f64, (start / self.size) as f64);
        if goes_up { self.point(column, row + part) } else { self.point(column + part, row) }
    }
}

/// Segments with common ends as lines.
fn joined(segments: Vec<(Edge, Edge)>) -> Vec<Vec<Edge>> {
    let mut at: HashMap<Edge, Vec<usize>> = HashMap::new();
    for (i, (a, b)) in segments.iter().enumerate() {
        at.entry(*a).or_default().push(i);
        at.entry(*b).or_default().push(i);
    }
    let mut used = vec![false; segments.len()];
    // From the end of a line on, as far as unused segments go.
    let follow = |line: &mut Vec<Edge>, used: &mut Vec<bool>| {
        while let Some(end) = line.last().copied() {
            let next = at.get(&end).and_then(|members| members.iter().copied().find(|&i| !used[i]));
            let Some(i) = next else { break };
            used[i] = true;
            let (a, b) = segments[i];
            line.push(if a == end { b } else { a });
        }
    };
    let mut lines = Vec::new();
    for (i, (a, b)) in segments.iter().enumerate() {
        if used[i] {
            continue;
        }
        used[i] = true;
        let mut line = vec![*a, *b];
        follow(&mut line, &mut used);
        line.reverse();
        follow(&mut line, &mut used);
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zeros(f: impl Fn(f64, f64) -> f64) -> Vec<Vec<(f64, f64)>> {
        let mut grid = Grid { x: (-2.0, 2.0), y: (-2.0, 2.0), size: 41, values: Vec::new() };
        for row in 0..41 {
            for column in 0..41 {
                let (x, y) = grid.point(f64::from(column), f64::from(row));
                grid.values.push(f(x, y));
            }
        }
        grid.zeros()
    }

    #[test]
    fn a_circle_is_one_closed_line() {
        let lines = zeros(|x, y| x * x + y * y - 1.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for (x, y) in &lines[0] {
            // The interpolation errs by an eighth of the second derivative times the square of the spacing.
            assert!((x.hypot(*y) - 1.0).abs() < 0.01, "{x}, {y}");
        }
    }

    #[test]
    fn a_straight_line_goes_from_edge_to_edge() {
        let lines = zeros(|_, y| y - 0.33);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 41);
        assert!(lines[0].iter().all(|(_, y)| (y - 0.33).abs() < 1e-12));
    }

    #[test]
    fn a_saddle_has_two_lines_and_no_sign_has_none() {
        let on_the_axes = |x: f64, y: f64| (x * y).abs() < 1e-2;
        let lines = zeros(|x, y| x * y);
        assert!(!lines.is_empty() && lines.iter().flatten().all(|&(x, y)| on_the_axes(x, y)));
        assert!(zeros(|_, _| 1.0).is_empty() && zeros(|_, _| 0.0).is_empty());
        assert!(zeros(|_, _| f64::NAN).is_empty());
    }
}
