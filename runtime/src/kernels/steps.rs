//! The steps of an elementwise nest: operands into registers, the code, results out of them.
//!
//! A network pays for each code that differs, once for each instruction set. So loops are written with `while`: `for` over ranges
//! would triple what is compiled; and conditions that the code decides are constants with a name: of others both sides are compiled.

use crate::lanes::{Isa, Real};

use super::elementwise::{Code, MOST_LOOPS, Panel, Read, Stride};
use super::memory::Bases;
use super::strided::{gather, scatter};

/// The next step of the loops around the innermost two, like an odometer; false behind the last.
#[inline(never)]
fn next(extents: &[usize], counters: &mut [usize; MOST_LOOPS]) -> bool {
    let mut l = extents.len() - 2;
    while l > 0 {
        l -= 1;
        counters[l] += 1;
        if counters[l] < extents[l] {
            return true;
        }
        counters[l] = 0;
    }
    false
}

impl Stride {
    /// How far the tensor moves to where the loops around the innermost two stand, in scalars.
    #[inline(never)]
    fn moved(&self, counters: &[usize; MOST_LOOPS]) -> usize {
        let outer = self.steps[..self.steps.len() - 2].iter();
        let elements: usize = outer
            .zip(counters)
            .map(|(step, counter)| step * counter)
            .sum();
        elements * self.unit
    }
}

/// A nest at work, where its outer loops stand.
pub(super) struct Work<'a, T, S, C, const I: usize, const R: usize> {
    pub simd: S,
    pub bases: &'a Bases<T>,
    pub panel: &'static Panel<I, R>,
    pub counters: [usize; MOST_LOOPS],
    pub code: core::marker::PhantomData<C>,
}

/// How many operands are vectors, gathered, one scalar, and deltas.
const fn count_reads(reads: &[Read]) -> [usize; 4] {
    let mut counts = [0; 4];
    let mut i = 0;
    while i < reads.len() {
        let kind = match reads[i] {
            Read::Vector => 0,
            Read::Gather => 1,
            Read::Splat => 2,
            Read::Delta(..) => 3,
        };
        counts[kind] += 1;
        i += 1;
    }
    counts
}

const fn count_true(flags: &[bool]) -> usize {
    let mut count = 0;
    let mut i = 0;
    while i < flags.len() {
        count += flags[i] as usize;
        i += 1;
    }
    count
}

