//! The tokens of an attribute go in, its items come out.

use super::{Form, Item, limits};
use crate::diagnostics::{Diagnostics, catalogue};
use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Token, parenthesized, token};

/// The items of an attribute or of `#[layer(...)]`, and their mistakes.
pub(super) fn parse_attribute(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<Item> {
    if let Some(mistake) = limits::exceeded(&tokens) {
        diagnostics.push(mistake);
        return Vec::new();
    }
    let read = |input: ParseStream<'_>| Ok(parse_items(input, diagnostics));
    // `parse_items` consumes everything, so the parser has nothing to complain about.
    read.parse2(tokens).unwrap_or_default()
}

fn parse_items(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Vec<Item> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.extend(parse_item(input, diagnostics));
        if !input.is_empty() && !input.peek(Token![,]) {
            diagnostics.push(catalogue::expected_comma(&next(input)));
        }
        skip_past_comma(input);
    }
    items
}

/// One item; nothing where it has no name. What it leaves is skipped by the caller.
fn parse_item(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<Item> {
    if !input.peek(Ident::peek_any) {
        diagnostics.push(catalogue::expected_name(&next(input)));
        skip_to_comma(input);
        return None;
    }
    let name = diagnostics.take(Ident::parse_any(input).map_err(Into::into))?;
    let form = if input.peek(token::Paren) {
        parse_list(input, diagnostics)
    } else if input.peek(Token![:]) && !input.peek(Token![::]) {
        parse_expression(input, diagnostics).map(Form::Sized)
    } else if input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>]) {
        parse_expression(input, diagnostics).map(Form::Assigned)
    } else if input.is_empty() || input.peek(Token![,]) {
        Some(Form::Bare)
    } else {
        diagnostics.push(catalogue::unexpected_after_name(&name, &next(input)));
        skip_to_comma(input);
        None
    };
    Some(Item {
        name,
        form: form.unwrap_or(Form::Unreadable),
    })
}

fn parse_list(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<Form> {
    let list = (|| {
        let content;
        parenthesized!(content in input);
        Ok(Form::List(parse_items(&content, diagnostics)))
    })();
    list.ok()
}

/// The expression after a colon or an equals sign.
fn parse_expression(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<syn::Expr> {
    let sign = input.parse::<TokenTree>().ok()?;
    if input.is_empty() || input.peek(Token![,]) {
        diagnostics.push(catalogue::expected_expression(&sign));
        return None;
    }
    let expression = input.parse().map_err(catalogue::unreadable_expression);
    let expression = diagnostics.take(expression);
    if expression.is_none() {
        skip_to_comma(input);
    }
    expression
}

fn next(input: ParseStream<'_>) -> TokenStream {
    input
        .fork()
        .parse::<TokenTree>()
        .map(TokenStream::from)
        .unwrap_or_default()
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        drop(input.parse::<TokenTree>());
    }
}

fn skip_past_comma(input: ParseStream<'_>) {
    skip_to_comma(input);
    drop(input.parse::<Option<Token![,]>>());
}
