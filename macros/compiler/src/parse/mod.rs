//! Tokens go in, what was written comes out: [`Definition`], with spans and without meaning.
//!
//! The attribute has one grammar at every depth, `name`, `name: expression`, `name = expression` or
//! `name(items)`, separated by commas; which names exist is the model's business. A mistake loses the item
//! that has it and nothing else, so that all mistakes of this stage are reported at once.
//!
//! Formulas are expressions and blocks of a subset of Rust. Which item holds one is the model's business too: it hands
//! them to [`parse_expression`] and [`parse_block`].

mod attribute;
mod block;
mod expression;
mod graph;
mod limits;
mod print;
mod structure;

use crate::diagnostics::{Diagnostics, Place};
use proc_macro2::{Ident, Span, TokenStream};

pub use block::{Block, Over, Statement, parse_block};
pub(crate) use expression::strip;
pub use expression::{Expression, Index, IndexKind, Kind, Operation, parse_expression};

/// What was written in the attribute and below it.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The items of the attribute.
    pub items: Vec<Item>,
    /// The item below the attribute.
    pub body: Body,
}

/// An item of a list: of the attribute, of one of its items, or of `#[layer(...)]`.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name.
    pub name: Ident,
    /// What follows the name.
    pub form: Form,
}

/// What follows the name of an item.
#[derive(Clone, Debug)]
pub enum Form {
    /// Nothing: `hessian`.
    Bare,
    /// A colon: `x: 2`.
    Sized(syn::Expr),
    /// An equals sign: `scalar = f32`.
    Assigned(syn::Expr),
    /// A list in parentheses: `derive(gradient, hessian)`.
    List(Vec<Item>),
    /// Something that was reported.
    Unreadable,
}

/// The item below the attribute.
#[derive(Clone, Debug)]
pub enum Body {
    /// A struct.
    Struct(Box<Structure>),
    /// Anything else.
    Other {
        /// What it is, with its article.
        what: &'static str,
        /// The keyword that says so.
        keyword: Span,
        /// All of it.
        item: Box<syn::Item>,
    },
}

/// A struct as it was written.
#[derive(Clone, Debug)]
pub struct Structure {
    /// Documentation and attributes below ours.
    pub attributes: Vec<syn::Attribute>,
    /// Its visibility.
    pub visibility: syn::Visibility,
    /// Its name.
    pub name: Ident,
    /// Type parameters, lifetimes and conditions.
    pub generics: syn::Generics,
    /// Its fields.
    pub fields: Fields,
}

/// The fields of a struct.
#[derive(Clone, Debug)]
pub enum Fields {
    /// `{ hidden: Dense<20> }`
    Named(Vec<Field>),
    /// `(Dense<20>)`
    Unnamed(syn::FieldsUnnamed),
    /// `;`
    Unit,
}

/// A field as it was written.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its attributes other than `#[layer(...)]` and `#[graph(...)]`.
    pub attributes: Vec<syn::Attribute>,
    /// The items of all its `#[layer(...)]`.
    pub options: Vec<Item>,
    /// Its `#[graph(...)]`.
    pub graph: Option<GraphAttribute>,
    /// Its visibility.
    pub visibility: syn::Visibility,
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub kind: FieldType,
}

/// A `#[graph(...)]` as it was written.
#[derive(Clone, Debug)]
pub struct GraphAttribute {
    /// Where its name is.
    pub place: Place,
    /// Its items other than `edges`.
    pub options: Vec<Item>,
    /// The name and the items of `edges(...)`; open where one was reported.
    pub edges: Option<(Ident, Vec<Option<EdgeItem>>)>,
}

/// `sources => targets`: edges from each of the sources to each of the targets.
#[derive(Clone, Debug)]
pub struct EdgeItem {
    /// A neuron, a range or a list of them.
    pub sources: syn::Expr,
    /// A neuron, a range or a list of them.
    pub targets: syn::Expr,
    /// All of it.
    pub place: Place,
}

/// The type of a field as it was written.
#[derive(Clone, Debug)]
pub enum FieldType {
    /// A name with arguments in angle brackets: `Dense<20, Tanh>`.
    Layer {
        /// The name.
        name: Ident,
        /// The arguments.
        arguments: Vec<syn::GenericArgument>,
        /// All of it.
        whole: syn::Type,
    },
    /// `[element; length]`
    Array {
        /// The type of the elements.
        element: Box<FieldType>,
        /// The length.
        length: Box<syn::Expr>,
        /// All of it.
        whole: syn::Type,
    },
    /// Any other type.
    Other(syn::Type),
}

/// Reads a definition; what could be read, and every mistake of this stage. Without a definition, the item
/// below the attribute is no Rust item.
pub fn parse(attribute: TokenStream, item: TokenStream) -> (Option<Definition>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let items = attribute::parse_attribute(attribute, &mut diagnostics);
    let body = structure::parse_body(item, &mut diagnostics);
    (body.map(|body| Definition { items, body }), diagnostics)
}
