//! Compositions of leapfrogs of different lengths.

/// The kicks of leapfrogs of lengths `w`: adjacent kicks are merged.
pub(super) const fn kicks<const N: usize, const S: usize>(w: [f64; N]) -> [f64; S] {
    const { assert!(S == N + 1, "N leapfrogs have N + 1 kicks") }
    let mut kicks = [0.0; S];
    let mut i = 0;
    while i < N {
        kicks[i] += 0.5 * w[i];
        kicks[i + 1] += 0.5 * w[i];
        i += 1;
    }
    kicks
}

/// The drifts of leapfrogs of lengths `w`; none follows the last kick.
pub(super) const fn drifts<const N: usize, const S: usize>(w: [f64; N]) -> [f64; S] {
    const { assert!(S == N + 1, "N leapfrogs have N + 1 kicks") }
    let mut drifts = [0.0; S];
    let mut i = 0;
    while i < N {
        drifts[i] = w[i];
        i += 1;
    }
    drifts
}
