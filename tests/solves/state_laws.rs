//! Every state of the library is a vector space, and a broken one is found out.

use std::cell::RefCell;
use std::rc::Rc;

use nalgebra::{Const, DMatrix, DVector, Dyn, OMatrix, SMatrix, SVector, U1};
use rheos::State;
use rheos::state::{Element, Passive, Tolerance, error_norm};
use rheos::verify::{LawsReport, laws};

const TOLERANCE: Tolerance = Tolerance { rtol: 0.5, atol: 0.25 };

/// Numbers that are all different, of both signs, and exact in single precision.
fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 37 + seed * 11 + 5) % 64) as f64 / 8.0 - 3.9375).collect()
}

/// A state of the shape of `y` with coordinates of its own.
fn filled<Y: State>(y: &Y, seed: usize) -> Y {
    let coordinates = numbers(y.coordinates().len(), seed);
    let mut filled = y.zeros_like();
    assert_eq!(filled.read_coordinates(&coordinates), Some(&[][..]));
    assert_eq!(filled.coordinates(), coordinates);
    filled
}

/// `self = y + h Σ c k` one coordinate at a time.
fn naive(y: &[f64], h: f64, c: &[f64], k: &[Vec<f64>]) -> Vec<f64> {
    let terms = |i: usize| c.iter().zip(k).map(move |(c, k)| h * c * k[i]);
    y.iter().enumerate().map(|(i, y)| y + terms(i).sum::<f64>()).collect()
}

/// All laws, all numbers a coordinate may have, and the error norm.
#[track_caller]
fn check<Y: State>(shape: &Y, coordinates: usize) {
    let name = std::any::type_name::<Y>();
    let (x, y) = (filled(shape, 1), filled(shape, 2));
    assert_eq!(x.coordinates().len(), coordinates, "{name}");
    let report = laws(&x, &y);
    assert!(report.passed(), "{name}\n{report}");
    let report = laws(&y, &x.zeros_like());
    assert!(report.passed(), "{name} and zero\n{report}");

    // Each coordinate by itself is seen not to be finite.
    for i in 0..coordinates {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut entries = x.coordinates();
            entries[i] = bad;
            let mut broken = x.clone();
            assert!(broken.read_coordinates(&entries).is_some());
            assert!(!broken.all_finite(), "{name}: coordinate {i} is {bad}");
            broken.set_zeros();
            assert_eq!(broken.coordinates(), vec![0.0; coordinates], "{name}");
        }
    }
    // Too few coordinates are refused; surplus coordinates are returned.
    let mut other = x.clone();
    if coordinates > 0 {
        assert_eq!(other.read_coordinates(&numbers(coordinates - 1, 0)), None, "{name}");
    }
    let more = numbers(coordinates + 2, 0);
    assert_eq!(other.read_coordinates(&more), Some(&more[coordinates..]), "{name}");
    // Coordinates are appended.
    let mut out = vec![7.0];
    x.write_coordinates(&mut out);
    assert_eq!((out[0], &out[1..]), (7.0, &x.coordinates()[..]), "{name}");

    // More terms than any fixed number of them, every third without a say and not finite.
    for terms in [0, 1, 2, 7, 8, 9, 16, 17, 20, 25] {
        let mut c: Vec<f64> = numbers(terms, 3);
        let mut k: Vec<Y> = (0..terms).map(|j| filled(shape, j)).collect();
        for j in (1..terms).step_by(3) {
            c[j] = 0.0;
            k[j].scale_by(f64::NAN);
        }
        let slopes: Vec<Vec<f64>> =
            k.iter().map(|k| k.coordinates().iter().map(|x| if x.is_nan() { 0.0 } else { *x }).collect()).collect();
        let h = 0.5;
        let expected = naive(&y.coordinates(), h, &c, &slopes);
        let mut combined = x.clone();
        combined.combine(&y, h, &c, &k);
        let mut accumulated = y.clone();
        accumulated.accumulate(h, &c, &k);
        let close = |found: &Y| {
            let worst = found.coordinates().iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, larger);
            // All numbers are exact in single precision, and so are their products; the sum may round.
            worst <= 25.0 * 200.0 * f64::from(f32::EPSILON)
        };
        assert!(close(&combined), "{name}, {terms} terms: {:?} is not {expected:?}", combined.coordinates());
        assert!(close(&accumulated), "{name}, {terms} terms: {:?} is not {expected:?}", accumulated.coordinates());
    }
}

