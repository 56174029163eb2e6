//! Air pollution.

use super::StiffProblem;

/// Verwer's model: 25 reactions of 20 species.
pub struct Pollution;

/// Rate, reactants and products of each reaction; species are counted from 0.
const REACTIONS: [(f64, &[usize], &[usize]); 25] = [
    (0.35, &[0], &[1, 2]),
    (26.6, &[1, 3], &[0]),
    (12.3e3, &[4, 1], &[5, 0]),
    (0.86e-3, &[6], &[4, 4, 7]),
    (0.82e-3, &[6], &[7]),
    (15e3, &[6, 5], &[4, 7]),
    (0.13e-3, &[8], &[4, 7, 9]),
    (24e3, &[8, 5], &[10]),
    (16.5e3, &[10, 1], &[0, 9, 11]),
    (9e3, &[10, 0], &[12]),
    (0.022, &[12], &[10, 0]),
    (12e3, &[9, 1], &[13, 0]),
    (1.88, &[13], &[6, 4]),
    (16.3e3, &[0, 5], &[14]),
    (4.8e6, &[2], &[3]),
    (0.35e-3, &[3], &[15]),
    (0.0175, &[3], &[2]),
    (1e8, &[15], &[5, 5]),
    (4.44e11, &[15], &[2]),
    (1.24e3, &[16, 5], &[4, 17]),
    (2.1, &[18], &[1]),
    (5.78, &[18], &[0, 2]),
    (0.0474, &[0, 3], &[18]),
    (1.78e3, &[18, 0], &[19]),
    (3.12, &[19], &[0, 18]),
];

impl StiffProblem<20> for Pollution {
    const NAME: &'static str = "pollution";
    const END: f64 = 60.0;
    const SCALE: f64 = 1e-6;
    fn start() -> [f64; 20] {
        let mut y = [0.0; 20];
        for (i, x) in [(1, 0.2), (3, 0.04), (6, 0.1), (7, 0.3), (8, 0.01), (16, 0.007)] {
            y[i] = x;
        }
        y
    }
    #[inline(always)]
    fn rhs(y: &[f64; 20], dy: &mut [f64; 20]) {
        *dy = [0.0; 20];
        for (rate, from, to) in REACTIONS {
            let speed = from.iter().fold(rate, |speed, &i| speed * y[i]);
            from.iter().for_each(|&i| dy[i] -= speed);
            to.iter().for_each(|&i| dy[i] += speed);
        }
    }
    #[inline(always)]
    fn entries(y: &[f64; 20], mut set: impl FnMut(usize, usize, f64)) {
        let mut matrix = [[0.0; 20]; 20];
        for (rate, from, to) in REACTIONS {
            for (k, &j) in from.iter().enumerate() {
                // No reaction has a reactant twice.
                let others = from.iter().enumerate().filter(|&(other, _)| other != k);
                let slope = others.fold(rate, |slope, (_, &i)| slope * y[i]);
                from.iter().for_each(|&i| matrix[i][j] -= slope);
                to.iter().for_each(|&i| matrix[i][j] += slope);
            }
        }
        for (i, row) in matrix.into_iter().enumerate() {
            row.into_iter().enumerate().for_each(|(j, x)| set(i, j, x));
        }
    }
}
