//! Gradients of the exponents of maps.

use nalgebra::DMatrix;

use super::sweep::{Reversible, Start, StateBars, sweep};
use super::{LyapunovGradient, TangentVjp, TangentsAt};
use crate::adjoint::check_gradient;
use crate::analysis::lyapunov::average::Average;
use crate::analysis::lyapunov::frame::Frame;
use crate::analysis::lyapunov::map::MapCarrier;
use crate::analysis::lyapunov::plan::Interval;
use crate::analysis::lyapunov::{Lyapunov, LyapunovFailure};
use crate::analysis::system::{evaluate, slopes};
use crate::error::{Error, Result};
use crate::state::State;

impl Lyapunov {
    /// The gradient of `c₁ λ₁ + … + cₖ λₖ`, a sum of the first exponents of a map: gradient flossing (R. Engelken 2023,
    /// arXiv:2312.17306).
    ///
    /// It is the derivative of the computed average, through every step and factorisation, the transient included. On a
    /// chaotic trajectory it grows as `exp(λ₁ t)` with the length, and says nothing about the exponents of the attractor
    /// beyond some Lyapunov times: use short lengths, and average gradients from many initial states. The memory is one frame
    /// for each interval.
    ///
    /// ```
    /// use nalgebra::{DVector, Dyn, OMatrix, U1, U8};
    /// use rheos::analysis::{Held, Lyapunov};
    /// use rheos::nn::{Elman, Net, Recurrence};
    /// use rheos::State;
    /// use rheos::train::uniform;
    ///
    /// let cell = Elman::<f64, 1, 8>::uniform(&mut uniform(1));
    /// let map = Held::new(Recurrence(Net::dynamic(cell)), OMatrix::<f64, U1, Dyn>::zeros(1));
    /// let h = OMatrix::<f64, U8, Dyn>::from_element(1, 0.1);
    /// // Flossing: the derivative of λ₁² is 2 λ₁ dλ₁.
    /// let settings = Lyapunov::over(20);
    /// let first = settings.spectrum(&map, &h, 1)?.exponents[0];
    /// let found = settings.gradient(&map, &h, &[2.0 * first])?;
    ///
    /// let mut better = cell;
    /// better.add_scaled(-0.1, &found.params);
    /// let map = Held::new(Recurrence(Net::dynamic(better)), OMatrix::<f64, U1, Dyn>::zeros(1));
    /// assert!(settings.spectrum(&map, &h, 1)?.exponents[0].abs() < first.abs());
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`spectrum`](Self::spectrum); [`Error::TangentLost`] also if a direction is lost in the transient or the
    /// Jacobian is singular, [`Error::InvalidEntry`] for a cotangent that is not finite, and
    /// [`Error::NonFiniteGradient`] if the gradient overflows.
    pub fn gradient<S: TangentVjp>(
        &self,
        map: &S,
        x0: &S::State,
        cotangents: &[f64],
    ) -> std::result::Result<LyapunovGradient<S::State, S::Params>, Box<LyapunovFailure>> {
        let at_start = |error| LyapunovFailure::at_start(error, x0);
        check_cotangents(cotangents).map_err(at_start)?;
        let k = cotangents.len();
        let (carrier, intervals) = self.along_map(map, x0, k).map_err(at_start)?;
        let n = carrier.jacobian.nrows();
        let mut reversible = MapGradient { carrier, prepared: map.prepare(), gradient: map.zero_gradient() };
        let average = Average { settings: self, intervals, with_volume: k == n };
        let swept = sweep(&average, &mut reversible, Frame::generic(n, k), cotangents)?;
        check_gradient("params", &reversible.gradient).map_err(at_start)?;
        Ok(LyapunovGradient { spectrum: swept.spectrum, x0: swept.x0, params: reversible.gradient })
    }
}

pub(super) fn check_cotangents(cotangents: &[f64]) -> Result<()> {
    match cotangents.iter().position(|c| !c.is_finite()) {
        Some(index) => {
            Err(Error::InvalidEntry { name: "cotangents", index, value: cotangents[index], expected: "finite" })
        }
        None => Ok(()),
    }
}

/// A trajectory of a map with the gradient of its parameters.
struct MapGradient<'a, S: TangentVjp> {
    carrier: MapCarrier<'a, S>,
    prepared: S::Prepared,
    gradient: S::Params,
}

impl<'a, S: TangentVjp> Reversible for MapGradient<'a, S> {
    type State = S::State;
    type Carrier = MapCarrier<'a, S>;

    fn point(&self) -> S::State {
        self.carrier.x.clone()
    }

    fn carrier(&mut self) -> &mut Self::Carrier {
        &mut self.carrier
    }

    fn pull_back(&mut self, interval: Interval, start: &Start<S::State>, bars: &mut StateBars<S::State>) -> Result<()> {
        let Self { carrier: MapCarrier { map, sizes, .. }, prepared, gradient } = self;
        let steps = (interval.end - interval.start).round() as usize;
        // The steps of the interval again.
        let mut points = Vec::with_capacity(steps);
        let (mut x, mut v) = (start.state.clone(), start.frame.clone());
        let n = v.nrows();
        for _ in 0..steps {
            let (mut jacobian, mut next) = (DMatrix::zeros(n, n), x.zeros_like());
            slopes(*map, &x, sizes.get(), &mut jacobian)?;
            evaluate(*map, &x, &mut next)?;
            let carried = &jacobian * &v;
            points.push((std::mem::replace(&mut x, next), std::mem::replace(&mut v, carried), jacobian));
        }
        for (x, v, jacobian) in points.into_iter().rev() {
            let (at, w) = (TangentsAt { x: &x, vectors: &v }, TangentsAt { x: &bars.state, vectors: &bars.vectors });
            let mut xbar = x.zeros_like();
            map.pull_back(prepared, at, w, &mut xbar, gradient)?;
            bars.vectors = jacobian.tr_mul(&bars.vectors);
            bars.state = xbar;
        }
        Ok(())
    }
}
