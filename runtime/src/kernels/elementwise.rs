//! The elementwise nest: straight-line code at every point of nested loops.
//!
//! The code and how each operand is read are a type ([`Code`]); loops, strides and offsets are constants in memory, so that nests
//! with the same code share it.

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory, Sizes, Space};

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

/// The most loops around straight-line code: axes of the highest derivative that is worth asking for.
pub const MOST_LOOPS: usize = 16;

/// Straight-line code from `I` operands to `R` results.
pub trait Code<T: Real, const I: usize, const R: usize> {
    /// How each operand is read.
    const READS: [Read; I];
    /// Whether each result is written to places that are not consecutive, one for each lane.
    const SCATTERS: [bool; R];
    /// How many of the loops there are: deltas count them.
    const LOOPS: usize;

    /// The code.
    fn apply<S: Isa>(simd: S, operands: [T::Vector<S>; I]) -> [T::Vector<S>; R];
}

/// A tensor in loops.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Where it lies.
    pub space: Space,
    /// Its first element.
    pub offset: usize,
    /// Its step in each loop, in elements.
    pub steps: &'static [usize],
}

/// Loops, and the tensors of the code in them; of a delta nothing is read.
#[derive(Clone, Copy, Debug)]
pub struct ElementwiseNest<const I: usize, const R: usize> {
    /// Extents of the loops, outermost first.
    pub extents: &'static [usize],
    /// What is read.
    pub operands: [Walk; I],
    /// What is written.
    pub results: [Walk; R],
}

/// A nest as a type.
pub trait Elementwise<const I: usize, const R: usize> {
    /// The nest.
    const NEST: ElementwiseNest<I, R>;
}

impl<const I: usize, const R: usize> ElementwiseNest<I, R> {
    /// Whether the nest fits its code and stays within the memory.
    const fn check<T: Real, C: Code<T, I, R>>(&self, sizes: Sizes) {
        assert!(
            self.extents.len() == C::LOOPS && C::LOOPS > 0 && C::LOOPS <= MOST_LOOPS,
            "code has its loops"
        );
        let points = self.points();
        let last = C::LOOPS - 1;
        let mut i = 0;
        while i < I {
            let block = matches!(self.operands[i].space, Space::Block);
            let step = self.operands[i].steps[last];
            match C::READS[i] {
                Read::Vector => assert!(
                    if points { block } else { step == 1 },
                    "what is read as a vector is consecutive"
                ),
                Read::Gather => assert!(!points, "vectors of points are not gathered"),
                Read::Splat => assert!(!block, "a vector of points is not one scalar"),
                Read::Delta(..) => {}
            }
            if !matches!(C::READS[i], Read::Delta(..)) {
                self.check_walk(self.operands[i], points, sizes);
            }
            i += 1;
        }
        let mut r = 0;
        while r < R {
            assert!(
                !matches!(self.results[r].space, Space::Parameters),
                "parameters are not written"
            );
            assert!(
                points == matches!(self.results[r].space, Space::Block),
                "the result of points is a block, that of scalars scratch"
            );
            self.check_walk(self.results[r], points, sizes);
            assert!(
                if points {
                    !C::SCATTERS[r]
                } else {
                    C::SCATTERS[r] || self.results[r].steps[last] == 1 || self.extents[last] == 1
                },
                "what is written as a vector is consecutive"
            );
            r += 1;
        }
    }

    /// Whether points run along the lanes; else the innermost loop does.
    const fn points(&self) -> bool {
        R > 0 && matches!(self.results[0].space, Space::Block)
    }

    const fn check_walk(&self, walk: Walk, points: bool, sizes: Sizes) {
        assert!(
            points || !matches!(walk.space, Space::Block),
            "only points run along the lanes of a block"
        );
        assert!(
            walk.steps.len() == self.extents.len(),
            "a tensor has a step in each loop"
        );
        let mut last = 0;
        let mut l = 0;
        while l < self.extents.len() {
            last += (self.extents[l] - 1) * walk.steps[l];
            l += 1;
        }
        assert!(
            sizes.hold(walk.space, walk.offset, last + 1),
            "a nest stays within its memory"
        );
    }
}

/// A tensor for one instruction set: in scalars.
#[derive(Clone, Copy, Debug)]
struct Stride {
    space: Space,
    offset: usize,
    /// From one number of a vector to the next, where they are gathered or scattered.
    apart: usize,
    /// From one vector of the innermost loop to the next.
    next: usize,
    /// Its steps in all loops, in elements of so many scalars.
    steps: &'static [usize],
    unit: usize,
}

