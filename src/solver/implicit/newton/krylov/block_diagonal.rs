//! The diagonal blocks of the Jacobian as a preconditioner.

use nalgebra::{Complex, DMatrix, DMatrixView, DVector, DVectorViewMut, Dyn, LU};

use super::Preconditioner;
use super::block_differences::differences_in_blocks;
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::{Error, Result};
use crate::solver::implicit::LinearFailure;
use crate::state::State;

/// The diagonal blocks of `I − a J`, factorised: for equations in groups, such as the species of a reaction in every
/// cell of a mesh.
///
/// The blocks are of equal size, along the [coordinates](State::write_coordinates) of any state. They are central
/// differences in all blocks at once, which cost two evaluations for each row of a block. A coupling between two blocks
/// would enter both of them. [`apart`](Self::apart) keeps the blocks that are displaced together at a distance, so that
/// a coupling to near blocks does not matter; others make the preconditioner worse, but no solution wrong.
///
/// It removes the stiffness inside the blocks. The diffusion between cells remains, since a diagonal does not
/// approximate its smooth modes.
///
/// ```
/// use nalgebra::DVector;
/// use rheos::solver::implicit::{BlockDiagonal, Krylov, Kvaerno3};
/// use rheos::{Pid, ode, solve};
///
/// // A → B at the rate 10⁵ and back at 10⁴, in 40 cells of different temperatures.
/// let cells = 40;
/// let reaction = ode(|_, y: &DVector<f64>, dy: &mut DVector<f64>| {
///     for k in 0..cells {
///         let rate = (1.0 + k as f64) * (1e5 * y[2 * k] - 1e4 * y[2 * k + 1]);
///         (dy[2 * k], dy[2 * k + 1]) = (-rate, rate);
///     }
/// });
/// let y0 = DVector::from_fn(2 * cells, |i, _| if i % 2 == 0 { 1.0 } else { 0.0 });
/// let krylov = Krylov::new().preconditioned(BlockDiagonal::new(2));
/// let solution = solve(&reaction, y0, 0.0..1.0, Kvaerno3.with(krylov), Pid::tolerance(1e-6))?;
/// assert!((solution.last()[0] - 1.0 / 11.0).abs() < 1e-6);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct BlockDiagonal {
    pub(super) block: usize,
    pub(super) apart: usize,
}

impl BlockDiagonal {
    /// Blocks of this many coordinates, which must divide their number.
    pub const fn new(block: usize) -> Self {
        Self { block, apart: 1 }
    }

    /// Displaces every `apart`-th block at once, at least 1, with `2 · block · apart` evaluations. For a coupling to the
    /// `k` next blocks on both sides, `k + 1` makes the blocks exact.
    pub const fn apart(mut self, apart: usize) -> Self {
        self.apart = apart;
        self
    }

    /// # Errors
    /// [`Error::InvalidArgument`] if the size is not a divisor of the number of coordinates.
    fn check(self, coordinates: usize) -> Result<()> {
        if self.block > 0 && coordinates.is_multiple_of(self.block) {
            return Ok(());
        }
        let expected = "a divisor of the number of coordinates";
        Err(Error::InvalidArgument { name: "block", value: self.block as f64, expected })
    }
}

/// The workspace of [`BlockDiagonal`]: the blocks of the Jacobian.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Blocks {
    /// Block by block, each column by column.
    entries: Vec<f64>,
}

/// The factors of [`BlockDiagonal`].
#[derive(Debug, Clone)]
pub enum FactoredBlocks {
    /// For a real `a`.
    Real(Vec<LU<f64, Dyn, Dyn>>),
    /// For a complex `a`.
    Complex(Vec<LU<Complex<f64>, Dyn, Dyn>>),
}

impl<F: Dynamics> Preconditioner<F> for BlockDiagonal {
    type Workspace = Blocks;
    type Factors = FactoredBlocks;

    fn workspace(&self, _: &F, y0: &F::State) -> Blocks {
        // `linearise` refuses blocks that do not divide the state.
        let coordinates = y0.coordinates().len();
        let entries = if self.check(coordinates).is_ok() { coordinates * self.block } else { 0 };
        Blocks { entries: vec![0.0; entries] }
    }

