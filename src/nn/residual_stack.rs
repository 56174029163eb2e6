//! Residual networks with weights of their own in every block.

use super::ode_block::cotangent_of;
use super::{Block, Gap, Hidden, Phase};
use crate::adjoint::{check_argument, check_gradient, check_params};
use crate::dynamics::{Differentiable, Dynamics, Parametric, PiecewiseConstant, check_shape};
use crate::error::{Error, Result};
use crate::state::State;

/// A residual network: `z_{k+1} = z_k + h f(z_k, θ_k)` for `k = 0, …, K − 1`, with weights `θ_k` of each block and one
/// step `h`. Eq. (1) of Chen et al. 2018; eq. (4) of Chang et al., *Multi-level residual networks from dynamical systems
/// view* (2018), arXiv:1710.10348.
///
/// It is Euler's method with steps `h` for `dz/dt = f(z, θ(t))` with piecewise constant `θ(t)` over the time `K h`, the
/// depth. A field that reads the time gets `t = k h`. The gap of the block is ignored, since the step is given.
///
/// The backward pass stores all activations. For less memory, other methods or other steps, solve
/// [`flow`](Self::flow) in an [`OdeBlock`](super::OdeBlock) over the depth.
///
/// ```
/// use rheos::nn::{BatchMatrix, Block, Mlp, Net, ResidualStack};
/// use rheos::train::uniform;
///
/// let mut rng = uniform(1);
/// let block = |_| Net::<Mlp<f64, 2, 8, 2>>::dynamic(Mlp::uniform(&mut rng)).field();
/// let stack = ResidualStack::new((0..4).map(block).collect(), 0.25)?;
/// let z = BatchMatrix::<f64, 2>::repeat(3, 0.5); // 3 samples
/// let (end, _record) = stack.forward(&(), &z, 0.0.into())?;
/// assert_eq!((end.shape(), stack.depth()), ((2, 3), 1.0));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualStack<F> {
    blocks: Vec<F>,
    step: f64,
    /// Whether the parameters that were set last are as many as the blocks.
    shapes: Result<()>,
}

impl<F> ResidualStack<F> {
    /// The network with the fields of its blocks, from the first to the last, and the step `h`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without blocks, or for a step that is 0 or not finite.
    pub fn new(blocks: Vec<F>, step: f64) -> Result<Self> {
        if blocks.is_empty() {
            return Err(Error::InvalidArgument { name: "blocks", value: 0.0, expected: "at least 1" });
        }
        if step == 0.0 || !step.is_finite() {
            return Err(Error::InvalidArgument { name: "step", value: step, expected: "finite and not 0" });
        }
        Ok(Self { blocks, step, shapes: Ok(()) })
    }

    /// The fields of the blocks.
    pub fn blocks(&self) -> &[F] {
        &self.blocks
    }

    /// The step `h`.
    pub const fn step(&self) -> f64 {
        self.step
    }

    /// The depth `K h`, the time of the [`flow`](Self::flow).
    pub const fn depth(&self) -> f64 {
        self.blocks.len() as f64 * self.step
    }

    /// The network as a flow: the field `f(z, θ(t))` over the [depth](Self::depth), from the time 0 on, with piecewise constant
    /// weights. Euler's method with [`Fixed::steps(K)`](crate::Fixed::steps) is the network again, up to rounding; other
    /// methods, steps and adjoints read it as a neural ODE.
    ///
    /// ```
    /// use rheos::adjoint::Checkpoints;
    /// use rheos::nn::{BatchMatrix, Block, Mlp, Net, OdeBlock, ResidualStack};
    /// use rheos::train::uniform;
    /// use rheos::{DiscreteAdjoint, Euler, Fixed};
    ///
    /// let mut rng = uniform(1);
    /// let block = |_| Net::<Mlp<f64, 2, 8, 2>>::dynamic(Mlp::uniform(&mut rng)).field();
    /// let stack = ResidualStack::new((0..16).map(block).collect(), 0.125)?;
    /// // The same network, with 4 states in memory instead of 16.
    /// let adjoint = DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(4));
    /// let lean = OdeBlock::new(stack.flow()?, Euler, Fixed::steps(16), adjoint);
    ///
    /// let z = BatchMatrix::<f64, 2>::repeat(3, 0.5);
    /// let (end, _) = stack.forward(&(), &z, 0.0.into())?;
    /// let (same, _) = lean.forward(&(), &z, stack.depth().into())?;
    /// assert!((end - same).norm() < 1e-14);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a negative step.
    pub fn flow(&self) -> Result<PiecewiseConstant<F>>
    where
        F: Dynamics + Clone,
    {
        PiecewiseConstant::new(self.blocks.clone(), 0.0..self.depth())
    }

