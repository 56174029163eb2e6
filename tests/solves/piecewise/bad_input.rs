//! Knots, parameters and jumps that do not fit are errors, and never a number.

use super::*;

fn decay(rate: f64) -> Decay {
    Decay { rate, clock: Clock::PLAIN, doubled: NEVER }
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn constructors_name_the_argument() {
    let of = PiecewiseConstant::<Decay>::new;
    assert_eq!(message(of(vec![], 0.0..1.0)), "pieces has 0 entries, but 1 are needed");
    assert_eq!(message(of(vec![decay(1.0)], 1.0..0.0)), "`t1` is 0, but it must be after the start of the span");
    let at = PiecewiseConstant::with_knots;
    assert_eq!(message(at(vec![decay(1.0)], vec![0.0])), "knots has 1 entries, but 2 are needed");
    let knots = vec![0.0, 1.0, 1.0];
    let expected = "`knots[2]` is 1, but it must be after the knot before it, at a finite distance";
    assert_eq!(message(at(vec![decay(1.0); 2], knots.clone())), expected);
    assert_eq!(message(PiecewiseLinear::with_knots(vec![decay(1.0); 3], knots)), expected);
    assert_eq!(message(PiecewiseLinear::new(vec![decay(1.0)], 0.0..1.0)), "nodes has 1 entries, but 2 are needed");
    let infinite = message(PiecewiseLinear::new(vec![decay(1.0); 2], 0.0..f64::INFINITY));
    assert_eq!(infinite, "`t1` is inf, but it must be finite");
}

/// A field with any number of parameters.
#[derive(Debug, Clone)]
struct Sum(Vec<f64>);

impl Dynamics for Sum {
    type State = Vec<f64>;
    fn eval(&self, _t: f64, y: &Vec<f64>, dy: &mut Vec<f64>) {
        // Of the wrong shape, if there are two parameters.
        *dy = vec![self.0.iter().sum(); y.len() + self.0.len() / 2];
    }
}
impl Parametric for Sum {
    type Params = Vec<f64>;
    fn params(&self) -> Vec<f64> {
        self.0.clone()
    }
    fn set_params(&mut self, params: &Vec<f64>) {
        self.0.clone_from(params);
    }
}

#[test]
fn nodes_of_another_shape_are_refused() {
    let expected = "`nodes[1]` does not have the shape of its state (2 and 1 coordinates)";
    assert_eq!(message(PiecewiseLinear::new(vec![Sum(vec![1.0]), Sum(vec![1.0; 2])], 0.0..1.0)), expected);
    let mut f = PiecewiseLinear::new(vec![Sum(vec![1.0]); 2], 0.0..1.0).unwrap();
    f.set_params(&vec![vec![1.0], vec![1.0; 2]]);
    let found = solve(&f, vec![0.0], 0.0..1.0, Rk4, Fixed::steps(2)).unwrap_err().error;
    assert_eq!(found, Error::ShapeMismatch { name: "params", index: 1, found: 2, expected: 1 });
}

#[test]
fn a_later_piece_with_an_output_of_another_shape_is_no_solution() {
    let f = PiecewiseConstant::new(vec![Sum(vec![1.0]), Sum(vec![1.0; 2])], 0.0..1.0).unwrap();
    let found = solve(&f, vec![0.0], 0.0..1.0, Rk4, Fixed::steps(2)).unwrap_err();
    assert!(matches!(found.error, Error::NonFinite { .. }), "{}", found.error);
    assert!((found.partial.last()[0] - 0.5).abs() < 1e-14);
}

/// No number comes from parameters that do not fit, and the right ones repair the field.
#[test]
fn a_wrong_number_of_parameters_is_an_error_of_every_solve() {
    fn check<F: Dynamics<State = Y> + Parametric<Params = Vec<f64>> + Jacobian + Jvp>(mut f: F, law: Law) {
        let count = law.count();
        let params = f.params();
        assert_eq!((params.len(), f.parameter_count()), (count, count));
        assert!(f.fits_params(&params) && !f.fits_params(&vec![]) && !f.fits_params(&vec![1.0; count + 1]));
        for wrong in [0, count - 1, count + 1] {
            f.set_params(&vec![1.0; wrong]);
            let found = solve(&f, vector![START], 0.0..1.0, Rk4, Fixed::steps(20)).unwrap_err().error;
            assert_eq!(found, Error::LengthMismatch { name: "params", found: wrong, expected: count });
            let (mut slope, near) = (vector![0.0], Neighbourhood::of_step(0.1));
            f.jvp(0.4, &vector![1.0], &vector![1.0], &mut slope);
            assert!(slope[0].is_nan() && f.jacobian(0.4, &vector![1.0], near)[(0, 0)].is_nan());
            assert!(f.params().iter().all(|rate| rate.is_nan()));
        }
        f.set_params(&params);
        let found = solve(&f, vector![START], 0.0..1.0, Dop853, Pid::tolerance(1e-10)).unwrap();
        assert!((found.last() - exact(law, (0.0, 1.0), NEVER)).norm() < 1e-9);
    }
    check(constant(Clock::PLAIN, NEVER), Law::Constant);
    check(linear(Clock::PLAIN, NEVER), Law::Linear);
}

/// Also if no number of the field depends on its parameters.
#[test]
fn a_field_without_parameters_refuses_a_wrong_number_of_them() {
    #[derive(Clone)]
    struct Growth;
    impl Dynamics for Growth {
        type State = f64;
        fn eval(&self, _t: f64, y: &f64, dy: &mut f64) {
            *dy = *y;
        }
    }
    impl Parametric for Growth {
        type Params = Vec<f64>;
        fn params(&self) -> Vec<f64> {
            vec![]
        }
        fn set_params(&mut self, _: &Vec<f64>) {}
    }
    fn check<F: Dynamics<State = f64> + Parametric<Params = Vec<Vec<f64>>>>(mut f: F) {
        f.set_params(&vec![vec![]]);
        let found = solve(&f, 1.0, 0.0..1.0, Rk4, Fixed::steps(2)).unwrap_err().error;
        assert_eq!(found, Error::LengthMismatch { name: "params", found: 1, expected: 2 });
        f.set_params(&vec![vec![]; 2]);
        let end = *solve(&f, 1.0, 0.0..1.0, Dop853, Pid::tolerance(1e-10)).unwrap().last();
        assert!((end - 1.0_f64.exp()).abs() < 1e-8);
    }
    check(PiecewiseConstant::new(vec![Growth; 2], 0.0..1.0).unwrap());
    check(PiecewiseLinear::new(vec![Growth; 2], 0.0..1.0).unwrap());
}

#[test]
fn a_jump_that_is_no_number_is_refused() {
    struct Lost;
    impl Dynamics for Lost {
        type State = f64;
        fn eval(&self, _t: f64, _y: &f64, dy: &mut f64) {
            *dy = 1.0;
        }
        fn jumps(&self) -> &[f64] {
            &[0.5, f64::NAN]
        }
    }
    for error in [
        solve(&Lost, 0.0, 0.0..1.0, Rk4, Fixed::steps(2)).unwrap_err().error,
        solve(&PiecewiseConstant::new(vec![Lost], 0.0..1.0).unwrap(), 0.0, 0.0..1.0, Rk4, Fixed::steps(2))
            .unwrap_err()
            .error,
        Ivp::new(&Lost, 0.0, 0.0..1.0).start(Rk4, Fixed::steps(2)).err().unwrap(),
    ] {
        assert!(matches!(error, Error::InvalidEntry { name: "field.jumps", index: 1, .. }), "{error}");
    }
}
