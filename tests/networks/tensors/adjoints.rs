//! Every way to differentiate the solve of a dfdx network: against reference values, against each other, and against
//! differences of the solve.

use crate::common;
use crate::common::frozen_grid::derivative;
use crate::common::gradient::{gradient, landing_on, over};
use crate::common::{numbers, relative_error};
use dfdx::nn::modules::{Linear, Tanh};
use dfdx::nn::{BuildModule, ToDtype};
use dfdx::prelude::{Cpu, Rank2, Tensor, ZerosTensor};
use rheos::adjoint::{Checkpoints, ExactGradient, Gradient, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::control::StepTo;
use rheos::nn::tensor::{ModuleField, Weights};
use rheos::solver::explicit::{Dop853, Heun, Midpoint, Rk38};
use rheos::solver::implicit::{Krylov, Kvaerno3};
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton};
use rheos::solver::reversible::{Coupled, ReversibleHeun};
use rheos::solver::{Dense, StepVjp};
use rheos::{
    Adjoint, BacksolveAdjoint, Controller, DiscreteAdjoint, Dopri5, Euler, Fixed, Ivp, Parametric, Pid,
    ReversibleAdjoint, Rk4, Solver, State, Tsit5,
};
use serde_json::Value;

type Batch<E> = Tensor<Rank2<3, 2>, E, Cpu>;
type Mlp<E> = (Linear<2, 16, E, Cpu>, Tanh, Linear<16, 2, E, Cpu>);
type Network = ModuleField<Mlp<f64>, Rank2<3, 2>, f64, Cpu>;

/// The outputs and their gradient.
struct Found {
    y: Vec<Batch<f64>>,
    gradient: Gradient<Batch<f64>, Weights<Mlp<f64>, f64, Cpu>>,
}

impl std::ops::Deref for Found {
    type Target = Gradient<Batch<f64>, Weights<Mlp<f64>, f64, Cpu>>;
    fn deref(&self) -> &Self::Target {
        &self.gradient
    }
}

const TIMES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

fn golden() -> Value {
    common::golden(&["neural_ode_gradients", "neural_ode_autonomous_2_16_2"])
}

fn golden_net(golden: &Value) -> (Network, Batch<f64>) {
    let (device, weights) = (Cpu::default(), &golden["weights"]);
    let mut module = Mlp::<f64>::build(&device);
    module.0.weight.copy_from(&numbers(&weights["W1"]));
    module.0.bias.copy_from(&numbers(&weights["b1"]));
    module.2.weight.copy_from(&numbers(&weights["W2"]));
    module.2.bias.copy_from(&numbers(&weights["b2"]));
    let mut y0: Batch<f64> = device.zeros();
    y0.copy_from(&numbers(&golden["y0"]));
    (ModuleField::new(module), y0)
}

/// The cotangents of `Σ z²` over all outputs.
fn twice(y: &[Batch<f64>]) -> Vec<Batch<f64>> {
    y.iter().map(|y| y.clone() * 2.0).collect()
}

fn found<S, C, A>(solver: S, control: C, adjoint: A) -> Found
where
    S: Solver<Network>,
    C: Controller<Network, S>,
    A: Adjoint<Network, S, C>,
{
    let (net, y0) = golden_net(&golden());
    let run = over(&net, &y0, &TIMES).forward(solver, control, adjoint).unwrap();
    let gradient = run.backward(&twice(&run.y)).unwrap();
    Found { y: run.y, gradient }
}

/// The same with steps that end at the output times.
fn landed<S, C, A>(solver: S, control: C, adjoint: A) -> Found
where
    S: Solver<Network>,
    C: Controller<Network, S>,
    A: Adjoint<Network, S, C>,
{
    let (net, y0) = golden_net(&golden());
    let run = landing_on(&net, &y0, &TIMES).forward(solver, control, adjoint).unwrap();
    let gradient = run.backward(&twice(&run.y)).unwrap();
    Found { y: run.y, gradient }
}

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let error = relative_error(found, expected);
    assert!(error <= tolerance, "{what}: {error:e} > {tolerance:e}\n{found:?}\n{expected:?}");
}