    /// The network without block `k`, as in a lesion study. The step stays.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if there is no such block, or no other.
    pub fn without(&self, k: usize) -> Result<Self>
    where
        F: Clone,
    {
        let rest: Vec<usize> = (0..self.blocks.len()).filter(|&other| other != k).collect();
        if rest.len() == self.blocks.len() {
            return Err(Error::InvalidArgument { name: "k", value: k as f64, expected: "the index of a block" });
        }
        self.reordered(&rest)
    }

    /// The network of the blocks with these indices, in this order. The step stays.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] for an index without a block, and [`Error::InvalidArgument`] without indices.
    pub fn reordered(&self, order: &[usize]) -> Result<Self>
    where
        F: Clone,
    {
        let block = |(index, &k): (usize, &usize)| {
            let none = Error::InvalidEntry { name: "order", index, value: k as f64, expected: "the index of a block" };
            self.blocks.get(k).cloned().ok_or(none)
        };
        Self::new(order.iter().enumerate().map(block).collect::<Result<_>>()?, self.step)
    }
}

/// The parameters of all blocks, from the first to the last. Parameters of another number of blocks are not set, and every
/// later call fails with [`Error::LengthMismatch`].
impl<F: Parametric> Parametric for ResidualStack<F> {
    type Params = Vec<F::Params>;

    fn params(&self) -> Self::Params {
        self.blocks.iter().map(F::params).collect()
    }

    fn set_params(&mut self, params: &Self::Params) {
        let (found, expected) = (params.len(), self.blocks.len());
        if found == expected {
            self.blocks.iter_mut().zip(params).for_each(|(block, params)| block.set_params(params));
            self.shapes = Ok(());
        } else {
            self.shapes = Err(Error::LengthMismatch { name: "params", found, expected });
        }
    }

    fn fits_params(&self, params: &Self::Params) -> bool {
        params.len() == self.blocks.len() && self.blocks.iter().zip(params).all(|(block, p)| block.fits_params(p))
    }
}

/// The observation of a block whose field is `F`.
type InputOf<F> = <<F as Dynamics>::State as Phase>::Input;
/// The hidden state of a block whose field is `F`.
type HiddenOf<F> = <<F as Dynamics>::State as Phase>::Hidden;

/// A forward pass of a [`ResidualStack`]: the arguments of its blocks, with their traces.
#[derive(Debug, Clone)]
pub struct StackRecord<F: Differentiable> {
    layers: Vec<(F::State, F::Trace)>,
}

