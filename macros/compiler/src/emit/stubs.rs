//! A definition with mistakes goes in; a struct that has what it asks for, without meaning, comes out.
//!
//! With it a mistake in a definition is one error, not one more wherever the struct is used. Sizes that are unknown are
//! left to inference (inputs) or taken as one (outputs).

use super::accessors::{LayerViews, ParameterKind, layer_views, parameter_kind};
use super::signature::{Face, number, scalar_type};
use crate::diagnostics::Diagnostics;
use crate::model::{
    Activation, Convolution, Dense, Draft, DraftField, DraftLayer, DraftLoss, Input, LayerKind,
    LayerNorm, LossRequestKind, ParameterRequest, ParameterRequestKind, REQUEST_CONSTANTS, Request,
    Shape, Window, constant_name, method_name, read_draft,
};
use crate::parse::{Body, Definition, Structure};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeSet;
use syn::ext::IdentExt;
use syn::{Generics, Visibility};

/// The item below the attribute without what cannot resolve, and stubs of what the definition asks for.
#[must_use]
pub fn stubs(definition: &Definition) -> TokenStream {
    let mut reported = Diagnostics::default();
    let draft = read_draft(definition, &mut reported);
    match &definition.body {
        Body::Struct(structure) => {
            let Structure {
                attributes,
                visibility,
                name,
                generics,
                ..
            } = &**structure;
            emit_stub(attributes, visibility, name, generics, &draft)
        }
        Body::Other { item, .. } => match &**item {
            syn::Item::Enum(item) => {
                emit_stub(&item.attrs, &item.vis, &item.ident, &item.generics, &draft)
            }
            syn::Item::Union(item) => {
                emit_stub(&item.attrs, &item.vis, &item.ident, &item.generics, &draft)
            }
            item => item.to_token_stream(),
        },
    }
}

fn emit_stub(
    attributes: &[syn::Attribute],
    visibility: &Visibility,
    name: &Ident,
    generics: &Generics,
    draft: &Draft,
) -> TokenStream {
    let attributes = attributes.iter().filter(|attribute| !is_ours(attribute));
    let (before, behind, condition) = generics.split_for_impl();
    let lifetimes = generics.lifetimes().map(|parameter| &parameter.lifetime);
    let types = generics.type_params().map(|parameter| &parameter.ident);
    let members = emit_members(draft);
    let scalar = scalar_type(draft.settings.scalar);
    quote! {
        #(#attributes)*
        #visibility struct #name #generics #condition {
            parameters: ::derive_network::private::Stub,
            marker: ::core::marker::PhantomData<(#(&#lifetimes (),)* #(fn() -> #types,)*)>,
        }

        #[allow(dead_code, missing_docs, unused_variables)]
        impl #before #name #behind #condition {
            #members
        }

        impl #before ::derive_network::private::Network for #name #behind #condition {
            type Scalar = #scalar;

            const PARAMETERS: usize = 1;

            fn parameters(&self) -> &[#scalar] {
                ::derive_network::private::stub()
            }

            fn parameters_mut(&mut self) -> &mut [#scalar] {
                ::derive_network::private::stub()
            }
        }
    }
}

fn is_ours(attribute: &syn::Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "derive_network")
}

