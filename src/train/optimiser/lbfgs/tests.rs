//! Minimisations of known functions.

use super::{Lbfgs, Minimisation, StopReason};
use crate::error::{Error, Result};
use crate::train::optimiser::reference::Bare;

/// Value and gradient of a sum of the functions of Rosenbrock, in the form of Moré, Garbow & Hillstrom 1981, no. 21.
fn rosenbrock(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut gradient) = (0.0, vec![0.0; x.len()]);
    for (pair, slopes) in x.chunks_exact(2).zip(gradient.chunks_exact_mut(2)) {
        let (a, b) = (1.0 - pair[0], pair[1] - pair[0] * pair[0]);
        value += a * a + 100.0 * b * b;
        slopes[0] = -2.0 * a - 400.0 * pair[0] * b;
        slopes[1] = 200.0 * b;
    }
    (value, gradient)
}

/// The chained function of Rosenbrock, whose variables are all coupled.
fn chained(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut gradient) = (0.0, vec![0.0; x.len()]);
    for i in 1..x.len() {
        let (a, b) = (1.0 - x[i - 1], x[i] - x[i - 1] * x[i - 1]);
        value += a * a + 100.0 * b * b;
        gradient[i - 1] += -2.0 * a - 400.0 * x[i - 1] * b;
        gradient[i] += 200.0 * b;
    }
    (value, gradient)
}

