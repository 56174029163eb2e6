//! A gradient in two steps.

use nalgebra::{SVector, vector};
use rheos::adjoint::{Checkpoints, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::solver::reversible::Coupled;
use rheos::train::mean_squared_error;
use rheos::{
    Adjoint, BacksolveAdjoint, Controller, DifferentiableEvent, DiscreteAdjoint, Dopri5, Error, Failure, Fixed, Ivp,
    Pid, ReversibleAdjoint, Rodas5P, Solver, Vern7, ode,
};

type Model = rheos::Autodiff<LotkaVolterra, 2, 4>;
const TIMES: [f64; 3] = [0.3, 1.1, 1.7];

/// The way back may be gone again, with other cotangents, and is linear in them.
#[test]
fn a_run_goes_back_more_than_once() {
    fn check<S, C, A>(solver: S, control: C, adjoint: A)
    where
        S: Solver<Model>,
        C: Controller<Model, S>,
        A: Adjoint<Model, S, C>,
    {
        let (f, y0) = LotkaVolterra::problem();
        let run = Ivp::new(&f, y0, 0.0..2.0).save_at(&TIMES).forward(solver, control, adjoint).unwrap();
        let first = run.backward(&run.y).unwrap();
        assert_eq!(run.backward(&run.y).unwrap(), first);
        let [a, b] = [[1.0, 0.0, 0.0], [0.0, -2.0, 0.5]].map(|w| w.map(|w| vector![w, 0.3 * w]));
        let of = |w: &[SVector<f64, 2>]| run.backward(w).unwrap();
        let (sum, a, b) = (of(&[0, 1, 2].map(|i| a[i] + b[i])), of(&a), of(&b));
        // The steps of a continuous adjoint depend on the cotangents.
        assert!((sum.y0 - a.y0 - b.y0).norm() < 1e-6 * sum.y0.norm());
        assert!((sum.params - a.params - b.params).norm() < 1e-6 * sum.params.norm());
    }
    let tight = Pid::tolerance(1e-9);
    check(Dopri5, tight, DiscreteAdjoint::new());
    check(Dopri5, tight, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(4)));
    check(Dopri5, tight, DiscreteAdjoint::new().checkpoints(Checkpoints::Every(7)));
    check(rheos::solver::multistep::Adams, tight, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(4)));
    check(Rodas5P, tight, DiscreteAdjoint::new());
    check(Coupled::new(Dopri5), Fixed::steps(100), ReversibleAdjoint::new());
    check(Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight));
    check(Dopri5, tight, InterpolatingAdjoint::new(Dopri5, tight));
    check(Vern7, tight, QuadratureAdjoint::gauss(Dopri5, tight));
}

/// Output times need not include the ends of the span, and those that do move with them.
#[test]
fn outputs_at_the_ends_move_with_them() {
    let (f, y0) = LotkaVolterra::problem();
    let w = vector![0.4, -1.0];
    let tight = Pid::tolerance(1e-10);
    let run = |times: &'static [f64]| {
        Ivp::new(&f, y0, 0.0..2.0).save_at(times).forward(Dopri5, tight, DiscreteAdjoint::new())
    };
    let inside = run(&[1.0]).unwrap().backward(&[w]).unwrap();
    let with_ends = run(&[0.0, 1.0, 2.0, 2.0]).unwrap();
    let found = with_ends.backward(&[w * 0.0, w, w * 0.0, w * 0.0]).unwrap();
    assert_eq!((found.y0, found.params, found.t0), (inside.y0, inside.params, inside.t0));
    assert_eq!(found.times, [found.t0, inside.times[0], found.t1, found.t1]);
    let end = Ivp::new(&f, y0, 0.0..2.0).forward(Dopri5, tight, DiscreteAdjoint::new()).unwrap();
    assert_eq!((&end.t[..], &end.y[..]), (&[2.0][..], &with_ends.y[3..]));
    let at_end = with_ends.backward(&[w * 0.0, w * 0.0, w * 0.25, w * 0.75]).unwrap();
    let alone = end.backward(&[w]).unwrap();
    assert_eq!((at_end.y0, at_end.t1), (alone.y0, alone.t1));
    assert_eq!(at_end.times, [alone.t0, 0.0, alone.t1, alone.t1]);
    assert!(alone.times.is_empty());
}

#[test]
fn an_error_of_the_loss_is_passed_on() {
    #[derive(Debug, PartialEq)]
    enum Mine {
        Unlike,
        Theirs(Error),
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Theirs(error)
        }
    }
    let (f, y0) = LotkaVolterra::problem();
    let run =
        Ivp::new(&f, y0, 0.0..2.0).save_at(&TIMES).forward(Dopri5, Fixed::steps(20), DiscreteAdjoint::new()).unwrap();
    assert_eq!(run.gradient_of(|_| Err::<((), _), _>(Mine::Unlike)), Err(Mine::Unlike));
    let short = run.gradient_of(|y| Ok::<_, Mine>((1.0, y[1..].to_vec())));
    assert_eq!(short, Err(Mine::Theirs(Error::LengthMismatch { name: "cotangents", found: 2, expected: 3 })));
    let refused = run.gradient_of(|y| mean_squared_error(y, &[]));
    assert_eq!(refused, Err(Error::LengthMismatch { name: "targets", found: 0, expected: 3 }));
    let (loss, found) = run.gradient_of(|y| mean_squared_error(y, &[y0; 3])).unwrap();
    assert!(loss > 0.0 && found.params.norm() > 0.0);
}

/// A failed forward pass keeps its results.
#[test]
fn a_failure_keeps_the_solution() {
    let blow_up = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y).with_vjp(|_t, y, w, ybar| {
        *ybar += 2.0 * y * w;
        0.0
    });
    let times = [0.5, 2.0];
    let tolerance = Pid::tolerance(1e-8);
    let failure: Box<Failure<f64>> = Ivp::new(&blow_up, 1.0, 0.0..2.0)
        .save_at(&times)
        .forward(Dopri5, tolerance, DiscreteAdjoint::new())
        .unwrap_err();
    assert_eq!(failure.partial.t, [0.5]);
    assert!((failure.partial.y[0] - 2.0).abs() < 1e-6);
    assert!((failure.partial.last_time() - 1.0).abs() < 1e-3);
    let failure = Ivp::new(&blow_up, 1.0, 0.0..2.0).forward(Dopri5, tolerance, DiscreteAdjoint::new()).unwrap_err();
    assert_eq!(failure.partial.t, [failure.partial.last_time()]);
}

/// An output that a terminal event did not let happen depends on nothing, but its time may be the end of the span, which a
/// uniform grid follows.
#[test]
fn a_time_behind_a_terminal_event_moves_the_end_at_most() {
    let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y).with_vjp(|_t, _y, w, ybar| {
        *ybar -= w;
        0.0
    });
    let half = DifferentiableEvent::falling(
        |_, _t, y: &f64| y - 0.5,
        |_, _t, _y, w, ybar: &mut f64, _| {
            *ybar += w;
            0.0
        },
    );
    let problem = Ivp::new(&decay, 1.0, 0.0..2.0).save_at(&[0.3, 1.0, 2.0]).event(half.terminal());
    let run = problem.forward(Dopri5, Fixed::steps(3), DiscreteAdjoint::new()).unwrap();
    assert_eq!((&run.t[..], run.hits.len()), (&[0.3][..], 1));
    let found = run.backward(&[1.0]).unwrap();
    assert!(found.t1 != 0.0 && (found.times[0] + 0.3_f64.exp().recip()).abs() < 1e-2);
    assert_eq!(found.times[1..], [0.0, found.t1]);
}
