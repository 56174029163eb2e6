//! The variational equation of a field.

use std::fmt;

use nalgebra::DMatrix;

use super::TangentVectors;
use crate::analysis::system::as_tolerances;
use crate::dynamics::{Bars, Differentiable, Dynamics, Jacobian, Neighbourhood, Parametric, SecondOrderVjp};
use crate::error::{Error, Result};
use crate::state::{MatrixOf, MatrixSpace, State, StoredNorm};

/// A state, with tangent vectors at it and the logarithm of a volume.
pub type Tangents<Y> = (Y, TangentVectors<Y>);

/// The variational equation `dy/dt = f(t, y)`, `dvₖ/dt = ∂f/∂y vₖ` of a field, with any number of tangent vectors, and with
/// the logarithm `s` of a volume: `ds/dt = tr ∂f/∂y`, the divergence (Liouville's formula).
///
/// A Runge–Kutta method solves it to the exact derivative of its own steps in the direction of each `vₖ(t₀)`, up to
/// rounding, if the [`Jacobian`] is exact. [`identity`](Self::identity) starts from all unit vectors: the tangents are then
/// the columns of `∂y(t)/∂y(t₀)`, for a periodic orbit its monodromy matrix.
///
/// An adaptive controller keeps the relative error of each [tangent vector](TangentVectors) within its relative tolerance too:
/// otherwise it would lose a vector that turns while the state rests. The volume is a quadrature by the method: `exp(s)` differs
/// from the determinant of the computed derivative by the error of the method, and so measures it.
///
/// A field without an exact Jacobian has differences around the state, whose increments come from the coordinates of the state.
/// A coordinate may be much smaller there than usual: then give the usual [`sizes`](Self::sizes).
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::analysis::Variational;
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::{Pid, Tsit5, solve};
///
/// let (field, y0) = VanDerPol::problem(1.0);
/// let variational = Variational::new(&field);
/// let control = Pid::tolerance(1e-10);
/// let solution = solve(&variational, variational.identity(&y0), 0.0..2.0, Tsit5, control)?;
/// let slopes = variational.matrix(solution.last());
///
/// // The first column, by a difference.
/// let moved = solve(&field, y0 + Vector2::new(1e-6, 0.0), 0.0..2.0, Tsit5, control)?;
/// let difference = (moved.last() - solution.last().0) / 1e-6;
/// assert!((slopes.column(0) - difference).norm() < 1e-4);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Clone)]
pub struct Variational<F: Jacobian> {
    f: F,
    /// The sizes of the coordinates, as tolerances.
    sizes: Option<StoredNorm<F::State>>,
}

impl<F: Jacobian + fmt::Debug> fmt::Debug for Variational<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variational").field("f", &self.f).finish_non_exhaustive()
    }
}

impl<F: Jacobian> Variational<F> {
    /// The variational equation of the field `f`, a model or a reference to one.
    pub const fn new(f: F) -> Self {
        Self { f, sizes: None }
    }

    /// Sets the usual sizes of the coordinates, for a Jacobian by differences; an exact one ignores them.
    ///
    /// ```
    /// use rheos::analysis::{TangentVectors, Variational};
    /// use rheos::{Dynamics, ode};
    ///
    /// // At 1e-30, an increment of the state itself would be lost beside 1.
    /// let field = Variational::new(ode(|_t, y: &f64, dy: &mut f64| *dy = 1.0 - 2.0 * y)).sizes(&1.0);
    /// let (start, mut slope) = (field.identity(&1e-30), field.identity(&0.0));
    /// field.eval(0.0, &start, &mut slope);
    /// assert!((slope.1.vectors[0] + 2.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn sizes(mut self, sizes: &F::State) -> Self {
        self.set_sizes(sizes);
        self
    }

    pub(crate) fn set_sizes(&mut self, sizes: &F::State) {
        self.sizes = Some(as_tolerances(sizes));
    }

    /// The Jacobian at `(t, y)`, where the value of the field is `slope`.
    pub(crate) fn slopes(&self, t: f64, y: &F::State, slope: &F::State) -> MatrixOf<F::State> {
        self.f.jacobian(t, y, Neighbourhood { h: 0.0, slope: Some(slope), norm: self.sizes.as_ref() })
    }

    /// The field.
    pub const fn field(&self) -> &F {
        &self.f
    }

    /// The state `y` with all unit vectors as tangents, and the volume 1.
    pub fn identity(&self, y: &F::State) -> Tangents<F::State> {
        let unit = |k| {
            let mut unit = y.zeros_like();
            unit.set_coordinate(k, 1.0);
            unit
        };
        (y.clone(), TangentVectors::new((0..y.dimension()).map(unit).collect()))
    }

    /// The state `y` with the columns of `directions` as tangents, and the volume 1.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if they do not have as many rows as `y` has coordinates.
    ///
    /// ```
    /// use nalgebra::{Vector2, dmatrix};
    /// use rheos::analysis::Variational;
    /// use rheos::{Rk4, Fixed, ode, solve};
    ///
    /// let rotation = Variational::new(ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = Vector2::new(-y[1], y[0])));
    /// let start = rotation.along(&Vector2::new(3.0, 4.0), &dmatrix![2.0; 0.0])?;
    /// let end = solve(&rotation, start, 0.0..std::f64::consts::FRAC_PI_2, Rk4, Fixed::steps(100))?.last().clone();
    /// assert!((rotation.matrix(&end) - dmatrix![0.0; 2.0]).norm() < 1e-7);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn along(&self, y: &F::State, directions: &DMatrix<f64>) -> Result<Tangents<F::State>> {
        let expected = y.dimension();
        if directions.nrows() != expected {
            return Err(Error::LengthMismatch { name: "directions", found: directions.nrows(), expected });
        }
        let tangent = |column: nalgebra::DVectorView<'_, f64>| {
            let mut tangent = y.zeros_like();
            column.iter().enumerate().for_each(|(i, &x)| tangent.set_coordinate(i, x));
            tangent
        };
        Ok((y.clone(), TangentVectors::new(directions.column_iter().map(tangent).collect())))
    }

    /// The tangents of a state as the columns of a matrix.
    pub fn matrix(&self, (y, tangents): &Tangents<F::State>) -> DMatrix<f64> {
        DMatrix::from_fn(y.dimension(), tangents.vectors.len(), |i, k| tangents.vectors[k].coordinate(i))
    }
}

