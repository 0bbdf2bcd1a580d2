//! The points of a block one after the other, each with its result, where the caller wants it.
//!
//! A result that is to be stored past the caches is computed in scratch, and stored while that of the next point is computed: memory takes as
//! long as the arithmetic. A store past the caches is of a whole line, with which results rarely begin.

use core::marker::PhantomData;

use crate::lanes::{Isa, Real};

use super::caches::{STAGED_BYTES, Stream};
use super::memory::{Memory, Space};
use super::transfer::Entries;

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
    is_staged: bool,
    lifetime: PhantomData<&'a mut [T]>,
}

impl<'a, T: Real, S: Isa, const P: usize, const H: usize, const B: usize>
    Memory<'a, T, S, P, H, B>
{
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
        let room = (B - STAGE) * Space::Block.unit::<T, S>();
        Points {
            memory: self,
            count: results.len(),
            results: results.as_mut_ptr().cast(),
            is_staged: self.results >= STAGED_BYTES && 2 * R <= room,
            lifetime: PhantomData,
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
        let mut bases = self.memory.bases;
        let copy = bases.at(Space::Block, COPIES * lanes + lane * C);
        bases.spaces[Space::Scratch as usize] = copy;
        // Neither is there.
        bases.spaces[Space::Block as usize] = copy;
        bases.spaces[Space::Gradient as usize] = copy;
        bases.spaces[Space::Result as usize] = self.result(point);
        if self.is_staged {
            bases.spaces[Space::Result as usize] = self.stage(point);
            if point > 0 {
                bases.pending = self.stream(point - 1);
            }
        }
        Memory {
            simd: self.memory.simd,
            bases,
            points: 1,
            sums_begin: false,
            results: self.memory.results,
            lifetime: PhantomData,
        }
    }

    /// Behind the last point: all results are where they are wanted.
    #[inline(always)]
    pub fn end(&self) {
        if self.is_staged && self.count > 0 {
            self.memory.simd.apart(self.stream(self.count - 1));
        }
    }

    #[inline(always)]
    fn result(&self, point: usize) -> *mut T {
        self.results.wrapping_add(point * R)
    }

    /// Where the result of a point is computed: what was there before is that of the point before the last one.
    #[inline(always)]
    fn stage(&self, point: usize) -> *mut T {
        let number = STAGE * Space::Block.unit::<T, S>() + point % 2 * R;
        self.memory.bases.at(Space::Block, number)
    }

    #[inline(always)]
    fn stream(&self, point: usize) -> Stream<T> {
        Stream {
            source: self.stage(point).cast_const(),
            target: self.result(point),
            count: R,
        }
    }
}

impl<T: Real, S: Isa, const P: usize, const C: usize, const R: usize> Memory<'_, T, S, P, C, 0, R> {
    /// Stores what is pending: nests that compute a symmetric result with rows along the lanes have done so on their way.
    #[inline(always)]
    pub fn store_pending(&self) {
        if self.bases.pending.count > 0 {
            self.simd.apart(self.bases.pending);
        }
    }
}

#[cfg(test)]
mod tests {
    use core::mem::MaybeUninit;

    use super::*;
    use crate::lanes::{Lanes, OnLanes, dispatch, with_lanes};

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
            let memory = memory.with_results(self.bytes);
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
                memory.store_pending();
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
