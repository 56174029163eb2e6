//! Fields that follow one another in time.

use super::knots::{Knots, check_number};
use super::{Differentiable, Dynamics, Jacobian, Jvp, Neighbourhood, Parametric, SecondOrderVjp};
use crate::error::{Error, Result};
use crate::state::{ElementOf, MatrixOf, MatrixSpace, Span, SparseMatrix, State};

/// Fields that follow one another in time: `dz/dt = f(t, z, θₖ)` for `tₖ ≤ t < tₖ₊₁`.
///
/// This is the continuous view of a residual network whose blocks have weights of their own: an Euler step over each piece
/// gives `zₖ₊₁ = zₖ + h f(zₖ, θₖ)` (Haber & Ruthotto, *Stable architectures for deep neural networks*, 2017,
/// arXiv:1705.03341; Chang et al., *Multi-level residual networks from dynamical systems view*, 2018, arXiv:1710.10348).
/// Massaroli et al., *Dissecting neural ODEs*, 2020, arXiv:2002.08071, call it a stacked neural ODE.
///
/// `Fixed::steps(n)` takes `n` steps over each piece. The first piece also holds before the first knot, the last one after
/// the last knot.
///
/// The field jumps at its inner knots, and [declares](Dynamics::jumps) them: no step crosses a knot, so every method
/// keeps its order. A method that evaluates the field beyond its steps is refused if a knot lies in its way.
///
/// The parameters are a list: the parameters of each piece, in order. [`set_params`](Parametric::set_params) with another number
/// of them makes all parameters NaN: every solve then fails, with [`Error::LengthMismatch`].
///
/// ```
/// use rheos::dynamics::PiecewiseConstant;
/// use rheos::nn::{BatchMatrix, Linear, Net};
/// use rheos::train::uniform;
/// use rheos::{Dynamics, Euler, Fixed, solve};
///
/// // Four residual blocks z + (W z + b) / 4, on a batch of three samples.
/// let mut draw = uniform(1);
/// let blocks = (0..4).map(|_| Net::dynamic(Linear::<f64, 2, 2>::uniform(&mut draw)).field()).collect();
/// let network = PiecewiseConstant::new(blocks, 0.0..1.0)?;
/// let start = BatchMatrix::<f64, 2>::repeat(3, 1.0);
/// let end = solve(&network, start.clone(), 0.0..1.0, Euler, Fixed::steps(1))?;
///
/// let (mut z, mut slope) = (start.clone(), start);
/// for block in network.pieces() {
///     block.eval(0.0, &z, &mut slope);
///     z += 0.25 * &slope;
/// }
/// assert!((end.last() - z).norm() < 1e-14);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PiecewiseConstant<F> {
    pieces: Vec<F>,
    knots: Knots,
    /// The inner knots, and the jumps of the pieces.
    jumps: Vec<f64>,
    /// The wrong number of parameters that were set.
    refused: Option<usize>,
}

impl<F: Dynamics> PiecewiseConstant<F> {
    /// The `pieces`, one after the other, each for an equal part of `span`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] without a piece, [`Error::InvalidArgument`] for a span that is not finite or does not run
    /// forwards, and [`Error::InvalidEntry`] if the knots are too close for distinct numbers.
    pub fn new(pieces: Vec<F>, span: impl Into<Span>) -> Result<Self> {
        let knots = Knots::equal(span.into(), check_number("pieces", &pieces, 1)?)?;
        Ok(Self::of(pieces, knots))
    }

    /// The `pieces`, one after the other: the `k`-th from `knots[k]` to `knots[k + 1]`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] without a piece, or unless there is one knot more than pieces; [`Error::InvalidEntry`]
    /// unless the knots are finite and increasing.
    pub fn with_knots(pieces: Vec<F>, knots: Vec<f64>) -> Result<Self> {
        let knots = Knots::new(knots, check_number("pieces", &pieces, 1)? + 1)?;
        Ok(Self::of(pieces, knots))
    }

    fn of(pieces: Vec<F>, knots: Knots) -> Self {
        let mut jumps = knots.inner().to_vec();
        for (k, piece) in pieces.iter().enumerate() {
            // A time that is no number stays, so that solves refuse it.
            jumps.extend(piece.jumps().iter().filter(|t| t.is_nan() || knots.interval(**t) == k));
        }
        Self { pieces, knots, jumps, refused: None }
    }
}

impl<F> PiecewiseConstant<F> {
    /// The pieces, in order.
    pub fn pieces(&self) -> &[F] {
        &self.pieces
    }

    /// The ends of the pieces, one more than pieces.
    pub fn knots(&self) -> &[f64] {
        self.knots.all()
    }

    /// The pieces, in order, taken out.
    pub fn into_pieces(self) -> Vec<F> {
        self.pieces
    }

    /// The piece at the time `t`.
    pub fn at(&self, t: f64) -> &F {
        &self.pieces[self.knots.interval(t)]
    }
}

impl<F: Dynamics> Dynamics for PiecewiseConstant<F> {
    type State = F::State;
    const HAS_MASS: bool = F::HAS_MASS;

