//! The order conditions as differential equations, solved by one step of every method.
//!
//! Each rooted tree has an equation `y' = Π y_c` over its children `c`, from zero; its solution is `t^r / γ` with the
//! order `r` and the density `γ` of the tree. One step of a Runge–Kutta method of length 1 gives `Σ b Φ`. So the step,
//! the error estimate and the dense output of a method show their orders to the last digit, where errors on a smooth
//! problem sink below rounding long before the limit of small steps.

use std::collections::BTreeSet;

use nalgebra::DVector;
use rheos::solver::explicit::{
    Bosh3, CarpenterKennedy, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, Heun, HeunEuler, Midpoint, Ralston,
    Rk38, Ssp33, Vern6, Vern8, Vern9, Williamson3,
};
use rheos::solver::{Dense, Embedded, StepStart};
use rheos::{Dopri5, Dynamics, Euler, Rk4, Tsit5, Vern7};

/// A rooted tree: its subtrees, sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Tree(Vec<Tree>);

impl Tree {
    fn order(&self) -> u32 {
        1 + self.0.iter().map(Tree::order).sum::<u32>()
    }

    fn density(&self) -> f64 {
        f64::from(self.order()) * self.0.iter().map(Tree::density).product::<f64>()
    }

    /// All trees with one node more: a leaf grown at any node.
    fn grown(&self) -> Vec<Self> {
        let mut out = Vec::new();
        let mut at_root = self.clone();
        at_root.0.push(Self(Vec::new()));
        out.push(at_root);
        for (i, child) in self.0.iter().enumerate() {
            for larger in child.grown() {
                let mut tree = self.clone();
                tree.0[i] = larger;
                out.push(tree);
            }
        }
        for tree in &mut out {
            tree.0.sort();
        }
        out
    }
}

/// Every tree up to an order, as the equation of its derivative.
struct Forest {
    trees: Vec<Tree>,
    children: Vec<Vec<usize>>,
}

impl Forest {
    fn new(order: u32) -> Self {
        let mut last = BTreeSet::from([Tree(Vec::new())]);
        let mut trees: Vec<Tree> = last.iter().cloned().collect();
        for _ in 1..order {
            last = last.iter().flat_map(Tree::grown).collect();
            trees.extend(last.iter().cloned());
        }
        let place = |tree: &Tree| trees.iter().position(|t| t == tree).unwrap();
        let children = trees.iter().map(|tree| tree.0.iter().map(place).collect()).collect();
        Self { trees, children }
    }

    fn start(&self) -> DVector<f64> {
        DVector::zeros(self.trees.len())
    }

    /// The largest error at time `t` among the trees of one order.
    fn error(&self, y: &DVector<f64>, t: f64, order: u32) -> f64 {
        let errors = self.trees.iter().zip(y).filter(|(tree, _)| tree.order() == order);
        errors.map(|(tree, y)| (y - t.powi(order as i32) / tree.density()).abs()).fold(0.0, f64::max)
    }

    /// The largest value among the trees of one order.
    fn size(&self, y: &DVector<f64>, order: u32) -> f64 {
        let values = self.trees.iter().zip(y).filter(|(tree, _)| tree.order() == order);
        values.map(|(_, y)| y.abs()).fold(0.0, f64::max)
    }
}

/// A leaf is a stage time, so that the nodes `c` are tested with the rows of `A`.
impl Dynamics for Forest {
    type State = DVector<f64>;

    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        for (dy, children) in dy.iter_mut().zip(&self.children) {
            *dy = children.iter().map(|&child| if child == 0 { t } else { y[child] }).product();
        }
    }
}

/// How exactly a condition of order `p` holds, and by how much one of order `p + 1` fails.
struct Limits {
    held: f64,
    broken: f64,
}

const LIMITS: Limits = Limits { held: 2e-13, broken: 1e-7 };

/// The orders up to which values are right: the last before `wrong(order)` is above rounding.
fn assert_order(name: &str, declared: u32, limits: &Limits, wrong: impl Fn(u32) -> f64) {
    for order in 1..=declared {
        assert!(wrong(order) < limits.held, "{name}: order {order} of {declared} is missed by {:e}", wrong(order));
    }
    let next = wrong(declared + 1);
    assert!(next > limits.broken, "{name}: also of order {} ({next:e})", declared + 1);
}

