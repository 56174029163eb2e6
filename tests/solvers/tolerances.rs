//! Saved states and error estimates of every adaptive method, against closed solutions and SciPy's.
//!
//! A state between two steps must be about as exact as those at the ends of the steps: within fifteen times the larger of
//! their worst error and the tolerance. The farthest is DOP853, whose interpolant of order 7 is off by 10.7 tolerances between
//! steps that are off by 0.9. And an estimate must see the error of a linear field.

use nalgebra::{DMatrix, DVector, SMatrix, SVector};
use rheos::dynamics::problems::detest::*;
use rheos::dynamics::problems::stiff::Robertson;
use rheos::dynamics::problems::{Forced, Orbit, VanDerPol};
use rheos::dynamics::{Jacobian, Neighbourhood};
use rheos::solver::explicit::{
    Bosh3, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, HeunEuler, Vern6, Vern8, Vern9,
};
use rheos::solver::implicit::{
    Esdirk3, Esdirk4, Esdirk5, Esdirk547, GaussLegendre4, GaussLegendre6, Kvaerno3, Radau, RadauIIA3, RadauIIA9,
    RadauIIA13, Sdirk4, TrBdf2,
};
use rheos::solver::multistep::{Adams, Ndf};
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::rosenbrock::{Rodas3, Rodas4, Rodas4P, Ros3, Ros3P};
use rheos::solver::{DefaultSolver, Dense, Embedded};
use rheos::state::MatrixSpace;
use rheos::{Autodiff, Bdf, Dopri5, Dynamics, GenericDynamics, Ivp, Pid, RadauIIA5, Rodas5P, Scalar, Tsit5, Vern7};
use serde_json::Value;

type RightHandSide = dyn Fn(f64, &DVector<f64>, &mut DVector<f64>);
type Partials = dyn Fn(f64, &DVector<f64>) -> (DMatrix<f64>, DVector<f64>);

/// Any problem, as one type: then a method is compiled once and not once for each.
struct Problem {
    name: &'static str,
    y0: DVector<f64>,
    control: Pid,
    /// Relative, and absolute for each component.
    tolerance: (f64, f64),
    /// The times of the saves, with the solution there.
    saves: Vec<(f64, DVector<f64>)>,
    /// The solution, where it is known in closed form.
    exact: Option<fn(f64) -> DVector<f64>>,
    field: Box<RightHandSide>,
    partials: Box<Partials>,
}

impl Dynamics for Problem {
    type State = DVector<f64>;
    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        (self.field)(t, y, dy);
    }
}

impl Jacobian for Problem {
    fn jacobian(&self, t: f64, y: &DVector<f64>, _: Neighbourhood<DVector<f64>>) -> DMatrix<f64> {
        (self.partials)(t, y).0
    }
    fn time_derivative(&self, t: f64, y: &DVector<f64>, _: Neighbourhood<DVector<f64>>, out: &mut DVector<f64>) {
        out.copy_from(&(self.partials)(t, y).1);
    }
}

impl Problem {
    fn new<M, const N: usize, const P: usize>(
        name: &'static str,
        (model, y0): (Autodiff<M, N, P>, SVector<f64, N>),
        (rtol, atol): (f64, f64),
        saves: Vec<(f64, DVector<f64>)>,
    ) -> Self
    where
        M: GenericDynamics<N, P> + Copy + 'static,
        SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
    {
        let fixed = |y: &DVector<f64>| SVector::<f64, N>::from_column_slice(y.as_slice());
        let dynamic = |y: &SVector<f64, N>| DVector::from_column_slice(y.as_slice());
        let slopes = move |t: f64, y: &DVector<f64>, dy: &mut DVector<f64>| {
            let mut slope = SVector::zeros();
            model.eval(t, &fixed(y), &mut slope);
            dy.copy_from_slice(slope.as_slice());
        };
        let partials = move |t: f64, y: &DVector<f64>| {
            let mut drift = SVector::zeros();
            let near = Neighbourhood::of_step(1.0);
            model.time_derivative(t, &fixed(y), near, &mut drift);
            (DMatrix::from_column_slice(N, N, model.jacobian(t, &fixed(y), near).as_slice()), dynamic(&drift))
        };
        let control = Pid::tolerance(rtol).atol(atol);
        let (field, partials) = (Box::new(slopes), Box::new(partials));
        Self { name, y0: dynamic(&y0), control, tolerance: (rtol, atol), saves, exact: None, field, partials }
    }

    fn times(&self) -> Vec<f64> {
        self.saves.iter().map(|(t, _)| *t).collect()
    }

    fn span(&self) -> (f64, f64) {
        (0.0, self.saves[self.saves.len() - 1].0)
    }

    /// With a solution in closed form, at so many saves.
    fn with(mut self, exact: fn(f64) -> DVector<f64>, end: f64, saves: u32) -> Self {
        let times = (0..=saves).map(|i| end * f64::from(i) / f64::from(saves));
        self.saves = times.map(|t| (t, exact(t))).collect();
        self.exact = Some(exact);
        self
    }

