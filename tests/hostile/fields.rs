//! Hostile fields, which count how often they are evaluated.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use nalgebra::{DVector, SVector, Vector2};
use num_dual::Dual64;
use rheos::dynamics::{Jacobian, SecondOrderVjp, Separable, SeparableVjp};
use rheos::{Autodiff, Differentiable, Dynamics, GenericDynamics, Parametric, Scalar, State};

use crate::case::Case;
use crate::draw;

/// A field that was evaluated as often as this is part of a hang.
const BUDGET: u64 = 2_000_000;

/// Counts evaluations.
#[derive(Debug, Default)]
pub struct Budget(AtomicU64);

impl Budget {
    /// One evaluation more.
    pub fn spend(&self) {
        let spent = self.0.fetch_add(1, Ordering::Relaxed);
        assert!(spent < BUDGET, "a hang: more than {BUDGET} evaluations");
    }
}

/// A scalar field that acts on every coordinate.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    Zero,
    Decay,
    Oscillation,
    Growth,
    Stiff,
    /// Steep where the state is not 0, which explodes or is stiff.
    Steep,
    Huge,
    Tiny,
    Reciprocal,
    Root,
    /// Explodes in finite time.
    Square,
    /// Not a number from this time on.
    NanFrom(f64),
    InfiniteFrom(f64),
    NanEverywhere,
    /// Jumps at this time.
    JumpsAt(f64),
    /// Jumps where the state is this.
    JumpsWhere(f64),
    /// Not a number where the state is negative.
    Logarithm,
    Quick,
}

const RULES: [Rule; 26] = [
    Rule::Zero,
    Rule::Decay,
    Rule::Decay,
    Rule::Decay,
    Rule::Oscillation,
    Rule::Oscillation,
    Rule::Oscillation,
    Rule::Growth,
    Rule::Stiff,
    Rule::Stiff,
    Rule::Steep,
    Rule::Huge,
    Rule::Tiny,
    Rule::Reciprocal,
    Rule::Root,
    Rule::Root,
    Rule::Square,
    Rule::NanFrom(0.5),
    Rule::NanFrom(1.0),
    Rule::NanFrom(0.0),
    Rule::InfiniteFrom(0.7),
    Rule::NanEverywhere,
    Rule::JumpsAt(0.3),
    Rule::JumpsWhere(0.5),
    Rule::Logarithm,
    Rule::Quick,
];

/// A rule.
pub fn rule(case: &mut Case) -> Rule {
    case.pick("rule", &RULES)
}

impl Rule {
    /// The slope at `(t, y)` with the parameter `p`, for numbers that carry derivatives as well.
    pub fn slope<T: Scalar>(self, t: T, y: T, p: T) -> T {
        let constant = |x: f64| T::from(x);
        let from = |time: f64, value: f64| if t.re() >= time { constant(value) } else { -y };
        p * match self {
            Self::Zero => constant(0.0),
            Self::Decay => -y,
            Self::Oscillation => (t * 7.0).cos() - y * 0.1,
            Self::Growth => y * 30.0,
            Self::Stiff => (t.cos() - y) * 1e6,
            Self::Steep => y * 1e300,
            Self::Huge => constant(1e300),
            Self::Tiny => y * 1e-300,
            Self::Reciprocal => y.recip(),
            Self::Root => constant(1.0) - y.sqrt(),
            Self::Square => y * y,
            Self::NanFrom(time) => from(time, f64::NAN),
            Self::InfiniteFrom(time) => from(time, f64::INFINITY),
            Self::NanEverywhere => constant(f64::NAN),
            Self::JumpsAt(time) => from(time, 3.0),
            Self::JumpsWhere(level) => constant(if y.re() < level { 1.0 } else { -2.0 }),
            Self::Logarithm => y.ln(),
            Self::Quick => (t * 1e9).cos(),
        }
    }
}

/// A state that perhaps has no fixed length.
pub trait Lengthen: State {
    /// Changes the length, if possible.
    fn lengthen(&mut self, _by: isize) {}
}

impl Lengthen for (f64, f64) {}

impl Lengthen for Vector2<f64> {}

impl Lengthen for DVector<f64> {
    fn lengthen(&mut self, by: isize) {
        *self = self.clone().resize_vertically(self.len().saturating_add_signed(by), 0.5);
    }
}

/// A state with coordinates in a row.
pub trait Row: Lengthen {
    /// A state with these coordinates.
    fn of(coordinates: &[f64]) -> Self;
    fn row(&self) -> &[f64];
    fn row_mut(&mut self) -> &mut [f64];
}

impl Row for Vector2<f64> {
    fn of(coordinates: &[f64]) -> Self {
        Self::from_fn(|i, _| coordinates[i % coordinates.len()])
    }
    fn row(&self) -> &[f64] {
        self.as_slice()
    }
    fn row_mut(&mut self) -> &mut [f64] {
        self.as_mut_slice()
    }
}

impl Row for DVector<f64> {
    fn of(coordinates: &[f64]) -> Self {
        Self::from_row_slice(coordinates)
    }
    fn row(&self) -> &[f64] {
        self.as_slice()
    }
    fn row_mut(&mut self) -> &mut [f64] {
        self.as_mut_slice()
    }
}

/// A rule on all coordinates, with one parameter.
#[derive(Debug)]
pub struct Hostile<Y> {
    pub rule: Rule,
    /// The parameter.
    pub p: f64,
    /// By how much the slope is too long.
    longer: isize,
    budget: Budget,
    state: PhantomData<fn(Y)>,
}

