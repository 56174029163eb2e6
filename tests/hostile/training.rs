//! Losses, clipping, optimisers and schedules.

use rheos::train::{
    AbsoluteError, Adam, AdamW, BinaryCrossEntropy, Cosine, Exponential, GaussianNll, Huber, Lbfgs, Lion, Loss,
    OnPlateau, OneCycle, Optimiser, RAdam, Schedule, Sgd, SquaredError, clip_norm,
};
use rheos::{Error, Parametric, State};

use crate::case::{Case, for_all_cases};
use crate::draw;

/// Parameters and nothing else.
struct Bare(Vec<f64>);

impl Parametric for Bare {
    type Params = Vec<f64>;
    fn params(&self) -> Vec<f64> {
        self.0.clone()
    }
    fn set_params(&mut self, params: &Vec<f64>) {
        self.0.clone_from(params);
    }
}

#[test]
fn training() {
    for_all_cases("training", |case| match case.below(5) {
        0 => optimise(case),
        1 => clip(case),
        2 => minimise(case),
        3 => anneal(case),
        _ => measure(case),
    });
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|x| x.is_finite())
}

fn optimise(case: &mut Case) {
    let rate = draw::number(case, "learning_rate", &[1e-3, 0.1]);
    let [beta1, beta2] = ["beta1", "beta2"].map(|name| draw::number(case, name, &[0.0, 0.5, 0.9, 0.999]));
    let decay = draw::number(case, "weight_decay", &[0.0, 0.1]);
    let epsilon = draw::number(case, "epsilon", &[1e-8, 1.0]);
    match case.below(6) {
        0 => steps(case, Sgd::new(rate).momentum(beta1).weight_decay(decay)),
        1 => steps(case, Sgd::new(rate).nesterov(beta1).weight_decay(decay)),
        2 => steps(case, Adam::new(rate).betas(beta1, beta2).epsilon(epsilon)),
        3 => steps(case, AdamW::new(rate).betas(beta1, beta2).weight_decay(decay)),
        4 => steps(case, RAdam::new(rate).betas(beta1, beta2)),
        _ => steps(case, Lion::new(rate).betas(beta1, beta2).weight_decay(decay)),
    }
}

fn steps(case: &mut Case, mut optimiser: impl Optimiser + std::fmt::Debug) {
    case.note("optimiser", &optimiser);
    let n = case.below(4);
    let mut model = Bare(draw::coordinates(case, "params", n));
    for _ in 0..5 {
        if case.once_in(8) {
            optimiser.set_learning_rate(draw::number(case, "learning_rate", &[1e-3, 0.1, 10.0]));
        }
        let n = if case.once_in(8) { case.below(4) } else { n };
        let gradient = draw::coordinates(case, "gradient", n);
        let (before, written) = (model.0.clone(), format!("{optimiser:?}"));
        match optimiser.step(&mut model, &gradient) {
            Ok(()) => {
                case.succeed();
                let fits = gradient.len() == before.len() && all_finite(&gradient);
                case.check(fits, "a gradient that does not fit is refused");
                case.check_with(all_finite(&model.0), "parameters are finite", || format!("{:?}", model.0));
            }
            Err(_) => {
                case.check(bits(&model.0) == bits(&before), "a refused gradient changes no parameter");
                case.check(format!("{optimiser:?}") == written, "a refused gradient changes no memory");
            }
        }
    }
}

/// A sum of `a (x − b)²`, undefined beyond a bound, sometimes with a constant or the wrong sign of the gradient.
fn minimise(case: &mut Case) {
    let n = 1 + case.below(3);
    let start = draw::coordinates(case, "params", n);
    let (scales, centre) = (draw::coordinates(case, "scales", n), draw::coordinates(case, "centre", n));
    let [bound, constant] = [("bound", 3.0), ("constant", 0.0)].map(|(name, x)| draw::number(case, name, &[x]));
    let sign = if case.once_in(8) { -1.0 } else { 1.0 };
    case.note("sign", &sign);
    let loss = |x: &[f64]| {
        let terms = || scales.iter().zip(x.iter().zip(&centre)).map(|(a, (x, b))| (a * a, x - b));
        let gradient: Vec<f64> = terms().map(|(a, x)| sign * 2.0 * a * x).collect();
        (constant + terms().map(|(a, x)| a * x * x).sum::<f64>(), gradient)
    };
    let lbfgs = Lbfgs::new().tolerance(draw::number(case, "tolerance", &[1e-3, 1e-9])).max_iterations(60);
    let mut model = Bare(start.clone());
    let found = lbfgs.minimise(&mut model, |model| match model.0.iter().all(|x| *x < bound) {
        true => Ok(loss(&model.0)),
        false => Err(Error::EmptyState),
    });
    match found {
        Ok(found) => {
            case.succeed();
            let ((value, gradient), first) = (loss(&model.0), loss(&start).0);
            case.check_with(value == found.loss, "the loss belongs to the parameters", || format!("{found:?}"));
            case.check_with(value <= first + 1e-13 * first.abs(), "the loss does not rise", || format!("{found:?}"));
            let largest = gradient.iter().fold(0.0_f64, |max, g| max.max(g.abs()));
            let size = loss(&start).1.iter().fold(0.0_f64, |max, g| max.max(g.abs()));
            // A convex loss without curvature pairs that fell has a gradient below the first one.
            let small = largest <= 2.0 * size || size == 0.0;
            case.check_with(!found.converged() || small, "a minimum is flat", || format!("{found:?} {gradient:?}"));
        }
        Err(_) => case.check(bits(&model.0) == bits(&start), "a refused start changes nothing"),
    }
}

