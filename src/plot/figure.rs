//! The words of a figure, and the methods that every figure has.

/// The title of a figure and the names of its axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    pub title: String,
    pub x: String,
    pub y: String,
}

impl Words {
    pub fn new(x: &str, y: &str) -> Self {
        Self { title: String::new(), x: x.to_owned(), y: y.to_owned() }
    }
}

/// The methods that set the words of a figure and save it; the type has a field `words` and a method `compose`.
macro_rules! figure {
    ($figure:ty) => {
        impl $figure {
            /// The title above the figure; without it there is none.
            pub fn title(mut self, title: impl Into<String>) -> Self {
                self.words.title = title.into();
                self
            }

            /// The names of the horizontal and of the vertical axis, with their units.
            pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
                (self.words.x, self.words.y) = (x.into(), y.into());
                self
            }

            /// Draws the figure into a file. Its extension chooses the format: `.svg` or `.png`.
            ///
            /// An existing file is replaced. The picture is 1000 logical pixels wide or as its panels need it; a PNG
            /// has two pixels for each of them.
            ///
            /// # Errors
            /// [`PictureFormat`](crate::Error::PictureFormat) for another extension;
            /// [`NothingToPlot`](crate::Error::NothingToPlot) where the figure or one of its series has no finite point;
            /// [`EmptyAxis`](crate::Error::EmptyAxis) where an axis would have no length;
            /// [`Io`](crate::Error::Io) where the file cannot be written, and
            /// [`Painting`](crate::Error::Painting) where the picture cannot be painted.
            pub fn save(&self, path: impl AsRef<std::path::Path>) -> crate::error::Result<()> {
                let path = path.as_ref();
                let format = crate::plot::canvas::Format::of(path)?;
                self.compose()?.save(path, format)
            }
        }
    };
}

pub(super) use figure;
