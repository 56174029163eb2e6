//! Networks fitted to trajectories: a universal differential equation, and the pelts of hare and lynx.

use nalgebra::{Vector2, vector};
use rheos::fit::{Library, MultipleShooting, Segments, SparseModel, SparseRegression};
use rheos::formula::{Rows, Static};
use rheos::nn::{LayerField, Mlp, Net};
use rheos::train::{Adam, Cosine, Lbfgs, Trainer, uniform};
use rheos::{DiscreteAdjoint, Dopri5, Dynamics, Fixed, Ivp, Pid, Tsit5, formula, ode};

formula! {
    /// `x' = 1.3 x + u₁(x, y)`, `y' = −1.8 y + u₂(x, y)`.
    struct Universal<T> { unknown: Mlp<T, 2, 8, 2> }
    fn apply(&self, z: Rows<2>) -> Rows<2> {
        let (x, y) = (z.rows::<0, 1>(), z.rows::<1, 1>());
        (x * 1.3).concat::<1, 2>(y * -1.8) + self.unknown.apply(z)
    }
}

type Species = Vector2<f64>;
type Field<P> = LayerField<Net<P, Static<1>>>;

const START: Species = Species::new(0.442_492_96, 4.628_059_4);

fn known(z: &Species) -> Species {
    vector![1.3 * z[0], -1.8 * z[1]]
}

fn interaction(z: &Species) -> Species {
    z[0] * z[1] * vector![-0.9, 0.8]
}

/// The states with this interaction, every `step` up to `end`.
fn states(unknown: impl Fn(&Species) -> Species, end: f64, step: f64) -> Vec<Species> {
    let field = ode(|_t, z: &Species, dz: &mut Species| *dz = known(z) + unknown(z));
    let times: Vec<f64> = (0..=(end / step).round() as u32).map(|i| step * f64::from(i)).collect();
    let problem = Ivp::new(&field, START, 0.0..times[times.len() - 1]).save_at(&times);
    problem.solve(Dopri5, Pid::tolerance(1e-10)).unwrap().y
}

/// Trains in segments with a rising penalty, and then in one segment.
fn train(data: &[Species], weight_penalty: f64, iterations: u64, seed: u64) -> Field<Universal<f64>> {
    let times: Vec<f64> = (0..data.len()).map(|i| 0.1 * i as f64).collect();
    let shooting = MultipleShooting::new(&times, data, Tsit5, Fixed::step(0.05), DiscreteAdjoint::new());
    let mut shooting = shooting.segments(times.len() / 3).weight_penalty(weight_penalty);
    let net = Net::new(Universal { unknown: Mlp::uniform(&mut uniform(seed)) });
    let mut model = shooting.start_from_data(net.field()).unwrap();
    let trainer = Trainer::new(&mut model, &shooting, Adam::new(0.02)).epochs(300);
    trainer.schedule(|steps| Cosine::new(0.02, steps)).fit().unwrap();
    let lbfgs = Lbfgs::new().memory(100).tolerance(1e-9);
    for penalty in [1.0, 10.0, 100.0, 1e3, 1e4] {
        shooting = shooting.penalty(penalty);
        let method = lbfgs.max_iterations(500);
        method.minimise(&mut model, |model| shooting.value_and_gradient(model)).unwrap();
    }
    assert!(shooting.trajectory(&model).unwrap().largest_defect < 1e-3);
    let single = shooting.segments(1);
    let mut whole = single.start_from_segments(model).unwrap();
    let method = lbfgs.max_iterations(iterations);
    method.minimise(&mut whole, |whole| single.value_and_gradient(whole)).unwrap();
    whole.field
}

fn unknown(field: &Field<Universal<f64>>, z: &Species) -> Species {
    let mut dz = Species::zeros();
    field.eval(0.0, z, &mut dz);
    dz - known(z)
}

fn terms(field: &Field<Universal<f64>>, points: &[Species], degree: u32, threshold: f64, ridge: f64) -> SparseModel {
    let targets: Vec<Species> = points.iter().map(|z| unknown(field, z)).collect();
    let library = Library::monomials(&["x", "y"], degree);
    SparseRegression::new(threshold).ridge(ridge).fit(&library, points, &targets).unwrap()
}

fn assert_interaction(found: &SparseModel, tolerance: f64) {
    for (k, expected) in [-0.9, 0.8].into_iter().enumerate() {
        let terms: Vec<_> = found.terms(k).collect();
        assert!(terms.len() == 1 && terms[0].0 == "x y", "{found}");
        assert!((terms[0].1 / expected - 1.0).abs() < tolerance, "{found}");
    }
}