/// A nest for one instruction set.
#[derive(Clone, Copy, Debug)]
struct Panel<const I: usize, const R: usize> {
    extents: &'static [usize],
    /// Numbers in the innermost loop, of all its points if they run along the lanes.
    innermost: usize,
    points: bool,
    operands: [Stride; I],
    results: [Stride; R],
}

struct Part<N, T, S, const I: usize, const R: usize>(core::marker::PhantomData<(N, T, S)>);

impl<N: Elementwise<I, R>, T: Real, S: Isa, const I: usize, const R: usize> Part<N, T, S, I, R> {
    const PANEL: Panel<I, R> = {
        let nest = N::NEST;
        let nothing = Stride {
            space: Space::Scratch,
            offset: 0,
            apart: 0,
            next: 0,
            steps: &[],
            unit: 1,
        };
        let extent = nest.extents[nest.extents.len() - 1];
        let points = nest.points();
        let mut panel = Panel {
            extents: nest.extents,
            innermost: if points {
                extent * Space::Block.unit::<T, S>()
            } else {
                extent
            },
            points,
            operands: [nothing; I],
            results: [nothing; R],
        };
        let mut i = 0;
        while i < I {
            panel.operands[i] = Self::stride(nest.operands[i], points);
            i += 1;
        }
        let mut r = 0;
        while r < R {
            panel.results[r] = Self::stride(nest.results[r], points);
            r += 1;
        }
        panel
    };

    const fn stride(walk: Walk, points: bool) -> Stride {
        let unit = walk.space.unit::<T, S>();
        let step = walk.steps[walk.steps.len() - 1] * unit;
        Stride {
            space: walk.space,
            offset: walk.offset * unit,
            apart: step,
            next: if points {
                step
            } else {
                step * Space::Block.unit::<T, S>()
            },
            steps: walk.steps,
            unit,
        }
    }
}

/// Runs an elementwise nest. That it stays within the memory is decided while the caller is compiled.
#[inline(always)]
pub fn elementwise<
    N,
    C,
    T,
    S,
    const I: usize,
    const R: usize,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) where
    T: Real,
    S: Isa,
    N: Elementwise<I, R>,
    C: Code<T, I, R>,
{
    const { N::NEST.check::<T, C>(Memory::<T, S, P, H, B>::SIZES) };
    memory.simd.apart(Run::<T, C, I, R> {
        bases: &memory.bases,
        panel: &const { Part::<N, T, S, I, R>::PANEL },
        code: core::marker::PhantomData,
    });
}

struct Run<'a, T, C, const I: usize, const R: usize> {
    bases: &'a Bases<T>,
    panel: &'static Panel<I, R>,
    code: core::marker::PhantomData<C>,
}

impl<T, C, const I: usize, const R: usize> OnLanes for Run<'_, T, C, I, R>
where
    T: Real,
    C: Code<T, I, R>,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        Work::<T, S, C, I, R> {
            simd,
            bases: self.bases,
            panel: self.panel,
            counters: [0; MOST_LOOPS],
            code: self.code,
        }
        .loops();
    }
}

/// The next step of the outer loops, like an odometer; false behind the last.
#[inline(never)]
fn next(extents: &[usize], counters: &mut [usize; MOST_LOOPS]) -> bool {
    let mut l = extents.len() - 1;
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
    /// How far the tensor moves to where the outer loops stand, in scalars.
    #[inline(never)]
    fn moved(&self, counters: &[usize; MOST_LOOPS]) -> usize {
        let outer = self.steps[..self.steps.len() - 1].iter();
        let elements: usize = outer
            .zip(counters)
            .map(|(step, counter)| step * counter)
            .sum();
        elements * self.unit
    }
}

/// A nest at work, where its outer loops stand.
struct Work<'a, T, S, C, const I: usize, const R: usize> {
    simd: S,
    bases: &'a Bases<T>,
    panel: &'static Panel<I, R>,
    counters: [usize; MOST_LOOPS],
    code: core::marker::PhantomData<C>,
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

