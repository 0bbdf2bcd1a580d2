//! The contraction nest: `out[.., m, n] = init + scale * sum over k of a[.., m, k] b[.., n, k]`.
//!
//! One kernel for every product of two tensors. A nest is described by numbers, which are checked
//! against the sizes of the memory while the user's crate compiles ([`Checked::new`]); the kernel is
//! compiled once, here, for each scalar and instruction set ([`Isa`]), so that a network costs its
//! crate no more than a table of numbers. Registers hold a tile of `m` by `n` results; the innermost
//! loop is over the summed index, so each operand that is loaded serves a row or a column of the
//! tile. What runs along the lanes is the points, the index `m`, or the summed index.

use pulp::{Simd, WithSimd};

use crate::lanes::Real;

use super::memory::Space;

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

/// A contraction nest.
#[derive(Clone, Copy, Debug)]
pub struct Contraction {
    /// What runs along the lanes.
    pub lane: LaneAxis,
    /// Loops around the tile, outermost first.
    pub outer: &'static [Loop],
    /// The tile's rows.
    pub m: Loop,
    /// The tile's columns.
    pub n: Loop,
    /// Summed indices but the innermost, outermost first.
    pub sums: &'static [Loop],
    /// The innermost summed index.
    pub k: Loop,
    /// Where the result, both factors and the initial value lie. An element of a block is a vector,
    /// one lane a point; elsewhere it is a scalar, which stands for all lanes.
    pub spaces: [Space; 4],
    /// Where they start, in elements of their space.
    pub offsets: [usize; 4],
    /// How many columns `n` have an initial value; the others start from zero.
    pub initial_columns: usize,
    /// `b` moves with `m` too, and there is one column: `out[m] = sum over k of a[m, k] b[m, k]`.
    pub paired: bool,
    /// There is no second factor.
    pub alone: bool,
    /// Multiplies the sum, not the initial value.
    pub scale: f64,
    /// The result is symmetric in `m` and `n`: tiles above the diagonal are mirrored.
    pub symmetric: bool,
    /// Rows and columns of the tile where there are 32 vector registers or more.
    pub wide: (usize, usize),
    /// The same where there are fewer.
    pub narrow: (usize, usize),
}

/// A nest that stays within `P` parameters, `H` scalars of scratch and `B` elements of a block.
#[derive(Clone, Copy, Debug)]
pub struct Checked<const P: usize, const H: usize, const B: usize>(Contraction);

impl<const P: usize, const H: usize, const B: usize> Checked<P, H, B> {
    /// Checks a nest; meant to be evaluated at compile time.
    ///
    /// # Panics
    /// If the nest reaches beyond one of its spaces, writes to parameters, or contradicts itself.
    #[must_use]
    pub const fn new(nest: Contraction) -> Self {
        let points = matches!(nest.lane, LaneAxis::Points);
        let mut operand = 0;
        while operand < 4 {
            let read = match operand {
                2 => !nest.alone,
                3 => nest.initial_columns > 0,
                _ => true,
            };
            if read {
                let size = match nest.spaces[operand] {
                    Space::Parameters => P,
                    Space::Scratch => H,
                    Space::Block => B,
                };
                let last = nest.offsets[operand] + nest.reach(operand);
                assert!(last < size, "a contraction would leave its memory");
                let block = matches!(nest.spaces[operand], Space::Block);
                assert!(
                    points || !block,
                    "only points run along the lanes of a block"
                );
            }
            operand += 1;
        }
        assert!(
            !matches!(nest.spaces[0], Space::Parameters),
            "parameters are not written"
        );
        assert!(
            points == matches!(nest.spaces[0], Space::Block),
            "the result of points is a block"
        );
        assert!(
            !nest.symmetric || nest.m.extent == nest.n.extent,
            "a symmetric result is square"
        );
        assert!(
            !nest.paired || nest.n.extent == 1,
            "paired factors have one column"
        );
        let contiguous = match nest.lane {
            LaneAxis::Row => {
                nest.m.extent == 1
                    || nest.m.out == 1
                        && nest.m.a == 1
                        && nest.m.init <= 1
                        && (if nest.paired {
                            nest.m.b == 1
                        } else {
                            nest.m.b == 0
                        })
            }
            LaneAxis::Sum => nest.k.extent == 1 || nest.k.a == 1 && (nest.alone || nest.k.b == 1),
            LaneAxis::Points | LaneAxis::Nothing => true,
        };
        assert!(contiguous, "lanes run along what is not contiguous");
        Self(nest)
    }

