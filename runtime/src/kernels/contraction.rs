//! The contraction nest: `out[.., m, n] = init + scale * sum over k of a[.., m, k] b[.., n, k]`.
//!
//! One kernel for every product of two tensors. Registers hold a tile of `m` by `n` results; the innermost loop is over the
//! summed index, so each operand that is loaded serves a row or a column of the tile. What runs along the lanes is the points,
//! the index `m`, or the summed index.
//!
//! The tile, how operands are read ([`kind`]) and their steps within a tile are constants of the code; extents, other strides and
//! offsets are constants in memory ([`Panel`]). So a nest costs a network a call and some numbers, and the code is shared by all nests, layers and networks that
//! have the same tile.

use core::marker::PhantomData;

use crate::lanes::{Isa, OnLanes, Real};

use super::elementwise::gather;
use super::memory::{Bases, Memory, Space};
use super::nest::{ContractionNest, LaneAxis, Loop, has, kind};

/// A nest as a type.
pub trait Contraction {
    /// The nest.
    const NEST: ContractionNest;

    /// The [`tiles`] that cover all rows and columns, for 32 vector registers of 512 bits.
    fn wide<T: Real, S: Isa, const P: usize, const H: usize, const B: usize>(
        memory: &Memory<'_, T, S, P, H, B>,
    );

    /// The same for 16 registers of 256 bits.
    fn narrow<T: Real, S: Isa, const P: usize, const H: usize, const B: usize>(
        memory: &Memory<'_, T, S, P, H, B>,
    );

    /// The same for any number of lanes.
    fn plain<T: Real, S: Isa, const P: usize, const H: usize, const B: usize>(
        memory: &Memory<'_, T, S, P, H, B>,
    );
}

/// Runs a contraction nest, in tiles that fit the registers.
#[inline(always)]
pub fn contraction<
    C: Contraction,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    // Through the instruction set, not by a condition, of which both sides would be compiled.
    S::contraction::<C, T, P, H, B>(memory);
}

/// A column of tiles of a nest for one instruction set: strides and offsets in scalars.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    outer: &'static [Loop],
    /// Rows, in vectors where they run along the lanes.
    m: Loop,
    n: Loop,
    sums: &'static [Loop],
    k: Loop,
    places: [(Space, usize); 4],
    /// Scalars in an element of each operand, for the loops that are slices.
    units: [usize; 4],
    /// Tiles one below the other.
    tiles: usize,
    /// Rows, or vectors of them, below the tiles.
    rest: usize,
    /// Lanes in use of the last row, where rows run along them.
    last: usize,
    /// The first row less the first column.
    diagonal: usize,
    /// From the first result to the mirror image of it.
    mirror: usize,
    initial_columns: usize,
    scale: f64,
}

/// The panel of `count` tiles of `R` rows by `W` columns from `ROW` and `COLUMN` on.
struct Part<
    C,
    T,
    S,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
    const ROW: usize,
    const COUNT: usize,
    const COLUMN: usize,
>(PhantomData<(C, T, S)>);

impl<
    C: Contraction,
    T: Real,
    S: Isa,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
    const ROW: usize,
    const COUNT: usize,
    const COLUMN: usize,
