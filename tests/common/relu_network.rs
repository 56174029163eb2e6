//! A ReLU network of two units, whose cycles can be enumerated.

use nalgebra::{DMatrix, Matrix2, Vector2};
use rheos::analysis::{Cycles, Kind, PointKind, Search, System, cycles};
use rheos::train::uniform;

/// `z₁ = A z₀ + W relu(z₀) + h` for two units.
pub struct Relu {
    pub a: Matrix2<f64>,
    pub w: Matrix2<f64>,
    pub h: Vector2<f64>,
}

impl Relu {
    /// The Jacobian where the units of `active` are positive.
    pub fn region(&self, active: [bool; 2]) -> Matrix2<f64> {
        self.a + self.w * Matrix2::from_diagonal(&Vector2::from(active.map(|on| f64::from(u8::from(on)))))
    }

    /// Every cycle of the minimal period `k`: for each of the `4ᵏ` sequences of linear regions the fixed point of the
    /// linear map, if its orbit stays in these regions. Each cycle has all its points, from the one with the smallest
    /// first coordinate on.
    pub fn enumerate(&self, k: usize) -> Vec<Vec<Vector2<f64>>> {
        let mut found: Vec<Vec<Vector2<f64>>> = Vec::new();
        for sequence in 0..4_usize.pow(k as u32) {
            let active = |j: usize| [sequence >> (2 * j) & 1 == 1, sequence >> (2 * j + 1) & 1 == 1];
            let (mut product, mut shift) = (Matrix2::identity(), Vector2::zeros());
            for j in 0..k {
                let region = self.region(active(j));
                (product, shift) = (region * product, region * shift + self.h);
            }
            let mut z = (Matrix2::identity() - product).lu().solve(&shift).expect("a regular system");
            let mut orbit = Vec::new();
            let stays = (0..k).all(|j| {
                orbit.push(z);
                let inside = active(j) == [z[0] > 0.0, z[1] > 0.0];
                // The enumeration is decided: no point is near a kink.
                assert!(z.amin() > 1e-9);
                z = self.region(active(j)) * z + self.h;
                inside
            });
            let repeats = (1..k).any(|d| (orbit[d % orbit.len()] - orbit[0]).amax() < 1e-9);
            if stays && !repeats {
                let first = (0..k).min_by(|&i, &j| orbit[i][0].total_cmp(&orbit[j][0])).expect("a point");
                orbit.rotate_left(first);
                if !found.iter().any(|other| (other[0] - orbit[0]).amax() < 1e-9) {
                    found.push(orbit);
                }
            }
        }
        found
    }
}

impl System for Relu {
    type State = Vector2<f64>;
    const KIND: Kind = Kind::Map;
    fn eval(&self, z: &Vector2<f64>, out: &mut Vector2<f64>) -> rheos::error::Result<()> {
        *out = self.a * z + self.w * z.map(|x| x.max(0.0)) + self.h;
        Ok(())
    }
    fn jacobian(&self, z: &Vector2<f64>, _: &Vector2<f64>, out: &mut DMatrix<f64>) -> rheos::error::Result<()> {
        out.copy_from(&self.region([z[0] > 0.0, z[1] > 0.0]));
        Ok(())
    }
}

/// Every cycle is one of the map, has the stated residual, and no other has its points.
#[track_caller]
fn are_cycles<S: System<State = Vector2<f64>>>(map: &S, k: usize, found: &Cycles<Vector2<f64>>) {
    let mut next = Vector2::zeros();
    for (i, cycle) in found.cycles.iter().enumerate() {
        assert_eq!(cycle.period(), k);
        let mut sum = 0.0;
        for (j, x) in cycle.points.iter().enumerate() {
            map.eval(x, &mut next).unwrap();
            sum += (next - cycle.points[(j + 1) % k]).norm_squared();
            assert!(x[0] >= cycle.points[0][0]);
        }
        assert!((cycle.residual - sum.sqrt()).abs() <= 1e-12 * sum.sqrt());
        assert!(
            found.cycles[i + 1..].iter().all(|other| other.points.iter().all(|x| (x - cycle.points[0]).amax() > 1e-9))
        );
    }
}

pub fn relu(a: [f64; 2], w: [[f64; 2]; 2], h: [f64; 2]) -> Relu {
    Relu { a: Matrix2::from_diagonal(&Vector2::from(a)), w: Matrix2::from_fn(|i, j| w[i][j]), h: Vector2::from(h) }
}

/// The search finds every cycle of the enumeration, and no other.
pub fn has_all_cycles(map: &Relu, k: usize, count: usize, starts: usize) {
    let expected = map.enumerate(k);
    let mut draw = uniform(3);
    let starts: Vec<Vector2<f64>> = (0..starts).map(|_| Vector2::from_fn(|_, _| 1.5 * (2.0 * draw() - 1.0))).collect();
    let found = cycles(map, k, &starts, &Search::default()).unwrap();
    are_cycles(map, k, &found);
    assert_eq!((expected.len(), found.cycles.len()), (count, count), "{k}");
    for orbit in &expected {
        let same = |points: &[Vector2<f64>]| points.iter().zip(orbit).map(|(a, b)| (a - b).amax()).fold(0.0, f64::max);
        let cycle = found.cycles.iter().min_by(|a, b| same(&a.points).total_cmp(&same(&b.points))).unwrap();
        // Both solve the same linear equations; the enumeration loses digits with the product of up to six matrices.
        assert!(same(&cycle.points) < 1e-12, "{k}: {}", same(&cycle.points));
        assert!(same(&cycle.points) <= cycle.error + 1e-12 && cycle.kind == PointKind::Isolated);
        let product =
            orbit.iter().fold(Matrix2::identity(), |product, z| map.region([z[0] > 0.0, z[1] > 0.0]) * product);
        let (trace, determinant) = (product.trace(), product.determinant());
        let [first, second] = cycle.multipliers() else { panic!("two multipliers") };
        let size = product.norm().powi(2);
        assert!((first + second - trace).norm() < 1e-13 * size && (first * second - determinant).norm() < 1e-13 * size);
        let largest = first.norm().max(second.norm());
        assert_eq!(cycle.is_stable(), Some(largest < 1.0));
    }
}
