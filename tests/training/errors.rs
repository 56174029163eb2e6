//! Bad settings and bad data, each with an error that names it.

use rheos::train::{Adam, Cosine, CrossEntropy, MiniBatch, Objective, OnPlateau, SequenceData, SquaredError, Trainer};
use rheos::{Error, Parametric, State};

use crate::problem::{data, model};

/// The name and the value of an invalid argument.
fn invalid(error: &Error) -> (&'static str, f64) {
    match error {
        Error::InvalidArgument { name, value, .. } => (name, *value),
        other => panic!("{other}"),
    }
}

#[test]
fn settings_outside_their_domain_are_refused() {
    let data = data(4).unwrap();
    let train = data.objective(CrossEntropy::new(2));
    macro_rules! refused {
        ($rate:expr $(, $setting:ident($($value:expr),*))*) => {{
            let mut model = model();
            let before = model.params().coordinates();
            let failure = Trainer::new(&mut model, &train, Adam::new($rate))$(.$setting($($value),*))*.fit().unwrap_err();
            assert_eq!(model.params().coordinates(), before);
            assert!(failure.epochs.is_empty());
            failure.error
        }};
    }
    assert_eq!(invalid(&refused!(0.1, batch_size(0))), ("batch_size", 0.0));
    assert_eq!(invalid(&refused!(0.1, epochs(0))), ("epochs", 0.0));
    assert_eq!(invalid(&refused!(-0.1)), ("learning_rate", -0.1));
    assert_eq!(invalid(&refused!(f64::NAN)).0, "learning_rate");
    assert_eq!(invalid(&refused!(f64::NAN, skip_non_finite())).0, "learning_rate");
    assert_eq!(invalid(&refused!(0.1, clip_norm(0.0))), ("clip_norm", 0.0));
    assert_eq!(invalid(&refused!(0.1, clip_norm(f64::NAN))).0, "clip_norm");
    assert_eq!(invalid(&refused!(0.1, early_stopping(3))), ("early_stopping", 3.0));
    // It would never decay.
    assert_eq!(invalid(&refused!(0.1, schedule(|_| OnPlateau::new(0.2)))), ("schedule", 0.2));
    assert_eq!(invalid(&refused!(0.1, schedule(|_| Cosine::new(0.1, 0)))).0, "steps");
    assert_eq!(invalid(&refused!(0.1, schedule(|_| -1.0))), ("rate", -1.0));
    let nan =
        Trainer::new(&mut model(), &train, Adam::new(0.1)).validation_by(|_| Ok(f64::NAN)).fit().unwrap_err().error;
    assert!(matches!(nan, Error::NonFiniteLoss { .. }), "{nan}");
}

#[test]
fn an_empty_data_set_is_refused() {
    let empty = SequenceData::<1, usize>::new(Vec::new(), Vec::new()).unwrap();
    let train = empty.objective(CrossEntropy::new(2));
    let failure = Trainer::new(&mut model(), &train, Adam::new(0.1)).fit().unwrap_err();
    assert_eq!(invalid(&failure.error), ("samples", 0.0));
    let (data, empty) = (data(4).unwrap(), empty);
    let (train, valid) = (data.objective(CrossEntropy::new(2)), empty.objective(CrossEntropy::new(2)));
    let failure = Trainer::new(&mut model(), &train, Adam::new(0.1)).validation(&valid).fit().unwrap_err();
    assert_eq!(invalid(&failure.error), ("samples", 0.0));
    assert_eq!(invalid(&data.predict::<_, _, 2>(&model(), 0).unwrap_err()), ("batch_size", 0.0));
}

#[test]
fn a_label_out_of_range_is_refused() {
    let data = SequenceData::new(vec![vec![[1.0]], vec![[2.0]], vec![[3.0]]], vec![0, 2, 1]).unwrap();
    let train = data.objective(CrossEntropy::new(2));
    let failure = Trainer::new(&mut model(), &train, Adam::new(0.1)).fit().unwrap_err();
    match failure.error {
        Error::InvalidLabel { sample: 1, label: 2, classes: 2, .. } => {}
        other => panic!("{other}"),
    }
    // The loss without a gradient, and the error rate, name the same sequence.
    let expected = Error::InvalidLabel { output: 0, sample: 1, label: 2, classes: 2 };
    assert_eq!(train.loss(&model(), MiniBatch { samples: &[2, 1], seed: 0 }), Err(expected.clone()));
    assert_eq!(data.error_rate(&model()), Err(expected));
}