> Part<C, T, S, KIND, R, W, ROW_STEP, COLUMN_STEP, ROW, COUNT, COLUMN>
{
    const PANEL: Panel = {
        let nest = C::NEST;
        let lanes = Space::Block.unit::<T, S>();
        let row_lanes = matches!(nest.lane, LaneAxis::Row);
        assert!(R > 0 && W > 0, "a tile has results");
        assert!(
            ROW_STEP == nest.m.a && COLUMN_STEP == if nest.paired { nest.m.b } else { nest.n.b },
            "the steps of the code are those of the nest"
        );
        assert!(COLUMN + W <= nest.n.extent, "tiles lie within the columns");
        // Rows, or vectors of them.
        let height = if row_lanes {
            nest.m.extent.div_ceil(lanes)
        } else {
            nest.m.extent
        };
        assert!(ROW <= height, "tiles lie within the rows");
        let (tiles, rest) = if has(KIND, kind::REST) {
            ((height - ROW) / R, (height - ROW) % R)
        } else {
            (COUNT, 0)
        };
        let end = ROW + tiles * R + rest;
        assert!(end <= height, "tiles lie within the rows");
        let last = if row_lanes && end * lanes > nest.m.extent {
            nest.m.extent - (end - 1) * lanes
        } else {
            lanes
        };
        assert!(
            !nest.symmetric || ROW >= COLUMN,
            "tiles beyond the diagonal are not computed"
        );
        let mut units = [1; 4];
        let mut places = nest.places;
        let (m, n) = (nest.m, nest.n);
        let first = if row_lanes { ROW * lanes } else { ROW };
        let begins = [
            first * m.out + COLUMN * n.out,
            first * m.a,
            first * m.b + COLUMN * n.b,
            first * m.init + COLUMN * n.init,
        ];
        let mut operand = 0;
        while operand < 4 {
            units[operand] = places[operand].0.unit::<T, S>();
            places[operand].1 = (places[operand].1 + begins[operand]) * units[operand];
            operand += 1;
        }
        let rows = if row_lanes {
            Loop {
                extent: 0,
                out: lanes,
                a: lanes,
                b: m.b * lanes,
                init: m.init * lanes,
            }
        } else {
            scaled(m, units)
        };
        let initial_columns = if nest.initial_columns <= COLUMN {
            0
        } else if nest.initial_columns - COLUMN > W {
            W
        } else {
            nest.initial_columns - COLUMN
        };
        Panel {
            outer: nest.outer,
            m: rows,
            n: scaled(n, units),
            sums: nest.sums,
            k: scaled(nest.k, units),
            places,
            units,
            tiles,
            rest,
            last,
            diagonal: ROW.saturating_sub(COLUMN),
            // From [row, column] to [column, row].
            mirror: {
                let here = ROW * m.out + COLUMN * n.out;
                let there = ROW * n.out + COLUMN * m.out;
                there.wrapping_sub(here).wrapping_mul(units[0])
            },
            initial_columns,
            scale: nest.scale,
        }
    };
}

const fn scaled(step: Loop, units: [usize; 4]) -> Loop {
    Loop {
        extent: step.extent,
        out: step.out * units[0],
        a: step.a * units[1],
        b: step.b * units[2],
        init: step.init * units[3],
    }
}

/// Runs tiles of `R` rows by `W` columns of a nest, whose factors move by `ROW_STEP` from row to row and by `COLUMN_STEP` from column
/// to column (from row to row, if paired): `COUNT` of them below each other from `ROW` and `COLUMN` on, or, with
/// [`kind::REST`], all rows from `ROW` on. Where rows run along the lanes, vectors of them are counted.
///
/// That they lie within the memory is decided while the caller is compiled.
#[inline(always)]
pub fn tiles<
    C: Contraction,
    T: Real,
    S: Isa,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
    const ROW: usize,
    const COUNT: usize,
    const COLUMN: usize,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const { C::NEST.check(KIND, Memory::<T, S, P, H, B>::SIZES) };
    memory
        .simd
        .apart(Tiles::<T, KIND, R, W, ROW_STEP, COLUMN_STEP> {
            bases: &memory.bases,
            panel: &const {
                Part::<C, T, S, KIND, R, W, ROW_STEP, COLUMN_STEP, ROW, COUNT, COLUMN>::PANEL
            },
        });
}

struct Tiles<
    'a,
    T,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
> {
    bases: &'a Bases<T>,
    panel: &'static Panel,
}

impl<
    T: Real,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
> OnLanes for Tiles<'_, T, KIND, R, W, ROW_STEP, COLUMN_STEP>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let panel = self.panel;
        let [out, a, b, init] = panel.places;
        let start = At {
            out: self.bases.at(out.0, out.1),
            a: self.bases.at(a.0, a.1),
            b: self.bases.at(b.0, b.1),
            init: self.bases.at(init.0, init.1),
        };
        let mut work = Work::<T, S, KIND, R, W, ROW_STEP, COLUMN_STEP> { simd, panel, start };
        if !has(KIND, kind::NESTED) {
            work.column();
            return;
        }
        let mut number = 0;
        let count = count(panel.outer);
        while number < count {
            work.start = start.after(along(panel.outer, &panel.units, number));
            work.column();
            number += 1;
        }
    }
}

