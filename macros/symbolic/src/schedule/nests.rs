//! The loop IR: nests over buffers, what the emitter writes as Rust and the interpreter runs.

use crate::functions::StraightLine;

/// What a program is scheduled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Blocks of points, points along the lanes.
    Batch,
    /// One point, a tensor axis along the lanes.
    Single,
}

/// Where a buffer lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// The parameters, scalars.
    Parameters,
    /// Scratch of scalars: hoisted work, or everything for a single point.
    Scratch,
    /// Scratch of vectors, one lane a point.
    Block,
    /// The gradient in the parameters, one scalar each: the first of the scratch, or where the caller wants it.
    Gradient,
    /// What a relayout wrote for one point of a block: scalars, of which a [`PointResult`] says where they lie.
    Point,
    /// A result of one point, where the caller wants it: scalars.
    Result,
}

/// A tensor in memory: element `[i, j, ..]` is at `offset + i strides[0] + j strides[1] + ..`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// Where.
    pub space: Space,
    /// Of the first element, in elements.
    pub offset: usize,
    /// Extents of the axes.
    pub shape: Vec<usize>,
    /// Elements from one entry of an axis to the next; zero repeats.
    pub strides: Vec<usize>,
}

impl View {
    /// Where its first element is.
    pub(crate) fn place(&self) -> Place {
        Place {
            space: self.space,
            offset: self.offset,
        }
    }

    /// So many numbers side by side.
    pub fn numbers(space: Space, offset: usize, count: usize) -> Self {
        View {
            space,
            offset,
            shape: vec![count],
            strides: vec![1],
        }
    }
}

/// What runs along the lanes of a nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LaneAxis {
    /// The points of a block.
    Points,
    /// The index `m` of a contraction, the innermost loop of an elementwise nest.
    Row,
    /// The innermost summed index.
    Sum,
}

/// A loop of a contraction and the step of each operand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Loop {
    /// Number of steps.
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

impl Loop {
    /// The loop of one step.
    pub const ONCE: Loop = Loop {
        extent: 1,
        out: 0,
        a: 0,
        b: 0,
        init: 0,
    };
}

/// Where an operand starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// In which memory.
    pub space: Space,
    /// At which element.
    pub offset: usize,
}

impl Place {
    /// So many elements further.
    pub(crate) fn behind(self, distance: usize) -> Self {
        Place {
            offset: self.offset + distance,
            ..self
        }
    }
}

/// One of several products of the same loops that are added up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Addend {
    /// How far its factors lie behind those of the nest.
    pub a: usize,
    /// The same of the second factor.
    pub b: usize,
    /// The same of the weight.
    pub weight: usize,
    /// Multiplies the product.
    pub scale: f64,
}

impl Addend {
    /// The only product of a nest.
    const ONLY: Addend = Addend {
        a: 0,
        b: 0,
        weight: 0,
        scale: 1.0,
    };
}

/// `out[outer, m, n] = init + scale * sum over sums, k of a[outer, m, k] weight[k] b[outer, n, k]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractionNest {
    /// What runs along the lanes.
    pub lane: LaneAxis,
    /// Loops around the tile, outermost first.
    pub outer: Vec<Loop>,
    /// Rows of the result: `b` does not move with them, unless `paired`.
    pub m: Loop,
    /// Columns of the result: `a` does not move with them.
    pub n: Loop,
    /// Summed indices but the innermost.
    pub sums: Vec<Loop>,
    /// The innermost summed index.
    pub k: Loop,
    /// Products that are added up, instead of `sums`, each over `k`; none: there is one, where the factors begin.
    pub addends: Vec<Addend>,
    /// The result.
    pub out: Place,
    /// The first factor.
    pub a: Place,
    /// The second factor; none: a sum.
    pub b: Option<Place>,
    /// What multiplies each summed product: of points, and its step in `k`.
    pub weight: Option<(Place, usize)>,
    /// The initial value of the first `initial_columns` columns.
    pub init: Option<Place>,
    /// How many columns start from `init`.
    pub initial_columns: usize,
    /// `b` moves with `m` and there is one column.
    pub paired: bool,
    /// Multiplies the sum of all products.
    pub scale: f64,
    /// One triangle is computed and mirrored.
    pub symmetric: bool,
    /// The innermost summed index runs through the points of the block, as many as there are: the result is a sum over points.
    /// With the rows along the lanes `a` is what a [`Relayout`] wrote.
    pub over_points: bool,
    /// The results are sums over the points that nothing else adds to before: the first block, or point, of a call writes them, and
    /// does not read their initial values.
    pub begins: bool,
    /// Terms of the sum of which the innermost one is a piece, if it is.
    pub whole: Option<usize>,
}

