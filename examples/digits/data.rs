//! Handwritten digits as sequences of pixels.

use std::error::Error;
use std::io::Read as _;

use flate2::read::GzDecoder;
use rheos::train::SequenceData;

use crate::comparison::open;

/// The pixels of each image, row by row, from 0 to 1, and its digit.
pub type Images = SequenceData<1, usize>;

/// Three parts of the images.
#[derive(Debug, Clone)]
pub struct Parts {
    /// To train on.
    pub train: Images,
    /// To choose weights and settings by.
    pub valid: Images,
    /// To test on.
    pub test: Images,
}

impl Parts {
    /// The first `train` images, the next `valid` ones and the others, in the order of the file. Neighbours in the file of
    /// 8 × 8 digits are believed to have the same writer: a split after shuffling would test on known writers.
    pub fn of(images: Images, train: usize, valid: usize) -> Self {
        let (train_and_valid, test) = images.split(train + valid);
        let (train, valid) = train_and_valid.split(train);
        Self { train, valid, test }
    }
}

/// The 1797 images of 8 × 8 pixels with values from 0 to 16: 1438 to train on, of which 288 are for validation.
pub fn digits() -> Result<Parts, Box<dyn Error>> {
    let mut table = csv::Reader::from_reader(open("digits8x8.csv")?);
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for row in table.deserialize() {
        let (label, first, second): (usize, [f64; 32], [f64; 32]) = row?;
        images.push([first, second].concat().iter().map(|pixel| [pixel / 16.0]).collect());
        labels.push(label);
    }
    Ok(Parts::of(SequenceData::new(images, labels)?, 1150, 288))
}

/// 10 000 images of MNIST with 28 × 28 pixels: 8000 to train on, of which 1000 are for validation.
pub fn mnist() -> Result<Parts, Box<dyn Error>> {
    // The heads of the format have 16 and 8 bytes.
    let pixels = unzipped("mnist10k-images.idx3-ubyte.gz")?.split_off(16);
    let labels = unzipped("mnist10k-labels.idx1-ubyte.gz")?.split_off(8);
    let image = |pixels: &[u8]| pixels.iter().map(|&pixel| [f64::from(pixel) / 255.0]).collect();
    let images = pixels.chunks(28 * 28).map(image).collect();
    Ok(Parts::of(SequenceData::new(images, labels.into_iter().map(usize::from).collect())?, 7000, 1000))
}

fn unzipped(file: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    GzDecoder::new(open(file)?).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_follow_each_other() {
        let sizes = |Parts { train, valid, test }: Parts| [train.len(), valid.len(), test.len()];
        assert_eq!(sizes(digits().unwrap()), [1150, 288, 359]);
        assert_eq!(digits().unwrap().train.targets()[..4], [0, 1, 2, 3]);
    }
}
