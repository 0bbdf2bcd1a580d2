//! Loop nests go in, types that describe them and calls that run them come out.
//!
//! A contraction is a table of numbers for the runtime's kernel, checked while the user's crate
//! compiles. Straight-line code is a type with one function; nests that differ only in where their
//! tensors lie share it, across all requests of a network.

use derive_network_symbolic::functions::{Family, Primitive, Step, StraightLine};
use derive_network_symbolic::schedule::{
    ContractionNest, ElementwiseNest, LaneAxis, Loop, LoopProgram, Nest, Operand, Place, Space,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::signature::number;

/// The types of the elementwise nests of one network.
pub(super) struct Nests {
    scalar: Ident,
    elementwise: Vec<ElementwiseNest>,
}

impl Nests {
    pub fn new(scalar: Ident) -> Self {
        Nests {
            scalar,
            elementwise: Vec::new(),
        }
    }

    /// Statements that run some nests, in order, with `simd` and `memory` in scope.
    pub fn calls(&mut self, nests: &[Nest]) -> TokenStream {
        let calls = nests.iter().map(|nest| match nest {
            Nest::Contraction(nest) => {
                let nest = emit_contraction(nest);
                quote!(memory.contraction(const { &private::Checked::new(#nest) });)
            }
            Nest::Elementwise(nest) => self.elementwise(nest),
        });
        calls.collect()
    }

    /// The types that the calls name.
    pub fn types(&self) -> TokenStream {
        let elementwise = self.elementwise.iter().enumerate();
        let elementwise = elementwise.map(|(index, nest)| self.elementwise_type(index, nest));
        elementwise.collect()
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
            private::elementwise::<#name, _, _, #(#counts,)* _, _, _>(memory, [#(#operands),*], [#(#results),*]);
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
        let results = nest.results.iter().map(|(place, steps)| emit_walk(place.space, steps));
        let [i, r, l] = [nest.operands.len(), nest.results.len(), nest.loops.len()].map(number);
        let vector = quote!(<#scalar as private::Real>::Vector<S>);
        let code = &nest.body;
        let statements = code.steps.iter().enumerate().map(|(id, step)| emit_step(code, id, *step));
        let returned = code.results.iter().map(|id| step_name(*id));
        quote! {
            struct #name;

            impl private::Elementwise<#scalar, #i, #r, #l> for #name {
                const LANE: private::LaneAxis = #lane;
                const EXTENTS: [usize; #l] = [#(#extents),*];
                const READS: [private::Read; #i] = [#(#reads),*];
                const OPERANDS: [(private::Space, [usize; #l]); #i] = [#(#operands),*];
                const RESULTS: [(private::Space, [usize; #l]); #r] = [#(#results),*];

                #[inline(always)]
                #[allow(unused_variables)]
                fn apply<S: private::Simd>(simd: S, x: [#vector; #i]) -> [#vector; #r] {
                    let lane = private::arithmetic::<#scalar, S>(simd);
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
    format_ident!("Elementwise{index}")
}

fn step_name(id: usize) -> Ident {
    format_ident!("s{id}")
}

fn generators_name(family: Family, argument: usize) -> Ident {
    format_ident!("{}{argument}", family_function(family))
}

/// The description of a contraction.
fn emit_contraction(nest: &ContractionNest) -> TokenStream {
    let lane = emit_lane(nest.lane);
    let outer = nest.outer.iter().map(emit_loop);
    let sums = nest.sums.iter().map(emit_loop);
    let (m, n, k) = (emit_loop(&nest.m), emit_loop(&nest.n), emit_loop(&nest.k));
    let places = [nest.out, nest.a, nest.b.unwrap_or(nest.a), nest.init.unwrap_or(nest.out)];
    let spaces = places.map(|place| emit_space(place.space));
    let offsets = places.map(|place| number(place.offset));
    let columns = match nest.init {
        None => number(0),
        Some(_) => number(nest.initial_columns.min(nest.n.extent)),
    };
    let (paired, alone, symmetric) = (nest.paired, nest.b.is_none(), nest.symmetric);
    let scale = emit_constant(nest.scale);
    let tile = nest.tile();
    let [mw, nw, ms, ns] = [tile.wide.0, tile.wide.1, tile.narrow.0, tile.narrow.1].map(number);
    quote! {
        private::Contraction {
            lane: #lane,
            outer: &[#(#outer),*],
            m: #m,
            n: #n,
            sums: &[#(#sums),*],
            k: #k,
            spaces: [#(#spaces),*],
            offsets: [#(#offsets),*],
            initial_columns: #columns,
            paired: #paired,
            alone: #alone,
            scale: #scale,
            symmetric: #symmetric,
            wide: (#mw, #nw),
            narrow: (#ms, #ns),
        }
    }
}

fn emit_loop(step: &Loop) -> TokenStream {
    let [extent, out, a, b, init] = [step.extent, step.out, step.a, step.b, step.init].map(number);
    quote!(private::Loop { extent: #extent, out: #out, a: #a, b: #b, init: #init })
}

fn emit_lane(lane: LaneAxis) -> TokenStream {
    match lane {
        LaneAxis::Points => quote!(private::LaneAxis::Points),
        LaneAxis::Row => quote!(private::LaneAxis::Row),
        LaneAxis::Sum => quote!(private::LaneAxis::Sum),
        LaneAxis::Nothing => quote!(private::LaneAxis::Nothing),
    }
}

pub(super) fn emit_space(space: Space) -> TokenStream {
    match space {
        Space::Parameters => quote!(private::Space::Parameters),
        Space::Scratch => quote!(private::Space::Scratch),
        Space::Block => quote!(private::Space::Block),
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
            quote!(private::Read::Delta(#a, #b))
        }
        (Operand::Tensor { place, .. }, LaneAxis::Points) if place.space == Space::Block => quote!(private::Read::Vector),
        (Operand::Tensor { steps, .. }, LaneAxis::Row) if steps[last] == 1 => quote!(private::Read::Vector),
        (Operand::Tensor { .. }, _) => quote!(private::Read::Splat),
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
    if value.is_sign_negative() { quote!(-#literal) } else { quote!(#literal) }
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
