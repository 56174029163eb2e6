//! The transposes of kicks, drifts and symplectic steps.

use super::{SplittingTable, Symplectic, SymplecticWorkspace};
use crate::dynamics::{Bars, SeparableVjp};
use crate::error::Result;
use crate::solver::reversible::{Reversal, ReverseStep};
use crate::solver::{OutputCotangent, Solver, StepCotangent, StepStart, StepVjp};
use crate::state::{Span, State};

/// A kick or a drift: its length and its time in the step, both in steps.
struct Move {
    t: f64,
    h: f64,
    length: f64,
    place: f64,
}

impl Move {
    fn time(&self) -> f64 {
        self.t + self.place * self.h
    }

    /// The derivatives with respect to the ends of the step, given the derivatives with respect to `time` and to an
    /// explicit `h`.
    fn moved(&self, time: f64, h: f64) -> StepCotangent {
        StepCotangent { start: (1.0 - self.place) * time - h, end: self.place * time + h }
    }

    /// Transposes `p + length h a(t, q)`, given `force = a(t, q)`; `w` is overwritten.
    fn pull_kick<F: SeparableVjp>(
        &self,
        f: &F,
        (q, force): (&F::Position, &F::Momentum),
        w: &mut F::Momentum,
        (qbar, pbar): &mut F::State,
        params: &mut F::Params,
    ) -> StepCotangent {
        w.set_zeros();
        w.add_scaled(self.length * self.h, pbar);
        let time = f.force_vjp(self.time(), q, w, qbar, params);
        self.moved(time, self.length * pbar.inner(force))
    }

    /// Transposes `q + length h v(t, p)`, given `velocity = v(t, p)`; `w` is overwritten.
    fn pull_drift<F: SeparableVjp>(
        &self,
        f: &F,
        (p, velocity): (&F::Momentum, &F::Position),
        w: &mut F::Position,
        (qbar, pbar): &mut F::State,
        params: &mut F::Params,
    ) -> StepCotangent {
        w.set_zeros();
        w.add_scaled(self.length * self.h, qbar);
        let time = f.velocity_vjp(self.time(), p, w, pbar, params);
        self.moved(time, self.length * qbar.inner(velocity))
    }
}

impl<T: SplittingTable<S>, const S: usize> Symplectic<T, S> {
    fn kick(i: usize, t: f64, h: f64) -> Option<Move> {
        (T::KICK[i] != 0.0).then(|| Move { t, h, length: T::KICK[i], place: Self::KICK_TIME[i] })
    }

    fn drift(i: usize, t: f64, h: f64) -> Option<Move> {
        (T::DRIFT[i] != 0.0).then(|| Move { t, h, length: T::DRIFT[i], place: Self::DRIFT_TIME[i] })
    }
}

/// The storage of the transpose of a step.
#[derive(Debug)]
pub struct SymplecticTape<Q, P, const S: usize> {
    moves: Moves<Q, P, S>,
    output_bar: (Q, P),
}

/// The arguments and slopes of the kicks and drifts of a step.
#[derive(Debug)]
struct Moves<Q, P, const S: usize> {
    position: [Q; S],
    force: [P; S],
    momentum: [P; S],
    velocity: [Q; S],
    /// The current state within the step; then the cotangents of slopes.
    work: (Q, P),
    evaluations: u64,
}

/// Recomputes a step and stores all of it.
fn replay<F: SeparableVjp, T: SplittingTable<S>, const S: usize>(
    f: &F,
    moves: &mut Moves<F::Position, F::Momentum, S>,
    StepStart { t, h, y0: (q0, p0) }: StepStart<'_, F::State>,
) {
    let (q, p) = &mut moves.work;
    q.assign(q0);
    p.assign(p0);
    for i in 0..S {
        if let Some(kick) = Symplectic::<T, S>::kick(i, t, h) {
            moves.position[i].assign(q);
            f.force(kick.time(), q, &mut moves.force[i]);
            p.add_scaled(h * kick.length, &moves.force[i]);
            moves.evaluations += 1;
        }
        if let Some(drift) = Symplectic::<T, S>::drift(i, t, h) {
            moves.momentum[i].assign(p);
            f.velocity(drift.time(), p, &mut moves.velocity[i]);
            q.add_scaled(h * drift.length, &moves.velocity[i]);
        }
    }
}

/// Recomputes a step and transposes it.
fn replay_and_pull<F: SeparableVjp, T: SplittingTable<S>, const S: usize>(
    f: &F,
    moves: &mut Moves<F::Position, F::Momentum, S>,
    step: StepStart<'_, F::State>,
    ybar: &mut F::State,
    params: &mut F::Params,
) -> StepCotangent {
    replay::<F, T, S>(f, moves, step);
    let (wq, wp) = &mut moves.work;
    let mut cotangent = StepCotangent::default();
    for i in (0..S).rev() {
        if let Some(drift) = Symplectic::<T, S>::drift(i, step.t, step.h) {
            cotangent += drift.pull_drift(f, (&moves.momentum[i], &moves.velocity[i]), wq, ybar, params);
        }
        if let Some(kick) = Symplectic::<T, S>::kick(i, step.t, step.h) {
            cotangent += kick.pull_kick(f, (&moves.position[i], &moves.force[i]), wp, ybar, params);
        }
    }
    cotangent
}

