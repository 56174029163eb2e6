//! Constants of cells: they have names and are written down, but nothing trains them.

use nalgebra::SMatrix;
use rheos::formula::{Constant, Dynamic, Frozen, Parameters, Rows, Static, Structure};
use rheos::nn::{CoRnn, Ctrnn, Gru, Layer, Linear, Net, Recurrence, Sequence, SequenceBatch, Unicornn};
use rheos::train::{Adam, Optimiser, mean_squared_error, uniform};
use rheos::{DiscreteAdjoint, Fixed, Ivp, Parametric, Rk4, State, formula, solve, verify};

use super::support::{Batch, drawn};

/// `(dt, γ, ε)`.
fn constants(cell: &CoRnn<f64, 2, 3>) -> [f64; 3] {
    [cell.dt.value(), cell.gamma.value(), cell.epsilon.value()]
}

fn cornn(seed: u64) -> CoRnn<f64, 2, 3> {
    CoRnn::uniform(&mut uniform(seed)).step(0.3).frequency(1.5).damping(0.25)
}

#[test]
fn are_states_without_coordinates() {
    for report in [
        verify::laws(&cornn(1), &cornn(2)),
        verify::laws(&Ctrnn::<f64, 2, 3>::uniform(&mut uniform(1)), &Ctrnn::uniform(&mut uniform(2))),
    ] {
        assert!(report.passed(), "{report}");
    }
    let alpha: Constant<f64> = Constant::constant(0.3);
    assert_eq!((alpha.coordinates(), alpha.count(), alpha.inner(&alpha)), (vec![], 0, 0.0));
    assert!(Constant::<f64>::constant(f64::NAN).all_finite());
}

#[test]
fn are_changed_by_assignment_alone() {
    let (mut alpha, beta): (Constant<f64>, Constant<f64>) = (Constant::constant(0.3), Constant::constant(0.7));
    alpha.add_scaled(2.0, &beta);
    alpha.scale_by(5.0);
    alpha.set_zeros();
    assert_eq!((alpha.value(), alpha.zeros_like().value()), (0.3, 0.3));
    assert_eq!(alpha.read_coordinates(&[9.0]), Some(&[9.0][..]));
    assert_eq!(alpha.value(), 0.3);
    alpha.assign(&beta);
    assert_eq!(alpha.value(), 0.7);
}

#[test]
fn have_names_and_are_written_with_all_numbers() {
    let cell = cornn(1);
    let names: Vec<String> = cell.tensors().into_iter().map(|tensor| tensor.name).collect();
    assert_eq!(names, ["weight_ih", "weight_hy", "weight_hz", "bias", "dt", "gamma", "epsilon"]);
    let mut numbers = Vec::new();
    cell.write_numbers(&mut numbers);
    let trained = 3 * 2 + 2 * 3 * 3 + 3;
    assert_eq!((cell.coordinates().len(), numbers.len()), (trained, trained + 3));
    assert_eq!(numbers[..trained], cell.coordinates());
    assert_eq!(numbers[trained..], [0.3, 1.5, 0.25]);

    let mut read = CoRnn::<f64, 2, 3>::uniform(&mut uniform(2));
    assert_eq!(read.read_numbers(&numbers), Some(&[][..]));
    assert_eq!(read, cell);
    let mut read = CoRnn::<f64, 2, 3>::uniform(&mut uniform(2));
    assert_eq!(read.read_numbers(&numbers[..trained + 2]), None);
    // Coordinates alone leave them as they are.
    let mut read = CoRnn::<f64, 2, 3>::uniform(&mut uniform(2));
    assert_eq!(read.read_coordinates(&cell.coordinates()), Some(&[][..]));
    assert_eq!((constants(&read), read.coordinates()), ([0.042, 2.7, 4.7], cell.coordinates()));
}

#[test]
fn are_the_same_in_another_store() {
    let single = cornn(1).to_store::<f32>();
    assert_eq!([single.dt.value(), single.gamma.value(), single.epsilon.value()], [f64::from(0.3_f32), 1.5, 0.25]);
    let back = single.to_store::<f64>();
    assert_eq!(constants(&back), [f64::from(0.3_f32), 1.5, 0.25]);
    assert_eq!(cornn(1).to_store::<f64>(), cornn(1));
    // In the field of a cell too.
    let flow = Net::<_, Dynamic>::new(cornn(1)).flow();
    assert_eq!(constants(&flow.params().0), constants(&cornn(1)));
}

