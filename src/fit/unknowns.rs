//! The free parameters of a fit.

use nalgebra::DVector;

use super::Parameter;
use super::parameter::Domain;
use crate::error::{Error, Result};

/// A free parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unknown {
    pub name: String,
    pub domain: Domain,
    /// Its value at the start.
    pub start: f64,
}

/// A number that is known, or the index of an unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slot {
    Known(f64),
    Unknown(usize),
}

/// All unknowns of a fit.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Unknowns(pub Vec<Unknown>);

impl std::ops::Deref for Unknowns {
    type Target = [Unknown];
    fn deref(&self) -> &[Unknown] {
        &self.0
    }
}

impl Unknowns {
    /// The place of a parameter, which is a new unknown if it is free. `list` and `index` are its place in the
    /// arguments.
    pub(super) fn add(
        &mut self,
        parameter: &Parameter,
        ending: &str,
        list: &'static str,
        index: usize,
    ) -> Result<Slot> {
        let Parameter { name, value, domain, free } = parameter;
        domain.check(*value, list, index)?;
        if !free {
            return Ok(Slot::Known(*value));
        }
        let name = format!("{name}{ending}");
        if self.0.iter().any(|unknown| unknown.name == name) {
            return Err(Error::DuplicateParameter { name });
        }
        self.0.push(Unknown { name, domain: *domain, start: *value });
        Ok(Slot::Unknown(self.0.len() - 1))
    }

    /// The index of a name.
    pub(super) fn index(&self, name: &str) -> Result<usize> {
        self.0.iter().position(|unknown| unknown.name == name).ok_or_else(|| Error::UnknownParameter {
            name: name.into(),
            known: self.0.iter().map(|unknown| unknown.name.clone()).collect(),
        })
    }

    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::UnknownParameter`] or [`Error::InvalidArgument`] if the unknowns of a result have
    /// another number, other names or other domains.
    pub(super) fn check_same(&self, result: &Self) -> Result<()> {
        let (found, expected) = (result.len(), self.len());
        if found != expected {
            return Err(Error::LengthMismatch { name: "fitted.parameters", found, expected });
        }
        for (index, (unknown, other)) in self.iter().zip(result.iter()).enumerate() {
            if self.index(&other.name)? != index || unknown.domain != other.domain {
                let expected = "in the order and with the domains of this fit";
                return Err(Error::InvalidArgument { name: "fitted.parameters", value: index as f64, expected });
            }
        }
        Ok(())
    }

    /// The coordinates at the start.
    pub(super) fn start(&self) -> DVector<f64> {
        DVector::from_iterator(self.len(), self.0.iter().map(|unknown| unknown.domain.coordinate(unknown.start)))
    }

    /// The value of a slot at these coordinates.
    pub(super) fn value(&self, slot: Slot, x: &DVector<f64>) -> f64 {
        match slot {
            Slot::Known(value) => value,
            Slot::Unknown(j) => self.0[j].domain.value(x[j]),
        }
    }

    /// The derivative of unknown `j` with respect to its coordinate.
    pub(super) fn slope(&self, j: usize, x: &DVector<f64>) -> f64 {
        self.0[j].domain.slope(x[j])
    }
}
