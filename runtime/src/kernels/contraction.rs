//! The contraction nest: `out[.., m, n] = init + scale * sum over k of a[.., m, k] weight[k] b[.., n, k]`.
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

use super::memory::{Bases, Memory, Space};
use super::nest::{Addend, ContractionNest, LaneAxis, Loop, has, kind};
use super::tile::{Position, Work};

/// A nest as a type, wherever its operands begin.
pub trait Contraction: Sized {
    /// The nest.
    const NEST: ContractionNest;

    /// The [`tiles`] that cover all rows and columns, for 32 vector registers of 512 bits.
    fn wide<
        At: Places,
        T: Real,
        S: Isa,
        const P: usize,
        const H: usize,
        const B: usize,
        const R: usize,
    >(
        memory: &Memory<'_, T, S, P, H, B, R>,
    );

    /// The same for 16 registers of 256 bits.
    fn narrow<
        At: Places,
        T: Real,
        S: Isa,
        const P: usize,
        const H: usize,
        const B: usize,
        const R: usize,
    >(
        memory: &Memory<'_, T, S, P, H, B, R>,
    );

    /// The same for 128 bits.
    fn narrowest<
        At: Places,
        T: Real,
        S: Isa,
        const P: usize,
        const H: usize,
        const B: usize,
        const R: usize,
    >(
        memory: &Memory<'_, T, S, P, H, B, R>,
    );
}

/// The elements of their spaces where the result, both factors, the initial value and the weight begin.
pub trait Places {
    /// In this order.
    const ELEMENTS: [usize; 5];
}

/// Places as a type.
#[derive(Debug)]
pub struct Begin<
    const OUT: usize,
    const FIRST: usize,
    const SECOND: usize,
    const INITIAL: usize,
    const WEIGHT: usize,
>;

impl<
    const OUT: usize,
    const FIRST: usize,
    const SECOND: usize,
    const INITIAL: usize,
    const WEIGHT: usize,
> Places for Begin<OUT, FIRST, SECOND, INITIAL, WEIGHT>
{
    const ELEMENTS: [usize; 5] = [OUT, FIRST, SECOND, INITIAL, WEIGHT];
}

/// Runs a contraction nest whose operands begin at some places, in tiles that fit the registers.
#[inline(always)]
pub fn contraction<
    C: Contraction,
    At: Places,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
    const R: usize,
>(
    memory: &Memory<'_, T, S, P, H, B, R>,
) {
    // Through the instruction set, not by a condition, of which both sides would be compiled.
    S::contraction::<C, At, T, P, H, B, R>(memory);
}

/// Columns of tiles of a nest for one instruction set: strides and offsets in scalars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    pub(super) outer: &'static [Loop],
    /// Rows, in vectors where they run along the lanes.
    pub(super) m: Loop,
    pub(super) n: Loop,
    pub(super) sums: &'static [Loop],
    /// Distances in elements.
    pub(super) addends: &'static [Addend],
    /// Where the summed index runs along the lanes, its full vectors; of points, as many as a block has at most.
    pub(super) k: Loop,
    /// Scalars from one summed element of each factor to the next.
    pub(super) apart: (usize, usize),
    places: [(Space, usize); 4],
    /// Where the weight begins, and its step along the summed index.
    weight: (Space, usize),
    pub(super) weight_step: usize,
    /// Scalars in an element of the weight.
    pub(super) weight_unit: usize,
    /// Scalars in an element of each operand, for the loops that are slices.
    pub(super) units: [usize; 4],
    /// Columns of tiles side by side.
    pub(super) across: usize,
    /// From behind the last tile of one to the first of the next.
    pub(super) beside: [usize; 4],
    /// Tiles one below the other; of a triangle of squares of lanes, those in its first column.
    pub(super) tiles: usize,
    /// From one tile to the next.
    pub(super) tile: [usize; 4],
    /// Lanes in use of the last vector of rows, or of the summed index behind its full vectors.
    pub(super) last: usize,
    /// The first row less the first column.
    pub(super) diagonal: usize,
    /// From the first result to the mirror image of it.
    pub(super) mirror: usize,
    /// From the mirror image of one tile to that of the next.
    pub(super) mirror_tile: usize,
    /// How many columns from the first tile on have an initial value.
    pub(super) initial_columns: usize,
    pub(super) scale: f64,
}