    /// # Errors
    /// [`Error::InvalidArgument`] if the size of a block is not a divisor of the number of coordinates.
    fn linearise(
        &self,
        ws: &mut Blocks,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<u64> {
        self.check(y.coordinates().len())?;
        Ok(differences_in_blocks(self, &mut ws.entries, f, (t, y), near))
    }

    fn factor(&self, ws: &Blocks, a: f64) -> Result<FactoredBlocks, LinearFailure> {
        self.factored(ws, |matrix| LU::new(identity_minus(&matrix, a))).map(FactoredBlocks::Real)
    }

    fn apply(&self, factors: &FactoredBlocks, x: &mut F::State) {
        let FactoredBlocks::Real(factors) = factors else { return };
        let mut coordinates = x.coordinates();
        for (lu, x) in factors.iter().zip(coordinates.chunks_exact_mut(self.block)) {
            lu.solve_mut(&mut DVectorViewMut::from_slice(x, self.block));
        }
        x.read_coordinates(&coordinates);
    }

    fn factor_complex(&self, ws: &Blocks, a: Complex<f64>) -> Result<FactoredBlocks, LinearFailure> {
        let factors = self.factored(ws, |matrix| LU::new(identity_minus(&matrix.map(Complex::from), a)));
        factors.map(FactoredBlocks::Complex)
    }

    fn apply_complex(&self, factors: &FactoredBlocks, re: &mut F::State, im: &mut F::State) {
        let FactoredBlocks::Complex(factors) = factors else { return };
        let (mut x, mut y) = (re.coordinates(), im.coordinates());
        let mut z = DVector::zeros(self.block);
        let parts = x.chunks_exact_mut(self.block).zip(y.chunks_exact_mut(self.block));
        for (lu, (x, y)) in factors.iter().zip(parts) {
            z.iter_mut().zip(x.iter().zip(&*y)).for_each(|(z, (&x, &y))| *z = Complex::new(x, y));
            lu.solve_mut(&mut z);
            x.iter_mut().zip(y).zip(&z).for_each(|((x, y), z)| (*x, *y) = (z.re, z.im));
        }
        re.read_coordinates(&x);
        im.read_coordinates(&y);
    }

    fn factor_transposed(&self, ws: &Blocks, a: f64) -> Option<FactoredBlocks> {
        self.factored(ws, |matrix| LU::new(identity_minus(&matrix.transpose(), a))).map(FactoredBlocks::Real).ok()
    }

    fn factor_transposed_complex(&self, ws: &Blocks, a: Complex<f64>) -> Option<FactoredBlocks> {
        let factors = self.factored(ws, |matrix| LU::new(identity_minus(&matrix.transpose().map(Complex::from), a)));
        factors.map(FactoredBlocks::Complex).ok()
    }

    /// Clears blocks that are not finite.
    fn settle(&self, ws: &mut Blocks, _: &F::State) {
        if ws.entries.iter().any(|x| !x.is_finite()) {
            ws.entries.fill(0.0);
        }
    }

    fn restore(&self, ws: &mut Blocks, y: &F::State) -> bool {
        let coordinates = y.coordinates().len();
        self.check(coordinates).is_ok() && ws.entries.len() == coordinates * self.block
    }

    fn validate(&self) -> Result<()> {
        let least = |name, value: usize| match value {
            0 => Err(Error::InvalidArgument { name, value: 0.0, expected: "at least 1" }),
            _ => Ok(()),
        };
        least("block", self.block)?;
        least("apart", self.apart)
    }
}

impl BlockDiagonal {
    /// The factors of every block.
    fn factored<T: nalgebra::ComplexField>(
        self,
        ws: &Blocks,
        factor: impl Fn(DMatrixView<'_, f64>) -> LU<T, Dyn, Dyn>,
    ) -> Result<Vec<LU<T, Dyn, Dyn>>, LinearFailure> {
        if ws.entries.is_empty() {
            return Err(LinearFailure::Singular);
        }
        let blocks = ws.entries.chunks_exact(self.block * self.block);
        let factors = blocks.map(|entries| {
            let lu = factor(DMatrixView::from_slice(entries, self.block, self.block));
            lu.is_invertible().then_some(lu).ok_or(LinearFailure::Singular)
        });
        factors.collect()
    }
}

/// `I − a J`.
fn identity_minus<T, S>(matrix: &nalgebra::Matrix<T, Dyn, Dyn, S>, a: T) -> DMatrix<T>
where
    T: nalgebra::ComplexField,
    S: nalgebra::Storage<T, Dyn, Dyn>,
{
    let mut out = matrix.map(|x| -a.clone() * x);
    for i in 0..out.nrows() {
        out[(i, i)] += T::one();
    }
    out
}

#[cfg(test)]
mod tests {
    use nalgebra::{DVector, dvector};

