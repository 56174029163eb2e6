//! Generalised teacher forcing: its two limits, its gradient, its observations.

use nalgebra::{DMatrix, SMatrix, SVector, matrix};
use rheos::formula::Static;
use rheos::nn::{
    Autonomous, BatchMatrix, Block, Layer, Linear, Mlp, Net, OdeBlock, Recurrence, Sequence, SequenceBatch,
    ShallowPlrnn,
};
use rheos::train::{Adam, MiniBatch, Objective, TeacherForcing, Trainer, mean_squared_error, uniform};
use rheos::{DiscreteAdjoint, Error, Fixed, Parametric, Rk4, State};

type Cell<const M: usize> = Recurrence<Autonomous<Net<ShallowPlrnn<f64, M, 6>>>>;

fn cell<const M: usize>(seed: u64) -> Cell<M> {
    Recurrence(Autonomous(Net::dynamic(ShallowPlrnn::uniform(&mut uniform(seed)))))
}

/// Numbers without structure.
fn series<const N: usize>(length: usize) -> Vec<[f64; N]> {
    let mut number = uniform(5);
    (0..length).map(|_| std::array::from_fn(|_| 2.0 * number() - 1.0)).collect()
}

fn all(samples: &[usize]) -> MiniBatch<'_> {
    MiniBatch { samples, seed: 0 }
}

fn batch<const N: usize>(series: &[[f64; N]], starts: &[usize], t: usize) -> BatchMatrix<f64, N> {
    BatchMatrix::from_fn(starts.len(), |row, window| series[starts[window] + t][row])
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    let size = expected.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    assert!(size > 0.0 && found.len() == expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * size, "{found} {expected}");
    }
}

/// The gradient by central differences of a loss of the parameters.
fn central<B: Block + Clone>(model: &B, loss: impl Fn(&B) -> f64) -> Vec<f64> {
    let (params, h) = (model.params(), 1e-6);
    let at = params.coordinates();
    (0..at.len())
        .map(|i| {
            let value = |shift: f64| {
                let (mut moved, mut x) = (model.clone(), at.clone());
                x[i] += shift;
                let mut p = params.clone();
                assert!(p.read_coordinates(&x).is_some());
                moved.set_params(&p);
                loss(&moved)
            };
            (value(h) - value(-h)) / (2.0 * h)
        })
        .collect()
}

/// With `α = 1` every step starts from a measured state: the regression of `x_{t+1}` on `x_t`, here with one pullback of all pairs.
#[test]
fn full_forcing_is_the_regression_of_one_step() {
    let (series, model, starts) = (series::<2>(30), cell::<2>(1), [0, 4, 17]);
    let forced = TeacherForcing::new(&series, 7).unwrap().alpha(1.0).unwrap();
    let (loss, gradient) = forced.gradient(&model, all(&starts)).unwrap();

    let pairs: Vec<usize> = starts.iter().flat_map(|start| *start..start + 7).collect();
    let (x, target) = (batch(&series, &pairs, 0), batch(&series, &pairs, 1));
    let net = &model.0.0;
    let mut trace = Default::default();
    let y = net.forward_traced(&x, &mut trace);
    let (expected, w) = mean_squared_error(&[y], &[target]).unwrap();
    let (mut xbar, mut pbar) = (x.zeros_like(), net.params().zeros_like());
    net.backward(&mut trace, &x, &w[0], &mut xbar, &mut pbar);
    assert!((loss - expected).abs() < 1e-14);
    assert_near(&gradient.coordinates(), &pbar.coordinates(), 1e-13);
}

/// With `α = 0` it is the loss of a sequence model without input, which starts at the first observation.
#[test]
fn no_forcing_is_backpropagation_through_a_free_run() {
    let (series, model, starts) = (series::<2>(30), cell::<2>(2), [3, 11]);
    let free = TeacherForcing::new(&series, 9).unwrap();
    let (loss, gradient) = free.gradient(&model, all(&starts)).unwrap();

    let mut identity = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0].into_iter();
    let readout = Net::dynamic(rheos::formula::Structure::draw(&mut || identity.next().unwrap()));
    let model = Sequence::<_, Net<Linear<f64, 2, 2>>> { block: model, readout };
    let steps = SequenceBatch::new(vec![(); 9]).outputs_from(0);
    let targets: Vec<_> = (1..=9).map(|t| batch(&series, &starts, t)).collect();
    let (expected, of_both) =
        model.gradient_of(&batch(&series, &starts, 0), &steps, |y| mean_squared_error(y, &targets)).unwrap();
    assert!((loss - expected).abs() < 1e-14);
    assert_near(&gradient.coordinates(), &of_both.0.coordinates(), 1e-13);
}

