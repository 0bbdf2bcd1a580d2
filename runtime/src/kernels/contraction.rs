//! The contraction nest: `out[.., m, n] = init + scale * sum over k of a[.., m, k] b[.., n, k]`.
//!
//! One kernel for every product of two tensors, described by constants. Registers hold a tile of
//! `m` by `n` results; the innermost loop is over the summed index, so that each operand that is
//! loaded serves a row or a column of the tile. What runs along the lanes is one of the points, the
//! index `m`, or the summed index.

use pulp::{Simd, WithSimd};

use crate::lanes::Real;

use super::memory::{Memory, Region, Space};

/// What runs along the lanes of a nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneAxis {
    /// The points of a block.
    Points,
    /// The index `m` of the result, contiguous in `a`, `out` and `init`.
    Row,
    /// The innermost summed index, contiguous in `a` and `b`.
    Sum,
    /// Nothing: a scalar loop.
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

/// What the sum starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// Zero.
    Zero,
    /// A tensor of its own.
    Tensor,
}

/// A contraction nest as constants.
pub trait Contraction {
    /// What runs along the lanes.
    const LANE: LaneAxis;
    /// Loops around the tile, outermost first.
    const OUTER: &'static [Loop];
    /// The tile's rows.
    const M: Loop;
    /// The tile's columns.
    const N: Loop;
    /// Summed indices but the innermost, outermost first.
    const SUMS: &'static [Loop];
    /// The innermost summed index.
    const K: Loop;
    /// Where the result, both factors and the initial value lie. An element of a block is a vector,
    /// one lane a point; elsewhere it is a scalar, which stands for all lanes.
    const SPACES: [Space; 4];
    /// What the sum starts from.
    const INITIAL: Initial;
    /// How many columns `n` have an initial value; the others start from zero.
    const INITIAL_COLUMNS: usize;
    /// `b` moves with `m` too, and there is one column: `out[m] = sum over k of a[m, k] b[m, k]`.
    const PAIRED: bool;
    /// There is no second factor.
    const ALONE: bool;
    /// Multiplies the sum, not the initial value.
    const SCALE: f64;
    /// The result is symmetric in `m` and `n`: tiles above the diagonal are mirrored.
    const SYMMETRIC: bool;
}

/// Where the result, both factors and the initial value start, in elements of their space.
pub type Offsets = [usize; 4];

/// Runs a contraction nest. `MW`, `NW`: the tile where there are 32 vector registers or more;
/// `MS`, `NS`: the tile where there are fewer.
pub fn contraction<
    T: Real,
    S: Simd,
    C: Contraction,
    const MW: usize,
    const NW: usize,
    const MS: usize,
    const NS: usize,
>(
    simd: S,
    memory: &Memory<'_, T>,
    offsets: Offsets,
) {
    // Conditions in const blocks keep what is not needed from being compiled at all.
    if const { matches!(C::LANE, LaneAxis::Nothing) } {
        run::<T, pulp::Scalar, C, MS, NS>(pulp::Scalar::new(), memory, offsets);
    } else if const { S::REGISTER_COUNT >= 32 } {
        run::<T, S, C, MW, NW>(simd, memory, offsets);
    } else {
        run::<T, S, C, MS, NS>(simd, memory, offsets);
    }
}

#[inline(always)]
fn run<T: Real, S: Simd, C: Contraction, const M: usize, const N: usize>(
    simd: S,
    memory: &Memory<'_, T>,
    offsets: Offsets,
) {
    let nest = Nest::<T, S, C>::new(simd, memory, offsets);
    simd.vectorize(Run::<T, S, C, M, N>(nest));
}

struct Run<'a, T: Real, S: Simd, C: Contraction, const M: usize, const N: usize>(
    Nest<'a, T, S, C>,
);

impl<T: Real, S: Simd, C: Contraction, const M: usize, const N: usize> WithSimd
    for Run<'_, T, S, C, M, N>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        self.0.all::<M, N>();
    }
}

struct Nest<'a, T: Real, S: Simd, C: Contraction> {
    simd: S,
    out: Region<'a, T>,
    a: Region<'a, T>,
    b: Region<'a, T>,
    init: Region<'a, T>,
    nest: core::marker::PhantomData<C>,
}

/// Addresses at which a tile starts.
#[derive(Clone, Copy)]
struct At {
    out: usize,
    a: usize,
    b: usize,
    init: usize,
}

