//! Newton–Krylov: GMRES against LU, stiff problems solved without a matrix, and what happens when it fails.

use crate::common::heat::{assert_solved_as_by_lu, heat, heat_exact, solve_heat};
use nalgebra::{DMatrix, DVector, SVector, Vector2, Vector3, vector};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::dynamics::problems::VanDerPol;
use rheos::dynamics::{Counted, Jacobian, Jvp, Neighbourhood};
use rheos::solver::implicit::{Krylov, Kvaerno3, LinearFailure, LinearSolver};
use rheos::state::Passive;
use rheos::{Dynamics, Error, Fixed, Pid, ode, solve};

/// `y' = A y`.
struct Linear(DMatrix<f64>);

impl Dynamics for Linear {
    type State = DVector<f64>;
    fn eval(&self, _: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.0.mul_to(y, dy);
    }
}

impl Jvp for Linear {
    fn jvp(&self, _: f64, _: &DVector<f64>, v: &DVector<f64>, out: &mut DVector<f64>) {
        self.0.mul_to(v, out);
    }
}

/// A random matrix of spectral radius about 1.
fn random(n: usize, rng: &mut StdRng) -> DMatrix<f64> {
    let scale = 1.7 / (n as f64).sqrt();
    DMatrix::from_fn(n, n, |_, _| rng.random_range(-scale..scale))
}

/// The error of a solution by `krylov` relative to nalgebra's by LU.
fn error_beside_lu<L: LinearSolver<Linear>>(krylov: L, matrix: DMatrix<f64>, a: f64, rng: &mut StdRng) -> f64 {
    let n = matrix.nrows();
    let b = DVector::from_fn(n, |_, _| rng.random_range(-1.0..1.0));
    let point = DVector::from_fn(n, |_, _| rng.random_range(-1.0..1.0));
    let expected = (DMatrix::identity(n, n) - &matrix * a).lu().solve(&b).unwrap();
    let field = Linear(matrix);
    let mut ws = krylov.workspace(&field, &b);
    krylov.linearise(&mut ws, &field, 0.0, &point, Neighbourhood::of_step(1.0)).unwrap();
    assert_eq!(krylov.prepare(&mut ws, &field, a), Ok(()));
    let mut x = b;
    assert_eq!(krylov.solve(&mut ws, &field, &mut x), Ok(()));
    (x - &expected).norm() / expected.norm()
}

#[test]
fn random_systems_are_solved_as_by_lu() {
    let mut rng = StdRng::seed_from_u64(1);
    for n in [1, 2, 5, 20, 60] {
        for a in [0.1, -0.5, 3.0] {
            let krylov = Krylov::new().dimension(n);
            let error = error_beside_lu(krylov.exact(), random(n, &mut rng), a, &mut rng);
            assert!(error < 1e-12, "n = {n}, a = {a}: {error:e}");
            let error = error_beside_lu(krylov, random(n, &mut rng), a, &mut rng);
            assert!(error < 1e-6, "n = {n}, a = {a}, by differences: {error:e}");
        }
    }
}

#[test]
fn restarts_continue_from_the_residual() {
    let mut rng = StdRng::seed_from_u64(2);
    for dimension in [2, 5, 17] {
        let krylov = Krylov::new().dimension(dimension).restarts(100).exact();
        let error = error_beside_lu(krylov, random(80, &mut rng), 0.4, &mut rng);
        assert!(error < 1e-12, "{dimension} dimensions: {error:e}");
    }
}

#[test]
fn a_matrix_of_few_eigenvalues_exhausts_a_small_krylov_space() {
    // Three eigenvalues: three products, whatever the dimension, and one more against rounding.
    let mut rng = StdRng::seed_from_u64(3);
    let matrix = DMatrix::from_diagonal(&DVector::from_fn(50, |i, _| [-1.0, -20.0, -300.0][i % 3]));
    let field = Linear(matrix.clone());
    let krylov = Krylov::new().exact();
    let mut ws = krylov.workspace(&field, &DVector::zeros(50));
    krylov.linearise(&mut ws, &field, 0.0, &DVector::zeros(50), Neighbourhood::of_step(1.0)).unwrap();
    assert_eq!(LinearSolver::<Linear>::prepare(&krylov, &mut ws, &field, 1.0), Ok(()));
    let mut x = DVector::from_element(50, 1.0);
    assert_eq!(krylov.solve(&mut ws, &field, &mut x), Ok(()));
    assert!(LinearSolver::<Linear>::evaluations(&krylov, &ws) <= 4);
    assert!(error_beside_lu(krylov, matrix, 1.0, &mut rng) < 1e-12);
}