    /// The nest.
    #[inline(always)]
    #[must_use]
    pub const fn nest(&self) -> &Contraction {
        &self.0
    }
}

impl Contraction {
    /// The greatest distance of an element of an operand from its first one.
    const fn reach(&self, operand: usize) -> usize {
        let mut reach = last(self.m, operand) + last(self.n, operand) + last(self.k, operand);
        let mut position = 0;
        while position < self.outer.len() {
            reach += last(self.outer[position], operand);
            position += 1;
        }
        position = 0;
        while position < self.sums.len() {
            reach += last(self.sums[position], operand);
            position += 1;
        }
        reach
    }
}

const fn last(step: Loop, operand: usize) -> usize {
    assert!(step.extent > 0, "a loop has steps");
    let length = match operand {
        0 => step.out,
        1 => step.a,
        2 => step.b,
        _ => step.init,
    };
    (step.extent - 1) * length
}

/// An instruction set with kernels for a scalar, compiled in this crate.
pub trait Isa<T: Real>: Simd {
    /// Runs a contraction nest.
    ///
    /// # Safety
    /// Each of the pointers (result, first factor, second factor, initial value) is where its
    /// operand starts, and all elements that the nest reaches from there are within one allocation,
    /// those that are read are written, those of the result may be written.
    unsafe fn contract(self, nest: &Contraction, start: [*mut T; 4]);
}

macro_rules! isa {
    ($($(#[$attribute:meta])* $simd:ty: $scalar:ty;)*) => {$(
        $(#[$attribute])*
        impl Isa<$scalar> for $simd {
            unsafe fn contract(self, nest: &Contraction, start: [*mut $scalar; 4]) {
                if matches!(nest.lane, LaneAxis::Nothing) && size_of::<Self>() != 0 {
                    // SAFETY: handed on.
                    return unsafe { pulp::Scalar::new().contract(nest, start) };
                }
                let job = Job::new(self, nest);
                // SAFETY: handed on.
                unsafe { job.all(nest, start) };
            }
        }
    )*};
}

isa! {
    pulp::Scalar: f32;
    pulp::Scalar: f64;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] pulp::x86::V3: f32;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] pulp::x86::V3: f64;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] pulp::x86::V4: f32;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))] pulp::x86::V4: f64;
    #[cfg(target_arch = "aarch64")] pulp::aarch64::Neon: f32;
    #[cfg(target_arch = "aarch64")] pulp::aarch64::Neon: f64;
}

/// How both factors are read, with the lane axis: the kinds of inner loops.
type Kind = u8;
/// Points: scalar times vector.
const POINTS_SPLAT: Kind = 0;
/// Points: vector times vector.
const POINTS: Kind = 1;
/// Points: vector times vector, both moving with the rows.
const POINTS_PAIRED: Kind = 2;
/// Points: scalar times vector, both moving with the rows.
const POINTS_SPLAT_PAIRED: Kind = 3;
/// Points: a vector.
const POINTS_ALONE: Kind = 4;
/// Rows: vector times scalar.
const ROW: Kind = 5;
/// Rows: vector times vector.
const ROW_PAIRED: Kind = 6;
/// Rows: a vector.
const ROW_ALONE: Kind = 7;
/// Sums: vector times vector.
const SUM: Kind = 8;
/// Sums: vector times vector, both moving with the rows.
const SUM_PAIRED: Kind = 9;
/// Sums: a vector.
const SUM_ALONE: Kind = 10;

const fn is_row(kind: Kind) -> bool {
    matches!(kind, ROW | ROW_PAIRED | ROW_ALONE)
}

const fn is_sum(kind: Kind) -> bool {
    matches!(kind, SUM | SUM_PAIRED | SUM_ALONE)
}

const fn is_alone(kind: Kind) -> bool {
    matches!(kind, POINTS_ALONE | ROW_ALONE | SUM_ALONE)
}

const fn is_paired(kind: Kind) -> bool {
    matches!(
        kind,
        POINTS_PAIRED | POINTS_SPLAT_PAIRED | ROW_PAIRED | SUM_PAIRED
    )
}

