//! Cells with two states are steps from part to part of their fields; the step of UnICORNN is symplectic.

use nalgebra::SMatrix;
use rheos::dynamics::Differentiable;
use rheos::formula::{Continuous, FieldOf, Rows, Static};
use rheos::nn::{Block, CoRnn, Gap, Lem, Net, OdeBlock, Recurrence, SeparableField, Unicornn};
use rheos::solver::symplectic::SymplecticEuler;
use rheos::state::Passive;
use rheos::train::uniform;
use rheos::{Adjoint, DiscreteAdjoint, Dynamics, Error, Fixed, Parametric, ReversibleAdjoint, State};

use super::support::{Pass, drawn};

type Half = SMatrix<f64, 3, 4>;
type Pair = (Half, Half);
type Input = SMatrix<f64, 2, 4>;

/// A hidden state, an input and a cotangent.
fn arguments() -> (Pair, Input, Pair) {
    let zero = Pair::default();
    (drawn(&zero, 1), drawn(&Input::zeros(), 2), drawn(&zero, 3))
}

/// `z₁ = z + Δt f_z(y, z)`, `y₁ = y + Δt f_y(y, z₁)` for the field `(f_y, f_z)`, and the pullback of `w`.
fn part_by_part<F>(field: &F, (y, z): Pair, x: Input, dt: f64, w: Pair) -> Pass
where
    F: Differentiable<State = (Pair, Passive<Input>), Params: State>,
{
    let value = |y: Half, z: Half| {
        let mut out = ((y, z), Passive(x)).zeros_like();
        field.eval(0.0, &((y, z), Passive(x)), &mut out);
        out.0
    };
    let z1 = z + dt * value(y, z).1;
    let y1 = y + dt * value(y, z1).0;

    let mut params = field.params().zeros_like();
    let mut pull_back = |y: Half, z: Half, w: Pair| {
        let mut bar = ((y, z), Passive(x)).zeros_like();
        field.vjp(0.0, &((y, z), Passive(x)), &(w, Passive(Input::zeros())), &mut bar, &mut params);
        bar
    };
    let ((y_bar, z1_bar), x_bar) = pull_back(y, z1, (dt * w.0, Half::zeros()));
    let z1_bar = z1_bar + w.1;
    let ((y_bar_too, z_bar), x_bar_too) = pull_back(y, z, (Half::zeros(), dt * z1_bar));
    let h_bar = (w.0 + y_bar + y_bar_too, z1_bar + z_bar);
    Pass {
        h1: (y1, z1).coordinates(),
        x: (x_bar.0 + x_bar_too.0).coordinates(),
        h: h_bar.coordinates(),
        params: params.coordinates(),
    }
}

fn is_part_by_part<P>(cell: P, dt: f64)
where
    P: Continuous<Store = f64, Input = Arguments, Output = (Rows<3>, Rows<3>), Arguments = Arguments>,
{
    let net: Net<P, Static<4>> = Net::new(cell);
    let (h, x, w) = arguments();
    let expected = part_by_part(&net.flow(), h, x, dt, w);
    let error = Pass::of(&Recurrence(net), &x, &h, Gap::Same(1.0), &w).error(&expected);
    assert!(error < 1e-14, "{}: {error:e}", std::any::type_name::<P>());
}

type Arguments = ((Rows<3>, Rows<3>), Rows<2>);

#[test]
fn cells_go_from_part_to_part() {
    let mut draw = uniform(5);
    for dt in [0.042, 0.3] {
        is_part_by_part(CoRnn::<f64, 2, 3>::uniform(&mut draw).step(dt), dt);
        is_part_by_part(Unicornn::<f64, 2, 3>::uniform(&mut draw).step(dt), dt);
        is_part_by_part(Lem::<f64, 2, 3>::uniform(&mut draw).step(dt), dt);
    }
    // The default steps.
    is_part_by_part(CoRnn::<f64, 2, 3>::uniform(&mut draw), 0.042);
    is_part_by_part(Unicornn::<f64, 2, 3>::uniform(&mut draw), 0.19);
    is_part_by_part(Lem::<f64, 2, 3>::uniform(&mut draw), 1.0);
}

