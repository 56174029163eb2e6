//! Branches of fixed points and their bifurcations, at places known in closed form.

use nalgebra::{Complex, DMatrix, DVector, Dyn, OMatrix, SVector, U1, Vector2, vector};
use rheos::analysis::{
    Bifurcation, BifurcationKind, Branch, BranchEnding, Continuation, Eigen, Flow, Held, Iterated, Kind, Map, System,
};
use rheos::formula::{Bias, Weight};
use rheos::nn::{Elman, Net, Recurrence};
use rheos::{Autodiff, Error, GenericDynamics, Result, Scalar, ode};

use BifurcationKind::{BranchPoint, Flip, Fold, Hopf, NeimarkSacker};

/// The accuracy that is asked of a place in closed form.
const PLACE: f64 = 1e-8;

/// Declares a model over a generic scalar.
macro_rules! model {
    ($name:ident, $n:literal, $p:literal, $T:ident, |$x:ident, $q:ident| $body:expr) => {
        struct $name;
        impl GenericDynamics<$n, $p> for $name {
            fn eval<$T: Scalar>(&self, _: $T, $x: &SVector<$T, $n>, $q: &SVector<$T, $p>) -> SVector<$T, $n> {
                $body
            }
        }
    };
}

model!(Logistic, 1, 1, T, |x, r| vector![r[0] * x[0] * (T::from(1.0) - x[0])]);
model!(Henon, 2, 2, T, |x, p| vector![T::from(1.0) - p[0] * x[0] * x[0] + x[1], p[1] * x[0]]);
model!(DelayedLogistic, 2, 1, T, |x, r| vector![r[0] * x[0] * (T::from(1.0) - x[1]), x[0]]);
model!(Brusselator, 2, 2, T, |x, p| {
    let reaction = x[0] * x[0] * x[1];
    vector![p[0] - (p[1] + 1.0) * x[0] + reaction, p[1] * x[0] - reaction]
});
model!(OneUnit, 1, 1, T, |x, w| vector![(w[0] * x[0]).tanh()]);
model!(SaddleNode, 1, 1, T, |x, p| vector![p[0] + x[0] * x[0]]);
model!(Isola, 1, 1, T, |x, p| vector![T::from(1.0) - x[0] * x[0] - p[0] * p[0]]);

fn kinds<Y>(branch: &Branch<Y>) -> Vec<BifurcationKind> {
    branch.bifurcations.iter().map(|found| found.kind).collect()
}

#[track_caller]
fn at<Y>(found: &Bifurcation<Y>, kind: BifurcationKind, p: f64) {
    assert_eq!(found.kind, kind);
    println!("{kind:?} {p}: error {:e}", found.p - p);
    assert!((found.p - p).abs() < PLACE, "{kind:?} at {} instead of {p}", found.p);
}

/// A regular branch: residuals at rounding, and every change of stability explained by a bifurcation between the points.
#[track_caller]
fn is_consistent<Y>(branch: &Branch<Y>) {
    assert_eq!(branch.unexplained, []);
    for (k, pair) in branch.points.windows(2).enumerate() {
        let between = branch.bifurcations.iter().filter(|found| found.after == k).count();
        let marginal = pair.iter().any(|point| point.marginal);
        assert!(pair[0].unstable == pair[1].unstable || between > 0 || marginal, "after point {k}");
        assert!(pair[0].arclength < pair[1].arclength);
    }
    for part in branch.parts() {
        assert!(part.points.len() >= 2 || branch.points.len() == 1);
    }
}

#[test]
fn the_logistic_map_from_its_trivial_branch_to_its_flip() {
    let continuation = Continuation::new(|r| Map::new(Autodiff::new(Logistic, vector![r])), 0.5..3.9);
    let trivial = continuation.run(&vector![0.0], 0.5).unwrap();
    is_consistent(&trivial);
    assert_eq!(kinds(&trivial), [BranchPoint]);
    at(&trivial.bifurcations[0], BranchPoint, 1.0);
    assert_eq!((&trivial.first_ending, &trivial.ending), (&BranchEnding::Boundary, &BranchEnding::Boundary));
    assert_eq!((trivial.points[0].p, trivial.points.last().unwrap().p), (0.5, 3.9));

    let other = continuation.switch(&trivial, 0).unwrap();
    is_consistent(&other);
    assert_eq!(kinds(&other), [BranchPoint, Flip]);
    at(&other.bifurcations[0], BranchPoint, 1.0);
    at(&other.bifurcations[1], Flip, 3.0);
    assert!((other.bifurcations[1].critical.re + 1.0).abs() < 1e-8);
    for point in &other.points {
        // The fixed point is 1 − 1/r, with the eigenvalue 2 − r.
        assert!(
            (point.x[0] - (1.0 - 1.0 / point.p)).abs() < 1e-12
                && (point.eigenvalues[0].re - (2.0 - point.p)).abs() < 1e-11
        );
        assert_eq!(point.is_stable() == Some(true), point.p > 1.0 && point.p < 3.0, "{}", point.p);
    }
}

#[test]
fn the_cycle_of_length_three_of_the_logistic_map_begins_at_a_fold() {
    let family = |r| Iterated::new(Map::new(Autodiff::new(Logistic, vector![r])), 3);
    // A point of the superstable 3-cycle at r = 3.8318740552833155684.
    let branch = Continuation::new(family, 3.8..3.84).run(&vector![0.5], 3.831_874_055_283_315).unwrap();
    is_consistent(&branch);
    at(branch.of_kind(Fold).next().unwrap(), Fold, 1.0 + 8.0_f64.sqrt());
    assert_eq!(branch.of_kind(Fold).count(), 1);
}

#[test]
fn the_henon_map_has_a_fold_and_flips() {
    let family = |a| Map::new(Autodiff::new(Henon, vector![a, 0.3]));
    let branch = Continuation::new(family, -0.5..1.0).max_points(400).run(&vector![0.7, 0.2], 0.5).unwrap();
    is_consistent(&branch);
    at(branch.of_kind(Fold).next().unwrap(), Fold, -0.1225);
    assert!(branch.of_kind(Fold).next().unwrap().tangent_p.abs() < 1e-10);
    assert_eq!(branch.of_kind(Fold).count(), 1);
    let flips: Vec<_> = branch.of_kind(Flip).collect();
    assert_eq!(flips.len(), 1);
    at(flips[0], Flip, 0.3675);
}

