//! Points and results between the caller's memory and scratch: transposed for a block of points.

use nalgebra::SMatrix;

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory, Sizes, Space};

/// The most axes of a view.
const AXES: usize = 8;

/// A tensor in scratch or parameters: extents and strides of its axes, first fastest.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Where it lies.
    pub space: Space,
    /// Its first element.
    pub offset: usize,
    /// Extents of its axes.
    pub extents: &'static [usize],
    /// Elements from one entry of an axis to the next.
    pub strides: &'static [usize],
    /// Vectors of points, side by side from each element on; one where an element is a scalar.
    pub vectors: usize,
}

/// A view as a type.
pub trait Viewed {
    /// The view.
    const VIEW: View;
}

impl View {
    /// Whether it stays within the memory.
    const fn check(&self, sizes: Sizes) {
        assert!(
            self.extents.len() <= AXES && self.strides.len() == self.extents.len(),
            "a view has a stride for each of its axes, which are not too many"
        );
        let mut last = 0;
        let mut axis = 0;
        while axis < self.extents.len() {
            if self.extents[axis] == 0 {
                return;
            }
            last += (self.extents[axis] - 1) * self.strides[axis];
            axis += 1;
        }
        assert!(
            sizes.hold(self.space, self.offset, last + self.vectors),
            "a view stays within its memory"
        );
    }

    /// How many elements it has.
    #[inline(always)]
    const fn size(&self) -> usize {
        let mut size = 1;
        let mut axis = 0;
        while axis < self.extents.len() {
            size *= self.extents[axis];
            axis += 1;
        }
        size
    }
}

/// The elements of a view, first axis fastest: where each lies, counted from the first.
struct Elements {
    view: &'static View,
    place: [usize; AXES],
    element: usize,
    left: usize,
}

impl Elements {
    #[inline(always)]
    fn of(view: &'static View) -> Self {
        Elements {
            view,
            place: [0; AXES],
            element: 0,
            left: view.size(),
        }
    }

    /// The next element; none behind the last.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let View {
            extents, strides, ..
        } = self.view;
        let element = self.element;
        let mut axis = 0;
        while axis < extents.len() {
            self.place[axis] += 1;
            self.element += strides[axis];
            if self.place[axis] < extents[axis] {
                break;
            }
            self.element -= extents[axis] * strides[axis];
            self.place[axis] = 0;
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

/// Where one element of a view lies for each point of a block: the scalars from `first` on.
///
/// An element that is a scalar is the same for all points.
#[derive(Clone, Copy)]
struct Lanes<T> {
    first: *mut T,
    count: usize,
}

impl<T> Lanes<T> {
    /// # Safety
    /// `element` is one of `view`, which was checked against the memory of `bases`.
    #[inline(always)]
    unsafe fn of(bases: &Bases<T>, view: &View, unit: usize, element: usize) -> Self {
        Lanes {
            first: bases.at(view.space, (view.offset + element) * unit),
            count: view.vectors * unit,
        }
    }

    #[inline(always)]
    fn at(&self, point: usize) -> *mut T {
        let last = self.count - 1;
        self.first
            .wrapping_add(if point < last { point } else { last })
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
        let mut elements = Elements::of(self.view);
        let mut position = 0;
        while let Some(element) = elements.next() {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, element) };
            let mut lane = 0;
            while lane < lanes.count {
                let point = if lane < last { lane } else { last };
                // SAFETY: the same.
                unsafe { *lanes.at(lane) = self.points[point].entry(position) };
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
        let mut elements = Elements::of(self.view);
        let mut position = 0;
        while let Some(element) = elements.next() {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, element) };
            let mut point = 0;
            while point < self.results.len() {
                // SAFETY: the same.
                let value = unsafe { *lanes.at(point) };
                self.results[point].set_entry(position, value);
                point += 1;
            }
            position += 1;
        }
    }
}

