//! The engine of all Rosenbrock methods.

use crate::solver::implicit::LinearFailure;
use std::marker::PhantomData;

use super::conserve::Conservation;
use super::stiffness::Dominant;
use super::table::{RosenbrockTable, check_rosenbrock, evaluates_the_end, repeated_arguments};
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::{Error, Result};
use crate::solver::by_table::by_table;
use crate::solver::implicit::newton::start_slope;
use crate::solver::implicit::{LinearSolver, Lu, Matrices};
use crate::solver::kept_states::{KeptStates, Use, are_counts, measures, show};
use crate::solver::tableau::estimate_order;
use crate::solver::{Dense, Embedded, Method, Probe, Solver, StepStart, Stiffness};
use crate::state::{ErrorNorm, Span, State, StoredNorm};

/// The Rosenbrock method of a [`RosenbrockTable`] with `S` stages and the linear solver `L`.
pub struct Rosenbrock<T, const S: usize, L = Lu> {
    pub(super) linear: L,
    table: PhantomData<fn() -> T>,
}

by_table!(Rosenbrock, RosenbrockTable, check_rosenbrock);

/// The stages of a Rosenbrock method.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct RosenbrockWorkspace<F: Dynamics, const S: usize, L: LinearSolver<F>> {
    /// The increments `u`.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    pub(super) u: [F::State; S],
    /// The slope at the start of the step.
    start: F::State,
    /// The derivative of the field in time there.
    pub(super) drift: F::State,
    /// The argument of a stage; the error estimate after a call of `error`.
    stage: F::State,
    /// The slope of a stage.
    slope: F::State,
    linear: L::Workspace,
    dominant: Dominant<F::State>,
    conservation: Conservation<F::State>,
    /// Whether the step repairs conserved sums.
    conserves: bool,
    /// The tolerances of the solve, if it has any.
    norm: Option<StoredNorm<F::State>>,
    /// Whether `start` is the slope at the start of the next step.
    start_is_known: bool,
    /// Whether the Jacobian and `drift` belong to the start of the next step.
    is_linearised: bool,
    evaluations: u64,
}

impl<F: Dynamics, const S: usize, L: LinearSolver<F>> KeptStates<F::State> for RosenbrockWorkspace<F, S, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        show(see, Use::Free, &mut self.u);
        see(&mut self.start, Use::needed_if(self.start_is_known));
        see(&mut self.drift, Use::needed_if(self.is_linearised));
        show(see, Use::Free, [&mut self.stage, &mut self.slope]);
        self.dominant.each(see);
        self.conservation.each(see);
    }
}

impl<T: RosenbrockTable<S>, const S: usize, L> Rosenbrock<T, S, L> {
    /// Computes the slope and the derivatives at the start of a step, unless the step is repeated.
    fn linearise<F: Dynamics>(
        &self,
        f: &F,
        ws: &mut RosenbrockWorkspace<F, S, L>,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
    ) -> Result<()>
    where
        L: LinearSolver<F>,
    {
        if !ws.start_is_known {
            f.eval(t, y0, &mut ws.start);
            ws.evaluations += 1;
            ws.start_is_known = true;
        }
        if !ws.is_linearised {
            let near = Neighbourhood { h, slope: Some(&ws.start), norm: ws.norm.as_ref() };
            self.linear.linearise(&mut ws.linear, f, t, y0, near)?;
            self.linear.time_derivative(f, t, y0, near, &mut ws.drift);
            ws.is_linearised = true;
        }
        Ok(())
    }

    /// Solves for the increments with the prepared matrix. False if one of them was not found.
    fn stages<F: Dynamics>(
        &self,
        f: &F,
        ws: &mut RosenbrockWorkspace<F, S, L>,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
    ) -> Result<(), LinearFailure>
    where
        L: LinearSolver<F>,
    {
        ws.slope.assign(&ws.start);
        for (i, repeated) in const { repeated_arguments::<T, S>() }.into_iter().enumerate() {
            let (done, rest) = ws.u.split_at_mut(i);
            let u = &mut rest[0];
            if !repeated {
                ws.stage.combine(y0, 1.0, &T::A[i][..i], done);
                f.eval(t + T::NODES[i] * h, &ws.stage, &mut ws.slope);
                ws.evaluations += 1;
            }
            if ws.conserves {
                ws.conservation.note::<T, S>(i, &ws.slope, h, &ws.drift);
            }
            if let Some(mass) = f.mass() {
                ws.stage.set_zeros();
                ws.stage.accumulate(1.0 / h, &T::C[i][..i], done);
                mass.multiply(&ws.stage, u);
                u.add_scaled(1.0, &ws.slope);
            } else {
                u.combine(&ws.slope, 1.0 / h, &T::C[i][..i], done);
            }
            if T::TIME[i] != 0.0 {
                u.add_scaled(T::TIME[i] * h, &ws.drift);
            }
            // The equations of the table times h γ.
            u.scale_by(h * T::GAMMA);
            self.linear.solve(&mut ws.linear, f, u)?;
        }
        Ok(())
    }
}

