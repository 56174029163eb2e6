//! Penalties, one after another, and single shooting at the end.

use super::cut::{Segments, cut};
use super::joined::{Joined, spread};
use crate::error::{Error, Result};
use crate::fit::Fit;
use crate::fit::fitted::FitResult;
use crate::fit::least_squares::{LeastSquaresFailure, LevenbergMarquardt};
use crate::fit::simulation::Simulation;

/// The penalties of [`Fit::multiple_shooting`].
const PENALTIES: [f64; 5] = [1.0, 10.0, 1e2, 1e3, 1e4];

impl<X: Simulation> Fit<'_, X> {
    /// Minimises the sum of squares by multiple shooting: for oscillations over several periods, whose sum of squares has
    /// many local minima.
    ///
    /// The time of each experiment is cut into `segments` at measurement times, or into one for each interval between them
    /// if there are fewer. Every segment starts from a state of its own, at first from the measurements: interpolated for a
    /// component that is measured itself, and simulated from the start for others. Their jumps at the cuts are penalised,
    /// with penalties from 1 to 10⁴, and the last solution is the start of
    /// [`least_squares`](Self::least_squares), whose trajectory is continuous and whose result is returned. (H. G. Bock,
    /// *Recent advances in parameter identification techniques for O.D.E.*, 1983.)
    ///
    /// ```
    /// use nalgebra::vector;
    /// use rheos::dynamics::problems::LotkaVolterra;
    /// use rheos::fit::{Experiment, Fit, Parameter, Series};
    /// use rheos::{Autodiff, Dopri5, Ivp, Pid};
    ///
    /// // Eight periods, from parameters that are half as large again.
    /// let (model, y0) = LotkaVolterra::problem();
    /// let times: Vec<f64> = (0..=80).map(|i| 0.25 * f64::from(i)).collect();
    /// let control = Pid::tolerance(1e-8);
    /// let y = Ivp::new(&model, y0, 0.0..20.0).save_at(&times).solve(Dopri5, control)?.y;
    /// let [prey, predators] = [0, 1].map(|i| y.iter().map(|y| y[i]).collect::<Vec<_>>());
    /// let fit = Fit::new(model, Dopri5, control)
    ///     .parameters(
    ///         [("α", 2.25), ("β", 1.5), ("γ", 4.5), ("δ", 1.5)].map(|(name, start)| Parameter::new(name, start).positive()),
    ///     )
    ///     .experiment(
    ///         Experiment::from_known(0.0, &[1.0, 1.0])
    ///             .measured(Series::component(0, &times, &prey))
    ///             .measured(Series::component(1, &times, &predators)),
    ///     );
    /// let fitted = fit.multiple_shooting(20)?;
    /// assert!((fitted.parameter("α")?.value - 1.5).abs() < 1e-6);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`least_squares`](Self::least_squares), and [`Error::InvalidArgument`] without segments. A penalty whose
    /// minimisation does not converge is no error: the next one starts from its best point.
    pub fn multiple_shooting(&self, segments: usize) -> FitResult {
        self.multiple_shooting_with(segments, &PENALTIES, &LevenbergMarquardt::new())
    }

    /// [`multiple_shooting`](Self::multiple_shooting) with penalties and settings.
    ///
    /// # Errors
    /// As for [`multiple_shooting`](Self::multiple_shooting), and [`Error::InvalidEntry`] for a penalty that is not positive
    /// and finite.
    pub fn multiple_shooting_with(&self, segments: usize, penalties: &[f64], method: &LevenbergMarquardt) -> FitResult {
        check(segments, penalties)?;
        let whole = self.compile()?;
        let Segments { problem, joints, start } = cut(&whole, segments)?;
        let mut joined = Joined::new(&problem, &joints, spread(&self.experiments));
        let (mut x, mut evaluations, mut failed) = (start, 0, 0);
        for penalty in penalties {
            joined.penalty = *penalty;
            let best = match method.minimise(&joined, x) {
                Ok(minimum) => minimum,
                Err(failure) => match *failure {
                    LeastSquaresFailure { partial: Some(best), .. } => best,
                    LeastSquaresFailure { error, partial: None } => return Err(error.into()),
                },
            };
            evaluations += best.evaluations;
            failed += best.failed;
            x = best.x;
        }
        let start = x.rows(0, whole.unknowns.len()).into_owned();
        let mut found = self.minimise_from(whole, method, start)?;
        found.evaluations += evaluations;
        found.failed += failed;
        Ok(found)
    }
}

fn check(segments: usize, penalties: &[f64]) -> Result<()> {
    if segments == 0 {
        return Err(Error::InvalidArgument { name: "segments", value: 0.0, expected: "positive" });
    }
    match penalties.iter().enumerate().find(|(_, penalty)| !(**penalty > 0.0 && penalty.is_finite())) {
        Some((index, &value)) => {
            Err(Error::InvalidEntry { name: "penalties", index, value, expected: "positive and finite" })
        }
        None => Ok(()),
    }
}
