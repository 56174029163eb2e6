//! Sums, outcomes and ensembles over ranks.

use rheos::distributed::{Communicator, agree, on_threads, sum};
use rheos::dynamics::problems::VanDerPol;
use rheos::solution::{Ensemble, Outcome};
use rheos::{Dopri5, Error, Pid, ode};

#[test]
fn words_arrive_in_the_order_of_the_ranks() {
    for size in 1..6 {
        let found = on_threads(size, |ranks| {
            let (rank, n) = (ranks.rank() as u64, ranks.size() as u64);
            let mut from_root = [rank, 7 * rank];
            ranks.broadcast(&mut from_root).unwrap();
            let parts: Vec<u64> = (0..n).flat_map(|to| [10 * rank + to, to]).collect();
            let moved = ranks.all_to_all(&parts).unwrap();
            (from_root, moved, ranks.all_gather(&[rank, 1]).unwrap(), ranks.gather(&[rank]).unwrap())
        });
        for (rank, (from_root, moved, all, at_root)) in (0..).zip(found) {
            let n = size as u64;
            assert_eq!(from_root, [0, 0]);
            assert_eq!(moved, (0..n).flat_map(|from| [10 * from + rank, rank]).collect::<Vec<_>>());
            assert_eq!(all, (0..n).flat_map(|from| [from, 1]).collect::<Vec<_>>());
            assert_eq!(at_root, if rank == 0 { (0..n).collect() } else { Vec::new() });
        }
    }
}

#[test]
fn parts_of_different_lengths_are_refused() {
    for found in on_threads(2, |ranks| ranks.all_to_all(&[1, 2, 3])) {
        assert_eq!(found, Err(Error::LengthMismatch { name: "parts", found: 3, expected: 4 }));
    }
}

/// `(1e16 + 1) − 1e16 = 0` and `(1e16 − 1e16) + 1 = 1` in floating point.
#[test]
fn sums_have_the_order_of_the_ranks() {
    for (values, expected) in [([1e16, 1.0, -1e16], 0.0), ([1e16, -1e16, 1.0], 1.0)] {
        for length in [0, 1, 2, 3, 4, 100] {
            for found in on_threads(3, |ranks| {
                let mut own = vec![values[ranks.rank()]; length];
                sum(ranks, &mut own).map(|()| own)
            }) {
                assert_eq!(found, Ok(vec![expected; length]));
            }
        }
    }
}

/// More numbers than one exchange moves, as whole numbers whose sums are exact.
#[test]
fn long_sums_take_several_exchanges() {
    let length = (1 << 20) + 5;
    for found in on_threads(2, |ranks| {
        let mut own: Vec<f64> = (0..length).map(|i| (i * (1 + ranks.rank())) as f64).collect();
        sum(ranks, &mut own).map(|()| own)
    }) {
        assert!(found.unwrap().iter().enumerate().all(|(i, &x)| x == 3.0 * i as f64));
    }
}

#[test]
fn sums_of_different_lengths_are_refused() {
    for found in on_threads(3, |ranks| sum(ranks, &mut vec![1.0; 3 + usize::from(ranks.rank() == 2)])) {
        assert!(matches!(found, Err(Error::OnRank { rank: 2, .. })), "{found:?}");
    }
}

#[test]
fn the_first_error_is_the_common_one() {
    let run = |failed: &[usize]| {
        on_threads(4, |ranks| {
            let own = if failed.contains(&ranks.rank()) { Err(Error::EmptyState) } else { Ok(ranks.rank()) };
            agree(ranks, own)
        })
    };
    let reason = Error::EmptyState.to_string();
    assert_eq!(run(&[3, 2]), vec![Err(Error::OnRank { rank: 2, reason, is_non_finite: false }); 4]);
    let message = run(&[1])[0].as_ref().unwrap_err().to_string();
    assert_eq!(message, "rank 1 failed: the initial state `y0` has no coordinates, so there is nothing to solve");
    assert_eq!(run(&[]), [Ok(0), Ok(1), Ok(2), Ok(3)]);
    // One rank keeps its error.
    assert_eq!(on_threads(1, |ranks| agree(ranks, Err::<(), _>(Error::EmptyState))), [Err(Error::EmptyState)]);
}