/// Loops are written with `while`: `for` over ranges would triple what each network compiles. For the same reason conditions
/// that the code decides are constants with a name: of others both sides are compiled.
impl<T, S, C, const I: usize, const R: usize> Work<'_, T, S, C, I, R>
where
    T: Real,
    S: Isa,
    C: Code<T, I, R>,
{
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();
    const NESTED: bool = C::LOOPS > 1;
    /// Whether the last vector may be partial.
    const PART: bool = Self::LANES > 1;
    const VECTORS: bool = count_reads(&C::READS)[0] > 0;
    const GATHERS: bool = count_reads(&C::READS)[1] > 0;
    const SPLATS: bool = count_reads(&C::READS)[2] > 0;
    const DELTAS: bool = count_reads(&C::READS)[3] > 0;
    const SCATTERS: bool = count_true(&C::SCATTERS) > 0 && Self::LANES > 1;

    #[inline(always)]
    fn loops(mut self) {
        loop {
            self.innermost();
            if Self::NESTED && next(self.panel.extents, &mut self.counters) {
                continue;
            }
            return;
        }
    }

    #[inline(always)]
    fn located(&self, stride: &Stride) -> *mut T {
        let mut offset = stride.offset;
        if Self::NESTED {
            offset += stride.moved(&self.counters);
        }
        self.bases.at(stride.space, offset)
    }

    /// The innermost loop.
    #[inline(always)]
    fn innermost(&self) {
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
        let mut index = 0;
        while index < panel.innermost {
            self.step(&reads, &writes, index);
            index += Self::LANES;
            i = 0;
            while i < I {
                reads[i] = reads[i].wrapping_add(panel.operands[i].next);
                i += 1;
            }
            r = 0;
            while r < R {
                writes[r] = writes[r].wrapping_add(panel.results[r].next);
                r += 1;
            }
        }
    }

    /// One application of the code, at `index` of the innermost loop.
    #[inline(always)]
    fn step(&self, reads: &[*const T; I], writes: &[*mut T; R], index: usize) {
        let (simd, panel) = (self.simd, self.panel);
        let (mut count, mut in_use) = (Self::LANES, T::no_lanes());
        if Self::PART && panel.innermost - index < Self::LANES {
            count = panel.innermost - index;
            in_use = T::first_lanes(simd, count);
        }
        let mut values = [T::zero(simd); I];
        let mut i = 0;
        while i < I {
            // SAFETY: `check` has shown that the tensor lies within its space up to the last step of every loop, and a
            // partial vector ends there.
            unsafe {
                match C::READS[i] {
                    Read::Vector => {
                        if Self::VECTORS {
                            values[i] = self.load(reads[i], count, in_use);
                        }
                    }
                    Read::Gather => {
                        if Self::GATHERS {
                            values[i] =
                                gather::<T, S>(simd, reads[i], panel.operands[i].apart, count);
                        }
                    }
                    Read::Splat => {
                        if Self::SPLATS {
                            values[i] = T::splat(simd, *reads[i]);
                        }
                    }
                    Read::Delta(a, b) => {
                        if Self::DELTAS {
                            let loops = (a, b, C::LOOPS - 1);
                            values[i] =
                                delta::<T, S>(simd, &self.counters, loops, index, panel.points);
                        }
                    }
                }
            }
            i += 1;
        }
        let values = C::apply(simd, values);
        let mut r = 0;
        while r < R {
            // SAFETY: as above.
            unsafe { self.write(r, writes[r], values[r], count, in_use) };
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

/// `count` numbers, `step` apart, in the first lanes; the others are zero.
///
/// # Safety
/// The numbers must be readable.
#[inline(always)]
pub(super) unsafe fn gather<T: Real, S: Isa>(
    simd: S,
    source: *const T,
    step: usize,
    count: usize,
) -> T::Vector<S> {
    let mut lanes = [T::ZERO; 16];
    // SAFETY: the caller's promise; sixteen numbers are at least a vector of any instruction set.
    unsafe {
        copy(source, step, lanes.as_mut_ptr(), 1, count);
        T::load(simd, lanes.as_ptr())
    }
}

/// The first `count` lanes to places `step` apart.
///
/// # Safety
/// The places must be writable.
#[inline(always)]
unsafe fn scatter<T: Real, S: Isa>(
    simd: S,
    target: *mut T,
    step: usize,
    count: usize,
    value: T::Vector<S>,
) {
    let mut lanes = [T::ZERO; 16];
    // SAFETY: the caller's promise; sixteen numbers are at least a vector of any instruction set.
    unsafe {
        T::store(simd, lanes.as_mut_ptr(), value);
        copy(lanes.as_ptr(), 1, target, step, count);
    }
}

/// Copies numbers that are so many apart. Apart itself: it is rare, and would be unrolled for every operand.
///
/// # Safety
/// `count` numbers must be readable there and writable here.
#[inline(never)]
unsafe fn copy<T: Real>(
    source: *const T,
    source_step: usize,
    target: *mut T,
    target_step: usize,
    count: usize,
) {
    for number in 0..count {
        // SAFETY: the caller's promise.
        unsafe {
            *target.wrapping_add(number * target_step) = *source.wrapping_add(number * source_step);
        }
    }
}
