//! Files of weights in the safetensors format, which PyTorch and JAX read and write (feature `safetensors`).
//!
//! | item | |
//! |---|---|
//! | [`save`], [`load`] | the weights of a model to a file, and from a file |
//! | [`Names`] | a table of names in the file, where they differ from the names in the model |
//! | [`TensorFile`] | the content of a file: tensors of several models, metadata, bytes in memory |
//! | helper type | [`Metadata`] |
//!
//! A model is anything with named parameters: a [`Net`](crate::nn::Net), a block, a [`Sequence`](crate::nn::Sequence), a
//! layer or a field of dfdx tensors, a physical model with [`parameters!`](crate::parameters!).
//! [`Parameters::tensors`](crate::formula::Parameters::tensors) lists its tensors.
//!
//! # To PyTorch and back
//!
//! ```python
//! import torch
//! from safetensors.torch import load_file, save_file
//!
//! class Forecast(torch.nn.Module):
//!     def __init__(self):
//!         super().__init__()
//!         self.rnn = torch.nn.RNN(2, 8)
//!         self.fc = torch.nn.Linear(8, 1)
//!
//! model = Forecast()
//! save_file(model.state_dict(), "forecast.safetensors")
//! model.load_state_dict(load_file("back.safetensors"))
//! ```
//!
//! ```
//! use rheos::formula::Structure;
//! use rheos::nn::{Elman, Linear, Net, Recurrence, Sequence};
//! use rheos::weights::{self, Names};
//!
//! # let folder = std::env::temp_dir().join(format!("rheos-weights-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).expect("a folder for temporary files");
//! # let (forecast, back) = (folder.join("forecast.safetensors"), folder.join("back.safetensors"));
//! let rnn: Net<Elman<f32, 2, 8>> = Net::new(Elman::zeros());
//! let fc: Net<Linear<f32, 8, 1>> = Net::new(Linear::zeros());
//! let mut model = Sequence { block: Recurrence(rnn), readout: fc };
//! let names = Names::new().rename("0.*", "rnn.*_l0").rename("1.*", "fc.*");
//! # weights::save(&forecast, &model, &names)?;
//! weights::load(&forecast, &mut model, &names)?;
//! weights::save(&back, &model, &names)?;
//! # std::fs::remove_dir_all(&folder).expect("the folder");
//! # Ok::<(), rheos::Error>(())
//! ```
//!
//! | here | in PyTorch | |
//! |---|---|---|
//! | a tuple, an array or a list of layers, such as a [`ResidualStack`](crate::nn::ResidualStack) | `Sequential`, `ModuleList` | the same names: `0.weight`, `1.weight` |
//! | `Elman`, `Gru`, `Lstm` | `RNNCell`, `GRUCell`, `LSTMCell` | the same names; [`Gates`](crate::formula::Gates) are one tensor, in the same order |
//! | a cell | `RNN`, `GRU`, `LSTM` with one layer | [`Names::torch_layer`]`(0)` |
//! | a tuple or an array of cells | `RNN`, `GRU`, `LSTM` with several layers | [`Names::torch_layers`] |
//! | a tuple of such parts | a module with the fields `rnn` and `fc` | [`Names::rename`], as above |
//! | a layer between parameters, such as `Tanh` | a layer of `Sequential`, which counts | `rename("1.*", "2.*")` |
//!
//! # Rules
//!
//! * Numbers of type `f32` are written as `F32`, all others as `F64`. Elements of the types `F16`, `BF16`, `F32` and `F64`
//!   can be read into either. A number that is not finite, or is too large for an `f32`, is an error.
//! * A weight has the shape `[rows, columns]`, a bias `[rows]`, a number `[]`. A single number may have the shape `[1]`.
//! * [`Frozen`](crate::formula::Frozen) parameters are written and read like the others. A file from elsewhere may not
//!   have them: [`Names::keep`].
//! * One error lists all tensors that are missing, superfluous, or of another shape. [`Names::skip`] allows superfluous
//!   ones.
//! * A model is unchanged after an error, and so is a file.

mod file;
mod format;
mod model;
mod names;
mod places;
mod tensor;

pub use file::TensorFile;
pub use format::Metadata;
pub use model::{load, save};
pub use names::Names;
