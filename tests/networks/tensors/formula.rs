//! Formulas on dfdx tensors: by slices and by dfdx's own operations, beside the same formulas on matrices.

use dfdx::optim::{Sgd, SgdConfig};
use dfdx::prelude::*;
use nalgebra::SMatrix;
use rheos::formula::{Rows, Static, Structure, Weight, grad, jvp};
use rheos::nn::tensor::{FormulaModule, ModuleField, ModuleLayer, OdeLayer, Tensors, to_device, to_host};
use rheos::nn::{Elman, Layer, Linear, Mlp, Net};
use rheos::state::Element;
use rheos::{DiscreteAdjoint, Euler, Fixed, Parametric, State, formula};

formula! {
    /// Every operation there is.
    pub struct All<T> {
        w: Weight<T, 4, 4>,
        lin: Linear<T, 3, 4>,
        net: Mlp<T, 4, 5, 1>,
    }
    fn apply(&self, h: Rows<4>, x: Rows<3>) -> (Rows<4>, Rows<3>) {
        let a = self.lin.apply(x);
        let b = &self.w * h + &self.lin.bias - self.w.transpose_times(a);
        let c = a.tanh() * b.sigmoid() + a.softplus() / (b.square() + 1.0);
        let d = c.relu() - (c + 0.1).leaky_relu(0.2) + a.gelu() * b.silu();
        let e = (0.1 * d).exp() + (d.square() + 1.0).log() - (d.square() + 2.0).sqrt();
        let f = e.sin() + e.cos() * 2.0 - 1.0 / (e.square() + 3.0);
        let (energy, slope) = grad(f, |f| self.net.apply(f));
        let (_, along) = jvp(f, h, |f| self.w.transpose_times(f.tanh()).gelu());
        let g = slope + along * energy.spread::<4>() + f.log_softmax() * &self.lin.bias;
        let last = g.rows::<1, 2>().concat::<1, 3>(h.mean() + g.dot(f));
        (g.softmax() + last.sum().spread::<4>(), last + x)
    }
}

const SAMPLES: usize = 6;
type Columns<const N: usize> = SMatrix<f64, N, SAMPLES>;
type Batch<const N: usize> = Tensor<Rank2<SAMPLES, N>, f64, Cpu>;

fn numbers(mut seed: u32) -> impl FnMut() -> f64 {
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed) / f64::from(u32::MAX) - 0.5
    }
}

fn columns<const N: usize>(draw: &mut impl FnMut() -> f64) -> Columns<N> {
    SMatrix::from_fn(|_, _| 2.0 * draw())
}

/// The same batch, a sample a row.
fn rows<const N: usize>(x: &Columns<N>) -> Batch<N> {
    Cpu::default().tensor_from_vec(x.as_slice().to_vec(), (Const, Const))
}

fn close(name: &str, found: &[f64], expected: &[f64], bound: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let largest = expected.iter().fold(1e-300_f64, |largest, x| largest.max(x.abs()));
    let error = found.iter().zip(expected).fold(0.0_f64, |worst, (a, b)| worst.max((a - b).abs())) / largest;
    assert!(error < bound, "{name}: {error:e}");
}

/// The weight `w` with its storage in another order, for which there are no slices.
fn permuted(module: &mut FormulaModule<All<Tensors<f64, Cpu>>>) {
    let w = module.weights().w.0.clone().permute::<Rank2<4, 4>, _>();
    let storage: Tensor<Rank2<4, 4>, f64, Cpu> = Cpu::default().tensor_from_vec(w.as_vec(), (Const, Const));
    module.weights_mut().w.0 = storage.permute();
}

