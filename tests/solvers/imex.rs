//! Additive Runge–Kutta methods: coupling conditions, order on split fields, stiffness, and failures.

use nalgebra::{DVector, Vector2, vector};
use rheos::dynamics::problems::{Forced, Orbit, VanDerPol};
use rheos::dynamics::{Counted, GenericSplit, Jacobian, Neighbourhood};
use rheos::solver::implicit::imex::tables::{
    Ars222Table, Ars443Table, ImexEulerTable, KenCarp3Table, KenCarp4Table, KenCarp5Table,
};
use rheos::solver::implicit::{
    Ars222, Ars443, Esdirk3, Esdirk4, Esdirk5, ImexEuler, ImexTableau, KenCarp3, KenCarp4, KenCarp5, Krylov,
};
use rheos::solver::{Dense, Embedded, EmbeddedTableau, Method, Tableau};
use rheos::verify::{dense_order, order_with};
use rheos::{Dopri5, Dynamics, Error, Fixed, Ivp, Pid, Solution, Solver, ode, solve};

/// A rooted tree whose inner nodes belong to one of two parts; the children are places in a list.
struct Tree {
    order: i32,
    density: f64,
    explicit: bool,
    children: Vec<usize>,
}

/// All trees up to an order. The colour of a leaf only matters at the root, where the two stand first.
fn forest(highest: i32) -> Vec<Tree> {
    fn choose(trees: &[Tree], left: i32, first: usize, chosen: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
        if left == 0 {
            out.push(chosen.clone());
        }
        for (i, tree) in trees.iter().enumerate().skip(first).filter(|(i, tree)| *i != 1 && tree.order <= left) {
            chosen.push(i);
            choose(trees, left - tree.order, i, chosen, out);
            chosen.pop();
        }
    }
    let mut trees: Vec<Tree> = Vec::new();
    for order in 1..=highest {
        let mut families = Vec::new();
        choose(&trees, order - 1, 0, &mut Vec::new(), &mut families);
        for children in families {
            let density = f64::from(order) * children.iter().map(|&i| trees[i].density).product::<f64>();
            for explicit in [true, false] {
                trees.push(Tree { order, density, explicit, children: children.clone() });
            }
        }
    }
    trees
}

type Pair<const S: usize> = ([f64; S], [f64; S]);

/// The largest defect of a solution at `θ` among the trees of each order from 1.
fn defects<T: ImexTableau<S>, const S: usize>(b: &Pair<S>, theta: f64, highest: i32) -> Vec<f64> {
    let trees = forest(highest);
    let mut phi: Vec<[f64; S]> = Vec::new();
    let mut worst = vec![0.0_f64; highest as usize];
    for tree in &trees {
        let mut weights = [1.0; S];
        for &child in &tree.children {
            let a = if trees[child].explicit { T::Explicit::A } else { T::Implicit::A };
            for (weight, row) in weights.iter_mut().zip(a) {
                *weight *= row.iter().zip(&phi[child]).map(|(a, phi)| a * phi).sum::<f64>();
            }
        }
        let b = if tree.explicit { b.0 } else { b.1 };
        let sum: f64 = b.iter().zip(&weights).map(|(b, phi)| b * phi).sum();
        let defect = (sum - theta.powi(tree.order) / tree.density).abs();
        let worst = &mut worst[tree.order as usize - 1];
        *worst = worst.max(defect);
        phi.push(weights);
    }
    worst
}

fn assert_order(name: &str, order: u32, defects: &[f64]) {
    let (held, next) = (&defects[..order as usize], defects[order as usize]);
    assert!(held.iter().all(|defect| *defect < 1e-14), "{name}, order {order}: {defects:?}");
    assert!(next > 1e-5, "{name}: also of the next order after {order}, {defects:?}");
}

fn check_coupling<T: ImexTableau<S>, const S: usize>() {
    let order = T::Implicit::ORDER;
    let highest = order as i32 + 1;
    assert_order(T::NAME, order, &defects::<T, S>(&(T::Explicit::B, T::Implicit::B), 1.0, highest));
    for theta in [0.1, 0.4, 0.75] {
        let weights = (T::Explicit::DENSE.weights(theta), T::Implicit::DENSE.weights(theta));
        let name = format!("{}, dense output at {theta}", T::NAME);
        assert_order(&name, T::Implicit::DENSE_ORDER, &defects::<T, S>(&weights, theta, highest));
    }
}

