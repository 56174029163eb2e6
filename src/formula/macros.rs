//! The macros that declare parameters and formulas.

/// Declares a structure of named parameters, which is a [`State`](crate::state::State). It is the type of the
/// parameters of a model, and of their gradient.
///
/// The parameters of a physical model are numbers and vectors:
///
/// ```
/// use rheos::formula::Parameters;
/// use rheos::{State, parameters};
///
/// parameters! {
///     /// A predator and its prey.
///     pub struct Rates {
///         /// Growth of the prey.
///         pub alpha: f64,
///         /// Predation.
///         pub beta: f64,
///     }
/// }
///
/// let rates = Rates { alpha: 1.5, beta: 1.0 };
/// assert_eq!(rates.coordinates(), [1.5, 1.0]);
/// assert_eq!(rates.tensors()[1].name, "beta");
/// ```
///
/// The parameters of a network are [`Weight`](crate::formula::Weight)s, [`Bias`](crate::formula::Bias)es and other
/// structures. Their store `T` is the first type parameter. [`formula!`](crate::formula!) declares them together with
/// the formula.
///
/// ```
/// use rheos::formula::{Structure, Weight};
/// use rheos::parameters;
///
/// parameters! {
///     pub struct Rank1<T, const N: usize> { pub u: Weight<T, N, 1>, pub v: Weight<T, 1, N> }
/// }
/// assert_eq!(Rank1::<f64, 4>::zeros().u.nrows(), 4);
/// ```
///
/// A network may have no parameters, `pub struct Sine<T> {}`; [`zeros`](crate::formula::Structure::zeros) makes it.
#[macro_export]
macro_rules! parameters {
    // Without parameters, an empty array keeps the store.
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$T:ident $(, const $c:ident: usize)* $(,)?> {}) => {
        $crate::parameters! {
            $(#[$meta])*
            $vis struct $name<$T $(, const $c: usize)*> { nothing: [$crate::formula::Bias<$T, 0>; 0] }
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$T:ident $(, const $c:ident: usize)* $(,)?> {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $t:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name<$T: $crate::formula::Store $(, const $c: usize)*> {
            $($(#[$field_meta])* $field_vis $field: $t),*
        }
        $crate::__parameters! { [$T: $crate::formula::Store $(, const $c: usize)*] [$name<$T $(, $c)*>] $($field: $t),* }
        impl<$T: $crate::formula::Store $(, const $c: usize)*> $crate::formula::Structure for $name<$T $(, $c)*> {
            type Store = $T;
            type In<__Store: $crate::formula::Store> = $name<__Store $(, $c)*>;
            const LEAVES: usize = 0 $(+ <$t as $crate::formula::Structure>::LEAVES)*;

            fn build(
                name: &$crate::formula::Name<'_>,
                from: &mut impl $crate::formula::Build<$T>,
            ) -> Self {
                Self { $($field: $crate::formula::Structure::build(&name.field(stringify!($field)), from)),* }
            }
            fn visit(&self, visitor: &mut impl $crate::formula::Visitor<$T>) {
                $($crate::formula::Structure::visit(&self.$field, visitor);)*
            }
            fn types<__Types: $crate::formula::Types>(
                name: &$crate::formula::Name<'_>,
                next: &mut usize,
                see: &mut __Types,
            ) -> ::std::result::Result<(), __Types::Error> {
                $(<$t as $crate::formula::Structure>::types(&name.field(stringify!($field)), next, see)?;)*
                ::std::result::Result::Ok(())
            }
            fn leaf(&self, mut k: usize) -> ::std::option::Option<&dyn ::std::any::Any> {
                $(
                    if k < <$t as $crate::formula::Structure>::LEAVES {
                        return $crate::formula::Structure::leaf(&self.$field, k);
                    }
                    k -= <$t as $crate::formula::Structure>::LEAVES;
                )*
                let _ = k;
                ::std::option::Option::None
            }
            fn leaf_mut(&mut self, mut k: usize) -> ::std::option::Option<&mut dyn ::std::any::Any> {
                $(
                    if k < <$t as $crate::formula::Structure>::LEAVES {
                        return $crate::formula::Structure::leaf_mut(&mut self.$field, k);
                    }
                    k -= <$t as $crate::formula::Structure>::LEAVES;
                )*
                let _ = k;
                ::std::option::Option::None
            }
            #[inline]
            fn slice(&self, mut k: usize) -> &[<$T as $crate::formula::Store>::Element]
            where
                $T: $crate::formula::Slices,
            {
                $(
                    if k < <$t as $crate::formula::Structure>::LEAVES {
                        return $crate::formula::Structure::slice(&self.$field, k);
                    }
                    k -= <$t as $crate::formula::Structure>::LEAVES;
                )*
                let _ = k;
                &[]
            }
            #[inline]
            fn slice_mut(&mut self, mut k: usize) -> &mut [<$T as $crate::formula::Store>::Element]
            where
                $T: $crate::formula::Slices,
            {
                $(
                    if k < <$t as $crate::formula::Structure>::LEAVES {
                        return $crate::formula::Structure::slice_mut(&mut self.$field, k);
                    }
                    k -= <$t as $crate::formula::Structure>::LEAVES;
                )*
                let _ = k;
                &mut []
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $t:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$field_meta])* $field_vis $field: $t),*
        }
        $crate::__parameters! { [] [$name] $($field: $t),* }
    };
}

/// A structure as a state with names.
#[doc(hidden)]
#[macro_export]
macro_rules! __parameters {
    ([$($generics:tt)*] [$name:ty] $($field:ident: $t:ty),*) => {
        impl<$($generics)*> ::std::clone::Clone for $name {
            fn clone(&self) -> Self {
                Self { $($field: ::std::clone::Clone::clone(&self.$field)),* }
            }
        }
        // A lifetime, even an unused one, allows a bound that does not hold: a structure with a vector is not `Copy`.
        impl<$($generics)*> ::std::marker::Copy for $name where $(for<'any> $t: ::std::marker::Copy),* {}
        impl<$($generics)*> ::std::cmp::PartialEq for $name where $(for<'any> $t: ::std::cmp::PartialEq),* {
            fn eq(&self, _other: &Self) -> bool {
                true $(&& self.$field == _other.$field)*
            }
        }
        impl<$($generics)*> ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish()
            }
        }
        impl<$($generics)*> $crate::State for $name {
            const IS_DUAL: bool = false $(|| <$t as $crate::State>::IS_DUAL)*;
            const FIXED_SHAPE: bool = true $(&& <$t as $crate::State>::FIXED_SHAPE)*;

            #[inline]
            fn fits(&self, _x: &Self) -> bool {
                true $(&& $crate::State::fits(&self.$field, &_x.$field))*
            }
            #[inline]
            fn zeros_like(&self) -> Self {
                Self { $($field: $crate::State::zeros_like(&self.$field)),* }
            }
            #[inline]
            fn assign(&mut self, _x: &Self) {
                $($crate::State::assign(&mut self.$field, &_x.$field);)*
            }
            #[inline]
            fn set_zeros(&mut self) {
                $($crate::State::set_zeros(&mut self.$field);)*
            }
            #[inline]
            fn add_scaled(&mut self, _a: f64, _x: &Self) {
                $($crate::State::add_scaled(&mut self.$field, _a, &_x.$field);)*
            }
            #[inline]
            fn scale_by(&mut self, _a: f64) {
                $($crate::State::scale_by(&mut self.$field, _a);)*
            }
            #[inline]
            fn inner(&self, _x: &Self) -> f64 {
                0.0 $(+ $crate::State::inner(&self.$field, &_x.$field))*
            }
            #[inline]
            fn count(&self) -> usize {
                0 $(+ $crate::State::count(&self.$field))*
            }
            #[inline]
            fn weighted_sq(&self, _y0: &Self, _y1: &Self, _tol: $crate::state::Tolerance) -> f64 {
                0.0 $(+ $crate::State::weighted_sq(&self.$field, &_y0.$field, &_y1.$field, _tol))*
            }
            #[inline]
            fn weighted_sq_each(&self, _y0: &Self, _y1: &Self, _rtol: &Self, _atol: &Self) -> f64 {
                0.0 $(+ $crate::State::weighted_sq_each(
                    &self.$field, &_y0.$field, &_y1.$field, &_rtol.$field, &_atol.$field,
                ))*
            }
            #[inline]
            fn all_finite(&self) -> bool {
                true $(&& $crate::State::all_finite(&self.$field))*
            }
            fn rounding(&self) -> f64 {
                f64::EPSILON $(.max($crate::State::rounding(&self.$field)))*
            }
            fn write_coordinates(&self, _out: &mut ::std::vec::Vec<f64>) {
                $($crate::State::write_coordinates(&self.$field, _out);)*
            }
            fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> ::std::option::Option<&'a [f64]> {
                $(let from = $crate::State::read_coordinates(&mut self.$field, from)?;)*
                ::std::option::Option::Some(from)
            }
        }
        impl<$($generics)*> $crate::formula::Parameters for $name {
            fn leaves(
                &self,
                _name: &$crate::formula::Name<'_>,
                _see: &mut dyn FnMut(&$crate::formula::Name<'_>, $crate::formula::Leaf),
            ) {
                $($crate::formula::Parameters::leaves(&self.$field, &_name.field(stringify!($field)), _see);)*
            }
            fn write_numbers(&self, _out: &mut ::std::vec::Vec<f64>) {
                $($crate::formula::Parameters::write_numbers(&self.$field, _out);)*
            }
            fn read_numbers<'a>(&mut self, from: &'a [f64]) -> ::std::option::Option<&'a [f64]> {
                $(let from = $crate::formula::Parameters::read_numbers(&mut self.$field, from)?;)*
                ::std::option::Option::Some(from)
            }
        }
    };
}

