//! The transpose of a Rosenbrock step.
//!
//! In the transformed form of the [table](super::RosenbrockTable), from the last stage to the first, with `J` and `∂f/∂t` at
//! the start of the step,
//!
//! `(Mᵀ / (h γ) − Jᵀ) wᵢ = mᵢ ȳ₁ + Σⱼ (a_ji Ȳⱼ + c_ji Mᵀ wⱼ / h)` and `Ȳᵢ = (∂f/∂y)ᵀ wᵢ` at stage `i`,
//!
//! with the mass matrix `M` or the identity, where the sums are over the later stages. The equations of the stages contain `J uᵢ + γᵢ h ∂f/∂t`, so the start of
//! the step and the parameters also receive the derivatives of `wᵢᵀ (J uᵢ + γᵢ h ∂f/∂t)`: the derivative of the
//! pullback of `wᵢ` along `(uᵢ, γᵢ h)`.

use super::engine::{Rosenbrock, RosenbrockWorkspace};
use super::table::{RosenbrockTable, repeated_arguments};
use crate::dynamics::{Bars, SecondOrderVjp};
use crate::error::Result;
use crate::solver::implicit::TransposedSolver;
use crate::solver::reverse::{add_outputs_at_end, add_outputs_inside, inner_with_mass};
use crate::solver::{OutputCotangent, Solver, StepCotangent, StepStart, StepVjp};
use crate::state::State;

/// A repeated step of a Rosenbrock method, with the cotangents of its stages.
pub struct RosenbrockTape<F: SecondOrderVjp, const S: usize, L: TransposedSolver<F>> {
    forward: RosenbrockWorkspace<F, S, L>,
    transposed: L::Transposed,
    /// The end of the step; then the argument of a stage.
    state: F::State,
    /// `w[i]` is the cotangent of the equation of stage `i`.
    w: [F::State; S],
    /// `stage_bar[i]` is the cotangent of the argument of stage `i`; zero if the previous stage has the same argument.
    stage_bar: [F::State; S],
    /// The cotangent of the slope of the stages with one argument.
    slope_bar: F::State,
    /// The cotangent of the point of the Jacobian.
    start_bar: F::State,
}

/// The gradient belongs to the step with the exact derivatives of the field and exact solutions of its linear systems.
/// It is exact if the Jacobian, `∂f/∂t` and `vjp_along` are, as for [`Autodiff`](crate::dynamics::Autodiff) models with
/// [`Lu`](crate::solver::implicit::Lu). A Jacobian by differences, or the residual of an iterative solver, changes the
/// computed step, and the gradient is wrong by about as much.
impl<F, T, const S: usize, L> StepVjp<F> for Rosenbrock<T, S, L>
where
    F: SecondOrderVjp,
    T: RosenbrockTable<S>,
    L: TransposedSolver<F>,
{
    type Tape = RosenbrockTape<F, S, L>;

    const PULLS_MASS: bool = L::TAKES_MASS;

    fn tape(&self, f: &F, y0: &F::State) -> Self::Tape {
        RosenbrockTape {
            forward: self.workspace(f, y0),
            transposed: self.linear.transposed(f, y0),
            state: y0.zeros_like(),
            w: std::array::from_fn(|_| y0.zeros_like()),
            stage_bar: std::array::from_fn(|_| y0.zeros_like()),
            slope_bar: y0.zeros_like(),
            start_bar: y0.zeros_like(),
        }
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let StepStart { t, h, y0 } = step;
        self.reset(&mut tape.forward);
        self.step(f, &mut tape.forward, StepStart { t, h, y0 }, &mut tape.state)?;
        let (point, a) = ((t, y0), h * T::GAMMA);
        self.linear.prepare_transposed(&mut tape.transposed, f, point, a).map_err(|failure| failure.at(t, h))?;
        // An output at the end is y1, but its velocity comes from the interpolant.
        add_outputs_at_end(outputs, ybar);
        let mut cotangent = tape.move_outputs::<T>(h, outputs);
        tape.start_bar.set_zeros();
        tape.slope_bar.set_zeros();
        for i in (0..S).rev() {
            tape.give_increment::<T>(f, (i, h), outputs, ybar);
            // The equations of the table times h γ.
            tape.w[i].scale_by(a);
            let solved = self.linear.solve_prepared(&mut tape.transposed, f, point, a, &mut tape.w[i]);
            solved.map_err(|failure| failure.at(t, h))?;
            cotangent += tape.pull_stage::<T>(f, step, i, pbar);
        }
        ybar.add_scaled(1.0, &tape.start_bar);
        for stage_bar in &tape.stage_bar {
            ybar.add_scaled(1.0, stage_bar);
        }
        add_outputs_inside(outputs, ybar);
        Ok(cotangent)
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        self.evaluations(&tape.forward)
    }
}