/// Numbers of a matrix, of weights or of results, that leaves the second cache of 1 MiB, where streams of points have their place too.
const FETCHED_NUMBERS: usize = 96 << 10;

/// Numbers of a matrix of results that leaves the nearest cache, together with those of other layers.
const FETCHED_RESULTS: usize = 2 << 10;

#[cfg(test)]
impl ContractionNest {
    /// One product of points, to which tests give loops and places.
    pub(crate) const ONCE: ContractionNest = {
        let place = Place {
            space: Space::Block,
            offset: 0,
        };
        ContractionNest {
            lane: LaneAxis::Points,
            outer: Vec::new(),
            m: Loop::ONCE,
            n: Loop::ONCE,
            sums: Vec::new(),
            k: Loop::ONCE,
            addends: Vec::new(),
            out: place,
            a: place,
            b: None,
            weight: None,
            init: None,
            initial_columns: 0,
            paired: false,
            scale: 1.0,
            symmetric: false,
            over_points: false,
            begins: false,
            whole: None,
        }
    };
}

impl ContractionNest {
    /// Whether it is a sum over the points of which each lane has its own.
    pub fn is_apart(&self) -> bool {
        self.over_points && self.lane == LaneAxis::Sum && self.out.space == Space::Block
    }

    /// Whether tiles fetch ahead what another needs. Of a first factor that is a matrix of scalars and leaves the second cache, whose columns
    /// are steps of the innermost sum, a tile reads of each what is in a line, mostly on a page, of its own, which nothing brings by itself.
    /// Of results that are added up in place, and leave the nearest cache before they are added to again, each line is written where it is
    /// not: a store over two of them waits for both. So is each line of a result of the caller's that leaves the second cache, in which a
    /// mirror image has a line of its own for each vector.
    pub fn is_fetched(&self) -> bool {
        if self.lane == LaneAxis::Row {
            let results = self.m.extent * self.n.extent;
            let in_place = self.init == Some(self.out) && !self.over_points;
            let is_mirrored = self.out.space == Space::Result && self.symmetric;
            return in_place && results >= FETCHED_RESULTS
                || is_mirrored && results >= FETCHED_NUMBERS;
        }
        self.lane == LaneAxis::Points
            && self.a.space != Space::Block
            && self.m.a == 1
            && self.k.a >= self.m.extent
            && self.m.extent * self.whole.unwrap_or(self.k.extent) >= FETCHED_NUMBERS
    }

    /// All products that are added up; where there is but one, it too.
    pub fn all_addends(&self) -> Vec<Addend> {
        if self.addends.is_empty() {
            return vec![Addend::ONLY];
        }
        self.addends.clone()
    }

    /// Where the factors of each product begin.
    pub fn factors(&self) -> Vec<(Place, Option<Place>)> {
        let addends = self.all_addends().into_iter();
        let factors =
            addends.map(|addend| (self.a.behind(addend.a), self.b.map(|b| b.behind(addend.b))));
        factors.collect()
    }

    /// Where the weights of each product begin, if there are any, and their step in `k`.
    pub fn weights(&self) -> Vec<(Place, usize)> {
        let Some((weight, step)) = self.weight else {
            return Vec::new();
        };
        let addends = self.all_addends().into_iter();
        addends
            .map(|addend| (weight.behind(addend.weight), step))
            .collect()
    }
}

