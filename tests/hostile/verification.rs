//! The checks that users run on their own models.

use rheos::{DiscreteAdjoint, Dopri5, Rk4, verify};

use crate::case::{Case, for_all_cases};
use crate::fields::{Hostile, Rule};
use crate::methods::{Many, Plane};
use crate::{control, draw};

/// Rules that need no step of less than 1e-6, as references at tight tolerances would take.
const GENTLE: [Rule; 7] =
    [Rule::Zero, Rule::Decay, Rule::Oscillation, Rule::Tiny, Rule::NanEverywhere, Rule::NanFrom(0.5), Rule::Huge];

#[test]
fn verification() {
    for_all_cases("verification", |case| match case.pick("what", &["vjp", "gradient", "laws", "laws", "order"]) {
        "vjp" => {
            let mut f = Hostile::<Many>::draw(case);
            let y = Hostile::<Many>::start(case);
            let report = verify::vjp(&mut f, draw::number(case, "t", &[0.0, 0.6]), &y);
            accept(case, report.passed(), report.entries.iter().all(|entry| entry.computed.is_finite()));
        }
        "gradient" => {
            let mut f = Hostile::<Plane>::draw(case);
            let y0 = Hostile::<Plane>::start(case);
            let times = draw::times_of_gradient(case);
            let control = control::forward(case);
            if times.len() > 20 {
                return;
            }
            if let Ok(report) = verify::gradient(&mut f, &Dopri5, &control, &DiscreteAdjoint::new(), &times, &y0) {
                accept(case, report.passed(), report.entries.iter().all(|entry| entry.computed.is_finite()));
            }
        }
        "laws" => {
            let (x, y) = (Hostile::<Many>::start(case), Hostile::<Many>::start(case));
            if x.len() == y.len() {
                let report = verify::laws(&x, &y);
                accept(case, report.passed(), report.laws.iter().all(|(_, error)| error.is_finite()));
            }
        }
        _ => {
            let f = Hostile::<Plane>::new(case.pick("rule", &GENTLE));
            let y0 = Hostile::<Plane>::start(case);
            let span = draw::span(case);
            // A reference at tight tolerances over many periods takes its time.
            if span.length().abs() > 100.0 && span.length().is_finite() {
                return;
            }
            let report = match case.below(3) {
                0 => verify::order(&f, &y0, span, &Rk4),
                1 => verify::order_with(&f, &y0, span, &Rk4, |_| y0),
                _ => verify::dense_order(&f, span, &Rk4, |_| y0),
            };
            if let Ok(report) = report {
                accept(case, report.passed(), report.observed.is_finite());
            }
        }
    });
}

/// A report passes on numbers only.
fn accept(case: &mut Case, passed: bool, finite: bool) {
    case.succeed();
    case.check(!passed || finite, "a report that passes has numbers");
}
