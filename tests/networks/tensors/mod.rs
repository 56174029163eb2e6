//! dfdx: tensors and weights as states, networks as fields, solves as layers.

mod adjoints;
mod blocks;
mod cells;
mod formula;
mod layers;

use crate::common::gradient::{gradient, over};
use crate::common::relative_error;
use dfdx::nn::modules::{BatchNorm1D, Linear, Residual, Tanh};
use dfdx::nn::{BuildModule, Module, ModuleMut, TensorCollection, ZeroGrads};
use dfdx::optim::{Adam, AdamConfig, Optimizer, Sgd, SgdConfig};
use dfdx::prelude::{
    AsArray, BroadcastTo, Const, Cpu, Device, Gradients, HasShape, MeanTo, NoneTape, PermuteTo, PutTape, Rank0, Rank1,
    Rank2, SplitTape, SumTo, Tape, Tensor, TensorFrom, Trace, ZerosTensor,
};
use dfdx::tensor_ops::Backward;
use rheos::nn::tensor::{ModuleField, OdeLayer, Taped, TensorField, Weights};
use rheos::solution::Outputs;
use rheos::state::TensorElement;
use rheos::{
    BacksolveAdjoint, Differentiable, DiscreteAdjoint, Dopri5, Error, Euler, Fixed, Parametric, Pid, Rk4, State, solve,
    verify,
};

type Batch<E> = Tensor<Rank2<3, 2>, E, Cpu>;
type Mlp<E> = (Linear<2, 16, E, Cpu>, Tanh, Linear<16, 2, E, Cpu>);

/// `k` distinct numbers of the order of one.
fn assorted(k: usize) -> Vec<f64> {
    (0..k).map(|i| ((i * i + 3 * i + 1) as f64 * 0.7).sin()).collect()
}

fn filled<Y: State>(mut state: Y, offset: usize) -> Y {
    let assorted = assorted(offset + state.coordinates().len());
    assert!(state.read_coordinates(&assorted[offset..]).is_some_and(<[f64]>::is_empty));
    state
}

fn mlp<E: TensorElement>(device: &Cpu) -> Mlp<E>
where
    Cpu: Device<E>,
    Mlp<E>: BuildModule<Cpu, E> + TensorCollection<E, Cpu> + Clone,
{
    filled(Weights::new(Mlp::<E>::build(device)), 0).into_module()
}

fn points<E: TensorElement>(device: &Cpu) -> Batch<E>
where
    Cpu: Device<E>,
{
    filled(device.zeros(), 5)
}

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let error = relative_error(found, expected);
    assert!(error <= tolerance, "{what}: {error:e} > {tolerance:e}\n{found:?}\n{expected:?}");
}

/// The gradient that a tape holds for `x`, whose id it must be.
fn grad_of<S: dfdx::shapes::Shape>(grads: &Gradients<f64, Cpu>, x: &Tensor<S, f64, Cpu>) -> Vec<f64> {
    grads.get(x).as_vec()
}

// ---- states -------------------------------------------------------------------------------------------------------

#[test]
fn tensors_and_weights_obey_the_laws_of_a_state() {
    let device = Cpu::default();
    let tensor = points::<f64>(&device);
    let report = verify::laws(&tensor, &filled(tensor.zeros_like(), 11));
    assert!(report.passed(), "{report}");

    let scalar: Tensor<Rank0, f64, Cpu> = device.tensor(0.3);
    let report = verify::laws(&scalar, &device.tensor(-1.5));
    assert!(report.passed(), "{report}");

    let sized_at_run_time = device.tensor((assorted(8), (4, Const::<2>)));
    let report = verify::laws(&sized_at_run_time, &filled(sized_at_run_time.zeros_like(), 3));
    assert!(report.passed(), "{report}");

    let weights = ModuleField::<_, Rank2<3, 2>, f64, Cpu>::new(mlp::<f64>(&device)).params();
    let report = verify::laws(&weights, &filled(weights.zeros_like(), 17));
    assert!(report.passed(), "{report}");
}