#[test]
fn a_zero_right_hand_side_costs_nothing() {
    let field = Linear(DMatrix::identity(4, 4));
    let krylov = Krylov::new();
    let mut x = DVector::zeros(4);
    let mut ws = krylov.workspace(&field, &x);
    krylov.linearise(&mut ws, &field, 0.0, &x, Neighbourhood::of_step(1.0)).unwrap();
    assert_eq!(krylov.solve(&mut ws, &field, &mut x), Ok(()));
    assert_eq!((x.norm(), LinearSolver::<Linear>::evaluations(&krylov, &ws)), (0.0, 1));
}

#[test]
fn a_singular_system_has_no_solution() {
    // I − J is zero in the second coordinate.
    let field = Linear(DMatrix::from_diagonal(&DVector::from_vec(vec![0.5, 1.0])));
    let krylov = Krylov::new().exact();
    let mut x = DVector::from_vec(vec![1.0, 1.0]);
    let mut ws = krylov.workspace(&field, &x);
    krylov.linearise(&mut ws, &field, 0.0, &DVector::zeros(2), Neighbourhood::of_step(1.0)).unwrap();
    assert_eq!(LinearSolver::<Linear>::prepare(&krylov, &mut ws, &field, 1.0), Ok(()));
    assert_eq!(krylov.solve(&mut ws, &field, &mut x), Err(LinearFailure::NotConverged));
}

#[test]
fn small_components_are_solved_for_as_well_as_large_ones() {
    // Sizes in units of the tolerance: the second coordinate is tolerated a million times less error.
    let field = Linear(DMatrix::from_row_slice(2, 2, &[-50.0, 0.0, 1e-6, -3.0]));
    let krylov = Krylov::new().exact();
    let mut x = DVector::from_vec(vec![1.0, 1e-6]);
    let mut ws = krylov.workspace(&field, &x);
    krylov.linearise(&mut ws, &field, 0.0, &DVector::zeros(2), Neighbourhood::of_step(1.0)).unwrap();
    assert_eq!(LinearSolver::<Linear>::prepare(&krylov, &mut ws, &field, 1.0), Ok(()));
    let size = |r: &DVector<f64>| (r[0] / 1e-3).hypot(r[1] / 1e-9);
    assert_eq!(krylov.solve_within(&mut ws, &field, &mut x, size), Ok(()));
    let matrix = DMatrix::identity(2, 2) - &field.0;
    let residual = DVector::from_vec(vec![1.0, 1e-6]) - matrix * x;
    assert!(size(&residual) <= 0.05, "{residual}");
}

#[test]
fn the_heat_equation_is_solved_as_by_lu() {
    assert_solved_as_by_lu(100, 1e-3);
    assert_solved_as_by_lu(100, 1e-6);
}

#[test]
fn evaluations_are_those_of_the_field() {
    let f = Counted::new(heat(50));
    let solution = solve_heat(&f, 50, Krylov::new(), 1e-4);
    // And one that looks at the shape of the slope, which is not counted.
    assert_eq!(solution.stats.evaluations + 1, f.evaluations());
    assert!(solution.stats.jacobians > 0);
    assert_eq!(f.jacobians(), 0);
}

#[test]
fn a_stiff_oscillator_is_solved_as_by_lu() {
    let (f, y0) = VanDerPol::problem(1000.0);
    // The test set of Bari, t = 2000.
    let expected = Vector2::new(1.706_167_732_170_483, -8.928_097_010_247_975e-4);
    for tol in [1e-4, 1e-6] {
        for error in [
            solve(&f, y0, 0.0..2000.0, Kvaerno3, Pid::tolerance(tol)).unwrap().last() - expected,
            solve(&f, y0, 0.0..2000.0, Kvaerno3.with(Krylov::new()), Pid::tolerance(tol)).unwrap().last() - expected,
            solve(&f, y0, 0.0..2000.0, Kvaerno3.with(Krylov::new().exact()), Pid::tolerance(tol)).unwrap().last()
                - expected,
        ] {
            assert!(error.amax() < 100.0 * tol, "tol = {tol:e}: {error}");
        }
    }
}

/// Robertson's reaction: rates of `0.04`, `3 10⁷` and `10⁴`, and a component of `10⁻⁵`.
fn robertson(_: f64, y: &Vector3<f64>, dy: &mut Vector3<f64>) {
    let (slow, fast, back) = (0.04 * y[0], 3e7 * y[1] * y[1], 1e4 * y[1] * y[2]);
    *dy = vector![back - slow, slow - back - fast, fast];
}

