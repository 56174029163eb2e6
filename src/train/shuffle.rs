//! Random orders and seeds that depend on numbers alone.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{RngCore, SeedableRng};

/// A seed from several numbers, by the finaliser of `SplitMix64` (G. Steele, D. Lea & C. Flood 2014).
pub(crate) fn mix(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0x9e37_79b9_7f4a_7c15, |seed, &number| {
        let mut x = (seed ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    })
}

/// The numbers below `n` in a random order, by the shuffle of Fisher and Yates.
pub(crate) fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut generator = Pcg64Mcg::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, below(&mut generator, i as u64 + 1) as usize);
    }
    order
}

/// A uniform number below `n`, without bias, by rejection: D. Lemire, *Fast random integer generation in an interval*
/// (2019).
fn below(generator: &mut impl RngCore, n: u64) -> u64 {
    loop {
        let product = u128::from(generator.next_u64()) * u128::from(n);
        if product as u64 >= n.wrapping_neg() % n {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{mix, shuffled};

    #[test]
    fn an_order_has_every_number_once_and_depends_on_the_seed() {
        for n in [0, 1, 2, 10, 1000] {
            let mut order = shuffled(n, 7);
            assert_eq!(order, shuffled(n, 7));
            order.sort_unstable();
            assert_eq!(order, (0..n).collect::<Vec<_>>());
        }
        assert_ne!(shuffled(10, 7), shuffled(10, 8));
    }

    /// Each of the six orders of three numbers is as frequent as the others, to four standard deviations.
    #[test]
    fn all_orders_are_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..6000 {
            *counts.entry(shuffled(3, mix(&[1, seed]))).or_insert(0_i32) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (count - 1000).abs() < 116), "{counts:?}");
    }

    #[test]
    fn seeds_depend_on_the_order_of_the_numbers() {
        assert_ne!(mix(&[1, 2]), mix(&[2, 1]));
        assert_ne!(mix(&[0]), mix(&[0, 0]));
    }
}