/// The recursion by hand for one window, with `z ← (1 − α) z + α x` before the steps 2, 4, … .
#[test]
fn the_loss_is_that_of_the_forced_recursion() {
    let (series, model) = (series::<3>(20), cell::<3>(3));
    for (alpha, every, transient) in [(0.3, 1, 0), (0.3, 2, 3), (1.0, 4, 7), (0.0, 1, 5)] {
        let forced = TeacherForcing::new(&series, 8).unwrap().alpha(alpha).unwrap().every(every).unwrap();
        let forced = forced.transient(transient).unwrap();
        let net = model.0.0.with_batches::<Static<1>>();
        let (mut z, mut sum) = (SVector::from(series[5]), 0.0);
        for t in 1..=8 {
            z = net.forward(&z);
            let x = SVector::from(series[5 + t]);
            if t > transient {
                sum += (z - x).norm_squared();
            }
            if t % every == 0 {
                z = z * (1.0 - alpha) + x * alpha;
            }
        }
        let found = forced.loss(&model, all(&[5])).unwrap();
        assert!((found - sum / (3 * (8 - transient)) as f64).abs() < 1e-14);
        assert!((found - forced.gradient(&model, all(&[5])).unwrap().0).abs() < 1e-14);
        // The last observation forces the state, too.
        let state = forced.synchronise(&model, 5).unwrap();
        assert!((state.column(0) - z).norm() < 1e-14);
    }
}

/// A mean over windows: the loss and the gradient of a batch are the means over its windows, in any order.
#[test]
fn a_batch_is_the_mean_of_its_windows() {
    let (series, model) = (series::<2>(40), cell::<2>(4));
    let forced = TeacherForcing::new(&series, 6).unwrap().alpha(0.2).unwrap().stride(3).unwrap();
    assert_eq!(forced.count_windows(), 12); // starts 0, 3, …, 33
    let (loss, gradient) = forced.gradient(&model, all(&[11, 2, 5])).unwrap();
    let mut expected = vec![0.0; gradient.coordinates().len()];
    let mut sum = 0.0;
    for window in [2, 5, 11] {
        let (one, of_one) = forced.gradient(&model, all(&[window])).unwrap();
        sum += one / 3.0;
        expected.iter_mut().zip(of_one.coordinates()).for_each(|(sum, x)| *sum += x / 3.0);
    }
    assert!((loss - sum).abs() < 1e-14);
    assert_near(&gradient.coordinates(), &expected, 1e-13);
}

