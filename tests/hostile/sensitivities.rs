//! Derivatives forwards, and second derivatives.

use nalgebra::{SVector, vector};
use rheos::adjoint::{Sensitivities, hessian_vector};
use rheos::solver::implicit::{Kvaerno3, RadauIIA3};
use rheos::solver::rosenbrock::Rodas3;
use rheos::{DiscreteAdjoint, Dopri5, sensitivities};

use crate::case::{Case, for_all_cases};
use crate::methods::Plane;
use crate::{control, draw, fields};

#[test]
fn derivatives_forwards() {
    for_all_cases("sensitivities", |case| {
        let model = fields::autodiff(case);
        let y0 = start(case);
        let times = draw::times_of_gradient(case);
        let control = control::forward(case);
        let found = match case.pick("method", &["Dopri5", "Kvaerno3", "RadauIIA3", "Rodas3"]) {
            "Dopri5" => sensitivities(&model, Dopri5, control, &times, &y0),
            "Kvaerno3" => sensitivities(&model, Kvaerno3, control, &times, &y0),
            "RadauIIA3" => sensitivities(&model, RadauIIA3, control, &times, &y0),
            _ => sensitivities(&model, Rodas3, control, &times, &y0),
        };
        if let Ok(Sensitivities { y, y0, params, .. }) = found {
            case.succeed();
            let counts = [y.len(), y0.len(), params.len()];
            case.check(counts == [times.len(); 3], "there is a derivative for each time");
            let finite = |x: &f64| x.is_finite();
            case.check(y.iter().flatten().all(finite), "states are finite");
            case.check(y0.iter().flatten().all(finite), "∂y/∂y0 is finite");
            case.check(params.iter().flatten().all(finite), "∂y/∂θ is finite");
        }
    });
}

#[test]
fn second_derivatives() {
    for_all_cases("hessian_vector", |case| {
        let model = fields::autodiff(case);
        let y0 = start(case);
        let times = draw::times_of_gradient(case);
        let control = control::forward(case);
        let direction = (start(case), vector![draw::number(case, "direction", &[0.0, 1.0])]);
        let (few, factor) = (case.once_in(10), draw::number(case, "factor of the loss", &[2.0]));
        let found = hessian_vector(&model, Dopri5, control, &DiscreteAdjoint::new(), &times, (&y0, &direction), |y| {
            let most = if few { 1 } else { y.len() };
            y.iter().take(most).map(|y| y.map(|y| y * factor)).collect()
        });
        if let Ok(found) = found {
            case.succeed();
            let all = [found.gradient_y0, found.y0];
            case.check(all.iter().flatten().all(|x| x.is_finite()), "derivatives in y0 are finite");
            let all: [SVector<f64, 1>; 2] = [found.gradient_params, found.params];
            case.check(all.iter().flatten().all(|x| x.is_finite()), "derivatives in θ are finite");
        }
    });
}

fn start(case: &mut Case) -> Plane {
    Plane::from_row_slice(&draw::coordinates(case, "a point", 2))
}