/// A nest in scalars of one instruction set.
struct Job<T, S> {
    simd: S,
    kind: Kind,
    outer: &'static [Loop],
    /// Rows, in vectors where they run along the lanes.
    m: Loop,
    n: Loop,
    sums: &'static [Loop],
    k: Loop,
    /// Scalars in an element of each operand.
    units: [usize; 4],
    /// Lanes in use in the last vector of rows; zero: all.
    tail: usize,
    /// The initial value is one scalar for all lanes.
    initial_splat: bool,
    initial_columns: usize,
    scale: T,
    symmetric: bool,
    tile: (usize, usize),
}

/// Where each operand of a tile starts.
#[derive(Clone, Copy)]
struct At<T> {
    out: *mut T,
    a: *const T,
    b: *const T,
    init: *const T,
}

impl<T: Real, S: Simd> Job<T, S> {
    const LANES: usize = size_of::<T::Vector<S>>() / size_of::<T>();

    #[inline(always)]
    fn new(simd: S, nest: &Contraction) -> Self {
        let units = nest.spaces.map(|space| space.unit::<T, S>());
        let splat = |operand: usize| !matches!(nest.spaces[operand], Space::Block);
        let kind = match (nest.lane, nest.alone, nest.paired) {
            (LaneAxis::Points, true, _) => POINTS_ALONE,
            (LaneAxis::Points, false, true) if splat(1) => POINTS_SPLAT_PAIRED,
            (LaneAxis::Points, false, true) => POINTS_PAIRED,
            (LaneAxis::Points, false, false) if splat(1) => POINTS_SPLAT,
            (LaneAxis::Points, false, false) => POINTS,
            (LaneAxis::Row, true, _) => ROW_ALONE,
            (LaneAxis::Row, false, true) => ROW_PAIRED,
            (LaneAxis::Row, false, false) => ROW,
            (LaneAxis::Sum, true, _) => SUM_ALONE,
            (LaneAxis::Sum, false, true) => SUM_PAIRED,
            (LaneAxis::Sum, false, false) => SUM,
            // On one lane a vector is a scalar.
            (LaneAxis::Nothing, true, _) => POINTS_ALONE,
            (LaneAxis::Nothing, false, true) => POINTS_PAIRED,
            (LaneAxis::Nothing, false, false) => POINTS,
        };
        let mut m = scaled(nest.m, &units);
        let mut tail = 0;
        if is_row(kind) {
            tail = m.extent % Self::LANES;
            m = Loop {
                extent: m.extent.div_ceil(Self::LANES),
                out: Self::LANES,
                a: Self::LANES,
                b: m.b * Self::LANES,
                init: m.init * Self::LANES,
            };
        }
        let row_splat = is_row(kind) && nest.m.init == 0;
        Job {
            simd,
            kind,
            outer: nest.outer,
            m,
            n: scaled(nest.n, &units),
            sums: nest.sums,
            k: scaled(nest.k, &units),
            units,
            tail,
            initial_splat: row_splat || (!is_row(kind) && !is_sum(kind) && splat(3)),
            initial_columns: nest.initial_columns,
            scale: T::from_f64(nest.scale),
            symmetric: nest.symmetric,
            tile: if S::REGISTER_COUNT >= 32 {
                nest.wide
            } else {
                nest.narrow
            },
        }
    }

