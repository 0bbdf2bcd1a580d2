//! Points and results as rows of numbers, transposed into and out of vectors of points.

use crate::lanes::{Isa, OnLanes, Real};

use super::caches;
use super::memory::Bases;
use super::transfer::{Elements, View};
use super::transpose::{MOST_LANES, Square, each_row, rotate, transpose};

/// The longest rows that are moved as they are: those of a vector of points fill so many vectors. Longer ones are cut into squares.
const SHORT: usize = 4;

/// Rows of `points` into the elements of a view of a block; `source` has as many numbers for each as the view has elements.
pub struct Pack<'a, T> {
    pub(super) bases: &'a Bases<T>,
    pub(super) view: &'static View,
    pub(super) source: *const T,
    pub(super) points: usize,
}

/// Elements of a view of a block into rows of `points`; `target` has as many numbers for each as the view has elements.
pub struct Unpack<'a, T> {
    pub(super) bases: &'a Bases<T>,
    pub(super) view: &'static View,
    pub(super) target: *mut T,
    pub(super) points: usize,
    /// Whether full vectors may be stored past the caches.
    pub(super) streams: bool,
}

/// Where the elements of a short row lie for the first of its points: each so many scalars behind the one before.
struct Short<T> {
    first: *mut T,
    step: usize,
}

impl<T: Real> Short<T> {
    /// None if they are not evenly apart.
    #[inline(always)]
    fn of<S: Isa>(bases: &Bases<T>, view: &'static View, vector: usize) -> Option<Self> {
        let unit = view.space.unit::<T, S>();
        let step = view.step()?;
        Some(Short {
            first: bases.at(view.space, (view.offset + vector) * unit),
            step: step * unit,
        })
    }
}

/// Where the elements of a square lie for the first of its points.
struct Column<T> {
    elements: Elements,
    first: *mut T,
    unit: usize,
    places: [*mut T; MOST_LANES],
}

impl<T: Real> Column<T> {
    /// The first `height` elements, for a vector of points.
    #[inline(always)]
    fn of<S: Isa>(bases: &Bases<T>, view: &'static View, vector: usize, height: usize) -> Self {
        let unit = view.space.unit::<T, S>();
        let first = bases.at(view.space, (view.offset + vector) * unit);
        let mut column = Column {
            elements: Elements::of(view),
            first,
            unit,
            places: [first; MOST_LANES],
        };
        column.advance(height, height);
        column
    }

    /// Moves on by `count` of `height` elements.
    #[inline(always)]
    fn advance(&mut self, count: usize, height: usize) {
        let mut i = 0;
        while i + count < height {
            self.places[i] = self.places[i + count];
            i += 1;
        }
        while i < height {
            self.places[i] = self.first.wrapping_add(self.elements.next() * self.unit);
            i += 1;
        }
    }
}

/// The smaller number.
#[inline(always)]
fn least(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

impl<T: Real> OnLanes for Unpack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let count = self.view.size();
        if count == 0 {
            return;
        }
        let mut point = 0;
        while point < self.points {
            let full = self.points - point >= lanes && count <= lanes;
            let height = least(count, lanes);
            let run = count >= lanes && self.view.is_run();
            // There are no more points than a block has; if there were, its last ones would come again.
            let vector = least(point / lanes, self.view.vectors - 1);
            let short = Short::of::<S>(self.bases, self.view, vector);
            match (count, short) {
                (1, Some(short)) if full => self.short(simd, short, point, 1),
                (2, Some(short)) if full => self.short(simd, short, point, 2),
                (SHORT, Some(short)) if full => self.short(simd, short, point, SHORT),
                _ => {
                    let column = Column::of::<S>(self.bases, self.view, vector, height);
                    if run {
                        self.squares::<S, true>(simd, column, point);
                    } else {
                        self.squares::<S, false>(simd, column, point);
                    }
                }
            }
            point += lanes;
        }
        if !self.streams {
            // What the next block writes.
            let numbers = self.points * count;
            caches::fetch(self.target.wrapping_add(numbers), numbers);
        }
    }
}

