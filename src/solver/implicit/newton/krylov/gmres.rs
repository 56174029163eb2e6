//! GMRES (generalised minimal residuals) on a real or complex space of states.
//!
//! Y. Saad & M. H. Schultz, *GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems*,
//! SIAM J. Sci. Stat. Comput. 7 (1986), doi:10.1137/0907058: modified Gram–Schmidt, and Givens rotations that keep the
//! small least-squares problem triangular.

use nalgebra::ComplexField;

use super::space::KrylovSpace;

/// The storage of restarted GMRES for vectors `Y` over the numbers `T`, allocated once.
#[derive(Debug, Clone)]
pub struct Gmres<Y, T = f64> {
    /// The dimension at which the Krylov space is restarted.
    dimension: usize,
    /// An orthonormal basis of the Krylov space, with room for one more vector than its dimension.
    basis: Vec<Y>,
    /// The columns of the triangular matrix, each with its entry below the diagonal.
    triangle: Vec<T>,
    /// A rotation `(cos, sin)` for each column, with a complex cosine in a complex space.
    rotations: Vec<(T, f64)>,
    /// The rotated right-hand side; its last entry is the norm of the residual. Then the coefficients of the solution.
    rhs: Vec<T>,
    /// The coefficients of the residual in the basis.
    weights: Vec<T>,
    residual: Y,
    solution: Y,
}

/// The stopping rule for the residual.
pub struct Goal<'a, Y> {
    /// Its size in units of the allowed residual: at most 1 is enough.
    pub size: &'a dyn Fn(&Y) -> f64,
    /// Its norm relative to the right-hand side, below which products are noise and no progress is possible.
    pub floor: f64,
    /// The maximum number of products.
    pub budget: usize,
}

/// Room is made for so many dimensions before a solve, and for more if a system needs them.
const ROOM: usize = 64;

/// A cycle that leaves more than this part of the residual has stalled, and the next one would too.
const STALLED: f64 = 1.0 - 1e-6;

/// The position of a column of the triangular matrix.
fn place(column: usize) -> std::ops::Range<usize> {
    let start = column * (column + 1) / 2;
    start..start + column + 1
}

impl<Y: KrylovSpace> Gmres<Y, Y::Scalar> {
    /// Storage for states of the shape of `y0`. The Krylov space is restarted at this dimension, or if it cannot grow.
    pub fn new(y0: &Y, dimension: usize) -> Self {
        const { assert!(!Y::IS_DUAL, "GMRES ignores the derivatives in dual numbers; use `Lu`") }
        let dimension = dimension.min(y0.dimension());
        let mut new = Self {
            dimension,
            basis: Vec::new(),
            triangle: Vec::new(),
            rotations: Vec::new(),
            rhs: Vec::new(),
            weights: Vec::new(),
            residual: y0.zeros_like(),
            solution: y0.zeros_like(),
        };
        new.make_room(dimension.min(ROOM));
        new
    }

    /// Makes room for `dimensions` dimensions.
    fn make_room(&mut self, dimensions: usize) {
        let rows = dimensions + 1;
        self.basis.resize_with(rows, || self.residual.zeros_like());
        self.triangle.resize(place(dimensions).start, zero());
        self.rotations.resize(dimensions, (ComplexField::from_real(1.0), 0.0));
        self.rhs.resize(rows, zero());
        self.weights.resize(rows, zero());
    }

    /// `x ← M⁻¹ x` for the map `M` that `apply` writes into its last argument. False if the goal was not reached.
    pub fn solve(&mut self, x: &mut Y, goal: &Goal<'_, Y>, mut apply: impl FnMut(&Y, &mut Y)) -> bool {
        self.residual.assign(x);
        self.solution.set_zeros();
        let start = x.norm();
        let floor = goal.floor * start;
        // The norm must shrink by the same factor as the size, for coordinates that the size ignores. While the norm
        // is larger, the size need not be computed.
        let enough = start / (goal.size)(x).max(1.0);
        let mut look = enough;
        let mut left = goal.budget;
        let mut reached = start == 0.0;
        let mut before = f64::INFINITY;
        while !reached && left > 0 {
            let columns = self.cycle(floor, &mut look, &mut left, goal, &mut apply);
            if columns == 0 {
                return false;
            }
            self.take(columns);
            let residual = self.residual.norm();
            reached = residual <= floor || residual <= enough && (goal.size)(&self.residual) <= 1.0;
            if !reached && residual > STALLED * before {
                return false;
            }
            before = residual;
        }
        x.assign(&self.solution);
        reached
    }

