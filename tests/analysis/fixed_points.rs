//! Fixed points and slow points, against closed forms and other software.

use nalgebra::{Complex, DMatrix, DVector, SVector, Vector2, Vector3, dmatrix, dvector, matrix, vector};
use rheos::analysis::{
    FixedPoint, FixedPoints, Flow, Held, Map, PointKind, Search, Stability, Starts, System, fixed_points,
};
use rheos::error::SearchFailures;
use rheos::formula::Static;
use rheos::nn::{Elman, Gru, Net, Recurrence};
use rheos::state::State;
use rheos::train::uniform;
use rheos::{Autodiff, Error, GenericDynamics, Scalar, ode};

struct Logistic;
impl GenericDynamics<1, 1> for Logistic {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
        vector![p[0] * x[0] * (T::from(1.0) - x[0])]
    }
}

/// The Hénon map with the parameters a, b and the unit of the state.
struct Henon;
impl GenericDynamics<2, 3> for Henon {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, p: &SVector<T, 3>) -> SVector<T, 2> {
        vector![p[2] - p[0] * x[0] * x[0] / p[2] + x[1], p[1] * x[0]]
    }
}

/// Lorenz's system, with units of the state and of time.
struct Lorenz;
impl GenericDynamics<3, 2> for Lorenz {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 3>, p: &SVector<T, 2>) -> SVector<T, 3> {
        let (sigma, rho, beta) = (T::from(10.0), T::from(28.0), T::from(8.0 / 3.0));
        let [x, y, z] = [x[0] / p[0], x[1] / p[0], x[2] / p[0]];
        vector![sigma * (y - x), x * (rho - z) - y, x * y - beta * z] * (p[0] / p[1])
    }
}

/// Numbers in [−1, 1).
fn draws(seed: u64) -> impl FnMut() -> f64 {
    let mut draw = uniform(seed);
    move || 2.0 * draw() - 1.0
}

fn box_of<const N: usize>(count: usize, size: f64, seed: u64) -> Vec<SVector<f64, N>> {
    let mut draw = draws(seed);
    (0..count).map(|_| SVector::from_fn(|_, _| size * draw())).collect()
}

/// The point of the list nearest to `x`.
#[track_caller]
fn nearest<'a, Y: State>(found: &'a FixedPoints<Y>, x: &[f64]) -> &'a FixedPoint<Y> {
    let distance = |point: &FixedPoint<Y>| -> f64 {
        point.xstar.coordinates().iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    found.points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).expect("a point")
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

#[test]
fn the_logistic_map_has_its_two_fixed_points_and_multipliers() {
    for r in [0.5, 2.5, 3.2, 4.0] {
        let map = Map::new(Autodiff::new(Logistic, vector![r]));
        let found = fixed_points(&map, &box_of::<1>(40, 1.5, 3), &Search::default()).unwrap();
        assert_eq!(found.points.len(), 2, "{r}: {found:?}");
        assert_eq!(found.points.iter().map(|point| point.starts).sum::<usize>() + found.failures.total(), 40);
        for (x, multiplier) in [(0.0, r), (1.0 - 1.0 / r, 2.0 - r)] {
            let point = nearest(&found, &[x]);
            // Each value is the result of a few operations on numbers near 1.
            assert!((point.xstar[0] - x).abs() < 4e-16 * (1.0 + x.abs()) * point.condition.max(4.0));
            assert!((point.xstar[0] - x).abs() <= point.error + 2e-16 && point.error < 1e-14);
            assert!((point.eigen.values[0].re - multiplier).abs() < 1e-14);
            assert_eq!(point.is_stable(), Some(multiplier.abs() < 1.0));
            assert_eq!(point.kind, PointKind::Isolated);
            let mode = point.modes()[0];
            assert!((mode.time_constant + 1.0 / multiplier.abs().ln()).abs() < 1e-11 * mode.time_constant.abs());
            assert_eq!(mode.frequency, if multiplier < 0.0 { 0.5 } else { 0.0 });
        }
    }
}

#[test]
fn at_the_flip_of_the_logistic_map_its_stability_is_undecided() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.0]));
    let found = fixed_points(&map, &box_of::<1>(40, 1.0, 3), &Search::default()).unwrap();
    let point = nearest(&found, &[2.0 / 3.0]);
    assert_eq!((point.stability(), point.is_stable()), (Stability::Undecided, None));
    assert_eq!((point.unstable_directions(), point.kind), (0, PointKind::Isolated));
}

#[test]
fn henon_in_any_unit() {
    for unit in [1.0, 1e-9, 1e9] {
        let map = Map::new(Autodiff::new(Henon, vector![1.4, 0.3, unit]));
        let found = fixed_points(&map, &box_of::<2>(50, 2.0 * unit, 1), &Search::default()).unwrap();
        assert_eq!(found.points.len(), 2);
        for sign in [-1.0, 1.0] {
            let x = (-0.7 + sign * (0.49_f64 + 4.0 * 1.4).sqrt()) / 2.8;
            let point = nearest(&found, &[x * unit, 0.3 * x * unit]);
            assert!((point.xstar[0] / unit - x).abs() < 1e-15 && (point.xstar[1] / unit - 0.3 * x).abs() < 1e-15);
            // λ² + 2 a x λ − b = 0.
            let root = ((1.4 * x).powi(2) + 0.3).sqrt();
            let values = sorted(point.eigen.values.iter().map(|value| value.re).collect());
            assert!((values[0] - (-1.4 * x - root)).abs() < 1e-14 && (values[1] - (root - 1.4 * x)).abs() < 1e-14);
            assert_eq!((point.unstable_directions(), point.is_stable()), (1, Some(false)));
        }
    }
}