/// Puts the entries of each point side by side: entry `[row, ..]` of point `p` becomes the scalar `p * stride + row + ..`.
///
/// So the rows of a tensor of points can run along the lanes, where a sum over the points needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayout {
    /// The tensor: a vector of points an element.
    pub from: Place,
    /// Where the copy goes, in the same memory.
    pub to: Place,
    /// Rows and the step from one to the next in the tensor; one in the copy.
    pub rows: (usize, usize),
    /// The other axes: extent, step in the tensor, step in the copy.
    pub others: Vec<[usize; 3]>,
    /// From one point of the copy to the next.
    pub stride: usize,
    /// Vectors of points in a block.
    pub vectors: usize,
}

/// An operand of an elementwise nest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A tensor and its step in each loop.
    Tensor {
        /// Its first element.
        place: Place,
        /// Its step in each loop.
        steps: Vec<usize>,
    },
    /// One where the counters of two loops agree, else zero.
    Delta(usize, usize),
}

/// Straight-line code at every point of nested loops; the innermost may run along the lanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementwiseNest {
    /// What runs along the lanes: points, or the innermost loop.
    pub lane: LaneAxis,
    /// Extents, outermost first.
    pub loops: Vec<usize>,
    /// The extent of the last loop if it runs through the vectors of points in a block, which lie side by side; else one.
    pub vectors: usize,
    /// What is read.
    pub operands: Vec<Operand>,
    /// What is written, one for each result of the body.
    pub results: Vec<(Place, Vec<usize>)>,
    /// The code.
    pub body: StraightLine,
}

impl ElementwiseNest {
    /// Takes a loop out, of one step.
    pub(crate) fn remove_loop(&mut self, position: usize) {
        self.loops.remove(position);
        for operand in &mut self.operands {
            match operand {
                Operand::Tensor { steps, .. } => {
                    steps.remove(position);
                }
                Operand::Delta(a, b) => {
                    for counter in [a, b] {
                        if *counter > position {
                            *counter -= 1;
                        }
                    }
                }
            }
        }
        for (_, steps) in &mut self.results {
            steps.remove(position);
        }
    }

    /// Exchanges two loops.
    pub(crate) fn exchange_loops(&mut self, axis: usize, other: usize) {
        self.loops.swap(axis, other);
        for operand in &mut self.operands {
            match operand {
                Operand::Tensor { steps, .. } => steps.swap(axis, other),
                Operand::Delta(a, b) => {
                    for counter in [a, b] {
                        if *counter == axis {
                            *counter = other;
                        } else if *counter == other {
                            *counter = axis;
                        }
                    }
                }
            }
        }
        for (_, steps) in &mut self.results {
            steps.swap(axis, other);
        }
    }
}

/// A loop nest.
#[derive(Clone, Debug, PartialEq)]
pub enum Nest {
    /// Products summed.
    Contraction(ContractionNest),
    /// Straight-line code.
    Elementwise(ElementwiseNest),
    /// Entries of each point side by side.
    Relayout(Relayout),
}

impl Nest {
    /// Whether lanes of an operand or a result are not contiguous.
    fn gathers(&self) -> bool {
        match self {
            Nest::Contraction(nest) => {
                let apart = |step: usize| nest.k.extent > 1 && step != 1;
                nest.lane == LaneAxis::Sum
                    && !nest.over_points
                    && (apart(nest.k.a) || nest.b.is_some() && apart(nest.k.b))
            }
            Nest::Elementwise(nest) => {
                let last = nest.loops.len() - 1;
                let read = nest.operands.iter().any(|operand| match operand {
                    Operand::Tensor { steps, .. } => steps[last] > 1,
                    Operand::Delta(..) => false,
                });
                let written = nest.results.iter().any(|(_, steps)| steps[last] > 1);
                nest.lane == LaneAxis::Row && (read || written)
            }
            Nest::Relayout(_) => false,
        }
    }
}

