//! rheos on the stiff problems, with exact Jacobians.

use std::marker::PhantomData;

use nalgebra::{Const, DMatrix, DVector, SMatrix, SVector};
use rheos::dynamics::{Jacobian, Jvp, MassMatrix, Neighbourhood, WithMass};
use rheos::solver::implicit::{Banded, Esdirk547, Krylov, Kvaerno3, Radau, RadauIIA9, Sparse, TrBdf2};
use rheos::solver::rosenbrock::Rodas4P;
use rheos::solver::{DefaultSolver, Embedded};
use rheos::state::{Pattern, SparseMatrix, SquareDim};
use rheos::{Bdf, Dynamics, Pid, RadauIIA5, Rodas5P, solve};
use rheos_peers::clock::Library;
use rheos_peers::limits::{Watch, curve, prepared_curve, stiff_curve};
use rheos_peers::stiff::{DaeProblem, StiffProblem, VisitStiff, each_stiff};

const RHEOS: Library = Library { name: "rheos", version: "0.1.0" };

/// A problem with states of its size.
struct Small<'w, P, const N: usize>(&'w Watch, PhantomData<P>);

impl<P: StiffProblem<N>, const N: usize> Dynamics for Small<'_, P, N> {
    type State = SVector<f64, N>;
    #[inline]
    fn eval(&self, _t: f64, y: &SVector<f64, N>, dy: &mut SVector<f64, N>) {
        self.0.evaluated::<N>();
        P::rhs(&y.data.0[0], &mut dy.data.0[0]);
    }
}

impl<P: StiffProblem<N>, const N: usize> Jacobian for Small<'_, P, N>
where
    Const<N>: SquareDim,
{
    fn jacobian(&self, _: f64, y: &SVector<f64, N>, _: Neighbourhood<'_, SVector<f64, N>>) -> SMatrix<f64, N, N> {
        let mut matrix = SMatrix::zeros();
        P::entries(&y.data.0[0], |i, j, x| matrix[(i, j)] = x);
        matrix
    }
    fn time_derivative(
        &self,
        _: f64,
        _: &SVector<f64, N>,
        _: Neighbourhood<'_, SVector<f64, N>>,
        out: &mut SVector<f64, N>,
    ) {
        out.fill(0.0);
    }
}

/// A problem with states on the heap.
struct Large<'w, P, const N: usize>(&'w Watch, PhantomData<P>);

/// The first `N` components.
fn array<const N: usize>(y: &DVector<f64>) -> &[f64; N] {
    y.as_slice().first_chunk().expect("a state of the problem")
}

impl<P: StiffProblem<N>, const N: usize> Dynamics for Large<'_, P, N> {
    type State = DVector<f64>;
    #[inline]
    fn eval(&self, _t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.0.evaluated::<N>();
        P::rhs(array(y), dy.as_mut_slice().first_chunk_mut().expect("a state of the problem"));
    }
}

impl<P: StiffProblem<N>, const N: usize> Jacobian for Large<'_, P, N> {
    fn jacobian(&self, _: f64, y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>) -> DMatrix<f64> {
        self.0.look();
        let mut matrix = DMatrix::zeros(N, N);
        P::entries(array::<N>(y), |i, j, x| matrix[(i, j)] = x);
        matrix
    }
    fn sparse_jacobian(&self, _: f64, y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>, out: &mut SparseMatrix) {
        P::entries(array::<N>(y), |i, j, x| out.set(i, j, x));
    }
    fn time_derivative(&self, _: f64, _: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>, out: &mut DVector<f64>) {
        out.fill(0.0);
    }
}

impl<P: StiffProblem<N>, const N: usize> Jvp for Large<'_, P, N> {
    fn jvp(&self, _: f64, y: &DVector<f64>, v: &DVector<f64>, out: &mut DVector<f64>) {
        out.fill(0.0);
        P::entries(array::<N>(y), |i, j, x| out[i] += x * v[j]);
    }
}

/// The right-hand side of a differential-algebraic system.
struct Dae<'w, P, const N: usize>(&'w Watch, PhantomData<P>);

impl<P: DaeProblem<N>, const N: usize> Dynamics for Dae<'_, P, N> {
    type State = SVector<f64, N>;
    #[inline]
    fn eval(&self, t: f64, y: &SVector<f64, N>, dy: &mut SVector<f64, N>) {
        self.0.evaluated::<N>();
        P::rhs(t, &y.data.0[0], &mut dy.data.0[0]);
    }
}

impl<P: DaeProblem<N>, const N: usize> Jacobian for Dae<'_, P, N>
where
    Const<N>: SquareDim,
{
    fn jacobian(&self, _: f64, y: &SVector<f64, N>, _: Neighbourhood<'_, SVector<f64, N>>) -> SMatrix<f64, N, N> {
        let mut matrix = SMatrix::zeros();
        P::entries(&y.data.0[0], |i, j, x| matrix[(i, j)] = x);
        matrix
    }
    fn time_derivative(
        &self,
        t: f64,
        _: &SVector<f64, N>,
        _: Neighbourhood<'_, SVector<f64, N>>,
        out: &mut SVector<f64, N>,
    ) {
        out.fill(0.0);
        out[0] = P::slope_in_time(t);
    }
}

