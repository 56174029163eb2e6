//! Files of models.

use std::path::Path;

use super::{Names, TensorFile};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::formula::Parameters;

/// Writes the weights of a model into a file. It replaces an existing file at once.
///
/// # Errors
/// The errors of [`TensorFile::add`] and [`TensorFile::write`].
pub fn save<M>(path: impl AsRef<Path>, model: &M, names: &Names) -> Result<()>
where
    M: Parametric<Params: Parameters>,
{
    let mut file = TensorFile::new();
    file.add(&model.params(), names)?;
    file.write(path)
}

/// Reads the weights of a model from a file.
///
/// # Errors
/// The errors of [`TensorFile::read`] and [`TensorFile::copy_to`]. The model is then unchanged.
pub fn load<M>(path: impl AsRef<Path>, model: &mut M, names: &Names) -> Result<()>
where
    M: Parametric<Params: Parameters>,
{
    let mut params = model.params();
    TensorFile::read(path)?.copy_to(&mut params, names)?;
    model.set_params(&params);
    Ok(())
}
