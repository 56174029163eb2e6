//! The residual of a system, in units of the size of the starts.

use nalgebra::DMatrix;

use crate::analysis::{Kind, System};
use crate::error::Result;
use crate::state::State;

/// The residual `F(x) − x` of a map or `f(x)` of a flow. Coordinate `i` of the state and of the residual is divided by
/// `units[i]`, so that the units of state and time do not matter.
#[derive(Debug)]
pub(in crate::analysis) struct Residual<'a, S: System> {
    system: &'a S,
    pub units: &'a [f64],
    sizes: S::State,
    /// The rounding unit of the state.
    pub rounding: f64,
}

/// A point and its residual.
#[derive(Debug, Clone)]
pub(in crate::analysis) struct Place<Y> {
    pub state: Y,
    /// The coordinates of the state, as its type rounds them.
    pub at: Vec<f64>,
    value: Vec<f64>,
    /// The residual, in units.
    pub residual: Vec<f64>,
    /// Its Euclidean norm; infinite where the system is not finite.
    pub norm: f64,
    image: Y,
}

/// The Jacobian of the residual at a place, in units.
#[derive(Debug, Clone)]
pub(in crate::analysis) struct Slopes {
    pub matrix: DMatrix<f64>,
    /// The rounding error of each entry of the residual: `ε` times the sizes of the terms it is the sum of.
    pub noise: Vec<f64>,
    /// The Frobenius norm of the matrix.
    pub norm: f64,
}

impl<'a, S: System> Residual<'a, S> {
    pub fn new(system: &'a S, units: &'a [f64], like: &S::State) -> Self {
        const { assert!(!S::State::IS_DUAL, "a search ignores the derivatives in dual numbers") }
        let mut sizes = like.zeros_like();
        let _ = sizes.read_coordinates(units);
        Self { system, units, sizes, rounding: like.rounding() }
    }

    pub fn place(&self, like: &S::State) -> Place<S::State> {
        let n = self.units.len();
        let (state, image) = (like.clone(), like.zeros_like());
        Place {
            state,
            at: Vec::with_capacity(n),
            value: Vec::with_capacity(n),
            residual: vec![0.0; n],
            norm: 0.0,
            image,
        }
    }

    pub fn slopes(&self) -> Slopes {
        let n = self.units.len();
        Slopes { matrix: DMatrix::zeros(n, n), noise: vec![0.0; n], norm: 0.0 }
    }

    /// Moves to the state nearest to `coordinates` and evaluates the residual there.
    pub fn move_to(&self, place: &mut Place<S::State>, coordinates: &[f64]) -> Result<()> {
        let _ = place.state.read_coordinates(coordinates);
        self.evaluate(place)
    }

    /// Evaluates the residual at the state of `place`.
    pub fn evaluate(&self, place: &mut Place<S::State>) -> Result<()> {
        place.at.clear();
        place.state.write_coordinates(&mut place.at);
        place.norm = f64::INFINITY;
        self.system.eval(&place.state, &mut place.image)?;
        place.value.clear();
        place.image.write_coordinates(&mut place.value);
        let points = place.at.iter().zip(&place.value).zip(self.units);
        for (residual, ((x, value), unit)) in place.residual.iter_mut().zip(points) {
            *residual = if S::KIND == Kind::Map { value - x } else { *value } / unit;
        }
        let norm = place.residual.iter().map(|x| x * x).sum::<f64>().sqrt();
        place.norm = if norm.is_finite() { norm } else { f64::INFINITY };
        Ok(())
    }

    /// Writes the Jacobian of the residual at `place`. `false` if it is not finite.
    pub fn linearise(&self, place: &Place<S::State>, slopes: &mut Slopes) -> Result<bool> {
        self.linearise_with(place, &self.sizes, slopes)
    }

    /// Moves to these coordinates and writes the Jacobian there. `false` if the system or its Jacobian is not finite, or
    /// fails.
    pub fn linearise_at(&self, place: &mut Place<S::State>, coordinates: &[f64], slopes: &mut Slopes) -> bool {
        self.move_to(place, coordinates).is_ok()
            && place.norm.is_finite()
            && self.linearise(place, slopes).is_ok_and(|finite| finite)
    }

    fn linearise_with(&self, place: &Place<S::State>, sizes: &S::State, slopes: &mut Slopes) -> Result<bool> {
        self.system.jacobian(&place.state, sizes, &mut slopes.matrix)?;
        let n = self.units.len();
        slopes.noise.fill(0.0);
        for j in 0..n {
            let size = (place.at[j] / self.units[j]).abs().max(1.0);
            for i in 0..n {
                let entry = &mut slopes.matrix[(i, j)];
                *entry *= self.units[j] / self.units[i];
                slopes.noise[i] += self.rounding * entry.abs() * size;
            }
        }
        if S::KIND == Kind::Map {
            for i in 0..n {
                slopes.matrix[(i, i)] -= 1.0;
                slopes.noise[i] += self.rounding * (place.at[i].abs() + place.value[i].abs()) / self.units[i];
            }
        }
        // Without overflow: a start that is far off in one coordinate gives it a unit in which the others are nothing.
        slopes.norm = euclidean(slopes.matrix.iter().copied());
        Ok(slopes.matrix.iter().all(|x| x.is_finite()))
    }

    /// The largest difference between Jacobians with increments of different sizes, in units: the error of one by
    /// differences, and zero for an exact one.
    pub fn error_of_differences(&self, place: &Place<S::State>, slopes: &Slopes) -> Result<f64> {
        let error = self.change_with_increments(place, slopes)?.norm();
        // Wider increments may leave the domain.
        Ok(if error.is_finite() { error } else { 0.0 })
    }

    /// The change of the Jacobian from increments twice as large to the `slopes` there; zero for an exact one.
    pub fn change_with_increments(&self, place: &Place<S::State>, slopes: &Slopes) -> Result<DMatrix<f64>> {
        let doubled: Vec<f64> = place.at.iter().zip(self.units).map(|(x, unit)| 2.0 * x.abs().max(*unit)).collect();
        let (mut sizes, mut wider) = (self.sizes.zeros_like(), self.slopes());
        let _ = sizes.read_coordinates(&doubled);
        self.linearise_with(place, &sizes, &mut wider)?;
        Ok(&slopes.matrix - wider.matrix)
    }

    /// The Jacobian of the system at `place`, in its own units.
    pub fn jacobian(&self, place: &Place<S::State>, out: &mut DMatrix<f64>) -> Result<()> {
        crate::analysis::system::slopes(self.system, &place.state, &self.sizes, out)
    }
}

impl<Y> Place<Y> {
    /// The residual `|F(x) − x|` or `|f(x)|` in the units of the state.
    pub fn speed(&self, kind: Kind) -> f64 {
        let points = self.at.iter().zip(&self.value);
        let squares = points.map(|(x, value)| if kind == Kind::Map { value - x } else { *value });
        euclidean(squares)
    }
}

/// The matrix with its coordinates in `units`.
pub(in crate::analysis) fn in_units(matrix: &DMatrix<f64>, units: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)] * (units[j] / units[i]))
}

/// The Euclidean norm, without overflow.
pub(in crate::analysis) fn euclidean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().map(f64::abs).fold(0.0, f64::max);
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * values.map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}

impl Slopes {
    /// The Euclidean norm of the rounding errors.
    pub fn noise_norm(&self) -> f64 {
        self.noise.iter().map(|x| x * x).sum::<f64>().sqrt()
    }
}
