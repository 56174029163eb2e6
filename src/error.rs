//! The error type of the crate: every variant has the argument or the place, and the value.
//!
//! | errors about | variants of [`Error`] |
//! |---|---|
//! | arguments | [`InvalidArgument`](Error::InvalidArgument), [`InvalidEntry`](Error::InvalidEntry), [`LengthMismatch`](Error::LengthMismatch), [`ShapeMismatch`](Error::ShapeMismatch), [`ToleranceBelowRounding`](Error::ToleranceBelowRounding), [`EmptyState`](Error::EmptyState), [`NonFiniteInitialState`](Error::NonFiniteInitialState), [`UnknownMethod`](Error::UnknownMethod), [`InvalidPaused`](Error::InvalidPaused) |
//! | output times | [`TimeOutsideSpan`](Error::TimeOutsideSpan), [`UnsortedTimes`](Error::UnsortedTimes), [`OutsideSolution`](Error::OutsideSolution), [`OutputMissing`](Error::OutputMissing) |
//! | steps | [`NonFinite`](Error::NonFinite), [`StepSizeUnderflow`](Error::StepSizeUnderflow), [`MaxSteps`](Error::MaxSteps), [`GridTooFine`](Error::GridTooFine), [`EndNotReached`](Error::EndNotReached) |
//! | equations of a step, fixed points | [`NewtonDiverged`](Error::NewtonDiverged), [`SingularMatrix`](Error::SingularMatrix), [`LinearSolverFailed`](Error::LinearSolverFailed), [`NotInPattern`](Error::NotInPattern), [`NotIndexOne`](Error::NotIndexOne), [`InconsistentState`](Error::InconsistentState), [`NoConsistentState`](Error::NoConsistentState), [`NoRestPoint`](Error::NoRestPoint) |
//! | events | [`NonFiniteEvent`](Error::NonFiniteEvent), [`MaxEvents`](Error::MaxEvents), [`EventsAccumulate`](Error::EventsAccumulate), [`Grazing`](Error::Grazing) |
//! | gradients | [`NonFiniteDerivative`](Error::NonFiniteDerivative), [`NonFiniteGradient`](Error::NonFiniteGradient), [`NonFiniteLoss`](Error::NonFiniteLoss), [`Drift`](Error::Drift), [`QuadratureFailed`](Error::QuadratureFailed) |
//! | networks | [`SampleMismatch`](Error::SampleMismatch), [`ForeignWeight`](Error::ForeignWeight), [`NotSeparable`](Error::NotSeparable), [`UnequalGaps`](Error::UnequalGaps), [`NonFiniteData`](Error::NonFiniteData), [`InvalidLabel`](Error::InvalidLabel), [`Device`](Error::Device) |
//! | fits | [`FitNotConverged`](Error::FitNotConverged), [`NotIdentifiable`](Error::NotIdentifiable), [`LossNotMinimised`](Error::LossNotMinimised), [`UnknownParameter`](Error::UnknownParameter), [`DuplicateParameter`](Error::DuplicateParameter), [`NotMeasured`](Error::NotMeasured), [`DependentTerms`](Error::DependentTerms), [`NoTerms`](Error::NoTerms) |
//! | analysis | [`NonFiniteSystem`](Error::NonFiniteSystem), [`EigenvaluesNotFound`](Error::EigenvaluesNotFound), [`NoBranch`](Error::NoBranch), [`NothingFound`](Error::NothingFound), [`TangentLost`](Error::TangentLost), [`ExponentNotConverged`](Error::ExponentNotConverged), [`NoPeriodicOrbit`](Error::NoPeriodicOrbit) |
//! | files | [`Io`](Error::Io) |
//! | files of weights | [`WeightMismatch`](Error::WeightMismatch), [`InvalidWeight`](Error::InvalidWeight), [`WeightFile`](Error::WeightFile), [`WeightName`](Error::WeightName), [`Checkpoint`](Error::Checkpoint) |
//! | ranks | [`OnRank`](Error::OnRank), [`SampleOnRank`](Error::SampleOnRank), [`RankLost`](Error::RankLost) |
//! | figures (feature `plot`) | `NothingToPlot`, `EmptyAxis`, `PictureFormat`, `Painting` |
//!
//! [`Result`] is the result type of the crate. An error of a running solve is inside a
//! [`Failure`](crate::solution::Failure), which also has the partial solution.
//! [`TensorDifference`] is a difference between a file of weights and a model, and [`SearchFailures`] counts the searches
//! without a result.

