//! A contraction nest as numbers: its loops, how its operands lie, which code runs it, and whether it stays within its memory.
//!
//! All of it is evaluated while the caller is compiled.

use super::elementwise::MOST_LOOPS;
use super::memory::{Sizes, Space};

/// What runs along the lanes of a nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneAxis {
    /// The points of a block.
    Points,
    /// The index `m` of the result, contiguous in `a`, `out` and `init`.
    Row,
    /// The innermost summed index; gathered where it is not contiguous.
    Sum,
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

/// One of several products of the same loops that are added up.
#[derive(Clone, Copy, Debug)]
pub struct Addend {
    /// How far its factors lie behind those of the nest, in elements.
    pub a: usize,
    /// The same of the second factor.
    pub b: usize,
    /// The same of the weight.
    pub weight: usize,
    /// Multiplies the product, of sums over the points.
    pub scale: f64,
}

/// A contraction nest.
#[derive(Clone, Copy, Debug)]
pub struct ContractionNest {
    /// What runs along the lanes.
    pub lane: LaneAxis,
    /// Loops around the tiles, outermost first.
    pub outer: &'static [Loop],
    /// The rows.
    pub m: Loop,
    /// The columns.
    pub n: Loop,
    /// Summed indices but the innermost, outermost first.
    pub sums: &'static [Loop],
    /// The innermost summed index.
    pub k: Loop,
    /// Where the result, both factors and the initial value lie. An element of a block is a vector,
    /// one lane a point; elsewhere it is a scalar, which stands for all lanes.
    pub spaces: [Space; 4],
    /// How many columns `n` have an initial value; the others start from zero.
    pub initial_columns: usize,
    /// `b` moves with `m` too, and there is one column: `out[m] = sum over k of a[m, k] b[m, k]`.
    pub paired: bool,
    /// There is no second factor.
    pub alone: bool,
    /// Multiplies the sum, not the initial value.
    pub scale: f64,
    /// The result is symmetric in `m` and `n`: only results with `m >= n` are stored, twice.
    pub symmetric: bool,
    /// The innermost summed index runs through the points of the block, as many as there are. Its extent is that of vectors of
    /// points. With rows along the lanes `a` is a copy with a point's entries side by side: all its steps are scalars, `k.a` from
    /// one point to the next.
    pub over_points: bool,
    /// Where sums over the points begin, results are written: their initial values, which are the results before, are not read.
    pub begins: bool,
    /// Products that are added up, instead of `sums`, each over `k`; none: there is one, where the factors begin.
    pub addends: &'static [Addend],
    /// Step of the weight along `k`, in elements of the block, or of scratch without points along the lanes: it multiplies each summed
    /// product. Zero: there is none.
    pub weight: usize,
}

/// How the code of a nest differs beside its tile: bits of the constant `KIND`.
pub mod kind {
    /// Rows run along the lanes; without this and [`SUM`], points do.
    pub const ROW: u32 = 1;
    /// The summed index runs along the lanes.
    pub const SUM: u32 = 2;
    /// The first factor is read as vectors: of points, or of consecutive elements.
    pub const A_VECTOR: u32 = 4;
    /// The second factor is.
    pub const B_VECTOR: u32 = 8;
    /// The second factor moves with the rows, not with columns.
    pub const PAIRED: u32 = 16;
    /// There is no second factor.
    pub const ALONE: u32 = 32;
    /// Results are stored twice.
    pub const SYMMETRIC: u32 = 64;
    /// Some columns have an initial value.
    pub const INITIAL: u32 = 128;
    /// An initial value is one number for all lanes.
    pub const INITIAL_SPLAT: u32 = 256;
    /// The sum is multiplied.
    pub const SCALED: u32 = 512;
    /// There are loops around the tiles or around the innermost sum.
    pub const NESTED: u32 = 1024;
    /// The innermost sum is over the points of the block.
    pub const POINTS: u32 = 2048;
    /// The last vector, of rows or of the summed index, may be partial. This bit and [`DIAGONAL`] are not the nest's but the caller's.
    pub const PART: u32 = 4096;
    /// Each summed product is multiplied by a weight.
    pub const WEIGHTED: u32 = 8192;
    /// There are several products.
    pub const ADDENDS: u32 = 16384;
    /// A sum over the points has a number for each lane, in the block: they are added up later.
    pub const APART: u32 = 32768;
    /// The tile is on the diagonal of a symmetric result: what lies beyond it is not computed. The caller's too.
    pub const DIAGONAL: u32 = 65536;
    /// What the next tile reads of the first factor is fetched ahead, or, with rows along the lanes, what the tile beside writes. The
    /// caller's too: it changes no result.
    pub const FETCHED: u32 = 131_072;
}