#[test]
fn tensors_give_what_matrices_give_by_slices_and_by_operations() {
    let mut draw = numbers(1);
    let params = All::<f64>::draw(&mut draw);
    let (h, x) = (columns::<4>(&mut draw), columns::<3>(&mut draw));
    let w = (columns::<4>(&mut draw), columns::<3>(&mut draw));
    let net: Net<_, Static<SAMPLES>> = Net::new(params);
    let (mut trace, mut xbar, mut pbar) = (Default::default(), (h, x).zeros_like(), params.zeros_like());
    let y = net.forward_traced(&(h, x), &mut trace);
    net.backward(&mut trace, &(h, x), &w, &mut xbar, &mut pbar);

    for by_operations in [false, true] {
        let mut module = FormulaModule::<All<Tensors<f64, Cpu>>>::on_device(&params, &Cpu::default()).unwrap();
        if by_operations {
            permuted(&mut module);
        }
        let name = |part: &str| format!("{part}, by operations: {by_operations}");
        let (th, tx) = (rows(&h), rows(&x));
        let (plain, _) = module.forward((th.clone(), tx.clone()));
        close(&name("without a tape"), &plain.as_vec(), y.0.as_slice(), 1e-13);

        let (y0, y1) = module.forward((th.leaky_trace(), tx.leaky_trace()));
        close(&name("value 0"), &y0.as_vec(), y.0.as_slice(), 1e-13);
        close(&name("value 1"), &y1.as_vec(), y.1.as_slice(), 1e-13);
        let (y1, tape) = y1.split_tape();
        let second = (y1.put_tape(tape) * rows(&w.1)).sum::<Rank0, _>();
        let loss = (y0 * rows(&w.0)).sum::<Rank0, _>() + second;
        let mut grads = loss.backward();
        close(&name("h"), &gradient(&mut grads, &th), xbar.0.as_slice(), 1e-12);
        close(&name("x"), &gradient(&mut grads, &tx), xbar.1.as_slice(), 1e-12);
        let weight = |grads: &mut Gradients<f64, Cpu>| {
            let g: Vec<f64> = gradient(grads, &module.weights().w.0);
            SMatrix::<f64, 4, 4>::from_row_slice(&g)
        };
        close(&name("w"), weight(&mut grads).as_slice(), pbar.w.as_slice(), 1e-12);
        close(&name("bias"), &gradient(&mut grads, &module.weights().lin.bias.0), pbar.lin.bias.as_slice(), 1e-12);
        let last = gradient(&mut grads, &module.weights().net.second.weight.0);
        close(&name("net.second.weight"), &last, pbar.net.second.weight.as_slice(), 1e-12);
    }
}

fn gradient<S: dfdx::shapes::ConstShape>(grads: &mut Gradients<f64, Cpu>, x: &Tensor<S, f64, Cpu>) -> Vec<f64> {
    grads.get(x).as_vec()
}

#[test]
fn a_tensor_given_twice_has_the_gradient_of_both() {
    let mut draw = numbers(2);
    let params = Elman::<f64, 4, 4>::draw(&mut draw);
    let module = FormulaModule::<Elman<Tensors<f64, Cpu>, 4, 4>>::on_device(&params, &Cpu::default()).unwrap();
    let h = columns::<4>(&mut draw);
    let net: Net<_, Static<SAMPLES>> = Net::new(params);
    let (mut trace, mut bar, mut pbar) = (Default::default(), (h, h).zeros_like(), params.zeros_like());
    let y = net.forward_traced(&(h, h), &mut trace);
    net.backward(&mut trace, &(h, h), &y.map(|_| 1.0), &mut bar, &mut pbar);

    let th = rows(&h);
    let grads = module.forward((th.leaky_trace(), th.retaped::<OwnedTape<f64, Cpu>>())).sum::<Rank0, _>().backward();
    close("both", &grads.get(&th).as_vec(), (bar.0 + bar.1).as_slice(), 1e-13);
}

#[test]
fn a_formula_stands_in_a_network_of_dfdx_and_is_trained_by_its_optimisers() {
    type Formula = FormulaModule<Mlp<Tensors<f64, Cpu>, 3, 8, 2>>;
    type Network = (modules::Linear<4, 3, f64, Cpu>, Formula, dfdx::nn::modules::Tanh);
    let device = Cpu::seed_from_u64(5);
    let formula = Mlp::<f64, 3, 8, 2>::uniform(&mut numbers(7));
    let formula = FormulaModule::<Mlp<Tensors<f64, Cpu>, 3, 8, 2>>::on_device(&formula, &device).unwrap();
    assert_eq!(formula.num_trainable_params(), 3 * 8 + 8 + 8 * 2 + 2);
    let first = device.build_module::<builders::Linear<4, 3>, f64>();
    let mut network: Network = (first, formula, dfdx::nn::modules::Tanh);
    let x: Tensor<Rank2<7, 4>, f64, Cpu> = device.sample_normal();
    let loss = |network: &Network| -> f64 {
        let y: Tensor<Rank2<7, 2>, f64, Cpu> = network.forward(x.clone());
        y.square().mean::<Rank0, _>().array()
    };

    let grads = network.forward(x.leaky_trace()).square().mean::<Rank0, _>().backward();
    // Against central differences, through the formula and in it.
    let shifted = |k: usize, in_formula: bool, e: f64| {
        let mut changed = network.clone();
        if in_formula {
            let mut values = changed.1.weights().first.weight.0.as_vec();
            values[k] += e;
            changed.1.weights_mut().first.weight.0.copy_from(&values);
        } else {
            let mut values = changed.0.weight.as_vec();
            values[k] += e;
            changed.0.weight.copy_from(&values);
        }
        loss(&changed)
    };
    for (k, in_formula) in [(0, true), (11, true), (23, true), (0, false), (7, false)] {
        let difference = (shifted(k, in_formula, 1e-5) - shifted(k, in_formula, -1e-5)) / 2e-5;
        let found = if in_formula {
            grads.get(&network.1.weights().first.weight.0).as_vec()[k]
        } else {
            grads.get(&network.0.weight).as_vec()[k]
        };
        assert!((found - difference).abs() < 1e-9, "{k} {in_formula}: {found} {difference}");
    }

    let before = loss(&network);
    let mut sgd = Sgd::new(&network, SgdConfig { lr: 0.1, ..SgdConfig::default() });
    sgd.update(&mut network, &grads).expect("every parameter took part");
    assert!(loss(&network) < before);
}

