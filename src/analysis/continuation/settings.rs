//! The continuation of a family.

use std::ops::Range;

use nalgebra::DVector;

use super::branch::{Branch, BranchEnding};
use super::equations::FamilyEquations;
use super::first_point::correct_start;
use super::metric::Sizes;
use super::node::Node;
use super::report::Whole;
use super::start::{first_direction, sizes};
use super::switch::{Junction, sides};
use super::walk::{Steps, Walk, Walked};
use crate::analysis::system::System;
use crate::error::{Error, Result};
use crate::state::State;

/// Pseudo-arclength continuation of fixed points in one parameter.
///
/// The family is a closure that makes the system at a parameter `p`: a map, whose fixed points are `F(x, p) = x`, or a
/// flow, `f(x, p) = 0`. A closure that can fail returns a `Result`. It is called several times in each step of Newton's
/// method. Cycles of the length `k` are fixed points of [`Iterated`](crate::analysis::Iterated).
///
/// A branch is followed in both directions from a start, around folds, until the parameter leaves its range, the branch
/// closes, or a step fails; [`Branch`] says which. (A branch that leaves the range and comes back within one step is
/// followed.) Along the way the eigenvalues are computed at every point, and bifurcations are located:
///
/// | [`BifurcationKind`](super::BifurcationKind) | changes its sign |
/// |---|---|
/// | fold | the component of the tangent in `p` |
/// | branch point | the determinant of the equations bordered by the tangent |
/// | flip, Neimark–Sacker point (maps) | the distance of an eigenvalue from the unit circle |
/// | Hopf point (flows) | the real part of a complex pair |
///
/// Steps are short enough that the tangent turns by at most 0.2 radians. Where the parabola through three points of a test
/// has an extremum near zero or beyond, a point is inserted; this finds two bifurcations within a step. A change of
/// stability that no bifurcation explains is in [`Branch::unexplained`].
///
/// A corner of the branch, as of a net of rectified linear units, is passed if the branch turns by less than 1.3
/// radians there. Where the stability jumps at a corner there is no bifurcation of a smooth system, and the jump is
/// unexplained.
///
/// Lengths are measured in the length of the range of `p` and in typical sizes of the coordinates, which are found from
/// the system at the start, so units do not matter. The derivative with respect to `p` is a difference of fourth order;
/// it steers the steps, but the points are as accurate as the system.
///
/// H. B. Keller, *Numerical solution of bifurcation and nonlinear eigenvalue problems*, in *Applications of Bifurcation
/// Theory* (1977); W. Govaerts, *Numerical Methods for Bifurcations of Dynamical Equilibria* (SIAM 2000); Yu. A.
/// Kuznetsov, *Elements of Applied Bifurcation Theory*, chapter 10.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::analysis::{BifurcationKind, Continuation, Map};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
///
/// /// The logistic map.
/// struct Logistic;
/// impl GenericDynamics<1, 1> for Logistic {
///     fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, r: &SVector<T, 1>) -> SVector<T, 1> {
///         vector![r[0] * x[0] * (T::from(1.0) - x[0])]
///     }
/// }
///
/// let continuation = Continuation::new(|r| Map::new(Autodiff::new(Logistic, vector![r])), 0.5..3.5);
/// let trivial = continuation.run(&vector![0.0], 0.5)?;
/// let point = &trivial.bifurcations[0];
/// assert!(point.kind == BifurcationKind::BranchPoint && (point.p - 1.0).abs() < 1e-8);
///
/// let other = continuation.switch(&trivial, 0)?;
/// let flip = other.of_kind(BifurcationKind::Flip).next().expect("at r = 3");
/// assert!((flip.p - 3.0).abs() < 1e-8 && (flip.x[0] - 2.0 / 3.0).abs() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Continuation<G> {
    family: G,
    range: Range<f64>,
    sizes: Option<Vec<f64>>,
    steps: Steps,
}

impl<G: Fn(f64) -> S, S: System> Continuation<G> {
    /// The fixed points of `family` for the parameters in `range`, ends included. A branch is oriented along the range,
    /// which may descend.
    pub const fn new(family: G, range: Range<f64>) -> Self {
        let steps = Steps { first: 0.01, shortest: 1e-7, longest: 0.03, points: 5000 };
        Self { family, range, sizes: None, steps }
    }

    /// Sets the first step; 0.01 by default. A step of 1 goes as far as the range of `p` or the typical size of the
    /// coordinates.
    #[must_use]
    pub const fn first_step(mut self, step: f64) -> Self {
        self.steps.first = step;
        self
    }

