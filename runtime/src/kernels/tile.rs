//! The code of a contraction's tiles: results in registers, one step of the innermost summed index after the other.
//!
//! A network pays for each tile that differs, once for each instruction set. So conditions of the code are constants with a name:
//! where a constant is computed in the condition, both sides are compiled. And what does not change between the tiles of a panel,
//! such as the lanes in use of a partial vector, is made once.

use crate::lanes::{Isa, Real};

use super::caches;
use super::contraction::Panel;
use super::nest::{has, kind};
use super::odometer::Odometer;
use super::strided::gather;
use super::transpose::{MOST_LANES, Square, each_row, sums_of_lanes, transpose};

/// Where the operands stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position<T> {
    pub out: *mut T,
    pub a: *const T,
    pub b: *const T,
    pub init: *const T,
}

impl<T> Position<T> {
    /// So many scalars further; the pointers stay within their regions while the loops do.
    #[inline(always)]
    fn after(&self, [out, a, b, init]: [usize; 4]) -> Self {
        Position {
            out: self.out.wrapping_add(out),
            a: self.a.wrapping_add(a),
            b: self.b.wrapping_add(b),
            init: self.init.wrapping_add(init),
        }
    }
}

/// One panel at work, where the loops around it stand.
pub(super) struct Work<
    T: Real,
    S: Isa,
    const KIND: u32,
    const R: usize,
    const W: usize,
    const ROW_STEP: usize,
    const COLUMN_STEP: usize,
> {
    pub simd: S,
    pub panel: &'static Panel,
    pub start: Position<T>,
    /// Where the weight begins, if there is one.
    pub weight: *const T,
    /// Steps of the innermost sum, in full vectors where it runs along the lanes.
    pub steps: usize,
    /// Lanes in use of the last vector of rows, or of the summed index behind its full vectors.
    pub last: usize,
    /// Lanes in use of a vector that may be partial: of the last row of the tile, or of the summed index.
    pub part: T::Mask<S>,
    /// How many rows of the last vector of the tile's rows there are.
    pub in_use: usize,
    /// How many columns from the first of the tile on have an initial value that is read.
    pub initial_columns: usize,
    /// Whether any is read.
    pub has_initial: bool,
}

/// The results of a tile, and room for a vector behind them.
#[repr(C)]
struct Totals<T, const N: usize, const W: usize> {
    numbers: [[T; W]; N],
    rest: [T; MOST_LANES],
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
    /// Whether the last vector of rows may be partial.
    const ROW_PART: bool = Self::ROW && Self::PART;
    /// Whether the last vector of the summed index may be.
    const SUM_PART: bool = Self::SUM && Self::PART;
    const PART: bool = has(KIND, kind::PART);
    const A_VECTOR: bool = has(KIND, kind::A_VECTOR);
    const B_VECTOR: bool = has(KIND, kind::B_VECTOR);
    const PAIRED: bool = has(KIND, kind::PAIRED);
    const ALONE: bool = has(KIND, kind::ALONE);
    /// Whether the second factor has a value for each column.
    const COLUMNS: bool = !Self::ALONE && !Self::PAIRED;
    const SYMMETRIC: bool = has(KIND, kind::SYMMETRIC);
    /// Whether only results with `i >= j` are computed.
    const DIAGONAL: bool = has(KIND, kind::DIAGONAL);
    const INITIAL: bool = has(KIND, kind::INITIAL);
    const INITIAL_SPLAT: bool = has(KIND, kind::INITIAL_SPLAT);
    const SCALED: bool = has(KIND, kind::SCALED);
    const NESTED: bool = has(KIND, kind::NESTED);
    const WEIGHTED: bool = has(KIND, kind::WEIGHTED);
    const ADDENDS: bool = has(KIND, kind::ADDENDS);
    const APART: bool = has(KIND, kind::APART);
    const FETCHED: bool = has(KIND, kind::FETCHED);
    /// Whether the innermost sum is over the points of a block.
    const POINTS: bool = has(KIND, kind::POINTS);
    /// Whether columns of the second factor are vectors of points, one of which is read.
    const POINT: bool = Self::POINTS && Self::ROW;
    /// Whether sums are so few that each addition would wait for the one before.
    const WAITS: bool = R * W <= 2;
    /// Whether many sums of lanes are faster together: of few lanes each takes few steps.
    const TOGETHER: bool = Self::LANES >= 8;
    /// Whether results are one number for all lanes, which are added up.
    const ADDS_UP: bool = Self::SUM && !Self::APART;
    /// Scalars from one summed element of the first factor to the next, of a sum over points along the lanes.
    const A_POINTS: usize = if Self::A_VECTOR { Self::LANES } else { 0 };
    /// The same of the second factor.
    const B_POINTS: usize = if Self::B_VECTOR { Self::LANES } else { 0 };
    /// Whether what is no vector is gathered, since lanes are apart.
    const GATHERS: bool = Self::SUM && !Self::POINTS;

