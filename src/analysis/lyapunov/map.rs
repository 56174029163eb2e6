//! Spectra of maps.

use std::cell::OnceCell;

use nalgebra::linalg::balancing;
use nalgebra::{DMatrix, DVector};

use super::average::{Average, Carrier};
use super::frame::Frame;
use super::log_det::log_det;
use super::plan::{Interval, Intervals};
use super::singular::is_singular;
use super::sizes::Sizes;
use super::{Lyapunov, LyapunovFailure, Spectrum};
use crate::analysis::system::{Kind, System, evaluate, slopes};
use crate::error::{Error, Result};
use crate::state::{Element, State};

impl Lyapunov {
    /// The first `k` exponents of a map, per step, along the trajectory from `x0`.
    ///
    /// The vectors are carried by the [Jacobian](System::jacobian) of the map. With all exponents, each step also takes the
    /// determinant of the Jacobian, as a [check](Spectrum::volume_gap).
    ///
    /// ```
    /// use nalgebra::{SVector, vector};
    /// use rheos::analysis::{Lyapunov, Map};
    /// use rheos::{Autodiff, GenericDynamics, Scalar};
    ///
    /// /// The Hénon map.
    /// struct Henon;
    /// impl GenericDynamics<2, 2> for Henon {
    ///     fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
    ///         vector![T::from(1.0) - p[0] * x[0] * x[0] + x[1], p[1] * x[0]]
    ///     }
    /// }
    /// let map = Map::new(Autodiff::new(Henon, vector![1.4, 0.3]));
    /// let spectrum = Lyapunov::over(10_000).transient(100).spectrum(&map, &vector![0.1, 0.1], 2)?;
    /// assert!((spectrum.exponents[0] - 0.4192).abs() < spectrum.errors[0]);
    /// assert!((spectrum.sum() - 0.3_f64.ln()).abs() < 1e-12); // it contracts areas by 0.3 in each step
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// A [`LyapunovFailure`] with the reason and the exponents found until then: [`Error::InvalidArgument`] for a setting or a
    /// `k` outside its domain or for a flow, [`Error::NonFiniteSystem`] if the trajectory or its Jacobian blows up,
    /// [`Error::TangentLost`] for too long an interval between factorisations, [`Error::ExponentNotConverged`] above the
    /// tolerance, and errors of the map.
    pub fn spectrum<S: System>(
        &self,
        map: &S,
        x0: &S::State,
        k: usize,
    ) -> std::result::Result<Spectrum, Box<LyapunovFailure>> {
        let (mut carrier, intervals) =
            self.along_map(map, x0, k).map_err(|error| LyapunovFailure::at_start(error, x0))?;
        let frame = Frame::generic(carrier.jacobian.nrows(), k);
        let with_volume = carrier.lu.is_some();
        Average { settings: self, intervals, with_volume }.run(&mut carrier, frame)
    }

    /// The trajectory of a map with `k` vectors, and its intervals.
    pub(super) fn along_map<'a, S: System>(
        &self,
        map: &'a S,
        x0: &S::State,
        k: usize,
    ) -> Result<(MapCarrier<'a, S>, Intervals)> {
        let n = x0.coordinates().len();
        self.check_map(map, x0, (k, n))?;
        let every = self.every.unwrap_or(1.0);
        let carrier = MapCarrier {
            map,
            x: x0.clone(),
            next: x0.zeros_like(),
            sizes: Sizes::new(x0),
            jacobian: DMatrix::zeros(n, n),
            before: vec![0.0; n * k],
            lu: (k == n).then(|| vec![0.0; n * n]),
            steps: 0,
            one_step: every == 1.0,
            units: OnceCell::new(),
        };
        Ok((carrier, Intervals { transient: self.transient, length: self.length, every }))
    }

    fn check_map<S: System>(&self, _: &S, x0: &S::State, (k, n): (usize, usize)) -> Result<()> {
        if S::KIND == Kind::Flow {
            let expected = "for a map; the exponents of a flow are `spectrum_of_flow`";
            return Err(Error::InvalidArgument { name: "k", value: k as f64, expected });
        }
        if n == 0 {
            return Err(Error::EmptyState);
        }
        if !x0.all_finite() {
            return Err(Error::NonFiniteInitialState);
        }
        self.validate(k, n)?;
        self.validate_steps()
    }
}