fn minimise(lbfgs: Lbfgs, x: &[f64], f: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> (Vec<f64>, Minimisation) {
    let mut model = Bare(x.to_vec());
    let found: Result<_> = lbfgs.minimise(&mut model, |model| Ok(f(&model.0)));
    (model.0, found.unwrap())
}

fn distance(x: &[f64], minimum: f64) -> f64 {
    x.iter().map(|x| (x - minimum).abs()).fold(0.0, f64::max)
}

#[test]
fn rosenbrock_is_minimised() {
    for (n, f) in [(2, rosenbrock as fn(&[f64]) -> _), (20, rosenbrock), (20, chained)] {
        let start: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
        let (x, found) = minimise(Lbfgs::new(), &start, f);
        assert!(found.converged() && found.stopped == StopReason::Gradient, "{found:?}");
        // A decrease of 1e-12 of at most 500 remains, and the smallest eigenvalue of the Hessian is 0.4.
        assert!(distance(&x, 1.0) < (2.0 * 500e-12 / 0.4_f64).sqrt(), "{x:?}");
        assert_eq!(f(&x).0, found.loss);
        assert!(found.iterations < 130 && found.evaluations < 2 * found.iterations, "{found:?}");
    }
}

/// Exact line searches would make it the method of conjugate gradients, which takes `n` steps.
#[test]
fn a_quadratic_takes_about_as_many_steps_as_variables() {
    let f = |x: &[f64]| {
        let terms = x.iter().enumerate().map(|(i, x)| ((i + 1) as f64, x - 2.0));
        (3.0 + terms.clone().map(|(a, x)| 0.5 * a * x * x).sum::<f64>(), terms.map(|(a, x)| a * x).collect())
    };
    let (x, found) = minimise(Lbfgs::new().memory(12), &[0.0; 12], f);
    // The loss falls by 156, and the smallest eigenvalue is 1.
    assert!(found.converged() && distance(&x, 2.0) < (2.0 * 156e-12_f64).sqrt(), "{found:?}");
    assert!(found.iterations <= 24, "{found:?}");
}

/// The units of the loss and of all parameters change nothing; powers of two are exact.
#[test]
fn units_do_not_matter() {
    let start = [-1.2, 1.0, -1.2, 1.0];
    let (expected, reference) = minimise(Lbfgs::new(), &start, chained);
    for unit_of_loss in [2.0_f64.powi(-27), 1.0, 2.0_f64.powi(27), 1e-8, 1e8] {
        for unit in [2.0_f64.powi(-13), 1.0, 2.0_f64.powi(13), 1e-4, 1e4] {
            let f = |x: &[f64]| {
                let (value, gradient) = chained(&x.iter().map(|x| x / unit).collect::<Vec<_>>());
                (unit_of_loss * value, gradient.iter().map(|g| unit_of_loss * g / unit).collect())
            };
            let (x, found) = minimise(Lbfgs::new(), &start.map(|x| unit * x), f);
            let x: Vec<f64> = x.iter().map(|x| x / unit).collect();
            assert!(found.converged() && distance(&x, 1.0) < 1e-5, "{unit_of_loss:e} {unit:e}: {found:?}");
            if unit_of_loss.log2().fract() == 0.0 && unit.log2().fract() == 0.0 {
                assert_eq!(x, expected);
                assert_eq!(found.iterations, reference.iterations);
                assert_eq!(found.loss, unit_of_loss * reference.loss);
            }
        }
    }
}

/// `x − ln(x − 1)` is undefined up to 1 and has its minimum at 2. Near 1, the gradient is so large that its norm alone
/// would end the minimisation early.
#[test]
fn a_failed_trial_is_rejected() {
    for start in [1.0 + 1e-9, 1.5, 1e6] {
        let mut model = Bare(vec![start]);
        let found = Lbfgs::new().tolerance(1e-9).minimise(&mut model, |model| {
            let x = model.0[0];
            if x < 1.0 {
                return Err(Error::InvalidArgument { name: "x", value: x, expected: "above 1" });
            }
            Ok((x - (x - 1.0).ln(), vec![1.0 - 1.0 / (x - 1.0)]))
        });
        let found = found.unwrap();
        assert!(found.converged() && distance(&model.0, 2.0) < 1e-6, "{start}: {found:?} {model:?}");
        assert!(start < 2.0 || found.rejected > 0, "{found:?}");
    }
}

/// A loss that falls up to the end of its domain, one without a minimum, and a wrong gradient.
#[test]
fn without_a_minimum_nothing_converges() {
    let bounded = |x: &[f64]| if x[0] < 1.0 { (-x[0], vec![-1.0]) } else { (f64::NAN, vec![0.0]) };
    let (x, found) = minimise(Lbfgs::new(), &[0.25], bounded);
    assert!(found.stopped == StopReason::LineSearch && x[0] < 1.0 && x[0] > 1.0 - 1e-9, "{found:?} {x:?}");
    let (x, found) = minimise(Lbfgs::new().max_iterations(20), &[0.25], |x| (-x[0], vec![-1.0]));
    assert!(!found.converged() && found.loss == -x[0] && x[0] > 1e10, "{found:?}");
    let (x, found) = minimise(Lbfgs::new(), &[3.0], |x| (x[0] * x[0], vec![-2.0 * x[0]]));
    assert!(found.stopped == StopReason::LineSearch && found.iterations == 0 && x == [3.0], "{found:?}");
    let (x, found) = minimise(Lbfgs::new(), &[3.0], |x| if x == [3.0] { (9.0, vec![6.0]) } else { (f64::NAN, vec![]) });
    assert!(found.stopped == StopReason::LineSearch && found.rejected + 1 == found.evaluations, "{found:?}");
    assert_eq!(x, [3.0]);
}

/// The decrease of the loss drowns in its rounding, but the gradient does not.
#[test]
fn a_large_constant_does_not_spoil_the_minimum() {
    let shifted = |x: &[f64]| (1e6 + rosenbrock(x).0, rosenbrock(x).1);
    let (x, found) = minimise(Lbfgs::new().tolerance(1e-10), &[-1.2, 1.0], shifted);
    assert!(found.converged() && distance(&x, 1.0) < 1e-6, "{found:?} {x:?}");
    // From the minimum itself.
    let (x, found) = minimise(Lbfgs::new(), &[1.0, 1.0], shifted);
    assert!(found.converged() && found.evaluations == 1 && x == [1.0, 1.0], "{found:?}");
}

#[test]
fn budgets_and_settings_are_checked() {
    let (_, found) = minimise(Lbfgs::new().max_iterations(3), &[-1.2, 1.0], rosenbrock);
    assert!(found.stopped == StopReason::MaxIterations && found.iterations == 3 && !found.converged(), "{found:?}");
    let mut model = Bare(vec![1.0]);
    let mut refused = |lbfgs: Lbfgs, loss: f64, gradient: Vec<f64>| {
        lbfgs.minimise(&mut model, |_| Ok::<_, Error>((loss, gradient.clone()))).unwrap_err()
    };
    let invalid = |error, argument| matches!(error, Error::InvalidArgument { name, .. } if name == argument);
    assert!(invalid(refused(Lbfgs::new().memory(0), 1.0, vec![1.0]), "memory"));
    for tolerance in [-1.0, 1.0, f64::NAN] {
        assert!(invalid(refused(Lbfgs::new().tolerance(tolerance), 1.0, vec![1.0]), "tolerance"));
    }
    assert!(invalid(refused(Lbfgs::new(), f64::NAN, vec![1.0]), "loss"));
    let error = refused(Lbfgs::new(), 1.0, vec![f64::INFINITY]);
    assert!(matches!(error, Error::InvalidEntry { name: "gradient", index: 0, .. }), "{error:?}");
    let error = refused(Lbfgs::new(), 1.0, vec![1.0, 2.0]);
    assert_eq!(error, Error::LengthMismatch { name: "gradient", found: 2, expected: 1 });
    let failed: Result<_, Error> = Lbfgs::new().minimise(&mut model, |_| Err(Error::EmptyState));
    assert_eq!((failed, model), (Err(Error::EmptyState), Bare(vec![1.0])));
}

/// Single precision resolves the loss to 1e-7 only.
#[test]
fn parameters_may_be_single() {
    struct Single(Vec<f32>);
    impl crate::dynamics::Parametric for Single {
        type Params = Vec<f32>;
        fn params(&self) -> Vec<f32> {
            self.0.clone()
        }
        fn set_params(&mut self, params: &Vec<f32>) {
            self.0.clone_from(params);
        }
    }
    let mut model = Single(vec![-1.2, 1.0]);
    let found = Lbfgs::new().tolerance(1e-5).minimise(&mut model, |model| {
        let x: Vec<f64> = model.0.iter().map(|x| f64::from(*x)).collect();
        let (value, gradient) = rosenbrock(&x);
        Ok::<_, Error>((value, gradient.iter().map(|g| *g as f32).collect()))
    });
    let found = found.unwrap();
    assert!(found.converged() && model.0.iter().all(|x| (x - 1.0).abs() < 1e-2), "{found:?} {:?}", model.0);
}