#[test]
fn the_delayed_logistic_map_has_a_neimark_sacker_point() {
    let family = |r| Map::new(Autodiff::new(DelayedLogistic, vector![r]));
    let branch = Continuation::new(family, 1.2..2.5).run(&vector![0.3, 0.3], 1.5).unwrap();
    is_consistent(&branch);
    assert_eq!(kinds(&branch), [NeimarkSacker]);
    let found = &branch.bifurcations[0];
    at(found, NeimarkSacker, 2.0);
    // The eigenvalues are exp(±iπ/3).
    assert!((found.period().unwrap() - 6.0).abs() < 1e-7);
    assert!((found.critical.norm() - 1.0).abs() < 1e-12);
    // From the trivial branch: a transcritical point at r = 1, where an eigenvalue is 0 too.
    let continuation = Continuation::new(|r| Map::new(Autodiff::new(DelayedLogistic, vector![r])), 0.5..2.5);
    let trivial = continuation.run(&vector![0.0, 0.0], 0.5).unwrap();
    assert_eq!(kinds(&trivial), [BranchPoint]);
    at(&trivial.bifurcations[0], BranchPoint, 1.0);
    let other = continuation.switch(&trivial, 0).unwrap();
    assert_eq!(kinds(&other), [BranchPoint, NeimarkSacker]);
    at(&other.bifurcations[1], NeimarkSacker, 2.0);
}

#[test]
fn the_brusselator_has_a_hopf_point() {
    for a in [0.5, 1.0, 2.0] {
        let family = |b| Flow::new(Autodiff::new(Brusselator, vector![a, b]));
        let branch = Continuation::new(family, 0.2..6.0).run(&vector![a, 0.2 / a], 0.2).unwrap();
        is_consistent(&branch);
        assert_eq!(kinds(&branch), [Hopf]);
        at(&branch.bifurcations[0], Hopf, 1.0 + a * a);
        // The frequency is A.
        assert!((branch.bifurcations[0].frequency().unwrap() - a).abs() < 1e-7);
    }
}

#[test]
fn one_unit_has_a_pitchfork() {
    let continuation = Continuation::new(|w| Map::new(Autodiff::new(OneUnit, vector![w])), 0.5..3.0);
    let trivial = continuation.run(&vector![0.0], 0.5).unwrap();
    is_consistent(&trivial);
    assert_eq!(kinds(&trivial), [BranchPoint]);
    at(&trivial.bifurcations[0], BranchPoint, 1.0);
    assert!(!trivial.bifurcations[0].turns);
    let outer = continuation.switch(&trivial, 0).unwrap();
    is_consistent(&outer);
    assert_eq!(kinds(&outer), [BranchPoint]);
    at(&outer.bifurcations[0], BranchPoint, 1.0);
    assert!(outer.bifurcations[0].turns);
    let (first, last) = (&outer.points[0], outer.points.last().unwrap());
    assert!(first.p == 3.0 && last.p == 3.0 && (first.x[0] + last.x[0]).abs() < 1e-12);
    for point in &outer.points {
        assert!(((point.p * point.x[0]).tanh() - point.x[0]).abs() < 1e-12);
        assert_eq!(point.is_stable(), Some(true), "at {}", point.p);
    }
    // And back.
    let back = continuation.switch(&outer, 0).unwrap();
    assert!(back.points.iter().all(|point| point.x[0].abs() < 1e-9));
    assert_eq!(kinds(&back), [BranchPoint]);
}

#[test]
fn a_cell_with_its_weight_as_the_parameter() {
    let family = |w: f64| {
        let zero = SVector::<f64, 1>::zeros();
        let cell = Elman::<f64, 1, 1> {
            weight_ih: Weight(zero),
            weight_hh: Weight(vector![w]),
            bias_ih: Bias(zero),
            bias_hh: Bias(zero),
        };
        Held::new(Recurrence(Net::dynamic(cell)), OMatrix::<f64, U1, Dyn>::zeros(1))
    };
    let start = OMatrix::<f64, U1, Dyn>::zeros(1);
    let continuation = Continuation::new(family, 0.5..2.0);
    let trivial = continuation.run(&start, 0.5).unwrap();
    at(&trivial.bifurcations[0], BranchPoint, 1.0);
    let outer = continuation.switch(&trivial, 0).unwrap();
    assert!(outer.points.len() > 10 && outer.points.iter().any(|point| point.x[0] > 0.9));
    assert!(outer.points.iter().all(|point| ((point.p * point.x[0]).tanh() - point.x[0]).abs() < 1e-12));
}

#[test]
fn a_fold_of_a_flow_and_a_start_there() {
    let continuation = Continuation::new(|p| Flow::new(Autodiff::new(SaddleNode, vector![p])), -1.0..1.0);
    let branch = continuation.run(&vector![-1.0], -1.0).unwrap();
    is_consistent(&branch);
    assert_eq!(kinds(&branch), [Fold]);
    at(&branch.bifurcations[0], Fold, 0.0);
    assert!(branch.bifurcations[0].x[0].abs() < PLACE);
    assert!(branch.points[0].is_stable() == Some(true) && branch.points.last().unwrap().unstable == 1);
    assert_eq!((branch.points[0].p, branch.points.last().unwrap().p), (-1.0, -1.0));
    // The Jacobian is singular at the start.
    let branch = continuation.run(&vector![0.0], 0.0).unwrap();
    is_consistent(&branch);
    assert_eq!(kinds(&branch), [Fold]);
    at(&branch.bifurcations[0], Fold, 0.0);
    assert_eq!((branch.points[0].p, branch.points.last().unwrap().p), (-1.0, -1.0));
}