/// Every derivative but those in time.
fn compare(name: &str, found: &Found, expected: &Value, tolerance: f64) {
    let loss: f64 = found.y.iter().map(|y| y.inner(y)).sum();
    assert_close(&format!("{name}: loss"), &[loss], &numbers(&expected["loss"]), tolerance);
    let solution: Vec<f64> = found.y.iter().flat_map(State::coordinates).collect();
    assert_close(&format!("{name}: solution"), &solution, &numbers(&expected["solution"]), tolerance);

    let net = found.params.module();
    for (part, found) in [
        ("y0", found.y0.coordinates()),
        ("W1", net.0.weight.coordinates()),
        ("b1", net.0.bias.coordinates()),
        ("W2", net.2.weight.coordinates()),
        ("b2", net.2.bias.coordinates()),
    ] {
        assert_close(&format!("{name}: {part}"), &found, &numbers(&expected["grads"][part]), tolerance);
    }
}

#[test]
fn fixed_steps_reproduce_the_reference_gradients() {
    fn run<S: StepVjp<Network>>(solver: S, name: &str) {
        let expected = &golden()["fixed_step_h_1_16_discretise_then_differentiate"][name];
        assert!(expected.is_object());
        compare(S::NAME, &found(solver, Fixed::step(1.0 / 16.0), DiscreteAdjoint::new()), expected, 1e-12);
    }
    run(Euler, "euler");
    run(Midpoint, "midpoint");
    run(Heun, "heun2");
    run(Rk4, "rk4_classical");
    run(Rk38, "rk4_38");
}

/// The reference was computed in arithmetic of 40 digits, and comes to `f64` by nothing but rounding.
#[test]
fn at_a_tight_tolerance_all_of_them_agree() {
    let tight = Pid::tolerance(1e-12);
    let kept = |rule| DiscreteAdjoint::new().checkpoints(rule);
    let table = [
        ("Discrete", found(Dop853, tight, DiscreteAdjoint::new())),
        ("Discrete, landing", landed(Dop853, tight, DiscreteAdjoint::new())),
        ("Discrete, Dopri5", landed(Dopri5, tight, DiscreteAdjoint::new())),
        ("Discrete, Tsit5", landed(Tsit5, tight, DiscreteAdjoint::new())),
        ("Discrete, every 7", landed(Dop853, tight, kept(Checkpoints::Every(7)))),
        ("Discrete, 1 slot", landed(Dop853, tight, kept(Checkpoints::Slots(1)))),
        ("Discrete, 5 slots", landed(Dop853, tight, kept(Checkpoints::Slots(5)))),
        ("Discrete, 5 slots, known steps", landed(Rk4, Fixed::steps(1_000), kept(Checkpoints::Slots(5)))),
        ("Discrete, Adams–Moulton", landed(AdamsMoulton::<6>, Fixed::steps(400), kept(Checkpoints::Slots(9)))),
        ("Discrete, Adams", landed(Adams, tight, DiscreteAdjoint::new())),
        ("Reversible, coupled", landed(Coupled::new(Dop853), tight, ReversibleAdjoint::new())),
        ("Reversible Heun", landed(ReversibleHeun, Fixed::steps(40_000), ReversibleAdjoint::new())),
        ("Backsolve", landed(Dop853, tight, BacksolveAdjoint::new(Dop853, tight))),
        ("Backsolve, Dopri5", landed(Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight))),
        ("Interpolating", landed(Dop853, tight, InterpolatingAdjoint::new(Dop853, tight))),
        ("Interpolating, Tsit5", landed(Dop853, tight, InterpolatingAdjoint::new(Tsit5, tight))),
        ("Quadrature, Gauss", landed(Dop853, tight, QuadratureAdjoint::gauss(Dop853, tight))),
        ("Quadrature, Kronrod", landed(Dop853, tight, QuadratureAdjoint::kronrod(Dop853, tight, 1e-11))),
    ];
    let exact = &golden()["exact"];
    let reference = &table[0].1;
    for (name, found) in &table {
        compare(name, found, exact, 1e-8);
        assert_close(&format!("{name}: times"), &found.times, &numbers(&exact["grads"]["t"]), 1e-8);
        let (a, b) = (found.params.coordinates(), reference.params.coordinates());
        assert_close(&format!("{name}: beside Discrete"), &a, &b, 1e-8);
    }
}

/// A state with coordinates all different, of length about 1.
fn direction<Y: State>(like: &Y, seed: f64) -> Y {
    let mut way = like.zeros_like();
    let values: Vec<f64> = (0..like.count()).map(|i| (seed * (i * i + 3 * i + 1) as f64).sin()).collect();
    assert!(way.read_coordinates(&values).is_some_and(<[f64]>::is_empty));
    way.scale_by(way.inner(&way).sqrt().recip());
    way
}