fn check_coupled_pair<T, const S: usize>()
where
    T: ImexTableau<S, Explicit: EmbeddedTableau<S>, Implicit: EmbeddedTableau<S>>,
{
    check_coupling::<T, S>();
    let order = T::Implicit::EMBEDDED_ORDER;
    let minus = |b: [f64; S], e: [f64; S]| std::array::from_fn(|i| b[i] - e[i]);
    let embedded = (minus(T::Explicit::B, T::Explicit::E), minus(T::Implicit::B, T::Implicit::E));
    let name = format!("{}, embedded", T::NAME);
    assert_order(&name, order, &defects::<T, S>(&embedded, 1.0, order as i32 + 1));
}

#[test]
fn there_are_as_many_trees_of_two_colours_as_there_should_be() {
    // One colour less for every leaf below the root than in the sequence 2, 4, 14, 52 of all two-coloured trees.
    let trees = forest(4);
    let count = |order| trees.iter().filter(|tree| tree.order == order).count();
    assert_eq!([1, 2, 3, 4].map(count), [2, 2, 6, 18]);
}

#[test]
fn coupling_conditions_hold_to_the_declared_order() {
    check_coupling::<ImexEulerTable, 2>();
    check_coupling::<Ars222Table, 3>();
    check_coupling::<Ars443Table, 5>();
    check_coupled_pair::<KenCarp3Table, 4>();
    check_coupled_pair::<KenCarp4Table, 6>();
    check_coupled_pair::<KenCarp5Table, 8>();
}

/// [`Orbit`], with one component in each part.
fn orbit() -> GenericSplit<impl Dynamics<State = Vector2<f64>>, impl Jacobian<State = Vector2<f64>>> {
    GenericSplit::new(
        ode(|_, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[1] * y.norm_squared(), 0.0]),
        ode(|_, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![0.0, y[0] * y.norm_squared()]),
    )
}

