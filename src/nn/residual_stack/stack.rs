//! The type of a residual network, and its parameters.

use crate::adjoint::{Checkpoints, check_argument};
use crate::dynamics::{Differentiable, Dynamics, Parametric, PiecewiseConstant, check_shape};
use crate::error::{Error, Result};
use crate::nn::{Hidden, Phase};
use crate::state::{State, euclidean_norm};

/// A residual network: `z_{k+1} = z_k + h f(z_k, θ_k)` for `k = 0, …, K − 1`, with weights `θ_k` of each block and one
/// step `h`. With `h = 1` it is eq. (1) of Chen et al., *Neural ordinary differential equations* (2018); the step is due to
/// Haber & Ruthotto (2017), arXiv:1705.03341, and Chang et al. (2018), arXiv:1710.10348.
///
/// It is Euler's method with steps `h` for `dz/dt = f(z, θ(t))` with piecewise constant `θ(t)` over the time `K h`, the
/// depth. A field that reads the time gets `t = k h`. The gap of the block is ignored, since the step is given.
///
/// By default the forward pass stores the activations of all blocks; [`checkpoints`](Self::checkpoints) stores less. For
/// other methods and steps, solve the [`flow`](Self::flow) in an [`OdeBlock`](crate::nn::OdeBlock) over the depth.
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
    pub(super) blocks: Vec<F>,
    pub(super) step: f64,
    pub(super) checkpoints: Option<Checkpoints>,
    /// Whether the parameters that were set last are as many as the blocks.
    pub(super) shapes: Result<()>,
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
        Ok(Self { blocks, step, checkpoints: None, shapes: Ok(()) })
    }

    /// The network with other blocks and another step, and the same checkpoints.
    pub(in crate::nn) fn with(&self, blocks: Vec<F>, step: f64) -> Result<Self> {
        self.shapes.clone()?;
        Ok(Self { checkpoints: self.checkpoints, ..Self::new(blocks, step)? })
    }

    /// The fields of the blocks.
    pub fn blocks(&self) -> &[F] {
        &self.blocks
    }

    /// The step `h`.
    pub const fn step(&self) -> f64 {
        self.step
    }

    /// The time of block `k`.
    pub(super) const fn time(&self, k: usize) -> f64 {
        k as f64 * self.step
    }

    /// The depth `K h`, the time of the [`flow`](Self::flow).
    pub const fn depth(&self) -> f64 {
        self.blocks.len() as f64 * self.step
    }

    /// Stores the states before some blocks instead of all activations. The backward pass evaluates the blocks again.
    ///
    /// | rule | in memory, for `K` blocks | evaluations in the backward pass |
    /// |---|---|---|
    /// | none | `K` activations | 0 |
    /// | [`Checkpoints::All`] | `K` states, the activations of 1 block | `K` |
    /// | [`Checkpoints::Every(n)`](Checkpoints::Every) | `K / n` states, the activations of `n` blocks | `K` |
    /// | [`Checkpoints::Slots(s)`](Checkpoints::Slots) | `s` states, the activations of 1 block | `K`, and the fewest to recompute the states (Griewank & Walther 2000) |
    ///
    /// ```
    /// use rheos::adjoint::Checkpoints;
    /// use rheos::nn::{BatchMatrix, Block, Mlp, Net, ResidualStack};
    /// use rheos::train::uniform;
    /// use rheos::{Parametric, State};
    ///
    /// let mut rng = uniform(1);
    /// let block = |_| Net::<Mlp<f64, 2, 8, 2>>::dynamic(Mlp::uniform(&mut rng)).field();
    /// let stack = ResidualStack::new((0..16).map(block).collect(), 0.125)?;
    /// let lean = stack.clone().checkpoints(Checkpoints::Slots(4));
    ///
    /// let z = BatchMatrix::<f64, 2>::repeat(3, 0.5);
    /// let gradient = |stack: &ResidualStack<_>| {
    ///     let (end, record) = stack.forward(&(), &z, 0.0.into())?;
    ///     let mut gradient = stack.params().zeros_like();
    ///     stack.backward(record, end, &mut gradient)?;
    ///     Ok::<_, rheos::Error>(gradient)
    /// };
    /// assert_eq!(gradient(&stack)?, gradient(&lean)?); // bit for bit
    /// # Ok::<(), rheos::Error>(())
    /// ```
    #[must_use]
    pub fn checkpoints(self, rule: Checkpoints) -> Self {
        Self { checkpoints: Some(rule), ..self }
    }

    /// The network as a flow: the field `f(z, θ(t))` over the [depth](Self::depth), from the time 0 on, with piecewise constant
    /// weights. Euler's method with one step for each piece, [`Fixed::steps(1)`](crate::Fixed::steps), is the network again, up
    /// to rounding. Other methods and steps read it as a neural ODE. Every adjoint stores at least one state for each
    /// piece.
    ///
    /// ```
    /// use rheos::nn::{BatchMatrix, Block, Mlp, Net, OdeBlock, Refine, ResidualStack};
    /// use rheos::train::uniform;
    /// use rheos::{DiscreteAdjoint, Euler, Fixed, Rk4};
    ///
    /// let mut rng = uniform(1);
    /// let block = |_| Net::<Mlp<f64, 2, 8, 2>>::dynamic(Mlp::uniform(&mut rng)).field();
    /// let stack = ResidualStack::new((0..16).map(block).collect(), 0.125)?;
    /// let same = OdeBlock::new(stack.flow()?, Euler, Fixed::steps(1), DiscreteAdjoint::new());
    /// let flow = OdeBlock::new(stack.flow()?, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    ///
    /// let z = BatchMatrix::<f64, 2>::repeat(3, 0.5);
    /// let end = |stack: &ResidualStack<_>| Ok::<_, rheos::Error>(stack.forward(&(), &z, 0.0.into())?.0);
    /// assert!((end(&stack)? - same.forward(&(), &z, stack.depth().into())?.0).norm() < 1e-14);
    /// // The network differs from the flow by the error of Euler's method: half of it at half the step.
    /// let exact = flow.forward(&(), &z, stack.depth().into())?.0;
    /// let (coarse, fine) = (end(&stack)? - &exact, end(&stack.refined()?)? - &exact);
    /// assert!((coarse.norm() / fine.norm() - 2.0).abs() < 0.1);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a negative step, and [`Error::LengthMismatch`] after parameters of another number of
    /// blocks.
    pub fn flow(&self) -> Result<PiecewiseConstant<F>>
    where
        F: Dynamics + Clone,
    {
        self.shapes.clone()?;
        PiecewiseConstant::new(self.blocks.clone(), 0.0..self.depth())
    }

    /// The network without block `k`, as in a lesion study. The step stays.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if there is no such block, or no other; [`Error::LengthMismatch`] as for [`flow`](Self::flow).
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
    /// [`Error::InvalidEntry`] for an index without a block, [`Error::InvalidArgument`] without indices, and
    /// [`Error::LengthMismatch`] as for [`flow`](Self::flow).
    pub fn reordered(&self, order: &[usize]) -> Result<Self>
    where
        F: Clone,
    {
        let block = |(index, &k): (usize, &usize)| {
            let none = Error::InvalidEntry { name: "order", index, value: k as f64, expected: "the index of a block" };
            self.blocks.get(k).cloned().ok_or(none)
        };
        self.with(order.iter().enumerate().map(block).collect::<Result<_>>()?, self.step)
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
pub(super) type InputOf<F> = <<F as Dynamics>::State as Phase>::Input;
/// The hidden state of a block whose field is `F`.
pub(super) type HiddenOf<F> = <<F as Dynamics>::State as Phase>::Hidden;

impl<F: Differentiable<State: Phase<Hidden: Hidden>>> ResidualStack<F> {
    /// The ratio `‖h f(z_k, θ_k)‖ / ‖z_k‖` of each block, over all samples of a batch; 0 for a block that changes nothing.
    ///
    /// A small ratio means that the block is close to the identity, and the network to a flow.
    ///
    /// # Errors
    /// The errors of [`forward`](crate::nn::Block::forward), and [`Error::NonFinite`] for a ratio that is not finite.
    pub fn relative_updates(&self, x: &InputOf<F>, h: &HiddenOf<F>) -> Result<Vec<f64>> {
        let mut ratios = Vec::with_capacity(self.blocks.len());
        let norm = |y: &F::State| euclidean_norm(&y.clone().split().0);
        self.run(x, h, |k, y, slope| {
            self.blocks[k].eval(self.time(k), y, slope);
            let slope = norm(slope);
            // The unit of the state cancels first.
            ratios.push(if slope == 0.0 { 0.0 } else { self.step.abs() * (slope / norm(y)) });
        })?;
        match ratios.iter().position(|ratio| !ratio.is_finite()) {
            Some(k) => Err(Error::NonFinite { t: self.time(k), h: self.step }),
            None => Ok(ratios),
        }
    }

    /// Runs over the blocks. `evaluate` computes the slope of each, given its index and the state.
    pub(super) fn run(
        &self,
        x: &InputOf<F>,
        h: &HiddenOf<F>,
        mut evaluate: impl FnMut(usize, &F::State, &mut F::State),
    ) -> Result<F::State> {
        self.shapes.clone()?;
        check_argument("h", h)?;
        check_argument("x", x)?;
        let mut y = F::State::join(h, x);
        let mut slope = y.zeros_like();
        for (k, block) in self.blocks.iter().enumerate() {
            let t = self.time(k);
            check_shape(block, t, &y)?;
            evaluate(k, &y, &mut slope);
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
