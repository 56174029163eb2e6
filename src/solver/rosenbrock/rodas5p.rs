//! Steinebach's pair of orders 5 and 4.
//!
//! G. Steinebach, *Construction of Rosenbrock–Wanner method Rodas5P and numerical benchmarks within the Julia Differential
//! Equations package*, BIT 63 (2023), doi:10.1007/s10543-023-00967-x, interpolant included.

use super::table::last;
use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::lower_triangle;

/// The table of [`Rodas5P`](type@Rodas5P).
#[derive(Debug, Clone, Copy)]
pub struct Rodas5PTable;

/// Steinebach's Rodas5P: order 5 with an embedded solution of order 4, 8 stages, dense output of order 4.
///
/// The method is L-stable; both solutions are stiffly accurate, with `R(∞) = 0`. It nearly keeps its order on parabolic
/// problems, and improves on the method Rodas5 of Di Marzo, whose error estimate is blind to pure quadrature.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::{Pid, Rodas5P, solve};
///
/// let (f, y0) = VanDerPol::problem(1000.0);
/// let solution = solve(&f, y0, 0.0..2000.0, Rodas5P, Pid::tolerance(1e-6))?;
/// assert!(solution.stats.accepted < 1000);
/// # Ok::<(), rheos::Error>(())
/// ```
pub type Rodas5P = Rosenbrock<Rodas5PTable, 8>;
/// The method [`Rodas5P`](type@Rodas5P) as a value.
pub const Rodas5P: Rodas5P = Rosenbrock::new();

const _: () = check_rosenbrock::<Rodas5PTable, 8>();

const A6: [f64; 5] =
    [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946];

/// The paper gives the interpolant as `θ (m + (1 − θ) (h₂ + θ (h₃ + θ h₄)))`.
#[rustfmt::skip]
const INTERPOLANT: [[f64; 8]; 3] = [
    [
        25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204,
        0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493,
    ],
    [
        -9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796,
        20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372,
    ],
    [
        11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643,
        -52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722,
    ],
];

/// `h₃ + θ h₄ = (h₃ + h₄) − (1 − θ) h₄`.
const fn nested() -> [[f64; 8]; 4] {
    let [h2, mut h3, mut h4] = INTERPOLANT;
    let mut i = 0;
    while i < 8 {
        h3[i] += h4[i];
        h4[i] = -h4[i];
        i += 1;
    }
    [Rodas5PTable::M, h2, h3, h4]
}

#[rustfmt::skip]
impl RosenbrockTable<8> for Rodas5PTable {
    const NAME: &'static str = "Rodas5P";
    const ORDER: u32 = 5;
    const EMBEDDED_ORDER: u32 = 4;
    const GAMMA: f64 = 0.21193756319429014;
    const A: [[f64; 8]; 8] = lower_triangle([
        &[],
        &[3.0],
        &[2.849394379747939, 0.45842242204463923],
        &[-6.954028509809101, 2.489845061869568, -10.358996098473584],
        &[2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
        &A6,
        &[A6[0], A6[1], A6[2], A6[3], A6[4], 1.0],
        &[A6[0], A6[1], A6[2], A6[3], A6[4], 1.0, 1.0],
    ]);
    const C: [[f64; 8]; 8] = lower_triangle([
        &[],
        &[-14.155112264123755],
        &[-17.97296035885952, -2.859693295451294],
        &[147.12150275711716, -1.41221402718213, 71.68940251302358],
        &[165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
        &[24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
        &[
            30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
            -28.087943162872662,
        ],
        &[
            37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
            -54.66780262877968, -9.48861652309627,
        ],
    ]);
    const NODES: [f64; 8] =
        [0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0];
    const TIME: [f64; 8] = [
        0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069,
        0.0, 0.0, 0.0,
    ];
    const M: [f64; 8] = [A6[0], A6[1], A6[2], A6[3], A6[4], 1.0, 1.0, 1.0];
    const E: [f64; 8] = last();
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<8> = Interpolant::nested(nested());
}
