//! The contraction nest: `out[.., m, n] = init + scale * sum over k of a[.., m, k] b[.., n, k]`.
//!
//! One kernel for every product of two tensors, described by constants. Registers hold a tile of
//! `m` by `n` results; the innermost loop is over the summed index, so each operand that is loaded
//! serves a row or a column of the tile. What runs along the lanes is the points, the index `m`, or
//! the summed index. The nest says itself which tiles cover it ([`Contraction::tiles`]): deciding
//! that here would compile every size of tile for every nest.

use core::marker::PhantomData;

use pulp::{Simd, WithSimd};

use crate::lanes::Real;

use super::memory::{Memory, Space};

/// What runs along the lanes of a nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneAxis {
    /// The points of a block.
    Points,
    /// The index `m` of the result, contiguous in `a`, `out` and `init`.
    Row,
    /// The innermost summed index; gathered where it is not contiguous.
    Sum,
    /// Nothing: one lane is used.
    Nothing,
}

/// A loop and how far each operand moves in one step of it, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The number of steps.
    pub extent: usize,
    /// Step of the result.
    pub out: usize,
    /// Step of the first factor.
    pub a: usize,
    /// Step of the second factor.
    pub b: usize,
    /// Step of the initial value.
    pub init: usize,
}

/// A contraction nest as constants.
pub trait Contraction {
    /// What runs along the lanes.
    const LANE: LaneAxis;
    /// Loops around the tiles, outermost first.
    const OUTER: &'static [Loop];
    /// The rows.
    const M: Loop;
    /// The columns.
    const N: Loop;
    /// Summed indices but the innermost, outermost first.
    const SUMS: &'static [Loop];
    /// The innermost summed index.
    const K: Loop;
    /// Where the result, both factors and the initial value lie. An element of a block is a vector,
    /// one lane a point; elsewhere it is a scalar, which stands for all lanes.
    const SPACES: [Space; 4];
    /// How many columns `n` have an initial value; the others start from zero.
    const INITIAL_COLUMNS: usize;
    /// `b` moves with `m` too, and there is one column: `out[m] = sum over k of a[m, k] b[m, k]`.
    const PAIRED: bool;
    /// There is no second factor.
    const ALONE: bool;
    /// Multiplies the sum, not the initial value.
    const SCALE: f64;
    /// The result is symmetric in `m` and `n`: only results with `m >= n` are stored, twice.
    const SYMMETRIC: bool;

    /// Runs the tiles that cover all rows and columns.
    fn tiles<T: Real, S: Simd>(nest: &Tiles<T, S, Self>)
    where
        Self: Sized;
}

/// Runs a contraction nest; offsets of result, factors and initial value in elements of their space.
///
/// Never inlined: requests share nests, and one function for each keeps a network cheap to compile.
#[inline(never)]
pub fn contraction<
    C: Contraction,
    T: Real,
    S: Simd,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    offsets: [usize; 4],
) {
    let reach = Tiles::<T, S, C>::REACH;
    let out = memory.region_mut(C::SPACES[0], offsets[0], reach[0]);
    let a = memory.region(C::SPACES[1], offsets[1], reach[1]);
    let b = memory.region(C::SPACES[2], offsets[2], reach[2]);
    let init = memory.region(C::SPACES[3], offsets[3], reach[3]);
    memory.simd().vectorize(Run::<T, S, C>(Tiles {
        simd: memory.simd(),
        out,
        a,
        b,
        init,
        start: At::START,
        nest: PhantomData,
    }));
}

struct Run<T: Real, S: Simd, C: Contraction>(Tiles<T, S, C>);

impl<T: Real, S: Simd, C: Contraction> WithSimd for Run<T, S, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        let mut tiles = self.0;
        let mut number = 0;
        while number < count(C::OUTER) {
            tiles.start = Tiles::<T, S, C>::advance(C::OUTER, number, At::START);
            C::tiles(&tiles);
            number += 1;
        }
    }
}

/// A nest at work: its regions, and where the loops around the tiles stand.
#[derive(Debug)]
pub struct Tiles<T: Real, S: Simd, C: Contraction> {
    simd: S,
    out: *mut T,
    a: *const T,
    b: *const T,
    init: *const T,
    start: At,
    nest: PhantomData<C>,
}

/// Addresses of the operands, in scalars.
#[derive(Clone, Copy, Debug)]
struct At {
    out: usize,
    a: usize,
    b: usize,
    init: usize,
}

