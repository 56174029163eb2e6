use nalgebra::{DVector, dvector};
use num_dual::DualNum;

use super::{detect_pattern, probe_pattern};
use crate::dynamics::{GenericField, Neighbourhood, Scalar, SparseAutodiff, ode};
use crate::state::Pattern;

/// The field of a function of the state that is the same for both kinds of detection.
trait Rule {
    fn slope<T: Scalar>(&self, y: &[T], dy: &mut [T]);
}

struct Of<R>(R);

impl<R: Rule> GenericField for Of<R> {
    fn eval<T: Scalar>(&self, _t: T, y: &[T], _p: &[T], dy: &mut [T]) {
        self.0.slope(y, dy);
    }
}

/// Checks both kinds of detection at `y`.
#[track_caller]
fn assert_pattern<R: Rule>(rule: R, y: &DVector<f64>, expected: &[(usize, usize)]) {
    let expected = Pattern::new(y.len(), expected.iter().copied()).unwrap();
    let rule = Of(rule);
    assert_eq!(detect_pattern(&rule, 0.0, y, &dvector![]), expected);
    let closure = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| rule.0.slope(y.as_slice(), dy.as_mut_slice()));
    assert_eq!(probe_pattern(&closure, 0.0, y, Neighbourhood::of_step(0.1)), expected);
}

fn state(n: usize) -> DVector<f64> {
    DVector::from_fn(n, |i, _| 1.0 + (7.0 * i as f64).sin() / 3.0)
}

struct Band;

impl Rule for Band {
    fn slope<T: Scalar>(&self, y: &[T], dy: &mut [T]) {
        let n = y.len();
        for i in 0..n {
            let near = &y[i.saturating_sub(1)..(i + 3).min(n)];
            dy[i] = near.iter().fold(T::one(), |product, &y| product * y);
        }
    }
}

#[test]
fn a_band_is_found_at_any_size() {
    for n in [1, 2, 5, 64, 511, 513, 2000] {
        let places: Vec<_> =
            (0..n).flat_map(|i: usize| (i.saturating_sub(1)..(i + 3).min(n)).map(move |j| (i, j))).collect();
        assert_pattern(Band, &state(n), &places);
        assert_pattern(Band, &DVector::zeros(n), &places);
    }
    assert_eq!(detect_pattern(&Of(Band), 0.0, &dvector![], &dvector![]).dimension(), 0);
}

/// Everything depends on the first coordinate, and the first component on everything.
struct Arrow;

impl Rule for Arrow {
    fn slope<T: Scalar>(&self, y: &[T], dy: &mut [T]) {
        for i in 0..y.len() {
            dy[i] = y[0] * y[i].sin();
        }
        dy[0] = y.iter().copied().sum();
    }
}

#[test]
fn an_arrow_is_found() {
    for n in [3, 700] {
        let places: Vec<_> = (0..n).flat_map(|i| [(i, i), (i, 0), (0, i)]).collect();
        assert_pattern(Arrow, &state(n), &places);
    }
}

/// Five points of a square with periodic boundaries.
struct Torus {
    side: usize,
}

impl Torus {
    fn around(&self, cell: usize) -> [usize; 5] {
        let n = self.side;
        let (x, y) = (cell % n, cell / n);
        [cell, y * n + (x + 1) % n, y * n + (x + n - 1) % n, (y + 1) % n * n + x, (y + n - 1) % n * n + x]
    }
}

impl Rule for Torus {
    fn slope<T: Scalar>(&self, y: &[T], dy: &mut [T]) {
        for (cell, dy) in dy.iter_mut().enumerate() {
            *dy = self.around(cell).iter().map(|&at| y[at] * y[at]).sum();
        }
    }
}

#[test]
fn a_stencil_on_a_torus_is_found() {
    for side in [3, 30] {
        let torus = Torus { side };
        let places: Vec<_> = (0..side * side).flat_map(|cell| torus.around(cell).map(|at| (cell, at))).collect();
        assert_pattern(torus, &DVector::zeros(side * side), &places);
    }
}

/// Every coordinate enters by another function.
struct Functions;

