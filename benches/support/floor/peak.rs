//! The peak of multiply-adds: independent accumulators in registers.

use std::hint::black_box;

use derive_network::private::{Isa, OnLanes, Real, dispatch};

use crate::support::timing::time;

/// As many as hide the latency of a multiplication and an addition on two pipes each, and fit sixteen registers with two more.
const ACCUMULATORS: usize = 12;
const STEPS: usize = 4096;

/// Nanoseconds of one multiply-add, on the lanes of this thread.
pub fn multiply_add<T: Real>() -> f64 {
    let mut lanes = 0;
    let time = time(STEPS * ACCUMULATORS, &mut || {
        lanes = dispatch(Chains::<T> {
            factor: black_box(T::from_f64(0.999)),
            term: black_box(T::from_f64(0.001)),
        });
    });
    time.least / lanes as f64
}

/// Each accumulator is multiplied and added to in turn, so that neither can be taken out of the loop.
struct Chains<T> {
    factor: T,
    term: T,
}

impl<T: Real> OnLanes for Chains<T> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) -> usize {
        let factor = T::splat(simd, self.factor);
        let term = T::splat(simd, self.term);
        let mut accumulators = [term; ACCUMULATORS];
        let mut step = 0;
        while step < STEPS {
            let mut i = 0;
            while i < ACCUMULATORS {
                accumulators[i] = T::mul_add(simd, accumulators[i], factor, term);
                i += 1;
            }
            step += 1;
        }
        black_box(accumulators);
        T::lanes::<S>()
    }
}