use std::path::PathBuf;

/// The result type of the crate.
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
        /// The accepted values.
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
        /// The index of the entry, from 0.
        index: usize,
        /// Its value.
        value: f64,
        /// The accepted values.
        expected: &'static str,
    },
    /// The tolerances are below the rounding errors of the initial state.
    #[error(
        "the tolerances are {size:.1} times below the rounding errors of the initial state (unit {rounding:e}); loosen them, or \
         use f64 instead of f32"
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
    /// The initial state has an infinite or NaN entry.
    #[error("the initial state `y0` is not finite")]
    NonFiniteInitialState,
    /// A save time lies outside the interval of integration.
    #[error("save time times[{index}] = {time} lies outside [{t0}, {t1}]")]
    TimeOutsideSpan {
        /// Position in the list of times.
        index: usize,
        /// The invalid time.
        time: f64,
        /// Start of the interval.
        t0: f64,
        /// End of the interval.
        t1: f64,
    },
    /// Save times do not follow the direction of integration.
    #[error("save times are not in order: times[{index}] = {time} comes after {previous}")]
    UnsortedTimes {
        /// Position of the first time out of order.
        index: usize,
        /// The invalid time.
        time: f64,
        /// The time before it.
        previous: f64,
    },
    /// A list has the wrong length.
    #[error("{name} has {found} entries, but {expected} are needed")]
    LengthMismatch {
        /// The argument, as the function calls it.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The required length, or the least one.
        expected: usize,
    },
    /// A member of a list does not have the shape of its state.
    #[error("`{name}[{index}]` does not have the shape of its state ({found} and {expected} coordinates)")]
    ShapeMismatch {
        /// The argument, as the function calls it.
        name: &'static str,
        /// The index of the member, from 0.
        index: usize,
        /// Its number of coordinates.
        found: usize,
        /// The number of coordinates of the state.
        expected: usize,
    },
    /// The state or the field is infinite or NaN, with smaller steps too.
    #[error(
        "the state or its derivative is not finite after t = {t} (step {h:e}); check the model there, or start with a smaller step"
    )]
    NonFinite {
        /// Time of the last good state.
        t: f64,
        /// The attempted step.
        h: f64,
    },
    /// The error estimate requires a step below the minimum.
    #[error(
        "step size {h:e} at t = {t} is below the minimum {min:e}; the problem may be stiff or singular: loosen the tolerances or use a stiff method"
    )]
    StepSizeUnderflow {
        /// Time of the last good state.
        t: f64,
        /// The required step.
        h: f64,
        /// The minimum.
        min: f64,
    },
    /// The budget of steps was used up before the end.
    #[error(
        "the budget of {steps} steps was used up at t = {t}; raise `max_steps`, loosen the tolerances, or use a stiff method"
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
        /// The number of steps, as a float since it may exceed every integer type.
        steps: f64,
        /// The budget.
        max_steps: u64,
    },
    /// A solve ended early without an error: a bug in a controller, in an observer, or in this crate.
    #[error(
        "the solve ended at t = {t} instead of the end of its span, t = {end}; the controller or an observer has a bug"
    )]
    EndNotReached {
        /// The time at which it ended.
        t: f64,
        /// The end of the span.
        end: f64,
    },
    /// A deserialized paused solve does not fit the problem.
    #[error("the paused solve cannot be resumed: {reason}")]
    InvalidPaused {
        /// The part that does not fit.
        reason: &'static str,
    },
    /// A solve passed an output time without an output: a bug in this crate.
    #[error("the solve reached t = {t} without the output at times[{index}] = {time}; please report this bug")]
    OutputMissing {
        /// Position of the first missing output.
        index: usize,
        /// Its time.
        time: f64,
        /// The time at which the solve ended.
        t: f64,
    },
    /// The function of an event is infinite or NaN.
    #[error("the function of event {event} is {value} at t = {t}; it must be finite along the solution")]
    NonFiniteEvent {
        /// The index of the event, in the order of addition, from 0.
        event: usize,
        /// The time.
        t: f64,
        /// The value.
        value: f64,
    },
    /// An event exceeded its budget of hits.
    #[error(
        "event {event} exceeded its budget of {hits} hits at t = {t}; raise its `at_most`, or end the solve with `stop_at`"
    )]
    MaxEvents {
        /// The index of the event, in the order of addition, from 0.
        event: usize,
        /// The time of the first hit beyond the budget.
        t: f64,
        /// The budget.
        hits: u64,
    },
    /// The times of an event accumulate, like the bounces of a ball before it rests (Zeno behaviour).
    #[error(
        "event {event} happens again at t = {t}, after {gap:e} only, which rounding cannot resolve: its times accumulate; \
         end the solve earlier, with a terminal event"
    )]
    EventsAccumulate {
        /// The index of the event, in the order of addition, from 0.
        event: usize,
        /// The time.
        t: f64,
        /// The time since the last hit.
        gap: f64,
    },
    /// A solution grazes the surface of an event, so the time of the event is not differentiable.
    #[error(
        "the solution grazes event {event} at t = {t}: the rate {rate:e} of its function is below the limit of {limit:e}, so \
         its time is not differentiable; leave it out of the loss, or change the event"
    )]
    Grazing {
        /// The index of the event, in the order of addition, from 0.
        event: usize,
        /// The time.
        t: f64,
        /// The derivative of the event function along the solution.
        rate: f64,
        /// The smallest rate of a crossing, from the rounding of the function and its change over the step.
        limit: f64,
    },
    /// A solution was evaluated outside its interval.
    #[error("t = {time} lies outside the solution, which covers t = {t0} to t = {t1}")]
    OutsideSolution {
        /// The time of the evaluation.
        time: f64,
        /// The first time covered.
        t0: f64,
        /// The last time covered.
        t1: f64,
    },
    /// Newton's method did not converge in an implicit step.
    #[error(
        "Newton's method did not converge in the step of length {h:e} from t = {t}; check the Jacobian, or allow shorter steps"
    )]
    NewtonDiverged {
        /// Start of the step.
        t: f64,
        /// The attempted step.
        h: f64,
    },
    /// A fit did not reach a minimum.
    #[error(
        "no minimum was found in {iterations} iterations: the linear model predicts that the sum of squares can still decrease by \
         the part {decrease:e} of it; start closer, use multiple shooting, or allow more iterations"
    )]
    FitNotConverged {
        /// The number of accepted steps.
        iterations: u64,
        /// The predicted decrease, relative to the sum of squares.
        decrease: f64,
    },
    /// The data do not determine a parameter.
    #[error(
        "the data do not determine `{parameter}`: a change of it, with a change of other parameters, does not change the residuals; \
         fix a parameter or measure more"
    )]
    NotIdentifiable {
        /// The name of the parameter.
        parameter: String,
    },
    /// No parameter has this name.
    #[error("no free parameter is called `{name}`; the names are {}", known.join(", "))]
    UnknownParameter {
        /// The name asked for.
        name: String,
        /// The names of the free parameters.
        known: Vec<String>,
    },
    /// Two free parameters have the same name.
    #[error("two free parameters are called `{name}`; give each its own name")]
    DuplicateParameter {
        /// The name.
        name: String,
    },
    /// A component of the state is not measured, so its slope is unknown.
    #[error(
        "component {component} of experiment {experiment} is not measured, so the slopes of the model are not known there"
    )]
    NotMeasured {
        /// The component, from 0.
        component: usize,
        /// The experiment, from 0.
        experiment: usize,
    },
    /// The minimisation of a loss stopped before a minimum.
    #[error(
        "the minimisation stopped after {iterations} iterations at the loss {loss:e}, where its gradient has the norm \
         {gradient_norm:e}; start closer, or allow more iterations"
    )]
    LossNotMinimised {
        /// The number of iterations.
        iterations: u64,
        /// The loss.
        loss: f64,
        /// The norm of its gradient.
        gradient_norm: f64,
    },
    /// The matrix of an implicit step is singular.
    #[error("the matrix I − h γ J of the step of length {h:e} from t = {t} is singular")]
    SingularMatrix {
        /// Start of the step.
        t: f64,
        /// The attempted step.
        h: f64,
    },
    /// A Jacobian, or a mass matrix, has an entry outside its pattern.
    #[error(
        "the matrix has an entry at row {row} and column {column}, which is not in its pattern; add it to the pattern"
    )]
    NotInPattern {
        /// The row of the entry, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
    },
    /// The algebraic equations of a system with a singular mass matrix do not determine its algebraic variables.
    #[error(
        "the system M y' = f is not of index 1 at t = {t}: its algebraic equations do not determine the algebraic variables; \
         replace them by their derivatives in time, or check the mass matrix"
    )]
    NotIndexOne {
        /// The time.
        t: f64,
    },
    /// A state does not satisfy the algebraic equations of its system.
    #[error(
        "the state at t = {t} violates the algebraic equations by {size:.3e} tolerances; find a \
         consistent `y0` by `ConsistentState`"
    )]
    InconsistentState {
        /// The time.
        t: f64,
        /// The norm of the change that satisfies the equations, in units of the tolerance. Without tolerances, the largest
        /// violation in units of 1e-6 of the terms of its equation.
        size: f64,
    },
    /// No state near the guess satisfies the algebraic equations.
    #[error("no state near the guess satisfies the algebraic equations at t = {t}; the last increment was {size:.3e}")]
    NoConsistentState {
        /// The time.
        t: f64,
        /// The size of the last increment, or of the remaining residual.
        size: f64,
    },
    /// An iterative linear solver did not converge in an implicit step.
    #[error(
        "the linear solver did not converge in the step of length {h:e} from t = {t}; allow more iterations or shorter steps"
    )]
    LinearSolverFailed {
        /// Start of the step.
        t: f64,
        /// The attempted step.
        h: f64,
    },
    /// The batches given to a network have different numbers of samples.
    #[error("`{input}` has {found} samples, but the first argument has {expected}")]
    SampleMismatch {
        /// The argument, as the formula calls it.
        input: &'static str,
        /// Its number of samples.
        found: usize,
        /// The number of samples of the first argument.
        expected: usize,
    },
    /// The label of a sample is not a class.
    #[error("the label of sample {sample} of `targets[{output}]` is {label}, but there are {classes} classes, from 0")]
    InvalidLabel {
        /// The index of the output, from 0.
        output: usize,
        /// The index of the sample in it, from 0.
        sample: usize,
        /// The label.
        label: usize,
        /// The number of classes.
        classes: usize,
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
    /// A number in the data is infinite or NaN.
    #[error(
        "`{name}` of sequence {sample} is {value} at step {step}, but data must be finite; leave the step out, or mask it"
    )]
    NonFiniteData {
        /// The argument: observations, gaps or targets.
        name: &'static str,
        /// The sequence, from 0.
        sample: usize,
        /// The step, from 0.
        step: usize,
        /// The value.
        value: f64,
    },
    /// A block with a common time for all samples got gaps that differ.
    #[error(
        "the gap of sample {sample} is {gap}, but the gap of sample 0 is {first}; an `OdeBlock` has one time for all samples: use \
         an `IrregularOdeBlock`"
    )]
    UnequalGaps {
        /// The first sample with another gap.
        sample: usize,
        /// Its gap.
        gap: f64,
        /// The gap of the first sample.
        first: f64,
    },
    /// A field is not separable, so a symplectic method cannot solve it.
    #[error(
        "the field of {formula} is not separable: the rate of the first half of the hidden state may depend on the second only, \
         and the rate of the second on the first and the input"
    )]
    NotSeparable {
        /// The type of the parameters.
        formula: &'static str,
    },
    /// An operation on tensors failed on its device.
    #[error("an operation on tensors failed on its device: {reason}")]
    Device {
        /// The message of the device.
        reason: String,
    },
    /// The quadrature of the parameter gradient did not reach its tolerance in a step of the adjoint equation.
    #[error(
        "the quadrature of the parameter gradient over {h:e} from t = {t} has the error {error:e} after the last subdivision, \
         above the relative tolerance {tolerance:e}; loosen it, or add an output time where the field jumps"
    )]
    QuadratureFailed {
        /// Start of the last part of the step.
        t: f64,
        /// Its length, negative backwards in time.
        h: f64,
        /// The difference of the two rules.
        error: f64,
        /// The relative tolerance.
        tolerance: f64,
    },
    /// No steady state was found.
    #[error(
        "no steady state was found in {steps} steps: the root mean square of the field is {size:e}, above the tolerance \
         {tolerance:e}; start nearer to one, or raise `max_steps`"
    )]
    NoRestPoint {
        /// The number of steps.
        steps: u64,
        /// The root mean square of the field at the end.
        size: f64,
        /// The tolerance.
        tolerance: f64,
    },
    /// The backward reconstruction drifted away from the forward pass, so the gradient would be wrong.
    #[error(
        "a coordinate reconstructed at t = {t} differs from the forward pass by {drift:e} of its size, above the limit of {limit:e}; use `DiscreteAdjoint` or `InterpolatingAdjoint`. With `BacksolveAdjoint`, tighten the tolerances of both passes or add output times; with `ReversibleAdjoint`, take fewer steps or a larger coupling"
    )]
    Drift {
        /// The output time.
        t: f64,
        /// The distance, relative to the largest value of the coordinate in the pass.
        drift: f64,
        /// The largest distance allowed.
        limit: f64,
    },
    /// A derivative of a finite solution is infinite or NaN.
    #[error(
        "the derivative of the solution is not finite across the step of length {h:e} from t = {t}; the field has no \
         derivative there, or the derivative overflows"
    )]
    NonFiniteDerivative {
        /// Start of the step, in the direction of the pass.
        t: f64,
        /// Its length; a backward pass may report the opposite sign.
        h: f64,
    },
    /// An entry of a gradient is infinite or NaN, though the derivatives along the solution are finite.
    #[error(
        "the derivative with respect to `{name}[{index}]` is {value}; the field has no derivative in it, or it overflows"
    )]
    NonFiniteGradient {
        /// The part of the gradient, by the name of the field or argument: `y0`, `params`, `times`, …
        name: &'static str,
        /// The index of the coordinate, time or observation, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A loss overflows.
    #[error("the loss is {value}, though every output and target is finite: it overflows")]
    NonFiniteLoss {
        /// The value.
        value: f64,
    },
    /// A rank of a distributed computation failed; all ranks return this error.
    #[error("rank {rank} failed: {reason}")]
    OnRank {
        /// The rank, from 0.
        rank: usize,
        /// The message of its error.
        reason: String,
        /// Whether its error reports a number that is not finite.
        is_non_finite: bool,
    },
    /// The solve of a sample failed on a rank of an [ensemble over ranks](crate::solution::Ensemble::solve_over). Only the root
    /// has this error.
    #[error("a solve on rank {rank} failed: {reason}")]
    SampleOnRank {
        /// The rank, from 0.
        rank: usize,
        /// The message of its error.
        reason: String,
        /// Whether its error reports a number that is not finite.
        is_non_finite: bool,
    },
    /// A rank ended while another one waited for it.
    #[error("rank {rank} ended while another rank waited for it")]
    RankLost {
        /// The rank, from 0.
        rank: usize,
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
        path: PathBuf,
    },
    /// A picture could not be painted.
    #[cfg(feature = "plot")]
    #[error("the picture cannot be painted: {reason}")]
    Painting {
        /// The message of the library that paints.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {reason}")]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The message of the operating system.
        reason: String,
    },
    /// A file is not a file of weights, or it is damaged.
    #[error("{path} is not a safetensors file, or it is damaged: {reason}")]
    WeightFile {
        /// The file.
        path: PathBuf,
        /// The message of the reader.
        reason: String,
    },
    /// A file is not a checkpoint of this training, or it is damaged.
    #[error("{path} cannot be resumed from: {reason}")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// The part that does not fit.
        reason: String,
    },
    /// The tensors of a file do not fit the model.
    #[error("the tensors of {path} do not fit the model:{}", lines(differences))]
    WeightMismatch {
        /// The file.
        path: PathBuf,
        /// All differences.
        differences: Vec<TensorDifference>,
    },
    /// A weight is not finite, or too large for the numbers of the model.
    #[error("`{tensor}[{}]` is {value}, but it must be {expected}", list(index))]
    InvalidWeight {
        /// The tensor, by its name in the file.
        tensor: String,
        /// The index, one number for each axis, from 0.
        index: Vec<usize>,
        /// The value.
        value: f64,
        /// The accepted values.
        expected: &'static str,
    },
    /// The QR iteration for the eigenvalues of a matrix did not converge.
    #[error("the eigenvalues of a matrix of {dimension} rows were not found: the QR iteration did not converge")]
    EigenvaluesNotFound {
        /// The number of rows.
        dimension: usize,
    },
    /// A system of an analysis is not finite at a point.
    #[error("the {quantity} of the system is not finite at x = {at:?}; check the model there")]
    NonFiniteSystem {
        /// Its value or its Jacobian.
        quantity: &'static str,
        /// The coordinates of the point.
        at: Vec<f64>,
    },
    /// A search from many starts found nothing.
    #[error("none of {searches} searches leads to a {sought}: {failures}, and {outliers} lead to outliers")]
    NothingFound {
        /// The kind of its results: a fixed point or a cycle.
        sought: &'static str,
        /// The number of searches: one from each start, or two for cycles.
        searches: usize,
        /// The searches without a result, by reason.
        failures: SearchFailures,
        /// The searches with a result that the rule of outliers rejects.
        outliers: usize,
    },
    /// A branch of fixed points cannot be continued from a point.
    #[error("no branch of fixed points can be continued from p = {p}: {reason}")]
    NoBranch {
        /// The parameter.
        p: f64,
        /// The reason.
        reason: &'static str,
    },
    /// A tangent vector overflowed, or was contracted to a rounding error, between two factorisations. If coordinates differ by
    /// many orders of magnitude, vectors in general directions are parallel up to rounding.
    #[error(
        "the tangent vector {index} is lost at t = {t}: between two factorisations it overflowed, or rounding errors replaced it; renormalise more often, or give the coordinates units of similar size"
    )]
    TangentLost {
        /// The index of the vector, from 0.
        index: usize,
        /// The time at the end of the interval.
        t: f64,
    },
    /// The error of a Lyapunov exponent is above the tolerance.
    #[error(
        "the Lyapunov exponent {index} is {exponent} within {error}, but the tolerance is {tolerance}; average over a longer time, or after a longer transient"
    )]
    ExponentNotConverged {
        /// The index of the exponent, from 0.
        index: usize,
        /// Its estimate, in units of 1 / time.
        exponent: f64,
        /// Half the width of its 95 % confidence interval.
        error: f64,
        /// The tolerance.
        tolerance: f64,
    },
    /// No periodic orbit was found.
    #[error(
        "no periodic orbit was found in {steps} steps of Newton's method: {reason}, at x = {at:?} with the period {period}; \
         start nearer to one"
    )]
    NoPeriodicOrbit {
        /// The reason.
        reason: &'static str,
        /// The number of steps.
        steps: u32,
        /// The last period.
        period: f64,
        /// The coordinates of the last point.
        at: Vec<f64>,
    },
    /// The terms of a regression are linearly dependent on its data.
    #[error(
        "the term `{term}` is 0, or a combination of others of the {terms} terms, on these data; leave a term out, or add data"
    )]
    DependentTerms {
        /// The name of the term.
        term: String,
        /// The number of terms in the fit.
        terms: usize,
    },
    /// A sparse regression keeps no term.
    #[error("no term is left for target {target} at the threshold {threshold}; lower it, or add terms")]
    NoTerms {
        /// The index of the target, from 0.
        target: usize,
        /// The threshold.
        threshold: f64,
    },
    /// The name of a tensor is taken or reserved.
    #[error("the tensor `{tensor}` of the model cannot be called `{name}` in a file: {reason}")]
    WeightName {
        /// The tensor, by its name in the model.
        tensor: String,
        /// Its name in the file.
        name: String,
        /// Why it cannot have the name.
        reason: &'static str,
    },
}

