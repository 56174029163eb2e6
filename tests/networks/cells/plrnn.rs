//! Shallow piecewise-linear networks: values, derivatives, and the dynamics that their structure implies.

use nalgebra::{DMatrix, SMatrix, SVector, matrix, vector};
use rheos::analysis::{Held, Lyapunov, Map, Search, Starts, System, fixed_points};
use rheos::formula::{Static, Structure};
use rheos::nn::{Autonomous, BatchMatrix, ClippedPlrnn, Layer, Net, Recurrence, ShallowPlrnn};
use rheos::train::uniform;

type Shallow = ShallowPlrnn<f64, 3, 5>;
type Clipped = ClippedPlrnn<f64, 3, 5>;

fn relu(x: SVector<f64, 5>) -> SVector<f64, 5> {
    x.map(|x| x.max(0.0))
}

/// Weights of size 1, so that some units are on and others off.
fn shallow(seed: u64) -> Shallow {
    let mut number = uniform(seed);
    Shallow::draw(&mut || 2.0 * number() - 1.0)
}

fn clipped(seed: u64) -> Clipped {
    let Shallow { a, w1, w2, h1, h2 } = shallow(seed);
    Clipped { a, w1, w2, h1, h2 }
}

fn states(count: usize) -> Vec<SVector<f64, 3>> {
    let mut number = uniform(9);
    (0..count).map(|_| SVector::from_fn(|_, _| 4.0 * number() - 2.0)).collect()
}

#[test]
fn the_formulas_are_those_of_the_paper() {
    let (p, q) = (shallow(1), clipped(1));
    let (shallow, clipped) = (Net::<_, Static<1>>::new(p), Net::<_, Static<1>>::new(q));
    for z in states(50) {
        let linear = SMatrix::from_diagonal(&p.a.0) * z + p.h1.0;
        let expected = linear + p.w1.0 * relu(p.w2.0 * z + p.h2.0);
        assert!((shallow.forward(&z) - expected).norm() < 1e-14);
        let expected = linear + p.w1.0 * (relu(p.w2.0 * z + p.h2.0) - relu(p.w2.0 * z));
        assert!((clipped.forward(&z) - expected).norm() < 1e-14);
    }
}

/// `A + W₁ D W₂` with the units that are on, by either kind of batch.
#[test]
fn the_jacobian_is_that_of_the_linear_region() {
    let on = |x: SVector<f64, 5>| SMatrix::<f64, 5, 5>::from_diagonal(&x.map(|x| f64::from(x > 0.0)));
    let (p, q) = (shallow(2), clipped(2));
    let a = SMatrix::from_diagonal(&p.a.0);
    let held = Held::new(Recurrence(Autonomous(Net::dynamic(p))), ());
    let map = Map::new(Net::<_, Static<1>>::new(q).field());
    let mut found = DMatrix::zeros(3, 3);
    for z in states(20) {
        let batch = BatchMatrix::<f64, 3>::from_column_slice(z.as_slice());
        held.jacobian(&batch, &batch, &mut found).unwrap();
        let expected = a + p.w1.0 * on(p.w2.0 * z + p.h2.0) * p.w2.0;
        assert!((SMatrix::<f64, 3, 3>::from_column_slice(found.as_slice()) - expected).norm() < 1e-14);
        map.jacobian(&z, &z, &mut found).unwrap();
        let expected = a + p.w1.0 * (on(p.w2.0 * z + p.h2.0) - on(p.w2.0 * z)) * p.w2.0;
        assert!((SMatrix::<f64, 3, 3>::from_column_slice(found.as_slice()) - expected).norm() < 1e-14);
    }
}

/// Without hidden units the map is linear: the exponents are `ln |aᵢ|`, the fixed point is `h₁ / (1 − a)`.
#[test]
fn a_linear_network_has_the_exponents_of_its_diagonal() {
    let mut cell = Shallow::zeros();
    (cell.a.0, cell.h1.0) = (vector![0.9, -0.5, 0.2], vector![1.0, 3.0, -4.0]);
    let map = Map::new(Net::<_, Static<1>>::new(cell).field());
    let spectrum = Lyapunov::over(200).transient(50).spectrum(&map, &vector![1.0, 1.0, 1.0], 3).unwrap();
    for (found, a) in spectrum.exponents.iter().zip([0.9_f64, 0.5, 0.2]) {
        assert!((found - a.ln()).abs() < 1e-10, "{found} {a}");
    }
    let starts = Starts::of(&states(5)).noise(1.0).draw(20, 1).unwrap();
    let points = fixed_points(&map, &starts, &Search::default()).unwrap().points;
    assert_eq!(points.len(), 1);
    assert!((points[0].xstar - vector![10.0, 2.0, -5.0]).norm() < 1e-10);
}

/// The difference of the two functions lies between 0 and `h₂`.
#[test]
fn a_clipped_network_stays_in_its_box() {
    for seed in 0..5 {
        let mut p = clipped(seed);
        p.a.0 = vector![0.9, -0.8, 0.5];
        let net = Net::<_, Static<1>>::new(p);
        let bound = SVector::<f64, 3>::from_fn(|i, _| {
            let inputs = (0..5).map(|k| (p.w1.0[(i, k)] * p.h2.0[k]).abs()).sum::<f64>();
            (p.h1.0[i].abs() + inputs) / (1.0 - p.a.0[i].abs())
        });
        let mut z = vector![1e3, -1e3, 1e3];
        for step in 0..1000 {
            z = net.forward(&z);
            assert!(step < 300 || z.iter().zip(&bound).all(|(z, bound)| z.abs() <= bound + 1e-8), "{z}");
        }
    }
    // A difference of one unit: 0 below, a ramp, `h₂` above.
    let mut p = ClippedPlrnn::<f64, 1, 1>::zeros();
    (p.w1.0, p.w2.0, p.h2.0) = (matrix![1.0], matrix![1.0], vector![0.5]);
    let net = Net::<_, Static<1>>::new(p);
    for (z, expected) in [(-3.0, 0.0), (-0.2, 0.3), (0.0, 0.5), (7.0, 0.5)] {
        assert!((net.forward(&vector![z])[0] - expected).abs() < 1e-15, "{z}");
    }
}

#[test]
fn initial_weights_are_in_their_ranges() {
    let cell = ShallowPlrnn::<f64, 4, 25>::uniform(&mut uniform(3));
    assert!(cell.a.iter().all(|a| *a > 0.0 && *a <= 1.0));
    assert!(cell.w1.amax() <= 0.2 && cell.w1.amax() > 0.18);
    assert!(cell.w2.amax() <= 0.5 && cell.w2.amax() > 0.45);
    assert!(cell.h2.amax() <= 0.5 && cell.h1.amax() == 0.0);
    // One state: `E / λ_max(E)` is 1.
    assert_eq!(ClippedPlrnn::<f32, 1, 2>::uniform(&mut uniform(3)).a[0], 1.0);
    assert_ne!(cell, ShallowPlrnn::uniform(&mut uniform(4)));
}
