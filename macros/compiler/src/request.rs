//! What a definition asks for, with its programs, goes in; what is computed for it comes out: the derived program,
//! scheduled for a batch and for one point.

use derive_network_symbolic::ir::{Output, Program};
use derive_network_symbolic::request::{
    Derived, Elimination, Request as Asked, derive, derive_for_one_point,
};
use derive_network_symbolic::schedule::{
    LoopProgram, Mode, Vectors, few, schedule, schedule_blocks,
};

use crate::lower::{Lowered, lower};
use crate::model::{Network, Order, Request, RequestKind, Scalar};

/// The least multiply-adds of a block of which two are worth their code, a tenth of a second of a release build.
const LEAST_IN_PAIRS: usize = 1024;
/// The most vectors of scratch of a block, of which two stay in the second cache.
const MOST_IN_PAIRS: usize = 6144;

/// Lines that are a multiple of so many bytes apart share a set of the nearest cache: 64 sets of lines of 64 bytes.
const BYTES_OF_A_SET: usize = 4096;

/// A request with everything that the emitter needs.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The function it is asked of, by its position in [`Network::functions`]; the output if there is none.
    pub function: Option<usize>,
    /// What is asked.
    pub kind: RequestKind,
    /// The derived program and how it was found, for many points.
    pub derived: Derived,
    /// For blocks of one vector of points.
    pub batch: LoopProgram,
    /// For blocks of two, where they are faster.
    pub pairs: Option<LoopProgram>,
    /// `pairs`, or `batch` if there are none, with copies of matrices whose columns share sets of the cache, for so many points that these are
    /// worth it. The same blocks, so that results have the same bits whether they are or not.
    pub copies: Option<LoopProgram>,
    /// For one point.
    pub single: LoopProgram,
}

impl Scheduled {
    /// Schedules a derived program of the output, and for one point another one if there is one that is better for that.
    #[must_use]
    pub fn of_output(
        kind: RequestKind,
        derived: Derived,
        for_one: Option<&Program>,
        scalar: Scalar,
    ) -> Self {
        let mut batch = schedule(&derived.program, Mode::Batch);
        let single = schedule(for_one.unwrap_or(&derived.program), Mode::Single)
            .with_result_in_place(scalar.bytes());
        let pairs = in_pairs(&derived.program, &batch);
        // Blocks of one vector of points round as blocks of two, which do nothing by point.
        if pairs.is_none() {
            batch = batch.with_result_in_place(scalar.bytes());
        }
        let period = BYTES_OF_A_SET / scalar.bytes();
        let copies = pairs.as_ref().unwrap_or(&batch).with_copies(period);
        Scheduled {
            function: None,
            kind,
            copies: copies.map(LoopProgram::in_pieces),
            pairs: pairs.map(LoopProgram::in_pieces),
            batch: batch.in_pieces(),
            single,
            derived,
        }
    }

    /// Up to how many points are faster one by one than as a block.
    pub fn few(&self, scalar: Scalar) -> usize {
        few(&self.batch, &self.single, scalar.bytes())
    }

    /// All programs that compute it.
    pub fn programs(&self) -> impl Iterator<Item = &LoopProgram> {
        self.without_copies().chain(&self.copies)
    }

    /// Those that read all matrices where they are.
    pub fn without_copies(&self) -> impl Iterator<Item = &LoopProgram> {
        [&self.batch, &self.single].into_iter().chain(&self.pairs)
    }
}

/// Derives and schedules all that is asked of derivatives in the inputs: of the output, then of each named function.
#[must_use]
pub fn schedule_requests(network: &Network, lowered: &Lowered) -> Vec<Scheduled> {
    let value = lower(network);
    let of_output = network.requests.iter();
    let mut scheduled: Vec<Scheduled> = of_output
        .map(|request| schedule_request(&value, request, network.scalar))
        .collect();
    for (position, value) in function_programs(network, lowered).iter().enumerate() {
        let requests = &network.functions[position].requests;
        scheduled.extend(requests.iter().map(|request| Scheduled {
            function: Some(position),
            ..schedule_request(value, request, network.scalar)
        }));
    }
    scheduled
}

/// The value of each named function as a program of its own. Input 1 is there where the function needs given data.
#[must_use]
pub fn function_programs(network: &Network, lowered: &Lowered) -> Vec<Program> {
    let functions = network.functions.iter().zip(&lowered.functions);
    let programs = functions.map(|(function, node)| {
        let mut program = lowered.program.clone();
        program
            .inputs
            .truncate(if function.needs_given() { 2 } else { 1 });
        program.outputs = vec![Output {
            name: function.name.to_string(),
            node: *node,
        }];
        program
    });
    programs.collect()
}

