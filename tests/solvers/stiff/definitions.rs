//! Laws the fields of the problems obey, whatever the method: they see a wrong sign or coefficient.

use std::ops::{Index, Range};

use nalgebra::{DVector, SVector, Vector3, Vector4};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::dynamics::problems::stiff::{Beam, E5, MedicalAkzoNobel, Pollution, RingModulator};
use rheos::dynamics::{Jacobian, Neighbourhood, differences};
use rheos::state::{MatrixOf, MatrixSpace};
use rheos::{Dynamics, State};

/// `N` random numbers of `range`.
fn random<const N: usize>(rng: &mut StdRng, range: Range<f64>) -> SVector<f64, N> {
    SVector::from_fn(|_, _| rng.random_range(range.clone()))
}

fn slope<F: Dynamics>(field: &F, t: f64, y: &F::State) -> F::State {
    let mut dy = y.zeros_like();
    field.eval(t, y, &mut dy);
    dy
}

/// That the Jacobian agrees with differences, relative to the largest entry of a row.
fn assert_jacobian<F: Jacobian>(field: &F, t: f64, y: &F::State)
where
    MatrixOf<F::State>: Index<(usize, usize), Output = f64>,
{
    let near = Neighbourhood::of_step(1e-4);
    let (exact, differences) = (field.jacobian(t, y, near), differences(field, t, y, near));
    for i in 0..y.dimension() {
        let row = || (0..y.dimension()).map(move |j| (i, j));
        let largest = row().map(|at| exact[at].abs()).fold(0.0, f64::max);
        for at in row() {
            let error = (exact[at] - differences[at]).abs();
            assert!(error <= 1e-8 * largest, "entry {at:?}: {} and {}", exact[at], differences[at]);
        }
    }
}

/// No reaction makes or destroys carbon, nitrogen or sulphur.
#[test]
fn pollution_conserves_elements() {
    let carbon: &[(usize, f64)] =
        &[(7, 1.0), (8, 1.0), (9, 2.0), (10, 1.0), (11, 2.0), (12, 1.0), (13, 2.0), (14, 1.0)];
    let nitrogen: &[(usize, f64)] = &[(1, 1.0), (2, 1.0), (13, 1.0), (15, 1.0), (19, 1.0), (20, 2.0)];
    let sulphur: &[(usize, f64)] = &[(17, 1.0), (18, 1.0)];
    let mut rng = StdRng::seed_from_u64(1);
    let (field, _) = Pollution::problem();
    for element in [carbon, nitrogen, sulphur] {
        let dy = slope(&field, 0.0, &random(&mut rng, 0.0..1.0));
        let terms = || element.iter().map(|&(species, atoms)| atoms * dy[species - 1]);
        let size: f64 = terms().map(f64::abs).sum();
        assert!(terms().sum::<f64>().abs() < 1e-14 * size);
    }
}

#[test]
fn e5_is_the_same_in_three_and_in_four_equations() {
    let ((four, _), (three, _)) = (E5::problem(), E5::reduced());
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..10 {
        let y: Vector3<f64> = random(&mut rng, 0.0..1.0);
        let dy = slope(&four, 0.0, &Vector4::new(y[0], y[1] + y[2], y[1], y[2]));
        assert!((dy[1] - dy[2] - dy[3]).abs() < 1e-14 * dy.amax());
        let error = slope(&three, 0.0, &y) - Vector3::new(dy[0], dy[2], dy[3]);
        assert!(error.amax() < 1e-14 * dy.amax());
    }
    // The dynamics at the end: y₂' = −M C y₂².
    let dy = slope(&four, 0.0, &Vector4::new(0.0, 3.0, 3.0, 0.0));
    assert_eq!(dy, Vector4::new(0.0, -9.0 * 1.13e9, -9.0 * 1.13e9, 0.0));
}

/// Tellegen's theorem: without sources, the energy in capacities and inductances is lost in resistances and diodes.
#[test]
fn the_ring_modulator_balances_its_power() {
    let stores = [1.6e-8, 1.6e-8, 2e-12, 2e-12, 2e-12, 2e-12, 1e-8, 4.45, 4.45, 5e-4, 5e-4, 5e-4, 5e-4, 2e-3, 2e-3];
    // Conductances beside the capacities, resistances in line with the inductances.
    let losses =
        [1.0 / 25e3, 1.0 / 25e3, 0.0, 0.0, 0.0, 0.0, 1.0 / 50.0, 0.0, 0.0, 17.3, 17.3, 17.3, 17.3, 86.3, 636.3];
    let (field, y0) = RingModulator::problem();
    // Both sources are zero at the start.
    assert_eq!(slope(&field, 0.0, &y0), y0);
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..10 {
        let y = random(&mut rng, -0.3..0.3);
        let dy = slope(&field, 0.0, &y);
        let voltages = [y[2] - y[4] - y[6], y[5] - y[3] - y[6], y[3] + y[4] + y[6], y[6] - y[2] - y[5]];
        let in_diodes: f64 = voltages.iter().map(|u| u * 40.67286402e-9 * (17.7493332 * u).exp_m1()).sum();
        let in_resistances: f64 = (0..15).map(|i| losses[i] * y[i] * y[i]).sum();
        let stored: f64 = (0..15).map(|i| stores[i] * y[i] * dy[i]).sum();
        let size: f64 = (0..15).map(|i| (stores[i] * y[i] * dy[i]).abs()).sum();
        assert!((stored + in_diodes + in_resistances).abs() < 1e-14 * size);
    }
}

