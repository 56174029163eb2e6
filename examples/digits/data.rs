//! Handwritten digits as sequences of pixels.

use std::error::Error;

use rheos::Result;
use rheos::train::{SequenceData, VectorData};

use crate::images::{self, Images};

/// The pixels of each image, row by row, from 0 to 1, and its digit.
pub type Sequences = SequenceData<1, usize>;

/// Three parts of the images.
#[derive(Debug, Clone)]
pub struct Parts {
    /// To train on.
    pub train: Sequences,
    /// To choose weights and settings by.
    pub valid: Sequences,
    /// To test on.
    pub test: Sequences,
}

impl Parts {
    /// The first `train` of the images to train on, the others of them for validation, and the images to test on.
    fn of<const N: usize>(images: &Images<N>, train: usize) -> Result<Self> {
        let (train, valid) = sequences(&images.train)?.split(train);
        Ok(Self { train, valid, test: sequences(&images.test)? })
    }

    /// The first images of each part.
    pub fn first(self, train: usize, valid: usize, test: usize) -> Self {
        let first = |part: Sequences, n: usize| part.split(n).0;
        Self { train: first(self.train, train), valid: first(self.valid, valid), test: first(self.test, test) }
    }
}

/// The 1797 images of 8 × 8 pixels: 1438 to train on, of which 288 are for validation.
pub fn digits() -> Result<Parts, Box<dyn Error>> {
    Ok(Parts::of(&images::digits()?, 1150)?)
}

/// 10 000 images of MNIST with 28 × 28 pixels: 8000 to train on, of which 1000 are for validation.
pub fn mnist() -> Result<Parts, Box<dyn Error>> {
    Ok(Parts::of(&images::mnist()?, 7000)?)
}

/// The images, pixel by pixel.
fn sequences<const N: usize>(images: &VectorData<N, usize>) -> Result<Sequences> {
    let pixels = images.inputs().iter().map(|image| image.iter().map(|&pixel| [pixel]).collect());
    SequenceData::new(pixels.collect(), images.targets().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_follow_each_other() {
        let sizes = |Parts { train, valid, test }: Parts| [train.len(), valid.len(), test.len()];
        assert_eq!(sizes(digits().unwrap()), [1150, 288, 359]);
        assert_eq!(digits().unwrap().train.targets()[..4], [0, 1, 2, 3]);
        assert_eq!(sizes(digits().unwrap().first(7, 5, 3)), [7, 5, 3]);
    }
}