/// From 31 exact states. The largest error of each unknown term is below 1 % of its largest value on the trajectory, and so
/// is the L2 norm of the error. The sparse terms follow the truth over four periods after the data.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_unknown_interaction_is_recovered_within_one_percent() {
    let truth = states(interaction, 3.0, 0.01);
    for seed in [1, 2, 3] {
        let field = train(&states(interaction, 3.0, 0.1), 0.0, 10_000, seed);
        for k in 0..2 {
            let pairs = || truth.iter().map(|z| (unknown(&field, z)[k], interaction(z)[k]));
            let largest = pairs().map(|(_, u)| u.abs()).fold(0.0, f64::max);
            let error = pairs().map(|(found, u)| (found - u).abs()).fold(0.0, f64::max);
            assert!(error < 0.01 * largest, "seed {seed}, u{k}: {error} of {largest}");
            let squares = pairs().map(|(found, u)| (found - u).powi(2)).sum::<f64>();
            let relative = (squares / pairs().map(|(_, u)| u * u).sum::<f64>()).sqrt();
            assert!(relative < 0.005, "seed {seed}, u{k}: {relative}");
        }
        for (degree, threshold, ridge) in [(2, 0.1, 0.0), (2, 0.3, 1e-2), (3, 0.1, 1e-4)] {
            let found = terms(&field, &truth, degree, threshold, ridge);
            assert_interaction(&found, 0.01);
            let end = 3.0 + 4.0 * 5.468;
            let sparse = states(|z| Species::from_vec(found.values(z.as_slice())), end, 0.1);
            let errors = sparse.iter().zip(states(interaction, end, 0.1)).map(|(a, b)| (a - b).amax());
            // The prey rises to 8.9.
            assert!(errors.fold(0.0, f64::max) < 0.01 * 8.9);
        }
    }
}

/// With normal noise of 5 % of the mean of each species, over two periods.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn noisy_states_of_two_periods_have_the_same_terms() {
    let mut data = states(interaction, 12.0, 0.1);
    let mean = data.iter().sum::<Species>() / data.len() as f64;
    let mut number = uniform(101);
    let mut normal = |size: f64| size * ((0..12).map(|_| number()).sum::<f64>() - 6.0);
    data.iter_mut().for_each(|z| *z += 0.05 * mean.map(&mut normal));
    let field = train(&data, 1e-5, 500, 1);
    assert_interaction(&terms(&field, &states(interaction, 12.0, 0.01), 2, 0.3, 1e-2), 0.05);
}

/// Seventy years of hare and lynx. Single shooting ends near the mean, whose loss is 1; multiple shooting does not.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn multiple_shooting_cures_a_flat_fit() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/hare_lynx_1845_1935.csv");
    let rows: Vec<(f64, f64, f64)> = csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect();
    let times: Vec<f64> = rows[..70].iter().map(|row| row.0).collect();
    let data: Vec<Species> = rows[..70].iter().map(|row| vector![row.1.ln(), row.2.ln()]).collect();
    let mean = data.iter().sum::<Species>() / 70.0;
    let variance = data.iter().map(|y| (y - mean).map(|d| d * d)).sum::<Species>() / 70.0;
    let data: Vec<Species> = data.iter().map(|y| (y - mean).component_div(&variance.map(f64::sqrt))).collect();

    let shooting = MultipleShooting::new(&times, &data, Tsit5, Fixed::step(0.5), DiscreteAdjoint::new());
    let shooting = shooting.weight_penalty(0.03);
    let lbfgs = Lbfgs::new().memory(50).max_iterations(500);
    let net = || Net::<Mlp<f64, 2, 8, 2>, Static<1>>::new(Mlp::uniform(&mut uniform(1))).field();
    let single = shooting.segments(1);
    let fit_whole = |mut whole: Segments<Field<Mlp<f64, 2, 8, 2>>>| {
        lbfgs.minimise(&mut whole, |whole| single.value_and_gradient(whole)).unwrap();
        single.trajectory(&whole).unwrap().loss
    };
    let flat = fit_whole(single.start_from_data(net()).unwrap());
    let mut cut = shooting.segments(24);
    let mut model = cut.start_from_data(net()).unwrap();
    for penalty in [0.1, 1.0, 10.0, 100.0, 1000.0] {
        cut = cut.penalty(penalty);
        lbfgs.minimise(&mut model, |model| cut.value_and_gradient(model)).unwrap();
    }
    let cured = fit_whole(single.start_from_segments(model).unwrap());
    assert!(flat > 0.85 && cured < 0.55, "{flat} {cured}");
}