/// For a cell, and for a neural ODE with several steps of RK4 between two observations.
#[test]
fn the_gradient_agrees_with_central_differences() {
    let series = series::<2>(30);
    for (alpha, every, transient) in [(0.0, 1, 0), (0.15, 1, 0), (0.15, 1, 4), (0.6, 3, 5), (1.0, 2, 0)] {
        let forced = TeacherForcing::new(&series, 10).unwrap().alpha(alpha).unwrap().every(every).unwrap();
        let forced = forced.transient(transient).unwrap();
        let batch = all(&[1, 8, 13]);
        let model = cell::<2>(6);
        let found = forced.gradient(&model, batch).unwrap().1.coordinates();
        assert_near(&found, &central(&model, |model| forced.loss(model, batch).unwrap()), 1e-8);

        let forced = forced.step(0.4).unwrap();
        let field = Net::<Mlp<f64, 2, 5, 2>>::dynamic(Mlp::uniform(&mut uniform(7))).field();
        let model = OdeBlock::new(field, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
        let found = forced.gradient(&model, batch).unwrap().1.coordinates();
        assert_near(&found, &central(&model, |model| forced.loss(model, batch).unwrap()), 1e-8);
    }
}

/// Of a state of three numbers two are observed, mixed.
#[test]
fn a_linear_observation_forces_its_row_space_only() {
    let (series, model) = (series::<2>(20), cell::<3>(8));
    let b = matrix![1.0, 0.5, 0.0; 0.0, 2.0, -1.0];
    let pinv = b.transpose() * (b * b.transpose()).try_inverse().unwrap();
    for alpha in [0.25, 1.0] {
        let forced = TeacherForcing::observed_by(&series, 6, b).unwrap().alpha(alpha).unwrap();
        let net = model.0.0.with_batches::<Static<1>>();
        let (mut z, mut sum) = (pinv * SVector::from(series[2]), 0.0);
        for t in 1..=6 {
            z = net.forward(&z);
            let x = SVector::from(series[2 + t]);
            sum += (b * z - x).norm_squared();
            z += pinv * (x - b * z) * alpha;
            assert!(alpha < 1.0 || (b * z - x).norm() < 1e-14);
        }
        assert!((forced.loss(&model, all(&[2])).unwrap() - sum / 12.0).abs() < 1e-13);
        let found = forced.gradient(&model, all(&[2, 9])).unwrap().1.coordinates();
        assert_near(&found, &central(&model, |model| forced.loss(model, all(&[2, 9])).unwrap()), 1e-8);
    }
    // The identity as a matrix is the identity.
    let model = cell::<2>(9);
    let [by_matrix, plain] = [
        TeacherForcing::observed_by(&series, 6, SMatrix::identity()).unwrap(),
        TeacherForcing::new(&series, 6).unwrap(),
    ]
    .map(|forced| forced.alpha(0.4).unwrap().loss(&model, all(&[1, 4])).unwrap());
    assert!((by_matrix - plain).abs() < 1e-14);
}

/// In other units of the observations, the loss changes by their square, and the states not at all.
#[test]
fn the_units_of_the_observations_do_not_matter() {
    let (metres, model) = (series::<2>(20), cell::<2>(10));
    let millimetres: Vec<[f64; 2]> = metres.iter().map(|x| x.map(|x| 1e3 * x)).collect();
    let loss = |series, scale: f64| {
        let forced = TeacherForcing::observed_by(series, 5, SMatrix::<f64, 2, 2>::identity() * scale).unwrap();
        forced.alpha(0.3).unwrap().loss(&model, all(&[0, 7])).unwrap()
    };
    assert!((loss(&millimetres, 1e3) * 1e-6 / loss(&metres, 1.0) - 1.0).abs() < 1e-13);
}

/// A linear map `x₁ = A x`: the product of Jacobians is `Aᵂ`, whatever the data.
#[test]
fn the_estimated_forcing_undoes_the_growth() {
    let model = |a: [f64; 4]| {
        let mut numbers = a.into_iter().chain([0.0; 2]);
        let net = Net::<Linear<f64, 2, 2>>::dynamic(rheos::formula::Structure::draw(&mut || numbers.next().unwrap()));
        Recurrence(Autonomous(net))
    };
    let series = series::<2>(50);
    let forced = TeacherForcing::new(&series, 20).unwrap();
    for a in [[1.5, 0.0, 0.0, 0.5], [1.2, 0.3, 3.0, 0.9]] {
        let power: DMatrix<f64> = DMatrix::from_column_slice(2, 2, &a).pow(20);
        let growth = power.singular_values().max().powf(1.0 / 20.0);
        let alpha = forced.estimate_alpha(&model(a), &[0, 20]).unwrap();
        assert!((alpha - (1.0 - 1.0 / growth)).abs() < 1e-13, "{alpha} {growth}");
        // Forced by it, the Jacobian of all steps neither grows nor falls.
        assert!(((1.0 - alpha).powi(20) * power.singular_values().max() - 1.0).abs() < 1e-12);
    }
    assert_eq!(forced.estimate_alpha(&model([0.5, 0.0, 0.0, 0.9]), &[0]), Ok(0.0));
    // A product that would overflow.
    let long = vec![[0.0, 0.0]; 2001];
    let long = TeacherForcing::new(&long, 2000).unwrap();
    assert!((long.estimate_alpha(&model([10.0, 0.0, 0.0, 0.1]), &[0]).unwrap() - 0.9).abs() < 1e-12);
}

/// A quarter turn in twenty steps; the trained cell goes on turning by itself.
#[test]
fn a_training_finds_the_map_of_a_rotation() {
    let angle = std::f64::consts::FRAC_PI_2 / 20.0;
    let series: Vec<[f64; 2]> = (0..120).map(|t| (angle * f64::from(t)).sin_cos().into()).collect();
    let net = Net::<Linear<f64, 2, 2>>::dynamic(Linear::uniform(&mut uniform(1)));
    let mut model = Recurrence(Autonomous(net));
    let loss = TeacherForcing::new(&series, 10).unwrap().alpha(0.5).unwrap();
    Trainer::new(&mut model, &loss, Adam::new(0.02)).epochs(100).seed(3).schedule(|_| 0.02).fit().unwrap();
    let turned = model.0.0.with_batches::<Static<1>>().forward(&SVector::from([0.0, 1.0]));
    assert!((turned - SVector::from([angle.sin(), angle.cos()])).norm() < 1e-3, "{turned}");
}

/// A rotation, of which one coordinate is measured: forced, the model finds the other one, from a first guess of 0. With noise it
/// knows the state better than the last measurement does.
#[test]
fn a_model_that_follows_its_system_finds_the_unobserved_state() {
    let (sine, cosine) = (0.2_f64).sin_cos();
    let mut entries = [cosine, sine, -sine, cosine, 0.0, 0.0].into_iter();
    let net = Net::<Linear<f64, 2, 2>>::dynamic(rheos::formula::Structure::draw(&mut || entries.next().unwrap()));
    let model = Recurrence(Autonomous(net));
    let (mut number, noise) = (uniform(3), 0.1);
    let truth: Vec<[f64; 2]> = (0..401).map(|t| [(0.2 * f64::from(t)).cos(), (0.2 * f64::from(t)).sin()]).collect();
    let exact: Vec<[f64; 1]> = truth.iter().map(|x| [x[0]]).collect();
    let noisy: Vec<[f64; 1]> = exact.iter().map(|x| [x[0] + noise * (2.0 * number() - 1.0)]).collect();
    let forced =
        |series, alpha| TeacherForcing::observed_by(series, 200, matrix![1.0, 0.0]).unwrap().alpha(alpha).unwrap();
    let error = |forced: &TeacherForcing<'_, 1, 2>, start: usize| {
        (forced.synchronise(&model, start).unwrap().column(0) - SVector::from(truth[start + 200])).norm()
    };
    assert!(error(&forced(&exact, 0.3), 0) < 1e-12 && error(&forced(&exact, 0.3), 100) < 1e-12);
    // The standard deviation of this noise is `0.1 / √3` for one coordinate alone.
    let mean = (0..200).map(|start| error(&forced(&noisy, 0.1), start).powi(2)).sum::<f64>() / 200.0;
    assert!(mean.sqrt() < 0.5 * noise / 3.0_f64.sqrt(), "{mean}");
}