    /// Sets the longest step; 0.03 by default.
    #[must_use]
    pub const fn longest_step(mut self, step: f64) -> Self {
        self.steps.longest = step;
        self
    }

    /// Sets the shortest step; 1e-7 by default. The branch ends as [stalled](BranchEnding::Stalled) where a shorter one
    /// would be needed.
    #[must_use]
    pub const fn shortest_step(mut self, step: f64) -> Self {
        self.steps.shortest = step;
        self
    }

    /// Sets the budget of points in each direction; 5000 by default.
    #[must_use]
    pub const fn max_points(mut self, points: usize) -> Self {
        self.steps.points = points;
        self
    }

    /// Sets the typical sizes of the coordinates, positive numbers. By default they are found from the system.
    #[must_use]
    pub fn sizes(mut self, sizes: &S::State) -> Self {
        self.sizes = Some(sizes.coordinates());
        self
    }

    /// The branch through the fixed point at the parameter `p` near `x`, which Newton's method finds first.
    ///
    /// ```
    /// use nalgebra::{Vector2, vector};
    /// use rheos::analysis::{BifurcationKind, Continuation, Flow};
    /// use rheos::ode;
    ///
    /// // The Brusselator with A = 1 begins to oscillate at B = 2, with the frequency 1.
    /// let family = |b: f64| {
    ///     Flow::new(ode(move |_t, x: &Vector2<f64>, dx: &mut Vector2<f64>| {
    ///         let reaction = x[0] * x[0] * x[1];
    ///         *dx = vector![1.0 - (b + 1.0) * x[0] + reaction, b * x[0] - reaction];
    ///     }))
    /// };
    /// let branch = Continuation::new(family, 0.5..4.0).run(&vector![1.0, 0.5], 0.5)?;
    /// let hopf = &branch.bifurcations[0];
    /// assert_eq!(hopf.kind, BifurcationKind::Hopf);
    /// assert!((hopf.p - 2.0).abs() < 1e-8 && (hopf.frequency().expect("of a Hopf point") - 1.0).abs() < 1e-8);
    /// assert!(branch.points[0].is_stable() == Some(true) && branch.points.last().is_some_and(|point| point.unstable == 2));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// Settings outside their domains, a start that is not finite or has no coordinates, the error of the system there,
    /// and [`Error::NoBranch`] if Newton's method does not converge or if the start is a branch point, where the
    /// direction is not unique.
    pub fn run(&self, x: &S::State, p: f64) -> Result<Branch<S::State>> {
        let mut u = x.coordinates();
        self.validate(&u, p)?;
        u.push(p);
        let equations = FamilyEquations { family: &self.family, like: x };
        let guess = DVector::from_vec(u);
        let length = (self.range.end - self.range.start).abs();
        let given = self.sizes.as_deref();
        let metric = sizes(&equations, &guess, length, given)?.metric(&guess);
        let u = correct_start(&equations, &metric, guess).map_err(|miss| {
            let failed = Error::NoBranch { p, reason: "Newton's method finds no fixed point from the start" };
            miss.into_cause().unwrap_or(failed)
        })?;
        let sizes = sizes(&equations, &u, length, given)?;
        let metric = sizes.metric(&u);
        let towards = (self.range.end - self.range.start).signum();
        let Some(direction) = first_direction(&equations, &metric, &u, towards)? else {
            let reason = "the start is a branch point, or the equations there depend on each other; start beside it";
            return Err(Error::NoBranch { p, reason });
        };
        let walk = self.walk(&equations, &sizes);
        let first = Node::at(&equations, &metric, u, &direction)?;
        let after = walk.from(&first);
        let before = if after.ending == BranchEnding::Closed {
            Walked { nodes: Vec::new(), ending: BranchEnding::Closed }
        } else {
            walk.from(&first.clone().reversed())
        };
        Whole { before, middle: vec![first], after }.report(&walk, x)
    }