impl Error {
    /// Whether it reports a number that is not finite.
    pub(crate) const fn is_non_finite(&self) -> bool {
        match self {
            Self::NonFinite { .. }
            | Self::NonFiniteDerivative { .. }
            | Self::NonFiniteEvent { .. }
            | Self::NonFiniteGradient { .. }
            | Self::NonFiniteLoss { .. } => true,
            Self::InvalidArgument { value, .. } | Self::InvalidEntry { value, .. } => !value.is_finite(),
            Self::OnRank { is_non_finite, .. } | Self::SampleOnRank { is_non_finite, .. } => *is_non_finite,
            _ => false,
        }
    }
}

/// The searches that lead to no point or cycle, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, thiserror::Error)]
#[error(
    "{minima} end where the residual falls no further, {unfinished} use up the budget of iterations, at {not_finite} the system \
     is not finite, and at {failed} it fails"
)]
pub struct SearchFailures {
    /// Searches whose residual falls no further without being zero: at local minima.
    pub minima: usize,
    /// Searches that use up the budget of iterations.
    pub unfinished: usize,
    /// Searches from starts at which the system or its Jacobian is not finite.
    pub not_finite: usize,
    /// Searches from starts at which the model returns an error.
    pub failed: usize,
}

impl std::ops::AddAssign for SearchFailures {
    fn add_assign(&mut self, other: Self) {
        self.minima += other.minima;
        self.unfinished += other.unfinished;
        self.not_finite += other.not_finite;
        self.failed += other.failed;
    }
}