#[test]
fn the_inner_product_is_the_dot_product_of_the_coordinates() {
    let device = Cpu::default();
    let x = Weights::<_, f64, Cpu>::new(mlp::<f64>(&device));
    let y = filled(x.zeros_like(), 7);
    let dot: f64 = x.coordinates().iter().zip(y.coordinates()).map(|(a, b)| a * b).sum();
    assert!((x.inner(&y) - dot).abs() < 1e-13);
    assert_eq!(x.count(), 2 * 16 + 16 + 16 * 2 + 2);
}

#[test]
fn coordinates_are_row_major() {
    let device = Cpu::default();
    let x = device.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    assert_eq!(x.coordinates(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let transposed: Tensor<Rank2<2, 3>, f64, Cpu> = x.permute();
    assert_eq!(transposed.coordinates(), [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
}

/// dfdx keys gradients by id. `∂(x + s)/∂x` is 1, and 2 if `s` is taken for `x`.
#[test]
fn zeros_have_an_id_of_their_own_and_writing_keeps_it() {
    let device = Cpu::default();
    let x = points::<f64>(&device);
    let mut copy = x.zeros_like();
    copy.assign(&x);
    copy.add_scaled(0.5, &x);
    copy.scale_by(2.0);
    copy.combine(&x, 0.5, &[1.0, 0.0], &[x.clone(), filled(x.zeros_like(), 9)]);

    let sum = x.leaky_trace() + copy.leaky_trace();
    let grads = sum.sum().backward();
    assert_eq!(grad_of(&grads, &x), [1.0; 6]);
    assert_eq!(grad_of(&grads, &copy), [1.0; 6]);

    let weights = Weights::<_, f64, Cpu>::new(mlp::<f64>(&device));
    let zeros = weights.zeros_like();
    let (w, z) = (&weights.module().0.bias, &zeros.module().0.bias);
    let grads = (w.leaky_trace() + z.leaky_trace()).sum().backward();
    assert_eq!(grad_of(&grads, w), [1.0; 16]);
}

#[test]
fn setting_zeros_clears_what_is_not_finite() {
    let device = Cpu::default();
    let mut x = device.tensor([f64::NAN, f64::INFINITY, 1.0]);
    assert!(!x.all_finite());
    x.set_zeros();
    assert_eq!(x.array(), [0.0; 3]);

    let mut x = device.tensor([f64::NAN, f64::INFINITY, 1.0]);
    x.assign(&device.tensor([1.0, -0.0, 3.0]));
    assert_eq!(x.array().map(f64::to_bits), [1.0, -0.0, 3.0_f64].map(f64::to_bits));

    let mut x = device.tensor([f64::INFINITY, 4.0]);
    x.scale_by(-1.0);
    assert_eq!(x.array(), [f64::NEG_INFINITY, -4.0]);

    let mut weights = Weights::<_, f64, Cpu>::new(mlp::<f64>(&device));
    weights.module_mut().2.bias = device.tensor([f64::NAN, 1.0]);
    assert!(!weights.all_finite());
    weights.set_zeros();
    assert!(weights.coordinates().iter().all(|&x| x == 0.0));
}

#[test]
fn broadcast_and_permuted_tensors_are_states() {
    let device = Cpu::default();
    let row: Tensor<Rank1<2>, f64, Cpu> = device.tensor([1.0, 2.0]);
    let broadcast: Batch<f64> = row.clone().broadcast();
    let permuted: Batch<f64> = device.tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]).permute();
    let plain: Batch<f64> = device.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);

    for strange in [broadcast, permuted] {
        let values = strange.coordinates();
        let report = verify::laws(&strange, &plain);
        assert!(report.passed(), "{report}");
        let report = verify::laws(&plain, &strange);
        assert!(report.passed(), "{report}");

        let mut written = strange.clone();
        written.add_scaled(1.0, &plain);
        let expected: Vec<f64> = values.iter().zip(plain.coordinates()).map(|(a, b)| a + b).collect();
        assert_eq!(written.coordinates(), expected);
        let mut read = strange.clone();
        assert!(read.read_coordinates(&assorted(6)).is_some());
        assert_eq!(read.coordinates(), assorted(6));

        let net = ModuleField::new(mlp::<f64>(&device));
        let from_strange = solve(&net, strange.clone(), 0.0..1.0, Rk4, Fixed::steps(4)).unwrap();
        let mut copy = strange.zeros_like();
        copy.assign(&strange);
        let from_copy = solve(&net, copy, 0.0..1.0, Rk4, Fixed::steps(4)).unwrap();
        assert_eq!(from_strange.last().array(), from_copy.last().array());
    }
    assert_eq!(row.array(), [1.0, 2.0]);
}

#[test]
fn what_is_not_trained_is_no_coordinate() {
    let device = Cpu::default();
    let mut norm: BatchNorm1D<4, f64, Cpu> = BuildModule::build(&device);
    norm.running_mean = device.tensor([1.0, 2.0, 3.0, 4.0]);
    let mut weights = Weights::<_, f64, Cpu>::new(norm);
    assert_eq!(weights.count(), 8);
    weights.set_zeros();
    assert_eq!(weights.module().running_mean.array(), [1.0, 2.0, 3.0, 4.0]);
    assert!(weights.read_coordinates(&assorted(7)).is_none());
}

// ---- networks as fields -------------------------------------------------------------------------------------------

#[test]
fn the_pullback_of_a_network_is_that_of_the_formula() {
    let device = Cpu::default();
    let net = ModuleField::new(mlp::<f64>(&device));
    let (y, w) = (points::<f64>(&device), filled(points::<f64>(&device), 20));
    let mut dy = y.zeros_like();
    let (mut ybar, mut pbar) = (y.zeros_like(), net.params().zeros_like());
    let mut trace = Default::default();
    net.eval_traced(0.0, &y, &mut dy, &mut trace);
    assert_eq!(net.vjp_traced(&mut trace, 0.0, &y, &w, &mut ybar, &mut pbar), 0.0);

    // f = W₂ a + b₂ with a = tanh(W₁ y + b₁), one point per row.
    let (w1, b1) = (net.module().0.weight.array(), net.module().0.bias.array());
    let (w2, b2) = (net.module().2.weight.array(), net.module().2.bias.array());
    let (y, w) = (y.array(), w.array());
    let mut f = [[0.0; 2]; 3];
    let mut y_bar = [[0.0; 2]; 3];
    let (mut w1_bar, mut b1_bar, mut w2_bar, mut b2_bar) = ([[0.0; 2]; 16], [0.0; 16], [[0.0; 16]; 2], [0.0; 2]);
    for n in 0..3 {
        let a: [f64; 16] = std::array::from_fn(|j| (w1[j][0] * y[n][0] + w1[j][1] * y[n][1] + b1[j]).tanh());
        for i in 0..2 {
            f[n][i] = b2[i] + (0..16).map(|j| w2[i][j] * a[j]).sum::<f64>();
            b2_bar[i] += w[n][i];
            for j in 0..16 {
                w2_bar[i][j] += w[n][i] * a[j];
            }
        }
        for j in 0..16 {
            let s = (w2[0][j] * w[n][0] + w2[1][j] * w[n][1]) * (1.0 - a[j] * a[j]);
            b1_bar[j] += s;
            for i in 0..2 {
                w1_bar[j][i] += s * y[n][i];
                y_bar[n][i] += s * w1[j][i];
            }
        }
    }
    assert_close("f", &dy.as_vec(), f.as_flattened(), 1e-15);
    assert_close("ybar", &ybar.as_vec(), y_bar.as_flattened(), 1e-14);
    assert_close("W1", &pbar.module().0.weight.as_vec(), w1_bar.as_flattened(), 1e-14);
    assert_close("b1", &pbar.module().0.bias.as_vec(), &b1_bar, 1e-14);
    assert_close("W2", &pbar.module().2.weight.as_vec(), w2_bar.as_flattened(), 1e-14);
    assert_close("b2", &pbar.module().2.bias.as_vec(), &b2_bar, 1e-14);
}

#[test]
fn the_pullback_of_a_network_agrees_with_differences() {
    let device = Cpu::default();
    let report = verify::vjp(&mut ModuleField::new(mlp::<f64>(&device)), 0.0, &points::<f64>(&device));
    assert!(report.passed(), "{report}");
    let report = verify::vjp(&mut ModuleField::new(mlp::<f32>(&device)), 0.0, &points::<f32>(&device)).within(1e-2);
    assert!(report.passed(), "{report}");
}

/// `f(t, y) = cos(ω t) (W y + b)`, with a parameter that takes no part.
#[derive(Clone)]
struct Driven {
    linear: Linear<2, 2, f64, Cpu>,
    omega: Tensor<Rank0, f64, Cpu>,
    unused: Tensor<Rank1<3>, f64, Cpu>,
}

impl Driven {
    fn new(device: &Cpu) -> Self {
        let linear = filled(Weights::<_, f64, Cpu>::new(Linear::build(device)), 2).into_module();
        Self { linear, omega: device.tensor(1.3), unused: device.tensor([1.0, 2.0, 3.0]) }
    }

    fn at<T: Tape<f64, Cpu>>(
        &self,
        t: Tensor<Rank0, f64, Cpu, T>,
        y: Tensor<Rank2<3, 2>, f64, Cpu, T>,
    ) -> Tensor<Rank2<3, 2>, f64, Cpu, T> {
        let drive = (self.omega.retaped::<T>() * t).cos();
        self.linear.forward(y) * drive.broadcast()
    }
}

impl TensorField<Rank2<3, 2>, f64, Cpu> for Driven {
    fn velocity_taped(
        &self,
        t: Taped<Rank0, f64, Cpu>,
        y: Taped<Rank2<3, 2>, f64, Cpu>,
    ) -> Taped<Rank2<3, 2>, f64, Cpu> {
        self.at(t, y)
    }
}

impl TensorCollection<f64, Cpu> for Driven {
    type To<E2: dfdx::shapes::Dtype, D2: Device<E2>> = ();

    fn iter_tensors<V: dfdx::nn::ModuleVisitor<Self, f64, Cpu>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        use dfdx::nn::TensorOptions;
        visitor.visit_fields(
            (
                Self::module("linear", |s| &s.linear, |s| &mut s.linear),
                Self::tensor("omega", |s| &s.omega, |s| &mut s.omega, TensorOptions::reset_to_zeros()),
                Self::tensor("unused", |s| &s.unused, |s| &mut s.unused, TensorOptions::reset_to_zeros()),
            ),
            |_| (),
        )
    }
}

