//! A solution does not depend on the units, the origin and the direction of time, or the order of the equations in which its
//! problem is written.

use nalgebra::{Vector2, vector};
use rheos::adjoint::{InterpolatingAdjoint, QuadratureAdjoint};
use rheos::dynamics::{Jacobian, Split};
use rheos::solver::explicit::{
    Bosh3, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, HeunEuler, Vern6, Vern8, Vern9,
};
use rheos::solver::implicit::{
    BlockDiagonal, Esdirk3, Esdirk4, Esdirk5, Esdirk547, GaussLegendre4, GaussLegendre6, ImplicitEuler, KenCarp3,
    KenCarp4, KenCarp5, Krylov, Kvaerno3, Radau, RadauIIA3, RadauIIA9, RadauIIA13, Sdirk3, Sdirk4, TrBdf2, Trapezoid,
};
use rheos::solver::multistep::{Adams, AdamsMoulton, FixedBdf, Ndf};
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::rosenbrock::{Rodas3, Rodas4, Rodas4P, Ros3, Ros3P};
use rheos::solver::{DefaultSolver, Embedded};

use rheos::*;

use crate::common::gradient::{gradient, over};

/// How a problem is written: in the units `q` of the state and `s` of the time, with time counted from `origin` (in units of
/// `s`), and perhaps with its equations in the other order.
#[derive(Debug, Clone, Copy)]
struct Writing {
    q: f64,
    s: f64,
    origin: f64,
    swapped: bool,
}

const PLAIN: Writing = Writing { q: 1.0, s: 1.0, origin: 0.0, swapped: false };

/// A pair with a cubic term and a periodic force, at rest in one coordinate at the start.
struct Pair {
    writing: Writing,
    stiff: Stiff,
}

/// The part without the force.
struct Stiff(Writing);

impl Pair {
    fn new(writing: Writing) -> Self {
        Self { writing, stiff: Stiff(writing) }
    }
}

impl Writing {
    /// The state in plain units and in the plain order.
    fn read(self, y: &Vector2<f64>) -> Vector2<f64> {
        let y = y / self.q;
        if self.swapped { y.yx() } else { y }
    }

    fn write(self, y: Vector2<f64>) -> Vector2<f64> {
        (if self.swapped { y.yx() } else { y }) * self.q
    }

    fn slope(self, dy: Vector2<f64>) -> Vector2<f64> {
        self.write(dy) / self.s
    }
}

impl Dynamics for Stiff {
    type State = Vector2<f64>;
    fn eval(&self, _: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        let y = self.0.read(y);
        *dy = self.0.slope(vector![y[1] - y[0] - y[0].powi(3), (y[0] - y[1])]);
    }
}

impl Jacobian for Stiff {}

impl Split for Pair {
    type Implicit = Stiff;
    fn eval_explicit(&self, t: f64, _: &Vector2<f64>, dy: &mut Vector2<f64>) {
        let Writing { s, origin, .. } = self.writing;
        *dy = self.writing.slope(vector![0.0, (2.0 * (t / s - origin)).sin()]);
    }
    fn implicit(&self) -> &Stiff {
        &self.stiff
    }
}

impl Dynamics for Pair {
    type State = Vector2<f64>;
    fn eval(&self, t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        let mut force = Vector2::zeros();
        self.eval_explicit(t, y, &mut force);
        self.stiff.eval(t, y, dy);
        *dy += force;
    }
}

impl Jacobian for Pair {}

/// Where a solve came to, in plain units, and its steps.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Outcome {
    end: Vector2<f64>,
    accepted: u64,
    rejected: u64,
}

/// At a relative tolerance of 1e-5, by a controller that allows as many steps as methods of low order need.
const RTOL: f64 = 1e-5;

fn outcome<S: Embedded<Pair>>(solver: S, writing: Writing) -> Outcome {
    let Writing { q, s, origin, .. } = writing;
    let start = writing.write(vector![1.0, 0.0]);
    let control = Pid::tolerance(RTOL).atol(1e-3 * RTOL * q);
    let solution = solve(&Pair::new(writing), start, origin * s..(origin + 2.0) * s, solver, control);
    let Ok(solution) = solution else { return Outcome { end: vector![f64::NAN, f64::NAN], accepted: 0, rejected: 0 } };
    let Stats { accepted, rejected, .. } = solution.stats;
    Outcome { end: writing.read(solution.last()), accepted, rejected }
}

