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

/// An evaluation over a batch was asked with slices that do not fit it, or without points where there must be some. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A slice has not one entry for each point, or a result not the length that the batch needs.
    BatchLength(BatchLengthError),
    /// A slice of parameters, or of derivatives in them, has another length than the network has parameters.
    ParameterCount(ParameterCountError),
    /// A mean of no points.
    EmptyBatch,
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvaluationError::BatchLength(error) => error.fmt(formatter),
            EvaluationError::ParameterCount(error) => error.fmt(formatter),
            EvaluationError::EmptyBatch => {
                formatter.write_str("expected at least one point, since a mean of none is not defined; nothing was written")
            }
        }
    }
}

impl Error for EvaluationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            EvaluationError::BatchLength(error) => Some(error),
            EvaluationError::ParameterCount(error) => Some(error),
            EvaluationError::EmptyBatch => None,
        }
    }
}

impl From<BatchLengthError> for EvaluationError {
    fn from(error: BatchLengthError) -> Self {
        EvaluationError::BatchLength(error)
    }
}

impl From<ParameterCountError> for EvaluationError {
    fn from(error: ParameterCountError) -> Self {
        EvaluationError::ParameterCount(error)
    }
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