/// The field solves Lagrange's equations, with dense matrices.
#[test]
fn the_beam_obeys_lagranges_equations() {
    const N: usize = 40;
    let n2 = (N * N) as f64;
    let (field, _) = Beam::problem();
    let mut rng = StdRng::seed_from_u64(4);
    for (t, force) in [(0.0, 0.0), (2.0, 1.5 * 2.0_f64.sin().powi(2)), (4.0, 0.0)] {
        let y: SVector<f64, 80> = random(&mut rng, -1.0..1.0);
        let dy = slope(&field, t, &y);
        assert_eq!(dy.rows(0, N), y.rows(N, N));
        let angle = |l: usize| if l < N { y[l] } else { y[N - 1] };
        for l in 0..N {
            let before = if l == 0 { -y[0] } else { y[l - 1] };
            let bending = n2 * n2 * (before - 2.0 * y[l] + angle(l + 1));
            let pull = n2 * force * (y[l].cos() + y[l].sin());
            let inertia = |k: usize| {
                let (g, turn) = ((N - l.max(k)) as f64 - 0.5, y[l] - y[k]);
                g * (turn.cos() * dy[N + k] + turn.sin() * y[N + k].powi(2))
            };
            let (sum, size) = (0..N).map(inertia).fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()));
            assert!((sum - bending - pull).abs() < 1e-12 * size, "t = {t}, l = {l}: {sum} and {}", bending + pull);
        }
    }
}

/// `u = 2 + ζ = 2 + x / (x + 4)` has `uₓₓ = −8 / (x + 4)³`, and differences in `ζ` are exact for it.
#[test]
fn the_medical_akzo_nobel_problem_diffuses() {
    for nodes in [1, 10, 200] {
        let zeta = |j: usize| (j + 1) as f64 / nodes as f64;
        let (field, y0) = MedicalAkzoNobel::problem(nodes);
        assert_eq!(y0.len(), 2 * nodes);
        let y = DVector::from_fn(2 * nodes, |i, _| if i % 2 == 0 { 2.0 + zeta(i / 2) } else { 0.0 });
        let dy = slope(&field, 1.0, &y);
        for j in 0..nodes {
            let x = 4.0 * zeta(j) / (1.0 - zeta(j));
            let expected = -8.0 / (x + 4.0).powi(3);
            assert!((dy[2 * j] - expected).abs() < 1e-10, "{nodes} nodes, {j}: {} and {expected}", dy[2 * j]);
            assert_eq!(dy[2 * j + 1], 0.0);
        }
        // The reaction takes as much of one as of the other, and nothing enters after the jump.
        let flat = DVector::from_fn(2 * nodes, |i, _| if i % 2 == 0 { 2.0 } else { 0.5 });
        let dy = slope(&field, MedicalAkzoNobel::JUMP, &flat);
        assert!(dy.iter().all(|dy| (dy + 100.0).abs() < 1e-9));
        let after = slope(&field, MedicalAkzoNobel::JUMP.next_up(), &flat);
        assert_eq!(after[0] < dy[0], nodes > 1);
        assert_eq!(after.rows(1, 2 * nodes - 1), dy.rows(1, 2 * nodes - 1));
    }
}

#[test]
fn jacobians_agree_with_differences() {
    let mut rng = StdRng::seed_from_u64(5);
    assert_jacobian(&Pollution::problem().0, 0.0, &random(&mut rng, 0.1..1.0));
    assert_jacobian(&E5::problem().0, 0.0, &random(&mut rng, 0.1..1.0));
    assert_jacobian(&E5::reduced().0, 0.0, &random(&mut rng, 0.1..1.0));
    assert_jacobian(&RingModulator::problem().0, 1.3e-4, &random(&mut rng, -0.3..0.3));
    assert_jacobian(&Beam::problem().0, 2.0, &random(&mut rng, -1.0..1.0));
    for nodes in [1, 2, 20] {
        let y = DVector::from_fn(2 * nodes, |_, _| rng.random_range(0.1..1.0));
        assert_jacobian(&MedicalAkzoNobel, 1.0, &y);
    }
}