/// A loss whose gradient in the constants is not zero leaves them as they are.
#[test]
fn are_not_trained() {
    let mut draw = uniform(3);
    let readout: Net<Linear<f64, 3, 1>> = Net::new(Linear::uniform(&mut draw));
    let mut model = Sequence { block: Recurrence(Net::<_>::new(cornn(1))), readout };
    let (h0, mut adam) = (drawn(&model.start(4), 1), Adam::new(0.05));
    let batch = SequenceBatch::new((0..4).map(|step| drawn(&Batch::<2>::zeros(4), step)).collect());
    let targets: Vec<Batch<1>> = (10..14).map(|step| drawn(&Batch::zeros(4), step)).collect();
    let mut losses = Vec::new();
    for _ in 0..50 {
        let (loss, gradient) = model.gradient_of(&h0, &batch, |y| mean_squared_error(y, &targets)).unwrap();
        adam.step(&mut model, &gradient).unwrap();
        losses.push(loss);
    }
    assert!(losses[49] < 0.9 * losses[0]);
    let trained = model.block.params();
    assert_eq!(constants(&trained), constants(&cornn(1)));
    assert_ne!(trained.coordinates(), cornn(1).coordinates());
}

formula! {
    /// A pretrained GRU with a readout that is trained.
    struct Pretrained<T> { gru: Frozen<Gru<T, 2, 3>>, readout: Linear<T, 3, 1> }
    fn apply(&self, h: Rows<3>, x: Rows<2>) -> Rows<1> {
        self.readout.apply(self.gru.apply((h, x)))
    }
}

/// A whole structure may be frozen. Its inputs still have gradients.
#[test]
fn a_frozen_layer_passes_gradients_on() {
    let mut draw = uniform(4);
    let (gru, readout) = (Gru::<f64, 2, 3>::uniform(&mut draw), Linear::uniform(&mut draw));
    let frozen: Net<_, Static<4>> = Net::new(Pretrained { gru: Frozen(gru), readout });
    let (h, x) = (drawn(&SMatrix::<f64, 3, 4>::zeros(), 1), drawn(&SMatrix::<f64, 2, 4>::zeros(), 2));
    let w = drawn(&SMatrix::<f64, 1, 4>::zeros(), 3);
    let mut trace = Default::default();
    frozen.forward_traced(&(h, x), &mut trace);
    let (mut bar, mut params) = ((h, x).zeros_like(), frozen.params().zeros_like());
    frozen.backward(&mut trace, &(h, x), &w, &mut bar, &mut params);
    assert_eq!(params.coordinates().len(), 4);

    let (first, second): (Net<_, Static<4>>, Net<_, Static<4>>) = (Net::new(gru), Net::new(readout));
    let h1 = first.forward(&(h, x));
    assert_eq!(frozen.forward(&(h, x)), second.forward(&h1));
    let (mut h1_bar, mut readout_bar) = (h1.zeros_like(), readout.zeros_like());
    second.backward(&mut Default::default(), &h1, &w, &mut h1_bar, &mut readout_bar);
    let (mut expected, mut gru_bar) = ((h, x).zeros_like(), gru.zeros_like());
    first.backward(&mut Default::default(), &(h, x), &h1_bar, &mut expected, &mut gru_bar);
    assert_eq!(params.readout, readout_bar);
    assert!((bar.0 - expected.0).amax().max((bar.1 - expected.1).amax()) < 1e-15);
}

/// The gradient of a solve has no coordinates for them.
#[test]
fn the_gradient_of_a_solve_leaves_them_out() {
    let net: Net<_, Static<4>> = Net::new(Unicornn::<f64, 2, 3>::uniform(&mut uniform(5)).frequency(2.0));
    let mut flow = net.flow();
    let y0 = drawn(&(Default::default(), rheos::state::Passive(SMatrix::zeros())), 1);
    let report = verify::gradient(&mut flow, &Rk4, &Fixed::steps(5), &DiscreteAdjoint::new(), &[0.0, 1.0], &y0);
    let report = report.unwrap();
    assert!(report.passed(), "{report}");
    let run = Ivp::new(&flow, y0, 0.0..1.0).forward(Rk4, Fixed::steps(5), DiscreteAdjoint::new()).unwrap();
    let gradient = run.backward(&[y0]).unwrap().params;
    assert_eq!(gradient.coordinates().len(), 3 * 2 + 3 * 3);
    // Neither the gradient nor the solve has changed them.
    assert_eq!((flow.params().0.alpha.value(), flow.params().0.dt.value()), (2.0, 0.19));
    let end = solve(&flow, y0, 0.0..1.0, Rk4, Fixed::steps(5)).unwrap();
    assert!(end.last().all_finite());
}
