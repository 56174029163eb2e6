//! Multi-level training: its levels, the memory of the optimiser, its failures.

use nalgebra::vector;
use rheos::formula::{Static, Structure};
use rheos::nn::{Block, LayerField, Linear, Net, OdeBlock, Refine, ResidualStack};
use rheos::train::{
    Adam, AdamW, Cosine, Ended, Lion, MiniBatch, MultiLevel, Optimiser, OptimiserMemory, RAdam, Sgd, Trained, Trainer,
    Training, objective,
};
use rheos::{DiscreteAdjoint, Error, Euler, Fixed, Parametric, Result, State};

type Field = LayerField<Net<Linear<f64, 1, 1>, Static<1>>>;
type Stack = ResidualStack<Field>;

/// `f(z) = a z + b`, as a field.
fn line(a: f64, b: f64) -> Field {
    let mut entries = [a, b].into_iter();
    Net::new(Linear::draw(&mut || entries.next().unwrap())).field()
}

/// The map from −1 and 1 to −0.5 and 2, as a loss of a block.
fn loss<B: Block<Input = (), Hidden = nalgebra::SMatrix<f64, 1, 1>>>(model: &B) -> Result<(f64, B::Params)> {
    let (mut value, mut gradient) = (0.0, model.params().zeros_like());
    for (start, target) in [(-1.0, -0.5), (1.0, 2.0)] {
        let (end, record) = model.forward(&(), &vector![start], 1.0.into())?;
        value += (end[0] - target).powi(2);
        model.backward(record, vector![2.0 * (end[0] - target)], &mut gradient)?;
    }
    Ok((value, gradient))
}