impl At {
    const START: At = At {
        out: 0,
        a: 0,
        b: 0,
        init: 0,
    };

    #[inline(always)]
    const fn after(self, step: Loop, index: usize) -> Self {
        At {
            out: self.out + index * step.out,
            a: self.a + index * step.a,
            b: self.b + index * step.b,
            init: self.init + index * step.init,
        }
    }
}

/// The number of steps of nested loops.
const fn count(loops: &[Loop]) -> usize {
    let mut count = 1;
    let mut position = 0;
    while position < loops.len() {
        count *= loops[position].extent;
        position += 1;
    }
    count
}

impl<T: Real, S: Simd, C: Contraction> Tiles<T, S, C> {
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();

    /// Whether the machine has 32 vector registers, so that tiles may be wide.
    pub const WIDE: bool = S::REGISTER_COUNT >= 32;

    const ROW: bool = matches!(C::LANE, LaneAxis::Row);
    const SUM: bool = matches!(C::LANE, LaneAxis::Sum);
    const NOTHING: bool = matches!(C::LANE, LaneAxis::Nothing);

    /// Scalars in an element of an operand.
    const fn unit(operand: usize) -> usize {
        C::SPACES[operand].unit::<T, S>()
    }

    /// Steps in scalars.
    const fn scaled(step: Loop) -> Loop {
        Loop {
            extent: step.extent,
            out: step.out * Self::unit(0),
            a: step.a * Self::unit(1),
            b: step.b * Self::unit(2),
            init: step.init * Self::unit(3),
        }
    }

    /// Rows, in vectors where they run along the lanes.
    const M: Loop = {
        let rows = Self::scaled(C::M);
        if Self::ROW {
            Loop {
                extent: rows.extent.div_ceil(Self::LANES),
                out: Self::LANES,
                a: Self::LANES,
                b: rows.b * Self::LANES,
                init: rows.init * Self::LANES,
            }
        } else {
            rows
        }
    };
    const N: Loop = Self::scaled(C::N);
    const K: Loop = Self::scaled(C::K);

    /// How far from its start each operand is touched, in scalars.
    const REACH: [usize; 4] = {
        let mut last = At::START;
        let mut position = 0;
        let loops = [C::M, C::N, C::K];
        while position < 3 {
            last = last.after(Self::scaled(loops[position]), loops[position].extent - 1);
            position += 1;
        }
        position = 0;
        while position < C::OUTER.len() {
            last = last.after(
                Self::scaled(C::OUTER[position]),
                C::OUTER[position].extent - 1,
            );
            position += 1;
        }
        position = 0;
        while position < C::SUMS.len() {
            last = last.after(
                Self::scaled(C::SUMS[position]),
                C::SUMS[position].extent - 1,
            );
            position += 1;
        }
        let points = matches!(C::LANE, LaneAxis::Points);
        assert!(
            points == matches!(C::SPACES[0], Space::Block),
            "the result of points is a block"
        );
        assert!(
            !C::SYMMETRIC || C::M.extent == C::N.extent,
            "a symmetric result is square"
        );
        assert!(
            !C::PAIRED || C::N.extent == 1,
            "paired factors have one column"
        );
        if Self::ROW && C::M.extent > 1 {
            let b = if C::PAIRED { 1 } else { 0 };
            assert!(
                C::M.out == 1 && C::M.a == 1 && C::M.b == b && C::M.init <= 1,
                "rows are contiguous"
            );
        }
        [
            last.out + Self::unit(0),
            last.a + Self::unit(1),
            if C::ALONE { 0 } else { last.b + Self::unit(2) },
            if C::INITIAL_COLUMNS == 0 {
                0
            } else {
                last.init + Self::unit(3)
            },
        ]
    };

    /// The addresses after `number` steps of nested loops.
    #[inline(always)]
    fn advance(loops: &[Loop], mut number: usize, mut at: At) -> At {
        let mut position = loops.len();
        while position > 0 {
            position -= 1;
            let step = Self::scaled(loops[position]);
            at = at.after(step, number % step.extent);
            number /= step.extent;
        }
        at
    }

    /// Tiles of `R` rows by `W` columns that cover all rows from `row` on, at `column`. Where rows
    /// run along the lanes, `R` counts vectors. Rows beyond the last are left out.
    #[inline(always)]
    pub fn rows<const R: usize, const W: usize>(&self, row: usize, column: usize) {
        let mut row = row;
        while row < Self::M.extent {
            self.tile::<R, W>(row, column);
            row += R;
        }
    }

