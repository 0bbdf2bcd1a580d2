//! The tokens of `#[graph(...)]` go in, its options and its edges come out.
//!
//! Options are items as everywhere. Only `edges(...)` has a form of its own, `sources => targets`, and is taken out before.

use super::attribute::parse_attribute;
use super::{EdgeItem, GraphAttribute};
use crate::diagnostics::{Diagnostics, Place, catalogue};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token};

/// The item with edges.
const EDGES: &str = "edges";

/// A `#[graph(...)]`.
pub(super) fn parse_graph(
    attribute: &syn::Attribute,
    diagnostics: &mut Diagnostics,
) -> GraphAttribute {
    let mut graph = GraphAttribute {
        place: Place::of(attribute.path()),
        options: Vec::new(),
        edges: None,
    };
    let syn::Meta::List(list) = &attribute.meta else {
        diagnostics.push(catalogue::graph_without_options(&attribute.meta));
        return graph;
    };
    let mut options = TokenStream::new();
    for item in split(list.tokens.clone()) {
        match &item[..] {
            [TokenTree::Ident(name), TokenTree::Group(group)] if name == EDGES => {
                if graph.edges.is_some() {
                    diagnostics.push(catalogue::graph_option_repeated(name));
                    continue;
                }
                let edges = split(group.stream()).into_iter();
                let edges = edges.map(|edges| parse_edges(name, edges, diagnostics));
                graph.edges = Some((name.clone(), edges.collect()));
            }
            [TokenTree::Ident(name), ..] if name == EDGES => {
                diagnostics.push(catalogue::edges_form(name));
                graph.edges = graph.edges.or_else(|| Some((name.clone(), vec![None])));
            }
            _ => {
                options.extend(item);
                options.extend(comma());
            }
        }
    }
    graph.options = parse_attribute(options, diagnostics);
    graph
}

/// `sources => targets`
fn parse_edges(
    name: &Ident,
    tokens: Vec<TokenTree>,
    diagnostics: &mut Diagnostics,
) -> Option<EdgeItem> {
    let tokens: TokenStream = tokens.into_iter().collect();
    if tokens.is_empty() {
        diagnostics.push(catalogue::edges_form(name));
        return None;
    }
    let place = Place::of(&tokens);
    let read = |input: ParseStream<'_>| {
        let sources: Expr = input.parse()?;
        input.parse::<Token![=>]>()?;
        let targets: Expr = input.parse()?;
        Ok(EdgeItem {
            sources,
            targets,
            place,
        })
    };
    let read = read
        .parse2(tokens)
        .map_err(|_| catalogue::edges_unreadable(place));
    diagnostics.take(read)
}

/// The items between commas; none behind the last one.
fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut items = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(sign) if sign.as_char() == ',' => items.push(Vec::new()),
            _ => {
                if let Some(last) = items.last_mut() {
                    last.push(token);
                }
            }
        }
    }
    items.pop_if(|last| last.is_empty());
    items
}

fn comma() -> TokenStream {
    quote::quote!(,)
}
