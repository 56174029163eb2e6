//! Layers of tensors that work on slices, beside the formulas and the layers of dfdx.
#![cfg(feature = "dfdx")]

mod common;

#[path = "tensor_layers/failures.rs"]
mod failures;

use dfdx::nn::{Module, modules};
use dfdx::prelude::{
    AsArray, BroadcastTo, BuildOnDevice, Const, Cpu, DeviceBuildExt, Gradients, HasShape, NoneTape, PermuteTo, Rank0,
    Rank1, Rank2, Rank3, Shape, SumTo, Tape, Tensor, TensorFrom, TensorFromVec, Trace, TryAdd,
};
use dfdx::tensor_ops::Backward;
use rheos::nn::tensor::builders::{Linear, Softplus, Tanh};
use rheos::{Differentiable, Dynamics, Net, Parametric, State, Tolerance, verify};

type Any<E> = Tensor<(usize, Const<7>), E, Cpu>;

/// `rows · 7` numbers between −4 and 4.
fn numbers(rows: usize) -> Vec<f64> {
    (0..rows * 7).map(|i| 4.0 * ((i * i + 3 * i + 1) as f64 * 0.7).sin()).collect()
}

fn rows(rows: usize) -> Any<f64> {
    Cpu::default().tensor((numbers(rows), (rows, Const)))
}

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    if expected.is_empty() {
        return;
    }
    let error = common::relative_error(found, expected);
    assert!(error <= tolerance, "{what}: {error:e} > {tolerance:e}\n{found:?}\n{expected:?}");
}

fn grad_of<S: Shape>(grads: &Gradients<f64, Cpu>, x: &Tensor<S, f64, Cpu>) -> Vec<f64> {
    grads.get(x).as_vec()
}

// ---- activations --------------------------------------------------------------------------------------------------

/// `f` and the gradient of `Σ f(x)²`, with and without a tape, for batches of many sizes.
fn follows<A>(layer: A, f: fn(f64) -> f64, slope: fn(f64) -> f64)
where
    A: Module<Any<f64>, Output = Any<f64>> + Module<rheos::Taped<(usize, Const<7>), f64, Cpu>>,
    A: Module<rheos::Taped<(usize, Const<7>), f64, Cpu>, Output = rheos::Taped<(usize, Const<7>), f64, Cpu>>,
{
    for count in [0, 1, 2, 5, 40] {
        let x = rows(count);
        let values: Vec<f64> = numbers(count).into_iter().map(f).collect();
        assert_close("value", &layer.forward(x.clone()).coordinates(), &values, 1e-15);

        let y = layer.forward(x.leaky_trace());
        assert_close("value", &y.retaped::<NoneTape>().coordinates(), &values, 1e-15);
        // dfdx cannot sum over nothing.
        if count > 0 {
            let grads = y.square().sum().backward();
            let expected: Vec<f64> = numbers(count).into_iter().map(|x| 2.0 * f(x) * slope(x)).collect();
            assert_close("gradient", &grad_of(&grads, &x), &expected, 1e-14);
        }
        assert_eq!(x.coordinates(), numbers(count), "the input is left alone");
    }
}

#[test]
fn activations_follow_their_formulas() {
    follows(Tanh, f64::tanh, |x| x.cosh().powi(-2));
    follows(Softplus, |x| x.exp().ln_1p(), |x| (1.0 + (-x).exp()).recip());
}

#[test]
fn activations_in_single_precision_follow_double_precision() {
    let x = rows(9).to_dtype::<f32>();
    let exact = Tanh.forward(rows(9)).as_vec();
    let found: Vec<f64> = Tanh.forward(x).as_vec().into_iter().map(f64::from).collect();
    assert_close("tanh", &found, &exact, 5e-7);
}

