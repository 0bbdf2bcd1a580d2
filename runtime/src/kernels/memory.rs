//! The memory of a call: parameters and scratch in, checked regions of them out.
//!
//! What a nest touches is a constant, and so are the sizes of the memory: that the one lies within the other is decided when the
//! nest is compiled ([`Sizes::hold`]), and the memory has its sizes from when it was made ([`Memory::new`]). The loops carry no checks.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::lanes::{Isa, Real};

use super::caches;
use super::transfer::Entries;

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
    /// The gradient in the parameters, one scalar each: the first of the scratch, or where the caller wants it.
    Gradient,
    /// A result of one point, where the caller wants it: scalars.
    Result,
}

impl Space {
    /// Scalars in an element.
    #[inline(always)]
    pub const fn unit<T: Real, S: Isa>(self) -> usize {
        match self {
            Space::Block => size_of::<T::Vector<S>>() / size_of::<T>(),
            Space::Parameters | Space::Scratch | Space::Gradient | Space::Result => 1,
        }
    }
}

/// Elements of each space.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Parameters.
    pub parameters: usize,
    /// Scalars of scratch.
    pub scratch: usize,
    /// Vectors of scratch.
    pub block: usize,
    /// Numbers of a result.
    pub result: usize,
}

impl Sizes {
    /// Whether `extent` elements from `offset` on lie within a space.
    pub const fn hold(self, space: Space, offset: usize, extent: usize) -> bool {
        let size = match space {
            Space::Parameters => self.parameters,
            Space::Scratch => self.scratch,
            Space::Block => self.block,
            // Wherever it is.
            Space::Gradient if self.parameters < self.scratch => self.parameters,
            Space::Gradient => self.scratch,
            Space::Result => self.result,
        };
        offset <= size && extent <= size - offset
    }
}

/// Where each space begins, by its number. Parameters are not written: nests that would are refused when they are compiled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bases<T>([*mut T; 5]);

impl<T> Bases<T> {
    /// The scalar at `offset` of a space. Called in debug builds: every nest asks several times.
    #[cfg_attr(not(debug_assertions), inline(always))]
    #[cfg_attr(debug_assertions, inline(never))]
    pub fn at(&self, space: Space, offset: usize) -> *mut T {
        self.0[space as usize].wrapping_add(offset)
    }
}

/// Parameters and scratch of one call, and perhaps where its gradient is wanted: `P` parameters, `H` scalars of scratch and a block of `B` vectors;
/// perhaps with the `R` numbers of a result of one point.
///
/// Scratch is not initialised: a schedule defines every element before it reads it, which the schedule's verifier checks.
#[derive(Debug)]
pub struct Memory<'a, T, S, const P: usize, const H: usize, const B: usize, const R: usize = 0> {
    pub(super) simd: S,
    pub(super) bases: Bases<T>,
    pub(super) points: usize,
    /// Whether nothing was added to sums over points before.
    pub(super) sums_begin: bool,
    /// Whether results are to be stored past the caches.
    pub(super) streams: bool,
    /// Where the result of a point is wanted, if it is computed in scratch first; else null.
    target: *mut T,
    lifetime: PhantomData<(&'a [T], &'a mut [MaybeUninit<T>])>,
}

impl<T: Real, S: Isa, const P: usize, const H: usize, const B: usize, const R: usize>
    Memory<'_, T, S, P, H, B, R>
{
    /// What the spaces hold.
    pub const SIZES: Sizes = Sizes {
        parameters: P,
        scratch: H,
        block: B,
        result: R,
    };
}

