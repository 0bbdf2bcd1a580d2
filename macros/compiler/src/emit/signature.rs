//! A kind of request and the sizes of a network go in, the signatures of its methods come out.
//!
//! Bodies and fallback stubs share them, so that a definition with a mistake has the methods of the mended one.

use crate::model::{NamedFunction, Network, RequestKind, Scalar, method_forms, method_name};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// What signatures depend on.
#[derive(Clone, Debug)]
pub struct Face {
    /// The type of numbers.
    pub scalar: Ident,
    /// The named function that methods are of; the output if there is none.
    pub function: Option<String>,
    /// The number of inputs: a literal, or the name of a const parameter where it is unknown.
    pub inputs: TokenStream,
    /// The number of data given with each point, in the same words, if methods take them.
    pub given: Option<TokenStream>,
    /// The number of outputs.
    pub outputs: usize,
    /// The type of the workspace.
    pub workspace: TokenStream,
}

/// A method without its body.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: Ident,
    /// What stands in angle brackets behind the name, if anything.
    pub generics: TokenStream,
    /// Its arguments behind `&self`, by name and type.
    pub arguments: Vec<Variable>,
    /// What it returns; empty for nothing.
    pub result: TokenStream,
}

/// An argument or a result: its name and its type.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Ident,
    /// Its type, or that of one of its entries where it is a slice of a batch.
    pub kind: TokenStream,
}

/// The type of numbers as Rust names it.
#[must_use]
pub fn scalar_type(scalar: Scalar) -> Ident {
    Ident::new(scalar.name(), Span::call_site())
}

/// A number without suffix.
#[must_use]
pub fn number(value: usize) -> Literal {
    Literal::usize_unsuffixed(value)
}

impl Face {
    /// The face of a checked network: of its output, or of one of its functions.
    #[must_use]
    pub fn of(
        network: &Network,
        function: Option<&NamedFunction>,
        workspace: &TokenStream,
    ) -> Self {
        let given = function.is_some_and(NamedFunction::needs_given);
        Self {
            scalar: scalar_type(network.scalar),
            function: function.map(|function| function.name.to_string()),
            inputs: number(network.inputs()).into_token_stream(),
            given: given.then(|| number(network.given()).into_token_stream()),
            outputs: function.map_or_else(|| network.outputs(), NamedFunction::width),
            workspace: workspace.clone(),
        }
    }

    /// The name of the method of a request, from which those of its other forms and of its constants are made.
    #[must_use]
    pub fn method(&self, kind: RequestKind) -> String {
        method_name(self.function.as_deref(), kind.name())
    }

