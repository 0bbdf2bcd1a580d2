//! The points of a block one after the other, each with its result, where the caller wants it.
//!
//! Results that are to be stored past the caches are computed in scratch, and stored while the next block is computed, some behind each nest: memory
//! takes as long as the arithmetic. A store past the caches is of a whole line, with which results rarely begin.

use core::marker::PhantomData;

use crate::lanes::{Isa, OnLanes, Real};

use super::caches::{self, Pending, SHORTEST_VECTOR, STAGED_BYTES, Stream};
use super::memory::{Memory, Space};
use super::shared::Shared;
use super::transfer::Entries;

/// Some of what is pending, on its way.
pub struct Store<'a, T> {
    pending: &'a Pending<T>,
    vectors: usize,
}

impl<T: Real> OnLanes for Store<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let mut stream = self.pending.0.get();
        if self.vectors == usize::MAX {
            stream.end(simd);
        } else {
            stream.vectors(simd, self.vectors);
        }
        self.pending.0.set(stream);
    }
}

/// The first of some slices that are left, which are the others then.
#[inline(always)]
pub fn take_first<'a, E>(left: &mut &'a mut [E], count: usize) -> &'a mut [E] {
    let (first, others) = core::mem::take(left).split_at_mut(count);
    *left = others;
    first
}

/// Results of the points of a block, each of `R` numbers. From element `COPIES` of the block on there are copies of all points, of `C` numbers each;
/// from `STAGE` on room for results, or none.
#[derive(Debug)]
pub struct Points<
    'a,
    T,
    S,
    const P: usize,
    const H: usize,
    const B: usize,
    const COPIES: usize,
    const C: usize,
    const STAGE: usize,
    const R: usize,
> {
    memory: &'a Memory<'a, T, S, P, H, B>,
    results: *mut T,
    count: usize,
    /// How many results there is room for in scratch, if they are computed there first; else none.
    staged: usize,
    lifetime: PhantomData<&'a mut [T]>,
}

impl<'a, T: Real, S: Isa, const P: usize, const H: usize, const B: usize>
    Memory<'a, T, S, P, H, B>
{
    /// The same memory with the result of one point.
    #[inline(always)]
    #[must_use]
    pub fn with_result<'r, E: Entries<T>, const R: usize>(
        &'r self,
        result: &'r mut E,
    ) -> Memory<'r, T, S, P, H, B, R> {
        const {
            assert!(
                size_of::<E>() == R * size_of::<T>(),
                "a result has as many numbers"
            );
        }
        let first = core::ptr::from_mut(result).cast();
        Memory {
            simd: self.simd,
            bases: self.bases.with(Space::Result, first),
            points: self.points,
            sums_begin: self.sums_begin,
            results: self.results,
            pending: self.pending,
            lifetime: PhantomData,
        }
    }

    /// The points of the block, of which there is a result each.
    #[inline(always)]
    #[must_use]
    pub fn by_point<
        E: Entries<T>,
        const COPIES: usize,
        const C: usize,
        const STAGE: usize,
        const R: usize,
    >(
        &'a self,
        results: &'a mut [E],
    ) -> Points<'a, T, S, P, H, B, COPIES, C, STAGE, R> {
        const {
            assert!(
                size_of::<E>() == R * size_of::<T>(),
                "a result has as many numbers"
            );
            assert!(
                COPIES + C <= STAGE && STAGE <= B,
                "copies of a vector of points lie within the block"
            );
        }
        let lanes = Space::Block.unit::<T, S>();
        let is_staged = self.results >= STAGED_BYTES && lanes * size_of::<T>() >= SHORTEST_VECTOR;
        Points {
            memory: self,
            count: results.len(),
            results: results.as_mut_ptr().cast(),
            staged: if is_staged {
                (B - STAGE) * lanes / R
            } else {
                0
            },
            lifetime: PhantomData,
        }
    }

    /// Behind the last block of a call: its results are where they are wanted, and others may read them.
    #[inline(always)]
    pub fn complete(&self) {
        self.store_pending(usize::MAX);
        if self.results >= STAGED_BYTES {
            caches::complete();
        }
    }

    /// Stores so many vectors of what is pending, or all of it. Called behind each nest: so it takes the time of memory, not of the processor.
    #[inline(always)]
    pub fn store_pending(&self, vectors: usize) {
        if let Some(pending) = self.pending
            && !pending.0.get().is_empty()
        {
            T::shared(self.simd).store(Store { pending, vectors });
        }
    }
}