/// Where derivatives go: a column-major matrix with a row for each entry of the function at each point and a column for each
/// parameter, or, of one point, a row.
#[derive(Debug)]
pub struct Columns<'a, T> {
    /// The matrix.
    pub matrix: &'a mut [T],
    /// Its rows.
    pub rows: usize,
    /// The row of the first point.
    pub first: usize,
    /// How many points.
    pub points: usize,
    /// Rows of a point.
    pub width: usize,
    /// The column of the first entry.
    pub column: usize,
    /// Whether entries are added to what is there.
    pub add: bool,
}

/// Takes derivatives of a block out of scratch: a view of parameters, then perhaps of the entries of the function.
///
/// # Panics
/// If they do not fit the matrix.
#[inline(always)]
pub fn unpack_columns<
    V: Viewed,
    T: Real + core::ops::AddAssign,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    columns: Columns<'_, T>,
) {
    const { V::VIEW.check(Memory::<T, S, P, H, B>::SIZES) };
    memory.simd.apart(UnpackColumns {
        bases: &memory.bases,
        view: &const { V::VIEW },
        columns,
    });
}

struct UnpackColumns<'a, T> {
    bases: &'a Bases<T>,
    view: &'static View,
    columns: Columns<'a, T>,
}

impl<T: Real + core::ops::AddAssign> OnLanes for UnpackColumns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let unit = self.view.space.unit::<T, S>();
        let Columns {
            matrix,
            rows,
            first,
            points,
            width,
            column,
            add,
        } = self.columns;
        let parameters = self.view.size() / width;
        let mut elements = Elements::of(self.view);
        let mut position = 0;
        while let Some(element) = elements.next() {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, element) };
            let entry = position / parameters;
            let start = (column + position % parameters) * rows + first + entry;
            let mut point = 0;
            if width == 1 && !add && lanes.count > 1 {
                // Full vectors of points are pieces of a column.
                let target = &mut matrix[start..start + points];
                while point + unit <= points && point + unit <= lanes.count {
                    // SAFETY: the same; both have as many numbers behind `point` as there are lanes.
                    unsafe {
                        let vector = T::load(simd, lanes.first.wrapping_add(point));
                        T::store(simd, target.as_mut_ptr().wrapping_add(point), vector);
                    }
                    point += unit;
                }
            }
            while point < points {
                // SAFETY: the same.
                let value = unsafe { *lanes.at(point) };
                let target = &mut matrix[start + point * width];
                if add {
                    *target += value;
                } else {
                    *target = value;
                }
                point += 1;
            }
            position += 1;
        }
    }
}

/// Puts the weights of a block's points into scratch: those given for the first `points`, zero for the others.
#[inline(always)]
pub fn pack_weights<V: Viewed, T: Real, S: Isa, const P: usize, const H: usize, const B: usize>(
    memory: &Memory<'_, T, S, P, H, B>,
    weights: [T; 2],
    points: usize,
) {
    const {
        V::VIEW.check(Memory::<T, S, P, H, B>::SIZES);
        assert!(
            !matches!(V::VIEW.space, Space::Parameters),
            "parameters are not written"
        );
    }
    memory.simd.apart(PackWeights {
        bases: &memory.bases,
        view: &const { V::VIEW },
        weights,
        points,
    });
}

struct PackWeights<'a, T> {
    bases: &'a Bases<T>,
    view: &'static View,
    weights: [T; 2],
    points: usize,
}

impl<T: Real> OnLanes for PackWeights<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let unit = self.view.space.unit::<T, S>();
        let mut elements = Elements::of(self.view);
        let mut position = 0;
        while let Some(element) = elements.next() {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, element) };
            let mut lane = 0;
            while lane < lanes.count {
                let weight = if lane < self.points {
                    self.weights[position]
                } else {
                    T::ZERO
                };
                // SAFETY: the same.
                unsafe { *lanes.at(lane) = weight };
                lane += 1;
            }
            position += 1;
        }
    }
}
