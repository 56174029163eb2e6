//! Spectra of flows.

use super::average::{Average, Carrier};
use super::frame::Frame;
use super::plan::{Interval, Intervals};
use super::sizes::Sizes;
use super::{Lyapunov, LyapunovFailure, Spectrum};
use crate::analysis::variational::{TangentVectors, Tangents, Variational};
use crate::control::Controller;
use crate::dynamics::Jacobian;
use crate::error::{Error, Result};
use crate::integrate::Integration;
use crate::solver::Solver;
use crate::state::{MatrixSpace, Span, State};

/// The least number of intervals by default.
const INTERVALS: f64 = 64.0;

impl Lyapunov {
    /// The first `k` exponents of a flow `dy/dt = f(t, y)`, per unit of time, along the trajectory from `y0` at `t = 0`.
    ///
    /// The method solves the [variational equation](Variational) from factorisation to factorisation. The exponents
    /// belong to the computed steps: they differ from the flow's by the error of the method, and
    /// [`Spectrum::volume_gap`] shows a part of it.
    ///
    /// Every interval is a solve of its own: an adaptive controller chooses its first step anew, a multistep method starts
    /// again, `Fixed::steps(n)` are `n` steps for each interval, and so is a budget of steps. An implicit method solves its
    /// equations without a matrix: `method.with(Krylov::new())`.
    ///
    /// ```
    /// use rheos::analysis::Lyapunov;
    /// use rheos::dynamics::problems::Lorenz;
    /// use rheos::{Fixed, Rk4};
    ///
    /// let (field, y0) = Lorenz::problem();
    /// let settings = Lyapunov::over(50.0).transient(10.0).renormalise_every(0.1);
    /// let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01))?;
    /// for (k, exact) in [0.9056, 0.0, -14.5723].into_iter().enumerate() {
    ///     assert!((spectrum.exponents[k] - exact).abs() < 1.5 * spectrum.errors[k], "{spectrum}");
    /// }
    /// assert!((spectrum.sum() + 41.0 / 3.0).abs() < 2e-4); // the divergence of the field
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// A [`LyapunovFailure`] with the reason and the exponents found until then: [`Error::InvalidArgument`] for a setting or a
    /// `k` outside its domain, [`Error::TangentLost`] for too long an interval between factorisations,
    /// [`Error::ExponentNotConverged`] above the tolerance, and errors of the solve, such as [`Error::NonFinite`] for a
    /// trajectory that blows up.
    pub fn spectrum_of_flow<'f, F, S, C>(
        &self,
        field: &'f F,
        y0: &F::State,
        k: usize,
        solver: S,
        control: C,
    ) -> std::result::Result<Spectrum, Box<LyapunovFailure>>
    where
        F: Jacobian,
        S: Solver<Variational<&'f F>>,
        C: Controller<Variational<&'f F>, S>,
    {
        let (mut carrier, intervals) =
            self.along_flow(field, (solver, control), y0, k).map_err(|error| LyapunovFailure::at_start(error, y0))?;
        let frame = Frame::generic(carrier.coordinates.len(), k);
        Average { settings: self, intervals, with_volume: true }.run(&mut carrier, frame)
    }

    /// The trajectory of a flow with `k` vectors, and its intervals.
    pub(super) fn along_flow<F, S, C>(
        &self,
        field: F,
        (solver, control): (S, C),
        y0: &F::State,
        k: usize,
    ) -> Result<(FlowCarrier<F, S, C>, Intervals)>
    where
        F: Jacobian,
        S: Solver<Variational<F>>,
    {
        self.check_flow(y0, k)?;
        let field = Variational::new(field).sizes(y0);
        let every = match self.every {
            Some(every) => every,
            None => self.length / self.count_intervals(&field, y0)?,
        };
        let state = (y0.clone(), TangentVectors::new(vec![y0.zeros_like(); k]));
        let workspace = solver.workspace(&field, &state);
        let moving = Some((state, workspace));
        let (sizes, coordinates) = (Sizes::new(y0), y0.coordinates());
        let carrier = FlowCarrier { field, solver, control, moving, sizes, coordinates, t: 0.0 };
        Ok((carrier, Intervals { transient: self.transient, length: self.length, every }))
    }

    fn check_flow<Y: MatrixSpace>(&self, y0: &Y, k: usize) -> Result<()> {
        let n = y0.coordinates().len();
        if n == 0 {
            return Err(Error::EmptyState);
        }
        if !y0.all_finite() {
            return Err(Error::NonFiniteInitialState);
        }
        self.validate(k, n)
    }

    /// As many intervals as `length ‖∂f/∂y‖`.
    fn count_intervals<F: Jacobian>(&self, field: &Variational<F>, y0: &F::State) -> Result<f64> {
        let mut slope = y0.zeros_like();
        field.field().eval(0.0, y0, &mut slope);
        let entries = F::State::entries(&field.slopes(0.0, y0, &slope));
        let norm = entries.iter().fold(0.0, |norm: f64, entry| norm.hypot(*entry));
        if !norm.is_finite() {
            return Err(Error::NonFiniteSystem { quantity: "Jacobian", at: y0.coordinates() });
        }
        Ok((self.length * norm).ceil().max(INTERVALS))
    }
}