pub(super) const fn has(kind: u32, bit: u32) -> bool {
    kind & bit != 0
}

impl ContractionNest {
    /// Whether it is a sum over the points with a number for each lane.
    const fn is_apart(&self) -> bool {
        self.over_points
            && matches!(self.lane, LaneAxis::Sum)
            && matches!(self.spaces[0], Space::Block)
    }

    /// Where a weight lies: in the block if points run along the lanes.
    pub(super) const fn weight_space(&self) -> Space {
        match self.lane {
            LaneAxis::Points => Space::Block,
            LaneAxis::Row | LaneAxis::Sum => Space::Scratch,
        }
    }

    /// The bits that the code of this nest has.
    const fn kind(&self) -> u32 {
        let mut bits = match self.lane {
            LaneAxis::Points => 0,
            LaneAxis::Row => kind::ROW,
            LaneAxis::Sum => kind::SUM,
        };
        let (a, b) = match self.lane {
            LaneAxis::Points => (
                matches!(self.spaces[1], Space::Block),
                matches!(self.spaces[2], Space::Block),
            ),
            LaneAxis::Row => (true, self.paired),
            LaneAxis::Sum if self.over_points => (
                matches!(self.spaces[1], Space::Block),
                matches!(self.spaces[2], Space::Block),
            ),
            LaneAxis::Sum => (
                self.k.a == 1 || self.k.extent == 1,
                self.k.b == 1 || self.k.extent == 1,
            ),
        };
        if a {
            bits |= kind::A_VECTOR;
        }
        if b && !self.alone {
            bits |= kind::B_VECTOR;
        }
        if self.paired {
            bits |= kind::PAIRED;
        }
        if self.alone {
            bits |= kind::ALONE;
        }
        if self.symmetric {
            bits |= kind::SYMMETRIC;
        }
        // A sum along the lanes is one number, which an initial value that may be there hardly delays: one code for both.
        if self.initial_columns > 0 || matches!(self.lane, LaneAxis::Sum) {
            bits |= kind::INITIAL;
            let splat = match self.lane {
                LaneAxis::Points => !matches!(self.spaces[3], Space::Block),
                LaneAxis::Row => self.m.init == 0 && self.m.extent > 1,
                LaneAxis::Sum => false,
            };
            if splat {
                bits |= kind::INITIAL_SPLAT;
            }
        }
        if self.scale != 1.0 {
            bits |= kind::SCALED;
        }
        if !self.outer.is_empty() || !self.sums.is_empty() {
            bits |= kind::NESTED;
        }
        if self.over_points {
            bits |= kind::POINTS;
        }
        if self.weight > 0 {
            bits |= kind::WEIGHTED;
        }
        if !self.addends.is_empty() {
            bits |= kind::ADDENDS;
        }
        if self.is_apart() {
            bits |= kind::APART;
        }
        bits
    }

    /// How many elements of each operand are touched from its beginning on, at the first step of the innermost sum, and at all.
    const fn reach(&self) -> ([usize; 4], [usize; 4]) {
        let first = self.extents([0; 4]);
        (first, self.extents(after([0; 4], self.k)))
    }