/// Every adaptive method of the catalogue.
macro_rules! for_every_adaptive_method {
    ($check:ident) => {
        vec![
            $check(HeunEuler),
            $check(Fehlberg21),
            $check(Bosh3),
            $check(Fehlberg45),
            $check(CashKarp),
            $check(Dopri5),
            $check(Tsit5),
            $check(Vern6),
            $check(Vern7),
            $check(Vern8),
            $check(Vern9),
            $check(Dopri8),
            $check(Dop853),
            $check(ReversibleHeun),
            $check(Alf),
            $check(Coupled::new(Dopri5)),
            $check(TrBdf2),
            $check(Sdirk4),
            $check(Kvaerno3),
            $check(Esdirk547),
            $check(Esdirk3),
            $check(Esdirk4),
            $check(Esdirk5),
            $check(KenCarp3),
            $check(KenCarp4),
            $check(KenCarp5),
            $check(RadauIIA3),
            $check(RadauIIA5),
            $check(RadauIIA9),
            $check(RadauIIA13),
            $check(Radau),
            $check(GaussLegendre4),
            $check(GaussLegendre6),
            $check(Ros3),
            $check(Ros3P),
            $check(Rodas3),
            $check(Rodas4),
            $check(Rodas4P),
            $check(Rodas5P),
            $check(Adams),
            $check(Bdf),
            $check(Ndf),
            $check(DefaultSolver::default()),
            $check(Esdirk547.with(Krylov::new())),
            $check(Rodas5P.with(Krylov::new())),
            $check(Bdf.with(Krylov::new())),
            $check(RadauIIA5.with(Krylov::new())),
            $check(Esdirk547.with(Krylov::new().preconditioned(BlockDiagonal::new(1)))),
            $check(RadauIIA5.with(Krylov::new().preconditioned(BlockDiagonal::new(2)))),
        ]
    };
}

#[test]
fn units_that_are_powers_of_two_and_the_direction_of_time_change_no_bit() {
    fn check<S: Embedded<Pair> + Copy>(solver: S) -> Vec<String> {
        let plain = outcome(solver, PLAIN);
        let writings = [
            Writing { q: 2.0_f64.powi(-66), ..PLAIN },
            Writing { q: 2.0_f64.powi(66), ..PLAIN },
            Writing { s: 2.0_f64.powi(-40), ..PLAIN },
            Writing { q: 0.25, s: 2.0_f64.powi(30), ..PLAIN },
            Writing { s: -1.0, ..PLAIN },
        ];
        let differs = |writing: &Writing| outcome(solver, *writing) != plain;
        let faults = writings.into_iter().filter(differs);
        faults.map(|writing| format!("{}, {writing:?}: {:?}, {plain:?}", S::NAME, outcome(solver, writing))).collect()
    }
    assert_no_faults(for_every_adaptive_method!(check));
}

#[test]
fn other_units_origins_and_orders_change_only_the_rounding() {
    fn check<S: Embedded<Pair> + Copy>(solver: S) -> Vec<String> {
        let plain = outcome(solver, PLAIN);
        let error = (plain.end - truth()).amax();
        let mut faults = Vec::new();
        if error.is_nan() || error > 1e3 * RTOL {
            faults.push(format!("{}: {error:e}", S::NAME));
        }
        let writings = [
            Writing { q: 1e-20, ..PLAIN },
            Writing { q: 1e20, ..PLAIN },
            Writing { s: 1e-12, ..PLAIN },
            Writing { q: 1e-9, s: 1e9, ..PLAIN },
            Writing { origin: 1e6, ..PLAIN },
            Writing { s: 1e-9, origin: -1e4, ..PLAIN },
            Writing { swapped: true, ..PLAIN },
        ];
        for writing in writings {
            let found = outcome(solver, writing);
            let change = (found.end - plain.end).amax();
            let (steps, expected) = (found.accepted + found.rejected, plain.accepted + plain.rejected);
            if !(change < RTOL.max(error) && steps.abs_diff(expected) <= 5 + expected / 20) {
                faults.push(format!(
                    "{}, {writing:?}: {change:e} beside {error:e}, {steps} steps, not {expected}",
                    S::NAME
                ));
            }
        }
        faults
    }
    assert_no_faults(for_every_adaptive_method!(check));
}

/// The solution at the end, to many more digits than are compared.
fn truth() -> Vector2<f64> {
    *solve(&Pair::new(PLAIN), vector![1.0, 0.0], 0.0..2.0, Dop853, Pid::tolerance(1e-13)).unwrap().last()
}