impl<'a, T: Real, S: Isa, const P: usize, const H: usize, const B: usize>
    Memory<'a, T, S, P, H, B>
{
    /// Joins both, for the lanes of `S`. The block begins behind the scalars, on a vector of the widest instruction set.
    ///
    /// # Panics
    /// If there are fewer parameters or there is less scratch than the sizes say.
    #[inline(always)]
    pub fn new(simd: S, parameters: &'a [T], scratch: &'a mut [MaybeUninit<T>]) -> Self {
        let start = H.next_multiple_of(T::MAX_LANES);
        if parameters.len() < P || scratch.len() < start + B * Space::Block.unit::<T, S>() {
            too_small();
        }
        let scratch: *mut T = scratch.as_mut_ptr().cast();
        Memory {
            simd,
            bases: Bases([
                parameters.as_ptr().cast_mut(),
                scratch,
                scratch.wrapping_add(start),
                scratch,
                // There is none.
                scratch,
            ]),
            points: 0,
            sums_begin: false,
            streams: false,
            target: core::ptr::null_mut(),
            lifetime: PhantomData,
        }
    }

    /// The same memory with so many points in its block, for sums over points, which begin with these or not.
    #[inline(always)]
    #[must_use]
    pub fn with_points(&self, points: usize, sums_begin: bool) -> Self {
        Memory {
            points,
            sums_begin,
            ..*self
        }
    }

    /// The memory of a call whose gradient is summed where it is wanted, unless it `adds` to what is there: then as part of the scratch.
    ///
    /// # Panics
    /// If there are fewer numbers than parameters.
    #[inline(always)]
    #[must_use]
    pub fn with_gradient(mut self, gradient: &'a mut [T], adds: bool) -> Self {
        if gradient.len() < P {
            too_small();
        }
        if !adds {
            self.bases.0[Space::Gradient as usize] = gradient.as_mut_ptr();
        }
        self
    }

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
        let mut bases = self.bases;
        bases.0[Space::Result as usize] = core::ptr::from_mut(result).cast();
        Memory {
            simd: self.simd,
            bases,
            points: self.points,
            sums_begin: self.sums_begin,
            streams: self.streams,
            target: core::ptr::null_mut(),
            lifetime: PhantomData,
        }
    }

    /// The memory of one point of the block, with its result: its scratch is the point's part of the copies that begin at element `COPIES` of the
    /// block, of `C` numbers each. Beyond the last point of a vector it comes again.
    ///
    /// A result that is to be stored past the caches is computed in the last elements of the block, from `STAGE` on, if these hold it. A store past
    /// them is of a whole line, and results rarely begin with one. [`Memory::end_point`] then writes it.
    #[inline(always)]
    #[must_use]
    pub fn of_point<
        'r,
        E: Entries<T>,
        const COPIES: usize,
        const C: usize,
        const STAGE: usize,
        const R: usize,
    >(
        &'r self,
        point: usize,
        result: &'r mut E,
    ) -> Memory<'r, T, S, P, C, 0, R> {
        const {
            assert!(
                COPIES + C <= STAGE && STAGE <= B,
                "copies of a vector of points lie within the block"
            );
        }
        let lanes = Space::Block.unit::<T, S>();
        let point = if point < lanes { point } else { lanes - 1 };
        let with_result = self.with_result::<E, R>(result);
        let mut bases = with_result.bases;
        let mut target = core::ptr::null_mut();
        if self.streams && (B - STAGE) * lanes >= R {
            target = bases.at(Space::Result, 0);
            bases.0[Space::Result as usize] = self.bases.at(Space::Block, STAGE * lanes);
        }
        let copy = self.bases.at(Space::Block, COPIES * lanes + point * C);
        bases.0[Space::Scratch as usize] = copy;
        // Neither is there.
        bases.0[Space::Block as usize] = copy;
        bases.0[Space::Gradient as usize] = copy;
        Memory {
            simd: self.simd,
            bases,
            points: 1,
            sums_begin: false,
            streams: self.streams,
            target,
            lifetime: PhantomData,
        }
    }

    /// The memory of a call whose results are so many bytes.
    #[inline(always)]
    #[must_use]
    pub fn with_results(self, bytes: usize) -> Self {
        Memory {
            streams: bytes >= caches::STREAMED_BYTES,
            ..self
        }
    }
}

impl<T: Real, S: Isa, const P: usize, const H: usize, const B: usize> Memory<'_, T, S, P, H, B> {
    /// Behind the last point of a block: no store past the caches is on its way when others may read the results.
    #[inline(always)]
    pub fn end_points(&self) {
        if self.streams {
            caches::complete();
        }
    }
}

impl<T: Real, S: Isa, const P: usize, const H: usize, const R: usize> Memory<'_, T, S, P, H, 0, R> {
    /// Writes the result of a point to where it is wanted, if it is not there.
    #[inline(always)]
    pub fn end_point(&self) {
        if !self.target.is_null() {
            self.simd.apart(caches::Stream {
                source: self.bases.at(Space::Result, 0).cast_const(),
                target: self.target,
                count: R,
            });
        }
    }
}

#[cold]
#[inline(never)]
fn too_small() -> ! {
    panic!("the memory of a call is smaller than its schedule")
}
