//! The different points among those found.

use std::collections::BTreeMap;

use super::claim::{Candidate, FAR};

/// A point, and those that count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::analysis) struct Group {
    /// The index of the best: an isolated one rather than a degenerate one, of those with the smallest residual.
    pub best: usize,
    /// Their number.
    pub members: usize,
}

/// An order-preserving key of a number.
fn key(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// A direction of length 1 without symmetries: no two coordinates have the same weight.
pub(in crate::analysis) fn heights(n: usize) -> Vec<f64> {
    let weights: Vec<f64> = (0..n).map(|i| 1.0 + (0.754_877_666 * (i + 1) as f64).fract()).collect();
    let length = weights.iter().map(|x| x * x).sum::<f64>().sqrt();
    weights.into_iter().map(|x| x / length).collect()
}

/// Groups of candidates closer than `distance`, in `units`, or than the sum of their errors. Isolated points form
/// groups first; each candidate joins the nearest group that it fits, by the distance from its first member. Groups are
/// in the order of the first candidate of each.
///
/// Groups are sorted along one direction, so a candidate is compared with the few near it there.
pub(in crate::analysis) fn group(candidates: &[Candidate], units: &[f64], distance: f64) -> Vec<Group> {
    let heights = heights(units.len());
    let scaled: Vec<Vec<f64>> =
        candidates.iter().map(|c| c.at.iter().zip(units).map(|(x, unit)| x / unit).collect()).collect();
    let window = distance.max(2.0 * FAR);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|&index| candidates[index].kind as usize);
    let mut groups: Vec<Members> = Vec::new();
    let mut sorted: BTreeMap<(i64, usize), usize> = BTreeMap::new();
    for index in order {
        let (candidate, x) = (&candidates[index], &scaled[index]);
        let height: f64 = x.iter().zip(&heights).map(|(x, height)| x * height).sum();
        let range = (key(height - window), 0)..=(key(height + window), usize::MAX);
        let nearest = sorted
            .range(range)
            .filter_map(|(_, &which)| {
                let leader = groups[which].leader;
                let apart = x.iter().zip(&scaled[leader]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                let limit = distance.max(candidate.radius() + candidates[leader].radius());
                (apart <= limit).then_some((apart, which))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, which)) = nearest {
            let members = &mut groups[which];
            members.first = members.first.min(index);
            members.group.members += 1;
            if rank(candidate) < rank(&candidates[members.group.best]) {
                members.group.best = index;
            }
        } else {
            sorted.insert((key(height), groups.len()), groups.len());
            groups.push(Members { leader: index, first: index, group: Group { best: index, members: 1 } });
        }
    }
    groups.sort_by_key(|members| members.first);
    groups.into_iter().map(|members| members.group).collect()
}

/// A group as it grows.
struct Members {
    /// The member from which distances are measured.
    leader: usize,
    /// The least index.
    first: usize,
    group: Group,
}

/// The order of preference within a group.
fn rank(candidate: &Candidate) -> (usize, i64) {
    (candidate.kind as usize, key(candidate.norm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::PointKind;

    #[test]
    fn keys_have_the_order_of_their_numbers() {
        let numbers = [f64::NEG_INFINITY, -3.0, -1e-300, -0.0, 0.0, 1e-300, 2.0, 2.5, f64::INFINITY];
        assert!(numbers.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
    }

    #[test]
    fn near_points_are_one_and_counted() {
        let at = |x: f64, y: f64, norm: f64| Candidate {
            at: vec![x, y],
            kind: PointKind::Isolated,
            norm,
            error: vec![0.0; 2],
        };
        let found = [at(0.0, 1.0, 2.0), at(5.0, 1.0, 1.0), at(0.0, 1.0 + 1e-10, 1.0), at(0.0, 1.0 + 1e-6, 0.5)];
        let groups = group(&found, &[1.0, 1.0], 1e-8);
        let expected = [(2, 2), (1, 1), (3, 1)].map(|(best, members)| Group { best, members });
        assert_eq!(groups, expected);
        // In units of 1e3 the last point is as near as the third.
        assert_eq!(group(&found, &[1e3, 1e3], 1e-8).len(), 2);
    }
}
