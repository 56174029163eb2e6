//! Branches of fixed points and their bifurcations, at places known in closed form.

use nalgebra::{DMatrix, DVector, Dyn, OMatrix, SVector, U1, vector};
use rheos::analysis::{
    Bifurcation, BifurcationKind, Branch, BranchEnding, Continuation, Flow, Held, Iterated, Kind, Map, System,
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
        assert_eq!(point.is_stable(), point.p > 1.0 && point.p < 3.0, "{}", point.p);
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
    let branch = Continuation::new(family, -0.5..1.0).run(&vector![0.7, 0.2], 0.5).unwrap();
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
        assert!(point.is_stable(), "at {}", point.p);
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
    assert!(branch.points[0].is_stable() && branch.points.last().unwrap().unstable == 1);
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