    /// Scalars between rows of the first factor.
    const A_ROW: usize = Self::row_step(Self::A_VECTOR, ROW_STEP);
    /// Scalars between rows of the second factor, if it is paired.
    const B_ROW: usize = Self::row_step(Self::B_VECTOR, COLUMN_STEP);
    /// Scalars between columns of the second factor.
    const B_COLUMN: usize = if Self::POINT {
        COLUMN_STEP * Self::LANES
    } else if Self::ROW {
        COLUMN_STEP
    } else {
        Self::row_step(Self::B_VECTOR, COLUMN_STEP)
    };

    const fn row_step(vector: bool, step: usize) -> usize {
        if Self::ROW {
            Self::LANES
        } else if vector && (!Self::SUM || Self::POINTS) {
            step * Self::LANES
        } else {
            step
        }
    }

    /// All tiles, at every step of the loops around them; `points` are in the block.
    #[inline(always)]
    pub fn columns(mut self, points: usize) {
        if Self::POINTS {
            if Self::SUM {
                // Behind the last full vector there is room for another, or there are no points.
                let vectors = points / Self::LANES;
                if vectors < self.steps {
                    self.steps = vectors;
                    self.last = points % Self::LANES;
                }
            } else if points < self.steps {
                self.steps = points;
            }
        }
        if Self::SUM_PART {
            self.part = T::first_lanes(self.simd, self.last);
        }
        if Self::NESTED {
            let start = self.start;
            let mut odometer = Odometer::new(self.panel.outer, self.panel.units);
            loop {
                self.start = start.after(odometer.moved);
                self.all();
                if !odometer.next() {
                    return;
                }
            }
        }
        self.all();
    }

    /// All tiles at one step of the loops around them.
    #[inline(always)]
    fn all(&mut self) {
        if Self::ROW && Self::SYMMETRIC {
            self.triangle();
        } else {
            self.side_by_side();
        }
    }

    /// The squares of lanes on and below the diagonal, row by row: so a line of results, and of their mirror images, is soon written
    /// as a whole.
    #[inline(always)]
    fn triangle(&mut self) {
        let panel = self.panel;
        let (m, n, first) = (&panel.m, &panel.n, self.start);
        let initial_columns = if self.has_initial {
            panel.initial_columns
        } else {
            0
        };
        let mut row = 0;
        while row < panel.tiles {
            let height = if panel.tiles - row < R { 1 } else { R };
            let end = row + height;
            let mut column = 0;
            while column < panel.across && column < end {
                let right = column * W;
                self.initial_columns = initial_columns.saturating_sub(right);
                // Of the columns that begin at the diagonal below the first row, one square after the other.
                let mut at = if column < row { row } else { column };
                while at < end {
                    self.start = first.after([at * m.out, at * m.a, 0, at * m.init]).after([
                        right * n.out,
                        0,
                        right * n.b,
                        right * n.init,
                    ]);
                    let mirror = first.out.wrapping_add(right + at * Self::LANES * n.out);
                    if at == row && height == R {
                        self.count_lanes(panel.tiles - end);
                        self.squares(mirror, column == row);
                        at = end;
                    } else {
                        self.count_lanes(panel.tiles - at - 1);
                        self.of_one_row().squares(mirror, column == at);
                        at += 1;
                    }
                }
                column += 1;
            }
            row = end;
        }
    }