    /// How many elements of each operand are touched if the innermost sum has moved so far.
    const fn extents(&self, mut last: [usize; 4]) -> [usize; 4] {
        last = after(last, self.m);
        last = after(last, self.n);
        // Columns behind those with an initial value have none.
        if 0 < self.initial_columns && self.initial_columns < self.n.extent {
            last[3] -= (self.n.extent - self.initial_columns) * self.n.init;
        }
        let mut position = 0;
        while position < self.outer.len() {
            last = after(last, self.outer[position]);
            position += 1;
        }
        position = 0;
        while position < self.sums.len() {
            last = after(last, self.sums[position]);
            position += 1;
        }
        let (mut a, mut b) = (0, 0);
        position = 0;
        while position < self.addends.len() {
            let addend = self.addends[position];
            a = if addend.a > a { addend.a } else { a };
            b = if addend.b > b { addend.b } else { b };
            position += 1;
        }
        last[1] += a;
        last[2] += b;
        [
            last[0] + 1,
            last[1] + 1,
            if self.alone { 0 } else { last[2] + 1 },
            if self.initial_columns == 0 {
                0
            } else {
                last[3] + 1
            },
        ]
    }

    /// Whether the nest is what its kind says, and stays within the memory if its operands begin at these elements.
    pub(super) const fn check(&self, kind: u32, begins: [usize; 5], sizes: Sizes) {
        assert!(
            self.kind() == kind & !(kind::PART | kind::DIAGONAL | kind::FETCHED),
            "the code of a nest is that of its kind"
        );
        let points = matches!(self.lane, LaneAxis::Points);
        let vectors = points || self.is_apart();
        assert!(
            vectors == matches!(self.spaces[0], Space::Block)
                && !matches!(self.spaces[0], Space::Parameters),
            "the result of points is a block, that of scalars scratch"
        );
        assert!(
            !self.is_apart() || self.initial_columns == 0 || matches!(self.spaces[3], Space::Block),
            "sums of lanes begin with sums of lanes"
        );
        let mut operand = 1;
        while operand < 4 {
            assert!(
                vectors
                    || self.over_points && operand < 3
                    || !matches!(self.spaces[operand], Space::Block),
                "only points run along the lanes of a block"
            );
            operand += 1;
        }
        let (first, reach) = self.reach();
        if self.over_points {
            self.check_points(first[1], begins[1], sizes);
        }
        assert!(
            self.outer.len() <= MOST_LOOPS && self.sums.len() <= MOST_LOOPS,
            "loops are those of two tensors"
        );
        assert!(
            !self.symmetric || self.m.extent == self.n.extent,
            "a symmetric result is square"
        );
        assert!(
            !self.paired || self.n.extent == 1,
            "paired factors have one column"
        );
        if matches!(self.lane, LaneAxis::Row) && self.m.extent > 1 {
            let b = if self.paired { 1 } else { 0 };
            assert!(
                self.m.out == 1 && self.m.a == 1 && self.m.b == b && self.m.init <= 1,
                "rows are contiguous"
            );
        }
        if self.weight > 0 {
            assert!(
                !matches!(self.lane, LaneAxis::Row)
                    && !self.over_points
                    && !self.alone
                    && self.sums.is_empty(),
                "second factors have weights"
            );
            assert!(
                points || self.weight == 1 && self.k.a == 1 && self.k.b == 1,
                "a weight along the lanes is contiguous, and so is what it multiplies"
            );
            assert!(
                sizes.hold(
                    self.weight_space(),
                    begins[4],
                    self.farthest_weight() + (self.k.extent - 1) * self.weight + 1
                ),
                "a weight lies within its memory"
            );
        }
        self.check_addends();
        operand = 0;
        while operand < 4 {
            assert!(
                reach[operand] == 0
                    || sizes.hold(self.spaces[operand], begins[operand], reach[operand]),
                "a nest stays within its memory"
            );
            operand += 1;
        }
    }
}

