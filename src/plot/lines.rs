//! Lines in logical pixels: thinned, dashed, and cut at the frame and at gaps.

/// A place in logical pixels from the upper left corner.
pub type Place = (f64, f64);

pub fn is_finite((x, y): Place) -> bool {
    x.is_finite() && y.is_finite()
}

/// Leaves out places that are less than half a pixel from the one before: they cannot be seen,
/// but long learning curves would fill the file with them.
pub fn thinned(places: &[Place]) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for &place in places {
        let near = |last: &Place| (place.0 - last.0).hypot(place.1 - last.1) < 0.5;
        if !kept.last().is_some_and(near) {
            kept.push(place);
        }
    }
    kept
}

/// Limits the ordinates of a line, which enters and leaves the limits between its points. An infinite ordinate becomes the
/// limit at its own abscissa.
pub fn cut_off(points: &[(f64, f64)], low: f64, high: f64) -> Vec<(f64, f64)> {
    let mut cut = Vec::with_capacity(points.len());
    for (i, &(x, y)) in points.iter().enumerate() {
        if let Some(&(x0, y0)) = i.checked_sub(1).and_then(|i| points.get(i))
            && (y - y0).is_finite()
        {
            // In the order of the way.
            let limits = if y0 < y { [low, high] } else { [high, low] };
            for limit in limits.into_iter().filter(|limit| (y0 < *limit) != (y < *limit)) {
                cut.push((x0 + (limit - y0) / (y - y0) * (x - x0), limit));
            }
        }
        cut.push((x, y.clamp(low, high)));
    }
    cut
}

/// Cuts a line into the pieces of a dash pattern; an empty pattern leaves it whole.
///
/// Plotters has dashes of one length only, and these patterns need more to be told apart.
pub fn dashed(places: &[Place], pattern: &[f64]) -> Vec<Vec<Place>> {
    let Some(&first) = places.first() else {
        return Vec::new();
    };
    if pattern.is_empty() {
        return vec![places.to_vec()];
    }
    let (mut index, mut left) = (0, pattern[0]);
    let mut pieces = vec![vec![first]];
    for pair in places.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let part = done / length;
            let cut = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            let inked = index % 2 == 0;
            index = (index + 1) % pattern.len();
            left = pattern[index];
            match pieces.last_mut() {
                Some(piece) if inked => piece.push(cut),
                _ => pieces.push(vec![cut]),
            }
        }
        left -= length - done;
        if let (0, Some(piece)) = (index % 2, pieces.last_mut()) {
            piece.push(to);
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// A rectangle in logical pixels.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn corners(&self) -> Vec<Place> {
        let Self { left, top, right, bottom } = *self;
        vec![(left, top), (right, top), (right, bottom), (left, bottom)]
    }

    pub fn contains(&self, (x, y): Place) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The part of a segment inside the frame, after Liang and Barsky.
    pub fn clipped(&self, from: Place, to: Place) -> Option<(Place, Place)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        let edges = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        for (slope, room) in edges {
            if slope < 0.0 {
                enter = enter.max(room / slope);
            } else if slope > 0.0 {
                leave = leave.min(room / slope);
            } else if room < 0.0 {
                return None;
            }
        }
        let at = |part: f64| (from.0 + part * dx, from.1 + part * dy);
        (enter <= leave).then(|| (at(enter), at(leave)))
    }

    /// The runs of a line that lie inside the frame, broken where a place is not finite.
    pub fn runs(&self, places: &[Place]) -> Vec<Vec<Place>> {
        let mut runs: Vec<Vec<Place>> = Vec::new();
        for pair in places.windows(2) {
            let finite = pair.iter().all(|place| is_finite(*place));
            let Some((from, to)) = finite.then(|| self.clipped(pair[0], pair[1])).flatten() else {
                continue;
            };
            match runs.last_mut() {
                Some(run) if run.last() == Some(&from) => run.push(to),
                _ => runs.push(vec![from, to]),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_enters_and_leaves_its_limits_between_its_points() {
        let line = [(0.0, 3.0), (2.0, -1.0), (3.0, 0.5), (4.0, f64::INFINITY)];
        let cut = [(0.0, 1.0), (1.0, 1.0), (1.5, 0.0), (2.0, 0.0), (2.0 + 2.0 / 3.0, 0.0), (3.0, 0.5), (4.0, 1.0)];
        for ((x, y), expected) in cut_off(&line, 0.0, 1.0).into_iter().zip(cut) {
            assert!((x - expected.0).abs() < 1e-15 && y == expected.1, "{x} {y} {expected:?}");
        }
        assert_eq!(cut_off(&line, 0.0, 1.0).len(), cut.len());
        assert_eq!(cut_off(&line[2..3], 0.0, 1.0), [(3.0, 0.5)]);
    }

    #[test]
    fn dashes_follow_the_pattern_around_corners() {
        let corner = [(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)];
        let pieces = dashed(&corner, &[4.0, 1.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 2.0), (3.0, 3.0)]]);
        assert_eq!(dashed(&corner, &[]), [corner.to_vec()]);
        assert!(dashed(&[], &[1.0]).is_empty());
    }

    #[test]
    fn lines_are_cut_at_the_frame_and_at_gaps() {
        let frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        let places = [(-5.0, 5.0), (5.0, 5.0), (5.0, f64::NAN), (1.0, 1.0), (2.0, 2.0)];
        assert_eq!(frame.runs(&places), [vec![(0.0, 5.0), (5.0, 5.0)], vec![(1.0, 1.0), (2.0, 2.0)]]);
        assert!(frame.clipped((-1.0, -1.0), (-1.0, 20.0)).is_none());
    }
}
