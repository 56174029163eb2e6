//! Losses, clipping and optimisers.

use rheos::Parametric;
use rheos::train::{Adam, clip_norm, mean_squared_error};

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
    for_all_cases("training", |case| match case.below(3) {
        0 => optimise(case),
        1 => clip(case),
        _ => measure(case),
    });
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|x| x.is_finite())
}

fn optimise(case: &mut Case) {
    let n = case.below(4);
    let mut model = Bare(draw::coordinates(case, "params", n));
    let mut adam = Adam::new(draw::number(case, "learning_rate", &[1e-3, 0.1]));
    for _ in 0..5 {
        if case.once_in(8) {
            adam.set_learning_rate(draw::number(case, "learning_rate", &[1e-3, 0.1, 10.0]));
        }
        let n = if case.once_in(8) { case.below(4) } else { n };
        let gradient = draw::coordinates(case, "gradient", n);
        let before = model.0.clone();
        match adam.step(&mut model, &gradient) {
            Ok(()) => {
                case.succeed();
                let fits = gradient.len() == before.len() && all_finite(&gradient);
                case.check(fits, "a gradient that does not fit is refused");
                case.check_with(all_finite(&model.0), "parameters are finite", || format!("{:?}", model.0));
            }
            Err(_) => case.check(bits(&model.0) == bits(&before), "what is refused changes nothing"),
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
    let (outputs, targets) = (list("output"), list("target"));
    if let Ok((loss, cotangents)) = mean_squared_error(&outputs, &targets) {
        case.succeed();
        case.check(loss.is_finite() && loss >= 0.0, "a loss is finite");
        case.check(cotangents.iter().flatten().all(|x| x.is_finite()), "cotangents are finite");
        let lengths = |rows: &[Vec<f64>]| rows.iter().map(Vec::len).collect::<Vec<_>>();
        case.check(lengths(&cotangents) == lengths(&outputs), "there is a cotangent for each output");
        case.check(lengths(&targets) == lengths(&outputs), "targets that do not fit are refused");
    }
}
