//! Names in a file.

use rheos::formula::{Gates, Structure, Weight};
use rheos::nn::{Elman, Linear, Net, Recurrence, Sequence};
use rheos::weights::{Names, TensorFile};
use rheos::{Error, Parametric, State, parameters};

use rheos::nn::{Gru, Lstm};

fn shapes(file: &TensorFile) -> Vec<(&str, Vec<usize>)> {
    file.tensors().map(|(name, shape)| (name, shape.to_vec())).collect()
}

#[test]
fn a_pattern_keeps_the_text_of_its_star() {
    let names =
        Names::new().rename("alpha", "a").rename("rnn.*_x", "y_*").rename("rnn.*", "cell.*.0").rename("*_b", "b");
    let found = ["alpha", "alpha2", "rnn.w_x", "rnn.w", "rnn.", "rnn", "w_b"].map(|name| names.in_file(name));
    assert_eq!(found, ["a", "alpha2", "y_w", "cell.w.0", "cell..0", "rnn", "b"]);
    // The star stands for text between its neighbours, which do not overlap.
    assert_eq!(Names::new().rename("ab*ba", "x").in_file("aba"), "aba");
    assert_eq!(Names::torch_layers(2).within("rnn").in_file("1.weight_ih"), "rnn.weight_ih_l1");
    assert_eq!(Names::torch_layers(2).within("rnn").in_file("2.weight_ih"), "rnn.2.weight_ih");
    assert_eq!(Names::new().within("alpha").in_file(""), "alpha");
}

#[test]
fn gates_are_one_tensor() {
    let mut file = TensorFile::new();
    file.add(&Gru::<f64, 2, 3>::zeros(), &Names::torch_layer(0)).unwrap();
    let expected =
        [("bias_hh_l0", vec![9]), ("bias_ih_l0", vec![9]), ("weight_hh_l0", vec![9, 3]), ("weight_ih_l0", vec![9, 2])];
    assert_eq!(shapes(&file), expected);
}

#[test]
fn a_sequence_has_the_names_of_a_module_with_two_fields() {
    type Cells = (Net<Lstm<f64, 1, 2>>, Net<Lstm<f64, 2, 2>>);
    let cells: Cells = (Net::new(Lstm::zeros()), Net::new(Lstm::zeros()));
    let readout: Net<Linear<f64, 2, 1>> = Net::new(Linear::zeros());
    let model = Sequence { block: cells, readout };
    let names = Names::new().rename("0.0.*", "rnn.*_l0").rename("0.1.*", "rnn.*_l1").rename("1.*", "fc.*");
    let mut file = TensorFile::new();
    file.add(&model.params(), &names).unwrap();
    let found: Vec<_> = file.tensors().map(|(name, _)| name).collect();
    let cell = ["bias_hh", "bias_ih", "weight_hh", "weight_ih"];
    let rnn = cell.iter().flat_map(|name| [format!("rnn.{name}_l0"), format!("rnn.{name}_l1")]);
    let expected: Vec<_> = ["fc.bias", "fc.weight"].map(String::from).into_iter().chain(rnn).collect();
    assert_eq!(found, expected);
}

#[test]
fn vectors_and_numbers_have_their_own_shapes() {
    parameters! {
        struct Physical {
            rate: f64,
            initial: nalgebra::Vector3<f64>,
            mixing: nalgebra::DMatrix<f64>,
            column: nalgebra::DMatrix<f64>,
            list: [f32; 2],
            gates: Gates<f64, 3>,
        }
    }
    let params = Physical {
        rate: 1.0,
        initial: nalgebra::vector![1.0, 2.0, 3.0],
        mixing: nalgebra::DMatrix::from_element(2, 3, 1.0),
        column: nalgebra::DMatrix::from_element(2, 1, 1.0),
        list: [0.5, 0.25],
        gates: Gates([1.0, 2.0, 3.0]),
    };
    let mut file = TensorFile::new();
    file.add(&params, &Names::new()).unwrap();
    let expected = [
        ("column", vec![2, 1]),
        ("gates", vec![3]),
        ("initial", vec![3]),
        ("list.0", vec![]),
        ("list.1", vec![]),
        ("mixing", vec![2, 3]),
        ("rate", vec![]),
    ];
    assert_eq!(shapes(&file), expected);
    let mut copy = params.zeros_like();
    file.copy_to(&mut copy, &Names::new()).unwrap();
    assert_eq!(copy, params);
}

/// A column of weights is a matrix, unlike a bias.
#[test]
fn a_weight_with_one_column_is_a_matrix() {
    let mut file = TensorFile::new();
    file.add(&Weight::<f64, 2, 1>(nalgebra::vector![1.0, 2.0]), &Names::new().rename("", "w")).unwrap();
    assert_eq!(shapes(&file), [("w", vec![2, 1])]);
}

#[test]
fn blocks_and_models_share_names() {
    let cell: Net<Elman<f64, 1, 2>> = Net::new(Elman::uniform(&mut || 0.7));
    let (mut plain, mut block) = (TensorFile::new(), TensorFile::new());
    plain.add(cell.weights(), &Names::new()).unwrap();
    block.add(&Recurrence(cell).params(), &Names::new()).unwrap();
    assert_eq!(plain, block);
}

#[test]
fn a_name_is_given_once() {
    let linear = Linear::<f64, 1, 1>::zeros();
    let name =
        |tensor: &str, name: &str, reason| Error::WeightName { tensor: tensor.into(), name: name.into(), reason };
    let taken = "another tensor has the name";
    let mut file = TensorFile::new();
    file.add(&linear, &Names::new()).unwrap();
    let before = file.clone();

    assert_eq!(file.add(&linear, &Names::new()), Err(name("weight", "weight", taken)));
    assert_eq!(file.add(&linear, &Names::new().rename("*", "x")), Err(name("bias", "x", taken)));
    let reserved = name("weight", "__metadata__", "the format reserves the name");
    assert_eq!(file.add(&linear, &Names::new().rename("weight", "__metadata__")), Err(reserved));
    assert_eq!(file, before);

    let error = before.copy_to(&mut linear.clone(), &Names::new().rename("*", "weight")).unwrap_err();
    assert_eq!(error, name("bias", "weight", taken));
    let message = "the tensor `bias` of the model cannot be called `weight` in a file: another tensor has the name";
    assert_eq!(error.to_string(), message);
}
