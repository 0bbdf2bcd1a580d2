//! Loop nests go in, types that describe them and calls that run them come out.
//!
//! A contraction is a type of constants and of the tiles that cover it, straight-line code a type
//! with one function. Nests that differ only in where their tensors lie share a type, across all
//! requests of a network.

use derive_network_symbolic::functions::{Family, Primitive, Step, StraightLine};
use derive_network_symbolic::schedule::{
    ContractionNest, ElementwiseNest, LaneAxis, Loop, LoopProgram, Nest, Operand, Place, Space,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::signature::number;

/// The types of the nests of one network.
pub(super) struct Nests {
    scalar: Ident,
    contractions: Vec<ContractionNest>,
    elementwise: Vec<ElementwiseNest>,
}

impl Nests {
    pub fn new(scalar: Ident) -> Self {
        Nests {
            scalar,
            contractions: Vec::new(),
            elementwise: Vec::new(),
        }
    }

    /// Statements that run some nests, in order, with `simd` and `memory` in scope.
    pub fn calls(&mut self, nests: &[Nest]) -> TokenStream {
        let calls = nests.iter().map(|nest| match nest {
            Nest::Contraction(nest) => self.contraction(nest),
            Nest::Elementwise(nest) => self.elementwise(nest),
        });
        calls.collect()
    }

    /// The types that the calls name.
    pub fn types(&self) -> TokenStream {
        let contractions = self.contractions.iter().enumerate();
        let contractions = contractions.map(|(index, nest)| contraction_type(index, nest));
        let elementwise = self.elementwise.iter().enumerate();
        let elementwise = elementwise.map(|(index, nest)| self.elementwise_type(index, nest));
        quote!(#(#contractions)* #(#elementwise)*)
    }

    fn contraction(&mut self, nest: &ContractionNest) -> TokenStream {
        let shape = ContractionNest {
            out: nowhere(nest.out),
            a: nowhere(nest.a),
            b: nest.b.map(nowhere),
            init: nest.init.map(nowhere),
            ..nest.clone()
        };
        let known = self.contractions.iter().position(|known| *known == shape);
        let index = known.unwrap_or_else(|| {
            self.contractions.push(shape);
            self.contractions.len() - 1
        });
        let name = contraction_name(index);
        let offsets = places(nest).map(|place| number(place.offset));
        quote!(__private::contraction::<#name, _, _, _, _, _>(memory, [#(#offsets),*]);)
    }

    fn elementwise(&mut self, nest: &ElementwiseNest) -> TokenStream {
        let mut shape = nest.clone();
        for operand in &mut shape.operands {
            if let Operand::Tensor { place, .. } = operand {
                *place = nowhere(*place);
            }
        }
        for (place, _) in &mut shape.results {
            *place = nowhere(*place);
        }
        let known = self.elementwise.iter().position(|known| *known == shape);
        let index = known.unwrap_or_else(|| {
            self.elementwise.push(shape);
            self.elementwise.len() - 1
        });
        let name = elementwise_name(index);
        let operands = nest.operands.iter().map(|operand| match operand {
            Operand::Tensor { place, .. } => number(place.offset),
            Operand::Delta(..) => number(0),
        });
        let results = nest.results.iter().map(|(place, _)| number(place.offset));
        let counts = [nest.operands.len(), nest.results.len(), nest.loops.len()].map(number);
        quote! {
            __private::elementwise::<#name, _, _, #(#counts,)* _, _, _>(memory, [#(#operands),*], [#(#results),*]);
        }
    }

    fn elementwise_type(&self, index: usize, nest: &ElementwiseNest) -> TokenStream {
        let (name, scalar) = (elementwise_name(index), &self.scalar);
        let lane = emit_lane(nest.lane);
        let reads = nest.operands.iter().map(|operand| emit_read(nest, operand));
        let extents = nest.loops.iter().map(|extent| number(*extent));
        let none = vec![0; nest.loops.len()];
        let operands = nest.operands.iter().map(|operand| match operand {
            Operand::Tensor { place, steps } => emit_walk(place.space, steps),
            Operand::Delta(..) => emit_walk(Space::Scratch, &none),
        });
        let results = nest
            .results
            .iter()
            .map(|(place, steps)| emit_walk(place.space, steps));
        let [i, r, l] = [nest.operands.len(), nest.results.len(), nest.loops.len()].map(number);
        let vector = quote!(<#scalar as __private::Real>::Vector<S>);
        let code = &nest.body;
        let statements = code
            .steps
            .iter()
            .enumerate()
            .map(|(id, step)| emit_step(code, id, *step));
        let returned = code.results.iter().map(|id| step_name(*id));
        quote! {
            struct #name;

            impl __private::Elementwise<#scalar, #i, #r, #l> for #name {
                const LANE: __private::LaneAxis = #lane;
                const EXTENTS: [usize; #l] = [#(#extents),*];
                const READS: [__private::Read; #i] = [#(#reads),*];
                const OPERANDS: [(__private::Space, [usize; #l]); #i] = [#(#operands),*];
                const RESULTS: [(__private::Space, [usize; #l]); #r] = [#(#results),*];

                #[inline(always)]
                #[allow(unused_variables)]
                fn apply<S: __private::Simd>(simd: S, x: [#vector; #i]) -> [#vector; #r] {
                    let lane = __private::arithmetic::<#scalar, S>(simd);
                    #(#statements)*
                    [#(#returned),*]
                }
            }
        }
    }
}

fn nowhere(place: Place) -> Place {
    Place { offset: 0, ..place }
}

fn elementwise_name(index: usize) -> Ident {
    format_ident!("__Elementwise{index}")
}

fn step_name(id: usize) -> Ident {
    format_ident!("s{id}")
}

fn generators_name(family: Family, argument: usize) -> Ident {
    format_ident!("{}{argument}", family_function(family))
}

/// Places of the result, the factors and the initial value; what is missing reads nothing.
fn places(nest: &ContractionNest) -> [Place; 4] {
    [
        nest.out,
        nest.a,
        nest.b.unwrap_or(nest.a),
        nest.init.unwrap_or(nest.out),
    ]
}

fn contraction_name(index: usize) -> Ident {
    format_ident!("__Contraction{index}")
}

/// The description of a contraction.
fn contraction_type(index: usize, nest: &ContractionNest) -> TokenStream {
    let name = contraction_name(index);
    let lane = emit_lane(nest.lane);
    let outer = nest.outer.iter().map(emit_loop);
    let sums = nest.sums.iter().map(emit_loop);
    let (m, n, k) = (emit_loop(&nest.m), emit_loop(&nest.n), emit_loop(&nest.k));
    let spaces = places(nest).map(|place| emit_space(place.space));
    let columns = match nest.init {
        None => number(0),
        Some(_) => number(nest.initial_columns.min(nest.n.extent)),
    };
    let (paired, alone, symmetric) = (nest.paired, nest.b.is_none(), nest.symmetric);
    let scale = emit_constant(nest.scale);
    let tile = nest.tile();
    let (wide, narrow) = (emit_tiles(nest, tile.wide), emit_tiles(nest, tile.narrow));
    let tiles = if tile.wide == tile.narrow {
        wide
    } else {
        quote!(if __private::Tiles::<T, S, Self>::WIDE { #wide } else { #narrow })
    };
    quote! {
        struct #name;

        impl __private::Contraction for #name {
            const LANE: __private::LaneAxis = #lane;
            const OUTER: &'static [__private::Loop] = &[#(#outer),*];
            const M: __private::Loop = #m;
            const N: __private::Loop = #n;
            const SUMS: &'static [__private::Loop] = &[#(#sums),*];
            const K: __private::Loop = #k;
            const SPACES: [__private::Space; 4] = [#(#spaces),*];
            const INITIAL_COLUMNS: usize = #columns;
            const PAIRED: bool = #paired;
            const ALONE: bool = #alone;
            const SCALE: f64 = #scale;
            const SYMMETRIC: bool = #symmetric;

            #[inline(always)]
            fn tiles<T: __private::Real, S: __private::Simd>(nest: &__private::Tiles<T, S, Self>) {
                #tiles
            }
        }
    }
}

/// Calls that cover all rows and columns of a nest.
fn emit_tiles(nest: &ContractionNest, (height, width): (usize, usize)) -> TokenStream {
    let mut calls = TokenStream::new();
    let mut column = 0;
    while column < nest.n.extent {
        let width = width.min(nest.n.extent - column);
        let (w, at) = (number(width), number(column));
        if nest.lane == LaneAxis::Row {
            // How many vectors the rows fill depends on the lanes: the last tile is masked.
            let r = number(height);
            calls.extend(quote!(nest.rows::<#r, #w>(0, #at);));
        } else {
            // A symmetric result needs no tile that lies wholly beyond the diagonal.
            let first = if nest.symmetric { column } else { 0 };
            let rows = nest.m.extent - first;
            let (full, rest) = (rows / height, rows % height);
            let (r, from, count) = (number(height), number(first), number(full));
            if full > 0 {
                calls.extend(quote!(nest.some_rows::<#r, #w>(#from, #count, #at);));
            }
            if rest > 0 {
                let (r, from) = (number(rest), number(first + full * height));
                calls.extend(quote!(nest.some_rows::<#r, #w>(#from, 1, #at);));
            }
        }
        column += width;
    }
    calls
}

fn emit_loop(step: &Loop) -> TokenStream {
    let [extent, out, a, b, init] = [step.extent, step.out, step.a, step.b, step.init].map(number);
    quote!(__private::Loop { extent: #extent, out: #out, a: #a, b: #b, init: #init })
}

fn emit_lane(lane: LaneAxis) -> TokenStream {
    match lane {
        LaneAxis::Points => quote!(__private::LaneAxis::Points),
        LaneAxis::Row => quote!(__private::LaneAxis::Row),
        LaneAxis::Sum => quote!(__private::LaneAxis::Sum),
        LaneAxis::Nothing => quote!(__private::LaneAxis::Nothing),
    }
}

pub(super) fn emit_space(space: Space) -> TokenStream {
    match space {
        Space::Parameters => quote!(__private::Space::Parameters),
        Space::Scratch => quote!(__private::Space::Scratch),
        Space::Block => quote!(__private::Space::Block),
    }
}

fn emit_walk(space: Space, steps: &[usize]) -> TokenStream {
    let space = emit_space(space);
    let steps = steps.iter().map(|step| number(*step));
    quote!((#space, [#(#steps),*]))
}

/// How an operand is read in the innermost loop.
fn emit_read(nest: &ElementwiseNest, operand: &Operand) -> TokenStream {
    let last = nest.loops.len() - 1;
    match (operand, nest.lane) {
        (Operand::Delta(a, b), _) => {
            let (a, b) = (number(*a), number(*b));
            quote!(__private::Read::Delta(#a, #b))
        }
        (Operand::Tensor { place, .. }, LaneAxis::Points) if place.space == Space::Block => {
            quote!(__private::Read::Vector)
        }
        (Operand::Tensor { steps, .. }, LaneAxis::Row) if steps[last] == 1 => {
            quote!(__private::Read::Vector)
        }
        (Operand::Tensor { steps, .. }, LaneAxis::Row) if steps[last] > 1 => {
            quote!(__private::Read::Gather)
        }
        (Operand::Tensor { .. }, _) => quote!(__private::Read::Splat),
    }
}

/// The statement of one step; the first step that needs a family calls it.
fn emit_step(code: &StraightLine, id: usize, step: Step) -> TokenStream {
    let name = step_name(id);
    let (a, b, c) = {
        let mut arguments = step.arguments().map(step_name);
        (arguments.next(), arguments.next(), arguments.next())
    };
    let value = match step {
        Step::Operand(index) => {
            let index = number(index);
            quote!(x[#index])
        }
        Step::Constant(constant) => {
            let value = emit_constant(constant.value());
            quote!(lane.literal(#value))
        }
        Step::Add(..) => quote!(lane.add(#a, #b)),
        Step::Subtract(..) => quote!(lane.sub(#a, #b)),
        Step::Multiply(..) => quote!(lane.mul(#a, #b)),
        Step::MultiplyAdd(..) => quote!(lane.mul_add(#a, #b, #c)),
        Step::Select(..) => quote!(lane.select(#a, #b)),
        Step::Negate(_) => quote!(lane.neg(#a)),
        Step::AtLeast(_, limit) => {
            let limit = emit_constant(limit.value());
            quote!(lane.at_least(#a, #limit))
        }
        Step::AtMost(_, limit) => {
            let limit = emit_constant(limit.value());
            quote!(lane.at_most(#a, #limit))
        }
        Step::Primitive(primitive, argument) => {
            let family = primitive.family();
            let function = format_ident!("{}", family_function(family));
            let Some(field) = generator_field(primitive) else {
                return quote!(let #name = lane.#function(#a););
            };
            let field = format_ident!("{field}");
            let generators = generators_name(family, argument);
            let is_first = !code.steps[..id].iter().any(|earlier| {
                matches!(earlier, Step::Primitive(other, at) if other.family() == family && *at == argument)
            });
            let call = is_first.then(|| quote!(let #generators = lane.#function(#a);));
            return quote!(#call let #name = #generators.#field;);
        }
    };
    quote!(let #name = #value;)
}

fn emit_constant(value: f64) -> TokenStream {
    let literal = Literal::f64_suffixed(value.abs());
    if value.is_sign_negative() {
        quote!(-#literal)
    } else {
        quote!(#literal)
    }
}

/// The lane function of a family.
fn family_function(family: Family) -> &'static str {
    match family {
        Family::Logistic => "logistic",
        Family::Hyperbolic => "hyperbolic",
        Family::Trigonometric => "trigonometric",
        Family::Normal => "normal",
        Family::Exponential => "exponential",
        Family::ExponentialLinear => "exponential_linear",
        Family::Ln => "logarithm",
        Family::Sqrt => "square_root",
        Family::Reciprocal => "reciprocal",
        Family::Abs => "absolute",
    }
}

/// The field of a family's generators; none where the family is one value.
fn generator_field(primitive: Primitive) -> Option<&'static str> {
    Some(match primitive {
        Primitive::Softplus => "softplus",
        Primitive::Sigmoid => "sigmoid",
        Primitive::SigmoidSlope => "slope",
        Primitive::SigmoidSkew => "skew",
        Primitive::LogCosh2 => "log_cosh2",
        Primitive::Tanh => "tanh",
        Primitive::SechSquared => "sech_squared",
        Primitive::Sin => "sin",
        Primitive::Cos => "cos",
        Primitive::NormalCdf => "cdf",
        Primitive::NormalPdf => "pdf",
        Primitive::Exp => "exp",
        Primitive::Expm1 => "expm1",
        Primitive::Ramp => "ramp",
        Primitive::Step => "step",
        Primitive::NegativeRamp => "negative_ramp",
        Primitive::NegativeStep => "negative_step",
        Primitive::EluTail => "tail",
        Primitive::EluTailSlope => "tail_slope",
        Primitive::Abs => "abs",
        Primitive::Sign => "sign",
        Primitive::Ln | Primitive::Sqrt | Primitive::Reciprocal => return None,
    })
}

/// Scalars of scratch that a program needs at most, whatever the lanes; where its blocks begin.
pub(super) fn scratch(program: &LoopProgram, widest: usize) -> (usize, usize) {
    let start = program.scratch.next_multiple_of(widest);
    (start + program.block * widest, start)
}
