//! What a layer computes on the way.

use nalgebra::{SVector, Scalar};

/// What a layer computes at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerValues<T: Scalar, const O: usize> {
    /// Its pre-activation.
    pub z: SVector<T, O>,
    /// Its activation.
    pub a: SVector<T, O>,
}

/// What a layer computes at some points on the way to a loss J, and the derivatives of J in it: a vector for each point.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerAdjoints<T: Scalar, const O: usize> {
    /// Its pre-activation.
    pub z: Vec<SVector<T, O>>,
    /// Its activation.
    pub a: Vec<SVector<T, O>>,
    /// dJ/dz.
    pub dz: Vec<SVector<T, O>>,
    /// dJ/da.
    pub da: Vec<SVector<T, O>>,
}
