//! What can be wrong with lengths at run time.

use core::error::Error;
use core::fmt;

/// A slice of parameters, or of their derivatives, has another length than the network has parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterCountError {
    /// How many parameters the network has.
    pub expected: usize,
    /// How many numbers were given.
    pub found: usize,
}

/// A slice of a batch has another length than the batch has points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLengthError {
    /// What the slice holds: the name of the argument.
    pub name: &'static str,
    /// How many points the batch has.
    pub expected: usize,
    /// How many entries the slice has.
    pub found: usize,
}

impl fmt::Display for ParameterCountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, found } = self;
        write!(
            formatter,
            "expected {expected} parameters, found {found}: the flat slice holds all fields in order, arrays by index, \
             of each layer its weight column-major and then its bias; `PARAMETERS` is its length"
        )
    }
}

impl fmt::Display for BatchLengthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            expected,
            found,
        } = self;
        write!(
            formatter,
            "expected `{name}` to have one entry for each of the {expected} points of the batch, found {found} entries; \
             nothing was written"
        )
    }
}

impl Error for ParameterCountError {}

impl Error for BatchLengthError {}
