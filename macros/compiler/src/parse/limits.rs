//! Tokens go in; whether they are more than a recursive parser should be given comes out, found without recursion.

use crate::diagnostics::{Diagnostic, catalogue};
use proc_macro2::{TokenStream, TokenTree, token_stream};

/// No type and no expression has more tokens between two commas or semicolons.
const TOKEN_LIMIT: usize = 1_000;

/// No type and no expression has more brackets within each other.
const DEPTH_LIMIT: usize = 48;

/// What lies between one pair of brackets.
struct Level {
    tokens: token_stream::IntoIter,
    since_comma: usize,
    angles: usize,
}

/// The refusal of tokens beyond the limits.
pub(super) fn exceeded(tokens: &TokenStream) -> Option<Diagnostic> {
    let level = |tokens: TokenStream| Level {
        tokens: tokens.into_iter(),
        since_comma: 0,
        angles: 0,
    };
    let mut open = vec![level(tokens.clone())];
    while let Some(innermost) = open.last_mut() {
        match innermost.tokens.next() {
            None => drop(open.pop()),
            Some(token) => {
                innermost.since_comma += 1;
                match &token {
                    TokenTree::Punct(sign) if matches!(sign.as_char(), ',' | ';') => {
                        innermost.since_comma = 0
                    }
                    TokenTree::Punct(sign) if sign.as_char() == '<' => innermost.angles += 1,
                    TokenTree::Punct(sign) if sign.as_char() == '>' => {
                        innermost.angles = innermost.angles.saturating_sub(1);
                    }
                    _ => {}
                }
                if innermost.since_comma > TOKEN_LIMIT || depth(&open) > DEPTH_LIMIT {
                    return Some(catalogue::definition_too_large(
                        token.span(),
                        TOKEN_LIMIT,
                        DEPTH_LIMIT,
                    ));
                }
                if let TokenTree::Group(group) = token {
                    open.push(level(group.stream()));
                }
            }
        }
    }
    None
}

fn depth(open: &[Level]) -> usize {
    open.iter().map(|level| 1 + level.angles).sum()
}