/// What the struct gives out, each name once.
fn emit_members(draft: &Draft) -> TokenStream {
    let scalar = scalar_type(draft.settings.scalar);
    let inputs = draft
        .settings
        .inputs
        .as_ref()
        .and_then(|inputs| inputs.last())
        .map(|input| input.range().end);
    let outputs = draft.forward.shape.map_or(1, Shape::size);
    let mut members = Members::default();
    members.constant(
        "INPUTS",
        &quote!(usize),
        &number(inputs.unwrap_or(1)).into_token_stream(),
    );
    members.constant(
        "OUTPUTS",
        &quote!(usize),
        &number(outputs).into_token_stream(),
    );
    members.constant("PARAMETERS", &quote!(usize), &quote!(1));
    members.constant("FORMULA", &quote!(&'static str), &quote!(""));
    members.function("from_parameters", &quote! {
        fn from_parameters(parameters: &[#scalar]) -> ::core::result::Result<Self, ::derive_network::private::ParameterCountError>
    });
    members.function("parameters", &quote!(fn parameters(&self) -> &[#scalar]));
    members.function(
        "parameters_mut",
        &quote!(fn parameters_mut(&mut self) -> &mut [#scalar]),
    );
    members.function(
        "glorot_uniform",
        &quote!(fn glorot_uniform(seed: u64) -> Self),
    );
    members.function(
        "glorot_normal",
        &quote!(fn glorot_normal(seed: u64) -> Self),
    );
    members.function("he_normal", &quote!(fn he_normal(seed: u64) -> Self));
    members.function(
        "uniform",
        &quote!(fn uniform(seed: u64, range: ::core::ops::Range<#scalar>) -> Self),
    );
    members.function(
        "workspace",
        &quote!(fn workspace() -> ::derive_network::private::Stub),
    );
    members.requests(
        &draft.settings.requests,
        &face_of_output(draft, inputs, outputs),
    );
    members.in_parameters(
        &draft.settings.asked.of_parameters,
        &face_of_output(draft, inputs, outputs),
    );
    members.functions(draft, inputs, outputs);
    for loss in &draft.losses {
        members.loss(draft, loss, &scalar);
    }
    for input in draft.settings.inputs.iter().flatten() {
        members.range(input);
    }
    for field in &draft.fields {
        members.accessors(field, &scalar);
    }
    for parameter in &draft.parameters {
        let shape = parameter.shape.unwrap_or(Shape::Scalar);
        members.parameter(&parameter.name, shape, &scalar);
    }
    members.tokens
}

/// Stubs by name: a name is taken once, whatever the definition says.
#[derive(Default)]
struct Members {
    names: BTreeSet<String>,
    tokens: TokenStream,
}

impl Members {
    fn constant(&mut self, name: &str, kind: &TokenStream, value: &TokenStream) {
        if let Ok(constant) = syn::parse_str::<Ident>(name)
            && self.names.insert(name.to_owned())
        {
            self.tokens
                .extend(quote!(pub const #constant: #kind = #value;));
        }
    }

    /// A function whose signature, from `fn` on, never returns.
    fn function(&mut self, name: &str, signature: &TokenStream) {
        if self.names.insert(name.to_owned()) {
            self.tokens
                .extend(quote!(pub #signature { ::derive_network::private::stub() }));
        }
    }

    fn range(&mut self, input: &Input) {
        let (start, end) = (number(input.range().start), number(input.range().end));
        self.constant(
            &constant_name(&input.name),
            &quote!(::core::ops::Range<usize>),
            &quote!(#start..#end),
        );
    }

    /// The methods and constants of the named functions.
    fn functions(&mut self, draft: &Draft, inputs: Option<usize>, outputs: usize) {
        let given = draft.settings.given.as_ref();
        let size = match given.map(|given| given.last().map_or(0, |given| given.range().end)) {
            Some(size) => number(size).into_token_stream(),
            None => quote!(__G),
        };
        let given = given.into_iter().flatten();
        let mut needing: BTreeSet<String> = given.map(|given| given.name.to_string()).collect();
        for function in &draft.functions {
            let name = function.name.to_string();
            let needs_given = match &function.quantity {
                Some(quantity) => quantity.dependence.given,
                // What a mistaken formula names is what it would need.
                None => words(&function.text).any(|word| needing.contains(word)),
            };
            if needs_given {
                needing.insert(name.clone());
            }
            if function.name != function.name.unraw() {
                continue;
            }
            let shape = function.quantity.as_ref().map(|quantity| quantity.shape);
            let face = Face {
                function: Some(name),
                given: needs_given.then(|| size.clone()),
                outputs: shape.map_or(1, Shape::size),
                ..face_of_output(draft, inputs, outputs)
            };
            self.requests(&function.requests.of_inputs, &face);
            self.in_parameters(&function.requests.of_parameters, &face);
        }
    }

    fn requests(&mut self, requests: &[Request], face: &Face) {
        let sizes = [&face.inputs].into_iter().chain(&face.given);
        let unknown = sizes.filter(|size| syn::parse2::<Ident>((*size).clone()).is_ok());
        let generics = quote!(<#(const #unknown: usize),*>);
        for request in requests {
            for mut method in face.methods(request.kind) {
                method.generics = generics.clone();
                if self.names.insert(method.name.to_string()) {
                    self.tokens
                        .extend(quote!(#method { ::derive_network::private::stub() }));
                }
            }
            for suffix in REQUEST_CONSTANTS {
                let name = format!("{}_{suffix}", face.method(request.kind).to_uppercase());
                match suffix {
                    "FORMULA" => self.constant(&name, &quote!(&'static str), &quote!("")),
                    _ => self.constant(&name, &quote!(usize), &quote!(1)),
                }
            }
        }
    }

    /// A method that takes anything in so many arguments.
    fn lenient(&mut self, name: &str, arguments: usize, result: &TokenStream) {
        let method = format_ident!("{name}");
        let names = (0..arguments).map(|number| format_ident!("a{number}"));
        let signature =
            quote!(fn #method(&self, #(#names: impl ::core::marker::Sized),*) -> #result);
        self.function(name, &signature);
    }

    /// The methods of requests in the parameters. The sizes of unknown inputs are not asked: their types are as lenient.
    fn in_parameters(&mut self, requests: &[ParameterRequest], face: &Face) {
        let unknown = syn::parse2::<Ident>(face.inputs.clone()).is_ok();
        let scalar = &face.scalar;
        let private = quote!(::derive_network::private);
        let point = if unknown {
            quote!(#private::Stub)
        } else {
            face.input()
        };
        let value = face.value();
        let given = usize::from(face.given.is_some());
        for request in requests {
            let name = method_name(face.function.as_deref(), request.kind.name());
            let (arguments, result) = match request.kind {
                ParameterRequestKind::ParameterGradient => {
                    (2, quote!(#value, #private::ParameterCountError))
                }
                ParameterRequestKind::ParameterJacobian => {
                    (2, quote!((), #private::EvaluationError))
                }
                ParameterRequestKind::Pullback => {
                    (3, quote!((#value, #point), #private::ParameterCountError))
                }
                ParameterRequestKind::GaussNewton => {
                    (3, quote!(#scalar, #private::EvaluationError))
                }
                ParameterRequestKind::Intermediates => {
                    self.lenient(&name, 1, &quote!(#private::Stub));
                    continue;
                }
            };
            let result = quote!(::core::result::Result<#result>);
            self.lenient(&name, arguments + given, &result);
            self.lenient(&format!("{name}_with"), arguments + given + 1, &result);
        }
    }

    /// The methods of a loss. One that was not understood is taken to need what is given.
    fn loss(&mut self, draft: &Draft, loss: &DraftLoss, scalar: &Ident) {
        let name = loss.name.to_string();
        if loss.name != loss.name.unraw() {
            return;
        }
        let needs_given = match &loss.loss {
            Some(loss) => loss.needs_given(),
            None => draft
                .settings
                .given
                .as_ref()
                .is_none_or(|given| !given.is_empty()),
        };
        let points = 1 + usize::from(needs_given);
        let error = quote!(::derive_network::private::EvaluationError);
        let result = quote!(::core::result::Result<#scalar, #error>);
        for request in &loss.requests {
            for method in request.kind.methods(&name) {
                let more = match request.kind {
                    LossRequestKind::Value | LossRequestKind::Intermediates => 0,
                    LossRequestKind::Gradient => 1 + usize::from(method.starts_with("add_")),
                    LossRequestKind::ParameterHessian => 1,
                    LossRequestKind::ParameterHvp => 2,
                };
                let workspace = usize::from(method.ends_with("_with"));
                self.lenient(&method, points + more + workspace, &result);
            }
        }
    }

    fn accessors(&mut self, field: &DraftField, scalar: &Ident) {
        let name = &field.name;
        if syn::parse_str::<Ident>(&name.to_string()).is_err() {
            return;
        }
        let name_mut = format_ident!("{}_mut", name.unraw(), span = name.span());
        let Some(LayerViews { view, view_mut, .. }) = stub_views(field, scalar) else {
            return;
        };
        let arguments = field.is_array.then(|| quote!(, index: usize));
        let signature = quote!(fn #name(&self #arguments) -> #view);
        self.function(&name.unraw().to_string(), &signature);
        let signature = quote!(fn #name_mut(&mut self #arguments) -> #view_mut);
        self.function(&name_mut.to_string(), &signature);
    }

    /// The accessors of a parameter of formulas.
    fn parameter(&mut self, name: &Ident, shape: Shape, scalar: &Ident) {
        if syn::parse_str::<Ident>(&name.to_string()).is_err() {
            return;
        }
        let name_mut = format_ident!("{}_mut", name.unraw(), span = name.span());
        let ParameterKind { view, view_mut } = parameter_kind(shape, &scalar.to_token_stream());
        self.function(&name.unraw().to_string(), &quote!(fn #name(&self) -> #view));
        self.function(
            &name_mut.to_string(),
            &quote!(fn #name_mut(&mut self) -> #view_mut),
        );
    }
}

/// What accessors of a field return, sizes that are unknown taken as one.
fn stub_views(field: &DraftField, scalar: &Ident) -> Option<LayerViews> {
    let activation = Activation::identity();
    let dense = |outputs: Option<usize>, bias: bool| {
        LayerKind::Dense(Dense {
            inputs: 1,
            outputs: outputs.unwrap_or(1),
            bias,
            weight_map: None,
            activation: activation.clone(),
        })
    };
    let kind = match &field.layer {
        None => dense(None, true),
        Some(DraftLayer::Dense(draft)) => dense(draft.width, draft.bias),
        Some(DraftLayer::Convolution(convolution)) => LayerKind::Convolution(Convolution {
            channels: 1,
            outputs: convolution.outputs.unwrap_or(1),
            groups: 1,
            windows: vec![Window::default(); convolution.axes],
            bias: convolution.bias,
            activation,
        }),
        Some(DraftLayer::LayerNorm(_)) => LayerKind::LayerNorm(LayerNorm {
            size: 1,
            epsilon: 1.0,
        }),
        Some(_) => return None,
    };
    layer_views(&kind, true, scalar)
}

/// What methods of the output look like.
fn face_of_output(draft: &Draft, inputs: Option<usize>, outputs: usize) -> Face {
    let size = match inputs {
        Some(inputs) => number(inputs).into_token_stream(),
        None => quote!(__I),
    };
    Face {
        scalar: scalar_type(draft.settings.scalar),
        function: None,
        inputs: size,
        given: None,
        outputs,
        workspace: quote!(::derive_network::private::Stub),
    }
}

/// The names and numbers of a formula.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}