impl<T: RosenbrockTable<S>, const S: usize, L> Method for Rosenbrock<T, S, L> {
    const ORDER: u32 = T::ORDER;
    const NAME: &'static str = T::NAME;
}

impl<F, T, const S: usize, L> Solver<F> for Rosenbrock<T, S, L>
where
    F: Dynamics,
    T: RosenbrockTable<S>,
    L: LinearSolver<F>,
{
    type Workspace = RosenbrockWorkspace<F, S, L>;

    const SENSES_STIFFNESS: bool = true;
    const TAKES_MASS: bool = L::TAKES_MASS;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        RosenbrockWorkspace {
            u: std::array::from_fn(|_| y0.zeros_like()),
            start: y0.zeros_like(),
            drift: y0.zeros_like(),
            stage: y0.zeros_like(),
            slope: y0.zeros_like(),
            linear: self.linear.workspace(f, y0),
            dominant: Dominant::new(y0),
            conservation: Conservation::new(y0),
            conserves: false,
            norm: None,
            start_is_known: false,
            is_linearised: false,
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.start_is_known = false;
        ws.is_linearised = false;
        ws.dominant.forget();
    }

    fn begin(&self, f: &F, ws: &mut Self::Workspace, span: Span, y0: &F::State) -> Result<()> {
        if F::HAS_MASS {
            ws.stage = start_slope((&self.linear, &mut ws.linear), f, span, y0, ws.norm.as_ref())?;
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::SingularMatrix`], [`Error::LinearSolverFailed`] and [`Error::NonFinite`]; a shorter step may succeed.
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        self.linear.validate()?;
        self.linearise(f, ws, StepStart { t, h, y0 })?;
        self.linear.prepare(&mut ws.linear, f, h * T::GAMMA).map_err(|failure| failure.at(t, h))?;
        ws.conserves = !F::HAS_MASS && Conservation::is_needed(ws.norm.as_ref(), y0);
        if ws.conserves {
            ws.conservation.begin();
        }
        if let Err(failure) = self.stages(f, ws, StepStart { t, h, y0 }) {
            return Err(if ws.slope.all_finite() { failure.at(t, h) } else { Error::NonFinite { t, h } });
        }
        y1.combine(y0, 1.0, &T::M, &ws.u);
        if ws.conserves {
            let step = StepStart { t, h, y0 };
            ws.conservation.repair::<F, L, T, S>(&self.linear, &mut ws.linear, f, step, &ws.u, y1);
        }
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.start_is_known = const { evaluates_the_end::<T, S>() };
        if ws.start_is_known {
            ws.start.replace_by(&mut ws.slope);
        }
        ws.is_linearised = false;
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations + ws.conservation.evaluations + self.linear.evaluations(&ws.linear)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        self.linear.matrices(&ws.linear)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.scrub();
        self.linear.settle(&mut ws.linear, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let counts = [ws.evaluations, ws.conservation.evaluations];
        let own = ws.fit(y) && measures(ws.norm.as_ref(), y) && are_counts(&counts);
        own && self.linear.restore(&mut ws.linear, y)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        ws.norm = Some(norm.stored());
    }

    /// Estimates `|λ|` by the power method, if the linear solver has products with the Jacobian; the limit is infinite.
    fn stiffness(
        &self,
        ws: &mut Self::Workspace,
        StepStart { t, h, .. }: StepStart<'_, F::State>,
        _: impl FnMut(&F::State) -> f64,
    ) -> Option<Stiffness> {
        if F::HAS_MASS {
            return None;
        }
        let RosenbrockWorkspace { linear, dominant, start, stage, .. } = ws;
        let lambda = dominant.eigenvalue::<F, L>(&self.linear, linear, start, stage)?;
        Some(Stiffness { t, h_lambda: h.abs() * lambda, limit: f64::INFINITY })
    }
}

impl<F, T, const S: usize, L> Embedded<F> for Rosenbrock<T, S, L>
where
    F: Dynamics,
    T: RosenbrockTable<S>,
    L: LinearSolver<F>,
{
    const ERROR_ORDER: u32 = estimate_order(T::ORDER, T::EMBEDDED_ORDER);

    fn error<'w>(&self, ws: &'w mut Self::Workspace, _: f64) -> &'w F::State {
        ws.stage.set_zeros();
        ws.stage.accumulate(1.0, &T::E, &ws.u);
        &ws.stage
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
            let h = h(&ws.stage);
            return Probe { h, start: &ws.stage, end: &ws.stage };
        }
        f.eval(t, y, &mut ws.start);
        ws.start_is_known = true;
        let h = h(&ws.start);
        ws.stage.combine(y, h, &[1.0], std::slice::from_ref(&ws.start));
        f.eval(t + h, &ws.stage, &mut ws.slope);
        ws.evaluations += 2;
        Probe { h, start: &ws.start, end: &ws.slope }
    }
}

impl<F, T, const S: usize, L> Dense<F> for Rosenbrock<T, S, L>
where
    F: Dynamics,
    T: RosenbrockTable<S>,
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
        out.combine(step.y0, 1.0, &T::DENSE.weights(theta), &ws.u);
    }
}
