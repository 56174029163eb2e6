//! Loops over slices, compiled for several kinds of CPU; the kind is chosen at run time.
//!
//! A build for `x86_64` may use only the vectors of 2003 (SSE2). So each loop is also compiled for AVX2 with fused
//! multiply–add and for AVX-512, and every call chooses the version for its CPU. The crate `pulp` chooses, and contains the `unsafe`
//! code for it.
//!
//! # The same bits on every CPU
//!
//! Activations, their pullbacks and products give the same bits on every CPU with fused multiply–add, whatever the width
//! of its vectors: every entry is computed by the same operations in the same order. A CPU without fused multiply–add
//! rounds each product, so its results differ in the last places. Combinations round each product on every CPU, and give
//! the same bits everywhere. The sum of a norm is added lane by lane, so its last places depend on the width of the
//! vectors. The products that `state` leaves to nalgebra's `gemm` depend on the CPU too.

mod activation;
mod combine;
mod exponential;
mod extrema;
mod float;
mod large_product;
mod norm;
mod product;
mod small_product;
mod vector;

pub(crate) use activation::{Function, Sigmoid, Softplus, Tanh, map, pull_back};
pub(crate) use combine::combine;
pub(crate) use extrema::{larger, smaller};
pub(crate) use float::Float;
pub(crate) use norm::{all_finite, weighted_sq};
pub(crate) use product::{add_product, add_product_transposed, affine, columns_of};
pub(crate) use pulp::Simd;

/// A piece of work that is compiled for each kind of CPU.
///
/// `run`, and every function of weight that it calls, must be `#[inline(always)]`: a function that is not inlined is
/// compiled for the oldest CPU of the target.
pub(crate) trait Kernel {
    type Output;

    /// Does the work, with the instructions of `simd`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Runs a kernel with the best instructions of the CPU. The choice tests one byte in memory: cheap per slice, not per
/// entry.
#[inline(always)]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(Dispatched(kernel))
}

/// [`dispatch`] for a kernel whose slices or columns have this many bytes. If they fit into a register of AVX2, a
/// register of AVX-512 would only be masked.
#[inline(always)]
pub(crate) fn dispatch_for<K: Kernel>(bytes: usize, kernel: K) -> K::Output {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if bytes <= 32
        && let pulp::Arch::V4(simd) = pulp::Arch::new()
    {
        return pulp::Arch::V3(*simd).dispatch(Dispatched(kernel));
    }
    dispatch(kernel)
}

/// Runs loops over entries that the compiler turns into vector instructions, with the instructions of the CPU. `work` and every
/// function in it must be inlined.
#[inline(always)]
pub(crate) fn vectorized(work: impl FnOnce()) {
    pulp::Arch::new().dispatch(work);
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
mod cpus;
#[cfg(test)]
mod tests;
