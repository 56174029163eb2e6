//! Fields and states of tensors of every size.

mod failures;

use crate::common::relative_error;
use dfdx::nn::Module;
use dfdx::prelude::{Const, Cpu, Gradients, Rank2, Shape, SumTo, Tape, Tensor, TensorFrom, TensorFromVec, Trace};
use dfdx::tensor_ops::Backward;
use rheos::formula::{Formula, Rows, Structure};
use rheos::nn::tensor::{FormulaModule, ModuleField, Tensors};
use rheos::nn::{Linear, Mlp};
use rheos::state::Tolerance;
use rheos::{Differentiable, Dynamics, Parametric, State, formula, verify};

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
    let error = relative_error(found, expected);
    assert!(error <= tolerance, "{what}: {error:e} > {tolerance:e}\n{found:?}\n{expected:?}");
}

fn grad_of<S: Shape>(grads: &Gradients<f64, Cpu>, x: &Tensor<S, f64, Cpu>) -> Vec<f64> {
    grads.get(x).as_vec()
}

formula! {
    /// Three affine maps with a softplus and a tanh between them.
    pub struct Deep<T> { first: Linear<T, 7, 11>, second: Linear<T, 11, 11>, third: Linear<T, 11, 7> }
    fn apply(&self, y: Rows<7>) -> Rows<7> {
        self.third.apply(self.second.apply(self.first.apply(y).softplus()).tanh())
    }
}

/// A field of a formula: its pullback beside central differences.
fn checked<P: Structure<Store = f64>>(params: &P)
where
    P::In<Tensors<f64, Cpu>>: Formula<Store = Tensors<f64, Cpu>, Input = formula::Rows<7>, Output = formula::Rows<7>>,
{
    let module = FormulaModule::<P::In<Tensors<f64, Cpu>>>::on_device(params, &Cpu::default()).unwrap();
    let mut net = ModuleField::<_, Rank2<20, 7>, f64, Cpu>::new(module);
    let y: Tensor<Rank2<20, 7>, f64, Cpu> = Cpu::default().tensor_from_vec(numbers(20), Default::default());
    let report = verify::vjp(&mut net, 0.0, &y);
    assert!(report.passed(), "{report}");
}

/// Numbers in [−0.5, 0.5), always the same.
fn draws() -> impl FnMut() -> f64 {
    let mut seed = 5_u32;
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed) / f64::from(u32::MAX) - 0.5
    }
}

#[test]
fn formulas_on_tensors_have_true_pullbacks() {
    checked(&Mlp::<f64, 7, 11, 7>::draw(&mut draws()));
    checked(&Deep::<f64>::draw(&mut draws()));
    checked(&Linear::<f64, 7, 7>::draw(&mut draws()));
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
    let net = ModuleField::<_, Rank2<3, 2>, f64, Cpu>::new((Given, dfdx::prelude::Residual(Given)));
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
    type Net = Mlp<Tensors<f64, Cpu>, 7, 9, 7>;
    let module = FormulaModule::<Net>::on_device(&Mlp::<f64, 7, 9, 7>::draw(&mut draws()), &Cpu::default()).unwrap();
    let net = ModuleField::<_, (usize, Const<7>), f64, Cpu>::new(module);
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
