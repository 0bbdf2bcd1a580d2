//! What is done at each point goes in with the slices of all of them, and is done chunk by chunk.

use core::mem::MaybeUninit;

use crate::lanes::{Isa, Lanes, OnLanes, Real, dispatch, with_lanes};

use super::chunks::{Chunks, points_of_chunk};
use super::slices::Slices;
#[cfg(feature = "rayon")]
use super::{pool, split};

/// Memory of a call.
pub type Scratch<'a, T> = &'a mut [MaybeUninit<T>];

/// What is done at points: by slices with an entry for each point, and `N` arrays beside them.
pub trait OverPoints<const N: usize>: Sync {
    /// The numbers.
    type Scalar: Real;
    /// Points, what goes with each, and the results at each.
    type Slices: Slices;
    /// Operations at a point.
    const FLOPS: usize;
    /// Vectors of scratch in a block of points.
    const BLOCK: usize;

    /// Does it on some lanes. Arrays are written to, or, if it `adds`, sums are added to them.
    fn run<S: Isa>(
        &self,
        simd: S,
        scratch: Scratch<'_, Self::Scalar>,
        slices: Self::Slices,
        arrays: [&mut [Self::Scalar]; N],
        adds: bool,
    );
}

struct Run<'a, K: OverPoints<N>, const N: usize> {
    kernel: &'a K,
    scratch: Scratch<'a, K::Scalar>,
    slices: K::Slices,
    arrays: [&'a mut [K::Scalar]; N],
    adds: bool,
}

impl<K: OverPoints<N>, const N: usize> OnLanes for Run<'_, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        self.kernel
            .run(simd, self.scratch, self.slices, self.arrays, self.adds);
    }
}

/// Runs it for some points on this thread, on its lanes.
#[inline(always)]
pub(super) fn run<K: OverPoints<N>, const N: usize>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    arrays: [&mut [K::Scalar]; N],
    adds: bool,
) {
    dispatch(Run {
        kernel,
        scratch,
        slices,
        arrays,
        adds,
    });
}

/// Bytes of the widest vector.
const WIDEST_VECTOR: usize = 64;
/// Bytes of a block beyond which narrower lanes, with fewer points in a block, are faster than the widest: it would leave the caches.
const MOST_BYTES: usize = 4 << 20;

/// Runs it for all points. The arrays are sums, which it writes, or, if it `adds`, adds to.
#[inline]
pub fn over_points<K: OverPoints<N>, const N: usize>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    sums: [&mut [K::Scalar]; N],
    adds: bool,
) {
    if K::BLOCK > MOST_BYTES / WIDEST_VECTOR && !Lanes::are_chosen() {
        return with_lanes(Lanes::Avx2, || {
            on_lanes(kernel, scratch, slices, sums, adds)
        });
    }
    on_lanes(kernel, scratch, slices, sums, adds);
}

/// The same on the lanes of this thread.
#[inline]
fn on_lanes<K: OverPoints<N>, const N: usize>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    mut sums: [&mut [K::Scalar]; N],
    mut adds: bool,
) {
    let summed = sums.iter().map(|sum| sum.len()).sum();
    let points = points_of_chunk(K::FLOPS, summed);
    if slices.points() <= points {
        return run(kernel, scratch, slices, sums, adds);
    }
    #[cfg(feature = "rayon")]
    if pool::is_parallel() {
        let chunks = Chunks::of(slices, points);
        return split::over_points(kernel, scratch.len(), chunks, sums, adds);
    }
    if N == 0 {
        return run(kernel, scratch, slices, sums, adds);
    }
    for chunk in Chunks::of(slices, points) {
        let sums = sums.each_mut().map(|sum| &mut **sum);
        run(kernel, &mut *scratch, chunk, sums, adds);
        adds = true;
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::Mutex;

    use super::*;

    /// Doubles numbers, adds them up, and counts how often it was asked to.
    struct Doubles(AtomicUsize);

    impl OverPoints<2> for Doubles {
        type Scalar = f64;
        type Slices = (&'static [f64], &'static mut [f64]);
        const FLOPS: usize = 1 << 14;
        const BLOCK: usize = 1;

        fn run<S: Isa>(
            &self,
            _: S,
            scratch: Scratch<'_, f64>,
            (numbers, doubles): Self::Slices,
            [sum, untouched]: [&mut [f64]; 2],
            adds: bool,
        ) {
            assert_eq!(scratch.len(), 3);
            self.0.fetch_add(1, Ordering::Relaxed);
            let mut total = 0.0;
            for (number, double) in numbers.iter().zip(doubles) {
                *double = 2.0 * number;
                total += number;
            }
            if adds {
                sum[0] += total;
            } else {
                (sum[0], untouched[0]) = (total, -0.0);
            }
        }
    }

    fn check(count: usize, times: usize) {
        let numbers: Vec<f64> = (0..count).map(|number| number as f64).collect();
        for (adds, before) in [(true, 0.5), (false, f64::NAN)] {
            let (mut sum, mut untouched) = ([before], [-0.0f64]);
            let doubles = Vec::leak(vec![0.0; count]);
            let kernel = Doubles(AtomicUsize::new(0));
            let slices = (&*Vec::leak(numbers.clone()), &mut *doubles);
            over_points(
                &kernel,
                &mut [MaybeUninit::uninit(); 3],
                slices,
                [&mut sum, &mut untouched],
                adds,
            );
            let before = if adds { before } else { 0.0 };
            assert_eq!(sum, [before + numbers.iter().sum::<f64>()]);
            assert!(untouched[0].is_sign_negative(), "-0 is still -0");
            assert_eq!(kernel.0.into_inner(), times);
        }
    }

    #[test]
    fn chunks_depend_on_the_number_of_points() {
        for (count, times) in [(0, 1), (128, 1), (129, 2), (1_000, 8), (100_003, 782)] {
            check(count, times);
            #[cfg(feature = "rayon")]
            pool::in_parallel(|| check(count, times));
        }
    }

    /// Writes down its lanes; its blocks are large.
    struct Large(Mutex<Option<Lanes>>);

    impl OverPoints<0> for Large {
        type Scalar = f64;
        type Slices = &'static [f64];
        const FLOPS: usize = 1;
        const BLOCK: usize = MOST_BYTES / WIDEST_VECTOR + 1;

        fn run<S: Isa>(
            &self,
            _: S,
            _: Scratch<'_, f64>,
            _: Self::Slices,
            []: [&mut [f64]; 0],
            _: bool,
        ) {
            *self.0.lock().unwrap() = Some(Lanes::current());
        }
    }

    #[test]
    fn large_blocks_run_on_narrower_lanes_unless_lanes_are_chosen() {
        let seen = || {
            let kernel = Large(Mutex::new(None));
            over_points(&kernel, &mut [], &[1.0], [], false);
            kernel.0.into_inner().unwrap()
        };
        let narrower = Lanes::available().filter(|lanes| *lanes != Lanes::Avx512);
        assert_eq!(seen(), narrower.last());
        for lanes in Lanes::available() {
            assert_eq!(with_lanes(lanes, seen), Some(lanes));
        }
    }
}