/// A trajectory of a flow.
pub(super) struct FlowCarrier<F: Jacobian, S: Solver<Variational<F>>, C> {
    pub(super) field: Variational<F>,
    pub(super) solver: S,
    pub(super) control: C,
    /// The state with its tangents, and the storage of the method, which move through a solve by value.
    moving: Option<(Tangents<F::State>, S::Workspace)>,
    sizes: Sizes<F::State>,
    /// The coordinates of the state.
    coordinates: Vec<f64>,
    t: f64,
}

impl<F: Jacobian, S: Solver<Variational<F>>, C> FlowCarrier<F, S, C> {
    /// The state; `None` only during a solve.
    pub(super) fn point(&self) -> Option<F::State> {
        self.moving.as_ref().map(|((y, _), _)| y.clone())
    }
}

/// A tangent vector with a larger coordinate has overflowed in a step that failed.
const OVERFLOW: f64 = 1e150;

impl<F, S, C> Carrier for FlowCarrier<F, S, C>
where
    F: Jacobian,
    S: Solver<Variational<F>>,
    C: Controller<Variational<F>, S>,
{
    fn carry(&mut self, interval: Interval, frame: &mut Frame) -> Result<f64> {
        // It is there between two solves.
        let Some((mut state, workspace)) = self.moving.take() else { return Err(Error::EmptyState) };
        if self.sizes.grow(&state.0) {
            self.field.set_sizes(self.sizes.get());
        }
        let (_, tangents) = &mut state;
        tangents.log_volume = 0.0;
        for (k, vector) in tangents.vectors.iter_mut().enumerate() {
            let _ = vector.read_coordinates(frame.column(k));
        }
        let Self { field, solver, control, .. } = &*self;
        let span = Span { t0: interval.start, t1: interval.end };
        let reached =
            Integration { field, solver, control, span, stops: &[], jumps: &[] }.run(state, workspace, &mut ());
        let (y, TangentVectors { vectors, log_volume }) = &reached.y;
        self.t = reached.t;
        self.coordinates.clear();
        y.write_coordinates(&mut self.coordinates);
        frame.vectors.clear();
        vectors.iter().for_each(|vector| vector.write_coordinates(&mut frame.vectors));
        let volume = *log_volume;
        self.moving = Some((reached.y, reached.workspace));
        match reached.outcome {
            Ok(_) => Ok(volume),
            Err(end) => Err(match overflown(frame) {
                Some(index) => Error::TangentLost { index, t: end.t },
                None => end.error,
            }),
        }
    }

    fn time(&self) -> f64 {
        self.t
    }

    fn state(&self) -> Vec<f64> {
        self.coordinates.clone()
    }

    fn rounding(&self) -> f64 {
        self.moving.as_ref().map_or(f64::EPSILON, |((y, _), _)| y.rounding())
    }

    /// A flow can be followed for as short a time as one likes.
    fn noise(&self, _: &Frame, _: usize) -> Option<f64> {
        None
    }

    fn is_singular(&self) -> bool {
        false
    }
}

/// The first vector near the end of the range.
fn overflown(frame: &Frame) -> Option<usize> {
    (0..frame.count()).find(|&k| frame.column(k).iter().any(|x| x.abs() > OVERFLOW))
}
