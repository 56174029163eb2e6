//! Files byte by byte, as the specification of the format has them.

use nalgebra::{matrix, vector};
use rheos::formula::{Bias, Weight};
use rheos::nn::Linear;
use rheos::weights::{Names, TensorFile};

/// The length of the header, the header, and the elements.
pub fn file(header: &str, elements: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), elements].concat()
}

pub fn elements<const N: usize>(numbers: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
    numbers.into_iter().flatten().collect()
}

fn linear() -> Linear<f32, 2, 2> {
    Linear { weight: Weight(matrix![1.0, 2.0; 3.0, 4.0]), bias: Bias(vector![-0.5, 0.1]) }
}

const HEADER: &str = concat!(
    r#"{"__metadata__":{"format":"pt","rheos":""#,
    env!("CARGO_PKG_VERSION"),
    r#""},"bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#,
    r#""weight":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}"#
);

#[test]
fn a_layer_is_written_row_by_row() {
    let mut written = TensorFile::new();
    written.add(&linear(), &Names::new()).unwrap();
    let spaces = " ".repeat(HEADER.len().next_multiple_of(8) - HEADER.len());
    let numbers = [-0.5_f32, 0.1, 1.0, 2.0, 3.0, 4.0];
    assert_eq!(written.to_bytes(), file(&format!("{HEADER}{spaces}"), &elements(numbers.map(f32::to_le_bytes))));
}

#[test]
fn a_file_in_another_order_is_read() {
    let header = r#" {"weight":{"shape":[2,2],"dtype":"F64","data_offsets":[0,32]},
                      "bias":{"data_offsets":[32,48],"dtype":"F64","shape":[2]}}"#;
    let numbers = [1.0, 2.0, 3.0, 4.0, -0.5, 0.1_f64];
    let read = TensorFile::from_bytes(&file(header, &elements(numbers.map(f64::to_le_bytes)))).unwrap();
    assert!(read.metadata.is_empty());
    let mut found = Linear::<f32, 2, 2>::uniform(&mut || 0.3);
    read.copy_to(&mut found, &Names::new()).unwrap();
    assert_eq!(found, linear());
}

/// Wide elements come first, so all of them are aligned in a file that is mapped into memory.
#[test]
fn elements_are_aligned() {
    let mut written = TensorFile::new();
    written.add(&0.5_f32, &Names::new().within("a")).unwrap();
    written.add(&0.25_f64, &Names::new().within("b")).unwrap();
    let bytes = written.to_bytes();
    let start = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    assert_eq!(start % 8, 0);
    assert_eq!(bytes[start..], [&0.25_f64.to_le_bytes()[..], &0.5_f32.to_le_bytes()].concat());
}

#[test]
fn equal_content_has_equal_bytes() {
    let parts = |order: [&str; 2]| {
        let mut file = TensorFile::new();
        for name in order {
            file.add(&linear(), &Names::new().within(name)).unwrap();
            file.metadata.insert(name.into(), "x".into());
        }
        file
    };
    assert_eq!(parts(["a", "b"]).to_bytes(), parts(["b", "a"]).to_bytes());
}

#[test]
fn strings_are_escaped() {
    let odd = "a \"quoted\"\\ \n\t\u{1}\u{7f} ∂ 𝄞 end";
    let mut written = TensorFile::new();
    written.add(&1.5, &Names::new().rename("*", odd)).unwrap();
    written.metadata.insert(odd.into(), odd.into());
    let read = TensorFile::from_bytes(&written.to_bytes()).unwrap();
    assert_eq!(read.metadata[odd], odd);
    assert_eq!(read.tensors().collect::<Vec<_>>(), [(odd, &[][..])]);
}
