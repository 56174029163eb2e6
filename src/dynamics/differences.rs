//! Finite differences, with increments scaled to the problem.

use super::Dynamics;
use crate::state::{MatrixOf, MatrixSpace, State, StoredNorm};

/// The neighbourhood of a point `(t, y)` in which differences evaluate the field, and the scale of increments there.
///
/// All its lengths have the units of the problem, so a Jacobian by differences does not depend on the units of state
/// and time.
#[derive(Debug)]
pub struct Neighbourhood<'a, Y> {
    /// The signed length of the interval from `t` in which the field may be evaluated: usually a step.
    pub h: f64,
    /// The field at the point, if it is known.
    pub slope: Option<&'a Y>,
    /// The tolerances of the solve, if it has any.
    pub norm: Option<&'a StoredNorm<Y>>,
}

impl<Y> Clone for Neighbourhood<'_, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Y> Copy for Neighbourhood<'_, Y> {}

impl<Y> Neighbourhood<'_, Y> {
    /// A step of signed length `h` from the point, without tolerances.
    #[must_use]
    pub const fn of_step(h: f64) -> Self {
        Self { h, slope: None, norm: None }
    }
}

/// The size of a coordinate near zero, in absolute tolerances. With it, increments are at most a few thousandths of the
/// tolerance, so they leave the domain of the field no further than an error may.
pub(crate) const TOLERANCES: f64 = 1e3;

/// `∂f/∂y` by central differences: two evaluations for each coordinate.
///
/// The increments are `∛u sⱼ` with the rounding unit `u`, which balances truncation and rounding errors. The size `sⱼ`
/// of a coordinate is the largest of `|yⱼ|`, its absolute tolerance times 10³, and its change `|h fⱼ|` over the step
/// (unless this exceeds the state). Forward differences would be cheaper, but wrong for a coordinate that is much
/// smaller than its increment and enters squared, like an intermediate product of a chemical reaction.
///
/// If the field is not finite on one side of `y`, as at the edge of the domain of `√y`, the difference is one-sided.
pub fn differences<F>(f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State>
where
    F: Dynamics<State: MatrixSpace> + ?Sized,
{
    let (mut behind, mut column, mut shifted) = (y.zeros_like(), y.zeros_like(), y.clone());
    let increments = Increments::new(f, t, y, near);
    // The known slope may differ from the field in the error of an iteration, too much for a difference.
    let mut here = None;
    let mut matrix = y.zero_matrix();
    for j in 0..y.dimension() {
        let x = y.coordinate(j);
        increments.shift(y, &mut shifted, j, -1.0);
        let mut start = shifted.coordinate(j);
        f.eval(t, &shifted, &mut behind);
        increments.shift(y, &mut shifted, j, 1.0);
        let mut end = shifted.coordinate(j);
        f.eval(t, &shifted, &mut column);
        if !behind.all_finite() {
            behind.assign(here.get_or_insert_with(|| value(f, t, y)));
            start = x;
        } else if !column.all_finite() {
            column.assign(here.get_or_insert_with(|| value(f, t, y)));
            end = x;
        }
        column.add_scaled(-1.0, &behind);
        // Divides by the actual distance, after rounding.
        column.scale_by(1.0 / (end - start));
        F::State::write_column(&mut matrix, j, &column);
        shifted.set_coordinate(j, x);
    }
    matrix
}

/// `f(t, y)`.
pub(super) fn value<F: Dynamics + ?Sized>(f: &F, t: f64, y: &F::State) -> F::State {
    let mut slope = y.zeros_like();
    f.eval(t, y, &mut slope);
    slope
}

/// The increments of the coordinates at a point.
pub(super) struct Increments {
    lengths: Vec<f64>,
}

impl Increments {
    pub fn new<F>(f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> Self
    where
        F: Dynamics<State: MatrixSpace> + ?Sized,
    {
        let slope = near.slope.cloned().unwrap_or_else(|| value(f, t, y));
        let sizes = Sizes::new(y, &slope, near);
        let mut common = None;
        let unit = y.rounding().cbrt();
        let lengths = (0..y.dimension())
            .map(|j| {
                let own = sizes.own(j);
                unit * if own > 0.0 { own } else { *common.get_or_insert_with(|| sizes.common(f, t)) }
            })
            .collect();
        Self { lengths }
    }

    /// Moves the coordinate `j` of `shifted` from `y` by `times` its increment.
    pub fn shift<Y: MatrixSpace>(&self, y: &Y, shifted: &mut Y, j: usize, times: f64) {
        shifted.set_coordinate(j, y.coordinate(j) + times * self.lengths[j]);
    }
}

/// The sizes of the coordinates at a point.
struct Sizes<'a, Y> {
    y: &'a Y,
    slope: &'a Y,
    near: Neighbourhood<'a, Y>,
    /// The largest `|yⱼ|`.
    largest: f64,
}

impl<'a, Y: MatrixSpace> Sizes<'a, Y> {
    fn new(y: &'a Y, slope: &'a Y, near: Neighbourhood<'a, Y>) -> Self {
        let largest = largest((0..y.dimension()).map(|j| y.coordinate(j)));
        Self { y, slope, near, largest }
    }

    /// The size of the coordinate `j`; zero if unknown.
    fn own(&self, j: usize) -> f64 {
        let tolerated = self.near.norm.map_or(0.0, |norm| TOLERANCES * norm.absolute(j));
        let limit = if self.largest > 0.0 { self.largest.max(tolerated) } else { f64::INFINITY };
        let change = (self.near.h * self.slope.coordinate(j)).abs().min(limit);
        self.y.coordinate(j).abs().max(tolerated).max(change)
    }

    /// The size of a coordinate of unknown size: the largest of all. For a state at rest at zero without tolerances it
    /// is the change by the slope at the end of the step.
    fn common<F: Dynamics<State = Y> + ?Sized>(&self, f: &F, t: f64) -> f64 {
        let coordinates = 0..self.y.dimension();
        let known = largest(coordinates.clone().map(|j| self.own(j)));
        if known > 0.0 {
            return known;
        }
        let mut ahead = self.y.zeros_like();
        f.eval(t + self.near.h, self.y, &mut ahead);
        let change = largest(coordinates.map(|j| self.near.h * ahead.coordinate(j)));
        if change > 0.0 { change } else { 1.0 }
    }
}

/// The largest finite absolute value.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.map(f64::abs).filter(|x| x.is_finite()).fold(0.0, f64::max)
}

