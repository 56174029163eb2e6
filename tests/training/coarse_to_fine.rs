//! Multi-level training of models of every kind, with weights that are known.

use rheos::dynamics::PiecewiseLinear;
use rheos::formula;
use rheos::formula::{Rows, Structure, Weight};
use rheos::nn::{Driven, Feedforward, LayerField, Linear, Mlp, Net, OdeBlock, Refine, Sequence};
use rheos::train::{
    Adam, Cosine, CrossEntropy, Level, MultiLevel, SequenceData, SquaredError, Trainer, VectorData, uniform,
};
use rheos::{DiscreteAdjoint, Euler, Fixed, Parametric, Rk4, State};

formula! {
    /// `a h + b x`.
    struct Relaxation<T> { decay: Weight<T, 1, 1>, drive: Weight<T, 1, 1> }
    fn apply(&self, h: Rows<1>, x: Rows<1>) -> Rows<1> {
        &self.decay * h + &self.drive * x
    }
}

/// `dh/dt = a h + b x`.
fn relaxation(a: f64, b: f64) -> Driven<Net<Relaxation<f64>>> {
    let mut entries = [a, b].into_iter();
    Net::dynamic(Relaxation::draw(&mut || entries.next().unwrap())).driven()
}

/// The readout `h`, with weights that are trained too.
fn identity() -> Net<Linear<f64, 1, 1>> {
    let mut entries = [1.0, 0.0].into_iter();
    Net::dynamic(Linear::draw(&mut || entries.next().unwrap()))
}

const DECAY: f64 = -0.4;
const DRIVE: f64 = 0.7;
const STEPS: usize = 8;

/// Constant inputs over 8 units of time, with the solutions of `dh/dt = −0.4 h + 0.7 x` from 0 as targets of each step.
fn relaxations() -> SequenceData<1, Vec<[f64; 1]>> {
    let inputs: Vec<f64> = (1..=6).map(|i| 0.5 * f64::from(i) - 2.0).collect();
    let at = |x: f64, t: usize| [DRIVE * x / -DECAY * (1.0 - (DECAY * t as f64).exp())];
    let targets = inputs.iter().map(|&x| (1..=STEPS).map(|t| at(x, t)).collect()).collect();
    SequenceData::new(inputs.iter().map(|&x| vec![[x]; STEPS]).collect(), targets).unwrap()
}

/// A flow with constant inputs has the same solution at every sampling, so the coarsest one finds the weights: every fourth
/// observation, a gap of 4. The finest sampling only confirms them.
#[test]
fn a_flow_is_trained_on_finer_and_finer_sampling() {
    let data = relaxations();
    // Steps of 0.5, whatever the gap.
    let block = OdeBlock::new(relaxation(-0.1, 0.2), Rk4, Fixed::step(0.5), DiscreteAdjoint::new());
    let mut model = Sequence { block, readout: identity() };
    let mut seen = Vec::new();
    let levels = MultiLevel::sampled(&mut model, Adam::new(0.05)).level(2, 400).level(4, 200).level(8, 200);
    let report = levels.train(|level: Level, model, adam| {
        let sampled = data.clone().every(level.stride)?;
        seen.push((level.stride, sampled.targets()[0].len(), sampled == data));
        let objective = sampled.objective(SquaredError);
        let trainer = Trainer::new(model, &objective, adam).epochs(level.epochs);
        trainer.schedule(|steps| Cosine::new(0.05, steps)).fit_with_optimiser()
    });
    let report = report.unwrap();
    // The last level is the whole data.
    assert_eq!(seen, [(4, 2, false), (2, 4, false), (1, 8, true)]);
    let loss = |level: usize, epoch: usize| report.levels[level].training.epochs[epoch].loss;
    assert!(loss(0, 0) > 0.1, "{}", loss(0, 0));
    // The coarse weights fit observations that were not seen. RK4 with these steps has errors of 1e-5, so the loss is left to the
    // optimiser.
    assert!(loss(1, 0) < 1e-4 && loss(2, 199) < 1e-6, "{} {}", loss(1, 0), loss(2, 199));
    // The decay, and the drive in units of the readout.
    let [decay, drive, weight, bias] = model.params().coordinates()[..] else { panic!() };
    let gain = drive * weight;
    assert!((decay - DECAY).abs() < 1e-2 && (gain - DRIVE).abs() < 1e-2 && bias.abs() < 1e-2, "{decay} {gain} {bias}");
}