#[test]
fn time_is_differentiated_and_unused_parameters_have_gradient_zero() {
    let device = Cpu::default();
    let mut net = ModuleField::new(Driven::new(&device));
    let y = points::<f64>(&device);
    let report = verify::vjp(&mut net, 0.4, &y);
    assert!(report.passed(), "{report}");

    let times = [0.1, 0.5, 1.0];
    for outputs in [Outputs::At(&times), Outputs::LandingOn(&times)] {
        let report = verify::gradient(&mut net, &Rk4, &Fixed::steps(8), &DiscreteAdjoint::new(), outputs, &y).unwrap();
        assert!(report.passed(), "{report}");
    }
    let loss = |y: &[Batch<f64>]| y.to_vec();
    let found = gradient(over(&net, &y, &times), Rk4, Fixed::steps(4), DiscreteAdjoint::new(), loss).unwrap();
    assert_eq!(found.params.module().unused.array(), [0.0; 3]);
    assert_ne!(found.params.module().omega.array(), 0.0);
}

/// The state and the cotangent may share the id of a parameter.
#[test]
fn states_that_share_the_id_of_a_parameter_are_told_apart() {
    #[derive(Clone)]
    struct Product(Batch<f64>);
    impl TensorField<Rank2<3, 2>, f64, Cpu> for Product {
        fn velocity_taped(
            &self,
            _: Taped<Rank0, f64, Cpu>,
            y: Taped<Rank2<3, 2>, f64, Cpu>,
        ) -> Taped<Rank2<3, 2>, f64, Cpu> {
            y * self.0.clone()
        }
    }
    impl TensorCollection<f64, Cpu> for Product {
        type To<E2: dfdx::shapes::Dtype, D2: Device<E2>> = ();
        fn iter_tensors<V: dfdx::nn::ModuleVisitor<Self, f64, Cpu>>(
            visitor: &mut V,
        ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
            visitor.visit_fields(Self::module("factor", |s| &s.0, |s| &mut s.0), |_| ())
        }
    }

    let factor = points::<f64>(&Cpu::default());
    let net = ModuleField::new(Product(factor.clone()));
    let (mut ybar, mut pbar) = (factor.zeros_like(), net.params().zeros_like());
    net.vjp(0.0, &factor, &factor, &mut ybar, &mut pbar);
    let squares: Vec<f64> = factor.as_vec().iter().map(|x| x * x).collect();
    assert_eq!(ybar.as_vec(), squares);
    assert_eq!(pbar.module().0.as_vec(), squares);
}

