//! Formulas over dual numbers have the derivatives of [`jvp`].

use nalgebra::SVector;
use num_dual::Derivative;
use rheos::dynamics::Dual;
use rheos::formula;
use rheos::formula::{Columns, Formula, Rows, Shape, Static, Structure, jvp};
use rheos::nn::{Layer, Mlp, Net};

use super::reference::assert_close;
use super::support::{assorted, assorted_draw, filled, pass};

/// A number with its derivative along one direction.
pub type Along = Dual<1>;

fn set_derivatives(numbers: &mut [Along], derivatives: &mut impl Iterator<Item = f64>) {
    for number in numbers {
        number.eps = Derivative::some(SVector::from([derivatives.next().expect("one for each number")]));
    }
}

/// The derivative of a formula along `direction` in its parameters and `e` in its arguments.
pub fn along<P>(params: &P, direction: &P, samples: usize, x: &[f64], e: &[f64]) -> Vec<f64>
where
    P: Formula<Store = f64>,
    P::In<Along>: Formula<Store = Along, Input = P::Input, Output = P::Output>,
{
    let mut dual = params.to_store::<Along>();
    let mut derivatives = direction.coordinates().into_iter();
    (0..P::LEAVES).for_each(|k| set_derivatives(dual.slice_mut(k), &mut derivatives));
    assert_eq!(derivatives.next(), None);
    let net: Net<P::In<Along>> = Net::new(dual);

    let mut batches = filled::<P::Input, Along, formula::Dynamic>(samples, x);
    let mut derivatives = e.iter().copied();
    P::Input::each_mut::<Along, formula::Dynamic>(&mut batches, &mut |numbers, _| {
        set_derivatives(numbers, &mut derivatives);
    });
    let mut tangent = Vec::new();
    P::Output::each::<Along, formula::Dynamic>(&net.forward(&batches), &mut |numbers, _| {
        tangent.extend(numbers.iter().map(|y| y.eps.0.map_or(0.0, |eps| eps[0])));
    });
    tangent
}

formula! {
    /// Every function, with a derivative of its own.
    struct Functions<T> { net: Mlp<T, 2, 4, 3> }
    fn apply(&self, x: Rows<2>) -> Rows<3> {
        let y = self.net.apply(x);
        let positive = y.softplus() + 0.5;
        let smooth = y.tanh() + y.sigmoid() + y.gelu() * y.silu() + positive.log() * positive.sqrt();
        let sums = y.softmax() + y.log_softmax() * y.mean().spread::<3>();
        smooth / y.exp() + sums * (y.sin() - y.cos().square()) + y.relu() - y.leaky_relu(0.1)
    }
}

formula! {
    /// The derivative of [`Functions`] along `e`.
    struct Derivative1<T> { functions: Functions<T> }
    fn apply(&self, x: Rows<2>, e: Rows<2>) -> Rows<3> {
        jvp(x, e, |x| self.functions.apply(x)).1
    }
}

#[test]
fn a_column_of_the_jacobian_is_the_derivative_in_its_direction() {
    const SAMPLES: usize = 3;
    let functions = Functions::<f64>::draw(&mut assorted_draw());
    let derivative = Derivative1 { functions };
    let x = assorted(2 * SAMPLES);
    for column in 0..2 {
        let e: Vec<f64> = (0..2 * SAMPLES).map(|i| if i % 2 == column { 1.0 } else { 0.0 }).collect();
        let by_duals = along(&functions, &Functions::zeros(), SAMPLES, &x, &e);
        let arguments = [x.as_slice(), &e].concat();
        let by_jvp = pass::<_, Static<SAMPLES>>(&derivative, SAMPLES, &arguments, &[0.0; 3 * SAMPLES]).value;
        assert!(by_jvp.iter().all(|x| x.abs() > 1e-6), "{by_jvp:?}");
        assert_close("column", &by_duals, &by_jvp, 1e-13);
    }
}

/// The derivative of a pullback, by dual numbers, is a central difference of pullbacks.
#[test]
fn a_pullback_of_dual_numbers_carries_second_derivatives() {
    const SAMPLES: usize = 3;
    const STEP: f64 = 1e-6;
    let functions = Functions::<f64>::draw(&mut assorted_draw());
    let (x, w) = (assorted(2 * SAMPLES), assorted(3 * SAMPLES));
    let at = |step: f64| {
        let moved: Vec<f64> = x.iter().map(|x| x + step).collect();
        pass::<_, Static<SAMPLES>>(&functions, SAMPLES, &moved, &w)
    };
    let (ahead, behind) = (at(STEP), at(-STEP));
    let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * STEP)).collect::<Vec<_>>();

    let net: Net<_, Static<SAMPLES>> = Net::new(functions.to_store::<Along>());
    let mut x = filled::<Rows<2>, Along, Static<SAMPLES>>(SAMPLES, &x);
    set_derivatives(<Static<SAMPLES> as Columns<Along>>::slice_mut::<2>(&mut x), &mut std::iter::repeat(1.0));
    let w = filled::<Rows<3>, Along, Static<SAMPLES>>(SAMPLES, &w);
    let (_, xbar, pbar) = super::support::value_and_pullback(&net, &x, &w);
    let derivative = |x: &Along| x.eps.0.map_or(0.0, |eps| eps[0]);
    let found: Vec<f64> = xbar.iter().map(derivative).collect();
    assert_close("input", &found, &difference(&ahead.input, &behind.input), 1e-7);
    let found: Vec<f64> = (0..Functions::<Along>::LEAVES).flat_map(|k| pbar.slice(k)).map(derivative).collect();
    assert_close("params", &found, &difference(&ahead.params, &behind.params), 1e-7);
}