#[test]
fn lorenz_in_any_unit_of_state_and_time() {
    let z: f64 = 27.0;
    let x = (8.0 / 3.0 * z).sqrt();
    for (unit, time) in [(1.0, 1.0), (1e-9, 1.0), (1e9, 1e-9), (1.0, 1e9), (1.0, 1e-9)] {
        let flow = Flow::new(Autodiff::new(Lorenz, vector![unit, time]));
        let found = fixed_points(&flow, &box_of::<3>(60, 30.0 * unit, 1), &Search::default()).unwrap();
        assert_eq!(found.points.len(), 3, "{unit} {time}");
        for sign in [-1.0, 1.0] {
            let point = nearest(&found, &[sign * x * unit, sign * x * unit, z * unit]);
            // Numbers up to 27 with a few roundings each.
            assert!((point.xstar / unit - vector![sign * x, sign * x, z]).amax() < 3e-14);
            // The eigenvalues are roots of λ³ + (σ + β + 1) λ² + β (σ + ρ) λ + 2 σ β (ρ − 1); the largest is near 22.
            for value in &point.eigen.values {
                let s = value * time;
                let terms = [s.powi(3), s.powi(2) * (41.0 / 3.0), s * (304.0 / 3.0), Complex::new(1440.0, 0.0)];
                let sum: Complex<f64> = terms.iter().sum();
                assert!(sum.norm() < 1e-13 * terms.iter().map(|x| x.norm()).sum::<f64>(), "{sum}");
            }
            assert_eq!((point.unstable_directions(), point.modes().len()), (2, 2));
        }
        let origin = nearest(&found, &[0.0; 3]);
        assert!(origin.xstar.amax() <= 1e-15 * unit);
        let root = (121.0_f64 + 4.0 * 270.0).sqrt();
        let expected = sorted(vec![(-11.0 - root) / 2.0, -8.0 / 3.0, (root - 11.0) / 2.0]);
        let values = sorted(origin.eigen.values.iter().map(|value| value.re * time).collect());
        assert!(values.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-13), "{values:?} {expected:?}");
        let slowest = origin.modes().iter().map(|mode| mode.time_constant / time).fold(0.0, f64::max);
        assert!((slowest - 0.375).abs() < 1e-14);
    }
}

#[test]
fn a_pair_of_eigenvalues_is_one_mode_with_a_frequency() {
    // A rotation by 1/8 turn that shrinks by a half in a step.
    let angle = std::f64::consts::FRAC_PI_4;
    let a = dmatrix![angle.cos(), -angle.sin(); angle.sin(), angle.cos()] * 0.5;
    let found = fixed_points(&linear(&a), &[dvector![1.0, 2.0]], &Search::default()).unwrap();
    let modes = found.points[0].modes();
    assert_eq!((modes.len(), modes[0].directions), (1, 2));
    assert!((modes[0].frequency - 0.125).abs() < 1e-15 && (modes[0].time_constant - 1.0 / 2_f64.ln()).abs() < 1e-14);
}

/// `x₁ = A x₀`.
fn linear(a: &DMatrix<f64>) -> impl System<State = DVector<f64>> + Sync + '_ {
    struct Linear<'a>(&'a DMatrix<f64>);
    impl System for Linear<'_> {
        type State = DVector<f64>;
        const KIND: rheos::analysis::Kind = rheos::analysis::Kind::Map;
        fn eval(&self, x: &DVector<f64>, out: &mut DVector<f64>) -> rheos::error::Result<()> {
            out.gemv(1.0, self.0, x, 0.0);
            Ok(())
        }
        fn jacobian(&self, _: &DVector<f64>, _: &DVector<f64>, out: &mut DMatrix<f64>) -> rheos::error::Result<()> {
            out.copy_from(self.0);
            Ok(())
        }
    }
    Linear(a)
}

#[test]
fn a_line_of_fixed_points_is_not_called_isolated() {
    let a = dmatrix![1.0, 0.25; 0.0, 0.5];
    let starts: Vec<DVector<f64>> = (0..20).map(|i| dvector![f64::from(i) - 7.5, 1.0 + f64::from(i % 3)]).collect();
    let found = fixed_points(&linear(&a), &starts, &Search::default()).unwrap();
    assert_eq!(found.points.len() + found.rejected.len(), 20); // every start has its own point of the line
    for point in &found.points {
        assert!(point.xstar[1].abs() < 1e-15);
        assert_eq!((point.kind, point.is_stable(), point.unstable_directions()), (PointKind::Degenerate, None, 0));
        assert!(point.condition.is_infinite() && point.error.is_infinite());
        let mut directions = point.directions();
        directions.sort_by_key(|direction| *direction as usize);
        assert_eq!(directions, [Stability::Stable, Stability::Undecided]);
    }
}

#[test]
fn a_defective_jacobian_says_so() {
    let a = dmatrix![0.5, 1.0; 0.0, 0.5];
    let found = fixed_points(&linear(&a), &[dvector![1.0, 1.0]], &Search::default()).unwrap();
    let point = &found.points[0];
    assert!(point.eigen.is_defective() && point.kind == PointKind::Isolated);
    // The eigenvalues are uncertain by about √ε, which is far from the border.
    assert!(point.uncertainties.iter().all(|x| (1e-9..1e-6).contains(x)) && point.is_stable() == Some(true));
}

#[test]
fn a_double_root_is_degenerate_and_its_stability_undecided() {
    // At r = 1 the two fixed points of the logistic map meet at 0.
    let map = Map::new(Autodiff::new(Logistic, vector![1.0]));
    let found = fixed_points(&map, &box_of::<1>(30, 1.0, 3), &Search::default()).unwrap();
    assert_eq!(found.points.len(), 1, "{found:?}");
    let point = &found.points[0];
    assert_eq!((point.kind, point.is_stable()), (PointKind::Degenerate, None));
    assert!(point.xstar[0].abs() < 1e-7 && point.starts + found.failures.total() == 30);
}