impl<F: Differentiable<State: Phase<Hidden: Hidden>>> ResidualStack<F> {
    /// The ratio `‖h f(z_k, θ_k)‖ / ‖z_k‖` of each block, over all samples of a batch; 0 for a block that changes nothing.
    ///
    /// A small ratio means that the block is close to the identity, and the network to a flow.
    ///
    /// # Errors
    /// The errors of [`forward`](Block::forward), and [`Error::NonFinite`] for a ratio that is not finite.
    pub fn relative_updates(&self, x: &InputOf<F>, h: &HiddenOf<F>) -> Result<Vec<f64>> {
        let mut ratios = Vec::with_capacity(self.blocks.len());
        let norm = |y: &F::State| {
            let hidden = y.clone().split().0;
            hidden.inner(&hidden).sqrt()
        };
        self.run(x, h, |block, t, y, slope| {
            block.eval(t, y, slope);
            let update = self.step.abs() * norm(slope);
            ratios.push(if update == 0.0 { 0.0 } else { update / norm(y) });
        })?;
        match ratios.iter().position(|ratio| !ratio.is_finite()) {
            Some(k) => Err(Error::NonFinite { t: k as f64 * self.step, h: self.step }),
            None => Ok(ratios),
        }
    }

    /// Runs over the blocks. `evaluate` computes the slope of each, given the block, the time and the state.
    fn run(
        &self,
        x: &InputOf<F>,
        h: &HiddenOf<F>,
        mut evaluate: impl FnMut(&F, f64, &F::State, &mut F::State),
    ) -> Result<F::State> {
        self.shapes.clone()?;
        check_argument("h", h)?;
        check_argument("x", x)?;
        let mut y = F::State::join(h, x);
        let mut slope = y.zeros_like();
        for (k, block) in self.blocks.iter().enumerate() {
            let t = k as f64 * self.step;
            check_shape(block, t, &y)?;
            evaluate(block, t, &y, &mut slope);
            if !slope.all_finite() {
                return Err(block.failure(t, &y).unwrap_or(Error::NonFinite { t, h: self.step }));
            }
            y.add_scaled(self.step, &slope);
            if !y.all_finite() {
                return Err(Error::NonFinite { t, h: self.step });
            }
        }
        Ok(y)
    }
}

impl<F: Differentiable<State: Phase<Hidden: Hidden>>> Block for ResidualStack<F> {
    type Input = InputOf<F>;
    type Hidden = HiddenOf<F>;
    type Record = StackRecord<F>;

    /// # Errors
    /// Also [`Error::NonFinite`] for a block whose value is not finite; its time is `k h`.
    fn forward(&self, x: &Self::Input, h: &Self::Hidden, _: Gap<'_>) -> Result<(Self::Hidden, Self::Record)> {
        let mut layers = Vec::with_capacity(self.blocks.len());
        let end = self.run(x, h, |block, t, y, slope| {
            let mut trace = F::Trace::default();
            block.eval_traced(t, y, slope, &mut trace);
            layers.push((y.clone(), trace));
        })?;
        Ok((end.split().0, StackRecord { layers }))
    }

    fn advance(&self, x: &Self::Input, h: &mut Self::Hidden, _: Gap<'_>) -> Result<()> {
        *h = self.run(x, h, |block, t, y, slope| block.eval(t, y, slope))?.split().0;
        Ok(())
    }

    fn backward(
        &self,
        StackRecord { layers }: Self::Record,
        hbar: Self::Hidden,
        pbar: &mut Self::Params,
    ) -> Result<(Self::Input, Self::Hidden)> {
        self.shapes.clone()?;
        let (found, expected) = (layers.len(), self.blocks.len());
        let Some((first, _)) = layers.first().filter(|_| found == expected) else {
            return Err(Error::LengthMismatch { name: "record", found, expected });
        };
        check_params(self, pbar)?;
        let mut ybar = cotangent_of(first.zeros_like(), &hbar)?;
        let mut w = ybar.zeros_like();
        for (k, (y, mut trace)) in layers.into_iter().enumerate().rev() {
            w.assign(&ybar);
            w.scale_by(self.step);
            self.blocks[k].vjp_traced(&mut trace, k as f64 * self.step, &y, &w, &mut ybar, &mut pbar[k]);
        }
        let (hbar, xbar) = ybar.split();
        check_gradient("h", &hbar)?;
        check_gradient("x", &xbar)?;
        check_gradient("params", pbar)?;
        Ok((xbar, hbar))
    }
}
