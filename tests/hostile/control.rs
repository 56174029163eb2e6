//! Hostile controllers: one type for all of them, so that methods are compiled once.

use rheos::control::{Adaptive, Controller, Filter, MinStep, Plan, Predictive, StepLaw, StepTo, Trial, Verdict};
use rheos::solver::Stiffness;
use rheos::state::{Span, Tolerances};
use rheos::{Dynamics, Error, Fixed, Pid, Result, Solver};

use crate::case::Case;
use crate::draw;
use crate::fields::Row;

/// One of two controllers, or one of their memories.
#[derive(Debug, Clone)]
pub enum Either<A, B> {
    One(A),
    Other(B),
}

use Either::{One, Other};

/// Steps that no error estimate chooses.
pub type Grid = Either<Fixed, StepTo>;

/// Any controller there is.
pub type Any<Y> = Either<Grid, Either<Either<Pid, Predictive>, Adaptive<Filter, Tolerances<Y>>>>;

/// The budget of steps; few, as there are many cases.
const MAX_STEPS: [u64; 6] = [300, 300, 300, 40, 1, 0];

/// A grid over `span`.
pub fn grid(case: &mut Case, span: Span) -> Grid {
    let most = case.pick("max_steps", &MAX_STEPS);
    match case.below(3) {
        0 => {
            let steps = case.pick("Fixed::steps", &[1, 2, 7, 20, 20, 100, 0, 300, 301, usize::MAX]);
            One(Fixed::steps(steps).max_steps(most))
        }
        1 => {
            let h = draw::number(case, "Fixed::step", &[0.1, 0.03, 0.5, 10.0, 0.01]);
            One(Fixed::step(h).max_steps(most))
        }
        _ => Other(StepTo::new(draw::times(case, "StepTo", span)).max_steps(most)),
    }
}

/// Any controller, for a state like `y0`.
pub fn any<Y: Row>(case: &mut Case, span: Span, y0: &Y) -> Any<Y> {
    match case.below(6) {
        0 => One(grid(case, span)),
        1 => {
            let (rtol, atol) = tolerances(case);
            Other(One(Other(limits(case, Predictive::tolerance(rtol).atol(atol)))))
        }
        2 => {
            let control = each(case, y0);
            Other(Other(limits(case, control)))
        }
        _ => Other(One(One(pid(case)))),
    }
}

/// A PID controller.
pub fn pid(case: &mut Case) -> Pid {
    let (rtol, atol) = tolerances(case);
    let mut control = match case.below(4) {
        0 => Pid::tolerance(rtol).atol(atol).h211(),
        1 => Pid::tolerance(rtol).atol(atol).h312(),
        2 => Pid::tolerance(rtol).atol(atol).integral(),
        _ => Pid::tolerance(rtol).atol(atol),
    };
    if case.once_in(15) {
        let mut one = |name| draw::number(case, name, &[0.2, 10.0, -10.0]);
        control = control.coefficients(one("proportional"), one("integral"), one("derivative"));
    }
    limits(case, control)
}

fn tolerances(case: &mut Case) -> (f64, f64) {
    let sensible = [1e-3, 1e-5, 1e-7, 1e-10, 1e-13, 1.0];
    let mut one = |name| if case.once_in(5) { draw::number(case, name, &sensible) } else { case.pick(name, &sensible) };
    (one("rtol"), one("atol"))
}

/// Tolerances for each coordinate, perhaps of too few.
fn each<Y: Row>(case: &mut Case, y0: &Y) -> Adaptive<Filter, Tolerances<Y>> {
    let n = if case.once_in(6) { 1 } else { y0.row().len().max(1) };
    let mut one = |name| {
        let values: Vec<f64> = (0..n)
            .map(|_| if case.once_in(12) { case.one_of(&draw::ABSURD) } else { case.one_of(&[1e-6, 1e-3]) })
            .collect();
        case.note(name, &values);
        Y::of(&values)
    };
    Pid::tolerances(Tolerances { rtol: one("rtol"), atol: one("atol") })
}