/// [`Forced`], with terms of both components in both parts.
fn driven() -> GenericSplit<impl Dynamics<State = Vector2<f64>>, impl Jacobian<State = Vector2<f64>>> {
    GenericSplit::new(
        ode(|t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![0.5 * y[0], 0.3 * y[1]] * t.cos()),
        ode(|t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
            *dy = vector![0.5 * y[0] * t.cos(), -0.3 * y[1] * y[1] - t.sin()];
        }),
    )
}

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn autonomous() {
                let report = order_with(&orbit(), &Orbit::exact(0.0), 0.0..8.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn non_autonomous() {
                let report = order_with(&driven(), &Forced::exact(0.0), 0.0..10.0, &$method, Forced::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn backwards_in_time() {
                let report = order_with(&driven(), &Forced::exact(10.0), 10.0..0.0, &$method, Forced::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn dense_output() {
                let report = dense_order(&driven(), 0.0..4.0, &$method, Forced::exact).unwrap();
                assert!(report.passed(), "{report}");
                let report = dense_order(&orbit(), 0.0..4.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }
        })*
    };
}

for_every_method! {
    imex_euler: ImexEuler,
    ars222: Ars222,
    ars443: Ars443,
    kencarp3: KenCarp3,
    kencarp4: KenCarp4,
    kencarp5: KenCarp5,
    // The same field in one piece.
    esdirk3: Esdirk3,
    esdirk4: Esdirk4,
    esdirk5: Esdirk5,
}

#[test]
fn the_parts_add_up_to_the_field() {
    let y = vector![0.3, -1.2];
    let (mut sum, mut whole) = (Vector2::zeros(), Vector2::zeros());
    driven().eval(0.7, &y, &mut sum);
    Forced::problem().0.eval(0.7, &y, &mut whole);
    assert!((sum - whole).amax() < 1e-15);
    orbit().eval(0.7, &y, &mut sum);
    Orbit::problem().0.eval(0.7, &y, &mut whole);
    assert!((sum - whole).amax() < 1e-15);
}

/// `y' = λ (y − cos t) − sin t` of Prothero and Robinson, with the stiff term implicit.
fn prothero_robinson(
    lambda: f64,
) -> GenericSplit<impl Dynamics<State = f64> + Clone, impl Jacobian<State = f64> + Clone> {
    GenericSplit::new(
        ode(|t: f64, _: &f64, dy: &mut f64| *dy = -t.sin()),
        ode(move |t: f64, y: &f64, dy: &mut f64| *dy = lambda * (y - t.cos())),
    )
}

#[test]
fn stiffness_costs_no_steps() {
    fn check<S: Solver<F> + Embedded<F> + Copy, F: Dynamics<State = f64>>(f: &F, method: S) {
        let solution = solve(f, 1.0, 0.0..10.0, method, Pid::tolerance(1e-5)).unwrap();
        let error = (solution.last() - 10.0_f64.cos()).abs();
        let steps = solution.stats.accepted + solution.stats.rejected;
        assert!(error < 1e-4 && steps < 800, "{}: error {error:e}, {:?}", S::NAME, solution.stats);
    }
    for lambda in [-1e3, -1e6] {
        let f = prothero_robinson(lambda);
        check(&f, KenCarp4);
        check(&f, KenCarp5);
        check(&f, KenCarp4.with(Krylov::new()));
        check(&f, Esdirk4);
    }
}

/// The same equation with λ = −1000 to t = 10 in 250 steps, where the orders of all three are below their best: computed
/// from the formulas of the methods in Python with 30 digits.
///
/// ```python
/// for n in range(250):
///     kE, kI = [], []
///     for i in range(S):
///         psi = y + h * sum(E[i][j] * kE[j] + I[i][j] * kI[j] for j in range(i)); ti = (n + c[i]) * h
///         if I[i][i] == 0: ki = lam * (psi - cos(ti))
///         else: ki = ((psi - h * I[i][i] * lam * cos(ti)) / (1 - h * I[i][i] * lam) - psi) / (h * I[i][i])
///         kE.append(-sin(ti)); kI.append(ki)
///     y += h * sum(b[i] * (kE[i] + kI[i]) for i in range(S))
/// ```
#[test]
fn a_stiff_solution_is_that_of_the_formulas() {
    let f = prothero_robinson(-1e3);
    for (y, expected) in [
        (solve(&f, 1.0, 0.0..10.0, KenCarp3, Fixed::steps(250)).unwrap(), -0.838_764_269_015_879_2),
        (solve(&f, 1.0, 0.0..10.0, KenCarp4, Fixed::steps(250)).unwrap(), -0.839_066_573_835_600_9),
        (solve(&f, 1.0, 0.0..10.0, KenCarp5, Fixed::steps(250)).unwrap(), -0.839_092_968_014_818),
    ] {
        assert!((y.last() - expected).abs() < 1e-12, "{} {expected}", y.last());
    }
}

#[test]
fn methods_without_error_estimates_are_stable_too() {
    let f = prothero_robinson(-1e6);
    for error in [
        solve(&f, 1.0, 0.0..10.0, ImexEuler, Fixed::steps(100)).unwrap().last() - 10.0_f64.cos(),
        solve(&f, 1.0, 0.0..10.0, Ars222, Fixed::steps(100)).unwrap().last() - 10.0_f64.cos(),
        solve(&f, 1.0, 0.0..10.0, Ars443, Fixed::steps(100)).unwrap().last() - 10.0_f64.cos(),
    ] {
        assert!(error.abs() < 1e-2, "{error:e}");
    }
}

/// `u_t + u_x = ν u_xx + 5 u (1 − u)`, periodic on (0, 1): upwind advection and reaction explicit, diffusion implicit.
fn advection_diffusion_reaction(
    n: usize,
) -> GenericSplit<impl Dynamics<State = DVector<f64>>, impl Jacobian<State = DVector<f64>>> {
    let dx = 1.0 / n as f64;
    GenericSplit::new(
        ode(move |_, u: &DVector<f64>, du: &mut DVector<f64>| {
            for i in 0..n {
                du[i] = (u[(i + n - 1) % n] - u[i]) / dx + 5.0 * u[i] * (1.0 - u[i]);
            }
        }),
        ode(move |_, u: &DVector<f64>, du: &mut DVector<f64>| {
            for i in 0..n {
                du[i] = 0.5 * (u[(i + n - 1) % n] - 2.0 * u[i] + u[(i + 1) % n]) / (dx * dx);
            }
        }),
    )
}

#[test]
fn advection_diffusion_and_reaction() {
    let n = 60;
    let f = advection_diffusion_reaction(n);
    let u0 = DVector::from_fn(n, |i, _| 0.5 + 0.4 * (std::f64::consts::TAU * i as f64 / n as f64).sin());
    let reference = solve(&f, u0.clone(), 0.0..0.5, Dopri5, Pid::tolerance(1e-10)).unwrap();
    let tol = 1e-5;
    let by_lu = solve(&f, u0.clone(), 0.0..0.5, KenCarp4, Pid::tolerance(tol)).unwrap();
    let by_krylov = solve(&f, u0, 0.0..0.5, KenCarp4.with(Krylov::new()), Pid::tolerance(tol)).unwrap();
    for solution in [&by_lu, &by_krylov] {
        let error = (solution.last() - reference.last()).amax();
        assert!(error < 10.0 * tol, "error {error:e}, {:?}", solution.stats);
        assert!(20 * solution.stats.accepted < reference.stats.accepted, "{:?}", solution.stats);
    }
    assert!((by_lu.last() - by_krylov.last()).amax() < 0.1 * tol);
}

/// Nothing explicit.
fn all_implicit<F: Dynamics>(f: F) -> GenericSplit<impl Dynamics<State = F::State>, F> {
    GenericSplit::new(ode(|_, _: &F::State, dy: &mut F::State| rheos::State::set_zeros(dy)), f)
}

#[test]
fn a_stiff_oscillator_in_the_implicit_part_alone() {
    let (f, y0) = VanDerPol::problem(1000.0);
    let split = all_implicit(f);
    // The test set of Bari, t = 2000.
    let expected = Vector2::new(1.706_167_732_170_483, -8.928_097_010_247_975e-4);
    let tol = 1e-6;
    let control = Pid::tolerance(tol);
    let additive = [
        *solve(&split, y0, 0.0..2000.0, KenCarp3, control).unwrap().last(),
        *solve(&split, y0, 0.0..2000.0, KenCarp4, control).unwrap().last(),
        *solve(&split, y0, 0.0..2000.0, KenCarp5, control).unwrap().last(),
    ];
    let whole = [
        *solve(&f, y0, 0.0..2000.0, Esdirk3, control).unwrap().last(),
        *solve(&f, y0, 0.0..2000.0, Esdirk4, control).unwrap().last(),
        *solve(&f, y0, 0.0..2000.0, Esdirk5, control).unwrap().last(),
    ];
    for (i, y) in additive.iter().chain(&whole).enumerate() {
        assert!((y - expected).amax() < 100.0 * tol, "method {i}: {y}");
    }
}

#[test]
fn the_stiff_limit_is_zero() {
    // One step of length 1 with y' = λ y.
    fn end<S: Solver<F>, F: Dynamics<State = f64>>(f: &F, method: S) -> f64 {
        solve(f, 1.0, 0.0..1.0, method, Fixed::steps(1)).unwrap().last().abs()
    }
    for lambda in [-1e4, -1e8] {
        let decay = ode(move |_, y: &f64, dy: &mut f64| *dy = lambda * y);
        let split = all_implicit(decay);
        let limit = 100.0 / lambda.abs();
        for (name, y) in [
            ("IMEX Euler", end(&split, ImexEuler)),
            ("ARS(2,2,2)", end(&split, Ars222)),
            ("ARS(4,4,3)", end(&split, Ars443)),
            ("KenCarp 3", end(&split, KenCarp3)),
            ("KenCarp 4", end(&split, KenCarp4)),
            ("KenCarp 5", end(&split, KenCarp5)),
            ("ESDIRK 3", end(&decay, Esdirk3)),
            ("ESDIRK 4", end(&decay, Esdirk4)),
            ("ESDIRK 5", end(&decay, Esdirk5)),
        ] {
            assert!(y < limit, "{name}, λ = {lambda:e}: {y:e}");
        }
    }
}

#[test]
fn evaluations_are_those_of_both_parts() {
    fn check<S>(method: S)
    where
        S: Copy + Method,
        S: for<'a> Embedded<GenericSplit<&'a Counted<Decay>, &'a Counted<Decay>>>,
    {
        let (explicit, implicit) = (Counted::new(Decay { rate: 1.0 }), Counted::new(Decay { rate: 500.0 }));
        let f = GenericSplit::new(&explicit, &implicit);
        let solution = solve(&f, 1.0, 0.0..1.0, method, Pid::tolerance(1e-6)).unwrap();
        assert_eq!(solution.stats.evaluations, explicit.evaluations() + implicit.evaluations(), "{}", S::NAME);
        assert_eq!((explicit.jacobians(), implicit.jacobians()), (0, solution.stats.jacobians));
    }
    check(KenCarp3);
    check(KenCarp5);
}

/// `y' = −k y` with its derivative.
struct Decay {
    rate: f64,
}

impl Dynamics for Decay {
    type State = f64;
    fn eval(&self, _: f64, y: &f64, dy: &mut f64) {
        *dy = -self.rate * y;
    }
}

impl Jacobian for Decay {
    fn jacobian(&self, _: f64, _: &f64, _: Neighbourhood<f64>) -> f64 {
        -self.rate
    }
}

#[test]
fn a_singular_matrix_is_an_error() {
    // 1 − h J = 0 for h = 1, J = 1.
    let f = GenericSplit::new(Decay { rate: 1.0 }, Decay { rate: -1.0 });
    let failure = solve(&f, 1.0, 0.0..1.0, ImexEuler, Fixed::steps(1)).unwrap_err();
    assert!(matches!(failure.error, Error::SingularMatrix { t: 0.0, h: 1.0 }), "{}", failure.error);
}

#[test]
fn equations_that_are_not_solved_end_or_shorten_the_step() {
    let f = advection_diffusion_reaction(40);
    let u0 = DVector::from_fn(40, |i, _| f64::from(i % 3 == 0));
    let poor = KenCarp3.with(Krylov::new().dimension(1).restarts(0));
    let failure = solve(&f, u0.clone(), 0.0..1.0, poor, Fixed::steps(10)).unwrap_err();
    assert!(matches!(failure.error, Error::NewtonDiverged { t: 0.0, .. }), "{}", failure.error);
    assert_eq!(failure.partial.stats.accepted, 0);
    let failure = solve(&f, u0, 0.0..1.0, KenCarp3.with(Krylov::new().dimension(0)), Fixed::steps(10)).unwrap_err();
    assert!(matches!(failure.error, Error::InvalidArgument { name: "dimension", .. }), "{}", failure.error);
}

#[test]
fn saved_states_are_about_as_exact_as_the_steps() {
    fn check<S: Dense<F> + Embedded<F> + Copy, F: Dynamics<State = Vector2<f64>>>(f: &F, method: S) {
        let times: Vec<f64> = (0..=1000).map(|i| 0.02 * f64::from(i)).collect();
        let ivp = || Ivp::new(f, Forced::exact(0.0), 0.0..20.0);
        let worst = |solution: Solution<Vector2<f64>>| {
            let errors = solution.t.iter().zip(&solution.y).map(|(&t, y)| (y - Forced::exact(t)).amax());
            errors.fold(0.0, f64::max)
        };
        let saved = worst(ivp().save_at(&times).solve(method, Pid::tolerance(1e-8)).unwrap());
        let stepped = worst(ivp().save_every(1).solve(method, Pid::tolerance(1e-8)).unwrap());
        println!("{}: {saved:e} {stepped:e}", S::NAME);
        assert!(saved < 10.0 * stepped.max(1e-8), "{}: {saved:e} between steps with errors {stepped:e}", S::NAME);
    }
    let f = driven();
    check(&f, KenCarp3);
    check(&f, KenCarp4);
    check(&f, KenCarp5);
}
