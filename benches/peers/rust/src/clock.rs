//! Timing, and one line of JSON per measurement.

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};

/// A sample lasts this long at least, so that the clock and the caches do not matter.
const SAMPLE: f64 = 2e-3;
/// The most samples; fewer of a slow run, so that all take about this many seconds.
const SAMPLES: f64 = 5.0;
const SECONDS: f64 = 0.3;

/// Seconds per call of `run`, several times over.
pub fn seconds<T>(mut run: impl FnMut() -> T) -> Vec<f64> {
    let mut time = |calls: u32| {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(run());
        }
        start.elapsed().as_secs_f64() / f64::from(calls)
    };
    let once = time(1); // warms up
    if once > SECONDS / 2.0 {
        return vec![once];
    }
    let once = once.min(time(1));
    let calls = (SAMPLE / once).ceil().clamp(1.0, 1e6) as u32;
    let count = (SECONDS / (f64::from(calls) * once)).clamp(1.0, SAMPLES) as u32;
    (0..count).map(|_| time(calls)).collect()
}

/// The seconds, the number of evaluations and `y` at the end.
pub type Measured = (Vec<f64>, u64, Vec<f64>);

/// Who is measured.
#[derive(Clone, Copy)]
pub struct Library {
    pub name: &'static str,
    pub version: &'static str,
}

impl Library {
    /// Prints a measurement, or why there is none.
    pub fn print(self, problem: &str, method: &str, tol: f64, outcome: Result<Measured, String>) {
        let finite = |(.., y): &Measured| y.iter().all(|y| y.is_finite());
        let outcome = outcome.and_then(|found| if finite(&found) { Ok(found) } else { Err("not finite".into()) });
        self.line(
            json!({ "problem": problem, "method": method, "tol": tol }),
            match outcome {
                Ok((seconds, evaluations, y)) => json!({ "seconds": seconds, "evaluations": evaluations, "y": y }),
                Err(why) => json!({ "failed": why }),
            },
        );
    }

    /// Prints two JSON objects as one.
    pub fn line(self, mut about: Value, result: Value) {
        about["library"] = self.name.into();
        about["version"] = self.version.into();
        if let (Value::Object(about), Value::Object(result)) = (&mut about, result) {
            about.extend(result);
        }
        println!("{about}");
    }
}
