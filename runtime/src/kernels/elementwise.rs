//! The elementwise nest: straight-line code at every point of nested loops.
//!
//! Code and loops are a type, so that addresses are constants; where tensors start are values, so that nests share code.

use pulp::{Simd, WithSimd};

use crate::lanes::Real;

use super::contraction::LaneAxis;
use super::memory::{Memory, Region, Space};

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
    memory
        .simd()
        .vectorize(Run::<'_, T, S, E, I, R, L, P, H, B> {
            memory,
            operands,
            results,
            code: core::marker::PhantomData,
        });
}

struct Run<
    'a,
    T: Real,
    S: Simd,
    E,
    const I: usize,
    const R: usize,
    const L: usize,
    const P: usize,
    const H: usize,
    const B: usize,
> {
    memory: &'a Memory<'a, T, S, P, H, B>,
    operands: [usize; I],
    results: [usize; R],
    code: core::marker::PhantomData<E>,
}

impl<
    T,
    S,
    E,
    const I: usize,
    const R: usize,
    const L: usize,
    const P: usize,
    const H: usize,
    const B: usize,
> WithSimd for Run<'_, T, S, E, I, R, L, P, H, B>
where
    T: Real,
    S: Simd,
    E: Elementwise<T, I, R, L>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        self.all();
    }
}

/// A tensor that a nest walks through: its region and its steps in scalars.
#[derive(Clone, Copy)]
struct Walk<'a, T, const L: usize> {
    region: Region<'a, T>,
    steps: [usize; L],
    address: usize,
}

impl<
    'a,
    T,
    S,
    E,
    const I: usize,
    const R: usize,
    const L: usize,
    const P: usize,
    const H: usize,
    const B: usize,
> Run<'a, T, S, E, I, R, L, P, H, B>
where
    T: Real,
    S: Simd,
    E: Elementwise<T, I, R, L>,
{
    #[inline(always)]
    fn walk(&self, (space, steps): (Space, [usize; L]), offset: usize) -> Walk<'a, T, L> {
        let unit = space.unit::<T, S>();
        let mut reach = unit;
        let mut scaled = steps;
        for l in 0..L {
            scaled[l] *= unit;
            reach += (E::EXTENTS[l] - 1) * scaled[l];
        }
        Walk {
            region: self.memory.region(space, offset, reach),
            steps: scaled,
            address: 0,
        }
    }

    #[inline(always)]
    fn all(&self) {
        let nothing = Walk {
            region: self.memory.region(Space::Scratch, 0, 0),
            steps: [0; L],
            address: 0,
        };
        let mut operands = [nothing; I];
        for i in 0..I {
            if !matches!(E::READS[i], Read::Delta(..)) {
                operands[i] = self.walk(E::OPERANDS[i], self.operands[i]);
            }
        }
        let mut results = [nothing; R];
        for r in 0..R {
            results[r] = self.walk(E::RESULTS[r], self.results[r]);
        }
        let extents = E::EXTENTS;
        let mut count = 1;
        for extent in &extents[..L - 1] {
            count *= extent;
        }
        let mut counters = [0; L];
        for _ in 0..count {
            self.innermost(&counters, &operands, &results);
            // The next step of the outer loops, like an odometer.
            let mut l = L - 1;
            while l > 0 {
                l -= 1;
                counters[l] += 1;
                let turn = counters[l] == extents[l];
                for operand in &mut operands {
                    operand.address += operand.steps[l];
                    if turn {
                        operand.address -= operand.steps[l] * extents[l];
                    }
                }
                for result in &mut results {
                    result.address += result.steps[l];
                    if turn {
                        result.address -= result.steps[l] * extents[l];
                    }
                }
                if !turn {
                    break;
                }
                counters[l] = 0;
            }
        }
    }

    #[inline(always)]
    fn innermost(
        &self,
        counters: &[usize; L],
        operands: &[Walk<'a, T, L>; I],
        results: &[Walk<'a, T, L>; R],
    ) {
        let extent = E::EXTENTS[L - 1];
        let lanes = T::lanes::<S>();
        if const { matches!(E::LANE, LaneAxis::Row) } {
            let mut index = 0;
            while index < extent {
                self.step(
                    counters,
                    operands,
                    results,
                    index,
                    lanes.min(extent - index),
                );
                index += lanes;
            }
        } else {
            let count = if matches!(E::LANE, LaneAxis::Points) { lanes } else { 1 };
            for index in 0..extent {
                self.step(counters, operands, results, index, count);
            }
        }
    }

    /// One application of the code, at `index` of the innermost loop, to `count` lanes.
    #[inline(always)]
    fn step(
        &self,
        counters: &[usize; L],
        operands: &[Walk<'a, T, L>; I],
        results: &[Walk<'a, T, L>; R],
        index: usize,
        count: usize,
    ) {
        let simd = self.memory.simd();
        let full = matches!(E::LANE, LaneAxis::Points) || count == T::lanes::<S>();
        let mut values = [T::zero(simd); I];
        for i in 0..I {
            let address = operands[i].address + index * operands[i].steps[L - 1];
            // SAFETY: the region reaches to the last step of every loop; a partial vector ends there;
            // sixteen numbers are at least a vector of any instruction set.
            values[i] = unsafe {
                match E::READS[i] {
                    Read::Vector if full => operands[i].region.load(simd, address),
                    Read::Vector => operands[i].region.load_partial(simd, address, count),
                    Read::Gather => {
                        let mut lanes = [T::ZERO; 16];
                        for lane in 0..count {
                            let element = address + lane * operands[i].steps[L - 1];
                            lanes[lane] = operands[i].region.get(element);
                        }
                        T::load(simd, lanes.as_ptr())
                    }
                    Read::Splat => operands[i].region.splat(simd, address),
                    Read::Delta(a, b) => self.delta(counters, index, a, b),
                }
            };
        }
        let values = E::apply(simd, values);
        for r in 0..R {
            let address = results[r].address + index * results[r].steps[L - 1];
            // SAFETY: as above.
            unsafe {
                let step = results[r].steps[L - 1];
                if matches!(E::LANE, LaneAxis::Row) && step != 1 {
                    let mut lanes = [T::ZERO; 16];
                    T::store(simd, lanes.as_mut_ptr(), values[r]);
                    for lane in 0..count {
                        results[r].region.set(address + lane * step, lanes[lane]);
                    }
                } else if full {
                    results[r].region.store(simd, address, values[r]);
                } else {
                    results[r]
                        .region
                        .store_partial(simd, address, values[r], count);
                }
            }
        }
    }

    /// Lanes of a Kronecker delta between two loops.
    #[inline(always)]
    fn delta(&self, counters: &[usize; L], index: usize, a: usize, b: usize) -> T::Vector<S> {
        let simd = self.memory.simd();
        let counter = |l: usize| if l == L - 1 { index } else { counters[l] };
        let along = matches!(E::LANE, LaneAxis::Row) && (a == L - 1) != (b == L - 1);
        if !along {
            let one = if counter(a) == counter(b) {
                T::ONE
            } else {
                T::ZERO
            };
            return T::splat(simd, one);
        }
        let other = if a == L - 1 { b } else { a };
        let mut lanes = [T::ZERO; 16];
        let other = counters[other];
        if other >= index && other < index + T::lanes::<S>() {
            lanes[other - index] = T::ONE;
        }
        // SAFETY: sixteen numbers are at least a vector of any instruction set.
        unsafe { T::load(simd, lanes.as_ptr()) }
    }
}
