//! What the caches are told: lines that the next block needs are fetched ahead, and results that would not stay are stored past them.
//!
//! A block takes so long that the processor has forgotten where the last one's points and results ended; their lines are on the way
//! while the arithmetic runs. A store to memory that is in no cache first reads the line that it writes: where results fill the caches
//! many times over, that is half of the traffic, and they drive out what the next block needs.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use core::{any::TypeId, mem::transmute_copy};

#[cfg(target_arch = "x86")]
use core::arch::x86::{_MM_HINT_T0, _mm_prefetch, _mm_sfence};
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch, _mm_sfence};

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use crate::lanes::{Isa, OnLanes, Real};

/// The least bytes of results of a call that are stored past the caches: as much as the last cache of a desktop processor holds. Of
/// results of 18 MB stores past the caches take 5 % longer, of 69 MB 8 % less, of 270 MB 15 % (Hessians of 16, 32 and 64 inputs,
/// Zen 5 with 32 MB).
pub(super) const STREAMED_BYTES: usize = 32 << 20;

/// Bytes of points or results of a block that are fetched ahead: fewer come by themselves, more would drive out others.
const FETCHED_BYTES: core::ops::RangeInclusive<usize> = 512..=32 << 10;
/// A line of the caches.
const LINE: usize = 64;

/// Brings so many numbers on the way to the nearest cache, if it is worth it. They need not be there.
#[inline(always)]
pub(super) fn fetch<T>(first: *const T, count: usize) {
    let bytes = count * size_of::<T>();
    if *FETCHED_BYTES.start() <= bytes && bytes <= *FETCHED_BYTES.end() {
        fetch_lines(first, count);
    }
}

/// Brings the lines of so many numbers on the way to the nearest cache. They need not be there.
#[inline(always)]
pub(super) fn fetch_lines<T>(first: *const T, count: usize) {
    let last = (count * size_of::<T>()).saturating_sub(1);
    let mut byte = 0;
    while byte < last {
        fetch_line(first.cast::<u8>().wrapping_add(byte));
        byte += LINE;
    }
    // Numbers that do not begin with a line end in one more.
    fetch_line(first.cast::<u8>().wrapping_add(last));
}

#[inline(always)]
fn fetch_line(place: *const u8) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    // SAFETY: an instruction of SSE, which all sets of lanes have; it reads nothing and never faults.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(place.cast());
    }
}

/// Writes a vector past the caches, if the instruction set can.
///
/// # Safety
/// The numbers of the vector must be writable from `target` on, which must be aligned to the vector. Before another thread may read
/// them, [`complete`] must be called.
#[inline(always)]
pub(super) unsafe fn store<T: Real, S: Isa>(simd: S, target: *mut T, value: T::Vector<S>) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    // SAFETY: `S` and `T` are what they are compared with, and so the vector is a register of that; the rest is the caller's promise.
    unsafe {
        let double = TypeId::of::<T>() == TypeId::of::<f64>();
        if TypeId::of::<S>() == TypeId::of::<V4>() {
            let isa = transmute_copy::<S, V4>(&simd).avx512f;
            if double {
                isa._mm512_stream_pd(target.cast(), transmute_copy(&value));
            } else {
                isa._mm512_stream_ps(target.cast(), transmute_copy(&value));
            }
            return;
        }
        if TypeId::of::<S>() == TypeId::of::<V3>() {
            let isa = transmute_copy::<S, V3>(&simd).avx;
            if double {
                isa._mm256_stream_pd(target.cast(), transmute_copy(&value));
            } else {
                isa._mm256_stream_ps(target.cast(), transmute_copy(&value));
            }
            return;
        }
    }
    // SAFETY: the caller's promise.
    unsafe { T::store(simd, target, value) }
}

/// Numbers that are copied past the caches. They must be readable from `source` on and writable from `target` on, and be apart.
pub(super) struct Stream<T> {
    pub source: *const T,
    pub target: *mut T,
    pub count: usize,
}

impl<T: Real> OnLanes for Stream<T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let Stream {
            source,
            target,
            count,
        } = self;
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        // Up to the first whole vector that is aligned, and from the last one on.
        let begin = (target as usize / size_of::<T>()).next_multiple_of(lanes)
            - target as usize / size_of::<T>();
        let begin = if begin < count { begin } else { count };
        let end = count - (count - begin) % lanes;
        let mut number = begin;
        while number < end {
            // SAFETY: the vector lies before `end`, and it is aligned if numbers are, as those of a slice.
            unsafe {
                let vector = T::load(simd, source.wrapping_add(number));
                store::<T, S>(simd, target.wrapping_add(number), vector);
            }
            number += lanes;
        }
        // SAFETY: these are before `begin`, and from `end` to `count`.
        unsafe {
            core::ptr::copy_nonoverlapping(source, target, begin);
            let (source, target) = (source.wrapping_add(end), target.wrapping_add(end));
            core::ptr::copy_nonoverlapping(source, target, count - end);
        }
    }
}

/// Orders all that was stored past the caches before what is stored from here on.
#[inline(always)]
pub(super) fn complete() {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    // SAFETY: an instruction of SSE, which all sets of lanes that store past the caches have.
    unsafe {
        _mm_sfence();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Lanes, dispatch, with_lanes};

    #[test]
    fn numbers_are_copied_past_the_caches_from_anywhere_to_anywhere() {
        let source: Vec<f32> = (0..100).map(|number| number as f32).collect();
        for lanes in Lanes::available() {
            for (from, to) in [(0, 0), (1, 0), (0, 3), (5, 16), (7, 9)] {
                for count in 0..=70 {
                    let mut target = vec![-1.0; 100];
                    with_lanes(lanes, || {
                        dispatch(Stream {
                            source: source[from..].as_ptr(),
                            target: target[to..].as_mut_ptr(),
                            count,
                        });
                    });
                    let (before, copied) = target.split_at(to);
                    let (copied, behind) = copied.split_at(count);
                    assert_eq!(copied, &source[from..from + count]);
                    let mut untouched = before.iter().chain(behind);
                    assert!(untouched.all(|number| *number == -1.0), "{lanes}");
                }
            }
        }
    }
}
