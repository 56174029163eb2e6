//! Numbers of every width.

use nalgebra::{matrix, vector};
use rheos::Error;
use rheos::formula::{Bias, Structure, Weight};
use rheos::nn::Linear;
use rheos::weights::{Names, TensorFile};

use super::bytes::{elements, file};

/// A file with the vector `a`.
fn vector_of<const N: usize>(dtype: &str, numbers: Vec<[u8; N]>) -> TensorFile {
    let (count, end) = (numbers.len(), numbers.len() * N);
    let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[{count}],"data_offsets":[0,{end}]}}}}"#);
    TensorFile::from_bytes(&file(&header, &elements(numbers))).unwrap()
}

fn a() -> Names {
    Names::new().rename("", "a")
}

#[test]
fn half_precision_is_widened_exactly() {
    let bits = [0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3555, 0x3c00, 0xc000, 0x7bff, 0xfbff];
    let values = [
        0.0,
        -0.0,
        2.0_f64.powi(-24),
        -1023.0 / 1024.0 / 16384.0,
        2.0_f64.powi(-14),
        1365.0 / 4096.0,
        1.0,
        -2.0,
        65504.0,
        -65504.0,
    ];
    let file = vector_of("F16", bits.map(u16::to_le_bytes).to_vec());
    let (mut double, mut single) = (Bias::<f64, 10>::zeros(), Bias::<f32, 10>::zeros());
    file.copy_to(&mut double, &a()).unwrap();
    file.copy_to(&mut single, &a()).unwrap();
    for (i, value) in values.into_iter().enumerate() {
        assert_eq!(double[i].to_bits(), value.to_bits(), "{:#x}", bits[i]);
        assert_eq!(single[i].to_bits(), (value as f32).to_bits(), "{:#x}", bits[i]);
    }
}

#[test]
fn bfloat_is_the_upper_half_of_a_single() {
    let singles = [0.0_f32, -0.0, 1.0, -2.5, f32::from_bits(0x0001_0000), f32::from_bits(0x7f7f_0000)];
    let file = vector_of("BF16", singles.map(|x| ((x.to_bits() >> 16) as u16).to_le_bytes()).to_vec());
    let mut found = Bias::<f32, 6>::zeros();
    file.copy_to(&mut found, &a()).unwrap();
    assert_eq!(found.0.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>(), singles.map(f32::to_bits));
}

#[test]
fn a_double_is_rounded_once_to_a_single() {
    let numbers = [0.1, 1e-60, f64::from(f32::MAX), 3.402_823_5e38];
    let file = vector_of("F64", numbers.map(f64::to_le_bytes).to_vec());
    let mut found = Bias::<f32, 4>::zeros();
    file.copy_to(&mut found, &a()).unwrap();
    assert_eq!(found.0, vector![0.1, 0.0, f32::MAX, f32::MAX]);
}

#[test]
fn a_number_that_is_not_finite_is_named() {
    let header = concat!(
        r#"{"bias":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"#,
        r#""weight":{"dtype":"F64","shape":[2,3],"data_offsets":[16,64]}}"#
    );
    for (value, expected, in_double) in [
        (1e39, "finite as an f32, which the model has", true),
        (f64::NEG_INFINITY, "finite", false),
        (f64::NAN, "finite", false),
    ] {
        let numbers = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, value, 0.0].map(f64::to_le_bytes);
        let read = TensorFile::from_bytes(&file(header, &elements(numbers))).unwrap();
        let (mut double, mut single) = (Linear::<f64, 3, 2>::zeros(), Linear::<f32, 3, 2>::draw(&mut || 1.0));
        assert_eq!(read.copy_to(&mut double, &Names::new()).is_ok(), in_double);
        assert_eq!(double.weight[(1, 1)], if in_double { value } else { 0.0 });
        let error = read.copy_to(&mut single, &Names::new()).unwrap_err();
        assert_eq!(error.to_string(), format!("`weight[1, 1]` is {value}, but it must be {expected}"));
        assert_eq!(single, Linear::draw(&mut || 1.0));
    }
    for bits in [0x7c00_u16, 0xfc00, 0x7e00] {
        let file = vector_of("F16", vec![bits.to_le_bytes()]);
        assert!(matches!(file.copy_to(&mut 0.0, &a()), Err(Error::InvalidWeight { .. })), "{bits:#x}");
    }
}

#[test]
fn numbers_that_cannot_be_read_are_not_written() {
    let weight = Weight::<f64, 2, 2>(matrix![1.0, 2.0; f64::NAN, 4.0]);
    let mut file = TensorFile::new();
    let error = file.add(&weight, &Names::new().rename("", "w")).unwrap_err();
    assert_eq!(error.to_string(), "`w[1, 0]` is NaN, but it must be finite");
    assert_eq!(file, TensorFile::new());
}
