//! Separable problems.

use nalgebra::{SVector, Vector2, vector};
use rheos::dynamics::{Separable, SeparableVjp};
use rheos::{Differentiable, Dynamics, Parametric};

type Plane = Vector2<f64>;

/// A planet around a sun in the origin; its period is 2π.
pub struct Kepler;

impl Separable for Kepler {
    type Position = Plane;
    type Momentum = Plane;
    fn velocity(&self, _t: f64, p: &Plane, dq: &mut Plane) {
        *dq = *p;
    }
    fn force(&self, _t: f64, q: &Plane, dp: &mut Plane) {
        *dp = -q / q.norm().powi(3);
    }
}

impl Dynamics for Kepler {
    type State = (Plane, Plane);
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        self.eval_halves(t, y, dy);
    }
}

impl Kepler {
    pub const ECCENTRICITY: f64 = 0.3;

    /// On an ellipse of half axis 1, from its perihelion at `t = 0`.
    pub fn exact(t: f64) -> (Plane, Plane) {
        let e = Self::ECCENTRICITY;
        // Kepler's equation t = E − e sin E.
        let mut anomaly = t;
        for _ in 0..50 {
            anomaly -= (anomaly - e * anomaly.sin() - t) / (1.0 - e * anomaly.cos());
        }
        let (sin, cos) = anomaly.sin_cos();
        let minor = (1.0 - e * e).sqrt();
        let rate = 1.0 / (1.0 - e * cos);
        (vector![cos - e, minor * sin], vector![-sin * rate, minor * cos * rate])
    }

    pub fn energy((q, p): &(Plane, Plane)) -> f64 {
        0.5 * p.norm_squared() - 1.0 / q.norm()
    }
}

/// Both halves nonlinear and dependent on time, with the solution `q = exp(sin t)`, `p = cos t`.
pub struct Shaken;

impl Separable for Shaken {
    type Position = f64;
    type Momentum = f64;
    fn velocity(&self, t: f64, p: &f64, dq: &mut f64) {
        let g = |p: f64| p + p * p * p / 3.0;
        *dq = t.cos() * t.sin().exp() + g(*p) - g(t.cos());
    }
    fn force(&self, t: f64, q: &f64, dp: &mut f64) {
        let k = |q: f64| -q - 0.2 * q * q;
        *dp = -t.sin() + k(*q) - k(t.sin().exp());
    }
}

impl Dynamics for Shaken {
    type State = (f64, f64);
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        self.eval_halves(t, y, dy);
    }
}

impl Shaken {
    pub fn exact(t: f64) -> (f64, f64) {
        (t.sin().exp(), t.cos())
    }
}

/// Two coupled pendulums that are pushed, with parameters `(stiffness, push, mass)` in both halves: the Hamiltonian system
/// of `T = |p|²/2m − t cos(p₀)/10` and `U = −cos q₀ − cos q₁ + k (q₀ − q₁)²/2 − push q₀ sin 2t`.
#[derive(Clone)]
pub struct Pendulums(pub SVector<f64, 3>);

impl Pendulums {
    pub fn problem() -> (Self, (Plane, Plane)) {
        (Self(vector![1.7, 0.4, 1.3]), (vector![0.8, -0.3], vector![0.2, 0.5]))
    }
}

impl Separable for Pendulums {
    type Position = Plane;
    type Momentum = Plane;
    fn velocity(&self, t: f64, p: &Plane, dq: &mut Plane) {
        let mass = self.0[2];
        *dq = vector![p[0] / mass + 0.1 * t * p[0].sin(), p[1] / mass];
    }
    fn force(&self, t: f64, q: &Plane, dp: &mut Plane) {
        let (k, push) = (self.0[0], self.0[1]);
        let pull = k * (q[0] - q[1]);
        *dp = vector![-q[0].sin() - pull + push * (2.0 * t).sin(), -q[1].sin() + pull];
    }
}

impl Dynamics for Pendulums {
    type State = (Plane, Plane);
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        self.eval_halves(t, y, dy);
    }
}

impl Parametric for Pendulums {
    type Params = SVector<f64, 3>;
    fn params(&self) -> Self::Params {
        self.0
    }
    fn set_params(&mut self, params: &Self::Params) {
        self.0 = *params;
    }
}

impl Differentiable for Pendulums {
    type Trace = ();
    fn vjp(&self, t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut SVector<f64, 3>) -> f64 {
        self.vjp_halves(t, y, w, ybar, pbar)
    }
}

impl SeparableVjp for Pendulums {
    fn velocity_vjp(&self, t: f64, p: &Plane, w: &Plane, pbar: &mut Plane, params: &mut SVector<f64, 3>) -> f64 {
        let mass = self.0[2];
        pbar[0] += w[0] * (1.0 / mass + 0.1 * t * p[0].cos());
        pbar[1] += w[1] / mass;
        params[2] -= w.dot(p) / (mass * mass);
        w[0] * 0.1 * p[0].sin()
    }
    fn force_vjp(&self, t: f64, q: &Plane, w: &Plane, qbar: &mut Plane, params: &mut SVector<f64, 3>) -> f64 {
        let (k, push) = (self.0[0], self.0[1]);
        let pull_bar = w[1] - w[0];
        qbar[0] += -w[0] * q[0].cos() + k * pull_bar;
        qbar[1] += -w[1] * q[1].cos() - k * pull_bar;
        params[0] += pull_bar * (q[0] - q[1]);
        params[1] += w[0] * (2.0 * t).sin();
        w[0] * push * 2.0 * (2.0 * t).cos()
    }
}
