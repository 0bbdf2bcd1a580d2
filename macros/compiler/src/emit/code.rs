//! Straight-line code goes in, its statements on lanes come out.

use derive_network_symbolic::functions::{Family, Primitive, Step, StraightLine};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::signature::number;

/// The statements of some code and the array of its results, with the operands `x` and the arithmetic `lane` in scope.
pub(super) fn emit_code(code: &StraightLine) -> TokenStream {
    let steps = code.steps.iter().enumerate();
    let statements = steps.map(|(id, step)| emit_step(code, id, *step));
    let returned = code.results.iter().map(|id| step_name(*id));
    quote! {
        #(#statements)*
        [#(#returned),*]
    }
}

fn step_name(id: usize) -> Ident {
    format_ident!("s{id}")
}

fn generators_name(family: Family, argument: usize) -> Ident {
    format_ident!("{}{argument}", family_function(family))
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
        Step::Greater(..) => quote!(lane.greater(#a, #b)),
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

/// It may be infinite: `ln` of a derivative that vanishes.
pub(super) fn emit_constant(value: f64) -> TokenStream {
    if value.is_nan() {
        return quote!(::core::primitive::f64::NAN);
    }
    let magnitude = if value.is_infinite() {
        quote!(::core::primitive::f64::INFINITY)
    } else {
        Literal::f64_suffixed(value.abs()).into_token_stream()
    };
    if value.is_sign_negative() {
        quote!(-#magnitude)
    } else {
        magnitude
    }
}

/// The lane function of a family.
fn family_function(family: Family) -> &'static str {
    match family {
        Family::Logistic => "logistic",
        Family::Hyperbolic => "hyperbolic",
        Family::Trigonometric => "trigonometric",
        Family::Normal => "normal",
        Family::ErrorFunction => "error_function",
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
        Primitive::Erf => "erf",
        Primitive::ErfSlope => "slope",
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