    /// The same work with tiles of one vector of rows.
    #[inline(always)]
    fn of_one_row(&self) -> Work<T, S, KIND, 1, W, ROW_STEP, COLUMN_STEP> {
        Work {
            simd: self.simd,
            panel: self.panel,
            start: self.start,
            weight: self.weight,
            steps: self.steps,
            last: self.last,
            part: self.part,
            in_use: self.in_use,
            initial_columns: self.initial_columns,
            has_initial: self.has_initial,
        }
    }

    /// The columns of tiles.
    #[inline(always)]
    fn side_by_side(&mut self) {
        self.initial_columns = if self.has_initial {
            self.panel.initial_columns
        } else {
            0
        };
        let mut across = self.panel.across;
        loop {
            self.column();
            across -= 1;
            if across == 0 {
                return;
            }
            self.start = self.start.after(self.panel.beside);
            self.initial_columns = self.initial_columns.saturating_sub(W);
        }
    }

    /// One column of tiles, one below the other.
    #[inline(always)]
    fn column(&mut self) {
        let panel = self.panel;
        let mut mirror = self.start.out;
        if Self::SYMMETRIC {
            mirror = mirror.wrapping_add(panel.mirror);
        }
        let mut row = 0;
        let mut tiles = panel.tiles;
        while tiles > 0 {
            tiles -= 1;
            self.count_lanes(tiles);
            self.tile(mirror, row);
            row += R;
            self.start = self.start.after(panel.tile);
            if Self::SYMMETRIC {
                mirror = mirror.wrapping_add(panel.mirror_tile);
            }
        }
    }

    /// The lanes in use of the last row of a tile, which has so many tiles below it.
    #[inline(always)]
    fn count_lanes(&mut self, below: usize) {
        if Self::ROW_PART {
            self.in_use = if below == 0 { self.last } else { Self::LANES };
            self.part = T::first_lanes(self.simd, self.in_use);
        }
    }

    /// The results of a tile.
    #[inline(always)]
    fn sums(&self) -> [[T::Vector<S>; W]; R] {
        let (simd, panel, at) = (self.simd, self.panel, &self.start);
        let mut sums = [[T::zero(simd); W]; R];
        if Self::ADDENDS {
            let mut position = 0;
            while position < panel.addends.len() {
                let addend = &panel.addends[position];
                let a = at.a.wrapping_add(addend.a * panel.units[1]);
                let b = at.b.wrapping_add(addend.b * panel.units[2]);
                if !Self::POINTS {
                    let weight = self.weight.wrapping_add(addend.weight * panel.weight_unit);
                    self.accumulate::<false>(a, b, weight, 1.0, &mut sums);
                } else if addend.scale == 1.0 {
                    self.accumulate::<false>(a, b, self.weight, 1.0, &mut sums);
                } else {
                    self.accumulate::<true>(a, b, self.weight, addend.scale, &mut sums);
                }
                position += 1;
            }
        } else if Self::NESTED {
            let mut odometer = Odometer::new(panel.sums, panel.units);
            loop {
                let at = at.after(odometer.moved);
                self.accumulate::<false>(at.a, at.b, self.weight, 1.0, &mut sums);
                if !odometer.next() {
                    break;
                }
            }
        } else {
            self.accumulate::<false>(at.a, at.b, self.weight, 1.0, &mut sums);
        }
        if Self::SCALED {
            self.multiply(panel.scale, &mut sums);
        }
        if Self::INITIAL && !Self::ADDS_UP {
            let mut column = at.init;
            let mut j = 0;
            while j < W {
                if j < self.initial_columns {
                    let mut source = column;
                    let mut i = 0;
                    while i < R {
                        let initial = self.initial(source, i + 1 == R);
                        sums[i][j] = T::add(simd, sums[i][j], initial);
                        source = source.wrapping_add(panel.m.init);
                        i += 1;
                    }
                }
                column = column.wrapping_add(panel.n.init);
                j += 1;
            }
        }
        sums
    }

