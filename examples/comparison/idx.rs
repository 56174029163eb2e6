//! The IDX format of MNIST: images and labels of one byte for each pixel or label, compressed by gzip.
//!
//! A file begins with two zeros, the code of the element type and the number of dimensions; then come the dimensions, as four
//! bytes each, the first byte the highest, and then the elements (Y. LeCun, C. Cortes & C. J. C. Burges, *The MNIST database of
//! handwritten digits*).

use std::io::{self, Read};

use flate2::read::GzDecoder;
use thiserror::Error;

/// The code of elements of one byte without sign.
const UNSIGNED_BYTE: u8 = 8;

/// A file that cannot be used.
#[derive(Debug, Error)]
#[error("{file}: {fault}")]
pub struct IdxError {
    /// The name of the file.
    pub file: String,
    /// Its fault.
    pub fault: Fault,
}

/// The fault of a file.
#[derive(Debug, Error)]
pub enum Fault {
    /// The file cannot be read or decompressed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file does not begin with two zeros.
    #[error("not an IDX file: it begins with the bytes {0:02x?} instead of zeros")]
    NotIdx([u8; 2]),
    /// The elements are not bytes.
    #[error("the elements have the type {0:#04x}; only unsigned bytes, {UNSIGNED_BYTE:#04x}, are read")]
    ElementType(u8),
    /// The product of the dimensions overflows.
    #[error("the dimensions {0:?} are too large")]
    TooLarge(Vec<usize>),
    /// The file ends too early.
    #[error("truncated: {found} bytes of {expected}")]
    Truncated {
        /// The bytes that there are, the head included.
        found: usize,
        /// The bytes that the head announces, itself included.
        expected: usize,
    },
    /// The file goes on after its last element.
    #[error("{0} bytes after the last element")]
    Trailing(usize),
    /// The elements are not images of the size that was asked for.
    #[error("the dimensions {found:?} do not fit images of {rows} x {columns} pixels")]
    ImageSize {
        /// The dimensions in the file.
        found: Vec<usize>,
        /// The rows of an image.
        rows: usize,
        /// The columns of an image.
        columns: usize,
    },
    /// The elements are not one label for each image.
    #[error("the dimensions {found:?} do not fit {images} labels, one for each image")]
    LabelCount {
        /// The dimensions in the file.
        found: Vec<usize>,
        /// The number of images.
        images: usize,
    },
    /// A label is not a class.
    #[error("label {index} is {label}, but there are {classes} classes, from 0")]
    Label {
        /// The index of the label, from 0.
        index: usize,
        /// The label.
        label: u8,
        /// The number of classes.
        classes: usize,
    },
}

/// The images of `rows` × `columns` = `N` pixels in `file`, row by row, with the content `gz`.
pub fn images<const N: usize>(
    file: &str,
    gz: impl Read,
    [rows, columns]: [usize; 2],
) -> Result<Vec<[u8; N]>, IdxError> {
    let of_file = |fault| IdxError { file: file.to_owned(), fault };
    let Elements { dimensions, bytes } = elements(gz).map_err(of_file)?;
    match dimensions[..] {
        [_, r, c] if [r, c] == [rows, columns] && r * c == N => Ok(bytes.as_chunks().0.to_vec()),
        _ => Err(of_file(Fault::ImageSize { found: dimensions, rows, columns })),
    }
}

/// The labels in `file` with the content `gz`: one for each of so many images, and below `classes`.
pub fn labels(file: &str, gz: impl Read, images: usize, classes: usize) -> Result<Vec<usize>, IdxError> {
    let of_file = |fault| IdxError { file: file.to_owned(), fault };
    let Elements { dimensions, bytes } = elements(gz).map_err(of_file)?;
    if dimensions != [images] {
        return Err(of_file(Fault::LabelCount { found: dimensions, images }));
    }
    if let Some(index) = bytes.iter().position(|&label| usize::from(label) >= classes) {
        return Err(of_file(Fault::Label { index, label: bytes[index], classes }));
    }
    Ok(bytes.into_iter().map(usize::from).collect())
}

/// The content of a file.
struct Elements {
    dimensions: Vec<usize>,
    /// As many as the product of the dimensions; the last dimension runs fastest.
    bytes: Vec<u8>,
}

fn elements(gz: impl Read) -> Result<Elements, Fault> {
    let mut all = Vec::new();
    GzDecoder::new(gz).read_to_end(&mut all)?;
    let found = all.len();
    let [zero, zero_too, element, count] = *head::<4>(&all, 0, 4)?;
    if [zero, zero_too] != [0, 0] {
        return Err(Fault::NotIdx([zero, zero_too]));
    }
    if element != UNSIGNED_BYTE {
        return Err(Fault::ElementType(element));
    }
    let start = 4 + 4 * usize::from(count);
    let dimension = |k: usize| head::<4>(&all, 4 + 4 * k, start).map(|bytes| u32::from_be_bytes(*bytes) as usize);
    let dimensions: Vec<usize> = (0..usize::from(count)).map(dimension).collect::<Result<_, _>>()?;
    let elements = dimensions.iter().try_fold(1_usize, |product, &n| product.checked_mul(n));
    let Some(expected) = elements.and_then(|elements| elements.checked_add(start)) else {
        return Err(Fault::TooLarge(dimensions));
    };
    if found < expected {
        return Err(Fault::Truncated { found, expected });
    }
    if found > expected {
        return Err(Fault::Trailing(found - expected));
    }
    Ok(Elements { dimensions, bytes: all.split_off(start) })
}

