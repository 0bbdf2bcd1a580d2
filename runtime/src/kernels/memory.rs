//! The memory of a call: parameters and scratch in, checked regions of them out.
//!
//! All raw access of the crate's kernels goes through [`Region`]. A region is made from a slice and
//! the greatest address that a kernel will touch, and making it fails if that lies past the end;
//! so the loops themselves carry no checks.

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

    /// The region that begins at element `offset` of a space and reaches `extent` scalars.
    ///
    /// # Panics
    /// If it does not lie within the parameters or the scratch.
    #[inline(always)]
    pub fn region(&self, space: Space, offset: usize, extent: usize) -> Region<'_, T> {
        let (base, start, length) = match space {
            Space::Parameters => (
                self.parameters.as_ptr().cast_mut(),
                offset,
                self.parameters.len(),
            ),
            Space::Scratch => (self.scratch, offset, self.length),
            Space::Block => (
                self.scratch,
                self.block + offset * space.unit::<T, S>(),
                self.length,
            ),
        };
        if start > length || extent > length - start {
            outside();
        }
        Region {
            // SAFETY: start <= length of the allocation that base points to.
            base: unsafe { base.add(start) },
            writable: !matches!(space, Space::Parameters),
            length: extent,
            lifetime: PhantomData,
        }
    }
}

#[cold]
#[inline(never)]
fn outside() -> ! {
    panic!("a kernel would leave its memory")
}

/// A part of memory whose bounds were checked when it was made.
#[derive(Clone, Copy, Debug)]
pub struct Region<'a, T> {
    base: *mut T,
    length: usize,
    writable: bool,
    lifetime: PhantomData<&'a T>,
}

impl<T: Real> Region<'_, T> {
    /// A full vector at `address`.
    ///
    /// # Safety
    /// `address + lanes` is at most the region's extent, and the elements were written.
    #[inline(always)]
    pub unsafe fn load<S: Simd>(self, simd: S, address: usize) -> T::Vector<S> {
        debug_assert!(address + T::lanes::<S>() <= self.length);
        // SAFETY: in bounds by the contract.
        unsafe { T::load(simd, self.base.add(address)) }
    }

    /// The first `count` lanes from `address`, zeros behind.
    ///
    /// # Safety
    /// `address + count` is at most the region's extent, and the elements were written.
    #[inline(always)]
    pub unsafe fn load_partial<S: Simd>(
        self,
        simd: S,
        address: usize,
        count: usize,
    ) -> T::Vector<S> {
        debug_assert!(address + count <= self.length);
        // SAFETY: in bounds by the contract.
        unsafe { T::load_partial(simd, self.base.add(address), count) }
    }

    /// One scalar in all lanes.
    ///
    /// # Safety
    /// `address` is below the region's extent, and the element was written.
    #[inline(always)]
    pub unsafe fn splat<S: Simd>(self, simd: S, address: usize) -> T::Vector<S> {
        debug_assert!(address < self.length);
        // SAFETY: in bounds by the contract.
        T::splat(simd, unsafe { *self.base.add(address) })
    }

    /// One scalar.
    ///
    /// # Safety
    /// `address` is below the region's extent, and the element was written.
    #[inline(always)]
    pub unsafe fn get(self, address: usize) -> T {
        debug_assert!(address < self.length);
        // SAFETY: in bounds by the contract.
        unsafe { *self.base.add(address) }
    }

    /// Writes a full vector.
    ///
    /// # Safety
    /// `address + lanes` is at most the extent of a region of scratch.
    #[inline(always)]
    pub unsafe fn store<S: Simd>(self, simd: S, address: usize, value: T::Vector<S>) {
        debug_assert!(self.writable && address + T::lanes::<S>() <= self.length);
        // SAFETY: in bounds and writable by the contract.
        unsafe { T::store(simd, self.base.add(address), value) }
    }

    /// Writes the first `count` lanes.
    ///
    /// # Safety
    /// `address + count` is at most the extent of a region of scratch.
    #[inline(always)]
    pub unsafe fn store_partial<S: Simd>(
        self,
        simd: S,
        address: usize,
        value: T::Vector<S>,
        count: usize,
    ) {
        debug_assert!(self.writable && address + count <= self.length);
        // SAFETY: in bounds and writable by the contract.
        unsafe { T::store_partial(simd, self.base.add(address), value, count) }
    }

    /// Writes one scalar.
    ///
    /// # Safety
    /// `address` is below the extent of a region of scratch.
    #[inline(always)]
    pub unsafe fn set(self, address: usize, value: T) {
        debug_assert!(self.writable && address < self.length);
        // SAFETY: in bounds and writable by the contract.
        unsafe { *self.base.add(address) = value }
    }
}