    /// A vector as long as the input.
    #[must_use]
    pub fn input(&self) -> TokenStream {
        let Self { scalar, inputs, .. } = self;
        quote!(::derive_network::private::SVector<#scalar, #inputs>)
    }

    /// A vector as long as the output, also of one output.
    #[must_use]
    pub fn output(&self) -> TokenStream {
        let Self { scalar, .. } = self;
        let outputs = number(self.outputs);
        quote!(::derive_network::private::SVector<#scalar, #outputs>)
    }

    /// A value: a number for one output, a vector for more.
    #[must_use]
    pub fn value(&self) -> TokenStream {
        if self.outputs == 1 {
            self.scalar.to_token_stream()
        } else {
            self.output()
        }
    }

    fn matrix(&self, rows: &TokenStream) -> TokenStream {
        let Self { scalar, inputs, .. } = self;
        quote!(::derive_network::private::SMatrix<#scalar, #rows, #inputs>)
    }

    /// What a request takes beside the point: given data, then a direction or weights.
    #[must_use]
    pub fn operands(&self, kind: RequestKind) -> Vec<Variable> {
        let Self { scalar, given, .. } = self;
        let vector = |size| quote!(::derive_network::private::SVector<#scalar, #size>);
        let given = given.as_ref().map(|size| variable("given", vector(size)));
        let operand = match kind {
            RequestKind::Jvp | RequestKind::Hvp => Some(variable("v", self.input())),
            RequestKind::Vjp | RequestKind::AdjointHessian => Some(variable("w", self.output())),
            _ => None,
        };
        given.into_iter().chain(operand).collect()
    }

    /// What a request gives, in order: the value first.
    #[must_use]
    pub fn results(&self, kind: RequestKind) -> Vec<Variable> {
        let outputs = number(self.outputs).into_token_stream();
        let jacobian = || variable("jacobian", self.matrix(&outputs));
        let gradient = || variable("gradient", self.input());
        let first = || {
            if self.outputs == 1 {
                gradient()
            } else {
                jacobian()
            }
        };
        let hessian = self.matrix(&self.inputs);
        let mut results = vec![variable("value", self.value())];
        match kind {
            RequestKind::Value => {}
            RequestKind::Gradient => results.push(gradient()),
            RequestKind::Jacobian => results.push(jacobian()),
            RequestKind::Hessian if self.outputs == 1 => {
                results.extend([first(), variable("hessian", hessian)])
            }
            RequestKind::Hessian => {
                results.extend([first(), variable("hessian", quote!([#hessian; #outputs]))])
            }
            RequestKind::Laplacian => {
                results.extend([first(), variable("laplacian", self.value())])
            }
            RequestKind::AdjointHessian => {
                results.extend([jacobian(), variable("hessian", hessian)])
            }
            RequestKind::Jvp => results.push(variable("jv", self.value())),
            RequestKind::Vjp => results.push(variable("wj", self.input())),
            RequestKind::Hvp => results.extend([gradient(), variable("hv", self.input())]),
        }
        results
    }

    /// The methods of a request: of one point, of a batch, and both with a workspace.
    #[must_use]
    pub fn methods(&self, kind: RequestKind) -> [Method; 4] {
        let point = [variable("x", self.input())]
            .into_iter()
            .chain(self.operands(kind));
        let of_point: Vec<Variable> = point
            .map(|Variable { name, kind }| Variable {
                name,
                kind: quote!(&#kind),
            })
            .collect();
        let points = [variable("points", self.input())]
            .into_iter()
            .chain(self.operands(kind));
        let of_points: Vec<Variable> = points
            .map(|Variable { name, kind }| Variable {
                name,
                kind: quote!(&[#kind]),
            })
            .collect();
        let to_references = self
            .results(kind)
            .into_iter()
            .map(|Variable { name, kind }| Variable {
                name,
                kind: quote!(&mut #kind),
            });
        let to_slices = self
            .results(kind)
            .into_iter()
            .map(|Variable { name, kind }| Variable {
                name: format_ident!("{name}s"),
                kind: quote!(&mut [#kind]),
            });
        let workspace = &self.workspace;
        let workspace = || variable("workspace", quote!(&mut #workspace));
        let checked =
            quote!(::core::result::Result<(), ::derive_network::private::BatchLengthError>);
        let [single, batch, with, batch_with] = method_forms(&self.method(kind));
        let batch_arguments: Vec<Variable> = of_points.into_iter().chain(to_slices).collect();
        let behind =
            |arguments: Vec<Variable>| [workspace()].into_iter().chain(arguments).collect();
        [
            method(&single, of_point.clone(), tuple(&self.results(kind))),
            method(&batch, batch_arguments.clone(), checked.clone()),
            method(
                &with,
                behind(of_point.into_iter().chain(to_references).collect()),
                TokenStream::new(),
            ),
            method(&batch_with, behind(batch_arguments), checked),
        ]
    }
}

impl ToTokens for Method {
    /// The signature from `pub` to before the body.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            name,
            generics,
            arguments,
            result,
        } = self;
        let arguments = arguments
            .iter()
            .map(|Variable { name, kind }| quote!(#name: #kind));
        let arrow = (!result.is_empty()).then(|| quote!(->));
        tokens.extend(quote!(pub fn #name #generics (&self, #(#arguments),*) #arrow #result));
    }
}

fn method(name: &str, arguments: Vec<Variable>, result: TokenStream) -> Method {
    Method {
        name: Ident::new(name, Span::call_site()),
        generics: TokenStream::new(),
        arguments,
        result,
    }
}

fn variable(name: &str, kind: TokenStream) -> Variable {
    Variable {
        name: Ident::new(name, Span::call_site()),
        kind,
    }
}

/// The type of several results; the plain type of one.
fn tuple(results: &[Variable]) -> TokenStream {
    let kinds = results.iter().map(|result| &result.kind);
    if let [only] = results {
        only.kind.clone()
    } else {
        quote!((#(#kinds),*))
    }
}
