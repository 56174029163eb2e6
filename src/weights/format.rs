//! The safetensors format: the length of a header, the header, and the elements of all tensors.

use std::collections::BTreeMap;
use std::fmt::Write;

use safetensors::SafeTensors;

use super::tensor::Tensor;

/// The key of the metadata in a header.
pub(super) const METADATA: &str = "__metadata__";
/// The length of a header is a multiple of it, so that the elements are aligned.
const ALIGNMENT: usize = 8;

pub(super) type Tensors = BTreeMap<String, Tensor>;
/// Labels of a file, such as the epoch of its weights.
pub type Metadata = BTreeMap<String, String>;

/// The bytes of a file. Equal content gives equal bytes.
pub(super) fn encode(tensors: &Tensors, metadata: &Metadata) -> Vec<u8> {
    // Large elements first, so that all are aligned.
    let mut ordered: Vec<_> = tensors.iter().collect();
    ordered.sort_by_key(|(_, tensor)| std::cmp::Reverse(tensor.elements.bitsize()));
    let mut header = header(&ordered, metadata).into_bytes();
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    for (_, tensor) in ordered {
        bytes.extend(&tensor.bytes);
    }
    bytes
}

/// The header in JSON.
fn header(tensors: &[(&String, &Tensor)], metadata: &Metadata) -> String {
    let labels = metadata.iter().map(|(key, value)| format!("{}:{}", quoted(key), quoted(value)));
    let mut entries = Vec::with_capacity(tensors.len() + 1);
    if !metadata.is_empty() {
        entries.push(format!("{}:{{{}}}", quoted(METADATA), labels.collect::<Vec<_>>().join(",")));
    }
    let mut start = 0;
    for (name, Tensor { elements, shape, bytes }) in tensors {
        let end = start + bytes.len();
        let sizes = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        entries.push(format!(
            r#"{}:{{"dtype":"{elements}","shape":[{sizes}],"data_offsets":[{start},{end}]}}"#,
            quoted(name)
        ));
        start = end;
    }
    format!("{{{}}}", entries.join(","))
}

/// A string of JSON.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\0'..='\u{1f}' => _ = write!(quoted, "\\u{:04x}", u32::from(c)),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The content of a file, or the reason why it is none.
pub(super) fn decode(bytes: &[u8]) -> Result<(Tensors, Metadata), String> {
    let reason = |error: safetensors::SafeTensorError| error.to_string();
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(reason)?;
    let file = SafeTensors::deserialize(bytes).map_err(reason)?;
    let labels = header.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let tensors = file
        .iter()
        .map(|(name, view)| {
            let (elements, shape) = (view.dtype(), view.shape().to_vec());
            (name.to_owned(), Tensor { elements, shape, bytes: view.data().to_vec() })
        })
        .collect();
    Ok((tensors, labels))
}
