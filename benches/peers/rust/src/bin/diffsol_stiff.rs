//! diffsol's implicit methods on the stiff problems: dense matrices, or sparse ones for the banded problems. Building the
//! problem is not timed; making the solver is.

use std::error::Error;

use diffsol::{
    FaerSparseLU, FaerSparseMat, NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason, Vector,
};
use nalgebra::Const;
use rheos::state::SquareDim;
use rheos_peers::clock::Library;
use rheos_peers::limits::{curve, prepared_curve};
use rheos_peers::stiff::{DaeProblem, StiffProblem, VisitStiff, each_stiff};

const DIFFSOL: Library = Library { name: "diffsol", version: "0.18.0" };

/// The product of the Jacobian with `v`.
fn product<P: StiffProblem<N>, const N: usize>(y: &[f64], v: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    if let Ok(y) = y.try_into() {
        P::entries(y, |i, j, x| out[i] += x * v[j]);
    }
}

/// The problem on a kind of matrices.
macro_rules! problem {
    ($matrix:ty, $tol:expr, $watch:expr) => {
        OdeBuilder::<$matrix>::new()
            .rtol($tol)
            .atol([$tol * P::SCALE; N])
            .rhs_implicit(
                |y, _p, _t, dy| {
                    $watch.evaluated::<N>();
                    if let (Ok(y), Ok(dy)) = (y.try_into(), dy.try_into()) {
                        P::rhs(y, dy);
                    }
                },
                |y, _p, _t, v, out| product::<P, N>(y, v, out),
            )
            .init(|_p, _t, y| y.copy_from_slice(&P::start()), N)
            .build()
    };
}

/// The same of a differential-algebraic system.
macro_rules! system {
    ($tol:expr, $watch:expr) => {
        OdeBuilder::<NalgebraMat<f64>>::new()
            .rtol($tol)
            .atol([$tol * P::SCALE; N])
            .rhs_implicit(
                |y, _p, t, dy| {
                    $watch.evaluated::<N>();
                    if let (Ok(y), Ok(dy)) = (y.try_into(), dy.try_into()) {
                        P::rhs(t, y, dy);
                    }
                },
                |y, _p, _t, v, out| {
                    out.fill(0.0);
                    if let Ok(y) = y.try_into() {
                        P::entries(y, |i, j, x| out[i] += x * v[j]);
                    }
                },
            )
            .mass(|v, _p, _t, beta, y| {
                y.iter_mut().for_each(|y| *y *= beta);
                P::mass(|i, j, x| y[i] += x * v[j]);
            })
            .init(|_p, _t, y| y.copy_from_slice(&P::start()), N)
            .build()
    };
}

/// A curve for each method: step by step, since `solve` also stores every state.
macro_rules! curves {
    ($matrix:ty, $linear:ty, $($name:literal => $method:ident),*) => {
        $(prepared_curve::<P, N>(DIFFSOL, $name, |tol, watch| {
            let problem = problem!($matrix, tol, watch).map_err(short)?;
            Ok(Box::new(move || to_end!(problem, $method, $linear)))
        });)*
    };
}

/// The state at the end.
macro_rules! to_end {
    ($problem:expr, $method:ident, $linear:ty) => {{
        let mut solver = $problem.$method::<$linear>().map_err(short)?;
        solver.set_stop_time(P::END).map_err(short)?;
        while !matches!(solver.step().map_err(short)?, OdeSolverStopReason::TstopReached) {}
        Ok(solver.state().y.clone_as_vec())
    }};
}

/// The reason of an error, without the time.
fn short(error: impl Error) -> String {
    error.to_string().split(" at time").next().unwrap_or_default().into()
}

struct Diffsol;

impl VisitStiff for Diffsol {
    fn small<P: StiffProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
        curves!(NalgebraMat<f64>, NalgebraLU<f64>, "bdf" => bdf, "tr_bdf2" => tr_bdf2, "esdirk34" => esdirk34);
    }

    fn banded<P: StiffProblem<N>, const N: usize>(&mut self) {
        curves!(FaerSparseMat<f64>, FaerSparseLU<f64>, "bdf, sparse" => bdf, "tr_bdf2, sparse" => tr_bdf2, "esdirk34, sparse" => esdirk34);
    }

    fn dae<P: DaeProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
        macro_rules! curves {
            ($($name:literal => $method:ident),*) => {
                $(curve(P::NAME, DIFFSOL, $name, |tol, watch| {
                    let problem = system!(tol, watch).map_err(short)?;
                    Ok(Box::new(move || to_end!(problem, $method, NalgebraLU<f64>)))
                });)*
            };
        }
        curves!("bdf" => bdf, "tr_bdf2" => tr_bdf2, "esdirk34" => esdirk34);
    }
}

fn main() {
    each_stiff(&mut Diffsol);
}
