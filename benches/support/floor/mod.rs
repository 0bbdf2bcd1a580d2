//! Counts go in, the least time that the hardware allows for them comes out: multiply-adds over their measured peak, and elementary
//! functions at their measured throughput; or the results at the measured bandwidth of stores, where that takes longer.
//!
//! Everything is measured in the process that measures the workloads, on the same lanes, when it is needed first.

mod elementary;
mod peak;
mod store;

use std::collections::BTreeMap;

use derive_network::private::Real;
use derive_network::{Lanes, with_lanes};

use super::count::{Counts, Generators};

/// The type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl Scalar {
    /// That of a type.
    pub fn of<T: Real>() -> Self {
        if size_of::<T>() == size_of::<f32>() {
            Scalar::F32
        } else {
            Scalar::F64
        }
    }

    /// As Rust writes it.
    pub fn name(self) -> &'static str {
        match self {
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Scalar::F32 => size_of::<f32>(),
            Scalar::F64 => size_of::<f64>(),
        }
    }
}

/// What was measured of this machine, in nanoseconds: of one multiply-add, one evaluation of generators, one byte that is stored.
#[derive(Debug, Default)]
pub struct Machine {
    peaks: BTreeMap<(String, Scalar), f64>,
    elementary: BTreeMap<(String, Scalar, Generators), f64>,
    stores: BTreeMap<(String, usize), f64>,
}

impl Machine {
    /// The least time of a point among so many in a call, in nanoseconds.
    pub fn floor(&mut self, lanes: Lanes, scalar: Scalar, counts: &Counts, points: usize) -> f64 {
        let mut arithmetic = counts.multiply_adds * self.multiply_add(lanes, scalar);
        for (generators, times) in &counts.elementary {
            arithmetic += times * self.elementary(lanes, scalar, generators);
        }
        let bytes = counts.results * scalar.bytes();
        arithmetic.max(bytes as f64 * self.store(lanes, bytes * points))
    }

    fn multiply_add(&mut self, lanes: Lanes, scalar: Scalar) -> f64 {
        let peak = self.peaks.entry((lanes.to_string(), scalar));
        *peak.or_insert_with(|| {
            with_lanes(lanes, || match scalar {
                Scalar::F32 => peak::multiply_add::<f32>(),
                Scalar::F64 => peak::multiply_add::<f64>(),
            })
        })
    }

    fn elementary(&mut self, lanes: Lanes, scalar: Scalar, generators: &Generators) -> f64 {
        let key = (lanes.to_string(), scalar, generators.clone());
        *self.elementary.entry(key).or_insert_with(|| {
            with_lanes(lanes, || match scalar {
                Scalar::F32 => elementary::evaluation::<f32>(generators),
                Scalar::F64 => elementary::evaluation::<f64>(generators),
            })
        })
    }

    fn store(&mut self, lanes: Lanes, bytes: usize) -> f64 {
        let size = store::size(bytes);
        let key = (lanes.to_string(), size);
        *self
            .stores
            .entry(key)
            .or_insert_with(|| with_lanes(lanes, || store::byte(size)))
    }
}
