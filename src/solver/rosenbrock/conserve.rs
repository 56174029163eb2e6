//! Repair of conserved sums, which rounding in the linear systems breaks.

use super::table::RosenbrockTable;
use crate::dynamics::Dynamics;
use crate::solver::StepStart;
use crate::solver::implicit::LinearSolver;
use crate::solver::kept_states::{KeptStates, Use, show};
use crate::state::{State, StoredNorm};

/// The sums over the stages of a step for the repair.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Conservation<Y> {
    /// `Σ bᵢ (fᵢ + h γᵢ ∂f/∂t)`.
    slopes: Y,
    /// `Σ bᵢ uᵢ`.
    moved: Y,
    change: Y,
    /// A difference of the field, its second slope, and the state there.
    scratch: [Y; 3],
    pub(super) evaluations: u64,
}

impl<Y: State> KeptStates<Y> for Conservation<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        show(see, Use::Free, [&mut self.slopes, &mut self.moved, &mut self.change]);
        show(see, Use::Free, &mut self.scratch);
    }
}

impl<Y: State> Conservation<Y> {
    pub(super) fn new(y0: &Y) -> Self {
        let zeros = || y0.zeros_like();
        Self { slopes: zeros(), moved: zeros(), change: zeros(), scratch: [zeros(), zeros(), zeros()], evaluations: 0 }
    }

    /// Whether the absolute tolerance is below the rounding of the state `y`: then later small values must have digits
    /// for which the present large values have no room.
    pub(super) fn is_needed(norm: Option<&StoredNorm<Y>>, y: &Y) -> bool {
        norm.is_some_and(|norm| norm.absolute_of_all(y) < y.rounding() * y.inner(y).sqrt())
    }

    pub(super) fn begin(&mut self) {
        self.slopes.set_zeros();
    }

    /// Adds the slope of stage `i`, with `h γᵢ` times `drift`.
    pub(super) fn note<T, const S: usize>(&mut self, i: usize, slope: &Y, h: f64, drift: &Y)
    where
        T: RosenbrockTable<S>,
    {
        let b = const { weights::<T, S>() }[i];
        self.slopes.add_scaled(b, slope);
        if T::TIME[i] != 0.0 {
            self.slopes.add_scaled(b * T::TIME[i] * h, drift);
        }
    }

    /// Corrects `y1`, the result of a step with the increments `u`.
    ///
    /// The entries of `J` and its factorisation are rounded. This breaks a conserved sum of the field: if `h J` is
    /// large, by more than the rounding of the state; on the problem [`E5`](crate::dynamics::problems::stiff::E5), by
    /// more than the solution at the end. The change of the state is also `h Σ bᵢ fᵢ + h J Σ bᵢ uᵢ`. With a difference
    /// of the field in place of the product with `J`, this expression preserves the sum. The difference of both
    /// expressions is passed through the linear system, which keeps a conserved sum and damps all else to rounding.
    pub(super) fn repair<F, L, T, const S: usize>(
        &mut self,
        linear: &L,
        ws: &mut L::Workspace,
        f: &F,
        step: StepStart<'_, Y>,
        u: &[Y; S],
        y1: &mut Y,
    ) where
        F: Dynamics<State = Y>,
        L: LinearSolver<F>,
        T: RosenbrockTable<S>,
    {
        self.moved.set_zeros();
        self.moved.accumulate(1.0, &const { weights::<T, S>() }, u);
        self.change.set_zeros();
        // A difference of fourth order, whose truncation and rounding cost about the same digits.
        let part = y1.rounding().powf(0.2);
        for (sign, distance) in [(8.0, 1.0), (-1.0, 2.0)] {
            self.difference(f, step, distance * part);
            self.change.add_scaled(sign / (12.0 * part), &self.scratch[0]);
        }
        self.change.add_scaled(1.0, &self.slopes);
        self.change.scale_by(step.h);
        // Minus the change by the increments.
        self.change.accumulate(-1.0, &T::M, u);
        if linear.solve(ws, f, &mut self.change).is_ok() && self.change.all_finite() {
            y1.add_scaled(1.0, &self.change);
        }
    }

    /// Writes `f(y0 + ε g) − f(y0 − ε g)` into `scratch`.
    fn difference<F: Dynamics<State = Y>>(&mut self, f: &F, StepStart { t, y0, .. }: StepStart<'_, Y>, part: f64) {
        let [out, behind, shifted] = &mut self.scratch;
        shifted.combine(y0, -part, &[1.0], std::slice::from_ref(&self.moved));
        f.eval(t, shifted, behind);
        shifted.combine(y0, part, &[1.0], std::slice::from_ref(&self.moved));
        f.eval(t, shifted, out);
        out.add_scaled(-1.0, behind);
        self.evaluations += 2;
    }
}

/// The weights `b` of the method in its untransformed variables: `b (I/γ − C) = m`.
const fn weights<T: RosenbrockTable<S>, const S: usize>() -> [f64; S] {
    let mut b = [0.0; S];
    let mut i = S;
    while i > 0 {
        i -= 1;
        let mut sum = T::M[i];
        let mut j = i + 1;
        while j < S {
            sum += b[j] * T::C[j][i];
            j += 1;
        }
        b[i] = T::GAMMA * sum;
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Pid;
    use crate::dynamics::problems::stiff::Robertson;
    use crate::solution::solve;
    use crate::solver::Embedded;
    use crate::solver::rosenbrock::{Rodas3, Rodas4, Rodas5P, Ros3};

    /// The sum of Robertson's concentrations is 1. If every step repairs it, only the rounding of the state is left.
    #[test]
    fn a_conserved_sum_is_kept_to_the_rounding_of_the_state() {
        fn check<S: Embedded<crate::dynamics::Autodiff<Robertson, 3, 3>>>(solver: S) {
            let (f, y0) = Robertson::problem();
            let solution = solve(&f, y0, 0.0..1e6, solver, Pid::tolerance(1e-4).atol(1e-17)).unwrap();
            let (steps, sum) = (solution.stats.accepted as f64, solution.last().sum());
            assert!(
                (sum - 1.0).abs() < 4.0 * f64::EPSILON * steps.sqrt(),
                "{}: {:e} in {steps} steps",
                S::NAME,
                sum - 1.0
            );
        }
        check(Ros3);
        check(Rodas3);
        check(Rodas4);
        check(Rodas5P);
    }

    /// `Σ b = 1`, as of every consistent method.
    #[test]
    fn the_weights_are_those_of_a_consistent_method() {
        fn check<T: RosenbrockTable<S>, const S: usize>() {
            let sum: f64 = weights::<T, S>().iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{}: {sum}", T::NAME);
        }
        check::<crate::solver::rosenbrock::Ros3Table, 3>();
        check::<crate::solver::rosenbrock::Rodas3Table, 4>();
        check::<crate::solver::rosenbrock::Rodas4Table, 6>();
        check::<crate::solver::rosenbrock::Rodas5PTable, 8>();
    }
}
