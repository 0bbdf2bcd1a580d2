//! An `f64` in, a value that can be compared, ordered and hashed by its bits out.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A floating-point constant with total order and with equality of bits, so that code holding it can be hash-consed.
#[derive(Clone, Copy)]
pub struct Real(f64);

impl Real {
    /// Wraps a value.
    pub const fn new(value: f64) -> Self {
        Self(value)
    }

    /// The wrapped value.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Debug for Real {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for Real {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 != 0.0 && (self.0.abs() >= 1e16 || self.0.abs() < 1e-5) {
            write!(formatter, "{:e}", self.0)
        } else {
            write!(formatter, "{}", self.0)
        }
    }
}
