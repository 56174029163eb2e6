//! Networks where the matrix products count: 64-H-H-64, tanh, some steps of the classical method.

use dfdx::shapes::{Const, Rank2};
use dfdx::tensor::{Cpu, Tensor};
use nalgebra::{Dyn, OMatrix};
use rheos::dynamics::Memoized;
use rheos::formula::{Dynamic, Heap, Rows, Structure};
use rheos::nn::tensor::{FormulaModule, ModuleField, Tensors};
use rheos::nn::{Linear, Net};
use rheos::solver::StepVjp;
use rheos::{Adjoint, Differentiable, DiscreteAdjoint, Fixed, Ivp, Rk4, State, formula, solve};
use rheos_peers::draws::uniform;
use rheos_peers::network;
use serde_json::Value;

use crate::{Found, Row, tensors};

formula! {
    /// Three affine maps with `tanh` between them.
    struct Large<T, const H: usize> { first: Linear<T, 64, H>, second: Linear<T, H, H>, third: Linear<T, H, 64> }
    fn apply(&self, y: Rows<64>) -> Rows<64> {
        self.third.apply(self.second.apply(self.first.apply(y).tanh()).tanh())
    }
}

/// Samples as columns, and as rows.
type Matrix = OMatrix<f32, nalgebra::Const<64>, Dyn>;
type Batch<const B: usize> = Tensor<Rank2<B, 64>, f32, Cpu>;

/// 64-256-256-64 on 256 samples.
pub fn run(weights: &Value) {
    let layers = &weights["layers"];
    let params = Large::<Heap<f32>, 256> {
        first: network::linear(&layers[0]),
        second: network::linear(&layers[1]),
        third: network::linear(&layers[2]),
    };
    let y0: Batch<256> = tensors::batch(&weights["y0"], (Const::<256>, Const::<64>));
    Task { task: "large", size: String::new(), steps: 20 }.rows(params, y0);
}

/// Other widths and batches, as in `python/draws.py`.
pub fn widths() {
    width::<256, 32>(20);
    width::<512, 256>(5);
    width::<1024, 32>(4);
    width::<1024, 1024>(1);
}

fn width<const H: usize, const B: usize>(steps: usize) {
    let params = Large { first: linear(0, 64), second: linear(2, H), third: linear(4, H) };
    let y0: Vec<f32> = uniform(6, 1.0).take(64 * B).collect();
    let y0 = dfdx::tensor::TensorFromVec::tensor_from_vec(&Cpu::default(), y0, (Const::<B>, Const::<64>));
    let plural = if steps == 1 { "" } else { "s" };
    let size = format!("64-{H}-{H}-64, {B} samples, {steps} step{plural}, ");
    Task { task: "width", size, steps }.rows::<H, B>(params, y0);
}

/// An affine map with the numbers of two seeds, the weights by rows.
fn linear<const I: usize, const O: usize>(seed: usize, inputs: usize) -> Linear<Heap<f32>, I, O> {
    let bound = (inputs as f64).powf(-0.5);
    let rows: Vec<f32> = uniform(seed, bound).take(I * O).collect();
    let by_columns = (0..I).flat_map(|j| (0..O).map(move |i| i * I + j)).map(|k| f64::from(rows[k]));
    let mut numbers = by_columns.chain(uniform(seed + 1, bound).map(f64::from));
    Linear::draw(&mut || numbers.next().unwrap_or(f64::NAN))
}

struct Task {
    task: &'static str,
    size: String,
    steps: usize,
}

impl Task {
    fn rows<const H: usize, const B: usize>(&self, params: Large<Heap<f32>, H>, y0: Batch<B>) {
        let module = FormulaModule::<Large<Tensors<f32, Cpu>, H>>::on_device(&params, &Cpu::default()).expect("memory");
        let (net, ones) = (ModuleField::<_, Rank2<B, 64>, f32, Cpu>::new(module), tensors::ones(&y0));
        self.field("dfdx", net, &y0, &ones);
        // The samples lie one after the other in both.
        let y0 = Matrix::from_vec_generic(nalgebra::Const, Dyn(B), y0.as_vec());
        let net: Net<_, Dynamic> = Net::new(params);
        self.field("matrices", net.field(), &y0, &y0.map(|_| 1.0));
    }

    fn field<F: Differentiable>(&self, backend: &str, field: F, y0: &F::State, ones: &F::State)
    where
        Rk4: StepVjp<F> + StepVjp<Memoized<F>>,
        DiscreteAdjoint: Adjoint<F, Rk4, Fixed> + Adjoint<Memoized<F>, Rk4, Fixed>,
    {
        let what = format!("{}forward", self.size);
        Row { task: self.task, what: &what, how: backend }.print(1, || {
            let solution = solve(&field, y0.clone(), 0.0..1.0, Rk4, Fixed::steps(self.steps));
            let solution = solution.map_err(|failure| failure.error)?;
            Ok(Found { evaluations: solution.stats.evaluations, value: solution.last().inner(ones), gradient: 0.0 })
        });
        self.gradient(&format!("Discrete, {backend}"), &field, y0, ones);
        self.gradient(&format!("Discrete, {backend}, Memoized"), &Memoized::new(field), y0, ones);
    }

    fn gradient<F: Differentiable>(&self, how: &str, field: &F, y0: &F::State, ones: &F::State)
    where
        Rk4: StepVjp<F>,
        DiscreteAdjoint: Adjoint<F, Rk4, Fixed>,
    {
        let what = format!("{}gradient", self.size);
        Row { task: self.task, what: &what, how }.print(1, || {
            let problem = Ivp::new(field, y0.clone(), 0.0..1.0);
            let run = problem.forward(Rk4, Fixed::steps(self.steps), DiscreteAdjoint::new());
            let run = run.map_err(|failure| failure.error)?;
            let found = run.backward(std::slice::from_ref(ones))?;
            Ok(Found {
                evaluations: run.stats.evaluations + found.stats.evaluations,
                value: run.y[0].inner(ones),
                gradient: found.params.inner(&found.params).sqrt(),
            })
        });
    }
}
