//! Loop nests go in, types that describe them and calls that run them come out.
//!
//! A contraction nest is a type of constants with a call for each column of its tiles, which nests share that differ only in where
//! their operands begin; straight-line code is a type with one function, which elementwise nests share that differ only in where
//! their tensors lie. Both are shared across all requests of a network.

use derive_network_symbolic::functions::StraightLine;
use derive_network_symbolic::schedule::{
    ContractionNest, ElementwiseNest, LaneAxis, Loop, LoopProgram, Nest, Operand, Place, Relayout,
    Shape, Space, View,
};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::code::{emit_code, emit_constant};
use super::signature::number;

/// The types of one network: nests, straight-line code, and views of inputs and outputs.
pub(super) struct Nests {
    scalar: Ident,
    /// Of the scalar in a vector of 512 bits.
    lanes: usize,
    contractions: Vec<ContractionNest>,
    elementwise: Vec<ElementwiseNest>,
    codes: Vec<Code>,
    relayouts: Vec<Relayout>,
    /// With the vectors of points in a block.
    views: Vec<(View, usize)>,
}

/// Straight-line code and how its operands are read: what nests share.
#[derive(PartialEq)]
struct Code {
    reads: Vec<Read>,
    reads_beside: Vec<(usize, usize)>,
    scatters: Vec<bool>,
    writes_beside: Vec<(usize, usize)>,
    loops: usize,
    vectors: usize,
    body: StraightLine,
}

/// How an operand is read in the innermost loop.
#[derive(Clone, Copy, PartialEq)]
enum Read {
    Vector,
    Gather,
    Splat,
    Delta(usize, usize),
}

/// The position of an equal entry, which is added if there is none.
fn intern<T: PartialEq>(known: &mut Vec<T>, entry: T) -> usize {
    let position = known.iter().position(|other| *other == entry);
    position.unwrap_or_else(|| {
        known.push(entry);
        known.len() - 1
    })
}

/// Tensors of a nest up to which each keeps a pointer of its own: there are registers for so many. Beyond them interleaved streams share one;
/// not where a block is one vector, since nests would have less code in common.
const POINTERS: usize = 10;

impl Nests {
    pub fn new(scalar: Ident, lanes: usize) -> Self {
        Nests {
            scalar,
            lanes,
            contractions: Vec::new(),
            elementwise: Vec::new(),
            codes: Vec::new(),
            relayouts: Vec::new(),
            views: Vec::new(),
        }
    }

    /// Statements that run some nests, in order, with `memory` in scope.
    pub fn calls(&mut self, nests: &[Nest]) -> TokenStream {
        let calls = nests.iter().map(|nest| match nest {
            Nest::Contraction(nest) => self.contraction(nest),
            Nest::Elementwise(nest) => self.elementwise(&at_one_vector(nest)),
            Nest::Relayout(nest) => self.relayout(nest),
        });
        calls.collect()
    }

    /// The type of a view in blocks of so many vectors of points.
    pub fn view(&mut self, view: &View, vectors: usize) -> Ident {
        let vectors = if view.space == Space::Block {
            vectors
        } else {
            1
        };
        format_ident!("__View{}", intern(&mut self.views, (view.clone(), vectors)))
    }