#[test]
fn components_of_very_different_sizes() {
    let f = ode(robertson);
    // Hairer & Wanner II, section IV.10, at t = 40: as printed by the codes at tolerance 1e-12.
    let expected = vector![0.715_827_068_7, 9.185_534_764e-6, 0.284_163_745_7];
    let control = Pid::tolerance(1e-6).atol(1e-12);
    let y = *solve(&f, vector![1.0, 0.0, 0.0], 0.0..40.0, Kvaerno3.with(Krylov::new()), control).unwrap().last();
    let error = (y - expected).component_div(&expected).amax();
    assert!(error < 1e-4, "{y}");
}

#[test]
fn fixed_steps_are_solved_to_rounding() {
    let (f, y0) = VanDerPol::problem(5.0);
    let by_lu = *solve(&f, y0, 0.0..2.0, Kvaerno3, Fixed::steps(200)).unwrap().last();
    let by_differences = *solve(&f, y0, 0.0..2.0, Kvaerno3.with(Krylov::new()), Fixed::steps(200)).unwrap().last();
    let exact = *solve(&f, y0, 0.0..2.0, Kvaerno3.with(Krylov::new().exact()), Fixed::steps(200)).unwrap().last();
    assert!((by_differences - by_lu).amax() < 1e-12, "{by_differences} {by_lu}");
    assert!((exact - by_lu).amax() < 1e-12, "{exact} {by_lu}");
}

#[test]
fn parts_without_a_say_in_the_norm_are_solved_for() {
    // A stiff equation and the integral of its solution, which no tolerance looks at.
    type State = (f64, Passive<f64>);
    let f = ode(|t: f64, (y, _): &State, dy: &mut State| *dy = (-1e3 * (y - t.cos()), Passive(*y)));
    // y = (k² cos t + k sin t) / (k² + 1) from the start, without a layer that no error estimate would see in the integral.
    let k = 1e3_f64;
    let y = |t: f64| (k * k * t.cos() + k * t.sin()) / (k * k + 1.0);
    let integral = |t: f64| (k * k * t.sin() - k * (t.cos() - 1.0)) / (k * k + 1.0);
    let y0 = (y(0.0), Passive(0.0));
    // Steps short enough for the method; a solver that looks at the tolerance alone is off by 2e-6.
    let control = Pid::tolerance(1e-6).max_step(2e-3);
    let solution = solve(&f, y0, 0.0..2.0, Kvaerno3.with(Krylov::new()), control).unwrap();
    let (end, Passive(found)) = *solution.last();
    assert!((end - y(2.0)).abs() < 1e-6);
    assert!((found - integral(2.0)).abs() < 1e-6, "{found} {}", integral(2.0));
}

#[test]
fn a_system_that_is_not_solved_ends_or_shortens_the_step() {
    let f = heat(60);
    let poor = Kvaerno3.with(Krylov::new().dimension(2).restarts(0));
    let failure = solve(&f, heat_exact(60, 0.0), 0.0..0.1, poor, Fixed::steps(5)).unwrap_err();
    assert!(matches!(failure.error, Error::NewtonDiverged { t: 0.0, h } if h == 0.02), "{}", failure.error);
    assert_eq!(failure.partial.stats.accepted, 0);
    // An adaptive solve goes on with steps that are short enough for two dimensions.
    let tol = 1e-3;
    let solution = solve(&f, heat_exact(60, 0.0), 0.0..0.1, poor, Pid::tolerance(tol)).unwrap();
    let good = solve_heat(&f, 60, Krylov::new(), tol).stats;
    assert!(solution.stats.rejected > good.rejected && solution.stats.accepted > good.accepted, "{:?}", solution.stats);
    assert!((solution.last() - heat_exact(60, 0.1)).amax() < tol);
}

#[test]
fn settings_outside_their_domain_are_named() {
    let f = heat(5);
    let y0 = heat_exact(5, 0.0);
    for (krylov, culprit) in [
        (Krylov::new().dimension(0), "dimension"),
        (Krylov::new().tolerance(0.0), "tolerance"),
        (Krylov::new().tolerance(2.0), "tolerance"),
        (Krylov::new().tolerance(f64::NAN), "tolerance"),
    ] {
        let fixed = solve(&f, y0.clone(), 0.0..0.1, Kvaerno3.with(krylov), Fixed::steps(5)).unwrap_err();
        let adaptive = solve(&f, y0.clone(), 0.0..0.1, Kvaerno3.with(krylov), Pid::tolerance(1e-3)).unwrap_err();
        for error in [fixed.error, adaptive.error] {
            assert!(matches!(error, Error::InvalidArgument { name, .. } if name == culprit), "{error}");
        }
    }
}