    #[inline]
    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        let piece = self.at(t);
        piece.eval(t, y, dy);
        self.check(piece, y, dy);
    }

    fn keeps_shape(&self) -> bool {
        self.pieces.iter().all(F::keeps_shape)
    }

    fn jumps(&self) -> &[f64] {
        &self.jumps
    }

    fn failure(&self, t: f64, y: &F::State) -> Option<Error> {
        self.check_params().err().or_else(|| self.at(t).failure(t, y))
    }
}

impl<F: Dynamics> PiecewiseConstant<F> {
    /// Spoils a slope of the wrong shape, since a solve checks the first piece only, and every slope after a wrong number of
    /// parameters: a piece need not depend on its own.
    #[inline]
    fn check(&self, piece: &F, y: &F::State, dy: &mut F::State) {
        if !F::State::FIXED_SHAPE && !piece.keeps_shape() && !y.fits(dy) {
            dy.clone_from(y);
            dy.scale_by(f64::NAN);
        }
        if self.refused.is_some() {
            dy.scale_by(f64::NAN);
        }
    }
}

impl<F> PiecewiseConstant<F> {
    /// The reason why the last parameters were refused.
    pub(crate) fn check_params(&self) -> Result<()> {
        match self.refused {
            Some(found) => Err(Error::LengthMismatch { name: "params", found, expected: self.pieces.len() }),
            None => Ok(()),
        }
    }
}

impl<F: Parametric> Parametric for PiecewiseConstant<F> {
    type Params = Vec<F::Params>;

    fn params(&self) -> Vec<F::Params> {
        self.pieces.iter().map(F::params).collect()
    }

    fn set_params(&mut self, params: &Vec<F::Params>) {
        if params.len() == self.pieces.len() {
            self.pieces.iter_mut().zip(params).for_each(|(piece, params)| piece.set_params(params));
            self.refused = None;
            return;
        }
        for piece in &mut self.pieces {
            let mut params = piece.params();
            params.scale_by(f64::NAN);
            piece.set_params(&params);
        }
        self.refused = Some(params.len());
    }

    fn parameter_count(&self) -> usize {
        self.pieces.iter().map(F::parameter_count).sum()
    }

    fn fits_params(&self, params: &Vec<F::Params>) -> bool {
        params.len() == self.pieces.len()
            && self.pieces.iter().zip(params).all(|(piece, params)| piece.fits_params(params))
    }
}

/// Calls a pullback of the piece at `t`, with the part of `pbar` that belongs to it. Without such a part the result is NaN.
macro_rules! in_piece {
    ($self:ident, $t:ident, $ybar:ident, $pbar:ident, |$piece:ident, $part:ident| $pullback:expr) => {{
        let k = $self.knots.interval($t);
        let $piece = &$self.pieces[k];
        match $pbar.get_mut(k) {
            Some($part) => $pullback,
            None => {
                $ybar.scale_by(f64::NAN);
                f64::NAN
            }
        }
    }};
}

impl<F: Differentiable> Differentiable for PiecewiseConstant<F> {
    /// The trace of the piece at the time of the evaluation.
    type Trace = F::Trace;

    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut Vec<F::Params>) -> f64 {
        in_piece!(self, t, ybar, pbar, |piece, part| piece.vjp(t, y, w, ybar, part))
    }

    fn eval_traced(&self, t: f64, y: &F::State, dy: &mut F::State, trace: &mut F::Trace) {
        let piece = self.at(t);
        piece.eval_traced(t, y, dy, trace);
        self.check(piece, y, dy);
    }

    fn vjp_traced(
        &self,
        trace: &mut F::Trace,
        t: f64,
        y: &F::State,
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut Vec<F::Params>,
    ) -> f64 {
        in_piece!(self, t, ybar, pbar, |piece, part| piece.vjp_traced(trace, t, y, w, ybar, part))
    }
}

impl<F: Jacobian<State: MatrixSpace>> Jacobian for PiecewiseConstant<F> {
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        self.at(t).jacobian(t, y, near)
    }

    fn sparse_jacobian(
        &self,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
        out: &mut SparseMatrix<ElementOf<F::State>>,
    ) {
        self.at(t).sparse_jacobian(t, y, near, out);
    }

    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        self.at(t).time_derivative(t, y, near, out);
    }
}

impl<F: Jvp> Jvp for PiecewiseConstant<F> {
    fn jvp(&self, t: f64, y: &F::State, v: &F::State, out: &mut F::State) {
        self.at(t).jvp(t, y, v, out);
    }
}

impl<F: SecondOrderVjp> SecondOrderVjp for PiecewiseConstant<F> {
    fn vjp_along(
        &self,
        t: f64,
        y: &F::State,
        direction: (&F::State, f64),
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut Vec<F::Params>,
    ) -> f64 {
        in_piece!(self, t, ybar, pbar, |piece, part| piece.vjp_along(t, y, direction, w, ybar, part))
    }
}
