//! Loops over slices compiled twice: for every CPU of the target, and for those found at run time to have wide vectors.
//!
//! A build for `x86_64` may use the vectors of 2003 only. Here a loop is also compiled for AVX2 with fused
//! multiply–add, and the one for the CPU at hand is chosen when it is called. The crate `pulp` does the choosing, and
//! holds the `unsafe` code for it.

mod activation;
mod combine;
mod exponential;
mod extrema;
mod float;
mod norm;
mod product;
mod vector;

pub(crate) use activation::{Sigmoid, Softplus, Tanh, map, pull_back};
pub(crate) use combine::combine;
pub(crate) use extrema::{larger, smaller};
pub(crate) use float::Float;
pub(crate) use norm::{all_finite, weighted_sq};
pub(crate) use product::{add_product, add_product_transposed};
pub(crate) use pulp::Simd;

/// A piece of work to be compiled for each kind of CPU.
///
/// `run`, and everything of weight it calls, must be `#[inline(always)]`: a function that is not inlined is compiled
/// for the oldest CPU of the target.
pub(crate) trait Kernel {
    type Output;

    /// Does the work, with the instructions of `simd`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Runs a kernel with the best instructions there are. A test of one byte in memory: cheap per slice, not per entry.
#[inline(always)]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(Dispatched(kernel))
}

struct Dispatched<K>(K);

impl<K: Kernel> pulp::WithSimd for Dispatched<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> K::Output {
        self.0.run(simd)
    }
}

#[cfg(test)]
mod tests;
