//! The elementwise nest: straight-line code at every point of nested loops.
//!
//! Code and loops are a type, so that addresses are constants; where tensors start are values, so that nests share code.

use pulp::{Simd, WithSimd};

use crate::lanes::Real;

use super::contraction::LaneAxis;
use super::memory::{Memory, Space};

/// How an operand is read in the innermost loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A vector: of points, or of consecutive elements.
    Vector,
    /// Elements that are not consecutive, one for each lane.
    Gather,
    /// One scalar in all lanes.
    Splat,
    /// One where the counters of two loops agree, else zero.
    Delta(usize, usize),
}

/// Straight-line code from `I` operands to `R` results in `L` loops.
pub trait Elementwise<T: Real, const I: usize, const R: usize, const L: usize> {
    /// What runs along the lanes: points, the innermost loop, or nothing.
    const LANE: LaneAxis;
    /// Extents of the loops, outermost first.
    const EXTENTS: [usize; L];
    /// How each operand is read.
    const READS: [Read; I];
    /// Where each operand lies and its step in each loop, in elements; of a delta nothing is read.
    const OPERANDS: [(Space, [usize; L]); I];
    /// The same of each result.
    const RESULTS: [(Space, [usize; L]); R];

    /// The code.
    fn apply<S: Simd>(simd: S, operands: [T::Vector<S>; I]) -> [T::Vector<S>; R];
}

/// Runs an elementwise nest. Never inlined, as contractions are not.
#[inline(never)]
pub fn elementwise<
    E,
    T,
    S,
    const I: usize,
    const R: usize,
    const L: usize,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    operands: [usize; I],
    results: [usize; R],
) where
    T: Real,
    S: Simd,
    E: Elementwise<T, I, R, L>,
{
    let mut run = Run::<T, S, E, I, R, L> {
        simd: memory.simd(),
        reads: [core::ptr::null(); I],
        writes: [core::ptr::null_mut(); R],
        code: core::marker::PhantomData,
    };
    // Loops are written with `while`: `for` over ranges would triple what each network compiles.
    let mut i = 0;
    while i < I {
        let reach = Run::<T, S, E, I, R, L>::OPERAND_REACH[i];
        run.reads[i] = memory.region(E::OPERANDS[i].0, operands[i], reach);
        i += 1;
    }
    let mut r = 0;
    while r < R {
        let reach = Run::<T, S, E, I, R, L>::RESULT_REACH[r];
        run.writes[r] = memory.region_mut(E::RESULTS[r].0, results[r], reach);
        r += 1;
    }
    memory.simd().vectorize(run);
}

/// A nest at work: pointers to the tensors where the outer loops stand.
struct Run<T, S, E, const I: usize, const R: usize, const L: usize> {
    simd: S,
    reads: [*const T; I],
    writes: [*mut T; R],
    code: core::marker::PhantomData<E>,
}

impl<T, S, E, const I: usize, const R: usize, const L: usize> WithSimd for Run<T, S, E, I, R, L>
where
    T: Real,
    S: Simd,
    E: Elementwise<T, I, R, L>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(mut self, _: Same) {
        let mut counters = [0; L];
        loop {
            self.innermost(&counters);
            // The next step of the outer loops, like an odometer.
            let mut l = L - 1;
            loop {
                if l == 0 {
                    return;
                }
                l -= 1;
                counters[l] += 1;
                if counters[l] < E::EXTENTS[l] {
                    self.advance(l, 1);
                    break;
                }
                self.advance(l, -(E::EXTENTS[l] as isize - 1));
                counters[l] = 0;
            }
        }
    }
}