#[test]
fn parameters_are_replaced_in_place() {
    let device = Cpu::default();
    let mut net: ModuleField<_, Rank2<3, 2>, f64, Cpu> = ModuleField::new(mlp::<f64>(&device));
    let before = net.module().0.bias.clone();
    let new = filled(net.params().zeros_like(), 30);
    net.set_params(&new);
    assert_eq!(net.params().coordinates(), new.coordinates());
    assert_ne!(before.as_vec(), net.module().0.bias.as_vec());
    // The tensor keeps its id.
    let grads = net.module().0.bias.leaky_trace().sum().backward();
    assert_eq!(grad_of(&grads, &before), [1.0; 16]);
}

// ---- training -----------------------------------------------------------------------------------------------------

/// A gradient of rheos drives an optimiser of dfdx.
#[test]
fn optimisers_of_dfdx_take_a_gradient() {
    let device = Cpu::default();
    let mut net = ModuleField::new(mlp::<f64>(&device));
    let y0 = points::<f64>(&device);
    let value = |net: &ModuleField<Mlp<f64>, Rank2<3, 2>, f64, Cpu>| {
        let end = solve(net, y0.clone(), 0.0..1.0, Rk4, Fixed::steps(8)).unwrap().last().clone();
        end.inner(&end)
    };
    let before = value(&net);
    let mut sgd = Sgd::new(&net, SgdConfig { lr: 1e-3, momentum: None, weight_decay: None });
    let loss = |y: &[Batch<f64>]| vec![y[0].zeros_like(), y[1].clone() * 2.0];
    let found = gradient(over(&net, &y0, &[0.0, 1.0]), Rk4, Fixed::steps(8), DiscreteAdjoint::new(), loss).unwrap();
    let grads = net.gradients(&found.params).unwrap();
    sgd.update(&mut net, &grads).unwrap();
    let slope = found.params.inner(&found.params);
    assert_close("descent", &[before - value(&net)], &[1e-3 * slope], 0.1);
}