    use super::*;
    use crate::dynamics::ode;
    use crate::state::{StoredNorm, Tolerance};

    /// Pairs `(x, y)` with a coupling of `x` to the next pairs, in the unit `unit` of the state: `∂/∂x` and `∂/∂y` of
    /// `x y − 3 x` and `x² − y`.
    fn coupled(unit: f64, coupling: f64) -> impl Dynamics<State = DVector<f64>> {
        ode(move |_, z: &DVector<f64>, dz: &mut DVector<f64>| {
            for k in 0..z.len() / 2 {
                let (x, y) = (z[2 * k] / unit, z[2 * k + 1] / unit);
                let next = if k + 1 < z.len() / 2 { z[2 * k + 2] / unit } else { 0.0 };
                dz[2 * k] = unit * (x * y - 3.0 * x + coupling * next);
                dz[2 * k + 1] = unit * (x * x - y + coupling * next);
            }
        })
    }

    fn blocks<F: Dynamics<State = DVector<f64>>>(
        blocks: BlockDiagonal,
        f: &F,
        y: &DVector<f64>,
        near: Neighbourhood<'_, DVector<f64>>,
    ) -> (Vec<f64>, u64) {
        let mut ws = blocks.workspace(f, y);
        let evaluations = blocks.linearise(&mut ws, f, 0.0, y, near).unwrap();
        (ws.entries, evaluations)
    }

    fn error(found: &[f64], expected: &[f64]) -> f64 {
        assert_eq!(found.len(), expected.len());
        found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    }

    const AT: [f64; 6] = [1.0, 2.0, -0.5, 0.0, 3.0, 1e-3];

    fn exact() -> Vec<f64> {
        AT.chunks(2).flat_map(|pair| [pair[1] - 3.0, 2.0 * pair[0], pair[0], -1.0]).collect()
    }

    #[test]
    fn entries_are_those_of_the_jacobian_in_every_unit() {
        for unit in [1e-12, 1.0, 1e9] {
            let y = DVector::from_column_slice(&AT) * unit;
            let (entries, evaluations) =
                blocks(BlockDiagonal::new(2), &coupled(unit, 0.0), &y, Neighbourhood::of_step(0.1));
            assert!(error(&entries, &exact()) < 1e-8, "{unit:e}: {entries:?}");
            // And one for the slope.
            assert_eq!(evaluations, 5);
        }
    }

    #[test]
    fn blocks_apart_do_not_see_their_neighbours() {
        let y = DVector::from_column_slice(&AT);
        let near = Neighbourhood::of_step(0.1);
        let (entries, evaluations) = blocks(BlockDiagonal::new(2).apart(2), &coupled(1.0, 7.0), &y, near);
        assert!(error(&entries, &exact()) < 1e-8, "{entries:?}");
        assert_eq!(evaluations, 9);
        let (entries, _) = blocks(BlockDiagonal::new(2), &coupled(1.0, 7.0), &y, near);
        assert!(error(&entries, &exact()) > 1.0, "{entries:?}");
    }

    #[test]
    fn a_state_at_rest_at_zero_has_the_size_of_its_tolerance_or_of_its_change() {
        let f = ode(|t: f64, y: &DVector<f64>, dy: &mut DVector<f64>| {
            *dy = dvector![t - 3.0 * y[0], t - 5.0 * y[1] + y[0]];
        });
        let y = dvector![0.0, 0.0];
        let norm = StoredNorm::Uniform(Tolerance { rtol: 1e-6, atol: 1e-9 });
        let slope = dvector![0.0, 0.0];
        for near in [Neighbourhood::of_step(1e-3), Neighbourhood { h: 1e-3, slope: Some(&slope), norm: Some(&norm) }] {
            let (entries, _) = blocks(BlockDiagonal::new(2), &f, &y, near);
            assert!(error(&entries, &[-3.0, 1.0, 0.0, -5.0]) < 1e-8, "{entries:?}");
        }
    }

    #[test]
    fn at_the_edge_of_the_domain_differences_are_one_sided() {
        let f = ode(|_, y: &DVector<f64>, dy: &mut DVector<f64>| {
            *dy = y.map(|y| if y < 0.0 { f64::NAN } else { y * y + 2.0 * y });
        });
        let (entries, _) = blocks(BlockDiagonal::new(1), &f, &dvector![0.0, 0.0], Neighbourhood::of_step(1.0));
        assert!(error(&entries, &[2.0, 2.0]) < 1e-4, "{entries:?}");
    }
}
