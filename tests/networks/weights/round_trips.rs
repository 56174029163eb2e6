//! Files give back the same weights, bit for bit.

use rheos::dynamics::{BoxedField, PiecewiseConstant, PiecewiseLinear};
use rheos::formula::{Constant, Heap, Parameters, Slices, Structure};
use rheos::nn::{Elman, LayerField, Linear, Mlp, Net, Recurrence, Sequence, SequenceBatch};
use rheos::state::Element;
use rheos::weights::{Names, TensorFile, load, save};
use rheos::{Dynamics, Error, Parametric, State};

use super::folder::Folder;
use rheos::nn::{Gru, Lstm};

/// Numbers of every size, exact in `T`.
fn extreme<T: Element>() -> impl FnMut() -> f64 {
    let numbers = [0.1, -0.0, 1.0 / 3.0, 1e-30, -1e30, 1e-42, f64::from(f32::MAX), 5.0, -7.25, 2e-38];
    let mut numbers = numbers.into_iter().cycle();
    move || T::embed(numbers.next().unwrap_or(0.0)).re()
}

fn bits(params: &impl State) -> Vec<u64> {
    params.coordinates().into_iter().map(f64::to_bits).collect()
}

fn check<P: Structure<Store: Slices>>()
where
    <P::Store as rheos::formula::Store>::Element: Element,
{
    let params = P::draw(&mut extreme::<<P::Store as rheos::formula::Store>::Element>());
    let mut file = TensorFile::new();
    file.add(&params, &Names::new()).unwrap();
    let bytes = file.to_bytes();
    let read = TensorFile::from_bytes(&bytes).unwrap();
    assert_eq!((read.tensors().collect::<Vec<_>>(), &read.metadata), (file.tensors().collect(), &file.metadata));
    assert_eq!(read.to_bytes(), bytes);
    let mut copy = P::zeros();
    read.copy_to(&mut copy, &Names::new()).unwrap();
    assert_eq!(bits(&copy), bits(&params));
}

#[test]
fn every_store_is_read_bit_for_bit() {
    check::<Elman<f64, 2, 3>>();
    check::<Elman<f32, 2, 3>>();
    check::<Gru<f64, 2, 3>>();
    check::<Gru<f32, 2, 3>>();
    check::<Gru<Heap<f64>, 2, 3>>();
    check::<Lstm<Heap<f32>, 3, 2>>();
    check::<Mlp<f64, 2, 5, 3>>();
    check::<[Linear<f32, 2, 2>; 3]>();
    check::<Linear<f64, 1, 1>>();
}

#[test]
fn stores_read_each_other() {
    let params = Gru::<f32, 2, 3>::draw(&mut extreme::<f32>());
    let mut file = TensorFile::new();
    file.add(&params, &Names::new()).unwrap();
    let (mut double, mut heap) = (Gru::<f64, 2, 3>::zeros(), Gru::<Heap<f64>, 2, 3>::zeros());
    file.copy_to(&mut double, &Names::new()).unwrap();
    file.copy_to(&mut heap, &Names::new()).unwrap();
    assert_eq!((bits(&double), bits(&heap)), (bits(&params), bits(&params)));
}

/// The program of a network has its own copy of the weights.
#[test]
fn a_loaded_model_computes_with_its_new_weights() {
    type Model = Sequence<Recurrence<Net<Elman<f64, 2, 3>>>, Net<Linear<f64, 3, 1>>>;
    let model = |number: f64| -> Model {
        let (cell, readout) = (Elman::uniform(&mut || number), Linear::uniform(&mut || number));
        Sequence { block: Recurrence(Net::new(cell)), readout: Net::new(readout) }
    };
    let folder = Folder::new();
    let path = folder.file("model.safetensors");
    let (trained, mut loaded) = (model(0.8), model(0.3));
    save(&path, &trained, &Names::new()).unwrap();
    load(&path, &mut loaded, &Names::new()).unwrap();
    assert_eq!(loaded.params(), trained.params());
    let h0 = nalgebra::OMatrix::from_element_generic(nalgebra::Const, nalgebra::Dyn(2), 0.1);
    let x = nalgebra::OMatrix::from_element_generic(nalgebra::Const, nalgebra::Dyn(2), 0.5);
    let inputs = SequenceBatch::new(vec![x]);
    let output = |model: &Model| model.forward(&h0, &inputs).unwrap().outputs;
    assert_eq!(output(&loaded), output(&trained));
    assert_ne!(output(&model(0.3)), output(&trained));
}

