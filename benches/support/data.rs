//! Seeds in; parameters and points of the workloads out.

use derive_network::Network;
use derive_network::nalgebra::{SMatrix, SVector};
use derive_network::private::Real;

/// SplitMix64 (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Of (0, 1).
    fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Of the standard normal distribution, by the method of Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.unit()).cos()
    }
}

/// Gives the parameters that are zero, the biases, a tenth of a normal number each.
pub fn with_biases<N: Network>(mut network: N) -> N {
    let mut random = Random(11);
    for parameter in network.parameters_mut() {
        if *parameter == N::Scalar::ZERO {
            *parameter = N::Scalar::from_f64(0.1 * random.normal());
        }
    }
    network
}

/// Vectors or matrices with entries uniform in [-1, 1].
pub fn uniform<T: Real, const R: usize, const C: usize>(count: usize) -> Vec<SMatrix<T, R, C>> {
    let mut random = Random(13);
    let entry = |_, _| T::from_f64(2.0 * random.unit() - 1.0);
    let mut entry = entry;
    (0..count).map(|_| SMatrix::from_fn(&mut entry)).collect()
}

/// Points uniform in [-1, 1]^D.
pub fn points<T: Real, const D: usize>(count: usize) -> Vec<SVector<T, D>> {
    uniform(count)
}

/// Stops where others do not compute the same: what they take would say nothing.
pub fn assert_same(here: &[&[f64]], there: &[&[f64]]) {
    let (here, there) = (here.concat(), there.concat());
    let largest = here
        .iter()
        .fold(1.0_f64, |most, entry| most.max(entry.abs()));
    assert_eq!(here.len(), there.len());
    for (here, there) in here.iter().zip(there) {
        assert!(
            (here - there).abs() < 1e-12 * largest,
            "{here} is not {there}"
        );
    }
}