/// Derives and schedules one request of the output of a program.
#[must_use]
pub fn schedule_request(value: &Program, request: &Request, scalar: Scalar) -> Scheduled {
    let (asked, elimination) = (asked(request.kind), elimination(request.order));
    let derived = derive(value, asked, elimination);
    let for_one = derived
        .multiplies_parameters()
        .then(|| derive_for_one_point(value, asked, elimination).program);
    Scheduled::of_output(request.kind, derived, for_one.as_ref(), scalar)
}

/// Blocks of two vectors of points, where most products are of a matrix with one vector of points, which is loaded as often as it is
/// multiplied by: then each weight serves two.
fn in_pairs(program: &Program, block: &LoopProgram) -> Option<LoopProgram> {
    let (lone, all) = block.products_of_lone_columns();
    let is_worth_it = all >= LEAST_IN_PAIRS && block.block <= MOST_IN_PAIRS;
    (2 * lone > all && is_worth_it).then(|| {
        let vectors = Vectors {
            count: 2,
            ..Vectors::ONE
        };
        schedule_blocks(program, vectors)
    })
}

/// The request in the words of the mathematics.
#[must_use]
pub fn asked(kind: RequestKind) -> Asked {
    match kind {
        RequestKind::Value => Asked::Value,
        RequestKind::Gradient => Asked::Gradient,
        RequestKind::Jacobian => Asked::Jacobian,
        RequestKind::Hessian => Asked::Hessian,
        RequestKind::Laplacian => Asked::Laplacian,
        RequestKind::AdjointHessian => Asked::AdjointHessian,
        RequestKind::Jvp => Asked::Jvp,
        RequestKind::Vjp => Asked::Vjp,
        RequestKind::Hvp => Asked::Hvp,
    }
}

/// The elimination that an order names.
#[must_use]
pub fn elimination(order: Option<Order>) -> Elimination {
    match order {
        None => Elimination::Automatic,
        Some(Order::Contraction) => Elimination::Contraction,
        Some(Order::Recursion) => Elimination::Recursion,
        Some(Order::Mixed) => Elimination::ShortestPath,
        Some(Order::Forward) => Elimination::Forward,
    }
}

#[cfg(test)]
mod tests {
    use derive_network_symbolic::schedule::{Nest, Space};

    use super::*;

    /// The requests of a network of three inputs.
    fn scheduled(fields: &str) -> Vec<Scheduled> {
        let attribute = "input(x: 3), derive(gradient, hessian, laplacian)";
        let item = format!("struct Network {{ {fields} }}");
        let network = crate::model(attribute.parse().unwrap(), item.parse().unwrap()).unwrap();
        let value = lower(&network);
        let requests = network.requests.iter();
        let requests = requests.map(|request| schedule_request(&value, request, network.scalar));
        requests.collect()
    }

    /// Which of them have blocks of two vectors.
    fn in_pairs_of(fields: &str) -> Vec<RequestKind> {
        let scheduled = scheduled(fields).into_iter();
        let paired = scheduled.filter(|scheduled| {
            let pairs = scheduled.pairs.iter();
            let mut vectors = pairs.map(|program| program.vectors);
            vectors.any(|vectors| vectors == 2)
        });
        paired.map(|scheduled| scheduled.kind).collect()
    }

    #[test]
    fn products_with_one_vector_of_points_come_in_pairs() {
        let paired = in_pairs_of("hidden: [Dense<32, Tanh>; 3], output: Dense<1>");
        assert_eq!(paired, [RequestKind::Value, RequestKind::Gradient]);
    }

    /// The programs of a Hessian for blocks and for one point.
    fn of_hessian(inputs: usize, width: usize, outputs: usize) -> [LoopProgram; 2] {
        let attribute = format!("input(x: {inputs}), derive(hessian)");
        let fields = format!("hidden: [Dense<{width}, Tanh>; 2], output: Dense<{outputs}>");
        let item = format!("struct Network {{ {fields} }}");
        let network = crate::model(attribute.parse().unwrap(), item.parse().unwrap()).unwrap();
        let asked = network.requests.last().expect("a request");
        let Scheduled { batch, single, .. } =
            schedule_request(&lower(&network), asked, network.scalar);
        for program in [&batch, &single] {
            program.verify().expect("a sound schedule");
        }
        [batch, single]
    }

    #[test]
    fn a_large_hessian_is_computed_where_it_is_wanted() {
        let in_place =
            |inputs, width| of_hessian(inputs, width, 1).map(|program| program.result.is_some());
        assert_eq!(in_place(24, 8), [true; 2]);
        // What a block would copy of each point is as much as its Hessian.
        assert_eq!(in_place(24, 24), [false, true]);
        assert_eq!(in_place(23, 8), [false; 2]);
        // Its columns are a page apart.
        assert_eq!(in_place(512, 8), [false, true]);
        // Few of the numbers in its squares of lanes are its own.
        assert_eq!(in_place(25, 8), [false, true]);
    }

