//! The workspace of the matrix-free systems.

use super::complex::ComplexStorage;
use super::gmres::Gmres;
use super::{Point, Preconditioner, Products};
use crate::dynamics::Dynamics;
use crate::solver::kept_states::{KeptStates, Use, show};
use crate::state::State;

/// The workspace of [`Krylov`](super::Krylov): for states `Y`, with the workspace `W` and the factors `P` of its
/// preconditioner.
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(bound(
        serialize = "Y: serde::Serialize, W: serde::Serialize",
        deserialize = "Y: serde::Deserialize<'de>, W: serde::Deserialize<'de>"
    ))
)]
pub struct KrylovWorkspace<Y, W = (), P = ()> {
    pub(super) point: Point<Y>,
    /// The factor `a` of `I − a J`; 0 before the first one.
    pub(super) a: f64,
    /// The preconditioner at the point.
    pub(super) linearised: W,
    /// Its factors for `a`, made again after deserialization.
    #[cfg_attr(feature = "serde", serde(skip, default = "nothing"))]
    pub(super) factors: Option<P>,
    /// Temporary storage, made anew after deserialization.
    #[cfg_attr(feature = "serde", serde(skip, default = "nothing"))]
    pub(super) gmres: Option<Gmres<Y>>,
    /// The same for complex systems, made when it is needed.
    #[cfg_attr(feature = "serde", serde(skip, default = "nothing"))]
    pub(super) complex: Option<ComplexStorage<Y>>,
    pub(super) shifted: Y,
    /// The argument of a product.
    pub(super) direction: Y,
    pub(super) evaluations: u64,
    pub(super) linearisations: u64,
    pub(super) factorisations: u64,
}

#[cfg(feature = "serde")]
const fn nothing<T>() -> Option<T> {
    None
}

impl<Y: State, W, P> KeptStates<Y> for KrylovWorkspace<Y, W, P> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        show(see, Use::needed_if(self.linearisations > 0), [&mut self.point.y, &mut self.point.slope]);
        show(see, Use::Free, [&mut self.shifted, &mut self.direction]);
    }
}

/// The workspace of a field and a preconditioner.
pub(super) type WorkspaceOf<F, M> =
    KrylovWorkspace<<F as Dynamics>::State, <M as Preconditioner<F>>::Workspace, <M as Preconditioner<F>>::Factors>;

/// Products with `J` at the point of a workspace.
pub(super) struct Multiplier<'a, F: Dynamics, P> {
    pub f: &'a F,
    pub products: P,
    pub point: &'a Point<F::State>,
    pub shifted: &'a mut F::State,
    pub evaluations: &'a mut u64,
}

impl<F: Dynamics, P: Products<F>> Multiplier<'_, F, P> {
    /// `out ← J v` for a `v` of length 1.
    pub fn unit(&mut self, v: &F::State, out: &mut F::State) {
        self.products.product(self.f, self.point, v, self.shifted, out);
        *self.evaluations += 1;
    }

    /// `out ← J v`, with `unit` for `v / |v|`. The product with zero is zero and costs nothing.
    pub fn any(&mut self, v: &F::State, unit: &mut F::State, out: &mut F::State) {
        let length = v.inner(v).sqrt();
        if length == 0.0 {
            return out.set_zeros();
        }
        unit.assign(v);
        unit.scale_by(1.0 / length);
        self.unit(unit, out);
        out.scale_by(length);
    }
}
