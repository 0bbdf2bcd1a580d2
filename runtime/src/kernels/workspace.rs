//! Scratch memory: on the heap for repeated use, or on the stack of one call. Never initialised.

use core::mem::MaybeUninit;

/// Aligned to a cache line, which is the widest vector.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    _bytes: [u8; 64],
}

/// Scratch on the heap for numbers of any type.
#[doc(hidden)]
pub struct Lines(Box<[MaybeUninit<Line>]>);

impl Lines {
    /// At least so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Lines(Box::new_uninit_slice(bytes.div_ceil(64)))
    }

    /// So many numbers.
    ///
    /// # Panics
    /// If there is less memory.
    #[inline(always)]
    pub fn numbers<T>(&mut self, count: usize) -> &mut [MaybeUninit<T>] {
        assert!(
            count * size_of::<T>() <= self.0.len() * 64 && align_of::<T>() <= 64,
            "numbers lie within the memory"
        );
        // SAFETY: the lines hold as many numbers, aligned to more than T needs; bytes that may be uninitialised are valid as
        // MaybeUninit<T>.
        unsafe { core::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), count) }
    }
}

/// Scratch for all requests of a network: `N` numbers on the heap.
///
/// Made by the network's `workspace()`; used by its methods that end in `_with`. What it holds
/// between calls means nothing.
pub struct Workspace<T, const N: usize> {
    lines: Lines,
    scalar: core::marker::PhantomData<T>,
}

impl<T, const N: usize> Workspace<T, N> {
    /// Scratch of `N` numbers.
    #[must_use]
    pub fn new() -> Self {
        Workspace {
            lines: Lines::new(N * size_of::<T>()),
            scalar: core::marker::PhantomData,
        }
    }

    /// The numbers.
    #[doc(hidden)]
    #[inline(always)]
    pub fn scratch(&mut self) -> &mut [MaybeUninit<T>] {
        self.lines.numbers(N)
    }
}

impl<T, const N: usize> Default for Workspace<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> Clone for Workspace<T, N> {
    /// A workspace of the same size: there is nothing to copy.
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T, const N: usize> core::fmt::Debug for Workspace<T, N> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "Workspace of {} bytes", N * size_of::<T>())
    }
}

/// Scratch on the stack.
#[doc(hidden)]
#[repr(align(64))]
#[derive(Debug)]
pub struct Stack<T, const N: usize>([MaybeUninit<T>; N]);

impl<T, const N: usize> Stack<T, N> {
    /// Scratch of `N` numbers.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Stack([const { MaybeUninit::uninit() }; N])
    }

    /// The numbers.
    #[inline(always)]
    pub fn scratch(&mut self) -> &mut [MaybeUninit<T>] {
        &mut self.0
    }
}

impl<T, const N: usize> Default for Stack<T, N> {
    fn default() -> Self {
        Self::new()
    }
}