    /// `count` tiles of `R` rows by `W` columns from `row` on, at `column`.
    #[inline(always)]
    pub fn some_rows<const R: usize, const W: usize>(
        &self,
        row: usize,
        count: usize,
        column: usize,
    ) {
        let mut tile = 0;
        while tile < count {
            self.tile::<R, W>(row + tile * R, column);
            tile += 1;
        }
    }

    /// Lanes in use in a vector of rows: fewer in the last one, none beyond it.
    #[inline(always)]
    fn lanes_in_use(row: usize) -> usize {
        let rows = C::M.extent;
        let before = row * Self::LANES;
        if before + Self::LANES <= rows {
            Self::LANES
        } else {
            rows.saturating_sub(before)
        }
    }

    #[inline(always)]
    fn tile<const R: usize, const W: usize>(&self, row: usize, column: usize) {
        assert!(column + W <= Self::N.extent, "tiles lie within the columns");
        assert!(
            Self::ROW || row + R <= Self::M.extent,
            "tiles lie within the rows"
        );
        let simd = self.simd;
        let at = self.start.after(Self::M, row).after(Self::N, column);
        let mut in_use = [Self::LANES; R];
        if Self::ROW {
            let mut i = 0;
            while i < R {
                in_use[i] = Self::lanes_in_use(row + i);
                i += 1;
            }
        }
        let mut sums = [[T::zero(simd); W]; R];
        let mut number = 0;
        while number < count(C::SUMS) {
            self.accumulate(Self::advance(C::SUMS, number, at), &in_use, &mut sums);
            number += 1;
        }
        let scale = T::literal(simd, C::SCALE);
        let mut i = 0;
        while i < R {
            let mut j = 0;
            while j < W {
                let mut sum = sums[i][j];
                if C::SCALE != 1.0 {
                    sum = T::mul(simd, sum, scale);
                }
                if column + j < C::INITIAL_COLUMNS {
                    let address = at.init + i * Self::M.init + j * Self::N.init;
                    sum = T::add(simd, sum, self.initial(address, in_use[i]));
                }
                // One triangle is stored, with its mirror image: each result once, since the
                // initial value may be the result itself.
                if !C::SYMMETRIC || row + i >= column + j {
                    let mirrored = self.start.after(
                        Loop {
                            out: Self::N.out,
                            ..Self::M
                        },
                        row + i,
                    );
                    let mirrored = mirrored.after(
                        Loop {
                            out: Self::M.out,
                            ..Self::N
                        },
                        column + j,
                    );
                    let address = at.out + i * Self::M.out + j * Self::N.out;
                    self.store(address, mirrored.out, in_use[i], sum);
                }
                j += 1;
            }
            i += 1;
        }
    }

