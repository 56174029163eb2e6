//! First guesses for the slopes of a step.

/// The number of earlier slopes in a guess. On Van der Pol's oscillator and Robertson's reaction two slopes save up to
/// a fifth of the evaluations, compared with one; a third slope saves another twentieth.
const POINTS: usize = 3;

/// The weights of the earlier slopes of the step in the guess for the slope at each of the nodes `c`. They belong to
/// the polynomial through the last slopes at different nodes.
pub(in crate::solver::implicit) const fn predictor<const S: usize>(c: [f64; S]) -> [[f64; S]; S] {
    let mut weights = [[0.0; S]; S];
    let mut i = 1;
    while i < S {
        let (points, count) = last_points(&c, i);
        let mut m = 0;
        while m < count {
            weights[i][points[m]] = lagrange(&c, &points, count, m, c[i]);
            m += 1;
        }
        i += 1;
    }
    weights
}

/// The last stages before `i` with different nodes, and their number.
const fn last_points<const S: usize>(c: &[f64; S], i: usize) -> ([usize; POINTS], usize) {
    let mut points = [0; POINTS];
    let (mut count, mut j) = (0, i);
    while j > 0 && count < POINTS {
        j -= 1;
        let (mut is_new, mut l) = (true, 0);
        while l < count {
            is_new = is_new && c[points[l]] != c[j];
            l += 1;
        }
        if is_new {
            points[count] = j;
            count += 1;
        }
    }
    (points, count)
}

/// The Lagrange polynomial that is 1 at the point `m` and 0 at the others.
const fn lagrange<const S: usize>(c: &[f64; S], points: &[usize; POINTS], count: usize, m: usize, x: f64) -> f64 {
    let (mut value, mut l) = (1.0, 0);
    while l < count {
        if l != m {
            value *= (x - c[points[l]]) / (c[points[m]] - c[points[l]]);
        }
        l += 1;
    }
    value
}
