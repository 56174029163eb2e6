//! The macros in the midst of other names.

#![deny(missing_docs, unsafe_code, clippy::pedantic)]

/// Names that hide the names of the prelude.
mod shadowed {
    #[allow(unused_imports)]
    use rheos::Result;
    use rheos::formula;
    use rheos::formula::{Bias, Rows};

    #[allow(dead_code)]
    pub trait Clone {}
    #[allow(dead_code)]
    pub trait Copy {}
    #[allow(dead_code)]
    pub trait PartialEq {}
    #[allow(dead_code)]
    pub struct Option;
    #[allow(dead_code)]
    pub struct Vec;
    #[allow(dead_code, non_snake_case)]
    pub fn Some() {}
    #[allow(dead_code, non_snake_case)]
    pub fn Ok() {}
    #[allow(dead_code)]
    pub mod std {}

    formula! {
        /// `x + b`.
        pub struct Shift<T, const N: usize> {
            /// The summand.
            pub bias: Bias<T, N>,
        }
        fn apply(&self, x: Rows<N>) -> Rows<N> {
            x + &self.bias
        }
    }
}

/// The same, of a result with one parameter.
mod one_parameter {
    #[allow(unused_imports)]
    use std::io::Result;

    use rheos::formula::Bias;

    rheos::parameters! {
        /// A bias.
        pub struct Only<T> {
            /// It.
            pub bias: Bias<T, 2>,
        }
    }
}

/// The names that the macros use themselves.
mod same_names {
    use rheos::formula;
    use rheos::formula::{Bias, Rows, Structure};

    formula! {
        /// Stores and sizes with the names used in [`Structure`].
        pub struct Stores<Q, const V: usize> {
            /// First.
            pub k: Bias<Q, V>,
            /// Second.
            pub name: Bias<Q, V>,
            /// Third.
            pub from: Bias<Q, V>,
            /// Fourth.
            pub see: Bias<Q, V>,
            /// Fifth.
            pub visitor: Bias<Q, V>,
            /// Sixth.
            pub next: Bias<Q, V>,
            /// Seventh.
            pub f: Bias<Q, V>,
        }
        fn apply(&self, k: Rows<V>) -> Rows<V> {
            k + &self.k + &self.name + &self.from + &self.see + &self.visitor + &self.next + &self.f
        }
    }

    formula! {
        /// The other way.
        pub(crate) struct Other<V, const Q: usize,> {
            bias: Bias<V, Q>
        }
        fn apply(&self, a: Rows<Q>, (b, c): (Rows<Q>, Rows<Q>), d: Rows<Q>, _: Rows<1>,) -> Rows<Q> {
            a + b * c + d + &self.bias
        }
    }

    #[test]
    fn all_are_there() {
        use rheos::State;
        assert_eq!(Stores::<f64, 2>::draw(&mut || 1.0).coordinates(), [1.0; 14]);
        assert_eq!(Other::<f64, 3>::zeros().coordinates(), [0.0; 3]);
    }
}

/// Parameters of a size that is known at run time.
mod any_size {
    use nalgebra::DVector;
    use rheos::State;
    use rheos::formula::Parameters;

    rheos::parameters! {
        /// Rates, any number of them.
        pub struct Rates {
            /// One for each species.
            pub growth: DVector<f64>,
            /// Of all.
            pub r#loss: f64,
        }
    }

    #[test]
    fn they_are_a_state() {
        let rates = Rates { growth: DVector::from_element(3, 1.0), r#loss: 2.0 };
        assert_eq!(rates.clone(), rates);
        assert_eq!(rates.coordinates(), [1.0, 1.0, 1.0, 2.0]);
        assert_eq!(rates.tensors()[1].name, "loss");
        assert!(!rates.fits(&Rates { growth: DVector::zeros(2), r#loss: 0.0 }));
    }
}
