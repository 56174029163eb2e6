//! Rosenbrock methods: orders, order conditions, stability, stiff problems with known solutions, and what they cost.

use nalgebra::{DVector, Vector2, Vector3, vector};
use rheos::problems::{Driven, Orbit, VanDerPol};
use rheos::solver::StepStart;
use rheos::verify::{dense_order, order_with};
use rheos::{
    Counted, Dense, Dynamics, Embedded, Error, Fixed, Ivp, Jacobian, Method, Pid, Rodas3, Rodas4, Rodas4P, Rodas5P,
    Ros3, Ros3P, Solver, ode, solve,
};

macro_rules! for_every_method {
    ($($name:ident: $method:expr, embedded $embedded:expr, at_infinity $at_infinity:expr);* $(;)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn autonomous() {
                let (f, y0) = Orbit::problem();
                let report = order_with(&f, &y0, 0.0..8.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn non_autonomous() {
                let (f, y0) = Driven::problem();
                let report = order_with(&f, &y0, 0.0..10.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn backwards_in_time() {
                let (f, _) = Driven::problem();
                let report = order_with(&f, &Driven::exact(10.0), 10.0..0.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn dense_output() {
                let (f, _) = Driven::problem();
                let report = dense_order(&f, 0.0..4.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
                let (f, _) = Orbit::problem();
                let report = dense_order(&f, 0.0..4.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn order_conditions() {
                satisfies_order_conditions(&$method, $embedded);
            }

            #[test]
            fn stability() {
                is_stable_on_the_left(&$method, $at_infinity);
            }

            #[test]
            fn stiff_problems() {
                solves_stiff_problems(&$method);
            }
        })*
    };
}

for_every_method! {
    ros3p: Ros3P, embedded 2, at_infinity -0.732_050_807_568_877_3;
    ros3: Ros3, embedded 2, at_infinity 0.0;
    rodas3: Rodas3, embedded 2, at_infinity 0.0;
    rodas4: Rodas4, embedded 3, at_infinity 0.0;
    rodas4p: Rodas4P, embedded 3, at_infinity 0.0;
    rodas5p: Rodas5P, embedded 4, at_infinity 0.0;
}

/// The rooted trees up to order 5, each by the places of its children in this list: HNW I, table II.2.2.
const TREES: [&[usize]; 17] = [
    &[],
    &[0],
    &[0, 0],
    &[1],
    &[0, 0, 0],
    &[0, 1],
    &[2],
    &[3],
    &[0, 0, 0, 0],
    &[0, 0, 1],
    &[0, 2],
    &[0, 3],
    &[1, 1],
    &[4],
    &[5],
    &[6],
    &[7],
];

fn order_of(tree: usize) -> u32 {
    1 + TREES[tree].iter().map(|&child| order_of(child)).sum::<u32>()
}

fn density(tree: usize) -> f64 {
    f64::from(order_of(tree)) * TREES[tree].iter().map(|&child| density(child)).product::<f64>()
}

/// One equation `y' = Π y_c` over the children for each tree, from zero: the solution is `t^r / γ`, and one step of length
/// 1 gives the sum `Σ b Φ` of the tree, as in `order_conditions.rs`.
fn satisfies_order_conditions<S>(method: &S, embedded: u32)
where
    S: Dense<Forest> + Embedded<Forest>,
{
    let y0 = DVector::zeros(TREES.len());
    let mut ws = method.workspace(&Forest, &y0);
    let mut y1 = y0.clone();
    method.step(&Forest, &mut ws, 0.0, 1.0, &y0, &mut y1).unwrap();
    let mut inside = y0.clone();
    let step = StepStart { t: 0.0, h: 1.0, y0: &y0 };
    method.interpolate(&Forest, &mut ws, step, 0.3, &mut inside);
    let coarse = &y1 - method.error(&mut ws, 1.0);

    let holds = |y: &DVector<f64>, theta: f64, order: u32| {
        let trees = (0..TREES.len()).filter(|&tree| order_of(tree) == order);
        trees.into_iter().all(|tree| (y[tree] - theta.powi(order as i32) / density(tree)).abs() < 1e-13)
    };
    let order_of = |y: &DVector<f64>, theta| (1..=5).take_while(|&order| holds(y, theta, order)).count() as u32;
    assert_eq!(order_of(&y1, 1.0), S::ORDER);
    assert_eq!(order_of(&coarse, 1.0), embedded);
    assert_eq!(order_of(&inside, 0.3), S::DENSE_ORDER);
}

struct Forest;

impl Dynamics for Forest {
    type State = DVector<f64>;
    fn eval(&self, _: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        for (tree, children) in TREES.iter().enumerate() {
            dy[tree] = children.iter().map(|&child| y[child]).product();
        }
    }
}

impl Jacobian for Forest {
    fn jacobian(&self, _: f64, y: &DVector<f64>) -> nalgebra::DMatrix<f64> {
        let mut jacobian = nalgebra::DMatrix::zeros(TREES.len(), TREES.len());
        for (tree, children) in TREES.iter().enumerate() {
            for (place, &child) in children.iter().enumerate() {
                let others = children.iter().enumerate().filter(|&(other, _)| other != place);
                jacobian[(tree, child)] += others.map(|(_, &other)| y[other]).product::<f64>();
            }
        }
        jacobian
    }
}

/// `y' = z y` as two real equations.
struct Rotation {
    re: f64,
    im: f64,
}

impl Dynamics for Rotation {
    type State = Vector2<f64>;
    fn eval(&self, _: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        *dy = vector![self.re * y[0] - self.im * y[1], self.im * y[0] + self.re * y[1]];
    }
}

impl Jacobian for Rotation {
    fn jacobian(&self, _: f64, _: &Vector2<f64>) -> nalgebra::Matrix2<f64> {
        nalgebra::Matrix2::new(self.re, -self.im, self.im, self.re)
    }
}

/// `|R(z)| ≤ 1` for `Re z ≤ 0`, and the value at infinity.
fn is_stable_on_the_left<S: Solver<Rotation>>(method: &S, at_infinity: f64) {
    let factor = |re: f64, im: f64| {
        let (f, y0) = (Rotation { re, im }, vector![1.0, 0.0]);
        let mut ws = method.workspace(&f, &y0);
        let mut y1 = y0;
        method.step(&f, &mut ws, 0.0, 1.0, &y0, &mut y1).unwrap();
        y1
    };
    for i in 0..200 {
        let im = 1e-2 * 1.1_f64.powi(i);
        for re in [0.0, -0.1 * im, -im, -10.0 * im] {
            assert!(factor(re, im).norm() <= 1.0 + 1e-10, "|R({re} + {im} i)| = {}", factor(re, im).norm());
        }
    }
    assert!((factor(-1e9, 0.0)[0] - at_infinity).abs() < 1e-7);
}

/// H. H. Robertson's reaction, `y(0) = (1, 0, 0)`.
fn robertson(_: f64, y: &Vector3<f64>, dy: &mut Vector3<f64>) {
    let (slow, fast) = (0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]);
    *dy = vector![-slow, slow - fast, fast];
}

/// The Oregonator: Hairer & Wanner II, section IV.10, from `(1, 2, 3)`.
fn oregonator(_: f64, y: &Vector3<f64>, dy: &mut Vector3<f64>) {
    *dy = vector![
        77.27 * (y[1] + y[0] * (1.0 - 8.375e-6 * y[0] - y[1])),
        (y[2] - (1.0 + y[0]) * y[1]) / 77.27,
        0.161 * (y[0] - y[2]),
    ];
}

fn relative_error<const N: usize>(y: &nalgebra::SVector<f64, N>, reference: &nalgebra::SVector<f64, N>) -> f64 {
    (y - reference).component_div(reference).amax()
}

/// The references are those of the Test Set for IVP Solvers (release 2.4) for the Oregonator and Robertson's reaction, and
/// of Hairer & Wanner II, section IV.10, for van der Pol's equation with `ε = 10⁻⁶`.
fn solves_stiff_problems<S>(method: &S)
where
    S: Clone + StiffSolver,
{
    method.check(1e-5, 1e-2);
    method.check(1e-7, 1e-4);
}

/// The fields a stiff method is tried on.
trait StiffSolver {
    fn check(&self, rtol: f64, error: f64);
}

impl<T, const S: usize> StiffSolver for rheos::Rosenbrock<T, S>
where
    T: rheos::RosenbrockTable<S>,
{
    fn check(&self, rtol: f64, error: f64) {
        let pid = |atol| Pid::new(rtol, atol).first_step(1e-6);
        let method = self;

        let van_der_pol = ode(|_, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
            *dy = vector![y[1], ((1.0 - y[0] * y[0]) * y[1] - y[0]) / 1e-6];
        });
        let found = solve(&van_der_pol, vector![2.0, 0.0], 0.0..2.0, *method, pid(rtol)).unwrap();
        let reference = vector![1.706167732170483, -0.8928097010247975];
        assert!(relative_error(found.last(), &reference) < error, "{found:?}");

        let found = solve(&ode(robertson), vector![1.0, 0.0, 0.0], 0.0..1e11, *method, pid(1e-6 * rtol)).unwrap();
        let reference = vector![0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050];
        assert!(relative_error(found.last(), &reference) < error, "{found:?}");

        let found = solve(&ode(oregonator), vector![1.0, 2.0, 3.0], 0.0..360.0, *method, pid(rtol)).unwrap();
        let reference = vector![1.000814870318523, 1228.178521549917, 132.0554942846706];
        assert!(relative_error(found.last(), &reference) < error, "{found:?}");
    }
}