impl<T, S, C, const I: usize, const R: usize> Work<'_, T, S, C, I, R>
where
    T: Real,
    S: Isa,
    C: Code<T, I, R>,
{
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();
    /// Whether points run along the lanes.
    const POINTS: bool = C::VECTORS > 0;
    /// Whether there is a loop around the innermost one, and one around that.
    const NESTED: bool = C::LOOPS > 1;
    const DEEP: bool = C::LOOPS > 2;
    /// Whether the last vector may be partial.
    const PART: bool = !Self::POINTS;
    const VECTORS: bool = count_reads(&C::READS)[0] > 0;
    const GATHERS: bool = count_reads(&C::READS)[1] > 0;
    const SPLATS: bool = count_reads(&C::READS)[2] > 0;
    const DELTAS: bool = count_reads(&C::READS)[3] > 0;
    const SCATTERS: bool = count_true(&C::SCATTERS) > 0;

    #[inline(always)]
    pub fn loops(mut self) {
        loop {
            self.innermost_two();
            if Self::DEEP && next(self.panel.extents, &mut self.counters) {
                continue;
            }
            return;
        }
    }

    /// Where a tensor begins in the innermost two loops.
    #[inline(always)]
    fn located(&self, stride: &Stride) -> *mut T {
        let mut offset = stride.offset;
        if Self::DEEP {
            offset += stride.moved(&self.counters);
        }
        self.bases.at(stride.space, offset)
    }

    /// The innermost loop and the one around it. What deeper ones do at each of their steps costs more, but is rare.
    #[inline(always)]
    fn innermost_two(&mut self) {
        let panel = self.panel;
        let mut reads = [core::ptr::null(); I];
        let mut i = 0;
        while i < I {
            reads[i] = self.located(&panel.operands[i]).cast_const();
            i += 1;
        }
        let mut writes = [core::ptr::null_mut(); R];
        let mut r = 0;
        while r < R {
            writes[r] = self.located(&panel.results[r]);
            r += 1;
        }
        let mut turn = 0;
        loop {
            if Self::NESTED {
                self.counters[C::LOOPS - 2] = turn;
            }
            self.innermost(reads, writes);
            turn += 1;
            if !Self::NESTED || turn == panel.turns {
                return;
            }
            i = 0;
            while i < I {
                reads[i] = reads[i].wrapping_add(panel.operands[i].turn);
                i += 1;
            }
            r = 0;
            while r < R {
                writes[r] = writes[r].wrapping_add(panel.results[r].turn);
                r += 1;
            }
        }
    }

    /// The innermost loop.
    #[inline(always)]
    fn innermost(&self, mut reads: [*const T; I], mut writes: [*mut T; R]) {
        let panel = self.panel;
        let mut index = 0;
        while index < panel.innermost {
            let mut vector = 0;
            loop {
                self.step(&reads, &writes, index, vector * Self::LANES);
                vector += 1;
                if vector >= C::VECTORS {
                    break;
                }
            }
            index += Self::LANES;
            let mut i = 0;
            while i < I {
                reads[i] = reads[i].wrapping_add(panel.operands[i].next);
                i += 1;
            }
            let mut r = 0;
            while r < R {
                writes[r] = writes[r].wrapping_add(panel.results[r].next);
                r += 1;
            }
        }
    }

    /// One application of the code, at `index` of the innermost loop, to vectors of points that lie so many numbers behind the first.
    #[inline(always)]
    fn step(&self, reads: &[*const T; I], writes: &[*mut T; R], index: usize, behind: usize) {
        let (simd, panel) = (self.simd, self.panel);
        let (mut count, mut in_use) = (Self::LANES, T::no_lanes());
        if Self::PART && panel.innermost - index < Self::LANES {
            count = panel.innermost - index;
            in_use = T::first_lanes(simd, count);
        }
        let mut values = [T::zero(simd); I];
        let mut i = 0;
        while i < I {
            let (other, distance) = C::READS_BESIDE[i];
            let first = reads[other];
            let place = first.wrapping_add(distance * Self::LANES + behind);
            // SAFETY: `check` has shown that the tensor lies within its space up to the last step of every loop, and a
            // partial vector ends there.
            unsafe {
                match C::READS[i] {
                    Read::Vector => {
                        if Self::VECTORS {
                            values[i] = self.load(place, count, in_use);
                        }
                    }
                    Read::Gather => {
                        if Self::GATHERS {
                            values[i] = gather::<T, S>(simd, place, panel.operands[i].apart, count);
                        }
                    }
                    Read::Splat => {
                        if Self::SPLATS {
                            values[i] = T::splat(simd, *first);
                        }
                    }
                    Read::Delta(a, b) => {
                        if Self::DELTAS {
                            let loops = (a, b, C::LOOPS - 1);
                            values[i] =
                                delta::<T, S>(simd, &self.counters, loops, index, Self::POINTS);
                        }
                    }
                }
            }
            i += 1;
        }
        let values = C::apply(simd, values);
        let mut r = 0;
        while r < R {
            let (other, distance) = C::WRITES_BESIDE[r];
            let place = writes[other].wrapping_add(distance * Self::LANES + behind);
            // SAFETY: as above.
            unsafe { self.write(r, place, values[r], count, in_use) };
            r += 1;
        }
    }

    /// # Safety
    /// As many numbers as there are lanes in use must be readable.
    #[inline(always)]
    unsafe fn load(&self, source: *const T, count: usize, in_use: T::Mask<S>) -> T::Vector<S> {
        // SAFETY: the caller's promise.
        unsafe {
            if Self::PART && count < Self::LANES {
                return T::load_partial(self.simd, source, in_use);
            }
            T::load(self.simd, source)
        }
    }

    /// # Safety
    /// The places of as many numbers of result `r` as there are lanes in use must be writable.
    #[inline(always)]
    unsafe fn write(
        &self,
        r: usize,
        target: *mut T,
        value: T::Vector<S>,
        count: usize,
        in_use: T::Mask<S>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            if Self::SCATTERS && C::SCATTERS[r] {
                scatter::<T, S>(self.simd, target, self.panel.results[r].apart, count, value);
                return;
            }
            if Self::PART && count < Self::LANES {
                T::store_partial(self.simd, target, value, in_use);
                return;
            }
            T::store(self.simd, target, value);
        }
    }
}

/// Lanes of a Kronecker delta between two loops, at `index` of the last.
#[inline(always)]
fn delta<T: Real, S: Isa>(
    simd: S,
    counters: &[usize; MOST_LOOPS],
    (a, b, last): (usize, usize, usize),
    index: usize,
    points: bool,
) -> T::Vector<S> {
    let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
    let index = if points { index / lanes } else { index };
    let first = if a == last { index } else { counters[a] };
    let second = if b == last { index } else { counters[b] };
    if points || (a == last) == (b == last) {
        return T::splat(simd, if first == second { T::ONE } else { T::ZERO });
    }
    let fixed = if a == last { second } else { first };
    let mut ones = [T::ZERO; 16];
    if fixed >= index && fixed < index + lanes {
        ones[fixed - index] = T::ONE;
    }
    // SAFETY: sixteen numbers are at least a vector of any instruction set.
    unsafe { T::load(simd, ones.as_ptr()) }
}