/// Writes `∂f/∂t` by a one-sided difference of second order into `out`.
///
/// It takes two evaluations, and one more if the slope is not known. All are inside the step, so a jump of the field at
/// an end of the step does not matter. The increment `h ∛(u max(1, |t/h|))` balances truncation and rounding errors, of
/// the field or of the time.
pub(crate) fn difference_in_time<F: Dynamics + ?Sized>(
    f: &F,
    t: f64,
    y: &F::State,
    near: Neighbourhood<'_, F::State>,
    out: &mut F::State,
) {
    let h = near.h;
    let part = (f64::EPSILON * (t / h).abs().max(1.0)).cbrt().min(0.5);
    let (first, second) = (t + part * h, t + 2.0 * part * h);
    let (a, b) = (first - t, second - t);
    if a == 0.0 || a == b {
        // A step below the resolution of time cannot resolve a derivative.
        return out.set_zeros();
    }
    let mut start = y.zeros_like();
    match near.slope {
        Some(slope) => start.assign(slope),
        None => f.eval(t, y, &mut start),
    }
    let mut middle = y.zeros_like();
    f.eval(first, y, &mut middle);
    f.eval(second, y, out);
    // The differences from the start are small, so the sum has no large cancellation.
    middle.add_scaled(-1.0, &start);
    out.add_scaled(-1.0, &start);
    out.scale_by(-a / (b * (b - a)));
    out.add_scaled(b / (a * (b - a)), &middle);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::ode;
    use crate::state::Tolerance;

    #[test]
    fn derivatives_in_time_do_not_depend_on_the_unit_or_the_origin_of_time() {
        for unit in [1e-12, 1e-6, 1.0, 1e9] {
            for start in [0.0, 1.0, -40.0, 1e6] {
                for direction in [1.0, -1.0] {
                    let f = ode(|t: f64, y: &f64, dy: &mut f64| *dy = (t / unit - start).sin() + y);
                    let (t, h) = ((start + 0.3) * unit, 0.1 * direction * unit);
                    let mut found = 0.0;
                    difference_in_time(&f, t, &2.0, Neighbourhood::of_step(h), &mut found);
                    let error = (found * unit / 0.3_f64.cos() - 1.0).abs();
                    let limit = 10.0 * (f64::EPSILON * (t / h).abs().max(1.0)).powf(2.0 / 3.0);
                    assert!(error < limit, "{unit:e}, {start}: {error:e}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_evaluated_outside_the_step() {
        let inside =
            ode(|t: f64, y: &f64, dy: &mut f64| *dy = if (1.0..=1.5).contains(&t) { t * t - y } else { f64::NAN });
        for (t, h) in [(1.0, 0.5), (1.5, -0.5)] {
            let mut found = 0.0;
            difference_in_time(&inside, t, &0.0, Neighbourhood::of_step(h), &mut found);
            assert!((found - 2.0 * t).abs() < 1e-9, "{t}: {found}");
        }
    }

    #[test]
    fn a_jacobian_scales_with_the_unit_of_the_state() {
        for power in [-1000, -70, 0, 60, 900] {
            let q = 2.0_f64.powi(power);
            let f = ode(|_t, y: &[f64; 2], dy: &mut [f64; 2]| {
                let (a, b) = (y[0] / q, y[1] / q);
                *dy = [q * (1e4 * (b - a) - a * a * a), q * 1e4 * (a - b)];
            });
            let norm = StoredNorm::Uniform(Tolerance { rtol: 1e-6, atol: 1e-6 * q });
            for norm in [None, Some(&norm)] {
                let near = Neighbourhood { h: 1e-4, slope: None, norm };
                let found = differences(&f, 0.0, &[0.5 * q, 0.0], near);
                for (entry, exact) in found.iter().zip([-1e4 - 0.75, 1e4, 1e4, -1e4]) {
                    assert!((entry - exact).abs() < 1e-6, "2^{power}: {found}");
                }
            }
        }
    }

    #[test]
    fn at_the_edge_of_the_domain_the_difference_is_taken_inwards() {
        let root = ode(|_t, y: &f64, dy: &mut f64| *dy = 1.0 - y.sqrt());
        let found = differences(&root, 0.0, &0.0, Neighbourhood::of_step(1e-3));
        assert!(found.is_finite() && found < 0.0, "{found}");
        let mirrored = ode(|_t, y: &f64, dy: &mut f64| *dy = (-y).sqrt() - 1.0);
        assert_eq!(differences(&mirrored, 0.0, &0.0, Neighbourhood::of_step(1e-3)), found);
    }

    #[test]
    fn a_state_at_rest_at_zero_is_measured_by_the_end_of_the_step() {
        let q = 1e-12;
        let f = ode(|t: f64, y: &f64, dy: &mut f64| *dy = q * t.sin() - y * (y / q) * (y / q));
        assert!(differences(&f, 0.0, &0.0, Neighbourhood::of_step(0.1)).abs() < 1e-9);
    }
}
