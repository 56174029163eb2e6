//! Solvers as one writes them for one problem of three components, `dy/dt = f(y)`.
//!
//! Coefficients: Hairer, Nørsett & Wanner I, tables II.1.2 and II.5.2.

use nalgebra::Vector3;

type State = Vector3<f64>;

/// The classical method.
pub fn rk4_fixed(f: impl Fn(&State) -> State, mut y: State, end: f64, steps: usize) -> State {
    let h = end / steps as f64;
    for _ in 0..steps {
        let k1 = f(&y);
        let k2 = f(&(y + k1 * (0.5 * h)));
        let k3 = f(&(y + k2 * (0.5 * h)));
        let k4 = f(&(y + k3 * h));
        y += (k1 + (k2 + k3) * 2.0 + k4) * (h / 6.0);
    }
    y
}

/// One step of Dormand and Prince: `(y1, the slope there, the error)`.
#[inline(always)]
fn dopri5_step(f: &impl Fn(&State) -> State, y: &State, k1: &State, h: f64) -> (State, State, State) {
    let k2 = f(&(y + k1 * (0.2 * h)));
    let k3 = f(&(y + k1 * (3.0 / 40.0 * h) + k2 * (9.0 / 40.0 * h)));
    let k4 = f(&(y + k1 * (44.0 / 45.0 * h) + k2 * (-56.0 / 15.0 * h) + k3 * (32.0 / 9.0 * h)));
    let (a1, a2, a3, a4) = (19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0);
    let k5 = f(&(y + k1 * (a1 * h) + k2 * (a2 * h) + k3 * (a3 * h) + k4 * (a4 * h)));
    let (a1, a2, a3, a4, a5) = (9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0);
    let k6 = f(&(y + k1 * (a1 * h) + k2 * (a2 * h) + k3 * (a3 * h) + k4 * (a4 * h) + k5 * (a5 * h)));
    let (b1, b3, b4, b5, b6) = (35.0 / 384.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0);
    let y1 = y + k1 * (b1 * h) + k3 * (b3 * h) + k4 * (b4 * h) + k5 * (b5 * h) + k6 * (b6 * h);
    let k7 = f(&y1);
    let (e1, e3, e4) = (71.0 / 57600.0, -71.0 / 16695.0, 71.0 / 1920.0);
    let (e5, e6, e7) = (-17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0);
    let error = k1 * (e1 * h) + k3 * (e3 * h) + k4 * (e4 * h) + k5 * (e5 * h) + k6 * (e6 * h) + k7 * (e7 * h);
    (y1, k7, error)
}

/// Dormand and Prince without using the error.
pub fn dopri5_fixed(f: impl Fn(&State) -> State, mut y: State, end: f64, steps: usize) -> State {
    let h = end / steps as f64;
    let mut k1 = f(&y);
    for _ in 0..steps {
        (y, k1, _) = dopri5_step(&f, &y, &k1, h);
    }
    y
}

/// The root mean square of the error in units of the tolerance.
#[inline(always)]
fn norm(error: &State, y0: &State, y1: &State, tol: f64) -> f64 {
    let sum: f64 = (0..3)
        .map(|i| {
            let ratio = error[i] / (tol + tol * y0[i].abs().max(y1[i].abs()));
            ratio * ratio
        })
        .sum();
    (sum / 3.0).sqrt()
}

/// Dormand and Prince with the PI controller of the code DOPRI5 (Hairer & Wanner II, section IV.2); returns the end and
/// the number of evaluations. The first step is fixed, and corrected by the controller.
pub fn dopri5_adaptive(f: impl Fn(&State) -> State, mut y: State, end: f64, tol: f64, max_step: f64) -> (State, u64) {
    let (mut t, mut h, mut previous, mut rejected) = (0.0, 1e-3_f64, 1e-4_f64, false);
    let mut k1 = f(&y);
    let mut evaluations = 1;
    while t < end {
        h = h.min(max_step).min(end - t);
        let (y1, k7, error) = dopri5_step(&f, &y, &k1, h);
        evaluations += 6;
        let error = norm(&error, &y, &y1, tol).max(1e-10);
        if error <= 1.0 {
            let factor = 0.9 * error.powf(-0.17) * previous.powf(0.04);
            (t, y, k1, previous) = (t + h, y1, k7, error);
            h *= factor.clamp(0.2, if rejected { 1.0 } else { 10.0 });
            rejected = false;
        } else {
            h *= (0.9 * error.powf(-0.2)).max(0.2);
            rejected = true;
        }
    }
    (y, evaluations)
}