impl<F: SecondOrderVjp, const S: usize, L: TransposedSolver<F>> RosenbrockTape<F, S, L> {
    /// Writes the cotangent of the increment of stage `i` from the end of the step, the later stages and the outputs
    /// into `w[i]`.
    fn give_increment<T: RosenbrockTable<S>>(
        &mut self,
        f: &F,
        (i, h): (usize, f64),
        outputs: &[OutputCotangent<'_, F::State>],
        ybar: &F::State,
    ) {
        let (rest, behind) = self.w.split_at_mut(i + 1);
        let increment_bar = &mut rest[i];
        self.state.set_zeros();
        for (j, w) in (i + 1..).zip(behind) {
            self.state.add_scaled(T::C[j][i] / h, w);
        }
        match f.mass() {
            Some(mass) => mass.multiply_transposed(&self.state, increment_bar),
            None => increment_bar.assign(&self.state),
        }
        increment_bar.add_scaled(T::M[i], ybar);
        for j in i + 1..S {
            increment_bar.add_scaled(T::A[j][i], &self.stage_bar[j]);
        }
        for output in outputs.iter().filter(|output| output.theta < 1.0) {
            increment_bar.add_scaled(T::DENSE.weight(i, output.theta), output.cotangent);
        }
    }

    /// Pulls the cotangent `w[i]` of the equation of stage `i` back to all its inputs except earlier increments.
    fn pull_stage<T: RosenbrockTable<S>>(
        &mut self,
        f: &F,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        i: usize,
        pbar: &mut F::Params,
    ) -> StepCotangent {
        let Self { forward, state, w, stage_bar, slope_bar, start_bar, .. } = self;
        let drift = T::TIME[i] * h;
        // Differences look ahead, into the step: the field may jump at its start.
        let side = if T::TIME[i] < 0.0 { -1.0 } else { 1.0 };
        forward.u[i].scale_by(side);
        w[i].scale_by(side);
        let mut start = f.vjp_along(t, y0, (&forward.u[i], side * drift), &w[i], start_bar, pbar);
        forward.u[i].scale_by(side);
        w[i].scale_by(side);
        let w = &w[i];

        // The length of the step is in the equation itself: uᵢ / (h γ), Σ cᵢⱼ uⱼ / h and γᵢ h ∂f/∂t.
        state.set_zeros();
        state.add_scaled(1.0 / T::GAMMA, &forward.u[i]);
        state.accumulate(-1.0, &T::C[i], &forward.u);
        let mut length = inner_with_mass(f, w, state) / (h * h) + T::TIME[i] * w.inner(&forward.drift);

        // Stages with the same argument share a slope.
        slope_bar.add_scaled(1.0, w);
        stage_bar[i].set_zeros();
        if i == 0 || !const { repeated_arguments::<T, S>() }[i] {
            state.combine(y0, 1.0, &T::A[i], &forward.u);
            let time = f.vjp(t + T::NODES[i] * h, state, slope_bar, &mut stage_bar[i], pbar);
            slope_bar.set_zeros();
            start += time;
            length += T::NODES[i] * time;
        }
        StepCotangent { start: start - length, end: length }
    }

    /// Fills in the derivatives with respect to the output times. Returns their effect, through `θ = (time − t) / h`,
    /// on the ends of the step.
    fn move_outputs<T: RosenbrockTable<S>>(
        &mut self,
        h: f64,
        outputs: &mut [OutputCotangent<'_, F::State>],
    ) -> StepCotangent {
        let mut cotangent = StepCotangent::default();
        for output in outputs {
            let velocity = &mut self.state;
            velocity.set_zeros();
            velocity.accumulate(1.0 / h, &T::DENSE.derivative(output.theta), &self.forward.u);
            cotangent += output.move_along(velocity);
        }
        cotangent
    }
}
