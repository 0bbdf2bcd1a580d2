//! The bandwidth of stores, to as many bytes as the results of a call take.

use std::hint::black_box;

use derive_network::private::{Isa, OnLanes, Real, dispatch};

use crate::support::timing::time;

/// Beyond the last cache all sizes are alike.
const MOST: usize = 128 << 20;
const LEAST: usize = 4 << 10;

/// The size that stands for so many bytes: a power of two, so that few are measured.
pub fn size(bytes: usize) -> usize {
    bytes.next_power_of_two().clamp(LEAST, MOST)
}

/// Nanoseconds of a byte, on the lanes of this thread.
pub fn byte(size: usize) -> f64 {
    let mut target = vec![1.0_f64; size / size_of::<f64>()];
    let time = time(size, &mut || {
        dispatch(Fill {
            target: &mut target,
            value: black_box(2.0),
        });
        black_box(&target);
    });
    time.least
}

struct Fill<'a> {
    target: &'a mut [f64],
    value: f64,
}

impl OnLanes for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let value = f64::splat(simd, self.value);
        for chunk in self.target.chunks_exact_mut(f64::lanes::<S>()) {
            // SAFETY: the chunk is a vector long.
            unsafe { f64::store(simd, chunk.as_mut_ptr(), value) };
        }
    }
}