    /// Builds a Krylov space on the residual until the goal is reached or storage or budget ends. Returns its
    /// dimension, or 0 if that fails.
    fn cycle(
        &mut self,
        floor: f64,
        look: &mut f64,
        left: &mut usize,
        goal: &Goal<'_, Y>,
        apply: &mut impl FnMut(&Y, &mut Y),
    ) -> usize {
        let beta = self.residual.norm();
        self.basis[0].assign(&self.residual);
        self.basis[0].scale_by(1.0 / beta);
        self.rhs[0] = ComplexField::from_real(beta);
        let mut columns = 0;
        while columns < self.dimension && *left > 0 {
            if columns == self.rotations.len() {
                self.make_room(self.dimension.min(2 * columns));
            }
            let (done, rest) = self.basis.split_at_mut(columns + 1);
            apply(&done[columns], &mut rest[0]);
            *left -= 1;
            let Some(exhausted) = self.add_column(columns) else { return 0 };
            columns += 1;
            let residual = self.rhs[columns].modulus();
            if exhausted || residual <= floor {
                break;
            }
            if residual <= *look {
                self.find_residual(columns);
                let size = (goal.size)(&self.residual);
                if size <= 1.0 {
                    break;
                }
                *look = residual / size;
            }
        }
        columns
    }

    /// Orthonormalises the last product and rotates its coefficients. `Some(true)` if the Krylov space is exhausted,
    /// `None` if the product is not finite or the map is singular there.
    fn add_column(&mut self, j: usize) -> Option<bool> {
        let column = &mut self.triangle[place(j)];
        let (done, rest) = self.basis.split_at_mut(j + 1);
        let product = &mut rest[0];
        let before = product.norm();
        for (h, v) in column.iter_mut().zip(&*done) {
            *h = v.inner(product);
            product.add_scaled(-*h, v);
        }
        let after = product.norm();
        if !after.is_finite() {
            return None;
        }
        let rounding = 10.0 * product.rounding() * before;
        let exhausted = after <= rounding;
        if !exhausted {
            product.scale_by(1.0 / after);
        }
        for (i, &(c, s)) in self.rotations[..j].iter().enumerate() {
            let (x, y) = (column[i], column[i + 1]);
            (column[i], column[i + 1]) = (c.conjugate() * x + y.scale(s), c * y - x.scale(s));
        }
        let below = if exhausted { 0.0 } else { after };
        let length = column[j].modulus().hypot(below);
        if length <= rounding {
            return None;
        }
        let (c, s) = (column[j].unscale(length), below / length);
        column[j] = ComplexField::from_real(length);
        self.rotations[j] = (c, s);
        (self.rhs[j], self.rhs[j + 1]) = (c.conjugate() * self.rhs[j], self.rhs[j].scale(-s));
        Some(exhausted)
    }

    /// Writes the residual of the least-squares solution in the first `columns` dimensions from the basis.
    fn find_residual(&mut self, columns: usize) {
        let weights = &mut self.weights[..=columns];
        weights[columns] = self.rhs[columns];
        for (i, &(c, s)) in self.rotations[..columns].iter().enumerate().rev() {
            let last = weights[i + 1];
            weights[i] = last.scale(-s);
            weights[i + 1] = c.conjugate() * last;
        }
        self.residual.set_zeros();
        self.residual.accumulate(weights, &self.basis[..=columns]);
    }

    /// Adds the least-squares solution in the first `columns` dimensions, and leaves the residual of the sum.
    fn take(&mut self, columns: usize) {
        self.find_residual(columns);
        for j in (0..columns).rev() {
            let column = &self.triangle[place(j)];
            let x = self.rhs[j] / column[j];
            self.rhs[j] = x;
            for (rhs, &a) in self.rhs[..j].iter_mut().zip(column) {
                *rhs -= x * a;
            }
        }
        self.solution.accumulate(&self.rhs[..columns], &self.basis[..columns]);
    }
}

fn zero<T: ComplexField<RealField = f64>>() -> T {
    T::from_real(0.0)
}
