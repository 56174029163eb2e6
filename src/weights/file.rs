//! The content of a file of weights.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Names;
use super::format::{METADATA, Metadata, Tensors, decode, encode};
use super::places::{Place, numbers, places};
use super::tensor::Tensor;
use crate::disk;
use crate::error::{Error, Result, TensorDifference};
use crate::formula::Parameters;

const TAKEN: &str = "another tensor has the name";
/// The name of a file in memory, for errors.
const IN_MEMORY: &str = "the file";

/// The content of a file of weights: tensors with names, and metadata.
///
/// [`save`](super::save) and [`load`](super::load) suffice for a model. This type reads and writes metadata, bytes in
/// memory, parameters without a model, and several models in one file:
///
/// ```
/// use rheos::formula::Structure;
/// use rheos::nn::Linear;
/// use rheos::weights::{Names, TensorFile};
///
/// let (encoder, decoder) = (Linear::<f32, 4, 2>::zeros(), Linear::<f32, 2, 4>::draw(&mut || 0.5));
/// let mut file = TensorFile::new();
/// file.add(&encoder, &Names::new().within("encoder"))?;
/// file.add(&decoder, &Names::new().within("decoder"))?;
/// file.metadata.insert("epoch".into(), "12".into());
///
/// let file = TensorFile::from_bytes(&file.to_bytes())?;
/// let mut other = Linear::<f64, 2, 4>::zeros();
/// file.copy_to(&mut other, &Names::new().within("decoder").skip("encoder.*"))?;
/// assert_eq!((other.weight[(3, 1)], file.metadata["epoch"].as_str()), (0.5, "12"));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorFile {
    /// Labels, such as the epoch of the weights. A new file has `format`, which is `pt`, the layout of PyTorch, and
    /// `rheos`, the version of this crate.
    pub metadata: Metadata,
    tensors: Tensors,
    /// The file, for errors.
    path: PathBuf,
}

impl Default for TensorFile {
    fn default() -> Self {
        Self::new()
    }
}

impl TensorFile {
    /// A file without tensors.
    #[must_use]
    pub fn new() -> Self {
        let labels = [("format", "pt"), ("rheos", env!("CARGO_PKG_VERSION"))];
        let metadata = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Self { metadata, tensors: Tensors::new(), path: PathBuf::from(IN_MEMORY) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::WeightFile`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::decode(path.as_ref(), &disk::read(path.as_ref())?)
    }

    /// The file with these bytes.
    ///
    /// # Errors
    /// [`Error::WeightFile`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::decode(Path::new(IN_MEMORY), bytes)
    }

    fn decode(path: &Path, bytes: &[u8]) -> Result<Self> {
        let path = path.to_owned();
        match decode(bytes) {
            Ok((tensors, metadata)) => Ok(Self { metadata, tensors, path }),
            Err(reason) => Err(Error::WeightFile { path, reason }),
        }
    }

    /// Writes the file. It replaces an existing one at once, from a temporary file in the same folder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        disk::replace(path.as_ref(), &self.to_bytes())
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(&self.tensors, &self.metadata)
    }

    /// The names and the shapes of the tensors.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.shape.as_slice()))
    }

    /// Adds the tensors of `params`, by their names in the file. Numbers of type `f32` are written as such, all others
    /// as `f64`.
    ///
    /// # Errors
    /// - [`Error::WeightName`] if a tensor would replace another, or if its name is reserved.
    /// - [`Error::InvalidWeight`] if a number is not finite.
    /// - [`Error::LengthMismatch`] if matrices on the heap do not have the shapes of their types.
    ///
    /// The file is then unchanged.
    pub fn add<P: Parameters>(&mut self, params: &P, names: &Names) -> Result<()> {
        let places = places(params);
        let numbers = numbers(params, &places)?;
        let mut added = Tensors::new();
        for place in places {
            let name = names.in_file(&place.name);
            let taken = added.contains_key(&name) || self.tensors.contains_key(&name);
            if taken || name == METADATA {
                let reason = if taken { TAKEN } else { "the format reserves the name" };
                return Err(Error::WeightName { tensor: place.name, name, reason });
            }
            let entries: Vec<_> = place.positions().map(|position| numbers[position]).collect();
            let tensor = Tensor::new(&name, &place.shape, &entries, place.single)?;
            added.insert(name, tensor);
        }
        self.tensors.append(&mut added);
        Ok(())
    }

    /// Copies the tensors to `params`. Every tensor of `params` must be in the file, with its shape, and every tensor of
    /// the file in `params`, unless `names` [keeps](Names::keep) or [skips](Names::skip) it.
    ///
    /// # Errors
    /// - [`Error::WeightMismatch`] with all tensors that are missing, superfluous, or of another shape.
    /// - [`Error::InvalidWeight`] if a number is not finite, or too large for the `f32` of `params`.
    /// - [`Error::WeightName`] if two tensors of `params` have one name in the file.
    /// - [`Error::LengthMismatch`] if matrices on the heap do not have the shapes of their types.
    ///
    /// `params` is then unchanged.
    pub fn copy_to<P: Parameters>(&self, params: &mut P, names: &Names) -> Result<()> {
        let places = places(params);
        let mut numbers = numbers(params, &places)?;
        for (name, tensor, place) in self.matched(places, names)? {
            let entries = tensor.numbers(&name, place.single)?;
            place.positions().zip(entries).for_each(|(position, entry)| numbers[position] = entry);
        }
        let mut copy = params.clone();
        if copy.read_numbers(&numbers).is_none() {
            return Err(Error::LengthMismatch { name: "params", found: numbers.len(), expected: numbers.len() + 1 });
        }
        *params = copy;
        Ok(())
    }

    /// The tensors of the file with their names and their places in a model.
    fn matched(&self, places: Vec<Place>, names: &Names) -> Result<Vec<(String, &Tensor, Place)>> {
        let (mut used, mut matched, mut differences) = (BTreeSet::new(), Vec::new(), Vec::new());
        for place in places {
            let name = names.in_file(&place.name);
            if !used.insert(name.clone()) {
                return Err(Error::WeightName { tensor: place.name, name, reason: TAKEN });
            }
            match self.tensors.get(&name) {
                None if names.is_kept(&place.name) => {}
                None => differences.push(TensorDifference::Missing { name, expected: place.shape }),
                Some(tensor) => match difference(&name, tensor, &place.shape) {
                    None => matched.push((name, tensor, place)),
                    Some(difference) => differences.push(difference),
                },
            }
        }
        for (name, tensor) in &self.tensors {
            if !used.contains(name) && !names.is_skipped(name) {
                differences.push(TensorDifference::Superfluous { name: name.clone(), found: tensor.shape.clone() });
            }
        }
        if differences.is_empty() {
            Ok(matched)
        } else {
            Err(Error::WeightMismatch { path: self.path.clone(), differences })
        }
    }
}

/// The reason why a tensor of a model cannot have the shape and the elements of the tensor of a file.
fn difference(name: &str, tensor: &Tensor, expected: &[usize]) -> Option<TensorDifference> {
    let name = name.to_owned();
    if !tensor.has_shape(expected) {
        return Some(TensorDifference::Shape { name, found: tensor.shape.clone(), expected: expected.to_vec() });
    }
    (!tensor.is_real()).then(|| TensorDifference::ElementType { name, found: tensor.elements.to_string() })
}
