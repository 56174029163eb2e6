//! What can go wrong, as one enum: every variant names the argument or the place, and the value.
//!
//! Failures of a running solve arrive inside a [`Failure`](crate::solution::Failure), which also keeps what was computed so far.

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every error of this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument is outside its domain.
    #[error("`{name}` is {value}, but it must be {expected}")]
    InvalidArgument {
        /// The argument, as the function calls it.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be accepted.
        expected: &'static str,
    },
    /// No method has this name.
    #[error("no method is called `{name}`; the names are {}", known.join(", "))]
    UnknownMethod {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: &'static [&'static str],
    },
    /// An entry of a list or state is outside its domain.
    #[error("`{name}[{index}]` is {value}, but it must be {expected}")]
    InvalidEntry {
        /// The argument, as the function calls it.
        name: &'static str,
        /// Which coordinate, from 0.
        index: usize,
        /// Its value.
        value: f64,
        /// What would be accepted.
        expected: &'static str,
    },
    /// The tolerances are below the rounding errors of the initial state.
    #[error(
        "the tolerances are {size:.1} times below the rounding errors of the initial state (unit {rounding:e}); loosen them, or \
         use f64 in the place of f32"
    )]
    ToleranceBelowRounding {
        /// The distance from 1 to the next larger number of the state's type.
        rounding: f64,
        /// The norm of the rounding errors, in units of the tolerances.
        size: f64,
    },
    /// The initial state has no coordinates.
    #[error("the initial state `y0` has no coordinates, so there is nothing to solve")]
    EmptyState,
    /// The initial state has an entry that is infinite or not a number.
    #[error("the initial state `y0` is not finite")]
    NonFiniteInitialState,
    /// A save time lies outside the interval of integration.
    #[error("save time times[{index}] = {time} lies outside [{t0}, {t1}]")]
    TimeOutsideSpan {
        /// Position in the list of times.
        index: usize,
        /// The offending time.
        time: f64,
        /// Start of the interval.
        t0: f64,
        /// End of the interval.
        t1: f64,
    },
    /// Save times do not follow the direction of integration.
    #[error("save times are not in order: times[{index}] = {time} comes after {previous}")]
    UnsortedTimes {
        /// Position of the first time that is out of order.
        index: usize,
        /// The offending time.
        time: f64,
        /// The time before it.
        previous: f64,
    },
    /// A list is shorter or longer than what it belongs to.
    #[error("{name} has {found} entries, but {expected} are needed")]
    LengthMismatch {
        /// The argument, as the function calls it.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits, or the least that does.
        expected: usize,
    },
    /// A member of a list has not the shape of the state that it belongs to.
    #[error("`{name}[{index}]` has {found} coordinates, or another shape of as many, where its state has {expected}")]
    ShapeMismatch {
        /// The argument, as the function calls it.
        name: &'static str,
        /// Which member, from 0.
        index: usize,
        /// How many coordinates it has.
        found: usize,
        /// How many the state has.
        expected: usize,
    },
    /// The state or the field became infinite or not a number, and no smaller step avoids it.
    #[error(
        "the state or its derivative is not finite after t = {t} (step {h:e}); check the model there, or start with a smaller step"
    )]
    NonFinite {
        /// Time of the last good state.
        t: f64,
        /// The step that was tried.
        h: f64,
    },
    /// The error estimate asks for a step below the smallest one allowed.
    #[error(
        "step size {h:e} at t = {t} is below the smallest one allowed ({min:e}); the problem may be stiff or singular: loosen the tolerances or use a stiff method"
    )]
    StepSizeUnderflow {
        /// Time of the last good state.
        t: f64,
        /// The step asked for.
        h: f64,
        /// The smallest step allowed.
        min: f64,
    },
    /// The budget of steps was used up before the end.
    #[error(
        "{steps} steps were not enough to get past t = {t}; raise `max_steps`, loosen the tolerances, or use a stiff method"
    )]
    MaxSteps {
        /// Time of the last good state.
        t: f64,
        /// The budget, accepted and rejected steps together.
        steps: u64,
    },
    /// A uniform grid has more steps than its budget allows.
    #[error("the grid has {steps} steps, but only {max_steps} are allowed; take longer steps, or raise `max_steps`")]
    GridTooFine {
        /// The steps of the grid, which may be more than numbers count.
        steps: f64,
        /// The budget.
        max_steps: u64,
    },
    /// A solve ended without an error before the end of its span: a fault of a controller or of an observer, or of this crate.
    #[error(
        "the solve ended at t = {t} and not at the end of its span, t = {end}; the controller or an observer led it elsewhere"
    )]
    EndNotReached {
        /// Where it ended.
        t: f64,
        /// The end of the span.
        end: f64,
    },
    /// A paused solve that was read back is not one of the problem it is resumed with.
    #[error("the paused solve cannot be resumed: {reason}")]
    InvalidPaused {
        /// The part that does not fit.
        reason: &'static str,
    },
    /// A solve passed an output time and kept no output there: a fault of this crate.
    #[error("the solve came to t = {t} without the output times[{index}] = {time}; please report this")]
    OutputMissing {
        /// Position of the first output that is missing.
        index: usize,
        /// Its time.
        time: f64,
        /// Where the solve ended.
        t: f64,
    },
    /// A function that marks an event is infinite or not a number.
    #[error("the function of event {event} is {value} at t = {t}; it must be finite wherever the solution goes")]
    NonFiniteEvent {
        /// The event, by its place in the order they were added, from 0.
        event: usize,
        /// When.
        t: f64,
        /// The value.
        value: f64,
    },
    /// An event happened more often than its budget allows.
    #[error(
        "event {event} happened at t = {t} once more than its budget of {hits} allows; raise its `at_most`, or end the \
         solve with `stop_at`"
    )]
    MaxEvents {
        /// The event, by its place in the order they were added, from 0.
        event: usize,
        /// When it happened once too often.
        t: f64,
        /// The budget.
        hits: u64,
    },
    /// An event follows itself faster than time can be resolved, as the bounces of a ball do before it rests.
    #[error(
        "event {event} happens at t = {t} again after {gap:e}, which is not long enough to be resolved: its times \
         accumulate there; end the solve before, with a terminal event"
    )]
    EventsAccumulate {
        /// The event, by its place in the order they were added, from 0.
        event: usize,
        /// When.
        t: f64,
        /// The time since the last one.
        gap: f64,
    },
    /// A solution touches the surface of an event instead of crossing it, so that the time of the event has no derivative.
    #[error(
        "event {event} is grazed at t = {t}: its function changes at the rate {rate:e} there, which is not told from zero \
         below {limit:e}, so that the time of the event has no derivative; leave it out of the loss, or change the event"
    )]
    Grazing {
        /// The event, by its place in the order they were added, from 0.
        event: usize,
        /// When.
        t: f64,
        /// The derivative of the function of the event along the solution.
        rate: f64,
        /// The smallest that counts as crossing, by how the function changes over the step and by its rounding.
        limit: f64,
    },
    /// A solution was asked for outside the times it covers.
    #[error("the solution is known from t = {t0} to t = {t1}, but was asked for at t = {time}")]
    OutsideSolution {
        /// The time asked for.
        time: f64,
        /// The first time covered.
        t0: f64,
        /// The last time covered.
        t1: f64,
    },
    /// Newton's method found no solution of the equations of an implicit step.
    #[error(
        "Newton's method did not converge in the step of length {h:e} from t = {t}; check the Jacobian, or allow shorter steps"
    )]
    NewtonDiverged {
        /// Start of the step.
        t: f64,
        /// The step that was tried.
        h: f64,
    },
    /// The matrix of an implicit step has no inverse.
    #[error("the matrix I − h γ J of the step of length {h:e} from t = {t} is singular")]
    SingularMatrix {
        /// Start of the step.
        t: f64,
        /// The step that was tried.
        h: f64,
    },
    /// The linear equations of a step were not solved, by a method that iterates.
    #[error(
        "the linear equations of the step of length {h:e} from t = {t} were not solved; allow more iterations or shorter steps"
    )]
    LinearSolverFailed {
        /// Start of the step.
        t: f64,
        /// The step that was tried.
        h: f64,
    },
    /// The batches given to a network have different numbers of samples.
    #[error("`{input}` has {found} samples, but {expected} are expected: as many as the first argument has")]
    SampleMismatch {
        /// The argument, as the formula calls it.
        input: &'static str,
        /// How many samples it has.
        found: usize,
        /// How many the first argument has.
        expected: usize,
    },
    /// A formula uses a weight that is not one of its parameters.
    #[error(
        "the formula of {formula} uses a weight or a bias that is not one of its parameters; use them by reference, `&self.weight`, \
         not a copy"
    )]
    ForeignWeight {
        /// The type of the parameters.
        formula: &'static str,
    },
    /// A device could not carry out an operation on tensors.
    #[error("an operation on tensors failed on its device: {reason}")]
    Device {
        /// The message of the device.
        reason: String,
    },
    /// The integral of the gradient of the parameters over a step of the adjoint equation is not as exact as was asked for.
    #[error(
        "the gradient of the parameters, integrated over {h:e} from t = {t}, is uncertain by {error:e}, above the relative \
         tolerance of {tolerance:e}, however finely the step is cut; loosen it, or add an output time where the field jumps"
    )]
    QuadratureFailed {
        /// Start of the part of the step that was looked at last.
        t: f64,
        /// Its length, negative where time runs backwards.
        h: f64,
        /// The difference of the two rules.
        error: f64,
        /// The relative tolerance.
        tolerance: f64,
    },
    /// A field was not brought to rest.
    #[error(
        "no rest point was found in {steps} steps: the field is {size:e} in root mean square, above the tolerance of \
         {tolerance:e}; start nearer to one, or raise `max_steps`"
    )]
    NoRestPoint {
        /// The steps that were taken.
        steps: u64,
        /// The root mean square of the field at the end.
        size: f64,
        /// How small it should be.
        tolerance: f64,
    },
    /// A state that was reconstructed backwards is not that of the forward pass, so that the gradient would be wrong.
    #[error(
        "the state reconstructed at t = {t} differs from the forward pass by {drift:e} of its size, above the limit of {limit:e}; tighten the tolerances of both passes, add output times, or use `InterpolatingAdjoint` or `DiscreteAdjoint`"
    )]
    Drift {
        /// The output time.
        t: f64,
        /// The distance, relative to the state.
        drift: f64,
        /// The largest that is allowed.
        limit: f64,
    },
    /// The derivative of a solution became infinite or not a number, though the solution itself is finite.
    #[error(
        "the derivative of the solution is not finite across the step of length {h:e} from t = {t}; the field has no \
         derivative there, or the derivative overflows"
    )]
    NonFiniteDerivative {
        /// Start of the step, in the direction of the pass that met it.
        t: f64,
        /// Its length; a pass that goes back over the solution may take it with the other sign.
        h: f64,
    },
    /// An entry of a gradient is infinite or not a number, though the derivatives along the solution are finite.
    #[error(
        "the derivative with respect to `{name}[{index}]` is {value}; the field has no derivative in it, or it overflows"
    )]
    NonFiniteGradient {
        /// The part of the gradient, as its field or argument is called: `y0`, `params`, `times`, …
        name: &'static str,
        /// Which coordinate, time or observation, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A loss overflows.
    #[error("the loss is {value}, though every output and target is finite: it is too large for a number")]
    NonFiniteLoss {
        /// The value.
        value: f64,
    },
    /// A picture, or a part of it, has nothing to show.
    #[cfg(feature = "plot")]
    #[error(
        "there is nothing to draw: `{name}` has no point whose coordinates are finite, and positive where the axis is \
         logarithmic"
    )]
    NothingToPlot {
        /// The series, or the kind of the picture.
        name: String,
    },
    /// The axis of a picture has no length.
    #[cfg(feature = "plot")]
    #[error(
        "the {axis} axis would go from {low} to {high}, but its ends must be finite and the first below the second"
    )]
    EmptyAxis {
        /// The axis: x or y.
        axis: &'static str,
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// The name of a picture says no format that can be written.
    #[cfg(feature = "plot")]
    #[error("{path} ends in neither .svg nor .png")]
    PictureFormat {
        /// The file.
        path: std::path::PathBuf,
    },
    /// A picture could not be painted.
    #[cfg(feature = "plot")]
    #[error("the picture cannot be painted: {reason}")]
    Painting {
        /// The message of the library that paints.
        reason: String,
    },
    /// A picture could not be written.
    #[cfg(feature = "plot")]
    #[error("cannot write {path}: {reason}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system said.
        reason: String,
    },
}