impl ContractionNest {
    /// How far the farthest weight of several products lies behind the first.
    const fn farthest_weight(&self) -> usize {
        let (mut farthest, mut position) = (0, 0);
        while position < self.addends.len() {
            let weight = self.addends[position].weight;
            farthest = if weight > farthest { weight } else { farthest };
            position += 1;
        }
        farthest
    }

    /// What several products must be.
    const fn check_addends(&self) {
        assert!(
            self.addends.is_empty() || self.sums.is_empty(),
            "several products are summed over one index"
        );
        let mut position = 0;
        while position < self.addends.len() {
            let addend = self.addends[position];
            if self.over_points {
                assert!(
                    matches!(self.lane, LaneAxis::Sum) && self.scale == 1.0 && addend.weight == 0,
                    "products over the points have a scale each, and no weights"
                );
            } else {
                assert!(
                    addend.scale == 1.0 && (addend.weight == 0 || self.weight > 0),
                    "other products have one scale, and weights if all have"
                );
            }
            position += 1;
        }
    }
}

/// How far points of a block are apart in a space.
const fn moves(space: Space) -> usize {
    matches!(space, Space::Block) as usize
}

impl ContractionNest {
    /// What a sum over the points must be, whose first factor has so many elements at one step of it.
    const fn check_points(&self, extent: usize, begin: usize, sizes: Sizes) {
        assert!(
            !matches!(self.lane, LaneAxis::Points) && self.k.out == 0 && self.k.init == 0,
            "points are added up"
        );
        assert!(
            self.alone || self.k.b == moves(self.spaces[2]),
            "points of a vector lie side by side"
        );
        if matches!(self.lane, LaneAxis::Row) {
            assert!(
                moves(self.spaces[1]) == 1
                    && moves(self.spaces[2]) == 1
                    && !self.paired
                    && !self.alone,
                "rows of a copy meet points"
            );
            assert!(extent <= self.k.a, "entries of a point lie side by side");
            assert!(
                sizes.hold(Space::Block, begin, self.k.extent * self.k.a),
                "a copy lies within the block"
            );
        } else {
            assert!(
                self.k.a == moves(self.spaces[1]),
                "points of a vector lie side by side"
            );
        }
    }
}

/// Addresses after the last step of a loop.
const fn after(at: [usize; 4], step: Loop) -> [usize; 4] {
    let steps = step.extent - 1;
    [
        at[0] + steps * step.out,
        at[1] + steps * step.a,
        at[2] + steps * step.b,
        at[3] + steps * step.init,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_columns_with_an_initial_value_reach_for_it() {
        let step = |extent, out, a, b, init| Loop {
            extent,
            out,
            a,
            b,
            init,
        };
        let nest = ContractionNest {
            lane: LaneAxis::Points,
            outer: &[],
            m: step(4, 3, 1, 0, 1),
            n: step(3, 1, 0, 4, 4),
            sums: &[],
            k: step(4, 0, 4, 1, 0),
            spaces: [Space::Block, Space::Parameters, Space::Block, Space::Block],
            initial_columns: 1,
            paired: false,
            alone: false,
            scale: 1.0,
            symmetric: false,
            over_points: false,
            begins: false,
            addends: &[],
            weight: 0,
        };
        let sizes = Sizes {
            parameters: 16,
            scratch: 0,
            block: 28,
            result: 0,
        };
        // The results, the second factor, and four initial values at the end of the block.
        nest.check(nest.kind(), [0, 0, 12, 24, 0], sizes);
        let all = ContractionNest {
            initial_columns: 3,
            ..nest
        };
        let fits = std::panic::catch_unwind(|| all.check(all.kind(), [0, 0, 12, 24, 0], sizes));
        assert!(fits.is_err());
    }
}
