//! The engine of all diagonally implicit Runge–Kutta methods.

use std::marker::PhantomData;

use super::predictor::predictor;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solver::by_table::by_table;
use crate::solver::implicit::newton::kept::{Unsolved, solve_with_kept_jacobian};
use crate::solver::implicit::{Equation, LinearSolver, Lu, Matrices, Newton};
use crate::solver::interpolant::difference;
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::order_conditions::{row_ends, weights_hold};
use crate::solver::tableau::{check_estimate, check_orders, end_to_start, estimate_order, rows_end_before};
use crate::solver::{Dense, Embedded, EmbeddedTableau, Method, Probe, Solver, StepStart, Tableau};
use crate::state::{ErrorNorm, Span, State};

/// A diagonally implicit method: `A` is lower triangular with one value `γ` on its diagonal, or 0 for an explicit stage.
///
/// The matrix `I − h γ J` serves all stages of a step: an "(E)SDIRK" method of Hairer & Wanner II, section IV.6.
pub trait DirkTableau<const S: usize>: Tableau<S> {
    /// The weights of the error estimate that is multiplied by `(I − h γ J)⁻¹`. It is needed if the embedded solution
    /// is not stable at infinity, since the estimate would grow with the stiffness (Hairer & Wanner II, section IV.8).
    const FILTERED: Option<[f64; S]> = None;
    /// The weights of a bounded part of the estimate, which is added without the filter.
    const UNFILTERED: [f64; S] = [0.0; S];
    /// Whether `save_at` lands on its times, see [`Dense::LANDS`].
    const LANDS: bool = false;
}

/// The diagonally implicit method of a [`DirkTableau`] with `S` stages and the linear solver `L`.
pub struct Dirk<T, const S: usize, L = Lu> {
    pub(super) linear: L,
    table: PhantomData<fn() -> T>,
}

by_table!(Dirk, DirkTableau, check_dirk);

/// Fails to compile if a tableau is not diagonally implicit, is inconsistent, or is below the orders it claims.
pub const fn check_dirk<T: DirkTableau<S>, const S: usize>() {
    assert!(rows_end_before::<T, S>(1), "A must be lower triangular");
    let mut i = 0;
    while i < S {
        let a = T::A[i][i];
        assert!(a == 0.0 || a == gamma::<T, S>(), "the nonzero diagonal entries of A must be equal");
        i += 1;
    }
    assert!(T::EXTRA == 0, "an implicit method has no extra stages");
    check_orders::<T, S>();
}

/// [`check_dirk`], and the same for the embedded solution.
pub const fn check_embedded_dirk<T: DirkTableau<S> + EmbeddedTableau<S>, const S: usize>() {
    check_dirk::<T, S>();
    check_estimate::<T, S>();
    assert!(parts_make_the_estimate::<T, S>(&T::E), "E must be the sum of FILTERED and UNFILTERED");
}

/// Whether the weights of a partly filtered estimate add up to `e`.
pub(in crate::solver::implicit) const fn parts_make_the_estimate<T: DirkTableau<S>, const S: usize>(
    e: &[f64; S],
) -> bool {
    let Some(filtered) = T::FILTERED else { return true };
    weights_hold(&difference(*e, T::UNFILTERED), &filtered)
}

/// Whether a part of a filtered estimate is added without the filter.
pub(in crate::solver::implicit) const fn adds_unfiltered<T: DirkTableau<S>, const S: usize>() -> bool {
    !weights_hold(&T::UNFILTERED, &[0.0; S])
}

/// The value on the diagonal.
pub(in crate::solver::implicit) const fn gamma<T: Tableau<S>, const S: usize>() -> f64 {
    let mut i = 0;
    while i < S {
        if T::A[i][i] != 0.0 {
            return T::A[i][i];
        }
        i += 1;
    }
    0.0
}