#[test]
fn a_triple_root_is_one_degenerate_point() {
    // tanh(x) = x, the pitchfork.
    let map = Map::new(ode(|_t, x: &f64, next: &mut f64| *next = x.tanh()).with_vjp(
        |_t, x: &f64, w: &f64, xbar: &mut f64| {
            *xbar += w * (1.0 - x.tanh().powi(2));
            0.0
        },
    ));
    let found = fixed_points(&map, &[-1.0, -0.4, 0.2, 0.7, 1.3], &Search::default()).unwrap();
    assert_eq!(found.points.len(), 1, "{found:?}");
    let point = &found.points[0];
    // x³/3 is below the rounding of x below 3e-8.
    assert!(point.kind == PointKind::Degenerate && point.is_stable().is_none() && point.xstar.abs() < 1e-4);
    assert!(point.xstar.abs() <= point.error);
}

/// `x² + 1` in each coordinate, with its derivative.
fn no_root() -> impl System<State = Vector2<f64>> + Sync {
    struct NoRoot;
    impl GenericDynamics<2, 0> for NoRoot {
        fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
            vector![x[0] * x[0] + T::from(1.0), x[1] - x[0]]
        }
    }
    Flow::new(Autodiff::new(NoRoot, SVector::zeros()))
}

#[test]
fn without_a_root_all_starts_fail_and_a_slow_point_is_found_when_asked() {
    let starts = box_of::<2>(30, 2.0, 5);
    let failure = fixed_points(&no_root(), &starts, &Search::default()).unwrap_err();
    let Error::NothingFound { sought: "fixed point", searches: 30, failures, outliers: 0 } = &failure else {
        panic!("{failure}")
    };
    assert_eq!((failures.total(), failures.minima), (30, 30), "{failure}");
    // q = ½(x² + 1)² + ½(y − x)² has one minimum, at 0.
    let found = fixed_points(&no_root(), &starts, &Search::default().slow_points(1.0)).unwrap();
    assert_eq!(found.points.len(), 1, "{found:?}");
    let point = &found.points[0];
    assert_eq!(point.kind, PointKind::Slow);
    // The gradient vanishes to √ε of the second derivatives at most.
    assert!(point.xstar.amax() < 1e-8 && (point.q - 0.5).abs() < 1e-15 && (point.speed() - 1.0).abs() < 1e-15);
    assert_eq!(point.starts, 30);
    let refused = fixed_points(&no_root(), &starts, &Search::default().slow_points(0.4));
    assert!(matches!(refused, Err(Error::NothingFound { .. })));
}

#[test]
fn slow_points_minimise_q_in_the_units_of_the_state() {
    // With u = x + y/1000 the residual is (u − 1, 2 (u + 2)): q has its minimum at u = −7/5, for starts of any size.
    struct Slow;
    impl GenericDynamics<2, 0> for Slow {
        fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
            let u = x[0] + x[1] * 1e-3;
            vector![u - T::from(1.0), (u + T::from(2.0)) * 2.0]
        }
    }
    let flow = Flow::new(Autodiff::new(Slow, SVector::<f64, 0>::zeros()));
    let starts: Vec<Vector2<f64>> = box_of::<2>(10, 1.0, 5).iter().map(|x| vector![x[0], 1e3 * x[1]]).collect();
    let found = fixed_points(&flow, &starts, &Search::default().slow_points(f64::INFINITY)).unwrap();
    assert_eq!(found.points.iter().map(|point| point.starts).sum::<usize>(), 10);
    for point in &found.points {
        assert!((point.xstar[0] + 1e-3 * point.xstar[1] + 1.4).abs() < 1e-7, "{point:?}");
        assert!(point.kind == PointKind::Slow && (point.q - 3.6).abs() < 1e-12);
    }
}

#[test]
fn slow_points_in_single_precision_and_other_units_of_time() {
    let slow = |unit: f64, time: f64| {
        let flow = Flow::new(Autodiff::new(FoldIn, vector![unit, time]));
        let starts = [-1.0, -0.2, 0.4].map(|x| vector![x * unit]);
        let found = fixed_points(&flow, &starts, &Search::default().slow_points(f64::INFINITY)).unwrap();
        assert_eq!((found.points.len(), found.points[0].starts), (1, 3), "{found:?}");
        (found.points[0].xstar[0] / unit, found.points[0].speed() / unit * time)
    };
    for (unit, time) in [(1.0, 1.0), (1e9, 1e-9), (1e-9, 1e9), (1e-9, 1e-9)] {
        let (x, speed) = slow(unit, time);
        assert!(x.abs() < 1e-8 && (speed - 1e-3).abs() < 1e-15, "{x} {speed}");
    }
    let single = Flow::new(ode(|_t, x: &f32, dx: &mut f32| *dx = x * x + 1e-2).with_vjp(
        |_t, x: &f32, w: &f32, xbar: &mut f32| {
            *xbar += 2.0 * x * w;
            0.0
        },
    ));
    let found = fixed_points(&single, &[-1.0, -0.2, 0.4], &Search::default().slow_points(1.0)).unwrap();
    assert!(found.points.len() == 1 && found.points[0].xstar.abs() < 1e-3, "{found:?}");
}

/// `x² + 1e-3` with the units of state and time.
struct FoldIn;
impl GenericDynamics<1, 2> for FoldIn {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, p: &SVector<T, 2>) -> SVector<T, 1> {
        let x = x[0] / p[0];
        vector![(x * x + T::from(1e-3)) * p[0] / p[1]]
    }
}

