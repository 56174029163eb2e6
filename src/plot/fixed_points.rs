//! Fixed points in a plane.

use super::look::Look;
use crate::analysis::{FixedPoint, PointKind, Stability};
use crate::state::State;

/// A fixed point or a slow point in a plane, marked by its number of unstable directions.
#[derive(Debug, Clone, PartialEq)]
pub struct PointMark {
    /// Its place.
    pub place: (f64, f64),
    /// Its class, which chooses the marker.
    pub class: PointClass,
    /// The unstable directions in the plane; drawn as lines through the point.
    pub directions: Vec<(f64, f64)>,
}

/// The class of a point, which chooses its marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointClass {
    /// Every eigenvalue decays.
    Stable,
    /// This many eigenvalues grow.
    Unstable(usize),
    /// An eigenvalue is too near the border of stability to tell.
    Undecided,
    /// A slow point, no fixed point.
    Slow,
}

impl PointMark {
    /// The mark of a point, by an affine map of its coordinates into the plane, such as a projection on two principal
    /// components.
    ///
    /// ```
    /// use rheos::analysis::{Flow, Search, fixed_points};
    /// use rheos::dynamics::problems::VanDerPol;
    /// use rheos::plot::{PhasePortrait, Plane, PointMark};
    ///
    /// let (oscillator, start) = VanDerPol::problem(1.0);
    /// let found = fixed_points(&Flow::new(&oscillator), &[start], &Search::default())?;
    /// let marks = found.points.iter().map(|point| PointMark::of(point, |x| (x[0], x[1])));
    /// let plane = Plane::new(-3.0..3.0, -3.0..3.0).fixed_points(marks);
    /// # let file = std::env::temp_dir().join("rheos_marks.svg");
    /// PhasePortrait::of([plane]).save(&file)?;
    /// # std::fs::remove_file(&file).ok();
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn of<Y: State>(point: &FixedPoint<Y>, plane: impl Fn(&[f64]) -> (f64, f64)) -> Self {
        let class = PointClass::of(point);
        let x = point.xstar.coordinates();
        let place = plane(&x);
        let of = |(k, _): (usize, Stability)| {
            // The real and the imaginary part of a complex pair span the same plane as its two eigenvectors.
            let conjugate = point.eigen.values[k].im < 0.0;
            let part = |z: &nalgebra::Complex<f64>| if conjugate { z.im } else { z.re };
            let ahead: Vec<f64> = x.iter().zip(&point.eigen.vectors.column(k)).map(|(x, v)| x + part(v)).collect();
            let there = plane(&ahead);
            (there.0 - place.0, there.1 - place.1)
        };
        let unstable = point.directions().into_iter().enumerate().filter(|(_, one)| *one == Stability::Unstable);
        let directions = if class == PointClass::Slow { Vec::new() } else { unstable.map(of).collect() };
        Self { place, class, directions }
    }
}

impl PointClass {
    /// The class of a point.
    pub fn of<Y>(point: &FixedPoint<Y>) -> Self {
        match (point.kind, point.stability()) {
            (PointKind::Slow, _) => Self::Slow,
            (_, Stability::Stable) => Self::Stable,
            (_, Stability::Unstable) => Self::Unstable(point.unstable_directions()),
            (_, Stability::Undecided) => Self::Undecided,
        }
    }

    pub(super) const fn look(self) -> Look {
        match self {
            Self::Stable => Look::Black,
            Self::Unstable(count) => Look::Number(if count > 4 { 5 } else { count }),
            Self::Undecided => Look::Number(6),
            Self::Slow => Look::Number(7),
        }
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::Stable => "stable".to_owned(),
            Self::Unstable(1) => "1 unstable direction".to_owned(),
            Self::Unstable(count) => format!("{count} unstable directions"),
            Self::Undecided => "stability undecided".to_owned(),
            Self::Slow => "slow point".to_owned(),
        }
    }
}