/// Whether the solution is the argument of the last stage.
const fn is_stiffly_accurate<T: Tableau<S>, const S: usize>() -> bool {
    let mut j = 0;
    while j < S {
        if T::A[S - 1][j] != T::B[j] {
            return false;
        }
        j += 1;
    }
    row_ends(&T::A)[S - 1] == S
}

/// Whether the first stage is the slope at the start of the step.
pub(in crate::solver::implicit) const fn starts_explicitly<T: Tableau<S>, const S: usize>() -> bool {
    T::A[0][0] == 0.0
}

/// Whether no stage after the first is explicit. The slope of an explicit stage is a value of the field, which is not the
/// slope of a solution with a mass matrix.
const fn is_implicit_after_first<T: Tableau<S>, const S: usize>() -> bool {
    let mut i = 1;
    while i < S {
        if T::A[i][i] == 0.0 {
            return false;
        }
        i += 1;
    }
    true
}

/// The stages of a diagonally implicit method.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct DirkWorkspace<F: Dynamics, const S: usize, L: LinearSolver<F>> {
    /// The slopes.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub(super) k: [F::State; S],
    /// The argument of an explicit stage, or the distance of an implicit one from the start of the step; the error
    /// estimate after a call of `error`.
    stage: F::State,
    psi: F::State,
    newton: Newton<F, L>,
    first_is_known: bool,
    evaluations: u64,
}

/// Excludes the states of Newton's method.
impl<F: Dynamics, const S: usize, L: LinearSolver<F>> KeptStates<F::State> for DirkWorkspace<F, S, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        let (first, rest) = self.k.split_at_mut(1);
        show(see, Use::needed_if(self.first_is_known), first);
        show(see, Use::Free, rest);
        show(see, Use::Free, [&mut self.stage, &mut self.psi]);
    }
}

impl<T: DirkTableau<S>, const S: usize, L> Dirk<T, S, L> {
    /// Solves the stages with the prepared matrix.
    fn stages<F: Dynamics>(
        &self,
        f: &F,
        ws: &mut DirkWorkspace<F, S, L>,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
    ) -> Result<(), Unsolved>
    where
        L: LinearSolver<F>,
    {
        for i in 0..S {
            let time = t + T::C[i] * h;
            let a = h * T::A[i][i];
            let (done, rest) = ws.k.split_at_mut(i);
            if a == 0.0 {
                if i > 0 || !ws.first_is_known {
                    ws.stage.combine(y0, h, &T::A[i][..i], done);
                    f.eval(time, &ws.stage, &mut rest[0]);
                    ws.evaluations += 1;
                }
                ws.first_is_known |= i == 0;
                continue;
            }
            ws.psi.set_zeros();
            ws.psi.accumulate(h, &T::A[i][..i], done);
            ws.stage.combine(&ws.psi, a, &const { predictor(T::C) }[i][..i], done);
            let equation = Equation { t: time, a, psi: &ws.psi, y0 };
            ws.newton.solve(&self.linear, f, &equation, &mut ws.stage, &mut rest[0])?;
        }
        Ok(())
    }
}