/// A maximum that does not lose NaN.
fn larger(a: f64, b: f64) -> f64 {
    if b.is_nan() || b > a { b } else { a }
}

/// The error norm of a state whose coordinates all count.
#[track_caller]
fn check_norm<Y: State>(shape: &Y) {
    let name = std::any::type_name::<Y>();
    let (e, y0, y1) = (filled(shape, 4), filled(shape, 5), filled(shape, 6));
    let n = e.coordinates().len();
    assert_eq!(e.count(), n, "{name}");
    let scaled = |i: usize| {
        let scale = 0.25 + 0.5 * y0.coordinates()[i].abs().max(y1.coordinates()[i].abs());
        (e.coordinates()[i] / scale).powi(2)
    };
    let expected = (0..n).map(scaled).sum::<f64>();
    assert!((e.weighted_sq(&y0, &y1, TOLERANCE) - expected).abs() <= 1e-13 * expected, "{name}");
    let expected = (expected / n as f64).sqrt();
    assert!((error_norm(&e, &y0, &y1, TOLERANCE) - expected).abs() <= 1e-13 * expected, "{name}");
    // An error that is not a number is never within the tolerance.
    for i in 0..n {
        let mut entries = e.coordinates();
        entries[i] = f64::NAN;
        let mut broken = e.clone();
        assert!(broken.read_coordinates(&entries).is_some());
        assert!(error_norm(&broken, &y0, &y1, TOLERANCE).is_nan(), "{name}");
    }
}

#[track_caller]
fn check_all<Y: State>(shape: Y, coordinates: usize) {
    check(&shape, coordinates);
    check_norm(&shape);
}

#[test]
fn numbers_are_states() {
    check_all(0.0_f64, 1);
    check_all(0.0_f32, 1);
}

#[test]
fn arrays_and_vectors_of_states_are_states() {
    check_all([0.0_f64; 1], 1);
    check_all([0.0_f64; 5], 5);
    check_all([0.0_f32; 9], 9);
    check_all([[0.0_f64; 3]; 2], 6);
    check_all(vec![0.0_f64; 4], 4);
    check_all(vec![0.0_f32; 17], 17);
    check_all(vec![SVector::<f64, 2>::zeros(); 3], 6);
    // Parts of different lengths.
    check_all(vec![DVector::<f64>::zeros(1), DVector::zeros(12), DVector::zeros(0)], 13);
}

#[test]
fn tuples_of_states_are_states() {
    check_all((0.0_f64, 0.0_f64), 2);
    check_all((0.0_f32, [0.0_f64; 3]), 4);
    check_all((0.0_f64, vec![0.0_f64; 2], DVector::<f64>::zeros(9)), 12);
    check_all((0.0_f64, (), SMatrix::<f32, 2, 2>::zeros(), [0.0_f64; 2]), 7);
    check_all(((0.0_f64, 0.0_f64), ((0.0_f64, 0.0_f64), 0.0_f64)), 5);
}

#[test]
fn matrices_of_every_shape_are_states() {
    check_all(SVector::<f64, 3>::zeros(), 3);
    check_all(SVector::<f32, 3>::zeros(), 3);
    check_all(SMatrix::<f64, 1, 7>::zeros(), 7);
    check_all(SMatrix::<f64, 3, 4>::zeros(), 12);
    check_all(SMatrix::<f32, 4, 5>::zeros(), 20);
    check_all(DVector::<f64>::zeros(6), 6);
    check_all(DVector::<f32>::zeros(11), 11);
    check_all(DMatrix::<f64>::zeros(3, 5), 15);
    check_all(DMatrix::<f32>::zeros(2, 2), 4);
    check_all(OMatrix::<f64, Const<2>, Dyn>::zeros(5), 10);
    check_all(OMatrix::<f64, Dyn, Const<3>>::zeros(2), 6);
    check_all(OMatrix::<f32, U1, Dyn>::zeros(9), 9);
}

#[test]
fn states_without_coordinates_are_states() {
    check(&(), 0);
    check(&DVector::<f64>::zeros(0), 0);
    check(&Vec::<f64>::new(), 0);
    check(&SMatrix::<f64, 0, 0>::zeros(), 0);
    assert_eq!(().count(), 0);
    assert_eq!(error_norm(&(), &(), &(), TOLERANCE), 0.0);
}

