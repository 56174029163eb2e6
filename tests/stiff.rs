//! Every stiff adaptive method on stiff problems, against values from 60-digit arithmetic.
//!
//! At the relative tolerance `10⁻⁶`, every component must be within `10⁻⁴` of its value at the end. The absolute tolerance
//! is far below the components that matter: a component that is tolerated absolutely has no relative accuracy.
//!
//! Two methods of low order take so many steps that the errors add up to more: TR-BDF2 to `10⁻³` and ESDIRK3(2) to
//! `2·10⁻⁴` on the Oregonator. They must get there at `10⁻⁸`.

use nalgebra::{DMatrix, DVector, SMatrix, SVector};
use rheos::problems::VanDerPol;
use rheos::problems::stiff::{Heat, Hires, Oregonator, Pollution, Robertson};
use rheos::state::MatrixSpace;
use rheos::{
    Autodiff, Bdf, Dynamics, Embedded, Esdirk3, Esdirk4, Esdirk5, Esdirk547, Field, Jacobian, Kvaerno3, Ndf, Pid,
    RadauIIA3, RadauIIA5, RadauIIA9, Rodas3, Rodas4, Rodas4P, Rodas5P, Ros3, Ros3P, Sdirk4, TrBdf2, solve,
};
use serde_json::Value;

type RightHandSide = dyn Fn(f64, &DVector<f64>, &mut DVector<f64>);
type Partials = dyn Fn(f64, &DVector<f64>) -> DMatrix<f64>;

/// Any problem, as one type: then a method is compiled once and not six times.
struct Problem {
    name: &'static str,
    end: f64,
    /// The absolute tolerance, as a multiple of the relative one.
    scale: f64,
    y0: DVector<f64>,
    expected: Vec<f64>,
    field: Box<RightHandSide>,
    jacobian: Box<Partials>,
}

impl Dynamics for Problem {
    type State = DVector<f64>;
    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        (self.field)(t, y, dy);
    }
}

impl Jacobian for Problem {
    fn jacobian(&self, t: f64, y: &DVector<f64>) -> DMatrix<f64> {
        (self.jacobian)(t, y)
    }
    /// None of the problems depends on time.
    fn time_derivative(&self, _: f64, _: &DVector<f64>, out: &mut DVector<f64>) {
        out.fill(0.0);
    }
}

impl Problem {
    fn new<M, const N: usize, const P: usize>(
        name: &'static str,
        (model, y0): (Autodiff<M, N, P>, SVector<f64, N>),
        scale: f64,
    ) -> Self
    where
        M: Field<N, P> + Copy + 'static,
        SVector<f64, N>: MatrixSpace<Matrix = SMatrix<f64, N, N>>,
    {
        let fixed = |y: &DVector<f64>| SVector::<f64, N>::from_column_slice(y.as_slice());
        let slopes = move |t: f64, y: &DVector<f64>, dy: &mut DVector<f64>| {
            let mut slope = SVector::zeros();
            model.eval(t, &fixed(y), &mut slope);
            dy.copy_from_slice(slope.as_slice());
        };
        let matrix =
            move |t: f64, y: &DVector<f64>| DMatrix::from_column_slice(N, N, model.jacobian(t, &fixed(y)).as_slice());
        let (end, expected) = reference(name);
        let y0 = DVector::from_column_slice(y0.as_slice());
        Self { name, end, scale, y0, expected, field: Box::new(slopes), jacobian: Box::new(matrix) }
    }

    /// The largest relative error of a component at the end, or why it was not reached.
    fn error<S: Embedded<Self>>(&self, solver: S, rtol: f64) -> Result<f64, String> {
        let control = Pid::new(rtol, rtol * self.scale);
        let solution = solve(self, self.y0.clone(), 0.0..self.end, solver, control).map_err(|e| e.to_string())?;
        let errors = solution.last().iter().zip(&self.expected).map(|(y, e)| (y - e).abs() / e.abs());
        Ok(errors.fold(0.0, f64::max))
    }
}

/// The end of the interval, and the solution there.
fn reference(name: &str) -> (f64, Vec<f64>) {
    let root: Value = serde_json::from_str(include_str!("reference/stiff.json")).unwrap();
    let problem = &root["problems"][name];
    let y = problem["y"].as_array().unwrap();
    (problem["t"].as_f64().unwrap(), y.iter().map(|y| y.as_str().unwrap().parse().unwrap()).collect())
}

fn problems() -> [Problem; 6] {
    [
        // The second component is about 10⁻¹³ at the end.
        Problem::new("robertson", Robertson::problem(), 1e-8),
        // The velocity is about 10⁻³ away from the jumps.
        Problem::new("van_der_pol", VanDerPol::problem(1000.0), 1e-3),
        // Components of 1 to 10⁵.
        Problem::new("oregonator", Oregonator::problem(), 1.0),
        // Components of 10⁻⁵ to 1.
        Problem::new("hires", Hires::problem(), 1e-4),
        // From 1 down to 10⁻³ at the end; modes of a rate up to 40 000.
        Problem::new("heat", Heat::problem::<100>(), 1e-4),
        // Components of 10⁻¹⁷ to 1; the smallest ones follow the others.
        Problem::new("pollution", Pollution::problem(), 1e-6),
    ]
}

/// What went wrong.
fn failures<S: Embedded<Problem>>(solver: impl Fn() -> S, rtol: f64) -> Vec<String> {
    let verdict = |problem: Problem| match problem.error(solver(), rtol) {
        Ok(error) if error < 1e-4 => None,
        Ok(error) => Some(format!("{}: error {error:.1e}", problem.name)),
        Err(reason) => Some(format!("{}: {reason}", problem.name)),
    };
    problems().into_iter().filter_map(verdict).collect()
}

macro_rules! methods {
    ($($test:ident: $solver:expr, $rtol:expr;)*) => {
        $(#[test]
        fn $test() {
            assert_eq!(failures(|| $solver, $rtol), [""; 0]);
        })*
    };
}

methods! {
    tr_bdf2: TrBdf2, 1e-8;
    sdirk4: Sdirk4, 1e-6;
    kvaerno3: Kvaerno3, 1e-6;
    esdirk547: Esdirk547, 1e-6;
    esdirk3: Esdirk3, 1e-8;
    esdirk4: Esdirk4, 1e-6;
    esdirk5: Esdirk5, 1e-6;
    ros3: Ros3, 1e-6;
    ros3p: Ros3P, 1e-6;
    rodas3: Rodas3, 1e-6;
    rodas4: Rodas4, 1e-6;
    rodas4p: Rodas4P, 1e-6;
    rodas5p: Rodas5P, 1e-6;
    radau3: RadauIIA3, 1e-6;
    radau5: RadauIIA5, 1e-6;
    radau9: RadauIIA9, 1e-6;
    bdf: Bdf, 1e-6;
    ndf: Ndf, 1e-6;
}

/// The closed solution of the heat equation is that of the reference, which was checked by a matrix exponential.
#[test]
fn the_closed_solution_of_the_heat_equation_is_right() {
    let (end, expected) = reference("heat");
    let error = Heat::exact::<100>(end) - SVector::from_column_slice(&expected);
    assert!(error.amax() < 1e-15, "{:e}", error.amax());
}