    #[test]
    fn so_are_large_hessians_of_two_outputs() {
        let programs = of_hessian(24, 4, 2);
        assert!(programs.iter().all(|program| program.result.is_some()));
    }

    #[test]
    fn the_scratch_of_a_large_hessian_is_smaller_than_the_hessian() {
        let [batch, single] = of_hessian(256, 8, 1);
        assert!(batch.block < 256 * 256 / 4 && single.scratch < 256 * 256 / 4);
    }

    /// Many points share them.
    #[test]
    fn matrices_of_parameters_are_not_multiplied_for_one_point() {
        let attribute = "input(x: 32), derive(laplacian)";
        let item = "struct Network { hidden: [Dense<16, Tanh>; 2], output: Dense<1> }";
        let network = crate::model(attribute.parse().unwrap(), item.parse().unwrap()).unwrap();
        let asked = network.requests.last().expect("a request");
        let scheduled = schedule_request(&lower(&network), asked, network.scalar);
        let products = [&scheduled.batch, &scheduled.single].map(|program| {
            let products = program
                .prologue
                .iter()
                .chain(&program.body)
                .filter(|nest| match nest {
                    Nest::Contraction(nest) => {
                        nest.a.space == Space::Parameters
                            && nest.b.is_some_and(|b| b.space == Space::Parameters)
                            && [nest.m.extent, nest.n.extent] == [16; 2]
                    }
                    Nest::Elementwise(_) | Nest::Relayout(_) => false,
                });
            products.count()
        });
        assert_eq!(products, [1, 0]);
    }

    #[test]
    fn blocks_of_few_products_do_not() {
        let paired = in_pairs_of("hidden: [Dense<12, Tanh>; 3], output: Dense<1>");
        assert_eq!(paired, []);
        let paired = in_pairs_of("hidden: [Dense<20, Tanh>; 3], output: Dense<1>");
        assert_eq!(paired, [RequestKind::Gradient]);
    }

    #[test]
    fn blocks_that_would_leave_the_second_cache_do_not() {
        let paired = in_pairs_of("hidden: [Dense<2048, Tanh>; 3], output: Dense<1>");
        assert_eq!(paired, [RequestKind::Value]);
    }

    #[test]
    fn copies_are_read_by_the_same_blocks() {
        let scheduled =
            scheduled("hidden: Dense<64, Tanh>, wide: Dense<512, Tanh>, output: Dense<1>");
        let vectors = |program: Option<&LoopProgram>| program.map(|program| program.vectors);
        for request in &scheduled {
            let blocks = request.pairs.as_ref().unwrap_or(&request.batch);
            assert_eq!(vectors(request.copies.as_ref()), vectors(Some(blocks)));
        }
        assert!(scheduled.iter().any(|request| request.pairs.is_some()));
    }

    /// Else results had other bits where there are copies or two vectors.
    #[test]
    fn long_sums_are_in_the_same_pieces_in_all_blocks() {
        let terms = |program: &LoopProgram| {
            let nests = program.body.iter().filter_map(|nest| match nest {
                Nest::Contraction(nest) => Some(nest.k.extent),
                Nest::Elementwise(_) | Nest::Relayout(_) => None,
            });
            let mut terms: Vec<usize> = nests.collect();
            terms.sort_unstable();
            terms
        };
        let scheduled = scheduled("hidden: [Dense<512, Tanh>; 2], output: Dense<1>");
        for request in &scheduled {
            let batch = terms(&request.batch);
            for program in request.pairs.iter().chain(&request.copies) {
                assert_eq!(terms(program), batch, "{:?}", request.kind);
            }
        }
        // Values and tangents in the inputs go through the second matrix together.
        let hessian = scheduled.iter().find(|s| s.kind == RequestKind::Hessian);
        let hessian = terms(&hessian.expect("it is asked for").batch);
        assert_eq!(hessian[1..7], [85, 85, 85, 85, 86, 86]);
    }

    #[test]
    fn points_are_alone_where_waits_are_short_beside_a_block() {
        let few = |fields| -> Vec<usize> {
            let scheduled = scheduled(fields).into_iter();
            scheduled
                .map(|scheduled| scheduled.few(Scalar::F64))
                .collect()
        };
        // Many waits; long blocks; weights from behind the second cache. Of value, gradient, Hessian and Laplacian.
        let waiting = few("hidden: [Dense<8, Tanh>; 6], output: Dense<1>");
        assert_eq!(waiting[..2], [1; 2]);
        let long = few("hidden: Dense<64, Tanh>, other: Dense<32, Tanh>, output: Dense<1>");
        assert!(long[2] > 3, "{long:?}");
        let from_afar = few("hidden: [Dense<512, Tanh>; 3], output: Dense<1>");
        assert_eq!(from_afar[..2], [1; 2]);
    }
}