// ---- layers -------------------------------------------------------------------------------------------------------

type Outer<L> = (Linear<2, 2, f64, Cpu>, L, Linear<2, 1, f64, Cpu>);

fn around<L>(device: &Cpu, layer: L) -> Outer<L> {
    let (first, last): (Linear<2, 2, f64, Cpu>, Linear<2, 1, f64, Cpu>) = BuildModule::build(device);
    let (first, last) = filled(Weights::<_, f64, Cpu>::new((first, last)), 40).into_module();
    (first, layer, last)
}

/// Euler steps written out in dfdx operations, on dfdx's own tape.
#[derive(Clone)]
struct Unrolled {
    field: Mlp<f64>,
    steps: usize,
}

impl Module<Taped<Rank2<3, 2>, f64, Cpu>> for Unrolled {
    type Output = Taped<Rank2<3, 2>, f64, Cpu>;
    type Error = dfdx::tensor::CpuError;
    fn try_forward(&self, mut y: Taped<Rank2<3, 2>, f64, Cpu>) -> Result<Self::Output, Self::Error> {
        for _ in 0..self.steps {
            let (value, tape) = y.split_tape();
            let slope = self.field.try_forward(value.clone().put_tape(tape))?;
            y = slope * (1.0 / self.steps as f64) + value;
        }
        Ok(y)
    }
}

