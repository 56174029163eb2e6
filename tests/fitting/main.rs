//! Fits to data, against SciPy and closed forms.

mod hare_lynx;
