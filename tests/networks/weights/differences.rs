//! Files that do not fit a model.

use rheos::error::TensorDifference;
use rheos::formula::{Bias, Frozen, Rows, Structure, Weight};
use rheos::nn::{Elman, Linear};
use rheos::weights::{Names, TensorFile};
use rheos::{Error, formula};

use super::bytes::{elements, file};

fn containing(params: &impl rheos::formula::Parameters, names: &Names) -> TensorFile {
    let mut file = TensorFile::new();
    file.add(params, names).unwrap();
    file
}

#[test]
fn all_differences_are_listed_at_once() {
    let header = concat!(
        r#"{"bias_hh":{"dtype":"I32","shape":[4],"data_offsets":[0,16]},"#,
        r#""weight_hh":{"dtype":"F32","shape":[4,3],"data_offsets":[16,64]},"#,
        r#""weight_ih":{"dtype":"F32","shape":[4,2],"data_offsets":[64,96]},"#,
        r#""steps":{"dtype":"I64","shape":[],"data_offsets":[96,104]}}"#
    );
    let read = TensorFile::from_bytes(&file(header, &[0; 104])).unwrap();
    let before = Elman::<f64, 2, 4>::uniform(&mut || 0.7);
    let mut model = before;
    let error = read.copy_to(&mut model, &Names::new()).unwrap_err();
    assert_eq!(model, before);
    let Error::WeightMismatch { differences, .. } = &error else { panic!("{error}") };
    let expected = [
        TensorDifference::Shape { name: "weight_hh".into(), found: vec![4, 3], expected: vec![4, 4] },
        TensorDifference::Missing { name: "bias_ih".into(), expected: vec![4] },
        TensorDifference::ElementType { name: "bias_hh".into(), found: "I32".into() },
        TensorDifference::Superfluous { name: "steps".into(), found: vec![] },
    ];
    assert_eq!(*differences, expected);
    let message = "the tensors of the file do not fit the model:\
        \n  `weight_hh` has the shape [4, 3] instead of [4, 4]\
        \n  `bias_ih` of shape [4] is missing\
        \n  `bias_hh` has elements of the type I32 instead of F16, BF16, F32 or F64\
        \n  `steps` of shape [] is not in the model";
    assert_eq!(error.to_string(), message);
}

#[test]
fn superfluous_tensors_can_be_skipped() {
    let (small, large) = (Linear::<f64, 2, 1>::draw(&mut || 0.5), Linear::<f64, 3, 2>::zeros());
    let mut file = containing(&small, &Names::new());
    file.add(&large, &Names::new().within("head")).unwrap();
    let mut found = Linear::<f64, 2, 1>::zeros();
    assert!(file.copy_to(&mut found, &Names::new()).is_err());
    assert!(file.copy_to(&mut found, &Names::new().skip("head.weight")).is_err());
    assert_eq!(found, Linear::zeros());
    for names in
        [Names::new().skip("head.*"), Names::new().skip("*"), Names::new().skip("head.bias").skip("head.weight")]
    {
        found = Linear::zeros();
        file.copy_to(&mut found, &names).unwrap();
        assert_eq!(found, small);
    }
}

formula! {
    struct Scaled<T> { weight: Weight<T, 2, 2>, alpha: Frozen<Bias<T, 1>> }
    fn apply(&self, x: Rows<2>) -> Rows<2> {
        self.alpha.like(x).spread::<2>() * (&self.weight * x)
    }
}

fn scaled(weight: f64, alpha: f64) -> Scaled<f64> {
    Scaled { weight: Weight::draw(&mut || weight), alpha: Frozen(Bias::draw(&mut || alpha)) }
}

#[test]
fn frozen_parameters_are_in_the_file_or_kept() {
    let (from, mut to) = (scaled(0.5, 3.0), scaled(0.0, 1.0));
    containing(&from, &Names::new()).copy_to(&mut to, &Names::new()).unwrap();
    assert_eq!(to, from);

    let elsewhere = containing(&Linear::<f64, 2, 2>::draw(&mut || 2.0), &Names::new());
    let names = Names::new().rename("alpha", "step").skip("bias").keep("alpha");
    elsewhere.copy_to(&mut to, &names).unwrap();
    assert_eq!(to, scaled(2.0, 3.0));
    // Kept or not, a tensor in the file is read.
    let renamed = containing(&scaled(1.0, 5.0), &names);
    renamed.copy_to(&mut to, &names).unwrap();
    assert_eq!(to, scaled(1.0, 5.0));
}

#[test]
fn one_number_may_be_a_vector() {
    for (shape, fits) in [("", true), ("1", true), ("1,1", false), ("2", false)] {
        let count = if shape == "2" { 2 } else { 1 };
        let header = format!(r#"{{"a":{{"dtype":"F64","shape":[{shape}],"data_offsets":[0,{}]}}}}"#, 8 * count);
        let bytes = file(&header, &elements(vec![0.75_f64.to_le_bytes(); count]));
        let read = TensorFile::from_bytes(&bytes).unwrap();
        let names = Names::new().rename("", "a");
        let (mut number, mut bias, mut weight) = (0.0, Bias::<f64, 1>::zeros(), Weight::<f64, 1, 1>::zeros());
        assert_eq!(read.copy_to(&mut number, &names).is_ok(), fits, "{shape}");
        assert_eq!(read.copy_to(&mut bias, &names).is_ok(), fits, "{shape}");
        assert_eq!(read.copy_to(&mut weight, &names).is_ok(), shape == "1,1");
        assert_eq!((number, bias.0[0]), if fits { (0.75, 0.75) } else { (0.0, 0.0) });
    }
}

/// Matrices on the heap may be replaced by others.
#[test]
fn weights_of_another_shape_than_their_type_are_refused() {
    use rheos::formula::Heap;
    let mut linear = Linear::<Heap<f64>, 2, 3>::zeros();
    let file = containing(&linear, &Names::new());
    linear.weight.0 = nalgebra::OMatrix::<f64, nalgebra::Const<3>, nalgebra::Dyn>::zeros(4);
    let error = Error::LengthMismatch { name: "params", found: 15, expected: 9 };
    assert_eq!(TensorFile::new().add(&linear, &Names::new()), Err(error.clone()));
    assert_eq!(file.copy_to(&mut linear, &Names::new()), Err(error));
}
