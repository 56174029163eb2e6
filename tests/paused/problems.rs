//! Problems that keep Jacobians, reject steps and change the method.

use std::cell::Cell;

use nalgebra::{DVector, Vector2, dvector, vector};
use rheos::Dynamics;
use rheos::dynamics::{GenericSplit, Jacobian};

pub type Plane = Vector2<f64>;

/// Follows a cosine at this rate, with a component that lags behind.
pub struct Lag(pub f64);

pub const STIFF: Lag = Lag(60.0);
pub const EASY: Lag = Lag(1.0);
pub const START: Plane = vector![0.5, 0.2];

impl Dynamics for Lag {
    type State = Plane;
    fn eval(&self, t: f64, y: &Plane, dy: &mut Plane) {
        *dy = vector![-self.0 * (y[0] - t.cos()) - y[1] * y[0] * y[0], y[0] - y[1]];
    }
}

impl Jacobian for Lag {}

/// The stiff one, on the heap.
pub struct Heap;

pub fn heap_start() -> DVector<f64> {
    dvector![0.5, 0.2]
}

impl Dynamics for Heap {
    type State = DVector<f64>;
    fn eval(&self, t: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        let mut plane = Plane::zeros();
        STIFF.eval(t, &vector![y[0], y[1]], &mut plane);
        dy.copy_from(&plane);
    }
}

impl Jacobian for Heap {}

/// The slow part of a field in two.
pub struct Drift;

impl Dynamics for Drift {
    type State = Plane;
    fn eval(&self, t: f64, y: &Plane, dy: &mut Plane) {
        *dy = vector![t.sin() * y[1], y[0] - y[1]];
    }
}

pub fn split() -> GenericSplit<Drift, Lag> {
    GenericSplit::new(Drift, STIFF)
}

/// Has no value where it is evaluated for the second time, in the search for a first step.
#[derive(Default)]
pub struct Stumbles(Cell<u32>);

impl Dynamics for Stumbles {
    type State = Plane;
    fn eval(&self, t: f64, y: &Plane, dy: &mut Plane) {
        self.0.set(self.0.get() + 1);
        if self.0.get() == 2 {
            dy.fill(f64::NAN);
        } else {
            EASY.eval(t, y, dy);
        }
    }
}

impl Jacobian for Stumbles {}