impl<F: SeparableVjp, T: SplittingTable<S>, const S: usize> StepVjp<F> for Symplectic<T, S> {
    type Tape = SymplecticTape<F::Position, F::Momentum, S>;

    fn tape(&self, _f: &F, y0: &F::State) -> Self::Tape {
        let (q, p) = y0;
        let moves = Moves {
            position: std::array::from_fn(|_| q.zeros_like()),
            force: std::array::from_fn(|_| p.zeros_like()),
            momentum: std::array::from_fn(|_| p.zeros_like()),
            velocity: std::array::from_fn(|_| q.zeros_like()),
            work: y0.zeros_like(),
            evaluations: 0,
        };
        SymplecticTape { moves, output_bar: y0.zeros_like() }
    }

    fn step_vjp(
        &self,
        f: &F,
        tape: &mut Self::Tape,
        step: StepStart<'_, F::State>,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let SymplecticTape { moves, output_bar } = tape;
        let mut cotangent = replay_and_pull::<F, T, S>(f, moves, step, ybar, pbar);
        for output in outputs {
            output_bar.assign(output.cotangent);
            let shorter = StepStart { h: output.theta * step.h, ..step };
            let moved = replay_and_pull::<F, T, S>(f, moves, shorter, output_bar, pbar);
            ybar.add_scaled(1.0, output_bar);
            output.time = moved.end;
            cotangent.start += moved.start;
        }
        Ok(cotangent)
    }

    fn tape_evaluations(&self, tape: &Self::Tape) -> u64 {
        tape.moves.evaluations
    }
}

/// Storage for a state and two cotangents; a symplectic method carries nothing from step to step.
#[derive(Debug)]
pub struct SymplecticCotangent<Y> {
    slope_bar: Y,
    output: Y,
    output_bar: Y,
}

/// Undoes a step move by move, and transposes each move at its starting state.
fn undo_and_pull<F: SeparableVjp, T: SplittingTable<S>, const S: usize>(
    f: &F,
    (ws, (wq, wp)): (&mut SymplecticWorkspace<F::Position, F::Momentum>, &mut F::State),
    (t, h): (f64, f64),
    (q, p): &mut F::State,
    ybar: &mut F::State,
    params: &mut F::Params,
) -> StepCotangent {
    let mut cotangent = StepCotangent::default();
    for i in (0..S).rev() {
        if let Some(drift) = Symplectic::<T, S>::drift(i, t, h) {
            f.velocity(drift.time(), p, &mut ws.velocity);
            q.add_scaled(-h * drift.length, &ws.velocity);
            cotangent += drift.pull_drift(f, (p, &ws.velocity), wq, ybar, params);
        }
        if let Some(kick) = Symplectic::<T, S>::kick(i, t, h) {
            f.force(kick.time(), q, &mut ws.force);
            p.add_scaled(-h * kick.length, &ws.force);
            cotangent += kick.pull_kick(f, (q, &ws.force), wp, ybar, params);
            ws.evaluations += 1;
        }
    }
    ws.forget();
    cotangent
}

impl<F: SeparableVjp, T: SplittingTable<S>, const S: usize> ReverseStep<F> for Symplectic<T, S> {
    type Cotangent = SymplecticCotangent<F::State>;

    fn cotangent(&self, _f: &F, y: &F::State) -> Self::Cotangent {
        SymplecticCotangent { slope_bar: y.zeros_like(), output: y.zeros_like(), output_bar: y.zeros_like() }
    }

    fn unwind(
        &self,
        f: &F,
        at: &mut Reversal<F, Self>,
        step: Span,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let Reversal { y, workspace, carried: SymplecticCotangent { slope_bar, output: inner, output_bar } } = at;
        let (t, h) = (step.t0, step.length());
        let mut cotangent = undo_and_pull::<F, T, S>(f, (workspace, slope_bar), (t, h), y, ybar, pbar);
        for output in outputs {
            let shorter = (t, output.theta * h);
            self.step(f, workspace, StepStart { t, h: shorter.1, y0: y }, inner)?;
            output_bar.assign(output.cotangent);
            let moved = undo_and_pull::<F, T, S>(f, (workspace, slope_bar), shorter, inner, output_bar, pbar);
            ybar.add_scaled(1.0, output_bar);
            output.time = moved.end;
            cotangent.start += moved.start;
        }
        Ok(cotangent)
    }

    fn unwind_start(&self, _: &F, _: &mut Reversal<F, Self>, _: f64, _: &mut F::State, _: &mut F::Params) -> f64 {
        0.0
    }
}