/// The loss of each model is solved exactly at each level, and prolongation changes it by the error of the step only.
#[test]
fn a_stack_is_trained_from_coarse_to_fine() {
    let mut stack = ResidualStack::new(vec![line(0.1, 0.0); 2], 0.5).unwrap();
    let data = objective(1, |model: &Stack, _: MiniBatch<'_>| loss(model));
    let mut seen = Vec::new();
    let levels = MultiLevel::new(&mut stack, Adam::new(0.1)).level(2, 400).level(4, 300).level(8, 300);
    let report = levels
        .train(|level, model, adam| {
            seen.push((level.index, level.resolution, level.epochs, level.stride, model.blocks().len()));
            assert_eq!(adam, Adam::new(0.1), "the optimiser is new at every level");
            let trainer = Trainer::new(model, &data, adam).epochs(level.epochs);
            trainer.schedule(|steps| Cosine::new(0.1, steps)).fit_with_optimiser()
        })
        .unwrap();
    assert_eq!(seen, [(0, 2, 400, 4, 2), (1, 4, 300, 2, 4), (2, 8, 300, 1, 8)]);
    assert_eq!((stack.blocks().len(), stack.step()), (8, 0.125));
    let end = loss(&stack).unwrap().0;
    assert!(end < 1e-9, "{end}");
    for (level, expected) in report.levels.iter().zip([400, 300, 300]) {
        let Training { epochs, ended, .. } = &level.training;
        assert_eq!((epochs.len(), *ended), (expected, Ended::Epochs));
        // The learning rate goes its whole way at every level.
        assert_eq!(epochs[0].learning_rate, 0.1);
        assert!(epochs[expected - 1].learning_rate < 1e-3);
    }
    assert_eq!(report.epochs().count(), 1000);
    assert_eq!(report.seconds(), report.epochs().map(|epoch| epoch.seconds).sum::<f64>());
    // The loss after a prolongation: between the end of the level before, and the loss of the untrained stack.
    assert!(report.levels[1].training.epochs[0].loss < 0.02 * report.levels[0].training.epochs[0].loss);
}

/// A neural ODE with the same weights at all times: only the step is refined, and the gradient stays.
#[test]
fn a_neural_ode_is_refined_in_its_steps() {
    let mut block = OdeBlock::new(line(0.1, 0.0), Euler, Fixed::steps(3), DiscreteAdjoint::new());
    assert_eq!(block.coarsened().err(), Some(odd_steps()));
    let gradient = block.params();
    assert_eq!(block.refined_gradient(&gradient).unwrap(), gradient);
    let data = objective(1, |model: &OdeBlock<Field, _, _, _>, _: MiniBatch<'_>| loss(model));
    let levels = MultiLevel::new(&mut block, Adam::new(0.1)).level(3, 400).level(6, 400);
    levels
        .train(|level, model, adam| {
            let trainer = Trainer::new(model, &data, adam).epochs(level.epochs);
            trainer.schedule(|steps| Cosine::new(0.1, steps)).fit_with_optimiser()
        })
        .unwrap();
    assert_eq!(block.control, Fixed::steps(6));
    // z(1) = (1 + a / 6)⁶ z + …, which is 1.25 z + 0.75.
    let [a, _] = block.params().coordinates()[..] else { panic!() };
    assert!(((1.0 + a / 6.0).powi(6) - 1.25).abs() < 1e-5, "{a}");

    let by_length = OdeBlock { control: Fixed::step(0.1), ..block };
    let refused = by_length.resolution().unwrap_err();
    assert!(matches!(refused, Error::InvalidArgument { name: "control", .. }), "{refused}");
}

fn odd_steps() -> Error {
    Error::InvalidArgument { name: "steps", value: 3.0, expected: "even and not 0" }
}

/// Trains one level by three steps along this gradient for each parameter.
fn along<O: Optimiser>(model: &mut Stack, mut optimiser: O, slopes: &[f64]) -> Trained<O> {
    let mut gradient = model.params();
    gradient.read_coordinates(slopes).unwrap();
    for _ in 0..3 {
        optimiser.step(model, &gradient).unwrap();
    }
    Trained { training: Training { epochs: vec![], best: None, ended: Ended::Epochs }, optimiser }
}

/// With a prolonged memory, training on twice the blocks along half the gradient goes on as it would without refinement: the
/// updates of both copies equal the update of the block. For Adam and its kind this holds up to the term `ε`, and for plain
/// gradient descent the update is half.
#[test]
fn a_prolonged_memory_goes_on() {
    fn check<O: Optimiser + std::fmt::Debug>(optimiser: &O, share: f64) {
        let stack = || ResidualStack::new(vec![line(0.1, 0.2), line(0.3, 0.4)], 0.5).unwrap();
        let slopes = [1.0, -2.0, 0.5, 3.0];
        let halves = [0.5, -1.0, 0.5, -1.0, 0.25, 1.5, 0.25, 1.5];
        // Without refinement.
        let mut plain = stack();
        let trained = along(&mut plain, optimiser.clone(), &slopes);
        let between = plain.params().coordinates();
        along(&mut plain, trained.optimiser, &slopes);
        // With refinement.
        let mut model = stack();
        let levels = MultiLevel::new(&mut model, optimiser.clone()).level(2, 1).level(4, 1);
        let train = |level: rheos::train::Level, model: &mut Stack, optimiser: O| {
            Ok(along(model, optimiser, if level.index == 0 { &slopes } else { &halves }))
        };
        levels.memory(OptimiserMemory::Prolonged).train(train).unwrap();
        let (plain, fine) = (plain.params().coordinates(), model.params().coordinates());
        for (k, found) in fine.into_iter().enumerate() {
            let coarse = [0, 1, 0, 1, 2, 3, 2, 3][k];
            let expected = between[coarse] + share * (plain[coarse] - between[coarse]);
            assert!((found - expected).abs() < 1e-8, "{optimiser:?}, parameter {k}: {found} {expected}");
        }
    }
    check(&Adam::new(0.1), 1.0);
    // Without rectification.
    check(&RAdam::new(0.1).betas(0.9, 0.0), 0.5);
    check(&AdamW::new(0.1).weight_decay(0.0), 1.0);
    check(&Lion::new(0.1), 1.0);
    check(&Sgd::new(0.1).momentum(0.9), 0.5);
    check(&Sgd::new(0.1), 0.5);
}

/// The schedule of a level ends at a small rate; the next begins at the rate of the optimiser.
#[test]
fn every_level_begins_at_the_learning_rate_of_the_optimiser() {
    for memory in [OptimiserMemory::Reset, OptimiserMemory::Prolonged] {
        let mut stack = ResidualStack::new(vec![line(0.1, 0.0); 2], 0.5).unwrap();
        let levels = MultiLevel::new(&mut stack, Adam::new(0.1)).level(2, 1).level(4, 1).memory(memory);
        let mut rates = Vec::new();
        let train = |_, model: &mut Stack, mut adam: Adam| {
            rates.push(adam.learning_rate());
            adam.set_learning_rate(1e-6);
            let slopes = vec![1.0; 2 * model.blocks().len()];
            Ok(along(model, adam, &slopes))
        };
        levels.train(train).unwrap();
        assert_eq!(rates, [0.1, 0.1], "{memory:?}");
    }
}

#[test]
fn bad_levels_are_refused() {
    let refused = |list: &[(usize, usize)]| {
        let mut stack = ResidualStack::new(vec![line(0.1, 0.0); 2], 0.5).unwrap();
        let mut levels = MultiLevel::new(&mut stack, Adam::new(0.1));
        for &(resolution, epochs) in list {
            levels = levels.level(resolution, epochs);
        }
        let failure = levels.train(|_, _, _| unreachable!("the levels are checked first")).unwrap_err();
        assert_eq!((failure.level, failure.levels.len(), stack.blocks().len()), (0, 0, 2));
        assert!(failure.to_string().starts_with("multi-level training failed before level 0: "), "{failure}");
        Error::from(failure)
    };
    assert_eq!(refused(&[]), Error::InvalidArgument { name: "levels", value: 0.0, expected: "at least 1" });
    let entry = |name, index, value, expected| Error::InvalidEntry { name, index, value, expected };
    let of_model = "the resolution of the model at the first level";
    assert_eq!(refused(&[(4, 1), (8, 1)]), entry("levels", 0, 4.0, of_model));
    let double = "twice the resolution of the level before";
    assert_eq!(refused(&[(2, 1), (6, 1)]), entry("levels", 1, 6.0, double));
    assert_eq!(refused(&[(2, 1), (4, 1), (4, 1)]), entry("levels", 2, 4.0, double));
    assert_eq!(refused(&[(2, 1), (4, 0)]), entry("epochs", 1, 0.0, "at least 1"));
    assert_eq!(refused(&[(0, 1)]), entry("levels", 0, 0.0, "a resolution of at least 1"));
}

#[test]
fn a_failed_level_keeps_the_levels_before() {
    let mut stack = ResidualStack::new(vec![line(0.1, 0.0); 2], 0.5).unwrap();
    let data = objective(1, |model: &Stack, _: MiniBatch<'_>| {
        let (value, gradient) = loss(model)?;
        Ok((if model.blocks().len() > 2 { f64::NAN } else { value }, gradient))
    });
    let levels = MultiLevel::new(&mut stack, Adam::new(0.1)).level(2, 3).level(4, 3);
    let train = |level: rheos::train::Level, model: &mut Stack, adam| {
        Trainer::new(model, &data, adam).epochs(level.epochs).fit_with_optimiser()
    };
    let failure = levels.train(train).unwrap_err();
    assert_eq!((failure.level, failure.levels[0].training.epochs.len(), failure.failure.epoch), (1, 3, 1));
    assert!(failure.to_string().starts_with("multi-level training failed at level 1: training failed in epoch 1"));
    assert!(matches!(Error::from(failure), Error::NonFiniteLoss { .. }));
    // The refined model has the parameters of the last good step.
    assert!(stack.blocks().len() == 4 && stack.params().all_finite());
}

/// As if both levels had the same checkpoint file, and parameters of the same shape.
#[test]
fn a_level_that_repeats_the_level_before_is_refused() {
    let mut stack = ResidualStack::new(vec![line(0.1, 0.0); 2], 0.5).unwrap();
    let data = objective(1, |model: &Stack, _: MiniBatch<'_>| loss(model));
    let mut of_file = None;
    let levels = MultiLevel::sampled(&mut stack, Adam::new(0.1)).level(1, 3).level(2, 3);
    let failure = levels.train(|level, model, adam| match of_file.clone() {
        Some(trained) => Ok(trained),
        None => Ok(of_file.insert(Trainer::new(model, &data, adam).epochs(level.epochs).fit_with_optimiser()?).clone()),
    });
    let failure = failure.unwrap_err();
    assert_eq!((failure.level, failure.levels.len()), (1, 1));
    let expected = "trained by itself: give each level a checkpoint file of its own";
    assert_eq!(failure.failure.error, Error::InvalidEntry { name: "levels", index: 1, value: 2.0, expected });
}

/// A user's model whose refinement does nothing.
#[test]
fn a_refinement_that_does_not_double_is_refused() {
    #[derive(Clone)]
    struct Stubborn(f64);
    impl Parametric for Stubborn {
        type Params = f64;
        fn params(&self) -> f64 {
            self.0
        }
        fn set_params(&mut self, params: &f64) {
            self.0 = *params;
        }
    }
    impl Refine for Stubborn {
        fn resolution(&self) -> Result<usize> {
            Ok(5)
        }
        fn refined(&self) -> Result<Self> {
            Ok(self.clone())
        }
        fn coarsened(&self) -> Result<Self> {
            Ok(self.clone())
        }
        fn refined_gradient(&self, gradient: &f64) -> Result<f64> {
            Ok(*gradient)
        }
    }
    let mut model = Stubborn(1.0);
    let levels = MultiLevel::new(&mut model, Sgd::new(0.1)).level(5, 1).level(10, 1);
    let training = || Training { epochs: vec![], best: None, ended: Ended::Epochs };
    let failure = levels.train(|_, _, optimiser| Ok(Trained { training: training(), optimiser })).unwrap_err();
    assert_eq!((failure.level, failure.levels.len()), (1, 1));
    let expected = "twice the resolution after a refinement";
    assert_eq!(failure.failure.error, Error::InvalidArgument { name: "model", value: 5.0, expected });
}
