//! Files that PyTorch wrote; `tests/reference/weights.py` has made them.

use std::path::{Path, PathBuf};

use nalgebra::{Const, Dyn, OMatrix};
use num_traits::Zero;
use rheos::formula::{Formula, Structure};
use rheos::nn::{Elman, Layer, Linear, Mlp, Net};
use rheos::state::Element;
use rheos::weights::{Names, TensorFile, load};
use rheos::{Parametric, State};
use serde_json::Value;

use rheos::nn::{Gru, Lstm};

type Batch<T, const N: usize> = OMatrix<T, Const<N>, Dyn>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/weights")
}

/// A precision of a module: its file, its input and its output.
struct Case {
    file: PathBuf,
    values: Value,
    tolerance: f64,
}

impl Case {
    fn new(module: &str, precision: &str) -> Self {
        let outputs = std::fs::read_to_string(folder().join("outputs.json")).expect("the outputs");
        let outputs: Value = serde_json::from_str(&outputs).expect("valid JSON");
        Self {
            file: folder().join(format!("{module}.{precision}.safetensors")),
            values: outputs["modules"][module][precision].clone(),
            // A few roundings of numbers of size 1.
            tolerance: if precision == "f32" { 1e-6 } else { 1e-14 },
        }
    }

    /// A batch for each row of samples; a sample a column.
    fn batches<T: Element, const N: usize>(&self, key: &str) -> Vec<Batch<T, N>> {
        let is_batch = |value: &Value| value[0][0].is_number();
        let value = key.split('.').fold(&self.values, |value, key| &value[key]);
        let batches = if is_batch(value) { std::slice::from_ref(value) } else { value.as_array().expect("batches") };
        let batch = |batch: &Value| {
            let samples = batch.as_array().expect("samples");
            Batch::from_fn_generic(Const, Dyn(samples.len()), |row, column| {
                T::embed(samples[column][row].as_f64().expect("a number"))
            })
        };
        batches.iter().map(batch).collect()
    }

    fn assert_output<T: Element, const N: usize>(&self, found: &[Batch<T, N>], key: &str) {
        let expected = self.batches::<T, N>(key);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.shape(), expected.shape());
            let distance = (found - expected).iter().map(|x| x.re().abs()).fold(0.0, f64::max);
            assert!(distance <= self.tolerance, "{}: {key} differs by {distance:e}", self.file.display());
        }
    }

    fn load(&self, model: &mut impl Parametric<Params: rheos::formula::Parameters>, names: &Names) {
        load(&self.file, model, names).unwrap();
        // Written again, the file has the same tensors.
        let mut again = TensorFile::new();
        again.metadata = TensorFile::read(&self.file).unwrap().metadata;
        again.add(&model.params(), names).unwrap();
        assert_eq!(again.to_bytes(), std::fs::read(&self.file).unwrap());
    }

    /// Runs a cell over batches from a state of zeros.
    fn run<T: Element, S: State, P, const I: usize>(&self, cell: &Net<P>, h: S, inputs: &[Batch<T, I>]) -> Vec<S>
    where
        P: Formula<Store = T>,
        Net<P>: Layer<Input = (S, Batch<T, I>), Output = S>,
    {
        let mut states = vec![h];
        for x in inputs {
            let h = states[states.len() - 1].clone();
            states.push(cell.forward(&(h, x.clone())));
        }
        states.split_off(1)
    }
}

fn zeros<T: Element>() -> Batch<T, 4> {
    Batch::from_element_generic(Const, Dyn(2), Zero::zero())
}

fn feed_forward<T: Element>(precision: &str) {
    let case = Case::new("linear", precision);
    let mut linear: Net<Linear<T, 3, 4>> = Net::new(Linear::zeros());
    case.load(&mut linear, &Names::new());
    case.assert_output(&[linear.forward(&case.batches("input")[0])], "output");

    let case = Case::new("sequential", precision);
    let mut mlp: Net<Mlp<T, 3, 5, 2>> = Net::new(Mlp::zeros());
    case.load(&mut mlp, &Names::new().rename("first.*", "0.*").rename("second.*", "2.*"));
    case.assert_output(&[mlp.forward(&case.batches("input")[0])], "output");
}

fn recurrent<T: Element>(precision: &str) {
    let case = Case::new("rnn", precision);
    let mut rnn: Net<Elman<T, 3, 4>> = Net::new(Elman::zeros());
    case.load(&mut rnn, &Names::torch_layer(0));
    let states = case.run(&rnn, zeros(), &case.batches::<T, 3>("input"));
    case.assert_output(&states, "output");

    let case = Case::new("gru", precision);
    let mut gru: Net<Gru<T, 3, 4>> = Net::new(Gru::zeros());
    case.load(&mut gru, &Names::torch_layer(0));
    let states = case.run(&gru, zeros(), &case.batches::<T, 3>("input"));
    case.assert_output(&states, "output");
    case.assert_output(&states[states.len() - 1..], "last.h");
}

fn layers<T: Element>(precision: &str) {
    let case = Case::new("lstm", precision);
    let mut lstm: (Net<Lstm<T, 3, 4>>, Net<Lstm<T, 4, 4>>) = (Net::new(Lstm::zeros()), Net::new(Lstm::zeros()));
    case.load(&mut lstm, &Names::torch_layers(2));
    let zero = || (zeros::<T>(), zeros::<T>());
    let first = case.run(&lstm.0, zero(), &case.batches::<T, 3>("input"));
    let between: Vec<_> = first.iter().map(|(h, _)| h.clone()).collect();
    let second = case.run(&lstm.1, zero(), &between);
    let outputs: Vec<_> = second.iter().map(|(h, _)| h.clone()).collect();
    case.assert_output(&outputs, "output");
    let [(h0, c0), (h1, c1)] = [first, second].map(|states| states[states.len() - 1].clone());
    case.assert_output(&[h0, h1], "last.h");
    case.assert_output(&[c0, c1], "last.c");
}

#[test]
fn modules_of_pytorch_give_its_outputs() {
    feed_forward::<f32>("f32");
    feed_forward::<f64>("f64");
    recurrent::<f32>("f32");
    recurrent::<f64>("f64");
    layers::<f32>("f32");
    layers::<f64>("f64");
}

#[test]
fn metadata_of_pytorch_is_read() {
    let metadata = |name: &str| TensorFile::read(folder().join(name)).unwrap().metadata;
    assert_eq!(metadata("gru.f32.safetensors"), [("format".to_string(), "pt".to_string())].into());
    assert!(metadata("gru.f64.safetensors").is_empty());
}