    /// # Safety
    /// As of [`Isa::contract`].
    #[inline(always)]
    unsafe fn all(&self, nest: &Contraction, [out, a, b, init]: [*mut T; 4]) {
        let start = At { out, a, b, init };
        // SAFETY: the addresses are those of steps of the nest's loops.
        unsafe {
            if nest.outer.is_empty() {
                self.tiles(start);
            } else {
                for number in 0..count(self.outer) {
                    self.tiles(advance(self.outer, &self.units, number, start));
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn tiles(&self, at: At<T>) {
        let mut column = 0;
        while column < self.n.extent {
            let width = self.width(self.n.extent - column);
            // A symmetric result needs no tile that lies wholly beyond the diagonal.
            let mut row = if self.symmetric { column } else { 0 };
            while row < self.m.extent {
                let rest = self.m.extent - row;
                let height = self.height(rest, width);
                // SAFETY: rows and columns are within their loops.
                unsafe { self.panel(height, width, row, rest / height, column, at) };
                row += rest / height * height;
            }
            column += width;
        }
    }

    /// The columns of the next tiles: a size that is compiled, at most what is left.
    #[inline(always)]
    fn width(&self, rest: usize) -> usize {
        let most = if is_sum(self.kind) { 2 } else { 4 };
        self.tile.1.min(rest).min(most)
    }

    /// The rows of the next tiles.
    #[inline(always)]
    fn height(&self, rest: usize, width: usize) -> usize {
        let most = self.tile.0.min(rest);
        let plane = matches!(self.kind, POINTS | POINTS_SPLAT);
        match most {
            8.. if plane && width <= 2 => 8,
            5.. if plane && width == 3 => 5,
            4.. if !is_row(self.kind) || is_alone(self.kind) || is_paired(self.kind) => 4,
            3.. if self.kind == ROW => 3,
            2.. if !is_alone(self.kind) && !is_paired(self.kind) => 2,
            _ => 1,
        }
    }

    /// Some tiles of the same size, one below the other.
    #[inline(always)]
    unsafe fn panel(
        &self,
        height: usize,
        width: usize,
        row: usize,
        tiles: usize,
        column: usize,
        at: At<T>,
    ) {
        macro_rules! sizes {
            ($kind:ident: $(($m:literal, $n:literal))*) => {
                match (height, width) {
                    $(($m, $n) => self.simd.vectorize(Panel::<T, S, $kind, $m, $n> {
                        job: self, row, tiles, column, at,
                    }),)*
                    _ => no_such_tile(),
                }
            };
        }
        macro_rules! plane {
            ($kind:ident) => {
                sizes!($kind:
                    (1, 1) (2, 1) (4, 1) (8, 1)
                    (1, 2) (2, 2) (4, 2) (8, 2)
                    (1, 3) (2, 3) (4, 3) (5, 3)
                    (1, 4) (2, 4) (4, 4))
            };
        }
        match self.kind {
            POINTS_SPLAT => plane!(POINTS_SPLAT),
            POINTS => plane!(POINTS),
            POINTS_PAIRED => sizes!(POINTS_PAIRED: (1, 1) (4, 1)),
            POINTS_SPLAT_PAIRED => sizes!(POINTS_SPLAT_PAIRED: (1, 1) (4, 1)),
            POINTS_ALONE => sizes!(POINTS_ALONE: (1, 1) (4, 1)),
            ROW => sizes!(ROW:
                (1, 1) (2, 1) (3, 1) (1, 2) (2, 2) (3, 2) (1, 3) (2, 3) (3, 3) (1, 4) (2, 4) (3, 4)),
            ROW_PAIRED => sizes!(ROW_PAIRED: (1, 1) (4, 1)),
            ROW_ALONE => sizes!(ROW_ALONE: (1, 1) (4, 1)),
            SUM => sizes!(SUM: (1, 1) (2, 1) (4, 1) (1, 2) (2, 2) (4, 2)),
            SUM_PAIRED => sizes!(SUM_PAIRED: (1, 1) (4, 1)),
            _ => sizes!(SUM_ALONE: (1, 1) (4, 1)),
        }
    }
}

#[cold]
#[inline(never)]
fn no_such_tile() {
    unreachable!("`width` and `height` choose among the tiles that are compiled")
}

#[inline(always)]
fn scaled(step: Loop, units: &[usize; 4]) -> Loop {
    Loop {
        extent: step.extent,
        out: step.out * units[0],
        a: step.a * units[1],
        b: step.b * units[2],
        init: step.init * units[3],
    }
}

/// The number of steps of nested loops.
#[inline(always)]
fn count(loops: &[Loop]) -> usize {
    let mut count = 1;
    for step in loops {
        count *= step.extent;
    }
    count
}

/// The addresses after `number` steps of nested loops.
///
/// # Safety
/// They are within the allocations of `at`.
#[inline(always)]
unsafe fn advance<T>(
    loops: &[Loop],
    units: &[usize; 4],
    mut number: usize,
    mut at: At<T>,
) -> At<T> {
    let mut position = loops.len();
    while position > 0 {
        position -= 1;
        let step = scaled(loops[position], units);
        let index = number % step.extent;
        number /= step.extent;
        // SAFETY: by the contract.
        unsafe {
            at.out = at.out.add(index * step.out);
            at.a = at.a.add(index * step.a);
            at.b = at.b.add(index * step.b);
            at.init = at.init.wrapping_add(index * step.init);
        }
    }
    at
}

/// The inner loops of some tiles of one kind and size: what is compiled for each instruction set.
struct Panel<'a, T, S, const KIND: Kind, const M: usize, const N: usize> {
    job: &'a Job<T, S>,
    row: usize,
    tiles: usize,
    column: usize,
    at: At<T>,
}

impl<T: Real, S: Simd, const KIND: Kind, const M: usize, const N: usize> WithSimd
    for Panel<'_, T, S, KIND, M, N>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Same: Simd>(self, _: Same) {
        for tile in 0..self.tiles {
            // SAFETY: the job is a checked nest, its tiles lie within its loops.
            unsafe { self.tile(self.row + tile * M) };
        }
    }
}

impl<T: Real, S: Simd, const KIND: Kind, const M: usize, const N: usize>
    Panel<'_, T, S, KIND, M, N>
{
    /// Independent sums of each result: a small tile would otherwise wait for its last addition.
    const CHAINS: usize = if M * N <= 2 { 4 } else { 1 };

    #[inline(always)]
    unsafe fn tile(&self, row: usize) {
        let (job, simd) = (self.job, self.job.simd);
        let (m, n) = (job.m, job.n);
        // Lanes in use in the last vector of rows.
        let tail = if row + M == m.extent && job.tail > 0 {
            job.tail
        } else {
            Job::<T, S>::LANES
        };
        let mut sums = [[T::zero(simd); N]; M];
        // SAFETY (this function): rows are below m.extent, columns below n.extent, summed indices
        // below theirs, so every address is one that the nest was checked for.
        unsafe {
            let at = At {
                out: self.at.out.add(row * m.out + self.column * n.out),
                a: self.at.a.add(row * m.a + self.column * n.a),
                b: self.at.b.add(row * m.b + self.column * n.b),
                init: self
                    .at
                    .init
                    .wrapping_add(row * m.init + self.column * n.init),
            };
            for number in 0..count(job.sums) {
                self.accumulate(advance(job.sums, &job.units, number, at), tail, &mut sums);
            }
            let plain = self.column >= job.initial_columns && !job.symmetric && job.scale == T::ONE;
            if plain && !is_sum(KIND) {
                for i in 0..M {
                    let count = if i + 1 == M { tail } else { Job::<T, S>::LANES };
                    for j in 0..N {
                        let address = at.out.add(i * m.out + j * n.out);
                        if is_row(KIND) {
                            T::store_partial(simd, address, sums[i][j], count);
                        } else {
                            T::store(simd, address, sums[i][j]);
                        }
                    }
                }
            } else {
                // The rest is a loop over memory, not code for each result: it is small beside the sums.
                self.finish(at, row, tail, &core::hint::black_box(sums));
            }
        }
    }

    /// Scales the sums of a tile, adds initial values, and stores.
    #[inline(always)]
    unsafe fn finish(&self, at: At<T>, row: usize, tail: usize, sums: &[[T::Vector<S>; N]; M]) {
        let (job, simd) = (self.job, self.job.simd);
        let (m, n) = (job.m, job.n);
        let scale = T::splat(simd, job.scale);
        for (i, sums) in sums.iter().enumerate() {
            let count = if i + 1 == M { tail } else { Job::<T, S>::LANES };
            for (j, sum) in sums.iter().enumerate() {
                let mut sum = T::mul(simd, *sum, scale);
                let column = self.column + j;
                // One triangle is stored, with its mirror image: each result once, since the
                // initial value may be the result itself.
                if job.symmetric && row + i < column {
                    continue;
                }
                // SAFETY: as of `tile`; the mirrored result is that of another row and column of a
                // square.
                unsafe {
                    if column < job.initial_columns {
                        let address = at.init.add(i * m.init + j * n.init);
                        sum = T::add(simd, sum, self.initial(address, count));
                    }
                    let address = at.out.add(i * m.out + j * n.out);
                    let mirrored = self.at.out.add((row + i) * n.out + column * m.out);
                    if is_sum(KIND) {
                        let sum = T::reduce_sum(simd, sum);
                        *address = sum;
                        if job.symmetric {
                            *mirrored = sum;
                        }
                    } else if is_row(KIND) {
                        T::store_partial(simd, address, sum, count);
                    } else {
                        T::store(simd, address, sum);
                        if job.symmetric {
                            T::store(simd, mirrored, sum);
                        }
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn initial(&self, address: *const T, count: usize) -> T::Vector<S> {
        let simd = self.job.simd;
        // SAFETY: as of `tile`.
        unsafe {
            if is_sum(KIND) {
                // The lanes are summed at the end: the initial value is in the first.
                T::load_partial(simd, address, 1)
            } else if self.job.initial_splat {
                T::splat(simd, *address)
            } else if is_row(KIND) {
                T::load_partial(simd, address, count)
            } else {
                T::load(simd, address)
            }
        }
    }

    /// Adds the products over the innermost summed index.
    #[inline(always)]
    unsafe fn accumulate(&self, at: At<T>, tail: usize, sums: &mut [[T::Vector<S>; N]; M]) {
        let (simd, k) = (self.job.simd, self.job.k);
        let lanes = Job::<T, S>::LANES;
        // Steps of the loop, and elements left that do not fill a vector.
        let (steps, rest, a, b) = if is_sum(KIND) {
            (k.extent / lanes, k.extent % lanes, lanes, lanes)
        } else {
            (k.extent, 0, k.a, k.b)
        };
        let mut step = 0;
        // SAFETY: as of `tile`.
        unsafe {
            if Self::CHAINS > 1 {
                let mut chains = [[[T::zero(simd); N]; M]; 4];
                while step + Self::CHAINS <= steps {
                    for chain in 0..Self::CHAINS {
                        let s = step + chain;
                        self.step(
                            at.a.add(s * a),
                            at.b.add(s * b),
                            tail,
                            lanes,
                            &mut chains[chain],
                        );
                    }
                    step += Self::CHAINS;
                }
                for chain in 0..Self::CHAINS {
                    for i in 0..M {
                        for j in 0..N {
                            sums[i][j] = T::add(simd, sums[i][j], chains[chain][i][j]);
                        }
                    }
                }
            }
            while step < steps {
                self.step(at.a.add(step * a), at.b.add(step * b), tail, lanes, sums);
                step += 1;
            }
            if is_sum(KIND) && rest > 0 {
                self.step(at.a.add(step * a), at.b.add(step * b), tail, rest, sums);
            }
        }
    }

    /// One step of the innermost summed index: every product of the tile. `count` is the number of
    /// summed elements along the lanes, where they run there.
    #[inline(always)]
    unsafe fn step(
        &self,
        a: *const T,
        b: *const T,
        tail: usize,
        count: usize,
        sums: &mut [[T::Vector<S>; N]; M],
    ) {
        let simd = self.job.simd;
        let (m, n) = (self.job.m, self.job.n);
        let mut columns = [T::zero(simd); N];
        // SAFETY: as of `tile`.
        unsafe {
            if !is_alone(KIND) && !is_paired(KIND) {
                for j in 0..N {
                    let address = b.add(j * n.b);
                    columns[j] = match KIND {
                        ROW => T::splat(simd, *address),
                        SUM => self.summed(address, count),
                        _ => T::load(simd, address),
                    };
                }
            }
            for i in 0..M {
                let address = a.add(i * m.a);
                let row = match KIND {
                    POINTS_SPLAT | POINTS_SPLAT_PAIRED => T::splat(simd, *address),
                    SUM | SUM_PAIRED | SUM_ALONE => self.summed(address, count),
                    ROW | ROW_PAIRED | ROW_ALONE => self.along(address, i, tail),
                    _ => T::load(simd, address),
                };
                if is_alone(KIND) {
                    sums[i][0] = T::add(simd, sums[i][0], row);
                } else if is_paired(KIND) {
                    let address = b.add(i * m.b);
                    let other = match KIND {
                        SUM_PAIRED => self.summed(address, count),
                        ROW_PAIRED => self.along(address, i, tail),
                        _ => T::load(simd, address),
                    };
                    sums[i][0] = T::mul_add(simd, row, other, sums[i][0]);
                } else {
                    for j in 0..N {
                        sums[i][j] = T::mul_add(simd, row, columns[j], sums[i][j]);
                    }
                }
            }
        }
    }

    /// Elements along a summed index.
    #[inline(always)]
    unsafe fn summed(&self, address: *const T, count: usize) -> T::Vector<S> {
        let simd = self.job.simd;
        // SAFETY: as of `tile`; no more than the elements left are read.
        unsafe {
            if count == Job::<T, S>::LANES {
                T::load(simd, address)
            } else {
                T::load_partial(simd, address, count)
            }
        }
    }

    /// Elements along the rows; in the last vector only those in use are read.
    #[inline(always)]
    unsafe fn along(&self, address: *const T, i: usize, tail: usize) -> T::Vector<S> {
        let simd = self.job.simd;
        // SAFETY: as of `tile`.
        unsafe {
            if i + 1 == M {
                T::load_partial(simd, address, tail)
            } else {
                T::load(simd, address)
            }
        }
    }
}