/// `N` bytes of a head that has `expected` bytes.
fn head<const N: usize>(all: &[u8], from: usize, expected: usize) -> Result<&[u8; N], Fault> {
    all.get(from..).and_then(<[u8]>::first_chunk).ok_or(Fault::Truncated { found: all.len(), expected })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    /// A file with this head and these elements.
    fn file(head: &[u8], elements: &[u8]) -> Vec<u8> {
        zipped(&[head, elements].concat())
    }

    /// The head of two images of 2 × 3 pixels.
    const IMAGES: [u8; 16] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    /// The head of 258 labels.
    const LABELS: [u8; 8] = [0, 0, 8, 1, 0, 0, 1, 2];
    const PIXELS: [u8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255];

    fn fault_of_images(gz: &[u8]) -> Fault {
        images::<6>("pictures", gz, [2, 3]).unwrap_err().fault
    }

    fn fault_of_labels(gz: &[u8]) -> Fault {
        labels("classes", gz, 258, 10).unwrap_err().fault
    }

    #[test]
    fn images_and_labels_are_read() {
        let found = images::<6>("pictures", &file(&IMAGES, &PIXELS)[..], [2, 3]).unwrap();
        assert_eq!(found, [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 255]]);
        let classes: Vec<u8> = (0..258).map(|i| (i % 10) as u8).collect();
        let found = labels("classes", &file(&LABELS, &classes)[..], 258, 10).unwrap();
        assert!(found.iter().enumerate().all(|(i, label)| *label == i % 10) && found.len() == 258);
        let none = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3];
        assert!(images::<6>("pictures", &file(&none, &[])[..], [2, 3]).unwrap().is_empty());
    }

    #[test]
    fn an_error_names_the_file() {
        let error = images::<6>("pictures", &file(&IMAGES, &PIXELS[1..])[..], [2, 3]).unwrap_err();
        assert_eq!(error.to_string(), "pictures: truncated: 27 bytes of 28");
        let error = labels("classes", &file(&LABELS, &[10; 258])[..], 258, 10).unwrap_err();
        assert_eq!(error.to_string(), "classes: label 0 is 10, but there are 10 classes, from 0");
        let error = labels("classes", &zipped(b"1,2,3\n")[..], 258, 10).unwrap_err();
        assert_eq!(error.to_string(), "classes: not an IDX file: it begins with the bytes [31, 2c] instead of zeros");
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(fault_of_images(b"not gzip"), Fault::Io(_)));
        let cut = file(&IMAGES, &PIXELS);
        assert!(matches!(fault_of_images(&cut[..cut.len() / 2]), Fault::Io(_)));
        assert!(matches!(fault_of_images(&zipped(&[0, 1, 8, 3])), Fault::NotIdx([0, 1])));
        // Floats of four bytes.
        assert!(matches!(fault_of_images(&zipped(&[0, 0, 0x0d, 3])), Fault::ElementType(0x0d)));
        let huge = [[0, 0, 8, 3].as_slice(), &[255; 12]].concat();
        assert!(matches!(fault_of_images(&zipped(&huge)), Fault::TooLarge(found) if found == [0xffff_ffff; 3]));
    }

    #[test]
    fn the_head_tells_the_number_of_bytes() {
        assert!(matches!(fault_of_images(&zipped(&[])), Fault::Truncated { found: 0, expected: 4 }));
        assert!(matches!(fault_of_images(&zipped(&IMAGES[..15])), Fault::Truncated { found: 15, expected: 16 }));
        assert!(matches!(fault_of_images(&zipped(&IMAGES)), Fault::Truncated { found: 16, expected: 28 }));
        assert!(matches!(fault_of_images(&file(&IMAGES, &[0; 14])), Fault::Trailing(2)));
        assert!(matches!(fault_of_labels(&file(&LABELS, &[0; 257])), Fault::Truncated { found: 265, expected: 266 }));
    }

    #[test]
    fn dimensions_are_those_asked_for() {
        let pictures = file(&IMAGES, &PIXELS);
        let size = |error: IdxError| match error.fault {
            Fault::ImageSize { found, rows, columns } => (found, rows, columns),
            other => panic!("{other}"),
        };
        let transposed = images::<6>("pictures", &pictures[..], [3, 2]).unwrap_err();
        assert_eq!(size(transposed), (vec![2, 2, 3], 3, 2));
        assert_eq!(size(images::<4>("pictures", &pictures[..], [2, 2]).unwrap_err()), (vec![2, 2, 3], 2, 2));
        let no_images = file(&LABELS, &[0; 258]);
        assert_eq!(size(images::<6>("pictures", &no_images[..], [2, 3]).unwrap_err()), (vec![258], 2, 3));

        let fault = labels("classes", &no_images[..], 257, 10).unwrap_err().fault;
        assert!(matches!(fault, Fault::LabelCount { found, images: 257 } if found == [258]));
        assert!(matches!(fault_of_labels(&pictures), Fault::LabelCount { found, images: 258 } if found == [2, 2, 3]));
    }

    #[test]
    fn labels_are_classes() {
        let mut classes = [9; 258];
        classes[200] = 10;
        let fault = fault_of_labels(&file(&LABELS, &classes));
        assert!(matches!(fault, Fault::Label { index: 200, label: 10, classes: 10 }));
    }
}