#[test]
fn activations_saturate_and_pass_on_what_is_not_finite() {
    let device = Cpu::default();
    let x = device.tensor([1e4, -1e4, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    let [a, b, c, d, e] = Tanh.forward(x.clone()).array();
    assert_eq!([a, b, c, d], [1.0, -1.0, 1.0, -1.0]);
    assert!(e.is_nan());
    let [a, b, c, d, e] = Softplus.forward(x).array();
    assert_eq!([a, b, c, d], [1e4, 0.0, f64::INFINITY, 0.0]);
    assert!(e.is_nan());
}

#[test]
fn activations_take_any_shape_and_layout() {
    let device = Cpu::default();
    let number: Tensor<Rank0, f64, Cpu> = device.tensor(0.5);
    assert_close("rank 0", &[Tanh.forward(number).array()], &[0.5_f64.tanh()], 1e-15);
    let cube: Tensor<Rank3<2, 3, 4>, f64, Cpu> = device.tensor_from_vec(numbers(4)[..24].to_vec(), Default::default());
    let expected: Vec<f64> = cube.as_vec().into_iter().map(f64::tanh).collect();
    assert_close("rank 3", &Tanh.forward(cube).as_vec(), &expected, 1e-15);

    // Σ w tanh(x) for a permuted and for a broadcast x, beside dfdx's own tanh.
    let w: Tensor<Rank2<3, 2>, f64, Cpu> = device.tensor([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]]);
    let x: Tensor<Rank2<2, 3>, f64, Cpu> = device.tensor([[0.1, 0.2, 0.3], [-0.4, -0.5, -0.6]]);
    let permuted = || x.leaky_trace().permute::<Rank2<3, 2>, _>();
    let found = (Tanh.forward(permuted()) * w.clone()).sum().backward();
    let expected = (permuted().tanh() * w.clone()).sum().backward();
    assert_close("permuted", &grad_of(&found, &x), &grad_of(&expected, &x), 1e-15);
    let row: Tensor<Rank1<2>, f64, Cpu> = device.tensor([0.7, -0.2]);
    let broadcast = || row.leaky_trace().broadcast::<Rank2<3, 2>, _>();
    let found = (Tanh.forward(broadcast()) * w.clone()).sum().backward();
    let expected = (broadcast().tanh() * w).sum().backward();
    assert_close("broadcast", &grad_of(&found, &row), &grad_of(&expected, &row), 1e-15);
}

/// dfdx tells tensors apart by ids. `∂(x + tanh x)/∂x` is wrong if the two are taken for one.
#[test]
fn the_output_of_an_activation_is_not_mistaken_for_its_input() {
    let x = rows(3);
    let expected: Vec<f64> = numbers(3).into_iter().map(|x| 1.0 + x.cosh().powi(-2)).collect();
    let sum = Tanh.forward(x.leaky_trace()).try_add(x.clone()).unwrap();
    assert_close("on one tape", &grad_of(&sum.sum().backward(), &x), &expected, 1e-14);

    let y = Tanh.forward(x.clone());
    let grads = (y.leaky_trace() + x.leaky_trace()).sum().backward();
    assert_eq!(grad_of(&grads, &x), vec![1.0; 21]);
    assert_eq!(grad_of(&grads, &y), vec![1.0; 21]);
}

// ---- affine maps --------------------------------------------------------------------------------------------------

#[test]
fn a_linear_layer_is_that_of_dfdx() {
    let device = Cpu::seed_from_u64(3);
    let ours = device.build_module::<Linear<7, 5>, f64>();
    let theirs: &modules::Linear<7, 5, f64, Cpu> = &ours;
    assert_eq!(ours.forward(rows(0)).shape().0, 0);
    for count in [1, 3, 40] {
        let x = rows(count);
        let (found, expected) = (ours.forward(x.clone()), theirs.forward(x.clone()));
        assert_eq!(found.shape(), expected.shape());
        assert_close("value", &found.as_vec(), &expected.as_vec(), 1e-15);
        let found = ours.forward(x.leaky_trace()).square().sum().backward();
        let expected = theirs.forward(x.leaky_trace()).square().sum().backward();
        assert_close("input", &grad_of(&found, &x), &grad_of(&expected, &x), 1e-14);
        assert_close("weight", &grad_of(&found, &ours.weight), &grad_of(&expected, &ours.weight), 1e-14);
        assert_close("bias", &grad_of(&found, &ours.bias), &grad_of(&expected, &ours.bias), 1e-14);
    }
}

/// A built network of any structure as a field: its pullback beside central differences.
fn checked<M, N>(device: &Cpu)
where
    M: BuildOnDevice<Cpu, f64, Built = N>,
    Net<N, Rank2<20, 7>, f64, Cpu>: Differentiable + Dynamics<State = Tensor<Rank2<20, 7>, f64, Cpu>>,
{
    let mut net = Net::<_, Rank2<20, 7>, f64, Cpu>::new(device.build_module::<M, f64>());
    let y: Tensor<Rank2<20, 7>, f64, Cpu> = device.tensor_from_vec(numbers(20), Default::default());
    let report = verify::vjp(&mut net, 0.0, &y);
    assert!(report.passed(), "{report}");
}

#[test]
fn networks_of_these_layers_have_true_pullbacks() {
    let device = Cpu::seed_from_u64(5);
    checked::<(Linear<7, 11>, Tanh, Linear<11, 7>), _>(&device);
    checked::<(Linear<7, 11>, Softplus, Linear<11, 11>, Tanh, Linear<11, 7>), _>(&device);
    checked::<(Tanh, Linear<7, 7>), _>(&device);
}

/// The field `f(y) = y` hands the very tensor back that it was given, and `f(y) = p` a parameter.
#[test]
fn a_field_may_return_what_it_was_given() {
    #[derive(Clone)]
    struct Given;
    impl<T: Tape<f64, Cpu>> Module<Tensor<Rank2<3, 2>, f64, Cpu, T>> for Given {
        type Output = Tensor<Rank2<3, 2>, f64, Cpu, T>;
        type Error = dfdx::prelude::CpuError;
        fn try_forward(&self, y: Tensor<Rank2<3, 2>, f64, Cpu, T>) -> Result<Self::Output, Self::Error> {
            Ok(y)
        }
    }
    let device = Cpu::default();
    let y: Tensor<Rank2<3, 2>, f64, Cpu> = device.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let net = Net::<_, Rank2<3, 2>, f64, Cpu>::new((Given, dfdx::prelude::Residual(Given)));
    let mut dy = y.zeros_like();
    net.eval(0.0, &y, &mut dy);
    assert_eq!(dy.as_vec(), [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
    let grads = (dy.leaky_trace() + y.leaky_trace()).sum().backward();
    assert_eq!(grad_of(&grads, &y), [1.0; 6], "the slope has an id of its own");
}

// ---- states of more than a few elements ---------------------------------------------------------------------------

/// Small tensors are combined on the stack, large ones by dfdx: the laws hold on both sides of the boundary.
#[test]
fn tensors_of_every_size_obey_the_laws_of_a_state() {
    for count in [0, 1, 18, 19, 60, 700] {
        let x = rows(count);
        let mut y = x.zeros_like();
        y.add_scaled(-0.3, &x);
        y.set_zeros();
        assert!(y.read_coordinates(&numbers(count + 1)[7..]).is_some_and(<[f64]>::is_empty));
        let report = verify::laws(&x, &y);
        assert!(report.passed(), "{count} rows\n{report}");
        let (mut x, mut y) = (x.to_dtype::<f32>(), y.to_dtype::<f32>());
        let mut report = verify::laws(&x, &y);
        report.tolerance = 1e-5;
        assert!(report.passed(), "{count} rows in single precision\n{report}");

        if count > 0 {
            y.combine(&x.clone(), 0.5, &[1.0, 0.0, -2.0], &[x.clone(), x.zeros_like(), x.clone()]);
            x.scale_by(0.5);
            assert_close("combine", &y.coordinates(), &x.coordinates(), 1e-6);
            let mut broken = x.clone();
            broken.scale_by(f64::INFINITY);
            assert!(x.all_finite() && !broken.all_finite());
        }
    }
}

#[test]
fn the_error_norm_of_a_large_tensor_is_that_of_the_formula() {
    let tol = Tolerance { rtol: 1e-3, atol: 1e-6 };
    let (e, a, b) = (numbers(60), numbers(61)[7..].to_vec(), numbers(62)[14..].to_vec());
    let expected: f64 =
        e.iter().zip(a.iter().zip(&b)).map(|(e, (a, b))| (e / (1e-6 + 1e-3 * a.abs().max(b.abs()))).powi(2)).sum();
    let tensor = |values: &[f64]| Cpu::default().tensor((values.to_vec(), (60, Const::<7>)));
    let found = tensor(&e).weighted_sq(&tensor(&a), &tensor(&b), tol);
    assert!((found - expected).abs() <= 1e-13 * expected, "{found} {expected}");
}

/// One network on its own and on every thread at once: buffers are kept for each thread.
#[test]
fn threads_do_not_disturb_each_other() {
    let device = Cpu::seed_from_u64(8);
    let net =
        Net::<_, (usize, Const<7>), f64, Cpu>::new(device.build_module::<(Linear<7, 9>, Tanh, Linear<9, 7>), f64>());
    let slope = |count: usize| {
        let (y, mut dy) = (rows(count), rows(count));
        let (mut ybar, mut pbar) = (dy.zeros_like(), net.params().zeros_like());
        net.eval(0.0, &y, &mut dy);
        net.vjp(0.0, &y, &dy, &mut ybar, &mut pbar);
        [dy.coordinates(), ybar.coordinates(), pbar.coordinates()]
    };
    let alone: Vec<_> = [3, 50, 4, 90].map(slope).into();
    let together = std::thread::scope(|scope| {
        let threads = [3, 50, 4, 90].map(|count| scope.spawn(move || [(); 20].map(|()| slope(count))));
        threads.map(|thread| thread.join().unwrap())
    });
    for (alone, together) in alone.iter().zip(&together) {
        assert!(together.iter().all(|found| found == alone));
    }
}
