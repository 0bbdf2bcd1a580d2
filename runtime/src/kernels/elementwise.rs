//! The elementwise nest: straight-line code at every point of nested loops.
//!
//! The code and how each operand is read are a type ([`Code`]); loops, strides and offsets are constants in memory, so that nests
//! with the same code share it.

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory, Sizes, Space};
use super::steps::Work;

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

/// Whose place a tensor is near: that of which operand, or of which result, and how many vectors of points it lies behind that. One with
/// a pointer of its own is beside itself.
pub type Beside = (usize, usize);

/// Tensors that all have their own pointers.
const fn beside_themselves<const N: usize>() -> [Beside; N] {
    let mut beside = [(0, 0); N];
    let mut i = 0;
    while i < N {
        beside[i].0 = i;
        i += 1;
    }
    beside
}

/// The most loops around straight-line code: axes of the highest derivative that is worth asking for.
pub const MOST_LOOPS: usize = 16;

/// Straight-line code from `I` operands to `R` results.
pub trait Code<T: Real, const I: usize, const R: usize> {
    /// How each operand is read.
    const READS: [Read; I];
    /// Operands that are beside others, in all loops, need no pointer.
    const READS_BESIDE: [Beside; I] = beside_themselves();
    /// Whether each result is written to places that are not consecutive, one for each lane.
    const SCATTERS: [bool; R];
    /// Results that are beside others.
    const WRITES_BESIDE: [Beside; R] = beside_themselves();
    /// How many of the loops there are: deltas count them.
    const LOOPS: usize;
    /// Vectors of points, side by side in the block, to which the code is applied at each step of the loops; zero: not points but the
    /// innermost loop runs along the lanes, and its last vector may be partial.
    const VECTORS: usize;

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
        assert!(
            points == (C::VECTORS > 0),
            "what runs along the lanes is what the code says"
        );
        let last = C::LOOPS - 1;
        let mut i = 0;
        while i < I {
            let block = matches!(self.operands[i].space, Space::Block);
            let step = self.operands[i].steps[last];
            match C::READS[i] {
                Read::Vector => assert!(
                    if points {
                        block
                    } else {
                        step == 1 || self.extents[last] == 1
                    },
                    "what is read as a vector is consecutive"
                ),
                Read::Gather => assert!(!points, "vectors of points are not gathered"),
                Read::Splat => assert!(!block, "a vector of points is not one scalar"),
                Read::Delta(..) => {}
            }
            if !matches!(C::READS[i], Read::Delta(..)) {
                self.check_walk(self.operands[i], points, C::VECTORS, sizes);
            }
            check_beside(&self.operands, &C::READS_BESIDE, i);
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
            self.check_walk(self.results[r], points, C::VECTORS, sizes);
            assert!(
                if points {
                    !C::SCATTERS[r]
                } else {
                    C::SCATTERS[r] || self.results[r].steps[last] == 1 || self.extents[last] == 1
                },
                "what is written as a vector is consecutive"
            );
            check_beside(&self.results, &C::WRITES_BESIDE, r);
            r += 1;
        }
    }

    /// Whether points run along the lanes; else the innermost loop does.
    const fn points(&self) -> bool {
        R > 0 && matches!(self.results[0].space, Space::Block)
    }

    const fn check_walk(&self, walk: Walk, points: bool, vectors: usize, sizes: Sizes) {
        assert!(
            points || !matches!(walk.space, Space::Block),
            "only points run along the lanes of a block"
        );
        assert!(
            walk.steps.len() == self.extents.len(),
            "a tensor has a step in each loop"
        );
        let mut last = match walk.space {
            Space::Block if vectors > 0 => vectors - 1,
            _ => 0,
        };
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

/// Whether a tensor is where it is said to be beside another, in all loops.
const fn check_beside(walks: &[Walk], beside: &[Beside], index: usize) {
    let (other, distance) = beside[index];
    if other == index {
        assert!(distance == 0, "a tensor is where it is");
        return;
    }
    let (walk, leader) = (walks[index], walks[other]);
    assert!(
        beside[other].0 == other
            && matches!((walk.space, leader.space), (Space::Block, Space::Block))
            && walk.offset == leader.offset + distance,
        "a tensor is beside one with a pointer"
    );
    let mut l = 0;
    while l < walk.steps.len() {
        assert!(
            walk.steps[l] == leader.steps[l],
            "a tensor moves with what it is beside"
        );
        l += 1;
    }
}

/// A tensor for one instruction set: in scalars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stride {
    pub(super) space: Space,
    pub(super) offset: usize,
    /// From one number of a vector to the next, where they are gathered or scattered.
    pub(super) apart: usize,
    /// From one vector of the innermost loop to the next.
    pub(super) next: usize,
    /// From one step of the loop around the innermost one to the next.
    pub(super) turn: usize,
    /// Its steps in all loops, in elements of so many scalars.
    pub(super) steps: &'static [usize],
    pub(super) unit: usize,
}

/// A nest for one instruction set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel<const I: usize, const R: usize> {
    pub(super) extents: &'static [usize],
    /// Numbers in the innermost loop, of all its points if they run along the lanes.
    pub(super) innermost: usize,
    /// Steps of the loop around the innermost one; one if there is none.
    pub(super) turns: usize,
    pub(super) operands: [Stride; I],
    pub(super) results: [Stride; R],
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
            turn: 0,
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
            turns: if nest.extents.len() > 1 {
                nest.extents[nest.extents.len() - 2]
            } else {
                1
            },
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
            turn: if walk.steps.len() > 1 {
                walk.steps[walk.steps.len() - 2] * unit
            } else {
                0
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
