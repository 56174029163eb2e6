//! Samples know nothing of each other.

use rheos::formula;
use rheos::formula::{Bias, Dynamic, Formula, Rows, Weight, jvp};
use rheos::nn::{Elman, Mlp};

use super::reference::assert_close;
use super::support::{Pass, assorted, assorted_draw, pass};

formula! {
    /// Products, sums over rows, and a derivative.
    struct Mixed<T> { net: Mlp<T, 3, 8, 3>, weight: Weight<T, 3, 3>, bias: Bias<T, 3> }
    fn apply(&self, x: Rows<3>, e: Rows<3>) -> Rows<3> {
        let (y, dy) = jvp(x, e, |x| self.net.apply(x).softmax() * x);
        self.weight.transpose_times(y) * &self.bias + dy.sin() / (y.square() + 1.0) - x.mean().spread::<3>()
    }
}

/// Numbers sample by sample, with the samples in another order.
fn permuted(numbers: &[f64], rows: usize, order: &[usize]) -> Vec<f64> {
    order.iter().flat_map(|&sample| numbers[sample * rows..][..rows].to_vec()).collect()
}

/// The arguments of a formula with two, at some of the samples.
fn of_samples(x: &[f64], rows: [usize; 2], samples: usize, order: &[usize]) -> Vec<f64> {
    let (first, second) = x.split_at(rows[0] * samples);
    [permuted(first, rows[0], order), permuted(second, rows[1], order)].concat()
}

/// `P` is a formula of two arguments with so many rows, and with `out` rows.
fn samples_are_independent<P: Formula<Store = f64>>(rows: [usize; 2], out: usize) {
    // More than a vector of the CPU, and no multiple of one.
    const SAMPLES: usize = 13;
    let params = P::draw(&mut assorted_draw());
    let (x, w) = (assorted((rows[0] + rows[1]) * SAMPLES), assorted(out * SAMPLES));
    let all = pass::<P, Dynamic>(&params, SAMPLES, &x, &w);

    let order: Vec<usize> = (0..SAMPLES).map(|sample| (5 * sample + 3) % SAMPLES).collect();
    let found =
        pass::<P, Dynamic>(&params, SAMPLES, &of_samples(&x, rows, SAMPLES, &order), &permuted(&w, out, &order));
    assert_eq!(found.value, permuted(&all.value, out, &order));
    assert_close("input", &found.input, &of_samples(&all.input, rows, SAMPLES, &order), 1e-14);
    assert_close("params", &found.params, &all.params, 1e-13);

    let mut sum = params.zeros_like();
    for sample in 0..SAMPLES {
        let x = of_samples(&x, rows, SAMPLES, &[sample]);
        let Pass { value, input, params } = pass::<P, Dynamic>(&params, 1, &x, &w[sample * out..][..out]);
        assert_eq!(value, all.value[sample * out..][..out], "sample {sample}");
        assert_close("input", &input, &of_samples(&all.input, rows, SAMPLES, &[sample]), 1e-14);
        let mut bar = P::zeros();
        bar.read_coordinates(&params);
        sum.add_scaled(1.0, &bar);
    }
    assert_close("sum over the samples", &all.params, &sum.coordinates(), 1e-13);
}

#[test]
fn of_a_cell() {
    samples_are_independent::<Elman<f64, 5, 7>>([7, 5], 7);
}

#[test]
fn of_a_formula_with_a_derivative() {
    samples_are_independent::<Mixed<f64>>([3, 3], 3);
}
