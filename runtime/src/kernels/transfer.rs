//! Points and results between the caller's memory and scratch: transposed for a block of points.

use nalgebra::SMatrix;

use crate::lanes::{Isa, OnLanes, Real};

use super::caches;
use super::memory::{Bases, Memory, Sizes, Space};
use super::rows::{Pack, Unpack};
use super::shared::Shared;

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
    pub(super) const fn check(&self, sizes: Sizes) {
        assert!(
            self.extents.len() <= AXES && self.strides.len() == self.extents.len(),
            "a view has a stride for each of its axes, which are not too many"
        );
        assert!(self.vectors > 0, "a block has points");
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

    /// Whether what a caller gives or gets for a point is as many numbers. An input that nothing reads has a view of none.
    const fn check_entries<T, E>(&self) {
        assert!(
            self.size() == 0 || size_of::<E>() == self.size() * size_of::<T>(),
            "a point has a number for each element of the view"
        );
    }

    /// Whether it is scalars side by side, first axis fastest.
    pub(super) const fn is_run(&self) -> bool {
        matches!(self.step(), Some(step) if step == 1 || self.size() == 1)
    }

    /// From each element to the next, first axis fastest, if that is the same between all of them.
    pub(super) const fn step(&self) -> Option<usize> {
        let (mut size, mut step) = (1, 0);
        let mut axis = 0;
        while axis < self.extents.len() {
            if self.extents[axis] > 1 {
                if size == 1 {
                    step = self.strides[axis];
                } else if self.strides[axis] != size * step {
                    return None;
                }
            }
            size *= self.extents[axis];
            axis += 1;
        }
        Some(step)
    }

    /// Whether its elements are vectors of points.
    const fn is_block(&self) -> bool {
        matches!(self.space, Space::Block)
    }

    /// How many elements it has.
    #[inline(always)]
    pub(super) const fn size(&self) -> usize {
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
pub(super) struct Elements {
    view: &'static View,
    place: [usize; AXES],
    element: usize,
    /// Extent and stride of the first axis.
    run: usize,
    stride: usize,
}

impl Elements {
    #[inline(always)]
    pub fn of(view: &'static View) -> Self {
        let is_scalar = view.extents.is_empty();
        Elements {
            view,
            place: [0; AXES],
            element: 0,
            run: if is_scalar { 1 } else { view.extents[0] },
            stride: if is_scalar { 0 } else { view.strides[0] },
        }
    }

    /// The next element. Behind the last, the first comes again.
    #[inline(always)]
    pub fn next(&mut self) -> usize {
        let element = self.element;
        self.place[0] += 1;
        self.element += self.stride;
        if self.place[0] >= self.run {
            self.carry();
        }
        element
    }

    /// Steps along the other axes at the end of the first.
    #[inline(never)]
    fn carry(&mut self) {
        let View {
            extents, strides, ..
        } = self.view;
        self.place[0] = 0;
        self.element -= self.run * self.stride;
        let mut axis = 1;
        while axis < extents.len() {
            self.place[axis] += 1;
            self.element += strides[axis];
            if self.place[axis] < extents[axis] {
                return;
            }
            self.element -= extents[axis] * strides[axis];
            self.place[axis] = 0;
            axis += 1;
        }
    }
}

/// What a caller gives or gets for one point.
///
/// # Safety
/// It is scalars side by side, in a fixed order, first axis fastest, and nothing else.
pub unsafe trait Entries<T> {}

macro_rules! scalar_entries {
    ($($scalar:ident)*) => {$(
        // SAFETY: it is a scalar.
        unsafe impl Entries<$scalar> for $scalar {}
    )*};
}

scalar_entries!(f32 f64);

// SAFETY: the elements of an array are side by side.
unsafe impl<T: Real, const N: usize> Entries<T> for [T; N] {}

// SAFETY: a static matrix is an array of columns, which are arrays of scalars.
unsafe impl<T: Real, const R: usize, const C: usize> Entries<T> for SMatrix<T, R, C> {}

// SAFETY: the elements of an array are side by side.
unsafe impl<T: Real, const R: usize, const C: usize, const N: usize> Entries<T>
    for [SMatrix<T, R, C>; N]
{
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
pub(super) struct Lanes<T> {
    pub first: *mut T,
    pub count: usize,
}

impl<T> Lanes<T> {
    /// # Safety
    /// `element` is one of `view`, which was checked against the memory of `bases`.
    #[inline(always)]
    pub unsafe fn of(bases: &Bases<T>, view: &View, unit: usize, element: usize) -> Self {
        Lanes {
            first: bases.at(view.space, (view.offset + element) * unit),
            count: view.vectors * unit,
        }
    }

    #[inline(always)]
    pub fn at(&self, point: usize) -> *mut T {
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
        V::VIEW.check_entries::<T, E>();
        assert!(
            !matches!(V::VIEW.space, Space::Parameters),
            "parameters are not written"
        );
    }
    if points.is_empty() {
        return;
    }
    let source: *const T = points.as_ptr().cast();
    if const { V::VIEW.is_block() } {
        T::shared(memory.simd).pack(Pack {
            bases: &memory.bases,
            view: &const { V::VIEW },
            source,
            points: points.len(),
        });
        return;
    }
    let target = memory.bases.at(V::VIEW.space, V::VIEW.offset);
    // SAFETY: `check` has shown that the elements of the view lie within its space, and a point is as many numbers.
    unsafe {
        if const { V::VIEW.is_run() } {
            core::ptr::copy_nonoverlapping(source, target, const { V::VIEW.size() });
        } else {
            write_scalars(&const { V::VIEW }, source, target);
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
    const {
        V::VIEW.check(Memory::<T, S, P, H, B>::SIZES);
        V::VIEW.check_entries::<T, E>();
    }
    let target: *mut T = results.as_mut_ptr().cast();
    let points = results.len();
    if const { V::VIEW.is_block() } {
        T::shared(memory.simd).unpack(Unpack {
            bases: &memory.bases,
            view: &const { V::VIEW },
            target,
            points,
            streams: memory.results >= caches::STREAMED_BYTES && caches::is_line::<T, S>(),
        });
        return;
    }
    let source = memory.bases.at(V::VIEW.space, V::VIEW.offset);
    // SAFETY: as in `pack`.
    unsafe {
        if const { V::VIEW.is_run() } && points == 1 {
            core::ptr::copy_nonoverlapping(source, target, const { V::VIEW.size() });
        } else {
            read_scalars(&const { V::VIEW }, source, target, points);
        }
    }
}

/// Numbers side by side into the elements of a view of scalars.
///
/// # Safety
/// The view's elements, counted from `target`, must be writable, and as many numbers readable.
#[inline(never)]
unsafe fn write_scalars<T: Copy>(view: &'static View, source: *const T, target: *mut T) {
    let mut elements = Elements::of(view);
    for number in 0..view.size() {
        // SAFETY: the caller's promise.
        unsafe { *target.wrapping_add(elements.next()) = *source.wrapping_add(number) };
    }
}

/// The elements of a view of scalars side by side, for each of so many points: they are the same.
///
/// # Safety
/// The view's elements, counted from `source`, must be readable, and as many numbers for each point writable.
#[inline(never)]
unsafe fn read_scalars<T: Copy>(
    view: &'static View,
    source: *const T,
    target: *mut T,
    points: usize,
) {
    let mut elements = Elements::of(view);
    for number in 0..view.size() * points {
        // SAFETY: the caller's promise; behind the last element the first comes again.
        unsafe { *target.wrapping_add(number) = *source.wrapping_add(elements.next()) };
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
    T::shared(memory.simd).pack_weights(PackWeights {
        bases: &memory.bases,
        view: &const { V::VIEW },
        weights,
        points,
    });
}

/// Weights of points into the elements of a view of a block.
pub struct PackWeights<'a, T> {
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
        while position < self.view.size() {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, elements.next()) };
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

#[cfg(test)]
mod tests {
    use core::marker::PhantomData;
    use core::mem::MaybeUninit;

    use super::super::caches::Pending;
    use super::*;
    use crate::lanes::{Lanes as Set, dispatch, with_lanes};

    /// Two vectors of points in a block.
    const VECTORS: usize = 2;
    const BLOCK: usize = 256;

    /// An `R x C` tensor in a block, with gaps.
    struct Gaps<const R: usize, const C: usize>;

    impl<const R: usize, const C: usize> Viewed for Gaps<R, C> {
        const VIEW: View = View {
            space: Space::Block,
            offset: 3,
            extents: &[R, C],
            strides: &[VECTORS, VECTORS * (R + 1)],
            vectors: VECTORS,
        };
    }

    struct RoundTrip<T, const R: usize, const C: usize> {
        results: usize,
        scalar: PhantomData<T>,
    }

    impl<T: Real, const R: usize, const C: usize> OnLanes for RoundTrip<T, R, C> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, simd: S) {
            let most = VECTORS * T::lanes::<S>();
            let number = |point: usize, i: usize, j: usize| {
                T::from_f64((point * R * C + j * R + i + 1) as f64)
            };
            let given: Vec<SMatrix<T, R, C>> = (0..most)
                .map(|point| SMatrix::from_fn(|i, j| number(point, i, j)))
                .collect();
            let untouched = SMatrix::from_element(T::from_f64(-1.0));
            for points in 1..=most {
                let mut scratch = vec![MaybeUninit::uninit(); (BLOCK + 1) * T::MAX_LANES];
                let memory = Memory::<T, S, 0, 0, BLOCK>::new(simd, &[], &mut scratch);
                let pending = Pending::new();
                let memory = memory.with_results(self.results, &pending);
                pack::<Gaps<R, C>, T, S, _, 0, 0, BLOCK>(&memory, &given[..points]);
                for taken in [points, most] {
                    let mut found = vec![untouched; most + 1];
                    unpack::<Gaps<R, C>, T, S, _, 0, 0, BLOCK>(&memory, &mut found[..taken]);
                    for (point, found) in found.iter().enumerate() {
                        // Lanes beyond the last point repeat it.
                        let wanted = if point < taken {
                            given[point.min(points - 1)]
                        } else {
                            untouched
                        };
                        assert_eq!(*found, wanted, "point {point} of {points}, {taken} taken");
                    }
                }
            }
        }
    }

    fn check<const R: usize, const C: usize>() {
        for set in Set::available() {
            // Few results, and so many that they are stored past the caches.
            for results in [0, usize::MAX] {
                with_lanes(set, || {
                    let scalar = PhantomData::<f64>;
                    dispatch(RoundTrip::<f64, R, C> { results, scalar });
                    let scalar = PhantomData::<f32>;
                    dispatch(RoundTrip::<f32, R, C> { results, scalar });
                });
            }
        }
    }

    #[test]
    fn points_come_back_from_a_block_and_nothing_beside_them_is_written() {
        check::<1, 1>();
        check::<2, 1>();
        check::<3, 1>();
        check::<2, 2>();
        check::<5, 1>();
        check::<4, 2>();
        check::<3, 3>();
        check::<4, 4>();
        check::<19, 1>();
        check::<8, 4>();
        check::<7, 9>();
        check::<8, 8>();
    }
}