#[test]
fn an_isola_is_closed_and_has_two_folds() {
    let continuation = Continuation::new(|p| Flow::new(Autodiff::new(Isola, vector![p])), -2.0..2.0);
    for (x, p) in [(1.0, 0.0), (-0.8, 0.6), (0.0, 1.0), (0.0, -1.0)] {
        let branch = continuation.run(&vector![x], p).unwrap();
        assert_eq!((&branch.first_ending, &branch.ending), (&BranchEnding::Closed, &BranchEnding::Closed));
        assert_eq!(kinds(&branch), [Fold, Fold], "from ({x}, {p})");
        let mut places: Vec<f64> = branch.bifurcations.iter().map(|found| found.p).collect();
        places.sort_by(f64::total_cmp);
        assert!((places[0] + 1.0).abs() < PLACE && (places[1] - 1.0).abs() < PLACE, "{places:?}");
        assert_eq!(branch.unexplained, []);
    }
}

model!(Lorenz, 3, 1, T, |x, r| {
    vector![(x[1] - x[0]) * 10.0, x[0] * (r[0] - x[2]) - x[1], x[0] * x[1] - x[2] * (8.0 / 3.0)]
});

#[test]
fn the_lorenz_system_has_a_pitchfork_and_hopf_points() {
    let continuation = Continuation::new(|r| Flow::new(Autodiff::new(Lorenz, vector![r])), 0.5..30.0);
    let trivial = continuation.run(&vector![0.0, 0.0, 0.0], 0.5).unwrap();
    is_consistent(&trivial);
    assert_eq!(kinds(&trivial), [BranchPoint]);
    at(&trivial.bifurcations[0], BranchPoint, 1.0);
    let outer = continuation.switch(&trivial, 0).unwrap();
    is_consistent(&outer);
    assert_eq!(kinds(&outer), [Hopf, BranchPoint, Hopf]);
    let hopf = 10.0 * (10.0 + 8.0 / 3.0 + 3.0) / (10.0 - 8.0 / 3.0 - 1.0);
    at(&outer.bifurcations[0], Hopf, hopf);
    at(&outer.bifurcations[1], BranchPoint, 1.0);
    at(&outer.bifurcations[2], Hopf, hopf);
    // ω² = β (σ + ρ).
    let frequency = (8.0 / 3.0 * (10.0 + hopf)).sqrt();
    assert!((outer.bifurcations[0].frequency().unwrap() - frequency).abs() < 1e-8);
}

model!(TwoParabolas, 2, 1, T, |x, p| {
    let p = p[0];
    vector![(x[0] - p * p) * (x[0] - p - 1.0) + (x[1] - x[0]) * 0.25, x[0] - x[1]]
});

/// Two curved branches, `x = p²` and `x = p + 1`, cross where `p² = p + 1`.
#[test]
fn branch_points_of_curved_branches() {
    let golden = [0.5 * (1.0 - 5.0_f64.sqrt()), 0.5 * (1.0 + 5.0_f64.sqrt())];
    let continuation = Continuation::new(|p| Flow::new(Autodiff::new(TwoParabolas, vector![p])), -2.0..3.0);
    let parabola = continuation.run(&vector![4.0, 4.0], -2.0).unwrap();
    is_consistent(&parabola);
    assert_eq!(kinds(&parabola), [BranchPoint, BranchPoint]);
    for (found, expected) in parabola.bifurcations.iter().zip(golden) {
        at(found, BranchPoint, expected);
        assert!((found.x[0] - expected * expected).abs() < PLACE);
    }
    assert!(parabola.points.iter().all(|point| (point.x[0] - point.p * point.p).abs() < 1e-9));
    for index in 0..2 {
        let line = continuation.switch(&parabola, index).unwrap();
        is_consistent(&line);
        assert_eq!(kinds(&line), [BranchPoint, BranchPoint]);
        assert!(line.points.iter().all(|point| (point.x[0] - point.p - 1.0).abs() < 1e-9));
        assert_eq!((line.points[0].p, line.points.last().unwrap().p), (-2.0, 3.0));
        let back = continuation.switch(&line, index).unwrap();
        assert!(back.points.iter().all(|point| (point.x[0] - point.p * point.p).abs() < 1e-9));
    }
}

model!(Cusp, 1, 2, T, |x, p| vector![p[0] + p[1] * x[0] - x[0] * x[0] * x[0]]);

#[test]
fn two_folds_within_a_step_are_both_found() {
    for unfolding in [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5] {
        let family = |p| Flow::new(Autodiff::new(Cusp, vector![p, unfolding]));
        let branch = Continuation::new(family, -1.0..1.0).run(&vector![-1.3], -1.0).unwrap();
        is_consistent(&branch);
        assert_eq!(kinds(&branch), [Fold, Fold], "{unfolding}");
        let expected = 2.0 * (unfolding / 3.0_f64).powf(1.5);
        at(&branch.bifurcations[0], Fold, expected);
        at(&branch.bifurcations[1], Fold, -expected);
        assert_eq!(branch.parts().len(), 3);
        assert_eq!(branch.parts().iter().map(|part| part.unstable).collect::<Vec<_>>(), [0, 1, 0]);
    }
    // At the cusp itself nothing changes its stability.
    let family = |p| Flow::new(Autodiff::new(Cusp, vector![p, 0.0]));
    let branch = Continuation::new(family, -1.0..1.0).run(&vector![-1.0], -1.0).unwrap();
    assert_eq!((kinds(&branch), branch.unexplained.len()), (vec![], 0));
}

model!(Touching, 1, 2, T, |x, p| vector![x[0] * (p[0] * p[0] - p[1] * p[1] + 1.0) * -1.0]);
model!(Whirl, 2, 2, T, |x, p| {
    let growth = p[1] * p[1] - p[0] * p[0];
    vector![growth * x[0] - x[1] * 2.0, x[0] * 2.0 + growth * x[1]]
});

#[test]
fn two_flips_or_hopf_points_within_a_step_are_both_found() {
    for half in [0.1, 1e-2, 1e-3, 1e-4] {
        let map = |p| Map::new(Autodiff::new(Touching, vector![p, half]));
        let flips = Continuation::new(map, -1.01..1.0).run(&vector![0.0], -1.0).unwrap();
        is_consistent(&flips);
        assert_eq!(kinds(&flips), [Flip, Flip], "{half}");
        at(&flips.bifurcations[0], Flip, -half);
        at(&flips.bifurcations[1], Flip, half);
        let flow = |p| Flow::new(Autodiff::new(Whirl, vector![p, half]));
        let hopfs = Continuation::new(flow, -1.01..1.0).run(&vector![0.0, 0.0], -1.0).unwrap();
        is_consistent(&hopfs);
        assert_eq!(kinds(&hopfs), [Hopf, Hopf], "{half}");
        at(&hopfs.bifurcations[0], Hopf, -half);
        at(&hopfs.bifurcations[1], Hopf, half);
        assert!((hopfs.bifurcations[0].period().unwrap() - std::f64::consts::PI).abs() < 1e-8);
    }
}