/// The same controller with hostile limits, and with a small budget.
fn limits<L: StepLaw, W>(case: &mut Case, control: Adaptive<L, W>) -> Adaptive<L, W> {
    let mut control = control.max_steps(case.pick("max_steps", &MAX_STEPS));
    if case.once_in(6) {
        control = control.first_step(draw::number(case, "first_step", &[0.1, 1e-6, 100.0]));
    }
    if case.once_in(8) {
        control = control.min_step(draw::number(case, "min_step", &[0.1, 1e-6, 100.0]));
    }
    if case.once_in(8) {
        control = control.max_step(draw::number(case, "max_step", &[0.1, 1e-6, 100.0]));
    }
    if case.once_in(8) {
        control = control.at_min_step(case.pick("at_min_step", &[MinStep::Accept, MinStep::Fail]));
    }
    if case.once_in(12) {
        control = control.safety(draw::number(case, "safety", &[0.9, 1.0, 1e-3]));
    }
    if case.once_in(12) {
        let (min, max) =
            (draw::number(case, "min_factor", &[0.2, 1e-9]), draw::number(case, "max_factor", &[10.0, 1e9]));
        control = control.factors(min, max);
    }
    control
}

impl<F, S, A, B> Controller<F, S> for Either<A, B>
where
    F: Dynamics,
    S: Solver<F>,
    A: Controller<F, S>,
    B: Controller<F, S>,
{
    type Memory = Either<A::Memory, B::Memory>;

    fn begin(&self, f: &F, solver: &S, ws: &mut S::Workspace, span: Span, y0: &F::State) -> Result<Self::Memory> {
        Ok(match self {
            One(a) => One(a.begin(f, solver, ws, span, y0)?),
            Other(b) => Other(b.begin(f, solver, ws, span, y0)?),
        })
    }

    fn restart(
        &self,
        memory: &mut Self::Memory,
        f: &F,
        solver: &S,
        ws: &mut S::Workspace,
        rest: Span,
        y: &F::State,
    ) -> Result<()> {
        match (self, memory) {
            (One(a), One(memory)) => a.restart(memory, f, solver, ws, rest, y),
            (Other(b), Other(memory)) => b.restart(memory, f, solver, ws, rest, y),
            _ => unreachable!("the memory of another controller"),
        }
    }

    fn plan(&self, memory: &mut Self::Memory, t: f64, end: f64) -> Plan {
        match (self, memory) {
            (One(a), One(memory)) => a.plan(memory, t, end),
            (Other(b), Other(memory)) => b.plan(memory, t, end),
            _ => unreachable!("the memory of another controller"),
        }
    }

    fn judge(
        &self,
        memory: &mut Self::Memory,
        solver: &S,
        ws: &mut S::Workspace,
        trial: Trial<'_, F::State>,
    ) -> Verdict {
        match (self, memory) {
            (One(a), One(memory)) => a.judge(memory, solver, ws, trial),
            (Other(b), Other(memory)) => b.judge(memory, solver, ws, trial),
            _ => unreachable!("the memory of another controller"),
        }
    }

    fn failed(&self, memory: &mut Self::Memory, t: f64, h: f64, error: Error) -> Verdict {
        match (self, memory) {
            (One(a), One(memory)) => a.failed(memory, t, h, error),
            (Other(b), Other(memory)) => b.failed(memory, t, h, error),
            _ => unreachable!("the memory of another controller"),
        }
    }

    fn max_steps(&self) -> u64 {
        match self {
            One(a) => a.max_steps(),
            Other(b) => b.max_steps(),
        }
    }

    fn expected_steps(&self, span: Span) -> Option<u64> {
        match self {
            One(a) => a.expected_steps(span),
            Other(b) => b.expected_steps(span),
        }
    }

    fn stiffness(&self, memory: &Self::Memory) -> Option<Stiffness> {
        match (self, memory) {
            (One(a), One(memory)) => a.stiffness(memory),
            (Other(b), Other(memory)) => b.stiffness(memory),
            _ => unreachable!("the memory of another controller"),
        }
    }

    fn pull_back_grid(&self, grid: &[f64], grid_bar: &[f64]) -> (f64, f64) {
        match self {
            One(a) => Controller::<F, S>::pull_back_grid(a, grid, grid_bar),
            Other(b) => Controller::<F, S>::pull_back_grid(b, grid, grid_bar),
        }
    }
}

/// A controller of a pass forwards or backwards of a gradient.
pub type Forward = Either<Fixed, Pid>;
pub type Backward = Forward;

/// One of them.
pub fn forward(case: &mut Case) -> Forward {
    if case.once_in(3) {
        let most = case.pick("max_steps", &MAX_STEPS);
        match case.below(2) {
            0 => One(Fixed::steps(case.pick("Fixed::steps", &[1, 2, 7, 20, 100, 0, usize::MAX])).max_steps(most)),
            _ => One(Fixed::step(draw::number(case, "Fixed::step", &[0.1, 0.03, 10.0])).max_steps(most)),
        }
    } else {
        Other(pid(case))
    }
}
