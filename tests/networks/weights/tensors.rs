//! Weights of dfdx modules.

use dfdx::nn::modules::{BatchNorm1D, Linear, Tanh};
use dfdx::nn::{BuildModule, Module};
use dfdx::shapes::Rank2;
use dfdx::tensor::{AsArray, Cpu, SampleTensor, Tensor, TensorFrom};
use rheos::formula::{Parameters, Structure};
use rheos::nn::tensor::{FormulaModule, ModuleField, ModuleLayer, Weights};
use rheos::nn::{Mlp, Net};
use rheos::weights::{Names, TensorFile, load, save};
use rheos::{Parametric, State};

use super::folder::Folder;
use rheos::nn::Gru;

type Perceptron = (Linear<2, 3, f32, Cpu>, Tanh, Linear<3, 2, f32, Cpu>);
type Batch = Tensor<Rank2<4, 2>, f32, Cpu>;

fn bits(params: &impl Parameters) -> Vec<u64> {
    let mut numbers = Vec::new();
    params.write_numbers(&mut numbers);
    numbers.into_iter().map(f64::to_bits).collect()
}

#[test]
fn modules_have_the_names_and_shapes_of_pytorch() {
    let (device, folder) = (Cpu::default(), Folder::new());
    let path = folder.file("mlp.safetensors");
    let build = || -> Perceptron { BuildModule::build(&device) };
    let (trained, mut loaded) =
        (ModuleField::<_, Rank2<4, 2>, f32, Cpu>::new(build()), ModuleLayer::<_, Batch, Batch>::new(build()));
    assert_ne!(bits(&trained.params()), bits(&loaded.params()));
    save(&path, &trained, &Names::new()).unwrap();
    load(&path, &mut loaded, &Names::new()).unwrap();
    assert_eq!(bits(&trained.params()), bits(&loaded.params()));

    let file = TensorFile::read(&path).unwrap();
    let expected: [(&str, &[usize]); 4] =
        [("0.bias", &[3]), ("0.weight", &[3, 2]), ("2.bias", &[2]), ("2.weight", &[2, 3])];
    assert_eq!(file.tensors().collect::<Vec<_>>(), expected);

    // The same file is a formula's.
    let mut mlp: Net<Mlp<f32, 2, 3, 2>> = Net::new(Mlp::zeros());
    load(&path, &mut mlp, &Names::new().rename("first.*", "0.*").rename("second.*", "2.*")).unwrap();
    let module = trained.module();
    assert_eq!(mlp.weights().first.weight[(2, 1)], module.0.weight.array()[2][1]);
    assert_eq!(mlp.weights().second.weight[(1, 2)], module.2.weight.array()[1][2]);
}

#[test]
fn the_gates_of_a_formula_are_one_tensor_on_every_path() {
    let device = Cpu::default();
    let gru = Gru::<f64, 2, 3>::draw(&mut rheos::train::uniform(3));
    let mut expected = TensorFile::new();
    expected.add(&gru, &Names::torch_layer(0)).unwrap();

    let module = FormulaModule::on_device(&gru, &device).unwrap();
    let (mut by_formula, mut by_module) = (TensorFile::new(), TensorFile::new());
    by_formula.add(&module.params(), &Names::torch_layer(0)).unwrap();
    by_module.add(&Weights::<_, f64, Cpu>::new(module.clone()), &Names::torch_layer(0)).unwrap();
    assert_eq!((by_formula.to_bytes(), by_module.to_bytes()), (expected.to_bytes(), expected.to_bytes()));

    let folder = Folder::new();
    let path = folder.file("gru.safetensors");
    expected.write(&path).unwrap();
    let mut loaded = FormulaModule::on_device(&Gru::<f64, 2, 3>::zeros(), &device).unwrap();
    load(&path, &mut loaded, &Names::torch_layer(0)).unwrap();
    assert_eq!(loaded.to_host(), gru);
    let mut weights =
        Weights::<_, f64, Cpu>::new(FormulaModule::on_device(&Gru::<f64, 2, 3>::zeros(), &device).unwrap());
    TensorFile::read(&path).unwrap().copy_to(&mut weights, &Names::torch_layer(0)).unwrap();
    assert_eq!(weights.module().to_host(), gru);
    let (h, x): (Tensor<Rank2<2, 3>, f64, Cpu>, Tensor<Rank2<2, 2>, f64, Cpu>) =
        (device.sample_normal(), device.sample_normal());
    assert_eq!(loaded.forward((h.clone(), x.clone())).array(), module.forward((h, x)).array());
}

/// Running statistics are not trained, but they are in a file and in a loaded model.
#[test]
fn running_statistics_are_loaded() {
    type Norm = BatchNorm1D<2, f32, Cpu>;
    let (device, folder) = (Cpu::default(), Folder::new());
    let path = folder.file("norm.safetensors");
    let mut norm: Norm = BuildModule::build(&device);
    norm.running_mean = device.tensor([0.5, -2.0]);
    let trained = ModuleLayer::<Norm, Batch, Batch>::new(norm);
    save(&path, &trained, &Names::new()).unwrap();
    let file = TensorFile::read(&path).unwrap();
    assert_eq!(
        file.tensors().map(|(name, _)| name).collect::<Vec<_>>(),
        ["bias", "running_mean", "running_var", "scale"]
    );

    let mut loaded = ModuleLayer::<Norm, Batch, Batch>::new(BuildModule::build(&device));
    load(&path, &mut loaded, &Names::new()).unwrap();
    assert_eq!(loaded.module().running_mean.array(), [0.5, -2.0]);
    assert_eq!(trained.params().count(), 4);
}

#[test]
fn loading_leaves_copies_alone() {
    let device = Cpu::default();
    let module: Perceptron = BuildModule::build(&device);
    let (copy, before) = (module.clone(), module.0.weight.array());
    let mut file = TensorFile::new();
    file.add(&Weights::<Perceptron, f32, Cpu>::new(BuildModule::build(&device)), &Names::new()).unwrap();
    let mut layer = ModuleLayer::<_, Batch, Batch>::new(module);
    let mut params = layer.params();
    file.copy_to(&mut params, &Names::new()).unwrap();
    layer.set_params(&params);
    assert_ne!(layer.module().0.weight.array(), before);
    assert_eq!(copy.0.weight.array(), before);
}