/// Three logistic maps in coordinates mixed by a rotation: 2³ fixed points, of which each multiplier is r or 2 − r.
#[test]
fn mixed_logistic_maps_have_all_their_points() {
    struct Mixed;
    impl GenericDynamics<3, 0> for Mixed {
        fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 3>, _: &SVector<T, 0>) -> SVector<T, 3> {
            // A rotation by thirds of the axes: 2/3, 2/3, −1/3.
            let turn = |v: [T; 3]| {
                let [a, b] = [T::from(2.0 / 3.0), T::from(-1.0 / 3.0)];
                [v[0] * a + v[1] * a + v[2] * b, v[0] * b + v[1] * a + v[2] * a, v[0] * a + v[1] * b + v[2] * a]
            };
            let back = |v: [T; 3]| {
                let [a, b] = [T::from(2.0 / 3.0), T::from(-1.0 / 3.0)];
                [v[0] * a + v[1] * b + v[2] * a, v[0] * a + v[1] * a + v[2] * b, v[0] * b + v[1] * a + v[2] * a]
            };
            let mut k = 0.0;
            let inner = turn([x[0], x[1], x[2]]).map(|y| {
                k += 1.0;
                y * (T::from(1.0) - y) * (2.0 + 0.7 * k)
            });
            SVector::from(back(inner))
        }
    }
    let map = Map::new(Autodiff::new(Mixed, SVector::<f64, 0>::zeros()));
    let found = fixed_points(&map, &box_of::<3>(150, 1.5, 4), &Search::default()).unwrap();
    assert_eq!(found.points.len(), 8);
    for point in &found.points {
        let values = sorted(point.eigen.values.iter().map(|value| value.re).collect());
        let chosen: Vec<f64> = [2.7, 3.4, 4.1]
            .map(|r: f64| {
                let near = |x: f64| values.iter().map(|value| (value - x).abs()).fold(f64::INFINITY, f64::min);
                near(r).min(near(2.0 - r))
            })
            .into();
        assert!(chosen.iter().all(|gap| *gap < 1e-13), "{values:?}");
    }
    let counts = [0, 1, 2, 3].map(|k| found.points.iter().filter(|point| point.unstable_directions() == k).count());
    // |2 − r| is 0.7, 1.4 and 2.1: only the first map has a stable point.
    assert_eq!(counts, [0, 0, 4, 4]);
}

#[test]
fn isolated_points_near_a_fold_stay_apart() {
    // x² = c has roots 2e-4 apart, nearer than a degenerate point could tell.
    let flow = Flow::new(Autodiff::new(FoldOf, vector![1e-8]));
    let starts: Vec<_> = (0..41).map(|i| vector![f64::from(i) / 20.0 - 1.0]).collect();
    let found = fixed_points(&flow, &starts, &Search::default()).unwrap();
    let isolated: Vec<_> = found.points.iter().filter(|point| point.kind == PointKind::Isolated).collect();
    assert_eq!(sorted(isolated.iter().map(|point| (point.xstar[0] * 1e10).round()).collect()), [-1e6, 1e6]);
    assert!(isolated.iter().all(|point| point.is_stable() == Some(point.xstar[0] < 0.0)));
}

/// `x² − c`.
struct FoldOf;
impl GenericDynamics<1, 1> for FoldOf {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, c: &SVector<T, 1>) -> SVector<T, 1> {
        vector![x[0] * x[0] - c[0]]
    }
}

#[test]
fn a_near_miss_is_no_isolated_point() {
    // Roots at ±√c, or none: to f64, 1e-17 is neither.
    for (c, expected) in [(1e-6, 2), (-1e-6, 0), (-1e-17, 0)] {
        let flow = Flow::new(ode(move |_t, x: &f64, dx: &mut f64| *dx = x * x - c).with_vjp(
            |_t, x: &f64, w: &f64, xbar: &mut f64| {
                *xbar += 2.0 * x * w;
                0.0
            },
        ));
        let starts = [-1.0, -0.3, 0.1, 0.5, 1.0];
        let isolated = fixed_points(&flow, &starts, &Search::default()).map_or(0, |found| {
            let isolated = found.points.iter().filter(|point| point.kind == PointKind::Isolated);
            isolated.inspect(|point| assert!((point.xstar.abs() - c.sqrt()).abs() <= point.error)).count()
        });
        assert_eq!(isolated, expected, "{c}");
    }
}

#[test]
fn a_system_that_blows_up_is_counted() {
    let map = Map::new(ode(|_t, x: &f64, next: &mut f64| *next = x.sqrt() - 0.1));
    let found = fixed_points(&map, &[-1.0, -2.0, 0.5, 2.0], &Search::default()).unwrap();
    assert_eq!(found.failures.not_finite, 2);
    let nowhere = Map::new(ode(|_t, _x: &f64, next: &mut f64| *next = f64::NAN));
    let failures = SearchFailures { not_finite: 2, ..SearchFailures::default() };
    let expected = Error::NothingFound { sought: "fixed point", searches: 2, failures, outliers: 0 };
    assert_eq!(fixed_points(&nowhere, &[1.0, 2.0], &Search::default()).unwrap_err(), expected);
    assert!(expected.to_string().contains("none of 2 searches"), "{expected}");
    // From far away the values overflow.
    let cubic = Map::new(Autodiff::new(Logistic, vector![3.2]));
    let found =
        fixed_points(&cubic, &[vector![1e200], vector![0.5], vector![0.1], vector![f64::MAX]], &Search::default());
    assert!(found.is_ok_and(|found| found.failures.not_finite >= 1));
}

