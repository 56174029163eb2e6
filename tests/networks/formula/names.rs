//! Names, shapes and the order of parameters, and how a network prints.

use rheos::formula::{Bias, Gates, Heap, Parameters, Rows, Static, Structure, TensorInfo, Weight, jvp};
use rheos::nn::{Linear, Mlp, Net};
use rheos::{State, formula, verify};

use super::support::{assorted, assorted_draw, with_coordinates};

formula! {
    /// Structures in arrays, gates, and arrays of gates.
    struct Deep<T, const N: usize> {
        layers: [Linear<T, N, N>; 2],
        gates: Gates<Weight<T, N, 1>, 3>,
        stacked: [Gates<Bias<T, N>, 2>; 2],
        last: Linear<T, N, 1>,
    }
    fn apply(&self, x: Rows<N>) -> Rows<1> {
        let y = self.layers.iter().fold(x, |x, layer| layer.apply(x).tanh());
        let gate = |k: usize| &self.gates[k] * y.mean() + &self.stacked[k % 2][k / 2];
        self.last.apply(gate(0) * gate(1) + gate(2) + &self.stacked[1][1])
    }
}

fn tensors<P: Parameters>(params: &P) -> Vec<(String, (usize, usize))> {
    params.tensors().into_iter().map(|TensorInfo { name, shape }| (name, shape)).collect()
}

#[test]
fn tensors_have_the_path_to_them_as_name() {
    let expected = [
        ("layers.0.weight", (2, 2)),
        ("layers.0.bias", (2, 1)),
        ("layers.1.weight", (2, 2)),
        ("layers.1.bias", (2, 1)),
        ("gates", (6, 1)),
        ("stacked.0", (4, 1)),
        ("stacked.1", (4, 1)),
        ("last.weight", (1, 2)),
        ("last.bias", (1, 1)),
    ]
    .map(|(name, shape)| (name.to_owned(), shape));
    assert_eq!(tensors(&Deep::<f64, 2>::zeros()), expected);
    assert_eq!(tensors(&Deep::<Heap<f32>, 2>::zeros()), expected);
    let numbers: usize = expected.iter().map(|(_, (rows, columns))| rows * columns).sum();
    assert_eq!((Deep::<f64, 2>::zeros().count(), Deep::<f64, 2>::zeros().coordinates().len()), (numbers, numbers));
    assert_eq!(tensors(&nalgebra::Vector3::new(1.0, 2.0, 3.0)), [(String::new(), (3, 1))]);
}

#[test]
fn coordinates_come_tensor_by_tensor_and_column_by_column() {
    let mut next = (1..).map(f64::from);
    let params = Deep::<f64, 2>::draw(&mut || next.next().unwrap());
    assert_eq!(params.coordinates(), (1..=29).map(f64::from).collect::<Vec<_>>());
    assert_eq!(params.layers[0].weight.as_slice(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!((params.layers[0].weight[(1, 0)], params.layers[0].weight[(0, 1)]), (2.0, 3.0));
    assert_eq!(params.layers[1].bias.as_slice(), [11.0, 12.0]);
    assert_eq!(params.gates[2].as_slice(), [17.0, 18.0]);
    assert_eq!(params.stacked[1][0].as_slice(), [23.0, 24.0]);
    assert_eq!((params.last.weight.as_slice(), params.last.bias[0]), (&[27.0, 28.0][..], 29.0));
}

#[test]
fn structures_obey_the_laws_of_states() {
    fn check<P: Structure>(x: P, y: P) {
        let n = x.coordinates().len();
        let numbers = assorted(2 * n);
        let report = verify::laws(&with_coordinates(x, &numbers[..n]), &with_coordinates(y, &numbers[n..]));
        assert!(report.passed(), "{report}");
    }
    check(Deep::<f64, 3>::zeros(), Deep::zeros());
    check(Deep::<f32, 3>::zeros(), Deep::zeros());
    check(Deep::<Heap<f64>, 3>::zeros(), Deep::zeros());
}

formula! {
    /// One of most operations.
    struct Shown<T> { net: Mlp<T, 2, 3, 1>, gates: Gates<Bias<T, 2>, 2> }
    fn apply(&self, (q, p): (Rows<2>, Rows<2>), t: Rows<1>) -> (Rows<4>, Rows<2>) {
        let x = q * &self.gates[0] + 2.0 * p - &self.gates[1];
        let (y, dy) = jvp(x, p, |x| self.net.apply(x));
        let sums = (y / 3.0).concat::<1, 2>(dy * t).softmax();
        (sums.concat::<2, 4>(-x + 1.0), sums.rows::<0, 1>().spread::<2>().relu())
    }
}

const SHOWN: &str = "\
q: 2
p: 2
t: 1
v0: 2 = gates[0]
v1: 2 = q ∘ v0
v2: 2 = 2 p
v3: 2 = v1 + v2
v4: 2 = gates[1]
v5: 2 = v3 − v4
v6: 3 = net.first.weight v5 + net.first.bias
v7: 3 = tanh(v6)
v8: 1 = net.second.weight v7 + net.second.bias
v9: 3 = net.first.weight p
v10: 3 = square(v7)
v11: 3 = -1 v10 + 1
v12: 3 = v11 ∘ v9
v13: 1 = net.second.weight v12
v14: 1 = 3
v15: 1 = v8 / v14
v16: 1 = v13 ∘ t
v17: 2 = concat(v15, v16)
v18: 1 = max(v17)
v19: 2 = spread(v18)
v20: 2 = v17 − v19
v21: 2 = exp(v20)
v22: 1 = sum(v21)
v23: 1 = log(v22)
v24: 2 = spread(v23)
v25: 2 = v20 − v24
v26: 2 = exp(v25)
v27: 2 = -1 v5
v28: 2 = v27 + 1
v29: 4 = concat(v26, v28)
v30: 1 = rows 0.. of v26
v31: 2 = spread(v30)
v32: 2 = relu(v31)
→ v29, v32
17 parameters, 246 operations per sample";

#[test]
fn a_network_prints_its_program() {
    let net: Net<Shown<f64>> = Net::new(Shown::zeros());
    assert_eq!(format!("{net:?}"), SHOWN);
    let linear: Net<Linear<f64, 3, 2>, Static<4>> = Net::new(Linear::draw(&mut assorted_draw()));
    assert_eq!(format!("{linear:?}"), "x: 3\nv0: 2 = weight x + bias\n→ v0\n8 parameters, 14 operations per sample");
}

formula! {
    /// Nothing but zeros in most places.
    struct Unused<T> { used: Linear<T, 2, 2>, unused: Linear<T, 2, 2> }
    fn apply(&self, x: Rows<2>) -> Rows<2> {
        let _dropped = self.unused.apply(x).exp();
        self.used.apply(x)
    }
}

#[test]
fn operations_nobody_needs_are_not_done() {
    let net: Net<Unused<f64>, Static<1>> = Net::new(Unused::draw(&mut assorted_draw()));
    assert_eq!(
        format!("{net:?}"),
        "x: 2\nv0: 2 = used.weight x + used.bias\n→ v0\n12 parameters, 10 operations per sample"
    );
    let x = [1.0, 2.0].into();
    let (_, _, bar) = super::support::value_and_pullback(&net, &x, &x);
    assert_eq!(bar.unused, Linear::zeros());
    assert!(bar.used.weight.iter().all(|x| *x != 0.0));
}
