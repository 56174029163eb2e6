//! Whether the dependences of a field are in a pattern, by one evaluation.

use super::dependent::{Dependent, MARKS, Marks, WORDS, bit};
use crate::dynamics::GenericField;
use crate::dynamics::generic::linearisation::Point;
use crate::state::Pattern;

/// The number of marks of a coordinate.
const BITS: usize = 7;

/// Whether the field depends at the point on no coordinate outside `pattern`.
///
/// Up to as many coordinates as there are marks, each has one of its own, and the answer is exact. Of more, every
/// coordinate carries a few marks of all, drawn for the time of the point, so that a dependence that is missed at
/// one time is found at another. See [`SparseAutodiff`](crate::dynamics::SparseAutodiff) for the probability.
pub fn fits<M: GenericField>(point: &Point<'_, M, f64>, pattern: &Pattern) -> bool {
    let n = pattern.dimension();
    if pattern.len() == n * n {
        return true;
    }
    let params: Vec<_> = point.params.iter().map(|&p| Dependent::from(p)).collect();
    let salt = point.t.to_bits();
    let marks = |j| if n <= MARKS { mark(j) } else { signature(j as u64, salt) };
    let y: Vec<_> = point.y.iter().enumerate().map(|(j, &value)| Dependent { value, marks: marks(j) }).collect();
    let mut allowed: Vec<Marks> = vec![[0; WORDS]; n];
    for (j, y) in y.iter().enumerate() {
        for &i in pattern.column(j) {
            allowed[i].iter_mut().zip(y.marks).for_each(|(allowed, mark)| *allowed |= mark);
        }
    }
    let mut dy = vec![Dependent::from(0.0); n];
    point.field.eval(Dependent::from(point.t), &y, &params, &mut dy);
    dy.iter()
        .zip(&allowed)
        .all(|(dy, allowed)| dy.marks.iter().zip(allowed).all(|(mark, allowed)| mark & !allowed == 0))
}

/// The mark that no other coordinate has.
fn mark(j: usize) -> Marks {
    let mut marks = [0; WORDS];
    let (word, bit) = bit(j);
    marks[word] |= bit;
    marks
}

/// Marks of the coordinate `j`, by the generator of G. L. Steele, D. Lea & C. H. Flood, *Fast splittable pseudorandom
/// number generators* (2014).
fn signature(j: u64, salt: u64) -> Marks {
    let mut marks = [0; WORDS];
    // Seven marks of nine bits.
    let mut random = mix(mix(salt).wrapping_add(j.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    for _ in 0..BITS {
        let (word, bit) = bit((random % MARKS as u64) as usize);
        marks[word] |= bit;
        random /= MARKS as u64;
    }
    marks
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
