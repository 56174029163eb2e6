//! NaN stays NaN, through values and derivatives.

use rheos::formula;
use rheos::formula::{Batch, Bias, Dynamic, Rows, Structure, grad, jvp};

use super::support::pass;

macro_rules! functions {
    ($($name:ident: $x:ident => $f:expr;)*) => {$(
        mod $name {
            use super::*;

            fn f($x: Batch<'_, 2>) -> Batch<'_, 2> {
                $f
            }

            formula! {
                /// The function, its derivative along ones, and its gradient.
                pub struct Of<T> { pub bias: Bias<T, 2> }
                fn apply(&self, x: Rows<2>) -> (Rows<2>, Rows<2>, Rows<2>) {
                    let x = x + &self.bias;
                    (f(x), jvp(x, x.constant(1.0), f).1, grad(x, |x| f(x).sum()).1)
                }
            }

            #[test]
            fn not_a_number_stays() {
                for k in 0..3 {
                    let w: Vec<f64> = (0..6).map(|i| if i / 2 == k { 1.0 } else { 0.0 }).collect();
                    let found = pass::<_, Dynamic>(&Of::<f64>::zeros(), 1, &[f64::NAN, f64::NAN], &w);
                    assert!(found.value.iter().all(|y| y.is_nan()), "{:?}", found.value);
                    if k == 0 {
                        assert!(found.input.iter().all(|x| x.is_nan()), "{:?}", found.input);
                        assert!(found.params.iter().all(|x| x.is_nan()), "{:?}", found.params);
                    }
                }
            }
        }
    )*};
}

functions! {
    tanh: x => x.tanh();
    sigmoid: x => x.sigmoid();
    softplus: x => x.softplus();
    relu: x => x.relu();
    leaky_relu: x => x.leaky_relu(0.1);
    gelu: x => x.gelu();
    silu: x => x.silu();
    exp: x => x.exp();
    log: x => x.log();
    sqrt: x => x.sqrt();
    square: x => x.square();
    sin: x => x.sin();
    cos: x => x.cos();
    softmax: x => x.softmax();
    log_softmax: x => x.log_softmax();
    quotient: x => 1.0 / x;
}
