//! The memory of a call: parameters and scratch in, checked regions of them out.
//!
//! What a nest touches is a constant, and so are the sizes of the memory: that the one lies within the other is decided when the
//! nest is compiled ([`Sizes::hold`]), and the memory has its sizes from when it was made ([`Memory::new`]). The loops carry no checks.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::lanes::{Isa, Real};

use super::caches::Pending;

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
    /// The same with another beginning of a space.
    #[inline(always)]
    pub fn with(mut self, space: Space, first: *mut T) -> Self {
        self.0[space as usize] = first;
        self
    }

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
    /// Bytes of the results of the call, if they may be stored past the caches.
    pub(super) results: usize,
    /// Results that are not where they are wanted yet.
    pub(super) pending: Option<&'a Pending<T>>,
    pub(super) lifetime: PhantomData<(&'a [T], &'a mut [MaybeUninit<T>])>,
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
            results: 0,
            pending: None,
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

    /// The memory of a call whose results are so many bytes. Behind its last block it has to be made complete (`Memory::complete`).
    #[inline(always)]
    #[must_use]
    pub fn with_results(self, bytes: usize, pending: &'a Pending<T>) -> Self {
        Memory {
            results: bytes,
            pending: Some(pending),
            ..self
        }
    }
}

#[cold]
#[inline(never)]
fn too_small() -> ! {
    panic!("the memory of a call is smaller than its schedule")
}