impl<
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
    const COPIES: usize,
    const C: usize,
    const STAGE: usize,
    const R: usize,
> Points<'_, T, S, P, H, B, COPIES, C, STAGE, R>
{
    /// How many there are.
    #[inline(always)]
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The memory of a point with its result: its scratch is the point's copy. Beyond the last point of a vector it comes again.
    ///
    /// # Panics
    /// If there are fewer points.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, point: usize) -> Memory<'_, T, S, P, C, 0, R> {
        assert!(point < self.count, "a point is one of those of the block");
        let lanes = Space::Block.unit::<T, S>();
        let lane = if point < lanes { point } else { lanes - 1 };
        let copy = self
            .memory
            .bases
            .at(Space::Block, COPIES * lanes + lane * C);
        let mut result = self.result(point);
        if self.staged > 0 {
            if point.is_multiple_of(self.staged) {
                // Room for those that come.
                self.set_pending(point);
                self.memory.store_pending(usize::MAX);
            }
            result = self.stage(point);
        }
        let bases = self.memory.bases.with(Space::Scratch, copy);
        // Neither is there.
        let bases = bases.with(Space::Block, copy).with(Space::Gradient, copy);
        Memory {
            simd: self.memory.simd,
            bases: bases.with(Space::Result, result),
            points: 1,
            sums_begin: false,
            results: self.memory.results,
            pending: None,
            lifetime: PhantomData,
        }
    }

    /// Behind the last point: what is not where it is wanted is pending.
    #[inline(always)]
    pub fn end(&self) {
        if self.staged > 0 {
            self.set_pending(self.count);
        }
    }

    /// The results of the last points before this one are pending; before the first of a block, what was pending is.
    #[inline(always)]
    fn set_pending(&self, end: usize) {
        if let (Some(last), Some(pending)) = (end.checked_sub(1), self.memory.pending) {
            let first = last - last % self.staged;
            let (source, target) = (self.stage(first).cast_const(), self.result(first));
            pending.0.set(Stream::of(source, target, (end - first) * R));
        }
    }

    #[inline(always)]
    fn result(&self, point: usize) -> *mut T {
        self.results.wrapping_add(point * R)
    }

    /// Where the result of a point is computed, if not where it is wanted.
    #[inline(always)]
    fn stage(&self, point: usize) -> *mut T {
        let number = STAGE * Space::Block.unit::<T, S>() + point % self.staged * R;
        self.memory.bases.at(Space::Block, number)
    }
}

#[cfg(test)]
mod tests {
    use core::mem::MaybeUninit;

    use super::*;
    use crate::lanes::{Lanes, dispatch, with_lanes};

    const NUMBERS: usize = 37;
    const COPIED: usize = 5;
    const BLOCK: usize = COPIED + NUMBERS;

    /// Points whose results are computed by hand: what the copy of a point begins with, and the numbers behind it.
    struct ByHand {
        points: usize,
        bytes: usize,
    }

    impl OnLanes for ByHand {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, simd: S) {
            let mut scratch = vec![MaybeUninit::new(-1.0); (BLOCK + 1) * f64::MAX_LANES];
            let memory = Memory::<f64, S, 0, 0, BLOCK>::new(simd, &[], &mut scratch);
            let pending = Pending::new();
            let memory = memory.with_results(self.bytes, &pending);
            let mut results = vec![[f64::NAN; NUMBERS]; self.points];
            let points = memory.by_point::<_, 0, COPIED, COPIED, NUMBERS>(&mut results);
            for point in 0..points.count() {
                let memory = points.at(point);
                let copy = memory.bases.at(Space::Scratch, 0);
                let result = memory.bases.at(Space::Result, 0);
                for number in 0..NUMBERS {
                    // SAFETY: a result has so many numbers, a copy one at least.
                    unsafe {
                        *copy = (1000 * point) as f64;
                        *result.wrapping_add(number) = *copy + number as f64;
                    }
                }
            }
            points.end();
            memory.complete();
            for (point, result) in results.iter().enumerate() {
                let expected = |number: usize| (1000 * point + number) as f64;
                assert!((0..NUMBERS).all(|number| result[number] == expected(number)));
            }
        }
    }

    #[test]
    fn every_point_has_its_result_whether_it_was_computed_in_scratch_or_not() {
        for lanes in Lanes::available() {
            for points in 0..=8 {
                for bytes in [0, usize::MAX] {
                    with_lanes(lanes, || dispatch(ByHand { points, bytes }));
                }
            }
        }
    }
}