model!(NeutralSaddle, 2, 1, T, |x, p| vector![x[0] * (p[0] + 1.0), x[1] * (p[0] - 1.0)]);

#[test]
fn a_neutral_saddle_is_no_hopf_point() {
    let family = |p| Flow::new(Autodiff::new(NeutralSaddle, vector![p]));
    let branch = Continuation::new(family, -0.5..0.5).run(&vector![0.0, 0.0], -0.5).unwrap();
    assert_eq!(kinds(&branch), []);
    assert!(branch.points.iter().all(|point| point.unstable == 1));
}

model!(TwoFolds, 2, 1, T, |x, p| vector![p[0] + x[0] * x[0], p[0] + x[1] * x[1]]);

/// Four branches meet where two folds coincide: this is no simple bifurcation, and must not look like one.
#[test]
fn a_degenerate_bifurcation_is_reported_as_unexplained() {
    let family = |p| Flow::new(Autodiff::new(TwoFolds, vector![p]));
    let branch = Continuation::new(family, -1.0..1.0).run(&vector![-1.0, -1.0], -1.0).unwrap();
    let passed = branch.points.iter().any(|point| point.unstable == 2);
    let stalled = matches!(branch.ending, BranchEnding::Stalled { p, .. } if p.abs() < 1e-3);
    assert!(stalled || passed && !branch.unexplained.is_empty(), "{:?} {:?}", branch.ending, branch.unexplained);
}

model!(TwoLogistic, 2, 1, T, |x, r| x.map(|x| r[0] * x * (T::from(1.0) - x)));

/// Two equal maps: everything happens twice at once.
#[test]
fn double_eigenvalues_are_two_bifurcations_or_unexplained() {
    let family = |r| Map::new(Autodiff::new(TwoLogistic, vector![r]));
    let branch = Continuation::new(family, 1.5..3.5).run(&vector![0.4, 0.4], 1.5).unwrap();
    is_consistent(&branch);
    assert_eq!(kinds(&branch), [Flip, Flip]);
    at(&branch.bifurcations[0], Flip, 3.0);
    at(&branch.bifurcations[1], Flip, 3.0);
    // Four branches cross at r = 1, and the determinant does not change its sign.
    let branch = Continuation::new(family, 0.5..1.5).run(&vector![0.0, 0.0], 0.5).unwrap();
    assert_eq!(kinds(&branch), []);
    assert_eq!(branch.unexplained.len(), 2);
    assert!(branch.unexplained.iter().all(|change| (change.p - 1.0).abs() < 1e-3));
}

/// Random weights without symmetry, the same in every run.
fn weights(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| (12.9898 * i as f64 + 78.233 * j as f64 + 0.7).sin() * 43758.5453 % 1.0)
}

/// A tanh net `x ↦ tanh(g W x)`, or the flow `dx/dt = −x + tanh(g W x)`.
struct TanhNet {
    weights: DMatrix<f64>,
}

impl TanhNet {
    fn activity(&self, x: &DVector<f64>) -> DVector<f64> {
        (&self.weights * x).map(f64::tanh)
    }
    fn slopes(&self, x: &DVector<f64>) -> DMatrix<f64> {
        let y = self.activity(x);
        DMatrix::from_diagonal(&y.map(|y| 1.0 - y * y)) * &self.weights
    }
}

struct NetMap(TanhNet);
impl System for NetMap {
    type State = DVector<f64>;
    const KIND: Kind = Kind::Map;
    fn eval(&self, x: &DVector<f64>, out: &mut DVector<f64>) -> Result<()> {
        *out = self.0.activity(x);
        Ok(())
    }
    fn jacobian(&self, x: &DVector<f64>, _: &DVector<f64>, out: &mut DMatrix<f64>) -> Result<()> {
        *out = self.0.slopes(x);
        Ok(())
    }
}

struct NetFlow(TanhNet);
impl System for NetFlow {
    type State = DVector<f64>;
    const KIND: Kind = Kind::Flow;
    fn eval(&self, x: &DVector<f64>, out: &mut DVector<f64>) -> Result<()> {
        *out = self.0.activity(x) - x;
        Ok(())
    }
    fn jacobian(&self, x: &DVector<f64>, _: &DVector<f64>, out: &mut DMatrix<f64>) -> Result<()> {
        *out = self.0.slopes(x) - DMatrix::identity(x.len(), x.len());
        Ok(())
    }
}

/// At rest at 0 the Jacobian is `g W`, so every bifurcation follows from the eigenvalues of `W`.
#[test]
fn all_bifurcations_of_a_net_at_rest() {
    let n = 12;
    let values = Eigen::of(&weights(n)).unwrap().values;
    let upper = 8.0 / values.iter().map(|x| x.norm()).fold(0.0, f64::max);
    let range = 0.02 * upper..upper;
    type Place<'a> = &'a dyn Fn(&Complex<f64>) -> Option<(BifurcationKind, f64)>;
    let expected = |place: Place<'_>| {
        let mut all: Vec<_> =
            values.iter().filter(|x| x.im >= 0.0).filter_map(place).filter(|x| range.contains(&x.1)).collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        all
    };
    let of_map = expected(&|x| match (x.im == 0.0, x.re > 0.0) {
        (true, true) => Some((BranchPoint, 1.0 / x.re)),
        (true, false) => Some((Flip, -1.0 / x.re)),
        _ => Some((NeimarkSacker, 1.0 / x.norm())),
    });
    let of_flow = expected(&|x| (x.re > 0.0).then(|| (if x.im == 0.0 { BranchPoint } else { Hopf }, 1.0 / x.re)));
    let start = DVector::zeros(n);
    let map = Continuation::new(|g| NetMap(TanhNet { weights: weights(n) * g }), range.clone());
    let flow = Continuation::new(|g| NetFlow(TanhNet { weights: weights(n) * g }), range.clone());
    for (branch, expected) in [(map.run(&start, range.start), of_map), (flow.run(&start, range.start), of_flow)] {
        let branch = branch.unwrap();
        is_consistent(&branch);
        assert!(expected.len() >= 3);
        assert_eq!(branch.bifurcations.len(), expected.len());
        for (found, (kind, p)) in branch.bifurcations.iter().zip(expected) {
            at(found, kind, p);
        }
    }
}