fn anneal(case: &mut Case) {
    let rate = draw::number(case, "rate", &[0.1, 1e-3]);
    let [a, b] = ["a", "b"].map(|name| draw::number(case, name, &[0.0, 0.3, 1.0]));
    let [steps, other] = ["steps", "other"].map(|name| case.pick(name, &[0, 1, 2, 10, 11, u64::MAX - 1, u64::MAX]));
    let mut schedule = match case.below(5) {
        0 => Schedule::Constant(rate),
        1 => Exponential::new(rate, a).into(),
        2 => Cosine::new(rate, steps).warm_up(other).floor(a * 1e-3).into(),
        3 => OneCycle::new(rate, steps).rise(a).ratios(1.0 + b, 1.0 / b).into(),
        _ => OnPlateau::new(rate).patience(other).factor(a).threshold(b).min_rate(b * 1e-3).into(),
    };
    case.note("schedule", &schedule);
    for _ in 0..5 {
        let step = case.pick("step", &[0, 1, 5, 9, 10, 11, u64::MAX]);
        if let Ok(found) = schedule.rate(step) {
            case.succeed();
            let within = found >= 0.0 && found <= rate * (1.0 + 1e-15);
            case.check_with(within, "a rate is not negative and at most the largest", || format!("{found:e}"));
        }
        let (before, loss) = (format!("{schedule:?}"), draw::number(case, "loss", &[1.0, 0.9, 0.5]));
        if schedule.observe(loss).is_err() {
            case.check(format!("{schedule:?}") == before, "a refused loss changes nothing");
        }
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| x.to_bits()).collect()
}

fn clip(case: &mut Case) {
    let n = case.below(5);
    let mut gradient = draw::coordinates(case, "gradient", n);
    let before = gradient.clone();
    let max = draw::number(case, "max", &[1.0, 1e-9, 1e9]);
    match clip_norm(&mut gradient, max) {
        Ok(norm) => {
            case.succeed();
            case.check(norm.is_finite() && all_finite(&gradient), "a clipped gradient is finite");
            let largest = gradient.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
            case.check_with(largest <= max * (1.0 + 1e-12), "a clipped gradient is short", || format!("{largest:e}"));
            let nonzero = before.iter().any(|x| x.abs() > 1e-300) && max > 1e-300;
            case.check(!nonzero || largest > 0.0, "a clipped gradient is not lost");
        }
        Err(_) => case.check(bits(&gradient) == bits(&before), "what is refused changes nothing"),
    }
}

fn measure(case: &mut Case) {
    let (n, m) = (case.below(4), case.below(4));
    let mut list = |name| {
        let count = if case.once_in(8) { case.below(4) } else { n };
        let length = |case: &mut Case| if case.once_in(15) { 1 } else { m };
        let rows: Vec<Vec<f64>> = (0..count)
            .map(|_| {
                let length = length(case);
                draw::coordinates(case, name, length)
            })
            .collect();
        rows
    };
    let (outputs, targets, spreads) = (list("output"), list("target"), list("spread"));
    let weights = if case.once_in(2) { Some(list_of_weights(case, n, m)) } else { None };
    let weights = weights.as_deref();
    let delta = draw::number(case, "delta", &[0.1, 1.0]);
    let pairs: Vec<_> = outputs.iter().cloned().zip(spreads).collect();
    match case.below(5) {
        0 => check(case, SquaredError.weighted(&outputs, &targets, weights), &outputs, true),
        1 => check(case, AbsoluteError.weighted(&outputs, &targets, weights), &outputs, true),
        2 => check(case, Huber { delta }.weighted(&outputs, &targets, weights), &outputs, true),
        3 => check(case, BinaryCrossEntropy.weighted(&outputs, &targets, weights), &outputs, true),
        _ => check(case, GaussianNll.weighted(&pairs, &targets, weights), &pairs, false),
    }
}

fn list_of_weights(case: &mut Case, n: usize, m: usize) -> Vec<Vec<f64>> {
    let length = if case.once_in(2) { 1 } else { m };
    let weight = |case: &mut Case| draw::number(case, "weight", &[0.0, 0.5, 1.0]);
    (0..n).map(|_| (0..length).map(|_| weight(case)).collect()).collect()
}

fn check<Y: State>(case: &mut Case, found: rheos::Result<(f64, Vec<Y>)>, outputs: &[Y], positive: bool) {
    let Ok((loss, cotangents)) = found else { return };
    case.succeed();
    case.check_with(loss.is_finite() && (loss >= 0.0 || !positive), "a loss is finite", || format!("{loss:e}"));
    case.check(cotangents.iter().all(State::all_finite), "cotangents are finite");
    case.check(outputs.iter().all(State::all_finite), "outputs that are not finite are refused");
    let fits = cotangents.len() == outputs.len() && cotangents.iter().zip(outputs).all(|(c, y)| y.fits(c));
    case.check(fits, "there is a cotangent for each output");
}