fn assert_no_faults(faults: Vec<Vec<String>>) {
    let faults = faults.concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// With a fixed number of steps nothing tells the size of the state but the state itself and its slope.
mod fixed_steps {
    use super::*;

    fn end<S: Solver<Pair>>(solver: S, writing: Writing) -> Vector2<f64> {
        let Writing { q, s, origin, .. } = writing;
        let span = origin * s..(origin + 2.0) * s;
        let solution = solve(&Pair::new(writing), vector![q, 0.0], span, solver, Fixed::steps(40));
        solution.map_or(vector![f64::NAN, f64::NAN], |solution| writing.read(solution.last()))
    }

    fn check<S: Solver<Pair> + Copy>(solver: S) -> Vec<String> {
        let plain = end(solver, PLAIN);
        let mut faults = Vec::new();
        for writing in [
            Writing { q: 2.0_f64.powi(-66), ..PLAIN },
            Writing { q: 2.0_f64.powi(66), s: 2.0_f64.powi(-40), ..PLAIN },
            Writing { s: -1.0, ..PLAIN },
        ] {
            let found = end(solver, writing);
            if found != plain {
                faults.push(format!("{}, {writing:?}: {found}, not {plain}", S::NAME));
            }
        }
        for writing in [Writing { q: 1e-20, ..PLAIN }, Writing { s: 1e-12, ..PLAIN }, Writing { origin: 1e6, ..PLAIN }]
        {
            let change = (end(solver, writing) - plain).amax();
            if change.is_nan() || change > 1e-8 {
                faults.push(format!("{}, {writing:?}: {change:e}", S::NAME));
            }
        }
        faults
    }

    #[test]
    fn do_not_depend_on_the_writing_either() {
        assert_no_faults(vec![
            check(Rk4),
            check(ImplicitEuler),
            check(Trapezoid),
            check(Sdirk3),
            check(GaussLegendre4),
            check(RadauIIA5),
            check(Ros3P),
            check(Rodas5P),
            check(KenCarp4),
            check(FixedBdf::<3>::new()),
            check(AdamsMoulton::<3>),
            check(TrBdf2.with(Krylov::new())),
        ]);
    }
}

/// A gradient is linear in the loss, whatever unit that is in.
mod unit_of_the_loss {
    use super::*;
    use rheos::dynamics::problems::LotkaVolterra;

    fn check<S, A>(solver: S, adjoint: &A) -> Vec<String>
    where
        S: Embedded<Autodiff<LotkaVolterra, 2, 4>> + Copy,
        A: Adjoint<Autodiff<LotkaVolterra, 2, 4>, S, Pid>,
    {
        let (model, y0) = LotkaVolterra::problem();
        let control = Pid::tolerance(1e-6);
        let gradient_of = |unit: f64| {
            let loss =
                |_: &[Vector2<f64>]| vec![vector![0.0, 0.3 * unit], vector![unit, 0.0], vector![0.5 * unit, -unit]];
            let found = gradient(over(&model, &y0, &[0.0, 0.7, 2.0]), solver, control, adjoint, loss).unwrap();
            (found.y0 / unit, found.params / unit, found.times.iter().map(|time| time / unit).collect::<Vec<f64>>())
        };
        let plain = gradient_of(1.0);
        [2.0_f64.powi(-300), 2.0_f64.powi(200)]
            .into_iter()
            .filter(|unit| gradient_of(*unit) != plain)
            .map(|unit| format!("{}, {unit:e}: {:?}, not {plain:?}", S::NAME, gradient_of(unit)))
            .collect()
    }

    #[test]
    fn changes_no_bit() {
        let tight = Pid::tolerance(1e-6);
        assert_no_faults(vec![
            check(Dopri5, &DiscreteAdjoint::new()),
            check(Esdirk4, &DiscreteAdjoint::new()),
            check(RadauIIA5, &DiscreteAdjoint::new()),
            check(Radau, &DiscreteAdjoint::new()),
            check(Rodas5P, &DiscreteAdjoint::new()),
            check(Bdf, &DiscreteAdjoint::new()),
            check(Kvaerno3.with(Krylov::new()), &DiscreteAdjoint::new()),
            check(ReversibleHeun, &ReversibleAdjoint::new()),
            check(Dopri5, &BacksolveAdjoint::new(Dopri5, tight)),
            check(Dopri5, &InterpolatingAdjoint::new(Dopri5, tight)),
            check(Dopri5, &QuadratureAdjoint::gauss(Dopri5, tight)),
        ]);
    }
}
