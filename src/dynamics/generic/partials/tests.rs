use num_dual::DualNum;
use num_traits::Signed;

use super::Partials;
use crate::dynamics::{Dual, Scalar};

type Number = Partials<f64, 3>;

/// Checks a function at `x` against central differences of order 6, and its value against the one over `f64`.
macro_rules! check {
    ($($x:expr, $f:expr;)*) => {$({
        fn f<T: Scalar>(x: T) -> T {
            let f: fn(T) -> T = $f;
            f(x)
        }
        let x: f64 = $x;
        let h = 4e-3 * x.abs().max(0.1);
        let rise = |k: f64| f::<f64>(x + k * h) - f::<f64>(x - k * h);
        let expected = (0.75 * rise(1.0) - 0.15 * rise(2.0) + rise(3.0) / 60.0) / h;
        let found = f(Number { value: x, partials: [2.0, 0.0, -1.0] });
        assert_eq!(found.value, f::<f64>(x), "{}", stringify!($f));
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-9 * expected.abs().max(1.0);
        assert!(close(found.partials[0], 2.0 * expected), "{}: {} {expected}", stringify!($f), found.partials[0]);
        assert_eq!((found.partials[1], found.partials[2]), (0.0, -found.partials[0] / 2.0), "{}", stringify!($f));

        // Over dual numbers, the derivatives have derivatives.
        let nested = f(Partials::<Dual<1>, 2>::variable(Dual::from(x).derivative(0), 1));
        let slope = |x: f64| f(Number::variable(x, 0)).partials[0];
        let rise = |k: f64| slope(x + k * h) - slope(x - k * h);
        let second = (0.75 * rise(1.0) - 0.15 * rise(2.0) + rise(3.0) / 60.0) / h;
        let found_second = crate::dynamics::tangent::derivative(&nested.partials[1], 0);
        assert!(close(found_second, second), "{}'': {found_second} {second}", stringify!($f));
    })*};
}

#[test]
fn derivatives_are_those_of_differences() {
    check! {
        0.7, |x| x * x + x - x * x * x;
        0.7, |x| -x * 3.0 + 2.0;
        0.7, |x| (x - 1.0) / (x * x + 2.0) / 3.0;
        0.7, |x| T::from(2.0) / x;
        0.7, |x| x.powi(5);
        -0.7, |x| x.powi(3) + x.powi(2) + x.powi(1) + x.powi(0) + x.powi(-3);
        0.7, |x| x.powf(2.5) + x.powf(1.0) + x.powf(0.0) + x.powf(-0.5);
        0.7, |x| x.powd(x);
        0.7, |x| x.powd(T::from(1.7));
        0.7, |x| x.log(3.0);
        0.7, |x| x.atan2(x * x - 2.0);
        -0.7, |x| T::from(0.3).atan2(x);
        0.7, |x| x.sin_cos().0 * x.sin_cos().1;
        0.7, |x| DualNum::recip(&x);
        0.7, |x| DualNum::sqrt(&x);
        -0.7, |x| DualNum::cbrt(&x);
        0.7, |x| DualNum::exp(&x);
        0.7, |x| DualNum::exp2(&x);
        0.7, |x| DualNum::exp_m1(&x);
        0.7, |x| DualNum::ln(&x);
        0.7, |x| DualNum::log2(&x);
        0.7, |x| DualNum::log10(&x);
        0.7, |x| DualNum::ln_1p(&x);
        0.7, |x| DualNum::sin(&x);
        0.7, |x| DualNum::cos(&x);
        0.7, |x| DualNum::tan(&x);
        0.4, |x| DualNum::asin(&x);
        0.4, |x| DualNum::acos(&x);
        0.7, |x| DualNum::atan(&x);
        0.7, |x| DualNum::sinh(&x);
        0.7, |x| DualNum::cosh(&x);
        0.7, |x| DualNum::tanh(&x);
        0.7, |x| DualNum::asinh(&x);
        1.7, |x| DualNum::acosh(&x);
        0.4, |x| DualNum::atanh(&x);
        0.7, |x| x.sph_j0();
        0.7, |x| x.sph_j1();
        0.7, |x| x.sph_j2();
        -0.7, |x| Signed::abs(&x) * x;
        0.7, |x| x * T::PI() + x.scale_by_two();
    }
}

trait Twice {
    fn scale_by_two(self) -> Self;
}

impl<T: Scalar> Twice for T {
    fn scale_by_two(self) -> Self {
        [self, self].into_iter().sum()
    }
}

#[test]
fn a_remainder_moves_with_its_operands() {
    let (a, b) = (Number::variable(7.5, 0), Number::variable(-2.0, 1));
    let found = a % b;
    assert_eq!((found.value, found.partials), (7.5 % -2.0, [1.0, 3.0, 0.0]));
    let found = a % 2.0;
    assert_eq!((found.value, found.partials), (1.5, [1.0, 0.0, 0.0]));
}

#[test]
fn a_constant_under_a_root_of_zero_stays_constant() {
    let zero = Number::constant(0.0);
    assert_eq!(DualNum::sqrt(&zero).partials, [0.0; 3]);
    assert_eq!(DualNum::sqrt(&Number::variable(0.0, 1)).partials, [0.0, f64::INFINITY, 0.0]);
    assert_eq!(Number::variable(0.0, 2).powf(1.5).partials, [0.0; 3]);
    assert_eq!(Number::variable(-2.0, 0).powd(Number::constant(2.0)).partials, [-4.0, 0.0, 0.0]);
    assert_eq!(Number::variable(0.0, 0).sph_j1().partials[0], 1.0 / 3.0);
}

#[test]
fn comparisons_see_the_value() {
    let x = Number::variable(0.5, 0);
    assert!(x > 0.2 && x < Number::constant(0.7) && x == 0.5 && x.is_positive());
    assert_eq!(x.signum().partials, [0.0; 3]);
}