/// Declares a network: its parameters and its formula.
///
/// ```
/// use rheos::formula;
/// use rheos::formula::{Bias, Gates, Rows, Weight};
///
/// formula! {
///     /// A gated recurrent unit, `torch.nn.GRUCell`; gates `r, z, n`.
///     pub struct Gru<T, const I: usize, const H: usize> {
///         pub weight_ih: Gates<Weight<T, H, I>, 3>,
///         pub weight_hh: Gates<Weight<T, H, H>, 3>,
///         pub bias_ih: Gates<Bias<T, H>, 3>,
///         pub bias_hh: Gates<Bias<T, H>, 3>,
///     }
///     fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
///         let i = |k: usize| &self.weight_ih[k] * x + &self.bias_ih[k];
///         let j = |k: usize| &self.weight_hh[k] * h + &self.bias_hh[k];
///         let (r, z) = ((i(0) + j(0)).sigmoid(), (i(1) + j(1)).sigmoid());
///         let n = (i(2) + r * j(2)).tanh();
///         n + z * (h - n)
///     }
/// }
/// ```
///
/// The first type parameter is the [`Store`](crate::formula::Store) of the weights: `Gru<f64, 2, 8>`. Arguments and
/// value are [`Rows`](crate::formula::Rows) or tuples of them. In the body, an argument `h: Rows<H>` is a
/// [`Batch<H>`](crate::formula::Batch).
///
/// A cell that discretises an ODE has a function `field` before `apply`; see
/// [`Continuous`](crate::formula::Continuous).
#[macro_export]
macro_rules! formula {
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident<$T:ident $(, const $c:ident: usize)* $(,)?> {
            $($fields:tt)*
        }
        fn field(&$this:ident, $($argument:tt: $shape:ty),+ $(,)?) -> $slope:ty $field:block
        fn apply $($apply:tt)+
    ) => {
        $crate::formula! {
            $(#[$meta])* $vis struct $name<$T $(, const $c: usize)*> { $($fields)* }
            fn apply $($apply)+
        }
        impl<$T: $crate::formula::Store $(, const $c: usize)*> $crate::formula::Continuous for $name<$T $(, $c)*> {
            #[allow(unused_parens)]
            type Arguments = ($($shape),+);
            const ARGUMENTS: &'static [&'static str] = $crate::__names!([] $($argument)+);

            #[allow(unused_parens)]
            fn field<'g>(
                &'g $this,
                ($($argument),+): <Self::Arguments as $crate::formula::Shape>::Batches<'g>,
            ) -> <$slope as $crate::formula::Shape>::Batches<'g> $field
        }
    };
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident<$T:ident $(, const $c:ident: usize)* $(,)?> {
            $($fields:tt)*
        }
        fn apply(&$self:ident, $($arg:tt: $input:ty),+ $(,)?) -> $output:ty $body:block
    ) => {
        $crate::parameters! {
            $(#[$meta])* $vis struct $name<$T $(, const $c: usize)*> { $($fields)* }
        }
        impl<$T: $crate::formula::Store $(, const $c: usize)*> $crate::formula::Formula for $name<$T $(, $c)*> {
            #[allow(unused_parens)]
            type Input = ($($input),+);
            type Output = $output;
            const INPUTS: &'static [&'static str] = $crate::__names!([] $($arg)+);

            #[allow(unused_parens)]
            fn apply<'g>(
                &'g $self,
                ($($arg),+): <Self::Input as $crate::formula::Shape>::Batches<'g>,
            ) -> <$output as $crate::formula::Shape>::Batches<'g> $body
        }
    };
}

/// The names of the arguments; a tuple contributes each of its parts.
#[doc(hidden)]
#[macro_export]
macro_rules! __names {
    ([$($done:expr),*]) => { &[$($done),*] };
    ([$($done:expr),*] ($($inner:tt),* $(,)?) $($rest:tt)*) => { $crate::__names!([$($done),*] $($inner)* $($rest)*) };
    ([$($done:expr),*] $first:tt $($rest:tt)*) => { $crate::__names!([$($done,)* stringify!($first)] $($rest)*) };
}
