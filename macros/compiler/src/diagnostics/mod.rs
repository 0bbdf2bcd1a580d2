//! Mistakes of a definition: each stage adds what it finds, two borders ask whether there were any.
//!
//! A diagnostic is one sentence at the smallest thing the user typed and one line of help on what to write
//! instead. Stable Rust lets a macro report through `compile_error!` only, so the help travels in its text.

pub mod catalogue;
mod suggest;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

pub use suggest::{listed, nearest};

/// One mistake: what was found and expected, where, and what to write instead.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    start: Span,
    end: Span,
}

/// The mistakes found so far, in the order in which they were found.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

/// A stretch of the user's text, from the start of one span to the end of another.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    start: Span,
    end: Span,
}

impl Diagnostic {
    /// A mistake at a place.
    pub fn new(at: impl Into<Place>, message: impl Into<String>) -> Self {
        let Place { start, end } = at.into();
        Self {
            message: message.into(),
            help: None,
            start,
            end,
        }
    }

    /// The same with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same at another place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        let Place { start, end } = place;
        Self { start, end, ..self }
    }

    /// Where it starts and where it ends.
    #[must_use]
    pub const fn spans(&self) -> (Span, Span) {
        (self.start, self.end)
    }

    /// The text that rustc shows.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl From<syn::Error> for Diagnostic {
    fn from(error: syn::Error) -> Self {
        Self::new(error.span(), error.to_string())
    }
}

impl ToTokens for Diagnostic {
    /// One `compile_error!`; rustc underlines from the span of its path to that of its braces.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let text = self.text();
        let path = quote_spanned!(self.start=> ::core::compile_error!);
        let body = quote_spanned!(self.end=> { #text });
        tokens.extend([path, body]);
    }
}

impl Diagnostics {
    /// Adds a mistake.
    pub fn push(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.found.push(diagnostic.into());
    }

    /// Keeps what was read; of what was not, keeps the mistake.
    pub fn take<T>(&mut self, read: Result<T, Diagnostic>) -> Option<T> {
        read.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// Whether none was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many were found.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.found.len()
    }

    /// All of them.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.found
    }
}

impl ToTokens for Diagnostics {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for diagnostic in &self.found {
            diagnostic.to_tokens(tokens);
        }
    }
}

impl Place {
    /// All of something the user wrote; the attribute where it is empty.
    pub fn of(written: &impl ToTokens) -> Self {
        let mut tokens = written.to_token_stream().into_iter();
        let Some(first) = tokens.next() else {
            return Span::call_site().into();
        };
        let start = open(&first);
        let end = close(&tokens.last().unwrap_or(first));
        Self { start, end }
    }

    /// From the start of this to the end of another.
    #[must_use]
    pub const fn to(self, other: Self) -> Self {
        Self {
            start: self.start,
            end: other.end,
        }
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self {
            start: span,
            end: span,
        }
    }
}

impl From<&proc_macro2::Ident> for Place {
    fn from(name: &proc_macro2::Ident) -> Self {
        name.span().into()
    }
}

fn open(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) => group.span_open(),
        _ => token.span(),
    }
}

fn close(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) => group.span_close(),
        _ => token.span(),
    }
}