/// A system in other units of state and time, its coordinates in reversed order.
struct InOtherUnits<S> {
    inner: S,
    unit: f64,
    rate: f64,
}

impl<S: System<State = Vector2<f64>>> InOtherUnits<S> {
    fn inside(&self, x: &Vector2<f64>) -> Vector2<f64> {
        vector![x[1], x[0]] / self.unit
    }
}

impl<S: System<State = Vector2<f64>>> System for InOtherUnits<S> {
    type State = Vector2<f64>;
    const KIND: Kind = S::KIND;
    fn eval(&self, x: &Vector2<f64>, out: &mut Vector2<f64>) -> Result<()> {
        let mut value = Vector2::zeros();
        self.inner.eval(&self.inside(x), &mut value)?;
        *out = vector![value[1], value[0]] * (self.unit * self.rate);
        Ok(())
    }
    fn jacobian(&self, x: &Vector2<f64>, _: &Vector2<f64>, out: &mut DMatrix<f64>) -> Result<()> {
        let mut slopes = DMatrix::zeros(2, 2);
        self.inner.jacobian(&self.inside(x), &vector![1.0, 1.0], &mut slopes)?;
        *out = DMatrix::from_fn(2, 2, |i, j| slopes[(1 - i, 1 - j)] * self.rate);
        Ok(())
    }
}

#[test]
fn units_and_the_order_of_coordinates_do_not_matter() {
    for (unit, rate, p) in [(1e-9, 1e9, 1e-9), (1e9, 1e-9, 1e-9), (1e9, 1e9, 1e9)] {
        let inside = |b: f64| Flow::new(Autodiff::new(Brusselator, vector![1.0, b / p]));
        let family = |b: f64| InOtherUnits { inner: inside(b), unit, rate };
        let branch = Continuation::new(family, 0.2 * p..6.0 * p).run(&vector![0.2 * unit, unit], 0.2 * p).unwrap();
        is_consistent(&branch);
        assert_eq!(kinds(&branch), [Hopf]);
        let found = &branch.bifurcations[0];
        assert!((found.p / p - 2.0).abs() < PLACE && (found.frequency().unwrap() / rate - 1.0).abs() < 1e-7);

        let curved =
            |q: f64| InOtherUnits { inner: Flow::new(Autodiff::new(TwoParabolas, vector![q / p])), unit, rate };
        let continuation = Continuation::new(curved, -2.0 * p..3.0 * p);
        let branch = continuation.run(&(vector![4.0, 4.0] * unit), -2.0 * p).unwrap();
        is_consistent(&branch);
        assert_eq!(kinds(&branch), [BranchPoint, BranchPoint]);
        assert!((branch.bifurcations[1].p / p - 0.5 * (1.0 + 5.0_f64.sqrt())).abs() < PLACE);
        let line = continuation.switch(&branch, 0).unwrap();
        assert!(line.points.iter().all(|point| (point.x[1] / unit - point.p / p - 1.0).abs() < 1e-9));

        // From zero, where a state has no size.
        let delayed =
            |r: f64| InOtherUnits { inner: Map::new(Autodiff::new(DelayedLogistic, vector![r / p])), unit, rate: 1.0 };
        let continuation = Continuation::new(delayed, 0.5 * p..2.5 * p);
        let trivial = continuation.run(&vector![0.0, 0.0], 0.5 * p).unwrap();
        assert_eq!(kinds(&trivial), [BranchPoint]);
        let other = continuation.switch(&trivial, 0).unwrap();
        assert_eq!(kinds(&other), [BranchPoint, NeimarkSacker]);
        assert!((other.bifurcations[1].p / p - 2.0).abs() < PLACE);
    }
}

#[test]
fn coordinates_of_very_different_sizes() {
    // The Brusselator with its second substance in units of 1e-9.
    let family = |b: f64| {
        Flow::new(ode(move |_t, x: &Vector2<f64>, dx: &mut Vector2<f64>| {
            let reaction = x[0] * x[0] * x[1] * 1e-9;
            *dx = vector![1.0 - (b + 1.0) * x[0] + reaction, (b * x[0] - reaction) * 1e9];
        }))
    };
    let branch = Continuation::new(family, 0.2..6.0).run(&vector![1.0, 0.2e9], 0.2).unwrap();
    is_consistent(&branch);
    assert_eq!(kinds(&branch), [Hopf]);
    // The Jacobian of a closure is a difference, with relative errors of about 1e-10.
    assert!((branch.bifurcations[0].p - 2.0).abs() < PLACE);
}

#[test]
fn a_descending_range_reverses_the_branch() {
    let family = |a| Map::new(Autodiff::new(Henon, vector![a, 0.3]));
    let ascending = Continuation::new(family, -0.5..1.0).max_points(400).run(&vector![0.7, 0.2], 0.5).unwrap();
    let descending = Continuation::new(family, 1.0..-0.5).max_points(400).run(&vector![0.7, 0.2], 0.5).unwrap();
    is_consistent(&descending);
    let mut reversed = kinds(&descending);
    reversed.reverse();
    assert_eq!(kinds(&ascending), reversed);
    assert!((ascending.points[0].x - descending.points.last().unwrap().x).norm() < 1e-12);
}

