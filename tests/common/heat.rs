//! The heat equation in nodes, by Newton–Krylov and by LU.

use nalgebra::DVector;
use rheos::dynamics::Jacobian;
use rheos::solver::implicit::{Krylov, Kvaerno3, LinearSolver};
use rheos::{Pid, Solution, ode, solve};

/// `u_t = u_xx` with `n` inner nodes of (0, 1), zero at both ends.
pub fn heat(n: usize) -> impl Jacobian<State = DVector<f64>> {
    let scale = (n as f64 + 1.0).powi(2);
    ode(move |_, u: &DVector<f64>, du: &mut DVector<f64>| {
        for i in 0..n {
            let left = if i > 0 { u[i - 1] } else { 0.0 };
            let right = if i + 1 < n { u[i + 1] } else { 0.0 };
            du[i] = scale * (left - 2.0 * u[i] + right);
        }
    })
}

/// Its solution from two eigenvectors, one smooth and one rough.
pub fn heat_exact(n: usize, t: f64) -> DVector<f64> {
    let angle = std::f64::consts::PI / (n as f64 + 1.0);
    let decay = |k: f64| (-4.0 * (n as f64 + 1.0).powi(2) * (0.5 * k * angle).sin().powi(2) * t).exp();
    let mode = |k: f64, i: usize| (k * angle * (i as f64 + 1.0)).sin();
    DVector::from_fn(n, |i, _| decay(1.0) * mode(1.0, i) + decay(21.0) * mode(21.0, i))
}

pub fn solve_heat<L: LinearSolver<F>, F: Jacobian<State = DVector<f64>>>(
    f: &F,
    n: usize,
    linear: L,
    tol: f64,
) -> Solution<DVector<f64>> {
    solve(f, heat_exact(n, 0.0), 0.0..0.1, Kvaerno3.with(linear), Pid::tolerance(tol)).unwrap()
}

/// That products with the Jacobian lead where its factors do, to the solution.
pub fn assert_solved_as_by_lu(n: usize, tol: f64) {
    let f = heat(n);
    let by_lu = solve_heat(&f, n, rheos::solver::implicit::Lu, tol);
    let by_krylov = solve_heat(&f, n, Krylov::new(), tol);
    let apart = (by_krylov.last() - by_lu.last()).amax();
    assert!(apart < 0.1 * tol, "n = {n}, tol = {tol:e}: {apart:e} apart");
    let error = (by_krylov.last() - heat_exact(n, 0.1)).amax();
    assert!(error < 10.0 * tol, "n = {n}, tol = {tol:e}: error {error:e}");
    let (krylov, lu) = (by_krylov.stats, by_lu.stats);
    // LU keeps a step that could grow by at most a fifth.
    let ratio = lu.accepted as f64 / krylov.accepted as f64;
    assert!((0.99..1.2).contains(&ratio), "{krylov:?} {lu:?}");
    assert_eq!(krylov.factorisations, 0);
}
