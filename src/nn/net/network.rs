//! A formula with its parameters.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::ElementOf;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::formula::{
    Continuous, Dynamic, FieldOf, Formula, Name, Packed, Program, Rows, Shape, Slices, Structure, record,
};
use crate::nn::field::SameAs;
use crate::nn::{Driven, LayerField, SeparableField, TimeField};

/// A network: a formula `P` with its parameters, as a [`Layer`](crate::nn::Layer) on batches of the kind `K`.
///
/// `Net<Gru<f64, 2, 8>>` takes batches of any size, `Net<Gru<f64, 2, 8>, Static<32>>` batches of 32 samples.
///
/// ```
/// use nalgebra::{SMatrix, vector};
/// use rheos::formula::{Static, Structure};
/// use rheos::nn::{Layer, Linear, Net};
///
/// let mut draws = (1..).map(f64::from);
/// let linear = Linear::<f64, 2, 1>::draw(&mut || draws.next().unwrap()); // weight (1, 2), bias 3
/// let net: Net<_, Static<2>> = Net::new(linear);
/// assert_eq!(net.forward(&SMatrix::<f64, 2, 2>::identity()), SMatrix::<f64, 1, 2>::new(4.0, 5.0));
/// assert_eq!(net.flops(), 5);
/// ```
pub struct Net<P: Structure, K = Dynamic> {
    pub(super) params: P,
    program: Option<Arc<Program>>,
    /// Whether the parameters have the shapes of their types.
    shapes: Result<()>,
    pub(super) packed: Packed<ElementOf<P>>,
    batches: PhantomData<fn() -> K>,
}

impl<P: Formula<Store: Slices>> Net<P, Dynamic> {
    /// [`new`](Self::new) on batches of any size, where the compiler does not know the kind of the batches.
    ///
    /// ```
    /// use rheos::nn::{Gru, Linear, Net, Recurrence, Sequence};
    /// use rheos::train::uniform;
    ///
    /// let (cell, readout) = (Gru::<f64, 1, 4>::uniform(&mut uniform(1)), Linear::<f64, 4, 2>::uniform(&mut uniform(2)));
    /// let model = Sequence { block: Recurrence(Net::dynamic(cell)), readout: Net::dynamic(readout) };
    /// assert_eq!(model.start(32).ncols(), 32);
    /// ```
    #[must_use]
    pub fn dynamic(params: P) -> Self {
        Self::new(params)
    }
}

impl<P: Formula<Store: Slices>, K> Net<P, K> {
    /// The network with these parameters. Its formula is recorded here, once.
    ///
    /// Two mistakes make every call fail: with [`Error::ForeignWeight`](crate::error::Error::ForeignWeight) if the
    /// formula uses a copy of one of its weights, and with [`Error::ShapeMismatch`](crate::error::Error::ShapeMismatch)
    /// if weights on the heap do not have the shapes of their types.
    #[must_use]
    pub fn new(params: P) -> Self {
        let program = record(&params).map(Arc::new);
        let shapes = check_shapes(&params);
        let mut net = Self { params, program, shapes, packed: Packed::default(), batches: PhantomData };
        net.pack();
        net
    }

    /// The parameters.
    #[must_use]
    pub const fn weights(&self) -> &P {
        &self.params
    }

    /// The same network on batches of another kind.
    #[must_use]
    pub fn with_batches<Q>(&self) -> Net<P, Q> {
        Net {
            params: self.params.clone(),
            program: self.program.clone(),
            shapes: self.shapes.clone(),
            packed: self.packed.clone(),
            batches: PhantomData,
        }
    }

    /// The approximate number of floating-point operations per sample.
    #[must_use]
    pub fn flops(&self) -> usize {
        self.program.as_ref().map_or(0, |program| program.flops())
    }

    pub(super) fn program(&self) -> Result<&Program> {
        if let Err(error) = &self.shapes {
            return Err(error.clone());
        }
        self.program.as_deref().ok_or(Error::ForeignWeight { formula: std::any::type_name::<P>() })
    }
}

impl<P: Formula, K> Net<P, K>
where
    P::Output: SameAs<P::Input>,
{
    /// The autonomous field `dz/dt = g(z)` of a formula whose value has the shape of its argument.
    ///
    /// ```
    /// use nalgebra::SMatrix;
    /// use rheos::formula::{Static, Structure};
    /// use rheos::nn::{Mlp, Net};
    /// use rheos::{Fixed, Rk4, solve};
    ///
    /// let net: Net<_, Static<3>> = Net::new(Mlp::<f64, 2, 16, 2>::zeros());
    /// let end = solve(&net.field(), SMatrix::<f64, 2, 3>::repeat(1.0), 0.0..1.0, Rk4, Fixed::steps(4))?;
    /// assert_eq!(end.last(), &SMatrix::<f64, 2, 3>::repeat(1.0));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub const fn field(self) -> LayerField<Self> {
        LayerField(self)
    }
}

