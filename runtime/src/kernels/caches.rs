//! What the caches are told: lines that the next block needs are fetched ahead, and results that would not stay are stored past them.
//!
//! A block takes so long that the processor has forgotten where the last one's points and results ended; their lines are on the way
//! while the arithmetic runs. A store to memory that is in no cache first reads the line that it writes: where results fill the caches
//! many times over, that is half of the traffic, and they drive out what the next block needs.

use core::cell::Cell;
use core::fmt;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use core::{any::TypeId, mem::transmute_copy};

#[cfg(target_arch = "x86")]
use core::arch::x86::{_MM_HINT_T0, _mm_prefetch, _mm_sfence};
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch, _mm_sfence};

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use crate::lanes::{Isa, Real};

/// The least bytes of results of a call that are stored past the caches: as much as the last cache of a desktop processor holds. Of
/// results of 18 MB stores past the caches take 5 % longer, of 69 MB 8 % less, of 270 MB 15 % (Hessians of 16, 32 and 64 inputs, AVX-512,
/// Zen 5 with 32 MB).
pub(super) const STREAMED_BYTES: usize = 32 << 20;
/// The same of results that are computed point by point, whose lines are not written one after the other: 16 MB take as long either way, 29 MB a
/// fifth to a third less past the caches (Hessians of 32 and 64 inputs).
pub(super) const STAGED_BYTES: usize = 16 << 20;
/// Bytes of the shortest vectors of which results that were computed in scratch are stored past the caches.
pub(super) const SHORTEST_VECTOR: usize = 32;

/// Bytes of points or results of a block that are fetched ahead: fewer come by themselves, more would drive out others.
const FETCHED_BYTES: core::ops::RangeInclusive<usize> = 512..=32 << 10;
/// A line of the caches.
const LINE: usize = 64;

/// Bytes of a vector that lies within one line wherever an allocator puts what it belongs to. Stores of wider ones over two lines wait for both,
/// one after the other.
pub(super) const UNSPLIT: usize = 16;

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

/// Whether a vector is a line. Rows of shorter ones are written past the caches in pieces of lines, of which others are begun meanwhile: that takes a
/// fifth to a third longer than through the caches (Hessians of 8 and 16 inputs, AVX2 on Zen 3).
#[inline(always)]
pub(super) const fn is_line<T: Real, S: Isa>() -> bool {
    size_of::<T::Vector<S>>() == LINE
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

/// Numbers that are copied past the caches, some after the others. They are readable from `source` on and writable from `target` on, and apart.
///
/// They go as [`PARTS`] at the same time: each page that is entered waits for its address, which takes longer than to fill it. Each
/// line is written as a whole before the next part: of lines that are begun the processor holds a few.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream<T> {
    source: *const T,
    target: *mut T,
    /// Those that are left, but for the lines of each part that are copied.
    count: usize,
    /// Lines of each part that are copied.
    copied: usize,
}

/// The parts that a stream is copied in.
const PARTS: usize = 8;

impl<T> Stream<T> {
    pub const NOTHING: Self = Stream::of(core::ptr::null(), core::ptr::null_mut(), 0);

    pub const fn of(source: *const T, target: *mut T, count: usize) -> Self {
        Stream {
            source,
            target,
            count,
            copied: 0,
        }
    }

    /// Whether all is copied.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T: Real> Stream<T> {
    /// Copies so many vectors or a few more, or what is left of whole lines in each part.
    #[inline(always)]
    pub fn vectors<S: Isa>(&mut self, simd: S, most: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let line = LINE / size_of::<T>();
        let behind = self.target as usize / size_of::<T>() % line;
        if behind > 0 {
            // Up to the first line: it is the first call.
            self.numbers(line - behind);
        }
        let each = self.count / line / PARTS;
        let mut left = most;
        while self.copied < each && left > 0 {
            let mut part = 0;
            while part < PARTS {
                let first = (part * each + self.copied) * line;
                let mut number = first;
                while number < first + line {
                    // SAFETY: there are `PARTS` times `each` lines. The place is aligned, if numbers are, as those of a slice.
                    unsafe {
                        let vector = T::load(simd, self.source.wrapping_add(number));
                        store::<T, S>(simd, self.target.wrapping_add(number), vector);
                    }
                    number += lanes;
                }
                part += 1;
            }
            self.copied += 1;
            left = left.saturating_sub(PARTS * line / lanes);
        }
    }

    /// Copies what is left.
    #[inline(always)]
    pub fn end<S: Isa>(&mut self, simd: S) {
        self.vectors(simd, usize::MAX);
        self.pass(self.copied * PARTS * (LINE / size_of::<T>()));
        self.copied = 0;
        self.numbers(self.count);
    }

    /// Copies so many numbers, or those that are left.
    #[inline(always)]
    fn numbers(&mut self, most: usize) {
        let count = if most < self.count { most } else { self.count };
        // SAFETY: so many numbers are left.
        unsafe { core::ptr::copy_nonoverlapping(self.source, self.target, count) };
        self.pass(count);
    }

    #[inline(always)]
    fn pass(&mut self, count: usize) {
        self.source = self.source.wrapping_add(count);
        self.target = self.target.wrapping_add(count);
        self.count -= count;
    }
}

/// Results of a call that were computed in scratch, and not stored yet.
pub struct Pending<T>(pub(super) Cell<Stream<T>>);

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Pending").finish_non_exhaustive()
    }
}

impl<T: Real> Pending<T> {
    /// None.
    #[must_use]
    #[inline(always)]
    pub fn new() -> Self {
        Pending(Cell::new(Stream::NOTHING))
    }
}

impl<T: Real> Default for Pending<T> {
    fn default() -> Self {
        Self::new()
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
    use crate::lanes::{Lanes, OnLanes, dispatch, with_lanes};

    struct Copy<T>(Stream<T>);

    impl<T: Real> OnLanes for Copy<T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(mut self, simd: S) {
            self.0.vectors(simd, 16);
            self.0.vectors(simd, 1);
            self.0.end(simd);
        }
    }

    fn check<T: Real>(lanes: Lanes) {
        let source: Vec<T> = (0..3100)
            .map(|number| T::from_f64(f64::from(number)))
            .collect();
        let canary = T::from_f64(-1.0);
        for (from, to) in [(0, 0), (1, 0), (0, 3), (5, 16), (7, 9)] {
            for count in (0..=70).chain([500, 3000]) {
                let mut target = [canary; 3100];
                with_lanes(lanes, || {
                    dispatch(Copy(Stream::of(
                        source[from..].as_ptr(),
                        target[to..].as_mut_ptr(),
                        count,
                    )));
                });
                let (before, copied) = target.split_at(to);
                let (copied, behind) = copied.split_at(count);
                assert_eq!(copied, &source[from..from + count]);
                let mut untouched = before.iter().chain(behind);
                assert!(untouched.all(|number| *number == canary), "{lanes}");
            }
        }
    }

    #[test]
    fn numbers_are_copied_past_the_caches_from_anywhere_to_anywhere() {
        for lanes in Lanes::available() {
            check::<f32>(lanes);
            check::<f64>(lanes);
        }
    }
}