#[test]
fn passive_states_are_states_without_a_say_in_the_error() {
    fn check_passive<Y: State>(shape: Y, coordinates: usize) {
        let passive = Passive(shape);
        check(&passive, coordinates);
        let (e, y0, y1) = (filled(&passive, 1), filled(&passive, 2), filled(&passive, 3));
        assert_eq!(e.count(), 0);
        assert_eq!(e.weighted_sq(&y0, &y1, TOLERANCE), 0.0);
        assert_eq!(error_norm(&e, &y0, &y1, TOLERANCE), 0.0);
    }
    check_passive(0.0_f64, 1);
    check_passive(SVector::<f32, 4>::zeros(), 4);
    check_passive((DVector::<f64>::zeros(10), 0.0_f64), 11);

    // Beside an active part, only that one counts, also in the mean.
    let state = |a: f64, p: [f64; 3]| (SVector::from([a, 2.0 * a]), Passive(p));
    check(&state(0.0, [0.0; 3]), 5);
    let (e, y0, y1) = (state(1.0, [1e9; 3]), state(2.0, [3.0; 3]), state(-4.0, [5.0; 3]));
    assert_eq!(e.count(), 2);
    assert_eq!(error_norm(&e, &y0, &y1, TOLERANCE), error_norm(&e.0, &y0.0, &y1.0, TOLERANCE));
}

/// Short vectors, long vectors and rounds of eight terms take different paths through memory; all of them add from
/// left to right, as repeated `add_scaled` does.
#[test]
fn sums_of_slopes_do_not_depend_on_the_length() {
    fn check<T: Element>() {
        for length in 1..=20 {
            let vector =
                |seed| DVector::from_iterator(length, numbers(length, seed).into_iter().map(T::embed)) / T::embed(3.0);
            for terms in 0..=20 {
                for zeros in [1, 2, 3, 30] {
                    let mut c: Vec<f64> = numbers(terms, 9).into_iter().map(|c| c / 7.0).collect();
                    let mut k: Vec<DVector<T>> = (0..terms).map(vector).collect();
                    for j in (zeros - 1..terms).step_by(zeros).filter(|_| zeros > 1) {
                        c[j] = 0.0;
                        k[j].fill(T::embed(f64::NAN));
                    }
                    let (y, h) = (vector(40), 0.1);
                    let mut expected = y.clone();
                    for (&c, k) in c.iter().zip(&k).filter(|(c, _)| **c != 0.0) {
                        for i in 0..length {
                            expected[i] += T::embed(h * c) * k[i];
                        }
                    }
                    let mut combined = DVector::from_element(length, T::embed(f64::NAN));
                    combined.combine(&y, h, &c, &k);
                    assert_eq!(combined, expected, "{length} entries, {terms} terms, every {zeros}th zero");
                    let mut accumulated = y.clone();
                    accumulated.accumulate(h, &c, &k);
                    assert_eq!(accumulated, expected, "{length} entries, {terms} terms, every {zeros}th zero");
                    // More slopes than coefficients, as the stages of a method have that are still to come.
                    k.push(DVector::from_element(length, T::embed(f64::NAN)));
                    combined.combine(&y, h, &c, &k);
                    assert_eq!(combined, expected);
                }
            }
        }
    }
    check::<f64>();
    check::<f32>();
}

/// The fault of a [`Broken`] state.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    ZerosLike,
    Assign,
    SetZeros,
    AddScaled,
    ScaleBy,
    InnerScale,
    InnerSymmetry,
    AllFinite,
    Combine,
    Accumulate,
    ReadsUnusedSlopes,
    ReadCoordinates,
    WriteCoordinates,
    SharedStorage,
    NotANumber,
}

/// Two numbers on the heap with one method that is wrong.
#[derive(Debug)]
struct Broken {
    x: Rc<RefCell<[f64; 2]>>,
    fault: Fault,
}

