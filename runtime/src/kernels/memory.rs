//! The memory of a call: parameters and scratch in, checked regions of them out.
//!
//! Kernels access memory through pointers that [`Memory::region`] gives for the greatest address a
//! nest will touch; it panics if that lies past the end, so the loops themselves carry no checks.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use pulp::Simd;

use crate::lanes::Real;

/// Where an operand lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// In the parameters.
    Parameters,
    /// In the scratch that holds what was hoisted out of the loop over points, or a single
    /// point's values: one scalar an element.
    Scratch,
    /// In the scratch for a block of points: one vector an element.
    Block,
}

impl Space {
    /// Scalars in an element.
    #[inline(always)]
    pub const fn unit<T: Real, S: Simd>(self) -> usize {
        match self {
            Space::Block => size_of::<T::Vector<S>>() / size_of::<T>(),
            Space::Parameters | Space::Scratch => 1,
        }
    }
}

/// Parameters and scratch of one call.
///
/// `P` parameters, at least `H` scalars of scratch and a block of `B` elements. Scratch is not initialised: a schedule defines every element
/// before it reads it, which the schedule's verifier checks.
#[derive(Debug)]
pub struct Memory<'a, T, S, const P: usize, const H: usize, const B: usize> {
    simd: S,
    parameters: &'a [T],
    scratch: *mut T,
    length: usize,
    block: usize,
    lifetime: PhantomData<&'a mut [MaybeUninit<T>]>,
}

impl<'a, T: Real, S: Simd, const P: usize, const H: usize, const B: usize>
    Memory<'a, T, S, P, H, B>
{
    /// Joins both, for the lanes of `S`. The block begins behind the scalars.
    ///
    /// # Panics
    /// If there are fewer parameters or there is less scratch than the sizes say.
    #[inline(always)]
    pub fn new(simd: S, parameters: &'a [T], scratch: &'a mut [MaybeUninit<T>]) -> Self {
        // Blocks begin on a vector of the widest instruction set.
        let block = H.next_multiple_of(T::MAX_LANES);
        if parameters.len() < P || scratch.len() < block + B * Space::Block.unit::<T, S>() {
            outside();
        }
        Memory {
            simd,
            parameters,
            scratch: scratch.as_mut_ptr().cast(),
            length: scratch.len(),
            block,
            lifetime: PhantomData,
        }
    }

    /// The instruction set.
    #[inline(always)]
    pub fn simd(&self) -> S {
        self.simd
    }

    /// Where a region begins that starts at element `offset` of a space and has `extent` scalars: all
    /// of them lie within the parameters or the scratch.
    ///
    /// # Panics
    /// If they do not.
    #[inline(always)]
    pub fn region(&self, space: Space, offset: usize, extent: usize) -> *const T {
        match space {
            Space::Parameters => {
                within(offset, extent, self.parameters.len());
                self.parameters.as_ptr().wrapping_add(offset)
            }
            Space::Scratch | Space::Block => self.region_mut(space, offset, extent),
        }
    }

    /// A region that may be written.
    ///
    /// # Panics
    /// If it does not lie within the scratch.
    #[inline(always)]
    pub fn region_mut(&self, space: Space, offset: usize, extent: usize) -> *mut T {
        let start = match space {
            Space::Parameters => outside(),
            Space::Scratch => offset,
            Space::Block => self.block + offset * space.unit::<T, S>(),
        };
        within(start, extent, self.length);
        self.scratch.wrapping_add(start)
    }
}

#[inline(always)]
fn within(start: usize, extent: usize, length: usize) {
    if start > length || extent > length - start {
        outside();
    }
}

#[cold]
#[inline(never)]
fn outside() -> ! {
    panic!("a kernel would leave its memory")
}