#[test]
fn a_start_beside_the_branch_is_corrected_or_an_error() {
    let family = |p| Flow::new(Autodiff::new(SaddleNode, vector![p]));
    let continuation = Continuation::new(family, -1.0..1.0);
    let branch = continuation.run(&vector![-5.0], -0.25).unwrap();
    let start = &branch.points[branch.start];
    assert!(start.p == -0.25 && (start.x[0] + 0.5).abs() < 1e-14);
    // There is no fixed point at this parameter.
    let refused = continuation.run(&vector![0.3], 0.25);
    assert!(matches!(refused, Err(Error::NoBranch { p: 0.25, .. })));
    let message = refused.map(drop).unwrap_err().to_string();
    let expected =
        "no branch of fixed points can be continued from p = 0.25: Newton's method finds no fixed point from the start";
    assert_eq!(message, expected);
    // Two branches cross at the start.
    let refused =
        Continuation::new(|r| Map::new(Autodiff::new(Logistic, vector![r])), 0.5..2.0).run(&vector![0.0], 1.0);
    assert!(matches!(refused, Err(Error::NoBranch { p: 1.0, .. })), "{refused:?}");
}

/// Newton's method alone does not find a fixed point of this net from zero.
#[test]
fn a_start_far_from_the_fixed_point_is_relaxed() {
    let family = |p: f64| {
        let weights = DMatrix::from_row_slice(
            3,
            3,
            &[
                -2.616718882223373,
                -2.0719204907036155,
                2.7856203181989834,
                2.315870720551989,
                -2.2279633847286915,
                1.9880370740295945,
                2.7593417301987677,
                2.9532572589373514,
                2.946234887699887,
            ],
        );
        let bias = vector![-0.9765486769720937, -0.16436914465273844, 0.08656683416297328] * p;
        BiasedNet { weights, bias: DVector::from_column_slice(bias.as_slice()) }
    };
    let branch = Continuation::new(family, -6.0..6.0).run(&DVector::zeros(3), -6.0).unwrap();
    assert!(branch.points[0].p == -6.0 && branch.points[0].residual < 1e-14);
    assert_eq!(branch.ending, BranchEnding::Boundary);
    is_consistent(&branch);
    // A net without offset is odd in state and bias, so its branch is symmetric.
    let places: Vec<f64> = branch.bifurcations.iter().map(|found| found.p).collect();
    assert_eq!(places.len(), 8);
    assert!((0..8).all(|k| (places[k] + places[7 - k]).abs() < PLACE), "{places:?}");
}

/// The map `x ↦ tanh(W x + b)`.
struct BiasedNet {
    weights: DMatrix<f64>,
    bias: DVector<f64>,
}

impl System for BiasedNet {
    type State = DVector<f64>;
    const KIND: Kind = Kind::Map;
    fn eval(&self, x: &DVector<f64>, out: &mut DVector<f64>) -> Result<()> {
        *out = (&self.weights * x + &self.bias).map(f64::tanh);
        Ok(())
    }
    fn jacobian(&self, x: &DVector<f64>, _: &DVector<f64>, out: &mut DMatrix<f64>) -> Result<()> {
        let slopes = (&self.weights * x + &self.bias).map(|a| 1.0 - a.tanh().powi(2));
        *out = DMatrix::from_diagonal(&slopes) * &self.weights;
        Ok(())
    }
}

model!(Root, 1, 1, T, |x, p| vector![p[0].sqrt() - x[0]]);

#[test]
fn a_system_that_becomes_nan_on_the_way_ends_the_branch_there() {
    let family = |p: f64| {
        Flow::new(ode(move |_t, x: &Vector2<f64>, dx: &mut Vector2<f64>| {
            let edge = if p + x[0] > 0.5 { f64::NAN } else { 0.0 };
            *dx = vector![p - x[0], x[0] - x[1] + edge];
        }))
    };
    let branch = Continuation::new(family, -1.0..1.0).run(&vector![0.0, 0.0], 0.0).unwrap();
    let BranchEnding::Stalled { p, step, cause: Some(Error::NonFiniteSystem { at, .. }) } = &branch.ending else {
        panic!("{:?}", branch.ending)
    };
    assert!((p - 0.25).abs() < 1e-3 && *step < 1e-6 && (at[0] - 0.25).abs() < 1e-3, "{p} {step} {at:?}");
    assert_eq!(branch.first_ending, BranchEnding::Boundary);
    // At the end of √p the branch is vertical; the last step may end beside it without a value that is not a number.
    let family = |p| Flow::new(Autodiff::new(Root, vector![p]));
    let branch = Continuation::new(family, -1.0..1.0).run(&vector![1.0], 1.0).unwrap();
    let BranchEnding::Stalled { p, step, .. } = &branch.first_ending else { panic!("{:?}", branch.first_ending) };
    assert!(*p >= 0.0 && *p < 1e-3 && *step < 1e-6, "{p} {step}");
    assert_eq!(branch.ending, BranchEnding::Boundary);
    for point in &branch.points {
        assert!(
            (point.x[0] * point.x[0] - point.p).abs() < 1e-12,
            "{} {} {}",
            point.p,
            point.x[0] * point.x[0] - point.p,
            point.residual
        );
    }
}

#[test]
fn a_family_that_fails_ends_the_branch_with_its_error() {
    let family = |p: f64| {
        if p > 0.5 {
            return Err(Error::InvalidArgument { name: "p", value: p, expected: "at most 0.5" });
        }
        Ok(Flow::new(Autodiff::new(Isola, vector![p])))
    };
    let branch = Continuation::new(family, -0.5..1.0).run(&vector![1.0], 0.0).unwrap();
    let cause = Error::InvalidArgument { name: "p", value: 0.0, expected: "at most 0.5" };
    let BranchEnding::Stalled { p, cause: Some(found), .. } = &branch.ending else { panic!("{:?}", branch.ending) };
    assert_eq!(std::mem::discriminant(found), std::mem::discriminant(&cause));
    assert!((p - 0.5).abs() < 1e-3);
    let refused = Continuation::new(family, -0.5..1.0).run(&vector![1.0], 0.7);
    assert!(matches!(refused, Err(Error::InvalidArgument { name: "p", .. })));
}

model!(Upright, 1, 1, T, |x, p| vector![p[0] * (x[0] * x[0] + 1.0)]);

#[test]
fn a_vertical_branch_uses_up_its_budget() {
    let family = |p| Flow::new(Autodiff::new(Upright, vector![p]));
    let branch = Continuation::new(family, -1.0..1.0).max_points(50).run(&vector![0.3], 0.0).unwrap();
    assert_eq!(
        (&branch.first_ending, &branch.ending),
        (&BranchEnding::Budget { points: 50 }, &BranchEnding::Budget { points: 50 })
    );
    assert_eq!((branch.points.len(), branch.start), (101, 50));
    assert!(branch.points.iter().all(|point| point.p == 0.0 && point.marginal));
    assert_eq!(kinds(&branch), []);
}

