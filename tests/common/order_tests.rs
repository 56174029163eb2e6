//! Tests of the order of a method, stamped once for each.

/// The order of the solution: autonomous, non-autonomous and backwards from `$back`.
macro_rules! solution_order_tests {
    ($method:expr, $back:expr) => {
        #[test]
        fn autonomous() {
            let (f, y0) = Orbit::problem();
            let report = order_with(&f, &y0, 0.0..8.0, &$method, Orbit::exact).unwrap();
            assert!(report.passed(), "{report}");
        }

        #[test]
        fn non_autonomous() {
            let (f, y0) = Forced::problem();
            let report = order_with(&f, &y0, 0.0..10.0, &$method, Forced::exact).unwrap();
            assert!(report.passed(), "{report}");
        }

        #[test]
        fn backwards_in_time() {
            let (f, _) = Forced::problem();
            let report = order_with(&f, &Forced::exact($back), $back..0.0, &$method, Forced::exact).unwrap();
            assert!(report.passed(), "{report}");
        }
    };
}

/// The order of the output inside steps from the middle of `0.0..$end`.
macro_rules! dense_order_tests {
    ($method:expr, $end:expr) => {
        #[test]
        fn dense_output() {
            let (f, _) = Forced::problem();
            let report = dense_order(&f, 0.0..$end, &$method, Forced::exact).unwrap();
            assert!(report.passed(), "{report}");
            let (f, _) = Orbit::problem();
            let report = dense_order(&f, 0.0..$end, &$method, Orbit::exact).unwrap();
            assert!(report.passed(), "{report}");
        }
    };
}
