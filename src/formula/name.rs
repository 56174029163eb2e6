//! The names of tensors.

use std::fmt;

/// The path to a tensor in a structure of parameters: `layers.0.weight`.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    parent: Option<&'a Name<'a>>,
    part: Part<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Root,
    GenericDynamics(&'a str),
    Element(usize),
    Gate(usize),
}

impl Name<'static> {
    /// The empty name of the whole structure.
    pub const ROOT: Self = Self { parent: None, part: Part::Root };
}

impl<'a> Name<'a> {
    /// The name of a field.
    #[must_use]
    pub const fn field(&'a self, field: &'a str) -> Self {
        Self { parent: Some(self), part: Part::GenericDynamics(field) }
    }

    /// The name of an element of an array.
    #[must_use]
    pub const fn element(&'a self, index: usize) -> Self {
        Self { parent: Some(self), part: Part::Element(index) }
    }

    /// The name of a gate, where gates need names of their own: `weight_ih[0]`.
    #[must_use]
    pub const fn gate(&'a self, index: usize) -> Self {
        Self { parent: Some(self), part: Part::Gate(index) }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent
            && !matches!(parent.part, Part::Root)
        {
            let dot = if matches!(self.part, Part::Gate(_)) { "" } else { "." };
            write!(f, "{parent}{dot}")?;
        }
        match self.part {
            Part::Root => Ok(()),
            Part::GenericDynamics(name) => f.write_str(name.strip_prefix("r#").unwrap_or(name)),
            Part::Element(index) => write!(f, "{index}"),
            Part::Gate(index) => write!(f, "[{index}]"),
        }
    }
}
