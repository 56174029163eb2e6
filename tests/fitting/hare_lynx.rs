//! Hare and lynx, 1900 to 1920.

use nalgebra::vector;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::fit::{Experiment, Fit, Fitted, Forward, Parameter, Series};
use rheos::{Autodiff, Dopri5, Pid, Vern7};

const PELTS: [(f64, f64, f64); 21] = [
    (1900.0, 30.0, 4.0),
    (1901.0, 47.2, 6.1),
    (1902.0, 70.2, 9.8),
    (1903.0, 77.4, 35.2),
    (1904.0, 36.3, 59.4),
    (1905.0, 20.6, 41.7),
    (1906.0, 18.1, 19.0),
    (1907.0, 21.4, 13.0),
    (1908.0, 22.0, 8.3),
    (1909.0, 25.4, 9.1),
    (1910.0, 27.1, 7.4),
    (1911.0, 40.3, 8.0),
    (1912.0, 57.0, 12.3),
    (1913.0, 76.6, 19.5),
    (1914.0, 52.3, 45.7),
    (1915.0, 19.5, 51.1),
    (1916.0, 11.2, 29.7),
    (1917.0, 7.6, 15.8),
    (1918.0, 14.6, 9.7),
    (1919.0, 16.2, 10.1),
    (1920.0, 24.7, 8.6),
];

#[test]
fn quick() {
    let times: Vec<f64> = PELTS.iter().map(|p| p.0).collect();
    let hares: Vec<f64> = PELTS.iter().map(|p| p.1).collect();
    let lynx: Vec<f64> = PELTS.iter().map(|p| p.2).collect();
    let start = [Parameter::new("hares", 30.0).positive(), Parameter::new("lynx", 4.0).positive()];
    let experiment = Experiment::new(1900.0, start)
        .measured(Series::log_component(0, &times, &hares))
        .measured(Series::log_component(1, &times, &lynx));
    let names = [("α", 0.5), ("β", 0.025), ("γ", 0.8), ("δ", 0.025)];
    let model = Autodiff::new(LotkaVolterra, vector![0.5, 0.025, 0.8, 0.025]);
    let fit = Fit::new(model, Vern7, Pid::tolerance(1e-10))
        .parameters(names.map(|(name, value)| Parameter::new(name, value).positive()))
        .experiment(experiment);
    let clock = std::time::Instant::now();
    let fitted = fit.least_squares().unwrap();
    println!("{fitted}\n{:?} {} {}", clock.elapsed(), fitted.evaluations, fitted.failed);
    println!("{}", fitted.correlation().unwrap());
    let profile = fit.profile(&fitted, "β", 0.95).unwrap();
    println!("{profile:?} {:?}", clock.elapsed());
}