/// The places of the Jacobian of a banded problem.
fn pattern<P: StiffProblem<N>, const N: usize>() -> Pattern {
    let mut places = Vec::new();
    P::entries(&P::start(), |i, j, _| places.push((i, j)));
    Pattern::new(N, places).expect("places inside")
}

/// One solve.
fn to_end<F: Dynamics, S: Embedded<F>>(
    f: &F,
    y0: F::State,
    end: f64,
    solver: S,
    control: Pid,
) -> Result<F::State, String> {
    solve(f, y0, 0.0..end, solver, control)
        .map(|solution| solution.last().clone())
        .map_err(|failure| failure.error.to_string())
}

fn tolerance<P: StiffProblem<N>, const N: usize>(rtol: f64) -> Pid {
    Pid::tolerance(rtol).atol(rtol * P::SCALE)
}

/// The band of the Brusselators.
const BAND: Banded = Banded::new(2, 2);

struct Rheos;

/// A curve for each method.
macro_rules! curves {
    ($field:ident, $start:expr, $($name:literal => $method:expr),* $(,)?) => {
        $(stiff_curve::<P, N>(RHEOS, $name, |tol, watch| {
            let field = $field::<P, N>(watch, PhantomData);
            to_end(&field, $start, P::END, $method, tolerance::<P, N>(tol)).map(|y| y.as_slice().to_vec())
        });)*
    };
}

impl VisitStiff for Rheos {
    /// A new method is one line here.
    fn small<P: StiffProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
        curves!(Small, SVector::from(P::start()),
            "Rodas4P" => Rodas4P,
            "Rodas5P" => Rodas5P,
            "RadauIIA5" => RadauIIA5,
            "RadauIIA9" => RadauIIA9,
            "Radau" => Radau,
            "Esdirk547" => Esdirk547,
            "Kvaerno3" => Kvaerno3,
            "TrBdf2" => TrBdf2,
            "Bdf" => Bdf,
            "DefaultSolver" => DefaultSolver::default(),
        );
    }

    /// By factorisations of the band and of the sparse matrix, without a matrix, and with a dense one if it is small. A
    /// new linear solver is one line here.
    fn banded<P: StiffProblem<N>, const N: usize>(&mut self) {
        curves!(Large, DVector::from_column_slice(&P::start()),
            "Bdf, banded" => Bdf.with(BAND),
            "Rodas5P, banded" => Rodas5P.with(BAND),
            "RadauIIA5, banded" => RadauIIA5.with(BAND),
            "Radau, banded" => Radau.with(BAND),
            "Esdirk547, banded" => Esdirk547.with(BAND),
        );
        prepared_curve::<P, N>(RHEOS, "Bdf, sparse", |tol, watch| {
            let sparse = Sparse::new(pattern::<P, N>());
            Ok(Box::new(move || {
                let (field, y0) = (Large::<P, N>(watch, PhantomData), DVector::from_column_slice(&P::start()));
                let control = tolerance::<P, N>(tol);
                to_end(&field, y0, P::END, Bdf.with(sparse.clone()), control).map(|y| y.as_slice().to_vec())
            }))
        });
        curves!(Large, DVector::from_column_slice(&P::start()),
            "Bdf, Krylov" => Bdf.with(Krylov::new().exact()),
            "Kvaerno3, Krylov" => Kvaerno3.with(Krylov::new().exact()),
            "TrBdf2, Krylov" => TrBdf2.with(Krylov::new().exact()),
            "Esdirk547, Krylov" => Esdirk547.with(Krylov::new().exact()),
        );
        // A factorisation of a thousand equations takes longer than a whole solve above.
        if N <= 100 {
            curves!(Large, DVector::from_column_slice(&P::start()),
                "Bdf, dense" => Bdf,
                "Rodas5P, dense" => Rodas5P,
                "RadauIIA5, dense" => RadauIIA5,
                "RadauIIA9, dense" => RadauIIA9,
                "DefaultSolver, dense" => DefaultSolver::default(),
            );
        }
    }

    /// With a mass matrix.
    fn dae<P: DaeProblem<N>, const N: usize>(&mut self)
    where
        Const<N>: SquareDim,
    {
        let mut entries = Vec::new();
        P::mass(|i, j, x| entries.push((i, j, x)));
        let mass = SparseMatrix::from_triplets(N, &entries).and_then(MassMatrix::new).expect("a mass matrix");
        macro_rules! curves {
            ($($name:literal => $method:expr),* $(,)?) => {
                $(curve(P::NAME, RHEOS, $name, |tol, watch| {
                    let system = WithMass::new(Dae::<P, N>(watch, PhantomData), mass.clone());
                    let control = Pid::tolerance(tol).atol(tol * P::SCALE);
                    Ok(Box::new(move || {
                        let end = to_end(&system, SVector::from(P::start()), P::END, $method, control)?;
                        Ok(end.as_slice().to_vec())
                    }))
                });)*
            };
        }
        curves!(
            "Radau" => Radau,
            "RadauIIA5" => RadauIIA5,
            "Rodas5P" => Rodas5P,
            "Bdf" => Bdf,
        );
    }
}

fn main() {
    each_stiff(&mut Rheos);
}