#[test]
fn weights_go_to_a_device_and_back() {
    let params = Mlp::<f64, 3, 5, 2>::draw(&mut numbers(3));
    let tensors = to_device::<_, f64, Cpu>(&params, &Cpu::default()).unwrap();
    assert_eq!(tensors.first.weight.0.array()[4][2], params.first.weight[(4, 2)]);
    assert_eq!(to_host(&tensors), params);
    let single = to_device::<_, f32, Cpu>(&params, &Cpu::default()).unwrap();
    assert_eq!(single.second.bias.0.array()[1], f32::embed(params.second.bias[1]));
}

#[test]
fn batches_of_different_sizes_have_no_value() {
    let params = Elman::<f64, 3, 4>::draw(&mut numbers(4));
    let module = FormulaModule::<Elman<Tensors<f64, Cpu>, 3, 4>>::on_device(&params, &Cpu::default()).unwrap();
    let device = Cpu::default();
    let h: Tensor<(usize, Const<4>), f64, Cpu> = device.zeros_like(&(3, Const));
    let x: Tensor<(usize, Const<3>), f64, Cpu> = device.zeros_like(&(5, Const));
    assert!(module.forward((h.clone(), x)).as_vec().iter().all(|y| y.is_nan()));
    let x: Tensor<(usize, Const<3>), f64, Cpu> = device.zeros_like(&(3, Const));
    assert!(module.forward((h, x)).as_vec().iter().all(|y| y.is_finite()));
    // No samples are a batch as well.
    let h: Tensor<(usize, Const<4>), f64, Cpu> = device.zeros_like(&(0, Const));
    let x: Tensor<(usize, Const<3>), f64, Cpu> = device.zeros_like(&(0, Const));
    assert_eq!(module.forward((h, x)).shape().0, 0);
}

#[test]
fn a_formula_is_a_field_and_a_layer_of_tensors() {
    let params = Mlp::<f64, 2, 6, 2>::draw(&mut numbers(6));
    let module = FormulaModule::<Mlp<Tensors<f64, Cpu>, 2, 6, 2>>::on_device(&params, &Cpu::default()).unwrap();
    let x = columns::<2>(&mut numbers(8));
    let field = Net::<_, Static<SAMPLES>>::new(params).field();
    let matrices = rheos::solve(&field, x, 0.0..1.0, Euler, Fixed::steps(3)).unwrap();

    let layer =
        OdeLayer::new(ModuleField::new(module.clone()), Euler, Fixed::steps(3), DiscreteAdjoint::new(), 0.0..1.0);
    close("an ODE layer", &layer.forward(rows(&x)).as_vec(), matrices.last().as_slice(), 1e-14);

    let layer = ModuleLayer::<_, Batch<2>, Batch<2>>::new(module);
    assert_eq!(layer.params().coordinates().len(), 2 * 6 + 6 + 6 * 2 + 2);
    close("a layer", &layer.forward(&rows(&x)).as_vec(), field.layer().forward(&x).as_slice(), 1e-14);
}

formula! {
    /// Functions with a limit.
    pub struct Limits<T> { w: Weight<T, 1, 1> }
    fn apply(&self, x: Rows<1>) -> (Rows<1>, Rows<1>, Rows<1>) {
        let x = &self.w * x;
        (x.tanh(), x.softplus(), x.sigmoid())
    }
}

#[test]
fn functions_saturate_and_pass_on_what_is_not_a_number() {
    let net: Net<_, Static<5>> = Net::new(Limits::<f64>::draw(&mut || 1.0));
    let x = SMatrix::<f64, 1, 5>::from_row_slice(&[1e4, -1e4, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    let (tanh, softplus, sigmoid) = net.forward(&x);
    assert_eq!(tanh.as_slice()[..4], [1.0, -1.0, 1.0, -1.0]);
    assert_eq!(softplus.as_slice()[..4], [1e4, 0.0, f64::INFINITY, 0.0]);
    assert_eq!(sigmoid.as_slice()[..4], [1.0, 0.0, 1.0, 0.0]);
    assert!([tanh[4], softplus[4], sigmoid[4]].iter().all(|y| y.is_nan()));
}