#[test]
fn products_of_dual_numbers_are_those_of_the_jacobian() {
    let (f, y) = VanDerPol::problem(7.0);
    let v = SVector::from([0.3, -1.5]);
    let mut product = SVector::zeros();
    f.jvp(0.0, &y, &v, &mut product);
    assert!((product - f.jacobian(0.0, &y, Neighbourhood::of_step(1.0)) * v).amax() < 1e-14);
}

/// Tensors have no matrices, so that stiff fields on them are solved by Newton–Krylov methods only.
#[cfg(feature = "dfdx")]
mod tensors {
    use dfdx::nn::modules::{Linear as Layer, Tanh};
    use dfdx::nn::{BuildModule, Module, TensorCollection};
    use dfdx::prelude::{Const, Cpu, Device, OwnedTape, Rank0, Rank1, Tensor, TensorFrom, TryAdd};
    use nalgebra::SMatrix;
    use rheos::State;
    use rheos::nn::tensor::{ModuleField, Taped, TensorField, Weights};
    use rheos::state::TensorElement;

    use super::*;

    type Mlp<E> = (Layer<3, 8, E, Cpu>, Tanh, Layer<8, 3, E, Cpu>);
    type Point<E> = Tensor<Rank1<3>, E, Cpu>;

    /// `y' = W₂ tanh(W₁ y + b₁) + b₂ − K y`, with a stiff linear layer for `−K`.
    #[derive(Clone)]
    struct Stiff<E: TensorElement>
    where
        Cpu: Device<E>,
    {
        network: Mlp<E>,
        stiff: Layer<3, 3, E, Cpu>,
    }

    impl<E: TensorElement> TensorField<Rank1<3>, E, Cpu> for Stiff<E>
    where
        Cpu: Device<E>,
        Mlp<E>: Module<Point<E>, Output = Point<E>> + Module<Taped<Rank1<3>, E, Cpu>, Output = Taped<Rank1<3>, E, Cpu>>,
        Layer<3, 3, E, Cpu>:
            Module<Point<E>, Output = Point<E>> + Module<Taped<Rank1<3>, E, Cpu>, Output = Taped<Rank1<3>, E, Cpu>>,
    {
        fn velocity_taped(&self, _: Taped<Rank0, E, Cpu>, y: Taped<Rank1<3>, E, Cpu>) -> Taped<Rank1<3>, E, Cpu> {
            self.network.forward(y.retaped::<OwnedTape<E, Cpu>>()).try_add(self.stiff.forward(y)).unwrap()
        }
        fn velocity(&self, _: Tensor<Rank0, E, Cpu>, y: Point<E>) -> Point<E> {
            self.network.forward(y.clone()).try_add(self.stiff.forward(y)).unwrap()
        }
    }

    /// `k` distinct numbers of the order of one.
    fn assorted(k: usize) -> Vec<f64> {
        (0..k).map(|i| ((i * i + 3 * i + 1) as f64 * 0.7).sin()).collect()
    }

    /// Rates of 1, 50 and 2000, coupled.
    const STIFF: [f64; 9] = [-1.0, 0.5, 0.0, 0.5, -50.0, 20.0, 0.0, 20.0, -2000.0];

    fn filled<M: TensorCollection<E, Cpu> + Clone, E: TensorElement>(module: M, numbers: &[f64]) -> M
    where
        Cpu: Device<E>,
    {
        let mut weights = Weights::new(module);
        assert!(weights.read_coordinates(numbers).is_some_and(<[f64]>::is_empty));
        weights.into_module()
    }

    /// The end of a solve with tensors of elements `E`.
    fn by_krylov<E: TensorElement>(start: Point<E>, tol: f64) -> Vec<f64>
    where
        Cpu: Device<E>,
        Mlp<E>: BuildModule<Cpu, E> + TensorCollection<E, Cpu>,
        Layer<3, 3, E, Cpu>: BuildModule<Cpu, E> + TensorCollection<E, Cpu>,
        Stiff<E>: TensorField<Rank1<3>, E, Cpu>,
    {
        let device = Cpu::default();
        let network = filled(Mlp::<E>::build(&device), &assorted(59));
        let stiff = filled(Layer::<3, 3, E, Cpu>::build(&device), &[&STIFF[..], &[0.0; 3]].concat());
        let net = ModuleField::new(Stiff { network, stiff });
        let method = Kvaerno3.with(Krylov::new());
        solve(&net, start, 0.0..3.0, method, Pid::tolerance(tol)).unwrap().last().coordinates()
    }