fn check<S: Dense<Forest>>(solver: S, limits: &Limits) {
    let forest = Forest::new(S::ORDER.max(S::DENSE_ORDER) + 1);
    let y0 = forest.start();
    for h in [1.0, -1.0] {
        let mut ws = solver.workspace(&forest, &y0);
        let mut y1 = forest.start();
        solver.step(&forest, &mut ws, StepStart { t: 0.0, h, y0: &y0 }, &mut y1).unwrap();
        assert_order(S::NAME, S::ORDER, limits, |order| forest.error(&y1, h, order));

        let inside = |theta: f64, ws: &mut S::Workspace| {
            let mut y = forest.start();
            solver.interpolate(&forest, ws, StepStart { t: 0.0, h, y0: &y0 }, theta, &mut y);
            y
        };
        let thetas = [0.1, 0.35, 0.6, 0.9];
        let y: Vec<DVector<f64>> = thetas.iter().map(|&theta| inside(theta, &mut ws)).collect();
        assert_order(&format!("{}, dense", S::NAME), S::DENSE_ORDER, limits, |order| {
            thetas.iter().zip(&y).map(|(theta, y)| forest.error(y, theta * h, order)).fold(0.0, f64::max)
        });
        assert!((inside(1.0, &mut ws) - &y1).amax() < 1e-14, "{}: the dense output misses the end", S::NAME);
    }
}

fn check_pair<S: Dense<Forest> + Embedded<Forest>>(solver: S, embedded_order: u32, limits: &Limits) {
    let order = S::ORDER.min(embedded_order);
    let forest = Forest::new(order + 1);
    let y0 = forest.start();
    let mut ws = solver.workspace(&forest, &y0);
    let mut y1 = forest.start();
    solver.step(&forest, &mut ws, StepStart { t: 0.0, h: 1.0, y0: &y0 }, &mut y1).unwrap();
    let error = solver.error(&mut ws, 1.0);
    assert_order(&format!("{}, error", S::NAME), order, limits, |order| forest.size(error, order));
    check(solver, limits);
}

#[test]
fn there_are_as_many_trees_as_there_should_be() {
    let forest = Forest::new(10);
    let count = |order| forest.trees.iter().filter(|tree| tree.order() == order).count();
    assert_eq!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(count), [1, 1, 2, 4, 9, 20, 48, 115, 286, 719]);
}

#[test]
fn methods_of_order_up_to_five() {
    check(Euler, &LIMITS);
    check(Midpoint, &LIMITS);
    check(Heun, &LIMITS);
    check(Ralston, &LIMITS);
    check(Ssp33, &LIMITS);
    check(Williamson3, &LIMITS);
    check(CarpenterKennedy, &LIMITS);
    check(Rk4, &LIMITS);
    check(Rk38, &LIMITS);
    check_pair(HeunEuler, 1, &LIMITS);
    check_pair(Fehlberg21, 1, &LIMITS);
    check_pair(Bosh3, 2, &LIMITS);
    check_pair(Fehlberg45, 5, &LIMITS);
    check_pair(CashKarp, 4, &LIMITS);
    check_pair(Dopri5, 4, &LIMITS);
    check_pair(Tsit5, 4, &LIMITS);
}

#[test]
fn methods_of_order_up_to_nine() {
    check_pair(Dop853, 5, &LIMITS);
    check_pair(Dopri8, 7, &LIMITS);
    check_pair(Vern7, 6, &LIMITS);
    check_pair(Vern9, 8, &LIMITS);
}

/// Rounded coefficients are off by more where large weights of opposite signs act on stages close to each other: they
/// reach 217 in the solution and the interpolant of the one, 60 in the interpolant of the other.
#[test]
fn pairs_with_large_weights() {
    check_pair(Vern6, 5, &Limits { held: 2e-10, ..LIMITS });
    check_pair(Vern8, 7, &Limits { held: 2e-12, ..LIMITS });
}