    /// One tile. Symmetric results go to `mirror` too; `row` is that of the tile in the column of tiles.
    #[inline(always)]
    fn tile(&self, mirror: *mut T, row: usize) {
        let (panel, at) = (self.panel, &self.start);
        let sums = self.sums();
        if Self::ADDS_UP {
            self.store_sums(&sums, mirror, row);
            return;
        }
        if Self::ROW && Self::FETCHED {
            // What the tile beside writes.
            let mut j = 0;
            while j < W {
                let out = at.out.wrapping_add((W + j) * panel.n.out);
                caches::fetch_lines(out.cast_const(), R * Self::LANES);
                j += 1;
            }
        }
        // Read before the first store, which could change them for all that is known.
        let (down, right) = (panel.m.out, panel.n.out);
        let (mut out_row, mut mirror_column) = (at.out, mirror);
        let mut i = 0;
        while i < R {
            let (mut out, mut mirror) = (out_row, mirror_column);
            let mut j = 0;
            while j < W {
                let sum = sums[i][j];
                if Self::SYMMETRIC {
                    // Each result once, since the initial value may be the result itself.
                    if panel.diagonal + row + i >= j {
                        self.store(out, sum, i + 1 == R);
                        self.store(mirror, sum, i + 1 == R);
                    }
                    mirror = mirror.wrapping_add(down);
                } else {
                    self.store(out, sum, i + 1 == R);
                }
                out = out.wrapping_add(right);
                j += 1;
            }
            out_row = out_row.wrapping_add(down);
            if Self::SYMMETRIC {
                mirror_column = mirror_column.wrapping_add(right);
            }
            i += 1;
        }
    }

    /// Squares of lanes below each other, of `R` vectors of rows, and their mirror images, whose columns are the rows. A square on the
    /// diagonal, the first or none, is its own image: what lies beyond the diagonal comes from it.
    #[inline(always)]
    fn squares(&self, mut mirror: *mut T, is_on_diagonal: bool) {
        let simd = self.simd;
        let (down, right) = (self.panel.m.out, self.panel.n.out);
        let mut out_row = self.start.out;
        if const { Self::FETCHED && Self::LANES * size_of::<T>() > caches::UNSPLIT } {
            // What these squares write, while they are computed.
            let mut j = 0;
            while j < W {
                let out = out_row.wrapping_add(j * right);
                caches::fetch_lines(out.cast_const(), R * Self::LANES);
                j += 1;
            }
            let mut row = 0;
            while row < R * Self::LANES {
                let target = mirror.wrapping_add(row * right);
                caches::fetch_lines(target.cast_const(), Self::LANES);
                row += 1;
            }
        }
        let sums = self.sums();
        let mut i = 0;
        while i < R {
            let is_last = i + 1 == R;
            let mut square: Square<T, S> = [T::zero(simd); MOST_LANES];
            each_row!(j below W => {
                square[j] = sums[i][j];
            });
            let image = transpose::<T, S>(simd, square);
            if i == 0 && is_on_diagonal {
                each_row!(j below W => {
                    let out = out_row.wrapping_add(j * right);
                    self.store(out, square[j], is_last);
                    // SAFETY: as of `factor`: the square has more rows than this.
                    unsafe { T::store_partial(simd, out, image[j], T::first_lanes(simd, j)) };
                });
            } else {
                each_row!(j below W => {
                    self.store(out_row.wrapping_add(j * right), square[j], is_last);
                });
                let rows = if Self::ROW_PART && is_last {
                    self.in_use
                } else {
                    Self::LANES
                };
                each_row!(row below Self::LANES => {
                    if row < rows {
                        let target = mirror.wrapping_add(row * right);
                        // SAFETY: as of `factor`; a mirrored result is that of another row and column of a square, and columns of a
                        // square of lanes fill a vector.
                        unsafe { T::store(simd, target, image[row]) };
                    }
                });
            }
            mirror = mirror.wrapping_add(Self::LANES * right);
            out_row = out_row.wrapping_add(down);
            i += 1;
        }
    }

