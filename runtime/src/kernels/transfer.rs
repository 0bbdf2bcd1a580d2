//! Points and results between the caller's memory and scratch: transposed for a block of points.

use nalgebra::SMatrix;
use pulp::{Simd, WithSimd};

use crate::lanes::Real;

use super::memory::{Memory, Space};

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

impl View {
    /// Scalars from one element to the next unit of stride, and up to the last one.
    #[inline(always)]
    fn unit<T: Real, S: Simd>(&self) -> (usize, usize) {
        let unit = self.space.unit::<T, S>();
        let mut reach = unit;
        for axis in 0..4 {
            reach += (self.extents[axis].max(1) - 1) * self.strides[axis] * unit;
        }
        (unit, reach)
    }

    #[inline(always)]
    fn is_empty(&self) -> bool {
        self.extents.contains(&0)
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
#[inline(never)]
pub fn pack<T: Real, S: Simd, E: Entries<T>, const P: usize, const H: usize, const B: usize>(
    memory: &Memory<'_, T, S, P, H, B>,
    view: &View,
    points: &[E],
) {
    memory.simd().vectorize(Pack {
        memory,
        view,
        points,
    });
}

struct Pack<'a, T, S, E, const P: usize, const H: usize, const B: usize> {
    memory: &'a Memory<'a, T, S, P, H, B>,
    view: &'a View,
    points: &'a [E],
}

impl<T: Real, S: Simd, E: Entries<T>, const P: usize, const H: usize, const B: usize> WithSimd
    for Pack<'_, T, S, E, P, H, B>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        if self.view.is_empty() || self.points.is_empty() {
            return;
        }
        let (unit, reach) = self.view.unit::<T, S>();
        let region = self
            .memory
            .region_mut(self.view.space, self.view.offset, reach);
        let mut position = 0;
        let View {
            extents, strides, ..
        } = *self.view;
        for l in 0..extents[3] {
            for k in 0..extents[2] {
                for j in 0..extents[1] {
                    for i in 0..extents[0] {
                        let element =
                            i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3];
                        for lane in 0..unit {
                            let point = lane.min(self.points.len() - 1);
                            // SAFETY: the element is within the reach of the view, the lane within
                            // the unit.
                            unsafe {
                                *region.add(element * unit + lane) =
                                    self.points[point].entry(position);
                            }
                        }
                        position += 1;
                    }
                }
            }
        }
    }
}

/// Takes the results of a block out of scratch: one for each of `results`, at most a block.
#[inline(never)]
pub fn unpack<T: Real, S: Simd, E: Entries<T>, const P: usize, const H: usize, const B: usize>(
    memory: &Memory<'_, T, S, P, H, B>,
    view: &View,
    results: &mut [E],
) {
    memory.simd().vectorize(Unpack {
        memory,
        view,
        results,
    });
}

struct Unpack<'a, T, S, E, const P: usize, const H: usize, const B: usize> {
    memory: &'a Memory<'a, T, S, P, H, B>,
    view: &'a View,
    results: &'a mut [E],
}

impl<T: Real, S: Simd, E: Entries<T>, const P: usize, const H: usize, const B: usize> WithSimd
    for Unpack<'_, T, S, E, P, H, B>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        let (unit, reach) = self.view.unit::<T, S>();
        let region = self.memory.region(self.view.space, self.view.offset, reach);
        let View {
            extents, strides, ..
        } = *self.view;
        for (lane, result) in self.results.iter_mut().enumerate() {
            // What depends on parameters only is one number for all points.
            let lane = if unit == 1 { 0 } else { lane.min(unit - 1) };
            let mut position = 0;
            for l in 0..extents[3] {
                for k in 0..extents[2] {
                    for j in 0..extents[1] {
                        for i in 0..extents[0] {
                            let element =
                                i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3];
                            // SAFETY: the element is within the reach of the view, the lane within
                            // the unit.
                            let value = unsafe { *region.add(element * unit + lane) };
                            result.set_entry(position, value);
                            position += 1;
                        }
                    }
                }
            }
        }
    }
}