impl<Y: Shape, X: Shape, P: Formula<Input = (Y, X), Output = Y>, K> Net<P, K> {
    /// The field `dh/dt = g(h, x)` of a formula of a state and an input; the input is held constant.
    pub const fn driven(self) -> Driven<Self> {
        Driven(self)
    }
}

impl<Y: Shape, P: Formula<Input = (Y, Rows<1>), Output = Y>, K> Net<P, K> {
    /// The field `dy/dt = g(y, t)` of a formula of a state and the time.
    pub const fn timed(self) -> TimeField<Self> {
        TimeField(self)
    }
}

impl<P: Continuous<Store: Slices>, K> Net<P, K> {
    /// The field `dh/dt = f(h, x)` that the cell discretises, with constant input `x`: the cell as a neural ODE.
    ///
    /// ```
    /// use rheos::formula::Static;
    /// use rheos::nn::{Block, Gru, Net, OdeBlock, Recurrence};
    /// use rheos::train::uniform;
    /// use rheos::{DiscreteAdjoint, Euler, Fixed};
    ///
    /// let cell: Net<_, Static<1>> = Net::new(Gru::<f64, 2, 4>::uniform(&mut uniform(1)));
    /// let flow = OdeBlock::new(cell.flow(), Euler, Fixed::steps(1), DiscreteAdjoint::new());
    /// let (h, x) = ([0.1, 0.2, 0.3, 0.4].into(), [1.0, -1.0].into());
    /// assert_eq!(flow.forward(&x, &h, 1.0.into())?.0, Recurrence(cell).forward(&x, &h, 1.0.into())?.0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    #[must_use]
    pub fn flow(&self) -> Driven<Net<FieldOf<P>, K>> {
        Driven(Net::new(FieldOf(self.params.clone())))
    }

    /// The field of a cell with the hidden state `(q, p)`, as `q′ = v(p)`, `p′ = a(q, x)`.
    ///
    /// # Errors
    /// [`Error::NotSeparable`] if the velocity depends on `q` or `x`, or the force on `p`.
    pub fn separable_flow<Q: Shape, R: Shape, X: Shape>(&self) -> Result<SeparableField<Net<FieldOf<P>, K>>>
    where
        P: Continuous<Arguments = ((Q, R), X), Output = (Q, R)>,
    {
        let net = Net::new(FieldOf(self.params.clone()));
        let program = net.program()?;
        let (q, p) = (0..Q::LEAVES, Q::LEAVES..Q::LEAVES + R::LEAVES);
        let is_separable = q.clone().all(|k| program.inputs_of(k).iter().all(|input| p.contains(input)))
            && p.clone().all(|k| program.inputs_of(k).iter().all(|input| !p.contains(input)));
        if is_separable {
            Ok(SeparableField(net))
        } else {
            Err(Error::NotSeparable { formula: std::any::type_name::<P>() })
        }
    }
}

impl<P: Formula<Store: Slices>, K> Clone for Net<P, K> {
    fn clone(&self) -> Self {
        self.with_batches()
    }
}

impl<P: Structure + PartialEq, K> PartialEq for Net<P, K> {
    fn eq(&self, other: &Self) -> bool {
        self.params == other.params
    }
}

/// The program: operations, shapes, number of parameters and operations.
impl<P: Formula<Store: Slices>, K> fmt::Debug for Net<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => program.show(f, &self.params, P::INPUTS),
            None => f.write_str("Net { a formula that uses a copy of a weight }"),
        }
    }
}

impl<P: Structure<Store: Slices>, K> Parametric for Net<P, K> {
    type Params = P;
    fn params(&self) -> P {
        self.params.clone()
    }
    fn set_params(&mut self, params: &P) {
        if self.params.fits(params) {
            self.params.assign(params);
        } else {
            self.params = params.clone();
            self.shapes = check_shapes(params);
        }
        self.pack();
    }
    fn fits_params(&self, params: &P) -> bool {
        self.params.fits(params)
    }
}

impl<P: Structure<Store: Slices>, K> Net<P, K> {
    /// Packs the parameters for the program.
    fn pack(&mut self) {
        if let (Some(program), Ok(())) = (&self.program, &self.shapes) {
            self.packed.update(program, &self.params);
        }
    }
}

/// Weights on the heap may have other shapes than their types say.
pub(super) fn check_shapes<P: Structure<Store: Slices>>(params: &P) -> Result<()> {
    let (mut index, mut shapes) = (0, Ok(()));
    if !P::FIXED_SHAPE {
        params.leaves(&Name::ROOT, &mut |_, leaf| {
            let (found, expected) = (params.slice(index).len(), leaf.rows * leaf.columns);
            if found != expected && shapes.is_ok() {
                shapes = Err(Error::ShapeMismatch { name: "params", index, found, expected });
            }
            index += 1;
        });
    }
    shapes
}
