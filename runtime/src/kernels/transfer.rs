//! Points and results between the caller's memory and scratch: transposed for a block of points.

use nalgebra::SMatrix;

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory, Sizes, Space};

/// A tensor in scratch or parameters: extents and strides of up to four axes, first fastest.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Where it lies.
    pub space: Space,
    /// Its first element.
    pub offset: usize,
    /// Extents; axes beyond its own are one.
    pub extents: [usize; 4],
    /// Elements from one entry of an axis to the next.
    pub strides: [usize; 4],
}

/// A view as a type.
pub trait Viewed {
    /// The view.
    const VIEW: View;
}

impl View {
    /// Whether it stays within the memory.
    const fn check(&self, sizes: Sizes) {
        let mut last = 0;
        let mut axis = 0;
        while axis < 4 {
            if self.extents[axis] == 0 {
                return;
            }
            last += (self.extents[axis] - 1) * self.strides[axis];
            axis += 1;
        }
        assert!(
            sizes.hold(self.space, self.offset, last + 1),
            "a view stays within its memory"
        );
    }
}

/// The elements of a view, first axis fastest: where each lies, counted from the first.
struct Elements {
    view: &'static View,
    next: [usize; 4],
}

impl Elements {
    #[inline(always)]
    fn of(view: &'static View) -> Self {
        Elements { view, next: [0; 4] }
    }

    /// The next element; none behind the last.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let View {
            extents, strides, ..
        } = self.view;
        if self.next[3] >= extents[3] || extents[0] * extents[1] * extents[2] == 0 {
            return None;
        }
        let mut element = 0;
        let mut axis = 0;
        while axis < 4 {
            element += self.next[axis] * strides[axis];
            axis += 1;
        }
        axis = 0;
        while axis < 4 {
            self.next[axis] += 1;
            if self.next[axis] < extents[axis] || axis == 3 {
                break;
            }
            self.next[axis] = 0;
            axis += 1;
        }
        Some(element)
    }
}

/// What a caller gives or gets for one point: numbers in a fixed order, first axis fastest.
pub trait Entries<T> {
    /// The number at a position.
    fn entry(&self, position: usize) -> T;
    /// Writes the number at a position.
    fn set_entry(&mut self, position: usize, value: T);
}

macro_rules! scalar_entries {
    ($($scalar:ident)*) => {$(
        impl Entries<$scalar> for $scalar {
            #[inline(always)]
            fn entry(&self, _: usize) -> $scalar {
                *self
            }

            #[inline(always)]
            fn set_entry(&mut self, _: usize, value: $scalar) {
                *self = value;
            }
        }
    )*};
}

scalar_entries!(f32 f64);

impl<T: Real + nalgebra::Scalar, const R: usize, const C: usize> Entries<T> for SMatrix<T, R, C> {
    #[inline(always)]
    fn entry(&self, position: usize) -> T {
        self.as_slice()[position]
    }

    #[inline(always)]
    fn set_entry(&mut self, position: usize, value: T) {
        self.as_mut_slice()[position] = value;
    }
}

impl<T: Real + nalgebra::Scalar, const R: usize, const C: usize, const N: usize> Entries<T>
    for [SMatrix<T, R, C>; N]
{
    #[inline(always)]
    fn entry(&self, position: usize) -> T {
        self[position / (R * C)].entry(position % (R * C))
    }

    #[inline(always)]
    fn set_entry(&mut self, position: usize, value: T) {
        self[position / (R * C)].set_entry(position % (R * C), value);
    }
}

/// A result before it is written.
pub trait Zeroed {
    /// All zero.
    fn zeroed() -> Self;
}

macro_rules! scalar_zeroed {
    ($($scalar:ident)*) => {$(
        impl Zeroed for $scalar {
            #[inline(always)]
            fn zeroed() -> Self {
                0.0
            }
        }
    )*};
}

scalar_zeroed!(f32 f64);

impl<T: Real + nalgebra::Scalar + Zeroed, const R: usize, const C: usize> Zeroed
    for SMatrix<T, R, C>
{
    #[inline(always)]
    fn zeroed() -> Self {
        SMatrix::from_array_storage(nalgebra::ArrayStorage([[T::ZERO; R]; C]))
    }
}

impl<E: Zeroed, const N: usize> Zeroed for [E; N] {
    #[inline(always)]
    fn zeroed() -> Self {
        core::array::from_fn(|_| E::zeroed())
    }
}

/// Puts the points of a block into scratch. Lanes beyond the last point repeat it.
#[inline(always)]
pub fn pack<
    V: Viewed,
    T: Real,
    S: Isa,
    E: Entries<T>,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    points: &[E],
) {
    const {
        V::VIEW.check(Memory::<T, S, P, H, B>::SIZES);
        assert!(
            !matches!(V::VIEW.space, Space::Parameters),
            "parameters are not written"
        );
    }
    memory.simd.apart(Pack {
        bases: &memory.bases,
        view: &const { V::VIEW },
        points,
    });
}

struct Pack<'a, T, E> {
    bases: &'a Bases<T>,
    view: &'static View,
    points: &'a [E],
}

impl<T: Real, E: Entries<T>> OnLanes for Pack<'_, T, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let Some(last) = self.points.len().checked_sub(1) else {
            return;
        };
        let unit = self.view.space.unit::<T, S>();
        let region = self.bases.at(self.view.space, self.view.offset * unit);
        let mut elements = Elements::of(self.view);
        let mut position = 0;
        while let Some(element) = elements.next() {
            let mut lane = 0;
            while lane < unit {
                let point = if lane < last { lane } else { last };
                // SAFETY: `check` has shown that the element lies within its space; the lane is within the unit.
                unsafe {
                    *region.wrapping_add(element * unit + lane) =
                        self.points[point].entry(position);
                }
                lane += 1;
            }
            position += 1;
        }
    }
}

/// Takes the results of a block out of scratch: one for each of `results`, at most a block.
#[inline(always)]
pub fn unpack<
    V: Viewed,
    T: Real,
    S: Isa,
    E: Entries<T>,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    results: &mut [E],
) {
    const { V::VIEW.check(Memory::<T, S, P, H, B>::SIZES) };
    memory.simd.apart(Unpack {
        bases: &memory.bases,
        view: &const { V::VIEW },
        results,
    });
}

struct Unpack<'a, T, E> {
    bases: &'a Bases<T>,
    view: &'static View,
    results: &'a mut [E],
}

impl<T: Real, E: Entries<T>> OnLanes for Unpack<'_, T, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let unit = self.view.space.unit::<T, S>();
        let region = self.bases.at(self.view.space, self.view.offset * unit);
        let mut elements = Elements::of(self.view);
        let mut position = 0;
        while let Some(element) = elements.next() {
            let mut lane = 0;
            while lane < self.results.len() {
                // What depends on parameters only is one number for all points.
                let within = if lane < unit { lane } else { unit - 1 };
                // SAFETY: `check` has shown that the element lies within its space; the lane is within the unit.
                let value = unsafe { *region.wrapping_add(element * unit + within) };
                self.results[lane].set_entry(position, value);
                lane += 1;
            }
            position += 1;
        }
    }
}
