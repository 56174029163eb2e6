//! The published error estimate of ROS3P: both solutions of the pair have one stability function.

use rheos::solver::Interpolant;
use rheos::solver::rosenbrock::RosenbrockTable;

struct Published;

const G: f64 = 0.788_675_134_594_812_9;
const A: f64 = 1.267_949_192_431_122_7;

impl RosenbrockTable<3> for Published {
    const NAME: &'static str = "ROS3P";
    const ORDER: u32 = 3;
    const EMBEDDED_ORDER: u32 = 2;
    const GAMMA: f64 = G;
    const A: [[f64; 3]; 3] = [[0.0; 3], [A, 0.0, 0.0], [A, 0.0, 0.0]];
    const C: [[f64; 3]; 3] =
        [[0.0; 3], [-1.607_695_154_586_736_2, 0.0, 0.0], [-3.464_101_615_137_754_6, -1.732_050_807_568_877_3, 0.0]];
    const NODES: [f64; 3] = [0.0, 1.0, 1.0];
    const TIME: [f64; 3] = [G, G - 1.0, 0.5 - 2.0 * G];
    const M: [f64; 3] = [2.0, 0.577_350_269_189_625_8, 0.422_649_730_810_374_2];
    const E: [f64; 3] = [-0.113_248_654_051_871_18, -0.422_649_730_810_374_2, 0.0];
    const DENSE_ORDER: u32 = 1;
    const DENSE: Interpolant<3> = Interpolant::linear(Self::M);
}

const _: () = rheos::solver::rosenbrock::check_rosenbrock::<Published, 3>();

fn main() {}