impl SearchFailures {
    /// The number of searches without a result.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.minima + self.unfinished + self.not_finite + self.failed
    }
}

/// A difference between the tensors of a file and of a model. The names are those in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TensorDifference {
    /// The file does not have the tensor.
    #[error("`{name}` of shape [{}] is missing", list(expected))]
    Missing {
        /// The tensor.
        name: String,
        /// Its shape.
        expected: Vec<usize>,
    },
    /// The model does not have the tensor.
    #[error("`{name}` of shape [{}] is not in the model", list(found))]
    Superfluous {
        /// The tensor.
        name: String,
        /// Its shape.
        found: Vec<usize>,
    },
    /// The tensor has another shape.
    #[error("`{name}` has the shape [{}] instead of [{}]", list(found), list(expected))]
    Shape {
        /// The tensor.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// Its shape in the model.
        expected: Vec<usize>,
    },
    /// The elements of the tensor are not floating-point numbers of 16, 32 or 64 bits.
    #[error("`{name}` has elements of the type {found} instead of F16, BF16, F32 or F64")]
    ElementType {
        /// The tensor.
        name: String,
        /// The type, as the format calls it.
        found: String,
    },
}

/// Numbers with commas.
fn list(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

/// Each difference on a line.
fn lines(differences: &[TensorDifference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}

impl Error {
    /// Whether an error of a step holds for a step of any length: an argument is wrong.
    pub(crate) const fn holds_for_any_step(&self) -> bool {
        matches!(
            self,
            Self::InvalidArgument { .. }
                | Self::LengthMismatch { .. }
                | Self::NotInPattern { .. }
                | Self::NotIndexOne { .. }
                | Self::InconsistentState { .. }
        )
    }
}
