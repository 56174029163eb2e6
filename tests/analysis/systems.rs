//! The systems and their Jacobians.

use nalgebra::{DMatrix, Dyn, OMatrix, SVector, U1, U4, vector};
use rheos::analysis::{Flow, Held, Iterated, Map, System};
use rheos::formula::Static;
use rheos::nn::{Gru, Lstm, Net, Recurrence, Stacked};
use rheos::state::State;
use rheos::train::uniform;
use rheos::{Autodiff, Error, GenericDynamics, Scalar, ode};

/// Central differences of the values, independent of the crate's.
fn by_differences<S: System>(system: &S, x: &S::State) -> DMatrix<f64> {
    let at = x.coordinates();
    let n = at.len();
    let value = |j: usize, shift: f64| {
        let (mut moved, mut out) = (at.clone(), x.zeros_like());
        moved[j] += shift;
        let mut point = x.zeros_like();
        assert!(point.read_coordinates(&moved).is_some());
        system.eval(&point, &mut out).unwrap();
        out.coordinates()
    };
    let step = 1e-5;
    let columns: Vec<(Vec<f64>, Vec<f64>)> = (0..n).map(|j| (value(j, step), value(j, -step))).collect();
    DMatrix::from_fn(n, n, |i, j| (columns[j].0[i] - columns[j].1[i]) / (2.0 * step))
}

fn jacobian<S: System>(system: &S, x: &S::State) -> DMatrix<f64> {
    let n = x.coordinates().len();
    let mut out = DMatrix::zeros(n, n);
    let mut sizes = x.zeros_like();
    assert!(sizes.read_coordinates(&vec![1.0; n]).is_some());
    system.jacobian(x, &sizes, &mut out).unwrap();
    out
}

/// The error of the difference formula is a sixth of the third derivative times 1e-10: below 1e-7 here.
#[track_caller]
fn agrees<S: System>(system: &S, x: &S::State) {
    let (found, expected) = (jacobian(system, x), by_differences(system, x));
    assert!((&found - &expected).amax() < 1e-7, "{found}{expected}");
    assert!(found.amax() > 0.0);
}

fn batch<const N: usize>(x: [f64; N]) -> OMatrix<f64, nalgebra::Const<N>, Dyn> {
    OMatrix::<f64, nalgebra::Const<N>, Dyn>::from_column_slice(&x)
}

#[test]
fn cells_on_batches_of_any_size_and_of_one() {
    let cell = Gru::<f64, 1, 4>::uniform(&mut uniform(3));
    let any = Held::new(Recurrence(Net::dynamic(cell)), batch([0.4]));
    let one = Held::new(Recurrence(Net::<_, Static<1>>::new(cell)), vector![0.4]);
    let h = [0.1, -0.2, 0.3, 0.9];
    agrees(&any, &batch(h));
    agrees(&one, &SVector::from(h));
    // One pullback of four samples, or four of one sample: the same sums, in another order.
    assert!((jacobian(&any, &batch(h)) - jacobian(&one, &SVector::from(h))).amax() < 1e-15);
}

#[test]
fn pairs_of_states_and_stacks() {
    let cell = Net::dynamic(Lstm::<f64, 2, 2>::uniform(&mut uniform(3)));
    let h = (batch([0.1, -0.2]), batch([0.5, 0.7]));
    agrees(&Held::new(Recurrence(cell.clone()), batch([1.0, -1.0])), &h);
    let stack = Stacked(Recurrence(cell.clone()), Recurrence(cell));
    agrees(&Held::new(stack, batch([1.0, -1.0])), &(h.clone(), h));
}

#[test]
fn fields_of_cells_with_the_input_held() {
    let cell = Net::<_, Static<1>>::new(Gru::<f64, 1, 4>::uniform(&mut uniform(3)));
    let h = vector![0.1, -0.2, 0.3, 0.9];
    agrees(&Flow::new(cell.flow().hold(vector![0.4])), &h);
    let leaky = rheos::nn::LeakyField(cell.clone()).hold(vector![0.4]);
    agrees(&Flow::new(leaky.clone()), &h);
    // The map of the cell minus the identity.
    let map = Held::new(Recurrence(cell), vector![0.4]);
    let difference = jacobian(&map, &h) - jacobian(&Flow::new(leaky), &h);
    assert!((difference - DMatrix::identity(4, 4)).amax() < 1e-15);
}

struct Logistic;
impl GenericDynamics<1, 1> for Logistic {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        vector![p[0] * x[0] * (T::from(1.0) - x[0])]
    }
}

#[test]
fn iterates_follow_the_chain_rule() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.7]));
    for k in 1..5 {
        agrees(&Iterated::new(&map, k).unwrap(), &vector![0.3]);
    }
    let refused = Iterated::new(&map, 0).map(drop);
    assert!(matches!(refused, Err(Error::InvalidArgument { name: "times", .. })));
    let flow = Flow::new(Autodiff::new(Logistic, vector![3.7]));
    assert!(Iterated::new(&flow, 2).is_err());
}

#[test]
fn closures_have_differences_in_the_units_of_the_problem() {
    // A coordinate at zero has no size of its own.
    let field = ode(|_t, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| {
        *dy = vector![y[1], -1e-9 * (1e9 * y[0]).sin()];
    });
    let mut slopes = DMatrix::zeros(2, 2);
    Flow::new(&field).jacobian(&vector![0.0, 0.0], &vector![1e-9, 1e-9], &mut slopes).unwrap();
    assert!((slopes - DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -1.0, 0.0])).amax() < 1e-9);
}

#[test]
fn a_state_of_several_samples_is_refused() {
    let cell = Net::dynamic(Gru::<f64, 1, 4>::uniform(&mut uniform(3)));
    let map = Held::new(Recurrence(cell), OMatrix::<f64, U1, Dyn>::from_element(1, 0.4));
    let h = OMatrix::<f64, U4, Dyn>::zeros(2);
    let mut out = h.clone();
    assert!(matches!(map.eval(&h, &mut out), Err(Error::SampleMismatch { found: 2, expected: 1, .. })));
    assert!(map.jacobian(&h, &h, &mut DMatrix::zeros(8, 8)).is_err());
}