    /// The same field on static vectors, solved by LU.
    fn by_lu(tol: f64) -> Vec<f64> {
        let numbers = assorted(59);
        let w1 = SMatrix::<f64, 8, 3>::from_row_slice(&numbers[..24]);
        let b1 = SVector::<f64, 8>::from_column_slice(&numbers[24..32]);
        let w2 = SMatrix::<f64, 3, 8>::from_row_slice(&numbers[32..56]);
        let b2 = SVector::<f64, 3>::from_column_slice(&numbers[56..]);
        let k = SMatrix::<f64, 3, 3>::from_row_slice(&STIFF);
        let f = ode(|_, y: &SVector<f64, 3>, dy: &mut SVector<f64, 3>| {
            *dy = w2 * (w1 * y + b1).map(f64::tanh) + b2 + k * y;
        });
        solve(&f, vector![1.0, -0.5, 0.25], 0.0..3.0, Kvaerno3, Pid::tolerance(tol)).unwrap().last().coordinates()
    }

    fn assert_close(found: &[f64], tolerance: f64) {
        let expected = by_lu(1e-9);
        let error = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(found.len() == 3 && error < tolerance, "{error:e}: {found:?} {expected:?}");
    }

    #[test]
    fn double_precision() {
        let start = Cpu::default().tensor([1.0_f64, -0.5, 0.25]);
        assert_close(&by_krylov(start.clone(), 1e-4), 1e-4);
        assert_close(&by_krylov(start, 1e-7), 1e-7);
    }

    #[test]
    fn single_precision() {
        let start = Cpu::default().tensor([1.0_f32, -0.5, 0.25]);
        assert_close(&by_krylov(start, 1e-4), 1e-4);
    }

    #[test]
    fn a_batch_of_run_time_size() {
        type Batch = Tensor<(usize, Const<3>), f64, Cpu>;
        // A linear module is a field by itself, for any number of rows.
        let device = Cpu::default();
        let stiff = filled(Layer::<3, 3, f64, Cpu>::build(&device), &[&STIFF[..], &[1.0, 2.0, 3.0]].concat());
        let net: ModuleField<_, (usize, Const<3>), f64, Cpu> = ModuleField::new(stiff);
        let start: Batch = device.tensor((vec![1.0, 0.0, -1.0, 0.5, 0.5, 0.5], (2, Const::<3>)));
        let end = solve(&net, start, 0.0..40.0, Kvaerno3.with(Krylov::new()), Pid::tolerance(1e-6)).unwrap();
        // Both rows end in the rest state −K⁻¹ b.
        let rest = SMatrix::<f64, 3, 3>::from_row_slice(&STIFF).lu().solve(&vector![-1.0, -2.0, -3.0]).unwrap();
        for row in end.last().coordinates().chunks(3) {
            assert!(row.iter().zip(&rest).all(|(a, b)| (a - b).abs() < 1e-5), "{row:?} {rest}");
        }
    }
}

/// More dimensions than the state has are of no use, and room for many is made when they are needed.
#[test]
fn any_dimension_will_do() {
    let mut rng = StdRng::seed_from_u64(3);
    for n in [1, 5, 150] {
        for dimension in [n + 1, 1000, usize::MAX] {
            let krylov = Krylov::new().dimension(dimension);
            let error = error_beside_lu(krylov.exact(), random(n, &mut rng), 3.0, &mut rng);
            assert!(error < 1e-11, "n = {n}, dimension {dimension}: {error:e}");
        }
    }
}

/// A rotation turns every residual by a right angle: one dimension brings it no nearer, however often it is restarted.
#[test]
fn restarts_that_lead_nowhere_end() {
    fn is_solved<L: LinearSolver<Linear>>(krylov: L) -> bool {
        let field = Linear(DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -1.0, 0.0]));
        let mut x = DVector::from_element(2, 1.0);
        let mut ws = krylov.workspace(&field, &x);
        krylov.linearise(&mut ws, &field, 0.0, &x, Neighbourhood::of_step(1.0)).unwrap();
        krylov.prepare(&mut ws, &field, 1e9).is_ok() && krylov.solve(&mut ws, &field, &mut x).is_ok()
    }
    let krylov = Krylov::new().restarts(usize::MAX).exact();
    assert!(!is_solved(krylov.dimension(1)));
    assert!(is_solved(krylov.dimension(2)));
}
