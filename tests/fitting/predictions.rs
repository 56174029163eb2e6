//! A fit at given values: predictions, residuals and states agree with the closed form.

use rheos::error::Error;
use rheos::fit::{Experiment, Parameter, Series};

use crate::experiments::decay;

#[test]
fn predictions_are_those_of_the_closed_form() {
    let start = || [Parameter::new("y0", 1.0).positive()];
    let fit = decay()
        .parameters([Parameter::new("k", 1.0).positive(), Parameter::new("offset", 0.5).fixed()])
        .experiment(
            // Not in order, and twice at one time.
            Experiment::new(0.0, start())
                .measured(Series::component(0, &[2.0, 1.0, 1.0], &[1.0, 2.0, 3.0]).sigmas(&[1.0, 0.5, 0.1]))
                .measured(Series::function(|t, y, p| y[0] * t + p[1], &[3.0, 0.0], &[0.2, 0.4])),
        )
        .experiment(Experiment::new(1.0, start()).measured(Series::log_component(0, &[0.0], &[4.0])));
    assert_eq!(fit.names().unwrap(), ["k", "y0 [0]", "y0 [1]"]);
    let (k, first, second) = (0.7, 3.0, 2.0);
    let values = [k, first, second];
    let y = |t: f64| first * (-k * t).exp();
    let expected = [y(2.0), y(1.0), y(1.0), 3.0 * y(3.0) + 0.5, 0.5, (second * k.exp()).ln()];
    let found = fit.predictions(&values).unwrap();
    let residuals = fit.residuals(&values).unwrap();
    let (measured, sigmas) = ([1.0, 2.0, 3.0, 0.2, 0.4, 4.0_f64.ln()], [1.0, 0.5, 0.1, 1.0, 1.0, 1.0]);
    for i in 0..6 {
        assert!((found[i] - expected[i]).abs() < 1e-11, "{i}: {}", found[i]);
        assert!((residuals[i] - (expected[i] - measured[i]) / sigmas[i]).abs() < 1e-10, "{i}: {}", residuals[i]);
    }
    for (t, state) in [0.0, 0.25, 4.0].into_iter().zip(fit.states(&values, 0, &[0.0, 0.25, 4.0]).unwrap()) {
        assert!((state[0] - y(t)).abs() < 1e-11, "{t}");
    }
    let before = fit.states(&values, 1, &[1.0, 0.5, -1.0]).unwrap();
    assert!((before[2][0] - second * (2.0 * k).exp()).abs() < 1e-10);
    assert!(fit.states(&values, 0, &[]).unwrap().is_empty());
    assert!(matches!(fit.states(&values, 2, &[1.0]), Err(Error::InvalidArgument { name: "index", .. })));
    assert!(matches!(fit.states(&values, 0, &[1.0, 0.5, 2.0]), Err(Error::UnsortedTimes { .. })));
    assert!(matches!(fit.predictions(&[0.7]), Err(Error::LengthMismatch { name: "values", .. })));
    assert!(matches!(fit.predictions(&[-0.7, 1.0, 1.0]), Err(Error::InvalidEntry { name: "values", index: 0, .. })));
}