#[test]
fn a_rank_that_ended_is_named() {
    let found = on_threads(2, |ranks| if ranks.rank() == 0 { ranks.all_gather(&[1]).map(|_| ()) } else { Ok(()) });
    let error = found[0].as_ref().unwrap_err();
    assert_eq!(*error, Error::RankLost { rank: 1 });
    assert_eq!(error.to_string(), "rank 1 ended while another rank waited for it");
}

/// The outcomes of all ranks at the root.
fn at_root<Y: Clone>(gathered: &[rheos::Result<Option<Vec<Outcome<Y>>>>]) -> Vec<Outcome<Y>> {
    assert!(gathered[1..].iter().all(|other| matches!(other, Ok(None))));
    gathered[0].as_ref().unwrap().clone().unwrap()
}

#[test]
fn an_ensemble_over_ranks_is_that_of_one() {
    let (field, _) = VanDerPol::problem(5.0);
    let starts: Vec<_> = (0..11).map(|i| nalgebra::vector![0.3 * f64::from(i) - 1.5, 0.1 * f64::from(i)]).collect();
    // Eleven samples on up to twelve ranks.
    let times = [0.5, 1.25, 3.0];
    let ensemble = Ensemble::new(&field, &starts, 0.0..4.0);
    let (ends, outputs) = (
        ensemble.solve(Dopri5, Pid::tolerance(1e-6)),
        ensemble.clone().save_at(&times).solve(Dopri5, Pid::tolerance(1e-6)),
    );
    for ranks in [1, 2, 3, 12] {
        let found = on_threads(ranks, |ranks| ensemble.solve_over(ranks, Dopri5, Pid::tolerance(1e-6)));
        assert_eq!(at_root(&found), ends, "{ranks}");
        let found =
            on_threads(ranks, |ranks| ensemble.clone().save_at(&times).solve_over(ranks, Dopri5, Pid::tolerance(1e-6)));
        assert_eq!(at_root(&found), outputs, "{ranks}");
    }
}

/// `y' = y²` reaches infinity at `t = 1 / y₀`.
#[test]
fn a_failed_sample_arrives_with_its_message_and_its_partial_solution() {
    let field = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
    let starts = [0.1, 0.2, 0.5, 2.0, 0.4];
    let times = [0.25, 1.0];
    let ensemble = Ensemble::new(&field, &starts, 0.0..1.5).save_at(&times);
    let control = Pid::tolerance(1e-8);
    let alone = ensemble.solve(Dopri5, control);
    let found = at_root(&on_threads(2, |ranks| ensemble.solve_over(ranks, Dopri5, control)));
    for (i, (found, alone)) in found.iter().zip(&alone).enumerate() {
        match (found, alone) {
            (Ok(found), Ok(alone)) => assert_eq!(found, alone),
            (Err(found), Err(alone)) => {
                assert_eq!((i, &found.partial), (3, &alone.partial));
                let is_non_finite = matches!(alone.error, Error::NonFinite { .. });
                let reason = alone.error.to_string();
                assert_eq!(found.error, Error::SampleOnRank { rank: 1, reason, is_non_finite });
                assert!((found.partial.last_time() - 0.5).abs() < 1e-3 && found.partial.y.len() == 1);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(found[3].is_err());
}

#[test]
fn ranks_with_other_initial_states_are_refused() {
    let field = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    for found in on_threads(2, |ranks| {
        let starts = [1.0, 2.0 + ranks.rank() as f64];
        Ensemble::new(&field, &starts, 0.0..1.0).solve_over(ranks, Dopri5, Pid::tolerance(1e-6))
    }) {
        assert!(matches!(found, Err(Error::OnRank { rank: 1, .. })), "{found:?}");
    }
}
