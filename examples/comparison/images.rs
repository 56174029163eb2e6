//! Handwritten digits as vectors of pixels from 0 to 1, row by row, and their classes.

mod idx;

use std::error::Error;

use rheos::train::VectorData;

use crate::comparison::open;

/// Images of `N` pixels, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Images<const N: usize> {
    /// The first ones, to train on.
    pub train: VectorData<N, usize>,
    /// The last ones, to test on. Neighbours in the file of 8 × 8 digits are believed to have the same writer: a split after
    /// shuffling would test on known writers.
    pub test: VectorData<N, usize>,
}

/// 1797 images of 8 × 8 pixels with values from 0 to 16: 1438 to train on, 359 to test on.
pub fn digits() -> Result<Images<64>, Box<dyn Error>> {
    let mut table = csv::Reader::from_reader(open("digits8x8.csv")?);
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for row in table.deserialize() {
        let (label, halves): (usize, [[f64; 32]; 2]) = row?;
        images.push(std::array::from_fn(|i| halves.as_flattened()[i] / 16.0));
        labels.push(label);
    }
    parts(images, labels, 1438)
}

/// 10 000 images of MNIST with 28 × 28 pixels: 8000 to train on, 2000 to test on.
pub fn mnist() -> Result<Images<784>, Box<dyn Error>> {
    let [of_images, of_labels] = ["mnist10k-images.idx3-ubyte.gz", "mnist10k-labels.idx1-ubyte.gz"];
    let pixels = idx::images::<784>(of_images, open(of_images)?, [28, 28])?;
    let labels = idx::labels(of_labels, open(of_labels)?, pixels.len(), 10)?;
    parts(pixels.iter().map(|image| image.map(|pixel| f64::from(pixel) / 255.0)).collect(), labels, 8000)
}

/// The first `train` images and the others.
fn parts<const N: usize>(images: Vec<[f64; N]>, labels: Vec<usize>, train: usize) -> Result<Images<N>, Box<dyn Error>> {
    let (train, test) = VectorData::new(images, labels)?.split(train);
    Ok(Images { train, test })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_complete() {
        let Images { train, test } = digits().unwrap();
        assert_eq!([train.len(), test.len()], [1438, 359]);
        assert_eq!(train.targets()[..4], [0, 1, 2, 3]);
        // The first row of the first image: 0, 0, 5, 13, 9, 1, 0, 0.
        assert_eq!(train.inputs()[0][..8], [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0].map(|pixel| pixel / 16.0));
        assert!(train.inputs().as_flattened().iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    }

    #[test]
    fn the_part_of_mnist_is_complete() {
        let Images { train, test } = mnist().unwrap();
        assert_eq!([train.len(), test.len()], [8000, 2000]);
        let of_class = |class: usize| {
            let labels = train.targets().iter().chain(test.targets());
            labels.filter(|&&label| label == class).count()
        };
        // As the README of the data says.
        assert!((0..10).all(|class| (863..=1127).contains(&of_class(class))));
        assert!((0..10).any(|class| of_class(class) == 863) && (0..10).any(|class| of_class(class) == 1127));
        assert!(train.inputs().as_flattened().contains(&1.0));
    }
}