#[test]
fn a_layer_has_the_gradient_of_the_unrolled_steps() {
    let device = Cpu::default();
    let field = mlp::<f64>(&device);
    let x = points::<f64>(&device);
    let steps = 7;

    // The residual connection uses the input of the solve twice.
    let unrolled = around(&device, Residual(Unrolled { field: field.clone(), steps }));
    let output = unrolled.forward(x.leaky_trace());
    let value = output.retaped::<NoneTape>();
    let expected = output.square().sum().backward();

    let layer =
        OdeLayer::new(ModuleField::new(field.clone()), Euler, Fixed::steps(steps), DiscreteAdjoint::new(), 0.0..1.0);
    let mut network = around(&device, Residual(layer));
    network.0 = unrolled.0.clone();
    network.2 = unrolled.2.clone();
    let output = network.forward(x.leaky_trace());
    assert_close("output", &output.as_vec(), &value.as_vec(), 1e-15);
    assert_close("untaped", &network.forward(x.clone()).as_vec(), &value.as_vec(), 1e-15);
    let found = output.square().sum().backward();

    let inner = network.1.0.field.module();
    assert_close("x", &grad_of(&found, &x), &grad_of(&expected, &x), 1e-13);
    assert_close("W in", &grad_of(&found, &network.0.weight), &grad_of(&expected, &unrolled.0.weight), 1e-13);
    assert_close("W1", &grad_of(&found, &inner.0.weight), &grad_of(&expected, &field.0.weight), 1e-13);
    assert_close("b1", &grad_of(&found, &inner.0.bias), &grad_of(&expected, &field.0.bias), 1e-13);
    assert_close("W2", &grad_of(&found, &inner.2.weight), &grad_of(&expected, &field.2.weight), 1e-13);
    assert_close("b2", &grad_of(&found, &inner.2.bias), &grad_of(&expected, &field.2.bias), 1e-13);
    assert_close("W out", &grad_of(&found, &network.2.weight), &grad_of(&expected, &unrolled.2.weight), 1e-13);
}

/// With gradients of leaves only, as in training, and with a layer that is passed twice.
#[test]
fn gradients_add_up_and_survive_leaf_tracking() {
    let device = Cpu::default();
    let field = mlp::<f64>(&device);
    let x = points::<f64>(&device);
    let plain = Unrolled { field: field.clone(), steps: 3 };
    let layer =
        OdeLayer::new(ModuleField::new(field.clone()), Euler, Fixed::steps(3), DiscreteAdjoint::new(), 0.0..1.0);

    let start = field.alloc_grads();
    let twice = plain.forward(plain.forward(x.clone().traced(start.clone())));
    let expected = twice.square().sum().backward();
    let twice = layer.forward(layer.forward(x.clone().traced(start)));
    let found = twice.square().sum().backward();
    assert_close("W1", &grad_of(&found, &field.0.weight), &grad_of(&expected, &field.0.weight), 1e-13);
    assert_close("b2", &grad_of(&found, &field.2.bias), &grad_of(&expected, &field.2.bias), 1e-13);

    // A second pass accumulates.
    let again = layer.forward(layer.forward(x.traced(found.clone()))).square().sum().backward();
    let double: Vec<f64> = grad_of(&found, &field.0.bias).iter().map(|g| 2.0 * g).collect();
    assert_close("b1 twice", &grad_of(&again, &field.0.bias), &double, 1e-13);
}

#[test]
fn a_broadcast_input_gets_the_sum_of_its_gradients() {
    let device = Cpu::default();
    let field = mlp::<f64>(&device);
    let row = device.tensor([0.3, -0.8]);
    let plain = Unrolled { field: field.clone(), steps: 3 };
    let layer = OdeLayer::new(ModuleField::new(field), Euler, Fixed::steps(3), DiscreteAdjoint::new(), 0.0..1.0);
    let rows = || -> Taped<Rank2<3, 2>, f64, Cpu> { row.leaky_trace().broadcast() };
    let expected = plain.forward(rows()).square().sum().backward();
    let found = layer.forward(rows()).square().sum().backward();
    assert_close("row", &grad_of(&found, &row), &grad_of(&expected, &row), 1e-13);
}

