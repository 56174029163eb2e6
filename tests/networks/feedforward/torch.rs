//! Values and gradients of PyTorch.

use rheos::nn::Layer;
use rheos::{Parametric, State};

use super::{euler, input};
use crate::common::relative_error;

/// Two blocks `z + W₂ tanh(W₁ z + b₁) / 2 + b₂ / 2` with the same weights. The numbers are of PyTorch 2.15.0 in f64:
///
/// ```python
/// fill = lambda k, *shape: torch.tensor([((7*i + k) % 11 - 5) / 8 for i in range(math.prod(shape))]).reshape(shape)
/// x, We, be, Wr, br = fill(1, 2, 3), fill(2, 2, 3), fill(3, 2), fill(8, 2, 2), fill(9, 2)
/// W1, b1, W2, b2 = fill(4, 3, 2), fill(5, 3), fill(6, 2, 3), fill(7, 2)
/// z = x @ We.T + be
/// for _ in range(2): z = z + 0.5 * (torch.tanh(z @ W1.T + b1) @ W2.T + b2)
/// y = z @ Wr.T + br
/// torch.nn.functional.cross_entropy(y, torch.tensor([1, 0])).backward()
/// ```
#[test]
fn values_and_gradients_are_those_of_torch() {
    let (model, x) = (euler(), input());
    let fed = model.forward(&x).unwrap();
    let expected = [0.6451722333187171, -0.18748961878371162, 0.6349460512442084, -0.1690471111871133];
    // Some tens of operations, each with a rounding of 1.1e-16.
    assert!(relative_error(fed.output.as_slice(), &expected) < 1e-14);
    assert_eq!(model.predict(&x).unwrap(), fed.output);
    assert_eq!(model.readout.forward(fed.record.hidden()), fed.output);

    // The cotangent of the mean cross-entropy: softmax minus one-hot, over the two samples.
    let mut cotangent = fed.output.map(f64::exp);
    for (mut scores, class) in cotangent.column_iter_mut().zip([1, 0]) {
        let sum = scores.sum();
        scores /= sum;
        scores[class] -= 1.0;
    }
    cotangent *= 0.5;
    let mut pbar = model.params().zeros_like();
    let xbar = model.backward(fed.record, &cotangent, &mut pbar).unwrap();
    let (encoder, block, readout) = &pbar;
    let row_major = |weight: &[f64], rows: usize| -> Vec<f64> {
        (0..rows).flat_map(|row| weight.iter().skip(row).step_by(rows).copied()).collect()
    };
    let gradients: [(&str, Vec<f64>, &[f64]); 9] = [
        (
            "encoder.weight",
            row_major(encoder.weight.as_slice(), 2),
            &[
                -0.0858039019075404,
                0.101872554681633,
                -0.005371134797894653,
                0.028298941488808606,
                -0.03348701072413684,
                0.0018192476832605605,
            ],
        ),
        ("encoder.bias", encoder.bias.as_slice().to_vec(), &[0.21448737895905534, -0.0706125168147948]),
        (
            "first.weight",
            row_major(block.first.weight.as_slice(), 3),
            &[
                0.004514272905876974,
                0.01661285882054223,
                -0.007397864463370709,
                -0.026122001440787152,
                0.012756435089716555,
                0.04858814580251336,
            ],
        ),
        (
            "first.bias",
            block.first.bias.as_slice().to_vec(),
            &[0.015597058730557882, -0.02441689259559178, 0.045869592101240524],
        ),
        (
            "second.weight",
            row_major(block.second.weight.as_slice(), 2),
            &[
                -0.1200940070067999,
                -0.11851602779706996,
                0.11834156078163185,
                0.0438946716868083,
                0.04321017836478212,
                -0.043319554702212215,
            ],
        ),
        ("second.bias", block.second.bias.as_slice().to_vec(), &[0.19790864102950306, -0.07221000374751978]),
        (
            "readout.weight",
            row_major(readout.weight.as_slice(), 2),
            &[0.1620115743106277, 0.248228618178994, -0.16201157431062768, -0.24822861817899392],
        ),
        ("readout.bias", readout.bias.as_slice().to_vec(), &[0.19387273938599775, -0.19387273938599767]),
        (
            "x",
            xbar.as_slice().to_vec(),
            &[
                -0.08141660374385498,
                0.1455011952061623,
                0.015833881520438138,
                0.03629009504160664,
                -0.0647371995321827,
                -0.007007316918588789,
            ],
        ),
    ];
    for (name, found, expected) in gradients {
        assert!(relative_error(&found, expected) < 1e-14, "{name}: {found:?}");
    }
}
