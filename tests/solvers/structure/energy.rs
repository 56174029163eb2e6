//! The energy of a planet over a thousand periods and more.

use std::f64::consts::TAU;

use rheos::integrate::{Observer, Step, StepAction};
use rheos::solver::symplectic::{BlanesMoan4, Leapfrog, Yoshida6};
use rheos::{Dynamics, Fixed, Result, Rk4, Solver};

use super::problems::Kepler;

const PERIODS: usize = 1200;

/// The largest error of the energy in each tenth of a solve.
struct Energy {
    per_tenth: usize,
    seen: usize,
    worst: [f64; 10],
}

impl<S: Solver<Kepler>> Observer<Kepler, S> for Energy {
    fn observe(&mut self, step: Step<'_, Kepler, S>) -> Result<StepAction<<Kepler as Dynamics>::State>> {
        let worst = &mut self.worst[(self.seen / self.per_tenth).min(9)];
        *worst = worst.max((Kepler::energy(step.y1) - Kepler::energy(&Kepler::exact(0.0))).abs());
        self.seen += 1;
        Ok(StepAction::On)
    }
}

fn worst<S: Solver<Kepler>>(solver: S, steps_per_period: usize) -> [f64; 10] {
    let steps = PERIODS * steps_per_period;
    let mut energy = Energy { per_tenth: steps / 10, seen: 0, worst: [0.0; 10] };
    let y0 = Kepler::exact(0.0);
    let integration = rheos::integrate::Integration {
        field: &Kepler,
        solver: &solver,
        control: &Fixed::steps(steps),
        span: (0.0, TAU * PERIODS as f64).into(),
        stops: &[],
        jumps: &[],
    };
    integration.run(y0, solver.workspace(&Kepler, &y0), &mut energy).outcome.unwrap();
    energy.worst
}

#[test]
fn stays_where_it_was_for_symplectic_methods_and_drifts_for_others() {
    for (name, worst) in [
        ("Leapfrog", worst(Leapfrog, 100)),
        ("Blanes–Moan 4", worst(BlanesMoan4, 20)),
        ("Yoshida 6", worst(Yoshida6, 40)),
    ] {
        // The last 120 periods are no worse than the first; they are not exactly alike, since the steps meet the orbit
        // in other places.
        assert!(worst[9] < 1.1 * worst[0], "{name}: {worst:?}");
        assert!(worst[0] < 2e-3, "{name}: {worst:?}");
    }
    let rk4 = worst(Rk4, 100);
    // In proportion to the time.
    assert!(rk4[9] > 8.0 * rk4[0], "{rk4:?}");
}