/// Scores of NaN have no largest one.
#[test]
fn an_output_that_is_not_finite_is_refused() {
    let data = SequenceData::new(vec![vec![[0.0]], vec![[1.0]]], vec![1, 1]).unwrap();
    let mut model = model();
    let mut params = model.params().zeros_like();
    params.1.bias[1] = f64::NAN;
    model.set_params(&params);
    assert!(matches!(data.error_rate(&model), Err(Error::InvalidEntry { name: "outputs", .. })));
    assert!(matches!(data.predict::<_, _, 2>(&model, 1), Err(Error::InvalidEntry { name: "outputs", .. })));
}

/// A class is read after the last observation.
#[test]
fn a_first_output_needs_targets_for_every_step() {
    let data = data(4).unwrap().outputs_from(3);
    let refused = data.objective(CrossEntropy::new(2)).loss(&model(), MiniBatch { samples: &[0], seed: 0 });
    assert_eq!(invalid(&refused.unwrap_err()), ("outputs_from", 3.0));
}

#[test]
fn data_that_do_not_fit_are_refused() {
    let series = || vec![vec![[1.0], [2.0]], vec![[3.0]]];
    let new = SequenceData::<1, usize>::new;
    assert_eq!(new(series(), vec![0]).unwrap_err(), Error::LengthMismatch { name: "targets", found: 1, expected: 2 });
    let empty = new(vec![vec![[1.0]], vec![]], vec![0, 1]).unwrap_err();
    assert!(matches!(empty, Error::InvalidEntry { name: "inputs", index: 1, .. }), "{empty}");
    let nan = new(vec![vec![[1.0]], vec![[1.0], [f64::NAN]]], vec![0, 1]).unwrap_err();
    assert!(matches!(nan, Error::NonFiniteData { name: "inputs", sample: 1, step: 1, .. }), "{nan}");
    assert!(nan.to_string().contains("`inputs` of sequence 1 is NaN at step 1"), "{nan}");

    let infinite = SequenceData::new(series(), vec![vec![[0.0], [f64::INFINITY]], vec![[0.0]]]).unwrap_err();
    assert_eq!(infinite, Error::NonFiniteData { name: "targets", sample: 0, step: 1, value: f64::INFINITY });
    let short = SequenceData::new(series(), vec![vec![[0.0]], vec![[0.0]]]).unwrap_err();
    assert_eq!(short, Error::ShapeMismatch { name: "targets", index: 0, found: 1, expected: 2 });

    let with_gaps = |gaps: Vec<Vec<f64>>| new(series(), vec![0, 1]).unwrap().gaps(gaps).unwrap_err();
    assert_eq!(with_gaps(vec![vec![1.0; 2]]), Error::LengthMismatch { name: "gaps", found: 1, expected: 2 });
    let short = Error::ShapeMismatch { name: "gaps", index: 1, found: 2, expected: 1 };
    assert_eq!(with_gaps(vec![vec![1.0; 2]; 2]), short);
    let nan = with_gaps(vec![vec![1.0, f64::NAN], vec![1.0]]);
    assert!(matches!(nan, Error::NonFiniteData { name: "gaps", sample: 0, step: 1, .. }), "{nan}");
}

/// A warm-up longer than all sequences leaves nothing to learn from.
#[test]
fn a_warm_up_beyond_the_end_is_refused() {
    use rheos::nn::{Elman, Linear, Net, Recurrence, Sequence};
    use rheos::train::uniform;
    let data = SequenceData::new(vec![vec![[1.0]; 3]; 4], vec![vec![[0.5]; 3]; 4]).unwrap().outputs_from(3);
    let mut numbers = uniform(1);
    let cell: Net<Elman<f64, 1, 2>> = Net::new(Elman::uniform(&mut numbers));
    let readout: Net<Linear<f64, 2, 1>> = Net::new(Linear::uniform(&mut numbers));
    let mut model = Sequence { block: Recurrence(cell), readout };
    let failure = Trainer::new(&mut model, &data.objective(SquaredError), Adam::new(0.1)).fit().unwrap_err();
    assert_eq!(invalid(&failure.error), ("outputs_from", 3.0));
}
