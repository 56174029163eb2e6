//! Preconditioned Newton–Krylov, and collocation methods without a matrix.

use nalgebra::{Complex, DMatrix, DVector, Vector2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::dynamics::problems::VanDerPol;
use rheos::dynamics::problems::stiff::Hires;
use rheos::dynamics::{BoxedField, Counted, Neighbourhood};
use rheos::solver::Embedded;
use rheos::solver::implicit::{
    BlockDiagonal, ComplexSolver, Esdirk547, GaussLegendre4, Krylov, Kvaerno3, LinearFailure, LinearSolver,
    NoPreconditioner, Preconditioner, RadauIIA3, RadauIIA9,
};
use rheos::{Bdf, Dynamics, Error, Fixed, Pid, RadauIIA5, Rodas5P, Stats, ode, solve};

use crate::common::brusselator::{Brusselator, Diffusion};
use crate::common::heat::{heat, heat_exact};

/// `y' = A y`.
fn linear(matrix: DMatrix<f64>) -> impl Dynamics<State = DVector<f64>> {
    ode(move |_, y: &DVector<f64>, dy: &mut DVector<f64>| matrix.mul_to(y, dy))
}

/// A random matrix of spectral radius about 1.
fn random(n: usize, rng: &mut StdRng) -> DMatrix<f64> {
    let scale = 1.7 / (n as f64).sqrt();
    DMatrix::from_fn(n, n, |_, _| rng.random_range(-scale..scale))
}

fn random_vector(n: usize, rng: &mut StdRng) -> DVector<f64> {
    DVector::from_fn(n, |_, _| rng.random_range(-1.0..1.0))
}

/// Stiff blocks of the size `block` on the diagonal, and weak couplings everywhere.
fn stiff_blocks(n: usize, block: usize, rng: &mut StdRng) -> DMatrix<f64> {
    let mut matrix = random(n, rng) * 0.1;
    for k in 0..n / block {
        let size = 10_f64.powi(k as i32 % 5);
        let inside = random(block, rng) * size - DMatrix::identity(block, block) * (3.0 * size);
        matrix.view_mut((k * block, k * block), (block, block)).copy_from(&inside);
    }
    matrix
}

/// A linear field of any matrix.
type Field<'f> = BoxedField<'f, DVector<f64>>;

/// The error relative to nalgebra's solution by LU, and the number of evaluations.
fn error_of_real<M>(preconditioner: M, matrix: &DMatrix<f64>, a: f64, rng: &mut StdRng) -> (f64, u64)
where
    M: for<'f> Preconditioner<Field<'f>> + Copy,
{
    let n = matrix.nrows();
    let (b, point) = (random_vector(n, rng), random_vector(n, rng));
    let expected = (DMatrix::identity(n, n) - matrix * a).lu().solve(&b).unwrap();
    let field = Field::new(linear(matrix.clone()));
    let krylov = Krylov::new().dimension(n).preconditioned(preconditioner);
    let mut ws = krylov.workspace(&field, &b);
    krylov.linearise(&mut ws, &field, 0.0, &point, Neighbourhood::of_step(1.0)).unwrap();
    assert_eq!(LinearSolver::<Field>::prepare(&krylov, &mut ws, &field, a), Ok(()));
    let before = LinearSolver::<Field>::evaluations(&krylov, &ws);
    let mut x = b;
    assert_eq!(krylov.solve(&mut ws, &field, &mut x), Ok(()));
    let evaluations = LinearSolver::<Field>::evaluations(&krylov, &ws) - before;
    ((x - &expected).norm() / expected.norm(), evaluations)
}

/// The same for a complex system.
fn error_of_complex<M>(preconditioner: M, matrix: &DMatrix<f64>, a: Complex<f64>, rng: &mut StdRng) -> (f64, u64)
where
    M: for<'f> Preconditioner<Field<'f>> + Copy,
{
    let n = matrix.nrows();
    let (mut re, mut im, point) = (random_vector(n, rng), random_vector(n, rng), random_vector(n, rng));
    let b = re.zip_map(&im, Complex::new);
    let expected = (DMatrix::identity(n, n) - matrix.map(Complex::from) * a).lu().solve(&b).unwrap();
    let field = Field::new(linear(matrix.clone()));
    let krylov = Krylov::new().dimension(2 * n).preconditioned(preconditioner);
    let mut ws = krylov.workspace(&field, &re);
    krylov.linearise(&mut ws, &field, 0.0, &point, Neighbourhood::of_step(1.0)).unwrap();
    let prepared = ComplexSolver::<Field>::prepare_complex(&krylov, &mut ws, &field, a).unwrap();
    let before = LinearSolver::<Field>::evaluations(&krylov, &ws);
    assert_eq!(krylov.solve_complex(&mut ws, &prepared, &field, &mut re, &mut im), Ok(()));
    let evaluations = LinearSolver::<Field>::evaluations(&krylov, &ws) - before;
    ((re.zip_map(&im, Complex::new) - &expected).norm() / expected.norm(), evaluations)
}

#[test]
fn random_systems_are_solved_as_by_lu() {
    let mut rng = StdRng::seed_from_u64(11);
    for n in [2, 6, 30] {
        for a in [Complex::new(0.1, 0.3), Complex::new(-0.5, 0.2), Complex::new(1.0, -3.0), Complex::new(0.0, 1.0)] {
            let matrix = random(n, &mut rng);
            let (plain, _) = error_of_complex(NoPreconditioner, &matrix, a, &mut rng);
            let (by_blocks, _) = error_of_complex(BlockDiagonal::new(2), &matrix, a, &mut rng);
            assert!(plain < 1e-6 && by_blocks < 1e-6, "n = {n}, a = {a}: {plain:e} {by_blocks:e}");
            let (by_blocks, _) = error_of_real(BlockDiagonal::new(2), &matrix, a.im, &mut rng);
            assert!(by_blocks < 1e-6, "n = {n}, a = {}: {by_blocks:e}", a.im);
        }
    }
}

#[test]
fn stiff_blocks_take_few_iterations() {
    let mut rng = StdRng::seed_from_u64(12);
    for block in [1, 2, 5] {
        let matrix = stiff_blocks(60, block, &mut rng);
        // A tenth of the couplings is left in every iteration.
        let (error, evaluations) = error_of_real(BlockDiagonal::new(block).apart(60), &matrix, 1.0, &mut rng);
        assert!(error < 1e-6 && evaluations <= 12, "{block}: {error:e}, {evaluations}");
        let a = Complex::new(0.5, 1.0);
        let (error, evaluations) = error_of_complex(BlockDiagonal::new(block).apart(60), &matrix, a, &mut rng);
        assert!(error < 1e-6 && evaluations <= 30, "{block}, complex: {error:e}, {evaluations}");
    }
}

#[test]
fn decoupled_blocks_take_one_iteration() {
    let mut rng = StdRng::seed_from_u64(13);
    let matrix = stiff_blocks(60, 3, &mut rng);
    let matrix = DMatrix::from_fn(60, 60, |i, j| if i / 3 == j / 3 { matrix[(i, j)] } else { 0.0 });
    let (error, evaluations) = error_of_real(BlockDiagonal::new(3), &matrix, 1.0, &mut rng);
    assert!(error < 1e-6 && evaluations <= 2, "{error:e}, {evaluations}");
    // Two products an iteration, for complex systems.
    let (error, evaluations) = error_of_complex(BlockDiagonal::new(3), &matrix, Complex::new(1.0, 2.0), &mut rng);
    assert!(error < 1e-6 && evaluations <= 4, "{error:e}, {evaluations}");
}

/// The error of the end of the heat equation in closed form.
fn error_of_heat<S: Embedded<F>, F: Dynamics<State = DVector<f64>>>(f: &F, n: usize, solver: S, tol: f64) -> f64 {
    (solve(f, heat_exact(n, 0.0), 0.0..0.1, solver, Pid::tolerance(tol)).unwrap().last() - heat_exact(n, 0.1)).amax()
}

#[test]
fn collocation_solves_the_heat_equation_without_a_matrix() {
    let (n, f) = (40, heat(40));
    for tol in [1e-3, 1e-6] {
        let krylov = Krylov::new();
        for (name, error) in [
            ("RadauIIA3", error_of_heat(&f, n, RadauIIA3.with(krylov), tol)),
            ("RadauIIA5", error_of_heat(&f, n, RadauIIA5.with(krylov), tol)),
            ("RadauIIA9", error_of_heat(&f, n, RadauIIA9.with(krylov), tol)),
            ("GaussLegendre4", error_of_heat(&f, n, GaussLegendre4.with(krylov), tol)),
            ("by blocks", error_of_heat(&f, n, RadauIIA5.with(krylov.preconditioned(BlockDiagonal::new(4))), tol)),
        ] {
            assert!(error < 10.0 * tol, "{name}, {tol:e}: {error:e}");
        }
    }
}

#[test]
fn collocation_solves_a_stiff_oscillator_without_a_matrix() {
    let (f, y0) = VanDerPol::problem(1000.0);
    // The test set of Bari, t = 2000.
    let expected = Vector2::new(1.706_167_732_170_483, -8.928_097_010_247_975e-4);
    for tol in [1e-4, 1e-7] {
        let control = Pid::tolerance(tol);
        for error in [
            solve(&f, y0, 0.0..2000.0, RadauIIA3.with(Krylov::new()), control).unwrap().last() - expected,
            solve(&f, y0, 0.0..2000.0, RadauIIA5.with(Krylov::new()), control).unwrap().last() - expected,
            solve(&f, y0, 0.0..2000.0, RadauIIA5.with(Krylov::new().exact()), control).unwrap().last() - expected,
            solve(&f, y0, 0.0..2000.0, RadauIIA9.with(Krylov::new()), control).unwrap().last() - expected,
        ] {
            assert!(error.amax() < 100.0 * tol, "tol = {tol:e}: {error}");
        }
    }
}

#[test]
fn collocation_solves_a_reaction_without_a_matrix() {
    let (f, y0) = Hires::problem();
    // The test set of Bari, t = 321.8122.
    let expected = [
        0.737_131_257_332_567e-3,
        0.144_248_572_631_618e-3,
        0.588_872_974_096_756e-4,
        0.117_565_134_328_314e-2,
        0.238_635_619_879_837e-2,
        0.623_896_825_274_278e-2,
        0.284_999_839_518_573e-2,
        0.285_000_160_481_427e-2,
    ];
    let control = Pid::tolerance(1e-7).atol(1e-10);
    for y in [
        *solve(&f, y0, 0.0..321.8122, RadauIIA5.with(Krylov::new()), control).unwrap().last(),
        *solve(&f, y0, 0.0..321.8122, RadauIIA9.with(Krylov::new()), control).unwrap().last(),
        *solve(&f, y0, 0.0..321.8122, RadauIIA5.with(Krylov::new().preconditioned(BlockDiagonal::new(8))), control)
            .unwrap()
            .last(),
    ] {
        for (y, expected) in y.iter().zip(expected) {
            assert!((y - expected).abs() < 1e-4 * expected, "{y} {expected}");
        }
    }
}

#[test]
fn fixed_steps_of_collocation_are_solved_to_rounding() {
    let (f, y0) = VanDerPol::problem(5.0);
    let by_lu = *solve(&f, y0, 0.0..2.0, RadauIIA5, Fixed::steps(200)).unwrap().last();
    let by_differences = *solve(&f, y0, 0.0..2.0, RadauIIA5.with(Krylov::new()), Fixed::steps(200)).unwrap().last();
    let exact = *solve(&f, y0, 0.0..2.0, RadauIIA5.with(Krylov::new().exact()), Fixed::steps(200)).unwrap().last();
    assert!((by_differences - by_lu).amax() < 1e-12, "{by_differences} {by_lu}");
    assert!((exact - by_lu).amax() < 1e-12, "{exact} {by_lu}");
}

/// A solve of the Brusselator on `n` points: the end and the cost.
fn brusselator<S: Embedded<Counted<Brusselator>>>(n: usize, solver: S, tol: f64) -> (DVector<f64>, Stats) {
    let f = Counted::new(Brusselator::new(n));
    let solution = solve(&f, Brusselator::start(n), 0.0..10.0, solver, Pid::tolerance(tol)).unwrap();
    assert_eq!(solution.stats.evaluations, f.evaluations());
    (solution.last().clone(), solution.stats)
}

#[test]
fn a_tridiagonal_preconditioner_saves_iterations_of_every_method() {
    let n = 60;
    let control = Pid::tolerance(1e-8);
    let solution = solve(&Brusselator::new(n), Brusselator::start(n), 0.0..10.0, Rodas5P, control).unwrap();
    let by_lu = solution.last();
    let krylov = Krylov::new();
    let diffusion = krylov.preconditioned(Diffusion);
    let check = |name: &str, (y, with): (DVector<f64>, Stats), (_, without): (DVector<f64>, Stats)| {
        let error = (y - by_lu).amax();
        assert!(error < 1e-2, "{name}: {error:e}");
        let (with, without) = (with.evaluations, without.evaluations);
        assert!(2 * with < without, "{name}: {with} evaluations with the preconditioner, {without} without");
    };
    check("Bdf", brusselator(n, Bdf.with(diffusion), 1e-4), brusselator(n, Bdf.with(krylov), 1e-4));
    check("Kvaerno3", brusselator(n, Kvaerno3.with(diffusion), 1e-4), brusselator(n, Kvaerno3.with(krylov), 1e-4));
    check("Esdirk547", brusselator(n, Esdirk547.with(diffusion), 1e-4), brusselator(n, Esdirk547.with(krylov), 1e-4));
    check("RadauIIA5", brusselator(n, RadauIIA5.with(diffusion), 1e-4), brusselator(n, RadauIIA5.with(krylov), 1e-4));
}

/// Robertson's reaction in `cells` cells with diffusion between neighbours, and `unit` for a unit of time.
fn robertson(cells: usize, unit: f64) -> impl Dynamics<State = DVector<f64>> {
    ode(move |_, y: &DVector<f64>, dy: &mut DVector<f64>| {
        for k in 0..cells {
            let at = |k: usize, i: usize| y[3 * k + i];
            let (slow, fast, back) = (0.04 * at(k, 0), 3e7 * at(k, 1) * at(k, 1), 1e4 * at(k, 1) * at(k, 2));
            let reaction = [back - slow, slow - back - fast, fast];
            for (i, reaction) in reaction.into_iter().enumerate() {
                let (left, right) = (at(k.saturating_sub(1), i), at((k + 1).min(cells - 1), i));
                dy[3 * k + i] = (reaction + 0.01 * (left - 2.0 * at(k, i) + right)) / unit;
            }
        }
    })
}

/// The largest relative error at the end, and the cost, in the unit `unit` of time.
fn robertson_by<S: Embedded<Counted<F>>, F: Dynamics<State = DVector<f64>>>(
    f: F,
    unit: f64,
    solver: S,
) -> (f64, Stats) {
    // Hairer & Wanner II, section IV.10, at t = 40: as printed by the codes at tolerance 1e-12. Equal cells stay equal.
    let expected = [0.715_827_068_7, 9.185_534_764e-6, 0.284_163_745_7];
    let f = Counted::new(f);
    let y0 = DVector::from_fn(60, |i, _| if i % 3 == 0 { 1.0 } else { 0.0 });
    let control = Pid::tolerance(1e-6).atol(1e-10);
    let solution = solve(&f, y0, 0.0..40.0 * unit, solver, control).unwrap();
    // And one that looks at the shape of the slope, which is not counted.
    assert_eq!(solution.stats.evaluations + 1, f.evaluations());
    let error = solution.last().iter().enumerate().map(|(i, y)| (y / expected[i % 3] - 1.0).abs());
    (error.fold(0.0, f64::max), solution.stats)
}

#[test]
fn blocks_solve_a_stiff_reaction_in_cells() {
    let blocks = Krylov::new().preconditioned(BlockDiagonal::new(3).apart(2));
    let close = Krylov::new().preconditioned(BlockDiagonal::new(3));
    for (name, (error, stats)) in [
        ("Bdf", robertson_by(robertson(20, 1.0), 1.0, Bdf.with(blocks))),
        ("Kvaerno3", robertson_by(robertson(20, 1.0), 1.0, Kvaerno3.with(blocks))),
        ("Esdirk547", robertson_by(robertson(20, 1.0), 1.0, Esdirk547.with(blocks))),
        ("RadauIIA5", robertson_by(robertson(20, 1.0), 1.0, RadauIIA5.with(blocks))),
        ("all blocks at once", robertson_by(robertson(20, 1.0), 1.0, Kvaerno3.with(close))),
    ] {
        assert!(error < 1e-4, "{name}: {error:e}, {stats:?}");
    }
}

#[test]
fn blocks_do_not_depend_on_the_unit_of_time() {
    let blocks = Krylov::new().preconditioned(BlockDiagonal::new(3).apart(2));
    let plain = robertson_by(robertson(20, 1.0), 1.0, RadauIIA5.with(blocks));
    for unit in [2_f64.powi(-40), 2_f64.powi(30)] {
        // A power of two changes no digit.
        assert_eq!(robertson_by(robertson(20, unit), unit, RadauIIA5.with(blocks)), plain, "{unit:e}");
    }
}

#[test]
fn settings_of_blocks_outside_their_domain_are_named() {
    let (f, y0) = (heat(5), heat_exact(5, 0.0));
    for (blocks, culprit) in [(BlockDiagonal::new(0), "block"), (BlockDiagonal::new(1).apart(0), "apart")] {
        let krylov = Krylov::new().preconditioned(blocks);
        let diagonal = solve(&f, y0.clone(), 0.0..0.1, Kvaerno3.with(krylov), Fixed::steps(5)).unwrap_err();
        let collocation = solve(&f, y0.clone(), 0.0..0.1, RadauIIA5.with(krylov), Pid::tolerance(1e-3)).unwrap_err();
        for error in [diagonal.error, collocation.error] {
            assert!(matches!(error, Error::InvalidArgument { name, .. } if name == culprit), "{error}");
        }
    }
    let blocks = BlockDiagonal::new(2);
    let error =
        blocks.linearise(&mut blocks.workspace(&f, &y0), &f, 0.0, &y0, Neighbourhood::of_step(1.0)).unwrap_err();
    assert!(matches!(error, Error::InvalidArgument { name: "block", value: 2.0, .. }), "{error}");
    for krylov in [Krylov::new().dimension(0), Krylov::new().tolerance(0.0)] {
        let error = solve(&f, y0.clone(), 0.0..0.1, RadauIIA5.with(krylov), Fixed::steps(5)).unwrap_err().error;
        assert!(matches!(error, Error::InvalidArgument { .. }), "{error}");
    }
}

#[test]
fn a_block_that_does_not_divide_the_dimension_ends_the_solve() {
    for block in [2, 10, usize::MAX] {
        let krylov = Krylov::new().preconditioned(BlockDiagonal::new(block));
        assert!(solve(&heat(5), heat_exact(5, 0.0), 0.0..0.1, Kvaerno3.with(krylov), Fixed::steps(5)).is_err());
        assert!(solve(&heat(5), heat_exact(5, 0.0), 0.0..0.1, RadauIIA5.with(krylov), Pid::tolerance(1e-3)).is_err());
    }
    // Blocks further apart than the state is long are displaced one by one.
    let apart = Krylov::new().preconditioned(BlockDiagonal::new(1).apart(usize::MAX));
    let error = error_of_heat(&heat(5), 5, Kvaerno3.with(apart), 1e-4);
    assert!(error < 1e-3, "{error:e}");
}

#[test]
fn a_singular_preconditioner_is_a_singular_matrix() {
    // I − a J has a zero in the second block.
    let f = linear(DMatrix::from_diagonal(&DVector::from_vec(vec![-1.0, 2.0])));
    let blocks = BlockDiagonal::new(1);
    let y = DVector::zeros(2);
    let mut ws = blocks.workspace(&f, &y);
    blocks.linearise(&mut ws, &f, 0.0, &y, Neighbourhood::of_step(1.0)).unwrap();
    let factor = |a| Preconditioner::<Field>::factor(&blocks, &ws, a);
    assert!(factor(0.25).is_ok());
    assert_eq!(factor(0.5).unwrap_err(), LinearFailure::Singular);
}

#[test]
fn any_state_has_blocks() {
    // A pair of a number and an array, in another order of coordinates than blocks of a vector.
    type State = (f64, [f64; 3]);
    let f = ode(|_, (x, y): &State, dy: &mut State| {
        *dy = (-1e4 * (x - y[0].cos()), [-y[0], -1e3 * (y[1] - y[0]), 1e3 * (y[1] - y[2])]);
    });
    let krylov = Krylov::new().preconditioned(BlockDiagonal::new(2));
    let start = (1.0, [1.0, 1.0, 1.0]);
    let (x, y) = *solve(&f, start, 0.0..1.0, Kvaerno3.with(krylov), Pid::tolerance(1e-8)).unwrap().last();
    // y₁ = e⁻ᵗ; y₂ = (k e⁻ᵗ − e⁻ᵏᵗ) / (k − 1); y₃' = k (y₂ − y₃): twice the lag.
    let (k, decay) = (1e3, (-1.0_f64).exp());
    assert!((y[0] - decay).abs() < 1e-6);
    assert!((y[1] - decay * k / (k - 1.0)).abs() < 1e-6);
    assert!((y[2] - decay * (k / (k - 1.0)).powi(2)).abs() < 1e-6);
    // x = cos(e⁻ᵗ) − sin(e⁻ᵗ) e⁻ᵗ / 10⁴ + O(10⁻⁸), since x' = sin(e⁻ᵗ) e⁻ᵗ.
    assert!((x - (decay.cos() - 1e-4 * decay * decay.sin())).abs() < 1e-6);
}

/// `P = −10⁻³ I`.
#[test]
fn a_poor_preconditioner_costs_iterations_only() {
    #[derive(Clone, Copy)]
    struct Wrong;
    impl<F: Dynamics> Preconditioner<F> for Wrong {
        type Workspace = ();
        type Factors = ();
        fn workspace(&self, _: &F, _: &F::State) {}
        fn linearise(
            &self,
            (): &mut (),
            _: &F,
            _: f64,
            _: &F::State,
            _: Neighbourhood<'_, F::State>,
        ) -> rheos::Result<u64> {
            Ok(0)
        }
        fn factor(&self, (): &(), _: f64) -> Result<(), LinearFailure> {
            Ok(())
        }
        fn apply(&self, (): &(), x: &mut F::State) {
            rheos::State::scale_by(x, -1e3);
        }
    }
    let (f, n) = (heat(40), 40);
    let wrong = Krylov::new().preconditioned(Wrong);
    for error in [error_of_heat(&f, n, Kvaerno3.with(wrong), 1e-5), error_of_heat(&f, n, RadauIIA5.with(wrong), 1e-5)] {
        assert!(error < 1e-4, "{error:e}");
    }
}