impl<T: Real> Unpack<'_, T> {
    /// A vector of points from `point` on, each a short row.
    #[inline(always)]
    fn short<S: Isa>(&self, simd: S, short: Short<T>, point: usize, count: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
        let target = self.target.wrapping_add(point * count);
        each_row!(@ i below count => {
            // SAFETY: the elements of the view lie within its space.
            rows[i] = unsafe { T::load(simd, short.first.wrapping_add(i * short.step)) };
        }; 0 1 2 3);
        rows = rotate::<T, S>(simd, rows, count, count.trailing_zeros());
        each_row!(@ i below count => {
            // SAFETY: all points of the vector have their `count` numbers.
            unsafe { T::store(simd, target.wrapping_add(i * lanes), rows[i]) };
        }; 0 1 2 3);
    }

    /// A vector of points from `point` on, or as many as there are, a square after the other. `RUN`: elements lie side by side, and
    /// there are at least as many as lanes.
    #[inline(always)]
    fn squares<S: Isa, const RUN: bool>(&self, simd: S, mut column: Column<T>, point: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let count = self.view.size();
        let height = least(count, lanes);
        let in_use = T::first_lanes(simd, height);
        let last = self.points * count;
        let mut position = 0;
        loop {
            // The same for all rows, of full vectors.
            let streams = self.streams
                && count.is_multiple_of(lanes)
                && (self.target as usize + position * size_of::<T>())
                    .is_multiple_of(size_of::<T::Vector<S>>());
            let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
            let mut i = 0;
            while i < lanes {
                let place = if RUN {
                    column.first.wrapping_add((position + i) * lanes)
                } else {
                    column.places[i]
                };
                // SAFETY: the elements of the view lie within its space; places beyond `height` are those of the first.
                rows[i] = unsafe { T::load(simd, place) };
                i += 1;
            }
            rows = transpose::<T, S>(simd, rows);
            i = 0;
            while i < lanes {
                // What is written beyond a short row is written over by the next one.
                let start = (point + i) * count + position;
                let target = self.target.wrapping_add(start);
                // SAFETY: there are `last` numbers, and a row that begins before them lies within.
                unsafe {
                    if start + lanes <= last {
                        if streams {
                            caches::store::<T, S>(simd, target, rows[i]);
                        } else {
                            T::store(simd, target, rows[i]);
                        }
                    } else if start < last {
                        T::store_partial(simd, target, rows[i], in_use);
                    }
                }
                i += 1;
            }
            let mut step = least(count - height - position, height);
            if step == 0 {
                return;
            }
            if position == 0 && step == lanes && count.is_multiple_of(lanes) {
                // The same for all rows: from the second square on, stores do not cross the lines of the cache.
                let start = self.target as usize / size_of::<T>();
                step = lanes - start % lanes;
            }
            if !RUN {
                column.advance(step, height);
            }
            position += step;
        }
    }
}

impl<T: Real> OnLanes for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let count = self.view.size();
        if count == 0 {
            return;
        }
        let mut vector = 0;
        while vector < self.view.vectors {
            let point = vector * lanes;
            let full = self.points >= point + lanes && count <= lanes;
            let height = least(count, lanes);
            let short = Short::of::<S>(self.bases, self.view, vector);
            match (count, short) {
                (1, Some(short)) if full => self.short(simd, short, point, 1),
                (2, Some(short)) if full => self.short(simd, short, point, 2),
                (SHORT, Some(short)) if full => self.short(simd, short, point, SHORT),
                _ => {
                    let column = Column::of::<S>(self.bases, self.view, vector, height);
                    self.squares(simd, column, point);
                }
            }
            vector += 1;
        }
        // What the next block reads.
        let numbers = self.points * count;
        caches::fetch(self.source.wrapping_add(numbers), numbers);
    }
}

impl<T: Real> Pack<'_, T> {
    /// A vector of points from `point` on, each a short row.
    #[inline(always)]
    fn short<S: Isa>(&self, simd: S, short: Short<T>, point: usize, count: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
        let source = self.source.wrapping_add(point * count);
        each_row!(@ i below count => {
            // SAFETY: all points of the vector have their `count` numbers.
            rows[i] = unsafe { T::load(simd, source.wrapping_add(i * lanes)) };
        }; 0 1 2 3);
        rows = rotate::<T, S>(simd, rows, count, lanes.trailing_zeros());
        each_row!(@ i below count => {
            // SAFETY: the elements of the view lie within its space.
            unsafe { T::store(simd, short.first.wrapping_add(i * short.step), rows[i]) };
        }; 0 1 2 3);
    }

    /// A vector of points from `point` on, a square after the other; where there is no more, the last point again.
    #[inline(always)]
    fn squares<S: Isa>(&self, simd: S, mut column: Column<T>, point: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let count = self.view.size();
        let height = least(count, lanes);
        let in_use = T::first_lanes(simd, height);
        let last = self.points - 1;
        let mut position = 0;
        loop {
            let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
            let mut i = 0;
            while i < lanes {
                let start = least(point + i, last) * count + position;
                // SAFETY: `height` numbers of the point follow.
                rows[i] = unsafe { T::load_partial(simd, self.source.wrapping_add(start), in_use) };
                i += 1;
            }
            rows = transpose::<T, S>(simd, rows);
            i = 0;
            while i < lanes {
                if i < height {
                    // SAFETY: the elements of the view lie within its space.
                    unsafe { T::store(simd, column.places[i], rows[i]) };
                }
                i += 1;
            }
            let step = least(count - height - position, height);
            if step == 0 {
                return;
            }
            column.advance(step, height);
            position += step;
        }
    }
}