/// Where the operands stand.
#[derive(Clone, Copy, Debug)]
struct At<T> {
    out: *mut T,
    a: *const T,
    b: *const T,
    init: *const T,
}

impl<T> At<T> {
    /// So many scalars further; the pointers stay within their regions while the loops do.
    #[inline(always)]
    fn after(&self, [out, a, b, init]: [usize; 4]) -> Self {
        At {
            out: self.out.wrapping_add(out),
            a: self.a.wrapping_add(a),
            b: self.b.wrapping_add(b),
            init: self.init.wrapping_add(init),
        }
    }
}

/// How far operands move in `number` steps of nested loops, in scalars.
#[inline(never)]
fn along(loops: &[Loop], units: &[usize; 4], mut number: usize) -> [usize; 4] {
    let mut moved = [0; 4];
    for (position, step) in loops.iter().enumerate().rev() {
        // The outermost loop takes what is left: one loop needs no division.
        let index = if position == 0 {
            number
        } else {
            let index = number % step.extent;
            number /= step.extent;
            index
        };
        moved[0] += index * step.out * units[0];
        moved[1] += index * step.a * units[1];
        moved[2] += index * step.b * units[2];
        moved[3] += index * step.init * units[3];
    }
    moved
}

/// The number of steps of nested loops.
#[inline(never)]
fn count(loops: &[Loop]) -> usize {
    loops.iter().map(|step| step.extent).product()
}

/// One panel at work, where the loops around it stand.
struct Work<
    T,
    S,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
> {
    simd: S,
    panel: &'static Panel,
    start: At<T>,
}

impl<
    T: Real,
    S: Isa,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