#[test]
fn bad_settings_and_data_are_named() {
    let data = series::<2>(10);
    let forced = || TeacherForcing::new(&data, 4).unwrap();
    assert!(matches!(TeacherForcing::new(&data, 0), Err(Error::InvalidArgument { name: "steps", .. })));
    let short = TeacherForcing::new(&data, 10).unwrap_err();
    assert_eq!(short, Error::LengthMismatch { name: "series", found: 10, expected: 11 });
    let mut bad = data.clone();
    bad[3][1] = f64::NAN;
    assert!(matches!(TeacherForcing::new(&bad, 4), Err(Error::InvalidEntry { name: "series", index: 3, .. })));
    for alpha in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(forced().alpha(alpha), Err(Error::InvalidArgument { name: "alpha", .. })));
        assert!(matches!(forced().set_alpha(alpha), Err(Error::InvalidArgument { name: "alpha", .. })));
    }
    assert!(matches!(forced().every(0), Err(Error::InvalidArgument { name: "every", .. })));
    assert!(matches!(forced().stride(0), Err(Error::InvalidArgument { name: "stride", .. })));
    assert!(matches!(forced().transient(4), Err(Error::InvalidArgument { name: "transient", .. })));
    assert!(matches!(forced().step(0.0), Err(Error::InvalidArgument { name: "dt", .. })));
    for b in [matrix![1.0, 2.0, 3.0; 2.0, 4.0, 6.0], matrix![1.0, 0.0, 0.0; 0.0, f64::NAN, 1.0]] {
        let refused = TeacherForcing::observed_by(&data, 4, b);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "observation", .. })), "{refused:?}");
    }
    // More observations than states.
    let tall = SMatrix::<f64, 2, 1>::from([[1.0, 2.0]]);
    assert!(matches!(TeacherForcing::observed_by(&data, 4, tall), Err(Error::InvalidArgument { .. })));
    let model = cell::<2>(1);
    for samples in [&[6][..], &[]] {
        let refused = forced().gradient(&model, all(samples)).unwrap_err();
        assert!(matches!(refused, Error::InvalidArgument { name: "samples", .. }), "{refused:?}");
    }
    assert!(matches!(forced().synchronise(&model, 6), Err(Error::InvalidArgument { name: "window", .. })));
    assert!(matches!(forced().estimate_alpha(&model, &[]), Err(Error::InvalidArgument { name: "windows", .. })));
    assert!(matches!(forced().estimate_alpha(&model, &[6]), Err(Error::InvalidArgument { name: "windows", .. })));
    // No observations, no states.
    let nothing = TeacherForcing::observed_by(&[[0.0; 0]; 9], 4, SMatrix::<f64, 0, 2>::zeros());
    assert!(matches!(nothing, Err(Error::InvalidArgument { name: "observation", .. })), "{nothing:?}");
    let nowhere = TeacherForcing::observed_by(&[[0.0]; 9], 4, SMatrix::<f64, 1, 0>::zeros());
    assert!(matches!(nowhere, Err(Error::InvalidArgument { name: "observation", .. })), "{nowhere:?}");
    let tiny = TeacherForcing::observed_by(&data, 4, SMatrix::<f64, 2, 2>::identity() * 1e-310);
    assert!(matches!(tiny, Err(Error::InvalidArgument { name: "observation", .. })), "{tiny:?}");
}

