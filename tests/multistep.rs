//! Multistep methods with fixed steps: order, changing grids, output between the steps.

use rheos::problems::{Driven, Orbit};
use rheos::verify::order_with;
use rheos::{AdamsBashforth, AdamsMoulton, FixedBdf};

macro_rules! for_every_method {
    ($($name:ident: $method:expr),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn autonomous() {
                let (f, y0) = Orbit::problem();
                let report = order_with(&f, &y0, 0.0..8.0, &$method, Orbit::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn non_autonomous() {
                let (f, y0) = Driven::problem();
                let report = order_with(&f, &y0, 0.0..10.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
            }

            #[test]
            fn backwards_in_time() {
                let (f, _) = Driven::problem();
                let report = order_with(&f, &Driven::exact(10.0), 10.0..0.0, &$method, Driven::exact).unwrap();
                assert!(report.passed(), "{report}");
            }
        })*
    };
}

for_every_method! {
    adams_bashforth_1: AdamsBashforth::<1>,
    adams_bashforth_2: AdamsBashforth::<2>,
    adams_bashforth_3: AdamsBashforth::<3>,
    adams_bashforth_4: AdamsBashforth::<4>,
    adams_bashforth_5: AdamsBashforth::<5>,
    adams_bashforth_6: AdamsBashforth::<6>,
    adams_moulton_1: AdamsMoulton::<1>,
    adams_moulton_2: AdamsMoulton::<2>,
    adams_moulton_3: AdamsMoulton::<3>,
    adams_moulton_4: AdamsMoulton::<4>,
    adams_moulton_5: AdamsMoulton::<5>,
    adams_moulton_6: AdamsMoulton::<6>,
    bdf_1: FixedBdf::<1>::new(),
    bdf_2: FixedBdf::<2>::new(),
    bdf_3: FixedBdf::<3>::new(),
    bdf_4: FixedBdf::<4>::new(),
    bdf_5: FixedBdf::<5>::new(),
    bdf_6: FixedBdf::<6>::new(),
}