impl At {
    /// The last step of a further loop.
    const fn beyond(self, step: Loop) -> Self {
        let last = step.extent - 1;
        At {
            out: self.out + last * step.out,
            a: self.a + last * step.a,
            b: self.b + last * step.b,
            init: self.init + last * step.init,
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

impl<'a, T: Real, S: Simd, C: Contraction> Nest<'a, T, S, C> {
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();
    const POINTS: bool = matches!(C::LANE, LaneAxis::Points);
    /// The tile's rows, in vectors where they run along the lanes.
    const ROWS: Loop = {
        let rows = Self::scaled(C::M);
        match C::LANE {
            LaneAxis::Row => Loop {
                extent: rows.extent.div_ceil(Self::LANES),
                out: Self::LANES,
                a: Self::LANES,
                b: rows.b * Self::LANES,
                init: rows.init * Self::LANES,
            },
            _ => rows,
        }
    };
    const COLUMNS: Loop = Self::scaled(C::N);
    /// Lanes in use in the last vector of rows; zero: all.
    const TAIL: usize = match C::LANE {
        LaneAxis::Row => C::M.extent % Self::LANES,
        _ => 0,
    };

    /// Scalars in an element of an operand.
    const fn unit(operand: usize) -> usize {
        C::SPACES[operand].unit::<T, S>()
    }

    /// Whether an element of an operand is a vector.
    const fn packed(operand: usize) -> bool {
        matches!(C::SPACES[operand], Space::Block)
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

    /// The rows of the last tile, from one to a whole tile.
    const fn last_rows(tile: usize) -> usize {
        (Self::ROWS.extent - 1) % tile + 1
    }

    /// The greatest address that the loops reach in each operand.
    const REACH: At = {
        let mut reach = At {
            out: 0,
            a: 0,
            b: 0,
            init: 0,
        };
        reach = reach.beyond(Self::scaled(C::M));
        reach = reach.beyond(Self::scaled(C::N));
        reach = reach.beyond(Self::scaled(C::K));
        let mut position = 0;
        while position < C::OUTER.len() {
            reach = reach.beyond(Self::scaled(C::OUTER[position]));
            position += 1;
        }
        let mut position = 0;
        while position < C::SUMS.len() {
            reach = reach.beyond(Self::scaled(C::SUMS[position]));
            position += 1;
        }
        reach
    };

    /// The regions, each as large as the greatest address that the loops reach.
    #[inline(always)]
    fn new(simd: S, memory: &'a Memory<'a, T>, offsets: Offsets) -> Self {
        const {
            // A mirrored result lies where the loops go too only if rows and columns are alike.
            assert!(!C::SYMMETRIC || C::M.extent == C::N.extent);
            assert!(Self::POINTS == Self::packed(0));
            assert!(Self::POINTS || !(Self::packed(1) || Self::packed(2) || Self::packed(3)));
        }
        let init = match C::INITIAL {
            Initial::Zero => 0,
            Initial::Tensor => Self::REACH.init + Self::unit(3),
        };
        let b = if C::ALONE {
            0
        } else {
            Self::REACH.b + Self::unit(2)
        };
        let out = Self::REACH.out + Self::unit(0);
        let a = Self::REACH.a + Self::unit(1);
        Nest {
            simd,
            out: memory.region::<S>(C::SPACES[0], offsets[0], out),
            a: memory.region::<S>(C::SPACES[1], offsets[1], a),
            b: memory.region::<S>(C::SPACES[2], offsets[2], b),
            init: memory.region::<S>(C::SPACES[3], offsets[3], init),
            nest: core::marker::PhantomData,
        }
    }

    #[inline(always)]
    fn all<const M: usize, const N: usize>(&self) {
        let start = At {
            out: 0,
            a: 0,
            b: 0,
            init: 0,
        };
        if const { C::OUTER.is_empty() } {
            self.tiles::<M, N>(start);
        } else {
            for number in 0..const { count(C::OUTER) } {
                self.tiles::<M, N>(Self::advance(C::OUTER, number, start));
            }
        }
    }

    /// The addresses after `number` steps of a loop nest.
    #[inline(always)]
    fn advance(loops: &[Loop], mut number: usize, mut at: At) -> At {
        let mut position = loops.len();
        while position > 0 {
            position -= 1;
            let step = Self::scaled(loops[position]);
            let index = number % step.extent;
            number /= step.extent;
            at.out += index * step.out;
            at.a += index * step.a;
            at.b += index * step.b;
            at.init += index * step.init;
        }
        at
    }

    #[inline(always)]
    fn tiles<const M: usize, const N: usize>(&self, at: At) {
        if const { Self::ROWS.extent > M } {
            for tile in 0..const { (Self::ROWS.extent - 1) / M } {
                self.columns::<M, N, false>(tile * M, at);
            }
        }
        macro_rules! last {
            ($($size:literal)*) => {$(
                if const { Self::last_rows(M) == $size } {
                    let first = const { (Self::ROWS.extent - 1) / M * M };
                    if const { Self::TAIL == 0 } {
                        self.columns::<$size, N, false>(first, at);
                    } else {
                        self.columns::<$size, N, true>(first, at);
                    }
                }
            )*};
        }
        last!(1 2 3 4 5 6 7 8);
    }

    #[inline(always)]
    fn columns<const M: usize, const N: usize, const TAIL: bool>(&self, row: usize, at: At) {
        if const { C::SYMMETRIC } {
            // No tile that lies wholly beyond the diagonal. The last one may reach past it.
            let extent = Self::COLUMNS.extent.min(row + M);
            let last = Self::COLUMNS.extent - const { Self::COLUMNS.extent % N };
            let mut column = 0;
            while column < extent && column < last {
                self.tile::<M, N, TAIL>(row, column, at);
                column += N;
            }
            if column >= extent {
                return;
            }
        } else if const { Self::COLUMNS.extent >= N } {
            for tile in 0..const { Self::COLUMNS.extent / N } {
                self.tile::<M, N, TAIL>(row, tile * N, at);
            }
        }
        macro_rules! last {
            ($($size:literal)*) => {$(
                if const { Self::COLUMNS.extent % N == $size } {
                    let first = const { Self::COLUMNS.extent / N * N };
                    self.tile::<M, $size, TAIL>(row, first, at);
                }
            )*};
        }
        last!(1 2 3 4 5 6 7);
    }

    #[inline(always)]
    fn tile<const M: usize, const N: usize, const TAIL: bool>(
        &self,
        row: usize,
        column: usize,
        mut at: At,
    ) {
        let simd = self.simd;
        let (m, n) = (Self::ROWS, Self::COLUMNS);
        at.out += row * m.out + column * n.out;
        at.a += row * m.a + column * n.a;
        at.b += row * m.b + column * n.b;
        at.init += row * m.init + column * n.init;
        let mut sums = [[T::zero(simd); N]; M];
        if matches!(C::INITIAL, Initial::Tensor) && C::SCALE == 1.0 {
            for i in 0..M {
                for j in 0..N {
                    if column + j < C::INITIAL_COLUMNS {
                        sums[i][j] = self.initial::<M, TAIL>(i, j, at);
                    }
                }
            }
        }
        if const { C::SUMS.is_empty() } {
            self.accumulate::<M, N, TAIL>(at, &mut sums);
        } else {
            for number in 0..const { count(C::SUMS) } {
                let start = Self::advance(C::SUMS, number, at);
                self.accumulate::<M, N, TAIL>(start, &mut sums);
            }
        }
        for i in 0..M {
            for j in 0..N {
                let mut sum = sums[i][j];
                if C::SCALE != 1.0 {
                    let scale = T::literal(simd, C::SCALE);
                    let starts = matches!(C::INITIAL, Initial::Tensor);
                    sum = if starts && column + j < C::INITIAL_COLUMNS {
                        T::mul_add(simd, sum, scale, self.initial::<M, TAIL>(i, j, at))
                    } else {
                        T::mul(simd, sum, scale)
                    };
                }
                self.store::<M, TAIL>(i, j, row, column, at, sum);
            }
        }
    }

    /// The initial value of one result of a tile.
    #[inline(always)]
    fn initial<const M: usize, const TAIL: bool>(
        &self,
        i: usize,
        j: usize,
        at: At,
    ) -> T::Vector<S> {
        let (m, n) = (Self::ROWS, Self::COLUMNS);
        let address = at.init + i * m.init + j * n.init;
        // SAFETY: the region reaches to the last step of every loop.
        unsafe {
            match C::LANE {
                // The lanes are summed at the end: the initial value is in the first.
                LaneAxis::Sum => self.init.load_partial(self.simd, address, 1),
                _ if !Self::packed(3) && m.init == 0 => self.init.splat(self.simd, address),
                LaneAxis::Points if !Self::packed(3) => self.init.splat(self.simd, address),
                LaneAxis::Row if TAIL && i + 1 == M => {
                    self.init.load_partial(self.simd, address, Self::TAIL)
                }
                _ => self.init.load(self.simd, address),
            }
        }
    }

    /// Adds the products over the innermost summed index.
    #[inline(always)]
    fn accumulate<const M: usize, const N: usize, const TAIL: bool>(
        &self,
        at: At,
        sums: &mut [[T::Vector<S>; N]; M],
    ) {
        let k = const { Self::scaled(C::K) };
        if matches!(C::LANE, LaneAxis::Sum) {
            let lanes = Self::LANES;
            let (full, tail) = (k.extent / lanes, k.extent % lanes);
            for step in 0..full {
                self.step::<M, N, TAIL>(at.a + step * lanes, at.b + step * lanes, lanes, sums);
            }
            if tail > 0 {
                let step = full * lanes;
                self.step::<M, N, TAIL>(at.a + step, at.b + step, tail, sums);
            }
        } else {
            for step in 0..k.extent {
                self.step::<M, N, TAIL>(at.a + step * k.a, at.b + step * k.b, 0, sums);
            }
        }
    }

    /// One step of the innermost summed index: every product of the tile. `count` is the number of
    /// summed elements along the lanes, where they run there.
    #[inline(always)]
    fn step<const M: usize, const N: usize, const TAIL: bool>(
        &self,
        a: usize,
        b: usize,
        count: usize,
        sums: &mut [[T::Vector<S>; N]; M],
    ) {
        let simd = self.simd;
        let (m, n) = (Self::ROWS, Self::COLUMNS);
        let mut columns = [T::zero(simd); N];
        if !C::ALONE && !C::PAIRED {
            for j in 0..N {
                columns[j] = self.factor::<1, false>(self.b, Self::packed(2), false, 0, b + j * n.b, count);
            }
        }
        for i in 0..M {
            let row = self.factor::<M, TAIL>(self.a, Self::packed(1), true, i, a + i * m.a, count);
            for j in 0..N {
                sums[i][j] = if C::ALONE {
                    T::add(simd, sums[i][j], row)
                } else if C::PAIRED {
                    let address = b + i * m.b;
                    let other = self.factor::<M, TAIL>(self.b, Self::packed(2), true, i, address, count);
                    T::mul_add(simd, row, other, sums[i][j])
                } else {
                    T::mul_add(simd, row, columns[j], sums[i][j])
                };
            }
        }
    }

    /// An operand of a product. `along`: it moves with `m`, so that where rows run along the lanes
    /// it is read as a vector, in the last one only the lanes in use.
    #[inline(always)]
    fn factor<const M: usize, const TAIL: bool>(
        &self,
        region: Region<'_, T>,
        packed: bool,
        along: bool,
        row: usize,
        address: usize,
        count: usize,
    ) -> T::Vector<S> {
        // SAFETY: the region reaches to the last step of every loop, and no lane beyond it is read.
        unsafe {
            match C::LANE {
                LaneAxis::Sum if count == Self::LANES => region.load(self.simd, address),
                LaneAxis::Sum => region.load_partial(self.simd, address, count),
                LaneAxis::Row if along && TAIL && row + 1 == M => {
                    region.load_partial(self.simd, address, Self::TAIL)
                }
                LaneAxis::Row if along => region.load(self.simd, address),
                _ if packed => region.load(self.simd, address),
                _ => region.splat(self.simd, address),
            }
        }
    }

    #[inline(always)]
    fn store<const M: usize, const TAIL: bool>(
        &self,
        i: usize,
        j: usize,
        row: usize,
        column: usize,
        at: At,
        sum: T::Vector<S>,
    ) {
        let (m, n) = (Self::ROWS, Self::COLUMNS);
        let address = at.out + i * m.out + j * n.out;
        let mirrored = if C::SYMMETRIC {
            let corner = at.out - row * m.out - column * n.out;
            Some(corner + (row + i) * n.out + (column + j) * m.out)
        } else {
            None
        };
        // SAFETY: the region reaches to the last step of every loop, mirrored results included.
        unsafe {
            match C::LANE {
                LaneAxis::Sum => {
                    let sum = T::reduce_sum(self.simd, sum);
                    self.out.set(address, sum);
                    if let Some(mirrored) = mirrored {
                        self.out.set(mirrored, sum);
                    }
                }
                LaneAxis::Row if TAIL && i + 1 == M => {
                    self.out.store_partial(self.simd, address, sum, Self::TAIL);
                }
                _ => {
                    self.out.store(self.simd, address, sum);
                    if let Some(mirrored) = mirrored {
                        self.out.store(self.simd, mirrored, sum);
                    }
                }
            }
        }
    }
}