impl<T, S, E, const I: usize, const R: usize, const L: usize> Run<T, S, E, I, R, L>
where
    T: Real,
    S: Simd,
    E: Elementwise<T, I, R, L>,
{
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();
    const POINTS: bool = matches!(E::LANE, LaneAxis::Points);

    /// How far from its start each operand is read, in scalars; of a delta nothing is.
    const OPERAND_REACH: [usize; I] = {
        let mut reach = [0; I];
        let mut i = 0;
        while i < I {
            if !matches!(E::READS[i], Read::Delta(..)) {
                reach[i] = Self::reach(E::OPERANDS[i]);
            }
            i += 1;
        }
        reach
    };
    /// How far from its start each result is written.
    const RESULT_REACH: [usize; R] = {
        let mut reach = [0; R];
        let mut r = 0;
        while r < R {
            reach[r] = Self::reach(E::RESULTS[r]);
            r += 1;
        }
        reach
    };

    const fn reach((space, steps): (Space, [usize; L])) -> usize {
        assert!(
            Self::POINTS || !matches!(space, Space::Block),
            "only points run along the lanes of a block"
        );
        let mut last = 0;
        let mut l = 0;
        while l < L {
            last += (E::EXTENTS[l] - 1) * steps[l];
            l += 1;
        }
        (last + 1) * space.unit::<T, S>()
    }

    /// The step of a tensor in a loop, in scalars.
    #[inline(always)]
    const fn step_of((space, steps): (Space, [usize; L]), l: usize) -> usize {
        steps[l] * space.unit::<T, S>()
    }

    /// Moves all pointers by some steps of a loop.
    #[inline(always)]
    fn advance(&mut self, l: usize, steps: isize) {
        let mut i = 0;
        while i < I {
            let step = Self::step_of(E::OPERANDS[i], l) as isize;
            self.reads[i] = self.reads[i].wrapping_offset(steps * step);
            i += 1;
        }
        let mut r = 0;
        while r < R {
            let step = Self::step_of(E::RESULTS[r], l) as isize;
            self.writes[r] = self.writes[r].wrapping_offset(steps * step);
            r += 1;
        }
    }

    #[inline(always)]
    fn innermost(&self, counters: &[usize; L]) {
        let extent = E::EXTENTS[L - 1];
        let mut index = 0;
        while index < extent {
            if Self::POINTS {
                self.step(counters, index, Self::LANES);
                index += 1;
            } else {
                let rest = extent - index;
                self.step(
                    counters,
                    index,
                    if rest < Self::LANES {
                        rest
                    } else {
                        Self::LANES
                    },
                );
                index += Self::LANES;
            }
        }
    }

    /// One application of the code, at `index` of the innermost loop, to `count` lanes.
    #[inline(always)]
    fn step(&self, counters: &[usize; L], index: usize, count: usize) {
        let simd = self.simd;
        let full = Self::POINTS || count == Self::LANES;
        let mut values = [T::zero(simd); I];
        let mut i = 0;
        while i < I {
            let step = Self::step_of(E::OPERANDS[i], L - 1);
            let source = self.reads[i].wrapping_add(index * step);
            // SAFETY: the region that `reads` was made from reaches to the last step of every loop; a
            // partial vector ends there; sixteen numbers are at least a vector of any instruction set.
            values[i] = unsafe {
                match E::READS[i] {
                    Read::Vector if full => T::load(simd, source),
                    Read::Vector => T::load_partial(simd, source, count),
                    Read::Gather => {
                        let mut lanes = [T::ZERO; 16];
                        let mut lane = 0;
                        while lane < count {
                            lanes[lane] = *source.add(lane * step);
                            lane += 1;
                        }
                        T::load(simd, lanes.as_ptr())
                    }
                    Read::Splat => T::splat(simd, *source),
                    Read::Delta(a, b) => self.delta(counters, index, a, b),
                }
            };
            i += 1;
        }
        let values = E::apply(simd, values);
        let mut r = 0;
        while r < R {
            let step = Self::step_of(E::RESULTS[r], L - 1);
            let target = self.writes[r].wrapping_add(index * step);
            // SAFETY: as above.
            unsafe {
                if !Self::POINTS && step != 1 && E::EXTENTS[L - 1] > 1 {
                    let mut lanes = [T::ZERO; 16];
                    T::store(simd, lanes.as_mut_ptr(), values[r]);
                    let mut lane = 0;
                    while lane < count {
                        *target.add(lane * step) = lanes[lane];
                        lane += 1;
                    }
                } else if full {
                    T::store(simd, target, values[r]);
                } else {
                    T::store_partial(simd, target, values[r], count);
                }
            }
            r += 1;
        }
    }

    /// Lanes of a Kronecker delta between two loops.
    #[inline(always)]
    fn delta(&self, counters: &[usize; L], index: usize, a: usize, b: usize) -> T::Vector<S> {
        let simd = self.simd;
        let last = L - 1;
        let first = if a == last { index } else { counters[a] };
        let second = if b == last { index } else { counters[b] };
        if Self::POINTS || (a == last) == (b == last) {
            return T::splat(simd, if first == second { T::ONE } else { T::ZERO });
        }
        let fixed = if a == last { second } else { first };
        let mut lanes = [T::ZERO; 16];
        if fixed >= index && fixed < index + Self::LANES {
            lanes[fixed - index] = T::ONE;
        }
        // SAFETY: sixteen numbers are at least a vector of any instruction set.
        unsafe { T::load(simd, lanes.as_ptr()) }
    }
}
