//! The pass through the trajectory and back.

use nalgebra::DMatrix;

use super::qr;
use crate::adjoint::check_gradient;
use crate::analysis::lyapunov::average::{Average, Carrier, Factored, factored, failed};
use crate::analysis::lyapunov::frame::Frame;
use crate::analysis::lyapunov::plan::Interval;
use crate::analysis::lyapunov::record::Record;
use crate::analysis::lyapunov::{LyapunovFailure, Spectrum};
use crate::error::{Error, Result};
use crate::state::State;

/// A trajectory that can be pulled back, interval by interval.
pub(super) trait Reversible {
    type State: State;
    /// The type of the trajectory.
    type Carrier: Carrier;

    /// The state.
    fn point(&self) -> Self::State;

    /// The trajectory.
    fn carrier(&mut self) -> &mut Self::Carrier;

    /// Pulls cotangents of the state and the vectors at the end of an interval back to its start, from which it is run again.
    /// The gradient of the parameters is kept.
    fn pull_back(
        &mut self,
        interval: Interval,
        start: &Start<Self::State>,
        bars: &mut StateBars<Self::State>,
    ) -> Result<()>;
}

/// The start of an interval, and the factorisation at its end.
pub(super) struct Start<Y> {
    pub(super) state: Y,
    /// The orthonormal vectors.
    pub(super) frame: DMatrix<f64>,
    /// The triangular factor at the end.
    r: DMatrix<f64>,
    interval: Interval,
    counts: bool,
}

/// Cotangents of a state and of vectors there.
pub(super) struct StateBars<Y> {
    pub(super) state: Y,
    pub(super) vectors: DMatrix<f64>,
}

/// The spectrum, and the derivative with respect to the initial state.
pub(super) struct Swept<Y> {
    pub(super) spectrum: Spectrum,
    pub(super) x0: Y,
}

/// The gradient of `Σ cₖ λₖ` for the `cotangents` `c`.
pub(super) fn sweep<R: Reversible>(
    average: &Average<'_>,
    reversible: &mut R,
    mut frame: Frame,
    cotangents: &[f64],
) -> std::result::Result<Swept<R::State>, Box<LyapunovFailure>> {
    let mut record = average.record(&frame);
    let mut starts = Vec::new();
    let outcome = forward(average, reversible, &mut frame, (&mut record, &mut starts));
    let spectrum = average.conclude(reversible.carrier(), &record, outcome)?;
    let rates: Vec<f64> = cotangents.iter().map(|c| c / record.time()).collect();
    match backward(reversible, &frame, &starts, &rates) {
        Ok(x0) => Ok(Swept { spectrum, x0 }),
        Err(error) => Err(failed(reversible.carrier(), error, Some(spectrum))),
    }
}

fn forward<R: Reversible>(
    average: &Average<'_>,
    reversible: &mut R,
    frame: &mut Frame,
    (record, starts): (&mut Record, &mut Vec<Start<R::State>>),
) -> Result<()> {
    let transient = average.intervals.before().map(|interval| (interval, false));
    for (interval, counts) in transient.chain(average.intervals.of_average().map(|interval| (interval, true))) {
        let state = reversible.point();
        // A direction that is lost has no derivative either.
        let Factored { before, r, volume } = factored(reversible.carrier(), frame, interval)?;
        if counts {
            record.add(interval, &frame.logs, volume);
        }
        starts.push(Start { state, frame: before, r, interval, counts });
    }
    Ok(())
}

fn backward<R: Reversible>(
    reversible: &mut R,
    end: &Frame,
    starts: &[Start<R::State>],
    rates: &[f64],
) -> Result<R::State> {
    let mut q = end.matrix();
    let mut bars = StateBars { state: reversible.point().zeros_like(), vectors: DMatrix::zeros(q.nrows(), q.ncols()) };
    let none = vec![0.0; rates.len()];
    for start in starts.iter().rev() {
        let rates = if start.counts { rates } else { &none };
        bars.vectors = qr::pull_back(&q, &start.r, &bars.vectors, rates)
            .ok_or(Error::TangentLost { index: 0, t: start.interval.end })?;
        reversible.pull_back(start.interval, start, &mut bars)?;
        check_gradient("x0", &bars.state)?;
        check_gradient("vectors", &bars.vectors)?;
        q.copy_from(&start.frame);
    }
    Ok(bars.state)
}
