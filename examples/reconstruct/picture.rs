//! Pictures of both attractors.

use std::error::Error;
use std::path::Path;

use rheos::plot::{PhasePortrait, Plane, Series};

/// The states on the attractors that are drawn.
const SHOWN: usize = 4000;

/// Draws runs side by side, in the plane of their first and third numbers.
pub fn attractors(file: &Path, title: &str, runs: &[(&str, &[[f64; 3]])]) -> Result<(), Box<dyn Error>> {
    let planes = runs.iter().map(|(name, run)| {
        let points = run.iter().take(SHOWN).map(|x| (x[0], x[2]));
        Plane::new(-3.0..3.0, -3.0..3.5).title(*name).curve(Series::new(*name, points))
    });
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    PhasePortrait::of(planes).title(title).axes("x, in standard deviations", "z").save(file)?;
    Ok(())
}