/// A trajectory of a map.
pub(super) struct MapCarrier<'a, S: System> {
    pub(super) map: &'a S,
    pub(super) x: S::State,
    next: S::State,
    pub(super) sizes: Sizes<S::State>,
    pub(super) jacobian: DMatrix<f64>,
    /// The frame before the last step.
    before: Vec<f64>,
    lu: Option<Vec<f64>>,
    steps: u64,
    one_step: bool,
    /// Units of the coordinates that balance the Jacobian.
    units: OnceCell<DVector<f64>>,
}

impl<S: System> MapCarrier<'_, S> {
    /// One step; returns `ln |det J|` if it is wanted.
    fn step(&mut self, frame: &mut Frame) -> Result<f64> {
        self.sizes.grow(&self.x);
        self.units.take();
        slopes(self.map, &self.x, self.sizes.get(), &mut self.jacobian)?;
        evaluate(self.map, &self.x, &mut self.next)?;
        std::mem::swap(&mut frame.vectors, &mut self.before);
        multiply(self.jacobian.as_slice(), &self.before, frame.dimension(), &mut frame.vectors);
        self.x.assign(&self.next);
        self.steps += 1;
        Ok(self.lu.as_mut().map_or(0.0, |lu| {
            lu.copy_from_slice(self.jacobian.as_slice());
            log_det(lu, frame.dimension())
        }))
    }

    /// The relative error of a sum over the coordinates.
    fn unit(&self) -> f64 {
        2.0 * (self.jacobian.nrows() + 2) as f64 * self.x.rounding()
    }
}

/// `out = a b` for a square matrix `a` of `n` rows.
fn multiply(a: &[f64], b: &[f64], n: usize, out: &mut [f64]) {
    out.fill(0.0);
    f64::add_product(out, n, None, a, b);
}

impl<S: System> Carrier for MapCarrier<'_, S> {
    fn carry(&mut self, interval: Interval, frame: &mut Frame) -> Result<f64> {
        let mut volume = 0.0;
        for _ in 0..(interval.end - interval.start).round() as u64 {
            volume += self.step(frame)?;
        }
        Ok(volume)
    }

    fn time(&self) -> f64 {
        self.steps as f64
    }

    fn state(&self) -> Vec<f64> {
        self.x.coordinates()
    }

    fn rounding(&self) -> f64 {
        self.x.rounding()
    }

    /// After one step, a column below the rounding errors of the product `J q` and of its projections is zero as far as
    /// numbers tell, and no shorter interval would tell more. Both are measured in units of the coordinates that balance `J`:
    /// in others, the largest coordinate would hide the rest.
    fn noise(&self, frame: &Frame, k: usize) -> Option<f64> {
        if !self.one_step {
            return None;
        }
        let (n, unit) = (self.jacobian.nrows(), self.unit());
        if frame.entries[k] > unit * self.jacobian.norm() {
            return Some(0.0);
        }
        let q = &self.before[k * n..(k + 1) * n];
        let (mut product, mut errors) = (vec![0.0; n], vec![0.0; n]);
        for (slopes, x) in self.jacobian.column_iter().zip(q) {
            for ((sum, error), slope) in product.iter_mut().zip(&mut errors).zip(&slopes) {
                *sum += slope * x;
                *error += (slope * x).abs();
            }
        }
        for earlier in (0..k).map(|m| frame.column(m)) {
            let component = product.iter().zip(earlier).map(|(a, b)| a * b).sum::<f64>();
            errors.iter_mut().zip(earlier).for_each(|(error, x)| *error += (component * x).abs());
        }
        let units = self.units.get_or_init(|| balancing::balance_parlett_reinsch(&mut self.jacobian.clone()));
        let length = |x: &[f64]| x.iter().zip(units).map(|(x, unit)| x / unit).fold(0.0, f64::hypot);
        Some(unit * length(&errors) / length(frame.column(k)))
    }

    fn is_singular(&self) -> bool {
        is_singular(&self.jacobian, self.unit())
    }
}