#[test]
fn mixed_precision_is_kept() {
    let params = (Linear::<f32, 1, 1>::draw(&mut || 0.1), Linear::<f64, 1, 1>::draw(&mut || 0.1));
    let mut file = TensorFile::new();
    file.add(&params, &Names::new()).unwrap();
    let mut copy = params.zeros_like();
    file.copy_to(&mut copy, &Names::new()).unwrap();
    assert_eq!(copy, params);
    assert_eq!(copy.1.bias[0], 0.1);
    assert_eq!(params.tensors().len(), 4);
}

type Block = LayerField<Net<Linear<f32, 2, 2>>>;

fn network(blocks: usize, number: f64) -> PiecewiseConstant<Block> {
    let block = |k: usize| Net::dynamic(Linear::uniform(&mut || number / (1.0 + k as f64))).field();
    PiecewiseConstant::new((0..blocks).map(block).collect(), 0.0..1.0).unwrap()
}

/// The blocks of a residual network have names with an index, as in `torch.nn.ModuleList`.
#[test]
fn a_list_of_blocks_is_read_back() {
    let folder = Folder::new();
    let path = folder.file("blocks.safetensors");
    let (trained, mut loaded) = (network(3, 0.8), network(3, 0.3));
    save(&path, &trained, &Names::new()).unwrap();
    load(&path, &mut loaded, &Names::new()).unwrap();
    assert_eq!(bits(&loaded.params()), bits(&trained.params()));
    assert_ne!(bits(&network(3, 0.3).params()), bits(&trained.params()));
    let names: Vec<String> = trained.params().tensors().into_iter().map(|tensor| tensor.name).collect();
    assert_eq!(names, ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"]);
    // An interpolated field of the same nodes has the same file.
    let nodes = network(3, 0.3).into_pieces();
    let mut interpolated = PiecewiseLinear::new(nodes, 0.0..1.0).unwrap();
    load(&path, &mut interpolated, &Names::new()).unwrap();
    let at = |f: &dyn Fn(f64) -> Vec<u64>| [f(0.0), f(5.0)];
    let y = nalgebra::OMatrix::from_element_generic(nalgebra::Const, nalgebra::Dyn(1), 0.5);
    let [found, expected] = [BoxedField::new(&interpolated), BoxedField::new(&trained)].map(|field| {
        at(&|t| {
            let mut slope = y.zeros_like();
            field.eval(t, &y, &mut slope);
            bits(&slope)
        })
    });
    assert_eq!(found, expected);
    // The numbers of a list, for checkpoints.
    let (mut numbers, mut copy) = (vec![], network(3, 0.1).params());
    trained.params().write_numbers(&mut numbers);
    assert_eq!(copy.read_numbers(&numbers), Some(&[][..]));
    assert_eq!(bits(&copy), bits(&trained.params()));
    assert_eq!(copy.read_numbers(&numbers[1..]), None);
}

#[test]
fn a_file_of_another_number_of_blocks_is_refused() {
    let folder = Folder::new();
    let path = folder.file("other.safetensors");
    save(&path, &network(3, 0.8), &Names::new()).unwrap();
    for blocks in [2, 4] {
        let mut model = network(blocks, 0.3);
        let error = load(&path, &mut model, &Names::new()).unwrap_err();
        assert!(matches!(error, Error::WeightMismatch { .. }), "{error}");
        assert_eq!(bits(&model.params()), bits(&network(blocks, 0.3).params()));
    }
}

/// Numbers that are not trained are written and read, but they are no coordinates.
#[test]
fn a_list_keeps_its_constants() {
    let list = vec![Constant::<f64>::constant(0.5), Constant::constant(-2.0)];
    assert!(list.coordinates().is_empty());
    let (mut numbers, mut copy) = (vec![], vec![Constant::<f64>::constant(0.0); 2]);
    list.write_numbers(&mut numbers);
    assert_eq!(numbers, [0.5, -2.0]);
    copy.read_numbers(&numbers).unwrap();
    assert_eq!(copy, list);
}
