//! A cell is one step of the method that its page names, for the field of the same formula: values and gradients.

use rheos::formula::{Columns, Continuous, Dynamic, Rows, Static};
use rheos::nn::{Antisymmetric, Ctrnn, Elman, Gap, Gru, GruOde, Net, OdeBlock, Recurrence, ZeroSamples};
use rheos::train::uniform;
use rheos::{DiscreteAdjoint, Euler, Fixed};

use super::support::{Pass, drawn};
use crate::common::relative_error;

const SAMPLES: usize = 3;

/// A cell of `Rows<3>` and `Rows<2>`.
trait Cell: Continuous<Store = f64, Input = Arguments, Output = Rows<3>, Arguments = Arguments> {}

impl<P: Continuous<Store = f64, Input = Arguments, Output = Rows<3>, Arguments = Arguments>> Cell for P {}

type Arguments = (Rows<3>, Rows<2>);

/// The cell, and Euler's method for its field with one step of this length.
fn cell_and_euler<P: Cell, K>(cell: P, length: f64) -> [Pass; 2]
where
    K: Columns<f64>,
    K::Batch<2>: ZeroSamples,
    K::Batch<3>: ZeroSamples + rheos::nn::Hidden,
{
    let net: Net<P, K> = Net::new(cell);
    let flow = OdeBlock::new(net.flow(), Euler, Fixed::steps(1), DiscreteAdjoint::new());
    let (h, x) = (drawn(&K::Batch::<3>::zero_samples(SAMPLES), 1), drawn(&K::Batch::<2>::zero_samples(SAMPLES), 2));
    let w = drawn(&h, 3);
    [Pass::of(&Recurrence(net), &x, &h, Gap::Same(1.0), &w), Pass::of(&flow, &x, &h, Gap::Same(length), &w)]
}

fn euler<P: Cell>(cell: P, length: f64, tolerance: f64) {
    for [cell, euler] in
        [cell_and_euler::<P, Static<SAMPLES>>(cell.clone(), length), cell_and_euler::<P, Dynamic>(cell, length)]
    {
        let error = euler.error(&cell);
        assert!(error <= tolerance, "{}: {error:e}", std::any::type_name::<P>());
    }
}

/// The gradient in the state adds four terms, which the two ways sum in another order.
#[test]
fn gru_is_euler_bit_for_bit() {
    let cell = Gru::<f64, 2, 3>::uniform(&mut uniform(1));
    for [cell, euler] in [cell_and_euler::<_, Static<SAMPLES>>(cell, 1.0), cell_and_euler::<_, Dynamic>(cell, 1.0)] {
        assert_eq!(euler.h1, cell.h1);
        assert_eq!(euler.x, cell.x);
        assert_eq!(euler.params, cell.params);
        assert!(relative_error(&euler.h, &cell.h) <= 4.0 * f64::EPSILON);
    }
}

/// `(tanh(…) − h) + h` has a rounding error.
#[test]
fn elman_and_gru_ode_are_euler() {
    euler(Elman::<f64, 2, 3>::uniform(&mut uniform(2)), 1.0, 1e-15);
    euler(GruOde::<f64, 2, 3>::uniform(&mut uniform(3)), 1.0, 1e-15);
}

#[test]
fn leaky_and_antisymmetric_cells_are_euler() {
    for alpha in [0.2, 0.7, 1.0] {
        euler(Ctrnn::<f64, 2, 3>::uniform(&mut uniform(4)).alpha(alpha), alpha, 1e-14);
    }
    for epsilon in [0.1, 0.5] {
        let cell = Antisymmetric::<f64, 2, 3>::uniform(&mut uniform(5)).diffusion(0.3).step(epsilon);
        euler(cell, epsilon, 1e-14);
    }
}

/// With `α = 1` a leaky cell is the Elman cell.
#[test]
fn a_leaky_cell_without_memory_is_the_elman_cell() {
    let leaky = Ctrnn::<f64, 2, 3>::uniform(&mut uniform(6)).alpha(1.0);
    let Ctrnn { weight_ih, weight_hh, bias_ih, bias_hh, .. } = leaky;
    let elman = Elman { weight_ih, weight_hh, bias_ih, bias_hh };
    let [leaky, _] = cell_and_euler::<_, Dynamic>(leaky, 1.0);
    let [elman, _] = cell_and_euler::<_, Dynamic>(elman, 1.0);
    assert!(leaky.error(&elman) <= 1e-15);
}