#[test]
fn bad_arguments_are_named() {
    let family = |p| Flow::new(Autodiff::new(SaddleNode, vector![p]));
    type Family = fn(f64) -> Flow<Autodiff<SaddleNode, 1, 1>>;
    let run = |continuation: Continuation<Family>, x: f64, p: f64| continuation.run(&vector![x], p).map(drop);
    let family: Family = family;
    let named = |result: Result<()>, expected: &str| match result {
        Err(
            Error::InvalidArgument { name, .. } | Error::InvalidEntry { name, .. } | Error::LengthMismatch { name, .. },
        ) => {
            assert_eq!(name, expected);
        }
        other => panic!("{other:?}"),
    };
    named(run(Continuation::new(family, f64::NAN..1.0), -1.0, -1.0), "range.start");
    named(run(Continuation::new(family, 0.0..f64::INFINITY), -1.0, 0.0), "range.end");
    named(run(Continuation::new(family, 1.0..1.0), -1.0, 1.0), "range.end");
    named(run(Continuation::new(family, -1.0..1.0), -1.0, 2.0), "p");
    named(run(Continuation::new(family, -1.0..1.0), -1.0, f64::NAN), "p");
    named(run(Continuation::new(family, -1.0..1.0), f64::NAN, -1.0), "x");
    named(run(Continuation::new(family, -1.0..1.0).first_step(0.0), -1.0, -1.0), "first_step");
    named(run(Continuation::new(family, -1.0..1.0).longest_step(f64::NAN), -1.0, -1.0), "longest_step");
    named(run(Continuation::new(family, -1.0..1.0).shortest_step(-1.0), -1.0, -1.0), "shortest_step");
    named(run(Continuation::new(family, -1.0..1.0).max_points(0), -1.0, -1.0), "max_points");
    named(run(Continuation::new(family, -1.0..1.0).sizes(&vector![0.0]), -1.0, -1.0), "sizes");
    let continuation = Continuation::new(family, -1.0..1.0);
    let branch = continuation.run(&vector![-1.0], -1.0).unwrap();
    named(continuation.switch(&branch, 0).map(drop), "index");
    named(continuation.switch(&branch, 7).map(drop), "index");
    let empty = Continuation::new(|_| NetFlow(TanhNet { weights: weights(0) }), 0.0..1.0).run(&DVector::zeros(0), 0.0);
    assert!(matches!(empty, Err(Error::EmptyState)));
}

model!(CurvedPitchfork, 2, 1, T, |x, p| {
    let w = x[0] - p[0].sin();
    vector![(p[0] - 0.3) * w - w * w * w, p[0].cos() + x[0] - x[1]]
});

#[test]
fn a_pitchfork_on_a_curved_branch() {
    let continuation = Continuation::new(|p| Flow::new(Autodiff::new(CurvedPitchfork, vector![p])), -1.0..1.5);
    let primary = continuation.run(&vector![-0.8, -0.3], -1.0).unwrap();
    is_consistent(&primary);
    assert_eq!(kinds(&primary), [BranchPoint]);
    at(&primary.bifurcations[0], BranchPoint, 0.3);
    let outer = continuation.switch(&primary, 0).unwrap();
    is_consistent(&outer);
    assert_eq!(kinds(&outer), [BranchPoint]);
    at(&outer.bifurcations[0], BranchPoint, 0.3);
    assert!(outer.bifurcations[0].turns && outer.points.len() > 20);
    for point in &outer.points {
        // w² = p − 0.3; at the branch point w has errors of the size of the root of the rounding.
        assert!(((point.x[0] - point.p.sin()).powi(2) - (point.p - 0.3)).abs() < 1e-10);
    }
    let back = continuation.switch(&outer, 0).unwrap();
    is_consistent(&back);
    assert!(back.points.iter().all(|point| (point.x[0] - point.p.sin()).abs() < 1e-9));
    assert_eq!((back.points[0].p, back.points.last().unwrap().p), (-1.0, 1.5));
}

#[test]
fn a_cell_in_single_precision() {
    let family = |w: f64| {
        let zero = SVector::<f32, 1>::zeros();
        let cell = Elman::<f32, 1, 1> {
            weight_ih: Weight(zero),
            weight_hh: Weight(vector![w as f32]),
            bias_ih: Bias(zero),
            bias_hh: Bias(zero),
        };
        Held::new(Recurrence(Net::dynamic(cell)), OMatrix::<f32, U1, Dyn>::zeros(1))
    };
    let continuation = Continuation::new(family, 0.5..2.0);
    let trivial = continuation.run(&OMatrix::<f32, U1, Dyn>::zeros(1), 0.5).unwrap();
    assert_eq!(kinds(&trivial), [BranchPoint]);
    // The weight has a rounding error of 6e-8.
    assert!((trivial.bifurcations[0].p - 1.0).abs() < 1e-6);
    let outer = continuation.switch(&trivial, 0).unwrap();
    assert!(outer.points.len() > 10);
    for point in &outer.points {
        let x = f64::from(point.x[0]);
        assert!(((point.p * x).tanh() - x).abs() < 1e-6);
    }
}

model!(ImperfectPitchfork, 1, 2, T, |x, p| vector![p[1] + p[0] * x[0] - x[0] * x[0] * x[0]]);

/// Unfolded, the branch from below turns into the outer branch, without any bifurcation.
#[test]
fn a_branch_that_passes_close_to_another_one_does_not_cross_it() {
    for unfolding in [1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-10] {
        let family = |p| Flow::new(Autodiff::new(ImperfectPitchfork, vector![p, unfolding]));
        let continuation = Continuation::new(family, -1.0..1.0);
        let branch = continuation.run(&vector![0.0], -1.0).unwrap();
        is_consistent(&branch);
        assert_eq!(kinds(&branch), [], "{unfolding}");
        assert!(branch.points.last().unwrap().x[0] > 0.9, "{unfolding}");
        // The other branch has a fold.
        let branch = continuation.run(&vector![-1.0], 1.0).unwrap();
        is_consistent(&branch);
        assert_eq!(kinds(&branch), [Fold], "{unfolding}");
        at(&branch.bifurcations[0], Fold, 3.0 * (0.25 * unfolding * unfolding).cbrt());
        assert_eq!((branch.points[0].p, branch.points.last().unwrap().p), (1.0, 1.0));
    }
}