impl Broken {
    fn new(x: [f64; 2], fault: Fault) -> Self {
        Self { x: Rc::new(RefCell::new(x)), fault }
    }
    fn get(&self) -> [f64; 2] {
        *self.x.borrow()
    }
    fn set(&mut self, x: [f64; 2]) {
        *self.x.borrow_mut() = x;
    }
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

impl Clone for Broken {
    fn clone(&self) -> Self {
        if self.has(Fault::SharedStorage) {
            Self { x: Rc::clone(&self.x), fault: self.fault }
        } else {
            Self::new(self.get(), self.fault)
        }
    }
}

impl State for Broken {
    fn zeros_like(&self) -> Self {
        let x = if self.has(Fault::ZerosLike) { self.get() } else { [0.0; 2] };
        Self::new(x, self.fault)
    }
    fn assign(&mut self, x: &Self) {
        if !self.has(Fault::Assign) {
            self.set(x.get());
        }
    }
    fn set_zeros(&mut self) {
        if self.has(Fault::SetZeros) { self.scale_by(0.0) } else { self.set([0.0; 2]) }
    }
    fn add_scaled(&mut self, a: f64, x: &Self) {
        let a = if self.has(Fault::AddScaled) { a.abs() } else { a };
        let (y, x) = (self.get(), x.get());
        let mut sum = [y[0] + a * x[0], y[1] + a * x[1]];
        if self.has(Fault::NotANumber) {
            sum[1] = f64::NAN;
        }
        self.set(sum);
    }
    fn scale_by(&mut self, a: f64) {
        let x = self.get();
        let second = if self.has(Fault::ScaleBy) { x[1] } else { a * x[1] };
        self.set([a * x[0], second]);
    }
    fn inner(&self, x: &Self) -> f64 {
        let (y, x) = (self.get(), x.get());
        let dot = y[0] * x[0] + y[1] * x[1];
        match self.fault {
            Fault::InnerScale => dot / 2.0,
            Fault::InnerSymmetry => dot + y[0] * x[1] - y[1] * x[0],
            _ => dot,
        }
    }
    fn count(&self) -> usize {
        2
    }
    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        self.get().weighted_sq(&y0.get(), &y1.get(), tol)
    }
    fn all_finite(&self) -> bool {
        self.has(Fault::AllFinite) || self.get().all_finite()
    }
    fn combine(&mut self, y: &Self, h: f64, c: &[f64], k: &[Self]) {
        self.assign(y);
        self.accumulate(if self.has(Fault::Combine) { 1.0 } else { h }, c, k);
    }
    fn accumulate(&mut self, h: f64, c: &[f64], k: &[Self]) {
        let h = if self.has(Fault::Accumulate) { 1.0 } else { h };
        for (&c, k) in c.iter().zip(k) {
            if c != 0.0 || self.has(Fault::ReadsUnusedSlopes) {
                self.add_scaled(h * c, k);
            }
        }
    }
    fn write_coordinates(&self, out: &mut Vec<f64>) {
        let [a, b] = self.get();
        out.extend(if self.has(Fault::WriteCoordinates) { [a, a] } else { [a, b] });
    }
    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let (&[a, b], rest) = from.split_first_chunk()?;
        self.set(if self.has(Fault::ReadCoordinates) { [b, a] } else { [a, b] });
        Some(rest)
    }
}

fn failing(report: &LawsReport) -> Vec<&'static str> {
    report.laws.iter().filter(|(_, error)| error.is_nan() || *error > report.tolerance).map(|(law, _)| *law).collect()
}

#[test]
fn every_fault_of_a_state_is_found_out() {
    let examine = |fault| laws(&Broken::new([1.5, -2.0], fault), &Broken::new([0.5, 4.0], fault));
    let sound = examine(Fault::None);
    assert!(sound.passed(), "{sound}");
    for (fault, law) in [
        (Fault::ZerosLike, "zeros_like is zero"),
        (Fault::Assign, "assign copies"),
        (Fault::SetZeros, "set_zeros clears NaN"),
        (Fault::AddScaled, "add_scaled is x + a y"),
        (Fault::ScaleBy, "scale_by is a x"),
        (Fault::InnerScale, "inner is the dot product"),
        (Fault::InnerSymmetry, "inner is symmetric"),
        (Fault::AllFinite, "all_finite sees NaN"),
        (Fault::Combine, "combine is y + h Σ c k"),
        (Fault::Accumulate, "accumulate is x + h Σ c k"),
        (Fault::ReadsUnusedSlopes, "accumulate is x + h Σ c k"),
        (Fault::ReadCoordinates, "coordinates are read back"),
        (Fault::WriteCoordinates, "inner is the dot product"),
        (Fault::SharedStorage, "clones share no storage"),
        (Fault::NotANumber, "add_scaled is x + a y"),
    ] {
        let report = examine(fault);
        assert!(!report.passed(), "{fault:?} is not found out\n{report}");
        assert!(failing(&report).contains(&law), "{fault:?} breaks `{law}`\n{report}");
        assert!(report.to_string().contains("FAILS"), "{report}");
    }
}