    /// Multiplies sums by a number.
    #[inline(always)]
    fn multiply(&self, scale: f64, sums: &mut [[T::Vector<S>; W]; R]) {
        let scale = T::literal(self.simd, scale);
        let mut i = 0;
        while i < R {
            let mut j = 0;
            while j < W {
                sums[i][j] = T::mul(self.simd, sums[i][j], scale);
                j += 1;
            }
            i += 1;
        }
    }

    /// The results of a tile whose lanes are added up.
    #[inline(always)]
    fn store_sums(&self, sums: &[[T::Vector<S>; W]; R], mirror: *mut T, row: usize) {
        if const { W == 1 && R >= Self::LANES && Self::TOGETHER && !Self::SYMMETRIC } {
            let m = &self.panel.m;
            if m.out == 1 && (self.initial_columns == 0 || m.init == 1) {
                self.store_rows(sums.as_flattened());
                return;
            }
        }
        self.store_numbers(sums, mirror, row);
    }

    /// The results of rows that lie side by side, as vectors: whoever reads them next loads them so, and would wait for numbers that were
    /// stored one by one until they are in the cache.
    #[inline(always)]
    fn store_rows(&self, sums: &[T::Vector<S>]) {
        let simd = self.simd;
        let mut start = 0;
        while start < sums.len() {
            let left = sums.len() - start;
            let rows = T::first_lanes(
                simd,
                if left < Self::LANES {
                    left
                } else {
                    Self::LANES
                },
            );
            let mut totals = self.add_up_together(sums, start);
            // SAFETY: as of `factor`, for the rows that are left.
            unsafe {
                if self.initial_columns > 0 {
                    let initial = self.start.init.wrapping_add(start);
                    totals = T::add(simd, totals, T::load_partial(simd, initial, rows));
                }
                let out = self.start.out.wrapping_add(start);
                if left < Self::LANES {
                    T::store_partial(simd, out, totals, rows);
                } else {
                    T::store(simd, out, totals);
                }
            }
            start += Self::LANES;
        }
    }

    /// The results one by one.
    #[inline(always)]
    fn store_numbers(&self, sums: &[[T::Vector<S>; W]; R], mirror: *mut T, row: usize) {
        let (panel, at) = (self.panel, &self.start);
        let totals = self.add_up(sums);
        let mut i = 0;
        while i < R {
            let mut j = 0;
            while j < W {
                if !Self::SYMMETRIC || panel.diagonal + row + i >= j {
                    let mut sum = totals.numbers[i][j];
                    let (r, c) = (&panel.m, &panel.n);
                    // SAFETY: as of `factor`; a mirrored result is that of another row and column of a square.
                    unsafe {
                        if j < self.initial_columns {
                            sum += *at.init.wrapping_add(i * r.init + j * c.init);
                        }
                        *at.out.wrapping_add(i * r.out + j * c.out) = sum;
                        if Self::SYMMETRIC {
                            *mirror.wrapping_add(i * c.out + j * r.out) = sum;
                        }
                    }
                }
                j += 1;
            }
            i += 1;
        }
    }

    /// The sums of the lanes of as many vectors as there are lanes, from `start` on.
    #[inline(always)]
    fn add_up_together(&self, sums: &[T::Vector<S>], start: usize) -> T::Vector<S> {
        let simd = self.simd;
        let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
        let mut i = 0;
        while i < Self::LANES {
            let number = start + i;
            rows[i] = sums[if number < sums.len() { number } else { start }];
            i += 1;
        }
        sums_of_lanes::<T, S>(simd, rows)
    }

