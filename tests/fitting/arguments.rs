//! Bad arguments are named, and a solve that fails is a rejected step.

use nalgebra::{SVector, vector};
use rheos::error::Error;
use rheos::fit::{Experiment, Fit, FitResult, Parameter, Series};
use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};

use crate::experiments::decay;

fn refused(fitted: FitResult) -> Error {
    let failure = fitted.unwrap_err();
    assert!(failure.partial.is_none());
    failure.error
}

fn known() -> Experiment<'static> {
    Experiment::from_known(0.0, &[1.0])
}

#[test]
fn lists_that_do_not_fit_are_refused() {
    let mismatch = |error: Error, argument: &str| match error {
        Error::LengthMismatch { name, .. } => assert_eq!(name, argument),
        error => panic!("{error:?}"),
    };
    mismatch(refused(decay().least_squares()), "experiments");
    mismatch(refused(decay().parameters([]).experiment(known()).least_squares()), "parameters");
    mismatch(refused(decay().experiment(Experiment::from_known(0.0, &[1.0, 2.0])).least_squares()), "y0");
    let short = Experiment::from_parameters(0.0, |_| Vec::new()).measured(Series::component(0, &[1.0], &[1.0]));
    mismatch(refused(decay().experiment(short).least_squares()), "y0");
    let series = Series::component(0, &[1.0, 2.0], &[1.0]);
    mismatch(refused(decay().experiment(known().measured(series)).least_squares()), "series.values");
    let series = Series::component(0, &[1.0, 2.0], &[1.0, 0.5]).sigmas(&[1.0]);
    mismatch(refused(decay().experiment(known().measured(series)).least_squares()), "series.sigmas");
    mismatch(refused(decay().experiment(known()).least_squares()), "residuals");
    let measured = || known().measured(Series::component(0, &[1.0], &[0.5]));
    mismatch(refused(decay().experiment(measured()).least_squares_from(&[1.0, 2.0])), "values");
}

#[test]
fn numbers_outside_their_domain_are_refused() {
    let entry = |error: Error, argument: &str| match error {
        Error::InvalidEntry { name, .. } | Error::InvalidArgument { name, .. } => assert_eq!(name, argument),
        error => panic!("{error:?}"),
    };
    let fit = |times: &[f64], values: &[f64]| {
        refused(decay().experiment(known().measured(Series::log_component(0, times, values))).least_squares())
    };
    entry(fit(&[1.0, f64::NAN], &[1.0, 1.0]), "series.times");
    entry(fit(&[1.0, 2.0], &[1.0, 0.0]), "series.values");
    entry(fit(&[1.0, 2.0], &[-1.0, 1.0]), "series.values");
    entry(fit(&[1.0, -2.0], &[1.0, 1.0]), "series.times");
    let series = || Series::component(0, &[1.0, 2.0], &[1.0, 0.5]);
    for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let experiment = known().measured(series().sigma(sigma));
        entry(refused(decay().experiment(experiment).least_squares()), "series.sigmas");
    }
    let experiment = known().measured(Series::component(1, &[1.0], &[1.0]));
    entry(refused(decay().experiment(experiment).least_squares()), "series.component");
    for parameter in [
        Parameter::new("k", -1.0).positive(),
        Parameter::new("k", f64::NAN),
        Parameter::new("k", 2.0).between(0.0, 1.0),
        Parameter::new("k", 2.0).between(3.0, 1.0),
    ] {
        let experiment = known().measured(series());
        entry(refused(decay().parameters([parameter]).experiment(experiment).least_squares()), "parameters");
    }
    let experiment = Experiment::from_known(f64::NAN, &[1.0]).measured(series());
    entry(refused(decay().experiment(experiment).least_squares()), "t0");
    let fit = || decay().experiment(known().measured(series()));
    entry(refused(fit().multiple_shooting(0)), "segments");
    entry(refused(fit().multiple_shooting_with(2, &[1.0, 0.0], &Default::default())), "penalties");
    entry(refused(fit().parameters([Parameter::new("k", 1.0).positive()]).least_squares_from(&[-1.0])), "values");
    let fitted = fit().least_squares().unwrap();
    for level in [0.0, 1.0, f64::NAN] {
        entry(fitted.intervals(level).unwrap_err(), "level");
    }
}

#[test]
fn names_are_checked() {
    let series = || Series::component(0, &[1.0, 2.0], &[1.0, 0.5]);
    let twice = Experiment::new(0.0, [Parameter::new("k", 1.0)]).measured(series());
    let error = refused(decay().parameters([Parameter::new("k", 1.0)]).experiment(twice).least_squares());
    assert_eq!(error, Error::DuplicateParameter { name: "k".into() });
    // A fixed parameter too, and one that an experiment replaces twice.
    let fixed = [Parameter::new("k", 1.0), Parameter::new("k", 3.0).fixed()];
    let error = refused(decay().parameters(fixed).experiment(known().measured(series())).least_squares());
    assert_eq!(error, Error::DuplicateParameter { name: "k".into() });
    let replaced = [2.0, 3.0].map(|value| Parameter::new("p[0]", value).fixed());
    let experiment = replaced.into_iter().fold(known(), Experiment::with).measured(series());
    assert_eq!(
        refused(decay().experiment(experiment).least_squares()),
        Error::DuplicateParameter { name: "p[0]".into() }
    );
    let foreign = known().with(Parameter::new("q", 1.0)).measured(series());
    let error = refused(decay().experiment(foreign).least_squares());
    assert_eq!(error, Error::UnknownParameter { name: "q".into(), known: vec!["p[0]".into()] });
    let fitted = decay().experiment(known().measured(series())).least_squares().unwrap();
    assert!(matches!(fitted.parameter("q"), Err(Error::UnknownParameter { .. })));
    assert!(matches!(fitted.interval("q", 0.95), Err(Error::UnknownParameter { .. })));
}

/// `y' = k y²` from 1 explodes at `t = 1/k`.
#[derive(Clone)]
struct Explosion;

impl GenericDynamics<1, 1> for Explosion {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
        vector![k[0] * y[0] * y[0]]
    }
}

/// `y(2) = 1/(1 − 2k)` is 50 for `k = 0.49`. From 0.1, the first step leads beyond 1/2, where there is no solution.
#[test]
fn a_failed_solve_rejects_the_step() {
    let fit = |start: f64| {
        let experiment = known().measured(Series::component(0, &[1.0, 2.0], &[1.0 / 0.51, 50.0]));
        let model = Autodiff::new(Explosion, vector![0.0]);
        Fit::new(model, Dopri5, Pid::tolerance(1e-10)).parameters([Parameter::new("k", start)]).experiment(experiment)
    };
    let fitted = fit(0.1).least_squares().unwrap();
    assert!(fitted.failed > 0 && (fitted.parameters[0].value - 0.49).abs() < 1e-8, "{fitted} {}", fitted.failed);
    let error = refused(fit(0.6).least_squares());
    assert!(!matches!(error, Error::FitNotConverged { .. }), "{error}");
}
