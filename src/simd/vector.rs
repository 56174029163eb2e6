//! Hardware vectors with operators.

use std::ops::{Add, Div, Mul, Sub};

use super::{Float, Simd};

/// The numbers of `R` registers.
///
/// Operations go through the registers in turn, so the CPU always has `R` independent chains of arithmetic. One chain
/// alone would wait for the latency of every operation.
#[derive(Clone, Copy)]
pub(crate) struct Vector<S: Simd, T: Float, const R: usize> {
    simd: S,
    registers: [T::Lanes<S>; R],
}

impl<S: Simd, T: Float> Vector<S, T, 1> {
    /// Up to a register of numbers, followed by zeros.
    #[inline(always)]
    pub(crate) fn load_rest(simd: S, from: &[T]) -> Self {
        Self { simd, registers: [T::load_rest(simd, from)] }
    }

    /// Stores the first lanes, up to a register of them.
    #[inline(always)]
    pub(crate) fn store_rest(self, to: &mut [T]) {
        T::store_rest(self.simd, to, self.registers[0]);
    }
}

impl<S: Simd, T: Float, const R: usize> Vector<S, T, R> {
    #[inline(always)]
    pub(crate) fn new(simd: S, registers: [T::Lanes<S>; R]) -> Self {
        Self { simd, registers }
    }

    #[inline(always)]
    pub(crate) fn registers(self) -> [T::Lanes<S>; R] {
        self.registers
    }

    /// `x` in every lane.
    #[inline(always)]
    pub(crate) fn constant(self, x: T) -> Self {
        Self { registers: [T::splat(self.simd, x); R], ..self }
    }

    /// `self · b + c`, rounded once if the CPU can.
    #[inline(always)]
    pub(crate) fn mul_add(mut self, b: Self, c: Self) -> Self {
        for i in 0..R {
            self.registers[i] = T::mul_add(self.simd, self.registers[i], b.registers[i], c.registers[i]);
        }
        self
    }

    /// The larger of the two, but NaN if `self` is NaN.
    #[inline(always)]
    pub(crate) fn at_least(mut self, bound: T) -> Self {
        for x in &mut self.registers {
            *x = T::at_least(self.simd, *x, T::splat(self.simd, bound));
        }
        self
    }

    /// The smaller of the two, but NaN if `self` is NaN.
    #[inline(always)]
    pub(crate) fn at_most(mut self, bound: Self) -> Self {
        for (x, bound) in self.registers.iter_mut().zip(bound.registers) {
            *x = T::at_most(self.simd, *x, bound);
        }
        self
    }

    /// 0 where `of` is above `bound`, otherwise `self`.
    #[inline(always)]
    pub(crate) fn zero_above(mut self, of: Self, bound: T) -> Self {
        for (x, of) in self.registers.iter_mut().zip(of.registers) {
            *x = T::zero_above(self.simd, *x, of, bound);
        }
        self
    }

    #[inline(always)]
    pub(crate) fn abs(mut self) -> Self {
        for x in &mut self.registers {
            *x = T::abs(self.simd, *x);
        }
        self
    }

    /// A non-negative number with the sign of another.
    #[inline(always)]
    pub(crate) fn with_sign(mut self, of: Self) -> Self {
        for (x, of) in self.registers.iter_mut().zip(of.registers) {
            *x = T::with_sign(self.simd, *x, of);
        }
        self
    }

    /// `negative` if `self` is below 0, otherwise `other`.
    #[inline(always)]
    pub(crate) fn by_sign(mut self, negative: Self, other: Self) -> Self {
        for i in 0..R {
            self.registers[i] = T::by_sign(self.simd, self.registers[i], negative.registers[i], other.registers[i]);
        }
        self
    }

    /// `2ⁿ`, where `self` is `n + ROUNDER`.
    #[inline(always)]
    pub(crate) fn power_of_two(mut self) -> Self {
        for x in &mut self.registers {
            *x = T::power_of_two(self.simd, *x);
        }
        self
    }
}

macro_rules! operator {
    ($operator:ident, $function:ident) => {
        impl<S: Simd, T: Float, const R: usize> $operator for Vector<S, T, R> {
            type Output = Self;
            #[inline(always)]
            fn $function(mut self, b: Self) -> Self {
                for i in 0..R {
                    self.registers[i] = T::$function(self.simd, self.registers[i], b.registers[i]);
                }
                self
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);