impl<F: Jacobian> Dynamics for Variational<F> {
    type State = Tangents<F::State>;
    const HAS_MASS: bool = F::HAS_MASS;

    #[inline]
    fn eval(&self, t: f64, (y, v): &Self::State, (dy, dv): &mut Self::State) {
        self.f.eval(t, y, dy);
        let slopes = self.slopes(t, y, dy);
        for (v, dv) in v.vectors.iter().zip(&mut dv.vectors) {
            F::State::multiply(&slopes, v, dv);
        }
        dv.log_volume = y.trace(&slopes);
    }

    fn keeps_shape(&self) -> bool {
        self.f.keeps_shape()
    }

    fn jumps(&self) -> &[f64] {
        self.f.jumps()
    }

    fn failure(&self, t: f64, (y, _): &Self::State) -> Option<Error> {
        self.f.failure(t, y)
    }
}

impl<F: Jacobian + Parametric> Parametric for Variational<F> {
    type Params = F::Params;

    fn params(&self) -> F::Params {
        self.f.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.f.set_params(params);
    }
    fn fits_params(&self, params: &F::Params) -> bool {
        self.f.fits_params(params)
    }
}

/// With the second derivatives of the field: exact if they are.
impl<F: Jacobian + SecondOrderVjp> Differentiable for Variational<F> {
    type Trace = ();

    fn vjp(
        &self,
        t: f64,
        (y, v): &Self::State,
        (w, wv): &Self::State,
        (ybar, vbar): &mut Self::State,
        pbar: &mut F::Params,
    ) -> f64 {
        let mut tbar = self.f.vjp(t, y, w, ybar, pbar);
        let mut product = y.zeros_like();
        if !v.vectors.is_empty() {
            self.f.eval(t, y, &mut product);
            let transposed = F::State::transposed(&self.slopes(t, y, &product));
            for ((v, wv), vbar) in v.vectors.iter().zip(&wv.vectors).zip(&mut vbar.vectors) {
                F::State::multiply(&transposed, wv, &mut product);
                vbar.add_scaled(1.0, &product);
                tbar += pullback_along(&self.f, (t, y), v, wv, Bars { y: &mut *ybar, params: &mut *pbar });
            }
        }
        if wv.log_volume != 0.0 {
            // The derivative of the trace, entry by entry.
            let mut weight = y.zeros_like();
            for i in 0..y.dimension() {
                product.set_zeros();
                product.set_coordinate(i, 1.0);
                weight.set_zeros();
                weight.set_coordinate(i, wv.log_volume);
                tbar += pullback_along(&self.f, (t, y), &product, &weight, Bars { y: &mut *ybar, params: &mut *pbar });
            }
        }
        tbar
    }
}

/// The derivative of the pullback of `w` along `v`.
///
/// It is linear in `v`. Differences go a fraction of their direction far, so it gets the length of the state.
pub(crate) fn pullback_along<F: SecondOrderVjp>(
    f: &F,
    (t, y): (f64, &F::State),
    v: &F::State,
    w: &F::State,
    bars: Bars<'_, F>,
) -> f64 {
    let (length, size) = (v.inner(v).sqrt(), y.inner(y).sqrt());
    if length == 0.0 {
        return 0.0;
    }
    let ratio = size / length;
    // A power of two, so that it cancels.
    let factor = if ratio.is_normal() { ratio.log2().round().exp2() } else { 1.0 };
    let (mut direction, mut cotangent) = (v.clone(), w.clone());
    direction.scale_by(factor);
    cotangent.scale_by(1.0 / factor);
    f.vjp_along(t, y, (&direction, 0.0), &cotangent, bars.y, bars.params)
}