#[test]
fn bad_arguments_are_errors() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.2]));
    let one = [vector![0.5]];
    assert!(matches!(
        fixed_points(&map, &[], &Search::default()),
        Err(Error::LengthMismatch { name: "starts", found: 0, expected: 1 })
    ));
    assert!(matches!(
        fixed_points(&map, &[vector![0.5], vector![f64::NAN]], &Search::default()),
        Err(Error::InvalidEntry { name: "starts", index: 1, .. })
    ));
    for (name, search) in [
        ("threads", Search::default().threads(0)),
        ("max_iterations", Search::default().max_iterations(0)),
        ("distance", Search::default().distance(0.0)),
        ("distance", Search::default().distance(f64::NAN)),
        ("outlier_factor", Search::default().outlier_factor(-1.0)),
        ("slow_points", Search::default().slow_points(0.0)),
    ] {
        let found = fixed_points(&map, &one, &search).unwrap_err();
        assert!(matches!(found, Error::InvalidArgument { name: found, .. } if found == name), "{name}");
    }
    let a = DMatrix::identity(2, 2);
    let uneven = [dvector![1.0, 2.0], dvector![1.0]];
    assert!(matches!(
        fixed_points(&linear(&a), &uneven, &Search::default()),
        Err(Error::ShapeMismatch { name: "starts", index: 1, found: 1, expected: 2 })
    ));
    let empty = [DVector::zeros(0)];
    assert!(fixed_points(&linear(&DMatrix::zeros(0, 0)), &empty, &Search::default()).is_err());
    // A model that fails at every start: its own error.
    let cell: Net<_> = Net::new(Gru::<f64, 1, 2>::uniform(&mut uniform(1)));
    let held = Held::new(Recurrence(cell), nalgebra::OMatrix::<f64, nalgebra::U1, nalgebra::Dyn>::zeros(1));
    let two = [nalgebra::OMatrix::<f64, nalgebra::U2, nalgebra::Dyn>::zeros(2)];
    assert!(matches!(fixed_points(&held, &two, &Search::default()), Err(Error::SampleMismatch { .. })));
}

#[test]
fn a_single_start_at_zero_has_the_size_of_the_system() {
    for unit in [1e-9, 1.0, 1e9] {
        // f(x) = u − x, and the map u/2 + x/2, from 0; the Jacobians are exact.
        struct To;
        impl GenericDynamics<2, 1> for To {
            fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, p: &SVector<T, 1>) -> SVector<T, 2> {
                vector![p[0] - x[0], x[0] * x[0] / p[0] - x[1]]
            }
        }
        let field = Autodiff::new(To, vector![unit]);
        let flow = fixed_points(&Flow::new(&field), &[Vector2::zeros()], &Search::default()).unwrap();
        assert!((flow.points[0].xstar / unit - vector![1.0, 1.0]).amax() < 1e-15);
        let map = fixed_points(&Map::new(&field), &[Vector2::zeros()], &Search::default()).unwrap();
        assert!((map.points[0].xstar[0] / unit - 0.5).abs() < 1e-15);
        assert!((map.points[0].xstar[1] / unit - 0.125).abs() < 1e-15);
    }
}

#[test]
fn the_order_and_the_units_of_coordinates_do_not_matter() {
    struct Shuffled;
    impl GenericDynamics<3, 3> for Shuffled {
        /// Lorenz's system with coordinates `z, x, y`, each in a unit of its own.
        fn eval<T: Scalar>(&self, _: T, s: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
            let [z, x, y] = [s[0] / p[0], s[1] / p[1], s[2] / p[2]];
            let (sigma, rho, beta) = (T::from(10.0), T::from(28.0), T::from(8.0 / 3.0));
            vector![(x * y - beta * z) * p[0], sigma * (y - x) * p[1], (x * (rho - z) - y) * p[2]]
        }
    }
    let units = vector![1e9, 1e-9, 1e3];
    let starts = box_of::<3>(60, 30.0, 1);
    let shuffled: Vec<Vector3<f64>> = starts.iter().map(|s| vector![s[2], s[0], s[1]].component_mul(&units)).collect();
    let plain = Flow::new(Autodiff::new(Lorenz, vector![1.0, 1.0]));
    let plain = fixed_points(&plain, &starts, &Search::default()).unwrap();
    let other = fixed_points(&Flow::new(Autodiff::new(Shuffled, units)), &shuffled, &Search::default()).unwrap();
    assert_eq!((plain.points.len(), other.points.len()), (3, 3));
    for (a, b) in plain.points.iter().zip(&other.points) {
        let b_plain = b.xstar.component_div(&units);
        assert!((vector![b_plain[1], b_plain[2], b_plain[0]] - a.xstar).amax() < 1e-13);
        assert_eq!((a.unstable_directions(), a.kind), (b.unstable_directions(), b.kind));
        // The condition numbers belong to the same matrix in the same units.
        assert!((a.condition / b.condition - 1.0).abs() < 1e-6);
    }
}

#[test]
fn single_precision_reaches_its_own_rounding() {
    let a = [[0.4_f32, -1.2, 0.3], [0.9, 0.2, -0.7], [0.1, 1.1, 0.6]];
    let map = Map::new(ode(move |_t, x: &[f32; 3], next: &mut [f32; 3]| {
        *next = std::array::from_fn(|i| (a[i][0] * x[0] + a[i][1] * x[1] + a[i][2] * x[2] + 0.2).tanh());
    }));
    let mut draw = draws(2);
    let starts: Vec<[f32; 3]> = (0..50).map(|_| std::array::from_fn(|_| draw() as f32)).collect();
    let found = fixed_points(&map, &starts, &Search::default()).unwrap();
    assert_eq!(found.points.len(), 1, "{found:?}");
    let point = &found.points[0];
    // The same map in double precision: the point is as near as its error says.
    let wide = Map::new(ode(move |_t, x: &[f64; 3], next: &mut [f64; 3]| {
        let a = a.map(|row| row.map(f64::from));
        *next = std::array::from_fn(|i| (a[i][0] * x[0] + a[i][1] * x[1] + a[i][2] * x[2] + f64::from(0.2_f32)).tanh());
    }));
    let exact = fixed_points(&wide, &[point.xstar.map(f64::from)], &Search::default()).unwrap();
    let distance = (0..3).map(|i| (f64::from(point.xstar[i]) - exact.points[0].xstar[i]).powi(2)).sum::<f64>().sqrt();
    assert!(distance <= point.error && point.error < 1e-5, "{distance} {}", point.error);
    assert!(point.kind == PointKind::Isolated && found.failures.total() == 0);
}

