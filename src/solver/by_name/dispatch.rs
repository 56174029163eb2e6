//! One type for several methods, with a workspace for each of them.

/// A name in the form in which it is compared: in lower case, without `_`, `-` and spaces.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !['_', '-', ' '].contains(c)).flat_map(char::to_lowercase).collect()
}

/// Declares an enumeration of methods, its workspace, its names and the traits of a method.
///
/// Each row is a name, a variant with its type, and the value.
macro_rules! methods_by_name {
    (
        $(#[$doc:meta])*
        pub enum $Any:ident, $Workspace:ident for $Field:ident {
            $($name:literal $variant:ident($method:ty) = $value:expr,)+
        }
    ) => {
        $(#[$doc])*
        ///
        /// | name | method |
        /// |---|---|
        $(#[doc = concat!("| `", $name, "` | [`", stringify!($variant), "`](type@", stringify!($method), ") |")])+
        #[derive(Debug, Clone, Copy)]
        #[non_exhaustive]
        pub enum $Any {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant($method),
            )+
        }

        impl $Any {
            /// The names, in the order of the table above.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name of this method.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }
        }

        /// The method of a name. Upper and lower case are the same, and `_`, `-` and spaces do not count.
        ///
        /// # Errors
        /// [`Error::UnknownMethod`](crate::error::Error::UnknownMethod), which lists the names.
        impl std::str::FromStr for $Any {
            type Err = crate::error::Error;

            fn from_str(name: &str) -> crate::error::Result<Self> {
                let wanted = $crate::solver::by_name::dispatch::plain(name);
                $(
                    if wanted == $crate::solver::by_name::dispatch::plain($name) {
                        return Ok(Self::$variant($value));
                    }
                )+
                Err(crate::error::Error::UnknownMethod { name: name.into(), known: Self::NAMES })
            }
        }

        #[doc = concat!("The workspace of an [`", stringify!($Any), "`], with the method it belongs to.")]
        #[non_exhaustive]
        pub enum $Workspace<F: $Field> {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant($method, <$method as $crate::solver::Solver<F>>::Workspace),
            )+
        }

        impl<F: $Field> std::fmt::Debug for $Workspace<F> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let name = match self { $(Self::$variant(..) => $name,)+ };
                f.debug_tuple(stringify!($Workspace)).field(&name).finish()
            }
        }

        impl $crate::solver::Method for $Any {
            /// The lowest of all; [`name`](Self::name) tells which method it is.
            const ORDER: u32 = $crate::solver::by_name::dispatch::least(&[$(<$method>::ORDER),+]);
            const NAME: &'static str = "method by name";
        }

        impl<F: $Field> $crate::solver::Solver<F> for $Any {
            type Workspace = $Workspace<F>;

            const SENSES_STIFFNESS: bool = $(<$method as $crate::solver::Solver<F>>::SENSES_STIFFNESS ||)+ false;
            const STAYS_INSIDE: bool = $(<$method as $crate::solver::Solver<F>>::STAYS_INSIDE &&)+ true;

            fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
                match *self { $(Self::$variant(method) => $Workspace::$variant(method, method.workspace(f, y0)),)+ }
            }

            fn reset(&self, ws: &mut Self::Workspace) {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::reset(method, own),)+ }
            }

            fn step(
                &self,
                f: &F,
                ws: &mut Self::Workspace,
                step: $crate::solver::StepStart<'_, F::State>,
                y1: &mut F::State,
            ) -> $crate::error::Result<()> {
                match ws { $($Workspace::$variant(method, own) => method.step(f, own, step, y1),)+ }
            }

            fn accept(&self, ws: &mut Self::Workspace) {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::accept(method, own),)+ }
            }

            fn evaluations(&self, ws: &Self::Workspace) -> u64 {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::evaluations(method, own),)+ }
            }

            fn matrices(&self, ws: &Self::Workspace) -> $crate::solver::implicit::Matrices {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::matrices(method, own),)+ }
            }

            fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::settle(method, own, y),)+ }
            }

            fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::restore(method, own, y),)+ }
            }

            fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl $crate::state::ErrorNorm<F::State>) {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::tolerate(method, own, norm),)+ }
            }

            fn stiffness(
                &self,
                ws: &mut Self::Workspace,
                step: $crate::solver::StepStart<'_, F::State>,
                norm: impl FnMut(&F::State) -> f64,
            ) -> Option<$crate::solver::Stiffness> {
                match ws {
                    $($Workspace::$variant(method, own) => $crate::solver::Solver::<F>::stiffness(method, own, step, norm),)+
                }
            }
        }

        impl<F: $Field> $crate::solver::Embedded<F> for $Any {
            /// The lowest of all; a solve asks the method it is.
            const ERROR_ORDER: u32 =
                $crate::solver::by_name::dispatch::least(&[$(<$method as $crate::solver::Embedded<F>>::ERROR_ORDER),+]);

            fn first_error_order(&self) -> u32 {
                match self { $(Self::$variant(method) => $crate::solver::Embedded::<F>::first_error_order(method),)+ }
            }

            fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Embedded::<F>::error(method, own, h),)+ }
            }

            fn error_sq(
                &self,
                ws: &mut Self::Workspace,
                h: f64,
                y0: &F::State,
                y1: &F::State,
                norm: &impl $crate::state::ErrorNorm<F::State>,
            ) -> f64 {
                match ws {
                    $($Workspace::$variant(method, own) => {
                        $crate::solver::Embedded::<F>::error_sq(method, own, h, y0, y1, norm)
                    })+
                }
            }

            fn error_order(&self, ws: &Self::Workspace) -> u32 {
                match ws { $($Workspace::$variant(method, own) => $crate::solver::Embedded::<F>::error_order(method, own),)+ }
            }

            fn next_factor(
                &self,
                ws: &mut Self::Workspace,
                h: f64,
                y0: &F::State,
                y1: &F::State,
                norm: &impl $crate::state::ErrorNorm<F::State>,
            ) -> Option<f64> {
                match ws {
                    $($Workspace::$variant(method, own) => {
                        $crate::solver::Embedded::<F>::next_factor(method, own, h, y0, y1, norm)
                    })+
                }
            }

            fn keeps_step(&self, ws: &Self::Workspace, factor: f64) -> bool {
                match ws {
                    $($Workspace::$variant(method, own) => {
                        $crate::solver::Embedded::<F>::keeps_step(method, own, factor)
                    })+
                }
            }

            fn probe<'w>(
                &self,
                f: &F,
                ws: &'w mut Self::Workspace,
                t: f64,
                y: &F::State,
                h: impl FnOnce(&F::State) -> f64,
            ) -> $crate::solver::Probe<'w, F::State> {
                match ws { $($Workspace::$variant(method, own) => method.probe(f, own, t, y, h),)+ }
            }
        }

        impl<F: $Field> $crate::solver::Dense<F> for $Any {
            /// The lowest of all.
            const DENSE_ORDER: u32 =
                $crate::solver::by_name::dispatch::least(&[$(<$method as $crate::solver::Dense<F>>::DENSE_ORDER),+]);
            /// The highest of all: the polynomials of a curve hold every interpolant.
            const DENSE_DEGREE: usize =
                $crate::solver::by_name::dispatch::most(&[$(<$method as $crate::solver::Dense<F>>::DENSE_DEGREE),+]);
            /// None of them does.
            const LANDS: bool = {
                assert!($(!<$method as $crate::solver::Dense<F>>::LANDS &&)+ true, "a listed method lands on its outputs");
                false
            };

            fn interpolate(
                &self,
                f: &F,
                ws: &mut Self::Workspace,
                step: $crate::solver::StepStart<'_, F::State>,
                theta: f64,
                out: &mut F::State,
            ) {
                match ws { $($Workspace::$variant(method, own) => method.interpolate(f, own, step, theta, out),)+ }
            }

            fn slope(
                &self,
                f: &F,
                ws: &mut Self::Workspace,
                step: $crate::solver::StepStart<'_, F::State>,
                theta: f64,
                out: &mut F::State,
            ) {
                match ws { $($Workspace::$variant(method, own) => method.slope(f, own, step, theta, out),)+ }
            }
        }
    };
}

/// The least of these numbers.
pub(super) const fn least(numbers: &[u32]) -> u32 {
    let (mut least, mut i) = (u32::MAX, 0);
    while i < numbers.len() {
        if numbers[i] < least {
            least = numbers[i];
        }
        i += 1;
    }
    least
}

/// The largest of these numbers.
pub(super) const fn most(numbers: &[usize]) -> usize {
    let (mut most, mut i) = (0, 0);
    while i < numbers.len() {
        if numbers[i] > most {
            most = numbers[i];
        }
        i += 1;
    }
    most
}

pub(super) use methods_by_name;