/// The map `x₁ = A x`.
fn linear<const M: usize>(a: SMatrix<f64, M, M>) -> Recurrence<Autonomous<Net<Linear<f64, M, M>>>> {
    let mut numbers = a.iter().copied().collect::<Vec<_>>().into_iter().chain(std::iter::repeat(0.0));
    Recurrence(Autonomous(Net::dynamic(rheos::formula::Structure::draw(&mut || numbers.next().unwrap()))))
}

/// Without states there are no weights, but thresholds.
#[test]
fn a_cell_without_states_has_finite_thresholds() {
    let cell = ShallowPlrnn::<f64, 0, 3>::uniform(&mut uniform(1));
    assert!(cell.h2.0.iter().all(|x| x.abs() <= 1.0), "{:?}", cell.h2.0);
}

/// With `α = 1` every step starts at the observation, however far the prediction is from it.
#[test]
fn a_large_prediction_does_not_round_the_observation_away() {
    let series: Vec<[f64; 2]> = (0..6).map(|t| [1.0 + 0.1 * f64::from(t), -2.0 + 0.3 * f64::from(t * t)]).collect();
    let b = matrix![2.0, 1.0; 0.0, 1.0];
    for growth in [1e3, 1e17, 1e40, 1e140] {
        let model = linear(SMatrix::<f64, 2, 2>::identity() * growth);
        let errors = series.windows(2).flat_map(|pair| [0, 1].map(|i| (growth * pair[0][i] - pair[1][i]).powi(2)));
        let exact = errors.sum::<f64>() / 10.0;
        let identity = TeacherForcing::new(&series, 5).unwrap().alpha(1.0).unwrap();
        let mixed = TeacherForcing::observed_by(&series, 5, b).unwrap().alpha(1.0).unwrap();
        for forced in [identity, mixed] {
            assert!((forced.loss(&model, all(&[0])).unwrap() / exact - 1.0).abs() < 1e-13, "{growth}");
        }
    }
    let model = linear(SMatrix::<f64, 2, 2>::identity() * 1e20);
    let state = TeacherForcing::new(&series, 5).unwrap().alpha(1.0).unwrap().synchronise(&model, 0).unwrap();
    assert_eq!(state.as_slice(), &series[5]);
}

