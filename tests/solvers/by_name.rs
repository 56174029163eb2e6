//! Methods chosen by name.

use nalgebra::{Vector2, vector};
use rheos::dynamics::problems::VanDerPol;
use rheos::solver::explicit::{Bosh3, CashKarp, Dop853, Dopri8, Fehlberg45, Vern6, Vern8, Vern9};
use rheos::solver::implicit::{Esdirk547, Kvaerno3, Radau, RadauIIA3, RadauIIA9, RadauIIA13, TrBdf2};
use rheos::solver::multistep::{Adams, Ndf};
use rheos::solver::rosenbrock::{Rodas4, Rodas4P, Ros3P};
use rheos::solver::{AnyExplicit, AnySolver, Auto, Dense, Embedded};
use rheos::{Bdf, Dopri5, Dynamics, Error, Event, Failure, Ivp, Pid, RadauIIA5, Rodas5P, Solution, Tsit5, Vern7, ode};

const TIMES: [f64; 4] = [0.1, 0.55, 1.3, 2.0];

type Outcome = Result<Solution<Vector2<f64>>, Box<Failure<Vector2<f64>>>>;

fn solve<F, S>(f: &F, method: S) -> Outcome
where
    F: Dynamics<State = Vector2<f64>>,
    S: Embedded<F> + Dense<F>,
{
    let zero = Event::crossing(|_t, y: &Vector2<f64>| y[1] + 0.2);
    Ivp::new(f, vector![2.0, 0.0], 0.0..2.0).event(zero).save_at(&TIMES).solve(method, Pid::tolerance(1e-6).atol(1e-8))
}

/// The steps, the outputs, the events and the counts of the method itself, to the last bit.
#[test]
fn a_named_method_is_the_method() {
    let (f, _) = VanDerPol::problem(20.0);
    macro_rules! check {
        ($($name:literal $method:expr),+ $(,)?) => {{
            let mut names = vec![$($name),+];
            $(
                let named: AnySolver = $name.parse().unwrap();
                assert_eq!(named.name(), $name);
                assert_eq!(solve(&f, named), solve(&f, $method), $name);
            )+
            let mut known = AnySolver::NAMES.to_vec();
            names.sort_unstable();
            known.sort_unstable();
            assert_eq!(names, known, "every name is tested");
        }};
    }
    check!(
        "auto" Auto::new(Tsit5, Rodas5P), "bosh3" Bosh3, "cash_karp" CashKarp, "fehlberg45" Fehlberg45, "dopri5" Dopri5,
        "tsit5" Tsit5, "vern6" Vern6, "vern7" Vern7, "vern8" Vern8, "vern9" Vern9, "dopri8" Dopri8, "dop853" Dop853,
        "adams" Adams, "ros3p" Ros3P, "rodas4" Rodas4, "rodas4p" Rodas4P, "rodas5p" Rodas5P, "tr_bdf2" TrBdf2,
        "kvaerno3" Kvaerno3, "esdirk547" Esdirk547, "radau_iia3" RadauIIA3, "radau_iia5" RadauIIA5,
        "radau_iia9" RadauIIA9, "radau_iia13" RadauIIA13, "radau" Radau, "bdf" Bdf, "ndf" Ndf,
    );
}

#[test]
fn explicit_methods_need_no_jacobian() {
    struct Oscillator;
    impl Dynamics for Oscillator {
        type State = Vector2<f64>;
        fn eval(&self, _t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
            *dy = vector![y[1], -y[0]];
        }
    }
    for name in AnyExplicit::NAMES {
        let solution = solve(&Oscillator, name.parse::<AnyExplicit>().unwrap()).unwrap();
        assert!((solution.last()[0] - 2.0 * 2.0_f64.cos()).abs() < 1e-4, "{name}");
        assert!(AnySolver::NAMES.contains(name), "{name}");
    }
}

/// A curve holds the interpolants of every method: its degree is the highest of all.
#[test]
fn a_curve_is_the_interpolant() {
    let sine = ode(|t, _y: &f64, dy: &mut f64| *dy = f64::cos(t));
    for name in AnySolver::NAMES {
        let method: AnySolver = name.parse().unwrap();
        let curve = Ivp::new(&sine, 0.0, 0.0..3.0).dense().solve(method, Pid::tolerance(1e-6)).unwrap().y;
        let saved = Ivp::new(&sine, 0.0, 0.0..3.0).save_at(&[1.7]).solve(method, Pid::tolerance(1e-6)).unwrap();
        assert!((curve.at(1.7).unwrap() - saved.y[0]).abs() < 1e-12, "{name}");
    }
}

#[test]
fn spelling_does_not_matter_and_unknown_names_are_listed() {
    assert_eq!("Radau-IIA 5".parse::<AnySolver>().unwrap().name(), "radau_iia5");
    assert_eq!("TSIT5".parse::<AnyExplicit>().unwrap().name(), "tsit5");
    let error = "rodas5p".parse::<AnyExplicit>().unwrap_err();
    assert!(matches!(&error, Error::UnknownMethod { name, .. } if name == "rodas5p"));
    let text = error.to_string();
    assert!(AnyExplicit::NAMES.iter().all(|name| text.contains(name)), "{text}");
    for other in ["", " ", "dopri5!", "tsit5\0", "t.sit5"] {
        assert!(other.parse::<AnySolver>().is_err(), "{other}");
    }
}
