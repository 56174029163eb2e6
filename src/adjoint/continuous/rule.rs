//! Quadrature rules on `[0, 1]`.

/// A node, with its weight and its weight in the embedded rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    pub(super) place: f64,
    pub(super) weight: f64,
    pub(super) inner: f64,
}

/// From `(node, weight, embedded weight)` on the right half of `[−1, 1]`, starting in the middle.
const fn symmetric<const H: usize, const N: usize>(half: [(f64, f64, f64); H]) -> [Node; N] {
    const { assert!(N + 1 == 2 * H) }
    let mut rule = [Node { place: 0.0, weight: 0.0, inner: 0.0 }; N];
    let mut i = 0;
    while i < H {
        let (x, weight, inner) = half[i];
        rule[H - 1 + i] = Node { place: 0.5 * (1.0 + x), weight: 0.5 * weight, inner: 0.5 * inner };
        rule[H - 1 - i] = Node { place: 0.5 * (1.0 - x), weight: 0.5 * weight, inner: 0.5 * inner };
        i += 1;
    }
    rule
}

/// The Gauss–Legendre rule of 5 nodes, exact for degree 9.
pub(super) const GAUSS_5: [Node; 5] = symmetric([
    (0.0, 0.568_888_888_888_888_9, 0.0),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5, 0.0),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08, 0.0),
]);

/// The Kronrod rule of 15 nodes, exact for degree 22, with the embedded Gauss–Legendre rule of 7, exact for degree 13:
/// R. Piessens et al., *QUADPACK* (1983).
pub(super) const KRONROD_15: [Node; 15] = symmetric([
    (0.0, 0.209_482_141_084_727_82, 0.417_959_183_673_469_4),
    (0.207_784_955_007_898_47, 0.204_432_940_075_298_9, 0.0),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4, 0.381_830_050_505_118_9),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9, 0.0),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92, 0.279_705_391_489_276_64),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_18, 0.0),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_55, 0.129_484_966_168_869_7),
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224, 0.0),
]);

#[cfg(test)]
mod tests {
    use super::{GAUSS_5, KRONROD_15, Node};

    /// The highest degree `d` up to which a rule integrates `x^d` over `[0, 1]` exactly.
    fn degree(rule: &[Node], weight: fn(&Node) -> f64) -> u32 {
        let error = |d: u32| {
            let sum: f64 = rule.iter().map(|node| weight(node) * node.place.powi(d as i32)).sum();
            (sum * f64::from(d + 1) - 1.0).abs()
        };
        (0..).find(|&d| error(d) > 1e-14).unwrap() - 1
    }

    #[test]
    fn rules_are_as_exact_as_they_are_known_to_be() {
        assert_eq!(degree(&GAUSS_5, |node| node.weight), 9);
        assert_eq!(degree(&KRONROD_15, |node| node.inner), 13);
        assert!(degree(&KRONROD_15, |node| node.weight) >= 22);
    }
}
