//! Constructors and traits of methods defined by a table.

/// Constructors, `Default`, `Clone`, `Copy` and `Debug` of `$name<T, S, L> { linear: L, table: PhantomData }` with
/// tables `$table`, which `$check` checks at compile time.
macro_rules! by_table {
    ($name:ident, $table:ident, $check:ident) => {
        impl<T: $table<S>, const S: usize> $name<T, S> {
            /// The method. Compiles only if the table satisfies its order conditions.
            #[must_use]
            pub const fn new() -> Self {
                const { $check::<T, S>() }
                Self { linear: Lu, table: PhantomData }
            }
        }

        impl<T, const S: usize, L> $name<T, S, L> {
            /// The same method with another linear solver.
            #[must_use]
            pub fn with<M>(self, linear: M) -> $name<T, S, M> {
                $name { linear, table: PhantomData }
            }
        }

        impl<T: $table<S>, const S: usize> Default for $name<T, S> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T, const S: usize, L: Clone> Clone for $name<T, S, L> {
            fn clone(&self) -> Self {
                Self { linear: self.linear.clone(), table: PhantomData }
            }
        }

        impl<T, const S: usize, L: Copy> Copy for $name<T, S, L> {}

        impl<T: $table<S>, const S: usize, L> std::fmt::Debug for $name<T, S, L> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(T::NAME)
            }
        }
    };
}

/// `Default`, `Clone`, `Copy` and `Debug` of `$name<T, S>(PhantomData)`, with tables `$table`.
macro_rules! marker_of_table {
    ($name:ident, $table:ident) => {
        impl<T: $table<S>, const S: usize> Default for $name<T, S> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T, const S: usize> Clone for $name<T, S> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T, const S: usize> Copy for $name<T, S> {}

        impl<T: $table<S>, const S: usize> std::fmt::Debug for $name<T, S> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(T::NAME)
            }
        }
    };
}

pub(super) use by_table;
pub(super) use marker_of_table;