#[test]
fn optimisers_train_the_weights_inside_a_layer() {
    let device = Cpu::default();
    let layer = OdeLayer::new(
        ModuleField::new(mlp::<f64>(&device)),
        Dopri5,
        Pid::tolerance(1e-6),
        DiscreteAdjoint::new(),
        0.0..1.0,
    );
    let mut network = around(&device, layer);
    let x = points::<f64>(&device);
    let target: Tensor<Rank2<3, 1>, f64, Cpu> = device.tensor([[0.5], [-0.2], [0.1]]);
    let mut adam = Adam::new(&network, AdamConfig { lr: 1e-2, ..Default::default() });
    let before = network.1.field.params();

    let mut losses = Vec::new();
    let mut grads = network.alloc_grads();
    for _ in 0..60 {
        let loss = (network.forward_mut(x.clone().traced(grads)) - target.clone()).square().mean();
        losses.push(loss.array());
        grads = loss.backward();
        adam.update(&mut network, &grads).unwrap();
        network.zero_grads(&mut grads);
    }
    assert!(losses[59] < 0.05 * losses[0], "{losses:?}");
    assert_eq!(network.1.failure(), None);
    let mut moved = network.1.field.params();
    moved.add_scaled(-1.0, &before);
    let moved = moved.module();
    for change in [moved.0.weight.as_vec(), moved.0.bias.as_vec(), moved.2.weight.as_vec(), moved.2.bias.as_vec()] {
        assert!(change.iter().all(|&x| x != 0.0));
    }
}

/// The same layer through the continuous adjoint.
#[test]
fn a_layer_takes_any_adjoint() {
    let device = Cpu::default();
    let (net, x, tight) = (ModuleField::new(mlp::<f64>(&device)), points::<f64>(&device), Pid::tolerance(1e-10));
    let discrete = OdeLayer::new(net.clone(), Dopri5, tight, DiscreteAdjoint::new(), 0.0..1.0);
    let backsolve = OdeLayer::new(net.clone(), Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight), 0.0..1.0);
    let expected = discrete.forward(x.leaky_trace()).square().sum().backward();
    let found = backsolve.forward(x.leaky_trace()).square().sum().backward();
    assert_close("x", &grad_of(&found, &x), &grad_of(&expected, &x), 1e-7);
    let weight = &net.module().0.weight;
    assert_close("W1", &grad_of(&found, weight), &grad_of(&expected, weight), 1e-7);
}

#[test]
fn a_failed_solve_is_not_a_number_and_says_why() {
    let device = Cpu::default();
    let few = Pid::tolerance(1e-10).max_steps(2);
    let mut layer = OdeLayer::new(ModuleField::new(mlp::<f64>(&device)), Dopri5, few, DiscreteAdjoint::new(), 0.0..1.0);
    let x = points::<f64>(&device);
    assert!(matches!(layer.solve(&x), Err(Error::MaxSteps { steps: 2, .. })));
    assert_eq!(layer.failure(), None);

    assert!(layer.forward(x.clone()).as_vec().iter().all(|y| y.is_nan()));
    assert!(matches!(layer.failure(), Some(Error::MaxSteps { .. })));
    let grads = layer.forward(x.leaky_trace()).sum().backward();
    assert!(grad_of(&grads, &x).iter().all(|g| g.is_nan()));
    assert!(grad_of(&grads, &layer.field.module().0.bias).iter().all(|g| g.is_nan()));

    layer.control = Pid::tolerance(1e-3);
    assert!(layer.forward(x).all_finite());
    assert_eq!(layer.failure(), None);
    layer.span.t1 = f64::NAN;
    assert!(layer.solve(&points::<f64>(&device)).is_err());
}

#[test]
fn a_layer_of_run_time_batch_size_solves_any_batch() {
    let device = Cpu::default();
    let net = ModuleField::new(mlp::<f64>(&device));
    let layer = OdeLayer::new(net, Rk4, Fixed::steps(4), DiscreteAdjoint::new(), 0.0..1.0);
    for n in [1, 5] {
        let x = device.tensor((assorted(2 * n), (n, Const::<2>)));
        let grads = layer.forward(x.leaky_trace()).square().sum().backward();
        assert_eq!(grads.get(&x).shape(), &(n, Const::<2>));
    }
}
