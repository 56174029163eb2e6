//! What every exact adjoint promises: the derivative of the steps that were taken, at any tolerance.

use std::fmt::Debug;

use rheos::adjoint::ExactGradient;
use rheos::control::StepTo;
use rheos::solver::Dense;
use rheos::{Adjoint, Controller, Differentiable, Ivp, State};

const DIFFERENCES: (f64, i32) = (0.02, 4);

/// `g'(0)` by central differences of `g`, extrapolated four times: an error of `O(h¹⁰)`, far below one difference.
pub fn derivative(g: impl Fn(f64) -> f64) -> f64 {
    let (reach, extrapolations) = DIFFERENCES;
    derivative_within(reach, extrapolations, g)
}

/// The same by values of `g` up to `reach` away, extrapolated so often.
pub fn derivative_within(reach: f64, extrapolations: i32, g: impl Fn(f64) -> f64) -> f64 {
    let lengths = (0..=extrapolations).map(|k| reach * 0.5_f64.powi(k));
    let mut d: Vec<f64> = lengths.map(|h| (g(h) - g(-h)) / (2.0 * h)).collect();
    for order in 1..=extrapolations {
        let factor = 4.0_f64.powi(order);
        d = d.windows(2).map(|pair| (factor * pair[1] - pair[0]) / (factor - 1.0)).collect();
    }
    d[0]
}

/// A cotangent whose coordinates are all different.
pub fn weight<Y: State>(y: &Y, i: usize) -> Y {
    let coordinates: Vec<f64> = (0..y.count()).map(|j| (1.3 * i as f64 + 2.1 * j as f64).cos()).collect();
    with_coordinates(y, &coordinates)
}

fn with_coordinates<Y: State>(y: &Y, coordinates: &[f64]) -> Y {
    let mut out = y.clone();
    out.read_coordinates(coordinates).expect("as many coordinates");
    out
}

/// `y` with coordinate `i` moved by `h`.
fn moved<Y: State>(y: &Y, i: usize, h: f64) -> Y {
    let mut coordinates = y.coordinates();
    coordinates[i] += h;
    with_coordinates(y, &coordinates)
}

/// Compares the gradient of `Σ wᵢ · y(tᵢ)` with differences of solves on `grid`, whose ends are the first and the last of
/// `times`: in the initial state, the parameters and every time but inner ones on the grid, where the slope of the output
/// jumps.
pub fn check<F, S, A>(f: &F, y0: &F::State, (grid, times): (&[f64], &[f64]), solver: &S, adjoint: &A, tolerance: f64)
where
    F: Differentiable<State: Debug> + Clone,
    S: Dense<F> + Clone,
    A: ExactGradient + Adjoint<F, S, StepTo>,
{
    let last = times.len() - 1;
    let moving = |i: usize| i == 0 || i == last || !grid.contains(&times[i]);
    let steps = Steps { control: StepTo::new(grid.to_vec()), times, moving: &moving, differences: DIFFERENCES };
    check_steps(f, y0, steps, solver, adjoint, tolerance);
}

/// Given steps, and the quantities to be compared.
pub struct Steps<'a, C> {
    pub control: C,
    pub times: &'a [f64],
    /// Which of the times are moved.
    pub moving: &'a dyn Fn(usize) -> bool,
    /// How far differences may reach, and how often they are extrapolated.
    pub differences: (f64, i32),
}

/// The same for steps that are not on a given grid.
pub fn check_steps<F, S, C, A>(
    f: &F,
    y0: &F::State,
    Steps { control, times, moving, differences: (reach, extrapolations) }: Steps<'_, C>,
    solver: &S,
    adjoint: &A,
    tolerance: f64,
) where
    F: Differentiable<State: Debug> + Clone,
    S: Dense<F> + Clone,
    C: Controller<F, S> + Clone,
    A: ExactGradient + Adjoint<F, S, C>,
{
    let w: Vec<F::State> = (0..times.len()).map(|i| weight(y0, i)).collect();
    let ends = |times: &[f64]| (times[0], times[times.len() - 1]);
    let problem = Ivp::new(f, y0.clone(), ends(times)).save_at(times);
    let found = problem.forward(solver.clone(), control.clone(), adjoint).unwrap().backward(&w).unwrap();
    let loss = |f: &F, y0: &F::State, times: &[f64]| -> f64 {
        let ends = ends(times);
        let solution = Ivp::new(f, y0.clone(), ends).save_at(times).solve(solver.clone(), control.clone());
        solution.unwrap().y.iter().zip(&w).map(|(y, w)| y.inner(w)).sum()
    };
    let close = |computed: f64, loss: &dyn Fn(f64) -> f64, what: &str| {
        let expected = derivative_within(reach, extrapolations, loss);
        let error = (computed - expected).abs() / (1.0 + expected.abs());
        assert!(error < tolerance, "{}, {what}: {computed} {expected} {error:e}", S::NAME);
    };
    for (i, computed) in found.y0.coordinates().into_iter().enumerate() {
        close(computed, &|h| loss(f, &moved(y0, i, h), times), "y0");
    }
    for (i, computed) in found.params.coordinates().into_iter().enumerate() {
        let with_params = |h| {
            let mut f = f.clone();
            f.set_params(&moved(&f.params(), i, h));
            f
        };
        close(computed, &|h| loss(&with_params(h), y0, times), "params");
    }
    for i in (0..times.len()).filter(|&i| moving(i)) {
        let moved = |h: f64| {
            let mut times = times.to_vec();
            times[i] += h;
            times
        };
        close(found.times[i], &|h| loss(f, y0, &moved(h)), "times");
    }
}

/// `steps` steps from `t0` to `t1`, the later the longer.
pub fn grid(t0: f64, t1: f64, steps: u32) -> Vec<f64> {
    (0..=steps).map(|i| t0 + (t1 - t0) * (f64::from(i) / f64::from(steps)).powf(1.1)).collect()
}

/// A part `theta` of the way through step `n`.
pub fn inside(grid: &[f64], n: usize, theta: f64) -> f64 {
    grid[n] + theta * (grid[n + 1] - grid[n])
}