#[test]
fn closures_have_fixed_points_too() {
    // Jacobians by differences: the points are as exact, the eigenvalues to 1e-9.
    let flow =
        Flow::new(ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[1], -y[0].sin() - 0.1 * y[1]]));
    let starts: Vec<Vector2<f64>> = box_of::<2>(40, 4.0, 9);
    let found = fixed_points(&flow, &starts, &Search::default()).unwrap();
    for k in -1..=1 {
        let angle = f64::from(k) * std::f64::consts::PI;
        let point = nearest(&found, &[angle, 0.0]);
        assert!((point.xstar - vector![angle, 0.0]).amax() < 1e-14);
        // λ² + 0.1 λ + cos(angle) = 0.
        for value in &point.eigen.values {
            assert!((value * value + 0.1 * value + angle.cos()).norm() < 1e-8);
        }
        // The eigenvalues know that they are inexact.
        assert!(point.uncertainties.iter().all(|x| (1e-13..1e-7).contains(x)), "{:?}", point.uncertainties);
        let root = (Complex::new(0.0025 - angle.cos(), 0.0)).sqrt();
        for (value, uncertainty) in point.eigen.values.iter().zip(&point.uncertainties) {
            let error = [-root, root].map(|root| (value - (root - 0.05)).norm());
            assert!(error[0].min(error[1]) <= *uncertainty);
        }
        assert_eq!(point.is_stable(), Some(k == 0));
    }
}

#[test]
fn points_of_cells_satisfy_their_equation() {
    let gru: Net<_> = Net::new(Gru::<f64, 1, 4>::uniform(&mut uniform(3)));
    let x = nalgebra::OMatrix::<f64, nalgebra::U1, nalgebra::Dyn>::from_element(1, 0.4);
    let held = Held::new(Recurrence(gru), x);
    let mut draw = draws(4);
    let starts: Vec<_> =
        (0..20).map(|_| nalgebra::OMatrix::<f64, nalgebra::U4, nalgebra::Dyn>::from_fn(1, |_, _| draw())).collect();
    let found = fixed_points(&held, &starts, &Search::default()).unwrap();
    for point in &found.points {
        let mut next = point.xstar.clone();
        held.eval(&point.xstar, &mut next).unwrap();
        assert!((next - &point.xstar).amax() < 1e-15 && point.residual < 1e-15);
        assert_eq!(point.q, 0.5 * point.residual * point.residual);
    }
    // The result is the same on any number of threads.
    let again = fixed_points(&held, &starts, &Search::default().threads(1)).unwrap();
    assert_eq!(format!("{found:?}"), format!("{again:?}"));
}

/// A network of 16 units by NumPy and SciPy; see the generator beside the file.
#[test]
fn eigenvalues_of_a_network_of_16_units() {
    let reference: serde_json::Value = serde_json::from_str(include_str!("../reference/tanh_net.json")).unwrap();
    let numbers = |value: &serde_json::Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let mut cell: Elman<f64, 1, 16> = rheos::formula::Structure::draw(&mut || 0.0);
    for (i, row) in reference["weights"].as_array().unwrap().iter().enumerate() {
        numbers(row).into_iter().enumerate().for_each(|(j, x)| cell.weight_hh[(i, j)] = x);
    }
    numbers(&reference["bias"]).into_iter().enumerate().for_each(|(i, x)| cell.bias_hh[i] = x);
    let held =
        Held::new(Recurrence(Net::dynamic(cell)), nalgebra::OMatrix::<f64, nalgebra::U1, nalgebra::Dyn>::zeros(1));
    let mut draw = draws(4);
    let starts: Vec<_> = (0..150)
        .map(|_| nalgebra::OMatrix::<f64, nalgebra::Const<16>, nalgebra::Dyn>::from_fn(1, |_, _| draw()))
        .collect();
    let found = fixed_points(&held, &starts, &Search::default()).unwrap();
    println!("{:?} {:?}", found.points.iter().map(|point| point.starts).collect::<Vec<_>>(), found.failures);
    let mut next = starts[0].clone();
    for point in &found.points {
        held.eval(&point.xstar, &mut next).unwrap();
        assert!((&next - &point.xstar).amax() < 1e-14);
    }
    for expected in reference["points"].as_array().unwrap() {
        let point = nearest(&found, &numbers(&expected["x"]));
        // Both are exact to their rounding times the condition.
        let distance =
            numbers(&expected["x"]).iter().zip(point.xstar.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(distance < 1e-15 * point.condition.max(10.0), "{distance:e} {:e}", point.condition);
        let (re, im) = (numbers(&expected["re"]), numbers(&expected["im"]));
        for (re, im) in re.iter().zip(&im) {
            let value = Complex::new(*re, *im);
            let (gap, uncertainty) = point
                .eigen
                .values
                .iter()
                .zip(&point.uncertainties)
                .map(|(other, uncertainty)| ((other - value).norm(), *uncertainty))
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap();
            assert!(gap < 1e-12 && gap <= uncertainty, "{gap:e} {uncertainty:e}");
        }
        let unstable = re.iter().zip(&im).filter(|(re, im)| re.hypot(**im) > 1.0).count();
        assert_eq!(point.unstable_directions(), unstable);
    }
}

#[test]
fn outliers_are_rejected_by_the_rule_and_kept_on_request() {
    // Roots 0, 1 and 1000; the mean distance of the starts from their centroid is about 22.
    let flow = Flow::new(Autodiff::new(Cubic, SVector::<f64, 0>::zeros()));
    let starts: Vec<_> = (0..60).map(|i| vector![f64::from(i) / 40.0]).chain([vector![700.0]]).collect();
    let roots =
        |points: &[FixedPoint<SVector<f64, 1>>]| sorted(points.iter().map(|point| point.xstar[0].round()).collect());
    let all = fixed_points(&flow, &starts, &Search::default().outlier_factor(f64::INFINITY)).unwrap();
    let some = fixed_points(&flow, &starts, &Search::default()).unwrap();
    assert_eq!((roots(&all.points), all.rejected.len()), (vec![0.0, 1.0, 1000.0], 0));
    assert_eq!((roots(&some.points), roots(&some.rejected)), (vec![0.0, 1.0], vec![1000.0]));
    // Starts that coincide have no spread, so the rule is off.
    let one = fixed_points(&flow, &[vector![900.0]; 3], &Search::default()).unwrap();
    assert_eq!((one.points.len(), one.rejected.len()), (1, 0));
}

struct Cubic;
impl GenericDynamics<1, 0> for Cubic {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
        vector![x[0] * (x[0] - T::from(1.0)) * (x[0] - T::from(1000.0))]
    }
}