impl Rule for Functions {
    fn slope<T: Scalar>(&self, y: &[T], dy: &mut [T]) {
        let x = y.last().copied().unwrap_or(T::zero());
        let functions = [
            x.powi(3),
            x.powf(2.5),
            x.powd(T::from(1.5)),
            DualNum::sqrt(&x),
            DualNum::exp(&x),
            DualNum::ln(&x),
            x.log(3.0),
            x.sin_cos().1,
            x.atan2(T::from(2.0)),
            T::from(2.0).atan2(x),
            DualNum::mul_add(&T::from(2.0), x, T::one()),
            DualNum::mul_add(&T::from(2.0), T::one(), x),
            DualNum::recip(&x),
            DualNum::tanh(&x),
            x.abs(),
            -x,
            T::one() / x,
            x * 2.0,
            x.sph_j1(),
        ];
        for (dy, f) in dy.iter_mut().zip(functions) {
            *dy = f;
        }
        dy[18] *= T::from(3.0);
    }
}

#[test]
fn every_function_keeps_its_dependences() {
    let n = 19;
    let places: Vec<_> = (0..n).map(|i| (i, n - 1)).collect();
    assert_pattern(Functions, &DVector::from_element(n, 0.7), &places);
}

/// One of two coordinates, chosen by a third.
struct Switch;

impl Rule for Switch {
    fn slope<T: Scalar>(&self, y: &[T], dy: &mut [T]) {
        dy[0] = if y[2].re() > 0.5 { y[0] } else { y[1] };
        dy[1] = if y[2] > T::from(0.5) { T::zero() } else { y[1] * 0.0 };
        dy[2] = T::from(3.0);
    }
}

#[test]
fn branches_are_those_at_the_point() {
    let at = |x| detect_pattern(&Of(Switch), 0.0, &dvector![1.0, 2.0, x], &dvector![]);
    assert_eq!(at(0.0), Pattern::new(3, [(0, 1), (1, 1)]).unwrap());
    assert_eq!(at(1.0), Pattern::new(3, [(0, 0)]).unwrap());
}

/// The Jacobian is exact in the other branch, whose dependences are outside the pattern of the model.
#[test]
fn a_derivative_in_another_branch_than_the_pattern_is_exact() {
    use crate::dynamics::{Differentiable, Jacobian};
    let start = dvector![1.0, 2.0, 0.0];
    let model = SparseAutodiff::new(Of(Switch), dvector![], 0.0, &start);
    let y = dvector![1.0, 2.0, 1.0];
    let found = model.jacobian(0.0, &y, Neighbourhood::of_step(1.0));
    assert_eq!(found.iter().copied().collect::<Vec<_>>(), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let (mut ybar, mut pbar) = (dvector![0.0, 0.0, 0.0], dvector![]);
    model.vjp(0.0, &y, &dvector![5.0, 1.0, 1.0], &mut ybar, &mut pbar);
    assert_eq!(ybar, dvector![5.0, 0.0, 0.0]);
}

/// `y.max(0)` hides NaN, and `y²` hides changes at zero.
#[test]
fn changes_and_nan_complement_each_other() {
    let f = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy[0] = y[1].max(0.0);
        dy[1] = y[2] * y[2] * 1e-200;
        dy[2] = y[0] - y[1];
    });
    let found = probe_pattern(&f, 0.0, &dvector![1.0, 1.0, 0.0], Neighbourhood::of_step(1.0));
    assert_eq!(found, Pattern::new(3, [(0, 1), (1, 2), (2, 0), (2, 1)]).unwrap());
}

#[test]
fn a_pattern_does_not_depend_on_the_unit() {
    for power in [-900, -40, 0, 40, 900] {
        let q = 2.0_f64.powi(power);
        let f = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
            let n = y.len();
            (0..n).for_each(|i| dy[i] = q * ((y[(i + 1) % n] / q).powi(2) - y[i] / q));
        });
        let places = (0..40).flat_map(|i| [(i, i), (i, (i + 1) % 40)]);
        let found = probe_pattern(&f, 0.0, &(state(40) * q), Neighbourhood::of_step(1.0));
        assert_eq!(found, Pattern::new(40, places).unwrap(), "2^{power}");
    }
}