/// A state is found in every unit, also where the squares of the residuals overflow; a state that overflows is an error.
#[test]
fn a_model_follows_its_system_in_every_unit() {
    let a = matrix![0.9, 0.1, 0.0; -0.1, 0.8, 0.2; 0.1, 0.0, 0.7];
    let (model, b) = (linear(a), matrix![1.0, 0.5, 0.3; 0.0, 1.5, -1.0]);
    let pinv = b.transpose() * (b * b.transpose()).try_inverse().unwrap();
    let data = series::<2>(8);
    let mut z = pinv * SVector::from(data[1]);
    for x in &data[2..8] {
        z = a * z;
        z += pinv * (SVector::from(*x) - b * z) * 0.7;
    }
    // The units of the two observations.
    for units in [[1.0, 1.0], [1e300, 1e300], [1e-300, 1e-300], [1.0, 1e-12], [1e160, 1e-160], [3e-9, 1e3]] {
        let scaled: Vec<[f64; 2]> = data.iter().map(|x| [x[0] * units[0], x[1] * units[1]]).collect();
        let b = SMatrix::<f64, 2, 3>::from_fn(|row, column| b[(row, column)] * units[row]);
        let forced = TeacherForcing::observed_by(&scaled, 6, b).unwrap().alpha(0.7).unwrap();
        let found = forced.synchronise(&model, 1).unwrap();
        assert!((found.column(0) - z).norm() < 1e-14, "{units:?} {found}");
    }
    // A state of 1e350 after the last step.
    let far = TeacherForcing::observed_by(&[[0.0], [1e150]], 1, matrix![1e-200]).unwrap().alpha(1.0).unwrap();
    let refused = far.synchronise(&linear(matrix![1.0]), 0);
    assert!(matches!(refused, Err(Error::InvalidEntry { name: "state", index: 0, .. })), "{refused:?}");
}

/// Entries whose squares overflow or vanish: `[0, a; 1/a, 0]` has the square 1, and odd powers of the norm `max(a, 1/a)`.
#[test]
fn the_growth_of_extreme_jacobians_is_finite() {
    let series = series::<2>(9);
    for a in [1e170, 1e-170] {
        let model = linear(matrix![0.0, a; 1.0 / a, 0.0]);
        let even = TeacherForcing::new(&series, 4).unwrap().estimate_alpha(&model, &[0, 2]).unwrap();
        assert!(even.abs() < 1e-12, "{even}");
        let odd = TeacherForcing::new(&series, 5).unwrap().estimate_alpha(&model, &[0]).unwrap();
        assert_eq!(odd, 1.0); // `1 − 1e-34`
    }
}

/// A free run that explodes is an error, not a number.
#[test]
fn a_run_that_overflows_is_an_error() {
    let mut numbers = [1e200, 0.0].into_iter();
    let net = Net::<Linear<f64, 1, 1>>::dynamic(rheos::formula::Structure::draw(&mut || numbers.next().unwrap()));
    let model = Recurrence(Autonomous(net));
    let series = vec![[1.0]; 10];
    let free = TeacherForcing::new(&series, 5).unwrap();
    assert!(free.loss(&model, all(&[0])).is_err());
    assert!(free.gradient(&model, all(&[0])).is_err());
    assert!(free.synchronise(&model, 0).is_err());
    // A prediction that overflows in the transient, after which full forcing starts anew.
    let series = [[1e200], [1e-300], [1e-300], [1e-300]];
    let forced = TeacherForcing::new(&series, 3).unwrap().alpha(1.0).unwrap().transient(1).unwrap();
    assert!(matches!(forced.loss(&model, all(&[0])), Err(Error::NonFiniteLoss { .. })));
    assert!(matches!(forced.gradient(&model, all(&[0])), Err(Error::NonFiniteLoss { .. })));
    let series = vec![[1.0]; 10];
    // One step is finite, but its square is not.
    let one = TeacherForcing::new(&series, 1).unwrap();
    assert!(matches!(one.loss(&model, all(&[0])), Err(Error::NonFiniteLoss { .. })));
}