impl<Y: Row> Hostile<Y> {
    pub fn new(rule: Rule) -> Self {
        Self { rule, p: 1.0, longer: 0, budget: Budget::default(), state: PhantomData }
    }

    /// Any of them.
    pub fn draw(case: &mut Case) -> Self {
        let mut f = Self::new(rule(case));
        if !Y::FIXED_SHAPE && case.once_in(15) {
            f.longer = case.pick("the slope is longer by", &[-1, 1, 5, -100]);
        }
        f
    }

    /// A state, with one or more coordinates or, rarely, none.
    pub fn start(case: &mut Case) -> Y {
        let n = if Y::FIXED_SHAPE { 2 } else { case.one_of(&[0, 1, 1, 2, 2, 3, 3]) };
        let start = Y::of(&draw::coordinates(case, "y0", n));
        if n == 0 { Y::of(&[]) } else { start }
    }
}

impl<Y: Row> Dynamics for Hostile<Y> {
    type State = Y;
    fn eval(&self, t: f64, y: &Y, dy: &mut Y) {
        self.budget.spend();
        for (dy, y) in dy.row_mut().iter_mut().zip(y.row()) {
            *dy = self.rule.slope(t, *y, self.p);
        }
        if self.longer != 0 {
            dy.lengthen(self.longer);
        }
    }
}

impl<Y: Row + rheos::state::MatrixSpace> Jacobian for Hostile<Y> {}

impl<Y: Row> SecondOrderVjp for Hostile<Y> {}

impl<Y: Row> Parametric for Hostile<Y> {
    type Params = f64;
    fn params(&self) -> f64 {
        self.p
    }
    fn set_params(&mut self, p: &f64) {
        self.p = *p;
    }
}

impl<Y: Row> Differentiable for Hostile<Y> {
    type Trace = ();
    fn vjp(&self, t: f64, y: &Y, w: &Y, ybar: &mut Y, pbar: &mut f64) -> f64 {
        self.budget.spend();
        let mut tbar = 0.0;
        for ((bar, y), w) in ybar.row_mut().iter_mut().zip(y.row()).zip(w.row()) {
            let [in_t, in_y, in_p] = derivatives(self.rule, [t, *y, self.p]);
            *bar += w * in_y;
            *pbar += w * in_p;
            tbar += w * in_t;
        }
        tbar
    }
}

/// The partial derivatives of a rule in time, state and parameter.
fn derivatives(rule: Rule, at: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| {
        let [t, y, p] = std::array::from_fn(|j| Dual64::new(at[j], if i == j { 1.0 } else { 0.0 }));
        rule.slope(t, y, p).eps
    })
}

/// A rule for the velocity and one for the force.
#[derive(Debug)]
pub struct HostilePair {
    rules: [Rule; 2],
    budget: Budget,
}

impl HostilePair {
    pub fn draw(case: &mut Case) -> Self {
        Self { rules: [rule(case), rule(case)], budget: Budget::default() }
    }

    /// Position and momentum.
    pub fn start(case: &mut Case) -> (f64, f64) {
        let y0 = draw::coordinates(case, "y0", 2);
        (y0[0], y0[1])
    }
}

impl Separable for HostilePair {
    type Position = f64;
    type Momentum = f64;
    fn velocity(&self, t: f64, p: &f64, dq: &mut f64) {
        self.budget.spend();
        *dq = self.rules[0].slope(t, *p, 1.0);
    }
    fn force(&self, t: f64, q: &f64, dp: &mut f64) {
        self.budget.spend();
        *dp = self.rules[1].slope(t, *q, 1.0);
    }
}

impl Dynamics for HostilePair {
    type State = (f64, f64);
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        self.eval_halves(t, y, dy);
    }
}

impl Parametric for HostilePair {
    type Params = ();
    fn params(&self) {}
    fn set_params(&mut self, (): &()) {}
}

impl SeparableVjp for HostilePair {
    fn velocity_vjp(&self, t: f64, p: &f64, w: &f64, bar: &mut f64, (): &mut ()) -> f64 {
        let [in_t, in_p, _] = derivatives(self.rules[0], [t, *p, 1.0]);
        *bar += w * in_p;
        w * in_t
    }
    fn force_vjp(&self, t: f64, q: &f64, w: &f64, bar: &mut f64, (): &mut ()) -> f64 {
        let [in_t, in_q, _] = derivatives(self.rules[1], [t, *q, 1.0]);
        *bar += w * in_q;
        w * in_t
    }
}

impl Differentiable for HostilePair {
    type Trace = ();
    fn vjp(&self, t: f64, y: &(f64, f64), w: &(f64, f64), ybar: &mut (f64, f64), pbar: &mut ()) -> f64 {
        self.vjp_halves(t, y, w, ybar, pbar)
    }
}

/// A rule over generic scalars: two coordinates, one parameter.
#[derive(Debug)]
pub struct Generic {
    rule: Rule,
    budget: Budget,
}

impl GenericDynamics<2, 1> for Generic {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 2>, p: &SVector<T, 1>) -> SVector<T, 2> {
        self.budget.spend();
        y.map(|y| self.rule.slope(t, y, p[0]))
    }
}

/// The model of a rule.
pub fn autodiff(case: &mut Case) -> Autodiff<Generic, 2, 1> {
    let field = Generic { rule: rule(case), budget: Budget::default() };
    Autodiff::new(field, nalgebra::vector![draw::number(case, "p", &[1.0, -0.5])])
}