    /// The other branch through the branch point `branch.bifurcations[index]`, in both directions from it.
    ///
    /// ```
    /// use rheos::analysis::{Continuation, Flow};
    /// use rheos::ode;
    ///
    /// // A pitchfork at p = 0: from x = 0 to x² = p.
    /// let family = |p: f64| Flow::new(ode(move |_t, x: &f64, dx: &mut f64| *dx = p * x - x * x * x));
    /// let continuation = Continuation::new(family, -1.0..1.0);
    /// let trivial = continuation.run(&0.0, -1.0)?;
    /// let outer = continuation.switch(&trivial, 0)?;
    /// assert!(outer.points.iter().all(|point| (point.x * point.x - point.p).abs() < 1e-10));
    /// assert!(outer.bifurcations[0].turns);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// It has the branch point among its own bifurcations. Where the other branch exists on one side only, the ending
    /// on the other side is [stalled](BranchEnding::Stalled).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `index` is not the index of a branch point, and [`Error::NoBranch`] if more than
    /// two branches cross there or the other one is not found.
    pub fn switch(&self, branch: &Branch<S::State>, index: usize) -> Result<Branch<S::State>> {
        use super::BifurcationKind::BranchPoint;
        let Some(point) = branch.bifurcations.get(index).filter(|found| found.kind == BranchPoint) else {
            let expected = "the index of a branch point among the bifurcations of the branch";
            return Err(Error::InvalidArgument { name: "index", value: index as f64, expected });
        };
        let with_p = |x: &S::State, p: f64| {
            let mut u = x.coordinates();
            u.push(p);
            DVector::from_vec(u)
        };
        let u = with_p(&point.x, point.p);
        self.validate(&u.as_slice()[..u.len() - 1], point.p)?;
        let equations = FamilyEquations { family: &self.family, like: &point.x };
        let x = DVector::from_vec(self.sizes.clone().unwrap_or_else(|| branch.sizes.coordinates()));
        let sizes = Sizes { x, p: (self.range.end - self.range.start).abs() };
        let walk = self.walk(&equations, &sizes);
        let junction = Junction { u: &u, tangent: &with_p(&point.tangent, point.tangent_p) };
        let [forward, backward] = sides(&walk, &junction)?;
        let one = |side: &Option<Node>| match side {
            Some(node) => walk.from(node),
            None => {
                let ending = BranchEnding::Stalled { p: point.p, step: self.steps.first, cause: None };
                Walked { nodes: Vec::new(), ending }
            }
        };
        let after = one(&forward);
        // A closed branch comes back to its beginning through the branch point.
        let before = match (&after.ending, &backward) {
            (BranchEnding::Closed, _) => Walked { nodes: Vec::new(), ending: BranchEnding::Closed },
            _ => one(&backward),
        };
        let closed = after.ending == BranchEnding::Closed;
        let middle = backward.filter(|_| !closed).map(Node::reversed).into_iter().chain(forward).collect();
        let whole = Whole { before, middle, after };
        let descends = (self.range.end - self.range.start) < 0.0;
        whole.oriented(descends).report(&walk, &point.x)
    }

    fn walk<'a>(&self, equations: &'a FamilyEquations<'a, G, S::State>, sizes: &'a Sizes) -> Walk<'a> {
        let range = [self.range.start.min(self.range.end), self.range.start.max(self.range.end)];
        Walk { equations, sizes, steps: self.steps, range }
    }

    fn validate(&self, x: &[f64], p: f64) -> Result<()> {
        let Range { start, end } = self.range;
        if !start.is_finite() {
            return Err(Error::InvalidArgument { name: "range.start", value: start, expected: "finite" });
        }
        if !(end - start).is_finite() || start == end {
            let expected = "finite, not the start, and at a finite distance from it";
            return Err(Error::InvalidArgument { name: "range.end", value: end, expected });
        }
        if !(start.min(end)..=start.max(end)).contains(&p) {
            return Err(Error::InvalidArgument { name: "p", value: p, expected: "in the range of the parameter" });
        }
        let Steps { first, shortest, longest, points } = self.steps;
        for (name, value) in [("first_step", first), ("shortest_step", shortest), ("longest_step", longest)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::InvalidArgument { name, value, expected: "positive and finite" });
            }
        }
        if points == 0 {
            return Err(Error::InvalidArgument { name: "max_points", value: 0.0, expected: "at least 1" });
        }
        if x.is_empty() {
            return Err(Error::EmptyState);
        }
        if let Some(index) = x.iter().position(|x| !x.is_finite()) {
            return Err(Error::InvalidEntry { name: "x", index, value: x[index], expected: "finite" });
        }
        if let Some(sizes) = &self.sizes {
            if sizes.len() != x.len() {
                return Err(Error::LengthMismatch { name: "sizes", found: sizes.len(), expected: x.len() });
            }
            if let Some(index) = sizes.iter().position(|size| !(*size > 0.0 && size.is_finite())) {
                let expected = "positive and finite";
                return Err(Error::InvalidEntry { name: "sizes", index, value: sizes[index], expected });
            }
        }
        Ok(())
    }
}
