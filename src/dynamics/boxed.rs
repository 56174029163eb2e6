//! Fields of different types as one type.

use super::Dynamics;
use crate::error::Error;
use crate::state::State;

/// A field behind a pointer, so that fields of different types have one type, as in a list of models. `Dynamics` itself is
/// no trait object.
///
/// ```
/// use rheos::dynamics::BoxedField;
/// use rheos::{Dopri5, Pid, ode, solve};
///
/// let models = [
///     BoxedField::new(ode(|_t, y: &f64, dy: &mut f64| *dy = -y)),
///     BoxedField::new(ode(|t: f64, y: &f64, dy: &mut f64| *dy = -t * y)),
/// ];
/// for model in &models {
///     assert!(*solve(model, 1.0, 0.0..3.0, Dopri5, Pid::tolerance(1e-6))?.last() < 0.05);
/// }
/// # Ok::<(), rheos::Error>(())
/// ```
pub struct BoxedField<'f, Y>(Box<dyn Field<Y> + 'f>);

impl<'f, Y: State> BoxedField<'f, Y> {
    /// Puts a field without a mass matrix behind a pointer.
    pub fn new<F: Dynamics<State = Y> + 'f>(field: F) -> Self {
        const { assert!(!F::HAS_MASS, "a boxed field has no mass matrix; box the right-hand side inside `WithMass`") }
        Self(Box::new(field))
    }
}

/// The functions of [`Dynamics`], in a form for pointers.
trait Field<Y> {
    fn eval(&self, t: f64, y: &Y, dy: &mut Y);
    fn keeps_shape(&self) -> bool;
    fn jumps(&self) -> &[f64];
    fn failure(&self, t: f64, y: &Y) -> Option<Error>;
}

impl<F: Dynamics> Field<F::State> for F {
    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        Dynamics::eval(self, t, y, dy);
    }
    fn keeps_shape(&self) -> bool {
        Dynamics::keeps_shape(self)
    }
    fn jumps(&self) -> &[f64] {
        Dynamics::jumps(self)
    }
    fn failure(&self, t: f64, y: &F::State) -> Option<Error> {
        Dynamics::failure(self, t, y)
    }
}

impl<Y: State> Dynamics for BoxedField<'_, Y> {
    type State = Y;

    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        self.0.eval(t, y, dy);
    }
    fn keeps_shape(&self) -> bool {
        self.0.keeps_shape()
    }
    fn jumps(&self) -> &[f64] {
        self.0.jumps()
    }
    fn failure(&self, t: f64, y: &Y) -> Option<Error> {
        self.0.failure(t, y)
    }
}
