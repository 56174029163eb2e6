//! The method of generalised minimal residuals on a state space.
//!
//! Y. Saad & M. H. Schultz, *GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems*,
//! SIAM J. Sci. Stat. Comput. 7 (1986), doi:10.1137/0907058: modified Gram–Schmidt, and Givens rotations that keep the
//! small least-squares problem triangular.

use crate::State;

/// Memory for restarted GMRES, allocated once.
#[derive(Debug, Clone)]
pub(super) struct Gmres<Y> {
    /// An orthonormal basis of the Krylov space, one longer than its dimension.
    basis: Vec<Y>,
    /// The columns of the triangular matrix, one after another, each of the length of the basis.
    triangle: Vec<f64>,
    /// A rotation `(cos, sin)` for each column.
    rotations: Vec<(f64, f64)>,
    /// The rotated right-hand side; its last entry is the norm of the residual. Then the coefficients of the solution.
    rhs: Vec<f64>,
    /// The coefficients of the residual in the basis.
    weights: Vec<f64>,
    residual: Y,
    solution: Y,
}

/// When a residual is small enough.
pub(super) struct Goal<'a, Y> {
    /// Its size in units of what may be left: at most 1 is enough.
    pub size: &'a dyn Fn(&Y) -> f64,
    /// Its norm relative to that of the right-hand side: below, products are noise and no more can be had.
    pub floor: f64,
    /// Products that may be spent.
    pub budget: usize,
}

impl<Y: State> Gmres<Y> {
    /// For states of the shape of `y0`, restarted when the Krylov space has that dimension.
    pub fn new(y0: &Y, dimension: usize) -> Self {
        const { assert!(!Y::IS_DUAL, "GMRES does not solve for the derivatives that dual numbers carry; use `Lu`") }
        let rows = dimension + 1;
        Self {
            basis: (0..rows).map(|_| y0.zeros_like()).collect(),
            triangle: vec![0.0; rows * dimension],
            rotations: vec![(1.0, 0.0); dimension],
            rhs: vec![0.0; rows],
            weights: vec![0.0; rows],
            residual: y0.zeros_like(),
            solution: y0.zeros_like(),
        }
    }

    /// `x ← M⁻¹ x` for the map `M` that `apply` writes into its last argument. False if the goal was not reached.
    pub fn solve(&mut self, x: &mut Y, goal: &Goal<'_, Y>, mut apply: impl FnMut(&Y, &mut Y)) -> bool {
        self.residual.assign(x);
        self.solution.set_zeros();
        let start = norm(x);
        let floor = goal.floor * start;
        // The reduction that is needed in the one norm is asked for in the other as well, for the sake of coordinates that
        // have no say in the first. Above it there is no need to look.
        let enough = start / (goal.size)(x).max(1.0);
        let mut look = enough;
        let mut left = goal.budget;
        let mut reached = start == 0.0;
        while !reached && left > 0 {
            let columns = self.cycle(floor, &mut look, &mut left, goal, &mut apply);
            if columns == 0 {
                return false;
            }
            self.take(columns);
            let residual = norm(&self.residual);
            reached = residual <= floor || residual <= enough && (goal.size)(&self.residual) <= 1.0;
        }
        x.assign(&self.solution);
        reached
    }

    /// Builds a Krylov space on the residual until the goal is reached or memory or budget ends. Its dimension, or 0 where
    /// that fails.
    fn cycle(
        &mut self,
        floor: f64,
        look: &mut f64,
        left: &mut usize,
        goal: &Goal<'_, Y>,
        apply: &mut impl FnMut(&Y, &mut Y),
    ) -> usize {
        let beta = norm(&self.residual);
        self.basis[0].assign(&self.residual);
        self.basis[0].scale_by(1.0 / beta);
        self.rhs[0] = beta;
        let mut columns = 0;
        while columns < self.rotations.len() && *left > 0 {
            let (done, rest) = self.basis.split_at_mut(columns + 1);
            apply(&done[columns], &mut rest[0]);
            *left -= 1;
            let Some(exhausted) = self.add_column(columns) else { return 0 };
            columns += 1;
            let residual = self.rhs[columns].abs();
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
        let rows = self.basis.len();
        let column = &mut self.triangle[j * rows..(j + 1) * rows];
        let (done, rest) = self.basis.split_at_mut(j + 1);
        let product = &mut rest[0];
        let before = norm(product);
        for (h, v) in column.iter_mut().zip(&*done) {
            *h = v.inner(product);
            product.add_scaled(-*h, v);
        }
        let after = norm(product);
        if !after.is_finite() {
            return None;
        }
        let rounding = 10.0 * product.rounding() * before;
        let exhausted = after <= rounding;
        if !exhausted {
            product.scale_by(1.0 / after);
        }
        for (i, &(c, s)) in self.rotations[..j].iter().enumerate() {
            (column[i], column[i + 1]) = (c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]);
        }
        let below = if exhausted { 0.0 } else { after };
        let length = column[j].hypot(below);
        if length <= rounding {
            return None;
        }
        let (c, s) = (column[j] / length, below / length);
        column[j] = length;
        self.rotations[j] = (c, s);
        (self.rhs[j], self.rhs[j + 1]) = (c * self.rhs[j], -s * self.rhs[j]);
        Some(exhausted)
    }

    /// Writes the residual of the least-squares solution in the first `columns` dimensions, from the basis.
    fn find_residual(&mut self, columns: usize) {
        let weights = &mut self.weights[..=columns];
        weights[columns] = self.rhs[columns];
        for (i, &(c, s)) in self.rotations[..columns].iter().enumerate().rev() {
            let last = weights[i + 1];
            weights[i] = -s * last;
            weights[i + 1] = c * last;
        }
        self.residual.set_zeros();
        self.residual.accumulate(1.0, weights, &self.basis[..=columns]);
    }

    /// Adds the least-squares solution in the first `columns` dimensions, and leaves the residual of the sum.
    fn take(&mut self, columns: usize) {
        self.find_residual(columns);
        let rows = self.basis.len();
        for j in (0..columns).rev() {
            let column = &self.triangle[j * rows..(j + 1) * rows];
            self.rhs[j] /= column[j];
            let x = self.rhs[j];
            for (rhs, a) in self.rhs[..j].iter_mut().zip(column) {
                *rhs -= x * a;
            }
        }
        self.solution.accumulate(1.0, &self.rhs[..columns], &self.basis[..columns]);
    }
}

fn norm<Y: State>(x: &Y) -> f64 {
    x.inner(x).sqrt()
}
