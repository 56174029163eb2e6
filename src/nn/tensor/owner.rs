//! Types that own a module.

/// The constructor and the accessors of the module, for a type with the fields `module` and `space`.
macro_rules! module_owner {
    ($Owner:ident<$M:ident, $($other:ident),+>) => {
        impl<$M, $($other),+> $Owner<$M, $($other),+> {
            /// Takes the module.
            #[must_use]
            pub const fn new(module: $M) -> Self {
                Self { module, space: PhantomData }
            }

            /// The module.
            #[must_use]
            pub const fn module(&self) -> &$M {
                &self.module
            }

            /// The module, mutable, as dfdx's optimisers need it.
            pub const fn module_mut(&mut self) -> &mut $M {
                &mut self.module
            }

            /// Gives the module back.
            #[must_use]
            pub fn into_module(self) -> $M {
                self.module
            }
        }
    };
}

pub(super) use module_owner;