    /// The types that the calls name.
    pub fn types(&self) -> TokenStream {
        let contractions = self.contractions.iter().enumerate();
        let contractions =
            contractions.map(|(index, nest)| contraction_type(index, nest, self.lanes));
        let elementwise = self.elementwise.iter().enumerate();
        let elementwise = elementwise.map(|(index, nest)| elementwise_type(index, nest));
        let codes = self.codes.iter().enumerate();
        let codes = codes.map(|(index, code)| self.code_type(index, code));
        let relayouts = self.relayouts.iter().enumerate();
        let relayouts = relayouts.map(|(index, nest)| relayout_type(index, nest));
        let views = self.views.iter().enumerate();
        let views = views.map(|(index, (view, vectors))| view_type(index, view, *vectors));
        quote!(#(#contractions)* #(#elementwise)* #(#codes)* #(#relayouts)* #(#views)*)
    }

    fn contraction(&mut self, nest: &ContractionNest) -> TokenStream {
        let offsets = places(nest).map(|place| number(place.offset));
        let name = contraction_name(intern(&mut self.contractions, at_the_beginning(nest)));
        quote!(__private::contraction::<#name, __private::Begin<#(#offsets),*>, _, _, _, _, _, _>(memory);)
    }

    fn relayout(&mut self, nest: &Relayout) -> TokenStream {
        let [from, to] = [nest.from, nest.to].map(|place| number(place.offset));
        let beginning = |place: Place| Place { offset: 0, ..place };
        let shared = Relayout {
            from: beginning(nest.from),
            to: beginning(nest.to),
            ..nest.clone()
        };
        let name = relayout_name(intern(&mut self.relayouts, shared));
        quote!(__private::relayout::<#name, #from, #to, _, _, _, _, _>(memory);)
    }

    fn elementwise(&mut self, nest: &ElementwiseNest) -> TokenStream {
        let are_many = nest.vectors > 1 && nest.operands.len() + nest.results.len() > POINTERS;
        let code = Code {
            reads: nest
                .operands
                .iter()
                .map(|operand| read(nest, operand))
                .collect(),
            reads_beside: beside(nest.operands.iter().map(|operand| match operand {
                Operand::Tensor { place, steps } if are_many => Some((*place, &steps[..])),
                _ => None,
            })),
            scatters: nest
                .results
                .iter()
                .map(|(_, steps)| scatters(nest, steps))
                .collect(),
            writes_beside: beside(
                nest.results
                    .iter()
                    .map(|(place, steps)| are_many.then_some((*place, &steps[..]))),
            ),
            loops: nest.loops.len(),
            vectors: match nest.lane {
                LaneAxis::Points => nest.vectors,
                LaneAxis::Row | LaneAxis::Sum => 0,
            },
            body: nest.body.clone(),
        };
        let code = code_name(intern(&mut self.codes, code));
        let name = elementwise_name(intern(&mut self.elementwise, nest.clone()));
        let counts = [nest.operands.len(), nest.results.len()].map(number);
        quote! {
            __private::elementwise::<#name, #code, _, _, #(#counts,)* _, _, _>(memory);
        }
    }

    fn code_type(&self, index: usize, code: &Code) -> TokenStream {
        let (name, scalar) = (code_name(index), &self.scalar);
        let reads = code.reads.iter().map(|read| match read {
            Read::Vector => quote!(__private::Read::Vector),
            Read::Gather => quote!(__private::Read::Gather),
            Read::Splat => quote!(__private::Read::Splat),
            Read::Delta(a, b) => {
                let (a, b) = (number(*a), number(*b));
                quote!(__private::Read::Delta(#a, #b))
            }
        });
        let sizes = [
            code.reads.len(),
            code.scatters.len(),
            code.loops,
            code.vectors,
        ];
        let [i, r, l, vectors] = sizes.map(number);
        let scatters = &code.scatters;
        let neighbours = [
            (&code.reads_beside, quote!(READS_BESIDE), &i),
            (&code.writes_beside, quote!(WRITES_BESIDE), &r),
        ];
        let neighbours = neighbours.map(|(beside, name, count)| {
            let mut own = beside.iter().enumerate();
            if own.all(|(index, (other, _))| index == *other) {
                return TokenStream::new();
            }
            let beside = beside.iter().map(|(other, distance)| {
                let (other, distance) = (number(*other), number(*distance));
                quote!((#other, #distance))
            });
            quote!(const #name: [__private::Beside; #count] = [#(#beside),*];)
        });
        let vector = quote!(<#scalar as __private::Real>::Vector<S>);
        let body = emit_code(&code.body);
        quote! {
            struct #name;

            impl __private::Code<#scalar, #i, #r> for #name {
                const READS: [__private::Read; #i] = [#(#reads),*];
                const SCATTERS: [bool; #r] = [#(#scatters),*];
                #(#neighbours)*
                const LOOPS: usize = #l;
                const VECTORS: usize = #vectors;

                #[inline(always)]
                #[allow(unused_variables)]
                fn apply<S: __private::Isa>(simd: S, x: [#vector; #i]) -> [#vector; #r] {
                    let lane = __private::arithmetic::<#scalar, S>(simd);
                    #body
                }
            }
        }
    }
}

/// The loops of a nest at each vector of points, which the code repeats by itself.
fn at_one_vector(nest: &ElementwiseNest) -> ElementwiseNest {
    let mut nest = nest.clone();
    if nest.vectors > 1 {
        nest.loops.pop();
        for operand in &mut nest.operands {
            if let Operand::Tensor { steps, .. } = operand {
                steps.pop();
            }
        }
        for (_, steps) in &mut nest.results {
            steps.pop();
        }
    }
    nest
}

fn contraction_name(index: usize) -> Ident {
    format_ident!("__Contraction{index}")
}

fn elementwise_name(index: usize) -> Ident {
    format_ident!("__Elementwise{index}")
}

fn relayout_name(index: usize) -> Ident {
    format_ident!("__Relayout{index}")
}

fn code_name(index: usize) -> Ident {
    format_ident!("__Code{index}")
}

/// Places of the result, the factors, the initial value and the weight; what is missing reads nothing.
fn places(nest: &ContractionNest) -> [Place; 5] {
    [
        nest.out,
        nest.a,
        nest.b.unwrap_or(nest.a),
        nest.init.unwrap_or(nest.out),
        nest.weight.map_or(nest.out, |(weight, _)| weight),
    ]
}

/// The same nest with all operands at the beginnings of their spaces: what nests share that differ only in where these lie.
fn at_the_beginning(nest: &ContractionNest) -> ContractionNest {
    let beginning = |place: Place| Place { offset: 0, ..place };
    ContractionNest {
        out: beginning(nest.out),
        a: beginning(nest.a),
        b: nest.b.map(beginning),
        init: nest.init.map(beginning),
        weight: nest.weight.map(|(weight, step)| (beginning(weight), step)),
        ..nest.clone()
    }
}

fn contraction_type(index: usize, nest: &ContractionNest, lanes: usize) -> TokenStream {
    let name = contraction_name(index);
    let lane = match nest.lane {
        LaneAxis::Points => quote!(__private::LaneAxis::Points),
        LaneAxis::Row => quote!(__private::LaneAxis::Row),
        LaneAxis::Sum => quote!(__private::LaneAxis::Sum),
    };
    let outer = nest.outer.iter().map(emit_loop);
    let sums = nest.sums.iter().map(emit_loop);
    let (m, n, k) = (emit_loop(&nest.m), emit_loop(&nest.n), emit_loop(&nest.k));
    let [spaces @ .., _] = places(nest).map(|place| emit_space(place.space));
    let weight = number(nest.weight.map_or(0, |(_, step)| step));
    let columns = match nest.init {
        None => number(0),
        Some(_) => number(nest.initial_columns.min(nest.n.extent)),
    };
    let (paired, alone, symmetric) = (nest.paired, nest.b.is_none(), nest.symmetric);
    let (over_points, begins) = (nest.over_points, nest.begins);
    let scale = emit_constant(nest.scale);
    let addends = nest.addends.iter().map(|addend| {
        let [a, b, weight] = [addend.a, addend.b, addend.weight].map(number);
        let scale = emit_constant(addend.scale);
        quote!(__private::Addend { a: #a, b: #b, weight: #weight, scale: #scale })
    });
    let tile = nest.tile(lanes);
    let wide = emit_tiles(nest, tile.wide, lanes);
    let narrow = emit_tiles(nest, tile.narrow, lanes / 2);
    let narrowest = emit_tiles(nest, tile.narrowest, lanes / 4);
    quote! {
        struct #name;

        impl __private::Contraction for #name {
            const NEST: __private::ContractionNest = __private::ContractionNest {
                lane: #lane,
                outer: &[#(#outer),*],
                m: #m,
                n: #n,
                sums: &[#(#sums),*],
                k: #k,
                spaces: [#(#spaces),*],
                initial_columns: #columns,
                paired: #paired,
                alone: #alone,
                scale: #scale,
                symmetric: #symmetric,
                over_points: #over_points,
                begins: #begins,
                addends: &[#(#addends),*],
                weight: #weight,
            };

            #[inline(always)]
            fn wide<At: __private::Places, T: __private::Real, S: __private::Isa, const __P: usize, const __H: usize, const __B: usize, const __R: usize>(
                memory: &__private::Memory<'_, T, S, __P, __H, __B, __R>,
            ) {
                #wide
            }

            #[inline(always)]
            fn narrow<At: __private::Places, T: __private::Real, S: __private::Isa, const __P: usize, const __H: usize, const __B: usize, const __R: usize>(
                memory: &__private::Memory<'_, T, S, __P, __H, __B, __R>,
            ) {
                #narrow
            }

            #[inline(always)]
            fn narrowest<At: __private::Places, T: __private::Real, S: __private::Isa, const __P: usize, const __H: usize, const __B: usize, const __R: usize>(
                memory: &__private::Memory<'_, T, S, __P, __H, __B, __R>,
            ) {
                #narrowest
            }
        }
    }
}

/// The bits that tell the code of a nest from others; the runtime checks them.
fn emit_kind(nest: &ContractionNest, [part, on_diagonal]: [bool; 2]) -> TokenStream {
    let block = |place: Place| place.space == Space::Block;
    let consecutive = |step: usize| step == 1 || nest.k.extent == 1;
    let (a, b) = match nest.lane {
        LaneAxis::Points => (block(nest.a), nest.b.is_some_and(block)),
        LaneAxis::Row => (true, nest.paired),
        LaneAxis::Sum if nest.over_points => (block(nest.a), nest.b.is_some_and(block)),
        LaneAxis::Sum => (consecutive(nest.k.a), consecutive(nest.k.b)),
    };
    // A sum along the lanes is one number, which an initial value that may be there hardly delays: one code for both.
    let initial = nest.init.is_some() || nest.lane == LaneAxis::Sum;
    let splat = nest.init.is_some_and(|place| match nest.lane {
        LaneAxis::Points => !block(place),
        LaneAxis::Row => nest.m.init == 0 && nest.m.extent > 1,
        LaneAxis::Sum => false,
    });
    let bits = [
        (nest.lane == LaneAxis::Row, quote!(ROW)),
        (nest.lane == LaneAxis::Sum, quote!(SUM)),
        (a, quote!(A_VECTOR)),
        (b && nest.b.is_some(), quote!(B_VECTOR)),
        (nest.paired, quote!(PAIRED)),
        (nest.b.is_none(), quote!(ALONE)),
        (nest.symmetric, quote!(SYMMETRIC)),
        (initial, quote!(INITIAL)),
        (splat, quote!(INITIAL_SPLAT)),
        (nest.scale != 1.0, quote!(SCALED)),
        (
            !(nest.outer.is_empty() && nest.sums.is_empty()),
            quote!(NESTED),
        ),
        (nest.over_points, quote!(POINTS)),
        (part, quote!(PART)),
        (on_diagonal, quote!(DIAGONAL)),
        (nest.weight.is_some(), quote!(WEIGHTED)),
        (!nest.addends.is_empty(), quote!(ADDENDS)),
        (nest.is_apart(), quote!(APART)),
        (nest.is_fetched(), quote!(FETCHED)),
    ];
    let bits = bits.iter().filter(|(set, _)| *set).map(|(_, bit)| bit);
    quote!({ 0 #(| __private::kind::#bits)* })
}

/// Calls that cover all rows and columns of a nest, for so many lanes.
fn emit_tiles(nest: &ContractionNest, tile: Shape, lanes: usize) -> TokenStream {
    // Of squares of lanes.
    let is_triangle = nest.symmetric && nest.lane == LaneAxis::Row;
    let call = |rows: usize, columns: usize, row: usize, count: usize, column: usize, across| {
        let part = match nest.lane {
            LaneAxis::Points => false,
            LaneAxis::Sum => nest.over_points || !nest.k.extent.is_multiple_of(lanes),
            LaneAxis::Row if is_triangle => !nest.m.extent.is_multiple_of(lanes),
            LaneAxis::Row => (row + rows * count) * lanes > nest.m.extent,
        };
        let on_diagonal = nest.symmetric && !is_triangle && row == column && count == 1;
        let kind = emit_kind(nest, [part, on_diagonal]);
        let column_step = if nest.paired { nest.m.b } else { nest.n.b };
        let tile = [
            rows,
            columns,
            nest.m.a,
            column_step,
            row,
            count,
            column,
            across,
        ];
        let tile = tile.map(number);
        quote!(__private::tiles::<Self, At, _, _, #kind, #(#tile,)* _, _, _, _>(memory);)
    };
    let mut calls = TokenStream::new();
    if is_triangle {
        let (rows, across, rest) = (
            nest.rows(lanes),
            nest.n.extent / tile.columns,
            nest.n.extent % tile.columns,
        );
        if across > 0 {
            calls.extend(call(tile.rows, tile.columns, 0, rows, 0, across));
        }
        if rest > 0 {
            let column = across * tile.columns;
            calls.extend(call(tile.rows_of_last, rest, across, 1, column, 1));
        }
        return calls;
    }
    let mut column = 0;
    while column < nest.n.extent {
        let width = tile.columns.min(nest.n.extent - column);
        let height = if width < tile.columns {
            tile.rows_of_last
        } else {
            tile.rows
        };
        // A symmetric result needs no tile that lies wholly beyond the diagonal.
        let (first, across) = if nest.symmetric {
            (column, 1)
        } else {
            (0, (nest.n.extent - column) / width)
        };
        let rows = nest.rows(lanes) - first;
        let (full, rest) = (rows / height, rows % height);
        let (mut row, mut below) = (first, full);
        if nest.symmetric && full > 0 {
            calls.extend(call(height, width, row, 1, column, across));
            (row, below) = (row + height, below - 1);
        }
        if below > 0 {
            calls.extend(call(height, width, row, below, column, across));
        }
        if rest > 0 {
            let row = first + full * height;
            calls.extend(call(rest, width, row, 1, column, across));
        }
        column += width * across;
    }
    calls
}

fn emit_loop(step: &Loop) -> TokenStream {
    let [extent, out, a, b, init] = [step.extent, step.out, step.a, step.b, step.init].map(number);
    quote!(__private::Loop { extent: #extent, out: #out, a: #a, b: #b, init: #init })
}

fn emit_space(space: Space) -> TokenStream {
    match space {
        Space::Parameters => quote!(__private::Space::Parameters),
        Space::Scratch => quote!(__private::Space::Scratch),
        Space::Block => quote!(__private::Space::Block),
        Space::Gradient => quote!(__private::Space::Gradient),
        // The scratch of a point's memory.
        Space::Point => quote!(__private::Space::Scratch),
        Space::Result => quote!(__private::Space::Result),
    }
}

fn elementwise_type(index: usize, nest: &ElementwiseNest) -> TokenStream {
    let name = elementwise_name(index);
    let extents = nest.loops.iter().map(|extent| number(*extent));
    let none = vec![0; nest.loops.len()];
    let nowhere = Place {
        space: Space::Scratch,
        offset: 0,
    };
    let operands = nest.operands.iter().map(|operand| match operand {
        Operand::Tensor { place, steps } => emit_walk(*place, steps),
        Operand::Delta(..) => emit_walk(nowhere, &none),
    });
    let results = nest.results.iter();
    let results = results.map(|(place, steps)| emit_walk(*place, steps));
    let [i, r] = [nest.operands.len(), nest.results.len()].map(number);
    quote! {
        struct #name;

        impl __private::Elementwise<#i, #r> for #name {
            const NEST: __private::ElementwiseNest<#i, #r> = __private::ElementwiseNest {
                extents: &[#(#extents),*],
                operands: [#(#operands),*],
                results: [#(#results),*],
            };
        }
    }
}

fn relayout_type(index: usize, nest: &Relayout) -> TokenStream {
    let name = relayout_name(index);
    let sizes = [nest.rows.0, nest.rows.1, nest.stride, nest.vectors];
    let [rows, row_step, stride, vectors] = sizes.map(number);
    let others = nest.others.iter().map(|[extent, from, to]| {
        emit_loop(&Loop {
            extent: *extent,
            out: *to,
            a: *from,
            ..Loop::ONCE
        })
    });
    quote! {
        struct #name;

        impl __private::Relaid for #name {
            const RELAYOUT: __private::Relayout = __private::Relayout {
                rows: #rows,
                row_step: #row_step,
                others: &[#(#others),*],
                stride: #stride,
                vectors: #vectors,
            };
        }
    }
}

fn emit_walk(place: Place, steps: &[usize]) -> TokenStream {
    let (space, offset) = (emit_space(place.space), number(place.offset));
    let steps = steps.iter().map(|step| number(*step));
    quote!(__private::Walk { space: #space, offset: #offset, steps: &[#(#steps),*] })
}

fn view_type(index: usize, view: &View, vectors: usize) -> TokenStream {
    let name = format_ident!("__View{index}");
    let vectors = number(vectors);
    let (space, offset) = (emit_space(view.space), number(view.offset));
    let extents = view.shape.iter().map(|extent| number(*extent));
    let strides = view.strides.iter().map(|stride| number(*stride));
    quote! {
        struct #name;

        impl __private::Viewed for #name {
            const VIEW: __private::View = __private::View {
                space: #space,
                offset: #offset,
                extents: &[#(#extents),*],
                strides: &[#(#strides),*],
                vectors: #vectors,
            };
        }
    }
}

/// Whether a result is written to places that are not consecutive.
fn scatters(nest: &ElementwiseNest, steps: &[usize]) -> bool {
    nest.lane == LaneAxis::Row && steps.last().is_some_and(|step| *step > 1)
}

/// For each tensor the one that it lies beside, and how far behind it: both are vectors of points, move alike, and are less than a step
/// of the innermost loop apart, so that nests of the same code have the same neighbours. Else itself.
fn beside<'a>(walks: impl Iterator<Item = Option<(Place, &'a [usize])>>) -> Vec<(usize, usize)> {
    let mut walks: Vec<_> = walks.enumerate().collect();
    let mut found: Vec<_> = walks.iter().map(|(index, _)| (*index, 0)).collect();
    walks.retain(|(_, walk)| walk.is_some_and(|(place, _)| place.space == Space::Block));
    walks.sort_by_key(|(_, walk)| walk.map(|(place, _)| place.offset));
    let mut leaders: Vec<(usize, usize, &[usize])> = Vec::new();
    for (index, (place, steps)) in walks
        .iter()
        .filter_map(|(index, walk)| Some((*index, (*walk)?)))
    {
        let step = steps.last().copied().unwrap_or(0);
        let leader = leaders.iter_mut().find(|(_, _, known)| *known == steps);
        match leader {
            Some((leader, first, _)) if place.offset - *first < step => {
                found[index] = (*leader, place.offset - *first);
            }
            Some(leader) => *leader = (index, place.offset, steps),
            None => leaders.push((index, place.offset, steps)),
        }
    }
    found
}

/// How an operand is read in the innermost loop.
fn read(nest: &ElementwiseNest, operand: &Operand) -> Read {
    let last = nest.loops.len() - 1;
    match (operand, nest.lane) {
        (Operand::Delta(a, b), _) => Read::Delta(*a, *b),
        (Operand::Tensor { place, .. }, LaneAxis::Points) if place.space == Space::Block => {
            Read::Vector
        }
        // Of one number, any vector has it in its first lane: as a vector it shares the code of longer tensors.
        (Operand::Tensor { steps, .. }, LaneAxis::Row)
            if steps[last] == 1 || nest.loops[last] == 1 =>
        {
            Read::Vector
        }
        (Operand::Tensor { steps, .. }, LaneAxis::Row) if steps[last] > 1 => Read::Gather,
        (Operand::Tensor { .. }, _) => Read::Splat,
    }
}

/// Scalars of scratch that a program needs at most, whatever the lanes; where its blocks begin.
pub(super) fn scratch(program: &LoopProgram, widest: usize) -> (usize, usize) {
    let start = program.scratch.next_multiple_of(widest);
    (start + program.block * widest, start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(offset: usize) -> Place {
        Place {
            space: Space::Block,
            offset,
        }
    }

    #[test]
    fn vectors_of_one_step_share_a_pointer_and_others_keep_theirs() {
        let scratch = Place {
            space: Space::Scratch,
            offset: 9,
        };
        let walks: [Option<(Place, &[usize])>; 7] = [
            Some((block(11), &[8, 4])),
            Some((block(8), &[8, 4])),
            Some((block(9), &[8, 2])),
            None,
            Some((scratch, &[8, 4])),
            Some((block(12), &[8, 4])),
            Some((block(14), &[8, 4])),
        ];
        let found = beside(walks.into_iter());
        let expected = [(1, 3), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (5, 2)];
        assert_eq!(found, expected);
    }
}