model!(Lemniscate, 1, 1, T, |x, p| {
    let (x, p) = (x[0] * x[0], p[0] * p[0]);
    vector![(x + p) * (x + p) - p + x]
});

#[test]
fn a_figure_of_eight_is_closed_and_crosses_itself() {
    let continuation = Continuation::new(|p| Flow::new(Autodiff::new(Lemniscate, vector![p])), -2.0..2.0);
    // At p = 0.6 on the upper right.
    let branch = continuation.run(&vector![0.35], 0.6).unwrap();
    assert_eq!(branch.ending, BranchEnding::Closed);
    assert_eq!(branch.unexplained, []);
    let mut found: Vec<_> = branch.bifurcations.iter().map(|found| (found.p, found.kind)).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let expected = [(-1.0, Fold), (0.0, BranchPoint), (0.0, BranchPoint), (1.0, Fold)];
    assert_eq!(found.len(), 4, "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.1 == expected.1 && (found.0 - expected.0).abs() < PLACE, "{found:?}");
    }
}

/// The map `x ↦ a x + b max(x, 0) + p` has a corner at 0, where its slope jumps from `a` to `a + b`.
#[test]
fn corners_of_piecewise_linear_maps_are_passed_and_are_no_bifurcations() {
    for (a, b, unstable) in [(0.5, -0.3, [0, 0]), (0.5, -2.0, [0, 1]), (-3.0, 3.5, [1, 0]), (0.9, -5.0, [0, 1])] {
        let family = |p: f64| {
            let value = move |_t: f64, x: &SVector<f64, 1>, out: &mut SVector<f64, 1>| {
                out[0] = a * x[0] + b * x[0].max(0.0) + p;
            };
            Map::new(ode(value).with_vjp(
                move |_t, x: &SVector<f64, 1>, w: &SVector<f64, 1>, bar: &mut SVector<f64, 1>| {
                    bar[0] += w[0] * if x[0] > 0.0 { a + b } else { a };
                    0.0
                },
            ))
        };
        let branch = Continuation::new(family, -1.0..1.0).run(&vector![-0.7], -0.9).unwrap();
        assert_eq!((&branch.first_ending, &branch.ending), (&BranchEnding::Boundary, &BranchEnding::Boundary));
        assert_eq!(kinds(&branch), []);
        assert_eq!(branch.unexplained.len(), usize::from(unstable[0] != unstable[1]), "{:?}", branch.unexplained);
        assert!(branch.unexplained.iter().all(|change| change.p.abs() < 0.05));
        assert_eq!([branch.points[0].unstable, branch.points.last().unwrap().unstable], unstable);
        for point in &branch.points {
            let slope = if point.x[0] > 0.0 { a + b } else { a };
            assert!((point.x[0] * (1.0 - slope) - point.p).abs() < 1e-12);
        }
    }
}

/// The Hénon map as a closure: the second coordinate enters linearly, so its size is not the distance at which the differences
/// of the first are lost to rounding.
#[test]
fn a_closure_that_is_linear_in_a_coordinate() {
    let family = |a: f64| {
        Map::new(ode(move |_t, x: &nalgebra::Vector2<f64>, next: &mut nalgebra::Vector2<f64>| {
            *next = vector![1.0 - a * x[0] * x[0] + x[1], 0.3 * x[0]];
        }))
    };
    let branch = Continuation::new(family, 0.1..2.0).run(&vector![0.6, 0.18], 1.4).unwrap();
    // Period doubling at a = 3 (1 − b)² / 4 with b = 0.3.
    assert!(branch.bifurcations.len() == 1 && (branch.bifurcations[0].p - 0.3675).abs() < 1e-8, "{branch:?}");
}

/// Sizes at a state of zeros, where the Lorenz equations have only products beyond their linear part, in any units.
#[test]
fn units_of_the_lorenz_system_at_zero() {
    for (units, unit_of_p) in [([1.0, 1.0, 1.0], 1.0), ([1e9; 3], 1e9), ([1e-9; 3], 1e-9), ([1e9, 1e-9, 1.0], 1e-6)] {
        let family = |r: f64| {
            Flow::new(ode(move |_t, x: &nalgebra::Vector3<f64>, dx: &mut nalgebra::Vector3<f64>| {
                let [a, b, c] = [0, 1, 2].map(|i| x[i] / units[i]);
                let rates = vector![10.0 * (b - a), r / unit_of_p * a - b - a * c, a * b - 8.0 / 3.0 * c];
                *dx = rates.component_mul(&nalgebra::Vector3::from(units));
            }))
        };
        let continuation = Continuation::new(family, 0.0..30.0 * unit_of_p);
        let trivial = continuation.run(&nalgebra::Vector3::zeros(), 0.0).unwrap();
        assert!((trivial.bifurcations[0].p / unit_of_p - 1.0).abs() < 1e-6);
        let convection = continuation.switch(&trivial, 0).unwrap();
        let hopf: Vec<f64> = convection.of_kind(BifurcationKind::Hopf).map(|found| found.p / unit_of_p).collect();
        // σ (σ + β + 3) / (σ − β − 1) = 470 / 19, on both sides.
        assert!(hopf.len() == 2 && hopf.iter().all(|p| (p - 470.0 / 19.0).abs() < 1e-6), "{units:?}: {hopf:?}");
    }
}

/// A node of the walk comes within 1e-6 of the branch point at r = 3, where Newton's method fails.
#[test]
fn a_point_of_the_walk_next_to_a_branch_point() {
    let family = |r| rheos::analysis::Iterated::new(Map::new(Autodiff::new(Logistic, vector![r])), 2);
    let branch = Continuation::new(family, 2.5..3.6).run(&vector![0.6], 2.5).unwrap();
    assert!(branch.unexplained.is_empty(), "{:?}", branch.unexplained);
    assert!(branch.bifurcations.len() == 1 && (branch.bifurcations[0].p - 3.0).abs() < 1e-8);
}