> Work<T, S, KIND, R, W, ROW_STEP, COLUMN_STEP>
{
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();
    const ROW: bool = has(KIND, kind::ROW);
    const SUM: bool = has(KIND, kind::SUM);
    const PAIRED: bool = has(KIND, kind::PAIRED);
    const ALONE: bool = has(KIND, kind::ALONE);
    const SYMMETRIC: bool = has(KIND, kind::SYMMETRIC);
    const INITIAL: bool = has(KIND, kind::INITIAL);
    const INITIAL_SPLAT: bool = has(KIND, kind::INITIAL_SPLAT);
    const SCALED: bool = has(KIND, kind::SCALED);
    const NESTED: bool = has(KIND, kind::NESTED);
    const REST: bool = has(KIND, kind::REST);

    /// Scalars between rows of the first factor.
    const A_ROW: usize = Self::row_step(has(KIND, kind::A_VECTOR), ROW_STEP);
    /// Scalars between rows of the second factor, if it is paired.
    const B_ROW: usize = Self::row_step(has(KIND, kind::B_VECTOR), COLUMN_STEP);
    /// Scalars between columns of the second factor.
    const B_COLUMN: usize = if Self::ROW {
        COLUMN_STEP
    } else {
        Self::row_step(has(KIND, kind::B_VECTOR), COLUMN_STEP)
    };

    const fn row_step(vector: bool, step: usize) -> usize {
        if Self::ROW {
            Self::LANES
        } else if vector && !Self::SUM {
            step * Self::LANES
        } else {
            step
        }
    }

    /// All tiles, one below the other.
    #[inline(always)]
    fn column(&self) {
        let panel = self.panel;
        let mut row = 0;
        let mut tiles = panel.tiles;
        while tiles > 0 {
            tiles -= 1;
            let is_last = tiles == 0 && (!Self::REST || panel.rest == 0);
            self.tile::<R>(row, if is_last { panel.last } else { Self::LANES });
            row += R;
        }
        if Self::REST {
            let mut rest = panel.rest;
            while rest > 0 {
                rest -= 1;
                self.tile::<1>(row, if rest == 0 { panel.last } else { Self::LANES });
                row += 1;
            }
        }
    }

    /// One tile. Of the last of its rows, `last` lanes are in use where rows run along them.
    #[inline(always)]
    fn tile<const N: usize>(&self, row: usize, last: usize) {
        let (simd, panel, start) = (self.simd, self.panel, &self.start);
        let at = At {
            out: start.out.wrapping_add(row * panel.m.out),
            a: start.a.wrapping_add(row * panel.m.a),
            b: start.b.wrapping_add(row * panel.m.b),
            init: start.init.wrapping_add(row * panel.m.init),
        };
        let mut sums = [[T::zero(simd); W]; N];
        if Self::NESTED {
            let mut number = 0;
            let count = count(panel.sums);
            while number < count {
                let at = at.after(along(panel.sums, &panel.units, number));
                self.accumulate(at.a, at.b, last, &mut sums);
                number += 1;
            }
        } else {
            self.accumulate(at.a, at.b, last, &mut sums);
        }
        if Self::SCALED {
            let scale = T::literal(simd, panel.scale);
            let mut i = 0;
            while i < N {
                let mut j = 0;
                while j < W {
                    sums[i][j] = T::mul(simd, sums[i][j], scale);
                    j += 1;
                }
                i += 1;
            }
        }
        if Self::INITIAL {
            let mut j = 0;
            while j < W {
                if j < panel.initial_columns {
                    let mut i = 0;
                    while i < N {
                        let source = at.init.wrapping_add(i * panel.m.init + j * panel.n.init);
                        let partial = Self::ROW && i + 1 == N;
                        sums[i][j] = T::add(simd, sums[i][j], self.initial(source, partial, last));
                        i += 1;
                    }
                }
                j += 1;
            }
        }
        let mirrored = if Self::SYMMETRIC {
            let mirrored = start.out.wrapping_add(panel.mirror);
            mirrored.wrapping_add(row * panel.n.out)
        } else {
            at.out
        };
        let mut i = 0;
        while i < N {
            let partial = Self::ROW && i + 1 == N;
            let mut j = 0;
            while j < W {
                let target = at.out.wrapping_add(i * panel.m.out + j * panel.n.out);
                if !Self::SYMMETRIC {
                    self.store(target, partial, last, sums[i][j]);
                } else if panel.diagonal + row + i >= j {
                    // Each result once, since the initial value may be the result itself.
                    let mirrored = mirrored.wrapping_add(i * panel.n.out + j * panel.m.out);
                    self.store(target, partial, last, sums[i][j]);
                    self.store(mirrored, partial, last, sums[i][j]);
                }
                j += 1;
            }
            i += 1;
        }
    }

    /// Adds the products over the innermost summed index.
    #[inline(always)]
    fn accumulate<const N: usize>(
        &self,
        mut a: *const T,
        mut b: *const T,
        last: usize,
        sums: &mut [[T::Vector<S>; W]; N],
    ) {
        let simd = self.simd;
        let k = &self.panel.k;
        let (mut steps, rest, a_step, b_step) = if Self::SUM {
            let (a, b) = (k.a * Self::LANES, k.b * Self::LANES);
            (k.extent / Self::LANES, k.extent % Self::LANES, a, b)
        } else {
            (k.extent, 0, k.a, k.b)
        };
        // A small tile would wait for its last addition in every step: it gets four sums.
        if N * W <= 2 && steps >= 8 {
            let mut chains = [[[T::zero(simd); W]; N]; 4];
            while steps >= 4 {
                let mut chain = 0;
                while chain < 4 {
                    self.step::<N, false>(a, b, Self::LANES, last, &mut chains[chain]);
                    a = a.wrapping_add(a_step);
                    b = b.wrapping_add(b_step);
                    chain += 1;
                }
                steps -= 4;
            }
            let mut i = 0;
            while i < N {
                let mut j = 0;
                while j < W {
                    let left = T::add(simd, chains[0][i][j], chains[1][i][j]);
                    let right = T::add(simd, chains[2][i][j], chains[3][i][j]);
                    sums[i][j] = T::add(simd, sums[i][j], T::add(simd, left, right));
                    j += 1;
                }
                i += 1;
            }
        }
        while steps > 0 {
            self.step::<N, false>(a, b, Self::LANES, last, sums);
            a = a.wrapping_add(a_step);
            b = b.wrapping_add(b_step);
            steps -= 1;
        }
        if Self::SUM && rest > 0 {
            self.step::<N, true>(a, b, rest, last, sums);
        }
    }

    /// One step of the innermost summed index: every product of the tile. `count` is the number of
    /// summed elements along the lanes, where they run there; `PARTIAL`: it may be less than all.
    #[inline(always)]
    fn step<const N: usize, const PARTIAL: bool>(
        &self,
        a: *const T,
        b: *const T,
        count: usize,
        last: usize,
        sums: &mut [[T::Vector<S>; W]; N],
    ) {
        let (simd, panel) = (self.simd, self.panel);
        let mut columns = [T::zero(simd); W];
        if !Self::ALONE && !Self::PAIRED {
            let mut j = 0;
            while j < W {
                let vector = has(KIND, kind::B_VECTOR);
                let source = b.wrapping_add(j * Self::B_COLUMN);
                columns[j] = self.factor(source, vector, panel.k.b, PARTIAL, count);
                j += 1;
            }
        }
        let mut i = 0;
        while i < N {
            // Where rows run along the lanes, only the last vector of them may be partial.
            let partial = PARTIAL || Self::ROW && i + 1 == N;
            let count = if Self::ROW { last } else { count };
            let source = a.wrapping_add(i * Self::A_ROW);
            let vector = has(KIND, kind::A_VECTOR);
            let row = self.factor(source, vector, panel.k.a, partial, count);
            let mut j = 0;
            while j < W {
                sums[i][j] = if Self::ALONE {
                    T::add(simd, sums[i][j], row)
                } else if Self::PAIRED {
                    let source = b.wrapping_add(i * Self::B_ROW);
                    let vector = has(KIND, kind::B_VECTOR);
                    let other = self.factor(source, vector, panel.k.b, partial, count);
                    T::mul_add(simd, row, other, sums[i][j])
                } else {
                    T::mul_add(simd, row, columns[j], sums[i][j])
                };
                j += 1;
            }
            i += 1;
        }
    }

    /// An operand of a product: one number, or a vector of which, if `partial`, `count` lanes are in use; `step` is that of the
    /// summed index.
    #[inline(always)]
    fn factor(
        &self,
        source: *const T,
        vector: bool,
        step: usize,
        partial: bool,
        count: usize,
    ) -> T::Vector<S> {
        let simd = self.simd;
        // SAFETY: rows, columns and summed indices are below their extents, for which `check` has
        // shown that the operand lies within its space; of a partial vector no more is read than
        // lies below them.
        unsafe {
            if Self::SUM && !vector {
                gather::<T, S>(simd, source, step, count)
            } else if !vector {
                T::splat(simd, *source)
            } else if partial && Self::LANES > 1 {
                T::load_partial(simd, source, count)
            } else {
                T::load(simd, source)
            }
        }
    }

    /// The initial value of one result.
    #[inline(always)]
    fn initial(&self, source: *const T, partial: bool, in_use: usize) -> T::Vector<S> {
        let simd = self.simd;
        // SAFETY: as of `factor`.
        unsafe {
            if Self::SUM {
                // The lanes are summed at the end: the initial value is in the first.
                T::load_partial(simd, source, 1)
            } else if Self::INITIAL_SPLAT {
                T::splat(simd, *source)
            } else if partial && Self::LANES > 1 {
                T::load_partial(simd, source, in_use)
            } else {
                T::load(simd, source)
            }
        }
    }

    #[inline(always)]
    fn store(&self, target: *mut T, partial: bool, in_use: usize, sum: T::Vector<S>) {
        let simd = self.simd;
        // SAFETY: as of `factor`; a mirrored result is that of another row and column of a square.
        unsafe {
            if Self::SUM {
                *target = T::reduce_sum(simd, sum);
            } else if partial && Self::LANES > 1 {
                T::store_partial(simd, target, sum, in_use);
            } else {
                T::store(simd, target, sum);
            }
        }
    }
}