/// Vectors of points in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vectors {
    /// How many.
    pub count: usize,
    /// Lanes of the widest, for which ways to sum over the points are priced.
    pub lanes: usize,
    /// The most totals of which each lane may have its own, until all blocks are done.
    pub apart: usize,
}

impl Vectors {
    /// One, of double precision on the widest lanes.
    pub const ONE: Vectors = Vectors {
        count: 1,
        lanes: 8,
        apart: 0,
    };
}

/// Totals that have a number for each lane first: elements of the block, which outlast it. Behind the last block the
/// lanes of each are added up and added to the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneTotals {
    /// The first of these totals.
    pub first: usize,
    /// How many there are.
    pub count: usize,
    /// Where the first lies in the block.
    pub block: usize,
}

/// A result that is computed where the caller wants it, for each point by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PointResult {
    /// Which of the outputs.
    pub output: usize,
    /// Its numbers.
    pub numbers: usize,
    /// Run behind the body, for one point after the other: rows, or what is summed, along the lanes.
    pub nests: Vec<Nest>,
    /// The element of the block where the copies of all points begin, side by side.
    pub copies: usize,
    /// The numbers of a point's copy.
    pub copied: usize,
    /// The element of the block behind the copies. From there on it holds results that are stored past the caches while the next block is
    /// computed; or nothing.
    pub stage: usize,
}

/// A scheduled program.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopProgram {
    /// For blocks of points or for one.
    pub mode: Mode,
    /// Run once per call.
    pub prologue: Vec<Nest>,
    /// Run once per block, or once for the point.
    pub body: Vec<Nest>,
    /// Elements of scalar scratch, the totals first.
    pub scratch: usize,
    /// Elements of vector scratch.
    pub block: usize,
    /// Vectors of points in a block: element `e` of point vector `v` is at `e + v`.
    pub vectors: usize,
    /// How many of these are summed over all points. All programs for the same sums have them in the same places.
    pub totals: usize,
    /// How many of these, the first, are in the space of the gradient.
    pub gradient: usize,
    /// Which of them are summed in each lane first.
    pub lane_totals: LaneTotals,
    /// Totals, and sums of lanes, that begin as zeros. All others are written by the first block or point: by nests that begin them.
    pub cleared: Vec<View>,
    /// The number of parameters.
    pub parameters: usize,
    /// Where the inputs are to be put.
    pub inputs: Vec<View>,
    /// Where the outputs are found.
    pub outputs: Vec<View>,
    /// The output that lies nowhere else than where the caller wants it, if there is one.
    pub result: Option<PointResult>,
}

impl LoopProgram {
    /// The number of nests that gather their lanes one by one, because nothing is contiguous along any axis.
    pub fn gathered_nests(&self) -> usize {
        let nests = self.prologue.iter().chain(&self.body);
        let nests = nests.chain(self.nests_of_result());
        nests.filter(|nest| nest.gathers()).count()
    }

    /// What runs for one point after the other, behind the body.
    pub fn nests_of_result(&self) -> &[Nest] {
        self.result.as_ref().map_or(&[], |result| &result.nests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_results_that_leave_the_second_cache_are_fetched() {
        let is_fetched = |rows: usize, symmetric: bool, space: Space| {
            let extent = Loop {
                extent: rows,
                ..Loop::ONCE
            };
            let nest = ContractionNest {
                lane: LaneAxis::Row,
                m: extent,
                n: extent,
                out: Place { space, offset: 0 },
                symmetric,
                ..ContractionNest::ONCE
            };
            nest.is_fetched()
        };
        assert!(is_fetched(314, true, Space::Result));
        assert!(!is_fetched(313, true, Space::Result));
        assert!(!is_fetched(314, false, Space::Result));
        assert!(!is_fetched(314, true, Space::Scratch));
    }
}