impl<T: Tableau<S>, const S: usize, L> Method for Dirk<T, S, L> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F, T, const S: usize, L> Solver<F> for Dirk<T, S, L>
where
    F: Dynamics,
    T: DirkTableau<S>,
    L: LinearSolver<F>,
{
    type Workspace = DirkWorkspace<F, S, L>;

    /// A stiffly accurate method keeps the algebraic equations.
    const TAKES_MASS: bool = is_stiffly_accurate::<T, S>() && is_implicit_after_first::<T, S>() && L::TAKES_MASS;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        DirkWorkspace {
            k: std::array::from_fn(|_| y0.zeros_like()),
            stage: y0.zeros_like(),
            psi: y0.zeros_like(),
            newton: Newton::new(&self.linear, f, y0),
            first_is_known: false,
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = false;
        ws.newton.reset();
    }

    fn begin(&self, f: &F, ws: &mut Self::Workspace, span: Span, y0: &F::State) -> Result<()> {
        if F::HAS_MASS {
            const {
                assert!(
                    !F::HAS_MASS || !F::State::IS_DUAL || !starts_explicitly::<T, S>(),
                    "with a mass matrix, the slope at the start has no derivatives; use RadauIIA5, Rodas5P, Bdf or Sdirk4"
                );
            }
            ws.k[0] = ws.newton.begin(&self.linear, f, span, y0)?;
            ws.first_is_known = const { starts_explicitly::<T, S>() };
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::NewtonDiverged`], [`Error::SingularMatrix`] and [`Error::NonFinite`]; a shorter step may succeed. Also
    /// the errors of [`LinearSolver::validate`].
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        self.linear.validate()?;
        let a = h * const { gamma::<T, S>() };
        solve_with_kept_jacobian(
            ws,
            (t, h),
            |ws| ws.newton.prepare(&self.linear, f, StepStart { t, h, y0 }, a),
            |ws| self.stages(f, ws, StepStart { t, h, y0 }),
        )?;
        if const { is_stiffly_accurate::<T, S>() } {
            y1.combine(y0, 1.0, &[1.0], std::slice::from_ref(&ws.stage));
        } else {
            y1.combine(y0, h, &T::B, &ws.k);
        }
        if let Some(e) = T::FILTERED {
            ws.stage.set_zeros();
            ws.stage.accumulate(h, &e, &ws.k);
            if !ws.newton.filter(&self.linear, f, &mut ws.stage) {
                return Err(Error::NewtonDiverged { t, h });
            }
            if const { adds_unfiltered::<T, S>() } {
                ws.stage.accumulate(h, &T::UNFILTERED, &ws.k);
            }
        }
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.first_is_known = const { is_stiffly_accurate::<T, S>() && starts_explicitly::<T, S>() };
        if ws.first_is_known {
            end_to_start(&mut ws.k, S - 1);
        }
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations + ws.newton.evaluations(&self.linear)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        ws.newton.matrices(&self.linear)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.scrub();
        ws.newton.settle(&self.linear, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        ws.fit(y) && are_counts(&[ws.evaluations]) && ws.newton.restore(&self.linear, y)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        ws.newton.tolerate(norm);
    }
}

impl<F, T, const S: usize, L> Embedded<F> for Dirk<T, S, L>
where
    F: Dynamics,
    T: DirkTableau<S> + EmbeddedTableau<S>,
    L: LinearSolver<F>,
{
    const ERROR_ORDER: u32 = estimate_order(T::ORDER, T::EMBEDDED_ORDER);

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        const { check_embedded_dirk::<T, S>() }
        if T::FILTERED.is_none() {
            ws.stage.set_zeros();
            ws.stage.accumulate(h, &T::E, &ws.k);
        }
        &ws.stage
    }

    fn keeps_step(&self, ws: &Self::Workspace, factor: f64) -> bool {
        ws.newton.keeps_step(&self.linear, factor)
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        if F::HAS_MASS {
            let h = h(&ws.k[0]);
            return Probe { h, start: &ws.k[0], end: &ws.k[0] };
        }
        f.eval(t, y, &mut ws.k[0]);
        ws.first_is_known = const { starts_explicitly::<T, S>() };
        let h = h(&ws.k[0]);
        ws.stage.combine(y, h, &[1.0], &ws.k[..1]);
        f.eval(t + h, &ws.stage, &mut ws.psi);
        ws.evaluations += 2;
        Probe { h, start: &ws.k[0], end: &ws.psi }
    }
}

impl<F, T, const S: usize, L> Dense<F> for Dirk<T, S, L>
where
    F: Dynamics,
    T: DirkTableau<S>,
    L: LinearSolver<F>,
{
    const DENSE_ORDER: u32 = T::DENSE_ORDER;
    const DENSE_DEGREE: usize = T::DENSE.degree();
    const LANDS: bool = T::LANDS;

    fn interpolate(
        &self,
        _: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        out.combine(step.y0, step.h, &T::DENSE.weights(theta), &ws.k);
    }
}