    /// Adds the products over the innermost summed index.
    #[inline(always)]
    fn accumulate<const R: usize, const W: usize>(
        &self,
        at: At,
        in_use: &[usize; R],
        sums: &mut [[T::Vector<S>; W]; R],
    ) {
        let simd = self.simd;
        let extent = Self::K.extent;
        let (steps, rest, each) = if Self::SUM {
            let each = Loop {
                a: Self::LANES * Self::K.a,
                b: Self::LANES * Self::K.b,
                ..Self::K
            };
            (extent / Self::LANES, extent % Self::LANES, each)
        } else {
            (extent, 0, Self::K)
        };
        let mut step = 0;
        // A small tile would wait for its last addition in every step: it gets four sums.
        if R * W <= 2 && steps >= 8 {
            let mut chains = [[[T::zero(simd); W]; R]; 4];
            while step + 4 <= steps {
                let mut chain = 0;
                while chain < 4 {
                    self.step(
                        at.after(each, step + chain),
                        Self::LANES,
                        in_use,
                        &mut chains[chain],
                    );
                    chain += 1;
                }
                step += 4;
            }
            let mut i = 0;
            while i < R {
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
        while step < steps {
            self.step(at.after(each, step), Self::LANES, in_use, sums);
            step += 1;
        }
        if Self::SUM && rest > 0 {
            self.step(at.after(each, steps), rest, in_use, sums);
        }
    }

    /// One step of the innermost summed index: every product of the tile. `count` is the number of
    /// summed elements along the lanes, where they run there.
    #[inline(always)]
    fn step<const R: usize, const W: usize>(
        &self,
        at: At,
        count: usize,
        in_use: &[usize; R],
        sums: &mut [[T::Vector<S>; W]; R],
    ) {
        let simd = self.simd;
        let mut columns = [T::zero(simd); W];
        if !C::ALONE && !C::PAIRED {
            let mut j = 0;
            while j < W {
                columns[j] =
                    self.factor(self.b, 2, false, at.b + j * Self::N.b, count, Self::LANES);
                j += 1;
            }
        }
        let mut i = 0;
        while i < R {
            let row = self.factor(self.a, 1, true, at.a + i * Self::M.a, count, in_use[i]);
            let mut j = 0;
            while j < W {
                sums[i][j] = if C::ALONE {
                    T::add(simd, sums[i][j], row)
                } else if C::PAIRED {
                    let address = at.b + i * Self::M.b;
                    let other = self.factor(self.b, 2, true, address, count, in_use[i]);
                    T::mul_add(simd, row, other, sums[i][j])
                } else {
                    T::mul_add(simd, row, columns[j], sums[i][j])
                };
                j += 1;
            }
            i += 1;
        }
    }

    /// An operand of a product. `along`: it moves with `m`, so that where rows run along the lanes
    /// it is a vector, of which only the lanes in use are read.
    #[inline(always)]
    fn factor(
        &self,
        base: *const T,
        operand: usize,
        along: bool,
        address: usize,
        count: usize,
        in_use: usize,
    ) -> T::Vector<S> {
        let simd = self.simd;
        let source = base.wrapping_add(address);
        // SAFETY: rows, columns and summed indices are below their extents, for which the region
        // behind the pointer was made; of a partial vector no more is read than lies below them;
        // sixteen numbers are at least a vector of any instruction set.
        unsafe {
            if Self::SUM {
                let step = if operand == 1 { Self::K.a } else { Self::K.b };
                if step != 1 && Self::K.extent > 1 {
                    let mut lanes = [T::ZERO; 16];
                    let mut lane = 0;
                    while lane < count {
                        lanes[lane] = *source.add(lane * step);
                        lane += 1;
                    }
                    T::load(simd, lanes.as_ptr())
                } else if count == Self::LANES {
                    T::load(simd, source)
                } else {
                    T::load_partial(simd, source, count)
                }
            } else if Self::ROW && along {
                if in_use == Self::LANES {
                    T::load(simd, source)
                } else {
                    T::load_partial(simd, source, in_use)
                }
            } else if matches!(C::SPACES[operand], Space::Block) {
                T::load(simd, source)
            } else {
                T::splat(simd, *source)
            }
        }
    }

    /// The initial value of one result.
    #[inline(always)]
    fn initial(&self, address: usize, in_use: usize) -> T::Vector<S> {
        let simd = self.simd;
        let source = self.init.wrapping_add(address);
        // SAFETY: as of `factor`.
        unsafe {
            if Self::SUM || Self::NOTHING {
                // The lanes are summed at the end: the initial value is in the first.
                T::load_partial(simd, source, 1)
            } else if Self::ROW && Self::M.init > 0 {
                if in_use == Self::LANES {
                    T::load(simd, source)
                } else {
                    T::load_partial(simd, source, in_use)
                }
            } else if matches!(C::SPACES[3], Space::Block) {
                T::load(simd, source)
            } else {
                T::splat(simd, *source)
            }
        }
    }

    #[inline(always)]
    fn store(&self, address: usize, mirrored: usize, in_use: usize, sum: T::Vector<S>) {
        let simd = self.simd;
        let (target, mirrored) = (
            self.out.wrapping_add(address),
            self.out.wrapping_add(mirrored),
        );
        // SAFETY: as of `factor`; the mirrored result is that of another row and column of a square.
        unsafe {
            if Self::SUM {
                let sum = T::reduce_sum(simd, sum);
                *target = sum;
                if C::SYMMETRIC {
                    *mirrored = sum;
                }
            } else if Self::NOTHING {
                T::store_partial(simd, target, sum, 1);
                if C::SYMMETRIC {
                    T::store_partial(simd, mirrored, sum, 1);
                }
            } else if Self::ROW && in_use < Self::LANES {
                if in_use > 0 {
                    T::store_partial(simd, target, sum, in_use);
                }
            } else {
                T::store(simd, target, sum);
                if C::SYMMETRIC {
                    T::store(simd, mirrored, sum);
                }
            }
        }
    }
}