#[test]
fn many_equal_starts_are_one_point() {
    let map = Map::new(Autodiff::new(Logistic, vector![3.2]));
    let starts = vec![vector![0.7]; 3000];
    let found = fixed_points(&map, &starts, &Search::default()).unwrap();
    assert_eq!((found.points.len(), found.points[0].starts), (1, 3000));
}

#[test]
fn a_centre_of_a_closure_is_undecided() {
    // λ = ±i exactly; by differences the real part is noise.
    let flow =
        Flow::new(ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[1].exp() - 1.0, -y[0].sinh()]));
    let found = fixed_points(&flow, &box_of::<2>(10, 1.0, 9), &Search::default()).unwrap();
    let point = nearest(&found, &[0.0, 0.0]);
    assert_eq!((point.is_stable(), point.unstable_directions()), (None, 0), "{point:?}");
    assert!((point.modes()[0].frequency * std::f64::consts::TAU - 1.0).abs() < 1e-8);
}

/// Three groups of units, each of which follows its mean: `m₁ = tanh(2 m₀)` has the fixed points 0 and ±m*.
///
/// So there are 27 points, with an unstable direction (λ = 2) for each group at 0; all eigenvalues but one of a group
/// are 0, and the other one of a group at ±m* is 2 (1 − m*²).
#[test]
fn a_cube_of_27_points() {
    let group = |i: usize| [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2][i];
    let mut cell: Elman<f64, 1, 16> = rheos::formula::Structure::draw(&mut || 0.0);
    for i in 0..16 {
        for j in (0..16).filter(|&j| group(i) == group(j)) {
            cell.weight_hh[(i, j)] = 2.0 / if group(i) == 2 { 6.0 } else { 5.0 };
        }
    }
    let held =
        Held::new(Recurrence(Net::dynamic(cell)), nalgebra::OMatrix::<f64, nalgebra::U1, nalgebra::Dyn>::zeros(1));
    // As visited: near the corners, the edges, the faces and the centre.
    let mut draw = draws(4);
    let visited: Vec<_> = (0..27 * 4)
        .map(|k| {
            let side = |g: usize| f64::from((k / 3_i32.pow(g as u32)) % 3 - 1);
            nalgebra::OMatrix::<f64, nalgebra::Const<16>, nalgebra::Dyn>::from_fn(1, |i, _| {
                side(group(i)) + 0.3 * draw()
            })
        })
        .collect();
    let found = fixed_points(&held, &visited, &Search::default()).unwrap();
    assert_eq!(found.points.len(), 27);
    let counts = [0, 1, 2, 3].map(|k| found.points.iter().filter(|point| point.unstable_directions() == k).count());
    assert_eq!(counts, [8, 12, 6, 1]);
    let outer = (0..100).fold(1.0_f64, |m, _| (2.0 * m).tanh());
    for point in &found.points {
        assert!(point.xstar.iter().all(|x| [-outer, 0.0, outer].iter().any(|m| (x - m).abs() < 1e-15)));
        let expected = [0, 5, 10].map(|i| 2.0 * (1.0 - point.xstar[i] * point.xstar[i]));
        let mut values: Vec<f64> = point.eigen.values.iter().map(|value| value.norm()).collect();
        values.sort_by(f64::total_cmp);
        let (zeros, rest) = values.split_at(13);
        assert!(zeros.iter().all(|x| *x < 1e-14));
        assert!(sorted(expected.into()).iter().zip(rest).all(|(a, b)| (a - b).abs() < 1e-14));
        assert!(point.directions().iter().all(|direction| *direction != Stability::Undecided));
    }
}

#[test]
fn starts_are_drawn_with_noise_of_the_stated_size() {
    let visited: Vec<Vector2<f64>> = (0..100).map(|i| vector![f64::from(i), 1e-9 * f64::from(i % 10)]).collect();
    let starts = Starts::of(&visited).noise(0.1).draw(20_000, 3).unwrap();
    assert_eq!(starts, Starts::of(&visited).noise(0.1).draw(20_000, 3).unwrap());
    assert_ne!(starts, Starts::of(&visited).noise(0.1).draw(20_000, 4).unwrap());
    // The variance of the sum is 1.01 times the variance of the visited states; its error is 1 % of it.
    for i in 0..2 {
        let variance = |points: &[Vector2<f64>]| {
            let mean = points.iter().map(|x| x[i]).sum::<f64>() / points.len() as f64;
            points.iter().map(|x| (x[i] - mean).powi(2)).sum::<f64>() / points.len() as f64
        };
        assert!((variance(&starts) / variance(&visited) / 1.01 - 1.0).abs() < 0.02);
    }
    // Without noise they are visited states, each of them twice.
    let plain = Starts::of(&visited).draw(200, 3).unwrap();
    assert!(visited.iter().all(|x| plain.iter().filter(|y| *y == x).count() == 2));
    let empty: [f64; 0] = [];
    assert!(Starts::of(&empty).draw(3, 1).is_err());
    assert!(Starts::of(&visited).noise(-1.0).draw(3, 1).is_err());
    assert!(Starts::of(&[1.0, f64::NAN]).draw(3, 1).is_err());
}