/// What every exact adjoint promises: at any tolerance, the derivative of the steps that were taken.
#[test]
fn exact_gradients_are_the_derivatives_of_the_solve_on_its_frozen_grid() {
    fn check<S, A>(name: &str, solver: S, adjoint: A, tolerance: f64)
    where
        S: Dense<Network> + Clone,
        A: ExactGradient + Adjoint<Network, S, StepTo>,
    {
        let (net, y0) = golden_net(&golden());
        // 12 steps of very different lengths, and outputs inside of them.
        let control = StepTo::new((0..=12).map(|i| (f64::from(i) / 12.0).powf(1.4)).collect());
        let times = [0.0, 0.33, 0.71, 1.0];
        let w: Vec<Batch<f64>> = (0..4).map(|i| direction(&y0, 0.7 + f64::from(i))).collect();
        let found =
            gradient(over(&net, &y0, &times), solver.clone(), control.clone(), &adjoint, |_| w.clone()).unwrap();

        let loss = |net: &Network, y0: &Batch<f64>, times: &[f64]| -> f64 {
            let solution = Ivp::new(net, y0.clone(), (times[0], times[3])).save_at(times);
            let solution = solution.solve(solver.clone(), control.clone()).unwrap();
            solution.y.iter().zip(&w).map(|(y, w)| y.inner(w)).sum()
        };
        let close = |what: &str, computed: f64, expected: f64| {
            let error = (computed - expected).abs() / (1.0 + expected.abs());
            assert!(error < tolerance, "{name}, {what}: {computed} {expected} {error:e}");
        };
        for seed in [0.3, 1.1, 2.3, 4.7] {
            let way = direction(&y0, seed);
            let start = |h| {
                let mut start = y0.clone();
                start.add_scaled(h, &way);
                start
            };
            close("y0", found.y0.inner(&way), derivative(|h| loss(&net, &start(h), &times)));

            let way = direction(&net.params(), seed);
            let moved = |h| {
                let (mut moved, mut params) = (net.clone(), net.params());
                params.add_scaled(h, &way);
                moved.set_params(&params);
                moved
            };
            close("params", found.params.inner(&way), derivative(|h| loss(&moved(h), &y0, &times)));
        }
        for i in 0..4 {
            let moved = |h| std::array::from_fn::<f64, 4, _>(|j| times[j] + if i == j { h } else { 0.0 });
            close("times", found.times[i], derivative(|h| loss(&net, &y0, &moved(h))));
        }
    }
    check("Discrete", Dopri5, DiscreteAdjoint::new(), 1e-11);
    check("Discrete, Dop853", Dop853, DiscreteAdjoint::new(), 1e-11);
    check("Discrete, every 5", Dopri5, DiscreteAdjoint::new().checkpoints(Checkpoints::Every(5)), 1e-11);
    check("Discrete, 3 slots", Tsit5, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(3)), 1e-11);
    check("Discrete, Adams–Bashforth", AdamsBashforth::<3>, DiscreteAdjoint::new(), 1e-11);
    check(
        "Discrete, Adams–Moulton",
        AdamsMoulton::<4>,
        DiscreteAdjoint::new().checkpoints(Checkpoints::Every(3)),
        1e-11,
    );
    check("Discrete, Kværnø without a matrix", Kvaerno3.with(Krylov::new()), DiscreteAdjoint::new(), 1e-11);
    check("Reversible Heun", ReversibleHeun, ReversibleAdjoint::new(), 1e-11);
    check("Reversible, coupled", Coupled::new(Dopri5), ReversibleAdjoint::new(), 1e-11);
}

#[test]
fn single_precision_follows_double_precision() {
    let golden = golden();
    let (net, y0) = golden_net(&golden);
    let single: ModuleField<Mlp<f32>, Rank2<3, 2>, f32, Cpu> = ModuleField::new(net.module().to_dtype::<f32>());
    let loss = |y: &[Batch<f32>]| y.iter().map(|y| y.clone() * 2.0).collect();
    let y0 = y0.to_dtype::<f32>();
    let found = gradient(over(&single, &y0, &TIMES), Rk4, Fixed::steps(16), DiscreteAdjoint::new(), loss).unwrap();
    let expected = &golden["fixed_step_h_1_16_discretise_then_differentiate"]["rk4_classical"]["grads"];
    assert_close("y0", &found.y0.coordinates(), &numbers(&expected["y0"]), 1e-5);
    assert_close("W1", &found.params.module().0.weight.coordinates(), &numbers(&expected["W1"]), 1e-5);
    assert_close("b2", &found.params.module().2.bias.coordinates(), &numbers(&expected["b2"]), 1e-5);
}
