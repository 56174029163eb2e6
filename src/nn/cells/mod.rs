//! Recurrent cells: each a formula `h₁ = g(h₀, x)`.
//!
//! | cell | field `dh/dt` | step | good at |
//! |---|---|---|---|
//! | [`Elman`] (1990) | `tanh(W h + V x + b) − h` | Euler, length 1 | short memories, baselines |
//! | [`Gru`] (2014) | `(1 − z) ∘ (n − h)` | Euler, length 1 | most sequences |
//! | [`GruOde`] (2019) | `(1 − z) ∘ (g − h)`, reset before the product | Euler, length 1 | sporadic observations, with a solver |
//! | [`Lstm`] (1997) | none: `h` is algebraic | – | most sequences |
//! | [`Ctrnn`] (1993) | `−h + tanh(W h + V x + b)` | Euler, length `α` | neuroscience: slow dynamics to be analysed |
//! | [`Antisymmetric`] (2019) | `tanh((W − Wᵀ − γ I) h + V x + b)` | Euler, length `ε` | long memories with few parameters |
//! | [`Ltc`] (2021) | `−(1/τ + f) ∘ h + f ∘ A` | linearly implicit, `f` frozen, length of the gap | irregular times |
//! | [`Cfc`] (2022) | none: a closed form in the gap | – | irregular times, fast |
//! | [`CoRnn`] (2021) | `(z, tanh(W y + W̃ z + V x + b) − γ y − ε z)` | velocities, then positions | long sequences |
//! | [`Unicornn`] (2021) | `(s ∘ z, −s ∘ (tanh(w ∘ y + V x + b) + α y))` | symplectic Euler | very long sequences, reversible |
//! | [`Lem`] (2022) | `(s₂ ∘ (tanh(…z…) − y), s₁ ∘ (tanh(…y…) − z))` | Euler part by part | several time scales |
//! | [`ShallowPlrnn`] (2023) | none: a piecewise-linear map without input | – | rebuilding a system from its trajectories |
//! | [`ClippedPlrnn`] (2023) | none: the same, bounded | – | rebuilding a bounded system |
//!
//! The papers are in the docs of the cells. [`Net::new`](super::Net::new) makes a network of a cell,
//! [`Recurrence`](super::Recurrence) a block of a sequence model. A cell with a field is also a neural ODE, with any solver
//! and any gap between observations: see [`Net::flow`](super::Net::flow).
//!
//! | combination | block |
//! |---|---|
//! | ODE-RNN (Rubanova, Chen & Duvenaud 2019) | `(OdeBlock, Recurrence)` of an autonomous field and a [`Gru`] |
//! | ODE-LSTM (Lechner & Hasani 2020) | `(Recurrence, OnOutput<OdeBlock>)` of an [`Lstm`] and an autonomous field |
//! | GRU-ODE (De Brouwer et al. 2019) | [`OdeBlock`](super::OdeBlock) of the flow of a [`GruOde`] |

mod antisymmetric;
mod cfc;
mod cornn;
mod ctrnn;
mod elman;
mod gru;
mod gru_ode;
mod initial;
mod lem;
mod lstm;
mod ltc;
mod plrnn;
mod unicornn;

pub use antisymmetric::Antisymmetric;
pub use cfc::Cfc;
pub use cornn::CoRnn;
pub use ctrnn::Ctrnn;
pub use elman::Elman;
pub use gru::Gru;
pub use gru_ode::GruOde;
pub use lem::Lem;
pub use lstm::Lstm;
pub use ltc::Ltc;
pub use plrnn::{ClippedPlrnn, ShallowPlrnn};
pub use unicornn::Unicornn;
