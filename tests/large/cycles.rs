//! All cycles of ReLU networks of two units up to the length six, against the enumeration of their 4⁶ sequences of
//! linear regions.

use crate::relu_network::{has_all_cycles, relu};

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn of_networks_with_few_cycles() {
    for (map, counts) in [
        (relu([1.95, -0.68], [[-3.9, 0.05], [0.46, 2.54]], [0.67, -0.35]), [4, 2, 4, 7, 12, 14]),
        (relu([0.65, 0.47], [[-4.25, 0.97], [0.31, 2.01]], [0.05, -1.15]), [2, 2, 4, 2, 4, 6]),
        (relu([1.31, 1.84], [[-2.5, -0.52], [0.36, -3.5]], [1.08, 0.79]), [4, 4, 4, 7, 10, 28]),
    ] {
        for k in 1..=6 {
            has_all_cycles(&map, k, counts[k - 1], 4000);
        }
    }
}

/// Nearly every sequence of regions has its cycle.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn of_a_network_with_hundreds() {
    let map = relu([1.8, 1.81], [[-4.29, 0.31], [0.06, -3.89]], [0.89, 1.07]);
    for (k, count) in [4, 6, 20, 60, 204, 566].into_iter().enumerate() {
        has_all_cycles(&map, k + 1, count, 10_000);
    }
}