/// The panel of `ACROSS` columns of `COUNT` tiles, of `R` rows by `W` columns, from `ROW` and `COLUMN` on.
struct Part<
    C,
    At,
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
    const ACROSS: usize,
>(PhantomData<(C, At, T, S)>);

impl<
    C: Contraction,
    At: Places,
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
    const ACROSS: usize,
> Part<C, At, T, S, KIND, R, W, ROW_STEP, COLUMN_STEP, ROW, COUNT, COLUMN, ACROSS>
{
    const PANEL: Panel = {
        let nest = C::NEST;
        let lanes = Space::Block.unit::<T, S>();
        let row_lanes = matches!(nest.lane, LaneAxis::Row);
        let sum_lanes = matches!(nest.lane, LaneAxis::Sum);
        assert!(R > 0 && W > 0, "a tile has results");
        assert!(
            ROW_STEP == nest.m.a && COLUMN_STEP == if nest.paired { nest.m.b } else { nest.n.b },
            "the steps of the code are those of the nest"
        );
        assert!(
            ACROSS > 0 && COLUMN + ACROSS * W <= nest.n.extent,
            "tiles lie within the columns"
        );
        let is_triangle = nest.symmetric && row_lanes;
        assert!(
            ACROSS == 1 || !nest.symmetric || is_triangle,
            "a column of tiles begins at the diagonal"
        );
        // Rows, or vectors of them.
        let height = if row_lanes {
            nest.m.extent.div_ceil(lanes)
        } else {
            nest.m.extent
        };
        let end = ROW + if is_triangle { COUNT } else { COUNT * R };
        assert!(end <= height, "tiles lie within the rows");
        let last = if nest.over_points && sum_lanes {
            0
        } else if sum_lanes {
            nest.k.extent % lanes
        } else if row_lanes && end * lanes > nest.m.extent {
            nest.m.extent - (end - 1) * lanes
        } else {
            lanes
        };
        let is_partial = if sum_lanes {
            last > 0 || nest.over_points
        } else {
            last < lanes
        };
        assert!(
            has(KIND, kind::PART) || !is_partial,
            "a vector that may be partial is not taken for a full one"
        );
        let first = if row_lanes { ROW * lanes } else { ROW };
        assert!(
            !nest.symmetric || first >= COLUMN,
            "tiles beyond the diagonal are not computed"
        );
        assert!(
            !has(KIND, kind::DIAGONAL)
                || nest.symmetric && !is_triangle && ROW == COLUMN && COUNT == 1,
            "one tile of a column is on the diagonal"
        );
        assert!(
            !is_triangle
                || first == COLUMN
                    && end == height
                    && ACROSS <= COUNT
                    && (W == lanes || COUNT == 1 && W == nest.n.extent - COLUMN && W < lanes),
            "a triangle is squares of lanes, and part of one at its end"
        );
        let mut units = [1; 4];
        let mut places = [(Space::Scratch, 0); 4];
        let (m, n) = (nest.m, nest.n);
        let begins = [
            first * m.out + COLUMN * n.out,
            first * m.a,
            first * m.b + COLUMN * n.b,
            first * m.init + COLUMN * n.init,
        ];
        let mut operand = 0;
        while operand < 4 {
            let unit = nest.spaces[operand].unit::<T, S>();
            // The entries of a point are scalars in a copy that has them side by side.
            let is_copy = nest.over_points && row_lanes && operand == 1;
            units[operand] = if is_copy { 1 } else { unit };
            let begin = At::ELEMENTS[operand] * unit + begins[operand] * units[operand];
            places[operand] = (nest.spaces[operand], begin);
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
        let k = scaled(nest.k, units);
        let steps = if nest.over_points && row_lanes {
            // From one point to the next, not from one vector of them.
            Loop {
                extent: k.extent * lanes,
                b: nest.k.b,
                ..k
            }
        } else if sum_lanes && !nest.over_points {
            Loop {
                extent: k.extent / lanes,
                a: k.a * lanes,
                b: k.b * lanes,
                ..k
            }
        } else {
            k
        };
        let n = scaled(n, units);
        Panel {
            outer: nest.outer,
            m: rows,
            n,
            sums: nest.sums,
            addends: nest.addends,
            k: steps,
            apart: (k.a, k.b),
            places,
            weight: {
                let space = nest.weight_space();
                (space, At::ELEMENTS[4] * space.unit::<T, S>())
            },
            weight_step: nest.weight * lanes,
            weight_unit: nest.weight_space().unit::<T, S>(),
            units,
            across: ACROSS,
            beside: [
                (W * n.out).wrapping_sub(COUNT * R * rows.out),
                0usize.wrapping_sub(COUNT * R * rows.a),
                (W * n.b).wrapping_sub(COUNT * R * rows.b),
                (W * n.init).wrapping_sub(COUNT * R * rows.init),
            ],
            tiles: COUNT,
            tile: [R * rows.out, R * rows.a, R * rows.b, R * rows.init],
            last,
            diagonal: ROW.saturating_sub(COLUMN),
            // From [row, column] to [column, row].
            mirror: {
                let here = ROW * m.out + COLUMN * nest.n.out;
                let there = ROW * nest.n.out + COLUMN * m.out;
                there.wrapping_sub(here).wrapping_mul(units[0])
            },
            mirror_tile: R * n.out,
            initial_columns: nest.initial_columns.saturating_sub(COLUMN),
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

/// Runs tiles of `HEIGHT` rows by `W` columns of a nest, whose factors move by `ROW_STEP` from row to row and by `COLUMN_STEP` from column
/// to column (from row to row, if paired): `ACROSS` columns of `COUNT` of them from `ROW` and `COLUMN` on. Where
/// rows run along the lanes, vectors of them are counted. Of a symmetric result with rows along the lanes `COUNT` are those vectors from the
/// diagonal on, for the first of its `ACROSS` columns of squares; each other column has one less.
///
/// That they lie within the memory is decided while the caller is compiled.
#[inline(always)]
pub fn tiles<
    C: Contraction,
    At: Places,
    T: Real,
    S: Isa,
    const KIND: u32,
    const HEIGHT: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
    const ROW: usize,
    const COUNT: usize,
    const COLUMN: usize,
    const ACROSS: usize,
    const P: usize,
    const H: usize,
    const B: usize,
    const R: usize,
>(
    memory: &Memory<'_, T, S, P, H, B, R>,
) {
    const { C::NEST.check(KIND, At::ELEMENTS, Memory::<T, S, P, H, B, R>::SIZES) };
    memory
        .simd
        .apart(Tiles::<T, KIND, HEIGHT, W, ROW_STEP, COLUMN_STEP> {
            bases: &memory.bases,
            points: memory.points,
            has_initial: !(const { C::NEST.begins } && memory.sums_begin),
            panel: &const {
                Part::<
                    C,
                    At,
                    T,
                    S,
                    KIND,
                    HEIGHT,
                    W,
                    ROW_STEP,
                    COLUMN_STEP,
                    ROW,
                    COUNT,
                    COLUMN,
                    ACROSS,
                >::PANEL
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
    points: usize,
    /// Whether initial values are read.
    has_initial: bool,
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
        let start = Position {
            out: self.bases.at(out.0, out.1),
            a: self.bases.at(a.0, a.1),
            b: self.bases.at(b.0, b.1),
            init: self.bases.at(init.0, init.1),
        };
        let weight = self.bases.at(panel.weight.0, panel.weight.1).cast_const();
        Work::<T, S, KIND, R, W, ROW_STEP, COLUMN_STEP> {
            simd,
            panel,
            start,
            weight,
            steps: panel.k.extent,
            last: panel.last,
            part: T::no_lanes(),
            in_use: Space::Block.unit::<T, S>(),
            initial_columns: 0,
            has_initial: self.has_initial,
        }
        .columns(self.points);
    }
}
