//! Numbers that every program can draw for itself; `python/draws.py` draws the same.

/// Uniform on `[-bound, bound)`: the upper 24 bits of splitmix64 (Steele, Lea & Flood 2014) at `2³² seed + k + 1`.
pub fn uniform(seed: usize, bound: f64) -> impl Iterator<Item = f32> {
    (1u64..).map(move |k| {
        let mut z = (k + ((seed as u64) << 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (bound * ((z >> 40) as f64 / 8_388_608.0 - 1.0)) as f32
    })
}