    /// The sums of the lanes of each vector. Of many, as many as there are lanes together take fewer steps, but a result has to wait
    /// for the others.
    #[inline(always)]
    fn add_up(&self, sums: &[[T::Vector<S>; W]; R]) -> Totals<T, R, W> {
        let simd = self.simd;
        let mut totals = Totals {
            numbers: [[T::ZERO; W]; R],
            rest: [T::ZERO; MOST_LANES],
        };
        let sums = sums.as_flattened();
        let numbers: *mut T = (&raw mut totals).cast();
        let mut start = 0;
        while start < R * W {
            if const { !Self::TOGETHER || 2 * R * W < 3 * Self::LANES } {
                // SAFETY: it is one of the numbers.
                unsafe { *numbers.wrapping_add(start) = T::reduce_sum(simd, sums[start]) };
                start += 1;
                continue;
            }
            let vector = self.add_up_together(sums, start);
            // SAFETY: behind the numbers there is room for a vector.
            unsafe { T::store(simd, numbers.wrapping_add(start), vector) };
            start += Self::LANES;
        }
        totals
    }

    /// Adds the products over the innermost summed index, if `SCALED` times a number.
    #[inline(always)]
    fn accumulate<const SCALED: bool>(
        &self,
        mut a: *const T,
        mut b: *const T,
        mut weight: *const T,
        scale: f64,
        sums: &mut [[T::Vector<S>; W]; R],
    ) {
        let simd = self.simd;
        let k = &self.panel.k;
        let (next_a, next_b) = if Self::POINTS && Self::SUM {
            (Self::A_POINTS, Self::B_POINTS)
        } else {
            (k.a, k.b)
        };
        let scale = if SCALED {
            T::literal(simd, scale)
        } else {
            T::zero(simd)
        };
        let mut steps = self.steps;
        if Self::WAITS && steps >= 8 {
            let mut chains = [[[T::zero(simd); W]; R]; 4];
            while steps >= 4 {
                let mut chain = 0;
                while chain < 4 {
                    self.step::<false, SCALED>(a, b, weight, scale, &mut chains[chain]);
                    a = a.wrapping_add(next_a);
                    b = b.wrapping_add(next_b);
                    if Self::WEIGHTED {
                        weight = weight.wrapping_add(self.panel.weight_step);
                    }
                    chain += 1;
                }
                steps -= 4;
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
        while steps > 0 {
            if !Self::ROW && Self::FETCHED {
                // What the next tile reads of this column.
                caches::fetch_lines(a.wrapping_add(R * Self::A_ROW), R);
            }
            self.step::<false, SCALED>(a, b, weight, scale, sums);
            a = a.wrapping_add(next_a);
            b = b.wrapping_add(next_b);
            if Self::WEIGHTED {
                weight = weight.wrapping_add(self.panel.weight_step);
            }
            steps -= 1;
        }
        if Self::SUM_PART && self.last > 0 {
            self.step::<true, SCALED>(a, b, weight, scale, sums);
        }
    }

    /// One step of the innermost summed index: every product of the tile. `PART`: of the summed elements along the lanes, only
    /// those that are left.
    #[inline(always)]
    fn step<const PART: bool, const SCALED: bool>(
        &self,
        mut a: *const T,
        mut b: *const T,
        weight: *const T,
        scale: T::Vector<S>,
        sums: &mut [[T::Vector<S>; W]; R],
    ) {
        if Self::ROW && Self::COLUMNS {
            self.step_by_columns(a, b, sums);
            return;
        }
        let simd = self.simd;
        let mut columns = [T::zero(simd); W];
        if Self::COLUMNS {
            let mut j = 0;
            while j < W {
                columns[j] = self.second::<PART>(b, false);
                b = b.wrapping_add(Self::B_COLUMN);
                j += 1;
            }
        }
        // What each second factor is multiplied by.
        let second_times = if SCALED {
            scale
        } else if Self::WEIGHTED {
            self.factor::<true, PART>(weight, 0, false)
        } else {
            T::zero(simd)
        };
        if Self::COLUMNS && (Self::WEIGHTED || SCALED) {
            let mut j = 0;
            while j < W {
                columns[j] = T::mul(simd, columns[j], second_times);
                j += 1;
            }
        }
        let mut i = 0;
        while i < R {
            let is_last = i + 1 == R;
            let mut row = if Self::A_VECTOR {
                self.factor::<true, PART>(a, self.panel.apart.0, is_last)
            } else {
                self.factor::<false, PART>(a, self.panel.apart.0, is_last)
            };
            if SCALED && !Self::COLUMNS {
                row = T::mul(simd, row, scale);
            }
            let mut j = 0;
            while j < W && (!Self::DIAGONAL || j <= i) {
                let sum = sums[i][j];
                sums[i][j] = if Self::ALONE {
                    T::add(simd, sum, row)
                } else if Self::PAIRED {
                    let mut second = self.second::<PART>(b, is_last);
                    if Self::WEIGHTED {
                        second = T::mul(simd, second, second_times);
                    }
                    T::mul_add(simd, row, second, sum)
                } else {
                    T::mul_add(simd, row, columns[j], sum)
                };
                j += 1;
            }
            a = a.wrapping_add(Self::A_ROW);
            if Self::PAIRED {
                b = b.wrapping_add(Self::B_ROW);
            }
            i += 1;
        }
    }

    /// A step with the rows in registers, which are vectors: each column is one number.
    #[inline(always)]
    fn step_by_columns(&self, mut a: *const T, mut b: *const T, sums: &mut [[T::Vector<S>; W]; R]) {
        let simd = self.simd;
        let mut rows = [T::zero(simd); R];
        let mut i = 0;
        while i < R {
            rows[i] = self.factor::<true, false>(a, 0, i + 1 == R);
            a = a.wrapping_add(Self::A_ROW);
            i += 1;
        }
        let mut j = 0;
        while j < W {
            let column = self.factor::<false, false>(b, 0, false);
            i = 0;
            while i < R {
                sums[i][j] = T::mul_add(simd, rows[i], column, sums[i][j]);
                i += 1;
            }
            b = b.wrapping_add(Self::B_COLUMN);
            j += 1;
        }
    }

    /// The second factor of a product.
    #[inline(always)]
    fn second<const PART: bool>(&self, source: *const T, is_last: bool) -> T::Vector<S> {
        if Self::B_VECTOR {
            self.factor::<true, PART>(source, self.panel.apart.1, is_last)
        } else {
            self.factor::<false, PART>(source, self.panel.apart.1, is_last)
        }
    }

    /// A factor of a product: one number, or a vector; of the summed elements along the lanes, they are so far apart. The last
    /// row may be partial.
    #[inline(always)]
    fn factor<const VECTOR: bool, const PART: bool>(
        &self,
        source: *const T,
        apart: usize,
        is_last: bool,
    ) -> T::Vector<S> {
        // SAFETY: rows, columns and summed indices are below their extents, for which `check` has
        // shown that the operand lies within its space; of a partial vector no more is read than
        // lies below them.
        unsafe {
            if VECTOR {
                if PART {
                    T::load_partial(self.simd, source, self.part)
                } else {
                    self.load(source, is_last)
                }
            } else if Self::GATHERS {
                let count = if PART { self.last } else { Self::LANES };
                gather::<T, S>(self.simd, source, apart, count)
            } else {
                T::splat(self.simd, *source)
            }
        }
    }

    /// A vector, which may be partial in the last row.
    ///
    /// # Safety
    /// Its lanes in use must be readable.
    #[inline(always)]
    unsafe fn load(&self, source: *const T, is_last: bool) -> T::Vector<S> {
        // SAFETY: the caller's promise.
        unsafe {
            if Self::ROW_PART && is_last {
                return T::load_partial(self.simd, source, self.part);
            }
            T::load(self.simd, source)
        }
    }

    /// The initial value of one result.
    #[inline(always)]
    fn initial(&self, source: *const T, is_last: bool) -> T::Vector<S> {
        let simd = self.simd;
        // SAFETY: as of `factor`.
        unsafe {
            if Self::INITIAL_SPLAT {
                T::splat(simd, *source)
            } else {
                self.load(source, is_last)
            }
        }
    }

    #[inline(always)]
    fn store(&self, target: *mut T, sum: T::Vector<S>, is_last: bool) {
        let simd = self.simd;
        // SAFETY: as of `factor`; a mirrored result is that of another row and column of a square.
        unsafe {
            if Self::ROW_PART && is_last {
                T::store_partial(simd, target, sum, self.part);
                return;
            }
            T::store(simd, target, sum);
        }
    }
}
