//! Fields that wrap another one keep its sparse Jacobian.

use nalgebra::{DVector, dvector};
use rheos::Parametric;
use rheos::dynamics::problems::stiff::Brusselator1d;
use rheos::dynamics::{Counted, Jacobian, Memoized, Neighbourhood, PiecewiseConstant, PiecewiseLinear};
use rheos::state::SparseMatrix;

#[test]
fn wrappers_pass_the_sparse_jacobian_on() {
    let (field, y) = Brusselator1d::problem(7);
    let pattern = field.pattern().clone();
    fn entries<F: Jacobian<State = DVector<f64>>>(field: &F, y: &DVector<f64>, mut matrix: SparseMatrix) -> Vec<f64> {
        field.sparse_jacobian(0.4, y, Neighbourhood::of_step(0.1), &mut matrix);
        matrix.values().to_vec()
    }
    let zeros = || SparseMatrix::zeros(pattern.clone());
    let expected = entries(&field, &y, zeros());
    let dense = field.jacobian(0.4, &y, Neighbourhood::of_step(0.1));
    assert!(zeros().entries().zip(&expected).all(|((i, j, _), &x)| x == dense[(i, j)]));
    assert_eq!(entries(&Counted::new(field.clone()), &y, zeros()), expected);
    assert_eq!(entries(&Memoized::new(field.clone()), &y, zeros()), expected);
    let mut other = field.clone();
    other.set_params(&dvector![2.0, 5.0, 0.1]);
    let pieces = PiecewiseConstant::new(vec![field.clone(), other.clone()], 0.0..2.0).unwrap();
    assert_eq!(entries(&pieces, &y, zeros()), expected);
    let nodes = PiecewiseLinear::with_knots(vec![field, other.clone()], vec![0.4, 2.0]).unwrap();
    assert_eq!(entries(&nodes, &y, zeros()), expected);
    assert_ne!(entries(&other, &y, zeros()), expected);
}