    /// The error of a state, in tolerances.
    fn error(&self, y: &DVector<f64>, expected: &DVector<f64>) -> f64 {
        let (rtol, atol) = self.tolerance;
        y.iter().zip(expected).map(|(y, e)| (y - e).abs() / (atol + rtol * e.abs())).fold(0.0, f64::max)
    }

    /// The largest error of the states at the times of the saves, and where it is.
    fn worst(&self, states: &[DVector<f64>]) -> (f64, f64) {
        assert_eq!(states.len(), self.saves.len());
        let errors = states.iter().zip(&self.saves).map(|(y, (t, expected))| (self.error(y, expected), *t));
        errors.fold((0.0, 0.0), |worst, error| if error.0 > worst.0 { error } else { worst })
    }

    /// The worst error of saved states, and that at the ends of the steps: of all, if the solution is known there, or of
    /// those that end at a save.
    fn saved_and_stepped<S: Dense<Self> + Embedded<Self>>(&self, solver: impl Fn() -> S) -> ((f64, f64), f64) {
        let times = self.times();
        let ivp = || Ivp::new(self, self.y0.clone(), self.span());
        let saved = ivp().save_at(&times).solve(solver(), self.control).unwrap();
        let stepped = if let Some(exact) = self.exact {
            let steps = ivp().save_every(1).solve(solver(), self.control).unwrap();
            steps.t.iter().zip(&steps.y).map(|(&t, y)| self.error(y, &exact(t))).fold(0.0, f64::max)
        } else {
            self.worst(&ivp().land_on(&times).solve(solver(), self.control).unwrap().y).0
        };
        (self.worst(&saved.y), stepped)
    }
}

/// Solutions at times inside the interval.
fn reference(name: &str) -> Vec<(f64, DVector<f64>)> {
    let root: Value = serde_json::from_str(include_str!("../reference/saves.json")).unwrap();
    let problem = &root["problems"][name];
    let rows = problem["t"].as_array().unwrap().iter().zip(problem["y"].as_array().unwrap());
    let parsed = rows.map(|(t, y)| {
        let y = y.as_array().unwrap().iter().map(|y| y.as_str().unwrap().parse().unwrap());
        (t.as_f64().unwrap(), DVector::from_iterator(y.len(), y))
    });
    parsed.collect()
}

fn driven(tolerance: f64) -> Problem {
    let exact = |t| DVector::from_column_slice(Forced::exact(t).as_slice());
    Problem::new("driven", Forced::problem(), (tolerance, tolerance), Vec::new()).with(exact, 20.0, 2000)
}

fn orbit(tolerance: f64) -> Problem {
    let exact = |t| DVector::from_column_slice(Orbit::exact(t).as_slice());
    Problem::new("orbit", Orbit::problem(), (tolerance, tolerance), Vec::new()).with(exact, 8.0, 1000)
}

fn robertson() -> Problem {
    Problem::new("robertson", Robertson::problem(), (1e-6, 1e-14), reference("robertson"))
}

fn van_der_pol() -> Problem {
    Problem::new("van der pol", VanDerPol::problem(1000.0), (1e-6, 1e-9), reference("van_der_pol"))
}

macro_rules! report {
    ($problem:expr, $limit:expr, [$($solver:expr),* $(,)?]) => {{
        let problem = $problem;
        let mut failures = Vec::new();
        $(
            let ((saved, t), stepped) = problem.saved_and_stepped(|| $solver);
            println!("{:>12} {:<28} saved {saved:9.2} at {t:e} stepped {stepped:9.2}", problem.name, stringify!($solver));
            if saved > $limit * stepped.max(1.0) {
                failures.push(format!("{}: {saved:.1} tolerances, {stepped:.1} at the steps", stringify!($solver)));
            }
        )*
        assert_eq!(failures, [""; 0], "{}", problem.name);
    }};
}

macro_rules! not_stiff {
    ($problem:expr) => {
        report!(
            $problem,
            15.0,
            [
                Bosh3,
                Fehlberg45,
                CashKarp,
                Dopri5,
                Tsit5,
                Dop853,
                Dopri8,
                Vern6,
                Vern7,
                Vern8,
                Vern9,
                Sdirk4,
                Kvaerno3,
                Esdirk3,
                Esdirk4,
                Esdirk5,
                Esdirk547,
                Rodas3,
                Rodas4,
                Rodas4P,
                Rodas5P,
                Ros3,
                Ros3P,
                RadauIIA3,
                RadauIIA5,
                RadauIIA9,
                RadauIIA13,
                Radau,
                GaussLegendre4,
                GaussLegendre6,
                Adams,
                Bdf,
                Ndf,
                DefaultSolver::default(),
            ]
        )
    };
}

macro_rules! stiff {
    ($problem:expr) => {
        report!(
            $problem,
            15.0,
            [
                TrBdf2,
                Sdirk4,
                Kvaerno3,
                Esdirk3,
                Esdirk4,
                Esdirk5,
                Esdirk547,
                Rodas3,
                Rodas4,
                Rodas4P,
                Rodas5P,
                Ros3,
                Ros3P,
                RadauIIA3,
                RadauIIA5,
                RadauIIA9,
                RadauIIA13,
                Radau,
                Bdf,
                Ndf,
                DefaultSolver::default(),
            ]
        )
    };
}