/// Euler steps within every gap: `h → (1 + a / n)ⁿ h` over a unit of time in `n` steps. At each level the weight fits the
/// decay over one gap, `(1 + a / n)ⁿ = e^−0.4`, and the other weights fit the drive.
#[test]
fn a_flow_of_sequences_is_refined_in_its_steps() {
    let data = relaxations();
    let objective = data.objective(SquaredError);
    let block = OdeBlock::new(relaxation(-0.1, 0.2), Euler, Fixed::steps(1), DiscreteAdjoint::new());
    let mut model = Sequence { block, readout: identity() };
    let mut decays = Vec::new();
    let levels = MultiLevel::new(&mut model, Adam::new(0.05)).level(1, 400).level(2, 300).level(4, 300);
    let report = levels.train(|level, model, adam| {
        assert_eq!(model.block.control, Fixed::steps(level.resolution));
        let trainer = Trainer::new(model, &objective, adam).epochs(level.epochs);
        let trained = trainer.schedule(|steps| Cosine::new(0.05, steps)).fit_with_optimiser()?;
        decays.push(model.params().coordinates()[0]);
        Ok(trained)
    });
    let report = report.unwrap();
    for (level, &decay) in decays.iter().enumerate() {
        let steps = f64::from(1 << level);
        let exact = steps * ((DECAY / steps).exp() - 1.0);
        // The loss is quadratic, and below 1e-6.
        assert!((decay - exact).abs() < 1e-3, "{steps} steps: {decay} {exact}");
        let loss = report.levels[level].training.epochs.last().unwrap().loss;
        assert!(loss < 1e-6, "{steps} steps: {loss}");
    }
    // The order of Euler's method: half the step, half the distance from the true weight.
    let distances: Vec<f64> = decays.iter().map(|decay| decay - DECAY).collect();
    for pair in distances.windows(2) {
        assert!((0.45..0.6).contains(&(pair[1] / pair[0])), "{distances:?}");
    }
}

/// Is a point inside a disc? A neural ODE with weights that vary with time, interpolated between nodes. A refinement adds nodes
/// between them, and keeps the weights at all times.
#[test]
fn interpolated_weights_get_more_nodes() {
    type Field = LayerField<Net<Mlp<f64, 3, 6, 3>>>;
    let mut draw = uniform(3);
    let points: Vec<[f64; 2]> = (0..120).map(|_| [2.0 * draw() - 1.0, 2.0 * draw() - 1.0]).collect();
    let inside = points.iter().map(|[x, y]| usize::from(x.hypot(*y) < 0.8)).collect();
    let data = VectorData::new(points, inside).unwrap();
    let objective = data.objective(CrossEntropy::new(2));
    let nodes: Vec<Field> = (0..3).map(|_| Net::dynamic(Mlp::uniform(&mut draw)).field()).collect();
    let field = PiecewiseLinear::new(nodes, 0.0..2.0).unwrap();
    let block = OdeBlock::new(field, Rk4, Fixed::steps(1), DiscreteAdjoint::new());
    let (encoder, readout) = (Linear::<f64, 2, 3>::uniform(&mut draw), Linear::<f64, 3, 2>::uniform(&mut draw));
    let mut model = Feedforward::new(Net::dynamic(encoder), block, Net::dynamic(readout)).depth(2.0);

    let mut middles = Vec::new();
    let levels = MultiLevel::new(&mut model, Adam::new(0.02)).level(2, 60).level(4, 30).level(8, 30);
    let report = levels.train(|level, model, adam| {
        let field = &model.block.field;
        let intervals = field.knots().len() - 1;
        assert_eq!((intervals, field.nodes().len()), (level.resolution, level.resolution + 1));
        // Every interval has its step.
        assert_eq!((model.resolution()?, model.block.control), (intervals, Fixed::steps(1)));
        middles.push(field.at(0.625).params().coordinates());
        let trainer = Trainer::new(model, &objective, adam).epochs(level.epochs).batch_size(30);
        let trained = trainer.schedule(|steps| Cosine::new(0.02, steps)).fit_with_optimiser()?;
        middles.push(model.block.field.at(0.625).params().coordinates());
        Ok(trained)
    });
    let report = report.unwrap();
    // The weights at a time change by training, and not by refinement; means of means round.
    for level in 1..3 {
        let [before, after] = [&middles[2 * level - 1], &middles[2 * level]];
        assert!(before.iter().zip(after).all(|(before, after)| (before - after).abs() < 1e-15));
        assert_ne!(after, &middles[2 * level + 1]);
    }
    let losses: Vec<f64> = report.epochs().map(|epoch| epoch.loss).collect();
    // The logarithm of 2 is the loss of a guess. The first loss after a refinement is a mean over an epoch at a large rate.
    assert!(losses[0] > 0.5 && losses[119] < 0.2, "{losses:?}");
    assert!(losses[60] < 0.6 * losses[0] && losses[90] < 0.6 * losses[0], "{losses:?}");
    assert!(data.error_rate(&model).unwrap() < 0.1);
    // The nodes between others are trained: the weights are not on the lines of the coarser level.
    let [first, middle, last] = [0, 1, 2].map(|node| model.block.field.nodes()[node].coordinates());
    let bends = middle.iter().zip(first.iter().zip(&last)).map(|(b, (a, c))| (b - f64::midpoint(*a, *c)).abs());
    assert!(bends.fold(0.0, f64::max) > 1e-3);
}