type Oscillators = Net<Unicornn<f64, 2, 3>, Static<4>>;

fn oscillators() -> Oscillators {
    Net::new(Unicornn::uniform(&mut uniform(8)))
}

const DT: f64 = 0.19;

type Flow = SeparableField<Net<FieldOf<Unicornn<f64, 2, 3>>, Static<4>>>;

/// One step of the cell, and of the symplectic Euler method for its separable field.
fn is_symplectic<A>(adjoint: A)
where
    A: Adjoint<Flow, SymplecticEuler, Fixed>,
{
    let net = oscillators();
    let (h, x, w) = arguments();
    let flow = OdeBlock::new(net.separable_flow().unwrap(), SymplecticEuler, Fixed::steps(1), adjoint);
    let expected = Pass::of(&flow, &x, &h, Gap::Same(DT), &w);
    let error = Pass::of(&Recurrence(net), &x, &h, Gap::Same(1.0), &w).error(&expected);
    assert!(error < 1e-13, "{error:e}");
}

#[test]
fn unicornn_is_the_symplectic_euler_method() {
    is_symplectic(DiscreteAdjoint::new());
    is_symplectic(ReversibleAdjoint::new());
}

const STEPS: usize = 200;

/// Many steps over one gap: the solve, the cell again and again, and both adjoints.
#[test]
fn unicornn_runs_backwards() {
    let (h, x, w) = arguments();
    let flow = || oscillators().separable_flow().unwrap();
    let gap = Gap::Same(DT * STEPS as f64);
    let discrete = OdeBlock::new(flow(), SymplecticEuler, Fixed::steps(STEPS), DiscreteAdjoint::new());
    let reversible = OdeBlock::new(flow(), SymplecticEuler, Fixed::steps(STEPS), ReversibleAdjoint::new());
    let discrete = Pass::of(&discrete, &x, &h, gap, &w);
    let reversible = Pass::of(&reversible, &x, &h, gap, &w);
    assert_eq!(reversible.h1, discrete.h1);
    let error = reversible.error(&discrete);
    assert!(error < 1e-9, "{error:e}");

    let cell = Recurrence(oscillators());
    let mut records = Vec::new();
    let mut state = h;
    for _ in 0..STEPS {
        let (next, record) = cell.forward(&x, &state, Gap::Same(1.0)).unwrap();
        records.push(record);
        state = next;
    }
    let (mut params, mut bar, mut x_bar) = (cell.params().zeros_like(), w, Input::zeros());
    for record in records.into_iter().rev() {
        let (of_step, before) = cell.backward(record, bar, &mut params).unwrap();
        x_bar += of_step;
        bar = before;
    }
    let steps =
        Pass { h1: state.coordinates(), x: x_bar.coordinates(), h: bar.coordinates(), params: params.coordinates() };
    let error = steps.error(&discrete);
    assert!(error < 1e-9, "{error:e}");
}

/// The velocities of coRNN are damped, and coupled to themselves.
#[test]
fn only_separable_fields_have_a_separable_flow() {
    let cornn: Net<_, Static<4>> = Net::new(CoRnn::<f64, 2, 3>::uniform(&mut uniform(1)));
    let error = cornn.separable_flow().err();
    assert!(matches!(error, Some(Error::NotSeparable { formula }) if formula.contains("CoRnn")));
    let lem: Net<_, Static<4>> = Net::new(Lem::<f64, 2, 3>::uniform(&mut uniform(1)));
    assert!(matches!(lem.separable_flow().err(), Some(Error::NotSeparable { formula }) if formula.contains("Lem")));
    assert!(oscillators().separable_flow().is_ok());
}

/// The separable field is the field of the cell.
#[test]
fn a_separable_flow_is_the_flow() {
    let ((y, z), x, _) = arguments();
    let net = oscillators();
    let mut plain = ((y, z), Passive(x)).zeros_like();
    net.flow().eval(0.0, &((y, z), Passive(x)), &mut plain);
    let separable = net.separable_flow().unwrap();
    let mut halves = ((y, Passive(x)), z).zeros_like();
    separable.eval(0.0, &((y, Passive(x)), z), &mut halves);
    assert_eq!((plain.0.0, plain.0.1), (halves.0.0, halves.1));
}