#[test]
fn saves_of_a_driven_field() {
    not_stiff!(driven(1e-8));
}

#[test]
fn saves_of_an_orbit() {
    not_stiff!(orbit(1e-7));
}

/// Methods of order 2 take too many steps at strict tolerances.
#[test]
fn saves_by_methods_of_order_two() {
    for problem in [driven(1e-5), orbit(1e-5)] {
        report!(problem, 15.0, [HeunEuler, Fehlberg21, TrBdf2, ReversibleHeun, Alf, Coupled::new(Bosh3)]);
    }
}

#[test]
fn saves_of_robertson() {
    stiff!(robertson());
}

#[test]
fn saves_of_van_der_pol() {
    stiff!(van_der_pol());
}

/// `y' = −y`.
#[derive(Clone, Copy)]
struct Decay;

impl GenericDynamics<1, 0> for Decay {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 1>, _: &SVector<T, 0>) -> SVector<T, 1> {
        -y
    }
}

fn decay(tolerance: f64) -> Problem {
    let exact = |t: f64| DVector::from_element(1, (-t).exp());
    let model = (Autodiff::new(Decay, SVector::zeros()), SVector::from_element(1.0));
    Problem::new("decay", model, (tolerance, tolerance), Vec::new()).with(exact, 10.0, 10)
}

/// Where the two solutions of a pair have one stability function, there is no estimate of this error at all.
#[test]
fn estimates_see_the_errors_of_linear_fields() {
    for tolerance in [1e-6, 1e-9, 1e-12] {
        report!(
            decay(tolerance),
            10.0,
            [
                Bosh3,
                Fehlberg45,
                CashKarp,
                Dopri5,
                Tsit5,
                Dop853,
                Dopri8,
                Vern6,
                Vern7,
                Vern8,
                Vern9,
                Sdirk4,
                Kvaerno3,
                Esdirk3,
                Esdirk4,
                Esdirk5,
                Esdirk547,
                Rodas3,
                Rodas4,
                Rodas4P,
                Rodas5P,
                Ros3,
                Ros3P,
                RadauIIA3,
                RadauIIA5,
                RadauIIA9,
                RadauIIA13,
                Radau,
                GaussLegendre4,
                GaussLegendre6,
                Adams,
                Bdf,
                Ndf,
            ]
        );
    }
}

/// The errors of a method at the end of the 25 problems DETEST, in tolerances, sorted.
fn detest_errors<S: Embedded<Problem>>(solver: impl Fn() -> S) -> Vec<f64> {
    let root: Value = serde_json::from_str(include_str!("../reference/detest.json")).unwrap();
    let end = |name: &str| {
        let y = root["problems"][name]["y"].as_array().unwrap();
        DVector::from_iterator(y.len(), y.iter().map(|y| y.as_str().unwrap().parse().unwrap()))
    };
    macro_rules! list {
        ($($name:ident)*) => {
            [$(Problem::new(stringify!($name), $name::problem(), (1e-6, 1e-6), vec![(END, end(stringify!($name)))])),*]
        };
    }
    let problems = list!(A1 A2 A3 A4 A5 B1 B2 B3 B4 B5 C1 C2 C3 C4 C5 D1 D2 D3 D4 D5 E1 E2 E3 E4 E5);
    let error = |problem: &Problem| {
        let solution = Ivp::new(problem, problem.y0.clone(), problem.span()).solve(solver(), problem.control);
        solution.map_or(f64::INFINITY, |solution| problem.error(solution.last(), &problem.saves[0].1))
    };
    let mut errors: Vec<f64> = problems.iter().map(error).collect();
    errors.sort_by(f64::total_cmp);
    errors
}

/// The worst are the orbits of class D, which amplify the errors on the way by up to 130.
#[test]
fn errors_on_detest() {
    macro_rules! report {
        ($($solver:ident: $median:expr, $worst:expr;)*) => {{
            $(
                let errors = detest_errors(|| $solver);
                println!("DETEST {:<12} median {:9.2} worst {:9.2}", stringify!($solver), errors[12], errors[24]);
                assert!(errors[12] < $median && errors[24] < $worst, "{}: {errors:?}", stringify!($solver));
            )*
        }};
    }
    report! {
        HeunEuler: 2.0, 200.0;
        Bosh3: 5.0, 600.0;
        Fehlberg45: 15.0, 2e3;
        Kvaerno3: 3.0, 500.0;
        Sdirk4: 5.0, 200.0;
        Esdirk3: 15.0, 6e3;
        Esdirk4: 10.0, 1e3;
        Esdirk5: 15.0, 4e3;
        // The median is one problem; the geometric mean of all errors is 0.54.
        Esdirk547: 3.0, 1e3;
        Ros3P: 5.0, 2e3;
        Rodas5P: 2.0, 500.0;
        // Their documentation has these numbers.
        Fehlberg21: 480.0, 1e4;
        TrBdf2: 60.0, 9500.0;
    }
}