#[test]
fn elman_cells_on_static_batches() {
    let mut cell = Elman::<f64, 1, 2>::uniform(&mut uniform(2));
    *cell.weight_hh = matrix![2.0, -0.5; 0.5, 2.0];
    let held = Held::new(Recurrence(Net::<_, Static<1>>::new(cell)), vector![0.0]);
    let found = fixed_points(&held, &box_of::<2>(100, 1.0, 2), &Search::default()).unwrap();
    let mut next = Vector2::zeros();
    for point in &found.points {
        held.eval(&point.xstar, &mut next).unwrap();
        assert!((next - point.xstar).amax() < 1e-15);
    }
    assert!(found.points.len() > 1);
}

#[test]
fn jacobians_by_differences_prove_nothing_at_a_jump_or_a_triple_root() {
    let starts: Vec<f64> = (0..30).map(|i| -3.0 + 0.2 * (f64::from(i) + 0.137)).collect();
    // 2x mod 1: its points are 0 and, from the left only, 1. Differences over the jumps have the slope −1/increment.
    let doubling = Map::new(ode(|_t, x: &f64, next: &mut f64| *next = (2.0 * x).rem_euclid(1.0)));
    if let Ok(found) = fixed_points(&doubling, &starts, &Search::default()) {
        assert!(found.points.iter().all(|point| point.kind != PointKind::Isolated), "{found:?}");
    }
    // x³ has the root 0. By differences its slope is 3x² + h², of the size of the increment near it.
    let cubic = Flow::new(ode(|_t, x: &f64, dx: &mut f64| *dx = x.powi(3)));
    if let Ok(found) = fixed_points(&cubic, &starts, &Search::default()) {
        assert!(found.points.iter().all(|point| point.kind != PointKind::Isolated || point.error >= point.xstar.abs()));
    }
}

#[test]
fn the_error_covers_terms_that_cancel() {
    /// J. Wilkinson's polynomial with the roots 1, …, 12, expanded: its terms are up to 1e9 times its values.
    struct Expanded(Vec<f64>);
    impl GenericDynamics<1, 0> for Expanded {
        fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
            vector![self.0.iter().rev().fold(T::from(0.0), |sum, c| sum * x[0] + T::from(*c))]
        }
    }
    // Integers below 2⁵³: exact.
    let mut coefficients = vec![1.0];
    for root in 1..=12 {
        let mut next = vec![0.0; coefficients.len() + 1];
        for (i, c) in coefficients.iter().enumerate() {
            next[i] -= f64::from(root) * c;
            next[i + 1] += c;
        }
        coefficients = next;
    }
    let flow = Flow::new(Autodiff::new(Expanded(coefficients), SVector::zeros()));
    let starts: Vec<_> = (0..48).map(|i| vector![0.5 + 0.25 * (f64::from(i) + 0.137)]).collect();
    let found = fixed_points(&flow, &starts, &Search::default()).unwrap();
    assert_eq!(found.points.len(), 12);
    for point in &found.points {
        let error = (point.xstar[0] - point.xstar[0].round()).abs();
        assert!(error <= point.error, "{}: {error:e} {:e}", point.xstar, point.error);
    }
}

#[test]
fn centres_have_an_index() {
    /// A pendulum without friction.
    struct Pendulum;
    impl GenericDynamics<2, 0> for Pendulum {
        fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
            vector![y[1], -y[0].sin()]
        }
    }
    /// The standard map with K = −0.8, whose origin is elliptic: trace 2 − 0.8.
    struct Standard;
    impl GenericDynamics<2, 0> for Standard {
        fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 2>, _: &SVector<T, 0>) -> SVector<T, 2> {
            let p = y[1] - y[0].sin() * 0.8;
            vector![y[0] + p, p]
        }
    }
    let starts = [vector![0.3, 0.1], vector![3.0, 0.1]];
    let flow = Flow::new(Autodiff::new(Pendulum, SVector::zeros()));
    let map = Map::new(Autodiff::new(Standard, SVector::zeros()));
    let (flow, map) = (
        fixed_points(&flow, &starts, &Search::default()).unwrap(),
        fixed_points(&map, &starts, &Search::default()).unwrap(),
    );
    for found in [flow, map] {
        // det(−J) = cos θ of the flow, and det(I − J) = 0.8 cos θ of the map: a centre and a saddle.
        for (x, index, stable) in [(0.0, 1, None), (std::f64::consts::PI, -1, Some(false))] {
            let point = nearest(&found, &[x, 0.0]);
            assert_eq!((point.index(), point.is_stable()), (Some(index), stable), "{point:?}");
        }
    }
}

#[test]
fn a_start_that_is_far_off_does_not_make_the_system_infinite() {
    // (x, y) ↦ (y/2, x/2 + 1) has the fixed point (2/3, 4/3). In units of 1e200 and 1, its Jacobian has the entry 1e200.
    let map = Map::new(ode(|_t, x: &[f64; 2], next: &mut [f64; 2]| *next = [0.5 * x[1], 0.5 * x[0] + 1.0]));
    match fixed_points(&map, &[[1.0, 2.0], [1e200, 3.0]], &Search::default()) {
        Ok(found) => assert!(found.points.iter().all(|point| (point.xstar[1] - 4.0 / 3.0).abs() <= point.error)),
        Err(Error::NothingFound { failures, .. }) => assert_eq!(failures.not_finite, 0),
        Err(error) => panic!("{error}"),
    }
}
